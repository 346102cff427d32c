//! Counters of decisions.

use super::metrics::{DECISIONS, PREFLIGHTS, SHADOW, count};
use crate::protocol::{Decision, RequestKind};
use metrics::{Key, Label};
use std::cell::RefCell;

/// What a counter of decisions is labelled by.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Counted<'a> {
    pub(super) layer: Option<&'a str>,
    pub(super) policy: Option<&'a str>,
    pub(super) kind: RequestKind,
    pub(super) outcome: &'static str,
    /// Empty if the request is not refused.
    pub(super) reason: &'static str,
    /// Whether it is a preflight that the layer answers itself.
    pub(super) answered: bool,
}

/// Counts a decision.
pub(super) fn decision(counted: Counted<'_>) {
    thread_local! {
        /// To build a key costs several allocations, and a service has few.
        static KEYS: RefCell<Vec<Keys>> = const { RefCell::new(Vec::new()) };
    }
    KEYS.with_borrow_mut(|known| {
        if let Some(keys) = known.iter().find(|keys| keys.are_of(counted)) {
            return keys.count();
        }
        let keys = Keys::new(counted);
        keys.count();
        // As many as are still found sooner than built. Policies may be many.
        if known.len() < 64 {
            known.push(keys);
        }
    });
}

struct Keys {
    layer: Option<Box<str>>,
    policy: Option<Box<str>>,
    kind: RequestKind,
    outcome: &'static str,
    reason: &'static str,
    decision: Key,
    answered: Option<Key>,
}

impl Keys {
    fn new(counted: Counted<'_>) -> Self {
        let Counted { layer, policy, kind, outcome, reason, answered } = counted;
        let by_whom = [("layer", layer), ("policy", policy)];
        let by_whom =
            by_whom.map(|(name, value)| Label::new(name, value.unwrap_or_default().to_owned()));
        let what = [("kind", kind_name(kind)), ("outcome", outcome), ("reason", reason)];
        let what = what.map(|(name, value)| Label::from_static_parts(name, value));
        let all = by_whom.iter().cloned().chain(what).collect::<Vec<_>>();
        Self {
            layer: layer.map(Into::into),
            policy: policy.map(Into::into),
            kind,
            outcome,
            reason,
            decision: Key::from_parts(DECISIONS, all),
            answered: answered.then(|| Key::from_parts(PREFLIGHTS, by_whom.to_vec())),
        }
    }

    fn are_of(&self, counted: Counted<'_>) -> bool {
        let Self { layer, policy, kind, outcome, reason, answered, .. } = self;
        counted
            == Counted {
                layer: layer.as_deref(),
                policy: policy.as_deref(),
                kind: *kind,
                outcome,
                reason,
                answered: answered.is_some(),
            }
    }

    fn count(&self) {
        count(&self.decision);
        if let Some(answered) = &self.answered {
            count(answered);
        }
    }
}

fn kind_name(kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::NotCors => "not_cors",
        RequestKind::Actual => "actual",
        RequestKind::Preflight => "preflight",
    }
}

pub(super) fn outcome(decision: &Decision) -> &'static str {
    match decision {
        Decision::NotCors => "not_cors",
        Decision::Granted => "granted",
        Decision::Refused(_) => "refused",
    }
}

/// Counts a request on which the live and the shadow policy differ.
pub(super) fn difference(layer: Option<&str>, live: &Decision, shadow: &Decision) {
    let layer = Label::new("layer", layer.unwrap_or_default().to_owned());
    let live = Label::from_static_parts("live", outcome(live));
    let shadow = Label::from_static_parts("shadow", outcome(shadow));
    count(&Key::from_parts(SHADOW, vec![layer, live, shadow]));
}
