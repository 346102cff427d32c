//! The resolver.

use super::{
    builder::{KeyFn, ResolverBuilder},
    cache::Cache,
    future::ResolverFuture,
    stats::ResolverStats,
};
use crate::{
    origin::Origin,
    policy::{BoxError, Policy},
    select::{SelectPolicy, Selection},
    source::PolicySource,
};
use http::{header::ORIGIN, request::Parts};
use std::{fmt, future::Future, hash::Hash, sync::Arc};

/// A source of policies that asks an asynchronous function and remembers its answers. A clone
/// shares them.
///
/// See the [module](crate::resolver) for the rules. Lookups run on the tokio runtime of the request
/// that first needs them.
pub struct Resolver<K = Origin, P = Policy> {
    key: KeyFn<K>,
    only_origins: Option<Policy>,
    cache: Arc<Cache<K, P>>,
}

impl<P: SelectPolicy + Clone + Send + Sync + 'static> Resolver<Origin, P> {
    /// A builder of a resolver that looks up the request's origin. `None` means that it is not
    /// allowed.
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
    /// A builder of a resolver that looks up what `key` takes from the request, such as the tenant.
    /// Without a key, or where the lookup yields `None`, the request is refused.
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

    pub(super) fn new(builder: ResolverBuilder<K, P>, only_origins: Option<Policy>) -> Self {
        let ResolverBuilder { key, detach, lookup, settings, .. } = builder;
        let cache = Arc::new(Cache::new(lookup, detach, settings));
        Self { key, only_origins, cache }
    }

    /// Forgets what was looked up for this key. Never waits.
    pub fn invalidate(&self, key: &K) {
        self.cache.invalidate(key);
    }

    /// Forgets everything that was looked up. Never waits.
    ///
    /// Keys that had a policy stay known as such, so that all of them can be looked up again at
    /// once.
    pub fn invalidate_all(&self) {
        self.cache.invalidate_all();
    }

    /// What it has done so far.
    #[must_use]
    pub fn stats(&self) -> ResolverStats {
        self.cache.counters.read()
    }

    /// The key to look up, if there is to be a lookup.
    fn key(&self, parts: &Parts) -> Option<K> {
        let mut lines = parts.headers.get_all(ORIGIN).iter();
        let (Some(origin), None) = (lines.next(), lines.next()) else { return None };
        let origin = Origin::from_header(origin)?;
        if let Some(only) = &self.only_origins
            && !Selection::new(only.clone(), parts).allows_origin()
        {
            return None;
        }
        (self.key)(&origin, parts)
    }
}

impl<K, P> PolicySource for Resolver<K, P>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    P: SelectPolicy + Clone + Send + Sync + 'static,
{
    type Policies = P;
    type Error = super::LookupError;
    type Future = ResolverFuture<P>;

    fn resolve(&self, parts: &Parts) -> ResolverFuture<P> {
        let Some(key) = self.key(parts) else {
            self.cache.counters.filtered.add();
            return ResolverFuture::ready(Ok(None));
        };
        self.cache.resolve(&key)
    }
}

impl<K, P> Clone for Resolver<K, P> {
    fn clone(&self) -> Self {
        Self {
            key: self.key.clone(),
            only_origins: self.only_origins.clone(),
            cache: self.cache.clone(),
        }
    }
}

impl<K, P> fmt::Debug for Resolver<K, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolver")
            .field("only_origins", &self.only_origins)
            .field("stats", &self.cache.counters.read())
            .finish_non_exhaustive()
    }
}
