//! Merging into `Vary` ([RFC 9110, section
//! 12.5.5](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.5)).

use crate::{comma, policy::Vary};
use http::{HeaderMap, HeaderValue, header::VARY};

/// Sees to it that each name stands in `Vary` once. `*` is left alone: it covers all. The caller
/// knows whether one is `present`.
pub(super) fn merge(headers: &mut HeaderMap, vary: &Vary, present: bool) {
    let value = if present {
        let Some(merged) = merged(headers, vary) else { return };
        merged
    } else {
        vary.value.clone()
    };
    // Fails only in a full map, to which nothing else was added either.
    let _ = headers.try_insert(VARY, value);
}

/// Merges the names that chose the policy.
#[cold]
pub(super) fn merge_reads(headers: &mut HeaderMap, reads: &Vary) {
    if !headers.contains_key(VARY) {
        let _ = headers.try_append(VARY, reads.value.clone());
    } else if let Some(merged) = merged(headers, reads) {
        // Not `merge`: one caller alone has the insertion written in place.
        headers.remove(VARY);
        let _ = headers.try_append(VARY, merged);
    }
}

/// All lines in one, with what they lack; `None` where they lack nothing.
fn merged(headers: &HeaderMap, vary: &Vary) -> Option<HeaderValue> {
    if vary.names.iter().all(|name| has(headers, name)) {
        return None;
    }
    // The value is one allocation, for it is of the exact size.
    let mut size = 0;
    each_part(headers, vary, &mut |part| size += part.len() + ", ".len());
    let mut value = Vec::with_capacity(size - ", ".len());
    each_part(headers, vary, &mut |part| {
        if !value.is_empty() {
            value.extend_from_slice(b", ");
        }
        value.extend_from_slice(part);
    });
    HeaderValue::from_maybe_shared(bytes::Bytes::from(value)).ok()
}

/// The lines that say something, then the names that they lack.
fn each_part(headers: &HeaderMap, vary: &Vary, with: &mut dyn FnMut(&[u8])) {
    for line in headers.get_all(VARY) {
        let line = line.as_bytes().trim_ascii();
        if !line.is_empty() {
            with(line);
        }
    }
    for name in &vary.names {
        if !has(headers, name) {
            with(name.as_bytes());
        }
    }
}

fn has(headers: &HeaderMap, wanted: &str) -> bool {
    for line in headers.get_all(VARY) {
        for name in comma::split_bytes(line.as_bytes()) {
            if name == b"*" || name.eq_ignore_ascii_case(wanted.as_bytes()) {
                return true;
            }
        }
    }
    false
}
