//! The task that runs a lookup.

use super::{
    cache::{Cache, Start},
    entry::Outcome,
    error::LookupError,
    flight::Announcer,
    sync,
};
use crate::source::TimedOut;
use std::{error::Error, future::Future, hash::Hash, pin::Pin, sync::Arc};
use tokio::time::{Instant, timeout};

type LookupFuture<P> =
    Pin<Box<dyn Future<Output = Result<Option<P>, Arc<dyn Error + Send + Sync>>> + Send>>;

/// The function that the application has given.
pub(super) type Lookup<K, P> = Arc<dyn Fn(K) -> LookupFuture<P> + Send + Sync>;

/// What all clones of a resolver share.
pub(super) struct Shared<K, P> {
    pub(super) cache: Cache<K, P>,
    pub(super) lookup: Lookup<K, P>,
}

impl<K, P> Shared<K, P>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    P: Clone + Send + Sync + 'static,
{
    pub(super) fn start(self: &Arc<Self>, start: Start<K, P>) {
        let Start { runtime, key, announcer } = start;
        let task = Task { shared: self.clone(), key, announcer, landed: false };
        sync::spawn(&runtime, task.run());
    }
}

/// It lands in any case. If it is dropped before, it lands as a failure.
struct Task<K, P>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    P: Clone + Send + Sync + 'static,
{
    shared: Arc<Shared<K, P>>,
    key: K,
    announcer: Announcer<P>,
    landed: bool,
}

impl<K, P> Task<K, P>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    P: Clone + Send + Sync + 'static,
{
    async fn run(mut self) {
        while !self.landed {
            let asked = Instant::now();
            self.shared.cache.counters.lookups.add();
            let limit = self.shared.cache.settings.timeout;
            let result = match timeout(limit, (self.shared.lookup)(self.key.clone())).await {
                Ok(result) => result.map_err(LookupError::Failed),
                Err(_) => Err(LookupError::TimedOut(TimedOut::after_timeout(limit))),
            };
            self.land(result, asked);
        }
    }

    fn land(&mut self, result: Outcome<P>, asked: Instant) {
        let cache = &self.shared.cache;
        if let Err(error) = &result {
            cache.counters.failures.add();
            #[cfg(feature = "tracing")]
            crate::observe::lookup_failed(error);
            #[cfg(not(feature = "tracing"))]
            let _ = error;
        }
        let (landing, again) = cache.land(&self.key, result, asked);
        self.landed = !again;
        self.announcer.announce(landing);
    }
}

impl<K, P> Drop for Task<K, P>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    P: Clone + Send + Sync + 'static,
{
    fn drop(&mut self) {
        if !self.landed {
            self.land(Err(LookupError::Lost), Instant::now());
        }
    }
}
