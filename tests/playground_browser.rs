//! The playground's page in real browsers: every case as predicted, a call of one's own, a policy
//! file.
//!
//! An engine that is not installed is skipped, in words; with `CI` set, Chromium must be there.
#![cfg(unix)]

#[path = "browsers/engine.rs"]
#[allow(dead_code, reason = "the engines' own tests use more of it")]
mod engine;
#[path = "support/playground.rs"]
#[allow(dead_code, reason = "tests/playground.rs uses more of it")]
mod playground;
#[path = "browsers/process.rs"]
mod process;
#[path = "browsers/webdriver.rs"]
#[allow(dead_code, reason = "the engines' own tests use more of it")]
mod webdriver;

use engine::{Engine, Extra, Kind};
use playground::Playground;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use webdriver::Session;

const PATIENCE: Duration = Duration::from_secs(60);

/// One engine at a time: four on two cores are slower, and more likely to be late.
static TURN: Mutex<()> = Mutex::const_new(());

/// What the page says of each case when all have run.
const CASES: &str = "return [...document.querySelectorAll('[data-outcome]')].map(({ id, dataset }) => \
     ({ id, outcome: dataset.outcome, surprise: dataset.surprise, console: dataset.console }))";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chromium() {
    every_case_is_as_predicted(Kind::Chromium).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn firefox() {
    every_case_is_as_predicted(Kind::Firefox).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn webkit() {
    every_case_is_as_predicted(Kind::WebKit).await;
}

async fn every_case_is_as_predicted(kind: Kind) {
    let _turn = TURN.lock().await;
    let Some(engine) = start(kind).await else { return };
    let session = &engine.session;
    let playground = Playground::start(&[]);
    session.visit(&playground.page).await.unwrap();
    until(session, "return document.querySelector('main').dataset.state === 'done'").await;

    let cases = script(session, CASES).await;
    let cases = cases.as_array().expect("a list of cases");
    let surprising =
        cases.iter().filter(|case| case["outcome"] != "as-predicted").collect::<Vec<_>>();
    assert!(surprising.is_empty(), "{kind}: {surprising:#?}");
    let summary = script(session, "return document.getElementById('summary').textContent").await;
    assert_eq!(summary, format!("All {} as predicted", cases.len()));
    assert!(cases.len() > 49, "{kind}: {} cases only", cases.len());
    if kind == Kind::Chromium {
        console_says_what_the_page_says_of_it(session, cases).await;
    }
    a_call_of_ones_own(session).await;
    what_if_a_page_elsewhere_called_this(session).await;
}

/// Chromium's messages, as the page quotes them. (Those of frames are not in the log.)
async fn console_says_what_the_page_says_of_it(session: &Session, cases: &[Value]) {
    let log = session.command("se/log", json!({ "type": "browser" })).await.unwrap();
    let messages =
        log.as_array().into_iter().flatten().filter_map(|entry| entry["message"].as_str());
    let messages = messages.collect::<Vec<_>>();
    let framed = ["parent", "null", "expression-anchored"];
    let mut quoted = 0;
    for case in cases {
        let (Some(id), Some(text)) = (case["id"].as_str(), case["console"].as_str()) else {
            continue;
        };
        if framed.contains(&id) {
            continue;
        }
        let says =
            |message: &&&str| message.contains(&format!("case={id}-")) && message.contains(text);
        assert!(messages.iter().find(says).is_some(), "{id}: {text}: {messages:#?}");
        quoted += 1;
    }
    assert!(quoted > 10, "{quoted} messages only");
}

async fn a_call_of_ones_own(session: &Session) {
    for (method, path, from, gist, rows) in [
        ("PATCH", "/app/own?status=409", "page", "readable, 409", 2),
        ("BREW", "/app/own", "page", "blocked", 1),
        ("GET", "/sandboxed/own", "sandbox", "readable, 200", 1),
        ("GET", "http://rebound.localhost/tool/own", "page", "blocked", 1),
        ("GET", "http://rebound.localhost/app/own", "page", "readable, 200", 1),
    ] {
        let fill = "const form = document.getElementById('own-form'); \
             ['method', 'path', 'from'].forEach((name, i) => form.elements[name].value = arguments[i]); \
             form.requestSubmit();";
        let fill = json!({ "script": fill, "args": [method, path, from] });
        session.command("execute/sync", fill).await.unwrap();
        until(session, "return document.getElementById('own-result').dataset.state === 'done'")
            .await;
        let result = "const result = document.getElementById('own-result'); \
             return [result.dataset.gist, result.querySelectorAll('.exchange').length]";
        assert_eq!(script(session, result).await, json!([gist, rows]), "{method} {path}");
    }
    for (lines, message) in [
        ("x-trace: 7\n\nx-other:", ""),
        (
            "x-trace: 7\nx-other 8",
            "\"x-other 8\" has no colon: each line is a name, a colon and a value",
        ),
    ] {
        let type_in = "const { headers } = document.getElementById('own-form').elements; \
             headers.value = arguments[0]; \
             headers.dispatchEvent(new Event('input', { bubbles: true })); \
             return headers.validationMessage";
        let type_in = json!({ "script": type_in, "args": [lines] });
        assert_eq!(session.command("execute/sync", type_in).await.unwrap(), message, "{lines}");
    }
}

/// The form "What if a page elsewhere called this?": its verdict, and the requests it shows.
async fn what_if_a_page_elsewhere_called_this(session: &Session) {
    type Row<'a> = ([&'a str; 5], &'a str, &'a str, &'a str, &'a [&'a str]);
    let rows: &[Row<'_>] = &[
        (
            ["https://app.example.com", "GET", "/app/x", "true", ""],
            "readable",
            "200 readableThe script reads the answer.",
            "",
            &[
                "Call GET /app/x 200 by the handler: granted by policy \"app\": the origin is allowed",
            ],
        ),
        (
            ["https://app.example.com", "PUT", "app/x", "false", "content-type: application/json"],
            "readable",
            "200 readableThe script reads the answer.",
            "",
            &[
                "Preflight OPTIONS /app/x 204 by tower-cors: granted by policy \"app\": the origin, \
                 the method and all headers of the preflight are allowed",
                "Call PUT /app/x 200 by the handler: granted by policy \"app\": the origin is allowed",
            ],
        ),
        (
            ["https://app.example.com", "DELETE", "/app/x", "false", ""],
            "blocked",
            "blockedthe method \"DELETE\" is not in the response to the preflight's \
             \"access-control-allow-methods\", \"PUT, PATCH, OPTIONS\"",
            "The cause: the server's list of allowed methods lacks \"DELETE\". The fix: add \"DELETE\" \
             to the allowed methods.",
            &["Preflight OPTIONS /app/x 204 by tower-cors: refused by policy \"app\": \
               method \"DELETE\" is not allowed; to allow it, add \"DELETE\" to allow_methods"],
        ),
        (
            ["null", "GET", "/app/x?status=409#part", "false", ""],
            "blocked",
            "blockedthe response has no \"access-control-allow-origin\" header: it must be \"null\" or \
             \"*\"",
            "The cause: the server does not allow the page's origin, or the CORS layer does not cover \
             this path. The fix: give the page an origin: serve it over http, outside a sandbox, and \
             add its origin to the allowed origins; if it is there, apply the CORS layer after the \
             last route.",
            &[
                "Call GET /app/x?status=409 409 by the handler: refused by policy \"app\": origin `null` \
               is not allowed; sandboxed frames, local files and some redirects send it; serve the \
               page from a server, outside a sandbox, and call the address that a redirect leads to; \
               or, after reading its warning, set dangerously_allow_null_origin",
            ],
        ),
        (
            ["capacitor://", "GET", "/public/x", "false", ""],
            "readable",
            "200 readableThe script reads the answer.",
            "",
            &[
                "Call GET /public/x 200 by the handler: granted by policy \"public\": the origin is allowed",
            ],
        ),
        (
            ["app.example.com", "GET", "/app/x", "false", ""],
            "blocked",
            "blocked\"app.example.com\" is not the origin of a page",
            "The cause: an origin is a scheme and a host, and a port unless it is the default one. \
             The fix: write \"https://app.example.com\", or \"null\" for a page without an origin.",
            &[],
        ),
    ];
    for (values, outcome, verdict, about, wire) in rows {
        let fill = "const form = document.getElementById('what-if-form'); \
             const result = document.getElementById('what-if-result'); \
             result.dataset.state = ''; \
             ['origin', 'method', 'path', 'credentials', 'headers'].forEach((name, i) => { \
                 form.elements[name].value = arguments[i]; \
             }); \
             form.requestSubmit();";
        let fill = json!({ "script": fill, "args": values });
        session.command("execute/sync", fill).await.unwrap();
        until(session, "return document.getElementById('what-if-result').dataset.state === 'done'")
            .await;
        let result = "const result = document.getElementById('what-if-result'); \
             const text = (of, name) => of.querySelector(name)?.textContent ?? ''; \
             return [ \
                 result.dataset.outcome, text(result, '.verdict'), text(result, '.about'), \
                 [...result.querySelectorAll('.exchange')].map((one) => \
                     ['.kind', '.target', '.status', 'small'].map((name) => text(one, name)).join(' ') \
                     + ': ' + text(one, '.says').replace(/^tower-cors/, '')), \
             ]";
        assert_eq!(
            script(session, result).await,
            json!([outcome, verdict, about, wire]),
            "{values:?}"
        );
    }
}

/// With a policy file there is nothing to predict; all calls are made all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chromium_with_a_policy_file() {
    let _turn = TURN.lock().await;
    let Some(engine) = start(Kind::Chromium).await else { return };
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("cors.toml");
    std::fs::write(&path, "allow_origin = \"http://127.0.0.1:*\"\nallow_methods = \"PUT\"\n")
        .unwrap();
    let playground = Playground::start(&["--policy".as_ref(), path.as_os_str()]);
    let session = &engine.session;
    session.visit(&playground.page).await.unwrap();
    until(session, "return document.querySelector('main').dataset.state === 'done'").await;
    let found = script(
        session,
        "return [...document.querySelectorAll('[data-outcome=observed]')].map((one) => \
         `${one.id}: ${one.querySelector('.chip').textContent}`)",
    )
    .await;
    assert_eq!(
        found,
        json!([
            "get: 200 readable",
            "get-cookies: blocked",
            "error: 500 readable",
            "headers: 200 readable",
            "simple-post: 200 readable",
            "json-post: blocked",
            "put: 200 readable",
            "patch: blocked",
            "delete: blocked",
            "options: blocked",
            "header: blocked",
            "authorization: blocked",
            "subdomain: blocked",
            "null: blocked",
        ]),
    );
    let shown = script(session, "return document.getElementById('policy').textContent").await;
    assert!(shown.as_str().is_some_and(|text| text.contains("allow_methods = \"PUT\"")), "{shown}");
}

/// The engine; or none, in words, where it is not installed and need not be.
async fn start(kind: Kind) -> Option<Engine> {
    match kind.find() {
        Ok(programs) => Some(
            Engine::start_with(kind, &programs, &Extra::default())
                .await
                .unwrap_or_else(|e| panic!("{e}")),
        ),
        Err(missing) => {
            let needed = kind == Kind::Chromium && std::env::var_os("CI").is_some();
            assert!(!needed, "{kind}: no {missing}, and CI must have it");
            println!("{kind}: skipped, there is no {missing}");
            None
        }
    }
}

async fn script(session: &Session, script: &str) -> Value {
    session.command("execute/sync", json!({ "script": script, "args": [] })).await.unwrap()
}

async fn until(session: &Session, condition: &str) {
    let begun = Instant::now();
    while script(session, condition).await != true {
        if begun.elapsed() > PATIENCE {
            let text = script(session, "return document.body.innerText").await;
            panic!("not within {PATIENCE:?}: {condition}: {text}");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
