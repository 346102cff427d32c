//! A bare hyper server, without any framework.
//!
//! ```sh
//! cargo run --example hyper
//! curl -i -H 'Origin: https://app.example.com' http://127.0.0.1:3000/
//! curl -i -X OPTIONS -H 'Origin: https://app.example.com' -H 'Access-Control-Request-Method: PUT' http://127.0.0.1:3000/
//! curl -i --http2-prior-knowledge -H 'Origin: https://evil.example' http://127.0.0.1:3000/
//! ```

#[path = "support/mod.rs"]
mod support;

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::Full;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::{conn::auto, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use std::{convert::Infallible, error::Error};
use tower::service_fn;
use tower_cors::{Cors, Policy};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt::init();
    let policy = policy()?;
    let stop = support::Stop::new()?;
    let listener = support::listen("127.0.0.1:3000").await?;
    let server = auto::Builder::new(TokioExecutor::new());
    let connections = GracefulShutdown::new();
    loop {
        let (stream, _) = tokio::select! {
            accepted = listener.accept() => accepted?,
            () = stop.asked() => break,
        };
        // One for each connection: the policy is shared, not copied.
        let service = TowerToHyperService::new(Cors::new(service_fn(hello), policy.clone()));
        let connection = server.serve_connection(TokioIo::new(stream), service).into_owned();
        let connection = connections.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                eprintln!("a connection failed: {error}");
            }
        });
    }
    stop.ends(connections.shutdown()).await;
    Ok(())
}

pub(crate) fn policy() -> Result<Policy, tower_cors::PolicyErrors> {
    Policy::builder()
        .allow_origin(["https://app.example.com", "http://localhost:*"])
        .allow_methods(Method::PUT)
        .build()
}

/// The service: it knows nothing of CORS. Its body need only have a default, for the answers to
/// preflights.
pub(crate) async fn hello<B>(request: Request<B>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(Response::new(Full::from(format!("hello, {}\n", request.method()))))
}
