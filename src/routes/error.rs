//! What is wrong with a list of policies.

use crate::errors::Errors;
use std::{error::Error, fmt};

/// Everything that is wrong with a [`PolicyList`](crate::PolicyList).
///
/// It prints one line for each error, and iterates over them.
pub type PolicyListErrors = Errors<PolicyListError>;

/// One thing that is wrong with a list of policies: at which entry, with which value, why, and the
/// suggestion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyListError {
    pub(super) entry: Option<usize>,
    pub(super) path: Option<usize>,
    pub(super) value: Option<String>,
    pub(super) kind: PolicyListErrorKind,
    pub(super) suggestion: Option<String>,
}

impl PolicyListError {
    pub(super) fn of_list(kind: PolicyListErrorKind) -> Self {
        Self { entry: None, path: None, value: None, kind, suggestion: None }
    }

    pub(super) fn of_entry(entry: usize, kind: PolicyListErrorKind) -> Self {
        Self { entry: Some(entry), ..Self::of_list(kind) }
    }

    /// Which entry is wrong, counted from 0; `None` if it is the list as a whole.
    #[must_use]
    pub fn entry(&self) -> Option<usize> {
        self.entry
    }

    /// Which of the entry's paths is wrong, counted from 0.
    #[must_use]
    pub fn path(&self) -> Option<usize> {
        self.path
    }

    /// The offending path or name, as it was given.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        self.value.as_deref()
    }

    /// What is wrong, for a program to match on.
    #[must_use]
    pub fn kind(&self) -> PolicyListErrorKind {
        self.kind.clone()
    }

    /// What to write instead of the value, where that is known.
    #[must_use]
    pub fn suggestion(&self) -> Option<&str> {
        self.suggestion.as_deref()
    }

    /// The key of the entry that is wrong, as in a policy file; empty for the entry as a whole.
    pub(crate) fn place(&self) -> String {
        use PolicyListErrorKind as Kind;
        match (&self.kind, self.path) {
            (_, Some(path)) => format!("paths[{path}]"),
            (Kind::EmptyPaths | Kind::DeadScope { .. }, _) => "paths".to_owned(),
            (Kind::DuplicateName { .. }, _) => "name".to_owned(),
            (Kind::OffNotAlone, _) => "off".to_owned(),
            _ => String::new(),
        }
    }

    /// The line without its place: value, reason, suggestion.
    pub(crate) fn text(&self) -> String {
        let value = self.value.as_ref().map(|value| format!("{value:?} ")).unwrap_or_default();
        let suggestion = match &self.suggestion {
            Some(suggestion) => format!("write {suggestion:?}"),
            None => self.kind.advice().to_owned(),
        };
        format!("{value}{}: {suggestion}", self.kind.reason())
    }
}

impl fmt::Display for PolicyListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("policy")?;
        if let Some(entry) = self.entry {
            write!(f, "[{entry}]")?;
        }
        let place = self.place();
        let dot = if place.is_empty() { "" } else { "." };
        write!(f, "{dot}{place}: {}", self.text())
    }
}

impl Error for PolicyListError {}

/// What can be wrong with a list of policies.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PolicyListErrorKind {
    /// No entries.
    Empty,
    /// Paths were given, but none.
    EmptyPaths,
    /// A path that does not begin with `/`.
    RelativePath,
    /// A path with a query or fragment.
    PathWithQuery,
    /// Another router's way of writing a parameter: `/api/:id`, `/api/*`.
    ForeignPathSyntax,
    /// A path with a `.` or `..` segment, which browsers resolve before they send it.
    DotSegment,
    /// A path with characters that browsers send percent-encoded.
    UnencodedPath,
    /// A path that matchit does not accept, and why.
    InvalidPath(String),
    /// A name that an earlier entry has.
    DuplicateName {
        /// The earlier entry.
        earlier: usize,
    },
    /// A scope whose every path an earlier scope covers.
    DeadScope {
        /// The first entry of that scope.
        earlier: usize,
    },
    /// An entry that is off shares its scope with others.
    OffNotAlone,
    /// An entry enforces, but the list leaves paths uncovered.
    EnforcementLeavesPathsOpen,
}

impl PolicyListErrorKind {
    fn reason(&self) -> String {
        match self {
            Self::Empty => "has no entries".to_owned(),
            Self::EmptyPaths => "is empty, so the entry covers no path".to_owned(),
            Self::RelativePath => "does not begin with a slash".to_owned(),
            Self::PathWithQuery => "has a query or fragment, which no path has".to_owned(),
            Self::ForeignPathSyntax => {
                "is another router's syntax, and would match only itself".to_owned()
            }
            Self::DotSegment => "has a `.` or `..` segment, which browsers resolve".to_owned(),
            Self::UnencodedPath => "has characters that browsers send percent-encoded".to_owned(),
            Self::InvalidPath(why) => format!("is no path pattern ({why})"),
            Self::DuplicateName { earlier } => format!("is the name of policy[{earlier}] already"),
            Self::DeadScope { earlier } => {
                format!("is never reached: policy[{earlier}] covers every path of it")
            }
            Self::OffNotAlone => "shares its paths with other entries".to_owned(),
            Self::EnforcementLeavesPathsOpen => {
                "enforces, but the list leaves other paths open without saying so".to_owned()
            }
        }
    }

    fn advice(&self) -> &'static str {
        match self {
            Self::Empty => "add one",
            Self::EmptyPaths => "name some, or leave the key out to cover every path",
            Self::RelativePath => "begin with \"/\"",
            Self::PathWithQuery => "leave it out",
            Self::ForeignPathSyntax | Self::InvalidPath(_) => {
                "write \"{id}\" for a segment, \"{*rest}\" for all that follows"
            }
            Self::DotSegment => "write the path without it",
            Self::UnencodedPath => "percent-encode them",
            Self::DuplicateName { .. } => "choose another",
            Self::DeadScope { .. } => "put the narrower entry first, or give both the same paths",
            Self::OffNotAlone => "an entry that is off stands alone in its scope",
            Self::EnforcementLeavesPathsOpen => {
                "end the list in an entry without paths (one that is off will do)"
            }
        }
    }
}
