//! The future of a response.

use crate::body::EmptyBody;
use crate::protocol::{Decision, Decoration};
use http::{Extensions, Response};
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
            recorded: Option<Box<Decision>>,
        },
        // The answer is there; `None` once it is taken.
        Respond { response: Option<Response<()>> },
    }
}

impl<F> ResponseFuture<F> {
    pub(crate) fn forward(
        future: F,
        decoration: Option<Decoration>,
        recorded: Option<Box<Decision>>,
    ) -> Self {
        Self { state: State::Forward { future, decoration, recorded } }
    }

    pub(crate) fn respond(mut response: Response<()>, recorded: Option<Box<Decision>>) -> Self {
        if let Some(decision) = recorded {
            record(*decision, response.extensions_mut());
        }
        Self { state: State::Respond { response: Some(response) } }
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
            StateProjection::Forward { future, decoration, recorded } => {
                let mut response = ready!(future.poll(cx))?;
                if let Some(decoration) = decoration.take() {
                    decoration.apply(&mut response);
                }
                if let Some(decision) = recorded.take() {
                    record(*decision, response.extensions_mut());
                }
                Poll::Ready(Ok(response))
            }
            StateProjection::Respond { response } => {
                let Some(response) = response.take() else { panic!("polled after completion") };
                Poll::Ready(Ok(response.map(|()| B::empty())))
            }
        }
    }
}

/// Apart, for it is rare: written in place it takes 18 instructions where nothing is recorded.
#[cold]
fn record(decision: Decision, extensions: &mut Extensions) {
    extensions.insert(decision);
}

impl<F> fmt::Debug for ResponseFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
