//! A parsed document of any format, and where everything in it stands.

use super::{format::Format, quotes::Quotes};
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
    Integer(Integer),
    Boolean(bool),
    Array(Vec<Node>),
    Table(Vec<Entry>),
    /// A type that no key takes, by its name: `a float`.
    Other(&'static str),
}

/// A whole number; one of more than 64 bits is the nearest that has so many.
#[derive(Clone, Debug)]
pub(super) struct Integer {
    pub(super) value: i64,
    /// As it was written.
    pub(super) text: String,
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
    /// Ascending within one document; 0 for the document as a whole.
    position: u32,
    format: Format,
    /// How strings are written there.
    quotes: Quotes,
}

#[derive(Debug, PartialEq, Eq)]
enum Source {
    File(PathBuf),
    /// The name of an environment variable.
    Variable(String),
}

impl Node {
    /// Numbers what is in a document without lines.
    pub(super) fn numbered(mut self) -> Self {
        self.number(&mut 0);
        self
    }

    fn number(&mut self, next: &mut u32) {
        self.at.position = *next;
        *next = next.saturating_add(1);
        match &mut self.value {
            Value::Array(items) => items.iter_mut().for_each(|item| item.number(next)),
            Value::Table(entries) => {
                for entry in entries {
                    entry.at.position = *next;
                    entry.node.number(next);
                }
            }
            _ => {}
        }
    }

    /// What the value is, in words.
    pub(super) fn type_name(&self) -> &'static str {
        match &self.value {
            Value::String(_) => "a string",
            Value::Integer(_) => "an integer",
            Value::Boolean(_) => "a boolean",
            Value::Array(_) => "an array",
            Value::Table(_) => self.at.format().a_table(),
            Value::Other(name) => name,
        }
    }
}

impl Integer {
    /// From the digits in this radix, with their sign, and the text as it was written.
    pub(super) fn new(digits: &str, radix: u32, text: &str) -> Option<Self> {
        let is_number =
            |digits: &str| !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
        let unsigned = digits.strip_prefix(['-', '+']).unwrap_or(digits);
        let nearest = if digits.starts_with('-') { i64::MIN } else { i64::MAX };
        let value = i64::from_str_radix(digits, radix);
        is_number(unsigned).then(|| Self { value: value.unwrap_or(nearest), text: text.to_owned() })
    }
}

impl At {
    /// A document in this format, which is not in a file.
    pub(super) fn in_text(format: Format) -> Self {
        Self { format, ..Self::default() }
    }

    pub(super) fn in_file(path: &Path, format: Format) -> Self {
        let source = Some(Arc::new(Source::File(path.to_owned())));
        Self { source, ..Self::in_text(format) }
    }

    pub(super) fn in_variable(name: String) -> Self {
        let source = Some(Arc::new(Source::Variable(name)));
        Self { source, ..Self::in_text(Format::Environment) }
    }

    pub(super) fn on_line(&self, line: usize) -> Self {
        Self { line: line.try_into().ok(), ..self.clone() }
    }

    pub(super) fn without_line(&self) -> Self {
        Self { line: None, position: 0, ..self.clone() }
    }

    pub(super) fn with_quotes(self, quotes: Quotes) -> Self {
        Self { quotes, ..self }
    }

    pub(super) fn quotes(&self) -> Quotes {
        self.quotes
    }

    pub(super) fn format(&self) -> Format {
        self.format
    }

    /// What sorts errors: those without a file first, then by position.
    pub(super) fn order(&self) -> (Option<&Path>, u32) {
        (self.file(), self.position)
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
    pub(super) text: &'a str,
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
        let position = u32::try_from(offset).unwrap_or(u32::MAX).saturating_add(1);
        At { position, ..self.document.on_line(before + 1) }
    }

    /// The column, in characters counted from 1, of this offset in bytes.
    pub(super) fn column(&self, offset: usize) -> usize {
        let before = self.starts.partition_point(|&start| start <= offset);
        let start = before.checked_sub(1).map_or(0, |i| self.starts[i]);
        self.text.get(start..offset).map_or(1, |line| line.chars().count() + 1)
    }
}
