//! A bare hyper server, without any framework.
//!
//! ```sh
//! cargo run --example hyper
//! curl -i -H 'Origin: https://app.example.com' http://127.0.0.1:3000/
//! curl -i -X OPTIONS -H 'Origin: https://app.example.com' -H 'Access-Control-Request-Method: PUT' http://127.0.0.1:3000/
//! curl -i --http2-prior-knowledge -H 'Origin: https://evil.example' http://127.0.0.1:3000/
//! ```

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::Full;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use std::{convert::Infallible, error::Error};
use tokio::net::TcpListener;
use tower::service_fn;
use tower_cors::{Cors, Policy};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().init();
    let policy = policy()?;
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    println!("listening on http://{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        // One for each connection: the policy is shared, not copied.
        let service = Cors::new(service_fn(hello), policy.clone());
        tokio::spawn(async move {
            let server = auto::Builder::new(TokioExecutor::new());
            let connection =
                server.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
            if let Err(error) = connection.await {
                eprintln!("a connection failed: {error}");
            }
        });
    }
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
