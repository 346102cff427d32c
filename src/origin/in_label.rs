//! Patterns whose star is a part of a label: `https://app-git-*-team.example.dev`.

use super::{
    hash::{HashKey, Partial},
    index::Index,
    lookup::{Lookup, Texts},
};

/// A pattern is a *head* (`https://app-git-`), a star and a *tail* (`-team.example.dev`). Heads and
/// tails are held once each, under numbers; a pattern is a pair of numbers. An origin has one head
/// for each length of what may precede the star in its label, and one tail for each length of what
/// may follow it there. Those that occur are looked up, and then whether one of their pairs is a
/// pattern.
///
/// A label has at most 63 bytes, so there are at most 63 heads, 126 tails and some 4,000 pairs,
/// whatever patterns there are. Most lists have one head or two.
#[derive(Clone, Default)]
pub(super) struct InLabelPatterns {
    heads: Pieces,
    tails: Pieces,
    pairs: Pairs,
    /// Which lengths precede a star in its label: bit `n` for `n` bytes.
    prefixes: u64,
    /// Which lengths follow a star in its label; with a fixed port, and with any.
    suffixes: [u64; 2],
}

/// Heads or tails, each once.
#[derive(Clone, Default)]
struct Pieces {
    pieces: Vec<Piece>,
    index: Index,
}

/// A part of a pattern.
#[derive(Clone, Copy)]
struct Piece {
    pattern: u32,
    start: u16,
    end: u16,
    /// Whether it is a tail and any port follows.
    any_port: bool,
}

/// The numbers of a head and a tail.
#[derive(Clone, Default)]
struct Pairs {
    pairs: Vec<(u32, u32)>,
    index: Index,
}

/// The heads of an origin that occur.
struct KnownHeads {
    /// By the length of what precedes the star in its label.
    numbers: [u32; u64::BITS as usize],
    /// Which of the numbers are of a head: bit `n` for `numbers[n]`.
    known: u64,
}

impl InLabelPatterns {
    /// `prefix` is the number of bytes before the star in its label.
    pub(super) fn add(
        &mut self,
        number: usize,
        prefix: usize,
        any_port: bool,
        texts: &Texts,
        key: HashKey,
    ) {
        let text = texts.get(number);
        let scheme = scheme_len(text);
        let star = scheme + prefix;
        let end = text.len() - if any_port { ":*".len() } else { 0 };
        let label = text[star..].iter().position(|byte| *byte == b'.').unwrap_or_default();
        self.prefixes |= 1 << prefix;
        self.suffixes[usize::from(any_port)] |= 1 << label.saturating_sub(1);
        // All within the longest possible origin, and no more patterns than fit into memory.
        let short = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
        let pattern = u32::try_from(number).unwrap_or(u32::MAX);
        let head = Piece { pattern, start: 0, end: short(star), any_port: false };
        let tail = Piece { pattern, start: short(star + 1), end: short(end), any_port };
        let head = self.heads.number(head, texts, key, hash_head);
        let tail = self.tails.number(tail, texts, key, hash_tail);
        self.pairs.insert((head, tail), key);
    }

    pub(super) fn shrink_to_fit(&mut self) {
        self.heads.pieces.shrink_to_fit();
        self.tails.pieces.shrink_to_fit();
        self.pairs.pairs.shrink_to_fit();
    }

    pub(super) fn matches(&self, lookup: &Lookup<'_>) -> bool {
        if self.pairs.pairs.is_empty() {
            return false;
        }
        let label = lookup.origin.first_label;
        if label == lookup.origin.host.len() {
            return false;
        }
        let heads = self.known_heads(lookup, label);
        heads.known != 0
            && (self.has_tail(lookup, &heads, label, false)
                || self.has_tail(lookup, &heads, label, true))
    }

    /// `label` is the length of the leftmost label.
    fn known_heads(&self, lookup: &Lookup<'_>, label: usize) -> KnownHeads {
        let Lookup { origin, texts, key, scheme } = *lookup;
        let mut heads = KnownHeads { numbers: [0; u64::BITS as usize], known: 0 };
        let mut partial = scheme;
        let mut length = 0;
        for prefix in bits(self.prefixes).take_while(|prefix| *prefix < label) {
            let more = &origin.host[length..prefix];
            partial = more.iter().fold(partial, |partial, &byte| key.add_byte(partial, byte));
            length = prefix;
            let is_it =
                |head: &[u8]| head.strip_prefix(origin.scheme) == Some(&origin.host[..prefix]);
            if let Some(number) = self.heads.find(key.finish(partial), false, texts, is_it) {
                heads.numbers[prefix] = number;
                heads.known |= 1 << prefix;
            }
        }
        heads
    }

    /// Whether one of the heads, a star and one of the tails are a pattern.
    fn has_tail(
        &self,
        lookup: &Lookup<'_>,
        heads: &KnownHeads,
        label: usize,
        any_port: bool,
    ) -> bool {
        let Lookup { origin, texts, key, .. } = *lookup;
        let suffixes = self.suffixes[usize::from(any_port)];
        if suffixes == 0 {
            return false;
        }
        let rest = if any_port { origin.host } else { origin.rest };
        let mut partial = key.add(Partial::EMPTY, &rest[label..]);
        let mut length = 0;
        for suffix in bits(suffixes).take_while(|suffix| *suffix < label) {
            let more = &rest[label - suffix..label - length];
            partial = more.iter().rev().fold(partial, |partial, &byte| key.add_byte(partial, byte));
            length = suffix;
            let is_it = |tail: &[u8]| tail == &rest[label - suffix..];
            let tail = self.tails.find(key.finish(partial), any_port, texts, is_it);
            let Some(tail) = tail else { continue };
            // The star is for one character at least.
            let longest_prefix = label - suffix - 1;
            let fitting = heads.known & u64::MAX >> (63 - longest_prefix.min(63));
            if bits(fitting).any(|prefix| self.pairs.contains((heads.numbers[prefix], tail), key)) {
                return true;
            }
        }
        false
    }
}

impl Pieces {
    #[inline]
    fn find(
        &self,
        hash: u64,
        any_port: bool,
        texts: &Texts,
        is_it: impl Fn(&[u8]) -> bool,
    ) -> Option<u32> {
        let number = self.index.find(hash, |i| {
            let piece = self.pieces[i];
            piece.any_port == any_port && is_it(piece.of(texts))
        });
        number.and_then(|number| u32::try_from(number).ok())
    }

    /// The number of this one, new or not.
    fn number(
        &mut self,
        piece: Piece,
        texts: &Texts,
        key: HashKey,
        hash: fn(&[u8], HashKey) -> u64,
    ) -> u32 {
        let text = piece.of(texts);
        let known = self.find(hash(text, key), piece.any_port, texts, |other| other == text);
        known.unwrap_or_else(|| {
            let Self { pieces, index } = self;
            index.reserve(&|i| hash(pieces[i].of(texts), key));
            index.insert(hash(text, key), pieces.len(), &|_| false);
            pieces.push(piece);
            u32::try_from(pieces.len() - 1).unwrap_or(u32::MAX)
        })
    }
}

impl Piece {
    fn of(self, texts: &Texts) -> &[u8] {
        &texts.get(self.pattern as usize)[usize::from(self.start)..usize::from(self.end)]
    }
}

impl Pairs {
    #[inline]
    fn contains(&self, pair: (u32, u32), key: HashKey) -> bool {
        self.index.find(key.of_pair(pair.0, pair.1), |i| self.pairs[i] == pair).is_some()
    }

    fn insert(&mut self, pair: (u32, u32), key: HashKey) {
        let Self { pairs, index } = self;
        index.reserve(&|i| key.of_pair(pairs[i].0, pairs[i].1));
        index.insert(key.of_pair(pair.0, pair.1), pairs.len(), &|_| false);
        pairs.push(pair);
    }
}

/// The length of the scheme, with `://`.
fn scheme_len(text: &[u8]) -> usize {
    text.iter().position(|byte| *byte == b':').map_or(0, |at| at + "://".len())
}

/// As a lookup computes it: the scheme, and then byte by byte.
fn hash_head(head: &[u8], key: HashKey) -> u64 {
    let (scheme, prefix) = head.split_at(scheme_len(head));
    let scheme = key.add(Partial::EMPTY, scheme);
    key.finish(prefix.iter().fold(scheme, |partial, &byte| key.add_byte(partial, byte)))
}

/// As a lookup computes it: from the first dot on, and then byte by byte from the right.
fn hash_tail(tail: &[u8], key: HashKey) -> u64 {
    let dot = tail.iter().position(|byte| *byte == b'.').unwrap_or(tail.len());
    let (suffix, domain) = tail.split_at(dot);
    let domain = key.add(Partial::EMPTY, domain);
    key.finish(suffix.iter().rev().fold(domain, |partial, &byte| key.add_byte(partial, byte)))
}

/// The positions of the bits that are set, in ascending order.
fn bits(mut set: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let lowest = set.trailing_zeros();
        set &= set.checked_sub(1)?;
        Some(lowest as usize)
    })
}

#[cfg(test)]
mod tests {
    use super::{HashKey, InLabelPatterns, Texts};

    #[test]
    fn keeps_no_room_for_more() {
        let key = HashKey::random();
        let (mut texts, mut patterns) = (Texts::default(), InLabelPatterns::default());
        for number in 0..100 {
            texts.push(&format!("https://a{number}-*-b{number}.example"));
            let prefix = format!("a{number}-").len();
            patterns.add(number, prefix, false, &texts, key);
        }
        patterns.shrink_to_fit();
        for pieces in [&patterns.heads.pieces, &patterns.tails.pieces] {
            assert_eq!((pieces.len(), pieces.capacity()), (100, 100));
        }
        assert_eq!((patterns.pairs.pairs.len(), patterns.pairs.pairs.capacity()), (100, 100));
    }
}
