//! What an expression and a kind of origins have in common.

use super::{
    automaton::{Automaton, Shared, State, TooComplex},
    grammar::Kind,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Most states of a product.
const MAX_STATES: usize = 10_000;

/// Where in an origin a state lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Part {
    Scheme,
    FirstSlash,
    Host,
    Brackets,
    Port,
}

impl Part {
    fn after(self, byte: u8) -> Self {
        match (self, byte) {
            (Self::Scheme, b'/') => Self::FirstSlash,
            (Self::FirstSlash, _) | (Self::Brackets, b']') => Self::Host,
            (Self::Host, b'[') => Self::Brackets,
            (Self::Host, b':') => Self::Port,
            (part, _) => part,
        }
    }
}

/// Whether an expression matches any origin of a kind.
pub(super) fn intersects(expression: &Shared, kind: &Kind) -> Result<bool, TooComplex> {
    let product = Product::explore(expression, kind, true)?;
    Ok(product.states.iter().any(|state| state.accepts))
}

/// The intersection of an expression with a kind of origins: all states that can be reached.
#[derive(Debug)]
pub(super) struct Product {
    states: Vec<Node>,
    /// The bytes of origins, those together that lead from any state to the same one.
    classes: Vec<Vec<u8>>,
}

type Key = (State, State, Part);

#[derive(Debug)]
struct Node {
    key: Key,
    accepts: bool,
    /// The states before this one, and the class of bytes that lead from there to here.
    before: Vec<(usize, usize)>,
}

impl Product {
    pub(super) fn new(expression: &Shared, kind: &Kind) -> Result<Self, TooComplex> {
        Self::explore(expression, kind, false)
    }

    /// Follows all bytes from the start, to the first origin that is in both if `only_first`.
    fn explore(expression: &Shared, kind: &Kind, only_first: bool) -> Result<Self, TooComplex> {
        let mut expression = Automaton::from(expression.clone());
        let mut kind = kind.automaton()?;
        let mut product = Self { states: Vec::new(), classes: classes(&expression, &kind) };
        let mut positions = HashMap::new();
        let start = (expression.start()?, kind.start()?, Part::Scheme);
        product.position(start, &mut positions)?;
        let mut at = 0;
        while at < product.states.len() {
            let (left, right, part) = product.states[at].key;
            let accepts = kind.accepts(right)? && expression.accepts(left)?;
            product.states[at].accepts = accepts;
            if accepts && only_first {
                break;
            }
            for class in 0..product.classes.len() {
                let byte = product.classes[class][0];
                let Some(right) = kind.next(right, byte)? else { continue };
                let Some(left) = expression.next(left, byte)? else { continue };
                let next = product.position((left, right, part.after(byte)), &mut positions)?;
                product.states[next].before.push((class, at));
            }
            at += 1;
        }
        Ok(product)
    }

    fn position(
        &mut self,
        key: Key,
        positions: &mut HashMap<Key, usize>,
    ) -> Result<usize, TooComplex> {
        if let Some(position) = positions.get(&key) {
            return Ok(*position);
        }
        if self.states.len() == MAX_STATES {
            return Err(TooComplex);
        }
        let position = self.states.len();
        self.states.push(Node { key, accepts: false, before: Vec::new() });
        positions.insert(key, position);
        Ok(position)
    }

    /// Where the hosts of all common origins end, before their ports.
    pub(super) fn ends_of_hosts(&self) -> BTreeSet<usize> {
        let accepting = (0..self.states.len()).filter(|&state| self.states[state].accepts);
        let mut todo = accepting.collect::<Vec<_>>();
        let mut seen = vec![false; self.states.len()];
        let mut ends = BTreeSet::new();
        while let Some(state) = todo.pop() {
            if std::mem::replace(&mut seen[state], true) {
                continue;
            }
            if self.states[state].key.2 == Part::Host {
                ends.insert(state);
            } else {
                todo.extend(self.states[state].before.iter().map(|&(_, before)| before));
            }
        }
        ends
    }

    /// The states one byte before any of `states`, by that byte.
    pub(super) fn before(&self, states: &BTreeSet<usize>) -> Vec<(u8, BTreeSet<usize>)> {
        let mut classes = BTreeMap::<usize, BTreeSet<usize>>::new();
        for &state in states {
            for &(class, before) in &self.states[state].before {
                classes.entry(class).or_default().insert(before);
            }
        }
        let bytes = |(class, before): (usize, BTreeSet<usize>)| {
            self.classes[class].iter().map(move |&byte| (byte, before.clone()))
        };
        classes.into_iter().flat_map(bytes).collect()
    }
}

/// The printable bytes, by what they mean to both automata. No class is empty.
fn classes(expression: &Automaton, kind: &Automaton) -> Vec<Vec<u8>> {
    let mut classes = BTreeMap::<_, Vec<u8>>::new();
    for byte in b'!'..=b'~' {
        // What `Part::after` tells apart.
        let mark = if b"/:[]".contains(&byte) { byte } else { 0 };
        classes.entry((expression.class(byte), kind.class(byte), mark)).or_default().push(byte);
    }
    classes.into_values().collect()
}
