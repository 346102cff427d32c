//! How errors and refusals read: one line of place, value, reason and suggestion.

use std::fmt;

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
    /// The corrected text if there is one, else the advice.
    pub(crate) fn of(write: Option<&'a str>, advice: Option<&'a str>) -> Option<Self> {
        write.map(Self::Write).or_else(|| advice.map(Self::Advice))
    }
}

impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = self.place {
            f.write_str(place)?;
            f.write_str(": ")?;
        }
        if let Some(value) = self.value {
            Quoted(value).fmt(f)?;
            f.write_str(" ")?;
        }
        f.write_str(self.reason)?;
        let (write, advice) = match self.suggestion {
            Some(Suggestion::Write(text)) => (Some(text), None),
            Some(Suggestion::Advice(text)) => (None, Some(text)),
            Some(Suggestion::WriteOr(text, or)) => (Some(text), Some(or)),
            None => (None, None),
        };
        if let Some(text) = write {
            f.write_str("; write ")?;
            Quoted(text).fmt(f)?;
        }
        if let Some(text) = advice {
            f.write_str(if write.is_some() { ", or " } else { "; " })?;
            f.write_str(text)?;
        }
        Ok(())
    }
}

/// A text in double quotes, printed as it was typed. Only control characters are escaped, so that
/// it stays on one line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quoted<'a>(pub(crate) &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;
        f.write_char('"')?;
        for c in self.0.chars() {
            if c.is_control() {
                c.escape_default().fmt(f)?;
            } else {
                f.write_char(c)?;
            }
        }
        f.write_char('"')
    }
}

#[cfg(test)]
mod tests {
    use super::{Message, Suggestion};

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
}
