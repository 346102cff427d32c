//! [Main fetch](https://fetch.spec.whatwg.org/#concept-main-fetch) and
//! [HTTP fetch](https://fetch.spec.whatwg.org/#concept-http-fetch). The standard recurses for each
//! redirect; here it is a loop.

use std::error::Error;

use bytes::Bytes;
use tower_service::Service;

use super::answer::{Answer, ResponseType};
use super::blocking;
use super::cors_check::{cors_check, resource_policy_check, tao_check};
use super::exchange::ExchangeKind;
use super::filter::{filter, opaque};
use super::header_list::lossy;
use super::initiator::Initiator;
use super::method;
use super::mime::essence;
use super::network::{Network, Received};
use super::options::{Mode, Redirect};
use super::preflight;
use super::preflight_cache::Key;
use super::reason::Reason;
use super::redirect::{self, Next, is_redirect_status};
use super::request::{Request, Tainting};
use super::safelist::unsafe_request_header_names;

/// <https://fetch.spec.whatwg.org/#concept-main-fetch>
pub(super) async fn main_fetch<S, F, ReqBody, ResBody>(
    request: &mut Request,
    network: &mut Network<S, F>,
) -> Result<Answer<ResBody>, Reason>
where
    S: Service<http::Request<ReqBody>, Response = http::Response<ResBody>>,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    F: FnMut(Bytes) -> ReqBody,
{
    loop {
        match hop(request, network).await {
            Ok(Some(answer)) => return Ok(answer),
            Ok(None) => {}
            Err(reason) => {
                // Step 12, "corsWithPreflightResponse is a network error"
                if request.with_preflight {
                    let key = Key::of(request);
                    network.browser.state().preflights.clear(&key);
                }
                return Err(reason);
            }
        }
    }
}

/// One hop; `None` if it redirects to the next.
async fn hop<S, F, ReqBody, ResBody>(
    request: &mut Request,
    network: &mut Network<S, F>,
) -> Result<Option<Answer<ResBody>>, Reason>
where
    S: Service<http::Request<ReqBody>, Response = http::Response<ResBody>>,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    F: FnMut(Bytes) -> ReqBody,
{
    blocking::check(request)?;
    upgrade_to_https(request, network);
    let with_preflight = choose_tainting(request)?;
    request.with_preflight |= with_preflight;
    if with_preflight && preflight::is_due(request, network) {
        preflight::cors_preflight_fetch(request, network).await?;
    }
    let response = network.fetch(request, ExchangeKind::Actual).await?;
    // https://fetch.spec.whatwg.org/#concept-http-fetch, steps 4.4 and 4.5
    let sites = &network.sites;
    if request.tainting == Tainting::Cors {
        cors_check(request, response.status, &response.headers, ExchangeKind::Actual)?;
    }
    if !tao_check(request, &response.headers) {
        request.timing_allow_failed = true;
    }
    // Step 5
    if request.tainting == Tainting::Opaque {
        resource_policy_check(request, sites, &request.current_url, &response.headers)?;
    }
    // Step 6
    if is_redirect_status(response.status) {
        match request.redirect {
            Redirect::Error => {
                return Err(Reason::RedirectNotAllowed { status: response.status.as_u16() });
            }
            Redirect::Manual => {
                return Ok(Some(opaque(request, ResponseType::OpaqueRedirect, &response)));
            }
            Redirect::Follow => {
                if let Next::Hop = redirect::follow(request, response.status, &response.headers)? {
                    return Ok(None);
                }
            }
        }
    }
    check_response(request, &response)?;
    Ok(Some(filter(request, response)))
}

/// <https://fetch.spec.whatwg.org/#concept-main-fetch>, step 10: HSTS.
fn upgrade_to_https<S, F>(request: &mut Request, network: &Network<S, F>) {
    let state = network.browser.state();
    if state.known_hosts.upgrades(&request.current_url, state.now) {
        request.current_url.upgrade();
    }
}

/// What must be true of a response for others than `fetch()`.
fn check_response<B>(request: &Request, response: &Received<B>) -> Result<(), Reason> {
    let status = response.status.as_u16();
    match request.initiator {
        // https://websockets.spec.whatwg.org/#concept-websocket-establish
        Initiator::WebSocket if status != 101 => Err(Reason::WebSocketRefused { status }),
        // https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model
        Initiator::EventSource => {
            let value = response.headers.get("content-type");
            let kind = value.and_then(|value| essence(value.as_bytes()));
            if status == 200 && kind.as_deref() == Some("text/event-stream") {
                return Ok(());
            }
            let content_type = value.map(lossy);
            Err(Reason::EventSourceResponse { status, content_type })
        }
        _ => Ok(()),
    }
}

/// <https://fetch.spec.whatwg.org/#concept-main-fetch>, step 12: response tainting, and whether a
/// preflight may be due.
fn choose_tainting(request: &mut Request) -> Result<bool, Reason> {
    if request.initiator.navigates() || request.initiator == Initiator::WebSocket {
        return Ok(false);
    }
    let url = &request.current_url;
    let same_origin = url.origin().is_same(&request.origin);
    if same_origin && request.tainting == Tainting::Basic {
        return Ok(false);
    }
    match request.mode {
        Mode::SameOrigin => Err(Reason::SameOriginMode { url: url.to_string() }),
        Mode::NoCors if request.redirect != Redirect::Follow => Err(Reason::NoCorsRedirectMode),
        Mode::NoCors => {
            request.tainting = Tainting::Opaque;
            Ok(false)
        }
        Mode::Cors => {
            request.tainting = Tainting::Cors;
            // `fetch()` sets the unsafe-request flag: https://fetch.spec.whatwg.org/#dom-request
            let unsafe_request = request.initiator == Initiator::Fetch;
            Ok(unsafe_request
                && (!method::is_safelisted(&request.method)
                    || !unsafe_request_header_names(&request.headers).is_empty()))
        }
    }
}
