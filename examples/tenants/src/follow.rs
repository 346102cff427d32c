//! Hearing of changes.

use crate::{
    store::{Changes, Store, changes},
    unreachable::Address,
};
use sqlx::{Error, postgres::PgListener};
use std::{future::Future, time::Duration};
use tokio::time::{Instant, error::Elapsed, sleep, timeout};
use tower_cors::{Resolver, policy::BoxError};

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long to wait after a failure.
const PAUSE: Duration = Duration::from_millis(500);

/// Forgets the policies of tenants that changed, were renamed or deleted, for as long as it runs.
///
/// 1. PostgreSQL tells of each change (`LISTEN`). That takes milliseconds, but what it tells while
///    nobody listens is lost.
/// 2. So each time listening has begun, and at every `interval`, it reads what changed since it
///    last read.
/// 3. It reads over the connection that listens. If there is no answer, it makes a new connection:
///    one that was cut off can look alive for hours.
///
/// With SQLite there is only the reading.
pub(crate) async fn follow(store: Store, resolver: Resolver<String>, interval: Duration) {
    let mut follower = Follower { resolver, since: 0, interval };
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
    /// From where to read on.
    since: i64,
    interval: Duration,
}

impl Follower {
    /// Never `Ok`: it ends when the connection does.
    async fn listen(&mut self, url: &str) -> Result<(), BoxError> {
        let mut listener = match in_time(PgListener::connect(url)).await {
            Ok(listener) => listener,
            Err(error) => {
                return Err(match Address::of(url) {
                    Some(address) => address.explain(&error).await.into(),
                    None => error.into(),
                });
            }
        };
        // Here, a lost connection is an end: what is told before there is a new one must be read.
        listener.eager_reconnect(false);
        // Listen first, then read, so that no change falls between.
        in_time(listener.listen("tenants")).await?;
        tracing::info!("listening for changes");
        loop {
            let changes = in_time(changes(&mut listener, self.since)).await?;
            self.forget(changes);
            let next = Instant::now() + self.interval;
            while let Ok(heard) = tokio::time::timeout_at(next, listener.try_recv()).await {
                let Some(notification) = heard? else {
                    return Err("the connection was closed".into());
                };
                tracing::info!(tenant = notification.payload(), "heard of a change");
                self.resolver.invalidate(&notification.payload().to_owned());
            }
        }
    }

    async fn read(&mut self, store: &Store) -> Result<(), BoxError> {
        let changes = store.changes(self.since).await?;
        self.forget(changes);
        sleep(self.interval).await;
        Ok(())
    }

    fn forget(&mut self, Changes { tenants, next }: Changes) {
        // Numbers that went back are those of another database: of a backup, or a new server.
        if next < self.since {
            self.resolver.invalidate_all();
        }
        for tenant in tenants {
            self.resolver.invalidate(&tenant);
        }
        self.since = next;
    }
}

async fn in_time<T>(future: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let late = |_: Elapsed| Error::Io(std::io::ErrorKind::TimedOut.into());
    timeout(PATIENCE, future).await.map_err(late)?
}
