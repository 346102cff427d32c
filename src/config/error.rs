//! What is wrong with a policy file: all of it, each with its place.

use crate::{errors::Errors, policy::PolicyErrorKind, routes::PolicyListErrorKind};
use std::{
    error::Error,
    fmt,
    path::{Path, PathBuf},
};

/// Everything that is wrong with a policy file.
///
/// It prints one line for each error, and iterates over them.
pub type ConfigErrors = Errors<ConfigError>;

impl ConfigErrors {
    /// `Err` of all that was collected, by line, if anything was.
    pub(super) fn check_sorted(mut errors: Vec<ConfigError>) -> Result<(), Self> {
        errors.sort_by_key(|error| error.line);
        Self::check(errors)
    }

    pub(super) fn in_file(self, path: &Path) -> Self {
        self.map(|error| ConfigError { file: Some(path.to_owned()), ..error })
    }
}

/// One thing that is wrong with a policy file: where, what, why, and the suggestion.
///
/// It prints as `cors.toml:12: policy[1].allow_origin[0]: "https://a.example/" has a trailing slash:
/// write "https://a.example"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    file: Option<PathBuf>,
    line: Option<usize>,
    place: String,
    text: String,
    kind: ConfigErrorKind,
}

impl ConfigError {
    /// With `text`, which says value, reason and suggestion.
    pub(super) fn new(
        line: Option<usize>,
        place: impl Into<String>,
        kind: ConfigErrorKind,
        text: impl Into<String>,
    ) -> Self {
        Self { file: None, line, place: place.into(), text: text.into(), kind }
    }

    /// An error of the document as a whole.
    pub(super) fn of_document(line: Option<usize>, kind: ConfigErrorKind) -> Self {
        let text = match &kind {
            ConfigErrorKind::Unreadable(why) => format!("cannot be read: {why}"),
            ConfigErrorKind::Syntax(why) => format!("syntax error: {why}"),
            _ => String::new(),
        };
        Self::new(line, "", kind, text)
    }

    /// The file, if it was read from one.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// The line, counted from 1; `None` for what is missing, and where the format does not tell.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.line
    }

    /// The place in the document, such as `policy[1].allow_origin[0]`; empty for the document as a
    /// whole.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// What is wrong, for a program to match on.
    #[must_use]
    pub fn kind(&self) -> &ConfigErrorKind {
        &self.kind
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.file, self.line) {
            (Some(file), Some(line)) => write!(f, "{}:{line}: ", file.display())?,
            (Some(file), None) => write!(f, "{}: ", file.display())?,
            (None, Some(line)) => write!(f, "line {line}: ")?,
            (None, None) => {}
        }
        if !self.place.is_empty() {
            write!(f, "{}: ", self.place)?;
        }
        f.write_str(&self.text)
    }
}

impl Error for ConfigError {}

/// What can be wrong with a policy file.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ConfigErrorKind {
    /// The file is missing or cannot be read, and why.
    Unreadable(String),
    /// The text is no TOML or no JSON, and why. Nothing after it was read.
    Syntax(String),
    /// A key that does not exist, or not here.
    UnknownKey,
    /// A key that stands twice in its table.
    DuplicateKey,
    /// A key that is needed and is not there.
    MissingKey,
    /// A value of another type than the key takes.
    WrongType,
    /// A value of the right type that means nothing.
    WrongValue,
    /// A key that cannot stand beside another.
    Conflict,
    /// What [`PolicyBuilder::build`](crate::PolicyBuilder::build) refuses.
    Policy(PolicyErrorKind),
    /// What [`PolicyListBuilder::build`](crate::routes::PolicyListBuilder::build) refuses.
    PolicyList(PolicyListErrorKind),
}
