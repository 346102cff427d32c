//! The future of a response.

use crate::protocol::{Decision, Decoration};
use http::Response;
use pin_project_lite::pin_project;
use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

pin_project! {
    /// The future of [`Cors`](crate::Cors).
    pub struct ResponseFuture<F> {
        #[pin]
        state: State<F>,
        recorded: Option<Box<Decision>>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<F> {
        // The inner service runs; its response will be decorated, unless no policy governs the request.
        Forward { #[pin] future: F, decoration: Option<Decoration> },
        // The answer is there; `None` once it is taken.
        Respond { response: Option<Response<()>> },
    }
}

impl<F> ResponseFuture<F> {
    pub(crate) fn alone(future: F) -> Self {
        Self { state: State::Forward { future, decoration: None }, recorded: None }
    }

    pub(crate) fn forward(
        future: F,
        decoration: Decoration,
        recorded: Option<Box<Decision>>,
    ) -> Self {
        Self { state: State::Forward { future, decoration: Some(decoration) }, recorded }
    }

    pub(crate) fn respond(response: Response<()>, recorded: Option<Box<Decision>>) -> Self {
        Self { state: State::Respond { response: Some(response) }, recorded }
    }
}

impl<F, B, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Default,
{
    type Output = Result<Response<B>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut response = match this.state.project() {
            StateProjection::Forward { future, decoration } => {
                let mut response = ready!(future.poll(cx))?;
                if let Some(decoration) = decoration.take() {
                    decoration.apply(response.headers_mut());
                }
                response
            }
            StateProjection::Respond { response } => match response.take() {
                Some(response) => response.map(|()| B::default()),
                None => panic!("polled after completion"),
            },
        };
        if let Some(decision) = this.recorded.take() {
            response.extensions_mut().insert(*decision);
        }
        Poll::Ready(Ok(response))
    }
}

impl<F> fmt::Debug for ResponseFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
