//! The quotes around a text, so that what an error says to write can be copied into the file.

use crate::message::Escaped;
use std::borrow::Cow;

/// How a string is written where it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Quotes {
    /// As it is: in the environment, or read through serde. It is printed in double quotes.
    #[default]
    None,
    /// In double quotes, a backslash as two: in JSON, and in TOML with escapes.
    Escaped,
    /// In TOML without escapes. A text with a backslash needs single quotes there.
    Literal,
}

impl Quotes {
    pub(super) fn around(self, text: Escaped<'_>) -> String {
        if self == Self::None || !text.text.contains('\\') {
            return text.in_quotes();
        }
        let shown = text.to_string();
        // What single quotes cannot hold.
        let needs_escapes =
            shown.contains('\'') || !text.text.starts_with(shown.trim_end_matches('…'));
        if self == Self::Literal && !needs_escapes {
            return format!("'{shown}'");
        }
        Escaped { text: &text.text.replace('\\', r"\\"), ..text }.in_quotes()
    }

    /// Words with texts in double quotes among them.
    pub(super) fn in_words(self, words: Cow<'static, str>) -> Cow<'static, str> {
        if self == Self::None || !words.contains('\\') {
            return words;
        }
        if self == Self::Escaped || words.matches('"').count() % 2 == 1 {
            return words.replace('\\', r"\\").into();
        }
        let parts = words.split('"').enumerate();
        let parts = parts.map(|(i, part)| match i % 2 {
            0 => part.to_owned(),
            _ => self.around(Escaped { text: part, limit: usize::MAX }),
        });
        parts.collect::<String>().into()
    }
}

#[cfg(test)]
mod tests {
    use super::{
        Escaped,
        Quotes::{self, Literal, None},
    };

    #[test]
    fn texts() {
        for (quotes, text, expected) in [
            (None, r"a\.b", r#""a\.b""#),
            (Quotes::Escaped, r"a\.b", r#""a\\.b""#),
            (Literal, r"a\.b", r"'a\.b'"),
            (Literal, "a.b", r#""a.b""#),
            (Literal, r"it's\.b", r#""it's\\.b""#),
            (Literal, "a\\.b\n", r#""a\\.b\n""#),
            (Literal, "a\\.…", r"'a\.…'"),
        ] {
            let text = Escaped { text, limit: usize::MAX };
            assert_eq!(quotes.around(text), expected, "{quotes:?}");
        }
    }

    #[test]
    fn words() {
        let words = |quotes: Quotes, words: &'static str| quotes.in_words(words.into());
        let advice = r#"write "\." for a dot, or "[a-z]""#;
        assert_eq!(words(None, advice), advice);
        assert_eq!(words(Quotes::Escaped, advice), r#"write "\\." for a dot, or "[a-z]""#);
        assert_eq!(words(Literal, advice), r#"write '\.' for a dot, or "[a-z]""#);
        assert_eq!(words(Literal, r#"`"` is not valid in \d"#), r#"`"` is not valid in \\d"#);
        assert_eq!(words(None, r#"`"` is not valid in \d"#), r#"`"` is not valid in \d"#);
        assert_eq!(words(Literal, "write \"PUT\""), "write \"PUT\"");
    }
}
