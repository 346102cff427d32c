//! Shadow policies: from the builder, from a file, and what they report.

use http::{Request, Response};
use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
    time::Duration,
};
use tower::{Layer, ServiceExt, service_fn};
use tower_cors::{
    CorsLayer, Policy, PolicyList, Reloadable, observe::ShadowReport, select::SelectPolicy,
};

const FILE: &str = r#"
[[policy]]
name = "app"
paths = ["/api/{*rest}"]
allow_origin = "https://*.example.com"

[[policy]]
name = "app"
shadow = true
paths = ["/api/{*rest}"]
allow_origin = "https://app.example.com"

[[policy]]
allow_origin = "*"
"#;

async fn call<P: SelectPolicy + Clone>(cors: &CorsLayer<P>, path: &str, origin: &str) {
    let inner = service_fn(|_: Request<()>| async { Ok::<_, Infallible>(Response::new(())) });
    let request = Request::get(path).header("origin", origin).body(()).unwrap();
    let response = cors.layer(inner).oneshot(request).await.unwrap();
    assert!(response.headers().contains_key("access-control-allow-origin"), "never enforced");
}

type Reports = Arc<Mutex<Vec<ShadowReport>>>;

/// A report with each request on which the policies differ.
fn reporting<P>(cors: CorsLayer<P>) -> (CorsLayer<P>, Reports) {
    let reports = Reports::default();
    let kept = reports.clone();
    let report = move |report: &ShadowReport| kept.lock().unwrap().push(report.clone());
    (cors.report_shadow(Duration::ZERO, report), reports)
}

#[tokio::test]
async fn entries_of_a_file() {
    let list = PolicyList::from_toml(FILE).unwrap();
    assert_eq!(list.to_string().lines().count(), 2, "{list}");
    assert_eq!(list.shadow().unwrap().to_string().lines().count(), 1);
    let (cors, reports) = reporting(CorsLayer::with_policies(list).with_shadow_entries());
    call(&cors, "/api/items", "https://app.example.com").await;
    call(&cors, "/other", "https://other.example").await;
    assert_eq!(*reports.lock().unwrap(), [], "nothing differs, or is not covered");
    call(&cors, "/api/items", "https://old.example.com").await;
    let reports = reports.lock().unwrap();
    assert_eq!(
        reports.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [
            "1 of 1 requests differ; 1 actual, granted, shadow origin_not_allowed, from https://old.example.com"
        ]
    );
    assert_eq!((reports[0].would_be_refused(), reports[0].would_be_granted()), (1, 0));
}

#[tokio::test]
async fn entries_of_a_reloaded_file() {
    let (policies, handle) =
        Reloadable::new(PolicyList::from_toml(r#"allow_origin = "*""#).unwrap());
    let cors = CorsLayer::with_policies(policies).with_shadow_entries();
    let (cors, reports) = reporting(cors);
    call(&cors, "/api/items", "https://old.example.com").await;
    assert_eq!(reports.lock().unwrap().len(), 0);
    handle.replace(PolicyList::from_toml(FILE).unwrap());
    call(&cors, "/api/items", "https://old.example.com").await;
    assert_eq!(reports.lock().unwrap().len(), 1);
}

/// In a file, entries that cover no request of a path leave it out; policies that are set in code are
/// compared with every request.
#[tokio::test]
async fn a_request_that_no_shadow_policy_covers() {
    let everywhere = || Policy::builder().allow_origin("*").build().unwrap();
    let list =
        PolicyList::from_toml("[[policy]]\npaths = [\"/api\"]\nallow_origin = \"*\"").unwrap();
    let (cors, reports) = reporting(CorsLayer::with_policies(everywhere()));
    let told = Arc::new(Mutex::new(Vec::new()));
    let kept = told.clone();
    let cors = cors.shadow(list, move |live, shadow, parts| {
        kept.lock().unwrap().push(format!("{} {live}, {shadow}", parts.uri.path()));
    });
    call(&cors, "/api", "https://app.example.com").await;
    call(&cors, "/other", "https://app.example.com").await;
    assert_eq!(*told.lock().unwrap(), ["/other granted, not CORS"]);
    assert_eq!(reports.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_report_counts_requests_and_names_the_first_origins() {
    let policy = |origin: &str| Policy::builder().allow_origin(origin).build().unwrap();
    let reports = Reports::default();
    let kept = reports.clone();
    let cors = CorsLayer::with_policies(policy("https://*.example.com"))
        .report_shadow(Duration::from_millis(300), move |report| {
            kept.lock().unwrap().push(report.clone());
        })
        .shadow(policy("https://app.example.com"), |_, _, _| ());
    for i in 0..10 {
        call(&cors, "/", &format!("https://tenant-{i}.example.com")).await;
        call(&cors, "/", &format!("https://tenant-{i}.example.com")).await;
        call(&cors, "/", "https://app.example.com").await;
    }
    assert_eq!(*reports.lock().unwrap(), []);
    tokio::time::sleep(Duration::from_millis(400)).await;
    call(&cors, "/", "https://app.example.com").await;
    let reports = reports.lock().unwrap();
    assert_eq!(
        reports.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["20 of 31 requests differ; 20 actual, granted, shadow origin_not_allowed, from \
          https://tenant-0.example.com, https://tenant-1.example.com, https://tenant-2.example.com, \
          https://tenant-3.example.com, https://tenant-4.example.com"]
    );
}

#[test]
fn errors_name_the_place_among_all_entries() {
    let errors = |text: &str| PolicyList::from_toml(text).unwrap_err().to_string();
    assert_eq!(
        errors(
            r#"
[[policy]]
allow_origin = "*"

[[policy]]
shadow = true
name = "x"
paths = ["/x"]
allow_origin = "*"

[[policy]]
shadow = true
name = "x"
paths = ["/:y"]
allow_origin = "*"
"#
        ),
        r#"line 13: policy[2].name: "x" is already the name of policy[1]; choose another name
line 14: policy[2].paths[0]: "/:y" is the syntax of another router and would only match itself; write "/{y}""#
    );
    assert_eq!(
        errors("[[policy]]\noff = true\nshadow = true\n"),
        "line 3: policy[0].shadow: cannot be combined with `off`; remove one of the two"
    );
}
