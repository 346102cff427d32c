//! The layer.

use crate::{
    body::WrapBodyLayer,
    observe::{Observer, observer_setters},
    policy::{AllowOrigin, Any, Policy, PolicyBuilder},
    select::{ByRequest, SelectPolicy},
    service::Cors,
};
use http::{HeaderName, header::AUTHORIZATION, request::Parts};
use std::sync::Arc;
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

    /// Any origin, any method, any header, all response headers exposed, no credentials: for an API
    /// that is open to all.
    ///
    /// ```
    /// let cors = tower_cors::CorsLayer::permissive();
    /// ```
    pub fn permissive() -> Self {
        preset(
            Self::builder()
                .allow_origin(Any)
                .allow_methods(Any)
                .allow_headers(Any)
                .allow_headers(AUTHORIZATION)
                .expose_headers(Any),
        )
    }

    /// Any origin on this machine (`localhost`, `*.localhost`, 127.0.0.0/8, `[::1]`; `http` and
    /// `https`, any port), any method and header, credentials: for development.
    ///
    /// Not for production: whatever listens on a user's own machine could act as that user.
    ///
    /// ```
    /// let cors = tower_cors::CorsLayer::development();
    /// ```
    pub fn development() -> Self {
        let loopback = AllowOrigin::predicate(|origin, _parts| {
            matches!(origin.scheme(), "http" | "https") && origin.is_loopback()
        });
        preset(
            Self::builder()
                .allow_origin(loopback)
                .allow_methods(Any)
                .allow_headers(Any)
                .allow_headers(AUTHORIZATION)
                .allow_credentials(true)
                .expose_headers(Any),
        )
    }
}

fn preset(builder: PolicyBuilder<CorsLayer>) -> CorsLayer {
    match builder.build() {
        Ok(layer) => layer,
        Err(errors) => unreachable!("a preset is valid: {errors}"),
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

impl From<Policy> for CorsLayer {
    fn from(policy: Policy) -> Self {
        Self::with_policies(policy)
    }
}

impl<S, P: Clone> Layer<S> for CorsLayer<P> {
    type Service = Cors<S, P>;

    fn layer(&self, inner: S) -> Self::Service {
        Cors::observed(inner, self.policies.clone(), self.observer.clone())
    }
}
