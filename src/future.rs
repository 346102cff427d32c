//! The future of a response.

use crate::body::EmptyBody;
use crate::protocol::Decoration;
use http::{Request, Response};
use pin_project_lite::pin_project;
use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};
use tower_service::Service;

pin_project! {
    /// The future of [`Cors`](crate::Cors).
    pub struct ResponseFuture<F> {
        #[pin]
        state: State<F>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<F> {
        // The inner service runs; its response will be decorated, unless no policy governs the
        // request.
        Forward {
            #[pin]
            future: F,
            decoration: Option<Decoration>,
        },
        // The answer is there; `None` once it is taken.
        Respond { response: Option<Response<()>> },
    }
}

impl<F> ResponseFuture<F> {
    #[inline]
    pub(crate) fn forward<S, B>(
        inner: &mut S,
        request: Request<B>,
        decoration: Option<Decoration>,
    ) -> Self
    where
        S: Service<Request<B>, Future = F>,
    {
        Self { state: State::calling(inner, request, decoration) }
    }

    #[inline]
    pub(crate) fn respond(response: Response<()>) -> Self {
        Self { state: State::Respond { response: Some(response) } }
    }
}

impl<F> State<F> {
    /// Apart, since so the inner future is copied once less.
    #[inline(never)]
    fn calling<S, B>(inner: &mut S, request: Request<B>, decoration: Option<Decoration>) -> Self
    where
        S: Service<Request<B>, Future = F>,
    {
        Self::Forward { future: inner.call(request), decoration }
    }
}

impl<F, B, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: EmptyBody,
{
    type Output = Result<Response<B>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().state.project() {
            StateProjection::Forward { future, decoration } => {
                // Decorated where it lies: a response is large.
                let mut polled = future.poll(cx);
                if let (Poll::Ready(Ok(response)), Some(decoration)) = (&mut polled, decoration) {
                    decoration.apply(response);
                }
                polled
            }
            StateProjection::Respond { response } => {
                let Some(response) = response.take() else { panic!("polled after completion") };
                Poll::Ready(Ok(response.map(|()| B::empty())))
            }
        }
    }
}

impl<F> fmt::Debug for ResponseFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_its_name() {
        let future = ResponseFuture::<()>::respond(Response::default());
        assert_eq!(format!("{future:?}"), "ResponseFuture { .. }");
    }
}
