//! The database.

use sqlx::{
    Any, AnyPool, Error, Pool,
    any::{AnyPoolOptions, install_default_drivers},
    postgres::PgListener,
    query, query_as, query_scalar, raw_sql,
};
use std::time::Duration;

const CHANGED_SINCE: &str =
    "SELECT id, revision FROM tenants WHERE revision > $1 ORDER BY revision";

/// A tenant that changed, and the number of the change.
pub(crate) type Changed = (String, i64);

/// SQLite or PostgreSQL, by its URL. The queries are the same.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    pool: AnyPool,
    url: String,
}

impl Store {
    pub(crate) async fn connect(url: &str) -> Result<Self, Error> {
        install_default_drivers();
        // A database in memory is its connection: there must be one, and it must stay.
        let in_memory = url.contains(":memory:");
        let options = AnyPoolOptions::new()
            .max_connections(if in_memory { 1 } else { 5 })
            .min_connections(u32::from(in_memory))
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(Duration::from_secs(1));
        let pool: Pool<Any> = options.connect(url).await?;
        let store = Self { pool, url: url.to_owned() };
        let schema = if store.is_postgres() {
            include_str!("../schema/postgres.sql")
        } else {
            include_str!("../schema/sqlite.sql")
        };
        raw_sql(schema).execute(&store.pool).await?;
        Ok(store)
    }

    pub(crate) fn is_postgres(&self) -> bool {
        self.url.starts_with("postgres")
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// All tenants' ids.
    pub(crate) async fn tenants(&self) -> Result<Vec<String>, Error> {
        query_scalar("SELECT id FROM tenants ORDER BY id").fetch_all(&self.pool).await
    }

    /// A tenant's origins; `None` if there is no such tenant.
    pub(crate) async fn origins(&self, tenant: &str) -> Result<Option<Vec<String>>, Error> {
        let lines: Option<String> = query_scalar("SELECT origins FROM tenants WHERE id = $1")
            .bind(tenant.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        Ok(lines.map(|lines| lines.lines().map(str::to_owned).collect()))
    }

    /// Whether there is such a tenant, whose origins then are these.
    pub(crate) async fn set_origins(
        &self,
        tenant: &str,
        origins: &[String],
    ) -> Result<bool, Error> {
        let done = query("UPDATE tenants SET origins = $1 WHERE id = $2")
            .bind(origins.join("\n"))
            .bind(tenant.to_owned())
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// What changed after the change of this number.
    pub(crate) async fn changed_since(&self, revision: i64) -> Result<Vec<Changed>, Error> {
        query_as(CHANGED_SINCE).bind(revision).fetch_all(&self.pool).await
    }
}

/// The same, over the connection that listens.
pub(crate) async fn changed_since(
    listener: &mut PgListener,
    revision: i64,
) -> Result<Vec<Changed>, Error> {
    query_as(CHANGED_SINCE).bind(revision).fetch_all(listener).await
}
