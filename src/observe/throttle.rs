//! Which refusals and failures are logged at WARN, so that a stranger cannot fill the log.
//!
//! 1. The first of a kind (one origin and one reason, say) is told, and after that at most one a
//!    minute, with the number of those in between.
//! 2. All kinds of one class together are told at most [`BURST`] times at once and every
//!    [`REFILL_SECONDS`] seconds after that. What exceeds this is counted, and the count is told
//!    once a minute.
//! 3. Memory is fixed, and nobody waits for a lock: there is none. Threads that meet at one kind
//!    may lose a count; nothing is told twice.

use super::TARGET;
use crate::keyed::{Fold, Keyed};
use std::{
    hash::{BuildHasher, Hasher},
    sync::{
        OnceLock,
        atomic::{AtomicU32, AtomicU64, Ordering::Relaxed},
    },
    time::Instant,
};

/// How many lines of one class may come at once, and how often one more after that: some 17,000 a
/// day at most.
const BURST: u32 = 50;
const REFILL_SECONDS: u32 = 5;
/// How often one kind is told.
const INTERVAL_SECONDS: u32 = 60;
/// How many kinds are remembered; 16 bytes each.
const GROUPS: usize = 256;
const WAYS: usize = 4;

/// Kinds that share one allowance. So a flood of unknown origins does not hide that an allowed
/// origin asks for a header that is not listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// The origin is refused.
    Origin,
    /// The origin is allowed, what a preflight asks for is not.
    Preflight,
    /// A source of policies failed.
    #[cfg(feature = "source")]
    Source,
}

impl Class {
    /// How logs and guides name what is suppressed.
    fn name(self) -> &'static str {
        match self {
            Self::Origin => "origin refused",
            Self::Preflight => "preflight refused",
            #[cfg(feature = "source")]
            Self::Source => "policy unavailable",
        }
    }
}

/// What is to be done with one refusal or failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Tell it, and that so many of its kind were suppressed since the last one.
    Tell {
        suppressed: u64,
    },
    /// Tell only that so many of all kinds of its class were suppressed.
    TellNumber {
        suppressed: u64,
    },
    Suppress,
}

/// One for the process: two layers are told apart by what is hashed.
pub(super) static THROTTLE: Throttle = Throttle::new();

pub(super) struct Throttle {
    groups: [[Slot; WAYS]; GROUPS],
    allowances: [Allowance; 3],
    key_and_start: OnceLock<(Keyed, Instant)>,
}

/// One kind. Key 0 is free.
struct Slot {
    key: AtomicU64,
    /// The second it was last told in the upper half, how many were suppressed since in the lower.
    state: AtomicU64,
}

struct Allowance {
    /// The second of the last refill in the upper half, what is spent in the lower.
    spent: AtomicU64,
    suppressed: AtomicU64,
    /// The second in which the number was last told.
    told: AtomicU32,
}

impl Throttle {
    const fn new() -> Self {
        Self {
            groups: [const { [const { Slot::new() }; WAYS] }; GROUPS],
            allowances: [const { Allowance::new() }; 3],
            key_and_start: OnceLock::new(),
        }
    }

    /// `kind` hashes what makes the kind.
    pub(super) fn ask(&self, class: Class, kind: impl FnOnce(&mut Fold)) -> Verdict {
        let (key, start) = self.key_and_start.get_or_init(|| (Keyed::new(), Instant::now()));
        let mut hasher = key.build_hasher();
        kind(&mut hasher);
        hasher.write_usize(class as usize);
        // The first second is one interval after zero, so that zero is long ago.
        let now = u32::try_from(start.elapsed().as_secs()).unwrap_or(u32::MAX);
        self.ask_at(class, hasher.finish(), now.saturating_add(INTERVAL_SECONDS))
    }

    fn ask_at(&self, class: Class, key: u64, now: u32) -> Verdict {
        let key = key.max(1);
        let allowance = &self.allowances[class as usize];
        #[expect(clippy::cast_possible_truncation, reason = "any bits of the hash will do")]
        let group = &self.groups[key as usize % GROUPS];
        if let Some(slot) = group.iter().find(|slot| slot.key.load(Relaxed) == key) {
            return slot.again(allowance, now);
        }
        let Some(slot) = group.iter().find(|slot| slot.is_free(now)) else {
            return allowance.suppress(now);
        };
        if !allowance.take(now) {
            return allowance.suppress(now);
        }
        let old = slot.key.load(Relaxed);
        if slot.key.compare_exchange(old, key, Relaxed, Relaxed).is_err() {
            return allowance.suppress(now);
        }
        let (_, left) = halves(slot.state.swap(joined(now, 0), Relaxed));
        allowance.suppressed.fetch_add(left.into(), Relaxed);
        Verdict::Tell { suppressed: 0 }
    }
}

impl Slot {
    const fn new() -> Self {
        Self { key: AtomicU64::new(0), state: AtomicU64::new(0) }
    }

    /// Free, or not told for so long that its kind may as well begin anew.
    fn is_free(&self, now: u32) -> bool {
        let (told, _) = halves(self.state.load(Relaxed));
        now.saturating_sub(told) >= INTERVAL_SECONDS
    }

    fn again(&self, allowance: &Allowance, now: u32) -> Verdict {
        let state = self.state.load(Relaxed);
        let (told, suppressed) = halves(state);
        let due = now.saturating_sub(told) >= INTERVAL_SECONDS;
        if due
            && allowance.take(now)
            && self.state.compare_exchange(state, joined(now, 0), Relaxed, Relaxed).is_ok()
        {
            return Verdict::Tell { suppressed: suppressed.into() };
        }
        if suppressed < u32::MAX {
            self.state.fetch_add(1, Relaxed);
        }
        Verdict::Suppress
    }
}

impl Allowance {
    const fn new() -> Self {
        Self { spent: AtomicU64::new(0), suppressed: AtomicU64::new(0), told: AtomicU32::new(0) }
    }

    fn take(&self, now: u32) -> bool {
        let take = |state| {
            let (filled, spent) = halves(state);
            let refills = now.saturating_sub(filled) / REFILL_SECONDS;
            let spent = spent.saturating_sub(refills);
            let filled = if spent == 0 { now } else { filled + refills * REFILL_SECONDS };
            (spent < BURST).then(|| joined(filled, spent + 1))
        };
        self.spent.fetch_update(Relaxed, Relaxed, take).is_ok()
    }

    fn suppress(&self, now: u32) -> Verdict {
        self.suppressed.fetch_add(1, Relaxed);
        let told = self.told.load(Relaxed);
        if now.saturating_sub(told) < INTERVAL_SECONDS
            || self.told.compare_exchange(told, now, Relaxed, Relaxed).is_err()
        {
            return Verdict::Suppress;
        }
        Verdict::TellNumber { suppressed: self.suppressed.swap(0, Relaxed) }
    }
}

/// The field `suppressed` of one kind: it is left out where nothing was suppressed.
pub(super) fn not_zero(suppressed: u64) -> Option<u64> {
    Some(suppressed).filter(|&number| number > 0)
}

/// Logs how many were suppressed.
pub(super) fn tell_number(class: Class, suppressed: u64) {
    let class = class.name();
    tracing::warn!(
        target: TARGET, class, suppressed,
        "too many different CORS refusals or failures; the rest is logged at DEBUG only"
    );
}

fn joined(upper: u32, lower: u32) -> u64 {
    u64::from(upper) << 32 | u64::from(lower)
}

fn halves(joined: u64) -> (u32, u32) {
    #[expect(clippy::cast_possible_truncation, reason = "the lower half is meant")]
    ((joined >> 32) as u32, joined as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: u32 = INTERVAL_SECONDS;

    #[test]
    fn one_kind_is_told_at_once_and_then_once_a_minute() {
        let throttle = Throttle::new();
        let ask = |second| throttle.ask_at(Class::Origin, 7, START + second);
        assert_eq!(ask(0), Verdict::Tell { suppressed: 0 });
        for second in 0..60 {
            assert_eq!(ask(second), Verdict::Suppress, "{second}");
        }
        assert_eq!(ask(60), Verdict::Tell { suppressed: 60 });
        assert_eq!(ask(61), Verdict::Suppress);
        assert_eq!(ask(3600), Verdict::Tell { suppressed: 1 });
    }

    #[test]
    fn kinds_and_classes_are_told_apart() {
        let throttle = Throttle::new();
        for (class, key) in [(Class::Origin, 1), (Class::Origin, 2), (Class::Preflight, 3)] {
            let first = throttle.ask_at(class, key, START);
            assert_eq!(first, Verdict::Tell { suppressed: 0 }, "{class:?} {key}");
        }
    }

    #[test]
    fn a_flood_of_kinds_tells_a_bounded_number_and_loses_none() {
        let throttle = Throttle::new();
        let (mut told, mut numbers, mut counted) = (0_u64, 0, 0);
        let mut count = |verdict| match verdict {
            Verdict::Tell { suppressed } => {
                told += 1;
                counted += suppressed;
            }
            Verdict::TellNumber { suppressed } => {
                numbers += 1;
                counted += suppressed;
            }
            Verdict::Suppress => {}
        };
        // 10 minutes, 1,000 a second, each of a kind of its own.
        for second in 0..600_u32 {
            for i in 0..1000 {
                count(throttle.ask_at(Class::Origin, mixed(second * 1000 + i), START + second));
            }
        }
        // Long after, so that what was counted last is told too.
        for i in 0..=BURST {
            count(throttle.ask_at(Class::Origin, mixed(1_000_000 + i), START + 100_000));
        }
        assert!(told <= u64::from(BURST + 600 / REFILL_SECONDS + BURST), "{told} told");
        assert!((10..=12).contains(&numbers), "{numbers} numbers");
        assert_eq!(told + counted, 600_000 + u64::from(BURST) + 1);
        // A flood in one class leaves the others their own.
        let other = throttle.ask_at(Class::Preflight, 1, START + 100_000);
        assert_eq!(other, Verdict::Tell { suppressed: 0 });
    }

    fn mixed(i: u32) -> u64 {
        u64::from(i + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(23)
    }
}
