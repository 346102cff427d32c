//! A cache around a lookup, which a flood of made-up origins cannot get past.
//!
//! A [`Resolver`] is a [`PolicySource`](crate::source::PolicySource) for
//! [`AsyncCorsLayer`](crate::AsyncCorsLayer) that asks an asynchronous function:
//!
//! 1. The key is the request's origin, or what [`Resolver::builder_by_key`] takes from the request.
//!    An `Origin` that no browser sends is never looked up, nor one outside
//!    [`only_origins`](ResolverBuilder::only_origins), nor, with the origin as the key, `null`. All
//!    these are refused.
//! 2. What was looked up less than [`time_to_live`](ResolverBuilder::time_to_live) ago (if there
//!    was no policy: [`negative_time_to_live`](ResolverBuilder::negative_time_to_live)) is the
//!    answer. At most [`capacity`](ResolverBuilder::capacity) answers are held.
//! 3. Requests for one key share one lookup. It runs on, and its answer is kept, even if all of
//!    them are gone.
//! 4. A key whose last answer was a policy may always be looked up again: that is at most once in
//!    its time to live. All other lookups share a token bucket of
//!    [`lookup_rate`](ResolverBuilder::lookup_rate) a second and
//!    [`lookup_burst`](ResolverBuilder::lookup_burst) at once. So a flood of strange origins costs
//!    the database no more than that, and does not keep known ones from being renewed.
//! 5. A lookup fails if the function says so, or after its [`timeout`](ResolverBuilder::timeout).
//!    Then none is made for that key for
//!    [`error_time_to_live`](ResolverBuilder::error_time_to_live).
//! 6. While lookups fail or the bucket is empty, a policy stays in use for up to
//!    [`stale_on_error`](ResolverBuilder::stale_on_error) over its time to live; that is off by
//!    default. Otherwise the request is refused, and [`LookupError`] stands in its
//!    [`Refusal`](crate::Refusal).
//! 7. After [`invalidate`](Resolver::invalidate) or [`invalidate_all`](Resolver::invalidate_all)
//!    has returned, no request is answered by what was looked up before, not even by a lookup that
//!    was then under way, nor for want of a newer answer.
//!
//! So the function is called at most `lookup_burst + lookup_rate × t` times in `t` seconds, plus
//! once per time to live for each key that has a policy, plus once for each invalidation that meets
//! a lookup under way.
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
//! .only_origins(["https://*.customers.example", "http://localhost:*"])
//! .time_to_live(Duration::from_secs(300))
//! .stale_on_error(Duration::from_secs(3600))
//! .build()?;
//!
//! let cors = AsyncCorsLayer::new(resolver.clone());
//! // … and when the database says that something changed:
//! resolver.invalidate(&Origin::from_static("https://a.customers.example"));
//! # Ok::<(), tower_cors::source::SourceErrors>(())
//! ```

mod bucket;
mod builder;
mod cache;
mod entry;
mod error;
mod flight;
mod future;
mod stats;
mod value;

pub use self::{
    builder::ResolverBuilder, error::LookupError, future::ResolverFuture, stats::ResolverStats,
    value::Resolver,
};
