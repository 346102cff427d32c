//! [Hosts](https://url.spec.whatwg.org/#concept-host): domains, IPv4 and IPv6 addresses.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Parses and serializes a host: <https://url.spec.whatwg.org/#concept-host-parser>. `None` where
/// the parser fails.
pub(super) fn parse(host: &str) -> Option<String> {
    if let Some(inner) = host.strip_prefix('[') {
        let address: Ipv6Addr = inner.strip_suffix(']')?.parse().ok()?;
        return Some(format!("[{}]", serialize_ipv6(address)));
    }
    let domain = to_ascii(&percent_decode(host))?;
    if domain.is_empty() || !domain.bytes().all(is_domain_byte) {
        return None;
    }
    if ends_in_number(&domain) {
        return parse_ipv4(&domain).map(|address| address.to_string());
    }
    Some(domain)
}

/// <https://url.spec.whatwg.org/#concept-domain-to-ascii>: the processing of UTS 46, as browsers do
/// it: `bücher.example` is `xn--bcher-kva.example`.
#[cfg(feature = "idna")]
fn to_ascii(domain: &[u8]) -> Option<String> {
    let ascii = idna::domain_to_ascii_cow(domain, idna::AsciiDenyList::URL);
    ascii.ok().map(std::borrow::Cow::into_owned)
}

/// Without the tables of Unicode: ASCII only.
#[cfg(not(feature = "idna"))]
fn to_ascii(domain: &[u8]) -> Option<String> {
    let domain = std::str::from_utf8(domain).ok()?;
    domain.is_ascii().then(|| domain.to_ascii_lowercase())
}

/// No [forbidden domain code point](https://url.spec.whatwg.org/#forbidden-domain-code-point).
fn is_domain_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"#%/:<>?@[\\]^|".contains(&byte)
}

/// <https://url.spec.whatwg.org/#percent-decode>
fn percent_decode(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let digit = |offset: usize| {
            let digit = bytes.get(at + offset).copied().map(char::from);
            digit.and_then(|digit| digit.to_digit(16)).and_then(|digit| u8::try_from(digit).ok())
        };
        if let (b'%', Some(high), Some(low)) = (byte, digit(1), digit(2)) {
            decoded.push(high << 4 | low);
            at += 3;
        } else {
            decoded.push(*byte);
            at += 1;
        }
    }
    decoded
}

/// <https://url.spec.whatwg.org/#ends-in-a-number-checker>
fn ends_in_number(domain: &str) -> bool {
    let last = domain.strip_suffix('.').unwrap_or(domain).rsplit('.').next().unwrap_or_default();
    !last.is_empty()
        && (last.bytes().all(|byte| byte.is_ascii_digit()) || parse_ipv4_number(last).is_some())
}

/// <https://url.spec.whatwg.org/#concept-ipv4-parser>: up to four numbers, decimal, octal or
/// hexadecimal, of which the last fills what the others leave.
fn parse_ipv4(domain: &str) -> Option<Ipv4Addr> {
    let parts = domain.strip_suffix('.').unwrap_or(domain).split('.');
    let numbers: Vec<u32> = parts.map(parse_ipv4_number).collect::<Option<_>>()?;
    let (last, first) = numbers.split_last()?;
    if first.len() > 3 || first.iter().any(|number| *number > 255) {
        return None;
    }
    let bits_left = 8 * (4 - first.len());
    if u64::from(*last) >> bits_left != 0 {
        return None;
    }
    let shifted = first.iter().zip([24, 16, 8]).map(|(number, shift)| number << shift);
    Some(Ipv4Addr::from(shifted.fold(*last, |address, part| address | part)))
}

/// <https://url.spec.whatwg.org/#ipv4-number-parser>
fn parse_ipv4_number(text: &str) -> Option<u32> {
    let lower = text.to_ascii_lowercase();
    let (digits, radix) = match lower.strip_prefix("0x") {
        Some(digits) => (digits, 16),
        None => match lower.strip_prefix('0') {
            Some(digits) if !digits.is_empty() => (digits, 8),
            _ => (lower.as_str(), 10),
        },
    };
    if digits.is_empty() {
        return (radix == 16).then_some(0);
    }
    // The standard library takes a sign.
    digits.bytes().all(|byte| byte.is_ascii_alphanumeric()).then_some(())?;
    u32::from_str_radix(digits, radix).ok()
}

/// <https://url.spec.whatwg.org/#concept-ipv6-serializer>; unlike `Ipv6Addr`'s `Display` it never
/// writes dotted decimals.
fn serialize_ipv6(address: Ipv6Addr) -> String {
    let pieces = address.segments();
    let (mut start, mut length) = (0, 0);
    for from in 0..pieces.len() {
        let zeros = pieces[from..].iter().take_while(|piece| **piece == 0).count();
        if zeros > length {
            (start, length) = (from, zeros);
        }
    }
    let join = |pieces: &[u16]| {
        let pieces: Vec<String> = pieces.iter().map(|piece| format!("{piece:x}")).collect();
        pieces.join(":")
    };
    if length < 2 {
        return join(&pieces);
    }
    format!("{}::{}", join(&pieces[..start]), join(&pieces[start + length..]))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn hosts_are_parsed_as_by_the_url_standard() {
        #[rustfmt::skip]
        let rows: &[(&str, &str, Option<&str>)] = &[
            ("lower case", "API.Example.COM", Some("api.example.com")),
            ("a trailing dot stays", "example.com.", Some("example.com.")),
            ("percent-decoded", "ex%61mple.com", Some("example.com")),
            ("decoded to what no domain has", "a%2Fb.com", None),
            ("decoded to nothing", "%00.com", None),
            ("a lone percent sign", "100%.com", None),
            ("an underscore", "a_b.com", Some("a_b.com")),
            ("a space", "a b.com", None),
            ("empty", "", None),
            ("four decimal numbers", "127.0.0.1", Some("127.0.0.1")),
            ("a trailing dot goes", "127.0.0.1.", Some("127.0.0.1")),
            ("one number", "2130706433", Some("127.0.0.1")),
            ("two numbers", "127.1", Some("127.0.0.1")),
            ("three numbers", "10.1.2", Some("10.1.0.2")),
            ("hexadecimal", "0x7f.1", Some("127.0.0.1")),
            ("hexadecimal, in full", "0x7F000001", Some("127.0.0.1")),
            ("hexadecimal without digits is zero", "0x", Some("0.0.0.0")),
            ("octal", "0177.0.0.01", Some("127.0.0.1")),
            ("octal with an 8", "08.0.0.1", None),
            ("a sign", "1.2.3.+4", Some("1.2.3.+4")),
            ("a number too large", "256.0.0.1", None),
            ("the last too large", "1.2.3.256", None),
            ("the largest", "4294967295", Some("255.255.255.255")),
            ("larger", "4294967296", None),
            ("five numbers", "1.2.3.4.5", None),
            ("ends in a number", "example.1", None),
            ("ends in a hexadecimal number", "example.0x1", None),
            ("ends in what only looks like one", "example.0xg", Some("example.0xg")),
            ("IPv6", "[0:0::1]", Some("[::1]")),
            ("IPv6 with dotted decimals", "[::ffff:1.2.3.4]", Some("[::ffff:102:304]")),
            ("IPv6, not closed", "[::1", None),
            ("IPv6 with a zone", "[fe80::1%25lo]", None),
        ];
        for (description, host, expected) in rows {
            assert_eq!(parse(host).as_deref(), *expected, "{description}: {host:?}");
        }
    }

    #[cfg(feature = "idna")]
    #[test]
    fn unicode_hosts_become_punycode() {
        #[rustfmt::skip]
        let rows: &[(&str, &str, Option<&str>)] = &[
            ("a German host", "bücher.example", Some("xn--bcher-kva.example")),
            ("upper case", "BÜCHER.example", Some("xn--bcher-kva.example")),
            ("decomposed", "bu\u{308}cher.example", Some("xn--bcher-kva.example")),
            ("percent-encoded UTF-8", "b%C3%BCcher.example", Some("xn--bcher-kva.example")),
            ("sharp s stays itself", "faß.example", Some("xn--fa-hia.example")),
            ("a CJK host", "日本語.example", Some("xn--wgv71a119e.example")),
            ("an ideographic full stop", "例。example", Some("xn--fsq.example")),
            ("full-width ASCII", "ＥＸＡＭＰＬＥ.com", Some("example.com")),
            ("full-width digits make an address", "１２７.0.0.1", Some("127.0.0.1")),
            ("a soft hyphen goes", "exam\u{ad}ple.com", Some("example.com")),
            ("nothing but a soft hyphen", "\u{ad}", None),
            ("punycode stays", "xn--bcher-kva.example", Some("xn--bcher-kva.example")),
            ("punycode that decodes to nothing", "xn--.example", None),
            ("punycode of ASCII", "xn--a-.example", None),
            ("broken punycode", "xn--\u{fc}.example", None),
            ("an emoji", "☕.example", Some("xn--53h.example")),
            ("a private use character", "\u{e000}.example", None),
            ("not UTF-8", "%FF.example", None),
            ("hyphens in the third and fourth place", "ab--c.example", Some("ab--c.example")),
            ("a label of 64 characters", &"a".repeat(64), Some(&"a".repeat(64))),
        ];
        for (description, host, expected) in rows {
            assert_eq!(parse(host).as_deref(), *expected, "{description}: {host:?}");
        }
    }

    #[cfg(not(feature = "idna"))]
    #[test]
    fn unicode_hosts_need_the_feature() {
        assert_eq!(parse("bücher.example"), None);
        assert_eq!(parse("xn--bcher-kva.example").as_deref(), Some("xn--bcher-kva.example"));
    }
}
