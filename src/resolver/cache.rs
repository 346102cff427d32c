//! What is remembered, and what is being looked up.

use super::{
    allowance::{Allowance, Caller},
    entry::{Due, Entry, Outcome, State},
    error::LookupError,
    flight::{Announcer, Flight, Landing, Waiter},
    memory::{Memory, Remembered},
    settings::Settings,
    stats::{Counters, ResolverStats},
    sync::{AtomicU64, Mutex, MutexGuard},
};
use crate::source::NoRuntime;
use std::{
    collections::HashMap,
    hash::Hash,
    sync::{PoisonError, atomic::Ordering},
};
use tokio::{runtime::Handle, time::Instant};

pub(super) struct Cache<K, P> {
    pub(super) settings: Settings,
    pub(super) counters: Counters,
    memory: Memory<K, P>,
    /// Frees a key from the memory of its request.
    detach: fn(&K) -> K,
    /// How often everything was invalidated. Answers from before do not count.
    epoch: AtomicU64,
    /// How often anything was invalidated.
    invalidations: AtomicU64,
    /// The memory is only changed under this lock. So if a lookup ends and its key is invalidated
    /// at the same time, one of them sees the other.
    lookups: Mutex<Lookups<K, P>>,
}

struct Lookups<K, P> {
    flights: HashMap<K, Flight<P>>,
    allowance: Allowance,
}

/// What a request has to do for its answer.
pub(super) enum Ask<K, P> {
    /// Nothing.
    Answered(Outcome<P>),
    /// Wait for a lookup in progress.
    Wait(Waiter<P>),
    /// Start a lookup, then wait for it, or use the stale policy at once.
    Start { lookup: Start<K, P>, meanwhile: Result<P, Waiter<P>> },
}

/// A lookup to start.
pub(super) struct Start<K, P> {
    pub(super) runtime: Handle,
    pub(super) key: K,
    pub(super) announcer: Announcer<P>,
}

impl<K, P> Cache<K, P>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    P: Clone + Send + Sync + 'static,
{
    pub(super) fn new(
        settings: Settings,
        detach: fn(&K) -> K,
        policy_size: fn(&P) -> usize,
    ) -> Self {
        let allowance = Allowance::new(&settings, Instant::now());
        Self {
            settings,
            counters: Counters::default(),
            memory: Memory::new(&settings, policy_size),
            detach,
            epoch: AtomicU64::new(0),
            invalidations: AtomicU64::new(0),
            lookups: Mutex::new(Lookups { flights: HashMap::new(), allowance }),
        }
    }

    /// What is remembered, if that is enough; else what to wait for.
    pub(super) fn ask(&self, key: &K) -> Ask<K, P> {
        let now = Instant::now();
        if let (_, Ok(outcome)) = self.recall(key, now) {
            return Ask::Answered(outcome);
        }
        let mut lookups = self.lock();
        // A lookup may have ended before the lock was there.
        let (known, due) = match self.recall(key, now) {
            (_, Ok(outcome)) => return Ask::Answered(outcome),
            (known, Err(due)) => (known, due),
        };
        // While a source that has failed is asked again, nobody waits who has a stale policy.
        let at_once = due.stale.clone().filter(|_| due.failed.is_some());
        if let Some(flight) = lookups.flights.get(key) {
            return match at_once {
                Some(policies) => {
                    self.counters.stale.add();
                    Ask::Answered(Ok(Some(policies)))
                }
                None => Ask::Wait(flight.waiter()),
            };
        }
        let Ok(runtime) = Handle::try_current() else {
            let error = LookupError::NoRuntime(NoRuntime);
            return Ask::Answered(self.without_lookup(error, due.stale));
        };
        let caller = match due.failed {
            _ if !known => Caller::Stranger,
            None => Caller::Known,
            Some(failed) => Caller::KnownAfterFailure(failed),
        };
        let Some(permit) = lookups.allowance.permit(caller, now) else {
            self.counters.rate_limited.add();
            return Ask::Answered(self.without_lookup(LookupError::RateLimited, due.stale));
        };
        let (flight, announcer) = Flight::new(permit);
        let meanwhile = at_once.ok_or_else(|| flight.waiter());
        if meanwhile.is_ok() {
            self.counters.stale.add();
        }
        let key = (self.detach)(key);
        lookups.flights.insert(key.clone(), flight);
        Ask::Start { lookup: Start { runtime, key, announcer }, meanwhile }
    }

    /// Whether the key is known, and its answer without a lookup, if there is one.
    fn recall(&self, key: &K, now: Instant) -> (bool, Result<Outcome<P>, Due<P>>) {
        let Some(remembered) = self.memory.get(key) else { return (false, Err(Due::first())) };
        let answer = match self.state(&remembered, now) {
            State::Fresh(policies) => {
                self.counters.hits.add();
                Ok(Ok(policies))
            }
            State::Failed { error, stale } => {
                if stale.is_none() {
                    self.counters.failed.add();
                }
                Ok(self.without_lookup(error, stale))
            }
            State::Due(due) => Err(due),
        };
        (remembered.known, answer)
    }

    /// The policy that a request may use instead of waiting any longer.
    pub(super) fn stale_policy(&self, key: &K) -> Option<P> {
        let remembered = self.memory.get(key)?;
        let (State::Failed { stale, .. } | State::Due(Due { stale, .. })) =
            self.state(&remembered, Instant::now())
        else {
            return None;
        };
        stale
    }

    fn state(&self, remembered: &Remembered<P>, now: Instant) -> State<P> {
        remembered.entry().state(now, self.epoch(), &self.settings.lifetimes)
    }

    fn without_lookup(&self, error: LookupError, stale: Option<P>) -> Outcome<P> {
        match stale {
            Some(policies) => {
                self.counters.stale.add();
                Ok(Some(policies))
            }
            None => Err(error),
        }
    }

    pub(super) fn stats(&self) -> ResolverStats {
        let (known, strangers) = self.memory.lengths();
        let in_progress = self.lock().flights.len();
        ResolverStats {
            known,
            strangers,
            in_progress: u64::try_from(in_progress).unwrap_or(u64::MAX),
            ..self.counters.read()
        }
    }
}

impl<K, P> Cache<K, P>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    P: Clone + Send + Sync + 'static,
{
    pub(super) fn invalidate(&self, key: &K) {
        let mut lookups = self.lock();
        if let Some(flight) = lookups.flights.get_mut(key) {
            flight.outdated = true;
        }
        self.memory.forget_stranger(key);
        if self.memory.get(key).is_some() {
            let entry = Entry::unanswered(self.epoch());
            self.memory.put_known((self.detach)(key), entry);
        }
        self.invalidations.fetch_add(1, Ordering::Release);
    }

    pub(super) fn invalidate_all(&self) {
        let mut lookups = self.lock();
        for flight in lookups.flights.values_mut() {
            flight.outdated = true;
        }
        self.epoch.fetch_add(1, Ordering::Release);
        self.invalidations.fetch_add(1, Ordering::Release);
    }

    /// Counts keys among the known ones.
    pub(super) fn mark_known(&self, keys: impl IntoIterator<Item = K>) {
        for key in keys {
            let _lookups = self.lock();
            if !self.memory.get(&key).is_some_and(|remembered| remembered.known) {
                let entry = Entry::unanswered(self.epoch());
                self.memory.put_known(key, entry);
            }
        }
    }

    /// Takes the result of a lookup that started at `asked`. The other value is whether the lookup
    /// has to be repeated, because its key was invalidated meanwhile.
    pub(super) fn land(&self, key: &K, result: Outcome<P>, asked: Instant) -> (Landing<P>, bool) {
        let now = Instant::now();
        let mut lookups = self.lock();
        let Lookups { flights, allowance } = &mut *lookups;
        let mut outdated = false;
        if let Some(flight) = flights.get_mut(key) {
            outdated = std::mem::take(&mut flight.outdated);
            if let Ok(policies) = &result {
                allowance.succeeded(&mut flight.permit, policies.is_some(), now);
            }
        }
        let invalidations = self.invalidations();
        if outdated && result.is_ok() {
            let landing = Landing { outcome: result, stale: false, outdated, invalidations };
            return (landing, true);
        }
        flights.remove(key);
        let (outcome, stale) = self.remember(key, result, asked, now);
        (Landing { outcome, stale, outdated: false, invalidations }, false)
    }

    /// Under the lock. What those who waited are told, however short the lifetimes, and whether
    /// that is a policy past its time to live.
    fn remember(
        &self,
        key: &K,
        result: Outcome<P>,
        asked: Instant,
        now: Instant,
    ) -> (Outcome<P>, bool) {
        let epoch = self.epoch();
        let error = match result {
            Ok(policies) => {
                let entry = Entry::answered(epoch, policies.clone(), asked);
                if policies.is_some() {
                    self.memory.put_known(key.clone(), entry);
                } else {
                    self.memory.put_stranger(key.clone(), entry);
                }
                return (Ok(policies), false);
            }
            Err(error) => error,
        };
        let before = self.memory.get(key).filter(|before| before.known);
        let entry =
            Entry::failed(epoch, before.as_ref().map(Remembered::entry), error.clone(), now);
        let stale = entry.stale(now, &self.settings.lifetimes);
        if before.is_some() {
            self.memory.put_known(key.clone(), entry);
        } else {
            self.memory.put_stranger(key.clone(), entry);
        }
        match stale {
            Some(policies) => (Ok(Some(policies)), true),
            None => (Err(error), false),
        }
    }

    pub(super) fn invalidations(&self) -> u64 {
        self.invalidations.load(Ordering::Acquire)
    }

    fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    fn lock(&self) -> MutexGuard<'_, Lookups<K, P>> {
        // A panic of a key's `Hash` or `Eq` leaves nothing half done.
        self.lookups.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
