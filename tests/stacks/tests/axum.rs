//! axum 0.8: every place where the layer can go, over real connections.

use axum::{Router, routing::get};
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
