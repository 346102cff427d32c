//! Whole requests of arbitrary bytes through the layer.

use super::{
    draw::{Draw, origin_text},
    policies::{Known, ORIGINS, policies},
};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode,
    header::{ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, ORIGIN, VARY},
};
use std::{
    convert::Infallible,
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};
use tower::{Layer, Service, service_fn};
use tower_cors::{CorsLayer, select::SelectPolicy};

const NAMES: &[&str] = &[
    "origin",
    "access-control-request-method",
    "access-control-request-headers",
    "host",
    "access-control-request-private-network",
    "sec-fetch-site",
    "cookie",
    "vary",
    "upgrade",
    "access-control-allow-origin",
    "x-a",
];
const VALUES: &[&str] = &[
    "GET",
    "PUT",
    "POST",
    "x-a",
    "authorization, x-a",
    "same-origin",
    "cross-site",
    "true",
    "a.example",
    "*",
    ",",
    "websocket",
    "x-a,,x-b",
    "CONNECT",
    "",
    "put",
];

pub(super) fn run(data: &[u8]) {
    let mut draw = Draw::new(data);
    let known = &policies()[draw.below(policies().len())];
    let request = request(&mut draw);
    let inner = inner_response(&mut draw);
    let sent = request.headers().clone();
    let response = answer(known.policy.clone(), request, inner.clone());
    check(known, &sent, inner.headers(), response.headers());
}

fn request(draw: &mut Draw<'_>) -> Request<()> {
    let mut request = Request::new(());
    *request.method_mut() = match draw.below(6) {
        0 => Method::GET,
        1 | 2 => Method::OPTIONS,
        3 => Method::POST,
        4 => Method::PUT,
        _ => Method::from_bytes(draw.bytes(12)).unwrap_or(Method::GET),
    };
    for _ in 0..draw.below(7) {
        let name = HeaderName::from_static(draw.pick(NAMES));
        let value = match draw.below(4) {
            0 if name == ORIGIN => HeaderValue::from_str(&origin_text(draw)),
            _ if name == ORIGIN => Ok(HeaderValue::from_static(draw.pick(ORIGINS))),
            0 => HeaderValue::from_bytes(draw.bytes(40)),
            _ => Ok(HeaderValue::from_static(draw.pick(VALUES))),
        };
        if let Ok(value) = value {
            request.headers_mut().append(name, value);
        }
    }
    request
}

fn inner_response(draw: &mut Draw<'_>) -> Response<()> {
    let mut response = Response::new(());
    *response.status_mut() =
        draw.pick(&[StatusCode::OK, StatusCode::NOT_MODIFIED, StatusCode::NOT_FOUND]);
    for _ in 0..draw.below(4) {
        let (name, value) = draw.pick(&[
            ("vary", "accept"),
            ("vary", "*"),
            ("vary", "origin, accept"),
            ("access-control-allow-origin", "https://inner.test"),
            ("access-control-allow-credentials", "true"),
            ("access-control-expose-headers", "x-inner"),
            ("x-request-id", "7"),
        ]);
        response.headers_mut().append(name, HeaderValue::from_static(value));
    }
    response
}

/// The answer of a service behind the layer.
pub(super) fn answer<P>(policies: P, request: Request<()>, inner: Response<()>) -> Response<()>
where
    P: SelectPolicy + Clone,
{
    let service = service_fn(move |_: Request<()>| {
        let inner = inner.clone();
        async move { Ok::<_, Infallible>(inner) }
    });
    let mut service = CorsLayer::with_policies(policies).layer(service);
    let mut context = Context::from_waker(Waker::noop());
    assert!(service.poll_ready(&mut context).is_ready());
    let mut future = pin!(service.call(request));
    for _ in 0..8 {
        if let Poll::Ready(Ok(response)) = future.as_mut().poll(&mut context) {
            return response;
        }
    }
    panic!("the service is ready at once, so that its answer is too");
}

fn check(known: &Known, sent: &HeaderMap, inner: &HeaderMap, received: &HeaderMap) {
    let lines = sent.get_all(ORIGIN).iter().collect::<Vec<_>>();
    let granted = received.get_all(ACCESS_CONTROL_ALLOW_ORIGIN).iter().collect::<Vec<_>>();
    assert!(granted.len() <= 1, "{granted:?}");
    let allowed = match lines[..] {
        [line] => line.to_str().is_ok_and(|line| known.allows(line)),
        _ => known.any,
    };
    match granted.first() {
        None => {
            for name in received.keys() {
                assert!(!name.as_str().starts_with("access-control-allow"), "{received:?}");
                assert!(!name.as_str().starts_with("access-control-expose"), "{received:?}");
            }
            let is_cors = !lines.is_empty();
            assert!(!(allowed && is_cors), "{sent:?} is allowed, but got {received:?}");
        }
        Some(value) if known.any => assert_eq!(*value, "*"),
        // A static policy sends its one answer to everyone.
        Some(value) if !known.dynamic => assert_eq!(*value, "https://a.example"),
        Some(value) => {
            assert!(allowed, "{sent:?} got {received:?}");
            assert_eq!(*value, lines[0]);
        }
    }
    let credentials = received.get_all(ACCESS_CONTROL_ALLOW_CREDENTIALS).iter().collect::<Vec<_>>();
    if !credentials.is_empty() {
        assert!(known.credentials && !granted.is_empty(), "{received:?}");
        assert_eq!(credentials, ["true"]);
    }
    check_vary(known, inner, received);
}

fn vary(headers: &HeaderMap) -> Vec<String> {
    let lines = headers.get_all(VARY).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(|name| name.trim().to_ascii_lowercase()).collect()
}

/// It names `Origin` where that matters, keeps what the inner service said, and nothing else.
fn check_vary(known: &Known, inner: &HeaderMap, received: &HeaderMap) {
    let (before, after) = (vary(inner), vary(received));
    let whole = after.iter().any(|name| name == "*" || name == "origin");
    assert!(whole || !known.dynamic, "{received:?}");
    for name in &after {
        let ours = matches!(
            name.as_str(),
            "origin"
                | "access-control-request-method"
                | "access-control-request-headers"
                | "access-control-request-private-network"
        );
        assert!(ours || before.contains(name), "{received:?}");
    }
}
