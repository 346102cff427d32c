//! The inner service, and what runs a future that never waits.

use axum::{Router, body::Body, routing::any};
use bytes::Bytes;
use http::{HeaderValue, Request, Response, header::CONTENT_TYPE};
use http_body_util::Full;
use std::{
    convert::Infallible,
    future::{Future, Ready, ready},
    pin::pin,
    task::{Context, Poll, Waker},
};
use tower::Service;

/// Answers at once, with one header.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Inner;

impl Inner {
    fn answer() -> Ready<Result<Response<Full<Bytes>>, Infallible>> {
        let mut response = Response::new(Full::new(Bytes::from_static(b"{}")));
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, json);
        ready(Ok(response))
    }
}

impl<B> Service<Request<B>> for Inner {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<B>) -> Self::Future {
        Self::answer()
    }
}

impl<B> hyper::service::Service<Request<B>> for Inner {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn call(&self, _: Request<B>) -> Self::Future {
        Self::answer()
    }
}

/// An application of one route.
pub(crate) fn router() -> Router {
    Router::new().route("/api/items", any(async || "{}"))
}

/// The same as a service of hyper's.
#[derive(Clone, Debug)]
pub(crate) struct HyperRouter(pub(crate) Router);

impl hyper::service::Service<Request<Body>> for HyperRouter {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = <Router as Service<Request<Body>>>::Future;

    fn call(&self, request: Request<Body>) -> Self::Future {
        self.0.clone().call(request)
    }
}

/// Polls to the end.
pub(crate) fn drive<F: Future<Output = Result<T, Infallible>>, T>(future: F) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(response)) => response,
        Poll::Pending => unreachable!("nothing here waits"),
    }
}
