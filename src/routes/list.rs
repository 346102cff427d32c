//! The list.

use super::{
    entry::PolicyEntry,
    error::{PolicyListError, PolicyListErrorKind as Kind, PolicyListErrors},
    path::{self, Paths},
    scope::{Named, Policies, Scope},
};
use crate::{
    observe::Explanation,
    policy::Policy,
    select::{SelectPolicy, Selection},
};
use http::request::Parts;
use std::{collections::HashMap, fmt, sync::Arc};

/// An ordered list of policies; see the [module](crate::routes) for which of them governs a
/// request.
///
/// A clone shares it.
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
/// // Around the whole router: a layer added by `Router::layer` runs after routing, on the same raw path.
/// let api: Router = Router::new()
///     .route("/api/items", get(|| async { "items" }))
///     .layer(CorsLayer::with_policies(policies));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Inside axum's `Router::nest`, which strips the prefix, paths are compared with the original one
/// if the feature "axum" is on. Without it, put the layer where paths are whole.
#[derive(Clone)]
pub struct PolicyList {
    scopes: Arc<[Scope]>,
}

impl PolicyList {
    /// A builder without entries.
    pub fn builder() -> PolicyListBuilder {
        PolicyListBuilder::default()
    }

    /// The policy of this name. So one file can serve layers on single routes.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Policy> {
        self.named().find(|entry| entry.name.as_deref() == Some(name)).map(|entry| &entry.policy)
    }

    /// Explains what the policy that governs a request says of it; `None` where none does.
    #[must_use]
    pub fn explain(&self, parts: &Parts) -> Option<Explanation> {
        self.select(parts).map(|selection| selection.evaluate().explain())
    }

    /// Name, paths and policy of each entry, in the order of the scopes.
    pub(crate) fn entries(
        &self,
    ) -> impl Iterator<Item = (Option<&str>, Option<&[String]>, Option<&Policy>)> {
        self.scopes.iter().flat_map(|scope| {
            let paths = scope.paths.as_ref().map(Paths::patterns);
            let off = matches!(scope.policies, Policies::Off).then_some((None, paths, None));
            let named = scope.named().iter();
            off.into_iter().chain(named.map(move |e| (e.name.as_deref(), paths, Some(&e.policy))))
        })
    }

    fn named(&self) -> impl Iterator<Item = &Named> {
        self.scopes.iter().flat_map(Scope::named)
    }
}

impl SelectPolicy for PolicyList {
    fn select<'a>(&self, parts: &'a Parts) -> Option<Selection<'a>> {
        let path = requested_path(parts);
        self.scopes.iter().find(|scope| scope.covers(path))?.select(parts)
    }

    fn memory_size(&self) -> usize {
        self.named().map(|entry| entry.policy.memory_size()).sum()
    }
}

/// The path that the client asked for: axum's `Router::nest` strips a prefix from the URI and keeps
/// the original one beside it.
fn requested_path(parts: &Parts) -> &str {
    #[cfg(feature = "axum")]
    if let Some(axum::extract::OriginalUri(uri)) = parts.extensions.get() {
        return uri.path();
    }
    parts.uri.path()
}

/// One policy for every path.
impl From<Policy> for PolicyList {
    fn from(policy: Policy) -> Self {
        let policies = Policies::One(Named { name: None, policy });
        Self { scopes: Arc::new([Scope { paths: None, policies }]) }
    }
}

impl fmt::Debug for PolicyList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.entries()).finish()
    }
}

/// Builds a [`PolicyList`].
#[derive(Clone, Debug, Default)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct PolicyListBuilder {
    entries: Vec<PolicyEntry>,
}

/// The entries of one scope while the list is checked.
struct Draft {
    /// Sorted, each once; `None`: every path.
    paths: Option<Vec<String>>,
    entries: Vec<usize>,
}

impl PolicyListBuilder {
    /// Adds an entry at the end.
    pub fn entry(mut self, entry: PolicyEntry) -> Self {
        self.entries.push(entry);
        self
    }

    /// Validates and compiles.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, together: see [`PolicyListErrorKind`](crate::routes::PolicyListErrorKind).
    pub fn build(self) -> Result<PolicyList, PolicyListErrors> {
        let mut errors = Vec::new();
        if self.entries.is_empty() {
            errors.push(PolicyListError::of_list(Kind::Empty));
        }
        self.check_names(&mut errors);
        self.check_paths(&mut errors);
        let drafts = self.drafts();
        self.check_scopes(&drafts, &mut errors);
        // What covers what is known only of paths that are valid.
        if errors.is_empty() {
            check_reachable(&drafts, &mut errors);
        }
        self.check_enforcement(&mut errors);
        errors.sort_by_key(|error| error.entry);
        PolicyListErrors::check(errors)?;
        Ok(PolicyList { scopes: drafts.into_iter().map(|draft| self.scope(draft)).collect() })
    }

    fn check_names(&self, errors: &mut Vec<PolicyListError>) {
        let mut seen = HashMap::new();
        for (i, entry) in self.entries.iter().enumerate() {
            let Some(name) = &entry.name else { continue };
            if let Some(&earlier) = seen.get(name) {
                let error = PolicyListError::of_entry(i, Kind::DuplicateName { earlier });
                errors.push(PolicyListError { value: Some(name.clone()), ..error });
            } else {
                seen.insert(name, i);
            }
        }
    }

    fn check_paths(&self, errors: &mut Vec<PolicyListError>) {
        for (i, entry) in self.entries.iter().enumerate() {
            let Some(paths) = &entry.paths else { continue };
            if paths.is_empty() {
                errors.push(PolicyListError::of_entry(i, Kind::EmptyPaths));
            }
            for (j, path) in paths.iter().enumerate() {
                if let Err((kind, suggestion)) = path::check(path) {
                    let error = PolicyListError::of_entry(i, kind);
                    let value = Some(path.clone());
                    errors.push(PolicyListError { path: Some(j), value, suggestion, ..error });
                }
            }
        }
    }

    /// The scopes, in the order of their first entries.
    fn drafts(&self) -> Vec<Draft> {
        let mut drafts = Vec::<Draft>::new();
        for (i, entry) in self.entries.iter().enumerate() {
            let paths = entry.paths.clone().map(|mut paths| {
                paths.sort_unstable();
                paths.dedup();
                paths
            });
            match drafts.iter_mut().find(|draft| draft.paths == paths) {
                Some(draft) => draft.entries.push(i),
                None => drafts.push(Draft { paths, entries: vec![i] }),
            }
        }
        drafts
    }

    fn check_scopes(&self, drafts: &[Draft], errors: &mut Vec<PolicyListError>) {
        for draft in drafts.iter().filter(|draft| draft.entries.len() > 1) {
            let off = draft.entries.iter().filter(|&&i| self.entries[i].policy.is_none());
            errors.extend(off.map(|&i| PolicyListError::of_entry(i, Kind::OffNotAlone)));
        }
    }

    fn check_enforcement(&self, errors: &mut Vec<PolicyListError>) {
        if self.entries.iter().any(|entry| entry.paths.is_none()) {
            return;
        }
        let enforces =
            |entry: &PolicyEntry| entry.policy.as_ref().is_some_and(|p| p.rules().enforce);
        if let Some(i) = self.entries.iter().position(enforces) {
            errors.push(PolicyListError::of_entry(i, Kind::EnforcementLeavesPathsOpen));
        }
    }

    fn scope(&self, draft: Draft) -> Scope {
        let mut named = draft.entries.iter().filter_map(|&i| {
            let PolicyEntry { name, policy, .. } = &self.entries[i];
            Some(Named { name: name.as_deref().map(Arc::from), policy: policy.clone()? })
        });
        let policies = match (named.next(), named.next()) {
            (None, _) => Policies::Off,
            (Some(only), None) => Policies::One(only),
            (Some(first), Some(second)) => {
                let dynamic = |entry: Named| Named { policy: entry.policy.into_dynamic(), ..entry };
                Policies::Several([first, second].into_iter().chain(named).map(dynamic).collect())
            }
        };
        Scope { paths: draft.paths.map(Paths::new), policies }
    }
}

/// Each scope must have a path that no earlier one covers.
fn check_reachable(drafts: &[Draft], errors: &mut Vec<PolicyListError>) {
    let paths = drafts.iter().map(|d| d.paths.clone().map(Paths::new)).collect::<Vec<_>>();
    for (later, draft) in drafts.iter().enumerate() {
        let covers =
            |earlier: &usize, path: &str| paths[*earlier].as_ref().is_none_or(|p| p.cover(path));
        let first_cover = |path: &str| (0..later).find(|earlier| covers(earlier, path));
        let covering = match &paths[later] {
            Some(paths) => {
                paths.samples().map(|path| first_cover(&path)).collect::<Option<Vec<_>>>()
            }
            None => {
                (0..later).find(|&earlier| paths[earlier].is_none()).map(|earlier| vec![earlier])
            }
        };
        if let Some(earlier) = covering.and_then(|covering| covering.into_iter().max()) {
            let earlier = drafts[earlier].entries[0];
            errors.push(PolicyListError::of_entry(draft.entries[0], Kind::DeadScope { earlier }));
        }
    }
}
