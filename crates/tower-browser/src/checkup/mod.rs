//! A check of a whole application: is the CORS layer where it must be?
//!
//! One fetch that works proves little: the 404 page, the 401, the error page of a timeout and the
//! copy in a cache are answered by other parts of the stack. [`assert_healthy`] sends a page's
//! typical fetches through the whole application and fails with text that says which layer to move:
//!
//! 1. the fetch itself, with its preflight;
//! 2. a plain `GET` of the same URL, without a login, once from the page (unless the fetch itself is
//!    one), once from the API's own origin, and once from a page that nobody knows: what the answers
//!    differ in must be in `Vary`;
//! 3. a path that does not exist, below the one that is fetched;
//! 4. a preflight, if the fetch has none;
//! 5. the routes that [`also`](Checkup::also) and [`panics`](Checkup::panics) name.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! use axum::{Router, routing::put};
//! use http::{Method, header::CONTENT_TYPE};
//! use tower_browser::{Page, checkup::assert_healthy};
//! use tower_http::cors::CorsLayer;
//!
//! let cors = CorsLayer::new()
//!     .allow_origin(["https://app.example.com".parse().unwrap()])
//!     .allow_methods([Method::PUT])
//!     .allow_headers([CONTENT_TYPE]);
//! let app = Router::new().route("/items/1", put(|| async { "saved" })).layer(cors);
//!
//! let page = Page::at("https://app.example.com");
//! assert_healthy(app, page.fetch("https://api.example.com/items/1").method("PUT").json("{}")).await;
//! # }
//! ```
//!
//! A layer in the wrong place:
//!
//! ```should_panic
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! # use axum::{Router, routing::put};
//! # use http::{Method, header::CONTENT_TYPE};
//! # use tower_browser::{Page, checkup::assert_healthy};
//! # use tower_http::cors::CorsLayer;
//! # let cors = CorsLayer::new()
//! #     .allow_origin(["https://app.example.com".parse().unwrap()])
//! #     .allow_methods([Method::PUT])
//! #     .allow_headers([CONTENT_TYPE]);
//! # let page = Page::at("https://app.example.com");
//! // Incorrect: a route that is added after the layer is not covered.
//! let app = Router::new().layer(cors).route("/items/1", put(|| async { "saved" }));
//! assert_healthy(app, page.fetch("https://api.example.com/items/1").method("PUT").json("{}")).await;
//! # }
//! ```

mod caught;
mod examine;
mod finding;
mod report;
mod step;

use std::error::Error;
use std::future::Future;
use std::panic::Location;

use bytes::Bytes;
use tower_service::Service;

use self::caught::CatchPanic;
use self::step::Run;
use super::fetch::Fetch;

pub use self::finding::{Finding, Kind};
pub use self::report::Report;
pub use self::step::{Purpose, Step};

/// Checks an application, and panics with what is wrong and what to change.
///
/// Hand over the whole application as it is served, and the fetch of a typical page: a [`Fetch`],
/// or a [`Checkup`] that names more routes.
///
/// # Panics
///
/// If the page cannot read an answer, or if something was found that will block a page sooner or
/// later. The message is the [`Report`].
#[track_caller]
pub fn assert_healthy<S, B>(service: S, checkup: impl Into<Checkup>) -> impl Future<Output = ()>
where
    S: Service<http::Request<B>, Response = http::Response<B>>,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    B: From<Bytes>,
{
    let caller = Location::caller();
    let checkup = checkup.into();
    async move {
        let report = checkup.run(service).await;
        assert!(report.is_healthy(), "at {caller}: {report}");
    }
}

/// What to check: a typical fetch of a page, and more routes of the application.
#[derive(Debug, Clone)]
#[must_use = "a checkup does nothing until it is run"]
pub struct Checkup {
    fetch: Fetch,
    also: Vec<String>,
    panics: Vec<String>,
    reads: Vec<String>,
    missing: Option<String>,
    preflight: bool,
    only: bool,
}

impl Checkup {
    /// A checkup around this fetch.
    pub fn of(fetch: Fetch) -> Self {
        Self {
            fetch,
            also: Vec::new(),
            panics: Vec::new(),
            reads: Vec::new(),
            missing: None,
            preflight: true,
            only: false,
        }
    }

    /// Another URL that the page must be able to read, whatever its status: a route that times out,
    /// one behind a rate limit, one that answers 401. Relative URLs are relative to the fetch's.
    pub fn also(mut self, url: impl Into<String>) -> Self {
        self.also.push(url.into());
        self
    }

    /// A URL whose handler panics. The page must be able to read the response that is made of it.
    pub fn panics(mut self, url: impl Into<String>) -> Self {
        self.panics.push(url.into());
        self
    }

    /// A response header that the page's script reads.
    pub fn reads(mut self, header: impl Into<String>) -> Self {
        self.reads.push(header.into());
        self
    }

    /// The path that does not exist. Unless set, it is `no-such-path-of-a-cors-checkup` below the
    /// path that is fetched, so that a layer for some paths only (a list of policies, a nested
    /// router) covers it, too.
    pub fn missing(mut self, url: impl Into<String>) -> Self {
        self.missing = Some(url.into());
        self
    }

    /// Whether to send a preflight even where the fetch needs none; `true` unless set.
    pub fn preflight(mut self, always: bool) -> Self {
        self.preflight = always;
        self
    }

    /// Sends the fetch itself and nothing else.
    pub fn only(mut self) -> Self {
        self.only = true;
        self
    }

    /// Runs the checkup.
    pub async fn run<S, B>(self, service: S) -> Report
    where
        S: Service<http::Request<B>, Response = http::Response<B>>,
        S::Error: Into<Box<dyn Error + Send + Sync>>,
        B: From<Bytes>,
    {
        self.run_with(service, B::from).await
    }

    /// As [`run`](Self::run), with a function that makes the request body that `service` takes; see
    /// [`Fetch::send_with`].
    pub async fn run_with<S, ReqBody, ResBody, F>(self, service: S, make_body: F) -> Report
    where
        S: Service<http::Request<ReqBody>, Response = http::Response<ResBody>>,
        S::Error: Into<Box<dyn Error + Send + Sync>>,
        F: FnMut(Bytes) -> ReqBody,
    {
        let mut run = Run::new(CatchPanic::new(service), make_body);
        run.all(&self).await;
        let steps = run.into_steps();
        let findings = examine::findings(&self, &steps);
        Report::new(findings, steps)
    }
}

impl From<Fetch> for Checkup {
    fn from(fetch: Fetch) -> Self {
        Self::of(fetch)
    }
}
