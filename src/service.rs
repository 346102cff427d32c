//! The service.

use crate::{
    body::EmptyBody,
    future::ResponseFuture,
    observe::{Observer, is_notable, is_observed, observe, observe_alone},
    policy::Policy,
    protocol::{Action, Evaluation},
    select::{Reads, SelectPolicy, Selection},
};
use http::{Request, Response, request::Parts};
use std::{
    sync::Arc,
    task::{Context, Poll},
};
use tower_service::Service;

/// Answers preflights, and decorates the responses of the service it wraps.
///
/// It is made by a [`CorsLayer`](crate::CorsLayer). A clone shares the policy; whatever its size,
/// nothing of it is copied.
#[derive(Clone, Debug)]
pub struct Cors<S, P = Policy> {
    inner: S,
    policies: P,
    observer: Option<Arc<Observer>>,
}

impl<S, P> Cors<S, P> {
    /// Wraps `inner` without a layer.
    pub const fn new(inner: S, policies: P) -> Self {
        Self { inner, policies, observer: None }
    }

    pub(crate) fn observed(inner: S, policies: P, observer: Option<Arc<Observer>>) -> Self {
        Self { inner, policies, observer }
    }

    /// The wrapped service.
    pub fn get_ref(&self) -> &S {
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

impl<S, P, ReqBody, ResBody> Service<Request<ReqBody>> for Cors<S, P>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    P: SelectPolicy,
    ResBody: EmptyBody,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let Self { inner, policies, observer } = self;
        dispatch(
            inner,
            |parts| policies.select(parts).ok_or_else(|| policies.reads()),
            observer.as_deref(),
            request.into_parts(),
        )
    }
}

/// Selects, evaluates, reports to the observers, and acts. Where no policy is selected, the request
/// headers that this depends on are named.
#[inline]
pub(crate) fn dispatch<S, ReqBody, ResBody>(
    inner: &mut S,
    select: impl FnOnce(&Parts) -> Result<Selection<'_>, Reads>,
    observer: Option<&Observer>,
    (mut parts, body): (Parts, ReqBody),
) -> ResponseFuture<S::Future>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
{
    let selection = match select(&parts) {
        Ok(selection) => selection,
        Err(reads) => {
            observe_alone(observer, &parts);
            let request = Request::from_parts(parts, body);
            return ResponseFuture::forward(inner, request, reads.into_decoration());
        }
    };
    let action = act(selection, observer);
    if let Some(decision) = action.recorded() {
        decision.record(&mut parts.extensions);
    }
    match action {
        Action::Respond(response) => ResponseFuture::respond(response),
        Action::Forward(decoration) => {
            ResponseFuture::forward(inner, Request::from_parts(parts, body), Some(decoration))
        }
    }
}

/// All that depends on no type of a service, so that it is compiled only once.
fn act(selection: Selection<'_>, observer: Option<&Observer>) -> Action {
    if is_observed(observer) || selection.origin.is_some() {
        return act_observed(selection, observer);
    }
    if selection.needs_no_evaluation() {
        return Action::Forward(selection.into_decoration());
    }
    let evaluation = selection.evaluate();
    if is_notable(&evaluation) {
        return act_and_report(evaluation.elsewhere(), observer);
    }
    evaluation.into_action()
}

/// Apart: an evaluation that somebody looks at has to lie in memory.
#[inline(never)]
fn act_observed(selection: Selection<'_>, observer: Option<&Observer>) -> Action {
    act_and_report(selection.evaluate(), observer)
}

#[inline(never)]
fn act_and_report(evaluation: Evaluation<'_>, observer: Option<&Observer>) -> Action {
    let recorded = observe(observer, &evaluation);
    match (evaluation.into_action(), recorded) {
        (Action::Respond(mut response), Some(decision)) => {
            decision.record(response.extensions_mut());
            Action::Respond(response)
        }
        (Action::Forward(decoration), Some(decision)) => {
            Action::Forward(decoration.recording(decision))
        }
        (action, None) => action,
    }
}
