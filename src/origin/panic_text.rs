//! The text with which `from_static` panics, built where the compiler cannot format.

use super::kind::OriginErrorKind;

/// Longest part of the offending text that is shown. The literal stands in the source anyway.
const SHOWN: usize = 128;
const CAPACITY: usize = 512;

/// `"text" reason; advice`, the same line that an `OriginError` prints, less its suggestion.
pub(super) struct PanicText {
    bytes: [u8; CAPACITY],
    len: usize,
}

impl PanicText {
    pub(super) const fn new(text: &str, kind: OriginErrorKind) -> Self {
        Self { bytes: [0; CAPACITY], len: 0 }
            .push(b"\"", 1)
            .push(text.as_bytes(), SHOWN)
            .push(b"\" ", 2)
            .push(kind.reason().as_bytes(), CAPACITY)
            .push(b"; ", 2)
            .push(kind.advice().as_bytes(), CAPACITY)
    }

    pub(super) const fn as_str(&self) -> &str {
        match std::str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => text,
            Err(_) => "not a valid origin",
        }
    }

    /// Appends at most `limit` bytes, up to the last whole character.
    const fn push(mut self, text: &[u8], limit: usize) -> Self {
        let mut end = text.len();
        while end > limit || end < text.len() && text[end] & 0xc0 == 0x80 {
            end -= 1;
        }
        let mut i = 0;
        while i < end && self.len < CAPACITY {
            // On one line.
            self.bytes[self.len] = if text[i].is_ascii_control() { b' ' } else { text[i] };
            self.len += 1;
            i += 1;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::{super::kind::OriginErrorKind, CAPACITY, PanicText, SHOWN};

    #[test]
    fn texts() {
        let long = format!("https://{}é", "a".repeat(119));
        for (text, expected) in [
            (
                "https://a.example/",
                "\"https://a.example/\" has a path; remove what follows the host and port",
            ),
            ("a\n", "\"a \" has a path; remove what follows the host and port"),
            (
                &long,
                &format!(
                    "\"{}\" has a path; remove what follows the host and port",
                    long.trim_end_matches('é'),
                ),
            ),
        ] {
            assert_eq!(PanicText::new(text, OriginErrorKind::Path).as_str(), expected);
        }
    }

    #[test]
    fn texts_are_cut() {
        for (length, shown) in [(SHOWN - 1, SHOWN - 1), (SHOWN, SHOWN), (SHOWN + 1, SHOWN)] {
            let text = PanicText::new(&"~".repeat(length), OriginErrorKind::Path);
            assert_eq!(text.as_str().matches('~').count(), shown);
        }
        let text =
            PanicText { bytes: [0; CAPACITY], len: 0 }.push(&[b'a'; CAPACITY + 1], usize::MAX);
        assert_eq!(text.as_str(), "a".repeat(CAPACITY));
    }
}
