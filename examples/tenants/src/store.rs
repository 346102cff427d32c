//! The database.

use crate::unreachable::Address;
use sqlx::{
    Any, AnyPool, Error, Pool,
    any::{AnyPoolOptions, install_default_drivers},
    pool::PoolConnection,
    postgres::PgListener,
    query, query_as, query_scalar, raw_sql,
};
use std::{fmt, time::Duration};
use tokio::time::timeout;

/// How long it may take to get a connection.
const CONNECT: Duration = Duration::from_secs(1);

/// How long a statement may wait for a lock.
const LOCK: Duration = Duration::from_secs(1);

/// How long a statement may take. The database ends it then, so it changes nothing afterwards.
const STATEMENT: Duration = Duration::from_millis(1500);

/// How long the answer to a statement may take. It is longer than [`STATEMENT`]: while the database
/// can be reached, it is the database that gives up, and says so.
const ANSWER: Duration = Duration::from_millis(2500);

/// The tenants that changed since, each in a row, and in every row from where to read on. There is
/// one row at least.
const POSTGRES_CHANGES: &str = "SELECT tenant, next FROM \
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS next) AS snapshot \
    LEFT JOIN changes ON change >= $1";
const SQLITE_CHANGES: &str = "SELECT tenant, next FROM \
    (SELECT coalesce(max(change), 0) + 1 AS next FROM changes) AS newest \
    LEFT JOIN changes ON change >= $1";

/// Tenants that changed, and from where to read on.
pub(crate) struct Changes {
    pub(crate) tenants: Vec<String>,
    pub(crate) next: i64,
}

/// SQLite or PostgreSQL, by its URL.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    pool: AnyPool,
    url: String,
}

/// Why something could not be read or written, in words.
#[derive(Debug)]
pub(crate) struct StoreError {
    pub(crate) text: String,
    /// Whether a write may have been made all the same.
    pub(crate) unconfirmed: bool,
}

impl Store {
    pub(crate) async fn connect(url: &str) -> Result<Self, StoreError> {
        install_default_drivers();
        let is_postgres = is_postgres(url);
        // A database in memory is its connection: there must be one, and it must stay.
        let in_memory = url.contains(":memory:");
        let options = AnyPoolOptions::new()
            .max_connections(if in_memory { 1 } else { 5 })
            .min_connections(u32::from(in_memory))
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(CONNECT)
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    let (statement, lock) = (STATEMENT.as_millis(), LOCK.as_millis());
                    let limits = if is_postgres {
                        format!("SET statement_timeout = {statement}; SET lock_timeout = {lock}")
                    } else {
                        format!("PRAGMA busy_timeout = {lock}")
                    };
                    raw_sql(sqlx::AssertSqlSafe(limits)).execute(connection).await?;
                    Ok(())
                })
            });
        let pool: Result<Pool<Any>, Error> = options.connect(url).await;
        let pool = match pool {
            Ok(pool) => pool,
            Err(error) => return Err(StoreError::before(error, url).await),
        };
        let store = Self { pool, url: url.to_owned() };
        let schema = if is_postgres {
            include_str!("../schema/postgres.sql")
        } else {
            include_str!("../schema/sqlite.sql")
        };
        store.run(async |connection| raw_sql(schema).execute(&mut **connection).await).await?;
        Ok(store)
    }

    pub(crate) fn is_postgres(&self) -> bool {
        is_postgres(&self.url)
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// All tenants' ids.
    pub(crate) async fn tenants(&self) -> Result<Vec<String>, StoreError> {
        self.run(async |connection| {
            query_scalar("SELECT id FROM tenants ORDER BY id").fetch_all(&mut **connection).await
        })
        .await
    }

    /// A tenant's origins; `None` if there is no such tenant.
    pub(crate) async fn origins(&self, tenant: &str) -> Result<Option<Vec<String>>, StoreError> {
        let lines: Option<String> = self
            .run(async |connection| {
                query_scalar("SELECT origins FROM tenants WHERE id = $1")
                    .bind(tenant.to_owned())
                    .fetch_optional(&mut **connection)
                    .await
            })
            .await?;
        Ok(lines.map(|lines| lines.lines().map(str::to_owned).collect()))
    }

    /// Whether there is such a tenant, whose origins then are these.
    pub(crate) async fn set_origins(
        &self,
        tenant: &str,
        origins: &[String],
    ) -> Result<bool, StoreError> {
        let done = self
            .run(async |connection| {
                query("UPDATE tenants SET origins = $1 WHERE id = $2")
                    .bind(origins.join("\n"))
                    .bind(tenant.to_owned())
                    .execute(&mut **connection)
                    .await
            })
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// What changed since.
    pub(crate) async fn changes(&self, since: i64) -> Result<Changes, StoreError> {
        let sql = if self.is_postgres() { POSTGRES_CHANGES } else { SQLITE_CHANGES };
        let rows = self
            .run(async |connection| query_as(sql).bind(since).fetch_all(&mut **connection).await);
        Ok(Changes::of(rows.await?))
    }

    /// Runs one statement, for a bounded time.
    async fn run<T>(
        &self,
        statement: impl AsyncFnOnce(&mut PoolConnection<Any>) -> Result<T, Error>,
    ) -> Result<T, StoreError> {
        let mut connection = match self.pool.acquire().await {
            Ok(connection) => connection,
            Err(error) => return Err(StoreError::before(error, &self.url).await),
        };
        match timeout(ANSWER, statement(&mut connection)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(Error::Database(error))) => {
                let text = match error.code().as_deref() {
                    // `lock_not_available`, `SQLITE_BUSY`
                    Some("55P03" | "5") => "somebody else is changing the same".to_owned(),
                    // `query_canceled`
                    Some("57014") => format!("it took longer than {STATEMENT:?}"),
                    _ => error.to_string(),
                };
                Err(StoreError { text, unconfirmed: false })
            }
            // The connection broke under the statement.
            Ok(Err(error)) => Err(StoreError { text: error.to_string(), unconfirmed: true }),
            Err(_) => {
                // It is of no more use: its answer may still come.
                drop(connection.detach());
                let text = format!("the database did not answer within {ANSWER:?}");
                Err(StoreError { text, unconfirmed: true })
            }
        }
    }
}

fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres")
}

/// What changed since, over the connection that listens.
pub(crate) async fn changes(listener: &mut PgListener, since: i64) -> Result<Changes, Error> {
    Ok(Changes::of(query_as(POSTGRES_CHANGES).bind(since).fetch_all(listener).await?))
}

impl Changes {
    fn of(rows: Vec<(Option<String>, i64)>) -> Self {
        let next = rows.first().map_or(0, |(_, next)| *next);
        Self { tenants: rows.into_iter().filter_map(|(tenant, _)| tenant).collect(), next }
    }
}

impl StoreError {
    /// Before a statement was sent.
    async fn before(error: Error, url: &str) -> Self {
        let text = match Address::of(url) {
            Some(address) => address.explain(&error).await,
            None => error.to_string(),
        };
        Self { text, unconfirmed: false }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for StoreError {}
