//! Response bodies: how preflights are answered with the inner service's own body type, and what to
//! do where that type has no empty value.
//!
//! An answer of this crate (to a preflight, or a 403) has an empty body, and its type must be the
//! one of the inner service's responses. [`EmptyBody`] is implemented for every type that has a
//! `Default`, which is what most bodies have: axum's, tonic's, `Full`, `BoxBody`, `String`.
//!
//! Some bodies have none: hyper's `Incoming`, and what tower-http's `TraceLayer` wraps around a
//! body. Write `.wrap_body()` on the layer, and the response body becomes [`ResponseBody`], which
//! can be empty whatever it wraps.

use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};
use tower_layer::Layer;
use tower_service::Service;

/// A response body that can be empty. It is implemented for every type with a `Default`, and there
/// is nothing to implement by hand.
#[diagnostic::on_unimplemented(
    message = "the response body `{Self}` has no `Default`, so the CORS layer cannot answer preflights with it",
    label = "this service's response body has no `Default`",
    note = "write `.wrap_body()` on the CORS layer: `ServiceBuilder::new().layer(cors.wrap_body())`",
    note = "it wraps the body in `tower_cors::body::ResponseBody`, which can be empty whatever it wraps"
)]
pub trait EmptyBody: Sized {
    /// The empty body.
    fn empty() -> Self;
}

#[diagnostic::do_not_recommend]
impl<B: Default> EmptyBody for B {
    fn empty() -> Self {
        B::default()
    }
}

pin_project! {
    /// A response body that is either the inner service's or empty.
    ///
    /// It forwards frames, errors, size hint and end of stream of the body it wraps, without an
    /// allocation. Its `Default` is empty, whether or not `B` has a `Default`.
    ///
    /// ```
    /// use http_body::Body;
    /// use http_body_util::Full;
    /// use tower_cors::body::ResponseBody;
    ///
    /// let wrapped = ResponseBody::new(Full::<bytes::Bytes>::from("hello"));
    /// assert_eq!(wrapped.size_hint().exact(), Some(5));
    /// let empty = ResponseBody::<Full<bytes::Bytes>>::default();
    /// assert!(empty.is_end_stream());
    /// ```
    #[derive(Clone, Debug)]
    pub struct ResponseBody<B> {
        #[pin]
        inner: Option<B>,
    }
}

impl<B> ResponseBody<B> {
    /// Wraps a body.
    pub const fn new(body: B) -> Self {
        Self { inner: Some(body) }
    }

    /// The body of the inner service; `None` if the response was made by the CORS layer.
    pub fn into_inner(self) -> Option<B> {
        self.inner
    }
}

impl<B> Default for ResponseBody<B> {
    fn default() -> Self {
        Self { inner: None }
    }
}

impl<B: Body> Body for ResponseBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        match self.project().inner.as_pin_mut() {
            Some(body) => body.poll_frame(cx),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.as_ref().map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}

/// The layer that [`CorsLayer::wrap_body`](crate::CorsLayer::wrap_body) makes: the CORS layer
/// around services whose response body is wrapped in [`ResponseBody`].
#[derive(Clone, Copy, Debug)]
#[must_use = "a layer does nothing until it wraps a service"]
pub struct WrapBodyLayer<L> {
    layer: L,
}

impl<L> WrapBodyLayer<L> {
    pub(crate) const fn new(layer: L) -> Self {
        Self { layer }
    }
}

impl<S, L: Layer<WrapBody<S>>> Layer<S> for WrapBodyLayer<L> {
    type Service = L::Service;

    fn layer(&self, inner: S) -> Self::Service {
        self.layer.layer(WrapBody::new(inner))
    }
}

/// Wraps the response bodies of a service in [`ResponseBody`].
#[derive(Clone, Copy, Debug)]
pub struct WrapBody<S> {
    inner: S,
}

impl<S> WrapBody<S> {
    /// Wraps a service without a layer, to be given to [`Cors::new`](crate::Cors::new).
    pub const fn new(inner: S) -> Self {
        Self { inner }
    }

    /// The wrapped service.
    pub const fn get_ref(&self) -> &S {
        &self.inner
    }

    /// The wrapped service.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// The wrapped service, unwrapped.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for WrapBody<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
{
    type Response = Response<ResponseBody<ResBody>>;
    type Error = S::Error;
    type Future = WrapBodyFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        WrapBodyFuture { future: self.inner.call(request) }
    }
}

pin_project! {
    /// The future of [`WrapBody`].
    pub struct WrapBodyFuture<F> {
        #[pin]
        future: F,
    }
}

impl<F, B, E> Future for WrapBodyFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = Result<Response<ResponseBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let response = ready!(self.project().future.poll(cx))?;
        Poll::Ready(Ok(response.map(ResponseBody::new)))
    }
}

impl<F> fmt::Debug for WrapBodyFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WrapBodyFuture").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use http_body_util::Full;
    use std::{
        future::{Ready, ready},
        task::Waker,
    };

    /// The text of the next frame.
    fn frame(body: &mut ResponseBody<Full<Bytes>>) -> Option<Bytes> {
        let mut cx = Context::from_waker(Waker::noop());
        match Pin::new(body).poll_frame(&mut cx) {
            Poll::Ready(Some(Ok(frame))) => frame.into_data().ok(),
            Poll::Ready(None) => None,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_wrapped_body_is_the_inner_one() {
        let mut body = ResponseBody::new(Full::from("hello"));
        assert_eq!((body.size_hint().exact(), body.is_end_stream()), (Some(5), false));
        let inner = body.clone().into_inner().expect("the inner body");
        assert_eq!(inner.size_hint().exact(), Some(5));
        assert_eq!(frame(&mut body), Some(Bytes::from("hello")));
        assert_eq!((body.size_hint().exact(), body.is_end_stream()), (Some(0), true));
        assert_eq!(frame(&mut body), None);
    }

    #[test]
    fn an_empty_body_has_nothing() {
        let mut body = ResponseBody::<Full<Bytes>>::empty();
        assert_eq!((body.size_hint().exact(), body.is_end_stream()), (Some(0), true));
        assert_eq!(frame(&mut body), None);
        assert!(body.into_inner().is_none());
    }

    /// Never ready.
    struct Busy;

    impl Service<Request<()>> for Busy {
        type Response = Response<String>;
        type Error = fmt::Error;
        type Future = Ready<Result<Self::Response, fmt::Error>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), fmt::Error>> {
            Poll::Pending
        }

        fn call(&mut self, _: Request<()>) -> Self::Future {
            ready(Ok(Response::default()))
        }
    }

    #[test]
    fn a_wrapped_service_is_ready_when_the_inner_one_is() {
        let mut cx = Context::from_waker(Waker::noop());
        let mut service = WrapBody::new(Busy);
        assert!(service.poll_ready(&mut cx).is_pending());
        let future = service.call(Request::default());
        assert_eq!(format!("{future:?}"), "WrapBodyFuture { .. }");
    }
}
