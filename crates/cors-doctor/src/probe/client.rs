//! The network, as the service that the simulated browser fetches through.

use std::error::Error;
use std::fmt;
use std::fs;
use std::future::Future;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, Version};
use http_body_util::Full;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tower::Service;

use super::certificate::AnyCertificate;
use super::connection::causes;
use crate::output::printable;

type BoxError = Box<dyn Error + Send + Sync>;

/// How to connect.
pub(super) struct Settings<'a> {
    pub(super) ca: Option<&'a Path>,
    pub(super) insecure: bool,
    pub(super) http1: bool,
    pub(super) timeout: Duration,
    pub(super) most: usize,
    pub(super) progress: bool,
}

/// Browsers limit the size of a response's head, not the number of its headers.
const MOST_HEADERS: usize = 4096;

/// A client for `http` and `https`, which sends so many requests and no more.
pub(super) struct Client {
    connections: legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    timeout: Duration,
    left: usize,
    progress: bool,
    versions: Versions,
}

/// The protocol of each response, in order; none where there was no response.
#[derive(Clone, Default)]
pub(super) struct Versions(Arc<Mutex<Vec<Option<Version>>>>);

impl Versions {
    pub(super) fn get(&self) -> Vec<Option<Version>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn push(&self, version: Option<Version>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(version);
    }
}

impl Client {
    pub(super) fn new(settings: &Settings<'_>) -> io::Result<Self> {
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(tls(settings)?)
            .https_or_http()
            .enable_http1();
        let https = if settings.http1 { https.build() } else { https.enable_http2().build() };
        Ok(Self {
            connections: legacy::Client::builder(TokioExecutor::new())
                .http1_max_headers(MOST_HEADERS)
                .build(https),
            timeout: settings.timeout,
            left: settings.most,
            progress: settings.progress,
            versions: Versions::default(),
        })
    }

    pub(super) fn versions(&self) -> Versions {
        self.versions.clone()
    }
}

/// The system's roots, and those of a file. A system without roots can still ask over http.
fn tls(settings: &Settings<'_>) -> io::Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(path) = settings.ca {
        add_file(&mut roots, path).map_err(|error| {
            let text = format!("--ca: {}: {error}", path.display());
            io::Error::new(io::ErrorKind::InvalidData, text)
        })?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?;
    Ok(if settings.insecure {
        let verifier = Arc::new(AnyCertificate(provider));
        config.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth()
    } else {
        config.with_root_certificates(roots).with_no_client_auth()
    })
}

fn add_file(roots: &mut RootCertStore, path: &Path) -> Result<(), BoxError> {
    let pem = fs::read(path)?;
    let mut found = false;
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        roots.add(certificate?)?;
        found = true;
    }
    if found { Ok(()) } else { Err("has no certificate in PEM form".into()) }
}

impl Service<Request<Full<Bytes>>> for Client {
    type Response = Response<()>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<()>, BoxError>>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<Full<Bytes>>) -> Self::Future {
        if self.left == 0 {
            return Box::pin(async { Err(TooMany.into()) });
        }
        self.left -= 1;
        if self.progress {
            let url = printable(&request.uri().to_string());
            eprintln!("sending {} {url}", request.method());
        }
        // The connection decides the version.
        *request.version_mut() = Version::HTTP_11;
        let (sent, timeout) = (self.connections.request(request), self.timeout);
        let versions = self.versions.clone();
        Box::pin(async move {
            let response = match tokio::time::timeout(timeout, sent).await {
                Ok(response) => response.map_err(|error| Failed::new(error).into()),
                Err(_) => Err(TimedOut(timeout).into()),
            };
            versions.push(response.as_ref().ok().map(Response::version));
            response.map(|response| response.map(drop))
        })
    }
}

/// More requests were asked for than a probe sends.
#[derive(Debug)]
pub(super) struct TooMany;

impl fmt::Display for TooMany {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("stopped after a dozen requests: the server redirects in a circle")
    }
}

impl Error for TooMany {}

/// The connection failed; the text has all that is known.
#[derive(Debug)]
struct Failed {
    text: String,
    source: legacy::Error,
}

impl Failed {
    fn new(source: legacy::Error) -> Self {
        Self { text: causes(&source), source }
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Error for Failed {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}

/// There was no response in time.
#[derive(Debug)]
struct TimedOut(Duration);

impl fmt::Display for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no response within {} s", self.0.as_secs())
    }
}

impl Error for TimedOut {}
