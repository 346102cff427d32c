//! The routes: what tenants' web pages call, and where tenants say who may.

use crate::{
    policy::policy_of,
    store::{Store, StoreError},
    tenant_id::is_tenant_id,
};
use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{HeaderValue, Method, Request, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tower_cors::{Policy, PolicyErrors, Resolver};

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
    Ok(Json(settings.store.tenants().await?))
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
    if !is_tenant_id(&tenant) {
        return Err(Failure::NoSuchTenant);
    }
    let written = settings.store.set_origins(&tenant, &origins).await;
    // Also after a failure: the change may have been made. The other instances hear of it from the
    // database.
    settings.resolver.invalidate(&tenant);
    match written {
        Ok(true) => Ok(StatusCode::NO_CONTENT),
        Ok(false) => Err(Failure::NoSuchTenant),
        Err(error) => Err(Failure::NotSaved(error)),
    }
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
        self.store.origins(tenant).await?.ok_or(Failure::NoSuchTenant)
    }
}

enum Failure {
    NoSuchTenant,
    TooMany,
    NoHeaderValue,
    Origins(PolicyErrors),
    /// Something could not be read.
    NotRead(StoreError),
    /// Something could not be written, or is not known to be.
    NotSaved(StoreError),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::NotRead(error)
    }
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
            Self::NotRead(error) => (StatusCode::SERVICE_UNAVAILABLE, one(unavailable(&error))),
            Self::NotSaved(error) => {
                let text = unavailable(&error);
                let what = if error.unconfirmed {
                    "it is not known whether the change was made: reload to see"
                } else {
                    "nothing was changed"
                };
                (StatusCode::SERVICE_UNAVAILABLE, one(format!("{text}; {what}")))
            }
        };
        (status, Json(body)).into_response()
    }
}

fn unavailable(error: &StoreError) -> String {
    tracing::error!("database: {error}");
    format!("the database is not available: {error}")
}
