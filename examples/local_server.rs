//! A tool that listens on the user's own machine, such as an MCP server, and that only the pages it
//! trusts can use.
//!
//! ```sh
//! cargo run --example local_server
//! # The tool's own page, and clients that are not browsers: 200.
//! curl -i -X POST http://127.0.0.1:3000/run
//! # A page that is allowed: 200, with its grant.
//! curl -i -X POST -H 'Origin: http://localhost:5173' http://127.0.0.1:3000/run
//! # Any other page: 403, and nothing runs.
//! curl -i -X POST -H 'Origin: https://evil.example' http://127.0.0.1:3000/run
//! # DNS rebinding: a page at evil.example, a name that was made to resolve to 127.0.0.1. To the
//! # browser it is same-origin, so only the host gives it away: 403.
//! curl -i -X POST -H 'Host: evil.example:3000' -H 'Origin: http://evil.example:3000' http://127.0.0.1:3000/run
//! ```

#[path = "support/mod.rs"]
mod support;

use axum::{
    Router,
    routing::{get, post},
};
use std::error::Error;
use tower_cors::{AllowHosts, CorsLayer, PolicyErrors};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt::init();
    support::run("127.0.0.1:3000", app()?).await
}

pub(crate) fn app() -> Result<Router, PolicyErrors> {
    let cors = CorsLayer::builder()
        // The pages that may call, and read the answers.
        .allow_origin(["http://localhost:5173", "http://127.0.0.1:5173"])
        .allow_headers(["content-type", "mcp-protocol-version", "mcp-session-id"])
        // Others may not even call.
        .enforce(true)
        // Nor may a page whose own name leads here.
        .allow_hosts(AllowHosts::loopback())
        .build()?;
    Ok(Router::new()
        .route("/", get(|| async { "the tool's own page" }))
        .route("/run", post(|| async { "done" }))
        // Last, so that it is the outermost layer: no handler runs for a refused request.
        .layer(cors))
}
