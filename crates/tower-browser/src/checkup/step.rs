//! The fetches of a checkup, one after another.

use std::error::Error;
use std::fmt;

use bytes::Bytes;
use http::HeaderMap;
use tower_service::Service;

use super::Checkup;
use crate::allow_origin;
use crate::answer::ResponseType;
use crate::blocked::Blocked;
use crate::exchange::Exchange;
use crate::fetch::Fetch;
use crate::options::Mode;
use crate::reason::Reason;
use crate::url::Url;

/// A page that no server knows.
pub(super) const STRANGER: &str = "https://stranger.example";

/// A path that no server has.
const MISSING: &str = "no-such-path-of-a-cors-checkup";

/// Why a step is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Purpose {
    /// The fetch itself.
    Fetch,
    /// A preflight, because the fetch has none.
    Preflight,
    /// The same URL by a plain `GET`, without a login. Left out where the fetch itself is one.
    Plain,
    /// The same URL from the API's own origin, so without `Origin`.
    WithoutOrigin,
    /// The same URL from a page that no server knows.
    Stranger,
    /// A path that does not exist.
    Missing,
    /// A URL that the checkup names.
    Also,
    /// A URL whose handler panics.
    Panic,
    /// The same page with another scheme, with or without `www.`, or with another name of this
    /// machine: `localhost`, `127.0.0.1`, `[::1]`.
    Variant,
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fetch => "the fetch itself",
            Self::Preflight => "a preflight",
            Self::Plain => "the same URL by a plain `GET`",
            Self::WithoutOrigin => "the same URL without `Origin`",
            Self::Stranger => "the same URL from an unknown page",
            Self::Missing => "a path that does not exist",
            Self::Also => "another URL",
            Self::Panic => "a handler that panics",
            Self::Variant => "the page's origin in another form",
        })
    }
}

/// One step of a checkup: a fetch and what came of it.
#[derive(Debug)]
pub struct Step {
    purpose: Purpose,
    origin: String,
    outcome: Result<Seen, Blocked>,
}

/// What the script saw.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) response_type: ResponseType,
    pub(super) readable: HeaderMap,
    wire: Vec<Exchange>,
}

impl Step {
    /// Why this step was taken.
    #[must_use]
    pub fn purpose(&self) -> &Purpose {
        &self.purpose
    }

    /// The origin of the page that fetched.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Why the script got nothing, if it got nothing.
    #[must_use]
    pub fn blocked(&self) -> Option<&Blocked> {
        self.outcome.as_ref().err()
    }

    /// What crossed the wire.
    #[must_use]
    pub fn wire(&self) -> &[Exchange] {
        match &self.outcome {
            Ok(seen) => &seen.wire,
            Err(blocked) => blocked.wire(),
        }
    }

    pub(super) fn seen(&self) -> Option<&Seen> {
        self.outcome.as_ref().ok()
    }

    pub(super) fn reason(&self) -> Option<&Reason> {
        self.blocked().map(Blocked::reason)
    }

    /// The preflight and its answer.
    pub(super) fn preflight(&self) -> Option<&Exchange> {
        self.wire().iter().find(|exchange| exchange.is_preflight())
    }

    /// The first request that was not a preflight.
    pub(super) fn request(&self) -> Option<&Exchange> {
        self.wire().iter().find(|exchange| !exchange.is_preflight())
    }
}

/// A checkup under way.
pub(super) struct Run<S, F> {
    service: S,
    make_body: F,
    steps: Vec<Step>,
}

impl<S, F> Run<S, F> {
    pub(super) fn new(service: S, make_body: F) -> Self {
        Self { service, make_body, steps: Vec::new() }
    }

    pub(super) fn into_steps(self) -> Vec<Step> {
        self.steps
    }

    pub(super) async fn all<ReqBody, ResBody>(&mut self, checkup: &Checkup)
    where
        S: Service<http::Request<ReqBody>, Response = http::Response<ResBody>>,
        S::Error: Into<Box<dyn Error + Send + Sync>>,
        F: FnMut(Bytes) -> ReqBody,
    {
        let fetch = &checkup.fetch;
        self.step(Purpose::Fetch, fetch.clone()).await;
        let first = &self.steps[0];
        let Ok(url) = Url::parse(fetch.url(), fetch.base_url().as_ref()) else { return };
        let is_same_origin = url.origin().to_string() == first.origin;
        let failed = matches!(first.reason(), Some(Reason::Service { .. }));
        if checkup.only || first.wire().is_empty() || is_same_origin {
            return;
        }
        let sent_preflight = first.preflight().is_some();
        let get = |page: &crate::Page| {
            page.fetch(url.to_string()).mode(Mode::Cors).credentials(fetch.credentials_mode())
        };
        if failed {
            // Only the preflight, or everything?
            if sent_preflight && first.request().is_none() {
                self.step(Purpose::Plain, get(fetch.page())).await;
            }
            return;
        }
        let browser = fetch.page().browser();
        if checkup.preflight && !sent_preflight {
            let with_header = get(fetch.page()).header("x-cors-checkup", "1");
            self.step(Purpose::Preflight, with_header).await;
        }
        if !fetch.is_plain_get() {
            self.step(Purpose::Plain, get(fetch.page())).await;
            let is_broken = |step: &Step| matches!(step.reason(), Some(Reason::Service { .. }));
            if self.steps[0].blocked().is_some() && self.steps.last().is_some_and(is_broken) {
                // Nothing more is to be learned here.
                return;
            }
        }
        self.step(Purpose::WithoutOrigin, get(&browser.page(url.to_string()))).await;
        self.step(Purpose::Stranger, get(&browser.page(STRANGER))).await;
        let below = format!("{}/{MISSING}", url.path().trim_end_matches('/'));
        let missing = checkup.missing.as_ref().unwrap_or(&below);
        let more = std::iter::once((Purpose::Missing, missing))
            .chain(checkup.also.iter().map(|url| (Purpose::Also, url)))
            .chain(checkup.panics.iter().map(|url| (Purpose::Panic, url)));
        for (purpose, reference) in more {
            let target = Url::parse(reference, Some(&url))
                .map_or_else(|_| reference.clone(), |target| target.to_string());
            let other = fetch.page().fetch(target).credentials(fetch.credentials_mode());
            self.step(purpose, other).await;
        }
        if matches!(self.steps[0].reason(), Some(Reason::MissingAllowOrigin { status, .. }) if matches!(status, ..400 | 403))
        {
            let target = url.origin().to_string();
            // A page at the API's own origin needs no grant.
            let variants = variants(&self.steps[0].origin);
            for variant in variants.into_iter().filter(|variant| *variant != target) {
                self.step(Purpose::Variant, get(&browser.page(variant))).await;
            }
        }
    }

    async fn step<ReqBody, ResBody>(&mut self, purpose: Purpose, fetch: Fetch)
    where
        S: Service<http::Request<ReqBody>, Response = http::Response<ResBody>>,
        S::Error: Into<Box<dyn Error + Send + Sync>>,
        F: FnMut(Bytes) -> ReqBody,
    {
        let origin = fetch.page().origin_text();
        let sent = fetch.send_with(&mut self.service, &mut self.make_body).await;
        let outcome = sent.map(|answer| Seen {
            response_type: answer.response_type(),
            readable: answer.headers().clone(),
            wire: answer.wire().to_vec(),
        });
        self.steps.push(Step { purpose, origin, outcome });
    }
}

/// The origin with the other names of this machine, with the other scheme, and with or without `www.`.
fn variants(origin: &str) -> Vec<String> {
    let Some((scheme, host)) = origin.split_once("://") else { return Vec::new() };
    let other = match scheme {
        "http" => "https",
        "https" => "http",
        _ => return Vec::new(),
    };
    let mut variants = Vec::new();
    let (name, port) = allow_origin::split_port(host);
    if allow_origin::LOOPBACK_NAMES.contains(&name) {
        let others = allow_origin::LOOPBACK_NAMES.iter().filter(|other| **other != name);
        variants.extend(others.map(|other| format!("{scheme}://{other}{port}")));
    }
    variants.push(format!("{other}://{host}"));
    let is_address = name.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if name.contains('.') && !is_address {
        let www = host.strip_prefix("www.").map_or_else(|| format!("www.{host}"), str::to_owned);
        variants.push(format!("{scheme}://{www}"));
    }
    variants
}
