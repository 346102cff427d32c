//! Entries with the same paths.

use super::path::Paths;
use crate::{
    policy::{OriginMatch, Policy},
    select::Selected,
};
use http::request::Parts;
use std::sync::Arc;

#[derive(Clone)]
pub(super) struct Scope {
    /// `None`: every path.
    pub(super) paths: Option<Paths>,
    pub(super) policies: Policies,
}

#[derive(Clone)]
pub(super) enum Policies {
    Off,
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
    pub(super) fn covers(&self, path: &str) -> bool {
        self.paths.as_ref().is_none_or(|paths| paths.cover(path))
    }

    pub(super) fn named(&self) -> &[Named] {
        match &self.policies {
            Policies::Off => &[],
            Policies::One(only) => std::slice::from_ref(only),
            Policies::Several(entries) => entries,
        }
    }

    pub(super) fn select(&self, parts: &Parts) -> Option<Selected<'_>> {
        match &self.policies {
            Policies::Off => None,
            Policies::One(only) => Some(only.selected()),
            Policies::Several(entries) => select_by_origin(entries, parts),
        }
    }
}

/// The first that allows the origin; if none does, the first of all, which says how to refuse.
fn select_by_origin<'a>(entries: &'a [Named], parts: &Parts) -> Option<Selected<'a>> {
    let mut refused = OriginMatch::Refused;
    for entry in entries {
        match entry.policy.match_origin(parts) {
            granted @ OriginMatch::Granted(_) => {
                return Some(entry.selected().with_origin(granted));
            }
            failed @ OriginMatch::Failed(_) => refused = failed,
            _ => {}
        }
    }
    entries.first().map(|first| first.selected().with_origin(refused))
}

impl Named {
    fn selected(&self) -> Selected<'_> {
        Selected::from(&self.policy).with_name(self.name.clone())
    }
}
