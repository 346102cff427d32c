//! The error of parsing an origin or a pattern.

use super::{grammar::Syntax, kind::OriginErrorKind, suggestion};
use crate::message::{Message, Suggestion};
use std::{error::Error, fmt};

/// Why a text is not an [`Origin`](super::Origin) or not an [`OriginPattern`](super::OriginPattern),
/// with a suggestion.
///
/// ```
/// use tower_cors::{Origin, origin::OriginErrorKind};
///
/// let error = "https://a.example/".parse::<Origin>().unwrap_err();
/// assert_eq!(error.kind(), &OriginErrorKind::TrailingSlash);
/// assert_eq!(error.suggestion(), Some("https://a.example"));
/// assert_eq!(
///     error.to_string(),
///     r#""https://a.example/" has a trailing slash; write "https://a.example""#,
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginError {
    kind: OriginErrorKind,
    input: Box<str>,
    suggestion: Option<Box<str>>,
}

impl OriginError {
    pub(super) fn new(kind: OriginErrorKind, input: &str, syntax: Syntax) -> Self {
        let suggestion = match kind {
            // It means many origins.
            OriginErrorKind::RegularExpression => None,
            _ => suggestion::suggestion(input, syntax).map(String::into_boxed_str),
        };
        Self { kind, input: input.into(), suggestion }
    }

    /// What is wrong, for a program to match on.
    #[must_use]
    pub fn kind(&self) -> &OriginErrorKind {
        &self.kind
    }

    /// The text that was parsed.
    #[must_use]
    pub fn input(&self) -> &str {
        &self.input
    }

    /// The text that was probably meant. It is itself a valid origin (or pattern, where a pattern
    /// was parsed). `None` if the intent is unclear; the message then has advice in words.
    #[must_use]
    pub fn suggestion(&self) -> Option<&str> {
        self.suggestion.as_deref()
    }
}

impl fmt::Display for OriginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = Message {
            place: None,
            value: Some(&self.input),
            reason: self.kind.reason(),
            suggestion: Suggestion::of(self.suggestion(), Some(self.kind.advice())),
        };
        message.fmt(f)
    }
}

impl Error for OriginError {}
