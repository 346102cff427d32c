//! Merging into `Vary` ([RFC 9110, section 12.5.5](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.5)).

use crate::policy::Vary;
use http::{
    HeaderMap, HeaderValue,
    header::{Entry, OccupiedEntry, VARY},
};

/// Sees to it that each name stands in `Vary` once. `*` is left alone: it covers all.
pub(super) fn merge(headers: &mut HeaderMap, vary: Option<&Vary>) {
    let Some(vary) = vary else { return };
    match headers.try_entry(VARY) {
        Ok(Entry::Vacant(entry)) => {
            // Fails only in a map of 2^15 headers, which no server can send.
            let _ = entry.try_insert(vary.value.clone());
        }
        Ok(Entry::Occupied(mut entry)) => {
            if let Some(merged) = merged(&entry, vary) {
                entry.insert(merged);
            }
        }
        Err(_) => {}
    }
}

/// All lines in one, with what they lack; `None` where they lack nothing.
fn merged(lines: &OccupiedEntry<'_, HeaderValue>, vary: &Vary) -> Option<HeaderValue> {
    let names = || lines.iter().flat_map(|line| line.as_bytes().split(|&b| b == b','));
    let has = |wanted: &str| {
        names().any(|name| {
            let name = name.trim_ascii();
            name == b"*" || name.eq_ignore_ascii_case(wanted.as_bytes())
        })
    };
    let missing = vary.names.iter().filter(|name| !has(name)).collect::<Vec<_>>();
    if missing.is_empty() {
        return None;
    }
    let lines = lines.iter().map(|line| line.as_bytes().trim_ascii());
    let mut value = Vec::new();
    for part in lines.chain(missing.into_iter().map(|name| name.as_bytes())) {
        if part.is_empty() {
            continue;
        }
        if !value.is_empty() {
            value.extend_from_slice(b", ");
        }
        value.extend_from_slice(part);
    }
    HeaderValue::from_maybe_shared(bytes::Bytes::from(value)).ok()
}
