//! Counters.

use std::sync::atomic::{AtomicU64, Ordering};

/// What a [`Resolver`](crate::Resolver) has done since it was built, for metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResolverStats {
    /// Requests that were refused without a lookup: their origin is none that a browser sends, or
    /// outside [`only_origins`](crate::resolver::ResolverBuilder::only_origins), or there was no key.
    pub filtered: u64,
    /// Requests answered by what was looked up before and is not yet too old, policy or none.
    pub hits: u64,
    /// Requests that waited for a lookup of another.
    pub shared: u64,
    /// Lookups begun.
    pub lookups: u64,
    /// Lookups that failed or took too long.
    pub failures: u64,
    /// Requests answered by a policy past its time to live.
    pub stale: u64,
    /// Requests for which a lookup was needed, but the bucket was empty.
    pub rate_limited: u64,
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) filtered: Counter,
    pub(super) hits: Counter,
    pub(super) shared: Counter,
    pub(super) lookups: Counter,
    pub(super) failures: Counter,
    pub(super) stale: Counter,
    pub(super) rate_limited: Counter,
}

#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub(super) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Counters {
    pub(super) fn read(&self) -> ResolverStats {
        ResolverStats {
            filtered: self.filtered.get(),
            hits: self.hits.get(),
            shared: self.shared.get(),
            lookups: self.lookups.get(),
            failures: self.failures.get(),
            stale: self.stale.get(),
            rate_limited: self.rate_limited.get(),
        }
    }
}
