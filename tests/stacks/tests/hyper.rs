//! hyper 1 with hyper-util: the layer around a plain service, and around a reverse proxy, whose
//! response body (`Incoming`) has no `Default`.

use http::{Method, Request, Response};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use stacks::{APP, Server, seen};
use std::{error::Error, net::SocketAddr};
use tokio::net::TcpStream;
use tower::{ServiceBuilder, service_fn};
use tower_cors::{Cors, CorsLayer, body::WrapBody};

const ALL: &str = "GET 200, PUT 200, missing 404, foreign GET blocked, foreign PUT blocked";

fn cors() -> CorsLayer {
    CorsLayer::builder().allow_origin(APP).allow_methods(Method::PUT).build().expect("valid")
}

/// An upstream that knows nothing of CORS.
async fn upstream() -> Server {
    use axum::{Router, routing::get};
    let items = get(|| async { "items" }).put(|| async { "put" });
    Server::axum(Router::new().route("/items", items)).await
}

async fn proxy(
    to: SocketAddr,
    request: Request<Incoming>,
) -> Result<Response<Incoming>, Box<dyn Error + Send + Sync>> {
    let stream = TokioIo::new(TcpStream::connect(to).await?);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await?;
    tokio::spawn(connection);
    Ok(sender.send_request(request).await?)
}

#[tokio::test]
async fn a_reverse_proxy_with_the_layer() {
    let upstream = upstream().await;
    let to = upstream.address();
    let service = ServiceBuilder::new()
        .layer(cors().wrap_body())
        .service(service_fn(move |request| proxy(to, request)));
    assert_eq!(seen(&Server::hyper(service).await).await, ALL);
}

#[tokio::test]
async fn a_reverse_proxy_without_a_layer() {
    let upstream = upstream().await;
    let to = upstream.address();
    let policy = cors().policies().clone();
    let proxy = service_fn(move |request| proxy(to, request));
    let service = Cors::new(WrapBody::new(proxy), policy);
    assert_eq!(seen(&Server::hyper(service).await).await, ALL);
}
