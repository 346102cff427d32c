//! Policies that must be asked for: of a database, a cache, another service.
//!
//! [`AsyncCorsLayer`] is to [`CorsLayer`](crate::CorsLayer) what tower's `AsyncFilter` is to its
//! `Filter`: a type of its own, so that nobody else pays for it. A [`PolicySource`] yields the
//! policy for a request, and then everything goes as it always does:
//!
//! 1. A request without `Origin` does not ask the source. Its response is left unchanged, but for
//!    `Vary: Origin`: the path may be one that is off, whose own `Access-Control-*` headers stay.
//!    Caches that honor `Vary` hand it to no request with an `Origin`. So each policy that a source yields is treated as a dynamic one, even if by
//!    itself it is static: all its answers say `Vary: Origin`.
//! 2. Any other request, preflight or actual, asks the source first; until that has answered, the
//!    inner service is not called.
//! 3. A policy judges the request as if it stood in a `CorsLayer`. `None` allows no origin: the
//!    request is refused as one whose origin is not allowed.
//! 4. A source that fails or takes longer than the [timeout](AsyncCorsBuilder::timeout) leaves the
//!    request refused with [`Refusal::PolicyUnavailable`](crate::Refusal::PolicyUnavailable), which
//!    hooks see, and is logged. A preflight is answered with 503 (or [another
//!    status](AsyncCorsBuilder::unavailable_status)). An actual request runs, and its response
//!    carries no grant; with [`enforce`](AsyncCorsBuilder::enforce) it does not run, and has the
//!    same status. Either answer says `Cache-Control: no-store`, for from a cache it would outlive
//!    the failure.
//! 5. `on_decision`, `record_decision` and `shadow` are those of `CorsLayer`.
//!
//! 503 rather than 403, because to a browser both are a failed preflight, which it does not cache,
//! while to whoever watches the server the one says that something is wrong there, and the other
//! that it works. It comes without `Retry-After`: no browser heeds it in a preflight's answer.
//!
//! A source is asked once for each request that has an `Origin`, of which any client can send as
//! many as it likes. `Resolver` (feature "resolver") puts a cache around it that a flood of made-up
//! origins cannot get past.
//!
//! ```
//! use http::request::Parts;
//! use tower_cors::{AsyncCorsLayer, Policy, policy::BoxError};
//!
//! # #[derive(Clone)] struct Database;
//! # impl Database { async fn origins(&self, _: &str) -> Result<Vec<String>, BoxError> { Ok(vec![]) } }
//! # let database = Database;
//! let cors = AsyncCorsLayer::new(move |parts: &Parts| {
//!     let tenant = parts.headers.get("x-tenant").and_then(|value| value.to_str().ok()).map(str::to_owned);
//!     let database = database.clone();
//!     async move {
//!         let Some(tenant) = tenant else { return Ok(None) };
//!         let origins = database.origins(&tenant).await?;
//!         let policy = Policy::builder().allow_origin(origins).allow_credentials(true).build()?;
//!         Ok::<_, BoxError>(Some(policy))
//!     }
//! });
//! ```

mod builder;
mod error;
mod future;
mod layer;
mod policy_source;
mod service;

pub use self::{
    builder::AsyncCorsBuilder,
    error::{SourceError, SourceErrorKind, SourceErrors, SourceSetting, TimedOut},
    future::AsyncResponseFuture,
    layer::AsyncCorsLayer,
    policy_source::PolicySource,
    service::AsyncCors,
};
