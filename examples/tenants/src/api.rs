//! The routes: what tenants' web pages call, and where tenants say who may.

use crate::{policy::policy_of, store::Store, tenant_id::is_tenant_id};
use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{HeaderValue, Method, Request, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{future::Future, time::Duration};
use tower_cors::{Policy, PolicyErrors, Resolver, policy::BoxError};

/// More would be a list that nobody looks after.
const MOST_ORIGINS: usize = 200;

/// `/api/{tenant}/…`, to be wrapped in the tenants' policies.
pub(crate) fn tenants_api() -> Router {
    let list = |Path(tenant): Path<String>| async move {
        Json(json!({ "tenant": tenant, "orders": [1, 2, 3] }))
    };
    let save = |Path((tenant, order)): Path<(String, u32)>| async move {
        Json(json!({ "tenant": tenant, "saved": order }))
    };
    Router::new()
        .route("/api/{tenant}/orders", get(list))
        .route("/api/{tenant}/orders/{order}", axum::routing::put(save))
}

/// The settings and their page. No policy governs these: no page of another origin may read or
/// write them.
pub(crate) fn settings_api(store: Store, resolver: Resolver<String>) -> Router {
    Router::new()
        .route("/", get(|| async { Html(include_str!("page.html")) }))
        .route("/tenants", get(tenants))
        .route("/tenants/{tenant}/origins", get(origins).put(set_origins))
        .route("/tenants/{tenant}/explain", get(explain))
        .with_state(Settings { store, resolver })
}

#[derive(Clone)]
struct Settings {
    store: Store,
    resolver: Resolver<String>,
}

#[derive(Deserialize, Serialize)]
struct Origins {
    origins: Vec<String>,
}

#[derive(Deserialize)]
struct Origin {
    origin: String,
}

async fn tenants(State(settings): State<Settings>) -> Result<Json<Vec<String>>, Failure> {
    in_time(settings.store.tenants()).await.map(Json)
}

async fn origins(
    State(settings): State<Settings>,
    Path(tenant): Path<String>,
) -> Result<Json<Origins>, Failure> {
    let origins = settings.origins(&tenant).await?;
    Ok(Json(Origins { origins }))
}

async fn set_origins(
    State(settings): State<Settings>,
    Path(tenant): Path<String>,
    Json(Origins { origins }): Json<Origins>,
) -> Result<StatusCode, Failure> {
    if origins.len() > MOST_ORIGINS {
        return Err(Failure::TooMany);
    }
    policy_of(&origins)?;
    let known =
        is_tenant_id(&tenant) && in_time(settings.store.set_origins(&tenant, &origins)).await?;
    if !known {
        return Err(Failure::NoSuchTenant);
    }
    // The other instances hear of it from the database.
    settings.resolver.invalidate(&tenant);
    Ok(StatusCode::NO_CONTENT)
}

/// What the tenant's policy says of a `PUT` of a page of this origin, in words.
async fn explain(
    State(settings): State<Settings>,
    Path(tenant): Path<String>,
    Query(Origin { origin }): Query<Origin>,
) -> Result<String, Failure> {
    let policy = policy_of(&settings.origins(&tenant).await?)?;
    let Some(policy) = policy else { return Ok("refused: no origin is allowed".to_owned()) };
    let origin = HeaderValue::from_str(&origin).map_err(|_| Failure::NoHeaderValue)?;
    Ok(explanation(&policy, origin))
}

fn explanation(policy: &Policy, origin: HeaderValue) -> String {
    let (mut preflight, ()) = Request::new(()).into_parts();
    preflight.method = Method::OPTIONS;
    preflight.headers.insert(header::ORIGIN, origin);
    let method = HeaderValue::from_static("PUT");
    preflight.headers.insert(header::ACCESS_CONTROL_REQUEST_METHOD, method);
    policy.explain(&preflight).to_string()
}

impl Settings {
    async fn origins(&self, tenant: &str) -> Result<Vec<String>, Failure> {
        in_time(self.store.origins(tenant)).await?.ok_or(Failure::NoSuchTenant)
    }
}

enum Failure {
    NoSuchTenant,
    TooMany,
    NoHeaderValue,
    Origins(PolicyErrors),
    Database(BoxError),
}

impl From<PolicyErrors> for Failure {
    fn from(errors: PolicyErrors) -> Self {
        Self::Origins(errors)
    }
}

impl IntoResponse for Failure {
    /// Each error with the index of the origin that it is about, and what to write instead, where
    /// that is known.
    fn into_response(self) -> Response {
        let one = |message: String| json!({ "errors": [{ "message": message }] });
        let (status, body) = match self {
            Self::NoSuchTenant => (StatusCode::NOT_FOUND, one("no such tenant".to_owned())),
            Self::TooMany => {
                (StatusCode::UNPROCESSABLE_ENTITY, one(format!("more than {MOST_ORIGINS} origins")))
            }
            Self::NoHeaderValue => (
                StatusCode::BAD_REQUEST,
                one("origin: has characters that no header can have".to_owned()),
            ),
            Self::Origins(errors) => {
                let errors = errors.iter().map(|error| {
                    json!({
                        "index": error.index(),
                        "value": error.value(),
                        "message": error.to_string(),
                        "suggestion": error.suggestion(),
                    })
                });
                let errors = errors.collect::<Vec<_>>();
                (StatusCode::UNPROCESSABLE_ENTITY, json!({ "errors": errors }))
            }
            Self::Database(error) => {
                tracing::error!("database: {error}");
                let text =
                    "the database does not answer; nothing was changed that it did not confirm";
                (StatusCode::SERVICE_UNAVAILABLE, one(text.to_owned()))
            }
        };
        (status, Json(body)).into_response()
    }
}

async fn in_time<T, E>(query: impl Future<Output = Result<T, E>>) -> Result<T, Failure>
where
    E: Into<BoxError>,
{
    match tokio::time::timeout(Duration::from_secs(3), query).await {
        Ok(result) => result.map_err(|error| Failure::Database(error.into())),
        Err(late) => Err(Failure::Database(late.into())),
    }
}
