//! What is wrong with a policy file or with other configuration: all of it, each with its place.

use super::{document::At, format::Format, names};
use crate::{
    errors::Errors,
    message::{Message, Suggestion},
    policy::{PolicyError, PolicyErrorKind, Setting},
    routes::{PolicyListError, PolicyListErrorKind},
};
use std::{borrow::Cow, error::Error, fmt, io, path::Path};

/// All errors of a policy file.
///
/// It prints one line for each error, and iterates over them.
pub type ConfigErrors = Errors<ConfigError>;

impl ConfigErrors {
    /// `Err` with all errors that were collected, in the order of their places, if there are any.
    pub(super) fn check_sorted(mut errors: Vec<ConfigError>) -> Result<(), Self> {
        errors.sort_by(|one, other| one.at.order().cmp(&other.at.order()));
        Self::check(errors)
    }

    /// The error of a file that cannot be read.
    pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Self {
        let why = error.to_string();
        let reason = format!("cannot be read: {why}");
        ConfigError::new(
            &At::in_file(path, Format::default()),
            "",
            ConfigErrorKind::Unreadable(why),
            reason,
        )
        .into()
    }
}

/// One error of a policy file: the place, the value, the reason and the suggestion.
///
/// It prints as one line:
///
/// ```text
/// cors.toml:12: policy[1].allow_origin[0]: "https://a.example/" ends in a slash; write "https://a.example"
/// ```
///
/// An error of an environment variable begins with the variable's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    at: At,
    place: String,
    /// What to print for the place, where that is not the place itself: an unknown key stands in
    /// the reason already.
    printed_place: Option<String>,
    kind: ConfigErrorKind,
    problem: Problem,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Problem {
    Own {
        value: Option<String>,
        reason: Cow<'static, str>,
        advice: Option<Cow<'static, str>>,
    },
    /// The error, and its text without the place.
    Policy(PolicyError, String),
    PolicyList(PolicyListError),
}

impl ConfigError {
    pub(super) fn new(
        at: &At,
        place: impl Into<String>,
        kind: ConfigErrorKind,
        reason: impl Into<Cow<'static, str>>,
    ) -> Self {
        let problem = Problem::Own { value: None, reason: reason.into(), advice: None };
        Self { at: at.clone(), place: place.into(), printed_place: None, kind, problem }
    }

    /// With settings named, and values quoted, as they are written there.
    pub(super) fn of_policy(
        at: &At,
        place: String,
        error: PolicyError,
        written: &dyn Fn(Setting) -> Cow<'static, str>,
    ) -> Self {
        let kind = ConfigErrorKind::Policy(error.kind().clone());
        let quotes = at.quotes();
        let text = error
            .text_as(&|words| quotes.in_words(names::replace(words, written)), &|value| {
                quotes.around(value)
            });
        let problem = Problem::Policy(error, text);
        Self { at: at.clone(), place, printed_place: None, kind, problem }
    }

    pub(super) fn of_list(at: &At, place: String, error: PolicyListError) -> Self {
        let kind = ConfigErrorKind::PolicyList(error.kind().clone());
        let problem = Problem::PolicyList(error);
        Self { at: at.clone(), place, printed_place: None, kind, problem }
    }

    pub(super) fn with_value(mut self, text: &str) -> Self {
        if let Problem::Own { value, .. } = &mut self.problem {
            *value = Some(text.to_owned());
        }
        self
    }

    /// What to do, in words.
    pub(super) fn advice(mut self, text: impl Into<Cow<'static, str>>) -> Self {
        if let Problem::Own { advice, .. } = &mut self.problem {
            *advice = Some(text.into());
        }
        self
    }

    pub(super) fn printed_in(self, place: &str) -> Self {
        Self { printed_place: Some(place.to_owned()), ..self }
    }

    /// Returns the file, if the configuration was read from one.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.at.file()
    }

    /// Returns the environment variable that is wrong, if the value comes from one.
    #[must_use]
    pub fn variable(&self) -> Option<&str> {
        self.at.variable()
    }

    /// Returns the line, counted from 1. It is `None` for a missing key, and for configuration that
    /// was read through serde, which does not pass lines on.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.at.line()
    }

    /// Returns the place in the document, such as `policy[1].allow_origin[0]`. It is empty for the
    /// document as a whole.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Returns the offending value as it was written, where there is one.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        match &self.problem {
            Problem::Own { value, .. } => value.as_deref(),
            Problem::Policy(error, _) => error.value(),
            Problem::PolicyList(error) => error.value(),
        }
    }

    /// Returns what to write instead of the value, where that is known.
    #[must_use]
    pub fn suggestion(&self) -> Option<&str> {
        match &self.problem {
            Problem::Own { .. } => None,
            Problem::Policy(error, _) => error.suggestion(),
            Problem::PolicyList(error) => error.suggestion(),
        }
    }

    /// Returns what is wrong, for a program to match on.
    #[must_use]
    pub fn kind(&self) -> &ConfigErrorKind {
        &self.kind
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.file(), self.line()) {
            (Some(file), Some(line)) => write!(f, "{}:{line}: ", file.display())?,
            (Some(file), None) => write!(f, "{}: ", file.display())?,
            (None, Some(line)) => write!(f, "line {line}: ")?,
            (None, None) => {}
        }
        let place = self.printed_place.as_ref().unwrap_or(&self.place);
        let place = match self.variable() {
            Some(name) if !place.is_empty() => name,
            _ => place,
        };
        let place = Some(place).filter(|place| !place.is_empty());
        match &self.problem {
            Problem::Own { value, reason, advice } => {
                let value = value.as_deref();
                let suggestion = Suggestion::of(None, advice.as_deref());
                fmt::Display::fmt(&Message { place, value, reason, suggestion }, f)
            }
            Problem::Policy(_, text) => {
                place.iter().try_for_each(|place| write!(f, "{place}: "))?;
                f.write_str(text)
            }
            Problem::PolicyList(error) => error.print(place, f),
        }
    }
}

impl Error for ConfigError {}

/// What can be wrong with a policy file.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ConfigErrorKind {
    /// The file is missing or cannot be read, and why.
    Unreadable(String),
    /// The text is not valid TOML or JSON, and why. Nothing after the error was read.
    Syntax(String),
    /// A key that does not exist, or not in this place.
    UnknownKey,
    /// A key that is set twice in one table.
    DuplicateKey,
    /// A required key that is missing.
    MissingKey,
    /// A value of a type that the key does not take.
    WrongType,
    /// A value of the right type that is not valid.
    WrongValue,
    /// A key that cannot be combined with another.
    Conflict,
    /// A key that needs a Cargo feature of this crate which is not enabled.
    MissingFeature,
    /// An error of [`PolicyBuilder::build`](crate::PolicyBuilder::build).
    Policy(PolicyErrorKind),
    /// An error of [`PolicyListBuilder::build`](crate::routes::PolicyListBuilder::build).
    PolicyList(PolicyListErrorKind),
}
