//! Comma-separated lists, as headers and environment variables have them.

/// The items of a list in a header's value: split at commas, without white space around them and
/// without empty items
/// ([RFC 9110, section 5.6.1.2](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.1.2)).
pub(crate) fn split_bytes(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = list;
    std::iter::from_fn(move || {
        // Whatever lies between two items is skipped at once: a request may have thousands of commas
        // in a row. Of what ASCII calls white space, a header's value can have only spaces and tabs.
        let start = rest.iter().position(|b| !matches!(b, b',' | b' ' | b'\t'))?;
        rest = &rest[start..];
        let end = rest.iter().position(|&b| b == b',').unwrap_or(rest.len());
        let (item, others) = rest.split_at(end);
        rest = others;
        Some(item.trim_ascii_end())
    })
}

/// The same for a text in a setting.
pub(crate) fn split(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|item| !item.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{split, split_bytes};

    #[test]
    fn items() {
        for (list, expected) in [
            ("", &[][..]),
            (" , ,\t,", &[]),
            ("a", &["a"]),
            (" a ,, b\t,c,", &["a", "b", "c"]),
            ("a b", &["a b"]),
        ] {
            assert_eq!(split(list).collect::<Vec<_>>(), expected, "{list:?}");
            let bytes = split_bytes(list.as_bytes()).map(|item| std::str::from_utf8(item).unwrap());
            assert_eq!(bytes.collect::<Vec<_>>(), expected, "{list:?}");
        }
    }
}
