//! `assert_healthy` of `tower-browser` against applications with this crate's layer: each layer in the
//! wrong place is named with its fix, and no healthy application fails.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post, put};
use http::{HeaderValue, Method, StatusCode, header};
use tower_browser::checkup::{Checkup, Kind, Report};
use tower_browser::options::{Credentials, RequestBody};
use tower_browser::{Fetch, Page};
use tower_cors::routes::PolicyEntry;
use tower_cors::{CorsLayer, Policy, PolicyList};

const PAGE: &str = "https://app.example.com";
const API: &str = "https://api.example.com";

fn policy() -> Policy {
    Policy::builder()
        .allow_origin([PAGE, "https://admin.example.com"])
        .allow_methods(["PUT", "DELETE"])
        .allow_headers(["content-type", "authorization", "x-grpc-web"])
        .expose_headers(["grpc-status", "x-total"])
        .build()
        .expect("a valid policy")
}

fn with_credentials() -> Policy {
    Policy::builder()
        .allow_origin([PAGE, "https://admin.example.com"])
        .allow_methods(["PUT"])
        .allow_headers(["content-type", "authorization"])
        .allow_credentials(true)
        .build()
        .expect("a valid policy")
}

fn cors() -> CorsLayer {
    CorsLayer::with_policies(policy())
}

fn routes() -> Router {
    Router::new()
        .route("/items/{id}", get(item).put(|| async { "saved" }))
        .route("/slow", get(|| async { tokio::time::sleep(Duration::from_secs(60)).await }))
        .route("/panic", get(|| async { panics() }))
}

async fn item(Path(id): Path<u32>) -> String {
    id.to_string()
}

fn panics() {
    panic!("on purpose");
}

fn save() -> Fetch {
    Page::at(PAGE).fetch(format!("{API}/items/1")).method("PUT").json("{}")
}

fn read(path: &str) -> Fetch {
    Page::at(PAGE).fetch(format!("{API}{path}"))
}

fn logged_in(fetch: Fetch) -> Fetch {
    fetch.header("authorization", "Bearer 1")
}

async fn login(request: Request, next: Next) -> Response {
    if request.headers().contains_key("authorization") {
        next.run(request).await
    } else {
        StatusCode::UNAUTHORIZED.into_response()
    }
}

async fn login_but_not_for_options(request: Request, next: Next) -> Response {
    if request.method() == Method::OPTIONS {
        return next.run(request).await;
    }
    login(request, next).await
}

async fn to_login_page(request: Request, next: Next) -> Response {
    if request.headers().contains_key("cookie") {
        return next.run(request).await;
    }
    axum::response::Redirect::temporary("/login").into_response()
}

async fn timeout(request: Request, next: Next) -> Response {
    let limit = Duration::from_millis(50);
    let response = tokio::time::timeout(limit, next.run(request)).await;
    response.unwrap_or_else(|_| StatusCode::GATEWAY_TIMEOUT.into_response())
}

async fn rate_limit(_: Request, _: Next) -> Response {
    StatusCode::TOO_MANY_REQUESTS.into_response()
}

async fn catch_panic(request: Request, next: Next) -> Response {
    let task = tokio::spawn(next.run(request));
    task.await.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

async fn replaces_vary(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    response
}

async fn appends_vary(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept-encoding"));
    response
}

async fn removes_vary(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().remove(header::VARY);
    response
}

async fn any_origin_outside(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let any = HeaderValue::from_static("*");
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, any);
    response
}

async fn adds_the_header_too(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let page = HeaderValue::from_static(PAGE);
    response.headers_mut().append(header::ACCESS_CONTROL_ALLOW_ORIGIN, page);
    response
}

async fn refuses_body(request: Request, next: Next) -> Response {
    if request.method() == Method::PUT {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    }
    next.run(request).await
}

async fn report(app: Router, checkup: impl Into<Checkup>) -> Report {
    checkup.into().run::<_, Body>(app).await
}

type Row = (&'static str, Router, Checkup, Kind, &'static str);

/// What is wrong, the application, what is asked, and the finding with a part of its suggestion.
#[rustfmt::skip]
fn wrong() -> Vec<Row> {
    let all = || Checkup::of(save());
    vec![
        ("the layer before the routes", Router::new().layer(cors()).merge(routes()), all(),
         Kind::RouteLayer, "around the whole router"),
        ("the layer before one route", routes().layer(cors()).route("/late", get(|| async { "" })), read("/late").into(),
         Kind::LayerBeforeRoute, "call `layer` after the last `route`"),
        ("the fallback after the layer", routes().layer(cors()).fallback(|| async { StatusCode::NOT_FOUND }), all(),
         Kind::ErrorPages, "after the fallback"),
        ("`route_layer`", routes().route_layer(cors()), all(), Kind::ErrorPages, "not `route_layer`"),
        ("the layer on one method router", Router::new().route("/items/{id}", put(|| async { "" }).layer(cors())), all(),
         Kind::ErrorPages, "not `route_layer`"),
        ("a login outside", routes().layer(cors()).layer(from_fn(login)), logged_in(save()).into(),
         Kind::LoginOutside, "outside the login"),
        ("a login outside that lets OPTIONS through", routes().layer(cors()).layer(from_fn(login_but_not_for_options)),
         logged_in(save()).into(), Kind::LoginOutside, "outside the login"),
        ("a redirect to a login outside", routes().layer(cors()).layer(from_fn(to_login_page)), all(),
         Kind::Redirected, "answer 401 to scripts"),
        ("a timeout outside", routes().layer(cors()).layer(from_fn(timeout)), all().also("/slow"),
         Kind::OutsideLayer, "outside the timeout"),
        ("a rate limit outside", routes().layer(cors()).layer(from_fn(rate_limit)), all(),
         Kind::OutsideLayer, "outside the rate limit"),
        ("a body limit outside", routes().layer(cors()).layer(from_fn(refuses_body)), all(),
         Kind::OutsideLayer, "outside the limit"),
        ("a layer outside that catches panics", routes().layer(cors()).layer(from_fn(catch_panic)), all().panics("/panic"),
         Kind::Panic, "move the CORS layer outside it"),
        ("nothing that catches panics", routes().layer(cors()), all().panics("/panic"),
         Kind::Panic, "inside the CORS layer"),
        ("`Vary` replaced outside", routes().layer(cors()).layer(from_fn(replaces_vary)), all(),
         Kind::Vary, "append to `Vary`"),
        ("`Vary` removed outside", routes().layer(cors()).layer(from_fn(removes_vary)), all(),
         Kind::Vary, "add `Origin` to `Vary`"),
        ("a foreign header outside", routes().layer(CorsLayer::with_policies(with_credentials())).layer(from_fn(any_origin_outside)),
         save().credentials(Credentials::Include).into(), Kind::ForeignHeader, "by name"),
        ("a header outside a second time", routes().layer(cors()).layer(from_fn(adds_the_header_too)), all(),
         Kind::Blocked, "let only one of them"),
        ("an OPTIONS route after the layer", routes().layer(cors()).merge(Router::new().route("/other",
            axum::routing::options(|| async { "" }).put(|| async { ([(header::ACCESS_CONTROL_ALLOW_ORIGIN, PAGE)], "") })
                .get(|| async { ([(header::ACCESS_CONTROL_ALLOW_ORIGIN, PAGE)], "") }))),
         read("/other").method("PUT").into(), Kind::OptionsRoute, "remove the \"OPTIONS\" route"),
        ("a header that is not exposed", routes().layer(from_fn(|request: Request, next: Next| async move {
            let mut response = next.run(request).await;
            response.headers_mut().insert("x-secret", HeaderValue::from_static("1"));
            response })).layer(cors()), all().reads("X-Secret"), Kind::NotExposed, "add \"x-secret\""),
    ]
}

#[tokio::test]
async fn each_mistake_is_named_with_its_fix() {
    let mut faults = Vec::new();
    for (what, app, checkup, kind, suggestion) in wrong() {
        let report = report(app, checkup).await;
        let is_named = report
            .findings()
            .first()
            .is_some_and(|it| it.kind() == kind && it.suggestion().contains(suggestion));
        if !is_named {
            faults.push(format!("{what}: {report}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

fn list() -> PolicyList {
    PolicyList::builder()
        .entry(PolicyEntry::new(policy()).named("items").paths(["/items/{*rest}"]))
        .entry(
            PolicyEntry::new(
                Policy::builder().allow_origin(["*"]).build().expect("a valid policy"),
            )
            .named("public")
            .paths(["/public/{*rest}"]),
        )
        .entry(PolicyEntry::off().paths(["/hooks/{*rest}"]))
        .build()
        .expect("a valid list")
}

/// Answers like a gRPC server: 200 with a status in a header, 415 to what is not gRPC.
async fn grpc(request: Request) -> Response {
    let kind = request.headers().get(header::CONTENT_TYPE);
    if kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc")) {
        return ([("grpc-status", "0"), ("content-type", "application/grpc-web+proto")], "")
            .into_response();
    }
    StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response()
}

#[rustfmt::skip]
fn healthy() -> Vec<(&'static str, Router, Checkup)> {
    let inside = || routes().layer(from_fn(catch_panic)).layer(from_fn(timeout)).layer(from_fn(login)).layer(cors());
    let enforcing = Policy::builder().allow_origin([PAGE, "https://admin.example.com"]).allow_methods(["PUT"])
        .allow_headers(["content-type"]).enforce(true).build().expect("a valid policy");
    let any_origin = || Policy::builder().allow_origin(["*"]).allow_methods(["PUT"]).allow_headers(["content-type"])
        .build().expect("a valid policy");
    vec![
        ("all layers inside", inside(), Checkup::of(logged_in(save())).also("/slow").panics("/panic").also("/items/x")),
        ("an API that answers 401 to everything", Router::new().fallback(|| async { StatusCode::UNAUTHORIZED }).layer(cors()),
         logged_in(save()).into()),
        ("the login inside, and no login sent", inside(), save().into()),
        ("a list of policies", routes().layer(CorsLayer::with_policies(list())), save().into()),
        ("a list of policies, the public part", Router::new().route("/public/{name}", get(|| async { "" }))
            .layer(CorsLayer::with_policies(list())), read("/public/logo").into()),
        ("a path that is off, asked from its own page", Router::new().route("/hooks/{name}", post(|| async { "" }))
            .layer(CorsLayer::with_policies(list())), Page::at(API).fetch(format!("{API}/hooks/x")).method("POST").into()),
        ("a nested router", Router::new().nest("/v1", routes()).layer(cors()), read("/v1/items/1").into()),
        ("a nested router with a layer and a fallback of its own", Router::new()
            .nest("/v1", routes().fallback(|| async { StatusCode::NOT_FOUND }).layer(cors())).route("/", get(|| async { "" })),
         read("/v1/items/1").into()),
        ("a gRPC service", Router::new().route("/shop.Items/Get", any(grpc)).layer(cors()),
         Checkup::of(read("/shop.Items/Get").method("POST").header("x-grpc-web", "1")
            .body(RequestBody::blob("", "application/grpc-web+proto"))).reads("grpc-status")),
        ("one method only", Router::new().route("/items/{id}", put(|| async { "" })).layer(cors()), save().into()),
        ("enforced", routes().layer(CorsLayer::with_policies(enforcing)), save().into()),
        ("credentials", routes().layer(CorsLayer::with_policies(with_credentials())), save().credentials(Credentials::Include).into()),
        ("any origin", routes().layer(CorsLayer::with_policies(any_origin())), save().into()),
        ("`Vary` appended outside", routes().layer(cors()).layer(from_fn(appends_vary)), save().into()),
        ("`Vary` of the handler", routes().layer(from_fn(appends_vary)).layer(cors()), save().into()),
        ("a handler that names `Origin` itself", Router::new().route("/items/{id}",
            get(|| async { ([(header::VARY, "origin")], "") })).layer(cors()), read("/items/1").into()),
        ("the page of a single-page application", Router::new().fallback(|| async { ([(header::CONTENT_TYPE, "text/html")], "<html>") })
            .layer(cors()), read("/items/1").into()),
        ("a redirect inside", Router::new().route("/old", get(|| async { axum::response::Redirect::permanent("/items/1") }))
            .merge(routes()).layer(cors()), read("/old").into()),
        ("not stored anywhere, so `Vary` does not matter", routes().layer(cors()).layer(from_fn(removes_vary)).layer(from_fn(
            |request: Request, next: Next| async move {
                let mut response = next.run(request).await;
                response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
                response })), save().into()),
        ("a fetch that the page may not make is not the layer's fault elsewhere", routes().layer(cors()), read("/items/1").into()),
        ("a WebView", routes().layer(CorsLayer::with_policies(Policy::builder().allow_origin(["capacitor://localhost"])
            .allow_methods(["PUT"]).allow_headers(["content-type"]).build().expect("a valid policy"))),
         Page::at("capacitor://localhost").fetch(format!("{API}/items/1")).method("PUT").json("{}").into()),
    ]
}

#[tokio::test]
async fn healthy_applications_pass() {
    let mut faults = Vec::new();
    for (what, app, checkup) in healthy() {
        let report = report(app, checkup).await;
        if !report.is_healthy() {
            faults.push(format!("{what}: {report}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

fn cors_for<const N: usize>(origins: [&str; N]) -> CorsLayer {
    let policy = Policy::builder().allow_origin(origins).allow_methods("PUT");
    CorsLayer::with_policies(policy.allow_headers("content-type").build().expect("a valid policy"))
}

/// A layer that refuses the page, alone or around one that allows it: from outside, these are the same,
/// so the suggestion names both, and nothing else is found.
#[tokio::test]
async fn a_layer_that_refuses_the_page_is_named_alone() {
    let other = || cors_for(["https://b.example", "https://c.example"]);
    let single = || cors_for(["https://b.example"]);
    let enforcing = || {
        let policy = Policy::builder().allow_origin(["https://b.example", "https://c.example"]);
        CorsLayer::with_policies(policy.enforce(true).build().expect("a valid policy"))
    };
    let inner = || routes().layer(cors());
    let both = "add \"https://app.example.com\" to its allowed origins; if a layer lists it already, another CORS layer stands outside that one and overrides it: keep one";
    let add = "add \"https://app.example.com\" to the allowed origins";
    let form =
        "allow \"https://app.example.com\", or redirect the page to \"http://app.example.com\"";
    for (what, app, checkup, kind, suggestion) in [
        (
            "one layer, a simple request",
            routes().layer(other()),
            read("/items/1"),
            Kind::Blocked,
            both,
        ),
        ("one layer, a preflight", routes().layer(other()), save(), Kind::Blocked, both),
        (
            "one layer that enforces",
            routes().layer(enforcing()),
            read("/items/1"),
            Kind::Blocked,
            both,
        ),
        (
            "one layer that enforces, a preflight",
            routes().layer(enforcing()),
            save(),
            Kind::Blocked,
            both,
        ),
        (
            "one layer for one origin",
            routes().layer(single()),
            read("/items/1"),
            Kind::Blocked,
            add,
        ),
        (
            "one layer for one origin, a preflight",
            routes().layer(single()),
            save(),
            Kind::Blocked,
            both,
        ),
        (
            "two layers, a simple request",
            inner().layer(other()),
            read("/items/1"),
            Kind::Blocked,
            both,
        ),
        ("two layers, a preflight", inner().layer(other()), save(), Kind::Blocked, both),
        (
            "two layers, the outer one enforces",
            inner().layer(enforcing()),
            save(),
            Kind::Blocked,
            both,
        ),
        (
            "two layers, the outer one for one origin",
            inner().layer(single()),
            save(),
            Kind::Blocked,
            both,
        ),
        (
            "http instead of https, a preflight",
            routes().layer(cors_for(["http://app.example.com", "https://c.example"])),
            save(),
            Kind::OtherForm,
            form,
        ),
    ] {
        let report = report(app, checkup).await;
        let findings = report.findings().iter().map(|it| (it.kind(), it.suggestion()));
        assert_eq!(findings.collect::<Vec<_>>(), [(kind, suggestion)], "{what}: {report}");
    }
}
