//! What is wrong with a list of policies.

use crate::{
    errors::Errors,
    message::{Message, Suggestion},
    policy::Setting,
};
use std::{borrow::Cow, error::Error, fmt};

/// All errors of a [`PolicyList`](crate::PolicyList).
///
/// It prints one line for each error, and iterates over them.
pub type PolicyListErrors = Errors<PolicyListError>;

/// One error of a list of policies: the entry, the value, the reason and the suggestion.
///
/// ```
/// use tower_cors::{Policy, PolicyList, routes::{PolicyEntry, PolicyListErrorKind}};
///
/// let public = Policy::builder().allow_origin("*").build()?;
/// let errors = PolicyList::builder()
///     .entry(PolicyEntry::new(public).paths(["/public/:id"]))
///     .build()
///     .unwrap_err();
/// let error = errors.iter().next().unwrap();
/// assert_eq!(
///     error.to_string(),
///     r#"policy[0].paths[0]: "/public/:id" is the syntax of another router and would only match itself; write "/public/{id}""#,
/// );
/// assert_eq!(error.kind(), &PolicyListErrorKind::ForeignPathSyntax);
/// # Ok::<(), tower_cors::PolicyErrors>(())
/// ```
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

    /// The same error with the positions of entries in another list.
    pub(super) fn moved(self, position: impl Fn(usize) -> usize) -> Self {
        use PolicyListErrorKind as Kind;
        let kind = match self.kind {
            Kind::DuplicateName { earlier } => Kind::DuplicateName { earlier: position(earlier) },
            Kind::DeadScope { earlier } => Kind::DeadScope { earlier: position(earlier) },
            Kind::DifferentInScope { setting, earlier } => {
                Kind::DifferentInScope { setting, earlier: position(earlier) }
            }
            other => other,
        };
        Self { entry: self.entry.map(position), kind, ..self }
    }

    /// Returns the position of the entry that is wrong, counted from 0, or `None` for an error of
    /// the list as a whole.
    #[must_use]
    pub fn entry(&self) -> Option<usize> {
        self.entry
    }

    /// Returns the position of the entry's path that is wrong, counted from 0.
    #[must_use]
    pub fn path(&self) -> Option<usize> {
        self.path
    }

    /// Returns the offending path or name as it was given.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        self.value.as_deref()
    }

    /// Returns what is wrong, for a program to match on.
    #[must_use]
    pub fn kind(&self) -> &PolicyListErrorKind {
        &self.kind
    }

    /// Returns what to write instead of the value, where that is known.
    #[must_use]
    pub fn suggestion(&self) -> Option<&str> {
        self.suggestion.as_deref()
    }

    /// The key of the entry that is wrong, as in a policy file; empty for the entry as a whole.
    pub(crate) fn key(&self) -> Cow<'static, str> {
        use PolicyListErrorKind as Kind;
        match (&self.kind, self.path) {
            (_, Some(path)) => format!("paths[{path}]").into(),
            (Kind::EmptyPaths | Kind::DeadScope { .. }, _) => "paths".into(),
            (Kind::DuplicateName { .. }, _) => "name".into(),
            (Kind::OffNotAlone, _) => "off".into(),
            (Kind::EnforcementLeavesPathsOpen, _) => "enforce".into(),
            (Kind::HostsLeavePathsOpen, _) => "allow_hosts".into(),
            (Kind::DifferentInScope { setting, .. }, _) => setting.as_str().into(),
            _ => "".into(),
        }
    }

    /// Prints it, with or without its place.
    pub(crate) fn print(&self, place: Option<&str>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = Message {
            place,
            value: self.value(),
            reason: &self.kind.reason(),
            suggestion: Suggestion::of(self.suggestion(), Some(self.kind.advice())),
        };
        fmt::Display::fmt(&message, f)
    }
}

impl fmt::Display for PolicyListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entry = self.entry.map(|entry| format!("[{entry}]")).unwrap_or_default();
        let key = self.key();
        let dot = if key.is_empty() { "" } else { "." };
        self.print(Some(&format!("policy{entry}{dot}{key}")), f)
    }
}

impl Error for PolicyListError {}

/// What can be wrong with a list of policies.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PolicyListErrorKind {
    /// The list has no entries.
    Empty,
    /// Every entry is a shadow, so that no policy is in force.
    OnlyShadows,
    /// `paths` was given, but is empty.
    EmptyPaths,
    /// A path does not begin with `/`.
    RelativePath,
    /// A path has a query or a fragment.
    PathWithQuery,
    /// A path has a parameter in the syntax of another router: `/api/:id`, `/api/*`.
    ForeignPathSyntax,
    /// A path has a `.` or `..` segment, which browsers resolve before they send it.
    DotSegment,
    /// A path has characters that browsers send percent-encoded.
    UnencodedPath,
    /// A parameter has no name, or a brace has no partner.
    InvalidParameter,
    /// Two parameters stand in one segment of a path.
    TwoParameters,
    /// Something follows `{*rest}` in a path.
    RestNotLast,
    /// An earlier entry has the same name.
    #[non_exhaustive]
    DuplicateName {
        /// The earlier entry.
        earlier: usize,
    },
    /// An earlier scope covers every path of this one.
    #[non_exhaustive]
    DeadScope {
        /// The first entry of that scope.
        earlier: usize,
    },
    /// An entry that is off shares its scope with others.
    OffNotAlone,
    /// Two entries of one scope differ in a setting that applies to the scope as a whole.
    #[non_exhaustive]
    DifferentInScope {
        /// The setting.
        setting: Setting,
        /// The first entry of the scope.
        earlier: usize,
    },
    /// An entry enforces, but the list does not cover every path.
    EnforcementLeavesPathsOpen,
    /// An entry has `allow_hosts`, but the list does not cover every path.
    HostsLeavePathsOpen,
}

impl PolicyListErrorKind {
    fn reason(&self) -> Cow<'static, str> {
        match self {
            Self::Empty => "has no entries",
            Self::OnlyShadows => "has only shadow entries, so that no policy is in force",
            Self::EmptyPaths => "is empty, so the entry covers no path",
            Self::RelativePath => "does not begin with a slash",
            Self::PathWithQuery => "has a query or fragment, which is not part of a path",
            Self::ForeignPathSyntax => {
                "is the syntax of another router and would only match itself"
            }
            Self::DotSegment => "has a `.` or `..` segment, which browsers resolve before sending",
            Self::UnencodedPath => "has characters that browsers percent-encode",
            Self::InvalidParameter => "has a parameter without a name or an unmatched brace",
            Self::TwoParameters => "has two parameters in one segment",
            Self::RestNotLast => "has something after `{*…}`, which matches all that follows",
            Self::OffNotAlone => "shares its paths with other entries",
            Self::EnforcementLeavesPathsOpen => {
                "is set, but the list does not cover every path, so requests to other paths are \
                 not checked"
            }
            Self::HostsLeavePathsOpen => {
                "is set, but the list does not cover every path, so the hosts of requests to other \
                 paths are not checked"
            }
            Self::DuplicateName { earlier } => {
                return format!("is already the name of policy[{earlier}]").into();
            }
            Self::DeadScope { earlier } => {
                return format!("is never reached because policy[{earlier}] covers all its paths")
                    .into();
            }
            Self::DifferentInScope { earlier, .. } => {
                return format!("differs from policy[{earlier}], which has the same paths").into();
            }
        }
        .into()
    }

    fn advice(&self) -> &'static str {
        match self {
            Self::Empty => "add one",
            Self::OnlyShadows => "add an entry that is not a shadow",
            Self::EmptyPaths => "add paths, or leave them out to cover every path",
            Self::RelativePath => "begin with \"/\"",
            Self::PathWithQuery => "remove it",
            Self::ForeignPathSyntax | Self::InvalidParameter => {
                "write `{id}` for one segment and `{*rest}` for all that follows"
            }
            Self::TwoParameters => "use one parameter for the whole segment",
            Self::RestNotLast => "move it to the end",
            Self::DotSegment => "write the path without it",
            Self::UnencodedPath => "percent-encode them",
            Self::DuplicateName { .. } => "choose another name",
            Self::DeadScope { .. } => "put the narrower entry first, or give both the same paths",
            Self::OffNotAlone => "an entry that is off must be the only one with its paths",
            Self::DifferentInScope { .. } => "give both the same value",
            Self::EnforcementLeavesPathsOpen => {
                "end the list with an entry without paths (one that is off is enough)"
            }
            Self::HostsLeavePathsOpen => {
                "end the list with an entry without paths: one with the same allow_hosts, or one \
                 that is off if any host may reach those paths"
            }
        }
    }
}
