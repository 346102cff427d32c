//! How alike two texts are, for pointing at what was probably meant.

/// Longest texts that are compared, less what they begin and end with in common. The cost grows with
/// the product of the lengths.
const COMPARED: usize = 64;

/// The number of insertions, deletions and substitutions that make one text of the other;
/// `usize::MAX` if they are too long to be compared.
pub(crate) fn distance(a: &str, b: &str) -> usize {
    let (a, b) = differing(a.as_bytes(), b.as_bytes());
    if a.len().max(b.len()) > COMPARED {
        return usize::MAX;
    }
    let mut row = [0; COMPARED + 1];
    for (j, distance) in row.iter_mut().enumerate() {
        *distance = j;
    }
    for (i, from) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// Both texts without what they begin and end with in common.
pub(crate) fn differing<'a>(mut a: &'a [u8], mut b: &'a [u8]) -> (&'a [u8], &'a [u8]) {
    while let ([from, a_rest @ ..], [to, b_rest @ ..]) = (a, b) {
        if from != to {
            break;
        }
        (a, b) = (a_rest, b_rest);
    }
    while let ([a_rest @ .., from], [b_rest @ .., to]) = (a, b) {
        if from != to {
            break;
        }
        (a, b) = (a_rest, b_rest);
    }
    (a, b)
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn distances() {
        for (a, b, expected) in [
            ("https://a.example", "https://a.example", 0),
            ("https://app.example", "https://apps.example", 1),
            ("https://app.example", "https://pap.example", 2),
            ("", "abc", 3),
            ("abc", "", 3),
            ("aba", "ababa", 2),
            ("abc", "cab", 2),
        ] {
            assert_eq!(distance(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn long_texts_are_not_compared() {
        let long = "a".repeat(1 << 20);
        assert_eq!(distance(&long, &format!("{long}b")), 1);
        assert_eq!(distance(&long, "b"), usize::MAX);
        for (length, expected) in [(64, 64), (65, usize::MAX)] {
            let long = "a".repeat(length);
            assert_eq!((distance(&long, "b"), distance("b", &long)), (expected, expected));
        }
    }
}
