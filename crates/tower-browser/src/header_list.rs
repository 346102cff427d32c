//! [Header lists](https://fetch.spec.whatwg.org/#concept-header-list): how the standard reads
//! values out of them.

use http::{HeaderMap, HeaderName, HeaderValue};

/// A request's header list. A list, not a map: each line is checked by itself.
pub(super) type HeaderList = Vec<(HeaderName, HeaderValue)>;

/// <https://fetch.spec.whatwg.org/#concept-header-list-get>: all lines, joined by `, `.
pub(super) fn get(headers: &HeaderMap, name: &str) -> Option<Vec<u8>> {
    let lines: Vec<&[u8]> = headers.get_all(name).iter().map(HeaderValue::as_bytes).collect();
    (!lines.is_empty()).then(|| lines.join(&b", "[..]))
}

/// <https://fetch.spec.whatwg.org/#concept-header-list-get-decode-split>
pub(super) fn get_decode_and_split(headers: &HeaderMap, name: &str) -> Option<Vec<String>> {
    get(headers, name).map(|value| decode_and_split(&value))
}

/// <https://fetch.spec.whatwg.org/#header-value-get-decode-and-split>: a comma inside a quoted
/// string does not split.
pub(super) fn decode_and_split(value: &[u8]) -> Vec<String> {
    let mut values = vec![String::new()];
    let mut quoted = false;
    let mut escaped = false;
    for byte in value {
        let c = char::from(*byte);
        if c == ',' && !quoted {
            values.push(String::new());
            continue;
        }
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
        if let Some(last) = values.last_mut() {
            last.push(c);
        }
    }
    values.iter().map(|value| value.trim_matches(['\t', ' ']).to_owned()).collect()
}

/// <https://fetch.spec.whatwg.org/#extract-header-list-values> of a header whose grammar is a list
/// of tokens (`#method`, `#field-name`); the error is the value that does not parse.
pub(super) fn extract_tokens(
    headers: &HeaderMap,
    name: &str,
) -> Result<Option<Vec<String>>, String> {
    if !headers.contains_key(name) {
        return Ok(None);
    }
    let mut tokens = Vec::new();
    for line in headers.get_all(name) {
        // https://httpwg.org/specs/rfc9110.html#abnf.extension.recipient: empty items do not count
        for item in line.as_bytes().split(|byte| *byte == b',') {
            let item = item.trim_ascii();
            if item.is_empty() {
                continue;
            }
            match std::str::from_utf8(item) {
                Ok(token) if is_token(token) => tokens.push(token.to_owned()),
                _ => return Err(lossy(line)),
            }
        }
    }
    Ok(Some(tokens))
}

/// <https://fetch.spec.whatwg.org/#concept-header-value-normalize>
pub(super) fn normalize(value: &[u8]) -> &[u8] {
    let is_whitespace = |byte: &u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' ');
    let start = value.iter().position(|byte| !is_whitespace(byte));
    let end = value.iter().rposition(|byte| !is_whitespace(byte));
    match (start, end) {
        (Some(start), Some(end)) => &value[start..=end],
        _ => &[],
    }
}

/// What a connection delivers of a response's headers: white space around values is not part of
/// them, though a service in the same process can write it.
pub(super) fn as_received(headers: &HeaderMap) -> HeaderMap {
    let mut received = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        let normalized =
            HeaderValue::from_bytes(normalize(value.as_bytes())).unwrap_or_else(|_| value.clone());
        received.append(name, normalized);
    }
    received
}

/// <https://httpwg.org/specs/rfc9110.html#rule.token.separators>
pub(super) fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

pub(super) fn lossy(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}
