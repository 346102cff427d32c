//! IP addresses as hosts: which texts are canonical, and the canonical form of all others.
//!
//! The rules are the URL standard's: its
//! [host parser](https://url.spec.whatwg.org/#concept-host-parser) says which names are read as
//! IPv4 addresses, its [host serializer](https://url.spec.whatwg.org/#host-serializing) how a
//! browser writes either kind.

use super::kind::OriginErrorKind;
use std::fmt::Write;

/// Whether a name with this last label is an IPv4 address
/// ([ends in a number](https://url.spec.whatwg.org/#ends-in-a-number-checker)).
pub(super) const fn ends_in_number(text: &[u8], start: usize, end: usize) -> bool {
    let hex = end - start >= 2 && text[start] == b'0' && text[start + 1] == b'x';
    let mut i = if hex { start + 2 } else { start };
    if i == end {
        return hex;
    }
    while i < end {
        if !(text[i].is_ascii_digit() || hex && text[i].is_ascii_hexdigit()) {
            return false;
        }
        i += 1;
    }
    true
}

/// Whether a host with stars is meant as an IPv4 address: `192.168.1.*`.
pub(super) const fn is_meant_as_ipv4(text: &[u8], start: usize, end: usize) -> bool {
    let mut digits = false;
    let mut i = start;
    while i < end {
        match text[i] {
            b'0'..=b'9' => digits = true,
            b'.' | b'*' => {}
            _ => return false,
        }
        i += 1;
    }
    digits
}

/// Exactly four decimal numbers up to 255, no leading zeros.
pub(super) const fn check_ipv4(
    text: &[u8],
    start: usize,
    end: usize,
) -> Result<(), OriginErrorKind> {
    let mut i = start;
    let mut part = 0;
    while part < 4 {
        let first = i;
        let mut value: u32 = 0;
        while i < end && text[i].is_ascii_digit() {
            value = value.saturating_mul(10).saturating_add((text[i] - b'0') as u32);
            i += 1;
        }
        let leading_zero = i - first > 1 && text[first] == b'0';
        if i == first || leading_zero || value > 255 {
            return Err(OriginErrorKind::NonCanonicalIpv4);
        }
        part += 1;
        if part < 4 {
            if i == end || text[i] != b'.' {
                return Err(OriginErrorKind::NonCanonicalIpv4);
            }
            i += 1;
        }
    }
    if i == end { Ok(()) } else { Err(OriginErrorKind::NonCanonicalIpv4) }
}

/// Lower-case hexadecimal without leading zeros, the first longest run of zeros compressed, and
/// no dotted part ([IPv6 serializer](https://url.spec.whatwg.org/#concept-ipv6-serializer)).
pub(super) const fn check_ipv6(
    text: &[u8],
    start: usize,
    end: usize,
) -> Result<(), OriginErrorKind> {
    let (pieces, compressed_at) = match read_ipv6(text, start, end) {
        Ok(read) => read,
        Err(kind) => return Err(kind),
    };
    let (run_at, run_len) = longest_run_of_zeros(&pieces.0);
    let canonical = match compressed_at {
        Some(at) => run_len > 1 && at == run_at && pieces.1 == 8 - run_len,
        None => run_len < 2,
    };
    if canonical { Ok(()) } else { Err(OriginErrorKind::NonCanonicalIpv6) }
}

/// The eight pieces, as 0 or 1, with the number of those written out, and where `::` stands among
/// them.
type Pieces = ([u16; 8], usize);

const fn read_ipv6(
    text: &[u8],
    start: usize,
    end: usize,
) -> Result<(Pieces, Option<usize>), OriginErrorKind> {
    let mut pieces = [0; 8];
    let mut count = 0;
    let mut compress = None;
    let mut i = start;
    // At the end is the bracket.
    if text[i] == b':' && text[i + 1] == b':' {
        compress = Some(0);
        i += 2;
    }
    while i < end {
        if count == 8 {
            return Err(OriginErrorKind::InvalidIpv6);
        }
        let first = i;
        while i - first < 4 {
            match text[i] {
                b'*' => return Err(OriginErrorKind::StarInIpAddress),
                b'A'..=b'F' => return Err(OriginErrorKind::UpperCase),
                b'0' => {}
                b'1'..=b'9' | b'a'..=b'f' => pieces[count] = 1,
                _ => break,
            }
            i += 1;
        }
        if i == first {
            return Err(OriginErrorKind::InvalidIpv6);
        }
        if i - first > 1 && text[first] == b'0' || text[i] == b'.' {
            return Err(OriginErrorKind::NonCanonicalIpv6);
        }
        count += 1;
        if i == end {
            break;
        }
        if text[i] != b':' || i + 1 == end {
            return Err(OriginErrorKind::InvalidIpv6);
        }
        i += 1;
        if text[i] == b':' {
            if compress.is_some() {
                return Err(OriginErrorKind::InvalidIpv6);
            }
            compress = Some(count);
            i += 1;
        }
    }
    let Some(at) = compress else {
        return if count == 8 {
            Ok(((pieces, 8), None))
        } else {
            Err(OriginErrorKind::InvalidIpv6)
        };
    };
    // `::` stands for at least one piece.
    if count == 8 {
        return Err(OriginErrorKind::InvalidIpv6);
    }
    // Move what stands after `::` to the end.
    let mut moved = 0;
    while moved < count - at {
        pieces[7 - moved] = pieces[count - 1 - moved];
        moved += 1;
    }
    let mut zero = at;
    while zero < 8 - (count - at) {
        pieces[zero] = 0;
        zero += 1;
    }
    Ok(((pieces, count), Some(at)))
}

/// Start and length of the first longest run of zero pieces.
const fn longest_run_of_zeros(pieces: &[u16; 8]) -> (usize, usize) {
    let (mut best_at, mut best_len) = (0, 0);
    let (mut i, mut len) = (0, 0);
    while i < 8 {
        len = if pieces[i] == 0 { len + 1 } else { 0 };
        i += 1;
        if len > best_len {
            (best_at, best_len) = (i - len, len);
        }
    }
    (best_at, best_len)
}

/// The canonical form of what a browser reads as an IPv4 address: `0x7f.1`, `127.1`, `2130706433`
/// ([IPv4 parser](https://url.spec.whatwg.org/#concept-ipv4-parser)).
///
/// `None` also where a person may mean something else than the browser: `192.168.1` has a part
/// missing, the zeros in `192.168.010.001` are padding and not octal.
pub(super) fn canonical_ipv4(host: &str) -> Option<String> {
    let host = host.strip_suffix('.').unwrap_or(host);
    let mut numbers = Vec::new();
    for part in host.split('.') {
        let number = ipv4_number(part)?;
        let padded = part.len() <= 3 && part.starts_with('0') && !part.starts_with("0x");
        if padded && part.parse::<u64>() != Ok(number) {
            return None;
        }
        numbers.push(number);
    }
    let (last, others) = numbers.split_last()?;
    let incomplete = matches!(others, [first, ..] if *first != 127) && others.len() < 3;
    if incomplete || others.len() > 3 {
        return None;
    }
    let mut address = 0;
    for number in others {
        if *number > 255 {
            return None;
        }
        address = address << 8 | number;
    }
    let free_bits = 8 * (4 - others.len());
    if *last >= 1 << free_bits {
        return None;
    }
    let address = u32::try_from(address << free_bits | last).ok()?;
    Some(std::net::Ipv4Addr::from(address).to_string())
}

fn ipv4_number(text: &str) -> Option<u64> {
    if !text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'x') {
        return None;
    }
    if let Some(hex) = text.strip_prefix("0x") {
        return if hex.is_empty() { Some(0) } else { u64::from_str_radix(hex, 16).ok() };
    }
    match text.strip_prefix('0') {
        Some(octal) if !octal.is_empty() => u64::from_str_radix(octal, 8).ok(),
        _ => text.parse().ok(),
    }
}

/// The form in which a browser writes an IPv6 address, without the brackets.
pub(super) fn canonical_ipv6(host: &str) -> Option<String> {
    let pieces = host.parse::<std::net::Ipv6Addr>().ok()?.segments();
    let (at, len) = longest_run_of_zeros(&pieces);
    Some(match len {
        0 | 1 => joined(&pieces),
        _ => format!("{}::{}", joined(&pieces[..at]), joined(&pieces[at + len..])),
    })
}

fn joined(pieces: &[u16]) -> String {
    let mut text = String::new();
    for piece in pieces {
        let colon = if text.is_empty() { "" } else { ":" };
        // A string takes everything.
        let _ = write!(text, "{colon}{piece:x}");
    }
    text
}
