//! From entries to a list: what is checked, and how scopes are formed.

use super::{
    entry::PolicyEntry,
    error::{PolicyListError, PolicyListErrorKind as Kind, PolicyListErrors},
    index::PathIndex,
    list::{PolicyList, Routes},
    path,
    pattern::Pattern,
    scope::{Named, Policies, Scope},
};
use crate::policy::{Policy, Rules, Setting};
use std::{collections::HashMap, sync::Arc};

impl PolicyList {
    /// Returns a builder without entries.
    pub fn builder() -> PolicyListBuilder {
        PolicyListBuilder::default()
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
    /// Sorted, without duplicates; `None`: every path.
    paths: Option<Vec<String>>,
    patterns: Vec<Pattern>,
    entries: Vec<usize>,
}

impl PolicyListBuilder {
    /// Adds an entry at the end.
    ///
    /// ```
    /// use tower_cors::{Policy, PolicyList, routes::PolicyEntry};
    ///
    /// let public = Policy::builder().allow_origin("*").build()?;
    /// let policies = PolicyList::builder()
    ///     .entry(PolicyEntry::new(public).paths(["/public/{*rest}"]))
    ///     .entry(PolicyEntry::off())
    ///     .build()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn entry(mut self, entry: PolicyEntry) -> Self {
        self.entries.push(entry);
        self
    }

    /// Validates the entries and compiles the list.
    ///
    /// # Errors
    ///
    /// All errors at once, in the order of the entries;
    /// [`PolicyListErrorKind`](crate::routes::PolicyListErrorKind) names them.
    pub fn build(self) -> Result<PolicyList, PolicyListErrors> {
        let numbered = self.entries.into_iter().enumerate();
        let (shadow, live): (Vec<_>, Vec<_>) = numbered.partition(|(_, entry)| entry.shadow);
        let mut errors = Vec::new();
        if live.is_empty() {
            let kind = if shadow.is_empty() { Kind::Empty } else { Kind::OnlyShadows };
            errors.push(PolicyListError::of_list(kind));
        }
        let shadow = (!shadow.is_empty()).then(|| Self::build_part(shadow, None, &mut errors));
        let list = Self::build_part(live, shadow.flatten(), &mut errors);
        errors.sort_by_key(|error| error.entry);
        match list {
            Some(list) if errors.is_empty() => Ok(list),
            _ => Err(PolicyListErrors::check(errors)
                .err()
                .unwrap_or_else(|| PolicyListErrors::from(PolicyListError::of_list(Kind::Empty)))),
        }
    }

    /// Builds a list of some of the entries, which have these positions among all.
    fn build_part(
        entries: Vec<(usize, PolicyEntry)>,
        shadow: Option<PolicyList>,
        all_errors: &mut Vec<PolicyListError>,
    ) -> Option<PolicyList> {
        let (positions, entries): (Vec<_>, Vec<_>) = entries.into_iter().unzip();
        let part = Self { entries };
        let mut errors = Vec::new();
        part.check_names(&mut errors);
        part.check_paths(&mut errors);
        let drafts = part.drafts();
        let index = index(&drafts);
        part.check_scopes(&drafts, &mut errors);
        check_reachable(&drafts, &index, &mut errors);
        part.check_open_paths(&mut errors);
        if !errors.is_empty() {
            let of_all = |i: usize| positions.get(i).copied().unwrap_or(i);
            all_errors.extend(errors.into_iter().map(|error| error.moved(of_all)));
            return None;
        }
        let scopes = drafts.into_iter().map(|draft| part.scope(draft)).collect();
        Some(PolicyList::new(Routes { scopes, index, shadow }))
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
        let mut by_paths = HashMap::new();
        for (i, entry) in self.entries.iter().enumerate() {
            let paths = entry.paths.clone().map(|mut paths| {
                paths.sort_unstable();
                paths.dedup();
                paths
            });
            let at = *by_paths.entry(paths.clone()).or_insert(drafts.len());
            if at == drafts.len() {
                drafts.push(Draft::new(paths));
            }
            drafts[at].entries.push(i);
        }
        drafts
    }

    fn check_scopes(&self, drafts: &[Draft], errors: &mut Vec<PolicyListError>) {
        for draft in drafts.iter().filter(|draft| draft.entries.len() > 1) {
            let mut first = None::<(usize, &Policy)>;
            for &i in &draft.entries {
                let Some(policy) = &self.entries[i].policy else {
                    errors.push(PolicyListError::of_entry(i, Kind::OffNotAlone));
                    continue;
                };
                let (earlier, first) = *first.get_or_insert((i, policy));
                for setting in different_settings(first, policy) {
                    let kind = Kind::DifferentInScope { setting, earlier };
                    errors.push(PolicyListError::of_entry(i, kind));
                }
            }
        }
    }

    /// What is checked on some paths only must say so for the others: a request could reach the same
    /// handler by a path that no entry covers.
    fn check_open_paths(&self, errors: &mut Vec<PolicyListError>) {
        if self.entries.iter().any(|entry| entry.paths.is_none()) {
            return;
        }
        let first = |checks: fn(&Rules) -> bool| {
            let checks = |policy: &Policy| checks(policy.rules());
            self.entries.iter().position(|entry| entry.policy.as_ref().is_some_and(checks))
        };
        let enforcing = first(|rules| rules.enforce).map(|i| (i, Kind::EnforcementLeavesPathsOpen));
        let checking = first(|rules| rules.hosts.is_some()).map(|i| (i, Kind::HostsLeavePathsOpen));
        let open = enforcing.into_iter().chain(checking);
        errors.extend(open.map(|(i, kind)| PolicyListError::of_entry(i, kind)));
    }

    fn scope(&self, draft: Draft) -> Scope {
        let mut named = draft.entries.iter().filter_map(|&i| {
            let policy = self.entries[i].policy.clone()?;
            Some(Named { name: self.name(Some(&i)), policy })
        });
        let policies = match (named.next(), named.next()) {
            (None, _) => Policies::Off { name: self.name(draft.entries.first()) },
            (Some(only), None) => Policies::One(only),
            (Some(first), Some(second)) => {
                Policies::Several(several([first, second].into_iter().chain(named).collect()))
            }
        };
        Scope { paths: draft.paths, policies }
    }

    fn name(&self, entry: Option<&usize>) -> Option<Arc<str>> {
        self.entries[*entry?].name.as_deref().map(Arc::from)
    }
}

/// Entries between which the origin decides. The answer of each depends on the origin, and on what
/// the predicates of the others read.
fn several(entries: Vec<Named>) -> Vec<Named> {
    let reads = entries.iter().flat_map(|entry| entry.policy.rules().reads.iter().cloned());
    let reads = reads.collect::<Vec<_>>();
    let dynamic = |entry: Named| Named {
        policy: entry.policy.into_dynamic().reading(reads.iter().cloned()),
        ..entry
    };
    entries.into_iter().map(dynamic).collect()
}

impl Draft {
    fn new(paths: Option<Vec<String>>) -> Self {
        let valid = paths.iter().flatten().filter(|path| path::check(path).is_ok());
        let patterns = valid.filter_map(|path| Pattern::parse(path).ok()).collect();
        Self { paths, patterns, entries: Vec::new() }
    }
}

/// The settings that decide before a policy's origins do, so that the policies of one scope must
/// agree on them.
fn different_settings(one: &Policy, other: &Policy) -> impl Iterator<Item = Setting> {
    let (one, other) = (one.rules(), other.rules());
    let enforce = (one.enforce != other.enforce).then_some(Setting::Enforce);
    let hosts = (one.hosts != other.hosts).then_some(Setting::AllowHosts);
    enforce.into_iter().chain(hosts)
}

fn index(drafts: &[Draft]) -> PathIndex {
    let mut index = PathIndex::new();
    for (draft, scope) in drafts.iter().zip(0..) {
        if draft.paths.is_none() {
            index.insert_every_path(scope);
        }
        for pattern in &draft.patterns {
            index.insert(pattern, scope);
        }
    }
    index
}

/// Each scope must have a path that no earlier one covers.
fn check_reachable(drafts: &[Draft], index: &PathIndex, errors: &mut Vec<PolicyListError>) {
    let mut every_path = None;
    for (later, draft) in drafts.iter().enumerate() {
        let covered_by = match &draft.paths {
            None => every_path.replace(later),
            // Of an entry with an invalid path it is not known what it was to cover.
            Some(paths) if draft.patterns.len() < paths.len() => None,
            Some(_) => {
                let samples = draft.patterns.iter().flat_map(Pattern::samples);
                let first = samples.map(|sample| index.first(&sample)).max().flatten();
                first.filter(|&first| first < later)
            }
        };
        if let Some(earlier) = covered_by {
            let earlier = drafts[earlier].entries[0];
            errors.push(PolicyListError::of_entry(draft.entries[0], Kind::DeadScope { earlier }));
        }
    }
}
