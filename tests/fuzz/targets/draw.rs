//! Choices drawn from the bytes of the fuzzer. When these are used up, the first choice is taken.

pub(super) struct Draw<'a>(&'a [u8]);

impl<'a> Draw<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self(data)
    }

    pub(super) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A number from 0, below `end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::from(self.byte()) % end
    }

    pub(super) fn flag(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// Up to `most` of these pieces, one after the other.
    pub(super) fn text(&mut self, pieces: &[&str], most: usize) -> String {
        let count = self.below(most + 1);
        (0..count).map(|_| self.pick(pieces)).collect()
    }

    /// Some of the bytes as they are.
    pub(super) fn bytes(&mut self, most: usize) -> &'a [u8] {
        let len = self.below(most + 1).min(self.0.len());
        let (taken, rest) = self.0.split_at(len);
        self.0 = rest;
        taken
    }
}

/// What origins, patterns and mistakes are made of.
pub(super) const PIECES: &[&str] = &[
    "https://",
    "http://",
    ".",
    "example",
    "com",
    "a",
    "*",
    "*.",
    ":",
    "8080",
    "443",
    "80",
    ":*",
    "localhost",
    "127.0.0.1",
    "[::1]",
    "[",
    "]",
    "::",
    "/",
    "//",
    "@",
    "xn--",
    "-",
    "_",
    "ü",
    "A",
    " ",
    "null",
    "file://",
    "app://",
    "capacitor://",
    "://",
    "..",
    "?",
    "#",
    "\\",
    "%",
    "65536",
    "0",
    "0x7f",
    "HTTPS://",
    "htps://",
    "wss://",
    "user:pw@",
    "internal",
    "\u{430}",
    "\t",
    ",",
    ";",
    "\"",
    "chrome-extension://",
    "x",
    "1.2.3",
    "[2001:db8::",
    ".*",
    "ftp://",
    "\u{3002}",
];

/// A text that looks like an origin or a pattern, or anything at all.
pub(super) fn origin_text(draw: &mut Draw<'_>) -> String {
    match draw.below(4) {
        0 => draw.text(PIECES, 9),
        1 => {
            let scheme = draw.pick(&["https://", "http://", "app://", "tauri://", ""]);
            let host = draw.text(&["a", ".", "b", "example", ".com", "*", "-", "1", "xn--"], 7);
            let port = draw.pick(&["", "", ":8080", ":*", ":443", ":80", ":", ":0"]);
            format!("{scheme}{host}{port}")
        }
        2 => {
            let scheme = draw.pick(&["https://", "http://"]);
            let host = draw.pick(&[
                "example.com",
                "*.example.com",
                "a-*.example.com",
                "localhost",
                "127.0.0.1",
                "[::1]",
                "*.localhost",
                "example.com.",
                "bücher.example",
                "*.co.uk",
            ]);
            format!("{scheme}{host}{}", draw.pick(&["", ":*", ":8080", "/", ":443", ":80"]))
        }
        _ => String::from_utf8_lossy(draw.bytes(80)).into_owned(),
    }
}
