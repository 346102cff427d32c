//! A service whose panics are errors, so that a checkup can go on after one.

use std::error::Error;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use tower_service::Service;

type BoxError = Box<dyn Error + Send + Sync>;

pub(super) struct CatchPanic<S> {
    service: S,
}

impl<S> CatchPanic<S> {
    pub(super) fn new(service: S) -> Self {
        Self { service }
    }
}

impl<S, R> Service<R> for CatchPanic<S>
where
    S: Service<R>,
    S::Error: Into<BoxError>,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Caught<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.service.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let called = catch_unwind(AssertUnwindSafe(|| self.service.call(request)));
        Caught { future: called.ok().map(Box::pin) }
    }
}

/// The future of the service; none once it has panicked.
pub(super) struct Caught<F> {
    future: Option<Pin<Box<F>>>,
}

impl<F, T, E> Future for Caught<F>
where
    F: Future<Output = Result<T, E>>,
    E: Into<BoxError>,
{
    type Output = Result<T, BoxError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(future) = &mut self.future else {
            return Poll::Ready(Err(Panicked.into()));
        };
        let polled = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx)));
        if let Ok(poll) = polled {
            return poll.map_err(Into::into);
        }
        self.future = None;
        Poll::Ready(Err(Panicked.into()))
    }
}

/// The service panicked, and no layer caught it.
#[derive(Debug)]
pub(super) struct Panicked;

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the handler panicked, and no layer caught the panic")
    }
}

impl Error for Panicked {}
