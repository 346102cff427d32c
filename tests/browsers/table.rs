//! What a script can choose: methods, headers, response headers. Whether a header is safelisted
//! stands beside it, looked up by hand, so that a mistake in the simulated browser's reading of the
//! standard cannot hide here.

use crate::case::{Header, Method};

const fn method(written: &'static str, sent: &'static str) -> Method {
    Method { written, sent }
}

pub(crate) const GET: Method = method("GET", "GET");
pub(crate) const PUT: Method = method("PUT", "PUT");
pub(crate) const DELETE: Method = method("DELETE", "DELETE");
pub(crate) const PATCH: Method = method("PATCH", "PATCH");

pub(crate) const SIMPLE_METHODS: [Method; 5] = [
    GET,
    method("HEAD", "HEAD"),
    method("POST", "POST"),
    method("get", "GET"),
    method("post", "POST"),
];

/// Some are put into upper case (`put`), others are not (`patch`): methods are case-sensitive.
pub(crate) const OTHER_METHODS: [Method; 10] = [
    PUT,
    DELETE,
    PATCH,
    method("put", "PUT"),
    method("Delete", "DELETE"),
    method("patch", "patch"),
    method("OPTIONS", "OPTIONS"),
    method("QUERY", "QUERY"),
    method("PROPFIND", "PROPFIND"),
    method("propfind", "propfind"),
];

/// Methods that policies list.
pub(crate) const LISTED_METHODS: [&str; 6] =
    ["PUT", "DELETE", "PATCH", "OPTIONS", "QUERY", "PROPFIND"];

const fn safe(name: &'static str, value: &'static str) -> Header {
    Header { name, value, safe: true }
}

const fn other(name: &'static str, value: &'static str) -> Header {
    Header { name, value, safe: false }
}

/// 128 bytes.
const LONG: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\
                    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
/// 129 bytes.
const TOO_LONG: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\
                        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab";
/// `text/plain` in 128 bytes.
const LONG_TYPE: &str = "text/plain;x=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\
                         aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const TOO_LONG_TYPE: &str = "text/plain;x=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\
                             aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab";

/// Headers of everyday requests.
pub(crate) const HEADERS: [Header; 16] = [
    safe("accept", "application/json"),
    safe("accept-language", "de-CH, de;q=0.9"),
    safe("content-language", "fr"),
    safe("content-type", "text/plain"),
    safe("content-type", "application/x-www-form-urlencoded"),
    safe("content-type", "text/plain;charset=utf-8"),
    other("content-type", "application/json"),
    other("content-type", "application/json;charset=utf-8"),
    other("content-type", "text/xml"),
    other("authorization", "Bearer abc"),
    other("x-a", "1"),
    other("x-b", "2"),
    other("x-requested-with", "XMLHttpRequest"),
    other("x-csrf-token", "abc"),
    other("if-none-match", "W/abc"),
    other("traceparent", "00-1-2-01"),
];

/// Headers at the limits of what is safe.
pub(crate) const LIMITS: [Header; 27] = [
    safe("accept", LONG),
    other("accept", TOO_LONG),
    safe("accept", "text/html;q=0.9, */*"),
    other("accept", "text/html;x=\"y\""),
    other("accept", "a:b"),
    other("accept", "(a)"),
    safe("accept-language", LONG),
    other("accept-language", TOO_LONG),
    other("accept-language", "de_DE"),
    other("accept-language", "de/CH"),
    safe("accept-language", "*"),
    safe("content-language", LONG),
    other("content-language", TOO_LONG),
    other("content-language", "de+at"),
    safe("content-type", LONG_TYPE),
    other("content-type", TOO_LONG_TYPE),
    safe("content-type", "TEXT/PLAIN"),
    safe("content-type", "Text/Plain; Charset=UTF-8"),
    other("content-type", "text/plain;charset=\"utf-8\""),
    other("content-type", "text/plaintext"),
    other("content-type", "text/plain, application/json"),
    other("content-type", "text"),
    safe("range", "bytes=0-99"),
    safe("range", "bytes=5-"),
    other("range", "bytes=-5"),
    other("range", "bytes=0-9,20-29"),
    // Client hints were once to be safelisted, and are not.
    other("dpr", "2"),
];

/// Request headers that policies list.
pub(crate) const LISTED_HEADERS: [&str; 14] = [
    "content-type",
    "authorization",
    "x-a",
    "x-b",
    "x-requested-with",
    "x-csrf-token",
    "if-none-match",
    "traceparent",
    "accept",
    "accept-language",
    "content-language",
    "range",
    "dpr",
    "x-unused",
];

/// What the inner service adds to responses.
pub(crate) const SET: [(&str, &str); 9] = [
    ("x-request-id", "7"),
    ("x-total", "42"),
    ("x-twice", "1"),
    ("etag", "\"abc\""),
    ("content-language", "de"),
    ("expires", "0"),
    ("last-modified", "Thu, 01 Jan 2026 00:00:00 GMT"),
    ("pragma", "no-cache"),
    ("set-cookie", "gone=1; Max-Age=0"),
];

/// Response headers a script may see without a grant.
pub(crate) const SAFE_RESPONSE: [&str; 7] = [
    "cache-control",
    "content-language",
    "content-length",
    "content-type",
    "expires",
    "last-modified",
    "pragma",
];

/// Response headers that policies expose.
pub(crate) const EXPOSED: [&str; 5] = ["x-request-id", "x-total", "x-twice", "etag", "x-unused"];
