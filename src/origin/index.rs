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
