//! Whether a request comes from the origin that it is sent to. Asked only of requests that are not
//! granted.

use super::{request::Lines, target::Target};
use crate::origin::Origin;
use http::{HeaderName, header::ORIGIN, request::Parts};

static SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether the request is same-origin.
///
/// 1. Several `Origin` lines, or one that no browser sends, never are.
/// 2. One `Sec-Fetch-Site` line decides: only browsers send it, and no script can set it
///    ([Fetch Metadata](https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header)).
///    `none` is the user's own doing. A value not known yet is not trusted.
/// 3. Else host and port of `Origin` are compared with those that the request was sent to. The
///    scheme cannot be: behind a proxy that ends TLS, this side never learns it.
#[inline(never)]
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
    let Some(target) = Target::of(parts) else { return false };
    let (host, port) = (origin.host(), origin.port());
    let same_host = target.host == host || target.host.eq_ignore_ascii_case(host);
    let or_default = |port: Option<u16>| port.or_else(|| origin.default_port());
    same_host && (target.port == port || or_default(target.port) == or_default(port))
}
