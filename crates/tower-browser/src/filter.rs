//! [Filtered responses](https://fetch.spec.whatwg.org/#concept-filtered-response): the end of
//! [main fetch](https://fetch.spec.whatwg.org/#concept-main-fetch).

use http::{HeaderMap, Method};

use super::answer::{Answer, ResponseType};
use super::header_list::extract_tokens;
use super::initiator::Initiator;
use super::network::Received;
use super::options::Credentials;
use super::request::{Request, Tainting};

/// What the script gets of a response.
pub(super) fn filter<B>(request: &Request, response: Received<B>) -> Answer<B> {
    let status = response.status.as_u16();
    // https://fetch.spec.whatwg.org/#null-body-status
    let null_body = request.method == Method::HEAD || matches!(status, 101 | 103 | 204 | 205 | 304);
    let (response_type, headers) = match request.tainting {
        _ if request.initiator.navigates() => (ResponseType::Document, response.headers.clone()),
        _ if request.initiator == Initiator::WebSocket => {
            (ResponseType::WebSocket, HeaderMap::new())
        }
        Tainting::Opaque => return opaque(request, ResponseType::Opaque, &response),
        Tainting::Basic => (
            ResponseType::Basic,
            retain(&response.headers, |name| !is_forbidden_response_header(name)),
        ),
        Tainting::Cors => (ResponseType::Cors, cors_headers(request, &response.headers)),
    };
    Answer {
        response_type,
        url: request.current_url.to_string(),
        redirected: request.redirect_count() > 0,
        status,
        headers,
        body: response.body.filter(|_| !null_body),
        timing_allowed: !request.timing_allow_failed,
        from_http_cache: response.from_http_cache,
        wire: Vec::new(),
    }
}

/// <https://fetch.spec.whatwg.org/#concept-filtered-response-opaque> and
/// <https://fetch.spec.whatwg.org/#concept-filtered-response-opaque-redirect>
pub(super) fn opaque<B>(
    request: &Request,
    response_type: ResponseType,
    response: &Received<B>,
) -> Answer<B> {
    let shows_url = response_type == ResponseType::OpaqueRedirect;
    Answer {
        response_type,
        url: if shows_url { request.current_url.to_string() } else { String::new() },
        redirected: false,
        status: 0,
        headers: HeaderMap::new(),
        body: None,
        timing_allowed: !request.timing_allow_failed,
        from_http_cache: response.from_http_cache,
        wire: Vec::new(),
    }
}

/// <https://fetch.spec.whatwg.org/#concept-filtered-response-cors>
fn cors_headers(request: &Request, headers: &HeaderMap) -> HeaderMap {
    // https://fetch.spec.whatwg.org/#concept-main-fetch, step 15.1; a list that does not parse
    // exposes nothing
    let exposed = extract_tokens(headers, "access-control-expose-headers")
        .unwrap_or_default()
        .unwrap_or_default();
    let all = request.credentials != Credentials::Include && exposed.iter().any(|name| name == "*");
    retain(headers, |name| {
        is_safelisted_response_header(name)
            || ((all || exposed.iter().any(|item| item.eq_ignore_ascii_case(name)))
                && !is_forbidden_response_header(name))
    })
}

/// <https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name>
fn is_safelisted_response_header(name: &str) -> bool {
    matches!(
        name,
        "cache-control"
            | "content-language"
            | "content-length"
            | "content-type"
            | "expires"
            | "last-modified"
            | "pragma"
    )
}

/// <https://fetch.spec.whatwg.org/#forbidden-response-header-name>
fn is_forbidden_response_header(name: &str) -> bool {
    matches!(name, "set-cookie" | "set-cookie2")
}

fn retain(headers: &HeaderMap, keep: impl Fn(&str) -> bool) -> HeaderMap {
    headers
        .iter()
        .filter(|(name, _)| keep(name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
