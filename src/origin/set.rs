//! Many origins and patterns. The cost of a lookup does not grow with their number.

use super::{
    grammar::{Layout, Port, Star},
    index::Index,
    origin::Origin,
    pattern::OriginPattern,
};
use bytes::Bytes;
use http::HeaderValue;
use std::{collections::HashSet, fmt, hash::Hasher};

/// A set of origins and origin patterns.
///
/// A lookup costs one hash of the origin, and one more for each *shape* of pattern in the set,
/// however many patterns have that shape. `https://*.a.example` and `https://*.b.example` have the
/// same shape (a star above two labels), `https://x-*.a.example` has another one (a star after two
/// characters).
///
/// ```
/// use tower_cors::{Origin, OriginPattern, origin::OriginSet};
///
/// let set = ["https://app.example.com", "https://*.example.org"]
///     .into_iter()
///     .map(str::parse)
///     .collect::<Result<OriginSet, _>>()?;
/// assert!(set.contains(&Origin::from_static("https://a.example.org")));
/// assert!(!set.contains(&Origin::from_static("https://example.org")));
/// # Ok::<(), tower_cors::origin::OriginError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct OriginSet {
    exact: ExactOrigins,
    patterns: Patterns,
}

impl OriginSet {
    /// Whether one of the members matches `origin`. No member matches `null`.
    #[must_use]
    pub fn contains(&self, origin: &Origin) -> bool {
        self.exact.find(origin.as_str().as_bytes()).is_some() || self.patterns.matches(origin)
    }

    /// The number of members, without duplicates.
    #[must_use]
    pub fn len(&self) -> usize {
        self.exact.values.len() + self.patterns.entries.len()
    }

    /// Whether the set has no members.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The texts of the members: first the origins, then the patterns, both in the order given.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let exact = self.exact.values.iter().map(|value| value.to_str().unwrap_or_default());
        exact.chain(self.patterns.iter())
    }

    /// The position of the exact member with these bytes.
    pub(crate) fn exact(&self, origin: &[u8]) -> Option<usize> {
        self.exact.find(origin)
    }

    /// The exact member at this position, as the value to echo.
    pub(crate) fn exact_at(&self, position: usize) -> Option<&HeaderValue> {
        self.exact.values.get(position)
    }

    /// Whether one of the members with a star matches.
    pub(crate) fn matches_pattern(&self, origin: &Origin) -> bool {
        self.patterns.matches(origin)
    }

    pub(crate) fn has_patterns(&self) -> bool {
        !self.patterns.entries.is_empty()
    }

    /// The only member, if that is one exact origin.
    pub(crate) fn single(&self) -> Option<&HeaderValue> {
        match &self.exact.values[..] {
            [value] if !self.has_patterns() => Some(value),
            _ => None,
        }
    }
}

impl FromIterator<OriginPattern> for OriginSet {
    fn from_iter<I: IntoIterator<Item = OriginPattern>>(members: I) -> Self {
        let (exact, patterns): (Vec<_>, Vec<_>) =
            members.into_iter().partition(OriginPattern::is_exact);
        Self { exact: ExactOrigins::new(&exact), patterns: Patterns::new(&patterns) }
    }
}

/// Up to this many members are compared one by one, which costs less than a hash.
const COMPARED: usize = 8;

#[derive(Clone)]
struct ExactOrigins {
    /// Slices of one allocation, ready to be echoed.
    values: Box<[HeaderValue]>,
    /// Empty where the values are compared instead.
    index: Index,
    longest: usize,
}

impl ExactOrigins {
    fn new(members: &[OriginPattern]) -> Self {
        // Of the exact size: excess capacity would be kept as long as the set.
        let mut text = String::with_capacity(members.iter().map(|m| m.as_str().len()).sum());
        text.extend(members.iter().map(OriginPattern::as_str));
        let text = Bytes::from(text);
        let mut values = Vec::<HeaderValue>::with_capacity(members.len());
        let mut seen = Index::with_capacity(members.len());
        let mut end = 0;
        let mut longest = 0;
        for member in members {
            let start = end;
            end += member.as_str().len();
            // Never fails: visible ASCII by the grammar.
            let Ok(value) = HeaderValue::from_maybe_shared(text.slice(start..end)) else {
                continue;
            };
            let hash = hash_exact(&seen, value.as_bytes());
            if seen.insert(hash, values.len(), |i| values[i] == value) {
                longest = longest.max(value.len());
                values.push(value);
            }
        }
        let index = if values.len() > COMPARED { seen } else { Index::with_capacity(0) };
        Self { values: values.into_boxed_slice(), index, longest }
    }

    fn find(&self, origin: &[u8]) -> Option<usize> {
        if origin.len() > self.longest {
            return None;
        }
        if self.values.len() <= COMPARED {
            return self.values.iter().position(|value| value.as_bytes() == origin);
        }
        let hash = hash_exact(&self.index, origin);
        self.index.find(hash, |i| self.values[i].as_bytes() == origin)
    }
}

impl Default for ExactOrigins {
    fn default() -> Self {
        Self::new(&[])
    }
}

impl fmt::Debug for ExactOrigins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.values).finish()
    }
}

fn hash_exact(index: &Index, origin: &[u8]) -> u64 {
    let mut hasher = index.hasher();
    hasher.write(origin);
    hasher.finish()
}

/// Patterns by what stands before and after their star.
///
/// An origin and a shape determine the one text that a pattern of that shape must have to match the
/// origin. One lookup tells whether the set has that text. So no suffix is ever compared without
/// its label boundary and its scheme, and what a pattern matches does not depend on the others.
#[derive(Clone)]
struct Patterns {
    text: Box<str>,
    entries: Box<[Entry]>,
    shapes: Box<[Shape]>,
    index: Index,
}

#[derive(Clone, Copy)]
struct Entry {
    start: usize,
    len: u16,
    key: Lengths,
}

/// How an entry's text divides into head, star, tail, any port.
#[derive(Clone, Copy)]
struct Lengths {
    head: u16,
    star: bool,
    tail: u16,
    any_port: bool,
}

/// What patterns that are found by the same lookup have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Shape {
    cut: Cut,
    any_port: bool,
}

/// Which part of an origin's host stands for the star.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Cut {
    Nothing,
    /// All but this many labels at the end.
    Labels(usize),
    /// All of the leftmost label but this many bytes at its start and end.
    Within {
        prefix: usize,
        suffix: usize,
    },
}

/// What is looked up: the text of a pattern, in pieces.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Key<'a> {
    /// Before the star, scheme included.
    head: &'a str,
    star: bool,
    /// After the star, with a fixed port.
    tail: &'a str,
    any_port: bool,
}

impl Patterns {
    fn new(members: &[OriginPattern]) -> Self {
        let mut text = String::with_capacity(members.iter().map(|m| m.as_str().len()).sum());
        let mut index = Index::with_capacity(members.len());
        let mut entries = Vec::<Entry>::with_capacity(members.len());
        let mut shapes = Vec::<Shape>::new();
        let mut known_shapes = HashSet::new();
        for member in members {
            let (layout, member) = (member.layout(), member.as_str());
            let lengths = Lengths::of(member, layout);
            let key = lengths.key(member);
            let known = |i: usize| entries[i].key(&text) == key;
            if !index.insert(key.hash(&index), entries.len(), known) {
                continue;
            }
            let Ok(len) = u16::try_from(member.len()) else { continue };
            entries.push(Entry { start: text.len(), len, key: lengths });
            text.push_str(member);
            let shape = Shape::of(member, layout);
            if known_shapes.insert(shape) {
                shapes.push(shape);
            }
        }
        Self { text: text.into(), entries: entries.into(), shapes: shapes.into(), index }
    }

    fn matches(&self, origin: &Origin) -> bool {
        let Some(layout) = origin.layout() else { return false };
        let text = origin.as_str();
        let host_start = usize::from(layout.scheme_end) + 3;
        let first_dot = text.bytes().skip(host_start).position(|b| b == b'.');
        let first_dot = first_dot.map(|dot| host_start + dot);
        self.shapes.iter().filter_map(|shape| shape.key(text, layout, first_dot)).any(|key| {
            self.index
                .find(key.hash(&self.index), |i| self.entries[i].key(&self.text) == key)
                .is_some()
        })
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.text(&self.text))
    }
}

impl Default for Patterns {
    fn default() -> Self {
        Self::new(&[])
    }
}

impl fmt::Debug for Patterns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Entry {
    fn text<'a>(&self, all: &'a str) -> &'a str {
        &all[self.start..self.start + usize::from(self.len)]
    }

    fn key<'a>(&self, all: &'a str) -> Key<'a> {
        self.key.key(self.text(all))
    }
}

impl Lengths {
    fn of(pattern: &str, layout: Layout) -> Self {
        let any_port = layout.port == Port::Any;
        let end = pattern.len() - if any_port { ":*".len() } else { 0 };
        let star = pattern[..end].find('*');
        let head = star.unwrap_or(end);
        let tail = end - star.map_or(end, |at| at + 1);
        // Both are bounded by the longest possible origin; see the grammar.
        let short = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        Self { head: short(head), star: star.is_some(), tail: short(tail), any_port }
    }

    fn key(self, pattern: &str) -> Key<'_> {
        let (head, tail) = (usize::from(self.head), usize::from(self.tail));
        let tail_start = head + usize::from(self.star);
        Key {
            head: &pattern[..head],
            star: self.star,
            tail: &pattern[tail_start..tail_start + tail],
            any_port: self.any_port,
        }
    }
}

impl Shape {
    fn of(pattern: &str, layout: Layout) -> Self {
        let host = &pattern[usize::from(layout.scheme_end) + 3..layout.host_end.into()];
        let label = host.split('.').next().unwrap_or_default();
        let cut = match layout.star {
            Star::None => Cut::Nothing,
            Star::Labels => Cut::Labels(host.matches('.').count()),
            Star::Within(at) => {
                let prefix = usize::from(at) - (usize::from(layout.scheme_end) + 3);
                Cut::Within { prefix, suffix: label.len() - prefix - 1 }
            }
        };
        Self { cut, any_port: layout.port == Port::Any }
    }

    /// The text of the one pattern of this shape that matches `origin`.
    fn key(self, origin: &str, layout: Layout, first_dot: Option<usize>) -> Option<Key<'_>> {
        let host_start = usize::from(layout.scheme_end) + 3;
        let host_end = usize::from(layout.host_end);
        let host = &origin[host_start..host_end];
        let end = if self.any_port { host_end } else { origin.len() };
        let (star_start, star_end) = match self.cut {
            Cut::Nothing => (end, end),
            Cut::Labels(labels) => {
                // Over bytes: a search for a `char` takes some 500 instructions more.
                let dots = host.bytes().enumerate().rev().filter(|(_, b)| *b == b'.');
                // No label after the star: `app://*`.
                let mut ends = std::iter::once(host.len()).chain(dots.map(|(dot, _)| dot));
                let end = ends.nth(labels)?;
                if end == 0 {
                    return None;
                }
                (host_start, host_start + end)
            }
            Cut::Within { prefix, suffix } => {
                // The star is for one character at least.
                let (start, end) = (host_start + prefix, first_dot?.checked_sub(suffix)?);
                if start >= end {
                    return None;
                }
                (start, end)
            }
        };
        Some(Key {
            head: &origin[..star_start],
            star: self.cut != Cut::Nothing,
            tail: &origin[star_end..end],
            any_port: self.any_port,
        })
    }
}

impl Key<'_> {
    fn hash(&self, index: &Index) -> u64 {
        let mut hasher = index.hasher();
        hasher.write(self.head.as_bytes());
        hasher.write_u8(u8::from(self.star) | u8::from(self.any_port) << 1);
        hasher.write(self.tail.as_bytes());
        hasher.finish()
    }
}
