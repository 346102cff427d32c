//! The list of mutants, as `cargo mutants --list --json` prints it.

use serde::Deserialize;
use std::{fs, path::Path};

/// The mutants of one module.
pub(crate) fn read(path: &Path) -> Vec<Mutant> {
    let text =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    // Nothing is printed where there are none.
    if text.trim().is_empty() { Vec::new() } else { serde_json::from_str(&text).expect("mutants") }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Mutant {
    /// From 1.
    #[serde(skip)]
    pub(crate) id: u32,
    #[serde(skip)]
    pub(crate) module: String,
    pub(crate) file: String,
    /// The file, the place, and what is changed.
    pub(crate) name: String,
    pub(crate) genre: String,
    pub(crate) span: Span,
    pub(crate) replacement: String,
    #[serde(skip)]
    pub(crate) fate: Fate,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Span {
    pub(crate) start: Place,
}

/// Counted from 1.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is in a constant: `cargo mutants` has to build it.
    #[default]
    Unplaced,
    /// It is in the copy of the sources.
    Placed,
    /// It does not compile.
    Unviable,
    /// A test failed.
    Caught,
    /// A test did not end.
    TimedOut,
    /// All tests passed.
    Missed,
}
