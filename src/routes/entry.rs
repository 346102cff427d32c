//! One entry of a list.

use crate::policy::Policy;

/// A policy with the paths it covers, or paths that are exempt from all policies.
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
    pub(super) shadow: bool,
}

impl PolicyEntry {
    /// Creates an entry that covers every path with this policy.
    pub fn new(policy: Policy) -> Self {
        Self { policy: Some(policy), name: None, paths: None, shadow: false }
    }

    /// Creates an entry without a policy: requests to its paths and their responses are left
    /// unchanged.
    pub fn off() -> Self {
        Self { policy: None, name: None, paths: None, shadow: false }
    }

    /// Names the entry, for [`PolicyList::get`](crate::PolicyList::get) and for logs. Names are
    /// unique in a list. By default, an entry has no name.
    pub fn named(self, name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// Makes the entry a shadow: it governs nothing, and stands in a list of its own, which
    /// [`PolicyList::shadow`](crate::PolicyList::shadow) returns. A layer can evaluate that list
    /// beside the other entries and report what it would have changed.
    ///
    /// ```
    /// use tower_cors::{Policy, PolicyList, routes::PolicyEntry};
    ///
    /// let live = Policy::builder().allow_origin("https://*.example.com").build()?;
    /// let narrower = Policy::builder().allow_origin("https://app.example.com").build()?;
    /// let policies = PolicyList::builder()
    ///     .entry(PolicyEntry::new(live))
    ///     .entry(PolicyEntry::new(narrower).shadow())
    ///     .build()?;
    /// assert!(policies.shadow().is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn shadow(self) -> Self {
        Self { shadow: true, ..self }
    }

    /// Makes the entry cover only these paths. Calling it again adds paths. By default, an entry
    /// covers every path.
    ///
    /// The [module](crate::routes) describes their syntax.
    pub fn paths<I>(mut self, paths: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        self.paths.get_or_insert_default().extend(paths.into_iter().map(Into::into));
        self
    }
}
