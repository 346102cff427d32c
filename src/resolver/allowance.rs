//! Which lookups may be made.

use super::{bucket::TokenBucket, settings::Settings};
use tokio::time::Instant;

/// Who wants a lookup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caller {
    /// Not known to have a policy.
    Stranger,
    /// Known, and its last lookup did not fail: there is one such lookup per time to live.
    Known,
    /// Known, but its last lookup failed at this time.
    KnownAfterFailure(Instant),
}

/// Bounds the lookups.
///
/// 1. Strangers share a token bucket. A lookup that finds a policy gives its token back: made-up
///    keys are what the bucket is for. So after a start, when all keys are strangers, those that
///    have a policy get through as fast as the source answers.
/// 2. A known key needs no token.
/// 3. Known keys whose lookup failed share a bucket of their own, which no stranger can empty. It
///    keeps a failing source from being asked by all of them again and again. Once any lookup has
///    succeeded since, the source works, and they need no token either.
pub(super) struct Allowance {
    strangers: TokenBucket,
    retries: TokenBucket,
    succeeded: Option<Instant>,
}

/// A lookup that may be made.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Permit {
    /// Whether a token of the strangers' bucket was taken.
    paid: bool,
}

impl Allowance {
    pub(super) fn new(settings: &Settings, now: Instant) -> Self {
        let bucket = || TokenBucket::new(settings.lookup_rate, settings.lookup_burst, now);
        Self { strangers: bucket(), retries: bucket(), succeeded: None }
    }

    pub(super) fn permit(&mut self, caller: Caller, now: Instant) -> Option<Permit> {
        let works_since = |failed| self.succeeded.is_some_and(|succeeded| succeeded > failed);
        match caller {
            Caller::Stranger => self.strangers.take(now).then_some(Permit { paid: true }),
            Caller::Known => Some(Permit { paid: false }),
            Caller::KnownAfterFailure(failed) if works_since(failed) => {
                Some(Permit { paid: false })
            }
            Caller::KnownAfterFailure(_) => {
                self.retries.take(now).then_some(Permit { paid: false })
            }
        }
    }

    /// A lookup has succeeded.
    pub(super) fn succeeded(&mut self, permit: &mut Permit, found_a_policy: bool, now: Instant) {
        self.succeeded = Some(now);
        if found_a_policy && std::mem::take(&mut permit.paid) {
            self.strangers.give_back();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const SETTINGS: fn() -> Settings =
        || Settings { lookup_rate: 1, lookup_burst: 3, ..Settings::default() };

    fn permits(allowance: &mut Allowance, caller: Caller, now: Instant) -> usize {
        (0..100).filter(|_| allowance.permit(caller, now).is_some()).count()
    }

    #[test]
    fn strangers_cannot_empty_the_bucket_of_known_keys() {
        let start = Instant::now();
        let mut allowance = Allowance::new(&SETTINGS(), start);
        let now = start + Duration::from_secs(2);
        assert_eq!(permits(&mut allowance, Caller::Stranger, now), 3);
        assert_eq!(permits(&mut allowance, Caller::Known, now), 100);
        assert_eq!(permits(&mut allowance, Caller::KnownAfterFailure(start), now), 3);
        assert_eq!(permits(&mut allowance, Caller::Stranger, now), 0);
    }

    #[test]
    fn once_the_source_works_again_known_keys_need_no_token() {
        let start = Instant::now();
        let mut allowance = Allowance::new(&SETTINGS(), start);
        let failed = start + Duration::from_secs(1);
        allowance.succeeded(&mut Permit { paid: false }, false, start);
        assert_eq!(permits(&mut allowance, Caller::KnownAfterFailure(failed), failed), 3);
        let now = failed + Duration::from_millis(1);
        allowance.succeeded(&mut Permit { paid: false }, false, now);
        assert_eq!(permits(&mut allowance, Caller::KnownAfterFailure(failed), now), 100);
    }

    #[test]
    fn a_token_comes_back_if_there_is_a_policy_and_only_once() {
        let now = Instant::now();
        let mut allowance = Allowance::new(&SETTINGS(), now);
        let mut permit = allowance.permit(Caller::Stranger, now).expect("the bucket is full");
        assert_eq!(permits(&mut allowance, Caller::Stranger, now), 2);
        allowance.succeeded(&mut permit, false, now);
        assert_eq!(permits(&mut allowance, Caller::Stranger, now), 0, "there is no policy");
        allowance.succeeded(&mut permit, true, now);
        allowance.succeeded(&mut permit, true, now);
        assert_eq!(permits(&mut allowance, Caller::Stranger, now), 1);
    }
}
