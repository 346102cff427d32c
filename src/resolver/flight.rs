//! One lookup in progress, for all requests that wait for it.

use super::{allowance::Permit, entry::Outcome, error::LookupError};
use tokio::sync::watch;

/// What the cache knows about a lookup in progress.
pub(super) struct Flight<P> {
    landings: watch::Receiver<Option<Landing<P>>>,
    pub(super) permit: Permit,
    /// Whether the key was invalidated since the lookup started.
    pub(super) outdated: bool,
}

/// The end of a lookup. If the key was invalidated meanwhile, another lookup follows.
#[derive(Clone, Debug)]
pub(super) struct Landing<P> {
    pub(super) outcome: Outcome<P>,
    /// Whether the outcome is a policy past its time to live.
    pub(super) stale: bool,
    /// Whether the key was invalidated while the lookup was in progress.
    pub(super) outdated: bool,
    /// How often anything had been invalidated when the lookup ended.
    pub(super) invalidations: u64,
}

/// A request that waits.
#[derive(Debug)]
pub(super) struct Waiter<P> {
    landings: watch::Receiver<Option<Landing<P>>>,
}

/// Tells those who wait.
#[derive(Debug)]
pub(super) struct Announcer<P> {
    landings: watch::Sender<Option<Landing<P>>>,
}

impl<P: Clone> Flight<P> {
    pub(super) fn new(permit: Permit) -> (Self, Announcer<P>) {
        let (sender, landings) = watch::channel(None);
        (Self { landings, permit, outdated: false }, Announcer { landings: sender })
    }

    /// Waits for landings from now on.
    pub(super) fn waiter(&self) -> Waiter<P> {
        let mut landings = self.landings.clone();
        landings.mark_unchanged();
        Waiter { landings }
    }
}

impl<P: Clone> Waiter<P> {
    /// The next landing.
    pub(super) async fn landing(&mut self) -> Landing<P> {
        // An error says that the announcer is gone, which announces in any case before it goes.
        let _ = self.landings.changed().await;
        let landing = self.landings.borrow_and_update().clone();
        landing.unwrap_or(Landing {
            outcome: Err(LookupError::Lost),
            stale: false,
            outdated: false,
            invalidations: 0,
        })
    }
}

impl<P> Announcer<P> {
    pub(super) fn announce(&self, landing: Landing<P>) {
        self.landings.send_replace(Some(landing));
    }
}
