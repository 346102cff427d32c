//! `assert_healthy` against applications with a layer in the wrong place, each with the text that
//! says which layer to move.

use std::convert::Infallible;
use std::time::Duration;

use axum::{
    Router,
    body::Body,
    extract::Request,
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::{get, options, put},
};
use http::{Method, StatusCode, header};
use tower_browser::{
    Fetch, Page,
    checkup::{Checkup, Kind, Report, assert_healthy},
    options::{Credentials, Mode},
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    cors::{AllowOrigin, CorsLayer},
    set_header::SetResponseHeaderLayer,
    timeout::TimeoutLayer,
};

const PAGE: &str = "https://app.example.com";
const URL: &str = "https://api.example.com/items/1";

fn cors() -> CorsLayer {
    cors_for(PAGE)
}

fn cors_for(origin: &str) -> CorsLayer {
    CorsLayer::new()
        .allow_origin([origin.parse().unwrap(), "https://other.example".parse().unwrap()])
        .allow_methods([Method::PUT])
        .allow_headers([header::CONTENT_TYPE, header::AUTHORIZATION])
}

fn routes() -> Router {
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

async fn rate_limit(_: Request, _: Next) -> Response {
    StatusCode::TOO_MANY_REQUESTS.into_response()
}

fn save() -> Fetch {
    Page::at(PAGE).fetch(URL).method("PUT").json("{}")
}

fn save_logged_in() -> Fetch {
    save().header("authorization", "Bearer 1")
}

fn timeout() -> TimeoutLayer {
    TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, Duration::from_millis(50))
}

async fn report(app: Router, checkup: impl Into<Checkup>) -> Report {
    std::panic::set_hook(Box::new(|_| ()));
    let report = checkup.into().run(app).await;
    drop(std::panic::take_hook());
    report
}

fn overwrite(
    name: header::HeaderName,
    value: &'static str,
) -> SetResponseHeaderLayer<header::HeaderValue> {
    SetResponseHeaderLayer::overriding(name, header::HeaderValue::from_static(value))
}

struct Row {
    what: &'static str,
    app: Router,
    checkup: Checkup,
    kind: Kind,
    culprit: &'static str,
    suggestion: &'static str,
}

fn row(
    what: &'static str,
    app: Router,
    checkup: impl Into<Checkup>,
    kind: Kind,
    culprit: &'static str,
    suggestion: &'static str,
) -> Row {
    Row { what, app, checkup: checkup.into(), kind, culprit, suggestion }
}

#[rustfmt::skip]
fn wrong_orders() -> Vec<Row> {
    vec![
        row("the layer before the routes", Router::new().layer(cors()).merge(routes()), save(),
            Kind::RouteLayer, "the route answers its own methods only", "around the whole router"),
        row("the layer before a route of simple requests",
            Router::new().fallback(|| async { StatusCode::NOT_FOUND }).layer(cors()).route("/items/1", get(|| async { "ink" })),
            Page::at(PAGE).fetch(URL), Kind::LayerBeforeRoute, "was added after the CORS layer",
            "call `layer` after the last `route`"),
        row("a login outside", routes().layer(cors()).layer(from_fn(login)), save_logged_in(),
            Kind::LoginOutside, "a login that runs before the CORS layer answers the preflight",
            "move the CORS layer outside the login"),
        row("a timeout outside", routes().layer(cors()).layer(timeout()), Checkup::of(save()).also("/slow"),
            Kind::OutsideLayer, "a timeout outside the CORS layer", "move the CORS layer outside the timeout"),
        row("a layer outside that catches panics", routes().layer(cors()).layer(CatchPanicLayer::new()),
            Checkup::of(save()).panics("/panic"), Kind::Panic, "the layer that catches panics stands outside",
            "move the CORS layer outside it"),
        row("nothing that catches panics", routes().layer(cors()), Checkup::of(save()).panics("/panic"),
            Kind::Panic, "no layer turns the panic into a response", "a layer that catches panics, inside"),
        row("a rate limit outside", routes().layer(cors()).layer(from_fn(rate_limit)), save(),
            Kind::OutsideLayer, "a rate limit counts the preflight", "outside the rate limit"),
        row("two layers", routes().layer(cors()).layer(cors()), save(),
            Kind::TwoLayers, "two CORS layers", "keep one CORS layer, the outermost"),
        row("two layers, the outer one for another page",
            routes().layer(cors()).layer(cors_for("https://admin.example.com")), Page::at(PAGE).fetch(URL),
            Kind::TwoLayers, "the outer one does not allow the page's origin", "allow the origin there"),
        row("a handler that sets the header too",
            Router::new()
                .route("/items/1", put(|| async { ([("access-control-allow-origin", "https://app.example.com")], "") }))
                .layer(from_fn(append_by_hand)).layer(cors()).layer(from_fn(append_by_hand)),
            save(), Kind::Blocked, "two parts of the server each add the header", "only one of them"),
        row("a foreign header", routes().layer(cors().allow_credentials(true))
                .layer(overwrite(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")),
            save().credentials(Credentials::Include), Kind::ForeignHeader,
            "something outside the CORS layer sets", "by name"),
        row("a `Vary` that is replaced", routes().layer(cors()).layer(overwrite(header::VARY, "accept-encoding")),
            save(), Kind::Vary, "replaces `Vary`", "append to `Vary`"),
        row("an OPTIONS route", routes().layer(cors()).route("/items/2", options(|| async { "" })
                .put(|| async { "" }).layer(from_fn(append_by_hand_unless_options))),
            Page::at(PAGE).fetch("https://api.example.com/items/2").method("PUT"),
            Kind::OptionsRoute, "an \"OPTIONS\" route answers the preflight", "remove the \"OPTIONS\" route"),
        row("a layer on the route's methods",
            Router::new().route("/items/1", put(|| async { "" }).get(|| async { "" }).route_layer(cors())), save(),
            Kind::ErrorPages, "covers the routes only", "not `route_layer`"),
        row("`route_layer`", routes().route_layer(cors()), save(),
            Kind::ErrorPages, "covers the routes only", "not `route_layer`"),
        row("an origin that the server reflects", routes().layer(cors()
                .allow_origin(AllowOrigin::mirror_request()).allow_credentials(true)),
            save(), Kind::Reflected, "copies the request's `Origin`", "list the origins"),
        row("the mode no-cors", routes().layer(cors()), Page::at(PAGE).fetch(URL).mode(Mode::NoCors),
            Kind::Opaque, "the script uses the mode \"no-cors\"", "leave the mode out"),
        row("a header that is not exposed",
            routes().layer(cors()).layer(overwrite(header::HeaderName::from_static("x-total"), "7")),
            Checkup::of(save()).reads("X-Total"), Kind::NotExposed, "does not list \"x-total\"", "add \"x-total\""),
        row("a time that is not a number",
            routes().layer(cors()).layer(overwrite(header::ACCESS_CONTROL_MAX_AGE, "one day")), save(),
            Kind::MaxAge, "something else than a number of seconds", "access-control-max-age: 7200"),
        row("a misspelled header",
            routes().layer(overwrite(header::HeaderName::from_static("access-control-allow-origins"), PAGE)), save(),
            Kind::Blocked, "\"access-control-allow-origins\", which is not a header", "write \"access-control-allow-origin\""),
        row("http instead of https", routes().layer(cors_for("http://app.example.com")),
            Page::at(PAGE).fetch(URL), Kind::OtherForm, "the server allows \"http://app.example.com\"",
            "allow \"https://app.example.com\""),
        row("www", routes().layer(cors_for("https://www.app.example.com")), Page::at(PAGE).fetch(URL),
            Kind::OtherForm, "the server allows \"https://www.app.example.com\"", "allow \"https://app.example.com\""),
    ]
}

async fn append_by_hand(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().append("access-control-allow-origin", PAGE.parse().unwrap());
    response
}

async fn append_by_hand_unless_options(request: Request, next: Next) -> Response {
    if request.method() == Method::OPTIONS {
        return next.run(request).await;
    }
    append_by_hand(request, next).await
}

#[tokio::test(flavor = "current_thread")]
async fn each_wrong_order_is_named_with_its_fix() {
    for Row { what, app, checkup, kind, culprit, suggestion } in wrong_orders() {
        let report = report(app, checkup).await;
        let found = report.findings().iter().any(|finding| {
            finding.kind() == kind
                && finding.culprit().contains(culprit)
                && finding.suggestion().contains(suggestion)
        });
        assert!(found, "{what}: {report}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_healthy_application_passes() {
    let app =
        routes().layer(CatchPanicLayer::new()).layer(timeout()).layer(from_fn(login)).layer(cors());
    let checkup = Checkup::of(save_logged_in()).also("/slow").panics("/panic");
    let report = report(app, checkup).await;
    assert!(report.is_healthy(), "{report}");
}

#[tokio::test(flavor = "current_thread")]
async fn healthy_in_other_ways() {
    let any = CorsLayer::new().allow_origin(tower_http::cors::Any);
    let get = || Page::at(PAGE).fetch(URL);
    let rows = [
        ("any origin", routes().layer(any), get()),
        ("the same origin", routes(), Page::at("https://api.example.com").fetch(URL)),
        (
            "one origin, always sent",
            routes()
                .layer(CorsLayer::new().allow_origin(PAGE.parse::<header::HeaderValue>().unwrap())),
            get(),
        ),
    ];
    for (what, app, fetch) in rows {
        let report = report(app, fetch).await;
        assert!(report.is_healthy(), "{what}: {report}");
    }
}

#[tokio::test(flavor = "current_thread")]
#[should_panic(expected = "a login that runs before the CORS layer answers the preflight")]
async fn assert_healthy_panics_with_the_report() {
    assert_healthy(routes().layer(cors()).layer(from_fn(login)), save_logged_in()).await;
}

#[tokio::test(flavor = "current_thread")]
async fn other_body_types_and_failing_services() {
    let service = tower::service_fn(|_: http::Request<()>| async {
        Ok::<_, Infallible>(
            http::Response::builder().header("access-control-allow-origin", "*").body(7).unwrap(),
        )
    });
    let report = Checkup::of(Page::at(PAGE).fetch(URL)).run_with(service, |_| ()).await;
    assert!(report.is_healthy(), "{report}");

    let deaf = tower::service_fn(|request: http::Request<Body>| async move {
        if request.method() == Method::OPTIONS { Err("closed") } else { Ok(Response::default()) }
    });
    let report = Checkup::of(save()).run(deaf).await;
    assert_eq!(report.steps().len(), 2, "{report}");
    let finding = &report.findings()[0];
    assert_eq!(finding.kind(), Kind::OutsideLayer);
    assert_eq!(
        finding.to_string(),
        "the page cannot read \"https://api.example.com/items/1\": closed\n  culprit: the server, or a \
         firewall or proxy before it, does not answer the preflight's \"OPTIONS\", and answers \
         \"GET\"\n  suggestion: let \"OPTIONS\" through to the CORS layer"
    );

    let broken =
        tower::service_fn(|_: http::Request<Body>| async { Err::<Response, _>("refused") });
    let report = Checkup::of(Page::at(PAGE).fetch(URL)).run(broken).await;
    assert_eq!(report.steps().len(), 1, "{report}");
    assert_eq!(report.findings()[0].kind(), Kind::Blocked);
}
