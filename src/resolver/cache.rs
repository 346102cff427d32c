//! What is remembered, and what is being looked up.

use super::{
    bucket::TokenBucket,
    builder::Settings,
    entry::{Answer, Entry, Verdict},
    error::LookupError,
    flight::{Flight, Landing},
    future::ResolverFuture,
    stats::Counters,
};
use std::{
    collections::HashMap,
    error::Error,
    future::Future,
    hash::Hash,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::{runtime::Handle, time::Instant};

/// What a request gets.
pub(super) type Outcome<P> = Result<Option<P>, LookupError>;

type LookupFuture<P> =
    Pin<Box<dyn Future<Output = Result<Option<P>, Arc<dyn Error + Send + Sync>>> + Send>>;

pub(super) type Lookup<K, P> = Arc<dyn Fn(K) -> LookupFuture<P> + Send + Sync>;

pub(super) struct Cache<K, P> {
    pub(super) lookup: Lookup<K, P>,
    detach: fn(&K) -> K,
    pub(super) settings: Settings,
    pub(super) counters: Counters,
    entries: moka::sync::Cache<K, Arc<Entry<P>>>,
    /// How often everything was invalidated. What was looked up before counts for nothing.
    epoch: AtomicU64,
    /// Entries are changed only under this lock, so that of a landing and an invalidation one sees
    /// the other.
    in_air: Mutex<InAir<K, P>>,
}

struct InAir<K, P> {
    flights: HashMap<K, Flight<P>>,
    bucket: TokenBucket,
}

impl<K, P> Cache<K, P>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    P: Clone + Send + Sync + 'static,
{
    pub(super) fn new(lookup: Lookup<K, P>, detach: fn(&K) -> K, settings: Settings) -> Self {
        let Settings { lifetimes, capacity, lookup_rate, lookup_burst, .. } = settings;
        // For as long again as an answer is of use, its key stays known as one that had a policy.
        let useful = lifetimes.positive.max(lifetimes.negative) + lifetimes.stale;
        let entries = moka::sync::Cache::builder()
            .max_capacity(capacity)
            .time_to_live(useful * 2 + lifetimes.error)
            .build();
        let bucket = TokenBucket::new(lookup_rate, lookup_burst, Instant::now());
        Self {
            lookup,
            detach,
            settings,
            counters: Counters::default(),
            entries,
            epoch: AtomicU64::new(0),
            in_air: Mutex::new(InAir { flights: HashMap::new(), bucket }),
        }
    }

    pub(super) fn resolve(self: &Arc<Self>, key: &K) -> ResolverFuture<P> {
        let now = Instant::now();
        if let Some(outcome) = self.remembered(key, now) {
            return ResolverFuture::ready(outcome);
        }
        let mut in_air = self.in_air();
        if let Some(flight) = in_air.flights.get(key) {
            self.counters.shared.add();
            return flight.outcome(self);
        }
        // One may have landed while the lock was awaited.
        if let Some(outcome) = self.remembered(key, now) {
            return ResolverFuture::ready(outcome);
        }
        let Ok(runtime) = Handle::try_current() else {
            return ResolverFuture::ready(Err(LookupError::Lost));
        };
        let entry = self.entries.get(key);
        let renewal = entry.as_ref().is_some_and(|entry| entry.is_renewal());
        if !renewal && !in_air.bucket.take(now) {
            self.counters.rate_limited.add();
            let error = LookupError::RateLimited;
            let verdict = match entry {
                Some(entry) => {
                    entry.without_lookup(error, now, self.epoch(), &self.settings.lifetimes)
                }
                None => Verdict::Failed(error),
            };
            return ResolverFuture::ready(self.outcome(verdict).unwrap_or(Ok(None)));
        }
        let key = (self.detach)(key);
        let (landing, flight) = Landing::new(self.clone(), key.clone());
        let outcome = flight.outcome(self);
        in_air.flights.insert(key, flight);
        drop(in_air);
        runtime.spawn(landing.fly());
        outcome
    }

    /// The outcome of what is remembered, if that is enough.
    fn remembered(&self, key: &K, now: Instant) -> Option<Outcome<P>> {
        let entry = self.entries.get(key)?;
        let verdict = entry.verdict(now, self.epoch(), &self.settings.lifetimes);
        self.outcome(verdict)
    }

    /// Counted.
    pub(super) fn outcome(&self, verdict: Verdict<P>) -> Option<Outcome<P>> {
        match verdict {
            Verdict::Fresh(policies) => {
                self.counters.hits.add();
                Some(Ok(policies))
            }
            Verdict::Stale(policies) => {
                self.counters.stale.add();
                Some(Ok(Some(policies)))
            }
            Verdict::Failed(error) => Some(Err(error)),
            Verdict::Nothing => None,
        }
    }
}

impl<K, P> Cache<K, P>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    P: Clone + Send + Sync + 'static,
{
    pub(super) fn invalidate(&self, key: &K) {
        let mut in_air = self.in_air();
        if let Some(flight) = in_air.flights.get_mut(key) {
            flight.outdated = true;
        }
        if let Some(entry) = self.entries.get(key) {
            let forgotten = Entry { answer: None, failure: None, ..Entry::clone(&entry) };
            self.entries.insert(key.clone(), Arc::new(forgotten));
        }
    }

    pub(super) fn invalidate_all(&self) {
        let mut in_air = self.in_air();
        for flight in in_air.flights.values_mut() {
            flight.outdated = true;
        }
        self.epoch.fetch_add(1, Ordering::Release);
    }

    /// Takes the result of a lookup that began at `asked`; what the requests that wait for it are
    /// told. `None` if it was invalidated under way: then it has to be made again.
    pub(super) fn land(&self, key: &K, result: Outcome<P>, asked: Instant) -> Option<Verdict<P>> {
        let now = Instant::now();
        let mut in_air = self.in_air();
        if let Some(flight) = in_air.flights.get_mut(key)
            && std::mem::take(&mut flight.outdated)
        {
            return None;
        }
        let epoch = self.epoch();
        let before = self.entries.get(key);
        let known = before.as_ref().is_some_and(|before| before.known);
        let entry = match result {
            Ok(policies) => Entry {
                epoch,
                known: policies.is_some(),
                answer: Some(Answer { policies, asked }),
                failure: None,
            },
            Err(error) => {
                let valid = before.filter(|before| before.epoch == epoch);
                let answer = valid.and_then(|before| before.answer.clone());
                Entry { epoch, known, answer, failure: Some((error, now)) }
            }
        };
        let verdict = entry.verdict_at_landing(now, &self.settings.lifetimes);
        self.entries.insert(key.clone(), Arc::new(entry));
        in_air.flights.remove(key);
        Some(verdict)
    }

    fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    fn in_air(&self) -> MutexGuard<'_, InAir<K, P>> {
        // Nothing under the lock is left half done by a panic: there is none.
        self.in_air.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
