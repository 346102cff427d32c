//! [CORS-preflight fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch): when one is due,
//! the request, and what the response must say.

use std::collections::BTreeSet;
use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use tower_service::Service;

use super::cors_check::cors_check;
use super::exchange::ExchangeKind;
use super::header_list::{HeaderList, extract_tokens, lossy};
use super::method;
use super::network::{Network, Received};
use super::options::{CacheMode, Credentials, Mode, Redirect};
use super::preflight_cache::Key;
use super::reason::Reason;
use super::redirect::is_redirect_status;
use super::request::{Request, Tainting};
use super::safelist::{is_non_wildcard, unsafe_request_header_names};

/// <https://fetch.spec.whatwg.org/#concept-http-fetch>, step 4.1: whether the cache leaves anything
/// open.
pub(super) fn is_due<S, F>(request: &Request, network: &Network<S, F>) -> bool {
    let state = network.browser.state();
    let (cache, now) = (&state.preflights, state.now);
    let key = Key::of(request);
    let method_is_open = !method::is_safelisted(&request.method)
        && !cache.has_method(&key, request.credentials, &request.method, now);
    method_is_open
        || unsafe_request_header_names(&request.headers)
            .iter()
            .any(|name| !cache.has_header(&key, request.credentials, name, now))
}

/// <https://fetch.spec.whatwg.org/#cors-preflight-fetch-0>
pub(super) async fn cors_preflight_fetch<S, F, ReqBody, ResBody>(
    request: &Request,
    network: &mut Network<S, F>,
) -> Result<(), Reason>
where
    S: Service<http::Request<ReqBody>, Response = http::Response<ResBody>>,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    F: FnMut(Bytes) -> ReqBody,
{
    let unsafe_names = unsafe_request_header_names(&request.headers);
    let preflight = preflight_request(request, &unsafe_names);
    let response: Received<ResBody> = network.fetch(&preflight, ExchangeKind::Preflight).await?;
    // Step 7, with the request's own credentials mode
    let status = response.status;
    if is_redirect_status(status) {
        return Err(Reason::PreflightRedirect {
            status: status.as_u16(),
            url: request.current_url.to_string(),
            location: response.headers.get("location").map(lossy).unwrap_or_default(),
        });
    }
    cors_check(request, status, &response.headers, ExchangeKind::Preflight)?;
    if !status.is_success() {
        return Err(Reason::PreflightStatus { status: status.as_u16() });
    }
    let allowed = Allowed::read(&response.headers)?;
    allowed.check_method(request)?;
    let lenient = network.browser.state().wildcard_covers_authorization;
    allowed.check_headers(request, &unsafe_names, lenient)?;
    allowed.store(request, network);
    Ok(())
}

/// Steps 1 to 5
fn preflight_request(request: &Request, unsafe_names: &BTreeSet<String>) -> Request {
    let mut headers: HeaderList =
        vec![(HeaderName::from_static("accept"), HeaderValue::from_static("*/*"))];
    if let Ok(method) = HeaderValue::from_str(request.method.as_str()) {
        let name = HeaderName::from_static("access-control-request-method");
        headers.push((name, method));
    }
    if !unsafe_names.is_empty() {
        let names: Vec<&str> = unsafe_names.iter().map(String::as_str).collect();
        if let Ok(names) = HeaderValue::from_str(&names.join(",")) {
            let name = HeaderName::from_static("access-control-request-headers");
            headers.push((name, names));
        }
    }
    Request {
        method: Method::OPTIONS,
        headers,
        body: None,
        initiator: request.initiator,
        origin: request.origin.clone(),
        self_origin: request.self_origin.clone(),
        // Checked of the request itself.
        security_policies: None,
        referrer_policy: request.referrer_policy,
        partition: request.partition.clone(),
        page_is_https: request.page_is_https,
        earlier_urls: request.earlier_urls.clone(),
        current_url: request.current_url.clone(),
        mode: Mode::Cors,
        credentials: Credentials::SameOrigin,
        redirect: Redirect::Follow,
        cache: CacheMode::Default,
        tainting: Tainting::Cors,
        with_preflight: false,
        timing_allow_failed: false,
    }
}

/// What the response to a preflight allows.
struct Allowed {
    methods: Vec<String>,
    headers: Vec<String>,
    max_age: Duration,
}

impl Allowed {
    /// Steps 7.1 to 7.3, 7.8 and 7.9
    fn read(response: &HeaderMap) -> Result<Self, Reason> {
        let methods = extract_tokens(response, "access-control-allow-methods")
            .map_err(|value| Reason::InvalidAllowMethods { value })?;
        let headers = extract_tokens(response, "access-control-allow-headers")
            .map_err(|value| Reason::InvalidAllowHeaders { value })?;
        Ok(Self {
            methods: methods.unwrap_or_default(),
            headers: headers.unwrap_or_default(),
            max_age: max_age(response),
        })
    }

    /// Step 7.5: byte for byte
    fn check_method(&self, request: &Request) -> Result<(), Reason> {
        let method = request.method.as_str();
        let credentials = request.credentials == Credentials::Include;
        let listed = |wanted: &str| self.methods.iter().any(|name| name == wanted);
        if listed(method) || method::is_safelisted(&request.method) || (!credentials && listed("*"))
        {
            return Ok(());
        }
        Err(Reason::MethodNotAllowed {
            method: method.to_owned(),
            allowed: self.methods.clone(),
            credentials,
        })
    }

    /// Steps 7.6 and 7.7. `Authorization` is always among the unsafe names, so that one loop does
    /// for both.
    fn check_headers(
        &self,
        request: &Request,
        unsafe_names: &BTreeSet<String>,
        lenient: bool,
    ) -> Result<(), Reason> {
        let credentials = request.credentials == Credentials::Include;
        let wildcard = !credentials && self.headers.iter().any(|name| name == "*");
        for name in unsafe_names {
            let listed = self.headers.iter().any(|item| item.eq_ignore_ascii_case(name));
            if !listed && (!wildcard || (is_non_wildcard(name) && !lenient)) {
                return Err(Reason::HeaderNotAllowed {
                    name: name.clone(),
                    allowed: self.headers.clone(),
                    credentials,
                });
            }
        }
        Ok(())
    }

    /// Steps 7.10 to 7.15
    fn store<S, F>(&self, request: &Request, network: &Network<S, F>) {
        let key = Key::of(request);
        let mut state = network.browser.state();
        let now = state.now;
        let expires = now.saturating_add(self.max_age.min(state.max_age_limit));
        let cache = &mut state.preflights;
        cache.remove_expired(now);
        for method in &self.methods {
            cache.store_method(&key, request.credentials, method, expires);
        }
        for name in &self.headers {
            cache.store_header(&key, request.credentials, name, expires);
        }
    }
}

/// `Access-Control-Max-Age` is
/// [delta-seconds](https://httpwg.org/specs/rfc9111.html#delta-seconds), once; anything else, and
/// `-1` with it, counts as 5.
fn max_age(response: &HeaderMap) -> Duration {
    let mut lines = response.get_all("access-control-max-age").iter();
    let seconds = match (lines.next(), lines.next()) {
        (Some(line), None) => delta_seconds(line.as_bytes()),
        _ => None,
    };
    Duration::from_secs(seconds.unwrap_or(5))
}

fn delta_seconds(value: &[u8]) -> Option<u64> {
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    // A value too large is the largest there is:
    // https://httpwg.org/specs/rfc9111.html#delta-seconds
    let text = std::str::from_utf8(value).ok()?;
    Some(text.parse().unwrap_or(u64::MAX))
}
