//! A WebSocket route protected against cross-site hijacking by the same origin policy as the rest.
//!
//! ```sh
//! cargo run --example websocket
//! # From an allowed origin: 101 Switching Protocols.
//! curl -i -N --max-time 1 -H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' \
//!     -H 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==' -H 'Origin: http://localhost:4000' http://127.0.0.1:3000/chat
//! # From any other: 403, and the handler never runs.
//! curl -i -N --max-time 1 -H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' \
//!     -H 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==' -H 'Origin: https://evil.example' http://127.0.0.1:3000/chat
//! ```

#[path = "support/mod.rs"]
mod support;

use axum::{
    Router,
    extract::ws::{WebSocket, WebSocketUpgrade},
    response::Response,
    routing::any,
};
use std::error::Error;
use tower_cors::CorsLayer;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt::init();
    // Browsers let any page open a WebSocket, with cookies, and CORS does not apply to it.
    // `enforce` makes the policy count for the handshake all the same.
    let cors = CorsLayer::builder()
        .allow_origin("http://localhost:*")
        .allow_credentials(true)
        .enforce(true);
    let app = Router::new().route("/chat", any(chat)).layer(cors.build()?);

    support::run("127.0.0.1:3000", app).await
}

async fn chat(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(echo)
}

async fn echo(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        if socket.send(message).await.is_err() {
            return;
        }
    }
}
