//! The list.

use super::{
    index::PathIndex,
    scope::{Named, Policies, Scope},
};
use crate::{
    message::Quoted,
    observe::Explanation,
    policy::Policy,
    requested_path::requested_path,
    select::{SelectPolicy, Selection},
};
use http::request::Parts;
use std::{fmt, sync::Arc};

/// An ordered list of policies. The [module](crate::routes) says which of them governs a request.
///
/// A clone shares the list.
///
/// ```
/// use axum::{Router, routing::get};
/// use tower_cors::{CorsLayer, Policy, PolicyList, routes::PolicyEntry};
///
/// let public = Policy::builder().allow_origin("*").build()?;
/// let app = Policy::builder()
///     .allow_origin("https://app.example.com")
///     .allow_credentials(true)
///     .build()?;
/// let policies = PolicyList::builder()
///     .entry(PolicyEntry::new(public).named("public").paths(["/public/{*rest}"]))
///     .entry(PolicyEntry::new(app).named("app").paths(["/api/{*rest}"]))
///     .entry(PolicyEntry::off().paths(["/hooks/{*rest}"]))
///     .build()?;
///
/// // Around the whole router, so that one list governs all its paths.
/// let api: Router = Router::new()
///     .route("/api/items", get(|| async { "items" }))
///     .layer(CorsLayer::with_policies(policies));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Inside axum's `Router::nest`, which strips the prefix, paths are compared with the original one
/// if the feature "axum" is on. Without it, put the layer where paths are complete.
#[derive(Clone)]
pub struct PolicyList {
    routes: Arc<Routes>,
}

pub(super) struct Routes {
    pub(super) scopes: Vec<Scope>,
    /// Of positions in `scopes`.
    pub(super) index: PathIndex,
    pub(super) shadow: Option<PolicyList>,
}

impl PolicyList {
    pub(super) fn new(routes: Routes) -> Self {
        Self { routes: Arc::new(routes) }
    }

    /// Whether something else holds the list or one of its policies, such as a request.
    #[cfg(feature = "reload")]
    pub(crate) fn is_shared(&self) -> bool {
        let mut named = self.routes.scopes.iter().flat_map(Scope::named);
        Arc::strong_count(&self.routes) > 1
            || named.any(|entry| Arc::strong_count(&entry.policy.0) > 1)
    }

    /// Returns the policy of this name, for example for a layer on a single route.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Policy> {
        let mut named = self.routes.scopes.iter().flat_map(Scope::named);
        named.find(|entry| entry.name.as_deref() == Some(name)).map(|entry| &entry.policy)
    }

    /// Explains what the policy that governs a request decides, or returns `None` if no policy
    /// governs it.
    #[must_use]
    pub fn explain(&self, parts: &Parts) -> Option<Explanation> {
        self.select(parts).map(|selection| selection.evaluate().explain())
    }

    /// Returns the list of the entries that are [shadows](crate::routes::PolicyEntry::shadow), if
    /// there are any.
    #[must_use]
    pub fn shadow(&self) -> Option<&PolicyList> {
        self.routes.shadow.as_ref()
    }

    /// Name, paths and policy of each entry, in the order of the scopes.
    pub(crate) fn entries(
        &self,
    ) -> impl Iterator<Item = (Option<&str>, Option<&[String]>, Option<&Policy>)> {
        self.routes.scopes.iter().flat_map(|scope| {
            let paths = scope.paths.as_deref();
            let off = match &scope.policies {
                Policies::Off { name } => Some((name.as_deref(), paths, None)),
                _ => None,
            };
            let named = scope.named().iter();
            off.into_iter().chain(named.map(move |e| (e.name.as_deref(), paths, Some(&e.policy))))
        })
    }

    /// The scope of a path: the first that covers it.
    fn scope(&self, path: &str) -> Option<&Scope> {
        let Routes { scopes, index, .. } = &*self.routes;
        index.first(path).and_then(|first| scopes.get(first))
    }
}

impl SelectPolicy for PolicyList {
    fn select<'a>(&self, parts: &'a Parts) -> Option<Selection<'a>> {
        self.scope(requested_path(parts))?.select(parts)
    }

    fn memory_size(&self) -> usize {
        let named = self.routes.scopes.iter().flat_map(Scope::named);
        named.map(|entry| entry.policy.memory_size()).sum()
    }
}

/// One policy for every path.
impl From<Policy> for PolicyList {
    fn from(policy: Policy) -> Self {
        let policies = Policies::One(Named { name: None, policy });
        let mut index = PathIndex::new();
        index.insert_every_path(0);
        Self::new(Routes { scopes: vec![Scope { paths: None, policies }], index, shadow: None })
    }
}

/// A line for each entry: its name, its paths, and the settings that differ from their defaults.
///
/// ```
/// use tower_cors::{Policy, PolicyList, routes::PolicyEntry};
///
/// let app = Policy::builder().allow_origin("https://app.example.com").build()?;
/// let policies = PolicyList::builder()
///     .entry(PolicyEntry::off().paths(["/hooks/{*rest}"]))
///     .entry(PolicyEntry::new(app).named("app"))
///     .build()?;
/// assert_eq!(
///     policies.to_string(),
///     "policy for /hooks/{*rest}: off\n\
///      policy \"app\" for every path: allow_origin: https://app.example.com",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl fmt::Display for PolicyList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (name, paths, policy)) in self.entries().enumerate() {
            f.write_str(if i == 0 { "policy" } else { "\npolicy" })?;
            if let Some(name) = name {
                write!(f, " {}", Quoted(name))?;
            }
            match paths {
                Some(paths) => write!(f, " for {}: ", paths.join(", "))?,
                None => f.write_str(" for every path: ")?,
            }
            match policy {
                Some(policy) => write!(f, "{policy}")?,
                None => f.write_str("off")?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for PolicyList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.entries()).finish()
    }
}

#[cfg(test)]
mod tests {
    use crate::{Policy, PolicyList, routes::PolicyEntry, select::SelectPolicy};

    fn list() -> PolicyList {
        let policy = |origins: &[&str]| Policy::builder().allow_origin(origins).build().unwrap();
        PolicyList::builder()
            .entry(PolicyEntry::new(policy(&["https://a.example"])).named("a").paths(["/a"]))
            .entry(PolicyEntry::off().paths(["/off"]))
            .entry(PolicyEntry::new(policy(&["https://b.example", "https://c.example"])).named("b"))
            .build()
            .unwrap()
    }

    #[cfg(feature = "reload")]
    #[test]
    fn shared_while_something_holds_it_or_a_policy() {
        let list = list();
        assert!(!list.is_shared());
        let held = list.clone();
        assert!(list.is_shared());
        drop(held);
        assert!(!list.is_shared());
        for name in ["a", "b"] {
            let held = list.get(name).cloned();
            assert!(list.is_shared(), "{name}");
            drop(held);
            assert!(!list.is_shared(), "{name}");
        }
    }

    #[test]
    fn takes_the_memory_of_its_policies() {
        let list = list();
        let sizes = ["a", "b"].map(|name| list.get(name).map_or(0, Policy::memory_size));
        assert!(sizes[0] > 1000 && sizes[1] > sizes[0], "{sizes:?}");
        assert_eq!(SelectPolicy::memory_size(&list), sizes[0] + sizes[1]);
    }
}
