//! Preflights: what they ask for, and the answer.

use super::{refusal::Refusal, request::Lines};
use crate::{
    comma,
    policy::{
        ACCESS_CONTROL_ALLOW_PRIVATE_NETWORK, Policy, Rules, fill, is_forbidden_method, true_value,
    },
};
use bytes::Bytes;
use http::{
    HeaderName, HeaderValue, Method, Response,
    header::{
        ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD,
    },
    request::Parts,
};

const REQUEST_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-request-private-network");

/// Bytes of `Access-Control-Request-Headers`, all lines together, that are read at least. A
/// browser's list names each header once: this is room for some two hundred.
const READ_AT_LEAST: usize = 4096;

/// The longest method that `*` names under credentials, where the answer must repeat it. The longest
/// registered one, `UPDATEREDIRECTREF`, has 17 bytes.
const LONGEST_MIRRORED_METHOD: usize = 64;

/// Why a preflight from a granted origin is refused all the same, if it is ([CORS-preflight fetch,
/// steps 7.5 and 7.6](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0)).
pub(super) fn refusal(policy: &Rules, parts: &Parts) -> Option<Refusal> {
    first_refusal(policy, parts, copied)
}

/// The same without the name of a header, which would have to be copied.
pub(super) fn nameless_refusal(policy: &Rules, parts: &Parts) -> Option<Refusal> {
    first_refusal(policy, parts, |_| HeaderValue::from_static(""))
}

/// The reasons for that, added to fewer than `most` others until there are `most`: the method, and
/// each header.
pub(super) fn add_refusals(policy: &Rules, parts: &Parts, most: usize, all: &mut Vec<Refusal>) {
    each_refusal(policy, parts, copied, &mut |refusal| {
        all.push(refusal);
        all.len() < most
    });
}

fn first_refusal(
    policy: &Rules,
    parts: &Parts,
    value: fn(&[u8]) -> HeaderValue,
) -> Option<Refusal> {
    let mut first = None;
    each_refusal(policy, parts, value, &mut |refusal| {
        first = Some(refusal);
        false
    });
    first
}

fn copied(name: &[u8]) -> HeaderValue {
    HeaderValue::from_bytes(name).unwrap_or(HeaderValue::from_static(""))
}

/// Hands over one reason after the other, as long as the function returns `true`.
fn each_refusal(
    policy: &Rules,
    parts: &Parts,
    value: fn(&[u8]) -> HeaderValue,
    found: &mut dyn FnMut(Refusal) -> bool,
) {
    if method_refusal(policy, parts).is_some_and(|refusal| !found(refusal)) {
        return;
    }
    let (bytes, limit) = (requested_bytes(parts), read_limit(policy));
    if bytes > limit {
        found(Refusal::HeadersTooLong { bytes, limit });
        return;
    }
    for line in parts.headers.get_all(ACCESS_CONTROL_REQUEST_HEADERS) {
        for name in comma::split_bytes(line.as_bytes()) {
            let refusal = match name {
                _ if !is_token(name) => Refusal::MalformedHeader { name: value(name) },
                _ if policy.headers.allows(name) => continue,
                _ => Refusal::HeaderNotAllowed { name: value(name) },
            };
            if !found(refusal) {
                return;
            }
        }
    }
}

/// Whether there is none, which is cheaper to say than which.
pub(super) fn is_granted(policy: &Rules, method: Lines<'_>, parts: &Parts) -> bool {
    // What is listed is a token; what `*` covers may not be.
    let (methods, headers) = (&policy.methods, &policy.headers);
    let is_allowed = |method: &[u8]| {
        methods.allows(method)
            && (!methods.any || (is_token(method) && !is_too_long(policy, method)))
    };
    let is_known = |name: &[u8]| headers.allows(name) && (!headers.any || is_token(name));
    let Lines::One(method) = method else { return false };
    if !is_allowed(method.as_bytes()) {
        return false;
    }
    match Lines::of(&parts.headers, &ACCESS_CONTROL_REQUEST_HEADERS) {
        Lines::None => true,
        Lines::One(line) => {
            (line.len() <= READ_AT_LEAST || line.len() <= read_limit(policy))
                && comma::split_bytes(headers.skip_listed(line.as_bytes())).all(is_known)
        }
        Lines::Several(_) => {
            requested_bytes(parts) <= read_limit(policy) && requested_names(parts).all(is_known)
        }
    }
}

fn method_refusal(policy: &Rules, parts: &Parts) -> Option<Refusal> {
    let method = match Lines::of(&parts.headers, &ACCESS_CONTROL_REQUEST_METHOD) {
        Lines::One(method) => method,
        Lines::None => return None,
        Lines::Several(lines) => return Some(Refusal::RepeatedMethod { lines }),
    };
    if Method::from_bytes(method.as_bytes()).is_err() {
        return Some(Refusal::MalformedMethod { method: method.clone() });
    }
    if is_too_long(policy, method.as_bytes()) {
        let limit = LONGEST_MIRRORED_METHOD;
        return Some(Refusal::MethodTooLong { bytes: method.len(), limit });
    }
    let allowed = policy.methods.allows(method.as_bytes());
    (!allowed).then(|| Refusal::MethodNotAllowed { method: method.clone() })
}

/// Whether only `*` could allow the method, which would have to be repeated.
fn is_too_long(policy: &Rules, method: &[u8]) -> bool {
    let (methods, long) = (&policy.methods, method.len() > LONGEST_MIRRORED_METHOD);
    long && methods.mirrored(policy.credentials) && !methods.lists(method)
}

/// No list that could be granted in full is longer, if a browser wrote it: lower case, sorted, no
/// duplicates, separated by a comma and perhaps a space.
fn read_limit(policy: &Rules) -> usize {
    let listed = policy.headers.names.iter().map(|name| name.as_str().len() + 2).sum::<usize>();
    match policy.headers.any {
        // The answer says `*`, whatever is asked; reading it all costs no more than receiving it
        // did.
        true if !policy.credentials => usize::MAX,
        true => READ_AT_LEAST,
        false => READ_AT_LEAST.max(listed),
    }
}

fn requested_bytes(parts: &Parts) -> usize {
    let lines = parts.headers.get_all(ACCESS_CONTROL_REQUEST_HEADERS);
    lines.iter().map(HeaderValue::len).sum()
}

/// The names asked for, over all lines, trimmed, without the empty items that a
/// [list](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.1.2) may have.
fn requested_names(parts: &Parts) -> impl Iterator<Item = &[u8]> {
    let lines = parts.headers.get_all(ACCESS_CONTROL_REQUEST_HEADERS).iter();
    lines.flat_map(|line| comma::split_bytes(line.as_bytes()))
}

/// [RFC 9110, section 5.6.2](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2)
fn is_token(text: &[u8]) -> bool {
    let is_token_byte = |b: &u8| {
        matches!(b, b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.'
            | b'^'..=b'`' | b'|' | b'~')
    };
    !text.is_empty() && text.iter().all(is_token_byte)
}

/// The answer to a preflight from a granted origin: the full lists, whatever was asked.
/// So one answer serves the browser's cache for every later request, and a browser that
/// misses something names it to the developer.
pub(super) fn grant(policy: &Policy, origin: &HeaderValue, parts: &Parts) -> Response<()> {
    let (rules, answers) = (policy.rules(), policy.answers());
    let places = answers.places();
    let mut response = answers.granted_preflight.clone();
    let headers = response.headers_mut();
    if places.origin {
        fill(headers, ACCESS_CONTROL_ALLOW_ORIGIN, Some(origin.clone()));
    }
    if places.methods {
        fill(headers, ACCESS_CONTROL_ALLOW_METHODS, mirrored_method(rules, parts));
    }
    if places.headers {
        fill(headers, ACCESS_CONTROL_ALLOW_HEADERS, mirrored_headers(rules, parts));
    }
    if places.private_network {
        let granted = asks_for_private_network(parts).then(true_value);
        fill(headers, ACCESS_CONTROL_ALLOW_PRIVATE_NETWORK, granted);
    }
    response
}

/// The method asked for, if `*` covers it.
fn mirrored_method(policy: &Rules, parts: &Parts) -> Option<HeaderValue> {
    let Lines::One(method) = Lines::of(&parts.headers, &ACCESS_CONTROL_REQUEST_METHOD) else {
        return None;
    };
    let bytes = method.as_bytes();
    let is_covered = !is_too_long(policy, bytes) && is_token(bytes) && !is_forbidden_method(bytes);
    is_covered.then(|| method.clone())
}

/// The names asked for that the policy allows, if it reads the list at all and every item is a
/// name.
fn mirrored_headers(policy: &Rules, parts: &Parts) -> Option<HeaderValue> {
    let bytes = requested_bytes(parts);
    if bytes > READ_AT_LEAST {
        return None;
    }
    // Room for a comma between lines too: never grown, and exact for what browsers send.
    let lines = parts.headers.get_all(ACCESS_CONTROL_REQUEST_HEADERS).iter().count();
    let mut value = Vec::with_capacity(bytes + lines.saturating_sub(1));
    for name in requested_names(parts) {
        if !is_token(name) {
            return None;
        }
        if !policy.headers.allows(name) {
            continue;
        }
        if !value.is_empty() {
            value.push(b',');
        }
        value.extend_from_slice(name);
    }
    if value.is_empty() {
        return None;
    }
    HeaderValue::from_maybe_shared(Bytes::from(value)).ok()
}

/// Asked with exactly `true`, once.
fn asks_for_private_network(parts: &Parts) -> bool {
    let lines = Lines::of(&parts.headers, &REQUEST_PRIVATE_NETWORK);
    matches!(lines, Lines::One(value) if value == "true")
}
