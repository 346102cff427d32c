//! A hash for short texts.

use std::hash::{BuildHasher, Hasher, RandomState};

/// Hashes by folded multiplication, keyed at random: a fifth of the instructions of the standard
/// library's hash.
///
/// That one resists whoever chooses the texts and sees the effect of each. Here nobody does: the
/// paths of a configuration are only looked up by requests, and what is hashed of a refused request
/// only decides whether it is logged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keyed(u64);

#[derive(Clone, Copy, Debug)]
pub(crate) struct Fold {
    state: u64,
    key: u64,
}

impl Keyed {
    pub(crate) fn new() -> Self {
        // Odd, so that multiplying loses nothing.
        Self(RandomState::new().hash_one(0_u8) | 1)
    }
}

impl BuildHasher for Keyed {
    type Hasher = Fold;

    fn build_hasher(&self) -> Fold {
        Fold { state: self.0.swap_bytes(), key: self.0 }
    }
}

impl Fold {
    fn add(&mut self, word: u64) {
        let product = u128::from(self.state ^ word) * u128::from(self.key);
        #[expect(clippy::cast_possible_truncation, reason = "the halves are folded")]
        let (low, high) = (product as u64, (product >> 64) as u64);
        self.state = low ^ high;
    }
}

impl Hasher for Fold {
    fn write(&mut self, bytes: &[u8]) {
        // The last eight bytes, of which some may be added twice, are read sooner than those that
        // are left.
        if let Some(last) = bytes.last_chunk() {
            let mut rest = bytes;
            while let Some((word, after)) = rest.split_first_chunk().filter(|_| rest.len() > 8) {
                self.add(u64::from_le_bytes(*word));
                rest = after;
            }
            self.add(u64::from_le_bytes(*last));
        } else {
            self.add(bytes.iter().fold(0, |word, &b| word << 8 | u64::from(b)));
        }
        self.add(bytes.len() as u64);
    }

    /// What ends a string: its length is part of the hash already.
    fn write_u8(&mut self, _: u8) {}

    fn write_usize(&mut self, number: usize) {
        self.add(number as u64);
    }

    fn finish(&self) -> u64 {
        self.state
    }
}

#[cfg(test)]
mod tests {
    use super::Keyed;
    use std::{collections::HashSet, hash::BuildHasher};

    #[test]
    fn hardly_any_collide() {
        let keyed = Keyed::new();
        let texts = (0..100_000).map(|i| format!("segment-{i}"));
        let hashes = texts.map(|text| keyed.hash_one(&*text)).collect::<HashSet<_>>();
        assert!(hashes.len() > 99_990, "{}", hashes.len());
        let low = hashes.iter().map(|hash| hash % 4096).collect::<HashSet<_>>();
        assert!(low.len() > 4000, "{}", low.len());
    }

    /// Wherever in a text of up to three words the difference is.
    #[test]
    fn every_byte_counts() {
        let keyed = Keyed::new();
        let (mut texts, mut hashes) = (0, HashSet::new());
        for length in 1..=24 {
            for at in 0..length {
                let mut text = vec![b'x'; length];
                for byte in (0..=255).filter(|byte| *byte != b'x') {
                    text[at] = byte;
                    texts += 1;
                    hashes.insert(keyed.hash_one(&text[..]));
                }
            }
        }
        assert_eq!(hashes.len(), texts);
    }

    #[test]
    fn numbers_count() {
        let keyed = Keyed::new();
        let hashes = (0..1000_usize).map(|number| keyed.hash_one(number)).collect::<HashSet<_>>();
        assert_eq!(hashes.len(), 1000);
    }
}
