//! Counters.

use std::sync::atomic::{AtomicU64, Ordering};

/// What a [`Resolver`](crate::Resolver) has done since it was built, for metrics.
///
/// [`counters`](Self::counters) are numbers that only grow. The fields `known`, `strangers` and
/// `in_progress` are gauges: they say how much there is now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResolverStats {
    /// Requests that were refused without a lookup: no browser sends their origin, or it is outside
    /// [`only_origins`](crate::resolver::ResolverBuilder::only_origins), or they have no key, or the
    /// key is too long.
    pub filtered: u64,
    /// Requests answered by what is remembered and within its lifetime, policy or none.
    pub hits: u64,
    /// Requests that waited for a lookup that another request had started.
    pub shared: u64,
    /// Lookups started.
    pub lookups: u64,
    /// Lookups that failed or took too long.
    pub failures: u64,
    /// Requests answered by a policy past its time to live.
    pub stale: u64,
    /// Requests that needed a lookup, but there were too many: see
    /// [`lookup_rate`](crate::resolver::ResolverBuilder::lookup_rate).
    pub rate_limited: u64,
    /// Requests refused without a lookup, because one for the same key had just failed.
    pub failed: u64,
    /// Keys that are known to have a policy. It may lag a little.
    pub known: u64,
    /// Keys remembered for having none, or for a failed lookup. It may lag a little.
    pub strangers: u64,
    /// Lookups in progress.
    pub in_progress: u64,
}

impl ResolverStats {
    /// The counters with their names, to be exported one by one.
    ///
    /// ```
    /// use tower_cors::{Origin, Policy, Resolver, policy::BoxError};
    ///
    /// # let lookup = |_: Origin| async { Ok::<Option<Policy>, BoxError>(None) };
    /// let resolver = Resolver::builder(lookup).build()?;
    /// for (name, value) in resolver.stats().counters() {
    ///     println!("cors_resolver_{name}_total {value}");
    /// }
    /// # Ok::<(), tower_cors::source::SourceErrors>(())
    /// ```
    #[must_use]
    pub fn counters(&self) -> [(&'static str, u64); 8] {
        [
            ("filtered", self.filtered),
            ("hits", self.hits),
            ("shared", self.shared),
            ("lookups", self.lookups),
            ("failures", self.failures),
            ("stale", self.stale),
            ("rate_limited", self.rate_limited),
            ("failed", self.failed),
        ]
    }
}

#[derive(Debug)]
pub(super) struct Counters {
    pub(super) filtered: Counter,
    pub(super) hits: Counter,
    pub(super) shared: Counter,
    pub(super) lookups: Counter,
    pub(super) failures: Counter,
    pub(super) stale: Counter,
    pub(super) rate_limited: Counter,
    pub(super) failed: Counter,
}

impl Default for Counters {
    fn default() -> Self {
        Self {
            filtered: Counter::new("filtered"),
            hits: Counter::new("hits"),
            shared: Counter::new("shared"),
            lookups: Counter::new("lookups"),
            failures: Counter::new("failures"),
            stale: Counter::new("stale"),
            rate_limited: Counter::new("rate_limited"),
            failed: Counter::new("failed"),
        }
    }
}

#[derive(Debug)]
pub(super) struct Counter {
    value: AtomicU64,
    /// As feature "metrics" counts it too.
    #[cfg(feature = "metrics")]
    name: &'static str,
}

impl Counter {
    const fn new(name: &'static str) -> Self {
        #[cfg(not(feature = "metrics"))]
        let _ = name;
        Self {
            value: AtomicU64::new(0),
            #[cfg(feature = "metrics")]
            name,
        }
    }

    pub(super) fn add(&self) {
        self.value.fetch_add(1, Ordering::Relaxed);
        #[cfg(feature = "metrics")]
        crate::observe::count_resolver(self.name);
    }

    fn get(&self) -> u64 {
        self.value.load(Ordering::Relaxed)
    }
}

impl Counters {
    /// Without the gauges.
    pub(super) fn read(&self) -> ResolverStats {
        ResolverStats {
            filtered: self.filtered.get(),
            hits: self.hits.get(),
            shared: self.shared.get(),
            lookups: self.lookups.get(),
            failures: self.failures.get(),
            stale: self.stale.get(),
            rate_limited: self.rate_limited.get(),
            failed: self.failed.get(),
            ..ResolverStats::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Counters;

    #[test]
    fn each_counter_is_exported_under_its_name() {
        let counters = Counters::default();
        let each = [
            &counters.filtered,
            &counters.hits,
            &counters.shared,
            &counters.lookups,
            &counters.failures,
            &counters.stale,
            &counters.rate_limited,
            &counters.failed,
        ];
        for (times, counter) in each.iter().enumerate() {
            (0..times).for_each(|_| counter.add());
        }
        let expected = [
            ("filtered", 0),
            ("hits", 1),
            ("shared", 2),
            ("lookups", 3),
            ("failures", 4),
            ("stale", 5),
            ("rate_limited", 6),
            ("failed", 7),
        ];
        assert_eq!(counters.read().counters(), expected);
    }
}
