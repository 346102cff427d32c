//! The `fetch()` method: the request that a script writes.

use std::error::Error;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method};
use tower_service::Service;

use super::answer::Answer;
use super::blocked::Blocked;
use super::body::RequestBody;
use super::header_list::HeaderList;
use super::headers_guard;
use super::initiator::Initiator;
use super::main_fetch::main_fetch;
use super::method;
use super::network::Network;
use super::options::{CacheMode, Credentials, Mode, Redirect, ReferrerPolicy};
use super::page::Page;
use super::reason::Reason;
use super::request::{Request, Tainting};
use super::site::Sites;
use super::url::{Url, UrlError};

/// <https://websockets.spec.whatwg.org/#concept-websocket-establish>; the key is that of RFC 6455.
const WEB_SOCKET_HEADERS: [(&str, &str); 4] = [
    ("connection", "Upgrade"),
    ("upgrade", "websocket"),
    ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ("sec-websocket-version", "13"),
];

/// A fetch that is being written; made by [`Page::fetch`]. Without further words it is what
/// `fetch(url)` is: `GET`, mode [`Cors`](Mode::Cors), credentials
/// [`SameOrigin`](Credentials::SameOrigin).
///
/// No setter fails: what `fetch()` rejects is reported by [`send`](Self::send).
#[derive(Debug, Clone)]
#[must_use = "a fetch does nothing until it is sent"]
pub struct Fetch {
    page: Page,
    initiator: Initiator,
    url: String,
    method: String,
    headers: Vec<(Vec<u8>, Vec<u8>)>,
    body: Option<RequestBody>,
    mode: Mode,
    credentials: Credentials,
    redirect: Redirect,
    cache: CacheMode,
    referrer_policy: ReferrerPolicy,
}

impl Fetch {
    pub(super) fn new(page: Page, url: String) -> Self {
        Self::of(Initiator::Fetch, page, url)
    }

    pub(super) fn of(initiator: Initiator, page: Page, url: String) -> Self {
        let referrer_policy = page.referrer_policy_of_page();
        Self {
            page,
            initiator,
            referrer_policy,
            url,
            method: "GET".to_owned(),
            headers: Vec::new(),
            body: None,
            mode: Mode::default(),
            credentials: Credentials::default(),
            redirect: Redirect::default(),
            cache: CacheMode::default(),
        }
    }

    pub(super) fn page(&self) -> &Page {
        &self.page
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Whether a `GET` of the same URL without anything else would be the same request.
    pub(super) fn is_plain_get(&self) -> bool {
        self.initiator == Initiator::Fetch
            && method::parse(&self.method).is_ok_and(|method| method == Method::GET)
            && self.headers.is_empty()
            && self.mode == Mode::Cors
            && self.redirect == Redirect::default()
            && self.cache == CacheMode::default()
    }

    pub(super) fn credentials_mode(&self) -> Credentials {
        self.credentials
    }

    /// What a relative URL is resolved against.
    pub(super) fn base_url(&self) -> Option<Url> {
        let sites = self.page.browser().state().sites.clone();
        self.page.environment(&sites).ok()?.base_url
    }

    /// Sets the method. As in browsers, six names are
    /// [normalized](https://fetch.spec.whatwg.org/#concept-method-normalize) to upper case, and
    /// `patch` is not among them.
    pub fn method(mut self, method: impl AsRef<str>) -> Self {
        method.as_ref().clone_into(&mut self.method);
        self
    }

    /// Adds a header. Those that
    /// [only the browser sets](https://fetch.spec.whatwg.org/#forbidden-request-header) (`Cookie`,
    /// `Origin`, `Sec-…`) are dropped without a word, as in browsers; in the mode
    /// [`NoCors`](Mode::NoCors), so are all that are not safelisted.
    pub fn header(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.as_ref().to_vec(), value.as_ref().to_vec()));
        self
    }

    /// Sets the body, and by its kind the `Content-Type`, unless a header says otherwise.
    pub fn body(mut self, body: impl Into<RequestBody>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Sets a JSON text as the body, with `Content-Type: application/json`: what scripts write as
    /// `headers: { "content-type": "application/json" }, body: JSON.stringify(value)`.
    pub fn json(self, json: impl Into<String>) -> Self {
        self.header("content-type", "application/json").body(RequestBody::text(json))
    }

    /// Sets the mode.
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// Sets the credentials mode.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = credentials;
        self
    }

    /// Sets the redirect mode.
    pub fn redirect(mut self, redirect: Redirect) -> Self {
        self.redirect = redirect;
        self
    }

    /// Sets the cache mode.
    pub fn cache(mut self, cache: CacheMode) -> Self {
        self.cache = cache;
        self
    }

    /// Sets the referrer policy; unless set, that of the page.
    pub fn referrer_policy(mut self, policy: ReferrerPolicy) -> Self {
        self.referrer_policy = policy;
        self
    }

    /// Fetches through `service`, which answers for every host there is: `Host` tells which one.
    /// Hand over a clone, or `&mut service` to keep it.
    ///
    /// Request and response body are of one type here, which `axum::Router` and most services
    /// have; [`send_with`](Self::send_with) is for the others.
    ///
    /// # Errors
    ///
    /// [`Blocked`], if the script's promise would be rejected.
    pub async fn send<S, B>(self, service: S) -> Result<Answer<B>, Blocked>
    where
        S: Service<http::Request<B>, Response = http::Response<B>>,
        S::Error: Into<Box<dyn Error + Send + Sync>>,
        B: From<Bytes>,
    {
        self.send_with(service, B::from).await
    }

    /// As [`send`](Self::send), with a function that makes the request body that `service` takes:
    /// `Full::new`, `axum::body::Body::from`, `|_| ()`.
    ///
    /// ```
    /// # use http::{Request, Response};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use tower_browser::Page;
    ///
    /// let api = tower::service_fn(|_: Request<()>| async {
    ///     Response::builder().header("access-control-allow-origin", "*").body("hello")
    /// });
    /// let page = Page::at("https://app.example.com");
    /// let answer = page.fetch("https://api.example.com/").send_with(api, |_| ()).await.unwrap();
    /// assert_eq!(answer.into_body(), Some("hello"));
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Blocked`], if the script's promise would be rejected.
    pub async fn send_with<S, ReqBody, ResBody, F>(
        self,
        service: S,
        make_body: F,
    ) -> Result<Answer<ResBody>, Blocked>
    where
        S: Service<http::Request<ReqBody>, Response = http::Response<ResBody>>,
        S::Error: Into<Box<dyn Error + Send + Sync>>,
        F: FnMut(Bytes) -> ReqBody,
    {
        let browser = self.page.browser().clone();
        let mut network = Network::new(browser, service, make_body);
        let blocked =
            |reason, wire| Blocked::new(self.url.clone(), self.page.origin_text(), reason, wire);
        let mut request = match self.to_request(&network.sites) {
            Ok(request) => request,
            Err(reason) => return Err(blocked(reason, Vec::new())),
        };
        match main_fetch(&mut request, &mut network).await {
            Ok(answer) => Ok(Answer { wire: network.wire, ..answer }),
            Err(reason) => Err(blocked(reason, network.wire)),
        }
    }

    /// The constructor of [`Request`](https://fetch.spec.whatwg.org/#dom-request), and the
    /// [beginning of a fetch](https://fetch.spec.whatwg.org/#concept-fetch).
    fn to_request(&self, sites: &Sites) -> Result<Request, Reason> {
        let environment = self.page.environment(sites)?;
        let url = || self.url.clone();
        let current_url =
            Url::parse(&self.url, environment.base_url.as_ref()).map_err(|error| match error {
                UrlError::Invalid => Reason::InvalidUrl { url: url() },
                UrlError::Scheme => Reason::UnsupportedScheme { url: url() },
            })?;
        if current_url.includes_credentials() {
            return Err(Reason::UrlWithCredentials { url: url() });
        }
        if self.cache == CacheMode::OnlyIfCached && self.mode != Mode::SameOrigin {
            return Err(Reason::OnlyIfCachedMode);
        }
        let method = method::parse(&self.method)?;
        if self.mode == Mode::NoCors && !method::is_safelisted(&method) {
            return Err(Reason::NoCorsMethod { method: method.to_string() });
        }
        let mut headers = HeaderList::new();
        // No other part of a page can set headers.
        for (name, value) in self.headers.iter().filter(|_| self.initiator == Initiator::Fetch) {
            headers_guard::append(&mut headers, self.mode, name, value)?;
        }
        let contains = |headers: &HeaderList, wanted: &str| {
            headers.iter().any(|(name, _)| name.as_str() == wanted)
        };
        let mut body = None;
        if let Some(given) = &self.body {
            if method == Method::GET || method == Method::HEAD {
                return Err(Reason::BodyNotAllowed { method: method.to_string() });
            }
            let (bytes, content_type) = given.clone().into_parts();
            body = Some(bytes);
            let content_type = content_type.filter(|_| !contains(&headers, "content-type"));
            if let Some(value) = content_type {
                headers_guard::append(&mut headers, self.mode, b"content-type", value.as_bytes())?;
            }
        }
        // https://fetch.spec.whatwg.org/#concept-fetch: `Accept` counts in the checks that follow.
        if !contains(&headers, "accept") {
            let accept = HeaderValue::from_static(self.initiator.accept());
            headers.push((HeaderName::from_static("accept"), accept));
        }
        let own: &[(&str, &str)] = match self.initiator {
            Initiator::WebSocket => &WEB_SOCKET_HEADERS,
            Initiator::Form | Initiator::Link => &[("upgrade-insecure-requests", "1")],
            _ => &[],
        };
        headers.extend(
            own.iter().map(|(name, value)| {
                (HeaderName::from_static(name), HeaderValue::from_static(value))
            }),
        );
        Ok(Request {
            method,
            headers,
            body,
            initiator: self.initiator,
            origin: environment.origin,
            self_origin: environment.self_origin,
            security_policies: self.page.security_policies().map(str::to_owned),
            referrer_policy: self.referrer_policy,
            partition: environment.partition,
            page_is_https: environment.is_https,
            earlier_urls: Vec::new(),
            current_url,
            mode: self.mode,
            credentials: self.credentials,
            redirect: self.redirect,
            cache: self.cache,
            tainting: Tainting::Basic,
            with_preflight: false,
            timing_allow_failed: false,
        })
    }
}
