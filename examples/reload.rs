//! A policy file that is watched: edit it while the server runs.
//!
//! ```sh
//! echo 'allow_origin = "https://a.example"' > cors.toml
//! cargo run --example reload -- cors.toml
//! echo 'allow_origin = "https://b.example"' > cors.toml     # in another terminal: takes effect at once
//! echo 'allow_origin = "b.example"' > cors.toml             # an error is told, and changes nothing
//! ```

#[path = "support/mod.rs"]
mod support;

use axum::{Router, routing::get};
use notify::{RecursiveMode, Watcher};
use std::{error::Error, path::PathBuf};
use tower_cors::{CorsLayer, PolicyList, Reloadable};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().init();
    let file = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("cors.toml"), PathBuf::from);
    let file = std::path::absolute(file)?;
    let (policies, handle) = Reloadable::new(PolicyList::from_file(&file)?);

    // The folder is watched, not the file: editors write a new file and rename it.
    let folder = file.parent().ok_or("the file is in no folder")?.to_owned();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let touched =
            event.is_ok_and(|event| !event.kind.is_access() && event.paths.contains(&file));
        if touched {
            // Errors and changes are logged by the handle; errors change nothing. What writes the
            // file should write another and rename it: the half of a file may be a policy too, and
            // a wider one.
            let _ = handle.reload_file(&file);
        }
    })?;
    watcher.watch(&folder, RecursiveMode::NonRecursive)?;

    let app = Router::new()
        .route("/", get(|| async { "hello" }))
        .layer(CorsLayer::with_policies(policies));
    support::run("127.0.0.1:3000", app).await
}
