//! tower-http 0.7: each of its layers inside and outside the CORS layer, over real connections.
//!
//! Inside, a page sees every answer. Outside, it is blocked from reading the answers that the outer
//! layer makes by itself, and a login or a limit out there refuses preflights too.

use axum::{
    Router,
    body::Body,
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use http::Request;
use stacks::{APP, Server, seen, send};
use std::time::Duration;
use tower::{Layer as _, ServiceBuilder};
use tower_cors::{CorsLayer, body::ResponseBody};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    csrf::CsrfLayer,
    limit::RequestBodyLimitLayer,
    normalize_path::NormalizePathLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    sensitive_headers::SetSensitiveHeadersLayer,
    services::ServeDir,
    set_header::SetResponseHeaderLayer,
    timeout::TimeoutLayer,
    trace::TraceLayer,
    validate_request::ValidateRequestHeaderLayer,
};

const ALL: &str = "GET 200, PUT 200, missing 404, foreign GET blocked, foreign PUT blocked";

fn cors() -> CorsLayer {
    CorsLayer::builder()
        .allow_origin(APP)
        .allow_methods(Method::PUT)
        .allow_headers(header::AUTHORIZATION)
        .build()
        .expect("valid")
}

fn router() -> Router {
    Router::new().route("/items", get(|| async { "items" }).put(|| async { "put" }))
}

/// The layer on both sides of the CORS layer: what the pages see is the same.
macro_rules! harmless {
    ($($name:ident: $layer:expr;)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                let inside = Server::axum(router().layer($layer).layer(cors())).await;
                assert_eq!(seen(&inside).await, ALL, "inside");
                let outside = Server::axum(router().layer(cors()).layer($layer)).await;
                assert_eq!(seen(&outside).await, ALL, "outside");
            }
        )*
    };
}

harmless! {
    trace: TraceLayer::new_for_http();
    compression: CompressionLayer::new();
    timeout: TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, Duration::from_secs(5));
    catch_panic: CatchPanicLayer::new();
    set_header: SetResponseHeaderLayer::overriding(
        header::SERVER,
        HeaderValue::from_static("stacks"),
    );
    body_limit: RequestBodyLimitLayer::new(1024);
    set_request_id: SetRequestIdLayer::x_request_id(MakeRequestUuid);
    propagate_request_id: PropagateRequestIdLayer::x_request_id();
    sensitive_headers: SetSensitiveHeadersLayer::new([header::AUTHORIZATION]);
}

/// `TraceLayer` directly inside, without axum's boxes between: the body has no `Default`.
#[tokio::test]
async fn trace_in_a_service_builder_needs_the_word() {
    let layers = ServiceBuilder::new().layer(cors().wrap_body()).layer(TraceLayer::new_for_http());
    let server = Server::axum(router().layer(layers)).await;
    assert_eq!(seen(&server).await, ALL);
}

#[tokio::test]
async fn compression_of_a_wrapped_body() {
    let app = Router::new().route("/items", get(|| async { "items ".repeat(1000) }));
    let layers = ServiceBuilder::new()
        .layer(CompressionLayer::new())
        .layer(cors().wrap_body())
        .layer(TraceLayer::new_for_http());
    let server = Server::axum(app.layer(layers)).await;
    let answer = send(&server, server.fetch(APP, "/items")).await.expect("granted");
    assert_eq!(answer.status(), 200);
    let vary = answer.wire()[0].response_headers().expect("an answer").get_all(header::VARY);
    assert!(vary.iter().any(|value| value == "accept-encoding" || value == "Origin"));
}

/// A rewriting layer must stand outside the router to have an effect; the CORS layer fits on either
/// side of it.
#[tokio::test]
async fn normalize_path() {
    let app = NormalizePathLayer::trim_trailing_slash().layer(router().layer(cors()));
    let server = Server::hyper(app).await;
    let answer = send(&server, server.fetch(APP, "/items/").method("PUT")).await;
    assert_eq!(answer.expect("granted").status(), 200);

    let app = cors().layer(NormalizePathLayer::trim_trailing_slash().layer(router()));
    let server = Server::hyper(app).await;
    let answer = send(&server, server.fetch(APP, "/items/").method("PUT")).await;
    assert_eq!(answer.expect("granted").status(), 200);
}

#[expect(clippy::result_large_err, reason = "the type that tower-http asks for")]
fn login(request: &mut Request<Body>) -> Result<(), Response> {
    if request.headers().contains_key(header::AUTHORIZATION) {
        return Ok(());
    }
    Err(StatusCode::UNAUTHORIZED.into_response())
}

/// Preflights carry no credentials: a login outside refuses them all.
#[tokio::test]
async fn login_inside_and_outside() {
    let login = || ValidateRequestHeaderLayer::custom(login);
    let put = |server: &Server, with_login: bool| {
        let put = server.fetch(APP, "/items").method("PUT");
        if with_login { put.header("authorization", "Bearer x") } else { put }
    };
    let inside = Server::axum(router().layer(login()).layer(cors())).await;
    let answer = send(&inside, put(&inside, true)).await.expect("logged in");
    assert_eq!(answer.status(), 200);
    let answer = send(&inside, put(&inside, false)).await.expect("the page can read the 401");
    assert_eq!(answer.status(), 401);

    let outside = Server::axum(router().layer(cors()).layer(login())).await;
    let blocked = send(&outside, put(&outside, true)).await.expect_err("no login on preflights");
    assert!(blocked.wire()[0].is_preflight());
    assert!(send(&outside, outside.fetch(APP, "/items")).await.is_err(), "the 401 is unreadable");
}

async fn slow() -> &'static str {
    tokio::time::sleep(Duration::from_secs(30)).await;
    "late"
}

#[tokio::test]
async fn a_timeout_inside_is_readable_and_outside_is_not() {
    let timeout =
        || TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, Duration::from_millis(20));
    let app = || Router::new().route("/slow", get(slow));
    let inside = Server::axum(app().layer(timeout()).layer(cors())).await;
    let answer = send(&inside, inside.fetch(APP, "/slow")).await.expect("readable");
    assert_eq!(answer.status(), 504);
    let outside = Server::axum(app().layer(cors()).layer(timeout())).await;
    assert!(send(&outside, outside.fetch(APP, "/slow")).await.is_err());
}

async fn panics() -> &'static str {
    panic!("on purpose")
}

#[tokio::test]
async fn a_caught_panic_inside_is_readable_and_outside_is_not() {
    let app = || Router::new().route("/panic", get(panics));
    let inside = Server::axum(app().layer(CatchPanicLayer::new()).layer(cors())).await;
    let answer = send(&inside, inside.fetch(APP, "/panic")).await.expect("readable");
    assert_eq!(answer.status(), 500);
    let outside = Server::axum(app().layer(cors()).layer(CatchPanicLayer::new())).await;
    assert!(send(&outside, outside.fetch(APP, "/panic")).await.is_err());
}

#[tokio::test]
async fn a_body_over_the_limit_is_readable_where_the_limit_is_inside() {
    let app = || Router::new().route("/items", axum::routing::post(|body: String| async { body }));
    let limit = || RequestBodyLimitLayer::new(8);
    let inside = Server::axum(app().layer(limit()).layer(cors())).await;
    let post = inside.fetch(APP, "/items").method("POST").body("more than eight bytes");
    assert_eq!(send(&inside, post).await.expect("readable").status(), 413);
    let outside = Server::axum(app().layer(cors()).layer(limit())).await;
    let post = outside.fetch(APP, "/items").method("POST").body("more than eight bytes");
    assert!(send(&outside, post).await.is_err());
}

/// A header that a page must read is exposed, whoever set it.
#[tokio::test]
async fn a_request_id_is_readable_if_it_is_exposed() {
    let name = HeaderName::from_static("x-request-id");
    let cors =
        CorsLayer::builder().allow_origin(APP).expose_headers([&name]).build().expect("valid");
    let app = router()
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        .layer(cors);
    let server = Server::axum(app).await;
    let answer = send(&server, server.fetch(APP, "/items")).await.expect("granted");
    assert!(answer.header("x-request-id").is_some());
}

#[tokio::test]
async fn serve_dir() {
    let folder = std::env::temp_dir().join(format!("stacks-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("page.txt"), "text").expect("a file");
    // Its body is tower-http's own, which has a `Default`.
    let server = Server::hyper(cors().layer(ServeDir::new(&folder))).await;
    let answer = send(&server, server.fetch(APP, "/page.txt")).await.expect("granted");
    assert_eq!(answer.status(), 200);
    let answer = send(&server, server.fetch(APP, "/missing.txt")).await.expect("readable");
    assert_eq!(answer.status(), 404);
    std::fs::remove_dir_all(folder).expect("removed");
}

/// tower-http's `CsrfLayer` refuses cross-origin writes; its 403 is readable where it is inside.
#[tokio::test]
async fn csrf_inside() {
    let trusted = || CsrfLayer::new().add_trusted_origin(APP).expect("an origin");
    let server = Server::axum(router().layer(trusted()).layer(cors())).await;
    let answer = send(&server, server.fetch(APP, "/items").method("PUT")).await;
    assert_eq!(answer.expect("trusted").status(), 200);

    let server = Server::axum(router().layer(CsrfLayer::new()).layer(cors())).await;
    let answer = send(&server, server.fetch(APP, "/items").method("PUT")).await;
    assert_eq!(answer.expect("a readable refusal").status(), 403);
}

#[tokio::test]
async fn csrf_outside() {
    let trusted = || CsrfLayer::new().add_trusted_origin(APP).expect("an origin");
    let server = Server::axum(router().layer(cors()).layer(trusted())).await;
    let answer = send(&server, server.fetch(APP, "/items").method("PUT")).await;
    assert_eq!(answer.expect("trusted").status(), 200);

    let server = Server::axum(router().layer(cors()).layer(CsrfLayer::new())).await;
    assert!(send(&server, server.fetch(APP, "/items").method("PUT")).await.is_err());
}

/// An answer of the layer has an empty body, also where the wrapped type has no empty value.
#[test]
fn a_wrapped_body_is_empty_without_a_default_of_what_it_wraps() {
    let wrapped: ResponseBody<hyper::body::Incoming> = ResponseBody::default();
    assert!(wrapped.into_inner().is_none());
}
