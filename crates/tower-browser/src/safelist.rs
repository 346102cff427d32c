//! The safelists: what a request may hold without a preflight.

use std::collections::BTreeSet;

use http::{HeaderName, HeaderValue};

use super::header_list::HeaderList;
use super::mime;

/// <https://fetch.spec.whatwg.org/#cors-unsafe-request-header-names>, sorted and lower-case.
pub(super) fn unsafe_request_header_names(headers: &HeaderList) -> BTreeSet<String> {
    let mut unsafe_names = BTreeSet::new();
    let mut potentially_unsafe_names = BTreeSet::new();
    let mut safelist_value_size = 0_usize;
    for (name, value) in headers {
        if is_safelisted_request_header(name, value) {
            potentially_unsafe_names.insert(name.as_str().to_owned());
            safelist_value_size += value.len();
        } else {
            unsafe_names.insert(name.as_str().to_owned());
        }
    }
    if safelist_value_size > 1024 {
        unsafe_names.append(&mut potentially_unsafe_names);
    }
    unsafe_names
}

/// <https://fetch.spec.whatwg.org/#cors-safelisted-request-header>
pub(super) fn is_safelisted_request_header(name: &HeaderName, value: &HeaderValue) -> bool {
    let value = value.as_bytes();
    if value.len() > 128 {
        return false;
    }
    match name.as_str() {
        "accept" => !value.iter().copied().any(is_unsafe_byte),
        "accept-language" | "content-language" => {
            value.iter().all(|byte| byte.is_ascii_alphanumeric() || b" *,-.;=".contains(byte))
        }
        // Not "extract a MIME type": two values, or one with a comma, are not safe.
        "content-type" => {
            !value.iter().copied().any(is_unsafe_byte)
                && mime::essence(value).is_some_and(|essence| {
                    matches!(
                        essence.as_str(),
                        "application/x-www-form-urlencoded" | "multipart/form-data" | "text/plain"
                    )
                })
        }
        "range" => is_safe_range(value),
        _ => false,
    }
}

/// <https://fetch.spec.whatwg.org/#no-cors-safelisted-request-header>
pub(super) fn is_no_cors_safelisted(name: &HeaderName, value: &HeaderValue) -> bool {
    matches!(name.as_str(), "accept" | "accept-language" | "content-language" | "content-type")
        && is_safelisted_request_header(name, value)
}

/// <https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name>
pub(super) fn is_non_wildcard(name: &str) -> bool {
    name.eq_ignore_ascii_case("authorization")
}

/// <https://fetch.spec.whatwg.org/#cors-unsafe-request-header-byte>
fn is_unsafe_byte(byte: u8) -> bool {
    (byte < 0x20 && byte != b'\t') || byte == 0x7F || b"\"():<>?@[\\]{}".contains(&byte)
}

/// <https://fetch.spec.whatwg.org/#simple-range-header-value>, without white space, and with a
/// start: `bytes=-500` is not safe.
fn is_safe_range(value: &[u8]) -> bool {
    let Some(range) = value.strip_prefix(b"bytes=") else {
        return false;
    };
    let Some(dash) = range.iter().position(|byte| *byte == b'-') else {
        return false;
    };
    let (start, end) = (&range[..dash], &range[dash + 1..]);
    let is_number = |text: &[u8]| text.iter().all(u8::is_ascii_digit);
    if start.is_empty() || !is_number(start) || !is_number(end) {
        return false;
    }
    end.is_empty() || magnitude(start) <= magnitude(end)
}

/// Orders decimal numbers of any length.
fn magnitude(digits: &[u8]) -> (usize, &[u8]) {
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    (digits.len() - zeros, &digits[zeros..])
}
