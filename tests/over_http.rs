//! The decision table over real connections: HTTP/1.1 and HTTP/2, axum and a bare hyper server.
//!
//! Each row has a server of its own on a free port of 127.0.0.1. What a protocol cannot carry is
//! skipped, and the row says why.

mod table;

use axum::Router;
use bytes::Bytes;
use http::{Request, Response, StatusCode, header::CONTENT_LENGTH};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use std::{
    convert::Infallible,
    future::ready,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use table::{Row, Wire, report, rows};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tower::{Layer, service_fn, util::BoxCloneSyncService};
use tower_cors::CorsLayer;

/// Larger than any head of the table.
const LARGE: usize = 4 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Server {
    Axum,
    Hyper,
}

/// A row's server, and how often its inner service ran.
struct Serving {
    address: SocketAddr,
    runs: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Serving {
    async fn new(server: Server, row: &Row) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let runs = Arc::new(AtomicUsize::new(0));
        let task = match server {
            Server::Axum => tokio::spawn(axum(listener, row, Arc::clone(&runs))),
            Server::Hyper => tokio::spawn(hyper(listener, row, Arc::clone(&runs))),
        };
        Self { address, runs, task }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Makes the row's inner responses, counting them.
fn responses<B: Default>(
    row: &Row,
    runs: Arc<AtomicUsize>,
) -> impl Fn() -> Response<B> + Clone + Send + Sync + 'static {
    let (status, headers) = (row.inner_status, row.response::<()>().headers().clone());
    move || {
        runs.fetch_add(1, Ordering::Relaxed);
        let mut response = Response::new(B::default());
        *response.status_mut() = status;
        *response.headers_mut() = headers.clone();
        response
    }
}

fn axum(
    listener: TcpListener,
    row: &Row,
    runs: Arc<AtomicUsize>,
) -> impl Future<Output = ()> + use<> {
    let respond = responses::<axum::body::Body>(row, runs);
    let mut router = Router::new().fallback(move || ready(respond()));
    for policy in row.policies.iter().rev() {
        router = router.layer(CorsLayer::with_policies(policy.clone()));
    }
    async move { axum::serve(listener, router).await.unwrap() }
}

fn hyper(
    listener: TcpListener,
    row: &Row,
    runs: Arc<AtomicUsize>,
) -> impl Future<Output = ()> + use<> {
    let respond = responses::<Empty<Bytes>>(row, runs);
    let inner = service_fn(move |_: Request<Incoming>| ready(Ok::<_, Infallible>(respond())));
    let mut service = BoxCloneSyncService::new(inner);
    for policy in row.policies.iter().rev() {
        service = BoxCloneSyncService::new(CorsLayer::with_policies(policy.clone()).layer(service));
    }
    async move {
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder.http1().max_buf_size(LARGE);
        builder.http2().max_header_list_size(u32::try_from(LARGE).unwrap());
        while let Ok((stream, _)) = listener.accept().await {
            let service = TowerToHyperService::new(service.clone());
            // An error is one of the connection, which the client sees too.
            let _ = builder.serve_connection_with_upgrades(TokioIo::new(stream), service).await;
        }
    }
}

async fn send(
    wire: Wire,
    address: SocketAddr,
    request: Request<Empty<Bytes>>,
) -> Result<Response<Incoming>, hyper::Error> {
    let io = TokioIo::new(TcpStream::connect(address).await.unwrap());
    match wire {
        Wire::Http1 => {
            let mut builder = hyper::client::conn::http1::Builder::new();
            builder.max_buf_size(LARGE);
            let (mut sender, connection) = builder.handshake(io).await?;
            tokio::spawn(connection.with_upgrades());
            sender.send_request(request).await
        }
        Wire::Http2 => {
            let mut builder = hyper::client::conn::http2::Builder::new(TokioExecutor::new());
            builder.max_header_list_size(u32::try_from(LARGE).unwrap());
            let (mut sender, connection) = builder.handshake(io).await?;
            tokio::spawn(connection);
            sender.send_request(request).await
        }
    }
}

async fn over(wire: Wire, server: Server, row: &Row) -> Result<(), String> {
    let serving = Serving::new(server, row).await;
    let request = row.request(Some(wire));
    let mut response = send(wire, serving.address, request)
        .await
        .map_err(|error| format!("{}: {error:?}", row.about))?;
    if server == Server::Axum && response.status() == StatusCode::NO_CONTENT {
        // axum's router adds it to any response without a body; hyper removes it, but over HTTP/1.1
        // only.
        response.headers_mut().remove(CONTENT_LENGTH);
    }
    let runs = serving.runs.load(Ordering::Relaxed);
    assert!(runs <= 1, "{}: the inner service ran {runs} times", row.about);
    row.check(&response, runs == 1)?;
    if row.inner_status == StatusCode::SWITCHING_PROTOCOLS && runs == 1 {
        return Ok(());
    }
    let body = response.into_body().collect().await.map_err(|error| error.to_string())?.to_bytes();
    if body.is_empty() { Ok(()) } else { Err(format!("{}: a body {body:?}", row.about)) }
}

/// `axum::serve` has hyper's default limits, and no way to raise them: about 400 KB, and 16 KB.
fn most_for_axum(wire: Wire) -> usize {
    match wire {
        Wire::Http1 => 400_000,
        Wire::Http2 => 16_000,
    }
}

async fn run(wire: Wire, server: Server) {
    let rows = rows();
    let mut failures = Vec::new();
    for row in &rows {
        if let Some(why) = row.skipped(wire) {
            println!("skipped: {}: {why}", row.about);
        } else if server == Server::Axum && row.bytes() > most_for_axum(wire) {
            println!("skipped: {}: `axum::serve` takes no head of this size", row.about);
        } else {
            failures.extend(over(wire, server, row).await.err());
        }
    }
    report(&format!("{server:?} over {wire:?}"), rows.len(), &failures);
}

#[tokio::test]
async fn axum_over_http1() {
    run(Wire::Http1, Server::Axum).await;
}

#[tokio::test]
async fn axum_over_http2() {
    run(Wire::Http2, Server::Axum).await;
}

#[tokio::test]
async fn hyper_over_http1() {
    run(Wire::Http1, Server::Hyper).await;
}

#[tokio::test]
async fn hyper_over_http2() {
    run(Wire::Http2, Server::Hyper).await;
}
