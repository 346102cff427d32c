//! A parsed document of any format, and where everything in it stands.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) at: At,
    pub(super) value: Value,
}

#[derive(Clone, Debug)]
pub(super) enum Value {
    String(String),
    Integer(i64),
    Boolean(bool),
    Array(Vec<Node>),
    Table(Vec<Entry>),
    /// A type that no key takes, by its name: `a float`.
    Other(&'static str),
}

/// A key of a table and its value.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) at: At,
    pub(super) key: String,
    pub(super) node: Node,
}

/// Where something stands, as far as that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct At {
    source: Option<Arc<Source>>,
    /// Counted from 1.
    line: Option<u32>,
}

#[derive(Debug, PartialEq, Eq)]
enum Source {
    File(PathBuf),
    /// The name of an environment variable.
    Variable(String),
}

impl Value {
    /// What this is, in words.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::String(_) => "a string",
            Self::Integer(_) => "an integer",
            Self::Boolean(_) => "a boolean",
            Self::Array(_) => "an array",
            Self::Table(_) => "a table",
            Self::Other(name) => name,
        }
    }
}

impl At {
    pub(super) fn in_file(path: &Path) -> Self {
        Self { source: Some(Arc::new(Source::File(path.to_owned()))), line: None }
    }

    pub(super) fn in_variable(name: String) -> Self {
        Self { source: Some(Arc::new(Source::Variable(name))), line: None }
    }

    pub(super) fn on_line(&self, line: usize) -> Self {
        Self { source: self.source.clone(), line: line.try_into().ok() }
    }

    pub(super) fn without_line(&self) -> Self {
        Self { source: self.source.clone(), line: None }
    }

    pub(super) fn file(&self) -> Option<&Path> {
        match self.source.as_deref()? {
            Source::File(path) => Some(path),
            Source::Variable(_) => None,
        }
    }

    pub(super) fn variable(&self) -> Option<&str> {
        match self.source.as_deref()? {
            Source::Variable(name) => Some(name),
            Source::File(_) => None,
        }
    }

    pub(super) fn line(&self) -> Option<usize> {
        self.line.and_then(|line| line.try_into().ok())
    }
}

/// Finds line and column by offset.
pub(super) struct Lines<'a> {
    text: &'a str,
    /// The document as a whole.
    document: &'a At,
    /// Where each line but the first begins.
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(super) fn of(text: &'a str, document: &'a At) -> Self {
        let starts = text.match_indices('\n').map(|(at, _)| at + 1).collect();
        Self { text, document, starts }
    }

    /// Where this offset in bytes is.
    pub(super) fn at(&self, offset: usize) -> At {
        let before = self.starts.partition_point(|&start| start <= offset);
        At { source: self.document.source.clone(), line: u32::try_from(before + 1).ok() }
    }

    /// The column, in characters counted from 1, of this offset in bytes.
    pub(super) fn column(&self, offset: usize) -> usize {
        let before = self.starts.partition_point(|&start| start <= offset);
        let start = before.checked_sub(1).map_or(0, |i| self.starts[i]);
        self.text.get(start..offset).map_or(1, |line| line.chars().count() + 1)
    }
}
