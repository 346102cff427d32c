//! [Methods](https://fetch.spec.whatwg.org/#methods).

use http::Method;

use super::reason::Reason;

/// What the `Request` constructor makes of `method`:
/// <https://fetch.spec.whatwg.org/#dom-request>.
pub(super) fn parse(method: &str) -> Result<Method, Reason> {
    let invalid = |_| Reason::InvalidMethod { method: method.to_owned() };
    if is_forbidden(method) {
        return Err(Reason::ForbiddenMethod { method: method.to_owned() });
    }
    // https://fetch.spec.whatwg.org/#concept-method-normalize: `patch` is not among them
    let normalized = ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"]
        .into_iter()
        .find(|known| method.eq_ignore_ascii_case(known));
    Method::from_bytes(normalized.unwrap_or(method).as_bytes()).map_err(invalid)
}

/// <https://fetch.spec.whatwg.org/#cors-safelisted-method>
pub(super) fn is_safelisted(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::POST)
}

/// <https://fetch.spec.whatwg.org/#forbidden-method>
pub(super) fn is_forbidden(method: &str) -> bool {
    ["CONNECT", "TRACE", "TRACK"].iter().any(|forbidden| method.eq_ignore_ascii_case(forbidden))
}
