//! Loopback servers: pages and an API under every name below `localhost`, on two plain ports and
//! one with TLS.
//!
//! What is a page and what is API is decided by the path alone, so that any name can be either.
//!
//! | path | answer |
//! | --- | --- |
//! | `/page?batch=N` | the page that runs batch N |
//! | `/sandboxed?batch=N` | the same with an opaque origin |
//! | `/guarded?policy=P` | the page with this `Content-Security-Policy` |
//! | `/batch/N` | the batch, as JSON |
//! | `/done/N` | takes the results |
//! | `/cookies` | sets the three cookies `strict`, `lax` and, with TLS, `none` |
//! | `/c/CASE/…` | the API under test; recorded |

use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::net::Ipv4Addr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use http::{HeaderValue, Request, Response, StatusCode, header, request};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, oneshot};
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::page;

/// What answers below `/c/`.
pub(crate) type Api = Arc<dyn Fn(Request<Bytes>) -> ApiFuture + Send + Sync>;
pub(crate) type ApiFuture = Pin<Box<dyn Future<Output = Response<Bytes>> + Send>>;

/// The ports of a site; with a host's name they make an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ports {
    pub(crate) http: u16,
    pub(crate) other_http: u16,
    pub(crate) https: u16,
}

/// A request that crossed the wire to the API.
#[derive(Clone, Debug)]
pub(crate) struct Crossing {
    /// `host:port`, as asked.
    pub(crate) host: String,
    pub(crate) at: Instant,
    pub(crate) parts: request::Parts,
}

#[derive(Default)]
struct Desk {
    batches: HashMap<u32, String>,
    waiting: HashMap<u32, oneshot::Sender<Value>>,
    crossings: HashMap<u32, Vec<Crossing>>,
}

struct State {
    api: Api,
    desk: Mutex<Desk>,
    crossed: Notify,
}

impl State {
    fn desk(&self) -> std::sync::MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The servers; dropped, they end.
pub(crate) struct Site {
    pub(crate) ports: Ports,
    state: Arc<State>,
    tasks: Vec<JoinHandle<()>>,
}

/// Ports that are held, while what answers there is still being made: policies name their ports.
#[derive(Debug)]
pub(crate) struct Reserved {
    pub(crate) ports: Ports,
    listeners: [TcpListener; 3],
}

impl Reserved {
    pub(crate) async fn new() -> std::io::Result<Self> {
        let bind = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
        let listeners = [bind().await?, bind().await?, bind().await?];
        let [http, other_http, https] = &listeners;
        let ports = Ports {
            http: http.local_addr()?.port(),
            other_http: other_http.local_addr()?.port(),
            https: https.local_addr()?.port(),
        };
        Ok(Self { ports, listeners })
    }

    /// Starts to answer.
    pub(crate) fn serve(self, api: Api) -> Site {
        self.serve_as(api, acceptor())
    }

    /// The same with another certificate.
    pub(crate) fn serve_as(self, api: Api, acceptor: TlsAcceptor) -> Site {
        let state = Arc::new(State { api, desk: Mutex::default(), crossed: Notify::new() });
        let [http, other_http, https] = self.listeners;
        let tasks = vec![
            tokio::spawn(accept(http, None, state.clone())),
            tokio::spawn(accept(other_http, None, state.clone())),
            tokio::spawn(accept(https, Some(acceptor), state.clone())),
        ];
        Site { ports: self.ports, state, tasks }
    }
}

impl Site {
    /// Leaves a batch to be fetched by the page; its results come through the receiver.
    pub(crate) fn offer(&self, number: u32, batch: String) -> oneshot::Receiver<Value> {
        let (sender, receiver) = oneshot::channel();
        let mut desk = self.state.desk();
        desk.batches.insert(number, batch);
        desk.waiting.insert(number, sender);
        receiver
    }

    /// Forgets what crossed the wire.
    pub(crate) fn forget(&self) {
        self.state.desk().crossings.clear();
    }

    /// Waits until something has crossed the wire for one case.
    pub(crate) async fn crossed(&self, case: u32) {
        loop {
            // Before the look, so that nothing is missed between the two.
            let crossed = self.state.crossed.notified();
            if !self.crossings(case).is_empty() {
                return;
            }
            crossed.await;
        }
    }

    /// What crossed the wire for one case, in order.
    pub(crate) fn crossings(&self, case: u32) -> Vec<Crossing> {
        self.state.desk().crossings.get(&case).cloned().unwrap_or_default()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Site").field("ports", &self.ports).finish_non_exhaustive()
    }
}

/// A certificate made for this run; every engine is told to accept it.
fn acceptor() -> TlsAcceptor {
    let names = ["localhost", "*.localhost", "*.site.localhost", "*.other.localhost"];
    let certified =
        rcgen::generate_simple_self_signed(names.map(str::to_owned)).expect("names are DNS names");
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(certified.signing_key.serialize_der()));
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)
        .expect("the key is the certificate's");
    TlsAcceptor::from(Arc::new(config))
}

async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, state: Arc<State>) {
    // Connections end with this task.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                let _ = stream.set_nodelay(true);
                let state = state.clone();
                match tls.clone() {
                    None => connections.spawn(converse(stream, false, state)),
                    Some(tls) => connections.spawn(async move {
                        if let Ok(stream) = tls.accept(stream).await {
                            converse_over(stream, true, state).await;
                        }
                    }),
                };
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn converse(stream: TcpStream, secure: bool, state: Arc<State>) {
    converse_over(stream, secure, state).await;
}

async fn converse_over<S>(stream: S, secure: bool, state: Arc<State>)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request| {
        let state = state.clone();
        async move { Ok::<_, Infallible>(answer(request, secure, &state).await.map(Full::new)) }
    });
    // What goes wrong on a connection shows in the results of the case that used it.
    let _ = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(300))
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn answer(request: Request<Incoming>, secure: bool, state: &State) -> Response<Bytes> {
    let (parts, body) = request.into_parts();
    let Ok(body) = Limited::new(body, 16 << 20).collect().await else {
        return status(StatusCode::BAD_REQUEST);
    };
    let body = body.to_bytes();
    let path = parts.uri.path().to_owned();
    let mut segments = path.split('/').skip(1);
    let kind = segments.next().unwrap_or_default();
    let number = segments.next().and_then(|segment| segment.parse::<u32>().ok());
    match (kind, number) {
        ("page", _) => html(page::HTML),
        ("sandboxed", _) => {
            let mut response = html(page::HTML);
            let sandbox = HeaderValue::from_static("sandbox allow-scripts");
            response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, sandbox);
            response
        }
        ("guarded", _) => {
            let mut response = html(page::HTML);
            let policy = parts.uri.query().and_then(|query| query.strip_prefix("policy="));
            let policy: Vec<u8> = percent_decode_str(policy.unwrap_or_default()).collect();
            if let Ok(policy) = HeaderValue::from_bytes(&policy) {
                response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
            }
            response
        }
        ("cookies", _) => cookies(secure),
        ("batch", Some(number)) => match state.desk().batches.get(&number) {
            Some(batch) => shared(Response::new(Bytes::from(batch.clone()))),
            None => status(StatusCode::NOT_FOUND),
        },
        ("done", Some(number)) => {
            let results = serde_json::from_slice(&body).unwrap_or_default();
            if let Some(sender) = state.desk().waiting.remove(&number) {
                let _ = sender.send(results);
            }
            shared(status(StatusCode::NO_CONTENT))
        }
        ("c", Some(case)) => {
            let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
            let host = host.unwrap_or_default().to_owned();
            let crossing = Crossing { host, at: Instant::now(), parts: parts.clone() };
            state.desk().crossings.entry(case).or_default().push(crossing);
            state.crossed.notify_waiters();
            (state.api)(Request::from_parts(parts, body)).await
        }
        _ => status(StatusCode::NOT_FOUND),
    }
}

fn status(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    response
}

/// Readable for the sandboxed page too.
fn shared(mut response: Response<Bytes>) -> Response<Bytes> {
    let any = HeaderValue::from_static("*");
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, any);
    response
}

fn html(text: &'static str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(text.as_bytes()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// `SameSite` is always said: what it is when unsaid differs between engines.
pub(crate) const COOKIES: [&str; 3] = [
    "strict=1; Path=/; SameSite=Strict",
    "lax=1; Path=/; SameSite=Lax",
    "none=1; Path=/; Secure; SameSite=None",
];

fn cookies(secure: bool) -> Response<Bytes> {
    let mut response =
        html("<!doctype html><link rel=\"icon\" href=\"data:,\"><title>cookies</title>");
    for cookie in COOKIES.iter().filter(|cookie| secure || !cookie.contains("Secure")) {
        response.headers_mut().append(header::SET_COOKIE, HeaderValue::from_static(cookie));
    }
    response
}
