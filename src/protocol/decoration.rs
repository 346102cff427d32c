//! What a response of the inner service gets.

use super::vary;
use crate::policy::{InnerHeaders, Policy, Rules, is_cors_header, is_unexposable};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_EXPOSE_HEADERS, VARY,
    },
};

const TIMING_ALLOW_ORIGIN: HeaderName = HeaderName::from_static("timing-allow-origin");

/// What is to be done to the response of the inner service.
#[derive(Clone, Debug)]
#[must_use = "a response that is not decorated is not readable"]
pub struct Decoration {
    pub(super) policy: Policy,
    pub(super) grant: Grant,
}

/// What the response grants.
#[derive(Clone, Debug)]
pub(super) enum Grant {
    Nothing,
    /// Nothing, for the policy is not known.
    Unknown,
    /// An actual response, to this `Access-Control-Allow-Origin`.
    Actual(HeaderValue),
    /// A preflight that was passed on, with all its headers. Boxed, for it is rare.
    Preflight(Box<HeaderMap>),
}

impl Decoration {
    /// Applies it to the response's headers.
    ///
    /// 1. `Access-Control-*` headers of the inner service are removed; or left, all or nothing,
    ///    where [`InnerHeaders::Keep`] is set and `Access-Control-Allow-Origin` is among them.
    /// 2. The policy's own are set.
    /// 3. `Vary` is merged.
    pub fn apply(self, headers: &mut HeaderMap) {
        let (policy, answers) = (self.policy.rules(), self.policy.answers());
        let vary = match self.grant {
            Grant::Preflight(_) => &answers.preflight_vary,
            _ => &answers.actual_vary,
        };
        let inner = Inner::of(headers);
        let keep = inner.cors && keep_inner(policy, headers);
        if inner.cors && !keep {
            remove_inner(headers);
        }
        match self.grant {
            _ if keep => {}
            Grant::Nothing => without_timing(policy, headers),
            Grant::Unknown => {
                headers.remove(TIMING_ALLOW_ORIGIN);
                forbid_storing(headers);
            }
            Grant::Actual(origin) => grant_actual(&self.policy, headers, origin),
            Grant::Preflight(granted) => grant_preflight(policy, headers, &granted),
        }
        if let Some(vary) = vary {
            vary::merge(headers, vary, inner.vary);
        }
    }
}

/// What the inner service set. To look at one name takes some 12 instructions, to look one up 120.
struct Inner {
    cors: bool,
    vary: bool,
}

impl Inner {
    fn of(headers: &HeaderMap) -> Self {
        let mut inner = Self { cors: false, vary: false };
        for name in headers.keys() {
            inner.vary |= *name == VARY;
            inner.cors |= is_cors_header(name);
        }
        inner
    }
}

fn keep_inner(policy: &Rules, headers: &HeaderMap) -> bool {
    policy.inner_headers == InnerHeaders::Keep && headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN)
}

fn remove_inner(headers: &mut HeaderMap) {
    let names = headers.keys().filter(|name| is_cors_header(name)).cloned().collect::<Vec<_>>();
    for name in names {
        headers.remove(name);
    }
}

fn without_timing(policy: &Rules, headers: &mut HeaderMap) {
    if policy.timing {
        headers.remove(TIMING_ALLOW_ORIGIN);
    }
}

fn grant_preflight(policy: &Rules, headers: &mut HeaderMap, granted: &HeaderMap) {
    without_timing(policy, headers);
    for (name, value) in granted.iter().filter(|(name, _)| is_cors_header(name)) {
        set(headers, name.clone(), value.clone());
    }
}

/// [HTTP responses](https://fetch.spec.whatwg.org/#http-responses) of the CORS protocol.
fn grant_actual(policy: &Policy, headers: &mut HeaderMap, origin: HeaderValue) {
    let rules = policy.rules();
    if rules.timing {
        set(headers, TIMING_ALLOW_ORIGIN, origin.clone());
    }
    let exposed = if rules.exposes_present_names() {
        exposable_names(policy, headers)
    } else {
        policy.answers().exposed.clone()
    };
    set(headers, ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    if rules.credentials {
        set(headers, ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
    if let Some(exposed) = exposed {
        set(headers, ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    }
}

/// The names that a script could not read unless they are exposed. `Vary`, which is merged
/// afterwards, is one.
fn exposable_names(policy: &Policy, headers: &HeaderMap) -> Option<HeaderValue> {
    let vary = policy.answers().actual_vary.is_some() && !headers.contains_key(http::header::VARY);
    let names = headers.keys().filter(|name| !is_unexposable(name)).map(HeaderName::as_str);
    let text = names.chain(vary.then_some("vary")).collect::<Vec<_>>().join(",");
    if text.is_empty() {
        return None;
    }
    HeaderValue::from_maybe_shared(Bytes::from(text)).ok()
}

/// A response that lacks its grant for a moment's failure would, from a cache, lack it for as long
/// as it is fresh.
pub(super) fn forbid_storing(headers: &mut HeaderMap) {
    set(headers, http::header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) {
    // Fails only in a map of 2^15 headers, which no server can send; then nothing is granted.
    let _ = headers.try_insert(name, value);
}
