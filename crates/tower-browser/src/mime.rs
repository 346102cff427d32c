//! [MIME types](https://mimesniff.spec.whatwg.org/#parsing-a-mime-type), as far as the safelist
//! needs them.

use super::header_list::{is_token, normalize};

/// The [essence](https://mimesniff.spec.whatwg.org/#mime-type-essence) of a MIME type, lower-case.
/// Parameters, good or bad, never make the parser fail.
pub(super) fn essence(value: &[u8]) -> Option<String> {
    let value = std::str::from_utf8(normalize(value)).ok().or_else(|| {
        // Bytes past ASCII can only stand in parameters, or the essence is no token.
        let end = value.iter().position(|byte| *byte == b';')?;
        std::str::from_utf8(normalize(&value[..end])).ok()
    })?;
    let (kind, rest) = value.split_once('/')?;
    let subtype = rest.split(';').next().unwrap_or_default();
    let subtype = subtype.trim_end_matches(['\t', '\n', '\r', ' ']);
    (is_token(kind) && is_token(subtype)).then(|| format!("{kind}/{subtype}").to_ascii_lowercase())
}
