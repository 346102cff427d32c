//! `WebSocket`s over HTTP/2 ([RFC 8441](https://www.rfc-editor.org/rfc/rfc8441)), whose handshake is an
//! extended CONNECT, under enforcement and allowed hosts, over a real connection.

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::Empty;
use hyper::{body::Incoming, ext::Protocol};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    service::TowerToHyperService,
};
use std::{
    convert::Infallible,
    future::{Ready, ready},
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tower::{Layer, service_fn};
use tower_cors::{CorsLayer, PolicyBuilder};

type Answer = Result<Response<Empty<Bytes>>, Infallible>;

/// Accepts every handshake, and sends back the first four bytes.
fn chat(request: Request<Incoming>, runs: &AtomicUsize) -> Ready<Answer> {
    runs.fetch_add(1, Ordering::Relaxed);
    assert_eq!(request.extensions().get::<Protocol>(), Some(&Protocol::from_static("websocket")));
    tokio::spawn(async move {
        let mut stream = TokioIo::new(hyper::upgrade::on(request).await.expect("an upgrade"));
        let mut bytes = [0; 4];
        stream.read_exact(&mut bytes).await.expect("four bytes");
        stream.write_all(&bytes).await.expect("four bytes");
        stream.flush().await.expect("a stream");
    });
    ready(Ok(Response::new(Empty::new())))
}

async fn serve(cors: CorsLayer) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let runs = Arc::new(AtomicUsize::new(0));
    let counter = runs.clone();
    let service = cors.layer(service_fn(move |request| chat(request, &counter)));
    tokio::spawn(async move {
        let mut builder = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
        builder.enable_connect_protocol();
        while let Ok((stream, _)) = listener.accept().await {
            let service = TowerToHyperService::new(service.clone());
            tokio::spawn(builder.serve_connection(TokioIo::new(stream), service));
        }
    });
    (address, runs)
}

async fn connect(address: SocketAddr, host: &str, lines: &[(&str, &str)]) -> Response<Incoming> {
    let stream = TcpStream::connect(address).await.expect("a connection");
    let builder = hyper::client::conn::http2::Builder::new(TokioExecutor::new());
    let (mut sender, connection) =
        builder.handshake(TokioIo::new(stream)).await.expect("a handshake");
    // The server's settings say that it knows the protocol. Another task reads them.
    while !connection.is_extended_connect_protocol_enabled() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    tokio::spawn(connection);
    let mut request = Request::builder()
        .method(Method::CONNECT)
        .uri(format!("http://{host}/chat"))
        .extension(Protocol::from_static("websocket"))
        .header("sec-websocket-version", "13");
    for (name, value) in lines {
        request = request.header(*name, *value);
    }
    let request = request.body(Empty::<Bytes>::new()).expect("a valid request");
    sender.send_request(request).await.expect("an answer")
}

fn builder() -> PolicyBuilder<CorsLayer> {
    CorsLayer::builder().allow_origin("https://app.example.com").enforce(true)
}

#[tokio::test]
async fn extended_connect_is_enforced() {
    const APP: (&str, &str) = ("origin", "https://app.example.com");
    const EVIL: (&str, &str) = ("origin", "https://evil.example");
    const OWN: (&str, &str) = ("origin", "https://api.example.com");
    let hosts = || builder().allow_hosts("api.example.com");
    for (about, cors, host, lines, status, granted) in [
        ("granted", builder(), "api.example.com", &[APP][..], 200, true),
        ("refused", builder(), "api.example.com", &[EVIL], 403, false),
        (
            "refused by Sec-Fetch-Site",
            builder(),
            "evil.example",
            &[EVIL, ("sec-fetch-site", "cross-site")],
            403,
            false,
        ),
        ("same-origin", builder(), "api.example.com", &[OWN], 200, false),
        ("no Origin, not a browser", builder(), "api.example.com", &[], 200, false),
        ("null", builder(), "api.example.com", &[("origin", "null")], 403, false),
        ("rebinding, without hosts", builder(), "evil.example", &[EVIL], 200, false),
        ("rebinding", hosts(), "evil.example", &[EVIL], 403, false),
        ("a wrong host, granted", hosts(), "evil.example", &[APP], 403, false),
        ("a wrong host, no Origin", hosts(), "evil.example", &[], 403, false),
        ("the right host, granted", hosts(), "api.example.com", &[APP], 200, true),
        ("the right host, with a port", hosts(), "api.example.com:8443", &[APP], 200, true),
        ("the right host, same-origin", hosts(), "api.example.com", &[OWN], 200, false),
    ] {
        let (address, runs) = serve(cors.build().expect("valid")).await;
        let response = connect(address, host, lines).await;
        assert_eq!(response.status().as_u16(), status, "{about}");
        let runs = runs.load(Ordering::Relaxed);
        assert_eq!(runs, usize::from(status == 200), "{about}: calls of the inner service");
        let grant = response.headers().contains_key("access-control-allow-origin");
        assert_eq!(grant, granted, "{about}: granted");
        assert_eq!(response.headers()["vary"], "Origin", "{about}");
        if response.status() == StatusCode::FORBIDDEN {
            assert_eq!(response.headers()["cache-control"], "no-store", "{about}");
            continue;
        }
        let mut stream = TokioIo::new(hyper::upgrade::on(response).await.expect("an upgrade"));
        stream.write_all(b"ping").await.expect("a stream");
        let mut bytes = [0; 4];
        stream.read_exact(&mut bytes).await.expect("four bytes");
        assert_eq!(&bytes, b"ping", "{about}: the socket works");
    }
}
