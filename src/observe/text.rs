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
    const LIMIT: usize = 500;
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        // Some print their cause themselves.
        let of_cause = error.to_string();
        if !text.contains(&of_cause) {
            text = format!("{text}: {of_cause}");
        }
        cause = error.source().filter(|_| text.len() < LIMIT);
    }
    crate::message::Escaped { text: &text, limit: LIMIT }.to_string()
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
            (b"0123456789abcdef", "0123456789ab…"),
            (b"", ""),
        ] {
            assert_eq!(Cut { bytes, limit: 12 }.to_string(), shown);
        }
    }
}
