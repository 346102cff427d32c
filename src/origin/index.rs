//! A hash index of positions: which entry of a list has this key?

/// Open addressing with linear probing over positions, at most half full. The keys stay in the list
/// that the caller keeps, so an entry costs 16 to 32 bytes here, whatever its key. A slot holds a
/// part of the hash beside the position, so that hardly any key but the right one is compared.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    /// A power of two long, or empty.
    slots: Box<[Slot]>,
    len: usize,
    /// The upper bits of a hash say where to begin.
    shift: u32,
}

const FREE: Slot = Slot { position: 0, tag: 0 };

#[derive(Clone, Copy, Debug)]
struct Slot {
    /// Position + 1; 0 is free.
    position: u32,
    tag: u32,
}

impl Index {
    pub(super) fn with_capacity(capacity: usize) -> Self {
        let slots = match capacity {
            0 => 0,
            n => n.saturating_mul(2).next_power_of_two(),
        };
        let shift = u64::BITS.saturating_sub(slots.trailing_zeros());
        Self { slots: vec![FREE; slots].into_boxed_slice(), len: 0, shift }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Makes room for one more, given the hashes of those that are there.
    pub(super) fn reserve(&mut self, hash: &dyn Fn(usize) -> u64) {
        if self.len < self.slots.len() / 2 {
            return;
        }
        let mut larger = Self::with_capacity((self.len + 1).max(4) * 2 - 1);
        for slot in self.slots.iter().filter(|slot| slot.position > 0) {
            let position = slot.position as usize - 1;
            larger.insert(hash(position), position, &|_| false);
        }
        *self = larger;
    }

    /// The position of the entry with this hash for which `is_key` holds.
    #[inline]
    pub(super) fn find(&self, hash: u64, is_key: impl FnMut(usize) -> bool) -> Option<usize> {
        self.probe(hash, is_key).ok()
    }

    /// Adds `position` unless there is an entry with its key, or the index is full. Returns whether
    /// it was added.
    pub(super) fn insert(
        &mut self,
        hash: u64,
        position: usize,
        is_key: &dyn Fn(usize) -> bool,
    ) -> bool {
        let Ok(position) = u32::try_from(position + 1) else { return false };
        match self.probe(hash, is_key) {
            Err(Some(slot)) if self.len < self.slots.len() / 2 => {
                self.slots[slot] = Slot { position, tag: tag(hash) };
                self.len += 1;
                true
            }
            _ => false,
        }
    }

    /// The position found, or the free slot that ended the search.
    #[inline]
    fn probe(
        &self,
        hash: u64,
        mut is_key: impl FnMut(usize) -> bool,
    ) -> Result<usize, Option<usize>> {
        let Some(mask) = self.slots.len().checked_sub(1) else { return Err(None) };
        #[expect(clippy::cast_possible_truncation, reason = "the mask leaves what there is")]
        let mut slot = (hash >> self.shift) as usize & mask;
        loop {
            let Slot { position, tag: found } = self.slots[slot];
            let Some(position) = position.checked_sub(1) else { return Err(Some(slot)) };
            let position = position as usize;
            if found == tag(hash) && is_key(position) {
                return Ok(position);
            }
            slot = (slot + 1) & mask;
        }
    }
}

/// Bits that do not say where to begin, unless there are very many slots.
fn tag(hash: u64) -> u32 {
    #[expect(clippy::cast_possible_truncation, reason = "part of it")]
    let tag = (hash >> 8) as u32;
    tag
}

#[cfg(test)]
mod tests {
    use super::Index;

    fn no_key(_: usize) -> bool {
        false
    }

    #[test]
    fn entries_stand_where_the_upper_bits_say_or_at_the_next_free_slot() {
        let mut index = Index::with_capacity(4);
        assert!(index.is_empty());
        for (position, (hash, slot)) in
            [(0 << 61, 0), (5 << 61, 5), (7 << 61, 7), (7 << 61, 1)].into_iter().enumerate()
        {
            assert!(index.insert(hash, position, &no_key));
            assert_eq!(index.slots[slot].position as usize, position + 1);
            assert_eq!(index.find(hash, |found| found == position), Some(position));
        }
        assert!(!index.is_empty());
        assert_eq!(index.slots.len(), 8);
        // Half full, which is the limit.
        assert!(!index.insert(3 << 61, 4, &no_key));
        assert_eq!(index.find(3 << 61, |_| true), None);
    }

    #[test]
    fn an_entry_is_found_by_its_tag_and_its_key() {
        let mut index = Index::with_capacity(4);
        assert!(index.insert(0x1200, 0, &no_key));
        for (about, hash, is_key, found) in [
            ("both", 0x1200, true, Some(0)),
            ("the lowest bits are not part of the tag", 0x12ff, true, Some(0)),
            ("another key", 0x1200, false, None),
            ("another tag", 0x1300, true, None),
        ] {
            assert_eq!(index.find(hash, |_| is_key), found, "{about}");
            assert_eq!(!index.insert(hash, 1, &|_| is_key), found.is_some(), "{about}");
        }
    }

    #[test]
    fn grows_when_half_full() {
        let hash = |position: usize| (position as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut index = Index::default();
        for position in 0..200 {
            index.reserve(&hash);
            assert!(index.insert(hash(position), position, &no_key));
            let slots = [16, 64, 256, 1024].into_iter().find(|slots| position < slots / 2);
            assert_eq!(Some(index.slots.len()), slots, "{position}");
            for before in 0..=position {
                assert_eq!(index.find(hash(before), |found| found == before), Some(before));
            }
        }
    }
}
