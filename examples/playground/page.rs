//! The page's own server: the page, what it needs to know, and what the recorder has seen.

use crate::{
    policies::{Policies, for_page, origin},
    recorder::Recorder,
    what_if::{Asked, WhatIf},
};
use axum::{
    Json, Router,
    extract::Query,
    response::{Html, IntoResponse},
    routing::get,
};
use bytes::Bytes;
use http::{
    HeaderName, HeaderValue,
    header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE},
};
use serde::Deserialize;
use serde_json::json;
use std::net::SocketAddr;

#[derive(Deserialize)]
struct Wire {
    case: String,
}

pub(crate) fn router(
    policies: &Policies,
    recorder: Recorder,
    api: SocketAddr,
    page: SocketAddr,
) -> Router {
    let setup = json!({
        "api": origin(api),
        "page": origin(page),
        "policy": policies.text,
        "file": policies.file,
    });
    // A module, not a fetch that modules await: two modules that import one which awaits never run in
    // WebKit, now and then.
    let setup_module = format!("export const setup = {setup};\n");
    // Nothing is loaded from anywhere else, and no other page may frame this one.
    let contents = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self' http:; \
         frame-src 'self' {}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        for_page("http://localhost:4000 http://*.localhost:4000", page),
    );
    let what_if = WhatIf::new(policies.list.clone(), recorder.clone(), origin(api));
    let index = Html(include_str!("page/index.html"));
    let frame = Html(for_page(include_str!("page/frame.html"), page));
    let framed_by = format!("frame-ancestors {}", origin(page));

    Router::new()
        .route("/", get(async move || ([security(&contents)], index)))
        .route("/style.css", text("text/css", include_str!("page/style.css")))
        .route("/attempt.js", script(include_str!("page/attempt.js")))
        .route("/main.js", script(include_str!("page/main.js")))
        .route("/cases.js", script(include_str!("page/cases.js")))
        .route("/run.js", script(include_str!("page/run.js")))
        .route("/check.js", script(include_str!("page/check.js")))
        .route("/view.js", script(include_str!("page/view.js")))
        .route("/whatif.js", script(include_str!("page/whatif.js")))
        .route("/setup.js", text("text/javascript", setup_module))
        .route("/frame", get(async move || ([security(&framed_by)], frame)))
        .route("/setup", get(async move || Json(setup)))
        .route(
            "/what-if",
            get(async move |Query(asked): Query<Asked>| Json(what_if.ask(asked).await)),
        )
        .route("/wire", get(async move |Query(wire): Query<Wire>| Json(recorder.of(&wire.case))))
        .layer(axum::middleware::map_response(async |mut response: axum::response::Response| {
            response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }))
}

fn script(text: &'static str) -> axum::routing::MethodRouter {
    self::text("text/javascript", text)
}

fn text(kind: &'static str, text: impl Into<Bytes>) -> axum::routing::MethodRouter {
    let text = text.into();
    get(async move || ([(CONTENT_TYPE, HeaderValue::from_static(kind))], text).into_response())
}

fn security(policy: &str) -> (HeaderName, String) {
    (CONTENT_SECURITY_POLICY, policy.to_owned())
}
