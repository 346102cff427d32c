//! `cors-doctor explain`: what a policy file makes of a page's fetch, and why.

use std::convert::Infallible;

use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};
use tower::{Layer, service_fn};
use tower_browser::{Blocked, Exchange, Fetch, Page, Reason};
use tower_cors::{CorsLayer, PolicyList};

use crate::check::{failed, read};
use crate::cli::{ExplainArguments, header};
use crate::output::{Output, Status, Tone, printable};
use crate::probe::block_on;

/// Runs the subcommand.
pub fn run(arguments: &ExplainArguments, output: &mut Output) -> Status {
    let policies = match read(&arguments.file, arguments.json, output) {
        Ok(policies) => policies,
        Err(status) => return status,
    };
    if !arguments.path.starts_with('/') {
        let error = format!("--path: {:?} does not begin with \"/\"", arguments.path);
        return failed(&error, arguments.json, output);
    }
    let sent = block_on(fetch(arguments).send(CorsLayer::with_policies(policies.clone()).layer(
        service_fn(|_: Request<Vec<u8>>| async { Ok::<_, Infallible>(Response::new(Vec::new())) }),
    )));
    let sent = match sent {
        Ok(sent) => sent,
        Err(error) => return failed(&error.to_string(), arguments.json, output),
    };
    let (wire, blocked) = match &sent {
        Ok(answer) => (answer.wire(), None),
        Err(blocked) => (blocked.wire(), Some(blocked)),
    };
    if let (true, Some(blocked)) = (wire.is_empty(), blocked) {
        let error = match blocked.reason() {
            Reason::InvalidPage { url, .. } => {
                format!(
                    "--origin: {url:?} has no origin; write one such as \"https://app.example.com\""
                )
            }
            reason => format!("{reason}; {}", reason.suggestion()),
        };
        return failed(&error, arguments.json, output);
    }
    let explained: Vec<(&Exchange, String)> =
        wire.iter().map(|exchange| (exchange, explain(&policies, exchange))).collect();
    if arguments.json {
        output.json(&to_json(&explained, blocked));
    } else {
        print(&explained, blocked, output);
    }
    if blocked.is_some() { Status::Found } else { Status::Well }
}

fn fetch(arguments: &ExplainArguments) -> Fetch {
    let page =
        if arguments.origin == "null" { Page::opaque() } else { Page::at(&arguments.origin) };
    let scheme = if arguments.origin.starts_with("http:") { "http" } else { "https" };
    let fetch = page
        .fetch(format!("{scheme}://{}{}", arguments.host, arguments.path))
        .method(&arguments.method)
        .credentials(arguments.credentials.into());
    arguments
        .header
        .iter()
        .map(|text| header(text))
        .fold(fetch, |fetch, (name, value)| fetch.header(name, value))
}

/// What the policies say of one request.
fn explain(policies: &PolicyList, exchange: &Exchange) -> String {
    let mut request = Request::new(Bytes::new());
    *request.method_mut() = exchange.method().clone();
    if let Ok(uri) = exchange.url().parse() {
        *request.uri_mut() = uri;
    }
    *request.headers_mut() = exchange.request_headers().clone();
    let (parts, _) = request.into_parts();
    policies.explain(&parts).map_or_else(
        || "no policy covers this path: no CORS headers are sent".to_owned(),
        |explanation| explanation.to_string(),
    )
}

fn kind(exchange: &Exchange) -> &'static str {
    if exchange.is_preflight() { "preflight" } else { "request" }
}

fn print(explained: &[(&Exchange, String)], blocked: Option<&Blocked>, output: &mut Output) {
    for (exchange, text) in explained {
        let kind = output.paint(Tone::Heading, kind(exchange));
        output.line(format_args!("{kind} {}: {}", exchange.method(), printable(text)));
    }
    match blocked {
        None => {
            let verdict = output.paint(Tone::Good, "the page can read the answer");
            output.line(verdict);
        }
        Some(blocked) => {
            let verdict = output.paint(Tone::Bad, "the page cannot read the answer");
            output.line(format_args!("{verdict}: {}", printable(&blocked.reason().to_string())));
        }
    }
}

fn to_json(explained: &[(&Exchange, String)], blocked: Option<&Blocked>) -> Value {
    let requests: Vec<Value> = explained
        .iter()
        .map(|(exchange, text)| {
            json!({ "kind": kind(exchange), "method": exchange.method().as_str(), "explanation": text })
        })
        .collect();
    json!({
        "readable": blocked.is_none(),
        "requests": requests,
        "reason": blocked.map(|blocked| blocked.reason().to_string()),
        "culprit": blocked.map(|blocked| blocked.reason().culprit()),
        "suggestion": blocked.map(|blocked| blocked.reason().suggestion()),
    })
}
