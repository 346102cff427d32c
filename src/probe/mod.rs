//! Looks for origins that a policy allows although they only look like those that are meant.
//!
//! A predicate, a regular expression or a function that chooses policies can allow more than its
//! author meant. [`look_alikes`] evaluates it with origins that a stranger could use, made from those
//! that are meant to be allowed, and returns what it found. It is one line of a test:
//!
//! ```
//! use tower_cors::{AllowOrigin, Policy, probe};
//!
//! let policy = Policy::builder()
//!     .allow_origin(AllowOrigin::predicate(|origin, _parts| {
//!         origin.scheme() == "https" && origin.port().is_none() && {
//!             let host = origin.host();
//!             host == "example.com" || host.ends_with(".example.com")
//!         }
//!     }))
//!     .allow_credentials(true)
//!     .build()?;
//!
//! probe::look_alikes(&policy, ["https://example.com", "https://*.example.com"]).assert_none();
//! # Ok::<(), tower_cors::PolicyErrors>(())
//! ```
//!
//! The second argument lists everything that is meant to be allowed, as origins and patterns: a
//! look-alike that one of them matches is not reported. So if any port is meant, write
//! `http://localhost:*`; if all subdomains are, `https://*.example.com`, and the domain itself
//! beside it; `null` if [opaque origins] are. Patterns are only used in the test, whatever the policy
//! itself is made of.
//!
//! These are tried, as actual requests and as preflights:
//!
//! 1. An unrelated origin, and unrelated names beneath the same top-level domain.
//! 2. Names that only begin or end like the host, or contain it: `https://evilexample.com`,
//!    `https://example.com.evil.invalid`. Dots replaced by other characters.
//! 3. Other subdomains, deeper ones, and the parent domain.
//! 4. Plain `http` instead of `https`, and another scheme. Other ports.
//! 5. Homographs, in Punycode and as bytes of UTF-8. Another case. A dot at the end of the host.
//! 6. Other spellings of an IP address, and addresses that begin or end like it.
//! 7. `null`, and what no browser sends: user information, paths, several origins in one header,
//!    several headers.
//!
//! Exact origins that are meant to be allowed are evaluated too: one that is refused is reported. So
//! is one that is not a valid origin.
//!
//! The feature "probe" is for tests: turn it on for this crate in `[dev-dependencies]`.
//!
//! What is not reported can still be wrong: an expression may single out names that nobody tries
//! here. A policy of origins and patterns needs no such test, since those are checked when it is
//! built. An async source cannot be tested by this; test the policies that it yields.
//!
//! [opaque origins]: crate::PolicyBuilder::dangerously_allow_null_origin

mod finding;
mod like;

pub use self::finding::{Finding, Findings};

use crate::{
    origin::{Origin, OriginPattern},
    select::SelectPolicy,
};
use http::{
    HeaderValue, Method, Request,
    header::{ACCESS_CONTROL_REQUEST_METHOD, ORIGIN},
    request::Parts,
};
use std::collections::BTreeSet;

/// Finds origins that `policies` allows although they only look like those that are `meant`.
///
/// `policies` is a [`Policy`](crate::Policy), a `PolicyList`, or any other [`SelectPolicy`]; the
/// requests have the path `/`. The [module](crate::probe) says what has to be listed and what is
/// tried.
///
/// ```
/// use tower_cors::{AllowOrigin, Policy, probe};
///
/// let policy = Policy::builder()
///     .allow_origin(AllowOrigin::predicate(|origin, _parts| {
///         origin.scheme() == "https" && origin.host().ends_with("example.com") // no dot!
///     }))
///     .build()?;
///
/// let found = probe::look_alikes(&policy, ["https://example.com:*", "https://*.example.com:*"]);
/// assert_eq!(
///     found.iter().next().unwrap().to_string(),
///     r#""https://evilexample.com" is allowed, but only ends like "https://example.com:*"; compare whole labels: the host itself, or what ends in "." and the domain"#,
/// );
/// # Ok::<(), tower_cors::PolicyErrors>(())
/// ```
pub fn look_alikes<P: SelectPolicy + ?Sized>(
    policies: &P,
    meant: impl IntoIterator<Item = impl AsRef<str>>,
) -> Findings {
    look_alikes_of(policies, Request::new(()).into_parts().0, meant)
}

/// Finds them with a request of your own, for policies that depend on the path, the host or other
/// headers. Its method and its `Origin` are replaced.
///
/// ```
/// use http::{Request, header::HOST};
/// use tower_cors::{Policy, probe, select::ByRequest};
///
/// let policy = Policy::builder().allow_origin("https://app.example.com").build()?;
/// let by_host = ByRequest::new(move |parts| {
///     (parts.headers.get(HOST)? == "api.example.com").then(|| policy.clone())
/// });
///
/// let request = Request::builder().uri("/items").header(HOST, "api.example.com").body(())?;
/// let meant = ["https://app.example.com"];
/// probe::look_alikes_of(&by_host, request.into_parts().0, meant).assert_none();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn look_alikes_of<P: SelectPolicy + ?Sized>(
    policies: &P,
    request: Parts,
    meant: impl IntoIterator<Item = impl AsRef<str>>,
) -> Findings {
    let mut probe = Probe { policies, request, findings: Vec::new() };
    let mut patterns = Vec::new();
    let mut null = false;
    for text in meant {
        match text.as_ref() {
            "null" => null = true,
            text => match text.parse::<OriginPattern>() {
                Ok(pattern) => patterns.push(pattern),
                Err(error) => probe.findings.push(Finding::invalid(text, &error)),
            },
        }
    }
    if let Some(credentials) = probe.allows(&[like::UNRELATED]) {
        // Everything else would be found as well, and would tell no more.
        probe.findings.push(Finding::any_origin(like::UNRELATED, credentials));
        return Findings::new(probe.findings);
    }
    probe.look(&patterns, null);
    Findings::new(probe.findings)
}

struct Probe<'a, P: ?Sized> {
    policies: &'a P,
    request: Parts,
    findings: Vec<Finding>,
}

impl<P: SelectPolicy + ?Sized> Probe<'_, P> {
    fn look(&mut self, patterns: &[OriginPattern], null: bool) {
        let mut tried = BTreeSet::new();
        for pattern in patterns {
            if pattern.is_exact() && self.allows(&[pattern.as_str()]).is_none() {
                self.findings.push(Finding::refused(pattern));
            }
            for like in like::of(pattern) {
                let lines = like.lines.iter().map(String::as_str).collect::<Vec<_>>();
                let meant = match lines[..] {
                    ["null"] => null,
                    [line] => is_meant(line, patterns),
                    _ => false,
                };
                if meant || !tried.insert(like.lines.clone()) {
                    continue;
                }
                if let Some(credentials) = self.allows(&lines) {
                    self.findings.push(Finding::look_alike(&like, pattern, credentials));
                }
            }
        }
    }

    /// Whether the origin in these header lines is allowed for any request, and then whether with
    /// credentials.
    fn allows(&self, lines: &[&str]) -> Option<bool> {
        let values = lines.iter().map(|line| HeaderValue::from_bytes(line.as_bytes()));
        let values = values.collect::<Result<Vec<_>, _>>().ok()?;
        let mut allowed = None;
        for (method, asked) in
            [(Method::GET, None), (Method::POST, None), (Method::OPTIONS, Some("PUT"))]
        {
            let mut parts = self.request.clone();
            parts.method = method;
            parts.headers.remove(ORIGIN);
            parts.headers.remove(ACCESS_CONTROL_REQUEST_METHOD);
            for value in &values {
                parts.headers.append(ORIGIN, value.clone());
            }
            if let Some(asked) = asked {
                let asked = HeaderValue::from_static(asked);
                parts.headers.insert(ACCESS_CONTROL_REQUEST_METHOD, asked);
            }
            let Some(selection) = self.policies.select(&parts) else { continue };
            let evaluation = selection.evaluate();
            if evaluation.allows_origin() {
                let credentials = evaluation.policy().rules().credentials;
                allowed = Some(allowed.unwrap_or(false) || credentials);
            }
        }
        allowed
    }
}

fn is_meant(text: &str, patterns: &[OriginPattern]) -> bool {
    let Ok(origin) = text.parse::<Origin>() else { return false };
    patterns.iter().any(|pattern| pattern.matches(&origin))
}
