//! What a scraper reads after some requests. One test: a process has one recorder.

use axum::{Router, body::Body, http::Request};
use http_body_util::BodyExt;
use metrics_exporter_prometheus::PrometheusBuilder;
use tower::ServiceExt;

async fn get(app: &Router, request: Request<Body>) -> String {
    let response = app.clone().oneshot(request).await.unwrap();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

#[tokio::test]
async fn requests_are_counted_and_scraped() {
    let metrics = PrometheusBuilder::new().install_recorder().unwrap();
    tower_cors::observe::describe_metrics();
    let app = metrics_example::app(metrics).unwrap();
    let request = |origin: &str| Request::get("/items").header("origin", origin);
    for (origin, times) in [("https://app.example.com", 3), ("https://evil.example", 2)] {
        for _ in 0..times {
            get(&app, request(origin).body(Body::empty()).unwrap()).await;
        }
    }
    let preflight = |method: &str| {
        Request::options("/items")
            .header("origin", "https://app.example.com")
            .header("access-control-request-method", method)
            .body(Body::empty())
            .unwrap()
    };
    get(&app, preflight("PUT")).await;
    get(&app, preflight("PATCH")).await;
    get(&app, Request::get("/items").body(Body::empty()).unwrap()).await;

    let text = get(&app, Request::get("/metrics").body(Body::empty()).unwrap()).await;
    let decisions = |kind: &str, outcome: &str, reason: &str| {
        let labels = format!(
            r#"{{layer="api",policy="",kind="{kind}",outcome="{outcome}",reason="{reason}"}}"#
        );
        let name = format!("tower_cors_decisions_total{labels} ");
        let line = text.lines().find_map(|line| line.strip_prefix(&name));
        line.unwrap_or_else(|| panic!("no {name} in\n{text}")).parse::<u64>().unwrap()
    };
    assert_eq!(decisions("actual", "granted", ""), 3);
    assert_eq!(decisions("actual", "refused", "origin_not_allowed"), 2);
    assert_eq!(decisions("preflight", "granted", ""), 1);
    assert_eq!(decisions("preflight", "refused", "method_not_allowed"), 1);
    assert_eq!(decisions("not_cors", "not_cors", ""), 1);
    assert!(text.contains(r#"tower_cors_preflights_answered_total{layer="api",policy=""} 2"#));
    assert!(text.contains("# HELP tower_cors_decisions_total Decisions on requests"), "{text}");
    // Strangers choose origins, so no time series has one.
    assert!(!text.contains("example"), "{text}");
}

/// What the alerts and the dashboard ask for is counted.
#[test]
fn alerts_and_dashboard_name_counters_that_exist() {
    let dashboard = include_str!("../deploy/dashboard.json");
    serde_json::from_str::<serde_json::Value>(dashboard).unwrap();
    let counted = include_str!("../../../src/observe/metrics.rs");
    for text in [dashboard, include_str!("../deploy/alerts.yml")] {
        for (at, _) in text.match_indices("tower_cors_") {
            let name = text[at..].split(|c: char| !c.is_ascii_lowercase() && c != '_').next();
            let name = name.unwrap();
            assert!(counted.contains(&format!("{name:?}")), "{name}");
        }
    }
}
