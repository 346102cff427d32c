//! What the layer allocates: nothing beyond the response's own header map.
//!
//! Each case is measured beside a service that inserts the same headers by hand, in a release build
//! and in a debug build alike. Header values of the request share one buffer, as those that hyper
//! reads do.

use allocation_counter::{AllocationInfo, measure};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use std::{
    convert::Infallible,
    future::{Future, Ready, ready},
    pin::pin,
    task::{Context, Poll, Waker},
};
use tower::{Layer, Service, service_fn};
use tower_cors::{Any, CorsLayer, Policy, PolicyBuilder, protocol::Action};

/// What tower's own `service_fn` and a ready future allocate: nothing.
type Inner = fn(Request<()>) -> Ready<Result<Response<()>, Infallible>>;

fn inner() -> tower::util::ServiceFn<Inner> {
    service_fn(|_| {
        let mut response = Response::new(());
        // A map that was never inserted into has no buffer; what a handler returns mostly has one.
        response.headers_mut().insert("content-type", HeaderValue::from_static("text/plain"));
        response.headers_mut().insert("x-request-id", HeaderValue::from_static("7"));
        ready(Ok(response))
    })
}

/// As hyper reads it: a slice of a buffer that others hold too.
fn value(text: &str) -> HeaderValue {
    let bytes = Bytes::from(format!("GET / HTTP/1.1\r\n{text}\r\n")).slice(16..16 + text.len());
    let value = HeaderValue::from_maybe_shared(bytes).unwrap();
    value.clone()
}

fn request(method: &str, lines: &[(&'static str, &str)]) -> Request<()> {
    let mut request = Request::new(());
    *request.method_mut() = method.parse().unwrap();
    for (name, text) in lines {
        request.headers_mut().append(HeaderName::from_static(name), value(text));
    }
    request
}

fn call<S>(service: &mut S, request: Request<()>) -> Response<()>
where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible>,
{
    let mut cx = Context::from_waker(Waker::noop());
    let Poll::Ready(Ok(())) = service.poll_ready(&mut cx) else { panic!("not ready") };
    let future = pin!(service.call(request));
    let Poll::Ready(Ok(response)) = future.poll(&mut cx) else { panic!("no response") };
    response
}

/// Allocations from the call of the service to its response, and the response.
fn used<S>(service: &mut S, request: &Request<()>) -> (AllocationInfo, Response<()>)
where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible>,
{
    let mut copy = Some(request.clone());
    let mut response = None;
    let info = measure(|| response = copy.take().map(|request| call(service, request)));
    (info, response.unwrap())
}

/// Whoever writes CORS by hand for this one response.
fn by_hand(answered: bool, response: &Response<()>) -> AllocationInfo {
    let values = response.headers().clone();
    let mut service = inner();
    let mut request = Some(Request::new(()));
    let mut made = None;
    let status = response.status();
    let info = measure(|| {
        let mut response =
            if answered { Response::new(()) } else { call(&mut service, request.take().unwrap()) };
        *response.status_mut() = status;
        let headers = response.headers_mut();
        if answered {
            // One knows what one writes, so one buffer of the right size is enough.
            *headers = HeaderMap::with_capacity(values.len());
        }
        for (name, value) in &values {
            headers.insert(name, value.clone());
        }
        made = Some(response);
    });
    let made = made.unwrap();
    assert_eq!(made.headers(), response.headers(), "the same headers");
    info
}

fn full() -> PolicyBuilder {
    Policy::builder()
        .allow_origin(["https://app.example.com", "https://*.example.org", "http://localhost:*"])
        .allow_methods(["PUT", "DELETE"])
        .allow_headers(["authorization", "content-type", "x-csrf-token"])
        .allow_credentials(true)
        .expose_headers(["x-request-id", "etag"])
        .max_age(std::time::Duration::from_secs(3600))
        .timing_allow_origin(true)
}

fn many() -> PolicyBuilder {
    full()
        .allow_origin((0..10_000).map(|i| format!("https://a{i}.example.net")).collect::<Vec<_>>())
}

const ASKS: &str = "authorization,content-type,x-csrf-token";

#[test]
fn nothing_but_the_response_headers() {
    let origin = |origin| request("GET", &[("origin", origin)]);
    let preflight = |origin| {
        request(
            "OPTIONS",
            &[
                ("origin", origin),
                ("access-control-request-method", "PUT"),
                ("access-control-request-headers", ASKS),
                ("access-control-request-private-network", "true"),
            ],
        )
    };
    let any = || {
        Policy::builder()
            .allow_origin(Any)
            .allow_methods(Any)
            .allow_headers(Any)
            .expose_headers(Any)
    };
    let one = || Policy::builder().allow_origin("https://app.example.com");
    let app = "https://app.example.com";
    let evil = "https://evil.example";
    for (about, policy, request) in [
        ("no Origin", full(), request("GET", &[])),
        ("no Origin, static", one(), request("GET", &[])),
        ("actual granted, exact", full(), origin(app)),
        ("actual granted, one of 10,000", many(), origin("https://a9999.example.net")),
        ("actual granted, pattern", full(), origin("https://a.b.example.org")),
        ("actual granted, any port", full(), origin("http://localhost:3000")),
        ("actual granted, any", any(), origin(app)),
        ("actual granted, static", one(), origin(app)),
        ("actual refused", full(), origin(evil)),
        ("actual refused, 10,000", many(), origin(evil)),
        ("actual refused, malformed", full(), origin("https://app.example.com/")),
        ("actual refused, static", one(), origin(evil)),
        ("actual refused, enforced", full().enforce(true), origin(evil)),
        (
            "same-origin, enforced",
            full().enforce(true),
            request_with_site("https://api.example", "same-origin"),
        ),
        ("preflight granted", full(), preflight(app)),
        ("preflight granted, pattern", full(), preflight("https://a.b.example.org")),
        ("preflight granted, any", any(), preflight(app)),
        ("preflight granted, static", one(), preflight(app)),
        ("preflight refused", full(), preflight(evil)),
        ("preflight refused, static", one(), preflight(evil)),
    ] {
        let policy = policy.build().unwrap();
        let mut service = CorsLayer::with_policies(policy).layer(inner());
        // The first call of a process may set something up for good.
        drop(call(&mut service, request.clone()));
        let (used, response) = used(&mut service, &request);
        let answered = response.status() == StatusCode::NO_CONTENT
            || response.status() == StatusCode::FORBIDDEN;
        let hand = by_hand(answered, &response);
        println!(
            "{about}: {} allocations of {} bytes, by hand {} of {}",
            used.count_total, used.bytes_total, hand.count_total, hand.bytes_total
        );
        assert!(used.count_total <= hand.count_total, "{about}: {used:?}, by hand {hand:?}");
        // A map's index may have a few slots more than one of exactly the right capacity.
        assert!(used.bytes_total <= hand.bytes_total + 64, "{about}: {used:?}, by hand {hand:?}");
    }
}

fn request_with_site(origin: &str, site: &str) -> Request<()> {
    request("POST", &[("origin", origin), ("sec-fetch-site", site)])
}

/// What `Access-Control-Allow-Headers` may have to say cannot be known before: the mirrored list is
/// one buffer more, and perhaps a larger map.
#[test]
fn mirroring_costs_one_list() {
    let policy = Policy::builder()
        .allow_origin(["https://app.example.com", "https://web.example.com"])
        .allow_methods(Any)
        .allow_headers(Any)
        .allow_credentials(true)
        .build()
        .unwrap();
    let mut service = CorsLayer::with_policies(policy).layer(inner());
    let (none, _) = used(&mut service, &asked(""));
    for names in [3, 200] {
        let list = (0..names).map(|i| format!("x-{i:03}")).collect::<Vec<_>>().join(",");
        let (mirrored, response) = used(&mut service, &asked(&list));
        assert_eq!(response.headers()["access-control-allow-headers"], list);
        println!(
            "{names} headers: {} allocations, none: {}",
            mirrored.count_total, none.count_total
        );
        assert!(mirrored.count_total <= none.count_total + 2, "{mirrored:?}, none: {none:?}");
    }
}

/// The list of the names that are there, and a `Vary` that is merged, are one buffer each, of the
/// exact size: a larger one would be moved into a shared one.
#[test]
fn a_value_that_is_joined_is_one_buffer() {
    let two = || Policy::builder().allow_origin(["https://a.example", "https://b.example"]);
    let exposes = two().allow_credentials(true).expose_headers(Any);
    let (parts, ()) = request("GET", &[("origin", "https://a.example")]).into_parts();
    for (about, policy, name, value, joined) in [
        ("names", exposes, "x-a", "1", ("access-control-expose-headers", "x-a,vary")),
        ("a merged Vary", two(), "vary", "accept", ("vary", "accept, Origin")),
    ] {
        let policy = policy.build().unwrap();
        let Action::Forward(decoration) = policy.evaluate(&parts).into_action() else { panic!() };
        let mut response = Response::new(());
        *response.headers_mut() = HeaderMap::with_capacity(32);
        response.headers_mut().insert(name, HeaderValue::from_static(value));
        let info = measure(|| decoration.apply(&mut response));
        assert_eq!(response.headers()[joined.0], joined.1, "{about}");
        assert_eq!(info.count_total, 1, "{about}: {info:?}");
    }
}

fn asked(headers: &str) -> Request<()> {
    let lines = [
        ("origin", "https://app.example.com"),
        ("access-control-request-method", "PUT"),
        ("access-control-request-headers", headers),
    ];
    request("OPTIONS", &lines[..if headers.is_empty() { 2 } else { 3 }])
}

#[test]
fn a_clone_of_the_service_allocates_nothing() {
    let policy = many().build().unwrap();
    let layer = CorsLayer::with_policies(policy.clone()).on_decision(|_, _| {});
    let service = layer.layer(inner());
    for (about, info) in [
        ("the service", measure(|| drop(service.clone()))),
        ("the layer", measure(|| drop(layer.clone()))),
        ("the policy", measure(|| drop(policy.clone()))),
        ("layering", measure(|| drop(layer.layer(inner())))),
    ] {
        assert_eq!((info.count_total, info.bytes_total), (0, 0), "{about}");
    }
}

#[test]
fn deciding_allocates_nothing() {
    let policy = full().build().unwrap();
    for (about, request) in [
        ("no Origin", request("GET", &[])),
        ("granted", request("GET", &[("origin", "https://app.example.com")])),
        ("granted by pattern", request("GET", &[("origin", "https://a.example.org")])),
        ("refused", request("GET", &[("origin", "https://evil.example")])),
        ("malformed", request("GET", &[("origin", "é")])),
        ("null", request("GET", &[("origin", "null")])),
        (
            "preflight",
            request(
                "OPTIONS",
                &[
                    ("origin", "https://app.example.com"),
                    ("access-control-request-method", "PUT"),
                    ("access-control-request-headers", ASKS),
                ],
            ),
        ),
    ] {
        let (parts, ()) = request.into_parts();
        let info = measure(|| drop(policy.decide(&parts)));
        assert_eq!((info.count_total, info.bytes_total), (0, 0), "{about}");
    }
}
