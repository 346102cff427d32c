//! An expression as an automaton over the bytes that origins have.

use regex_automata::{
    Anchored, Input, MatchKind,
    hybrid::{
        LazyStateID,
        dfa::{Cache, DFA},
    },
    nfa::thompson::{self, WhichCaptures},
};
use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Look, Repetition};

/// Longest program, in bytes, and most memory for the states of an automaton.
const MAX_PROGRAM: usize = 1 << 20;
const MAX_STATES: usize = 4 << 20;

/// It would take more work or memory to analyze the expression than the limits allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooComplex;

/// An automaton without states yet, to be copied cheaply.
#[derive(Clone, Debug)]
pub(super) struct Shared(DFA);

impl Shared {
    /// `anchored` is anchored at both ends.
    pub(super) fn new(anchored: &str) -> Result<Self, TooComplex> {
        let hir = regex_syntax::parse(anchored).map_err(|_| TooComplex)?;
        let program = thompson::Config::new()
            .which_captures(WhichCaptures::None)
            .nfa_size_limit(Some(MAX_PROGRAM));
        let nfa = thompson::Compiler::new()
            .configure(program)
            .build_from_hir(&ascii(&hir))
            .map_err(|_| TooComplex)?;
        // With no cache clears allowed, every state keeps its name, and memory is bounded.
        let config = DFA::config()
            .match_kind(MatchKind::All)
            .cache_capacity(MAX_STATES)
            .minimum_cache_clear_count(Some(0));
        DFA::builder().configure(config).build_from_nfa(nfa).map(Self).map_err(|_| TooComplex)
    }
}

/// A deterministic automaton whose states are made as they are reached.
#[derive(Debug)]
pub(super) struct Automaton {
    dfa: DFA,
    cache: Cache,
}

pub(super) type State = LazyStateID;

impl From<Shared> for Automaton {
    fn from(Shared(dfa): Shared) -> Self {
        Self { cache: dfa.create_cache(), dfa }
    }
}

impl Automaton {
    pub(super) fn start(&mut self) -> Result<State, TooComplex> {
        let input = Input::new("").anchored(Anchored::Yes);
        self.dfa.start_state_forward(&mut self.cache, &input).map_err(|_| TooComplex)
    }

    /// The state after `byte`, or `None` if nothing that goes on like this matches.
    pub(super) fn next(&mut self, state: State, byte: u8) -> Result<Option<State>, TooComplex> {
        let next = self.dfa.next_state(&mut self.cache, state, byte).map_err(|_| TooComplex)?;
        Ok((!next.is_dead()).then_some(next))
    }

    /// The class of a byte: bytes of one class lead from any state to the same one.
    pub(super) fn class(&self, byte: u8) -> u8 {
        self.dfa.byte_classes().get(byte)
    }

    /// Whether a text that ends here matches.
    pub(super) fn accepts(&mut self, state: State) -> Result<bool, TooComplex> {
        let end = self.dfa.next_eoi_state(&mut self.cache, state).map_err(|_| TooComplex)?;
        Ok(end.is_match())
    }
}

/// The same expression for texts in ASCII, which all origins are. Classes of Unicode, which make
/// large automata, become small ones.
fn ascii(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Empty => Hir::empty(),
        HirKind::Literal(literal) => Hir::literal(literal.0.clone()),
        HirKind::Class(Class::Unicode(class)) => {
            let ranges = class.ranges().iter().filter(|range| range.start().is_ascii());
            Hir::class(Class::Unicode(ClassUnicode::new(
                ranges.map(|range| ClassUnicodeRange::new(range.start(), range.end().min('\x7f'))),
            )))
        }
        HirKind::Class(class) => Hir::class(class.clone()),
        HirKind::Look(look) => Hir::look(ascii_look(*look)),
        HirKind::Repetition(repetition) => Hir::repetition(Repetition {
            sub: Box::new(ascii(&repetition.sub)),
            ..repetition.clone()
        }),
        HirKind::Capture(capture) => ascii(&capture.sub),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(ascii).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(ascii).collect()),
    }
}

fn ascii_look(look: Look) -> Look {
    match look {
        Look::WordUnicode => Look::WordAscii,
        Look::WordUnicodeNegate => Look::WordAsciiNegate,
        Look::WordStartUnicode => Look::WordStartAscii,
        Look::WordEndUnicode => Look::WordEndAscii,
        Look::WordStartHalfUnicode => Look::WordStartHalfAscii,
        Look::WordEndHalfUnicode => Look::WordEndHalfAscii,
        other => other,
    }
}
