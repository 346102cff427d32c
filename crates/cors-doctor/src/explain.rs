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
use crate::probe::{block_on, place};

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
    if let Some(error) = place::not_a_host(&arguments.host) {
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
            Reason::InvalidPage { url, .. } => format!("--origin: {}", place::without_origin(url)),
            reason => format!("{reason}; {}", reason.suggestion()),
        };
        return failed(&error, arguments.json, output);
    }
    let explained: Vec<(&Exchange, Option<String>)> =
        wire.iter().map(|exchange| (exchange, explain(&policies, exchange))).collect();
    let blocked = blocked.map(|blocked| Why::of(blocked, &explained));
    if arguments.json {
        output.json(&to_json(&explained, blocked.as_ref()));
    } else {
        print(&explained, blocked.as_ref(), output);
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

/// Why the page cannot read the answer.
struct Why {
    reason: String,
    culprit: String,
    suggestion: String,
}

impl Why {
    fn of(blocked: &Blocked, explained: &[(&Exchange, Option<String>)]) -> Self {
        let reason = blocked.reason();
        // The browser knows the response only, and would suspect an origin.
        let (culprit, suggestion) = if explained.iter().any(|(_, text)| text.is_none()) {
            let suggestion = "add the path to the `paths` of a policy";
            (NO_POLICY.to_owned(), suggestion.to_owned())
        } else {
            (reason.culprit(), reason.suggestion())
        };
        Self { reason: reason.to_string(), culprit, suggestion }
    }
}

const NO_POLICY: &str = "no policy covers this path";

/// What the policies say of one request; `None` if none covers its path.
fn explain(policies: &PolicyList, exchange: &Exchange) -> Option<String> {
    let mut request = Request::new(Bytes::new());
    *request.method_mut() = exchange.method().clone();
    if let Ok(uri) = exchange.url().parse() {
        *request.uri_mut() = uri;
    }
    *request.headers_mut() = exchange.request_headers().clone();
    let (parts, _) = request.into_parts();
    policies.explain(&parts).map(|explanation| explanation.to_string())
}

fn kind(exchange: &Exchange) -> &'static str {
    if exchange.is_preflight() { "preflight" } else { "request" }
}

fn text(explained: Option<&str>) -> String {
    explained.map_or_else(|| format!("{NO_POLICY}: no CORS headers are sent"), str::to_owned)
}

fn print(explained: &[(&Exchange, Option<String>)], blocked: Option<&Why>, output: &mut Output) {
    for (exchange, explained) in explained {
        let text = text(explained.as_deref());
        let kind = output.paint(Tone::Heading, kind(exchange));
        output.line(format_args!("{kind} {}: {}", exchange.method(), printable(&text)));
    }
    match blocked {
        None => {
            let verdict = output.paint(Tone::Good, "the page can read the answer");
            output.line(verdict);
        }
        Some(Why { reason, culprit, suggestion }) => {
            let verdict = output.paint(Tone::Bad, "the page cannot read the answer");
            output.line(format_args!("{verdict}: {}", printable(reason)));
            output.line(format_args!("  culprit: {}", printable(culprit)));
            output.line(format_args!("  suggestion: {}", printable(suggestion)));
        }
    }
}

fn to_json(explained: &[(&Exchange, Option<String>)], blocked: Option<&Why>) -> Value {
    let requests: Vec<Value> = explained
        .iter()
        .map(|(exchange, explained)| {
            json!({
                "kind": kind(exchange),
                "method": exchange.method().as_str(),
                "explanation": text(explained.as_deref()),
            })
        })
        .collect();
    json!({
        "readable": blocked.is_none(),
        "requests": requests,
        "reason": blocked.map(|why| why.reason.as_str()),
        "culprit": blocked.map(|why| why.culprit.as_str()),
        "suggestion": blocked.map(|why| why.suggestion.as_str()),
    })
}
