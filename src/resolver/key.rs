//! How large a key is.

use std::hash::{Hash, Hasher};

/// How many bytes the key hashes: for strings and structs of strings, about what they hold.
///
/// A trait that reports the size would have to be implemented for every type of key. Every type of
/// key can be hashed already, and what is equal or unequal by its content hashes its content.
pub(super) fn key_size<K: Hash>(key: &K) -> usize {
    let mut counter = ByteCounter(0);
    key.hash(&mut counter);
    counter.0
}

struct ByteCounter(usize);

impl Hasher for ByteCounter {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = self.0.saturating_add(bytes.len());
    }

    fn finish(&self) -> u64 {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::key_size;
    use crate::origin::Origin;

    #[test]
    fn sizes_follow_the_content() {
        let long = "x".repeat(1000);
        for (about, size, least) in [
            ("a string", key_size(&long), 1000),
            ("a struct of strings", key_size(&(long.clone(), long.clone(), 7_u64)), 2008),
            ("a list", key_size(&vec![long.clone(); 3]), 3000),
            ("an origin", key_size(&Origin::from_static("https://a.example")), 17),
            ("nothing", key_size(&()), 0),
        ] {
            assert!((least..=least + 50).contains(&size), "{about}: {size}");
        }
    }
}
