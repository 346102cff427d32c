//! The host that a request was sent to.

use super::{refusal::Refusal, request::Lines};
use http::{HeaderValue, header::HOST, request::Parts};
use std::net::Ipv6Addr;

/// Host and port of a request's target.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target<'a> {
    pub(super) host: &'a str,
    pub(super) port: Option<u16>,
}

impl<'a> Target<'a> {
    /// `:authority` or the absolute target, which override `Host`
    /// ([RFC 9112, section 3.2.2](https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2)); else the
    /// only `Host` line. `None` if there is no such, or if it is not a valid host.
    pub(super) fn of(parts: &'a Parts) -> Option<Self> {
        let text = match parts.uri.authority() {
            Some(authority) => authority.as_str(),
            None => match Lines::of(&parts.headers, &HOST) {
                Lines::One(host) => host.to_str().ok()?,
                Lines::None | Lines::Several(_) => return None,
            },
        };
        Self::parse(text)
    }

    /// An empty port is the default
    /// ([RFC 3986, section 3.2.3](https://www.rfc-editor.org/rfc/rfc3986#section-3.2.3)).
    fn parse(text: &'a str) -> Option<Self> {
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, port),
            _ => (text, ""),
        };
        let port = match port {
            "" => None,
            port if port.bytes().all(|b| b.is_ascii_digit()) => Some(port.parse().ok()?),
            _ => return None,
        };
        is_host(host).then_some(Self { host, port })
    }
}

/// Why a request is refused whose host the policy does not allow.
pub(super) fn host_refusal(parts: &Parts) -> Refusal {
    let host = match (parts.uri.authority(), Lines::of(&parts.headers, &HOST)) {
        (Some(authority), _) => {
            HeaderValue::from_str(authority.as_str()).unwrap_or(HeaderValue::from_static(""))
        }
        (None, Lines::One(host)) => host.clone(),
        (None, Lines::None) => return Refusal::MissingHost,
        (None, Lines::Several(lines)) => return Refusal::RepeatedHost { lines },
    };
    if Target::of(parts).is_some() {
        Refusal::HostNotAllowed { host }
    } else {
        Refusal::MalformedHost { host }
    }
}

/// A name of labels that are not empty, perhaps with a dot at its end, or an IPv6 address in
/// brackets. Narrower than [RFC 3986, section
/// 3.2.2](https://www.rfc-editor.org/rfc/rfc3986#section-3.2.2): nothing that it leaves out could be
/// allowed.
fn is_host(text: &str) -> bool {
    if let Some(address) = text.strip_prefix('[') {
        return address.strip_suffix(']').is_some_and(|ip| ip.parse::<Ipv6Addr>().is_ok());
    }
    let name = text.strip_suffix('.').unwrap_or(text);
    let is_label_byte = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    // No label is empty: each dot, and the end, has a byte of a label before it. In one loop, which
    // takes a fraction of what splitting takes.
    let mut before = b'.';
    name.bytes().all(|b| {
        let fits = is_label_byte(b) || (b == b'.' && before != b'.');
        before = b;
        fits
    }) && before != b'.'
}
