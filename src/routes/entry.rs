//! One entry of a list.

use crate::policy::Policy;

/// A policy with the paths it covers; or the exemption of some paths.
///
/// ```
/// use tower_cors::{Policy, routes::PolicyEntry};
///
/// let public = Policy::builder().allow_origin("*").build()?;
/// let public = PolicyEntry::new(public).named("public").paths(["/public/{*rest}", "/health"]);
/// let hooks = PolicyEntry::off().paths(["/hooks/{*rest}"]);
/// # Ok::<(), tower_cors::PolicyErrors>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "an entry does nothing until it is added to a list"]
pub struct PolicyEntry {
    /// `None`: off.
    pub(super) policy: Option<Policy>,
    pub(super) name: Option<String>,
    /// `None`: every path.
    pub(super) paths: Option<Vec<String>>,
}

impl PolicyEntry {
    /// An entry that covers every path with this policy.
    pub fn new(policy: Policy) -> Self {
        Self { policy: Some(policy), name: None, paths: None }
    }

    /// An entry whose paths are left wholly alone.
    pub fn off() -> Self {
        Self { policy: None, name: None, paths: None }
    }

    /// Names it, for [`PolicyList::get`](crate::PolicyList::get) and for logs. Names are unique in
    /// a list.
    pub fn named(self, name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// Covers these paths only. Called again, it adds to them.
    pub fn paths<I>(mut self, paths: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        self.paths.get_or_insert_default().extend(paths.into_iter().map(Into::into));
        self
    }
}
