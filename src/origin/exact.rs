//! Origins without stars, to be found by their bytes.

use super::{hash::HashKey, index::Index};
use bytes::Bytes;
use http::HeaderValue;
use std::fmt;

/// Up to this many members are compared one by one, which costs less than a hash.
const COMPARED: usize = 8;

/// Each once, in the order given.
#[derive(Clone)]
pub(super) struct ExactOrigins {
    /// Slices of one allocation, ready to be echoed.
    values: Box<[HeaderValue]>,
    /// Empty where the values are compared instead.
    index: Index,
    key: HashKey,
    longest: usize,
}

impl ExactOrigins {
    /// From one text after the other, with the end of each.
    pub(super) fn new(text: String, ends: Vec<usize>) -> Self {
        let key = HashKey::random();
        let text = Bytes::from(text.into_boxed_str().into_boxed_bytes());
        let mut values = Vec::<HeaderValue>::with_capacity(ends.len());
        let mut index = Index::with_capacity(ends.len());
        let (mut start, mut longest) = (0, 0);
        for end in ends {
            let member = text.slice(start..end);
            start = end;
            let hash = key.of(&member);
            if !index.insert(hash, values.len(), &|i| values[i].as_bytes() == member) {
                continue;
            }
            longest = longest.max(member.len());
            // Never empty: visible ASCII by the grammar.
            let value = HeaderValue::from_maybe_shared(member);
            values.push(value.unwrap_or(HeaderValue::from_static("")));
        }
        if values.len() <= COMPARED {
            index = Index::default();
        }
        Self { values: values.into_boxed_slice(), index, key, longest }
    }

    pub(super) fn values(&self) -> &[HeaderValue] {
        &self.values
    }

    /// The position of the member with these bytes.
    #[inline]
    pub(super) fn find(&self, origin: &[u8]) -> Option<usize> {
        if origin.len() > self.longest { None } else { self.search(origin) }
    }

    fn search(&self, origin: &[u8]) -> Option<usize> {
        if self.values.len() <= COMPARED {
            return self.values.iter().position(|value| value.as_bytes() == origin);
        }
        self.index.find(self.key.of(origin), |i| self.values[i].as_bytes() == origin)
    }
}

impl Default for ExactOrigins {
    fn default() -> Self {
        Self::new(String::new(), Vec::new())
    }
}

impl fmt::Debug for ExactOrigins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.values).finish()
    }
}
