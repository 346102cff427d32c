//! What a response of the inner service gets.

use super::{decision::Decision, vary};
use crate::policy::{Echo, InnerHeaders, Policy, Rules, Vary, is_cors_header, is_unexposable};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Response, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_EXPOSE_HEADERS, VARY,
    },
};
use std::sync::Arc;

const TIMING_ALLOW_ORIGIN: HeaderName = HeaderName::from_static("timing-allow-origin");

/// What is to be done to the response of the inner service.
#[derive(Clone, Debug)]
#[must_use = "a response that is not decorated is not readable"]
pub struct Decoration {
    /// `None`: no policy governs the request, and only what chose that is merged into `Vary`.
    pub(super) policy: Option<Policy>,
    pub(super) grant: Grant,
    /// What chose the policy, if that is more than the policy itself says.
    pub(super) reads: Option<Arc<Vary>>,
    /// What the extensions of the response get.
    pub(super) recorded: Option<Arc<Decision>>,
}

/// What the response grants.
#[derive(Clone, Debug)]
pub(super) enum Grant {
    Nothing,
    /// Nothing, for the policy is not known.
    Unknown,
    /// An actual response, to this `Access-Control-Allow-Origin`.
    Actual(Echo<HeaderValue>),
    /// A preflight that was passed on, with all its headers. Boxed, for it is rare.
    Preflight(Box<HeaderMap>),
}

impl Decoration {
    /// Also puts a decision into the extensions of the response, for what handles it afterwards.
    ///
    /// ```
    /// use http::{Request, Response};
    /// use std::sync::Arc;
    /// use tower_cors::{Decision, Policy, protocol::Action};
    ///
    /// let policy = Policy::builder().allow_origin("https://app.example.com").build()?;
    /// let (parts, ()) = Request::new(()).into_parts();
    /// let evaluation = policy.evaluate(&parts);
    /// let decision = Arc::new(evaluation.decision());
    /// let Action::Forward(decoration) = evaluation.into_action() else { panic!() };
    /// let mut response = Response::new(());
    /// decoration.recording(decision).apply(&mut response);
    /// assert_eq!(response.extensions().get(), Some(&Decision::NotCors));
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    pub fn recording(self, decision: Arc<Decision>) -> Self {
        Self { recorded: Some(decision), ..self }
    }

    /// Returns the decision that is put into the extensions of the response, if there is one.
    #[inline]
    #[must_use]
    pub fn recorded(&self) -> Option<&Decision> {
        self.recorded.as_deref()
    }

    /// Leaves the response as it is, but for the names in `Vary`.
    pub(crate) fn only_vary(reads: Arc<Vary>) -> Self {
        Self { policy: None, grant: Grant::Nothing, reads: Some(reads), recorded: None }
    }

    /// Grants any origin.
    #[inline]
    pub(crate) fn for_all(policy: Policy, reads: Option<Arc<Vary>>) -> Self {
        Self { policy: Some(policy), grant: Grant::Actual(Echo::Any), reads, recorded: None }
    }

    /// Applies it to the response.
    ///
    /// 1. `Access-Control-*` headers of the inner service are removed; or left, all or nothing,
    ///    where [`InnerHeaders::Keep`] is set and `Access-Control-Allow-Origin` is among them.
    /// 2. The policy's own are set.
    /// 3. `Vary` is merged.
    ///
    /// A response with so many headers that there is no room for these (24,576 is the most that a
    /// [`HeaderMap`] holds) gets none of them.
    pub fn apply<B>(&self, response: &mut Response<B>) {
        self.apply_to(response.status(), response.headers_mut());
        if let Some(decision) = &self.recorded {
            decision.record(response.extensions_mut());
        }
    }

    fn apply_to(&self, status: StatusCode, headers: &mut HeaderMap) {
        if let Some(policy) = &self.policy {
            self.apply_policy(policy, status, headers);
        }
        if let Some(reads) = &self.reads {
            vary::merge_reads(headers, reads);
        }
    }

    #[inline]
    fn apply_policy(&self, policy: &Policy, status: StatusCode, headers: &mut HeaderMap) {
        let (rules, answers) = (policy.rules(), policy.answers());
        let inner = Inner::of(headers);
        let keep = inner.cors && clear_inner(rules, headers);
        if !has_room(headers) {
            return without_timing(rules, headers);
        }
        // One question after the other, for a `match` takes a jump through a table.
        let mut vary = &answers.actual_vary;
        if let Grant::Preflight(granted) = &self.grant {
            vary = &answers.preflight_vary;
            if !keep {
                grant_preflight(rules, headers, granted);
            }
        } else if keep {
            // Nothing is changed.
        } else if let Grant::Actual(echo) = &self.grant {
            grant_actual(policy, status, headers, &inner, echo.value(&rules.origins));
        } else {
            without_timing(rules, headers);
            if let Grant::Unknown = self.grant {
                remove(headers, TIMING_ALLOW_ORIGIN);
                forbid_storing(headers);
            }
        }
        if let Some(vary) = vary {
            vary::merge(headers, vary, inner.vary);
        }
    }
}

/// Whether all that is added to a response fits: all or nothing. Only a map near its limit has to be
/// asked.
fn has_room(headers: &mut HeaderMap) -> bool {
    const MOST_ADDED: usize = 16;
    const CERTAIN: usize = 16_384;
    headers.keys_len() < CERTAIN || headers.try_reserve(MOST_ADDED).is_ok()
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
            if *name == VARY {
                inner.vary = true;
            } else if is_cors_header(name) {
                inner.cors = true;
            }
        }
        inner
    }
}

/// Removes what the inner service set, or returns `true` where it is kept.
#[cold]
fn clear_inner(policy: &Rules, headers: &mut HeaderMap) -> bool {
    let keeps = policy.inner_headers == InnerHeaders::Keep;
    if keeps && headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN) {
        return true;
    }
    remove_all(headers, is_cors_header);
    false
}

fn remove_all(headers: &mut HeaderMap, is_meant: fn(&HeaderName) -> bool) {
    let mut names = Vec::new();
    for name in headers.keys() {
        if is_meant(name) {
            names.push(name.clone());
        }
    }
    for name in names {
        headers.remove(name);
    }
}

#[inline]
fn without_timing(policy: &Rules, headers: &mut HeaderMap) {
    if policy.timing {
        remove(headers, TIMING_ALLOW_ORIGIN);
    }
}

/// Apart, for it is rare.
#[cold]
fn remove(headers: &mut HeaderMap, name: HeaderName) {
    headers.remove(name);
}

fn grant_preflight(policy: &Rules, headers: &mut HeaderMap, granted: &HeaderMap) {
    without_timing(policy, headers);
    for (name, value) in granted {
        if is_cors_header(name) {
            set(headers, name.clone(), value.clone());
        }
    }
}

/// [HTTP responses](https://fetch.spec.whatwg.org/#http-responses) of the CORS protocol.
fn grant_actual(
    policy: &Policy,
    status: StatusCode,
    headers: &mut HeaderMap,
    inner: &Inner,
    origin: &HeaderValue,
) {
    let rules = policy.rules();
    if rules.timing {
        set(headers, TIMING_ALLOW_ORIGIN, origin.clone());
    }
    // In a 304, a cache would overwrite the list of the stored response, which has more headers
    // (RFC 9111, section 3.2).
    let names_present = rules.exposes_present_names() && status != StatusCode::NOT_MODIFIED;
    let present = if names_present { exposable_names(policy, headers, inner) } else { None };
    set(headers, ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    if rules.credentials {
        set(headers, ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
    if let Some(exposed) = &policy.answers().exposed {
        set(headers, ACCESS_CONTROL_EXPOSE_HEADERS, exposed.clone());
    } else if let Some(exposed) = present {
        set(headers, ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    }
}

/// The names that a script could not read unless they are exposed. `Vary`, which is merged
/// afterwards, is one.
fn exposable_names(policy: &Policy, headers: &HeaderMap, inner: &Inner) -> Option<HeaderValue> {
    let vary = policy.answers().actual_vary.is_some() && !inner.vary;
    // The value is one allocation, for it is of the exact size.
    let mut size = if vary { "vary,".len() } else { 0 };
    for name in headers.keys() {
        if !is_unexposable(name) {
            size += name.as_str().len() + 1;
        }
    }
    let mut value = Vec::with_capacity(size.checked_sub(1)?);
    let mut add = |name: &str| {
        if !value.is_empty() {
            value.push(b',');
        }
        value.extend_from_slice(name.as_bytes());
    };
    for name in headers.keys() {
        if !is_unexposable(name) {
            add(name.as_str());
        }
    }
    if vary {
        add("vary");
    }
    HeaderValue::from_maybe_shared(Bytes::from(value)).ok()
}

/// A response that lacks its grant because of a short failure would, from a cache, lack it for as
/// long as it is fresh. Fields that take precedence over `Cache-Control` for some caches
/// ([RFC 9213](https://www.rfc-editor.org/rfc/rfc9213), `Surrogate-Control` before it, nginx's
/// `X-Accel-Expires` and Akamai's `Edge-Control`) are removed.
pub(super) fn forbid_storing(headers: &mut HeaderMap) {
    remove_all(headers, |name| {
        let name = name.as_str();
        name.ends_with("-cache-control")
            || matches!(name, "surrogate-control" | "x-accel-expires" | "edge-control")
    });
    set(headers, http::header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) {
    // Never fails: there is room.
    let _ = headers.try_insert(name, value);
}
