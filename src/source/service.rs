//! The service.

use super::{
    future::{AsyncResponseFuture, Waiting},
    layer::AsyncCorsLayer,
    policy_source::PolicySource,
};
use crate::{body::EmptyBody, protocol::RequestKind, select::Selection, service::dispatch};
use http::{Request, Response};
use std::{
    fmt,
    task::{Context, Poll},
};
use tower_service::Service;

/// As [`Cors`](crate::Cors), but under policies that must be asked for.
///
/// It is made by an [`AsyncCorsLayer`]. The inner service must be `Clone`: the instance that was
/// polled ready waits with the request for its policy, and a clone takes its place.
#[derive(Clone)]
pub struct AsyncCors<S, P> {
    inner: S,
    layer: AsyncCorsLayer<P>,
}

impl<S, P> AsyncCors<S, P> {
    pub(super) fn new(inner: S, layer: AsyncCorsLayer<P>) -> Self {
        Self { inner, layer }
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

impl<S, P, ReqBody, ResBody> Service<Request<ReqBody>> for AsyncCors<S, P>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>> + Clone,
    P: PolicySource,
    ResBody: EmptyBody,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = AsyncResponseFuture<S, P, ReqBody>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let (parts, body) = request.into_parts();
        let AsyncCorsLayer { source, fallback, observer } = &self.layer;
        if RequestKind::of(&parts) == RequestKind::NotCors {
            let response = dispatch(
                &mut self.inner,
                |parts| Ok(Selection::fixed(fallback.unasked.clone(), parts)),
                observer.as_deref(),
                (parts, body),
            );
            return AsyncResponseFuture::responding(response);
        }
        let policies = source.resolve(&parts);
        let clone = self.inner.clone();
        AsyncResponseFuture::waiting(
            policies,
            Waiting {
                // The one that was polled ready; its clone has to become so again.
                inner: std::mem::replace(&mut self.inner, clone),
                request: (parts, body),
                fallback: fallback.clone(),
                observer: observer.clone(),
            },
        )
    }
}

impl<S: fmt::Debug, P> fmt::Debug for AsyncCors<S, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncCors").field("inner", &self.inner).field("layer", &self.layer).finish()
    }
}
