//! Hearing of changes.

use crate::store::{Store, changed_since};
use sqlx::{Error, postgres::PgListener};
use std::{future::Future, time::Duration};
use tokio::time::{Instant, error::Elapsed, sleep, timeout};
use tower_cors::Resolver;

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long after a failure it is tried again.
const PAUSE: Duration = Duration::from_millis(500);

/// Forgets the policies of tenants that changed, for as long as it runs.
///
/// 1. PostgreSQL tells of each change (`LISTEN`). That takes milliseconds, but what it tells while
///    nobody listens is lost.
/// 2. So each time listening has begun, and every `interval` besides, what changed since the last
///    change seen is read again.
/// 3. It is read over the very connection that listens. If that does not answer, it is given up for
///    a new one: a connection that was cut off can look alive for hours.
///
/// With SQLite there is only the reading.
pub(crate) async fn follow(store: Store, resolver: Resolver<String>, interval: Duration) {
    let mut follower = Follower { resolver, revision: 0, interval };
    loop {
        let result = if store.is_postgres() {
            follower.listen(store.url()).await
        } else {
            follower.read(&store).await
        };
        if let Err(error) = result {
            tracing::warn!("not hearing of changes: {error}");
            sleep(PAUSE).await;
        }
    }
}

struct Follower {
    resolver: Resolver<String>,
    /// The last change seen.
    revision: i64,
    interval: Duration,
}

impl Follower {
    /// Never `Ok`: it ends when the connection does.
    async fn listen(&mut self, url: &str) -> Result<(), Error> {
        let mut listener = in_time(PgListener::connect(url)).await?;
        // Here, a lost connection is an end: what is told before there is a new one must be read.
        listener.eager_reconnect(false);
        // First listen, then read: so no change falls between.
        in_time(listener.listen("tenants")).await?;
        tracing::info!("listening for changes");
        loop {
            let changed = in_time(changed_since(&mut listener, self.revision)).await?;
            self.forget(changed);
            let next = Instant::now() + self.interval;
            while let Ok(heard) = tokio::time::timeout_at(next, listener.try_recv()).await {
                let Some(notification) = heard? else {
                    return Err(Error::Io(std::io::ErrorKind::ConnectionReset.into()));
                };
                tracing::info!(tenant = notification.payload(), "heard of a change");
                self.resolver.invalidate(&notification.payload().to_owned());
            }
        }
    }

    async fn read(&mut self, store: &Store) -> Result<(), Error> {
        let changed = in_time(store.changed_since(self.revision)).await?;
        self.forget(changed);
        sleep(self.interval).await;
        Ok(())
    }

    fn forget(&mut self, changed: Vec<(String, i64)>) {
        for (tenant, revision) in changed {
            self.resolver.invalidate(&tenant);
            self.revision = self.revision.max(revision);
        }
    }
}

async fn in_time<T>(future: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let late = |_: Elapsed| Error::Io(std::io::ErrorKind::TimedOut.into());
    timeout(PATIENCE, future).await.map_err(late)?
}
