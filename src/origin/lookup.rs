//! What a lookup among patterns is given.

use super::{
    grammar::Layout,
    hash::{HashKey, Partial},
};

/// What is looked up, and what it takes.
#[derive(Clone, Copy)]
pub(super) struct Lookup<'a> {
    pub(super) origin: Parts<'a>,
    pub(super) texts: &'a Texts,
    pub(super) key: HashKey,
    /// The hash of the origin's scheme.
    pub(super) scheme: Partial,
}

/// A valid origin, in parts.
#[derive(Clone, Copy)]
pub(super) struct Parts<'a> {
    /// With `://`.
    pub(super) scheme: &'a [u8],
    pub(super) host: &'a [u8],
    /// The host and what follows.
    pub(super) rest: &'a [u8],
    /// How many labels the host has.
    pub(super) labels: usize,
    /// The length of the first of them.
    pub(super) first_label: usize,
}

/// The texts of patterns, one after the other.
#[derive(Clone, Default)]
pub(super) struct Texts {
    text: String,
    ends: Vec<usize>,
}

impl<'a> Parts<'a> {
    pub(super) fn of(text: &'a [u8], layout: Layout) -> Self {
        let (scheme, rest) = text.split_at(usize::from(layout.scheme_end) + "://".len());
        let host = &rest[..usize::from(layout.host_end) - scheme.len()];
        let (labels, first_label) = (layout.labels.into(), layout.first_label.into());
        Self { scheme, host, rest, labels, first_label }
    }
}

impl Texts {
    pub(super) fn with_capacity(texts: usize, bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes), ends: Vec::with_capacity(texts) }
    }

    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    pub(super) fn shrink_to_fit(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    fn start(&self, number: usize) -> usize {
        number.checked_sub(1).map_or(0, |before| self.ends[before])
    }

    pub(super) fn get(&self, number: usize) -> &[u8] {
        &self.text.as_bytes()[self.start(number)..self.ends[number]]
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.ends.iter().enumerate().map(|(number, end)| &self.text[self.start(number)..*end])
    }
}

#[cfg(test)]
mod tests {
    use super::Texts;

    #[test]
    fn texts_keep_no_room_for_more() {
        let mut texts = Texts::with_capacity(100, 1000);
        texts.push("https://*.a.test");
        texts.shrink_to_fit();
        assert_eq!((texts.text.capacity(), texts.ends.capacity()), (texts.text.len(), 1));
    }
}
