//! Different policies on single routes of an axum application, and none on one.
//!
//! ```sh
//! cargo run --example axum_routes
//! for path in public account internal; do
//!     curl -si -H 'Origin: https://app.example.com' "http://127.0.0.1:3000/$path" | grep -i -e '^HTTP' -e '^access-control' -e '^vary'
//! done
//! ```
//!
//! The same by paths in a file: `PolicyList`.

#[path = "support/mod.rs"]
mod support;

use axum::{
    Router,
    routing::{get, post},
};
use std::error::Error;
use tower_cors::{CorsLayer, PolicyErrors};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt::init();
    support::run("127.0.0.1:3000", app()?).await
}

pub(crate) fn app() -> Result<Router, PolicyErrors> {
    let ours = CorsLayer::builder()
        .allow_origin("https://app.example.com")
        .allow_headers("content-type")
        .allow_credentials(true)
        .build()?;
    // `layer`, not `route_layer`: that one leaves away methods without a handler, and so every
    // preflight.
    Ok(Router::new()
        .route("/public", get(|| async { "for all to read" }).layer(CorsLayer::permissive()))
        .route("/account", post(|| async { "yours" }).get(|| async { "yours" }).layer(ours))
        .route("/internal", get(|| async { "no page of another origin reads this" })))
}
