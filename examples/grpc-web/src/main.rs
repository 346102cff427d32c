//! ```sh
//! (cd examples/grpc-web/page && npm install && npm run build)
//! cargo run -p grpc-web
//! ```
//!
//! Then open the printed page: it calls the server from another origin.

use axum::{Router, http::header::CONTENT_TYPE, response::Html, routing::get};
use std::{error::Error, path::Path};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let api = listen("127.0.0.1:3000").await?;
    let page = listen("127.0.0.1:4000").await?;
    let (api_url, page_url) =
        (format!("http://{}", api.local_addr()?), format!("http://{}", page.local_addr()?));
    println!("api {api_url}\npage {page_url}");

    let cors = grpc_web::cors(&page_url)?;
    let serve_page = axum::serve(page, pages(&api_url)?);
    tokio::select! {
        ended = grpc_web::serve(api, cors, std::future::pending()) => ended,
        ended = async { serve_page.await } => Ok(ended?),
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
    }
}

async fn listen(address: &str) -> Result<TcpListener, String> {
    let listener = TcpListener::bind(address).await;
    listener.map_err(|error| format!("cannot listen on {address}: {error}"))
}

/// The page, its bundled script, and the definition of the service.
fn pages(api: &str) -> Result<Router, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("page");
    let script = std::fs::read_to_string(folder.join("dist/main.js")).map_err(|error| {
        format!("page/dist/main.js: {error}; run `npm install && npm run build`")
    })?;
    let html = include_str!("../page/index.html").replace("{api}", api);
    Ok(Router::new()
        .route("/", get(|| async { Html(html) }))
        .route("/main.js", get(|| async { ([(CONTENT_TYPE, "text/javascript")], script) }))
        .route("/greeter.binpb", get(|| async { grpc_web::DEFINITION })))
}
