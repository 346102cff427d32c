//! Origins that the application itself knows: a predicate over its state.
//!
//! ```sh
//! cargo run --example predicate
//! curl -i -H 'Origin: https://shop.example' http://127.0.0.1:3000/products      # refused: no such customer yet
//! curl -i -X POST -d 'https://shop.example' http://127.0.0.1:3000/customers     # now there is
//! curl -i -H 'Origin: https://shop.example' http://127.0.0.1:3000/products      # granted
//! ```
//!
//! A predicate runs on the request's own task, so it must not wait. What asks a database is an
//! `AsyncCorsLayer`.

#[path = "support/mod.rs"]
mod support;

use axum::{
    Router,
    extract::State,
    routing::{get, post},
};
use http::StatusCode;
use std::{
    collections::HashSet,
    error::Error,
    sync::{Arc, RwLock},
};
use tower_cors::{AllowOrigin, CorsLayer, Origin, PolicyErrors};

/// Whose shops may call.
type Customers = Arc<RwLock<HashSet<Origin>>>;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt::init();
    support::run("127.0.0.1:3000", app()?).await
}

pub(crate) fn app() -> Result<Router, PolicyErrors> {
    let customers = Customers::default();
    let known = Arc::clone(&customers);
    let cors = CorsLayer::builder()
        // Whole origins are compared, never parts of their text. An error refuses, and is logged.
        .allow_origin(AllowOrigin::try_predicate(move |origin, _request| {
            let known = known.read().map_err(|_| "the list of customers is poisoned")?;
            Ok(known.contains(origin))
        }))
        // What is known beforehand stands beside it: all that is added combines with *or*.
        .allow_origin("http://localhost:*")
        .build()?;
    Ok(Router::new()
        .route("/products", get(|| async { "tea" }).layer(cors))
        .route("/customers", post(add))
        .with_state(customers))
}

async fn add(
    State(customers): State<Customers>,
    text: String,
) -> Result<String, (StatusCode, String)> {
    // The error says what is wrong with it, and what was probably meant.
    let origin = text
        .trim()
        .parse::<Origin>()
        .map_err(|error| (StatusCode::BAD_REQUEST, format!("{error}\n")))?;
    let mut customers = customers
        .write()
        .map_err(|_| (StatusCode::INTERNAL_SERVER_ERROR, "poisoned\n".to_owned()))?;
    customers.insert(origin);
    Ok(format!("{} customers\n", customers.len()))
}
