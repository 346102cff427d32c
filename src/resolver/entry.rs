//! What is remembered of one key.

use super::error::LookupError;
use std::time::Duration;
use tokio::time::Instant;

#[derive(Clone, Debug)]
pub(super) struct Entry<P> {
    /// How often everything had been invalidated when the last lookup began.
    pub(super) epoch: u64,
    /// The last answer, unless it was invalidated.
    pub(super) answer: Option<Answer<P>>,
    /// Why the last lookup has no answer, and when that was.
    pub(super) failure: Option<(LookupError, Instant)>,
    /// Whether the last answer was a policy, invalidated since or not.
    pub(super) known: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Answer<P> {
    pub(super) policies: Option<P>,
    /// When its lookup began: it may be as old as that.
    pub(super) asked: Instant,
}

/// How long what is remembered counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lifetimes {
    pub(super) positive: Duration,
    pub(super) negative: Duration,
    pub(super) error: Duration,
    pub(super) stale: Duration,
}

/// What an entry says now.
#[derive(Clone, Debug)]
pub(super) enum Verdict<P> {
    /// This answer, policy or none.
    Fresh(Option<P>),
    /// A policy past its time to live, which is in use while there is no newer answer.
    Stale(P),
    /// That there is none.
    Failed(LookupError),
    /// Nothing: look up.
    Nothing,
}

impl<P: Clone> Entry<P> {
    /// What the entry says without a lookup.
    pub(super) fn verdict(&self, now: Instant, epoch: u64, lifetimes: &Lifetimes) -> Verdict<P> {
        if self.epoch != epoch {
            return Verdict::Nothing;
        }
        if let Some(Answer { policies, asked }) = &self.answer {
            let lifetime = if policies.is_some() { lifetimes.positive } else { lifetimes.negative };
            if now < *asked + lifetime {
                return Verdict::Fresh(policies.clone());
            }
        }
        match &self.failure {
            Some((error, failed)) if now < *failed + lifetimes.error => {
                self.without_lookup(error.clone(), now, epoch, lifetimes)
            }
            _ => Verdict::Nothing,
        }
    }

    /// What it says where a lookup cannot be had.
    pub(super) fn without_lookup(
        &self,
        error: LookupError,
        now: Instant,
        epoch: u64,
        lifetimes: &Lifetimes,
    ) -> Verdict<P> {
        match &self.answer {
            Some(Answer { policies: Some(policies), asked })
                if self.epoch == epoch && now < *asked + lifetimes.positive + lifetimes.stale =>
            {
                Verdict::Stale(policies.clone())
            }
            _ => Verdict::Failed(error),
        }
    }

    /// What it says to those who waited for it, however short the lifetimes.
    pub(super) fn verdict_at_landing(&self, now: Instant, lifetimes: &Lifetimes) -> Verdict<P> {
        match (&self.failure, &self.answer) {
            (Some((error, _)), _) => self.without_lookup(error.clone(), now, self.epoch, lifetimes),
            (None, Some(answer)) => Verdict::Fresh(answer.policies.clone()),
            (None, None) => Verdict::Nothing,
        }
    }

    /// Whether a lookup is a renewal, of which there is but one per time to live.
    pub(super) fn is_renewal(&self) -> bool {
        self.known && self.failure.is_none()
    }
}
