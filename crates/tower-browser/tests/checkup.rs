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
    checkup::{Checkup, Finding, Kind, Purpose, Report, assert_healthy},
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

async fn login_unless_options(request: Request, next: Next) -> Response {
    if request.method() == Method::OPTIONS {
        next.run(request).await
    } else {
        login(request, next).await
    }
}

async fn rate_limit(_: Request, _: Next) -> Response {
    StatusCode::TOO_MANY_REQUESTS.into_response()
}

async fn rate_limit_of_missing(request: Request, next: Next) -> Response {
    if request.uri().path() == "/items/1" {
        next.run(request).await
    } else {
        StatusCode::TOO_MANY_REQUESTS.into_response()
    }
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
        row("localhost, and the page at its address", routes().layer(cors_for("http://localhost:3000")),
            Page::at("http://127.0.0.1:3000").fetch("http://127.0.0.1:4000/items/1"), Kind::OtherForm,
            "the server allows \"http://localhost:3000\", and the page is at \"http://127.0.0.1:3000\"",
            "allow \"http://127.0.0.1:3000\", or open the page at \"http://localhost:3000\""),
        row("an address, and the page at localhost", routes().layer(cors_for("http://127.0.0.1:3000")),
            Page::at("http://localhost:3000").fetch("http://localhost:4000/items/1").method("PUT"), Kind::OtherForm,
            "the server allows \"http://127.0.0.1:3000\"", "allow \"http://localhost:3000\", or open"),
        row("the address of IPv6, without a port", routes().layer(cors_for("http://[::1]")),
            Page::at("http://localhost").fetch("http://localhost:4000/items/1"), Kind::OtherForm,
            "the server allows \"http://[::1]\"", "allow \"http://localhost\", or open"),
        row("a cookie that the script reads",
            routes().layer(cors()).layer(overwrite(header::SET_COOKIE, "a=b")),
            Checkup::of(save()).reads("Set-Cookie"), Kind::NotExposed, "browsers hide \"set-cookie\"", "in the body"),
        row("a method router that does not know OPTIONS",
            Router::new().route("/items/1", put(|| async { "" }).get(|| async { "" }).layer(cors())
                .options(|| async { StatusCode::NOT_IMPLEMENTED })), save(),
            Kind::RouteLayer, "inside method routing", "not `route_layer`"),
        row("a rate limit that some requests reach", routes().layer(cors()).layer(from_fn(rate_limit_of_missing)), save(),
            Kind::OutsideLayer, "a rate limit outside the CORS layer", "outside the rate limit"),
        row("www", routes().layer(cors_for("https://www.app.example.com")), Page::at(PAGE).fetch(URL),
            Kind::OtherForm, "the server allows \"https://www.app.example.com\"", "allow \"https://app.example.com\""),
    ]
}

async fn append_by_hand(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().append("access-control-allow-origin", PAGE.parse().unwrap());
    response
}

/// Preflights and successes have CORS headers, error pages none.
async fn grant_successes(request: Request, next: Next) -> Response {
    if request.method() == Method::OPTIONS {
        let allowed = [
            ("access-control-allow-origin", PAGE),
            ("access-control-allow-methods", "PUT"),
            ("access-control-allow-headers", "content-type"),
        ];
        return (StatusCode::NO_CONTENT, allowed).into_response();
    }
    let response = next.run(request).await;
    if response.status().is_success() {
        ([("access-control-allow-origin", PAGE)], response).into_response()
    } else {
        response
    }
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

/// What one mistake causes elsewhere is not found a second time, as another mistake.
#[tokio::test(flavor = "current_thread")]
async fn one_mistake_is_one_finding() {
    #[rustfmt::skip]
    let rows = [
        ("a login outside", routes().layer(cors()).layer(from_fn(login)), save_logged_in(), Kind::LoginOutside),
        ("a login outside, and a page without one", routes().layer(cors()).layer(from_fn(login)), save(), Kind::LoginOutside),
        ("the same with a plain GET", routes().layer(cors()).layer(from_fn(login)),
            Page::at(PAGE).fetch(URL), Kind::LoginOutside),
        ("a login outside that lets preflights through", routes().layer(cors()).layer(from_fn(login_unless_options)),
            save_logged_in(), Kind::LoginOutside),
        ("a rate limit outside", routes().layer(cors()).layer(from_fn(rate_limit)), save(), Kind::OutsideLayer),
        ("no layer", routes(), save(), Kind::RouteLayer),
        ("no layer, with a plain GET", routes(), Page::at(PAGE).fetch(URL), Kind::Blocked),
        ("a route without GET, and error pages without a layer",
            Router::new().route("/items/1", put(|| async { "" })).layer(from_fn(grant_successes)), save(), Kind::ErrorPages),
        // A page at the API's own origin needs no grant, so nothing is known of what the server allows.
        ("another name of the API", routes().layer(cors()),
            Page::at("http://127.0.0.1:4000").fetch("http://localhost:4000/items/1"), Kind::Blocked),
        ("the API without www", routes().layer(cors()),
            Page::at("https://www.example.com").fetch("https://example.com/items/1"), Kind::Blocked),
    ];
    for (what, app, fetch, kind) in rows {
        let report = report(app, fetch).await;
        let kinds: Vec<Kind> = report.findings().iter().map(Finding::kind).collect();
        assert_eq!(kinds, [kind], "{what}: {report}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_fallback_that_answers_with_a_page_is_not_called_an_error_page() {
    let app = Router::new().route("/items/1", get(|| async { "" })).layer(cors());
    let report = report(app.fallback(|| async { "<html>" }), Page::at(PAGE).fetch(URL)).await;
    assert_eq!(report.findings().len(), 1, "{report}");
    let finding = &report.findings()[0];
    assert_eq!(finding.kind(), Kind::ErrorPages);
    assert!(finding.what().contains("what answers unknown paths"), "{report}");
    assert!(finding.what().contains("(status 200)"), "{report}");
}

/// The plain `GET` is a step of its own only where it differs from the fetch.
#[tokio::test(flavor = "current_thread")]
async fn no_request_is_sent_twice() {
    let get = || Page::at(PAGE).fetch(URL);
    let rows = [
        ("a plain GET", get(), 0),
        ("in lower case", get().method("get"), 0),
        ("with cookies", get().credentials(Credentials::Include), 0),
        ("with a login", get().header("authorization", "Bearer 1"), 1),
        ("another method", get().method("PUT"), 1),
        ("another mode", get().mode(Mode::NoCors), 1),
    ];
    for (what, fetch, expected) in rows {
        let report = report(routes().layer(cors()), fetch).await;
        let plain = report.steps().iter().filter(|step| *step.purpose() == Purpose::Plain).count();
        assert_eq!(plain, expected, "{what}: {report}");
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
