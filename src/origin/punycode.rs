//! Just enough of IDNA to *suggest* the Punycode of a Unicode host in an error message.
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
    let lower = label.chars().flat_map(char::to_lowercase).collect::<Vec<_>>();
    if !lower.iter().copied().all(is_plain) {
        return None;
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
    let mut output = input.iter().filter(|c| c.is_ascii()).collect::<String>();
    let basic = u32::try_from(output.len()).ok()?;
    if basic > 0 {
        output.push('-');
    }
    let (mut n, mut delta, mut bias, mut handled) = (INITIAL_N, 0_u32, INITIAL_BIAS, basic);
    let total = u32::try_from(input.len()).ok()?;
    while handled < total {
        let next = input.iter().map(|&c| c as u32).filter(|&c| c >= n).min()?;
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
        let threshold = k.saturating_sub(bias).clamp(T_MIN, T_MAX);
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
    char::from_digit(if value < 26 { value + 10 } else { value - 26 }, 36).unwrap_or('0')
}

fn adapt(delta: u32, points: u32, first: bool) -> u32 {
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
    use super::to_ascii_label;

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
    }
}
