//! What the tests of every database share: asking an instance, and what comes of it.
#![allow(dead_code, reason = "each test file uses a part of it")]

pub(crate) mod cluster;
pub(crate) mod proxy;

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode},
};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::{
    fmt::Debug,
    future::Future,
    time::{Duration, Instant},
};
use tenants::{App, Settings};
use tower::ServiceExt;

pub(crate) const HOUR: Duration = Duration::from_hours(1);

/// With everything so long that it does not happen in a test.
pub(crate) const NEVER: Settings =
    Settings { time_to_live: HOUR, stale_on_error: HOUR, interval: HOUR };

pub(crate) async fn start(url: &str, settings: Settings) -> App {
    App::start(url, settings).await.unwrap_or_else(|error| panic!("{url}: {error}"))
}

/// What a preflight comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Granted,
    Refused,
    Unavailable,
}

/// What the instance says to a preflight for a `PUT` of a page of this origin.
pub(crate) async fn ask(app: &App, tenant: &str, origin: &str) -> Verdict {
    let request = Request::builder()
        .method(Method::OPTIONS)
        .uri(format!("/api/{tenant}/orders/7"))
        .header("origin", origin)
        .header("access-control-request-method", "PUT");
    let (status, headers, _) =
        send(app.router(), request.body(Body::empty()).expect("valid")).await;
    let allowed = headers.get("access-control-allow-origin").map(|value| value == origin);
    assert_eq!(headers.get("vary").expect("it varies"), "Origin");
    match (status.as_u16(), allowed) {
        (204, Some(true)) => Verdict::Granted,
        (403, None) => Verdict::Refused,
        (503, None) => Verdict::Unavailable,
        other => panic!("{other:?}: {headers:?}"),
    }
}

/// A `GET` from a page of this origin, or of none.
pub(crate) async fn get(
    app: &App,
    path: &str,
    origin: Option<&str>,
) -> (StatusCode, HeaderMap, String) {
    let mut request = Request::builder().uri(path);
    if let Some(origin) = origin {
        request = request.header("origin", origin);
    }
    send(app.router(), request.body(Body::empty()).expect("valid")).await
}

/// Edits a tenant's origins; the status, and the errors if there are any.
pub(crate) async fn edit(app: &App, tenant: &str, origins: &[&str]) -> (StatusCode, Value) {
    let request = Request::builder()
        .method(Method::PUT)
        .uri(format!("/tenants/{tenant}/origins"))
        .header("content-type", "application/json")
        .body(Body::from(json!({ "origins": origins }).to_string()))
        .expect("valid");
    let (status, _, body) = send(app.router(), request).await;
    (status, serde_json::from_str(&body).unwrap_or(Value::Null))
}

pub(crate) async fn edited(app: &App, tenant: &str, origins: &[&str]) {
    let (status, errors) = edit(app, tenant, origins).await;
    assert_eq!((status, &errors), (StatusCode::NO_CONTENT, &Value::Null));
}

async fn send(router: Router, request: Request<Body>) -> (StatusCode, HeaderMap, String) {
    let response = router.oneshot(request).await.unwrap_or_else(|never| match never {});
    let (parts, body) = response.into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    (parts.status, parts.headers, String::from_utf8_lossy(&body).into_owned())
}

/// Waits until it is as expected; fails if that takes longer than it may.
pub(crate) async fn eventually<T, F>(about: &str, limit: Duration, expected: T, ask: impl Fn() -> F)
where
    T: PartialEq + Debug,
    F: Future<Output = T>,
{
    let began = Instant::now();
    loop {
        let asked_at = began.elapsed();
        let answer = ask().await;
        if answer == expected {
            return;
        }
        assert!(asked_at < limit, "{about}: {answer:?} instead of {expected:?} after {asked_at:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
