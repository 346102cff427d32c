//! The layer.

use super::{fallback::Fallback, service::AsyncCors};
use crate::{
    body::WrapBodyLayer,
    observe::{Observer, observer_setters},
};
use std::{fmt, sync::Arc};
use tower_layer::Layer;

/// Wraps services in [`AsyncCors`], as [`CorsLayer`](crate::CorsLayer) does in `Cors`, for policies
/// that come from a database, a cache or another service.
///
/// See the [module](crate::source) for the rules, and the constructors: [`new`](Self::new) for a
/// function, [`with_source`](Self::with_source) for anything else that implements
/// [`PolicySource`](crate::source::PolicySource), such as a `Resolver`.
///
/// It needs a tokio runtime with its timer enabled, as servers of axum and hyper-util have. Outside
/// of a runtime, a source that does not answer at once counts as unavailable
/// ([`NoRuntime`](crate::source::NoRuntime)).
///
/// ```
/// use axum::{Router, routing::get};
/// use tower_cors::{AsyncCorsLayer, Policy, policy::BoxError};
///
/// async fn origins() -> Result<Vec<String>, BoxError> {
///     // … a query, a call to another service …
///     Ok(vec!["https://app.example.com".to_owned()])
/// }
///
/// let cors = AsyncCorsLayer::new(|_parts| async {
///     Ok::<_, BoxError>(Some(Policy::builder().allow_origin(origins().await?).build()?))
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

impl<P> AsyncCorsLayer<P> {
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
        let Self { source, fallback, observer } = self.clone();
        AsyncCors { inner, source, fallback, observer }
    }
}

// Not derived, because functions have no `Debug`, and most sources are functions.
impl<P> fmt::Debug for AsyncCorsLayer<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncCorsLayer")
            .field("fallback", &self.fallback)
            .field("observer", &self.observer)
            .finish_non_exhaustive()
    }
}
