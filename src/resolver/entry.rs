//! What is remembered about one key.

use super::{error::LookupError, settings::Lifetimes};
use std::time::Duration;
use tokio::time::Instant;

/// What a request is told: a policy, none, or why that is not known.
pub(super) type Outcome<P> = Result<Option<P>, LookupError>;

#[derive(Clone, Debug)]
pub(super) struct Entry<P> {
    /// How often everything had been invalidated when this was written.
    epoch: u64,
    answer: Option<Answer<P>>,
    /// Why the last lookup has no answer, and when it ended.
    failure: Option<(LookupError, Instant)>,
}

#[derive(Clone, Debug)]
struct Answer<P> {
    policies: Option<P>,
    /// When the lookup started: the answer may be as old as that.
    asked: Instant,
}

/// What an entry says at some time.
#[derive(Clone, Debug)]
pub(super) enum State<P> {
    /// This answer, policy or none.
    Fresh(Option<P>),
    /// A lookup failed a moment ago, so there is no new one yet.
    Failed { error: LookupError, stale: Option<P> },
    /// It is time for a lookup.
    Due(Due<P>),
}

/// It is time for a lookup.
#[derive(Clone, Debug)]
pub(super) struct Due<P> {
    /// When the last lookup failed, if it did.
    pub(super) failed: Option<Instant>,
    /// A policy past its time to live that may be used while there is no newer answer.
    pub(super) stale: Option<P>,
}

impl<P> Due<P> {
    /// Nothing is known.
    pub(super) fn first() -> Self {
        Self { failed: None, stale: None }
    }
}

impl<P: Clone> Entry<P> {
    pub(super) fn answered(epoch: u64, policies: Option<P>, asked: Instant) -> Self {
        Self { epoch, answer: Some(Answer { policies, asked }), failure: None }
    }

    /// A key without an answer, to be looked up when a request comes.
    pub(super) fn unanswered(epoch: u64) -> Self {
        Self { epoch, answer: None, failure: None }
    }

    /// After a failed lookup. What `before` has answered stays, unless it was invalidated.
    pub(super) fn failed(
        epoch: u64,
        before: Option<&Self>,
        error: LookupError,
        now: Instant,
    ) -> Self {
        let valid = before.filter(|before| before.epoch == epoch);
        let answer = valid.and_then(|before| before.answer.clone());
        Self { epoch, answer, failure: Some((error, now)) }
    }

    pub(super) fn policies(&self) -> Option<&P> {
        self.answer.as_ref()?.policies.as_ref()
    }

    /// How long an entry without a policy is of use.
    pub(super) fn lifetime_without_policy(&self, lifetimes: &Lifetimes) -> Duration {
        if self.failure.is_some() { lifetimes.error } else { lifetimes.negative }
    }

    pub(super) fn state(&self, now: Instant, epoch: u64, lifetimes: &Lifetimes) -> State<P> {
        if self.epoch != epoch {
            return State::Due(Due::first());
        }
        if let Some(Answer { policies, asked }) = &self.answer {
            let lifetime = if policies.is_some() { lifetimes.positive } else { lifetimes.negative };
            if now < *asked + lifetime {
                return State::Fresh(policies.clone());
            }
        }
        let stale = self.stale(now, lifetimes);
        match &self.failure {
            Some((error, failed)) if now < *failed + lifetimes.error => {
                State::Failed { error: error.clone(), stale }
            }
            failure => {
                State::Due(Due { failed: failure.as_ref().map(|(_, failed)| *failed), stale })
            }
        }
    }

    /// A policy that may be used while there is no newer answer.
    pub(super) fn stale(&self, now: Instant, lifetimes: &Lifetimes) -> Option<P> {
        let answer = self.answer.as_ref()?;
        let usable = now < answer.asked + lifetimes.positive + lifetimes.stale;
        answer.policies.as_ref().filter(|_| usable).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFETIMES: Lifetimes = Lifetimes {
        positive: Duration::from_secs(10),
        negative: Duration::from_secs(5),
        error: Duration::from_secs(2),
        stale: Duration::from_secs(20),
    };

    fn shown(entry: &Entry<u8>, now: Instant, epoch: u64) -> String {
        match entry.state(now, epoch, &LIFETIMES) {
            State::Fresh(policies) => format!("fresh {policies:?}"),
            State::Failed { stale, .. } => format!("failed, stale {stale:?}"),
            State::Due(Due { failed, stale }) => {
                format!("due, failed {}, stale {stale:?}", failed.is_some())
            }
        }
    }

    #[test]
    fn states() {
        let start = Instant::now();
        let policy = Entry::answered(1, Some(7_u8), start);
        let none = Entry::<u8>::answered(1, None, start);
        let unanswered = Entry::<u8>::unanswered(1);
        let at = |seconds| start + Duration::from_secs(seconds);
        let failed = Entry::failed(1, Some(&policy), LookupError::Lost, at(11));
        let invalidated = Entry::failed(2, Some(&policy), LookupError::Lost, at(11));
        for (about, entry, second, epoch, expected) in [
            ("just answered", &policy, 0, 1, "fresh Some(7)"),
            ("within its time to live", &policy, 9, 1, "fresh Some(7)"),
            ("past it", &policy, 10, 1, "due, failed false, stale Some(7)"),
            ("just within the stale time", &policy, 29, 1, "due, failed false, stale Some(7)"),
            ("past that too", &policy, 30, 1, "due, failed false, stale None"),
            ("invalidated with everything", &policy, 0, 2, "due, failed false, stale None"),
            ("no policy", &none, 4, 1, "fresh None"),
            ("no policy, past its lifetime", &none, 5, 1, "due, failed false, stale None"),
            ("known only by its name", &unanswered, 0, 1, "due, failed false, stale None"),
            ("failed a moment ago", &failed, 12, 1, "failed, stale Some(7)"),
            ("failed some time ago", &failed, 13, 1, "due, failed true, stale Some(7)"),
            ("failed, past the stale time", &failed, 30, 1, "due, failed true, stale None"),
            ("failed after an invalidation", &invalidated, 12, 2, "failed, stale None"),
        ] {
            assert_eq!(shown(entry, at(second), epoch), expected, "{about}");
        }
    }
}
