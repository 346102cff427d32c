//! axum 0.8: every place where the layer can go, over real connections.

use axum::{
    Router,
    handler::Handler as _,
    routing::{get, put},
};
use http::{Method, StatusCode};
use stacks::{APP, Server, seen, send};
use tower::{ServiceBuilder, util::option_layer};
use tower_cors::{CorsLayer, Decision, Origin, PolicyList};

/// What the pages see where the layer covers everything.
const ALL: &str = "GET 200, PUT 200, missing 404, foreign GET blocked, foreign PUT blocked";

fn cors() -> CorsLayer {
    CorsLayer::builder().allow_origin(APP).allow_methods(Method::PUT).build().expect("valid")
}

fn items() -> axum::routing::MethodRouter {
    get(|| async { "items" }).put(|| async { "put" })
}

async fn check(name: &str, app: Router, expected: &str) {
    let server = Server::axum(app).await;
    assert_eq!(seen(&server).await, expected, "{name}");
}

#[tokio::test]
async fn router_layer_after_the_routes() {
    check("Router::layer", Router::new().route("/items", items()).layer(cors()), ALL).await;
}

#[tokio::test]
async fn service_builder_with_the_layer_first() {
    let layers = ServiceBuilder::new().layer(cors()).layer(
        tower_http::set_header::SetResponseHeaderLayer::if_not_present(
            http::header::SERVER,
            http::HeaderValue::from_static("stacks"),
        ),
    );
    check("ServiceBuilder", Router::new().route("/items", items()).layer(layers), ALL).await;
}

#[tokio::test]
async fn method_router_layer_covers_its_route_alone() {
    let app = Router::new().route("/items", items().layer(cors()));
    let expected = ALL.replace("missing 404", "missing blocked");
    check("MethodRouter::layer", app, &expected).await;
}

#[tokio::test]
async fn around_the_whole_router() {
    use tower::Layer as _;
    let app = cors().layer(Router::new().route("/items", items()));
    let server = Server::hyper(app).await;
    assert_eq!(seen(&server).await, ALL);
}

#[tokio::test]
async fn merged_routers_and_a_fallback() {
    let app = Router::new()
        .merge(Router::new().route("/items", items()))
        .fallback(|| async { (StatusCode::NOT_FOUND, "nothing here") })
        .layer(cors());
    check("merge and fallback", app, ALL).await;
}

#[tokio::test]
async fn option_layer_present_and_absent() {
    let app = |cors| Router::new().route("/items", items()).layer(option_layer(cors));
    check("Some", app(Some(cors())), ALL).await;
    let nothing =
        "GET blocked, PUT blocked, missing blocked, foreign GET blocked, foreign PUT blocked";
    check("None", app(None), nothing).await;
}

#[tokio::test]
async fn nest_service() {
    use tower::Layer as _;
    let inner = cors().layer(Router::new().route("/", items()));
    let app = Router::new().nest_service("/items", inner);
    let expected = ALL.replace("missing 404", "missing blocked");
    check("nest_service", app, &expected).await;
}

/// The rows of the table in `guide/layers.md` that are mistakes within axum's routing: what of
/// [`ALL`] the pages do not see, and the status of the preflight for `PUT /items`. The fixes stand
/// beside them.
#[tokio::test]
async fn the_symptoms_of_the_guide_and_their_fixes() {
    let a = || async { "items" };
    let b = || async { "put" };
    let nothing = || async { (StatusCode::NOT_FOUND, "nothing here") };
    let on = |items| Router::new().route("/items", items);
    let nested = |items: Router| Router::new().nest("/items", items);
    let inner = || Router::new().route("/", items());
    let table: [(&str, Router, &[&str], u16); 14] = [
        (
            "routes after it",
            Router::new().layer(cors()).route("/items", items()),
            &["GET", "PUT"],
            405,
        ),
        ("after the routes", on(items()).layer(cors()), &[], 204),
        ("a fallback after it", on(items()).layer(cors()).fallback(nothing), &["missing"], 204),
        ("after the fallback", on(items()).fallback(nothing).layer(cors()), &[], 204),
        ("`route_layer`", on(items()).route_layer(cors()), &["missing"], 204),
        ("on a nested router", nested(inner().layer(cors())), &["missing"], 204),
        ("on the outermost router", nested(inner()).layer(cors()), &[], 204),
        ("a method after it", on(get(a).layer(cors()).put(b)), &["PUT", "missing"], 204),
        ("merged into a method", on(get(a).merge(put(b).layer(cors()))), &["GET", "missing"], 204),
        ("two routes", on(get(a)).route("/items", put(b).layer(cors())), &["GET", "missing"], 204),
        ("before a merge", on(put(b).layer(cors()).merge(get(a))), &["GET", "PUT", "missing"], 405),
        ("on one handler", on(get(a.layer(cors())).put(b)), &["PUT", "missing"], 405),
        (
            "on each handler",
            on(get(a.layer(cors())).put(b.layer(cors()))),
            &["PUT", "missing"],
            405,
        ),
        ("last on the method router", on(get(a).put(b).layer(cors())), &["missing"], 204),
    ];
    for (place, app, blocked, preflight) in table {
        let server = Server::axum(app).await;
        let mut expected = ALL.to_owned();
        for (name, seen) in [("GET", "GET 200"), ("PUT", "PUT 200"), ("missing", "missing 404")] {
            if blocked.contains(&name) {
                expected = expected.replacen(seen, &format!("{name} blocked"), 1);
            }
        }
        assert_eq!(seen(&server).await, expected, "{place}");
        let wire = match send(&server, server.fetch(APP, "/items").method("PUT")).await {
            Ok(answer) => answer.wire().to_vec(),
            Err(blocked) => blocked.wire().to_vec(),
        };
        assert_eq!(wire[0].status().expect("an answer"), preflight, "{place}: the preflight");
    }
}

/// The 404 of axum's own fallback under the prefix of a nested router is made outside of it.
#[tokio::test]
async fn unknown_paths_within_nest() {
    let nothing = || async { (StatusCode::NOT_FOUND, "nothing here") };
    let inner = || Router::new().route("/", items());
    let nested = |items: Router| Router::new().nest("/items", items);
    let table = [
        ("on the nested router", nested(inner().layer(cors())), false),
        ("after its own fallback", nested(inner().fallback(nothing).layer(cors())), true),
        ("on the outermost router", nested(inner()).layer(cors()), true),
    ];
    for (place, app, granted) in table {
        let server = Server::axum(app).await;
        let answer = send(&server, server.fetch(APP, "/items/missing")).await;
        assert_eq!(answer.is_ok(), granted, "{place}");
    }
}

/// The list is written with whole paths, and serves the layer wherever it stands.
#[tokio::test]
async fn a_policy_list_inside_nest_sees_the_original_path() {
    let list = || {
        PolicyList::from_toml(&format!(
            "[[policy]]\npaths = ['/api/items']\nallow_origin = '{APP}'\nallow_methods = 'PUT'"
        ))
        .expect("valid")
    };
    let layer = || CorsLayer::with_policies(list());
    let api = Router::new().route("/items", items()).layer(layer());
    let nested = Server::axum(Router::new().nest("/api", api)).await;
    let outside = Router::new().nest("/api", Router::new().route("/items", items()));
    let outside = Server::axum(outside.layer(layer())).await;
    for (place, server) in [("inside nest", nested), ("outside", outside)] {
        let answer = send(&server, server.fetch(APP, "/api/items").method("PUT")).await;
        assert_eq!(answer.expect("granted").status(), 200, "{place}");
    }
}

#[tokio::test]
async fn extractors_tell_the_decision_and_the_origin() {
    let handler = |decision: Decision, origin: Option<Origin>| async move {
        let origin = origin.map(|origin| origin.to_string()).unwrap_or_default();
        ([("x-decision", decision.to_string()), ("x-origin", origin)], "hello")
    };
    let cors = CorsLayer::builder()
        .allow_origin(APP)
        .expose_headers(["x-decision", "x-origin"])
        .build()
        .expect("valid");
    let app = Router::new().route("/", get(handler)).layer(cors.record_decision(true));
    let server = Server::axum(app).await;
    let answer = send(&server, server.fetch(APP, "/")).await.expect("granted");
    assert_eq!(answer.header("x-decision").as_deref(), Some("granted"));
    assert_eq!(answer.header("x-origin").as_deref(), Some(APP));
}

#[tokio::test]
async fn a_missing_decision_says_what_to_do() {
    use http_body_util::BodyExt as _;
    let handler = |decision: Decision| async move { decision.to_string() };
    let app = Router::new().route("/", get(handler)).layer(cors());
    let server = Server::axum(app).await;
    let answer = send(&server, server.fetch(APP, "/")).await.expect("granted");
    assert_eq!(answer.status(), 500);
    let body = answer.into_body().expect("a body").collect().await.expect("a body").to_bytes();
    assert_eq!(
        String::from_utf8_lossy(&body),
        "no CORS decision is recorded for this request; add `.record_decision(true)` to the CORS \
         layer, and add the layer to this route",
    );
}
