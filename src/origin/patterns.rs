//! Origins with stars, in a form in which the cost of a lookup does not grow with their number.

use super::{
    grammar::{Layout, Port, Star},
    hash::{HashKey, Partial},
    in_label::InLabelPatterns,
    index::Index,
    label_patterns::LabelPatterns,
    lookup::{Lookup, Parts, Texts},
    pattern::OriginPattern,
};
use std::fmt;

/// Many patterns, each once, in the order given.
#[derive(Clone)]
pub(super) struct Patterns {
    texts: Texts,
    /// Those whose star is a whole label, or their port.
    labels: LabelPatterns,
    /// Those whose star is a part of a label.
    in_label: InLabelPatterns,
    key: HashKey,
    /// The hash of the scheme that nearly all have.
    https: Partial,
}

impl Patterns {
    pub(super) fn new(members: &[OriginPattern]) -> Self {
        let mut bytes = 0;
        for member in members {
            bytes += member.as_str().len();
        }
        let key = HashKey::random();
        let mut patterns = Self {
            texts: Texts::with_capacity(members.len(), bytes),
            labels: LabelPatterns::default(),
            in_label: InLabelPatterns::default(),
            key,
            https: key.add(Partial::EMPTY, b"https://"),
        };
        let mut known = Index::with_capacity(members.len());
        for member in members {
            let number = patterns.texts.len();
            let text = member.as_str().as_bytes();
            let hash = patterns.key.of(text);
            if known.insert(hash, number, &|i| patterns.texts.get(i) == text) {
                patterns.texts.push(member.as_str());
                patterns.add(number, member.layout());
            }
        }
        // Excess capacity would be kept as long as the set.
        patterns.texts.shrink_to_fit();
        patterns.in_label.shrink_to_fit();
        patterns
    }

    fn add(&mut self, number: usize, layout: Layout) {
        let any_port = layout.port == Port::Any;
        let parts = Parts::of(self.texts.get(number), layout);
        match layout.star {
            Star::Within(at) => {
                let prefix = usize::from(at) - parts.scheme.len();
                self.in_label.add(number, prefix, any_port, &self.texts, self.key);
            }
            Star::Labels | Star::None => {
                self.labels.add(number, any_port, parts, &self.texts, self.key);
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.texts.iter()
    }

    /// Whether one of them matches a valid origin.
    #[inline]
    pub(super) fn matches(&self, origin: &[u8], layout: Layout) -> bool {
        let origin = Parts::of(origin, layout);
        let is_https = origin.scheme == b"https://";
        let scheme =
            if is_https { self.https } else { self.key.add(Partial::EMPTY, origin.scheme) };
        let lookup = Lookup { origin, texts: &self.texts, key: self.key, scheme };
        self.labels.matches(&lookup) || self.in_label.matches(&lookup)
    }
}

impl Default for Patterns {
    fn default() -> Self {
        Self::new(&[])
    }
}

impl fmt::Debug for Patterns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
