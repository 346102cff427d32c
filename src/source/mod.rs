//! Policies that come from a database, a cache or another service.
//!
//! [`AsyncCorsLayer`] is to [`CorsLayer`](crate::CorsLayer) what tower's `AsyncFilter` is to its
//! `Filter`: a type of its own, so that nobody else pays for it. A [`PolicySource`] returns the
//! policy for a request, and from there on everything works as it does in a `CorsLayer`:
//!
//! 1. For a request without `Origin` the source is not asked. Its response is left unchanged, apart from
//!    `Vary: Origin`: the path may be one that is off, whose own `Access-Control-*` headers stay. A
//!    cache that honors `Vary` never answers a request with `Origin` from it. For the same reason
//!    every policy that a source returns is treated as dynamic, even if on its own it is static: all
//!    its answers say `Vary: Origin`.
//! 2. For any other request, preflight or actual, the source is asked first. The inner service is
//!    not called before the source has answered.
//! 3. The policy evaluates the request. `None` allows no origin: the request is refused in the same
//!    way as one whose origin is not allowed.
//! 4. If the source fails, or takes longer than the [timeout](AsyncCorsBuilder::timeout), the
//!    policy is unavailable. The request is refused with
//!    [`Refusal::PolicyUnavailable`](crate::Refusal::PolicyUnavailable), which hooks see, and the
//!    error is logged. A preflight is answered with 503 (or [another
//!    status](AsyncCorsBuilder::unavailable_status)). An actual request runs, and its response has
//!    no grant; with [`enforce`](AsyncCorsBuilder::enforce) it does not run, and gets the same
//!    status. Both answers say `Cache-Control: no-store`, because in a cache they would outlive the
//!    failure.
//! 5. `on_decision`, `record_decision` and `shadow` are those of `CorsLayer`.
//!
//! Why 503 and not 403: to a browser both are a failed preflight, which it does not cache. Whoever
//! watches the server can tell them apart: 403 means that an origin is refused, 503 that something
//! is broken. There is no `Retry-After`, because browsers ignore it in the answer to a preflight.
//!
//! A source is asked once for each request that has an `Origin`, and any client can send as many of
//! those as it likes. `Resolver` (feature "resolver") puts a cache in front of it that also bounds
//! what a flood of made-up origins can cost.
//!
//! **What to look up by.** A preflight carries the URL, `Host` and `Origin`, and the names of the
//! method and headers that the page wants to use, but none of these headers themselves, and no
//! cookies. So take the tenant from the path or the host. A header such as `X-Tenant` or
//! `Authorization` is never there.
//!
//! ```
//! use tower_cors::{AsyncCorsLayer, Policy, policy::BoxError};
//!
//! # #[derive(Clone)] struct Database;
//! # impl Database { async fn origins(&self, _: &str) -> Result<Vec<String>, BoxError> { Ok(vec![]) } }
//! # let database = Database;
//! let cors = AsyncCorsLayer::new(move |parts| {
//!     // /tenants/acme/orders: the tenant is acme.
//!     let mut segments = parts.uri.path().split('/').skip(1);
//!     let tenant = match (segments.next(), segments.next()) {
//!         (Some("tenants"), Some(tenant)) => Some(tenant.to_owned()),
//!         _ => None,
//!     };
//!     let database = database.clone();
//!     async move {
//!         let Some(tenant) = tenant else { return Ok(None) };
//!         let origins = database.origins(&tenant).await?;
//!         if origins.is_empty() {
//!             return Ok(None);
//!         }
//!         let policy = Policy::builder().allow_origin(origins).allow_credentials(true).build()?;
//!         Ok::<_, BoxError>(Some(policy))
//!     }
//! });
//! ```

mod builder;
mod error;
mod fallback;
mod future;
mod layer;
mod policy_source;
mod service;

pub use self::{
    builder::AsyncCorsBuilder,
    error::{NoRuntime, SourceError, SourceErrorKind, SourceErrors, SourceSetting, TimedOut},
    future::AsyncResponseFuture,
    layer::AsyncCorsLayer,
    policy_source::PolicySource,
    service::AsyncCors,
};
