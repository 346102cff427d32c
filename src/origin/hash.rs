//! A hash of texts, keyed at random.

use std::hash::{BuildHasher, RandomState};

/// The prime 2^61 - 1, a form that makes the remainder cheap.
const PRIME: u64 = 0x1fff_ffff_ffff_ffff;

/// A text is read as the coefficients of a polynomial, which is evaluated at a random point modulo
/// a prime. So two texts of `n` bytes collide with a probability of at most `n` in 2^60, whoever
/// chose them, as long as the point is unknown. (Origins may come from tenants, who could otherwise
/// choose origins that collide.) Unlike `SipHash`, which promises more, it can go on from the hash of
/// a text to that of a longer one, which makes the lookup of many parts of a text cheap.
#[derive(Clone, Copy, Debug)]
pub(super) struct HashKey {
    /// Below 2^60.
    point: u64,
    /// Odd. Multiplying by it moves what distinguishes two hashes into their upper bits.
    multiplier: u64,
}

/// The polynomial of what was read so far, below 2^62. More can be added.
#[derive(Clone, Copy, Debug)]
pub(super) struct Partial(u64);

impl Partial {
    pub(super) const EMPTY: Self = Self(0);
}

impl HashKey {
    pub(super) fn random() -> Self {
        let random = RandomState::new();
        Self { point: random.hash_one(0) >> 4, multiplier: random.hash_one(1) | 1 }
    }

    pub(super) fn of(self, text: &[u8]) -> u64 {
        self.finish(self.add(Partial::EMPTY, text))
    }

    /// Adds a text from right to left, four bytes at a time, and then the bytes that are left. So a
    /// text can be added in pieces, as long as all but the last have a multiple of four bytes.
    ///
    /// No byte of it is zero, so a coefficient of four bytes differs from one of a single byte, and
    /// no text has the coefficients of another.
    #[inline]
    pub(super) fn add(self, mut partial: Partial, text: &[u8]) -> Partial {
        let mut words = text.rchunks_exact(4);
        for word in &mut words {
            let word = u32::from_le_bytes([word[0], word[1], word[2], word[3]]);
            partial = self.add_coefficient(partial, word);
        }
        words.remainder().iter().fold(partial, |partial, &byte| self.add_byte(partial, byte))
    }

    #[inline]
    pub(super) fn add_byte(self, partial: Partial, byte: u8) -> Partial {
        self.add_coefficient(partial, byte.into())
    }

    #[inline]
    fn add_coefficient(self, partial: Partial, coefficient: u32) -> Partial {
        let value = u128::from(partial.0) * u128::from(self.point) + u128::from(coefficient);
        #[expect(clippy::cast_possible_truncation, reason = "each part has its bits")]
        let (low, high) = (value as u64 & PRIME, (value >> 61) as u64);
        // The high part is at most half of what was before, so the sum stays below 2^62. That it may
        // be above the prime does no harm.
        Partial(low + high)
    }

    #[inline]
    pub(super) fn finish(self, partial: Partial) -> u64 {
        partial.0.wrapping_mul(self.multiplier)
    }

    /// The hash of two numbers.
    #[inline]
    pub(super) fn of_pair(self, first: u32, second: u32) -> u64 {
        (u64::from(first) << 32 | u64::from(second)).wrapping_mul(self.multiplier)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    /// What an index begins at.
    fn upper_bits(hash: u64) -> u64 {
        hash >> 58
    }

    #[test]
    fn hashes_differ_and_have_all_upper_bits() {
        let key = HashKey::random();
        let texts = (0..4096).map(|n| key.of(format!("https://app-{n}.example").as_bytes()));
        let pairs = (0..4096).map(|n| key.of_pair(n / 64, n % 64));
        for (about, hashes) in
            [("texts", texts.collect::<HashSet<_>>()), ("pairs", pairs.collect::<HashSet<_>>())]
        {
            assert_eq!(hashes.len(), 4096, "{about}");
            let upper = hashes.into_iter().map(upper_bits).collect::<HashSet<_>>();
            assert_eq!(upper.len(), 64, "{about}");
        }
    }

    /// An even one would lose what distinguishes two hashes.
    #[test]
    fn multipliers_are_odd() {
        for _ in 0..64 {
            assert_eq!(HashKey::random().multiplier % 2, 1);
        }
    }

    #[test]
    fn the_polynomial_is_that_of_the_coefficients() {
        let prime = u128::from(PRIME);
        for point in [0, 1, 2, 0x0fff_ffff_ffff_ffff, HashKey::random().point] {
            let key = HashKey { point, multiplier: 1 };
            let (mut partial, mut expected) = (Partial::EMPTY, 0);
            for coefficient in [1, 0x2f2f_2f2f, u32::MAX, 0x7e, u32::MAX, u32::MAX, 3] {
                partial = key.add_coefficient(partial, coefficient);
                expected = (expected * u128::from(point) + u128::from(coefficient)) % prime;
                assert_eq!(u128::from(partial.0) % prime, expected, "{point} {coefficient}");
                assert!(partial.0 < 1 << 62, "{point} {coefficient}");
            }
        }
    }

    #[test]
    fn a_text_may_come_in_pieces() {
        let key = HashKey::random();
        let text = b"https://app.example.com:8443";
        for length in 0..text.len() {
            let text = &text[..length];
            for end in (0..=length).rev().step_by(4) {
                let (before, after) = text.split_at(end);
                let partial = key.add(key.add(Partial::EMPTY, after), before);
                assert_eq!(key.finish(partial), key.of(text), "{length} {end}");
            }
        }
    }
}
