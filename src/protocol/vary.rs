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
    let lines = || headers.get_all(VARY).iter().map(HeaderValue::as_bytes);
    let has = |wanted: &str| {
        lines()
            .flat_map(comma::split_bytes)
            .any(|name| name == b"*" || name.eq_ignore_ascii_case(wanted.as_bytes()))
    };
    let missing = || vary.names.iter().filter(|name| !has(name)).map(|name| name.as_bytes());
    missing().next()?;
    let parts = || lines().map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()).chain(missing());
    // The value is this one allocation, for it is of the exact size.
    let size = parts().map(|part| part.len() + 2).sum::<usize>() - 2;
    let mut value = Vec::with_capacity(size);
    for part in parts() {
        if !value.is_empty() {
            value.extend_from_slice(b", ");
        }
        value.extend_from_slice(part);
    }
    HeaderValue::from_maybe_shared(bytes::Bytes::from(value)).ok()
}
