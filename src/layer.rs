//! The layer.

use crate::{
    body::WrapBodyLayer,
    observe::Observer,
    policy::{AllowOrigin, Any, Policy, PolicyBuilder},
    protocol::Decision,
    select::SelectPolicy,
    service::Cors,
};
use http::{header::AUTHORIZATION, request::Parts};
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

impl<F: Fn(&Parts) -> Option<Policy>> CorsLayer<F> {
    /// A layer under the policy that a function chooses for each request; `None` leaves the request
    /// wholly alone.
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
    pub const fn by_request(select: F) -> Self {
        Self::with_policies(select)
    }
}

impl<P: SelectPolicy> CorsLayer<P> {
    /// A layer under these policies: a [`Policy`], a `PolicyList`, or a function of the request. See
    /// [`SelectPolicy`].
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

    /// Calls `hook` with each decision, on requests that are not CORS too, before anything is
    /// answered or run.
    ///
    /// ```
    /// use tower_cors::{CorsLayer, Decision};
    ///
    /// let cors = CorsLayer::builder()
    ///     .allow_origin("https://app.example.com")
    ///     .build()?
    ///     .on_decision(|decision, parts| {
    ///         if let Decision::Refused(refusal) = decision {
    ///             eprintln!("{} {}: {refusal}", parts.method, parts.uri.path());
    ///         }
    ///     });
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    pub fn on_decision(self, hook: impl Fn(&Decision, &Parts) + Send + Sync + 'static) -> Self {
        self.observing(|observer| observer.add_hook(hook))
    }

    /// Whether the [`Decision`] is put into the extensions of the request, for the inner service,
    /// and of the response, for outer layers. Default: `false`.
    pub fn record_decision(self, record: bool) -> Self {
        self.observing(|observer| observer.record = record)
    }

    /// Judges each request under `shadow` too, without ever enforcing it, and calls `report` where
    /// the two decisions differ: with the live one, the shadow's, and the request. For trying a
    /// narrower policy on real traffic.
    ///
    /// The comparison is of granted, refused and not CORS; with feature "tracing" a difference is
    /// an event as well.
    ///
    /// ```
    /// use tower_cors::{CorsLayer, Policy};
    ///
    /// let narrower = Policy::builder().allow_origin("https://app.example.com").build()?;
    /// let cors = CorsLayer::builder()
    ///     .allow_origin("https://*.example.com")
    ///     .build()?
    ///     .shadow(narrower, |live, shadow, parts| {
    ///         eprintln!("{}: {live}, but would be {shadow}", parts.uri.path());
    ///     });
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    pub fn shadow(
        self,
        shadow: impl SelectPolicy + Send + Sync + 'static,
        report: impl Fn(&Decision, &Decision, &Parts) + Send + Sync + 'static,
    ) -> Self {
        self.observing(|observer| observer.set_shadow(shadow, report))
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

    fn observing(self, change: impl FnOnce(&mut Observer)) -> Self {
        Self { observer: Some(Observer::change(self.observer, change)), ..self }
    }
}

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
