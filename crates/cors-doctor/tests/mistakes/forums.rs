//! The mistakes that are reported most in forums.

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{Redirect, Response};
use axum::routing::{any, put};
use http::{HeaderValue, Method};
use tower_browser::Page;
use tower_browser::checkup::Checkup;
use tower_cors::{Any, CorsLayer};

use crate::Mistake;
use crate::layers::{cors, routes};
use crate::named::{PAGE, URL, by_build, by_checkup, by_compiler, by_doctor, by_event};

fn plain(origin: &str) -> CorsLayer {
    CorsLayer::builder().allow_origin([origin, "https://other.example.com"]).build().unwrap()
}

/// A proxy that adds the header to what the application answers.
async fn proxy(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().append("access-control-allow-origin", HeaderValue::from_static(PAGE));
    response
}

/// A server that adds the header to successes only, as nginx does without `always`.
async fn not_always(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if response.status().is_success() {
        response
            .headers_mut()
            .insert("access-control-allow-origin", HeaderValue::from_static(PAGE));
    }
    response
}

/// A server that answers by the origin, and forgets `Vary`.
async fn by_hand(request: Request, next: Next) -> Response {
    let allowed = request.headers().get("origin").filter(|origin| *origin == PAGE).cloned();
    let mut response = next.run(request).await;
    if let Some(origin) = allowed {
        response.headers_mut().insert("access-control-allow-origin", origin);
    }
    response
}

async fn count(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert("x-total-count", HeaderValue::from_static("7"));
    response
}

#[rustfmt::skip]
pub(crate) fn all() -> Vec<Mistake> {
    let slash = Router::new().route("/items/1", any(|| async { Redirect::permanent("/items/1/") }));
    vec![
        Mistake {
            title: "`*` with credentials",
            code: ".allow_origin(Any).allow_credentials(true)",
            named: by_build(CorsLayer::builder().allow_origin(Any).allow_credentials(true)),
            says: &["allow_origin", "allow_credentials"],
        },
        Mistake {
            title: "A trailing slash after the origin",
            code: ".allow_origin(\"https://app.example.com/\")",
            named: by_build(CorsLayer::builder().allow_origin("https://app.example.com/")),
            says: &["trailing slash", "write \"https://app.example.com\""],
        },
        Mistake {
            title: "`localhost` instead of `127.0.0.1`",
            code: ".allow_origin(\"http://127.0.0.1:5173\"), and the page is at http://localhost:5173",
            named: by_event(&plain("http://127.0.0.1:5173"), "http://localhost:5173", |fetch| fetch),
            says: &["http://localhost:5173", "127.0.0.1", "allow_origin"],
        },
        Mistake {
            title: "`http` instead of `https`",
            code: ".allow_origin(\"http://app.example.com\"), and the page is at https://app.example.com",
            named: by_event(&plain("http://app.example.com"), PAGE, |fetch| fetch),
            says: &["the scheme differs", "add \\\"https://app.example.com\\\" to allow_origin"],
        },
        Mistake {
            title: "A method that is not allowed",
            code: "fetch(url, { method: \"DELETE\" })",
            named: by_event(&cors(), PAGE, |fetch| fetch.method("DELETE")),
            says: &["method \"DELETE\" is not allowed", "to allow_methods"],
        },
        Mistake {
            title: "JSON without `content-type` among the allowed headers",
            code: "fetch(url, { method: \"POST\", headers: { \"content-type\": \"application/json\" }, body })",
            named: by_event(&plain(PAGE), PAGE, |fetch| fetch.method("POST").json("{}")),
            says: &["content-type", "to allow_headers"],
        },
        Mistake {
            title: "A proxy and the application both add the header",
            code: "add_header Access-Control-Allow-Origin https://app.example.com always;   # and the application sends it, too",
            named: by_doctor(routes().layer(cors()).layer(from_fn(proxy)), PAGE, &[]),
            says: &["has more than one value", "let only one of them send CORS headers"],
        },
        Mistake {
            title: "A redirect of the preflight",
            code: "fetch(\"https://api.example.com/items/1\", { method: \"PUT\" })   // the server wants /items/1/",
            named: by_doctor(slash, PAGE, &["--method", "PUT"]),
            says: &["add or remove a trailing slash", "fetch \"https://api.example.com/items/1/\" itself"],
        },
        Mistake {
            title: "Error pages without CORS headers",
            code: "add_header Access-Control-Allow-Origin https://app.example.com;   # without `always`",
            named: by_doctor(routes().layer(from_fn(not_always)), PAGE, &[]),
            says: &["cannot read error pages", "`add_header … always`"],
        },
        Mistake {
            title: "Answers by origin without `Vary`",
            code: "if (origin === page) response.set(\"Access-Control-Allow-Origin\", origin)",
            named: by_doctor(routes().layer(from_fn(by_hand)), PAGE, &[]),
            says: &["`Vary`", "add `Origin` to `Vary` on every response"],
        },
        Mistake {
            title: "A response header that is not exposed",
            code: "response.headers.get(\"x-total-count\")   // null",
            named: by_checkup(routes().layer(from_fn(count)).layer(cors()),
                Checkup::of(Page::at(PAGE).fetch(URL)).reads("x-total-count")),
            says: &["the script reads `null`", "add \"x-total-count\" to the exposed headers"],
        },
    ]
}

#[rustfmt::skip]
pub(crate) fn compiler() -> Vec<Mistake> {
    vec![
        Mistake {
            title: "A response body that cannot be empty",
            code: "ServiceBuilder::new().layer(cors).layer(TraceLayer::new_for_http())",
            named: by_compiler(include_str!("../../../../tests/messages/compile_fail/body_without_default_axum.stderr")),
            says: &["has no `Default`", "write `.wrap_body()` on the CORS layer"],
        },
        Mistake {
            title: "`CorsLayer::new()`, as in tower-http",
            code: "CorsLayer::new()",
            named: by_compiler(include_str!("../../../../tests/messages/compile_fail/layer_new.stderr")),
            says: &["is made by `CorsLayer::builder()`", "checked together by `build`"],
        },
    ]
}

#[test]
fn a_method_in_lower_case_is_named_too() {
    let app = Router::new().route("/items/1", put(|| async { "" })).layer(
        tower_http::cors::CorsLayer::new()
            .allow_origin(HeaderValue::from_static(PAGE))
            .allow_methods([Method::PATCH]),
    );
    let named = by_doctor(app, PAGE, &["--method", "patch"]);
    assert!(named.text.contains("write \"PATCH\" in the fetch"), "{}", named.text);
}
