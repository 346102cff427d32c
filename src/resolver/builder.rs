//! The builder.

use super::{
    cache::Cache,
    lookup::{Lookup, Shared},
    settings::Settings,
    value::{KeyFn, Resolver},
};
use crate::{
    origin::Origin,
    policy::{AllowOrigin, BoxError, Policy, PolicyError},
    select::SelectPolicy,
    source::{SourceError, SourceErrorKind, SourceErrors, SourceSetting as Setting},
};
use http::request::Parts;
use std::{fmt, future::Future, hash::Hash, sync::Arc, time::Duration};

/// Builds a [`Resolver`].
///
/// Setters never fail. [`build`](Self::build) reports every mistake at once.
///
/// ```
/// use std::time::Duration;
/// use tower_cors::{Origin, Policy, Resolver, policy::BoxError};
///
/// async fn is_customer(origin: &Origin) -> Result<bool, BoxError> {
///     // … a query, a call to another service …
///     Ok(origin.host() == "a.customers.example")
/// }
///
/// let resolver = Resolver::builder(|origin: Origin| async move {
///     if !is_customer(&origin).await? {
///         return Ok(None);
///     }
///     Ok::<_, BoxError>(Some(Policy::builder().allow_origin(origin).build()?))
/// })
/// .only_origins("https://*.customers.example")
/// .time_to_live(Duration::from_secs(300))
/// .negative_time_to_live(Duration::from_secs(30))
/// .error_time_to_live(Duration::from_secs(2))
/// .stale_on_error(Duration::from_secs(3600))
/// .timeout(Duration::from_millis(500))
/// .capacity(20_000)
/// .max_memory(128 * 1024 * 1024)
/// .max_key_size(300)
/// .lookup_rate(20)
/// .lookup_burst(40)
/// .build()?;
/// # Ok::<(), tower_cors::source::SourceErrors>(())
/// ```
#[must_use = "a builder does nothing until `build` is called"]
pub struct ResolverBuilder<K = Origin, P = Policy> {
    key: KeyFn<K>,
    detach: fn(&K) -> K,
    lookup: Lookup<K, P>,
    settings: Settings,
    only_origins: Option<AllowOrigin>,
}

impl<P: SelectPolicy + Clone + Send + Sync + 'static> Resolver<Origin, P> {
    /// A builder for a resolver that looks up the request's origin. If the lookup returns `None`,
    /// the origin is refused.
    ///
    /// ```
    /// use tower_cors::{Origin, Policy, Resolver, policy::BoxError};
    ///
    /// let resolver = Resolver::builder(|origin: Origin| async move {
    ///     // … SELECT 1 FROM customers WHERE origin = $1 …
    ///     Ok::<_, BoxError>(Some(Policy::builder().allow_origin(origin).build()?))
    /// })
    /// .only_origins("https://*.customers.example")
    /// .build()?;
    /// # Ok::<(), tower_cors::source::SourceErrors>(())
    /// ```
    pub fn builder<Fut, E>(
        lookup: impl Fn(Origin) -> Fut + Send + Sync + 'static,
    ) -> ResolverBuilder<Origin, P>
    where
        Fut: Future<Output = Result<Option<P>, E>> + Send + 'static,
        E: Into<BoxError>,
    {
        let key = |origin: &Origin, _: &Parts| (!origin.is_null()).then(|| origin.clone());
        ResolverBuilder::new(Arc::new(key), Origin::detached, lookup)
    }
}

impl<K, P> Resolver<K, P>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    P: SelectPolicy + Clone + Send + Sync + 'static,
{
    /// A builder for a resolver that looks up what `key` takes from the request, such as a tenant.
    /// The request is refused without a key, or if the lookup returns `None`.
    ///
    /// Take the key from what a preflight carries: the path, the host or the origin, not a header
    /// of the application. A key should own its text (`String`, not `Bytes` or `HeaderValue`, which
    /// would keep the whole request in memory).
    ///
    /// ```
    /// use http::request::Parts;
    /// use tower_cors::{Policy, Resolver, policy::BoxError};
    ///
    /// # async fn origins_of(_: &str) -> Result<Vec<String>, BoxError> { Ok(vec![]) }
    /// let tenant = |parts: &Parts| {
    ///     let host = parts.headers.get("host")?.to_str().ok()?;
    ///     host.strip_suffix(".api.example.com").map(str::to_owned)
    /// };
    /// let resolver = Resolver::builder_by_key(tenant, |tenant: String| async move {
    ///     let policy = Policy::builder().allow_origin(origins_of(&tenant).await?).build()?;
    ///     Ok::<_, BoxError>(Some(policy))
    /// })
    /// .build()?;
    /// resolver.invalidate(&"acme".to_owned());
    /// # Ok::<(), tower_cors::source::SourceErrors>(())
    /// ```
    pub fn builder_by_key<Fut, E>(
        key: impl Fn(&Parts) -> Option<K> + Send + Sync + 'static,
        lookup: impl Fn(K) -> Fut + Send + Sync + 'static,
    ) -> ResolverBuilder<K, P>
    where
        Fut: Future<Output = Result<Option<P>, E>> + Send + 'static,
        E: Into<BoxError>,
    {
        let key = move |_: &Origin, parts: &Parts| key(parts);
        ResolverBuilder::new(Arc::new(key), K::clone, lookup)
    }
}

impl<K, P> ResolverBuilder<K, P>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    P: SelectPolicy + Clone + Send + Sync + 'static,
{
    fn new<Fut, E>(
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
        Self { key, detach, lookup, settings: Settings::default(), only_origins: None }
    }

    fn set(mut self, set: impl FnOnce(&mut Settings)) -> Self {
        set(&mut self.settings);
        self
    }

    /// Adds origins outside which no lookup is made: anything that
    /// [`allow_origin`](crate::PolicyBuilder::allow_origin) takes. Default: any origin is looked
    /// up.
    ///
    /// This is a filter, not a grant: whether an origin that passes is allowed, the lookup decides.
    /// `null` does not pass. Set it if you can: it is the best protection from floods of made-up
    /// origins.
    ///
    /// ```
    /// use tower_cors::Resolver;
    /// # use tower_cors::{Origin, Policy, policy::BoxError};
    ///
    /// # let lookup = |_: Origin| async { Ok::<Option<Policy>, BoxError>(None) };
    /// let resolver = Resolver::builder(lookup).only_origins(["https://*.customers.example", "https://partner.example"]).build()?;
    /// # Ok::<(), tower_cors::source::SourceErrors>(())
    /// ```
    pub fn only_origins(mut self, origins: impl Into<AllowOrigin>) -> Self {
        self.only_origins.get_or_insert_default().append(origins.into());
        self
    }

    /// How long a policy is used before it is looked up again. Default: 60 seconds.
    ///
    /// Revoked origins may stay allowed for this long, unless [`Resolver::invalidate`] is called.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tower_cors::Resolver;
    /// # use tower_cors::{Origin, Policy, policy::BoxError};
    ///
    /// # let lookup = |_: Origin| async { Ok::<Option<Policy>, BoxError>(None) };
    /// let resolver = Resolver::builder(lookup).time_to_live(Duration::from_secs(300)).build()?;
    /// # Ok::<(), tower_cors::source::SourceErrors>(())
    /// ```
    pub fn time_to_live(self, time: Duration) -> Self {
        self.set(|settings| settings.lifetimes.positive = time)
    }

    /// How long it is remembered that there is no policy. Default: 10 seconds.
    ///
    /// A newly allowed origin may stay refused for this long, unless [`Resolver::invalidate`] is
    /// called.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tower_cors::Resolver;
    /// # use tower_cors::{Origin, Policy, policy::BoxError};
    ///
    /// # let lookup = |_: Origin| async { Ok::<Option<Policy>, BoxError>(None) };
    /// let resolver = Resolver::builder(lookup).negative_time_to_live(Duration::from_secs(30)).build()?;
    /// # Ok::<(), tower_cors::source::SourceErrors>(())
    /// ```
    pub fn negative_time_to_live(self, time: Duration) -> Self {
        self.set(|settings| settings.lifetimes.negative = time)
    }

    /// How long after a failure the same key is not looked up again. Default: 1 second.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tower_cors::Resolver;
    /// # use tower_cors::{Origin, Policy, policy::BoxError};
    ///
    /// # let lookup = |_: Origin| async { Ok::<Option<Policy>, BoxError>(None) };
    /// let resolver = Resolver::builder(lookup).error_time_to_live(Duration::from_secs(5)).build()?;
    /// # Ok::<(), tower_cors::source::SourceErrors>(())
    /// ```
    pub fn error_time_to_live(self, time: Duration) -> Self {
        self.set(|settings| settings.lifetimes.error = time)
    }

    /// How long past its time to live a policy may be used while there is no newer answer. Default:
    /// not at all.
    ///
    /// It keeps known callers going while the source is down. For as long, revoked origins may stay
    /// allowed then. What was [invalidated](Resolver::invalidate) is never used.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tower_cors::Resolver;
    /// # use tower_cors::{Origin, Policy, policy::BoxError};
    ///
    /// # let lookup = |_: Origin| async { Ok::<Option<Policy>, BoxError>(None) };
    /// let resolver = Resolver::builder(lookup).stale_on_error(Duration::from_secs(3600)).build()?;
    /// # Ok::<(), tower_cors::source::SourceErrors>(())
    /// ```
    pub fn stale_on_error(self, time: Duration) -> Self {
        self.set(|settings| settings.lifetimes.stale = time)
    }

    /// How long a lookup may take. Default: 1 second.
    ///
    /// It should be less than the layer's [timeout](crate::source::AsyncCorsBuilder::timeout).
    /// Otherwise the layer gives up before the resolver can answer with a stale policy.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tower_cors::Resolver;
    /// # use tower_cors::{Origin, Policy, policy::BoxError};
    ///
    /// # let lookup = |_: Origin| async { Ok::<Option<Policy>, BoxError>(None) };
    /// let resolver = Resolver::builder(lookup).timeout(Duration::from_millis(500)).build()?;
    /// # Ok::<(), tower_cors::source::SourceErrors>(())
    /// ```
    pub fn timeout(self, timeout: Duration) -> Self {
        self.set(|settings| settings.timeout = timeout)
    }

    /// How many keys that have a policy are held, and how many that have none. Default: 10,000 of
    /// each.
    ///
    /// Beyond that, those are dropped that were asked for least often and longest ago; see
    /// [moka](https://docs.rs/moka). Keys without a policy never take the place of those that have
    /// one.
    ///
    /// ```
    /// use tower_cors::Resolver;
    /// # use tower_cors::{Origin, Policy, policy::BoxError};
    ///
    /// # let lookup = |_: Origin| async { Ok::<Option<Policy>, BoxError>(None) };
    /// let resolver = Resolver::builder(lookup).capacity(50_000).build()?;
    /// # Ok::<(), tower_cors::source::SourceErrors>(())
    /// ```
    pub fn capacity(self, entries: u64) -> Self {
        self.set(|settings| settings.capacity = entries)
    }

    /// How many bytes all answers may take, roughly. Default: 64 MiB.
    ///
    /// Keys and policies are counted. An eighth is set aside for keys that have no policy.
    ///
    /// ```
    /// use tower_cors::Resolver;
    /// # use tower_cors::{Origin, Policy, policy::BoxError};
    ///
    /// # let lookup = |_: Origin| async { Ok::<Option<Policy>, BoxError>(None) };
    /// let resolver = Resolver::builder(lookup).max_memory(256 * 1024 * 1024).build()?;
    /// # Ok::<(), tower_cors::source::SourceErrors>(())
    /// ```
    pub fn max_memory(self, bytes: u64) -> Self {
        self.set(|settings| settings.max_memory = bytes)
    }

    /// How many bytes a key may have. Default: 1,024. A request with a longer key is refused
    /// without a lookup.
    ///
    /// What counts is what the key's [`Hash`] hashes: for a string, its text.
    ///
    /// ```
    /// use tower_cors::Resolver;
    /// # use tower_cors::{Origin, Policy, policy::BoxError};
    ///
    /// # let lookup = |_: Origin| async { Ok::<Option<Policy>, BoxError>(None) };
    /// let resolver = Resolver::builder(lookup).max_key_size(100).build()?;
    /// # Ok::<(), tower_cors::source::SourceErrors>(())
    /// ```
    pub fn max_key_size(self, bytes: usize) -> Self {
        self.set(|settings| settings.max_key_size = bytes)
    }

    /// How many lookups a second may find nothing. Default: 50.
    ///
    /// It bounds what a flood of made-up keys can cost. A lookup that finds a policy does not
    /// count, nor does one for a key that is known to have a policy. Known keys whose lookup failed
    /// are retried at this rate too, but separately: a flood cannot slow them down.
    ///
    /// ```
    /// use tower_cors::Resolver;
    /// # use tower_cors::{Origin, Policy, policy::BoxError};
    ///
    /// # let lookup = |_: Origin| async { Ok::<Option<Policy>, BoxError>(None) };
    /// let resolver = Resolver::builder(lookup).lookup_rate(10).build()?;
    /// # Ok::<(), tower_cors::source::SourceErrors>(())
    /// ```
    pub fn lookup_rate(self, per_second: u32) -> Self {
        self.set(|settings| settings.lookup_rate = per_second)
    }

    /// How many lookups may find nothing at once, after a time without any. It also bounds how many
    /// lookups for keys that are not yet known run at the same time. Default: 100.
    ///
    /// ```
    /// use tower_cors::Resolver;
    /// # use tower_cors::{Origin, Policy, policy::BoxError};
    ///
    /// # let lookup = |_: Origin| async { Ok::<Option<Policy>, BoxError>(None) };
    /// let resolver = Resolver::builder(lookup).lookup_burst(20).build()?;
    /// # Ok::<(), tower_cors::source::SourceErrors>(())
    /// ```
    pub fn lookup_burst(self, lookups: u32) -> Self {
        self.set(|settings| settings.lookup_burst = lookups)
    }

    /// Validates the settings.
    ///
    /// ```
    /// # use tower_cors::{Origin, Policy, policy::BoxError};
    /// use tower_cors::Resolver;
    ///
    /// # let lookup = |_: Origin| async { Ok::<Option<Policy>, BoxError>(None) };
    /// let errors = Resolver::builder(lookup).capacity(0).lookup_rate(0).build().unwrap_err();
    /// assert_eq!(
    ///     errors.to_string(),
    ///     r#"capacity: "0" is zero, so no answer would be remembered; use 10000
    /// lookup_rate: "0" is zero, so no new key would be looked up; use 50"#,
    /// );
    /// ```
    ///
    /// # Errors
    ///
    /// All invalid settings, together.
    pub fn build(self) -> Result<Resolver<K, P>, SourceErrors> {
        let Self { key, detach, lookup, settings, only_origins } = self;
        let mut errors = Vec::new();
        let only_origins = only_origins.and_then(|origins| {
            let checked = Policy::builder().allow_origin(origins).build();
            checked.map_err(|wrong| errors.extend(wrong.iter().map(of_only_origins))).ok()
        });
        check(&settings, &mut errors);
        SourceErrors::check(errors)?;
        let cache = Cache::new(settings, detach, P::memory_size);
        Ok(Resolver { key, only_origins, shared: Arc::new(Shared { cache, lookup }) })
    }
}

fn of_only_origins(error: &PolicyError) -> SourceError {
    SourceError::with_text(
        Setting::OnlyOrigins,
        error.value(),
        SourceErrorKind::Origins(error.kind().clone()),
        error.text(),
    )
}

fn check(settings: &Settings, errors: &mut Vec<SourceError>) {
    let Settings { lifetimes, timeout, .. } = *settings;
    for (setting, time) in [
        (Setting::TimeToLive, lifetimes.positive),
        (Setting::NegativeTimeToLive, lifetimes.negative),
        (Setting::ErrorTimeToLive, lifetimes.error),
        (Setting::Timeout, timeout),
    ] {
        SourceError::check_duration(setting, time, errors);
    }
    SourceError::check_longest(Setting::StaleOnError, lifetimes.stale, errors);
    for (setting, number) in [
        (Setting::Capacity, settings.capacity),
        (Setting::MaxMemory, settings.max_memory),
        (Setting::MaxKeySize, u64::try_from(settings.max_key_size).unwrap_or(u64::MAX)),
        (Setting::LookupRate, settings.lookup_rate.into()),
        (Setting::LookupBurst, settings.lookup_burst.into()),
    ] {
        SourceError::check_zero(setting, number, number == 0, errors);
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
