//! What the README says of tower-http's `cors`, each row shown on both.

use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use std::{convert::Infallible, panic::catch_unwind};
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_cors::{CorsLayer, policy::PolicyErrorKind};
use tower_http::cors as theirs;

const APP: &str = "https://app.example.com";

fn value(text: &'static str) -> HeaderValue {
    HeaderValue::from_static(text)
}

fn ours(origins: &[&str]) -> CorsLayer {
    CorsLayer::builder().allow_origin(origins).build().expect("a valid policy")
}

fn request(method: Method, headers: &[(&'static str, &'static str)]) -> Request<()> {
    let mut request = Request::new(());
    *request.method_mut() = method;
    for (name, text) in headers {
        request.headers_mut().append(*name, value(text));
    }
    request
}

/// The answer of a layer around [`Inner`].
async fn answer<L>(layer: L, request: Request<()>) -> (StatusCode, HeaderMap)
where
    L: Layer<Inner>,
    L::Service: Service<Request<()>, Response = Response<()>, Error = Infallible>,
{
    let response = layer.layer(Inner).oneshot(request).await.expect("infallible");
    (response.status(), response.headers().clone())
}

#[derive(Clone)]
struct Inner;

impl Service<Request<()>> for Inner {
    type Response = Response<()>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Response<()>, Infallible>>;

    fn poll_ready(
        &mut self,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Result<(), Infallible>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<()>) -> Self::Future {
        let mut response = Response::new(());
        response.headers_mut().insert("x-ran", value("1"));
        response.headers_mut().insert("access-control-allow-credentials", value("true"));
        if request.headers().contains_key("x-vary") {
            response.headers_mut().insert("vary", value("Accept, Origin"));
        }
        std::future::ready(Ok(response))
    }
}

fn all<'a>(headers: &'a HeaderMap, name: &str) -> Vec<&'a str> {
    headers.get_all(name).iter().map(|value| value.to_str().unwrap_or("?")).collect()
}

#[test]
fn a_wrong_configuration() {
    let star_in_a_list = || theirs::AllowOrigin::list([value("*")]);
    assert!(catch_unwind(star_in_a_list).is_err(), "theirs panics");
    assert!(CorsLayer::builder().allow_origin(["*"]).build().is_ok(), "ours takes it");

    let any_with_credentials = || {
        let layer = theirs::CorsLayer::new().allow_origin(theirs::Any).allow_credentials(true);
        let inner = service_fn(|_: Request<()>| async { Ok::<_, Infallible>(Response::new(())) });
        drop(layer.layer(inner));
    };
    assert!(catch_unwind(any_with_credentials).is_err(), "theirs panics");
    let errors = CorsLayer::builder().allow_origin("*").allow_credentials(true).build();
    let kinds = errors.expect_err("ours is an error").into_iter().map(|error| error.kind().clone());
    assert_eq!(kinds.collect::<Vec<_>>(), [PolicyErrorKind::CredentialsWithAnyOrigin]);
}

#[tokio::test]
async fn a_mistyped_origin() {
    let get = || request(Method::GET, &[("origin", APP)]);
    let theirs = theirs::CorsLayer::new().allow_origin([value("https://app.example.com/")]);
    let (_, headers) = answer(theirs, get()).await;
    assert!(all(&headers, "access-control-allow-origin").is_empty(), "theirs never matches");
    let errors = CorsLayer::builder().allow_origin("https://app.example.com/").build();
    assert!(errors.expect_err("ours says so").to_string().contains("has a trailing slash"));
}

#[tokio::test]
async fn options_that_is_no_preflight() {
    let options = || request(Method::OPTIONS, &[("origin", APP)]);
    let theirs = theirs::CorsLayer::new().allow_origin([value(APP)]);
    let (_, headers) = answer(theirs, options()).await;
    assert!(!headers.contains_key("x-ran"), "theirs swallows it");
    let (_, headers) = answer(ours(&[APP]), options()).await;
    assert!(headers.contains_key("x-ran"), "ours reaches the handler");
}

#[tokio::test]
async fn a_preflight_from_a_refused_origin() {
    let preflight = || {
        request(
            Method::OPTIONS,
            &[("origin", "https://evil.example"), ("access-control-request-method", "PUT")],
        )
    };
    let theirs = theirs::CorsLayer::new().allow_origin([value(APP)]).allow_methods([Method::PUT]);
    let (status, headers) = answer(theirs, preflight()).await;
    assert_eq!(
        (status, all(&headers, "access-control-allow-methods")),
        (StatusCode::OK, vec!["PUT"])
    );
    let (status, headers) = answer(ours(&[APP, "https://b.example"]), preflight()).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(headers.keys().all(|name| !name.as_str().starts_with("access-control-")));
}

#[tokio::test]
async fn vary_that_the_inner_service_said_already() {
    let get = || request(Method::GET, &[("origin", APP), ("x-vary", "1")]);
    let theirs = theirs::CorsLayer::new().allow_origin([value(APP), value("https://b.example")]);
    let (_, headers) = answer(theirs, get()).await;
    assert_eq!(all(&headers, "vary"), ["Accept, Origin", "origin"], "theirs says it twice");
    let (_, headers) = answer(ours(&[APP, "https://b.example"]), get()).await;
    assert_eq!(all(&headers, "vary"), ["Accept, Origin"]);
}

#[tokio::test]
async fn headers_of_the_inner_service() {
    let get = || request(Method::GET, &[("origin", "https://evil.example")]);
    let theirs = theirs::CorsLayer::new().allow_origin([value(APP)]);
    let (_, headers) = answer(theirs, get()).await;
    assert_eq!(all(&headers, "access-control-allow-credentials"), ["true"], "theirs lets it out");
    let (_, headers) = answer(ours(&[APP, "https://b.example"]), get()).await;
    assert!(all(&headers, "access-control-allow-credentials").is_empty(), "ours removes it");
}

#[tokio::test]
async fn very_permissive() {
    let get = request(Method::GET, &[("origin", "https://evil.example")]);
    let (_, headers) = answer(theirs::CorsLayer::very_permissive(), get).await;
    assert_eq!(
        (
            all(&headers, "access-control-allow-origin"),
            all(&headers, "access-control-allow-credentials"),
        ),
        (vec!["https://evil.example"], vec!["true"]),
        "theirs grants credentials to whoever asks; ours has no such preset",
    );
}

#[test]
fn cloning_the_service() {
    let origins = (0..10_000).map(|i| format!("https://{i}.example.com")).collect::<Vec<_>>();
    let layer = CorsLayer::builder().allow_origin(&origins).build().expect("a valid policy");
    let service = layer.layer(());
    assert!(size_of_val(&service) <= 16, "ours is two pointers, whatever the list");
}
