//! The future of a response.

use super::{
    error::{NoRuntime, TimedOut},
    fallback::Fallback,
    policy_source::PolicySource,
};
use crate::{
    body::EmptyBody,
    future::ResponseFuture,
    observe::{Observer, unavailable},
    policy::BoxError,
    select::{SelectPolicy, Selection},
    service::dispatch,
};
use http::{Request, Response, header::ORIGIN, request::Parts};
use pin_project_lite::pin_project;
use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{runtime::Handle, time::Sleep};
use tower_service::Service;

pin_project! {
    /// The future of [`AsyncCors`](crate::source::AsyncCors).
    pub struct AsyncResponseFuture<S, P, B>
    where
        S: Service<Request<B>>,
        P: PolicySource,
    {
        #[pin]
        state: State<S, P, B>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<S, P, B>
    where
        S: Service<Request<B>>,
        P: PolicySource,
    {
        // Waits for the policy. The timer starts when the source turns out not to answer at once.
        Waiting {
            #[pin] policies: P::Future,
            #[pin] timer: Option<Sleep>,
            timeout: Duration,
            waiting: Option<Waiting<S, B>>,
        },
        // The policy is known. From here on, everything is as in `Cors`.
        Responding { #[pin] response: ResponseFuture<S::Future> },
    }
}

/// What waits for the policy.
pub(super) struct Waiting<S, B> {
    pub(super) inner: S,
    pub(super) request: (Parts, B),
    pub(super) fallback: Fallback,
    pub(super) observer: Option<Arc<Observer>>,
}

impl<S: Service<Request<B>>, P: PolicySource, B> AsyncResponseFuture<S, P, B> {
    pub(super) fn waiting(policies: P::Future, waiting: Waiting<S, B>) -> Self {
        let timeout = waiting.fallback.timeout;
        Self { state: State::Waiting { policies, timer: None, timeout, waiting: Some(waiting) } }
    }

    pub(super) fn responding(response: ResponseFuture<S::Future>) -> Self {
        Self { state: State::Responding { response } }
    }
}

impl<S, P, ReqBody, ResBody> Future for AsyncResponseFuture<S, P, ReqBody>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    P: PolicySource,
    ResBody: EmptyBody,
{
    type Output = Result<Response<ResBody>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        loop {
            let response = match state.as_mut().project() {
                StateProjection::Responding { response } => return response.poll(cx),
                StateProjection::Waiting { policies, mut timer, timeout, waiting } => {
                    let policies = match policies.poll(cx) {
                        Poll::Ready(policies) => policies.map_err(Into::into),
                        Poll::Pending => {
                            if timer.is_none() && Handle::try_current().is_ok() {
                                timer.set(Some(tokio::time::sleep(*timeout)));
                            }
                            match timer.as_pin_mut() {
                                Some(timer) => {
                                    ready!(timer.poll(cx));
                                    Err(TimedOut::after_timeout(*timeout).into())
                                }
                                None => Err(NoRuntime.into()),
                            }
                        }
                    };
                    let Some(waiting) = waiting.take() else { panic!("polled after completion") };
                    waiting.dispatch(policies)
                }
            };
            state.set(State::Responding { response });
        }
    }
}

impl<S, B> Waiting<S, B> {
    fn dispatch<P: SelectPolicy, ResBody>(
        self,
        policies: Result<Option<P>, BoxError>,
    ) -> ResponseFuture<S::Future>
    where
        S: Service<Request<B>, Response = Response<ResBody>>,
    {
        let Self { mut inner, request, fallback, observer } = self;
        if let Err(error) = &policies {
            unavailable(observer.as_deref(), error.as_ref(), &request.0);
        }
        dispatch(
            &mut inner,
            |parts| match policies {
                // Other origins may be answered under other policies, and requests without
                // `Origin` under none.
                Ok(Some(policies)) => match policies.select(parts) {
                    Some(selection) => Ok(selection.into_dynamic()),
                    None => Err(policies.reads().and([ORIGIN])),
                },
                Ok(None) => Ok(Selection::fixed(fallback.policy, parts)),
                Err(error) => {
                    let selection = Selection::fixed(fallback.policy, parts);
                    Ok(selection.unavailable(error, fallback.status))
                }
            },
            observer.as_deref(),
            request,
        )
    }
}

impl<S: Service<Request<B>>, P: PolicySource, B> fmt::Debug for AsyncResponseFuture<S, P, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncResponseFuture").finish_non_exhaustive()
    }
}
