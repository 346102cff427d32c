//! What is worth knowing of a probe, and is neither wrong nor said by the answers.

use tower_browser::checkup::{Report, Step};
use tower_browser::{Exchange, Reason};

use crate::cli::{ProbeArguments, header};

pub(super) fn of(report: &Report, arguments: &ProbeArguments) -> Vec<String> {
    let Some(fetch) = report.steps().first().filter(|step| !step.wire().is_empty()) else {
        return Vec::new();
    };
    local_network(fetch)
        .into_iter()
        .chain(nginx(fetch))
        .chain(arguments.header.iter().filter_map(|text| left_out(fetch, header(text).0)))
        .chain(arguments.read.iter().filter_map(|name| not_sent(fetch, name)))
        .collect()
}

fn local_network(fetch: &Step) -> Option<String> {
    let access = fetch.wire().iter().find_map(Exchange::local_network_access)?;
    Some(access.to_string())
}

/// The most common reason why a header of nginx's configuration is not sent.
fn nginx(fetch: &Step) -> Option<String> {
    let lacks_grant = matches!(fetch.blocked()?.reason(), Reason::MissingAllowOrigin { .. });
    let server = fetch.wire().last()?.response_headers()?.get("server")?;
    (lacks_grant && server.as_bytes().starts_with(b"nginx")).then(|| {
        "nginx: a `location` with an `add_header` of its own inherits none of the outer ones"
            .to_owned()
    })
}

/// A header that the script sets and the browser does not send.
fn left_out(fetch: &Step, name: &str) -> Option<String> {
    let name = name.to_ascii_lowercase();
    let is_sent = fetch.wire().iter().any(|exchange| {
        let headers = exchange.request_headers();
        let asked = headers.get("access-control-request-headers");
        let asked = asked.and_then(|list| list.to_str().ok()).unwrap_or_default();
        headers.contains_key(name.as_str()) || asked.split(',').any(|item| item == name)
    });
    // `Origin` is sent, and it is the browser's.
    (!is_sent || name == "origin")
        .then(|| format!("browsers let no script set {name:?}: it was not sent"))
}

/// A header that the script reads, of a response that it can read and that does not have it.
fn not_sent(fetch: &Step, name: &str) -> Option<String> {
    let headers = fetch.wire().last()?.response_headers()?;
    let is_missing = fetch.blocked().is_none() && !headers.contains_key(name);
    is_missing.then(|| format!("the response has no header {name:?}"))
}
