//! One lookup under way, for all who wait for it.

use super::{
    cache::{Cache, Outcome},
    entry::Verdict,
    error::LookupError,
    future::ResolverFuture,
};
use crate::source::TimedOut;
use std::{hash::Hash, sync::Arc};
use tokio::{
    sync::watch,
    time::{Instant, timeout},
};

/// The side of those who wait.
#[derive(Debug)]
pub(super) struct Flight<P> {
    landed: watch::Receiver<Option<Verdict<P>>>,
    /// Whether the key was invalidated since the lookup began.
    pub(super) outdated: bool,
}

impl<P: Clone + Send + Sync + 'static> Flight<P> {
    pub(super) fn outcome<K>(&self, cache: &Arc<Cache<K, P>>) -> ResolverFuture<P>
    where
        K: Send + Sync + 'static,
    {
        let (mut landed, cache) = (self.landed.clone(), cache.clone());
        ResolverFuture::waiting(async move {
            let verdict = landed.wait_for(Option::is_some).await;
            match verdict.ok().and_then(|verdict| verdict.clone()) {
                Some(Verdict::Fresh(policies)) => Ok(policies),
                Some(Verdict::Stale(policies)) => {
                    cache.counters.stale.add();
                    Ok(Some(policies))
                }
                Some(Verdict::Failed(error)) => Err(error),
                Some(Verdict::Nothing) | None => Err(LookupError::Lost),
            }
        })
    }
}

/// The side of the lookup. It lands in any case: if it is dropped in the air, as a failure.
pub(super) struct Landing<K, P>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    P: Clone + Send + Sync + 'static,
{
    cache: Arc<Cache<K, P>>,
    key: K,
    waiting: watch::Sender<Option<Verdict<P>>>,
    asked: Instant,
    landed: bool,
}

impl<K, P> Landing<K, P>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    P: Clone + Send + Sync + 'static,
{
    pub(super) fn new(cache: Arc<Cache<K, P>>, key: K) -> (Self, Flight<P>) {
        let (waiting, landed) = watch::channel(None);
        let landing = Self { cache, key, waiting, asked: Instant::now(), landed: false };
        (landing, Flight { landed, outdated: false })
    }

    pub(super) async fn fly(mut self) {
        while !self.landed {
            self.asked = Instant::now();
            self.cache.counters.lookups.add();
            let limit = self.cache.settings.timeout;
            let result = match timeout(limit, (self.cache.lookup)(self.key.clone())).await {
                Ok(result) => result.map_err(LookupError::Failed),
                Err(_) => Err(LookupError::TimedOut(TimedOut { after: limit })),
            };
            self.land(result);
        }
    }

    fn land(&mut self, result: Outcome<P>) {
        if let Err(error) = &result {
            self.cache.counters.failures.add();
            #[cfg(feature = "tracing")]
            crate::observe::lookup_failed(error);
            #[cfg(not(feature = "tracing"))]
            let _ = error;
        }
        if let Some(verdict) = self.cache.land(&self.key, result, self.asked) {
            self.landed = true;
            self.waiting.send_replace(Some(verdict));
        }
    }
}

impl<K, P> Drop for Landing<K, P>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    P: Clone + Send + Sync + 'static,
{
    fn drop(&mut self) {
        // Once more at most: an invalidation is seen once.
        for _ in 0..2 {
            if !self.landed {
                self.land(Err(LookupError::Lost));
            }
        }
    }
}
