//! Lists that were meant right and written wrong: as a JSON array, in quotes, or with the wrong
//! separator. Environment variables are where this happens.

use super::error::PolicyErrorKind as Kind;
use std::net::Ipv6Addr;

/// Double quotation marks, straight and curly.
const DOUBLE_QUOTES: &[char] = &['"', '“', '”'];

/// A mistake, and the items that were meant.
pub(super) struct Mistake {
    pub(super) kind: Kind,
    pub(super) items: Vec<String>,
}

/// Whether the text is an array in the syntax of some language: `["a", "b"]`, `[a, b]`.
pub(super) fn is_array(text: &str) -> bool {
    let inner = text.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    inner.is_some_and(|inner| inner.parse::<Ipv6Addr>().is_err())
}

/// What can be seen before an item is parsed.
pub(super) fn find(item: &str) -> Option<Mistake> {
    if is_array(item) {
        let inner = item.trim().trim_matches(&['[', ']'][..]);
        let mut items = Vec::new();
        for item in parts(inner, &[',', '\n', '\r']) {
            items.push(unquoted(item).to_owned());
        }
        return Some(Mistake { kind: Kind::ArrayInString, items });
    }
    let trimmed = item.trim();
    let quoted = trimmed.starts_with(DOUBLE_QUOTES) || trimmed.ends_with(DOUBLE_QUOTES);
    // These two are valid in tokens, so only a pair of them is a mistake.
    let paired =
        |quote: char| trimmed.len() > 1 && trimmed.starts_with(quote) && trimmed.ends_with(quote);
    (quoted || paired('\'') || paired('`')).then(|| Mistake {
        kind: Kind::QuotesAroundItem,
        items: vec![unquoted(trimmed).to_owned()],
    })
}

/// What an item that cannot be parsed has in place of commas.
pub(super) fn find_separator(item: &str) -> Option<Mistake> {
    separated(item, &['\n', '\r'], Kind::LineBreakInItem)
        .or_else(|| separated(item, &[';'], Kind::SemicolonInItem))
        .or_else(|| separated(item, &[' ', '\t'], Kind::SpaceInItem))
}

fn separated(item: &str, separators: &[char], kind: Kind) -> Option<Mistake> {
    let mut items = Vec::new();
    for part in parts(item, separators) {
        // What follows `http;` is the rest of the item.
        if part.starts_with("//") {
            return None;
        }
        items.push(part.to_owned());
    }
    (items.len() > 1).then_some(Mistake { kind, items })
}

/// The parts that are not empty, without the dashes of a YAML list.
fn parts<'a>(text: &'a str, separators: &[char]) -> Vec<&'a str> {
    let mut parts = Vec::new();
    for part in text.split(separators) {
        let part = part.trim();
        let part = part.strip_prefix("- ").unwrap_or(part);
        if !part.is_empty() {
            parts.push(part);
        }
    }
    parts
}

fn unquoted(text: &str) -> &str {
    text.trim().trim_matches(&['"', '\'', '`', '“', '”'][..]).trim()
}

#[cfg(test)]
mod tests {
    use super::{Kind, find, find_separator, is_array};

    #[test]
    fn arrays() {
        for text in [r#"["a","b"]"#, " ['a'] ", "[a, b]", "[]", "[\"a\",\n\"b\"]"] {
            assert!(is_array(text), "{text}");
        }
        for text in ["[::1]", "[::1]:3000", "http://[::1]", "a]", "[a", ""] {
            assert!(!is_array(text), "{text}");
        }
    }

    #[test]
    fn mistakes() {
        type Row = (&'static str, Option<(Kind, &'static [&'static str])>);
        let rows: &[Row] = &[
            (r#"["a","b"]"#, Some((Kind::ArrayInString, &["a", "b"]))),
            ("['a', 'b']", Some((Kind::ArrayInString, &["a", "b"]))),
            ("[]", Some((Kind::ArrayInString, &[]))),
            (r#""a""#, Some((Kind::QuotesAroundItem, &["a"]))),
            ("'a'", Some((Kind::QuotesAroundItem, &["a"]))),
            (r#"a""#, Some((Kind::QuotesAroundItem, &["a"]))),
            ("“a”", Some((Kind::QuotesAroundItem, &["a"]))),
            ("'", None),
            ("it's", None),
            ("a; b;", Some((Kind::SemicolonInItem, &["a", "b"]))),
            ("a;", None),
            ("http;//a", None),
            ("a b\tc", Some((Kind::SpaceInItem, &["a", "b", "c"]))),
            (" a ", None),
            ("- a\n- b\n", Some((Kind::LineBreakInItem, &["a", "b"]))),
            ("a\r\nb", Some((Kind::LineBreakInItem, &["a", "b"]))),
            ("a", None),
            ("", None),
        ];
        for (text, expected) in rows {
            let found = find(text).or_else(|| find_separator(text));
            let found = found.map(|mistake| (mistake.kind, mistake.items));
            let expected = expected.as_ref().map(|(kind, items)| {
                (kind.clone(), items.iter().map(ToString::to_string).collect())
            });
            assert_eq!(found, expected, "{text}");
        }
    }
}
