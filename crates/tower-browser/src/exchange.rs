//! What crossed the wire: each request that left the browser, and what came back.

use std::fmt;

use http::{HeaderMap, Method, StatusCode};

pub use super::local_network::LocalNetworkAccess;

/// Whether an exchange is a preflight or the request that the script asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExchangeKind {
    /// A [CORS-preflight request](https://fetch.spec.whatwg.org/#cors-preflight-request).
    Preflight,
    /// The request itself; one for each hop of a redirect.
    Actual,
    /// A request in the background, which renews a response that the [HTTP
    /// cache](super::Browser::http_cache) has served stale (`stale-while-revalidate`).
    Revalidation,
}

/// One request that left the browser, with the head of the response to it. What an HTTP cache or
/// the preflight cache answered leaves no exchange.
///
/// Its `Display` is the two heads on two lines, for a test's output.
#[derive(Clone)]
pub struct Exchange {
    pub(super) kind: ExchangeKind,
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) request_headers: HeaderMap,
    pub(super) response: Option<(StatusCode, HeaderMap)>,
    pub(super) local_network_access: Option<LocalNetworkAccess>,
}

impl Exchange {
    /// Preflight or actual request.
    #[must_use]
    pub fn kind(&self) -> ExchangeKind {
        self.kind
    }

    /// Whether this is a preflight.
    #[must_use]
    pub fn is_preflight(&self) -> bool {
        self.kind == ExchangeKind::Preflight
    }

    /// The request's method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The request's URL, absolute.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The request's headers, those included that only the browser sets.
    #[must_use]
    pub fn request_headers(&self) -> &HeaderMap {
        &self.request_headers
    }

    /// The response's status; none if the service failed.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.response.as_ref().map(|(status, _)| *status)
    }

    /// Set if a page asked a server in a less public [address
    /// space](super::options::AddressSpace) than its own: a public page, and `localhost` or a
    /// private address. Chromium asks the user before it sends such a request, or blocks it if the
    /// page is not a secure context; Firefox is about to do the same. Here the request is sent,
    /// unless [a test says otherwise](super::Browser::block_local_network).
    ///
    /// ```
    /// # use http::{Request, Response};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use tower_browser::{Page, options::AddressSpace};
    ///
    /// let api = tower::service_fn(|_: Request<Vec<u8>>| async {
    ///     Response::builder().header("access-control-allow-origin", "*").body(Vec::new())
    /// });
    /// let page = Page::at("https://app.example.com");
    /// let answer = page.fetch("http://localhost:8080/").send(api).await.unwrap();
    /// let access = answer.wire()[0].local_network_access().unwrap();
    /// assert_eq!(access.target(), AddressSpace::Loopback);
    /// assert!(access.is_prompted());
    /// # }
    /// ```
    #[must_use]
    pub fn local_network_access(&self) -> Option<LocalNetworkAccess> {
        self.local_network_access
    }

    /// All headers of the response, whatever a script may see; none if the service failed.
    #[must_use]
    pub fn response_headers(&self) -> Option<&HeaderMap> {
        self.response.as_ref().map(|(_, headers)| headers)
    }
}

impl fmt::Display for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "> {} {} {:?}", self.method, self.url, self.request_headers)?;
        match &self.response {
            Some((status, headers)) => write!(f, "\n< {} {headers:?}", status.as_u16()),
            None => f.write_str("\n< no response"),
        }
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
