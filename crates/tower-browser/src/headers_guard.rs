//! The [`Headers`](https://fetch.spec.whatwg.org/#headers-class) of a request that a script makes:
//! some names are the browser's own, and `no-cors` allows next to none.

use http::{HeaderName, HeaderValue};

use super::header_list::{HeaderList, decode_and_split, normalize};
use super::method;
use super::options::Mode;
use super::reason::Reason;
use super::safelist;

/// <https://fetch.spec.whatwg.org/#concept-headers-append>. A forbidden header is dropped without
/// a word, as in browsers; a malformed one is the script's `TypeError`.
pub(super) fn append(
    headers: &mut HeaderList,
    mode: Mode,
    name: &[u8],
    value: &[u8],
) -> Result<(), Reason> {
    let value = normalize(value);
    let invalid = || Reason::InvalidHeader {
        name: String::from_utf8_lossy(name).into_owned(),
        value: String::from_utf8_lossy(value).into_owned(),
    };
    let parsed_name = HeaderName::from_bytes(name).map_err(|_| invalid())?;
    let parsed_value = HeaderValue::from_bytes(value).map_err(|_| invalid())?;
    if mode == Mode::NoCors {
        // Judged as the combined value would be:
        // https://fetch.spec.whatwg.org/#concept-headers-append
        let mut combined = Vec::new();
        for (_, line) in headers.iter().filter(|(name, _)| *name == parsed_name) {
            combined.extend_from_slice(line.as_bytes());
            combined.extend_from_slice(b", ");
        }
        combined.extend_from_slice(value);
        let combined = HeaderValue::from_bytes(&combined).map_err(|_| invalid())?;
        if !safelist::is_no_cors_safelisted(&parsed_name, &combined) {
            return Ok(());
        }
    } else if is_forbidden(&parsed_name, value) {
        return Ok(());
    }
    headers.push((parsed_name, parsed_value));
    Ok(())
}

/// <https://fetch.spec.whatwg.org/#forbidden-request-header>
fn is_forbidden(name: &HeaderName, value: &[u8]) -> bool {
    match name.as_str() {
        "accept-charset"
        | "accept-encoding"
        | "access-control-request-headers"
        | "access-control-request-method"
        | "connection"
        | "content-length"
        | "cookie"
        | "cookie2"
        | "date"
        | "dnt"
        | "expect"
        | "host"
        | "keep-alive"
        | "origin"
        | "referer"
        | "set-cookie"
        | "te"
        | "trailer"
        | "transfer-encoding"
        | "upgrade"
        | "via" => true,
        "x-http-method" | "x-http-method-override" | "x-method-override" => {
            decode_and_split(value).iter().any(|name| method::is_forbidden(name))
        }
        name => name.starts_with("proxy-") || name.starts_with("sec-"),
    }
}
