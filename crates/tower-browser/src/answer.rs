//! What a script gets: a [filtered
//! response](https://fetch.spec.whatwg.org/#concept-filtered-response).

use std::fmt;

use http::{HeaderMap, StatusCode};

use super::exchange::Exchange;
use super::header_list::get;

/// The [type](https://fetch.spec.whatwg.org/#concept-response-type) of what a script gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResponseType {
    /// `"basic"`: from the page's own origin. All but `Set-Cookie` is readable.
    Basic,
    /// `"cors"`: from another origin, which shares it. The safelisted headers and those that
    /// `Access-Control-Expose-Headers` names are readable.
    Cors,
    /// `"opaque"`: from another origin, in the mode `no-cors`. Nothing is readable.
    Opaque,
    /// `"opaqueredirect"`: a redirect, in the redirect mode `manual`. Nothing is readable.
    OpaqueRedirect,
    /// The answer to a navigation, which the browser shows: no script of the page that navigated
    /// sees it.
    Document,
    /// An open `WebSocket`, of which a script sees no head.
    WebSocket,
}

impl ResponseType {
    /// The value as a script reads it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Cors => "cors",
            Self::Opaque => "opaque",
            Self::OpaqueRedirect => "opaqueredirect",
            Self::Document => "document",
            Self::WebSocket => "websocket",
        }
    }
}

impl fmt::Display for ResponseType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What the script gets: the `Response` that `fetch()` resolves to. What the script may not see is
/// not here; it is in [`wire`](Self::wire).
pub struct Answer<B> {
    pub(super) response_type: ResponseType,
    pub(super) url: String,
    pub(super) redirected: bool,
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<B>,
    pub(super) timing_allowed: bool,
    pub(super) from_http_cache: bool,
    pub(super) wire: Vec<Exchange>,
}

impl<B> Answer<B> {
    /// `response.type`.
    #[must_use]
    pub fn response_type(&self) -> ResponseType {
        self.response_type
    }

    /// `response.status`; 0 if the answer is opaque.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// `response.ok`: whether the status is from 200 to 299.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        StatusCode::from_u16(self.status).is_ok_and(|status| status.is_success())
    }

    /// `response.url`: where the answer came from in the end; empty if the answer is opaque.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// `response.redirected`.
    #[must_use]
    pub fn is_redirected(&self) -> bool {
        self.redirected
    }

    /// `response.headers`: those the script may read.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// `response.headers.get(name)`: all lines of one readable header, joined by `, `.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        get(&self.headers, &name.to_ascii_lowercase())
            .map(|value| String::from_utf8_lossy(&value).into_owned())
    }

    /// The body as the service made it, untouched. `None` where a script sees no body: the answer
    /// is opaque, the method is `HEAD`, or the status has none (204, 304); also if the answer is
    /// [from the HTTP cache](Self::is_from_http_cache), which stores heads only.
    #[must_use]
    pub fn body(&self) -> Option<&B> {
        self.body.as_ref()
    }

    /// As [`body`](Self::body), by value.
    #[must_use]
    pub fn into_body(self) -> Option<B> {
        self.body
    }

    /// Whether the page may see this fetch's timing in full: the
    /// [TAO check](https://fetch.spec.whatwg.org/#concept-tao-check) of each hop.
    #[must_use]
    pub fn is_timing_allowed(&self) -> bool {
        self.timing_allowed
    }

    /// Whether the answer came out of [the HTTP cache](super::Browser::http_cache), revalidated or
    /// not.
    #[must_use]
    pub fn is_from_http_cache(&self) -> bool {
        self.from_http_cache
    }

    /// The requests that left the browser, in order, with the full head of each response.
    #[must_use]
    pub fn wire(&self) -> &[Exchange] {
        &self.wire
    }
}

impl<B> fmt::Debug for Answer<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("response_type", &self.response_type)
            .field("url", &self.url)
            .field("redirected", &self.redirected)
            .field("status", &self.status)
            .field("headers", &self.headers)
            .field("timing_allowed", &self.timing_allowed)
            .field("from_http_cache", &self.from_http_cache)
            .field("wire", &self.wire)
            .finish_non_exhaustive()
    }
}
