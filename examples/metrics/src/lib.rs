//! A service whose CORS decisions are counted, and served at `/metrics` in the text format of
//! Prometheus.
//!
//! Beside it, `deploy/alerts.yml` has an alert rule and `deploy/dashboard.json` a dashboard for
//! Grafana.

use axum::{Router, routing::get};
use metrics_exporter_prometheus::PrometheusHandle;
use tower_cors::{CorsLayer, PolicyErrors};

/// The service: an API behind the middleware, and the metrics beside it.
///
/// # Errors
///
/// What is wrong with the policy.
pub fn app(metrics: PrometheusHandle) -> Result<Router, PolicyErrors> {
    let cors = CorsLayer::builder()
        .allow_origin(["https://app.example.com", "https://*.example.org"])
        .allow_methods(["PUT", "DELETE"])
        .allow_headers(["authorization", "content-type"])
        .build()?
        .named("api");
    let api = Router::new().route("/items", get(async || "items")).layer(cors);
    // Outside the layer: what a scraper asks for is counted nowhere.
    Ok(api.route("/metrics", get(async move || metrics.render())))
}
