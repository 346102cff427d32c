//! One index of the paths of all scopes: which is the first scope that covers a path?

use super::pattern::{Pattern, Segment};
use crate::keyed::Keyed;
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
    keyed: Keyed,
}

/// Where no scope stands: after all others.
const NONE: u32 = u32::MAX;

#[derive(Clone, Debug)]
struct Node {
    /// The scope of the patterns that end here.
    end: u32,
    /// The lowest scope below this node.
    below: u32,
    /// The scope of `{*rest}` alone.
    rest: u32,
    /// The child for `{id}` alone, or `NONE`.
    parameter: u32,
    literals: HashMap<Box<str>, u32, Keyed>,
    /// Parameters with text around them, which are rare.
    affixed: Option<Box<Affixed>>,
}

#[derive(Clone, Debug)]
struct Affixed {
    /// The children for `{id}` with text around it.
    parameters: Affixes<Affixes<u32>>,
    /// The scopes of `{*rest}` with text before it.
    rests: Affixes<u32>,
}

/// Values by a text that a segment begins or ends with. A lookup costs one step for each length
/// that occurs.
#[derive(Clone, Debug)]
struct Affixes<T> {
    lengths: Vec<usize>,
    values: HashMap<Box<str>, T, Keyed>,
}

impl<T> Affixes<T> {
    fn new(keyed: Keyed) -> Self {
        Self { lengths: Vec::new(), values: HashMap::with_hasher(keyed) }
    }

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

impl Affixed {
    fn new(keyed: Keyed) -> Self {
        Self { parameters: Affixes::new(keyed), rests: Affixes::new(keyed) }
    }

    /// The children that match this segment.
    fn parameters<'a>(&'a self, segment: &'a str) -> impl Iterator<Item = u32> {
        let prefixed = self.parameters.of_prefixes(segment);
        prefixed.flat_map(|(suffixes, after)| suffixes.of_suffixes(after)).copied()
    }

    /// The lowest scope of `{*rest}` that matches this remainder of a path.
    fn first_rest(&self, remainder: &str) -> u32 {
        self.rests.of_prefixes(remainder).map(|(&scope, _)| scope).min().unwrap_or(NONE)
    }
}

impl Node {
    fn new(keyed: Keyed) -> Self {
        Self {
            end: NONE,
            below: NONE,
            rest: NONE,
            parameter: NONE,
            literals: HashMap::with_hasher(keyed),
            affixed: None,
        }
    }

    fn has_children(&self) -> bool {
        self.parameter != NONE || self.affixed.is_some() || !self.literals.is_empty()
    }
}

impl PathIndex {
    pub(super) fn new() -> Self {
        let keyed = Keyed::new();
        Self { nodes: vec![Node::new(keyed)], every: NONE, keyed }
    }

    /// Adds a scope that covers every path.
    pub(super) fn insert_every_path(&mut self, scope: u32) {
        self.every = self.every.min(scope);
    }

    /// Adds the paths of a pattern to a scope.
    pub(super) fn insert(&mut self, pattern: &Pattern, scope: u32) {
        let mut at = 0;
        for segment in &pattern.segments {
            let node = self.node(at);
            node.below = node.below.min(scope);
            at = self.child(at, segment);
        }
        let keyed = self.keyed;
        let node = self.node(at);
        if pattern.rest.is_some() {
            node.below = node.below.min(scope);
        }
        let slot = match pattern.rest.as_deref() {
            None => &mut node.end,
            Some("") => &mut node.rest,
            Some(prefix) => {
                let affixed = node.affixed.get_or_insert_with(|| Affixed::new(keyed).into());
                affixed.rests.entry(prefix, || NONE)
            }
        };
        *slot = scope.min(*slot);
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
            if !remainder.is_empty() {
                first = first.min(node.rest);
            }
            if !node.has_children() {
                continue;
            }
            let (segment, after) = split(remainder);
            let mut follow = |child: u32| match after {
                None => first = first.min(self.get(child).end),
                Some(after) if next.is_none() => next = Some((child, after)),
                Some(after) => others.push((child, after)),
            };
            if let Some(&child) = node.literals.get(segment) {
                follow(child);
            }
            if node.parameter != NONE && !segment.is_empty() {
                follow(node.parameter);
            }
            if let Some(affixed) = &node.affixed {
                affixed.parameters(segment).for_each(&mut follow);
                first = first.min(affixed.first_rest(remainder));
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
        let keyed = self.keyed;
        let node = self.node(at);
        let child = match segment {
            Segment::Literal(text) => node.literals.entry(text.as_str().into()).or_insert(next),
            Segment::Parameter { prefix, suffix } if prefix.is_empty() && suffix.is_empty() => {
                &mut node.parameter
            }
            Segment::Parameter { prefix, suffix } => {
                let affixed = node.affixed.get_or_insert_with(|| Affixed::new(keyed).into());
                let suffixes = affixed.parameters.entry(prefix, || Affixes::new(keyed));
                suffixes.entry(suffix, || next)
            }
        };
        if *child == NONE {
            *child = next;
        }
        let child = *child;
        if child == next {
            self.nodes.push(Node::new(keyed));
        }
        child
    }
}

/// The first segment, and what follows its slash.
fn split(path: &str) -> (&str, Option<&str>) {
    // Segments are short: a plain loop takes half the instructions of `split_once`.
    match path.bytes().position(|b| b == b'/') {
        Some(at) => (&path[..at], Some(&path[at + 1..])),
        None => (path, None),
    }
}
