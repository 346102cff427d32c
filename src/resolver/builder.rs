//! The builder.

use super::{cache::Lookup, entry::Lifetimes, value::Resolver};
use crate::{
    origin::Origin,
    policy::{AllowOrigin, BoxError, Policy},
    select::SelectPolicy,
    source::{SourceError, SourceErrors, SourceSetting},
};
use http::request::Parts;
use std::{fmt, future::Future, hash::Hash, sync::Arc, time::Duration};

/// Builds a [`Resolver`].
///
/// Setters never fail; [`build`](Self::build) reports every mistake at once.
#[must_use = "a builder does nothing until `build` is called"]
pub struct ResolverBuilder<K = Origin, P = Policy> {
    pub(super) key: KeyFn<K>,
    /// Frees a key from the memory of its request.
    pub(super) detach: fn(&K) -> K,
    pub(super) lookup: Lookup<K, P>,
    pub(super) settings: Settings,
    only_origins: Option<AllowOrigin>,
}

pub(super) type KeyFn<K> = Arc<dyn Fn(&Origin, &Parts) -> Option<K> + Send + Sync>;

#[derive(Clone, Copy, Debug)]
pub(super) struct Settings {
    pub(super) lifetimes: Lifetimes,
    pub(super) timeout: Duration,
    pub(super) capacity: u64,
    pub(super) lookup_rate: u32,
    pub(super) lookup_burst: u32,
}

impl<K, P> ResolverBuilder<K, P>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    P: SelectPolicy + Clone + Send + Sync + 'static,
{
    pub(super) fn new<Fut, E>(
        key: KeyFn<K>,
        detach: fn(&K) -> K,
        lookup: impl Fn(K) -> Fut + Send + Sync + 'static,
    ) -> Self
    where
        Fut: Future<Output = Result<Option<P>, E>> + Send + 'static,
        E: Into<BoxError>,
    {
        let lookup: Lookup<K, P> = Arc::new(move |key| {
            let future = lookup(key);
            Box::pin(async move { future.await.map_err(|error| error.into().into()) })
        });
        let lifetimes = Lifetimes {
            positive: Duration::from_secs(60),
            negative: Duration::from_secs(10),
            error: Duration::from_secs(1),
            stale: Duration::ZERO,
        };
        let settings = Settings {
            lifetimes,
            timeout: Duration::from_secs(1),
            capacity: 10_000,
            lookup_rate: 50,
            lookup_burst: 100,
        };
        Self { key, detach, lookup, settings, only_origins: None }
    }

    fn set(mut self, set: impl FnOnce(&mut Settings)) -> Self {
        set(&mut self.settings);
        self
    }

    /// Adds origins outside which no lookup is made: whatever
    /// [`allow_origin`](crate::PolicyBuilder::allow_origin) takes. Unset, any origin is looked up.
    ///
    /// It is a filter, not a grant: what it lets through, the lookup decides. `null` does not pass
    /// it.
    pub fn only_origins(mut self, origins: impl Into<AllowOrigin>) -> Self {
        self.only_origins.get_or_insert_default().append(origins.into());
        self
    }

    /// How long a policy is the answer. Default: 60 seconds.
    ///
    /// So long may what was revoked stay granted, where no one calls [`Resolver::invalidate`].
    pub fn time_to_live(self, time: Duration) -> Self {
        self.set(|settings| settings.lifetimes.positive = time)
    }

    /// How long it is remembered that there is no policy. Default: 10 seconds.
    pub fn negative_time_to_live(self, time: Duration) -> Self {
        self.set(|settings| settings.lifetimes.negative = time)
    }

    /// How long after a failure the same key is not looked up again. Default: 1 second.
    pub fn error_time_to_live(self, time: Duration) -> Self {
        self.set(|settings| settings.lifetimes.error = time)
    }

    /// How long over its time to live a policy stays in use while no newer answer can be had.
    /// Default: not at all.
    ///
    /// It keeps known callers going while the source is down, and so long does what was
    /// revoked meanwhile stay granted. What was [invalidated](Resolver::invalidate) is never used.
    pub fn stale_on_error(self, time: Duration) -> Self {
        self.set(|settings| settings.lifetimes.stale = time)
    }

    /// How long a lookup may take. Default: 1 second. It should be less than the layer's
    /// [timeout](crate::source::AsyncCorsBuilder::timeout), so that a request can still be answered by a
    /// stale policy.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.set(|settings| settings.timeout = timeout)
    }

    /// How many answers are held. Default: 10,000. Which ones are dropped over it, those asked for
    /// least often and longest ago, is for [moka](https://docs.rs/moka) to choose.
    pub fn capacity(self, entries: u64) -> Self {
        self.set(|settings| settings.capacity = entries)
    }

    /// How many lookups a second are made for keys not known to have a policy. Default: 50.
    pub fn lookup_rate(self, per_second: u32) -> Self {
        self.set(|settings| settings.lookup_rate = per_second)
    }

    /// How many of these may be made at once, after a time without any. Default: 100.
    pub fn lookup_burst(self, lookups: u32) -> Self {
        self.set(|settings| settings.lookup_burst = lookups)
    }

    /// Validates.
    ///
    /// ```
    /// # use tower_cors::{Origin, Policy, policy::BoxError};
    /// use std::time::Duration;
    /// use tower_cors::Resolver;
    ///
    /// # let lookup = |_: Origin| async { Ok::<Option<Policy>, BoxError>(None) };
    /// let errors = Resolver::builder(lookup)
    ///     .only_origins(["https://*customers.example"])
    ///     .capacity(0)
    ///     .build()
    ///     .unwrap_err();
    /// assert_eq!(
    ///     errors.to_string(),
    ///     r#"only_origins: "https://*customers.example" has a star with fewer than two labels after it; write "https://*.customers.example"
    /// capacity: "0" holds nothing: give it room, such as 10000"#,
    /// );
    /// ```
    ///
    /// # Errors
    ///
    /// Everything that is wrong, together.
    pub fn build(mut self) -> Result<Resolver<K, P>, SourceErrors> {
        use SourceSetting as Setting;
        let mut errors = Vec::new();
        let only_origins = self.only_origins.take().and_then(|origins| {
            let check = Policy::builder().allow_origin(origins).build();
            check.map_err(|wrong| errors.extend(wrong.iter().map(SourceError::of_origins))).ok()
        });
        let Settings { lifetimes, timeout, capacity, lookup_rate, lookup_burst } = self.settings;
        for (setting, time) in [
            (Setting::TimeToLive, lifetimes.positive),
            (Setting::NegativeTimeToLive, lifetimes.negative),
            (Setting::ErrorTimeToLive, lifetimes.error),
            (Setting::Timeout, timeout),
        ] {
            SourceError::check_duration(setting, time, &mut errors);
        }
        SourceError::check_longest(Setting::StaleOnError, lifetimes.stale, &mut errors);
        for (setting, number) in [
            (Setting::Capacity, capacity),
            (Setting::LookupRate, lookup_rate.into()),
            (Setting::LookupBurst, lookup_burst.into()),
        ] {
            SourceError::check_zero(setting, number, number == 0, &mut errors);
        }
        SourceErrors::check(errors)?;
        Ok(Resolver::new(self, only_origins))
    }
}

impl<K, P> Clone for ResolverBuilder<K, P> {
    fn clone(&self) -> Self {
        Self {
            key: self.key.clone(),
            detach: self.detach,
            lookup: self.lookup.clone(),
            settings: self.settings,
            only_origins: self.only_origins.clone(),
        }
    }
}

impl<K, P> fmt::Debug for ResolverBuilder<K, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResolverBuilder")
            .field("only_origins", &self.only_origins)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
