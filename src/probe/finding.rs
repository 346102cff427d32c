//! What was found.

use super::like::Like;
use crate::{
    message::{Message, Quoted, Suggestion},
    origin::{OriginError, OriginPattern},
};
use std::fmt;

/// What [`look_alikes`](super::look_alikes) found, in the order of the origins that are meant.
///
/// It prints one line for each.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "it says whether anything was found; see `assert_none`"]
pub struct Findings(Vec<Finding>);

impl Findings {
    pub(super) fn new(findings: Vec<Finding>) -> Self {
        Self(findings)
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many were found.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// What was found.
    pub fn iter(&self) -> std::slice::Iter<'_, Finding> {
        self.0.iter()
    }

    /// Fails the test if anything was found.
    ///
    /// # Panics
    ///
    /// If anything was found. The message lists all of it.
    #[track_caller]
    pub fn assert_none(&self) {
        assert!(self.is_empty(), "the policy allows or refuses what it should not:\n{self}");
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, finding) in self.0.iter().enumerate() {
            let line_break = if i == 0 { "" } else { "\n" };
            write!(f, "{line_break}{finding}")?;
        }
        Ok(())
    }
}

impl IntoIterator for Findings {
    type Item = Finding;
    type IntoIter = std::vec::IntoIter<Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Findings {
    type Item = &'a Finding;
    type IntoIter = std::slice::Iter<'a, Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// One origin that is allowed and should not be, or the other way round, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    origin: String,
    reason: String,
    advice: Option<String>,
    credentials: bool,
}

impl Finding {
    pub(super) fn look_alike(like: &Like, meant: &OriginPattern, credentials: bool) -> Self {
        let with = if credentials { " with credentials" } else { "" };
        Self {
            origin: like.lines.join("\n"),
            reason: format!("is allowed{with}, but {} {}", like.why.but, Quoted(meant.as_str())),
            advice: Some(like.why.advice.to_owned()),
            credentials,
        }
    }

    pub(super) fn any_origin(origin: &str, credentials: bool) -> Self {
        let with = if credentials { " with credentials" } else { "" };
        Self {
            origin: origin.to_owned(),
            reason: format!("is allowed{with}, like any other origin"),
            advice: Some("compare with the origins that are meant".to_owned()),
            credentials,
        }
    }

    pub(super) fn refused(meant: &OriginPattern) -> Self {
        Self {
            origin: meant.to_string(),
            reason: "is meant to be allowed, but is refused".to_owned(),
            advice: None,
            credentials: false,
        }
    }

    pub(super) fn invalid(text: &str, error: &OriginError) -> Self {
        Self {
            origin: text.to_owned(),
            reason: format!("is meant to be allowed, but {}", error.kind().reason()),
            advice: error.suggestion().map(|suggestion| format!("write {}", Quoted(suggestion))),
            credentials: false,
        }
    }

    /// The `Origin` that was sent. If several lines were sent, a line break stands between them.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// What is wrong, to be read after the origin.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Whether the origin is allowed with credentials.
    #[must_use]
    pub fn is_with_credentials(&self) -> bool {
        self.credentials
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Message {
            place: None,
            value: Some(&self.origin),
            reason: &self.reason,
            suggestion: self.advice.as_deref().map(Suggestion::Advice),
        }
        .fmt(f)
    }
}
