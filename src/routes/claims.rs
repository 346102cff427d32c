//! Which origins the entries of a scope claim: an entry to which the earlier ones leave none can never
//! govern a request.

use crate::{
    origin::{Origin, OriginPattern},
    policy::Origins,
};
use std::collections::HashSet;

/// The claims of a scope's entries, in order.
#[derive(Default)]
pub(super) struct Claims<'a> {
    claims: Vec<Claim<'a>>,
}

/// What one entry matches, as far as it follows from rules that can be compared.
struct Claim<'a> {
    entry: usize,
    origins: &'a Origins,
    /// Those members of its set that have a star.
    patterns: HashSet<&'a str>,
}

/// Which earlier entries match all origins of an entry.
pub(super) enum ClaimedBy {
    One(usize),
    SeveralTogether,
}

/// What an entry matches, one by one.
enum Wanted<'a> {
    Null,
    /// A member of its set.
    Member(&'a str),
    /// What a predicate or a regular expression matches is not known.
    Unknown,
}

impl<'a> Claims<'a> {
    /// Adds an entry, or says who has claimed all its origins before. An entry that allows nobody is
    /// meant to.
    pub(super) fn add(&mut self, entry: usize, origins: &'a Origins) -> Option<ClaimedBy> {
        let claimed = self.claimed(&wanted(origins));
        if claimed.is_none() {
            self.claims.push(Claim::new(entry, origins));
        }
        claimed
    }

    fn claimed(&self, wanted: &[Wanted<'_>]) -> Option<ClaimedBy> {
        if wanted.is_empty() {
            return None;
        }
        let all = |claim: &&Claim<'_>| wanted.iter().all(|wanted| claim.has(wanted));
        if let Some(claim) = self.claims.iter().find(all) {
            return Some(ClaimedBy::One(claim.entry));
        }
        let by_any = |wanted: &Wanted<'_>| self.claims.iter().any(|claim| claim.has(wanted));
        wanted.iter().all(by_any).then_some(ClaimedBy::SeveralTogether)
    }
}

impl ClaimedBy {
    /// The entry, if it is a single one.
    pub(super) fn alone(&self) -> Option<usize> {
        match self {
            Self::One(entry) => Some(*entry),
            Self::SeveralTogether => None,
        }
    }
}

fn wanted(origins: &Origins) -> Vec<Wanted<'_>> {
    let rules = match origins {
        Origins::Any => return vec![Wanted::Unknown],
        Origins::One(only) => return vec![Wanted::Member(only.to_str().unwrap_or_default())],
        Origins::Rules(rules) => rules,
    };
    #[cfg(feature = "regex")]
    if !rules.regexes.is_empty() {
        return vec![Wanted::Unknown];
    }
    if !rules.predicates.is_empty() {
        return vec![Wanted::Unknown];
    }
    let null = rules.null.then_some(Wanted::Null);
    null.into_iter().chain(rules.set.iter().map(Wanted::Member)).collect()
}

impl<'a> Claim<'a> {
    fn new(entry: usize, origins: &'a Origins) -> Self {
        let patterns = match origins {
            Origins::Rules(rules) => rules.set.patterns().collect(),
            Origins::Any | Origins::One(_) => HashSet::new(),
        };
        Self { entry, origins, patterns }
    }

    /// Whether the entry matches all of this. Where that is hard to say, it is not known to.
    fn has(&self, wanted: &Wanted<'_>) -> bool {
        match (self.origins, wanted) {
            (Origins::Any, _) => true,
            (_, Wanted::Unknown) | (Origins::One(_), Wanted::Null) => false,
            (Origins::Rules(rules), Wanted::Null) => rules.null,
            (Origins::One(only), Wanted::Member(text)) => only == text,
            (Origins::Rules(rules), Wanted::Member(text)) => {
                rules.set.exact(text.as_bytes()).is_some()
                    || (!self.patterns.is_empty() && self.has_pattern_over(text))
            }
        }
    }

    fn has_pattern_over(&self, text: &str) -> bool {
        let Ok(pattern) = text.parse::<OriginPattern>() else { return false };
        match (self.origins, pattern.is_exact()) {
            (Origins::Rules(rules), true) => {
                text.parse::<Origin>().is_ok_and(|origin| rules.set.contains(&origin))
            }
            _ => broader(&pattern).any(|broader| self.patterns.contains(&*broader)),
        }
    }
}

/// The pattern, and those that match all that it matches: with a star for some of its first labels,
/// with any port. Those with a star within a label are not among them: that `https://a-*.d.example`
/// matches all of `https://a-b-*.d.example` is not found.
fn broader(pattern: &OriginPattern) -> impl Iterator<Item = String> {
    let (scheme, host) = (pattern.scheme(), pattern.host());
    let port = &pattern.as_str()[scheme.len() + "://".len() + host.len()..];
    let parents = host.match_indices('.').map(|(dot, _)| format!("*{}", &host[dot..]));
    std::iter::once(host.to_owned())
        .chain(parents)
        .flat_map(move |host| [port, ":*"].map(|port| format!("{scheme}://{host}{port}")))
}
