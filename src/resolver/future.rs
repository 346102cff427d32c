//! The future of a policy.

use super::{
    cache::Ask,
    entry::Outcome,
    error::LookupError,
    flight::{Landing, Waiter},
    lookup::Shared,
};
use crate::{origin::Origin, policy::Policy};
use std::{
    fmt,
    future::Future,
    hash::Hash,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{runtime::Handle, time::timeout};

/// How long a request waits for a lookup if it has a policy past its time to live that may be used.
/// A source that works answers within it; one that hangs delays nobody by more.
const WAIT_BEFORE_STALE: Duration = Duration::from_millis(100);

/// The future of [`Resolver`](crate::Resolver).
///
/// It does nothing until it is polled, so an answer is as new as that. If the answer is remembered,
/// the future allocates nothing.
pub struct ResolverFuture<K = Origin, P = Policy> {
    state: State<K, P>,
}

enum State<K, P> {
    /// There is nothing to look up.
    Refused,
    /// Not yet polled.
    New(Arc<Shared<K, P>>, K),
    /// Waits for a lookup.
    Waiting(Pin<Box<dyn Future<Output = Outcome<P>> + Send>>),
    Done,
}

// Nothing is pinned but what is in a box.
impl<K, P> Unpin for ResolverFuture<K, P> {}

impl<K, P> ResolverFuture<K, P> {
    pub(super) fn refused() -> Self {
        Self { state: State::Refused }
    }

    pub(super) fn new(shared: Arc<Shared<K, P>>, key: K) -> Self {
        Self { state: State::New(shared, key) }
    }
}

impl<K, P> Future for ResolverFuture<K, P>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    P: Clone + Send + Sync + 'static,
{
    type Output = Result<Option<P>, LookupError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let state = &mut self.get_mut().state;
        loop {
            match std::mem::replace(state, State::Done) {
                State::Refused => return Poll::Ready(Ok(None)),
                State::New(shared, key) => match begin(&shared, &key) {
                    Ok(outcome) => return Poll::Ready(outcome),
                    Err((waiter, of_another)) => {
                        if of_another {
                            shared.cache.counters.shared.add();
                        }
                        *state = State::Waiting(Box::pin(wait(shared, key, waiter)));
                    }
                },
                State::Waiting(mut outcome) => {
                    let polled = outcome.as_mut().poll(cx);
                    if polled.is_pending() {
                        *state = State::Waiting(outcome);
                    }
                    return polled;
                }
                State::Done => panic!("polled after completion"),
            }
        }
    }
}

/// The answer, or what to wait for, and whether the lookup is that of another request.
fn begin<K, P>(shared: &Arc<Shared<K, P>>, key: &K) -> Result<Outcome<P>, (Waiter<P>, bool)>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    P: Clone + Send + Sync + 'static,
{
    match shared.cache.ask(key) {
        Ask::Answered(outcome) => Ok(outcome),
        Ask::Wait(waiter) => Err((waiter, true)),
        Ask::Start { lookup, meanwhile } => {
            shared.start(lookup);
            meanwhile.map(|policies| Ok(Some(policies))).map_err(|waiter| (waiter, false))
        }
    }
}

/// Waits for the first landing that may answer this request.
///
/// An answer that was invalidated since does not, once. The next lookup started after the request
/// came, so the request takes its answer even if that was invalidated again meanwhile. Otherwise a
/// key that is invalidated again and again would never be answered.
async fn wait<K, P>(shared: Arc<Shared<K, P>>, key: K, waiter: Waiter<P>) -> Outcome<P>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    P: Clone + Send + Sync + 'static,
{
    let cache = &shared.cache;
    let landing = match landing_or_stale(&shared, &key, waiter).await {
        Ok(landing) => landing,
        Err(stale) => {
            cache.counters.stale.add();
            return Ok(Some(stale));
        }
    };
    let valid = !landing.outdated && landing.invalidations == cache.invalidations();
    if valid || landing.outcome.is_err() {
        return settle(&shared, landing);
    }
    match begin(&shared, &key) {
        Ok(outcome) => outcome,
        Err((mut waiter, _)) => settle(&shared, waiter.landing().await),
    }
}

/// The next landing; or, after a short wait, a policy that may be used meanwhile.
async fn landing_or_stale<K, P>(
    shared: &Shared<K, P>,
    key: &K,
    mut waiter: Waiter<P>,
) -> Result<Landing<P>, P>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    P: Clone + Send + Sync + 'static,
{
    let never_stale = shared.cache.settings.lifetimes.stale.is_zero();
    // Without a runtime there is no timer. The lookup runs on that of another request.
    if never_stale || Handle::try_current().is_err() {
        return Ok(waiter.landing().await);
    }
    if let Ok(landing) = timeout(WAIT_BEFORE_STALE, waiter.landing()).await {
        return Ok(landing);
    }
    match shared.cache.stale_policy(key) {
        Some(policies) => Err(policies),
        None => Ok(waiter.landing().await),
    }
}

fn settle<K, P>(shared: &Shared<K, P>, landing: Landing<P>) -> Outcome<P> {
    if landing.stale {
        shared.cache.counters.stale.add();
    }
    landing.outcome
}

impl<K, P> fmt::Debug for ResolverFuture<K, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResolverFuture").finish_non_exhaustive()
    }
}
