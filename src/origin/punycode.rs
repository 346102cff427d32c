//! Just enough of IDNA to reject labels that do not decode, and to *suggest* the Punycode of a
//! Unicode host in an error message.
//!
//! Nothing is matched by it: a configured Unicode host stays an error, and only letters and digits
//! get a suggestion. The full mapping (UTS 46) needs tables of some hundred kilobytes, which is too
//! much for a CORS middleware.

/// The label in ASCII: in lower case, or as `xn--` and its Punycode
/// ([RFC 3492](https://www.rfc-editor.org/rfc/rfc3492)). `None` if that takes more than
/// mapping to lower case.
pub(super) fn to_ascii_label(label: &str) -> Option<String> {
    if label.len() > LONGEST {
        return None;
    }
    if label.is_ascii() {
        return Some(label.to_ascii_lowercase());
    }
    let mut lower = Vec::new();
    for c in label.chars() {
        for c in c.to_lowercase() {
            if !is_plain(c) {
                return None;
            }
            lower.push(c);
        }
    }
    encode(&lower).map(|encoded| format!("xn--{encoded}"))
}

/// No label of 63 bytes stands for more than this many in UTF-8.
const LONGEST: usize = 256;

/// Letters and digits that UTS 46 maps to their lower case and to nothing else. It maps some of the
/// others to several characters (ligatures, superscripts, full-width and compatibility forms).
fn is_plain(c: char) -> bool {
    let plain_script = matches!(c,
        'ß'..='ö' | 'ø'..='ž' | 'ά'..='ώ' | 'а'..='џ' | 'א'..='ת' | 'ぁ'..='ゖ' | 'ァ'..='ヺ' | 'ー'
            | '\u{4e00}'..='\u{9fff}' | '가'..='힣');
    let mapped = matches!(c, 'ĳ' | 'ŀ' | 'ŉ' | 'ΐ' | 'ΰ');
    c.is_ascii_alphanumeric() || c == '-' || (plain_script && !mapped)
}

// The parameters of RFC 3492, section 5.
const BASE: u32 = 36;
const T_MIN: u32 = 1;
const T_MAX: u32 = 26;
const SKEW: u32 = 38;
const DAMP: u32 = 700;
const INITIAL_BIAS: u32 = 72;
const INITIAL_N: u32 = 128;

/// The encoding procedure of RFC 3492, section 6.3. `None` if it would overflow.
fn encode(input: &[char]) -> Option<String> {
    let mut output = String::new();
    for c in input {
        if c.is_ascii() {
            output.push(*c);
        }
    }
    let basic = u32::try_from(output.len()).ok()?;
    if basic > 0 {
        output.push('-');
    }
    let (mut n, mut delta, mut bias, mut handled) = (INITIAL_N, 0_u32, INITIAL_BIAS, basic);
    let total = u32::try_from(input.len()).ok()?;
    while handled < total {
        let mut next = u32::MAX;
        for &c in input {
            if c as u32 >= n {
                next = next.min(c as u32);
            }
        }
        delta = delta.checked_add((next - n).checked_mul(handled + 1)?)?;
        n = next;
        for &c in input {
            if (c as u32) < n {
                delta = delta.checked_add(1)?;
            }
            if c as u32 == n {
                push_integer(&mut output, delta, bias);
                bias = adapt(delta, handled + 1, handled == basic);
                delta = 0;
                handled += 1;
            }
        }
        delta = delta.checked_add(1)?;
        n += 1;
    }
    Some(output)
}

/// A generalized variable-length integer.
fn push_integer(output: &mut String, mut value: u32, bias: u32) {
    let mut k = BASE;
    loop {
        let threshold = threshold(k, bias);
        if value < threshold {
            break;
        }
        output.push(digit(threshold + (value - threshold) % (BASE - threshold)));
        value = (value - threshold) / (BASE - threshold);
        k += BASE;
    }
    output.push(digit(value));
}

fn digit(value: u32) -> char {
    let digits = b"abcdefghijklmnopqrstuvwxyz0123456789";
    digits.get(value as usize).map_or('0', |digit| char::from(*digit))
}

/// Whether the rest of a label after `xn--` decodes to characters that a host can have (RFC 3492,
/// section 6.2). Browsers reject more: what UTS 46 maps, and what Unicode has not assigned.
pub(super) const fn is_valid(encoded: &[u8]) -> bool {
    let delimiter = last_hyphen(encoded);
    let (mut length, mut next) = if delimiter > 0 { (delimiter, delimiter + 1) } else { (0, 0) };
    if next == encoded.len() {
        return false;
    }
    let (mut point, mut position, mut bias) = (INITIAL_N, 0_u32, INITIAL_BIAS);
    while next < encoded.len() {
        let Some((delta, end)) = read_integer(encoded, next, bias) else { return false };
        next = end;
        #[expect(clippy::cast_possible_truncation, reason = "a label has at most 63 bytes")]
        let points = length as u32 + 1;
        let Some(sum) = position.checked_add(delta) else { return false };
        bias = adapt(delta, points, position == 0);
        point = match point.checked_add(sum / points) {
            Some(point) if is_in_hosts(point) => point,
            _ => return false,
        };
        position = sum % points + 1;
        length += 1;
    }
    true
}

/// 0 if there is none.
const fn last_hyphen(encoded: &[u8]) -> usize {
    let mut at = encoded.len();
    while at > 0 {
        at -= 1;
        if encoded[at] == b'-' {
            return at;
        }
    }
    0
}

/// A generalized variable-length integer, and where it ends.
const fn read_integer(encoded: &[u8], start: usize, bias: u32) -> Option<(u32, usize)> {
    let (mut value, mut weight, mut k) = (0_u32, 1_u32, BASE);
    let mut next = start;
    while next < encoded.len() {
        let digit = match encoded[next] {
            byte @ b'a'..=b'z' => byte - b'a',
            byte @ b'0'..=b'9' => byte - b'0' + 26,
            _ => return None,
        } as u32;
        next += 1;
        let Some(part) = digit.checked_mul(weight) else { return None };
        value = match value.checked_add(part) {
            Some(value) => value,
            None => return None,
        };
        let threshold = threshold(k, bias);
        if digit < threshold {
            return Some((value, next));
        }
        weight = match weight.checked_mul(BASE - threshold) {
            Some(weight) => weight,
            None => return None,
        };
        k += BASE;
    }
    None
}

/// No control, surrogate, private or non-character: UTS 46 disallows them all.
const fn is_in_hosts(point: u32) -> bool {
    matches!(point, 0xa0..=0xd7ff | 0xf900..=0xfdcf | 0xfdf0..=0x000e_ffff)
        && point & 0xfffe != 0xfffe
}

const fn threshold(k: u32, bias: u32) -> u32 {
    match k.saturating_sub(bias) {
        ..=T_MIN => T_MIN,
        T_MAX.. => T_MAX,
        between => between,
    }
}

const fn adapt(delta: u32, points: u32, first: bool) -> u32 {
    let mut delta = if first { delta / DAMP } else { delta / 2 };
    delta += delta / points;
    let mut k = 0;
    while delta > (BASE - T_MIN) * T_MAX / 2 {
        delta /= BASE - T_MIN;
        k += BASE;
    }
    k + (BASE - T_MIN + 1) * delta / (delta + SKEW)
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, adapt, encode, is_valid, to_ascii_label};

    /// Labels, and what Python's codec `punycode` encodes them as.
    const ENCODED: &[(&str, &str)] = &[
        ("ü", "tda"),
        ("aü", "a-eha"),
        ("üa", "a-dha"),
        ("aéb", "ab-bja"),
        ("éé", "9caa"),
        ("日本語", "wgv71a119e"),
        ("한국어", "3e0bk47br7k"),
        ("почта", "80a1acny"),
        ("他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye"),
        ("почемужеонинеговорятпорусски", "b1abfaaepdrnnbgefbadotcwatmq2g4l"),
        ("안녕하세요세계", "989ap0gv2qa113c85b799b"),
        ("ça-va-très-bien-merci", "a-va-trs-bien-merci-4xb2a"),
        ("luťoučkýkůň", "luoukk-fza0k2w9i6d"),
        ("ö-ж-日-한", "----rna572b759pbczg"),
        ("日éж한a1-", "a1--9la933b459pcczg"),
        ("-éà", "--sfa0a"),
        ("9גîג日中中", "9-lga968aba9273ga6163b"),
        ("бя-국б-ß", "---hia115aba2p3967i"),
        ("ー가îö日한ß", "zca3aya8820cck1ct5xeyruc"),
    ];

    #[test]
    fn validity() {
        for (label, expected) in [
            ("bcher-kva", true),
            ("mnchen-3ya", true),
            ("r8jz45g", true),
            ("e1afmkfd", true),
            ("ls8h", true), // 💩
            ("strae-oqa", true),
            ("", false),
            ("f", false),
            ("0", false),
            ("a", false), // U+0080
            ("-", false),
            ("abc-", false),
            ("abc", false),
            ("-kva", false),
            ("bcher-kv_", false),
            ("99999999", false),
            ("bcher-kva9999999999999", false),
        ] {
            assert_eq!(is_valid(label.as_bytes()), expected, "xn--{label}");
        }
    }

    #[test]
    fn encoding() {
        for &(label, expected) in ENCODED {
            let label = label.chars().collect::<Vec<_>>();
            assert_eq!(encode(&label).as_deref(), Some(expected), "{label:?}");
            assert!(is_valid(expected.as_bytes()), "{label:?}");
        }
    }

    /// In every place of every label, the characters at the limits of what hosts can have.
    #[test]
    fn validity_is_that_of_the_characters() {
        for &(label, _) in ENCODED {
            for (added, expected) in [
                ('\u{80}', false),
                ('\u{9f}', false),
                ('\u{a0}', true),
                ('\u{d7ff}', true),
                ('\u{e000}', false),
                ('\u{f8ff}', false),
                ('\u{f900}', true),
                ('\u{fdcf}', true),
                ('\u{fdd0}', false),
                ('\u{fdef}', false),
                ('\u{fdf0}', true),
                ('\u{fffd}', true),
                ('\u{fffe}', false),
                ('\u{ffff}', false),
                ('\u{10000}', true),
                ('\u{1fffe}', false),
                ('\u{1ffff}', false),
                ('\u{efffd}', true),
                ('\u{f0000}', false),
                ('\u{10ffff}', false),
            ] {
                for at in 0..=label.chars().count() {
                    let mut chars = label.chars().collect::<Vec<_>>();
                    chars.insert(at, added);
                    let encoded = encode(&chars).unwrap();
                    assert_eq!(is_valid(encoded.as_bytes()), expected, "{chars:?} {encoded}");
                }
            }
        }
    }

    /// RFC 3492, section 6.1.
    #[test]
    fn adaptation() {
        for (delta, points, first, bias) in [
            (0, 1, true, 0),
            (745, 6, true, 0),
            (699, 1, true, 0),
            (700, 1, true, 1),
            (65408, 1, true, 29),
            (0, 2, false, 0),
            (1, 2, false, 0),
            (828, 10, false, 33),
            (830, 10, false, 45),
            (20000, 2, false, 69),
            (1_000_000, 3, false, 118),
            (1_000_000, 3, true, 57),
            (2_147_483_648, 7, false, 193),
        ] {
            assert_eq!(adapt(delta, points, first), bias, "{delta} {points} {first}");
        }
    }

    #[test]
    fn labels() {
        // The expected texts are what Chromium and Firefox print as `new URL("https://…").host`.
        for (label, expected) in [
            ("plain", Some("plain")),
            ("UPPER", Some("upper")),
            ("bücher", Some("xn--bcher-kva")),
            ("BÜCHER", Some("xn--bcher-kva")),
            ("münchen", Some("xn--mnchen-3ya")),
            ("straße", Some("xn--strae-oqa")),
            ("例え", Some("xn--r8jz45g")),
            ("пример", Some("xn--e1afmkfd")),
            ("☃", None),
            ("ﬁsh", None),
            ("m²", None),
            ("ｗｉｄｅ", None),
        ] {
            assert_eq!(to_ascii_label(label).as_deref(), expected, "{label}");
        }
        let of_length = |bytes: usize| "ü".repeat(bytes / "ü".len());
        assert!(to_ascii_label(&of_length(LONGEST)).is_some());
        assert_eq!(to_ascii_label(&of_length(LONGEST + 2)), None);
    }
}
