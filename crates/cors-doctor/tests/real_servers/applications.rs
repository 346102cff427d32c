//! axum applications with tower-http's `cors`, most with one mistake.

use std::collections::HashMap;

use axum::Router;
use axum::routing::{get, put};
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use tower_http::cors::{AllowHeaders, CorsLayer};
use tower_http::set_header::SetResponseHeaderLayer;

const PAGE: &str = "https://app.example.com";

fn cors(origin: &str) -> CorsLayer {
    CorsLayer::new()
        .allow_origin([origin.parse().unwrap(), "https://other.example".parse().unwrap()])
        .allow_methods([Method::PUT, Method::PATCH])
        .allow_headers([header::AUTHORIZATION])
}

fn routes() -> Router {
    Router::new()
        .route("/items/1", get(|| async { "ink" }).put(|| async { "saved" }))
        .route("/error", get(|| async { StatusCode::INTERNAL_SERVER_ERROR }))
}

fn overwrite(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
}

fn all() -> Vec<(&'static str, Router)> {
    let one_route = |cors| Router::new().route("/items/1", put(|| async { "" }).route_layer(cors));
    vec![
        ("healthy", routes().layer(cors(PAGE))),
        ("layer_before_routes", Router::new().layer(cors(PAGE)).merge(routes())),
        ("route_layer", one_route(cors(PAGE))),
        ("http", routes().layer(cors("http://app.example.com"))),
        ("www", routes().layer(cors("https://www.app.example.com"))),
        (
            "loopback",
            routes().layer(
                CorsLayer::new()
                    .allow_origin("http://127.0.0.1:5173".parse::<HeaderValue>().unwrap()),
            ),
        ),
        ("localhost", routes().layer(cors("http://localhost:3000"))),
        (
            "vary_replaced",
            routes().layer(cors(PAGE)).layer(overwrite(header::VARY, "accept-encoding")),
        ),
        ("any_header", routes().layer(cors(PAGE).allow_headers(AllowHeaders::any()))),
        (
            "foreign",
            routes()
                .layer(cors(PAGE).allow_credentials(true))
                .layer(overwrite(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")),
        ),
        ("two_layers", routes().layer(cors(PAGE)).layer(cors("https://admin.example.com"))),
        ("two_healthy_layers", routes().layer(cors(PAGE)).layer(cors(PAGE))),
    ]
}

/// Serves all of them; they end with the runtime.
pub(crate) async fn serve() -> HashMap<String, u16> {
    let mut ports = HashMap::new();
    for (name, app) in all() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        ports.insert(name.to_owned(), listener.local_addr().unwrap().port());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    }
    ports
}
