//! The same cases in the simulated browser, over the very same service without a wire.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use hyper::body::Bytes;
use tower_browser::{
    Answer, Blocked, Browser, Exchange, Page,
    options::{Credentials, Mode, Redirect, RequestBody},
};

use crate::api::Middleware;
use crate::case::{Body, Call, Case};
use crate::outcome::{Outcome, Sight, Wire};
use crate::page::Frame;
use crate::place::Map;

/// What the simulated browser makes of a case. Each has a browser of its own: nothing here outlives
/// a case, for the engines' caches know each address only from one.
pub(crate) async fn run(case: &Case, map: &Map, middleware: &Arc<Middleware>) -> Outcome {
    let browser = Browser::new().http_cache(true);
    for jar in map.jars() {
        for cookie in crate::site::COOKIES {
            if jar.starts_with("https") || !cookie.contains("Secure") {
                assert!(browser.set_cookie(&jar, cookie), "a browser takes {cookie:?} from {jar}");
            }
        }
    }
    let mut pages: Vec<(Frame, Page)> = Vec::new();
    let mut outcome = Outcome { seen: Vec::new(), wire: Vec::new(), lasted: Duration::ZERO };
    for call in &case.calls {
        browser.advance(Duration::from_millis(call.wait.into()));
        if !pages.iter().any(|(frame, _)| *frame == call.frame) {
            let page = match &call.frame {
                Frame::Top => browser.page(&case.page),
                Frame::Peer(origin) => browser.page(origin),
                Frame::Srcdoc | Frame::Blob | Frame::Data | Frame::Document => {
                    browser.sandboxed_page(&case.page)
                }
            };
            pages.push((call.frame.clone(), page));
        }
        let Some((_, page)) = pages.iter().find(|(frame, _)| *frame == call.frame) else {
            continue;
        };
        let service = tower::service_fn(|request: Request<Bytes>| {
            let middleware = middleware.clone();
            async move { Ok::<_, Infallible>(middleware.answer(request).await) }
        });
        let result = fetch(page, case.id, call).send(service).await;
        let (sight, wire) = match &result {
            Ok(answer) => (sight(answer, call), answer.wire()),
            Err(blocked) => (Sight::Blocked, blocked.wire()),
        };
        outcome.seen.push(sight);
        outcome.wire.extend(wire.iter().map(crossed));
    }
    outcome
}

/// Why the simulated browser blocks the first call of a case, in its own words.
pub(crate) async fn reason(case: &Case, middleware: &Arc<Middleware>) -> Option<Blocked> {
    let browser = Browser::new();
    let service = tower::service_fn(|request: Request<Bytes>| {
        let middleware = middleware.clone();
        async move { Ok::<_, Infallible>(middleware.answer(request).await) }
    });
    let call = &case.calls[0];
    let page = if call.frame == Frame::Top {
        browser.page(&case.page)
    } else {
        browser.sandboxed_page(&case.page)
    };
    fetch(&page, case.id, call).send(service).await.err()
}

fn fetch(page: &Page, case: u32, call: &Call) -> tower_browser::Fetch {
    let mut fetch = page
        .fetch(call.url(case))
        .method(call.method.written)
        .credentials(match call.credentials {
            "omit" => Credentials::Omit,
            "include" => Credentials::Include,
            _ => Credentials::SameOrigin,
        })
        .mode(match call.mode {
            "no-cors" => Mode::NoCors,
            "same-origin" => Mode::SameOrigin,
            _ => Mode::Cors,
        })
        .redirect(match call.redirect {
            "error" => Redirect::Error,
            "manual" => Redirect::Manual,
            _ => Redirect::Follow,
        });
    for header in &call.headers {
        fetch = fetch.header(header.name, header.value);
    }
    match call.body {
        Body::None => fetch,
        Body::Text => fetch.body(RequestBody::text("text")),
        Body::Form => fetch.body(RequestBody::form("a=1")),
        Body::Multipart => fetch.body(RequestBody::multipart([("a", "1")])),
        Body::Json => fetch.body(RequestBody::blob("{}", "application/json")),
        Body::Bytes => fetch.body(RequestBody::bytes(vec![1, 2, 3])),
    }
}

fn sight(answer: &Answer<Bytes>, call: &Call) -> Sight {
    let headers: BTreeMap<String, String> = answer
        .headers()
        .keys()
        .filter_map(|name| Some((name.as_str().to_owned(), answer.header(name.as_str())?)))
        .collect();
    Sight::Response {
        kind: answer.response_type().as_str().to_owned(),
        status: answer.status(),
        redirected: answer.is_redirected(),
        headers,
        timing: call.timing.then(|| answer.is_timing_allowed()),
    }
}

fn crossed(exchange: &Exchange) -> Wire {
    let url = exchange.url();
    let url = url.split_once("://").map_or(url, |(_, rest)| rest);
    let url = url.strip_prefix("user:secret@").unwrap_or(url);
    Wire::new(exchange.method().clone(), url.to_owned(), exchange.request_headers())
}
