//! Many origins and patterns. The cost of a lookup does not grow with their number.

use super::{
    exact::ExactOrigins,
    origin::{Origin, OriginRef},
    pattern::OriginPattern,
    patterns::Patterns,
};
use http::HeaderValue;

/// A set of origins and origin patterns.
///
/// The cost of a lookup does not depend on the number of members, only on how many *shapes* of
/// patterns there are. `https://*.a.example` and `https://*.b.example` have the same shape (a star
/// and two labels), `https://x-*.a.example` has another one (a star after two characters). A shape
/// costs some thirty instructions.
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
        self.exact.find(origin.as_bytes()).is_some()
            || origin
                .layout()
                .is_some_and(|layout| self.patterns.matches(origin.as_bytes(), layout))
    }

    /// The number of members, without duplicates.
    #[must_use]
    pub fn len(&self) -> usize {
        self.exact.values().len() + self.patterns.len()
    }

    /// Whether the set has no members.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The texts of the members: first the origins, then the patterns, both in the order given.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let exact = self.exact.values().iter().map(|value| value.to_str().unwrap_or_default());
        exact.chain(self.patterns.iter())
    }

    /// The position of the exact member with these bytes.
    #[inline]
    pub(crate) fn exact(&self, origin: &[u8]) -> Option<usize> {
        self.exact.find(origin)
    }

    /// The exact member at this position, as the value to echo.
    pub(crate) fn exact_at(&self, position: usize) -> Option<&HeaderValue> {
        self.exact.values().get(position)
    }

    /// Whether one of the members with a star matches.
    #[inline]
    pub(crate) fn matches_pattern(&self, origin: OriginRef<'_>) -> bool {
        self.patterns.matches(origin.as_bytes(), origin.layout())
    }

    pub(crate) fn has_patterns(&self) -> bool {
        self.patterns.len() > 0
    }

    /// The only member, if that is one exact origin.
    pub(crate) fn single(&self) -> Option<&HeaderValue> {
        match self.exact.values() {
            [value] if !self.has_patterns() => Some(value),
            _ => None,
        }
    }
}

/// Takes members one by one and frees them, so that a million of them are never in memory twice.
#[derive(Debug, Default)]
pub(crate) struct OriginSetBuilder {
    /// The exact ones, one after the other, and where they end.
    text: String,
    ends: Vec<usize>,
    patterns: Vec<OriginPattern>,
}

impl OriginSetBuilder {
    /// For at most so many members, with texts of so many bytes.
    pub(crate) fn with_capacity(members: usize, bytes: usize) -> Self {
        let (text, ends) = (String::with_capacity(bytes), Vec::with_capacity(members));
        Self { text, ends, patterns: Vec::new() }
    }

    #[inline]
    pub(crate) fn push(&mut self, member: OriginPattern) {
        if member.is_exact() {
            self.text.push_str(member.as_str());
            self.ends.push(self.text.len());
        } else {
            self.patterns.push(member);
        }
    }

    pub(crate) fn build(self) -> OriginSet {
        OriginSet {
            exact: ExactOrigins::new(self.text, self.ends),
            patterns: Patterns::new(&self.patterns),
        }
    }
}

impl FromIterator<OriginPattern> for OriginSet {
    fn from_iter<I: IntoIterator<Item = OriginPattern>>(members: I) -> Self {
        let mut builder = OriginSetBuilder::default();
        members.into_iter().for_each(|member| builder.push(member));
        builder.build()
    }
}
