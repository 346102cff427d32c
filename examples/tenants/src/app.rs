//! One instance: its database, its resolver, its routes.

use crate::{api, follow::follow, policy::policy_of, store::Store, tenant_id::tenant_of};
use axum::Router;
use std::time::Duration;
use tokio::task::AbortHandle;
use tower_cors::{AsyncCorsLayer, Resolver, policy::BoxError};

/// How long what is cached counts, and how often changes are looked for.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How long a policy is used without asking again. Changes are heard of, so this is long.
    pub time_to_live: Duration,
    /// How long over that it is used while the database does not answer.
    pub stale_on_error: Duration,
    /// How often what changed is read again, whether a change was heard of or not.
    pub interval: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            time_to_live: Duration::from_mins(5),
            stale_on_error: Duration::from_hours(1),
            interval: Duration::from_secs(5),
        }
    }
}

/// One instance. It follows the changes in the database until it is dropped.
#[derive(Debug)]
pub struct App {
    router: Router,
    follower: AbortHandle,
}

impl App {
    /// Connects to the database, and makes its tables if it has none.
    ///
    /// # Errors
    ///
    /// If the database cannot be reached, or a setting is invalid.
    pub async fn start(url: &str, settings: Settings) -> Result<Self, BoxError> {
        let store = Store::connect(url).await?;
        let resolver = resolver(store.clone(), settings)?;
        // So a flood of made-up tenants cannot keep these out while nothing is remembered yet.
        resolver.mark_known(store.tenants().await?);
        let follower = tokio::spawn(follow(store.clone(), resolver.clone(), settings.interval));
        let cors = AsyncCorsLayer::builder_with_source(resolver.clone())
            .timeout(Duration::from_secs(3))
            .build()?;
        let router = api::tenants_api().layer(cors).merge(api::settings_api(store, resolver));
        Ok(Self { router, follower: follower.abort_handle() })
    }

    /// Its routes.
    pub fn router(&self) -> Router {
        self.router.clone()
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.follower.abort();
    }
}

/// The policy of a tenant, from the database.
fn resolver(store: Store, settings: Settings) -> Result<Resolver<String>, BoxError> {
    let lookup = move |tenant: String| {
        let store = store.clone();
        async move {
            let Some(origins) = store.origins(&tenant).await? else { return Ok(None) };
            Ok::<_, BoxError>(policy_of(&origins)?)
        }
    };
    let resolver = Resolver::builder_by_key(tenant_of, lookup)
        .time_to_live(settings.time_to_live)
        .stale_on_error(settings.stale_on_error)
        .timeout(Duration::from_secs(2))
        .build()?;
    Ok(resolver)
}
