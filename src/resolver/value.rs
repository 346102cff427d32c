//! The resolver.

use super::{future::ResolverFuture, key::key_size, lookup::Shared, stats::ResolverStats};
use crate::{
    origin::Origin,
    policy::Policy,
    select::{SelectPolicy, Selection},
    source::PolicySource,
};
use http::{header::ORIGIN, request::Parts};
use std::{fmt, hash::Hash, sync::Arc};

/// A source of policies that asks an asynchronous function and remembers its answers. A clone
/// shares them.
///
/// See the [module](crate::resolver) for the rules. Lookups run on the tokio runtime of the request
/// that first needs them.
pub struct Resolver<K = Origin, P = Policy> {
    pub(super) key: KeyFn<K>,
    pub(super) only_origins: Option<Policy>,
    pub(super) shared: Arc<Shared<K, P>>,
}

/// Takes the key from a request.
pub(super) type KeyFn<K> = Arc<dyn Fn(&Origin, &Parts) -> Option<K> + Send + Sync>;

impl<K, P> Resolver<K, P>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    P: SelectPolicy + Clone + Send + Sync + 'static,
{
    /// Forgets what was looked up for this key. It never waits.
    ///
    /// Requests that come after it has returned are answered by a lookup that starts after it was
    /// called. See the [rules](crate::resolver) for requests that are waiting meanwhile.
    ///
    /// ```
    /// use tower_cors::{Origin, Policy, Resolver, policy::BoxError};
    ///
    /// # let lookup = |_: Origin| async { Ok::<Option<Policy>, BoxError>(None) };
    /// let resolver = Resolver::builder(lookup).build()?;
    /// resolver.invalidate(&Origin::from_static("https://a.customers.example"));
    /// # Ok::<(), tower_cors::source::SourceErrors>(())
    /// ```
    pub fn invalidate(&self, key: &K) {
        self.shared.cache.invalidate(key);
    }

    /// Forgets everything that was looked up. It never waits.
    ///
    /// Keys that had a policy stay known, so all of them can be looked up again at once.
    ///
    /// ```
    /// use tower_cors::{Origin, Policy, Resolver, policy::BoxError};
    ///
    /// # let lookup = |_: Origin| async { Ok::<Option<Policy>, BoxError>(None) };
    /// let resolver = Resolver::builder(lookup).build()?;
    /// resolver.invalidate_all();
    /// # Ok::<(), tower_cors::source::SourceErrors>(())
    /// ```
    pub fn invalidate_all(&self) {
        self.shared.cache.invalidate_all();
    }

    /// Names keys that have a policy, so that their lookups do not count for
    /// [`lookup_rate`](crate::resolver::ResolverBuilder::lookup_rate), not even the first ones.
    ///
    /// It looks nothing up, and grants nothing. Call it at the start with the keys of all customers
    /// or tenants: then a flood of made-up keys cannot keep them out while the cache is empty. A
    /// key that turns out to have no policy loses the privilege.
    ///
    /// ```
    /// use http::request::Parts;
    /// use tower_cors::{Policy, Resolver, policy::BoxError};
    ///
    /// # let tenant = |parts: &Parts| parts.uri.path().split('/').nth(1).map(str::to_owned);
    /// # let lookup = |_: String| async { Ok::<Option<Policy>, BoxError>(None) };
    /// let resolver = Resolver::builder_by_key(tenant, lookup).build()?;
    /// // SELECT id FROM tenants
    /// let tenants = ["acme", "globex"];
    /// resolver.mark_known(tenants.map(str::to_owned));
    /// # Ok::<(), tower_cors::source::SourceErrors>(())
    /// ```
    pub fn mark_known(&self, keys: impl IntoIterator<Item = K>) {
        let limit = self.shared.cache.settings.max_key_size;
        self.shared.cache.mark_known(keys.into_iter().filter(|key| key_size(key) <= limit));
    }

    /// What it has done so far, for metrics.
    #[must_use]
    pub fn stats(&self) -> ResolverStats {
        self.shared.cache.stats()
    }

    /// The key to look up, if the request is to be looked up.
    fn key(&self, parts: &Parts) -> Option<K> {
        let mut lines = parts.headers.get_all(ORIGIN).iter();
        let (Some(origin), None) = (lines.next(), lines.next()) else { return None };
        let origin = Origin::from_header(origin)?;
        let only = self.only_origins.as_ref();
        if only.is_some_and(|only| !Selection::new(only.clone(), parts).allows_origin()) {
            return None;
        }
        let key = (self.key)(&origin, parts)?;
        (key_size(&key) <= self.shared.cache.settings.max_key_size).then_some(key)
    }
}

impl<K, P> PolicySource for Resolver<K, P>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    P: SelectPolicy + Clone + Send + Sync + 'static,
{
    type Policies = P;
    type Error = super::LookupError;
    type Future = ResolverFuture<K, P>;

    fn resolve(&self, parts: &Parts) -> ResolverFuture<K, P> {
        if let Some(key) = self.key(parts) {
            return ResolverFuture::new(self.shared.clone(), key);
        }
        self.shared.cache.counters.filtered.add();
        ResolverFuture::refused()
    }
}

impl<K, P> Clone for Resolver<K, P> {
    fn clone(&self) -> Self {
        Self {
            key: self.key.clone(),
            only_origins: self.only_origins.clone(),
            shared: self.shared.clone(),
        }
    }
}

impl<K, P> fmt::Debug for Resolver<K, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolver")
            .field("only_origins", &self.only_origins)
            .field("settings", &self.shared.cache.settings)
            .field("counters", &self.shared.cache.counters.read().counters())
            .finish_non_exhaustive()
    }
}
