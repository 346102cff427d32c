//! Whether a request comes from the very origin it goes to. Asked under enforcement only.

use super::request::Lines;
use crate::origin::Origin;
use http::{
    HeaderName,
    header::{HOST, ORIGIN},
    request::Parts,
    uri::Authority,
};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether the request is same-origin.
///
/// 1. Several `Origin` lines, or one that no browser sends, never are.
/// 2. One `Sec-Fetch-Site` line decides: only browsers send it, and no script can set it
///    ([Fetch Metadata](https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header)).
///    `none` is the user's own doing. A value not known yet is not trusted.
/// 3. Else host and port of `Origin` are compared with those that the request was sent to. The
///    scheme cannot be: behind a proxy that ends TLS, this side never learns it.
pub(super) fn is_same_origin(parts: &Parts) -> bool {
    let site = match Lines::of(&parts.headers, &SEC_FETCH_SITE) {
        Lines::One(site) if site == "same-origin" || site == "none" => Some(site),
        Lines::One(_) => return false,
        Lines::None | Lines::Several(_) => None,
    };
    let Lines::One(origin) = Lines::of(&parts.headers, &ORIGIN) else { return false };
    let Some(origin) = Origin::from_header(origin) else { return false };
    site.is_some() || is_sent_to(&origin, parts)
}

fn is_sent_to(origin: &Origin, parts: &Parts) -> bool {
    if !matches!(origin.scheme(), "http" | "https") {
        return false;
    }
    let Some(authority) = target(parts) else { return false };
    if authority.as_str().contains('@') {
        return false;
    }
    let Some((host, port)) = split_port(authority.as_str()) else { return false };
    host.eq_ignore_ascii_case(origin.host())
        && port.or_else(|| origin.default_port()) == origin.port_or_default()
}

/// `:authority` or the absolute target, which override `Host`
/// ([RFC 9112, section 3.2.2](https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2)).
fn target(parts: &Parts) -> Option<Authority> {
    if let Some(authority) = parts.uri.authority() {
        return Some(authority.clone());
    }
    match Lines::of(&parts.headers, &HOST) {
        Lines::One(host) => host.to_str().ok()?.parse().ok(),
        Lines::None | Lines::Several(_) => None,
    }
}

/// Host and port; `None` where the port is no port. An empty one is the default
/// ([RFC 3986, section 3.2.3](https://www.rfc-editor.org/rfc/rfc3986#section-3.2.3)).
fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => match port {
            "" => Some((host, None)),
            port if port.bytes().all(|b| b.is_ascii_digit()) => {
                Some((host, Some(port.parse().ok()?)))
            }
            _ => None,
        },
        _ => Some((authority, None)),
    }
}
