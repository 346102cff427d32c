//! Where answers are held.

use super::{
    entry::Entry,
    key::key_size,
    settings::{Lifetimes, Settings},
    sync::another_may_go_on,
};
use moka::{
    Expiry,
    sync::{Cache, CacheBuilder},
};
use std::{
    hash::Hash,
    sync::Arc,
    time::{Duration, Instant},
};

/// Two stores, so that a flood of made-up keys cannot evict the keys that have a policy.
///
/// A key is in one of them at most.
pub(super) struct Memory<K, P> {
    /// Keys whose last answer was a policy, invalidated since or not, and keys that the application
    /// has named.
    known: Store<K, P>,
    /// Keys without a policy, and keys whose first lookup failed. Each stays for its own lifetime.
    strangers: Store<K, P>,
    /// How many bytes a policy takes.
    policy_size: fn(&P) -> usize,
}

type Store<K, P> = Cache<K, Arc<Held<P>>>;

struct Held<P> {
    entry: Entry<P>,
    /// What it counts for the capacity.
    weight: u32,
}

/// What is remembered about a key.
pub(super) struct Remembered<P> {
    held: Arc<Held<P>>,
    pub(super) known: bool,
}

impl<P> Remembered<P> {
    pub(super) fn entry(&self) -> &Entry<P> {
        &self.held.entry
    }
}

/// What an entry takes besides its key and its policy, roughly.
const OVERHEAD: usize = 256;

impl<K, P> Memory<K, P>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    P: Clone + Send + Sync + 'static,
{
    pub(super) fn new(settings: &Settings, policy_size: fn(&P) -> usize) -> Self {
        // An eighth for strangers, whose entries have no policy.
        let of_strangers = (settings.max_memory / 8).max(1);
        let of_known = (settings.max_memory - settings.max_memory / 8).max(1);
        let lifetimes = settings.lifetimes;
        Self {
            known: bounded(of_known, settings.capacity).build(),
            strangers: bounded(of_strangers, settings.capacity)
                .expire_after(OwnLifetime(lifetimes))
                .build(),
            policy_size,
        }
    }

    pub(super) fn get(&self, key: &K) -> Option<Remembered<P>> {
        another_may_go_on();
        let known = self.known.get(key).map(|held| Remembered { held, known: true });
        another_may_go_on();
        known.or_else(|| self.strangers.get(key).map(|held| Remembered { held, known: false }))
    }

    /// Remembers a key as known.
    pub(super) fn put_known(&self, key: K, entry: Entry<P>) {
        self.forget_stranger(&key);
        let size = entry.policies().map_or(0, self.policy_size);
        let held = held(&key, entry, size);
        another_may_go_on();
        self.known.insert(key, held);
    }

    /// Remembers a key as a stranger.
    pub(super) fn put_stranger(&self, key: K, entry: Entry<P>) {
        another_may_go_on();
        self.known.invalidate(&key);
        let held = held(&key, entry, 0);
        another_may_go_on();
        self.strangers.insert(key, held);
    }

    pub(super) fn forget_stranger(&self, key: &K) {
        another_may_go_on();
        self.strangers.invalidate(key);
    }

    /// How many keys are held as known, and as strangers. The numbers may lag a little.
    pub(super) fn lengths(&self) -> (u64, u64) {
        (self.known.entry_count(), self.strangers.entry_count())
    }
}

fn held<K: Hash, P>(key: &K, entry: Entry<P>, size: usize) -> Arc<Held<P>> {
    let bytes = OVERHEAD
        .saturating_add(size_of::<K>() + size_of::<P>())
        .saturating_add(key_size(key))
        .saturating_add(size);
    Arc::new(Held { entry, weight: u32::try_from(bytes).unwrap_or(u32::MAX) })
}

/// Bounded in bytes and in entries: an entry counts as its bytes, but at least as the share that one
/// of so many entries has.
fn bounded<K, P>(bytes: u64, entries: u64) -> CacheBuilder<K, Arc<Held<P>>, Store<K, P>>
where
    K: Eq + Hash + Send + Sync + 'static,
    P: Send + Sync + 'static,
{
    let share = u32::try_from(bytes / entries.max(1)).unwrap_or(u32::MAX);
    Cache::builder()
        .max_capacity(bytes)
        .weigher(move |_, held: &Arc<Held<P>>| held.weight.max(share))
}

/// Drops an entry when its own lifetime ends.
struct OwnLifetime(Lifetimes);

impl<K, P: Clone> Expiry<K, Arc<Held<P>>> for OwnLifetime {
    fn expire_after_create(&self, _: &K, held: &Arc<Held<P>>, _: Instant) -> Option<Duration> {
        Some(held.entry.lifetime_without_policy(&self.0))
    }

    fn expire_after_update(
        &self,
        _: &K,
        held: &Arc<Held<P>>,
        _: Instant,
        _: Option<Duration>,
    ) -> Option<Duration> {
        Some(held.entry.lifetime_without_policy(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resolver::error::LookupError;
    use std::thread::sleep;
    use tokio::time::Instant;

    fn memory(settings: Settings) -> Memory<String, u8> {
        Memory::new(&settings, |_| 0)
    }

    fn settle(memory: &Memory<String, u8>) -> (u64, u64) {
        memory.known.run_pending_tasks();
        memory.strangers.run_pending_tasks();
        memory.lengths()
    }

    fn policy() -> Entry<u8> {
        Entry::answered(0, Some(1), Instant::now())
    }

    fn no_policy() -> Entry<u8> {
        Entry::answered(0, None, Instant::now())
    }

    #[test]
    fn a_flood_of_strangers_evicts_no_known_key() {
        let memory = memory(Settings { capacity: 1000, ..Settings::default() });
        for n in 0..900 {
            memory.put_known(format!("known{n}"), policy());
        }
        for n in 0..20_000 {
            memory.put_stranger(format!("x{n}"), no_policy());
        }
        let (known, strangers) = settle(&memory);
        assert_eq!(known, 900);
        assert!(strangers <= 1000, "{strangers}");
        let missing = (0..900).filter(|n| memory.get(&format!("known{n}")).is_none()).count();
        assert_eq!(missing, 0);
    }

    #[test]
    fn a_key_is_in_one_store_only() {
        let memory = memory(Settings::default());
        let key = || "a".to_owned();
        let is_known = || memory.get(&key()).map(|remembered| remembered.known);
        assert_eq!(is_known(), None);
        memory.put_stranger(key(), no_policy());
        assert_eq!((is_known(), settle(&memory)), (Some(false), (0, 1)));
        memory.put_known(key(), policy());
        assert_eq!((is_known(), settle(&memory)), (Some(true), (1, 0)));
        memory.put_stranger(key(), no_policy());
        assert_eq!((is_known(), settle(&memory)), (Some(false), (0, 1)));
        memory.forget_stranger(&key());
        assert_eq!((is_known(), settle(&memory)), (None, (0, 0)));
    }

    #[test]
    fn memory_is_bounded_in_bytes() {
        let mib = 1024 * 1024;
        let settings = Settings { max_memory: 8 * mib, ..Settings::default() };
        let memory = Memory::new(&settings, |_: &u8| 100 * 1024);
        for n in 0..2000 {
            // After a failed lookup the policy is held as before.
            let failed = Entry::failed(0, Some(&policy()), LookupError::Lost, Instant::now());
            let entry = if n % 2 == 0 { policy() } else { failed };
            memory.put_known(format!("large{n}"), entry);
            memory.put_stranger(format!("{n}{}", "x".repeat(10_000)), no_policy());
        }
        let (known, strangers) = settle(&memory);
        assert!((50..=7 * 1024 / 100).contains(&known), "{known}");
        assert!((80..=1024 / 10 + 2).contains(&strangers), "{strangers}");
        assert!(memory.known.weighted_size() <= 7 * mib);
        assert!(memory.strangers.weighted_size() <= mib);
    }

    #[test]
    fn an_entry_weighs_what_is_held_for_it() {
        let entry = Entry::<[u8; 40]>::unanswered(0);
        let numbers = 8 + 40 + 8;
        assert_eq!(held(&7_u64, entry, 1000).weight as usize, OVERHEAD + numbers + 1000);
    }

    /// moka's clock is the real one.
    #[test]
    fn strangers_are_held_for_their_own_lifetime_only() {
        let lifetimes = Lifetimes {
            positive: Duration::from_secs(3600),
            negative: Duration::from_millis(30),
            error: Duration::from_millis(30),
            stale: Duration::from_secs(3600),
        };
        let memory = memory(Settings { lifetimes, ..Settings::default() });
        for n in 0..100 {
            let failed = || Entry::failed(0, None, LookupError::Lost, Instant::now());
            memory.put_stranger(format!("none{n}"), failed());
            memory.put_stranger(format!("none{n}"), no_policy());
            memory.put_stranger(format!("failed{n}"), failed());
            memory.put_known(format!("known{n}"), policy());
        }
        assert_eq!(settle(&memory), (100, 200));
        sleep(Duration::from_millis(60));
        // The timer wheel of moka ticks once in about a second: what it has not removed yet is not
        // found all the same.
        assert!(memory.get(&"none0".to_owned()).is_none());
        assert!(memory.get(&"failed0".to_owned()).is_none());
        assert!(memory.get(&"known0".to_owned()).is_some());
        sleep(Duration::from_millis(1200));
        assert_eq!(settle(&memory), (100, 0));
    }
}
