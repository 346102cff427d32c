//! The whole of it on SQLite: what is entered, what is refused, and what a page then can do.

mod support;

use axum::http::StatusCode;
use serde_json::{Value, json};
use sqlx::{AnyConnection, Connection};
use std::time::Duration;
use support::{
    NEVER,
    Verdict::{Granted, Refused},
    ask, edit, edited, eventually, get, start,
};
use tenants::Settings;

const MEMORY: &str = "sqlite::memory:";
const SHOP: &str = "https://shop.example";

#[tokio::test]
async fn an_edit_takes_effect_at_once_for_that_tenant_only() {
    let app = start(MEMORY, NEVER).await;
    assert_eq!(ask(&app, "acme", SHOP).await, Refused);
    edited(&app, "acme", &[SHOP, "https://*.shop.example"]).await;
    assert_eq!(ask(&app, "acme", SHOP).await, Granted);
    assert_eq!(ask(&app, "acme", "https://a.shop.example").await, Granted);
    assert_eq!(ask(&app, "acme", "https://other.example").await, Refused);
    assert_eq!(ask(&app, "globex", SHOP).await, Refused, "another tenant");
    assert_eq!(ask(&app, "nobody", SHOP).await, Refused, "no such tenant");
    let (_, _, body) = get(&app, "/tenants/acme/origins", None).await;
    assert_eq!(body, json!({ "origins": [SHOP, "https://*.shop.example"] }).to_string());
    edited(&app, "acme", &[]).await;
    assert_eq!(ask(&app, "acme", SHOP).await, Refused);
}

#[tokio::test]
async fn what_is_wrong_is_refused_with_its_suggestion_and_changes_nothing() {
    let app = start(MEMORY, NEVER).await;
    edited(&app, "acme", &[SHOP]).await;
    let (status, errors) =
        edit(&app, "acme", &["https://shop.example/", "https://ok.example", "*"]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        errors["errors"][0],
        json!({
            "index": 0,
            "value": "https://shop.example/",
            "message": "allow_origin: \"https://shop.example/\" has a trailing slash; write \"https://shop.example\"",
            "suggestion": "https://shop.example",
        })
    );
    let rows: &[(&[&str], &str)] = &[
        (&["*"], "cannot be combined with allow_credentials"),
        (&["http://shop.example"], "is insecure"),
        (&["https://a.example\nhttps://b.example"], "allow_origin"),
        (&["null"], "allow_origin"),
        (&[""], "allow_origin"),
    ];
    for (origins, expected) in rows {
        let (status, errors) = edit(&app, "acme", origins).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{origins:?}");
        let messages = errors["errors"].as_array().expect("errors").iter();
        let messages = messages.filter_map(|error| error["message"].as_str()).collect::<String>();
        assert!(messages.contains(expected), "{origins:?}: {messages}");
    }
    let many = vec![SHOP; 201];
    assert_eq!(edit(&app, "acme", &many).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(edit(&app, "nobody", &[SHOP]).await.0, StatusCode::NOT_FOUND);
    assert_eq!(ask(&app, "acme", SHOP).await, Granted);
}

#[tokio::test]
async fn the_settings_are_no_other_pages_business() {
    let app = start(MEMORY, NEVER).await;
    edited(&app, "acme", &[SHOP]).await;
    for path in ["/", "/tenants", "/tenants/acme/origins", "/tenants/acme/explain?origin=x"] {
        let (status, headers, _) = get(&app, path, Some(SHOP)).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        let granted = headers.keys().any(|name| name.as_str().starts_with("access-control-"));
        assert!(!granted, "{path}: {headers:?}");
    }
}

#[tokio::test]
async fn explanations_name_the_near_miss() {
    let app = start(MEMORY, NEVER).await;
    let explain = async |origin: &str| {
        get(&app, &format!("/tenants/acme/explain?origin={origin}"), None).await.2
    };
    assert_eq!(explain(SHOP).await, "refused: no origin is allowed");
    edited(&app, "acme", &[SHOP]).await;
    assert!(explain(SHOP).await.starts_with("granted"));
    let text = explain("http://shop.example").await;
    assert!(text.contains("the scheme differs"), "{text}");
}

#[tokio::test]
async fn a_page_that_may_gets_the_answer_with_its_grant() {
    let app = start(MEMORY, NEVER).await;
    edited(&app, "acme", &[SHOP]).await;
    let (status, headers, body) = get(&app, "/api/acme/orders", Some(SHOP)).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers["access-control-allow-origin"], SHOP);
    assert_eq!(headers["access-control-allow-credentials"], "true");
    let body: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(body["tenant"], "acme");
}

/// Two programs on one file: there is no `NOTIFY`, but what changed is read at intervals.
#[tokio::test]
async fn instances_on_one_file_learn_by_reading() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let url = format!("sqlite://{}?mode=rwc", directory.path().join("tenants.db").display());
    let settings = Settings { interval: Duration::from_millis(200), ..NEVER };
    let a = start(&url, settings).await;
    let b = start(&url, settings).await;
    for app in [&a, &b] {
        assert_eq!(ask(app, "acme", SHOP).await, Refused);
    }
    edited(&a, "acme", &[SHOP]).await;
    eventually("the other", Duration::from_secs(2), Granted, || ask(&b, "acme", SHOP)).await;
    sql(&url, "UPDATE tenants SET id = 'umbrella' WHERE id = 'acme'").await;
    for (tenant, expected) in [("acme", Refused), ("umbrella", Granted)] {
        eventually("renamed", Duration::from_secs(2), expected, || ask(&b, tenant, SHOP)).await;
    }
    sql(&url, "DELETE FROM tenants WHERE id = 'umbrella'").await;
    eventually("deleted", Duration::from_secs(2), Refused, || ask(&b, "umbrella", SHOP)).await;
    sql(&url, &format!("INSERT INTO tenants VALUES ('acme', '{SHOP}')")).await;
    drop((a, b));
    let again = start(&url, settings).await;
    assert_eq!(ask(&again, "acme", SHOP).await, Granted, "it was stored");
}

/// Runs SQL as another program would.
async fn sql(url: &str, sql: &str) {
    let mut connection = AnyConnection::connect(url).await.expect("the file is there");
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()))
        .execute(&mut connection)
        .await
        .expect("valid");
}
