//! Which methods and headers the Fetch standard treats specially.

use http::HeaderName;

/// [CORS-safelisted method](https://fetch.spec.whatwg.org/#cors-safelisted-method)
pub(super) fn is_safelisted_method(method: &[u8]) -> bool {
    matches!(method, b"GET" | b"HEAD" | b"POST")
}

/// [Forbidden method](https://fetch.spec.whatwg.org/#forbidden-method), in any case.
pub(crate) fn is_forbidden_method(method: &[u8]) -> bool {
    ["CONNECT", "TRACE", "TRACK"].iter().any(|name| method.eq_ignore_ascii_case(name.as_bytes()))
}

/// The upper-case form of a standard method that is written otherwise
/// ([RFC 9110, section 9](https://www.rfc-editor.org/rfc/rfc9110#section-9), and `PATCH`).
pub(crate) fn standard_method_in_wrong_case(method: &str) -> Option<&'static str> {
    for name in &["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"] {
        if method.eq_ignore_ascii_case(name) {
            return (method != *name).then_some(name);
        }
    }
    None
}

const FORBIDDEN_REQUEST_HEADERS: &[&str] = &[
    "accept-charset",
    "accept-encoding",
    "connection",
    "content-length",
    "cookie",
    "cookie2",
    "date",
    "dnt",
    "expect",
    "host",
    "keep-alive",
    "origin",
    "referer",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

/// [Forbidden request-header](https://fetch.spec.whatwg.org/#forbidden-request-header) by name;
/// those forbidden by value alone are not.
pub(crate) fn is_forbidden_request_header(name: &HeaderName) -> bool {
    let name = name.as_str();
    FORBIDDEN_REQUEST_HEADERS.contains(&name)
        || name.starts_with("proxy-")
        || name.starts_with("sec-")
}

const REQUEST_ONLY_HEADERS: &[&str] = &[
    "accept-charset",
    "cookie",
    "cookie2",
    "dnt",
    "expect",
    "host",
    "origin",
    "proxy-authorization",
    "referer",
    "te",
    "user-agent",
];

/// A request header that no response has.
pub(super) fn is_request_only_header(name: &HeaderName) -> bool {
    let name = name.as_str();
    REQUEST_ONLY_HEADERS.contains(&name) || name.starts_with("sec-fetch-")
}

/// A header of the CORS protocol, which a page neither sets nor has a use for.
pub(crate) fn is_cors_header(name: &HeaderName) -> bool {
    name.as_str().starts_with("access-control-")
}

/// [Forbidden response-header name](https://fetch.spec.whatwg.org/#forbidden-response-header-name)
pub(super) fn is_forbidden_response_header(name: &HeaderName) -> bool {
    matches!(name.as_str(), "set-cookie" | "set-cookie2")
}

/// Whether exposing the header would change nothing: it can be read always ([CORS-safelisted
/// response-header name](https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name)),
/// never, or is of the CORS protocol.
pub(crate) fn is_unexposable(name: &HeaderName) -> bool {
    matches!(
        name.as_str(),
        "cache-control"
            | "content-language"
            | "content-length"
            | "content-type"
            | "expires"
            | "last-modified"
            | "pragma"
    ) || is_forbidden_response_header(name)
        || is_cors_header(name)
}
