//! Whose hosts an expression matches.

use super::product::Product;
use crate::origin::is_special_use;
use std::collections::BTreeSet;

/// Most suffixes that count as finitely many literal ones.
const MAX_SUFFIXES: usize = 256;
/// Most texts that are read label by label.
const MAX_TEXTS: usize = 16_384;
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

/// Whether hosts that it matches differ directly beneath a domain that `is_public`, in a label that
/// is not one of few literal ones: whoever registers such a name is let in.
///
/// Reads hosts backward too, but label by label, as far as they are literal: beneath a domain that
/// one owner has there may be public ones, such as `s3.amazonaws.com`.
pub(super) fn varies_beneath(product: &Product, is_public: impl Fn(&str) -> bool) -> bool {
    let mut left = MAX_TEXTS;
    let mut domains = vec![(String::new(), product.ends_of_hosts())];
    while let Some((domain, states)) = domains.pop() {
        match labels(product, &states, &mut left) {
            Some(labels) => {
                domains.extend(labels.into_iter().map(|(label, before)| match &*domain {
                    "" => (label, before),
                    domain => (format!("{label}.{domain}"), before),
                }));
            }
            None if is_public(&domain) => return true,
            None => {}
        }
    }
    false
}

/// The labels that may stand before a domain, each with the states before its dot. The first of a
/// host has none: what is read then ends with the scheme. `None`: too many, or too many texts are
/// read.
fn labels(
    product: &Product,
    states: &BTreeSet<usize>,
    left: &mut usize,
) -> Option<Vec<(String, BTreeSet<usize>)>> {
    let mut found = Vec::new();
    let mut texts = vec![(String::new(), states.clone())];
    while !texts.is_empty() {
        if found.len() + texts.len() > MAX_SUFFIXES.min(*left) {
            return None;
        }
        *left -= texts.len();
        let mut longer = Vec::new();
        for (text, states) in texts {
            for (byte, before) in product.before(&states) {
                if byte == b'.' {
                    found.push((text.clone(), before));
                } else {
                    longer.push((format!("{}{text}", char::from(byte)), before));
                }
            }
        }
        texts = longer;
    }
    Some(found)
}

/// Whether `domain` belongs to one owner: two whole labels, or a name that is never registered.
/// An IP address has no suffix but all of it.
pub(super) fn is_domain(domain: &str) -> bool {
    match domain.rsplit_once('.') {
        Some((_, last)) => !last.bytes().all(|byte| byte.is_ascii_digit()),
        None => is_special_use(domain.as_bytes()),
    }
}
