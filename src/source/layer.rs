//! The layer.

use super::{builder::AsyncCorsBuilder, service::AsyncCors};
use crate::{
    body::WrapBodyLayer,
    observe::{Observer, observer_setters},
    policy::{AllowOrigin, InnerHeaders, Policy, PolicyBuilder},
};
use http::StatusCode;
use std::{fmt, sync::Arc, time::Duration};
use tower_layer::Layer;

/// Wraps services in [`AsyncCors`]: as [`CorsLayer`](crate::CorsLayer), but for policies that must
/// be asked for.
///
/// See the [module](crate::source) for the rules. It needs a tokio runtime with its timer enabled,
/// as axum and hyper-util's servers have.
///
/// ```
/// use axum::{Router, routing::get};
/// use http::request::Parts;
/// use tower_cors::{AsyncCorsLayer, Policy, policy::BoxError};
///
/// let cors = AsyncCorsLayer::new(|_parts: &Parts| async {
///     let origins = std::env::var("ALLOWED_ORIGINS").unwrap_or_default(); // or a query, a fetch, …
///     Ok::<_, BoxError>(Some(Policy::builder().allow_origin(origins).build()?))
/// });
/// let app: Router = Router::new().route("/", get(|| async { "hello" })).layer(cors);
/// ```
#[derive(Clone)]
#[must_use = "a layer does nothing until it wraps a service"]
pub struct AsyncCorsLayer<P> {
    pub(super) source: P,
    pub(super) fallback: Fallback,
    pub(super) observer: Option<Arc<Observer>>,
}

/// What governs a request whose policy is not known.
#[derive(Clone, Debug)]
pub(super) struct Fallback {
    /// Allows no origin.
    pub(super) policy: Policy,
    /// For a request without `Origin`, for which the source is not asked: it removes nothing that
    /// the inner service granted, since the path may be one that is off.
    pub(super) unasked: Policy,
    pub(super) status: StatusCode,
    pub(super) timeout: Duration,
}

impl Fallback {
    pub(super) fn new(enforce: bool, status: StatusCode, timeout: Duration) -> Self {
        let nobody = AllowOrigin::predicate(|_, _| false);
        let builder = Policy::builder().allow_origin(nobody).enforce(enforce);
        let build = |builder: PolicyBuilder| match builder.build() {
            Ok(policy) => policy,
            Err(errors) => unreachable!("a policy that allows nobody is valid: {errors}"),
        };
        let unasked = build(builder.clone().inner_headers(InnerHeaders::Keep));
        Self { policy: build(builder), unasked, status, timeout }
    }
}

impl<P> AsyncCorsLayer<P> {
    /// A layer under the policies of this source, with every setting at its default.
    pub fn new(source: P) -> Self {
        Self::builder(source).build_unchecked()
    }

    /// A builder with every setting at its default.
    pub fn builder(source: P) -> AsyncCorsBuilder<P> {
        AsyncCorsBuilder::new(source)
    }

    /// The source.
    pub fn source(&self) -> &P {
        &self.source
    }

    /// Wraps the response body of the inner service, where that has no `Default`; see
    /// [`CorsLayer::wrap_body`](crate::CorsLayer::wrap_body).
    pub fn wrap_body(self) -> WrapBodyLayer<Self> {
        WrapBodyLayer::new(self)
    }
}

observer_setters!(AsyncCorsLayer);

impl<S, P: Clone> Layer<S> for AsyncCorsLayer<P> {
    type Service = AsyncCors<S, P>;

    fn layer(&self, inner: S) -> Self::Service {
        AsyncCors::new(inner, self.clone())
    }
}

// Not derived: functions, which most sources are, have no `Debug`.
impl<P> fmt::Debug for AsyncCorsLayer<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncCorsLayer")
            .field("fallback", &self.fallback)
            .field("observer", &self.observer)
            .finish_non_exhaustive()
    }
}
