//! What crossed the wire: each request that left the browser, and what came back.

use std::fmt;

use http::{HeaderMap, Method, StatusCode};

/// Whether an exchange is a preflight or the request that the script asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExchangeKind {
    /// A [CORS-preflight request](https://fetch.spec.whatwg.org/#cors-preflight-request).
    Preflight,
    /// The request itself; one for each hop of a redirect.
    Actual,
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
