//! Patterns whose star is a whole label, or only their port: `https://*.example.com`,
//! `http://localhost:*`.

use super::{
    hash::{HashKey, Partial},
    index::Index,
    lookup::{Lookup, Parts, Texts},
};

/// An origin and a number of labels determine the one text that a pattern with that number of
/// labels after its star must have to match the origin. One lookup tells whether there is such a
/// pattern. So no suffix is ever compared without its label boundary and its scheme, and what a
/// pattern matches does not depend on the others.
#[derive(Clone, Default)]
pub(super) struct LabelPatterns {
    /// By scheme, what follows the star of the host, and port.
    index: Index,
    /// How many labels follow a star, in ascending order; with a fixed port, and with any.
    labels: [Vec<usize>; 2],
    /// Whether there are patterns without a star in their host.
    hosts: bool,
}

impl LabelPatterns {
    pub(super) fn add(
        &mut self,
        number: usize,
        any_port: bool,
        pattern: Parts<'_>,
        texts: &Texts,
        key: HashKey,
    ) {
        self.index.reserve(&|number| hash(texts.get(number), key));
        self.index.insert(hash(texts.get(number), key), number, &|_| false);
        if !pattern.host.starts_with(b"*") {
            self.hosts = true;
            return;
        }
        // Less the star's own.
        let labels = pattern.labels - 1;
        let known = &mut self.labels[usize::from(any_port)];
        if let Err(at) = known.binary_search(&labels) {
            known.insert(at, labels);
        }
    }

    pub(super) fn matches(&self, lookup: &Lookup<'_>) -> bool {
        if self.index.is_empty() {
            return false;
        }
        self.hosts && self.has_host(lookup)
            || [false, true].into_iter().any(|any_port| self.has_star(lookup, any_port))
    }

    /// Whether there is a pattern of just this host and any port.
    fn has_host(&self, lookup: &Lookup<'_>) -> bool {
        let Lookup { origin, texts, key, scheme } = *lookup;
        let is_it = |pattern: &[u8]| {
            let host =
                pattern.strip_prefix(origin.scheme).and_then(|rest| rest.strip_suffix(b":*"));
            host == Some(origin.host)
        };
        let hash = key.finish(key.add(scheme, origin.host));
        self.index.find(hash, |i| is_it(texts.get(i))).is_some()
    }

    /// Whether one with a star in its host matches.
    #[inline]
    fn has_star(&self, lookup: &Lookup<'_>, any_port: bool) -> bool {
        let Lookup { origin, texts, key, scheme } = *lookup;
        let all_labels = &self.labels[usize::from(any_port)];
        let Some(&fewest) = all_labels.first() else { return false };
        let Some(before_fewest) = origin.labels.checked_sub(fewest) else { return false };
        let mut dots = [0; MAX_DOTS];
        find_dots(&origin, &mut dots[..before_fewest]);
        let rest = if any_port { origin.host } else { origin.rest };
        // The shortest tail first, as the hash goes on from one to the next.
        let (mut words, mut words_start) = (scheme, rest.len());
        for &labels in all_labels {
            let Some(before) = origin.labels.checked_sub(labels + 1) else { return false };
            let start = if labels == 0 { origin.host.len() } else { dots[before].into() };
            // The star is for one character at least.
            if start == 0 {
                return false;
            }
            let remainder = (words_start - start) % 4;
            words = key.add(words, &rest[start + remainder..words_start]);
            words_start = start + remainder;
            let hash = key.finish(key.add(words, &rest[start..words_start]));
            let is_it =
                |pattern: &[u8]| is_pattern(pattern, origin.scheme, &rest[start..], any_port);
            if self.index.find(hash, |i| is_it(texts.get(i))).is_some() {
                return true;
            }
        }
        false
    }
}

/// No host has more.
const MAX_DOTS: usize = 254;

/// Where the first dots of a host are. What follows them is most of the host, and is not looked at.
#[inline]
fn find_dots(origin: &Parts<'_>, dots: &mut [u8]) {
    // No host is longer than 254 bytes.
    let short = |at: usize| u8::try_from(at).unwrap_or(u8::MAX);
    let [first, others @ ..] = dots else { return };
    let mut at = origin.first_label;
    *first = short(at);
    for dot in others {
        let rest = origin.host.get(at + 1..).unwrap_or_default();
        at += 1 + rest.iter().position(|byte| *byte == b'.').unwrap_or(rest.len());
        *dot = short(at);
    }
}

/// Whether this is the text of a pattern with a star between these two.
fn is_pattern(text: &[u8], scheme: &[u8], tail: &[u8], any_port: bool) -> bool {
    let text = if any_port { text.strip_suffix(b":*").unwrap_or_default() } else { text };
    text.len() == scheme.len() + "*".len() + tail.len()
        && text[scheme.len()] == b'*'
        && text.starts_with(scheme)
        && text.ends_with(tail)
}

/// The hash of a pattern, as a lookup computes it from an origin.
fn hash(pattern: &[u8], key: HashKey) -> u64 {
    let scheme = pattern.iter().position(|byte| *byte == b':').map_or(0, |at| at + "://".len());
    let (scheme, rest) = pattern.split_at(scheme);
    let rest = rest.strip_suffix(b":*").unwrap_or(rest);
    let rest = rest.strip_prefix(b"*").unwrap_or(rest);
    key.finish(key.add(key.add(Partial::EMPTY, scheme), rest))
}

#[cfg(test)]
mod tests {
    use super::is_pattern;

    #[test]
    fn texts_of_patterns() {
        for (text, tail, any_port, expected) in [
            ("https://*.a.test", ".a.test", false, true),
            ("https://*.a.test:8443", ".a.test:8443", false, true),
            ("https://*.a.test:*", ".a.test", true, true),
            ("https://*.a.test:*", ".a.test", false, false),
            ("https://*.a.test", ".a.test", true, false),
            ("httpx://*.a.test", ".a.test", false, false),
            ("https://x.a.test", ".a.test", false, false),
            ("https://*.b.test", ".a.test", false, false),
            ("https://*.b.a.test", ".a.test", false, false),
            ("https://xy.a.test", ".a.test", false, false),
        ] {
            let found = is_pattern(text.as_bytes(), b"https://", tail.as_bytes(), any_port);
            assert_eq!(found, expected, "{text} {tail} {any_port}");
        }
    }
}
