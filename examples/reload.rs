//! A policy file that is watched: edit it while the server runs.
//!
//! ```sh
//! echo 'allow_origin = "https://a.example"' > cors.toml
//! cargo run --example reload -- cors.toml
//! echo 'allow_origin = "https://b.example"' > cors.toml     # in another terminal: takes effect at once
//! echo 'allow_origin = "b.example"' > cors.toml             # is logged as an error and changes nothing
//! ```

#[path = "support/mod.rs"]
mod support;

use axum::{Router, routing::get};
use std::{error::Error, path::PathBuf};
use tower_cors::{CorsLayer, watch::FileWatcher};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt::init();
    let file = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("cors.toml"), PathBuf::from);
    // `kill -HUP` reloads the file too. Changes and errors are logged.
    let (policies, _watcher) = FileWatcher::builder(file).reload_on_hangup(true).start()?;

    let app = Router::new()
        .route("/", get(|| async { "hello" }))
        .layer(CorsLayer::with_policies(policies));
    support::run("127.0.0.1:3000", app).await
}
