//! tonic 0.14: the layer around gRPC and gRPC-Web.

use http_body_util::BodyExt as _;
use stacks::{APP, Server, send};
use tonic::transport::server::TcpIncoming;
use tonic_web::GrpcWebLayer;
use tower_browser::Fetch;
use tower_cors::CorsLayer;
use tower_http::trace::TraceLayer;

fn cors() -> CorsLayer {
    CorsLayer::builder()
        .allow_origin(APP)
        .allow_headers(["content-type", "x-grpc-web", "x-user-agent", "grpc-timeout"])
        .expose_headers(["grpc-status", "grpc-message", "grpc-status-details-bin"])
        .build()
        .expect("valid")
}

/// `grpc.health.v1.Health/Check` for the whole server, as gRPC-Web frames it: an empty message.
fn check(server: &Server, page: &str) -> Fetch {
    server
        .fetch(page, "/grpc.health.v1.Health/Check")
        .method("POST")
        .header("content-type", "application/grpc-web+proto")
        .header("x-grpc-web", "1")
        .body(vec![0; 5])
}

async fn served() -> Server {
    Server::new(|listener| async move {
        let (_, health) = tonic_health::server::health_reporter();
        let _ = tonic::transport::Server::builder()
            .accept_http1(true)
            .layer(cors())
            .layer(GrpcWebLayer::new())
            .add_service(health)
            .serve_with_incoming(TcpIncoming::from(listener))
            .await;
    })
    .await
}

#[tokio::test]
async fn grpc_web_from_an_allowed_page() {
    let server = served().await;
    let answer = send(&server, check(&server, APP)).await.expect("granted");
    assert_eq!(answer.status(), 200);
    assert!(answer.wire()[0].is_preflight());
    let body = answer.into_body().expect("a body").collect().await.expect("a body").to_bytes();
    // A data frame with the status SERVING, then the trailers as a frame.
    assert_eq!(body.get(..7), Some(&[0, 0, 0, 0, 2, 8, 1][..]));
    assert!(String::from_utf8_lossy(&body).contains("grpc-status:0"));
}

#[tokio::test]
async fn grpc_web_from_another_page() {
    let server = served().await;
    assert!(send(&server, check(&server, "https://evil.example.net")).await.is_err());
}

/// The other order: gRPC-Web answers what it does not know by itself, preflights among it.
#[tokio::test]
async fn the_layer_inside_grpc_web_never_sees_a_preflight() {
    let server = Server::new(|listener| async move {
        let (_, health) = tonic_health::server::health_reporter();
        let _ = tonic::transport::Server::builder()
            .accept_http1(true)
            .layer(GrpcWebLayer::new())
            .layer(cors())
            .add_service(health)
            .serve_with_incoming(TcpIncoming::from(listener))
            .await;
    })
    .await;
    assert!(send(&server, check(&server, APP)).await.is_err());
}

/// `TraceLayer` inside wraps the body in one without a `Default`.
#[tokio::test]
async fn with_trace_inside() {
    let server = Server::new(|listener| async move {
        let (_, health) = tonic_health::server::health_reporter();
        let _ = tonic::transport::Server::builder()
            .accept_http1(true)
            .layer(cors().wrap_body())
            .layer(TraceLayer::new_for_grpc())
            .layer(GrpcWebLayer::new())
            .add_service(health)
            .serve_with_incoming(TcpIncoming::from(listener))
            .await;
    })
    .await;
    assert_eq!(send(&server, check(&server, APP)).await.expect("granted").status(), 200);
}

/// Plain gRPC over HTTP/2, which no browser speaks, passes untouched.
#[tokio::test]
async fn plain_grpc_is_not_cors() {
    let server = served().await;
    let channel = tonic::transport::Endpoint::from_shared(server.url("")).expect("a URL");
    let channel = channel.connect().await.expect("a connection");
    let mut client = tonic_health::pb::health_client::HealthClient::new(channel);
    let request = tonic_health::pb::HealthCheckRequest::default();
    let answer = client.check(request).await.expect("an answer").into_inner();
    assert_eq!(answer.status, 1);
}
