//! The grammar of origins and origin patterns, as one `const fn`.
//!
//! It accepts exactly what a browser can put into an `Origin` header (see [serialization of an
//! origin](https://html.spec.whatwg.org/multipage/browsers.html#ascii-serialisation-of-an-origin)),
//! and, for patterns, stars in the places that the [module documentation](super) names. It is
//! `const`, so that a wrong literal is a compile error. It does not allocate, so that the same
//! function reads the `Origin` of a request.

use super::{host, ip, kind::OriginErrorKind as Kind, punycode, scheme};

/// Longest scheme accepted, in bytes. Those of browsers have at most some twenty. The limit bounds
/// the longest possible origin, and with it the work that a hostile one causes.
const MAX_SCHEME: usize = 64;
/// Longest DNS name, in bytes ([RFC 1035, section
/// 2.3.4](https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4), without the root). It is the limit
/// for opaque hosts too.
const MAX_HOST: usize = 253;
/// Longest label of a DNS name, in bytes.
const MAX_LABEL: usize = 63;
/// Longest text that can be an origin: scheme, `://`, host, a trailing dot, `:65535`.
pub(super) const MAX_ORIGIN: usize = MAX_SCHEME + 3 + MAX_HOST + 1 + 6;

/// What a text is parsed as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    /// What a browser sends. No stars, and a host may end in a dot.
    Origin,
    /// What is configured. Stars, and no host ends in a dot.
    Pattern,
}

/// Where the parts of a valid text are, as offsets in bytes. [`MAX_ORIGIN`] bounds them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    /// End of the scheme; the host begins three bytes later.
    pub(super) scheme_end: u16,
    /// End of the host, brackets included.
    pub(super) host_end: u16,
    pub(super) port: Port,
    pub(super) star: Star,
    /// How many labels the host has.
    pub(super) labels: u8,
    /// The length of the first of several labels; of a single one it may be 0.
    pub(super) first_label: u8,
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

/// Parses `text`. An error costs more than a valid text: see `what_to_tell`.
pub(super) const fn parse(text: &[u8], syntax: Syntax) -> Result<Layout, Kind> {
    match read(text, syntax) {
        Ok(layout) => Ok(layout),
        Err(kind) => Err(what_to_tell(text, kind)),
    }
}

/// The same, for whom any error will do.
pub(super) const fn read(text: &[u8], syntax: Syntax) -> Result<Layout, Kind> {
    let Scheme { end: scheme_end, has_domains } = match read_scheme(text) {
        Ok(scheme) => scheme,
        Err(kind) => return Err(kind),
    };
    let host_start = scheme_end + 3;
    let host = match read_host(text, host_start, has_domains) {
        Ok(host) => host,
        Err(kind) => return Err(kind),
    };
    let port = match read_port(text, scheme_end, host.end) {
        Ok(port) => port,
        Err(kind) => return Err(kind),
    };
    let exact = matches!(host.star, Star::None) && !matches!(port, Port::Any);
    match syntax {
        Syntax::Origin if !exact => return Err(Kind::Pattern),
        Syntax::Pattern if host.trailing_dot => return Err(Kind::TrailingDot),
        Syntax::Pattern if !has_domains => {
            if let Err(kind) = check_extension(text, scheme_end, &host, port) {
                return Err(kind);
            }
        }
        _ => {}
    }
    // `read_scheme` and `read_host` have bounded both, so neither offset is over `MAX_ORIGIN`.
    #[expect(clippy::cast_possible_truncation, reason = "bounded by MAX_ORIGIN and MAX_HOST")]
    Ok(Layout {
        scheme_end: scheme_end as u16,
        host_end: host.end as u16,
        port,
        star: host.star,
        labels: host.labels as u8,
        first_label: host.first_label as u8,
    })
}

/// A valid scheme.
#[derive(Clone, Copy)]
struct Scheme {
    /// Where `://` follows.
    end: usize,
    has_domains: bool,
}

#[inline]
const fn read_scheme(text: &[u8]) -> Result<Scheme, Kind> {
    // What nearly all origins begin with, compared as one number.
    if let Some(beginning) = text.first_chunk::<8>() {
        let beginning = u64::from_be_bytes(*beginning);
        if beginning == u64::from_be_bytes(*b"https://") {
            return Ok(Scheme { end: 5, has_domains: true });
        }
        if beginning >> 8 == u64::from_be_bytes(*b"\0http://") {
            return Ok(Scheme { end: 4, has_domains: true });
        }
    }
    read_other_scheme(text)
}

const fn read_other_scheme(text: &[u8]) -> Result<Scheme, Kind> {
    match text {
        b"null" => return Err(Kind::Null),
        b"*" => return Err(Kind::StarAlone),
        _ => {}
    }
    let end = match find(text, 0, b"://") {
        Some(end) if end > 0 => end,
        _ => return Err(Kind::MissingScheme),
    };
    let mut i = 0;
    let mut upper = false;
    while i < end {
        match text[i] {
            b'a'..=b'z' => {}
            b'A'..=b'Z' => upper = true,
            b'0'..=b'9' | b'+' | b'-' | b'.' if i > 0 => {}
            b'*' => return Err(Kind::StarInScheme),
            // A `://` further on, in a path: what stands before the first `/` is not a scheme.
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
    let scheme = text.split_at(end).0;
    // Some web views send exactly this for local files.
    let local_file = matches!(text, b"file://");
    if scheme::is_opaque(scheme) && !local_file {
        return Err(Kind::OpaqueScheme);
    }
    if scheme::is_web_socket(scheme) {
        return Err(Kind::WebSocketScheme);
    }
    if scheme::is_misspelled(scheme) {
        return Err(Kind::MisspelledScheme);
    }
    Ok(Scheme { end, has_domains: scheme::has_domains(scheme) })
}

/// A valid host.
#[derive(Clone, Copy)]
struct Host {
    end: usize,
    star: Star,
    labels: usize,
    first_label: usize,
    /// Whether it is a domain that ends in a dot.
    trailing_dot: bool,
}

#[inline]
const fn read_host(text: &[u8], start: usize, has_domains: bool) -> Result<Host, Kind> {
    if start < text.len() && text[start] == b'[' {
        return read_ipv6(text, start);
    }
    if has_domains { read_domain(text, start) } else { read_opaque_host(text, start) }
}

/// An IPv6 address in brackets.
const fn read_ipv6(text: &[u8], start: usize) -> Result<Host, Kind> {
    let mut i = start;
    while i < text.len() && text[i] != b']' {
        i += 1;
    }
    let end = i + 1;
    if end > text.len() || end < text.len() && text[end] != b':' {
        return Err(Kind::InvalidIpv6);
    }
    match ip::check_ipv6(text, start + 1, end - 1) {
        Ok(()) => {
            Ok(Host { end, star: Star::None, labels: 1, first_label: 0, trailing_dot: false })
        }
        Err(kind) => Err(kind),
    }
}

/// A DNS name or an IPv4 address ([host parser](https://url.spec.whatwg.org/#concept-host-parser)).
#[inline]
const fn read_domain(text: &[u8], start: usize) -> Result<Host, Kind> {
    let name = match scan_name(text, start) {
        Ok(name) => name,
        Err(kind) => return Err(kind),
    };
    let trailing_dot = name.trailing_dot();
    let may_be_number = text[name.last_label].is_ascii_digit();
    let is_number = may_be_number && ip::ends_in_number(text, name.last_label, name.last_label_end);
    let star = match name.star_count {
        // Browsers write IPv4 addresses without the dot.
        0 if is_number && trailing_dot => return Err(Kind::TrailingDot),
        0 if is_number => match ip::check_ipv4(text, start, name.end) {
            Ok(()) => Star::None,
            Err(kind) => return Err(kind),
        },
        0 => Star::None,
        _ if is_number || ip::is_meant_as_ipv4(text, start, name.end) => {
            return Err(Kind::StarInIpAddress);
        }
        _ => match check_star(text, start, &name) {
            Ok(star) => star,
            Err(kind) => return Err(kind),
        },
    };
    let Name { end, labels, first_label, .. } = name;
    Ok(Host { end, star, labels, first_label, trailing_dot })
}

/// The host of a scheme that is not special, which may be empty
/// ([opaque-host parser](https://url.spec.whatwg.org/#concept-opaque-host-parser)).
const fn read_opaque_host(text: &[u8], start: usize) -> Result<Host, Kind> {
    let mut star_count = 0;
    let (mut labels, mut first_label) = (1, 0);
    let mut end = start;
    while end < text.len() && text[end] != b':' {
        match text[end] {
            b'*' => star_count += 1,
            b'.' => {
                if labels == 1 {
                    first_label = end - start;
                }
                labels += 1;
            }
            // A comma is valid in URLs, but separates origins.
            b'#' | b'/' | b'<' | b'>' | b'?' | b'@' | b'[' | b'\\' | b']' | b'^' | b'|' | b',' => {
                return Err(Kind::InvalidCharacter);
            }
            0x21..=0x7e => {}
            0x80.. => return Err(Kind::UnicodeHost),
            _ => return Err(Kind::InvalidCharacter),
        }
        end += 1;
    }
    // It may be empty, but then nothing follows.
    if end == start && end != text.len() {
        return Err(Kind::EmptyHost);
    }
    if end - start > MAX_HOST {
        return Err(Kind::HostTooLong);
    }
    let star = match star_count {
        0 => Star::None,
        // Nobody registers names under such a scheme, so `scheme://*` is not too broad.
        1 if end - start == 1 => Star::Labels,
        _ => match scan_name(text, start) {
            Ok(name) if !name.trailing_dot() => match check_star(text, start, &name) {
                Ok(star) => star,
                Err(_) => return Err(Kind::StarInOpaqueHost),
            },
            _ => return Err(Kind::StarInOpaqueHost),
        },
    };
    Ok(Host { end, star, labels, first_label, trailing_dot: false })
}

/// The origin of an extension is its scheme and its id. Only the configuration is held to that: of a
/// request's origin, more than its bytes need not be known.
const fn check_extension(
    text: &[u8],
    scheme_end: usize,
    host: &Host,
    port: Port,
) -> Result<(), Kind> {
    let scheme = text.split_at(scheme_end).0;
    if !scheme::is_extension(scheme) {
        return Ok(());
    }
    let start = scheme_end + 3;
    let single_star = host.end - start == 1 && matches!(host.star, Star::Labels);
    if !single_star && !matches!(host.star, Star::None) {
        return Err(Kind::StarInOpaqueHost);
    }
    if scheme::has_lower_case_ids(scheme) {
        let mut i = start;
        while i < host.end {
            if text[i].is_ascii_uppercase() {
                return Err(Kind::UpperCase);
            }
            i += 1;
        }
    }
    match port {
        Port::Default => Ok(()),
        _ => Err(Kind::PortOfExtension),
    }
}

/// What one pass over a DNS name finds.
struct Name {
    /// Where a colon or the end of the text follows.
    end: usize,
    labels: usize,
    first_label: usize,
    last_label: usize,
    last_label_end: usize,
    star_count: usize,
    star: usize,
}

impl Name {
    const fn trailing_dot(&self) -> bool {
        self.last_label_end != self.end
    }
}

/// What most bytes of a name are. A table takes a third of the instructions of a `match`.
const IN_LABELS: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        table[byte as usize] = matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
        byte += 1;
    }
    table
};

#[inline]
const fn scan_name(text: &[u8], start: usize) -> Result<Name, Kind> {
    let mut i = start;
    let (mut labels, mut label, mut label_before, mut first_label) = (0, start, start, 0);
    let (mut star_count, mut star) = (0, 0);
    let mut upper = false;
    loop {
        while i < text.len() && IN_LABELS[text[i] as usize] {
            i += 1;
        }
        let byte = if i < text.len() { text[i] } else { b':' };
        match byte {
            b'.' | b':' => {
                if i == label {
                    break;
                }
                if i - label > MAX_LABEL {
                    return Err(Kind::LabelTooLong);
                }
                if !is_plain_or_punycode(text, label, i) {
                    return Err(Kind::InvalidPunycode);
                }
                if labels == 0 {
                    first_label = i - start;
                }
                labels += 1;
                label_before = label;
                label = i + 1;
                if byte == b':' {
                    break;
                }
            }
            b'A'..=b'Z' => upper = true,
            b'*' => {
                star_count += 1;
                star = i;
            }
            0x80.. => return Err(Kind::UnicodeHost),
            _ => return Err(Kind::InvalidCharacter),
        }
        i += 1;
    }
    // Nothing follows the last dot, or it follows another one.
    let ends_in_dot = i == label;
    if ends_in_dot && (labels == 0 || i < text.len() && text[i] == b'.') {
        let empty = labels == 0 && (i == text.len() || text[i] == b':');
        return Err(if empty { Kind::EmptyHost } else { Kind::EmptyLabel });
    }
    let last_label_end = i - ends_in_dot as usize;
    if upper {
        return Err(Kind::UpperCase);
    }
    if last_label_end - start > MAX_HOST {
        return Err(Kind::HostTooLong);
    }
    let last_label = label_before;
    Ok(Name { end: i, labels, first_label, last_label, last_label_end, star_count, star })
}

const fn is_plain_or_punycode(text: &[u8], start: usize, end: usize) -> bool {
    text[start] != b'x'
        || !starts_with(text, start, b"xn--")
        || punycode::is_valid(text.split_at(end).0.split_at(start + 4).1)
}

/// Whether the star of a name is where it may be.
const fn check_star(text: &[u8], start: usize, name: &Name) -> Result<Star, Kind> {
    if name.star_count > 1 {
        return Err(Kind::StarTwice);
    }
    if name.star > start + name.first_label {
        return Err(Kind::StarNotLeftmost);
    }
    if name.labels == 1 {
        return Err(Kind::StarTooBroad);
    }
    if name.first_label == 1 {
        return Ok(Star::Labels);
    }
    // Within a label, two more must follow, unless nobody can register names under the only one.
    let last_label = text.split_at(name.last_label_end).0.split_at(name.last_label).1;
    if name.labels == 2 && !host::is_special_use(last_label) {
        return Err(Kind::StarTooBroad);
    }
    #[expect(clippy::cast_possible_truncation, reason = "bounded by MAX_ORIGIN")]
    Ok(Star::Within(name.star as u16))
}

/// Whether a valid pattern has a star above a single label that is not special-use, so that it
/// covers a whole top-level domain.
pub(super) fn covers_top_level_domain(text: &[u8], layout: Layout) -> bool {
    if !matches!(layout.star, Star::Labels) {
        return false;
    }
    let (scheme, rest) = text.split_at(layout.scheme_end.into());
    let host = &rest[3..usize::from(layout.host_end) - scheme.len()];
    match host.strip_prefix(b"*.") {
        Some(domain) => {
            scheme::has_domains(scheme) && !domain.contains(&b'.') && !host::is_special_use(domain)
        }
        None => false,
    }
}

/// What follows the host: nothing, or a colon and the port.
#[inline]
const fn read_port(text: &[u8], scheme_end: usize, colon: usize) -> Result<Port, Kind> {
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
        if text[i] == b'*' {
            return Err(Kind::StarInPort);
        }
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
    match scheme::default_port(text.split_at(scheme_end).0) {
        Some(default) if default == number => Err(Kind::DefaultPort),
        _ => Ok(Port::Number(number)),
    }
}

/// Of everything that is wrong with `text`, the kind that helps most. `kind` is what `read` found
/// first. `read` accepts nothing of what is looked for here, so valid origins pay nothing.
const fn what_to_tell(text: &[u8], kind: Kind) -> Kind {
    if text.is_empty() {
        return Kind::Empty;
    }
    if is_quote(text[0]) || is_quote(text[text.len() - 1]) || starts_with(text, 0, b"[\"") {
        return Kind::Quotes;
    }
    if let Some(kind) = wrong_character(text) {
        return kind;
    }
    if looks_like_regex(text) {
        return Kind::RegularExpression;
    }
    if let Some(kind) = wrong_separator(text) {
        return kind;
    }
    let Ok(scheme) = read_scheme(text) else {
        return if has_opaque_scheme(text) { Kind::OpaqueScheme } else { kind };
    };
    match wrong_authority(text, scheme.end + 3) {
        Some(kind) => kind,
        None => kind,
    }
}

/// Whether this is the address of a page without an origin, which has no slashes: `about:blank`.
const fn has_opaque_scheme(text: &[u8]) -> bool {
    match find(text, 0, b":") {
        Some(colon) => {
            // What follows `blob:` names the origin.
            let scheme = text.split_at(colon).0;
            scheme::is_opaque(scheme) && !matches!(scheme, b"blob")
        }
        None => false,
    }
}

const fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

/// White space and control characters are wrong wherever they are.
const fn wrong_character(text: &[u8]) -> Option<Kind> {
    let mut i = 0;
    while i < text.len() {
        match text[i] {
            b' ' | b'\t' | b'\n' | b'\r' | 0x0c => return Some(Kind::WhiteSpace),
            0..=0x1f | 0x7f => return Some(Kind::InvalidCharacter),
            _ => i += 1,
        }
    }
    None
}

/// Whether this is `https?://…`, or has other syntax of regular expressions in its scheme or host.
const fn looks_like_regex(text: &[u8]) -> bool {
    let mut end = match find(text, 0, b"://") {
        Some(at) => at + 3,
        None => 0,
    };
    while end < text.len() && text[end] != b'/' {
        end += 1;
    }
    let text = text.split_at(end).0;
    let signs: &[&[u8]] = &[
        b"?://", b"://.*", b"://.+", b"\\.", b"\\d", b"\\w", b"(", b")", b"|", b"[a-z", b"[0-9",
        b"[^", b"]+", b"]*",
    ];
    let mut i = 0;
    while i < signs.len() {
        if find(text, 0, signs[i]).is_some() {
            return true;
        }
        i += 1;
    }
    matches!(text, [b'^', ..] | [.., b'$'])
}

/// A comma or a semicolon: several origins where one is expected.
const fn wrong_separator(text: &[u8]) -> Option<Kind> {
    let mut i = 0;
    while i < text.len() {
        match text[i] {
            b',' => return Some(Kind::Comma),
            b';' => return Some(Kind::Semicolon),
            // Part of a path or a query, which is wrong in itself.
            b'/' if i > 0 && text[i - 1] != b'/' && text[i - 1] != b':' => return None,
            b'?' | b'#' => return None,
            _ => i += 1,
        }
    }
    None
}

/// What is wrong with the text from the host on.
const fn wrong_authority(text: &[u8], start: usize) -> Option<Kind> {
    if starts_with(text, start, b"https://") || starts_with(text, start, b"http://") {
        return Some(Kind::SchemeTwice);
    }
    let mut i = start;
    let mut user_info = false;
    let mut colons = 0;
    while i < text.len() {
        match text[i] {
            b'/' if i + 1 == text.len() => return Some(Kind::TrailingSlash),
            b'/' | b'\\' => return Some(Kind::Path),
            b'?' => return Some(Kind::Query),
            b'#' => return Some(Kind::Fragment),
            b'@' => user_info = true,
            b':' => colons += 1,
            _ => {}
        }
        i += 1;
    }
    if user_info {
        Some(Kind::UserInfo)
    } else if colons > 1 && text[start] != b'[' {
        Some(Kind::Ipv6WithoutBrackets)
    } else {
        None
    }
}

/// What is before the first `://`, and what is after it.
pub(crate) fn split_scheme(text: &str) -> Option<(&str, &str)> {
    let end = find(text.as_bytes(), 0, b"://")?;
    Some((&text[..end], &text[end + 3..]))
}

pub(super) const fn find(text: &[u8], from: usize, searched: &[u8]) -> Option<usize> {
    let mut i = from;
    while i < text.len() {
        if text[i] == searched[0] && starts_with(text, i, searched) {
            return Some(i);
        }
        i += 1;
    }
    None
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

#[cfg(test)]
mod tests {
    use super::{MAX_HOST, MAX_ORIGIN, MAX_SCHEME};

    #[test]
    fn the_longest_origin_has_every_part_at_its_longest() {
        let (scheme, host) = ("s".repeat(MAX_SCHEME), "h".repeat(MAX_HOST));
        assert_eq!(format!("{scheme}://{host}.:65535").len(), MAX_ORIGIN);
    }
}
