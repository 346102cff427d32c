//! Servers on loopback, and what a page sees of them: the ground of the tests in this package.
//!
//! The simulated browser judges, over real connections.

use axum::Router;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use std::{error::Error, net::SocketAddr};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tower::{Service, service_fn};
use tower_browser::{Answer, Blocked, Fetch, Page};

/// The programs of the README and of the guides are compiled and run as they are printed.
#[cfg(doctest)]
mod printed {
    macro_rules! printed {
        ($($name:ident: $path:literal;)*) => {
            $(#[doc = include_str!(concat!("../../../", $path))] mod $name {})*
        };
    }

    printed! {
        readme: "README.md";
        async_sources: "guide/async.md";
        blocked: "guide/blocked.md";
        enforcement: "guide/enforcement.md";
        layers: "guide/layers.md";
        local_servers: "guide/local-servers.md";
        moving: "guide/moving.md";
        misconceptions: "guide/misconceptions.md";
        mistakes: "guide/mistakes.md";
        observation: "guide/observation.md";
        policies: "guide/policies.md";
        speed: "guide/speed.md";
        testing: "guide/testing.md";
    }
}

/// The page that the policies of these tests allow.
pub const APP: &str = "https://app.example.com";

/// A running server; it ends when this is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// Runs what `serve` makes of a listener on a free port.
    ///
    /// # Panics
    ///
    /// If no port is free.
    pub async fn new<F>(serve: impl FnOnce(TcpListener) -> F) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        Self { address, task: tokio::spawn(serve(listener)) }
    }

    /// An axum application.
    pub async fn axum(app: Router) -> Self {
        Self::new(|listener| async move {
            let _ = axum::serve(listener, app).await;
        })
        .await
    }

    /// A tower service under hyper's own server, one clone for each connection.
    pub async fn hyper<S, B>(service: S) -> Self
    where
        S: Service<Request<Incoming>, Response = Response<B>> + Clone + Send + 'static,
        S::Future: Send,
        S::Error: Into<Box<dyn Error + Send + Sync>>,
        B: http_body_util::BodyExt + Send + 'static,
        B::Data: Send,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        Self::new(|listener| async move {
            while let Ok((stream, _)) = listener.accept().await {
                let service = TowerToHyperService::new(service.clone());
                tokio::spawn(async move {
                    let server = auto::Builder::new(TokioExecutor::new());
                    let _ = server.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        })
        .await
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL of a path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A fetch of a path by a page.
    pub fn fetch(&self, page: &str, path: &str) -> Fetch {
        Page::at(page).fetch(self.url(path))
    }
}

/// Sends a fetch, each of its requests over a new connection.
///
/// # Errors
///
/// What the page's script would run into.
pub async fn send(server: &Server, fetch: Fetch) -> Result<Answer<Incoming>, Blocked> {
    let address = server.address;
    let service = service_fn(move |request| exchange(address, request));
    fetch.send_with(service, Full::new).await
}

/// One request over a connection of its own.
async fn exchange(
    address: SocketAddr,
    request: Request<Full<Bytes>>,
) -> Result<Response<Incoming>, Box<dyn Error + Send + Sync>> {
    let stream = TokioIo::new(TcpStream::connect(address).await?);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await?;
    tokio::spawn(connection);
    Ok(sender.send_request(request).await?)
}

/// What a page at [`APP`] and one at a foreign origin see of `GET /items`, `PUT /items` and
/// `GET /missing`, in one line: statuses, or `blocked`.
pub async fn seen(server: &Server) -> String {
    let foreign = "https://evil.example.net";
    let cases = [
        ("GET", server.fetch(APP, "/items")),
        ("PUT", server.fetch(APP, "/items").method("PUT")),
        ("missing", server.fetch(APP, "/missing")),
        ("foreign GET", server.fetch(foreign, "/items")),
        ("foreign PUT", server.fetch(foreign, "/items").method("PUT")),
    ];
    let mut line = Vec::new();
    for (name, fetch) in cases {
        let outcome = match send(server, fetch).await {
            Ok(answer) => answer.status().to_string(),
            Err(_) => "blocked".to_owned(),
        };
        line.push(format!("{name} {outcome}"));
    }
    line.join(", ")
}
