//! One policy for all of an axum application.
//!
//! ```sh
//! cargo run --example axum_global
//! # Granted: the answer names the origin.
//! curl -i -H 'Origin: https://app.example.com' http://127.0.0.1:3000/items
//! # A preflight: answered by the layer, with the full lists.
//! curl -i -X OPTIONS -H 'Origin: https://app.example.com' -H 'Access-Control-Request-Method: PUT' http://127.0.0.1:3000/items
//! # Refused: the handler runs, but no browser shows the answer to that page. The log says why.
//! curl -i -H 'Origin: http://app.example.com' http://127.0.0.1:3000/items
//! # An error is decorated too, so that the page can read it.
//! curl -i -H 'Origin: https://app.example.com' http://127.0.0.1:3000/nowhere
//! ```

#[path = "support/mod.rs"]
mod support;

use axum::{Router, routing::get};
use http::{
    Method,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use std::{error::Error, time::Duration};
use tower_cors::{CorsLayer, PolicyErrors};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt::init();
    support::run("127.0.0.1:3000", app()?).await
}

pub(crate) fn app() -> Result<Router, PolicyErrors> {
    let cors = CorsLayer::builder()
        .allow_origin(["https://app.example.com", "https://*.example.org", "http://localhost:*"])
        .allow_methods([Method::PUT, Method::DELETE])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE])
        .allow_credentials(true)
        .max_age(Duration::from_secs(3600))
        .build()?;
    let items = get(|| async { "items" }).put(|| async { "put" }).delete(|| async { "deleted" });
    // After the routes and after all other layers: so it is the outermost, and an answer that
    // another layer makes (a timeout's, a login's) passes through it as well.
    Ok(Router::new().route("/items", items).layer(cors))
}
