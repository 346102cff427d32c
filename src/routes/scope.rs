//! Entries with the same paths.

use crate::{
    policy::{OriginMatch, Policy},
    select::Selection,
};
use http::request::Parts;
use std::sync::Arc;

#[derive(Clone)]
pub(super) struct Scope {
    /// As they were written; `None`: every path.
    pub(super) paths: Option<Vec<String>>,
    pub(super) policies: Policies,
}

#[derive(Clone)]
pub(super) enum Policies {
    Off {
        name: Option<Arc<str>>,
    },
    One(Named),
    /// The origin decides between them.
    Several(Vec<Named>),
}

#[derive(Clone)]
pub(super) struct Named {
    pub(super) name: Option<Arc<str>>,
    pub(super) policy: Policy,
}

impl Scope {
    pub(super) fn named(&self) -> &[Named] {
        match &self.policies {
            Policies::Off { .. } => &[],
            Policies::One(only) => std::slice::from_ref(only),
            Policies::Several(entries) => entries,
        }
    }

    pub(super) fn select<'a>(&self, parts: &'a Parts) -> Option<Selection<'a>> {
        match &self.policies {
            Policies::Off { .. } => None,
            Policies::One(only) => Some(only.select(parts)),
            Policies::Several(entries) => select_by_origin(entries, parts),
        }
    }
}

/// The first that allows the origin; if none does, the first of all, which says how to refuse.
fn select_by_origin<'a>(entries: &[Named], parts: &'a Parts) -> Option<Selection<'a>> {
    let mut first = None::<Selection<'a>>;
    for entry in entries {
        let mut selection = entry.select(parts);
        if selection.allows_origin() {
            return Some(selection);
        }
        match &mut first {
            Some(first) if matches!(selection.origin, Some(OriginMatch::Failed(_))) => {
                first.origin = selection.origin;
            }
            Some(_) => {}
            None => first = Some(selection),
        }
    }
    first
}

impl Named {
    fn select<'a>(&self, parts: &'a Parts) -> Selection<'a> {
        Selection::fixed(self.policy.clone(), parts).with_name(self.name.clone())
    }
}
