//! Sorting by text, in one place: the standard library's sort is compiled anew for each type.

/// The positions of the texts in ascending order; those of equal texts follow one another.
pub(super) fn ascending(texts: &[&str]) -> Vec<usize> {
    let mut sorted = Vec::with_capacity(texts.len());
    for (position, text) in texts.iter().enumerate() {
        sorted.push((*text, position));
    }
    sorted.sort_unstable();
    let mut positions = Vec::with_capacity(texts.len());
    for (_, position) in sorted {
        positions.push(position);
    }
    positions
}

/// Which of the texts occurred before.
pub(super) fn repeated(texts: &[&str]) -> Vec<bool> {
    let mut repeated = vec![false; texts.len()];
    let mut before = None;
    for position in ascending(texts) {
        repeated[position] = before == Some(texts[position]);
        before = Some(texts[position]);
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
            assert_eq!(ascending(texts), sorted, "{texts:?}");
            assert_eq!(repeated(texts), again, "{texts:?}");
        }
    }
}
