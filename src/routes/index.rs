//! One index of the paths of all scopes: which is the first scope that covers a path?

use super::pattern::{Pattern, Segment};
use std::collections::HashMap;

/// A trie by segments. A lookup costs the same for one scope and for ten thousand.
///
/// The order of the scopes decides, not which pattern is the narrower one, so a lookup follows
/// every branch that matches (a literal segment, a parameter) and keeps the lowest scope. Each node
/// knows the lowest scope below it, so a branch that cannot win is not followed.
#[derive(Clone, Debug)]
pub(super) struct PathIndex {
    /// The first is the root, from which the segment after the first slash leads on.
    nodes: Vec<Node>,
    /// The scope that covers every path.
    every: u32,
}

/// Where no scope stands: after all others.
const NONE: u32 = u32::MAX;

#[derive(Clone, Debug)]
struct Node {
    /// The scope of the patterns that end here.
    end: u32,
    /// The lowest scope below this node.
    below: u32,
    literals: HashMap<Box<str>, u32>,
    /// The child for `{id}` alone.
    parameter: Option<u32>,
    /// The children for `{id}` with text around it.
    affixes: Affixes<Affixes<u32>>,
    /// The scope of `{*rest}` alone.
    rest: u32,
    /// The scopes of `{*rest}` with text before it.
    prefixed_rests: Affixes<u32>,
}

/// Values by a text that a segment begins or ends with. A lookup costs one step for each length
/// that occurs.
#[derive(Clone, Debug)]
struct Affixes<T> {
    lengths: Vec<usize>,
    values: HashMap<Box<str>, T>,
}

impl<T> Default for Affixes<T> {
    fn default() -> Self {
        Self { lengths: Vec::new(), values: HashMap::new() }
    }
}

impl<T> Affixes<T> {
    fn entry(&mut self, affix: &str, new: impl FnOnce() -> T) -> &mut T {
        if !self.lengths.contains(&affix.len()) {
            self.lengths.push(affix.len());
        }
        self.values.entry(affix.into()).or_insert_with(new)
    }

    /// The values whose text this begins with, each with what follows, if anything does.
    fn of_prefixes<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (&'a T, &'a str)> {
        let split = |&length: &usize| {
            let (prefix, after) = text.split_at_checked(length)?;
            let value = self.values.get(prefix)?;
            (!after.is_empty()).then_some((value, after))
        };
        self.lengths.iter().filter_map(split)
    }

    /// The values whose text this ends with, if anything is before it.
    fn of_suffixes<'a>(&'a self, text: &'a str) -> impl Iterator<Item = &'a T> {
        let split = |&length: &usize| {
            let (before, suffix) = text.split_at_checked(text.len().checked_sub(length)?)?;
            let value = self.values.get(suffix)?;
            (!before.is_empty()).then_some(value)
        };
        self.lengths.iter().filter_map(split)
    }
}

impl Node {
    fn new() -> Self {
        Self {
            end: NONE,
            below: NONE,
            literals: HashMap::new(),
            parameter: None,
            affixes: Affixes::default(),
            rest: NONE,
            prefixed_rests: Affixes::default(),
        }
    }

    /// The scopes of `{*rest}` that match this remainder of a path.
    fn rests<'a>(&'a self, remainder: &'a str) -> impl Iterator<Item = u32> {
        let rest = if remainder.is_empty() { NONE } else { self.rest };
        let prefixed = self.prefixed_rests.of_prefixes(remainder).map(|(&scope, _)| scope);
        prefixed.chain([rest])
    }

    /// The children that match this segment.
    fn children<'a>(&'a self, segment: &'a str) -> impl Iterator<Item = u32> {
        let literal = self.literals.get(segment).copied();
        let parameter = self.parameter.filter(|_| !segment.is_empty());
        let affixes = self.affixes.of_prefixes(segment);
        let affixes = affixes.flat_map(|(suffixes, after)| suffixes.of_suffixes(after)).copied();
        literal.into_iter().chain(parameter).chain(affixes)
    }
}

impl PathIndex {
    pub(super) fn new() -> Self {
        Self { nodes: vec![Node::new()], every: NONE }
    }

    /// Adds a scope that covers every path.
    pub(super) fn insert_every_path(&mut self, scope: u32) {
        self.every = self.every.min(scope);
    }

    /// Adds the paths of a pattern to a scope.
    pub(super) fn insert(&mut self, pattern: &Pattern, scope: u32) {
        let mut at = 0;
        for segment in &pattern.segments {
            self.node(at).below = self.node(at).below.min(scope);
            at = self.child(at, segment);
        }
        let node = self.node(at);
        let slot = match pattern.rest.as_deref() {
            None => &mut node.end,
            Some("") => &mut node.rest,
            Some(prefix) => node.prefixed_rests.entry(prefix, || NONE),
        };
        *slot = scope.min(*slot);
        if pattern.rest.is_some() {
            node.below = node.below.min(scope);
        }
    }

    /// The first scope that covers this path.
    pub(super) fn first(&self, path: &str) -> Option<usize> {
        let mut first = self.every;
        if let Some(path) = path.strip_prefix('/') {
            first = self.first_below(path, first);
        }
        (first != NONE).then_some(first as usize)
    }

    /// The first scope that covers this path, which has lost its slash, or `first` if that is
    /// before it.
    fn first_below(&self, path: &str, mut first: u32) -> u32 {
        let mut next = Some((0, path));
        // Only where a literal segment and a parameter both match is there another branch.
        let mut others = Vec::new();
        while let Some((at, remainder)) = next.take().or_else(|| others.pop()) {
            let node = self.get(at);
            if node.below >= first {
                continue;
            }
            first = node.rests(remainder).fold(first, u32::min);
            let (segment, after) = match remainder.split_once('/') {
                Some((segment, after)) => (segment, Some(after)),
                None => (remainder, None),
            };
            for child in node.children(segment) {
                match after {
                    None => first = first.min(self.get(child).end),
                    Some(after) if next.is_none() => next = Some((child, after)),
                    Some(after) => others.push((child, after)),
                }
            }
        }
        first
    }

    fn get(&self, at: u32) -> &Node {
        &self.nodes[at as usize]
    }

    fn node(&mut self, at: u32) -> &mut Node {
        &mut self.nodes[at as usize]
    }

    /// The child of a node for this segment, which is added if it is not there.
    fn child(&mut self, at: u32, segment: &Segment) -> u32 {
        let next = u32::try_from(self.nodes.len()).unwrap_or(NONE);
        let node = self.node(at);
        let child = match segment {
            Segment::Literal(text) => *node.literals.entry(text.as_str().into()).or_insert(next),
            Segment::Parameter { prefix, suffix } if prefix.is_empty() && suffix.is_empty() => {
                *node.parameter.get_or_insert(next)
            }
            Segment::Parameter { prefix, suffix } => {
                *node.affixes.entry(prefix, Affixes::default).entry(suffix, || next)
            }
        };
        if child == next {
            self.nodes.push(Node::new());
        }
        child
    }
}
