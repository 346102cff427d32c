//! A cache in front of a lookup, which also bounds what a flood of made-up origins can cost.
//!
//! A [`Resolver`] is a [`PolicySource`](crate::source::PolicySource) for
//! [`AsyncCorsLayer`](crate::AsyncCorsLayer) that asks an asynchronous function:
//!
//! 1. **Key.** The key is the request's origin, or what [`Resolver::builder_by_key`] takes from the
//!    request. Not looked up, but refused, are an `Origin` that no browser sends, one outside
//!    [`only_origins`](ResolverBuilder::only_origins), a key longer than
//!    [`max_key_size`](ResolverBuilder::max_key_size) and, where the origin is the key, `null`.
//! 2. **Lifetime.** The answer is what was looked up less than
//!    [`time_to_live`](ResolverBuilder::time_to_live) ago, or, if there was no policy, less than
//!    [`negative_time_to_live`](ResolverBuilder::negative_time_to_live) ago. Answers are bounded in
//!    number ([`capacity`](ResolverBuilder::capacity)) and in bytes
//!    ([`max_memory`](ResolverBuilder::max_memory)). Keys without a policy are held apart, so they
//!    never evict a key that has one.
//! 3. **One lookup.** Requests for one key share one lookup. It runs to its end, and its answer is
//!    kept, even if all these requests are gone.
//! 4. **Rate.** A key is *known* if its last answer was a policy, or if it was
//!    [named](Resolver::mark_known). A known key may always be looked up: that is once per time to
//!    live. All other keys share a token bucket with a rate of
//!    [`lookup_rate`](ResolverBuilder::lookup_rate) a second and a burst of
//!    [`lookup_burst`](ResolverBuilder::lookup_burst). A lookup that finds a policy gives its token
//!    back. So a flood of made-up keys costs the source no more than that, cannot keep known keys
//!    from being renewed, and after a start the keys that have a policy get through as fast as the
//!    source answers.
//! 5. **Failure.** A lookup fails if the function returns an error, or after its
//!    [`timeout`](ResolverBuilder::timeout). Then there is none for the same key for
//!    [`error_time_to_live`](ResolverBuilder::error_time_to_live). A known key stays known. While no
//!    lookup succeeds, the retries of known keys share a token bucket of their own, of the same rate
//!    and burst, which other keys cannot empty.
//! 6. **Stale.** While there is no newer answer, a policy may be used for up to
//!    [`stale_on_error`](ResolverBuilder::stale_on_error) past its time to live (off by default). A
//!    request waits at most 100 ms for the lookup that renews it. After a failed lookup it does not
//!    wait at all: the stale policy is the answer while the next lookup runs. Without a stale policy
//!    the request is refused, and [`LookupError`] is the error in its
//!    [`Refusal`](crate::Refusal).
//! 7. **Invalidation.** A request that comes after [`invalidate`](Resolver::invalidate) or
//!    [`invalidate_all`](Resolver::invalidate_all) has returned is never answered by what was looked
//!    up before, not even by a lookup in progress or as a stale policy. A request that is waiting
//!    meanwhile waits for another lookup, once. If the key is invalidated again during that one, the
//!    request takes its answer all the same: the lookup started after the request came.
//!
//! So in `t` seconds the function is called at most `lookup_burst + lookup_rate × t` times for keys
//! without a policy, and for each key that has one once per time to live, once per `error_time_to_live`
//! while its own lookups fail, and once for each invalidation.
//!
//! ```
//! use std::time::Duration;
//! use tower_cors::{AsyncCorsLayer, Origin, Policy, Resolver, policy::BoxError};
//!
//! # #[derive(Clone)] struct Database;
//! # impl Database { async fn knows(&self, _: &Origin) -> Result<bool, BoxError> { Ok(true) } }
//! # let database = Database;
//! let resolver = Resolver::builder(move |origin: Origin| {
//!     let database = database.clone();
//!     async move {
//!         if !database.knows(&origin).await? {
//!             return Ok(None);
//!         }
//!         let policy = Policy::builder().allow_origin(origin).allow_credentials(true).build()?;
//!         Ok::<_, BoxError>(Some(policy))
//!     }
//! })
//! .only_origins("https://*.customers.example")
//! .time_to_live(Duration::from_secs(300))
//! .stale_on_error(Duration::from_secs(3600))
//! .build()?;
//!
//! let cors = AsyncCorsLayer::with_source(resolver.clone());
//! // … and when the database says that something changed:
//! resolver.invalidate(&Origin::from_static("https://a.customers.example"));
//! # Ok::<(), tower_cors::source::SourceErrors>(())
//! ```

mod allowance;
mod bucket;
mod builder;
mod cache;
mod entry;
mod error;
mod flight;
mod future;
#[cfg(all(test, shuttle))]
mod interleavings;
mod key;
mod lookup;
mod memory;
mod settings;
mod stats;
mod sync;
mod value;

pub use self::{
    builder::ResolverBuilder, error::LookupError, future::ResolverFuture, stats::ResolverStats,
    value::Resolver,
};
