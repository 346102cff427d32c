//! A real gRPC-Web client (`@connectrpc/connect-web`) in Chromium calls the server from another
//! origin.
//!
//! Without Chromium or npm it is skipped, in words; with `CI` set, both must be there.
#![cfg(unix)]

#[path = "../../../tests/browsers/engine.rs"]
#[allow(dead_code, reason = "the engines' own tests use more of it")]
mod engine;
#[path = "../../../tests/browsers/process.rs"]
#[allow(dead_code, reason = "the engines' own tests use more of it")]
mod process;
#[path = "../../../tests/browsers/webdriver.rs"]
#[allow(dead_code, reason = "the engines' own tests use more of it")]
mod webdriver;

use axum::{Router, http::header::CONTENT_TYPE, response::Html, routing::get};
use engine::{Engine, Extra, Kind};
use serde_json::{Value, json};
use std::{path::Path, process::Command, time::Duration};
use tokio::net::TcpListener;
use tower_cors::{CorsLayer, PolicyErrors};

const SEEN: &str = "return document.getElementById('results')?.dataset.seen ?? null";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_an_allowed_origin_and_one_with_too_little() {
    let Some(script) = bundle() else { return };
    let kind = Kind::Chromium;
    let programs = match kind.find() {
        Ok(programs) => programs,
        Err(missing) if std::env::var_os("CI").is_some() => panic!("{missing} is missing"),
        Err(missing) => return eprintln!("skipped: {missing} is not installed"),
    };
    let engine =
        Engine::start_with(kind, &programs, &Extra::default()).await.expect("Chromium starts");

    let seen = seen(&engine, &script, grpc_web::cors).await;
    assert_eq!(
        seen,
        json!({
            "unary": "hello, page",
            "stream": "1 2 3 4 5",
            "trailers": "grpc-status 0",
            "error": "InvalidArgument: the name is missing google.rpc.BadRequest",
            "deadline": "DeadlineExceeded: the operation timed out",
        }),
    );

    // Without the preset's headers every call is blocked by the browser.
    let bare = |page: &str| CorsLayer::builder().allow_origin(page).build();
    let seen = self::seen(&engine, &script, bare).await;
    assert_eq!(seen["unary"], "blocked: [unknown] Failed to fetch");
}

/// What the page's cases have seen of a server under this policy.
async fn seen(
    engine: &Engine,
    script: &str,
    cors: impl FnOnce(&str) -> Result<CorsLayer, PolicyErrors>,
) -> Value {
    let api = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let page = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let api_url = format!("http://{}", api.local_addr().expect("an address"));
    let page_url = format!("http://{}", page.local_addr().expect("an address"));
    let html = include_str!("../page/index.html").replace("{api}", &api_url);
    let script = script.to_owned();
    let pages = Router::new()
        .route("/", get(|| async { Html(html) }))
        .route("/main.js", get(|| async { ([(CONTENT_TYPE, "text/javascript")], script) }))
        .route("/greeter.binpb", get(|| async { grpc_web::DEFINITION }));
    let cors = cors(&page_url).expect("a valid policy");
    let api = tokio::spawn(grpc_web::serve(api, cors, std::future::pending()));
    let page = tokio::spawn(async move { axum::serve(page, pages).await });

    engine.session.visit(&page_url).await.expect("the page");
    let mut seen = Value::Null;
    for _ in 0..300 {
        let body = json!({ "script": SEEN, "args": [] });
        seen = engine.session.command("execute/sync", body).await.expect("a script");
        if !seen.is_null() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    api.abort();
    page.abort();
    serde_json::from_str(seen.as_str().expect("the cases have run")).expect("JSON")
}

/// The page's script, bundled by npm in a folder of its own; `None` where that cannot be done.
fn bundle() -> Option<String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("page");
    let folder = tempfile::tempdir().expect("a folder");
    for file in ["package.json", "main.js"] {
        std::fs::copy(source.join(file), folder.path().join(file)).expect("copied");
    }
    let npm = |arguments: &[&str]| {
        let output = Command::new("npm").args(arguments).current_dir(folder.path()).output();
        output.map_err(|error| error.to_string()).and_then(|output| match output.status.success() {
            true => Ok(()),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        })
    };
    let built = npm(&["install", "--no-audit", "--no-fund", "--no-package-lock"])
        .and_then(|()| npm(&["run", "build"]));
    match built {
        Ok(()) => Some(std::fs::read_to_string(folder.path().join("dist/main.js")).expect("built")),
        Err(error) if std::env::var_os("CI").is_some() => panic!("npm: {error}"),
        Err(error) => {
            eprintln!("skipped: npm: {error}");
            None
        }
    }
}
