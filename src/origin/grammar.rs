//! The grammar of origins and origin patterns, as one `const fn`.
//!
//! It accepts exactly what a browser can put into an `Origin` header (see [serialization of an
//! origin](https://html.spec.whatwg.org/multipage/browsers.html#ascii-serialisation-of-an-origin)),
//! and, for patterns, stars in the places that the [module documentation](super) names. It is
//! `const`, so that a wrong literal is a compile error. It does not allocate, so that the same
//! function reads the `Origin` of a request.

use super::kind::OriginErrorKind as Kind;

/// Longest scheme accepted, in bytes. Those of browsers have at most some twenty. The limit bounds
/// the longest possible origin, and with it the work that a hostile one causes.
pub(super) const MAX_SCHEME: usize = 64;
/// Longest DNS name, in bytes ([RFC 1035, section
/// 2.3.4](https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4), without the root).
const MAX_HOST: usize = 253;
/// Longest label of a DNS name, in bytes.
const MAX_LABEL: usize = 63;
/// Longest text that can be an origin: scheme, `://`, host, `:65535`.
pub(super) const MAX_ORIGIN: usize = MAX_SCHEME + 3 + MAX_HOST + 6;

/// Where the parts of a valid text are, as offsets in bytes. [`MAX_ORIGIN`] bounds them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    /// End of the scheme; the host begins three bytes later.
    pub(super) scheme_end: u16,
    /// End of the host, brackets included.
    pub(super) host_end: u16,
    pub(super) port: Port,
    pub(super) star: Star,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Port {
    /// Left out: the default port of the scheme.
    Default,
    Number(u16),
    /// `:*`
    Any,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Star {
    None,
    /// `*` as the whole leftmost label: one or more whole labels.
    Labels,
    /// `*` at this offset within the leftmost label: one or more of its characters.
    Within(u16),
}

/// Parses `text`; stars are errors unless `stars`.
pub(super) const fn parse(text: &[u8], stars: bool) -> Result<Layout, Kind> {
    match read(text, stars) {
        Ok(layout) => Ok(layout),
        Err(kind) => Err(what_to_tell(text, kind)),
    }
}

/// Of everything that is wrong with `text`, the kind that helps most. `kind` is what `read` found
/// first. `read` accepts nothing of what is looked for here, so valid origins pay nothing.
const fn what_to_tell(text: &[u8], kind: Kind) -> Kind {
    if text.is_empty() {
        return Kind::Empty;
    }
    if let Err(kind) = check_characters(text) {
        return kind;
    }
    let Ok(scheme_end) = scheme(text) else { return kind };
    match check_nothing_after_authority(text, scheme_end + 3) {
        Ok(()) => kind,
        Err(kind) => kind,
    }
}

const fn read(text: &[u8], stars: bool) -> Result<Layout, Kind> {
    let scheme_end = match scheme(text) {
        Ok(end) => end,
        Err(kind) => return Err(kind),
    };
    let host_start = scheme_end + 3;
    let host_end = match host_end(text, host_start) {
        Ok(end) => end,
        Err(kind) => return Err(kind),
    };
    let star = match host(text, host_start, host_end) {
        Ok(star) => star,
        Err(kind) => return Err(kind),
    };
    let port = match port(text, scheme_end, host_end) {
        Ok(port) => port,
        Err(kind) => return Err(kind),
    };
    let exact = matches!(star, Star::None) && !matches!(port, Port::Any);
    if !stars && !exact {
        return Err(Kind::Pattern);
    }
    // `scheme` and `host` have bounded both, so neither offset is over `MAX_ORIGIN`.
    #[expect(clippy::cast_possible_truncation, reason = "bounded by MAX_ORIGIN")]
    Ok(Layout { scheme_end: scheme_end as u16, host_end: host_end as u16, port, star })
}

/// White space and control characters are wrong wherever they stand.
const fn check_characters(text: &[u8]) -> Result<(), Kind> {
    let mut i = 0;
    while i < text.len() {
        match text[i] {
            b' ' | b'\t' | b'\n' | b'\r' | 0x0c => return Err(Kind::WhiteSpace),
            0..=0x1f | 0x7f => return Err(Kind::InvalidCharacter),
            _ => i += 1,
        }
    }
    Ok(())
}

/// The end of the scheme, which `://` follows.
const fn scheme(text: &[u8]) -> Result<usize, Kind> {
    if equals(text, b"*") {
        return Err(Kind::StarAlone);
    }
    if equals(text, b"null") {
        return Err(Kind::Null);
    }
    let mut end = 0;
    while end < text.len() && !(text[end] == b':' && starts_with(text, end, b"://")) {
        end += 1;
    }
    if end == 0 || end == text.len() {
        return Err(Kind::MissingScheme);
    }
    let mut i = 0;
    let mut upper = false;
    while i < end {
        match text[i] {
            b'a'..=b'z' => {}
            b'A'..=b'Z' => upper = true,
            b'0'..=b'9' | b'+' | b'-' | b'.' if i > 0 => {}
            b'*' => return Err(Kind::StarInScheme),
            // A `://` further on, in a path: what stands before the first `/` is no scheme.
            b'/' | b'?' | b'#' => return Err(Kind::MissingScheme),
            _ => return Err(Kind::InvalidScheme),
        }
        i += 1;
    }
    if upper {
        return Err(Kind::UpperCase);
    }
    if end > MAX_SCHEME {
        return Err(Kind::SchemeTooLong);
    }
    if is_scheme(text, end, b"file")
        || is_scheme(text, end, b"data")
        || is_scheme(text, end, b"about")
        || is_scheme(text, end, b"blob")
        || is_scheme(text, end, b"javascript")
    {
        return Err(Kind::OpaqueScheme);
    }
    if is_scheme(text, end, b"ws") || is_scheme(text, end, b"wss") {
        return Err(Kind::WebSocketScheme);
    }
    Ok(end)
}

const fn check_nothing_after_authority(text: &[u8], start: usize) -> Result<(), Kind> {
    let mut i = start;
    let mut user_info = false;
    while i < text.len() {
        match text[i] {
            b'/' if i + 1 == text.len() => return Err(Kind::TrailingSlash),
            b'/' | b'\\' => return Err(Kind::Path),
            b'?' => return Err(Kind::Query),
            b'#' => return Err(Kind::Fragment),
            b'@' => user_info = true,
            _ => {}
        }
        i += 1;
    }
    if user_info { Err(Kind::UserInfo) } else { Ok(()) }
}

/// The end of the host: of a bracketed address, or where the port's colon stands.
const fn host_end(text: &[u8], start: usize) -> Result<usize, Kind> {
    let mut i = start;
    if i < text.len() && text[i] == b'[' {
        while i < text.len() && text[i] != b']' {
            i += 1;
        }
        if i == text.len() {
            return Err(Kind::InvalidIpv6);
        }
        i += 1;
        return if i == text.len() || text[i] == b':' { Ok(i) } else { Err(Kind::InvalidIpv6) };
    }
    while i < text.len() && text[i] != b':' {
        i += 1;
    }
    let end = i;
    let mut colons = 0;
    while i < text.len() {
        if text[i] == b':' {
            colons += 1;
        }
        i += 1;
    }
    if colons > 1 { Err(Kind::Ipv6WithoutBrackets) } else { Ok(end) }
}

const fn host(text: &[u8], start: usize, end: usize) -> Result<Star, Kind> {
    if start == end {
        return Err(Kind::EmptyHost);
    }
    if text[start] == b'[' {
        return match super::ip::check_ipv6(text, start + 1, end - 1) {
            Ok(()) => Ok(Star::None),
            Err(kind) => Err(kind),
        };
    }
    let name = match scan_name(text, start, end) {
        Ok(name) => name,
        Err(kind) => return Err(kind),
    };
    if name.stars > 0 && super::ip::is_meant_as_ipv4(text, start, end) {
        return Err(Kind::StarInIpAddress);
    }
    if super::ip::ends_in_number(text, name.last_label, end) {
        if name.stars > 0 {
            return Err(Kind::StarInIpAddress);
        }
        return match super::ip::check_ipv4(text, start, end) {
            Ok(()) => Ok(Star::None),
            Err(kind) => Err(kind),
        };
    }
    if name.stars == 0 {
        return Ok(Star::None);
    }
    if name.stars > 1 {
        return Err(Kind::StarTwice);
    }
    if name.star > name.first_label_end {
        return Err(Kind::StarNotLeftmost);
    }
    // A star needs two labels after its own, so that no pattern covers a whole top-level domain;
    // `localhost` is nobody's domain but the machine's own.
    let rest_is_localhost =
        name.labels == 2 && equals_at(text, name.first_label_end + 1, end, b"localhost");
    if name.labels < 3 && !rest_is_localhost {
        return Err(Kind::StarTooBroad);
    }
    if name.first_label_end == start + 1 {
        return Ok(Star::Labels);
    }
    #[expect(clippy::cast_possible_truncation, reason = "bounded by MAX_ORIGIN")]
    Ok(Star::Within(name.star as u16))
}

/// What one pass over a DNS name finds.
struct Name {
    labels: usize,
    first_label_end: usize,
    last_label: usize,
    stars: usize,
    star: usize,
}

const fn scan_name(text: &[u8], start: usize, end: usize) -> Result<Name, Kind> {
    let mut name = Name { labels: 1, first_label_end: end, last_label: start, stars: 0, star: 0 };
    let mut i = start;
    let mut upper = false;
    let mut too_long = false;
    while i < end {
        match text[i] {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => {}
            b'A'..=b'Z' => upper = true,
            b'.' => {
                if i == name.last_label {
                    return Err(Kind::EmptyLabel);
                }
                too_long |= i - name.last_label > MAX_LABEL;
                if i + 1 == end {
                    return Err(Kind::TrailingDot);
                }
                if name.labels == 1 {
                    name.first_label_end = i;
                }
                name.labels += 1;
                name.last_label = i + 1;
            }
            b'*' => {
                name.stars += 1;
                name.star = i;
            }
            0x80.. => return Err(Kind::UnicodeHost),
            _ => return Err(Kind::InvalidCharacter),
        }
        i += 1;
    }
    too_long |= end - name.last_label > MAX_LABEL;
    if upper {
        return Err(Kind::UpperCase);
    }
    if too_long {
        return Err(Kind::LabelTooLong);
    }
    if end - start > MAX_HOST {
        return Err(Kind::HostTooLong);
    }
    Ok(name)
}

const fn port(text: &[u8], scheme_end: usize, colon: usize) -> Result<Port, Kind> {
    if colon == text.len() {
        return Ok(Port::Default);
    }
    let start = colon + 1;
    let len = text.len() - start;
    if len == 0 {
        return Err(Kind::EmptyPort);
    }
    if len == 1 && text[start] == b'*' {
        return Ok(Port::Any);
    }
    let mut value: u32 = 0;
    let mut i = start;
    while i < text.len() {
        if !text[i].is_ascii_digit() {
            return Err(Kind::InvalidPort);
        }
        // Saturates past the range rather than overflowing on a long run of digits.
        if value <= 0xffff {
            value = value * 10 + (text[i] - b'0') as u32;
        }
        i += 1;
    }
    if value == 0 || value > 0xffff || text[start] == b'0' {
        return Err(Kind::InvalidPort);
    }
    #[expect(clippy::cast_possible_truncation, reason = "checked against 0xffff")]
    let number = value as u16;
    match default_port(text, scheme_end) {
        Some(default) if default == number => Err(Kind::DefaultPort),
        _ => Ok(Port::Number(number)),
    }
}

/// The port that a serialized origin of this scheme leaves out
/// ([URL standard](https://url.spec.whatwg.org/#special-scheme)).
pub(super) const fn default_port(text: &[u8], scheme_end: usize) -> Option<u16> {
    if is_scheme(text, scheme_end, b"https") {
        Some(443)
    } else if is_scheme(text, scheme_end, b"http") {
        Some(80)
    } else if is_scheme(text, scheme_end, b"ftp") {
        Some(21)
    } else {
        None
    }
}

const fn is_scheme(text: &[u8], end: usize, scheme: &[u8]) -> bool {
    equals_at(text, 0, end, scheme)
}

const fn equals(text: &[u8], other: &[u8]) -> bool {
    equals_at(text, 0, text.len(), other)
}

const fn equals_at(text: &[u8], start: usize, end: usize, other: &[u8]) -> bool {
    end - start == other.len() && starts_with(text, start, other)
}

const fn starts_with(text: &[u8], at: usize, prefix: &[u8]) -> bool {
    if at + prefix.len() > text.len() {
        return false;
    }
    let mut i = 0;
    while i < prefix.len() {
        if text[at + i] != prefix[i] {
            return false;
        }
        i += 1;
    }
    true
}
