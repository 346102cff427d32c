//! The mistakes of layer order, in axum.

use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};
use http::{HeaderName, HeaderValue, StatusCode, header};
use tower_browser::checkup::Checkup;
use tower_browser::options::Credentials;
use tower_browser::{Fetch, Page};
use tower_cors::CorsLayer;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;

use crate::Mistake;
use crate::named::{PAGE, URL, by_checkup};

pub(crate) fn cors() -> CorsLayer {
    CorsLayer::builder()
        .allow_origin([PAGE, "https://admin.example.com"])
        .allow_methods(["PUT"])
        .allow_headers(["authorization", "content-type"])
        .allow_credentials(true)
        .build()
        .unwrap()
}

pub(crate) fn routes() -> Router {
    Router::new()
        .route("/items/1", put(|| async { "saved" }).get(|| async { "ink" }))
        .route("/slow", get(|| async { tokio::time::sleep(Duration::from_secs(60)).await }))
        .route("/panic", get(|| async { panics() }))
}

fn panics() {
    panic!("on purpose");
}

async fn login(request: Request, next: Next) -> Response {
    if request.headers().contains_key("authorization") {
        next.run(request).await
    } else {
        StatusCode::UNAUTHORIZED.into_response()
    }
}

async fn limit(_: Request, _: Next) -> Response {
    StatusCode::TOO_MANY_REQUESTS.into_response()
}

fn overwrite(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
}

fn append(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::appending(name, HeaderValue::from_static(value))
}

fn save() -> Fetch {
    Page::at(PAGE).fetch(URL).method("PUT").json("{}")
}

#[rustfmt::skip]
pub(crate) fn all() -> Vec<Mistake> {
    let timeout = TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, Duration::from_millis(20));
    let tower_http = tower_http::cors::CorsLayer::new().allow_origin([
        HeaderValue::from_static("https://admin.example.com"), HeaderValue::from_static("https://other.example.com"),
    ]);
    vec![
        Mistake {
            title: "The layer before the routes",
            code: "Router::new().layer(cors).route(\"/items/1\", put(save))",
            named: by_checkup(Router::new().layer(cors()).route("/items/1", put(|| async { "" })), save()),
            says: &["the route answers its own methods only", "`Router::layer` after the last route"],
        },
        Mistake {
            title: "A login outside the CORS layer",
            code: ".layer(cors).layer(login)",
            named: by_checkup(routes().layer(cors()).layer(from_fn(login)), save().header("authorization", "Bearer 1")),
            says: &["a login that runs before the CORS layer", "move the CORS layer outside the login"],
        },
        Mistake {
            title: "A timeout outside the CORS layer",
            code: ".layer(cors).layer(TimeoutLayer::…)",
            named: by_checkup(routes().layer(cors()).layer(timeout), Checkup::of(save()).also("/slow")),
            says: &["a timeout outside the CORS layer", "move the CORS layer outside the timeout"],
        },
        Mistake {
            title: "A layer that catches panics outside the CORS layer",
            code: ".layer(cors).layer(CatchPanicLayer::new())",
            named: by_checkup(routes().layer(cors()).layer(CatchPanicLayer::new()), Checkup::of(save()).panics("/panic")),
            says: &["the layer that catches panics stands outside the CORS layer", "move the CORS layer outside it"],
        },
        Mistake {
            title: "A rate limit outside the CORS layer",
            code: ".layer(cors).layer(rate_limit)",
            named: by_checkup(routes().layer(cors()).layer(from_fn(limit)), save()),
            says: &["a rate limit counts the preflight", "move the CORS layer outside the rate limit"],
        },
        Mistake {
            title: "Two CORS layers",
            code: ".layer(cors).layer(tower_http::cors::CorsLayer::new().allow_origin([admin, other]))",
            named: by_checkup(routes().layer(cors()).layer(tower_http), save()),
            says: &["two CORS layers", "keep one CORS layer, the outermost"],
        },
        Mistake {
            title: "Another layer adds a CORS header as well",
            code: ".layer(cors).layer(SetResponseHeaderLayer::appending(ACCESS_CONTROL_ALLOW_ORIGIN, …))",
            named: by_checkup(routes().layer(cors()).layer(append(header::ACCESS_CONTROL_ALLOW_ORIGIN, PAGE)), save()),
            says: &["two parts of the server each add the header", "let only one of them send CORS headers"],
        },
        Mistake {
            title: "Another layer replaces a CORS header",
            code: ".layer(cors).layer(SetResponseHeaderLayer::overriding(ACCESS_CONTROL_ALLOW_ORIGIN, \"*\"))",
            named: by_checkup(routes().layer(cors()).layer(overwrite(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")),
                save().credentials(Credentials::Include)),
            says: &["something outside the CORS layer sets \"access-control-allow-origin\" to \"*\"", "let only the CORS layer set the header"],
        },
        Mistake {
            title: "`Vary` lost to a cache or compression layer",
            code: ".layer(cors).layer(SetResponseHeaderLayer::overriding(VARY, \"accept-encoding\"))",
            named: by_checkup(routes().layer(cors()).layer(overwrite(header::VARY, "accept-encoding")), save()),
            says: &["replaces `Vary`", "have that layer append to `Vary`, or move the CORS layer outside it"],
        },
        Mistake {
            title: "An `OPTIONS` route that shadows the CORS layer",
            code: "put(save).layer(cors).options(|| async { \"\" })",
            named: by_checkup(
                Router::new().route("/items/1", put(|| async { "" }).layer(cors()).options(|| async { "" })), save()),
            says: &["an \"OPTIONS\" route answers the preflight", "remove the \"OPTIONS\" route"],
        },
        Mistake {
            title: "`route_layer`",
            code: "Router::new().route(\"/items/1\", put(save)).route_layer(cors)",
            named: by_checkup(routes().route_layer(cors()), save()),
            says: &["covers the routes only", "`Router::layer`, not `route_layer`"],
        },
    ]
}
