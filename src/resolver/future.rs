//! The future of a policy.

use super::{cache::Outcome, error::LookupError};
use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

/// The future of [`Resolver`](crate::Resolver). An answer that is remembered costs it no
/// allocation.
pub struct ResolverFuture<P> {
    state: State<P>,
}

enum State<P> {
    /// The answer is there; `None` once it is taken.
    Ready(Option<Outcome<P>>),
    /// A lookup is awaited.
    Waiting(Pin<Box<dyn Future<Output = Outcome<P>> + Send>>),
}

// No part of it is pinned but what is in a box.
impl<P> Unpin for ResolverFuture<P> {}

impl<P> ResolverFuture<P> {
    pub(super) fn ready(outcome: Outcome<P>) -> Self {
        Self { state: State::Ready(Some(outcome)) }
    }

    pub(super) fn waiting(outcome: impl Future<Output = Outcome<P>> + Send + 'static) -> Self {
        Self { state: State::Waiting(Box::pin(outcome)) }
    }
}

impl<P> Future for ResolverFuture<P> {
    type Output = Result<Option<P>, LookupError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.get_mut().state {
            State::Ready(outcome) => match outcome.take() {
                Some(outcome) => Poll::Ready(outcome),
                None => panic!("polled after completion"),
            },
            State::Waiting(outcome) => outcome.as_mut().poll(cx),
        }
    }
}

impl<P> fmt::Debug for ResolverFuture<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResolverFuture").finish_non_exhaustive()
    }
}
