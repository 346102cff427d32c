//! A probe as JSON.

use http::{HeaderMap, Version};
use serde_json::{Map, Value, json};
use tower_browser::checkup::{Finding, Report, Step};
use tower_browser::console::Engine;
use tower_browser::{Blocked, Exchange};

use super::Verdict;
use super::text::{reason, secret};

pub(super) fn of_report(report: &Report, versions: &[Option<Version>], verdict: &Verdict) -> Value {
    let blocked = report.steps().first().and_then(Step::blocked);
    let console = |engine| blocked.and_then(|blocked: &Blocked| blocked.console(engine));
    json!({
        "verdict": match (&verdict.error, blocked) {
            (Some(_), _) => "failed",
            (None, Some(_)) => "blocked",
            (None, None) => "readable",
        },
        "error": verdict.error,
        "reason": blocked.map(reason),
        "console": { "chromium": console(Engine::Chromium), "firefox": console(Engine::Firefox) },
        "findings": verdict.findings.iter().map(of_finding).collect::<Vec<_>>(),
        "notes": verdict.notes.iter().map(of_finding).collect::<Vec<_>>(),
        "remarks": verdict.remarks,
        "steps": of_steps(report, versions),
    })
}

pub(super) fn of_plan(report: &Report) -> Value {
    let requests: Vec<Value> = report
        .steps()
        .iter()
        .flat_map(|step| {
            step.wire().iter().map(|exchange| {
                json!({
                    "purpose": step.purpose().to_string(),
                    "method": exchange.method().as_str(),
                    "url": exchange.url(),
                    "headers": of_headers(exchange.request_headers()),
                })
            })
        })
        .collect();
    json!({ "requests": requests })
}

fn of_finding(finding: &Finding) -> Value {
    json!({
        "kind": finding.kind().as_str(),
        "what": finding.what(),
        "culprit": finding.culprit(),
        "suggestion": finding.suggestion(),
    })
}

fn of_steps(report: &Report, versions: &[Option<Version>]) -> Vec<Value> {
    let mut versions = versions.iter();
    report
        .steps()
        .iter()
        .map(|step| {
            let wire: Vec<Value> = step
                .wire()
                .iter()
                .map(|exchange| of_exchange(exchange, versions.next().copied().flatten()))
                .collect();
            json!({
                "purpose": step.purpose().to_string(),
                "origin": step.origin(),
                "readable": step.blocked().is_none(),
                "wire": wire,
            })
        })
        .collect()
}

fn of_exchange(exchange: &Exchange, version: Option<Version>) -> Value {
    json!({
        "preflight": exchange.is_preflight(),
        "method": exchange.method().as_str(),
        "url": exchange.url(),
        "request_headers": of_headers(exchange.request_headers()),
        "status": exchange.status().map(|status| status.as_u16()),
        "version": version.map(|version| format!("{version:?}")),
        "response_headers": exchange.response_headers().map(of_headers),
    })
}

/// Each header's values; a login is not repeated.
fn of_headers(headers: &HeaderMap) -> Value {
    let of = |name: &http::HeaderName| {
        let values = headers.get_all(name).iter().map(|value| {
            let text = String::from_utf8_lossy(value.as_bytes());
            secret(name).map_or_else(|| text.into_owned(), str::to_owned)
        });
        (name.to_string(), values.collect::<Vec<_>>().into())
    };
    Value::Object(headers.keys().map(of).collect::<Map<_, _>>())
}
