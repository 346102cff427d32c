//! [HTTP-network-or-cache
//! fetch](https://fetch.spec.whatwg.org/#concept-http-network-or-cache-fetch): the headers that
//! only the browser sets, the HTTP cache, and the service in place of a network.

use std::error::Error;
use std::future::poll_fn;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, Version};
use tower_service::Service;

use super::browser::Browser;
use super::exchange::{Exchange, ExchangeKind};
use super::header_list::as_received;
use super::http_cache::StoredResponse;
use super::initiator::Initiator;
use super::local_network::LocalNetworkAccess;
use super::options::{AddressSpace, CacheMode, Mode, ReferrerPolicy};
use super::reason::Reason;
use super::request::{Request, Tainting};
use super::site::Sites;
use super::url::{Origin, Url};

const USER_AGENT: &str = "Mozilla/5.0 (compatible; tower-browser)";

/// The way out of the browser.
pub(super) struct Network<S, F> {
    pub(super) browser: Browser,
    pub(super) sites: Sites,
    pub(super) wire: Vec<Exchange>,
    service: S,
    make_body: F,
}

/// A response, before it is filtered.
pub(super) struct Received<B> {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    /// None if it comes from the HTTP cache.
    pub(super) body: Option<B>,
    pub(super) from_http_cache: bool,
}

/// What a stored response is to a request.
#[derive(Clone, Copy)]
enum Stored {
    Fresh,
    /// Stale, and yet usable while a request in the background renews it.
    Renewed,
    Stale,
    /// `Vary` keeps it from this request, but a 304 can say that it is the right one:
    /// <https://httpwg.org/specs/rfc9111.html#validation.sent>.
    OfAnotherRequest,
}

impl<B> From<StoredResponse> for Received<B> {
    fn from(stored: StoredResponse) -> Self {
        Self { status: stored.status, headers: stored.headers, body: None, from_http_cache: true }
    }
}

impl<S, F> Network<S, F> {
    pub(super) fn new(browser: Browser, service: S, make_body: F) -> Self {
        let sites = browser.state().sites.clone();
        Self { browser, sites, wire: Vec::new(), service, make_body }
    }

    /// <https://fetch.spec.whatwg.org/#concept-http-network-or-cache-fetch>
    pub(super) async fn fetch<ReqBody, ResBody>(
        &mut self,
        request: &Request,
        kind: ExchangeKind,
    ) -> Result<Received<ResBody>, Reason>
    where
        S: Service<http::Request<ReqBody>, Response = http::Response<ResBody>>,
        S::Error: Into<Box<dyn Error + Send + Sync>>,
        F: FnMut(Bytes) -> ReqBody,
    {
        let mut headers = self.request_headers(request);
        let cache_mode = append_cache_headers(request, &mut headers);
        let url = request.current_url.to_string();
        // What is stored is used as it is, or validated.
        let as_stored_for = headers.clone();
        let mut revalidating = false;
        if let Some((stored, state)) = self.stored(request, &url, &headers, cache_mode) {
            let use_stale = matches!(cache_mode, CacheMode::ForceCache | CacheMode::OnlyIfCached);
            let is_usable = match state {
                Stored::Fresh => use_stale || cache_mode != CacheMode::NoCache,
                Stored::Renewed if cache_mode == CacheMode::Default => {
                    self.renew(request, &headers, &stored).await;
                    true
                }
                Stored::Renewed | Stored::Stale => use_stale,
                Stored::OfAnotherRequest => false,
            };
            if is_usable {
                return Ok(stored.into());
            }
            revalidating = append_validators(&stored, &mut headers);
        }
        if cache_mode == CacheMode::OnlyIfCached {
            return Err(Reason::NotCached);
        }
        let received = self.exchange(request, kind, headers).await?;
        let stores = cache_mode != CacheMode::NoStore;
        Ok(self.take(request, received, &as_stored_for, revalidating, stores))
    }

    /// [Revalidates](https://www.rfc-editor.org/rfc/rfc5861#section-3) a stale response in the
    /// background: no script sees the answer, and a failure leaves what is stored.
    async fn renew<ReqBody, ResBody>(
        &mut self,
        request: &Request,
        as_stored_for: &HeaderMap,
        stored: &StoredResponse,
    ) where
        S: Service<http::Request<ReqBody>, Response = http::Response<ResBody>>,
        S::Error: Into<Box<dyn Error + Send + Sync>>,
        F: FnMut(Bytes) -> ReqBody,
    {
        let mut headers = as_stored_for.clone();
        let revalidating = append_validators(stored, &mut headers);
        if let Ok(received) = self.exchange(request, ExchangeKind::Revalidation, headers).await {
            self.take(request, received, as_stored_for, revalidating, true);
        }
    }

    /// What a response leaves in the browser: cookies, what is known of the host, and what the HTTP
    /// cache stores. The response, or the stored one that it renews.
    fn take<B>(
        &self,
        request: &Request,
        received: Received<B>,
        as_stored_for: &HeaderMap,
        revalidating: bool,
        stores: bool,
    ) -> Received<B> {
        let url = request.current_url.to_string();
        let mut state = self.browser.state();
        let now = state.now;
        // https://www.rfc-editor.org/rfc/rfc6797#section-8.1
        state.known_hosts.note(&request.current_url, &received.headers, now);
        // https://fetch.spec.whatwg.org/#concept-http-network-fetch: "parse and store"
        if request.includes_credentials() {
            state.cookies.store_all(&received.headers, request, &self.sites, now);
        }
        if let Some(cache) = &mut state.http_cache {
            let partition = request.partition.as_str();
            // https://httpwg.org/specs/rfc9111.html#invalidation
            if !request.method.is_safe() && (200..400).contains(&received.status.as_u16()) {
                cache.invalidate(partition, &url);
            }
            // https://httpwg.org/specs/rfc9111.html#freshening.responses
            if revalidating && received.status == StatusCode::NOT_MODIFIED {
                let renewed = cache.freshen(partition, &url, as_stored_for, &received.headers, now);
                if let Some(renewed) = renewed {
                    return renewed.clone().into();
                }
            }
            // https://httpwg.org/specs/rfc9111.html#response.cacheability
            if stores {
                cache.store(
                    (partition, &url),
                    (&request.method, as_stored_for),
                    (received.status, &received.headers),
                    now,
                );
            }
        }
        received
    }

    fn stored(
        &self,
        request: &Request,
        url: &str,
        headers: &HeaderMap,
        cache_mode: CacheMode,
    ) -> Option<(StoredResponse, Stored)> {
        if request.method != Method::GET
            || matches!(cache_mode, CacheMode::NoStore | CacheMode::Reload)
        {
            return None;
        }
        let state = self.browser.state();
        let cache = state.http_cache.as_ref()?;
        let Some(stored) = cache.select(&request.partition, url, headers) else {
            let stored = cache.select_for_validation(&request.partition, url)?;
            return Some((stored.clone(), Stored::OfAnotherRequest));
        };
        let now = state.now;
        let is_to_the_request = if stored.is_fresh(now) {
            Stored::Fresh
        } else if stored.is_usable_while_revalidating(now) {
            Stored::Renewed
        } else {
            Stored::Stale
        };
        Some((stored.clone(), is_to_the_request))
    }

    /// What the standard appends on the way to the cache and the network, less what
    /// [the limits](super#limits) name.
    fn request_headers(&self, request: &Request) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let state = self.browser.state();
        if !state.http2 {
            append(&mut headers, "host", &request.current_url.authority());
        }
        for (name, value) in &request.headers {
            headers.append(name, value.clone());
        }
        match &request.body {
            Some(body) => append(&mut headers, "content-length", &body.len().to_string()),
            None if request.method == Method::POST || request.method == Method::PUT => {
                append(&mut headers, "content-length", "0");
            }
            None => {}
        }
        append_origin(request, &mut headers);
        self.append_fetch_metadata(request, &mut headers);
        if !headers.contains_key("user-agent") {
            append(&mut headers, "user-agent", USER_AGENT);
        }
        if headers.contains_key("range") {
            append(&mut headers, "accept-encoding", "identity");
        }
        let cookies = request
            .includes_credentials()
            .then(|| state.cookies.header_for(request, &self.sites, state.now));
        if let Some(cookies) = cookies.flatten() {
            append(&mut headers, "cookie", &cookies);
        }
        headers
    }

    /// <https://w3c.github.io/webappsec-fetch-metadata/#fetch-integration>
    fn append_fetch_metadata(&self, request: &Request, headers: &mut HeaderMap) {
        if !request.current_url.is_potentially_trustworthy() {
            return;
        }
        let mode = match request.initiator {
            Initiator::Form | Initiator::Link => "navigate",
            Initiator::WebSocket => "websocket",
            _ => request.mode.as_str(),
        };
        append(headers, "sec-fetch-dest", request.initiator.destination());
        append(headers, "sec-fetch-mode", mode);
        append(headers, "sec-fetch-site", self.sec_fetch_site(request));
    }

    /// <https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header>: the worst of all
    /// hops.
    fn sec_fetch_site(&self, request: &Request) -> &'static str {
        let mut site = "same-origin";
        for url in request.urls().map(Url::origin) {
            if url.is_same(&request.origin) {
                continue;
            }
            if !self.sites.is_same(&url, &request.origin) {
                return "cross-site";
            }
            site = "same-site";
        }
        site
    }

    /// <https://wicg.github.io/local-network-access/#local-network-access-check>. A navigation is
    /// not asked about.
    fn local_network_access(
        &self,
        request: &Request,
    ) -> Result<Option<LocalNetworkAccess>, Reason> {
        let state = self.browser.state();
        let url = &request.current_url;
        let page = match &request.self_origin {
            Origin::Tuple { scheme, host, .. } if matches!(scheme.as_str(), "http" | "https") => {
                state.address_spaces.of(host)
            }
            _ => return Ok(None),
        };
        let target = state.address_spaces.of(url.host());
        if request.initiator.navigates() || target >= page {
            return Ok(None);
        }
        let page_is_secure = request.page_is_https || page == AddressSpace::Loopback;
        let access = LocalNetworkAccess { page, target, page_is_secure };
        if state.blocks_local_network {
            return Err(Reason::LocalNetworkAccess { url: url.to_string(), access });
        }
        Ok(Some(access))
    }

    /// <https://fetch.spec.whatwg.org/#concept-http-network-fetch>, the service being the network.
    async fn exchange<ReqBody, ResBody>(
        &mut self,
        request: &Request,
        kind: ExchangeKind,
        headers: HeaderMap,
    ) -> Result<Received<ResBody>, Reason>
    where
        S: Service<http::Request<ReqBody>, Response = http::Response<ResBody>>,
        S::Error: Into<Box<dyn Error + Send + Sync>>,
        F: FnMut(Bytes) -> ReqBody,
    {
        let failed = |error: S::Error| Reason::Service { error: error.into() };
        let local_network_access = self.local_network_access(request)?;
        poll_fn(|cx| self.service.poll_ready(cx)).await.map_err(failed)?;
        let http2 = self.browser.state().http2;
        let url = request.current_url.to_string();
        let target = if http2 { url.clone() } else { request.current_url.path_and_query() };
        let uri: Uri = target.parse().map_err(|_| Reason::InvalidUrl { url: url.clone() })?;
        let body = (self.make_body)(request.body.clone().unwrap_or_default());
        let mut message = http::Request::new(body);
        *message.method_mut() = request.method.clone();
        *message.uri_mut() = uri;
        *message.version_mut() = if http2 { Version::HTTP_2 } else { Version::HTTP_11 };
        *message.headers_mut() = headers.clone();
        self.wire.push(Exchange {
            kind,
            method: request.method.clone(),
            url,
            request_headers: headers,
            response: None,
            local_network_access,
        });
        let response = self.service.call(message).await.map_err(failed)?;
        let (parts, body) = response.into_parts();
        let headers = as_received(&parts.headers);
        if let Some(exchange) = self.wire.last_mut() {
            exchange.response = Some((parts.status, headers.clone()));
        }
        Ok(Received { status: parts.status, headers, body: Some(body), from_http_cache: false })
    }
}

/// <https://fetch.spec.whatwg.org/#append-a-request-origin-header>
fn append_origin(request: &Request, headers: &mut HeaderMap) {
    let origin = request.serialized_origin();
    if request.tainting == Tainting::Cors || request.initiator == Initiator::WebSocket {
        append(headers, "origin", &origin);
    } else if request.method != Method::GET && request.method != Method::HEAD {
        let downgrades =
            request.origin.scheme() == Some("https") && request.current_url.scheme() != "https";
        let hidden = request.mode != Mode::Cors
            && match request.referrer_policy {
                ReferrerPolicy::NoReferrer => true,
                ReferrerPolicy::NoReferrerWhenDowngrade
                | ReferrerPolicy::StrictOrigin
                | ReferrerPolicy::StrictOriginWhenCrossOrigin => downgrades,
                ReferrerPolicy::SameOrigin => {
                    !request.origin.is_same(&request.current_url.origin())
                }
                ReferrerPolicy::Origin
                | ReferrerPolicy::OriginWhenCrossOrigin
                | ReferrerPolicy::UnsafeUrl => false,
            };
        append(headers, "origin", if hidden { "null" } else { &origin });
    }
}

/// What a cache mode says to caches on the way; the cache mode that results.
fn append_cache_headers(request: &Request, headers: &mut HeaderMap) -> CacheMode {
    const CONDITIONAL: [&str; 5] =
        ["if-modified-since", "if-none-match", "if-unmodified-since", "if-match", "if-range"];
    let mut cache_mode = request.cache;
    let conditional = CONDITIONAL.iter().any(|name| headers.contains_key(*name));
    if cache_mode == CacheMode::Default && conditional {
        cache_mode = CacheMode::NoStore;
    }
    let has_cache_control = headers.contains_key("cache-control");
    match cache_mode {
        CacheMode::NoCache if !has_cache_control => append(headers, "cache-control", "max-age=0"),
        CacheMode::NoStore | CacheMode::Reload => {
            if !headers.contains_key("pragma") {
                append(headers, "pragma", "no-cache");
            }
            if !has_cache_control {
                append(headers, "cache-control", "no-cache");
            }
        }
        _ => {}
    }
    cache_mode
}

/// <https://httpwg.org/specs/rfc9111.html#validation.sent>; whether there is anything to validate
/// by.
fn append_validators(stored: &StoredResponse, headers: &mut HeaderMap) -> bool {
    let mut found = false;
    for (condition, validator) in
        [("if-none-match", "etag"), ("if-modified-since", "last-modified")]
    {
        if let Some(value) = stored.headers.get(validator) {
            headers.append(condition, value.clone());
            found = true;
        }
    }
    found
}

fn append(headers: &mut HeaderMap, name: &'static str, value: &str) {
    // Every value here is made of what has been checked to be printable ASCII.
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.append(name, value);
    }
}
