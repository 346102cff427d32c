//! How errors and refusals read: one line of place, value, reason and suggestion.

use std::fmt;

/// How many characters of a value are printed. Every valid origin has fewer.
const LONGEST_VALUE: usize = 300;

/// How many characters a suggestion may have. It is there to be copied, so a longer one is left out
/// instead of cut. A value with several items may lack no more than its commas.
const LONGEST_SUGGESTION: usize = 1000;

/// `place: "value" reason; suggestion`. All parts but the reason are optional.
///
/// Every error type of the crate is printed by this type, so that they all read alike.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Message<'a> {
    pub(crate) place: Option<&'a str>,
    pub(crate) value: Option<&'a str>,
    pub(crate) reason: &'a str,
    pub(crate) suggestion: Option<Suggestion<'a>>,
}

/// How to fix it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Suggestion<'a> {
    /// The corrected text, to be copied.
    Write(&'a str),
    /// What to do, in words.
    Advice(&'a str),
    /// The corrected text, and what else lifts the error.
    WriteOr(&'a str, &'a str),
}

impl<'a> Suggestion<'a> {
    /// The corrected text if there is one that is short enough to be printed, else the advice.
    pub(crate) fn of(write: Option<&'a str>, advice: Option<&'a str>) -> Option<Self> {
        write.filter(|text| is_short(text)).map(Self::Write).or_else(|| advice.map(Self::Advice))
    }
}

impl Message<'_> {
    /// The line, with its value and its corrected text in the quotes that this function adds.
    pub(crate) fn quoted_by(&self, quote: &dyn Fn(Escaped<'_>) -> String) -> String {
        let mut line = String::new();
        if let Some(place) = self.place {
            line.push_str(place);
            line.push_str(": ");
        }
        if let Some(text) = self.value {
            line.push_str(&quote(Escaped { text, limit: LONGEST_VALUE }));
            line.push(' ');
        }
        line.push_str(self.reason);
        let (write, advice) = match self.suggestion {
            Some(Suggestion::Write(text)) => (Some(text), None),
            Some(Suggestion::Advice(text)) => (None, Some(text)),
            Some(Suggestion::WriteOr(text, or)) => (Some(text), Some(or)),
            None => (None, None),
        };
        let write = write.filter(|text| is_short(text));
        if let Some(text) = write {
            line.push_str("; write ");
            line.push_str(&quote(Escaped { text, limit: usize::MAX }));
        }
        if let Some(text) = advice {
            line.push_str(if write.is_some() { ", or " } else { "; " });
            line.push_str(text);
        }
        line
    }
}

impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.quoted_by(&|text: Escaped<'_>| text.in_quotes()))
    }
}

/// A text in double quotes, printed as it was typed, escaped as by [`Escaped`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quoted<'a>(pub(crate) &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", Escaped { text: self.0, limit: usize::MAX })
    }
}

/// A text as it was typed, cut to `limit` characters; `…` follows what was cut.
///
/// What cannot be seen is escaped: control characters, which could begin another line, and those
/// that have no width or change the direction of what follows. Letters of all scripts are not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Escaped<'a> {
    pub(crate) text: &'a str,
    pub(crate) limit: usize,
}

impl Escaped<'_> {
    pub(crate) fn in_quotes(self) -> String {
        format!("\"{self}\"")
    }
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const AS_TYPED: [char; 3] = ['"', '\'', '\\'];
        let cut = self.text.char_indices().nth(self.limit).map(|(at, _)| at);
        let shown = &self.text[..cut.unwrap_or(self.text.len())];
        for part in shown.split_inclusive(AS_TYPED) {
            let plain = part.trim_end_matches(AS_TYPED);
            // Escapes a combining character only where it would join with a quote.
            write!(f, "{}{}", plain.escape_debug(), &part[plain.len()..])?;
        }
        if cut.is_some() { f.write_str("…") } else { Ok(()) }
    }
}

fn is_short(suggestion: &str) -> bool {
    suggestion.chars().nth(LONGEST_SUGGESTION).is_none()
}

#[cfg(test)]
mod tests {
    use super::{Escaped, Message, Suggestion};

    #[test]
    fn lines() {
        let message = Message {
            place: Some("allow_origin"),
            value: Some("https://a.example/"),
            reason: "has a trailing slash",
            suggestion: Some(Suggestion::Write("https://a.example")),
        };
        assert_eq!(
            message.to_string(),
            "allow_origin: \"https://a.example/\" has a trailing slash; write \"https://a.example\"",
        );
        let message = Message {
            place: None,
            value: Some("a\\.b\n"),
            suggestion: Suggestion::of(None, Some("use lower case")),
            ..message
        };
        assert_eq!(message.to_string(), r#""a\.b\n" has a trailing slash; use lower case"#);
        let message = Message { suggestion: Some(Suggestion::WriteOr("b", "set c")), ..message };
        assert_eq!(message.to_string(), r#""a\.b\n" has a trailing slash; write "b", or set c"#);
    }

    #[test]
    fn suggestions_are_not_cut() {
        let (longest, longer) = ("a".repeat(1000), "a".repeat(1001));
        let print = |suggestion| {
            Message { place: None, value: None, reason: "is wrong", suggestion }.to_string()
        };
        for (suggestion, expected) in [
            (Suggestion::of(Some(&longest), Some("b")), format!("is wrong; write \"{longest}\"")),
            (Suggestion::of(Some(&longer), Some("b")), "is wrong; b".to_owned()),
            (Some(Suggestion::Write(&longer)), "is wrong".to_owned()),
            (Some(Suggestion::WriteOr(&longer, "b")), "is wrong; b".to_owned()),
        ] {
            assert_eq!(print(suggestion), expected);
        }
    }

    #[test]
    fn texts_are_escaped_and_cut() {
        for (text, limit, expected) in [
            (r#"a"b'c\d"#, 9, r#"a"b'c\d"#),
            ("a\tb\u{7f}\u{202e}\u{200b}", 9, r"a\tb\u{7f}\u{202e}\u{200b}"),
            ("ééé", 2, "éé…"),
            ("ééé", 3, "ééé"),
            ("", 0, ""),
            // A combining accent is part of its letter, and not of a quote.
            ("e\u{301}", 9, "e\u{301}"),
            ("'\u{301}", 9, r"'\u{301}"),
        ] {
            assert_eq!(Escaped { text, limit }.to_string(), expected);
        }
    }
}
