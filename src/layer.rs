//! The layer.

use crate::{
    body::WrapBodyLayer,
    observe::{Observer, observer_setters},
    policy::{Policy, PolicyBuilder, ReadyBuilder},
    select::{ByRequest, SelectPolicy},
    service::Cors,
};
use http::{HeaderName, request::Parts};
use std::{fmt, sync::Arc};
use tower_layer::Layer;

/// Wraps services in [`Cors`].
///
/// ```
/// use axum::{Router, routing::get};
/// use http::Method;
/// use tower_cors::CorsLayer;
///
/// let cors = CorsLayer::builder()
///     .allow_origin(["https://app.example.com", "http://localhost:*"])
///     .allow_methods([Method::PUT, Method::DELETE])
///     .build()?;
/// let app: Router = Router::new().route("/", get(|| async { "hello" })).layer(cors);
/// # Ok::<(), tower_cors::PolicyErrors>(())
/// ```
///
/// In axum, add it after the routes and after all other layers, so that it is the outermost: a
/// response that another layer makes (a timeout's, a login's, a caught panic's) gets its headers
/// only if it passes through here.
#[derive(Clone, Debug)]
#[must_use = "a layer does nothing until it wraps a service"]
pub struct CorsLayer<P = Policy> {
    policies: P,
    observer: Option<Arc<Observer>>,
}

impl CorsLayer {
    /// A builder with every setting at its default.
    #[doc(alias = "new")]
    pub fn builder() -> PolicyBuilder<Self> {
        PolicyBuilder::new()
    }

    /// A layer that allows any origin, any method and any header, and exposes all response headers,
    /// without credentials: for an API that is open to everyone.
    ///
    /// It is a layer as it is, and a builder that adjusts it.
    ///
    /// ```
    /// use axum::{Router, routing::get};
    /// use std::time::Duration;
    /// use tower_cors::CorsLayer;
    ///
    /// let app: Router = Router::new()
    ///     .route("/", get(|| async { "hello" }))
    ///     .layer(CorsLayer::permissive());
    ///
    /// let adjusted = CorsLayer::permissive().max_age(Duration::from_secs(3600)).build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    pub fn permissive() -> ReadyBuilder<Self> {
        ReadyBuilder::permissive()
    }

    /// A layer that allows any origin on this machine, with credentials, any method and any header:
    /// for development.
    ///
    /// The origins are `localhost`, `*.localhost`, 127.0.0.0/8 and `[::1]`, with `http` or `https`
    /// and any port. Do not use it in production: any program that listens on a user's own machine
    /// could act as that user.
    ///
    /// ```
    /// use axum::{Router, routing::get};
    /// use tower_cors::CorsLayer;
    ///
    /// let app: Router = Router::new()
    ///     .route("/", get(|| async { "hello" }))
    ///     .layer(CorsLayer::development());
    /// ```
    pub fn development() -> ReadyBuilder<Self> {
        ReadyBuilder::development()
    }
}

impl<F: Fn(&Parts) -> Option<Policy>> CorsLayer<ByRequest<F>> {
    /// A layer under the policy that a function selects for each request. `None` leaves the request
    /// and its response unchanged.
    ///
    /// ```
    /// use tower_cors::{CorsLayer, Policy};
    ///
    /// let admin = Policy::builder().allow_origin("https://admin.example.com").build()?;
    /// let cors = CorsLayer::by_request(move |parts| {
    ///     parts.uri.path().starts_with("/admin").then(|| admin.clone())
    /// });
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    pub fn by_request(select: F) -> Self {
        Self::with_policies(ByRequest::new(select))
    }

    /// Names the request headers that the function reads, besides `Origin`, so that caches do not
    /// mix up the answers. See [`ByRequest::reads`].
    ///
    /// ```
    /// use http::header::HOST;
    /// use tower_cors::{CorsLayer, Policy};
    ///
    /// let partners = Policy::builder().allow_origin("https://*.partner.example").build()?;
    /// let public = Policy::builder().allow_origin("*").build()?;
    /// let cors = CorsLayer::by_request(move |parts| {
    ///     let host = parts.headers.get(HOST)?;
    ///     Some(if host == "partners.example.com" { partners.clone() } else { public.clone() })
    /// })
    /// .reads([HOST]);
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    pub fn reads(self, names: impl IntoIterator<Item = HeaderName>) -> Self {
        Self { policies: self.policies.reads(names), ..self }
    }
}

impl<P: SelectPolicy> CorsLayer<P> {
    /// A layer under these policies: a [`Policy`], a `PolicyList`, or anything else that
    /// implements [`SelectPolicy`].
    ///
    /// ```
    /// use tower_cors::{CorsLayer, Policy};
    ///
    /// let policy = Policy::builder().allow_origin("https://app.example.com").build()?;
    /// let cors = CorsLayer::with_policies(policy);
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    pub const fn with_policies(policies: P) -> Self {
        Self { policies, observer: None }
    }
}

impl<P> CorsLayer<P> {
    /// The policies.
    pub fn policies(&self) -> &P {
        &self.policies
    }

    /// Wraps the response body of the inner service in [`ResponseBody`](crate::body::ResponseBody).
    ///
    /// Needed where that body has no `Default`, such as hyper's `Incoming` or the body of
    /// tower-http's `TraceLayer`; the compiler's error says so. Everywhere else, leave it out:
    /// the body's type then stays as it is. Call it last.
    ///
    /// ```
    /// use bytes::Bytes;
    /// use http::{Request, Response};
    /// use http_body_util::Full;
    /// use tower::ServiceBuilder;
    /// use tower_cors::CorsLayer;
    /// use tower_http::trace::TraceLayer;
    ///
    /// let cors = CorsLayer::builder().allow_origin("https://app.example.com").build()?;
    /// let service = ServiceBuilder::new()
    ///     .layer(cors.wrap_body())
    ///     .layer(TraceLayer::new_for_http())
    ///     .service_fn(|_: Request<Full<Bytes>>| async {
    ///         Ok::<_, std::convert::Infallible>(Response::new(Full::<Bytes>::from("hello")))
    ///     });
    /// # fn check<S: tower::Service<Request<Full<Bytes>>>>(_: S) {}
    /// # check(service);
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    pub fn wrap_body(self) -> WrapBodyLayer<Self> {
        WrapBodyLayer::new(self)
    }
}

observer_setters!(CorsLayer);

#[cfg(feature = "config")]
impl<P> CorsLayer<P> {
    /// With a shadow policy that is compared only where it governs.
    pub(crate) fn partial_shadow(self, shadow: impl SelectPolicy + Send + Sync + 'static) -> Self {
        self.observing(|observer| observer.set_partial_shadow(shadow))
    }
}

impl<P: fmt::Display> CorsLayer<P> {
    /// Logs the policies at INFO (feature "tracing"), a line each: what is in force from here on.
    ///
    /// ```
    /// use tower_cors::CorsLayer;
    ///
    /// let cors = CorsLayer::builder()
    ///     .allow_origin("https://app.example.com")
    ///     .build()?
    ///     .named("api")
    ///     .log_policies();
    /// // INFO tower_cors: CORS policy in force: allow_origin: https://app.example.com layer="api"
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    pub fn log_policies(self) -> Self {
        #[cfg(feature = "tracing")]
        crate::observe::in_force(self.observer.as_deref().and_then(Observer::name), &self.policies);
        self
    }
}

impl From<Policy> for CorsLayer {
    fn from(policy: Policy) -> Self {
        Self::with_policies(policy)
    }
}

impl From<ReadyBuilder<Self>> for CorsLayer {
    fn from(ready: ReadyBuilder<Self>) -> Self {
        ready.policy().clone().into()
    }
}

/// The policy as it is.
impl<S> Layer<S> for ReadyBuilder<CorsLayer> {
    type Service = Cors<S>;

    fn layer(&self, inner: S) -> Self::Service {
        CorsLayer::from(self.policy().clone()).layer(inner)
    }
}

impl<S, P: Clone> Layer<S> for CorsLayer<P> {
    type Service = Cors<S, P>;

    fn layer(&self, inner: S) -> Self::Service {
        Cors::observed(inner, self.policies.clone(), self.observer.clone())
    }
}
