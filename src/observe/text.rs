//! Text that comes from outside, made fit for a log: escaped, on one line, of bounded length.

use std::fmt;

/// The bytes with everything but visible ASCII and spaces escaped, cut to `limit` bytes. A text
/// that was cut ends in `…`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cut<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) limit: usize,
}

impl fmt::Display for Cut<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = &self.bytes[..self.bytes.len().min(self.limit)];
        // A backslash or a quote is no danger, and a path or an origin reads better as it was sent.
        for chunk in shown.chunk_by(|a, b| is_plain(*a) == is_plain(*b)) {
            match std::str::from_utf8(chunk) {
                Ok(plain) if chunk.iter().copied().all(is_plain) => f.write_str(plain)?,
                _ => write!(f, "{}", chunk.escape_ascii())?,
            }
        }
        if shown.len() < self.bytes.len() { f.write_str("…") } else { Ok(()) }
    }
}

fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}

/// Somebody else's error with its causes, in one line of some 500 characters at most, those that
/// cannot be seen escaped.
#[cfg(all(feature = "source", feature = "tracing"))]
pub(crate) fn one_line(error: &(dyn std::error::Error + 'static)) -> String {
    // An error may be its own cause.
    const CAUSES: usize = 16;
    let mut text = error.to_string();
    for cause in std::iter::successors(error.source(), |cause| cause.source()).take(CAUSES) {
        // Some print their cause themselves.
        let cause = cause.to_string();
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    crate::message::Escaped { text: &text, limit: 500 }.to_string()
}

#[cfg(test)]
mod tests {
    use super::Cut;

    #[test]
    fn outside_text_is_escaped_and_cut() {
        for (bytes, shown) in [
            (&b"/api/items"[..], "/api/items"),
            (b"/a b\\\"c", "/a b\\\"c"),
            (b"/a\x1b[31m\n\xff", "/a\\x1b[31m\\n\\xff"),
            (b"\"\x1b\\", "\"\\x1b\\"),
            (b"0123456789abcdef", "0123456789ab…"),
            (b"", ""),
        ] {
            assert_eq!(Cut { bytes, limit: 12 }.to_string(), shown);
        }
    }
}

#[cfg(test)]
#[cfg(all(feature = "source", feature = "tracing"))]
mod tests_of_errors {
    use super::one_line;
    use std::{error::Error, fmt};

    /// An error that is caused by the next of these texts; the last is its own cause.
    #[derive(Debug)]
    struct Failure {
        text: String,
        cause: Option<Box<Self>>,
    }

    impl fmt::Display for Failure {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(&self.text)
        }
    }

    impl Error for Failure {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(self.cause.as_deref().unwrap_or(self))
        }
    }

    #[test]
    fn an_error_and_its_causes_are_one_line() {
        let long = "ä".repeat(600);
        for (about, texts, line) in [
            ("one", &["down"][..], "down".to_owned()),
            (
                "every cause",
                &["no policy", "no connection", "timeout"],
                "no policy: no connection: timeout".to_owned(),
            ),
            (
                "an error that prints its cause itself",
                &["no policy: timeout", "timeout", "5 s passed"],
                "no policy: timeout: 5 s passed".to_owned(),
            ),
            ("line breaks", &["two\nlines", "\x1b[31m"], "two\\nlines: \\u{1b}[31m".to_owned()),
            ("as long as can be", &[&long[..1000], ""], "ä".repeat(500)),
            ("longer", &[&long], "ä".repeat(500) + "…"),
            ("longer with its cause", &[&long[..1000], "timeout"], "ä".repeat(500) + "…"),
        ] {
            let mut failure = None;
            for text in texts.iter().rev() {
                let cause = failure.map(Box::new);
                failure = Some(Failure { text: (*text).to_owned(), cause });
            }
            assert_eq!(one_line(&failure.unwrap()), line, "{about}");
        }
    }
}
