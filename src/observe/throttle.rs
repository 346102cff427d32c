//! Which refusals and failures are logged at WARN, so that a stranger cannot fill the log.
//!
//! 1. The first of a kind (one origin and one reason, say) is told, and after that at most one a
//!    minute, with the number of those in between.
//! 2. All kinds of one class together are told at most [`BURST`] times at once and every
//!    [`REFILL_SECONDS`] seconds after that. What exceeds this is counted, and the count is told
//!    once a minute.
//! 3. Memory is fixed, and nobody waits for a lock: there is none. Threads that meet at one kind
//!    may lose a count; nothing is told twice.
//! 4. In a flood of kinds that are not remembered, the clock is read for every second one only. So
//!    the first refusal after a flood may be counted where it could have been told.

use super::TARGET;
use crate::keyed::{Fold, Keyed};
use std::{
    hash::{BuildHasher, Hasher},
    num::NonZeroU64,
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
    /// Tell it, and that so many of its kind were suppressed since the last one, if any were.
    Tell {
        suppressed: Option<NonZeroU64>,
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
    clock: OnceLock<Clock>,
}

/// What differs between two processes.
struct Clock {
    key: Keyed,
    start: Instant,
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
    /// How many were suppressed since one was told in the upper half, since their number was told in
    /// the lower.
    suppressed: AtomicU64,
    /// The second in which the number was last told.
    told: AtomicU32,
}

impl Throttle {
    const fn new() -> Self {
        Self {
            groups: [const { [const { Slot::new() }; WAYS] }; GROUPS],
            allowances: [const { Allowance::new() }; 3],
            clock: OnceLock::new(),
        }
    }

    /// `kind` hashes what makes the kind.
    pub(super) fn ask(&self, class: Class, kind: impl FnOnce(&mut Fold)) -> Verdict {
        let clock = self.clock();
        self.ask_at(class, clock.hash(class, kind), || clock.second())
    }

    /// Counts a refusal if it is one to suppress, and does nothing else: [`ask`](Self::ask) says what
    /// is to be done with the others.
    pub(super) fn suppress(&self, class: Class, kind: impl FnOnce(&mut Fold)) -> bool {
        let clock = self.clock();
        self.suppress_at(class, clock.hash(class, kind), || clock.second())
    }

    fn clock(&self) -> &Clock {
        self.clock.get_or_init(|| Clock { key: Keyed::new(), start: Instant::now() })
    }

    fn suppress_at(&self, class: Class, key: u64, now: impl FnOnce() -> u32) -> bool {
        if self.is_flooded_by(class, key) {
            return true;
        }
        let now = now();
        let (group, allowance) = (self.group(key), &self.allowances[class as usize]);
        if let Some(slot) = group.iter().find(|slot| slot.is_of(key)) {
            let suppressed = !(slot.is_due(now) && allowance.is_left(now));
            if suppressed {
                slot.count();
            }
            return suppressed;
        }
        let free = allowance.is_left(now) && group.iter().any(|slot| slot.is_due(now));
        let suppressed = !(free || allowance.is_number_due(now));
        if suppressed {
            allowance.count_one();
        }
        suppressed
    }

    /// Counts a kind that is not remembered, if there are too many of those.
    fn is_flooded_by(&self, class: Class, key: u64) -> bool {
        let allowance = &self.allowances[class as usize];
        let flooded = allowance.is_flooded() && !self.group(key).iter().any(|slot| slot.is_of(key));
        if flooded {
            allowance.count_one();
        }
        flooded
    }

    fn ask_at(&self, class: Class, key: u64, now: impl FnOnce() -> u32) -> Verdict {
        if self.is_flooded_by(class, key) {
            return Verdict::Suppress;
        }
        let now = now();
        let (group, allowance) = (self.group(key), &self.allowances[class as usize]);
        if let Some(slot) = group.iter().find(|slot| slot.is_of(key)) {
            return slot.again(allowance, now);
        }
        // A slot that was not told for so long may as well be another kind's.
        let Some(slot) = group.iter().find(|slot| slot.is_due(now)) else {
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
        Verdict::Tell { suppressed: None }
    }

    fn group(&self, key: u64) -> &[Slot; WAYS] {
        #[expect(clippy::cast_possible_truncation, reason = "any bits of the hash will do")]
        &self.groups[key as usize % GROUPS]
    }
}

impl Clock {
    fn hash(&self, class: Class, kind: impl FnOnce(&mut Fold)) -> u64 {
        let mut hasher = self.key.build_hasher();
        kind(&mut hasher);
        hasher.write_usize(class as usize);
        hasher.finish().max(1)
    }

    /// The first second is one interval after zero, so that zero is long ago.
    fn second(&self) -> u32 {
        let seconds = u32::try_from(self.start.elapsed().as_secs()).unwrap_or(u32::MAX);
        #[cfg(test)]
        let seconds = seconds + SECONDS_LATER.get();
        seconds.saturating_add(INTERVAL_SECONDS)
    }
}

impl Slot {
    const fn new() -> Self {
        Self { key: AtomicU64::new(0), state: AtomicU64::new(0) }
    }

    fn is_of(&self, key: u64) -> bool {
        self.key.load(Relaxed) == key
    }

    /// Whether its kind may be told. One that is free is due as well.
    fn is_due(&self, now: u32) -> bool {
        let (told, _) = halves(self.state.load(Relaxed));
        is_interval_over(told, now)
    }

    fn count(&self) {
        let (_, suppressed) = halves(self.state.load(Relaxed));
        if suppressed < u32::MAX {
            self.state.fetch_add(1, Relaxed);
        }
    }

    fn again(&self, allowance: &Allowance, now: u32) -> Verdict {
        let state = self.state.load(Relaxed);
        let (told, suppressed) = halves(state);
        if is_interval_over(told, now)
            && allowance.take(now)
            && self.state.compare_exchange(state, joined(now, 0), Relaxed, Relaxed).is_ok()
        {
            return Verdict::Tell { suppressed: NonZeroU64::new(suppressed.into()) };
        }
        self.count();
        Verdict::Suppress
    }
}

impl Allowance {
    const fn new() -> Self {
        Self { spent: AtomicU64::new(0), suppressed: AtomicU64::new(0), told: AtomicU32::new(0) }
    }

    /// The state after one more is told; `None` if none may be.
    fn after_one_more(state: u64, now: u32) -> Option<u64> {
        let (filled, spent) = halves(state);
        let refills = now.saturating_sub(filled) / REFILL_SECONDS;
        let spent = spent.saturating_sub(refills);
        let filled = if spent == 0 { now } else { filled + refills * REFILL_SECONDS };
        (spent < BURST).then(|| joined(filled, spent + 1))
    }

    fn is_left(&self, now: u32) -> bool {
        Self::after_one_more(self.spent.load(Relaxed), now).is_some()
    }

    fn take(&self, now: u32) -> bool {
        let take = |state| Self::after_one_more(state, now);
        let taken = self.spent.fetch_update(Relaxed, Relaxed, take).is_ok();
        if taken {
            self.suppressed.fetch_and(joined(0, u32::MAX), Relaxed);
        }
        taken
    }

    fn count_one(&self) {
        self.suppressed.fetch_add(joined(1, 1), Relaxed);
    }

    /// Whether so many were suppressed in a row that this one may be, before the clock is read: to
    /// read it takes half of the time that a suppressed refusal does. The answer is `false` for every
    /// second one, so that the end of a flood is noticed.
    fn is_flooded(&self) -> bool {
        let (in_a_row, _) = halves(self.suppressed.load(Relaxed));
        in_a_row > BURST && in_a_row % 2 == 1
    }

    fn is_number_due(&self, now: u32) -> bool {
        is_interval_over(self.told.load(Relaxed), now)
    }

    fn suppress(&self, now: u32) -> Verdict {
        self.count_one();
        let told = self.told.load(Relaxed);
        if !is_interval_over(told, now)
            || self.told.compare_exchange(told, now, Relaxed, Relaxed).is_err()
        {
            return Verdict::Suppress;
        }
        let (_, suppressed) = halves(self.suppressed.swap(0, Relaxed));
        Verdict::TellNumber { suppressed: suppressed.into() }
    }
}

/// Logs how many were suppressed.
pub(super) fn tell_number(class: Class, suppressed: u64) {
    let class = class.name();
    tracing::warn!(
        target: TARGET, class, suppressed,
        "too many different CORS refusals or failures; the rest is logged at DEBUG only"
    );
}

fn is_interval_over(told: u32, now: u32) -> bool {
    now.saturating_sub(told) >= INTERVAL_SECONDS
}

fn joined(upper: u32, lower: u32) -> u64 {
    u64::from(upper) << 32 | u64::from(lower)
}

fn halves(joined: u64) -> (u32, u32) {
    #[expect(clippy::cast_possible_truncation, reason = "the lower half is meant")]
    ((joined >> 32) as u32, joined as u32)
}

#[cfg(test)]
thread_local! {
    /// By how much the time of a unit test is later than the clock says.
    pub(crate) static SECONDS_LATER: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    const START: u32 = INTERVAL_SECONDS;
    const TOLD: Verdict = Verdict::Tell { suppressed: None };

    fn told_after(suppressed: u64) -> Verdict {
        Verdict::Tell { suppressed: NonZeroU64::new(suppressed) }
    }

    #[test]
    fn one_kind_is_told_at_once_and_then_once_a_minute() {
        let throttle = Throttle::new();
        let ask = |second| throttle.ask_at(Class::Origin, 7, || START + second);
        assert_eq!(ask(0), TOLD);
        for second in 0..60 {
            assert_eq!(ask(second), Verdict::Suppress, "{second}");
        }
        assert_eq!(ask(60), told_after(60));
        assert_eq!(ask(61), Verdict::Suppress);
        assert_eq!(ask(3600), told_after(1));
    }

    #[test]
    fn a_number_that_cannot_grow_stays() {
        let throttle = Throttle::new();
        let ask = |second| throttle.ask_at(Class::Origin, 7, || START + second);
        assert_eq!(ask(0), TOLD);
        throttle.group(7)[0].state.store(joined(START, u32::MAX), Relaxed);
        assert_eq!(ask(1), Verdict::Suppress);
        assert_eq!(ask(60), told_after(u32::MAX.into()));
    }

    /// Five kinds, and room for four.
    #[test]
    fn a_kind_is_remembered_for_its_minute() {
        let throttle = Throttle::new();
        let keys = [1, 2, 3, 4, 5].map(|i| i * GROUPS as u64);
        let ask = |key, second| throttle.ask_at(Class::Origin, key, || START + second);
        for key in &keys[..WAYS] {
            assert_eq!(ask(*key, 0), TOLD, "{key}");
        }
        for second in [0, 59] {
            assert!(!matches!(ask(keys[WAYS], second), Verdict::Tell { .. }), "{second}");
            for key in &keys[..WAYS] {
                assert_eq!(ask(*key, second), Verdict::Suppress, "{key} {second}");
            }
        }
        assert_eq!(ask(keys[WAYS], 60), TOLD);
    }

    #[test]
    fn after_a_burst_one_more_is_told_every_five_seconds() {
        for (asked, told) in [
            (&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10][..], &[5, 10][..]),
            (&[4, 7, 9, 10, 14, 15], &[7, 10, 15]),
            (&[12, 12, 12, 14, 15], &[12, 12, 15]),
            (&[249, 249, 250], &[249, 249, 250]),
        ] {
            let (throttle, mut kinds) = (Throttle::new(), (0..).map(mixed));
            let mut is_told = |second| {
                let verdict =
                    throttle.ask_at(Class::Origin, kinds.next().unwrap(), || START + 7 + second);
                matches!(verdict, Verdict::Tell { .. })
            };
            for i in 0..BURST {
                assert!(is_told(0), "{i}");
            }
            assert!(!is_told(0));
            let seconds = asked.iter().copied().filter(|&second| is_told(second));
            assert_eq!(seconds.collect::<Vec<u32>>(), told, "{asked:?}");
        }
    }

    #[test]
    fn kinds_and_classes_are_told_apart() {
        let throttle = Throttle::new();
        for (class, key) in [(Class::Origin, 1), (Class::Origin, 2), (Class::Preflight, 3)] {
            let first = throttle.ask_at(class, key, || START);
            assert_eq!(first, TOLD, "{class:?} {key}");
        }
    }

    #[test]
    fn a_flood_of_kinds_tells_a_bounded_number_and_loses_none() {
        let throttle = Throttle::new();
        let (mut told, mut numbers, mut counted) = (0_u64, 0, 0);
        let mut count = |verdict| match verdict {
            Verdict::Tell { suppressed } => {
                told += 1;
                counted += suppressed.map_or(0, NonZeroU64::get);
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
                let kind = mixed(second * 1000 + i);
                count(throttle.ask_at(Class::Origin, kind, || START + second));
            }
        }
        // Long after, so that what was counted last is told too. The first may be counted only.
        for i in 0..BURST + 2 {
            count(throttle.ask_at(Class::Origin, mixed(1_000_000 + i), || START + 100_000));
        }
        assert!(told <= u64::from(BURST + 600 / REFILL_SECONDS + BURST), "{told} told");
        assert!((10..=12).contains(&numbers), "{numbers} numbers");
        let later = throttle.allowances[Class::Origin as usize].suppressed.load(Relaxed);
        let (_, later) = halves(later);
        assert!(later <= 1, "{later} not told");
        assert_eq!(told + counted + u64::from(later), 600_000 + u64::from(BURST) + 2);
        // A flood in one class leaves the others their own.
        let other = throttle.ask_at(Class::Preflight, 1, || START + 100_000);
        assert_eq!(other, TOLD);
    }

    #[test]
    fn a_flood_reads_the_clock_for_every_second_kind_and_its_end_is_noticed() {
        let (throttle, reads) = (Throttle::new(), Cell::new(0));
        let ask = |kind, second| {
            let read = || {
                reads.set(reads.get() + 1);
                START + second
            };
            throttle.ask_at(Class::Origin, kind, read)
        };
        for i in 0..10_000 {
            ask(mixed(i), 1);
        }
        assert!((5000..5200).contains(&reads.get()), "{} reads", reads.get());
        // The kinds that are remembered are not part of it.
        for second in [61, 3600] {
            assert!(matches!(ask(mixed(0), second), Verdict::Tell { .. }), "{second}");
        }
        for i in 0..1000 {
            ask(mixed(20_000 + i), 3601);
        }
        let first = ask(mixed(30_000), 7200);
        let second = ask(mixed(30_001), 7200);
        let third = ask(mixed(30_002), 7200);
        assert!([TOLD, Verdict::Suppress].contains(&first), "{first:?}");
        assert_eq!([second, third], [TOLD; 2]);
    }

    /// So that it may be asked first, and the verdict after it.
    #[test]
    fn what_is_suppressed_is_no_more_than_what_is_not_told() {
        let (asked, both) = (Throttle::new(), Throttle::new());
        for i in 0..200_000_u32 {
            // Kinds that come again and kinds that do not, some at a time and then none for a while.
            let kind = mixed(if i % 3 == 0 { i } else { i % 70 });
            let second = START + i / 500 + i / 20_000 * 100;
            let verdict = asked.ask_at(Class::Origin, kind, || second);
            let suppressed = both.suppress_at(Class::Origin, kind, || second);
            let other = if suppressed {
                Verdict::Suppress
            } else {
                both.ask_at(Class::Origin, kind, || second)
            };
            assert_eq!(other, verdict, "{i}");
        }
    }

    fn mixed(i: u32) -> u64 {
        u64::from(i + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(23)
    }
}
