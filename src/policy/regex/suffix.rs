//! Whose hosts an expression matches.

use super::product::Product;
use crate::origin::is_special_use;
use std::collections::BTreeSet;

/// Most suffixes that count as finitely many literal ones.
const MAX_SUFFIXES: usize = 256;
/// No host is longer, in bytes, its brackets or its last dot included.
const MAX_HOST: usize = 254;

/// The suffixes in which all hosts end, or some of them where there are too many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Suffixes {
    Few(BTreeSet<String>),
    TooMany(BTreeSet<String>),
}

/// Reads hosts backward, from their ends to where `is_whole` says that a domain begins, or to
/// the scheme. Each text read is one that some origin ends in, so that there are at least as many
/// suffixes as texts at any time.
pub(super) fn suffixes(product: &Product, is_whole: impl Fn(&str) -> bool) -> Suffixes {
    let mut found = BTreeSet::new();
    let mut texts = vec![(String::new(), product.ends_of_hosts())];
    while !texts.is_empty() {
        if found.len() + texts.len() > MAX_SUFFIXES {
            found.extend(texts.into_iter().map(|(text, _)| text));
            return Suffixes::TooMany(found);
        }
        let mut longer = Vec::new();
        for (text, states) in texts {
            for (byte, before) in product.before(&states) {
                if byte == b'/' || (byte == b'.' && is_whole(text.trim_end_matches('.'))) {
                    found.insert(text.clone());
                } else if text.len() < MAX_HOST {
                    longer.push((format!("{}{text}", char::from(byte)), before));
                }
            }
        }
        texts = longer;
    }
    Suffixes::Few(found)
}

/// Whether `domain` belongs to one owner: two whole labels, or a name that is never registered.
/// An IP address has no suffix but all of it.
pub(super) fn is_domain(domain: &str) -> bool {
    match domain.rsplit_once('.') {
        Some((_, last)) => !last.bytes().all(|byte| byte.is_ascii_digit()),
        None => is_special_use(domain.as_bytes()),
    }
}
