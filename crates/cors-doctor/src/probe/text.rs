//! A probe for people.

use http::{HeaderMap, HeaderName, Version};
use tower_browser::checkup::{Finding, Report, Step};
use tower_browser::console::Engine;
use tower_browser::{Blocked, Exchange, Reason};

use super::Verdict;
use crate::cli::ProbeArguments;
use crate::output::{Output, Tone, printable};

/// The request headers that matter here.
const OF_REQUESTS: [&str; 5] = [
    "origin",
    "access-control-request-method",
    "access-control-request-headers",
    "cookie",
    "authorization",
];

/// The response headers that matter here, besides `Access-Control-*`.
const OF_RESPONSES: [&str; 7] = [
    "vary",
    "location",
    "cache-control",
    "www-authenticate",
    "cross-origin-resource-policy",
    "server",
    "retry-after",
];

pub(super) fn print_plan(report: &Report, output: &mut Output) {
    let count: usize = report.steps().iter().map(|step| step.wire().len()).sum();
    match (count, report.steps().first().and_then(Step::blocked)) {
        (0, Some(blocked)) => {
            let reason = printable(&reason(blocked));
            output.line(format_args!("would send no request: {reason}"));
        }
        (1, _) => output.line("would send 1 request:"),
        _ => output.line(format_args!("would send {count} requests, one after another:")),
    }
    for step in report.steps() {
        for exchange in step.wire() {
            print_request(exchange, step, false, output);
        }
    }
    // Not with `--only`, and not for a page at the server's own origin.
    if report.steps().len() < 2 {
        return;
    }
    output.line(
        "and, if the origin is refused, its forms with the other scheme, with or without \"www.\", and \
         with \"localhost\" in place of its address or the other way round",
    );
}

pub(super) fn print_report(
    report: &Report,
    versions: &[Option<Version>],
    verdict: &Verdict,
    arguments: &ProbeArguments,
    output: &mut Output,
) {
    let mut versions = versions.iter();
    for step in report.steps() {
        for exchange in step.wire() {
            print_request(exchange, step, arguments.verbose, output);
            print_response(exchange, versions.next().copied().flatten(), arguments.verbose, output);
        }
    }
    // Where nothing was sent, nothing is to be separated.
    if report.steps().iter().any(|step| !step.wire().is_empty()) {
        output.line("");
    }
    if let Some(error) = &verdict.error {
        output.error(error);
        return;
    }
    print_verdict(report, output);
    for finding in &verdict.findings {
        print_finding(finding, Tone::Bad, "found", output);
    }
    for note in &verdict.notes {
        print_finding(note, Tone::Quiet, "note", output);
    }
    for remark in &verdict.remarks {
        let word = output.paint(Tone::Quiet, "note:");
        output.line(format_args!("\n{word} {}", printable(remark)));
    }
}

fn print_verdict(report: &Report, output: &mut Output) {
    let Some(step) = report.steps().first() else { return };
    let Some(blocked) = step.blocked() else {
        let verdict = output.paint(Tone::Good, "the page can read the answer");
        let status = step.wire().last().and_then(Exchange::status);
        let error = status.filter(|status| status.is_client_error() || status.is_server_error());
        let error = error.map_or(String::new(), |status| format!(", an error: {status}"));
        output.line(format_args!("verdict: {verdict}{error}"));
        return;
    };
    let verdict = output.paint(Tone::Bad, "blocked");
    let reason = printable(&reason(blocked));
    output.line(format_args!("verdict: {verdict}: {reason}"));
    for (name, engine) in [("Chromium", Engine::Chromium), ("Firefox", Engine::Firefox)] {
        if let Some(text) = blocked.console(engine) {
            let name = output.paint(Tone::Quiet, format_args!("{name}'s console:"));
            output.line(format_args!("  {name} {}", printable(&text)));
        }
    }
}

/// Why the page gets nothing.
pub(super) fn reason(blocked: &Blocked) -> String {
    match blocked.reason() {
        Reason::Service { error, .. } => format!("no response: {error}"),
        reason => reason.to_string(),
    }
}

fn print_finding(finding: &Finding, tone: Tone, word: &str, output: &mut Output) {
    let word = output.paint(tone, format_args!("{word} ({}):", finding.kind()));
    output.line(format_args!("\n{word} {}", printable(finding.what())));
    output.line(format_args!("  culprit: {}", printable(finding.culprit())));
    output.line(format_args!("  suggestion: {}", printable(finding.suggestion())));
}

fn print_request(exchange: &Exchange, step: &Step, all: bool, output: &mut Output) {
    let line = format!("> {} {}", exchange.method(), printable(exchange.url()));
    let line = output.paint(Tone::Heading, line);
    let kind = if exchange.is_preflight() { "preflight of " } else { "" };
    let purpose = output.paint(Tone::Quiet, format_args!("({kind}{})", step.purpose()));
    output.line(format_args!("{line}  {purpose}"));
    print_headers(exchange.request_headers(), all, |name| OF_REQUESTS.contains(&name), output);
}

fn print_response(exchange: &Exchange, version: Option<Version>, all: bool, output: &mut Output) {
    let (Some(status), Some(headers)) = (exchange.status(), exchange.response_headers()) else {
        output.line("< no response");
        return;
    };
    let tone = if status.is_success() { Tone::Good } else { Tone::Warning };
    let status = output.paint(tone, status);
    let version = version.map_or(String::new(), |version| format!("{version:?} "));
    output.line(format_args!("< {version}{status}"));
    let is_shown = |name: &str| name.starts_with("access-control-") || OF_RESPONSES.contains(&name);
    print_headers(headers, all, is_shown, output);
}

fn print_headers(
    headers: &HeaderMap,
    all: bool,
    is_shown: impl Fn(&str) -> bool,
    output: &mut Output,
) {
    for (name, value) in headers.iter().filter(|(name, _)| all || is_shown(name.as_str())) {
        let text = String::from_utf8_lossy(value.as_bytes());
        let text = secret(name).map_or_else(|| printable(&text), str::to_owned);
        output.line(format_args!("    {name}: {text}"));
    }
}

/// What is shown instead of a login.
pub(super) fn secret(name: &HeaderName) -> Option<&'static str> {
    matches!(name.as_str(), "authorization" | "cookie" | "set-cookie").then_some("(not shown)")
}
