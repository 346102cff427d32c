//! The floor: what an expert writes by hand for one application, over one shared policy whose
//! header values are made once. It knows nothing of patterns, predicates, hooks or reasons, removes
//! nothing that the inner service set, and is checked by nobody. It is right for the scenarios
//! here.

use http::{
    HeaderMap, HeaderValue, Method, Request, Response, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
    },
};
use pin_project_lite::pin_project;
use std::{
    collections::HashSet,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};
use tower::{Layer, Service};

/// The policy of [`Hand`].
#[derive(Debug)]
pub struct HandPolicy {
    /// Which origins are granted.
    pub origins: HandOrigins,
    /// Whether credentials are.
    pub credentials: bool,
    /// `Access-Control-Expose-Headers`.
    pub expose: Option<HeaderValue>,
    /// All headers of the answer to a preflight but `Access-Control-Allow-Origin`, which is there
    /// and empty.
    pub preflight: HeaderMap,
    /// All headers of the answer to a preflight that is refused.
    pub refused_preflight: HeaderMap,
}

/// The origins of [`HandPolicy`].
#[derive(Debug)]
pub enum HandOrigins {
    /// `*`
    Any,
    /// These.
    Few(Vec<HeaderValue>),
    /// These, hashed.
    Many(HashSet<HeaderValue>),
}

impl HandPolicy {
    /// The value of `Access-Control-Allow-Origin`.
    fn grant(&self, origin: &HeaderValue) -> Option<HeaderValue> {
        match &self.origins {
            HandOrigins::Any => Some(HeaderValue::from_static("*")),
            HandOrigins::Few(list) => list.iter().find(|listed| *listed == origin).cloned(),
            HandOrigins::Many(set) => set.get(origin).cloned(),
        }
    }

    fn decorate(&self, headers: &mut HeaderMap, origin: Option<HeaderValue>) {
        if let Some(origin) = origin {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            if self.credentials {
                headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
            }
            if let Some(expose) = &self.expose {
                headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, expose.clone());
            }
        }
        if matches!(self.origins, HandOrigins::Any) {
            return;
        }
        match headers.get(VARY) {
            None => {
                headers.insert(VARY, HeaderValue::from_static("Origin"));
            }
            Some(vary) if names_origin(vary) => {}
            Some(_) => {
                headers.append(VARY, HeaderValue::from_static("Origin"));
            }
        }
    }
}

fn names_origin(vary: &HeaderValue) -> bool {
    let mut names = vary.as_bytes().split(|&b| b == b',').map(<[u8]>::trim_ascii);
    names.any(|name| name == b"*" || name.eq_ignore_ascii_case(b"origin"))
}

/// Makes [`Hand`].
#[derive(Clone, Debug)]
pub struct HandLayer(pub Arc<HandPolicy>);

impl<S> Layer<S> for HandLayer {
    type Service = Hand<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Hand { inner, policy: self.0.clone() }
    }
}

/// The service.
#[derive(Clone, Debug)]
pub struct Hand<S> {
    inner: S,
    policy: Arc<HandPolicy>,
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for Hand<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    ResBody: Default,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = HandFuture<S::Future, ResBody>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let headers = request.headers();
        let origin = headers.get(ORIGIN);
        let granted = match (&self.policy.origins, origin) {
            (HandOrigins::Any, _) => Some(HeaderValue::from_static("*")),
            (_, Some(origin)) => self.policy.grant(origin),
            (_, None) => None,
        };
        let preflight = origin.is_some()
            && request.method() == Method::OPTIONS
            && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        if !preflight {
            let policy = Some(self.policy.clone());
            return HandFuture::Forward { future: self.inner.call(request), policy, granted };
        }
        let mut response = Response::new(ResBody::default());
        if let Some(granted) = granted {
            *response.status_mut() = StatusCode::NO_CONTENT;
            *response.headers_mut() = self.policy.preflight.clone();
            if let Some(place) = response.headers_mut().get_mut(ACCESS_CONTROL_ALLOW_ORIGIN) {
                *place = granted;
            }
        } else {
            *response.status_mut() = StatusCode::FORBIDDEN;
            *response.headers_mut() = self.policy.refused_preflight.clone();
        }
        HandFuture::Respond { response: Some(response) }
    }
}

pin_project! {
    /// The future of [`Hand`].
    #[project = Projection]
    #[allow(missing_docs)]
    #[derive(Debug)]
    pub enum HandFuture<F, B> {
        Forward { #[pin] future: F, policy: Option<Arc<HandPolicy>>, granted: Option<HeaderValue> },
        Respond { response: Option<Response<B>> },
    }
}

impl<F, B, E> Future for HandFuture<F, B>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project() {
            Projection::Forward { future, policy, granted } => {
                let mut response = ready!(future.poll(cx))?;
                if let Some(policy) = policy.take() {
                    policy.decorate(response.headers_mut(), granted.take());
                }
                Poll::Ready(Ok(response))
            }
            Projection::Respond { response } => {
                Poll::Ready(Ok(response.take().expect("polled once")))
            }
        }
    }
}
