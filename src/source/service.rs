//! The service.

use super::{
    fallback::Fallback,
    future::{AsyncResponseFuture, Waiting},
    policy_source::PolicySource,
};
use crate::{
    body::EmptyBody, observe::Observer, protocol::RequestKind, select::Selection, service::dispatch,
};
use http::{Request, Response};
use std::{
    fmt,
    sync::Arc,
    task::{Context, Poll},
};
use tower_service::Service;

/// Does what [`Cors`](crate::Cors) does, under policies that come from a [`PolicySource`].
///
/// It is made by an [`AsyncCorsLayer`](crate::AsyncCorsLayer). The inner service must be `Clone`:
/// the instance that was polled ready waits with the request for its policy, and a clone takes its
/// place.
#[derive(Clone)]
pub struct AsyncCors<S, P> {
    pub(super) inner: S,
    pub(super) source: P,
    pub(super) fallback: Fallback,
    pub(super) observer: Option<Arc<Observer>>,
}

impl<S, P> AsyncCors<S, P> {
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
        let Self { source, fallback, observer, .. } = self;
        let is_asked =
            RequestKind::of(&parts) != RequestKind::NotCors && fallback.unasked.allows_host(&parts);
        if !is_asked {
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
                // This instance was polled ready. Its clone has yet to be polled.
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
        f.debug_struct("AsyncCors")
            .field("inner", &self.inner)
            .field("fallback", &self.fallback)
            .field("observer", &self.observer)
            .finish_non_exhaustive()
    }
}
