//! Sorting by text, in one place: a sort is compiled anew for each type. A heap takes a fifth of the
//! code of the standard library's `sort`, and no list here is so long that it matters.

use std::collections::BinaryHeap;

/// The texts in ascending order, with their positions; equal ones follow one another.
pub(super) fn ascending<'a>(texts: &[&'a str]) -> Vec<(&'a str, usize)> {
    let mut pairs = Vec::with_capacity(texts.len());
    for (position, text) in texts.iter().enumerate() {
        pairs.push((*text, position));
    }
    BinaryHeap::from(pairs).into_sorted_vec()
}

/// Which of the texts occurred before.
pub(super) fn repeated(texts: &[&str]) -> Vec<bool> {
    let mut repeated = vec![false; texts.len()];
    let mut before = None;
    for &(text, position) in &ascending(texts) {
        repeated[position] = before == Some(text);
        before = Some(text);
    }
    repeated
}

#[cfg(test)]
mod tests {
    use super::{ascending, repeated};

    #[test]
    fn positions() {
        for (texts, sorted, again) in [
            (&[][..], &[][..], &[][..]),
            (&["b", "a", "c"], &[1, 0, 2], &[false, false, false]),
            (&["b", "a", "b", "a", "b"], &[1, 3, 0, 2, 4], &[false, false, true, true, true]),
        ] {
            let positions = ascending(texts).into_iter().map(|(_, position)| position);
            assert_eq!(positions.collect::<Vec<_>>(), sorted, "{texts:?}");
            assert_eq!(repeated(texts), again, "{texts:?}");
        }
    }
}
