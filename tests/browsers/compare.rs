//! Where two views of a case differ, in words.

use std::collections::BTreeSet;

use crate::api::Middleware;
use crate::case::{Case, Corpus, Family};
use crate::naive::{self, Reading, Result};
use crate::outcome::{Outcome, Sight, Wire};
use crate::site::Crossing;

/// What a difference is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Aspect {
    /// Whether the script may read, and what it sees.
    Sight,
    /// Which requests crossed the wire, preflights and others.
    Requests,
    /// What a preflight asks for.
    Asked,
    /// `Origin` as sent.
    Origin,
    Cookies,
    /// Whether `Authorization` is sent.
    Authorization,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) aspect: Aspect,
    pub(crate) text: String,
}

impl Difference {
    fn new(aspect: Aspect, text: String) -> Self {
        Self { aspect, text }
    }
}

/// Where an engine's outcome differs from the simulated browser's.
pub(crate) fn with_simulated(observed: &Outcome, simulated: &Outcome) -> Vec<Difference> {
    let mut differences = Vec::new();
    for (index, (seen, expected)) in observed.seen.iter().zip(&simulated.seen).enumerate() {
        if seen != expected {
            let text = format!("call {index}: simulated {expected:?}\n      seen {seen:?}");
            differences.push(Difference::new(Aspect::Sight, text));
        }
    }
    let same = |a: &Wire, b: &Wire| {
        (&a.method, &a.url, a.asked.is_some()) == (&b.method, &b.url, b.asked.is_some())
    };
    let pairs = || observed.wire.iter().zip(&simulated.wire);
    if observed.wire.len() != simulated.wire.len() || !pairs().all(|(a, b)| same(a, b)) {
        let text = format!("wire: simulated {}\n      seen {}", line(simulated), line(observed));
        differences.push(Difference::new(Aspect::Requests, text));
        return differences;
    }
    for (index, (seen, expected)) in pairs().enumerate() {
        let mut differ = |aspect, seen: String, expected: String| {
            if seen != expected {
                let text = format!("wire {index} {aspect:?}: simulated {expected}, seen {seen}");
                differences.push(Difference::new(aspect, text));
            }
        };
        differ(Aspect::Asked, format!("{:?}", seen.asked), format!("{:?}", expected.asked));
        differ(Aspect::Origin, format!("{:?}", seen.origin), format!("{:?}", expected.origin));
        differ(Aspect::Cookies, format!("{:?}", seen.cookies), format!("{:?}", expected.cookies));
        differ(
            Aspect::Authorization,
            seen.authorization.to_string(),
            expected.authorization.to_string(),
        );
    }
    differences
}

/// The requests of an outcome on one line.
fn line(outcome: &Outcome) -> String {
    let word = |wire: &Wire| match &wire.asked {
        Some(asked) => format!("preflight({} {:?})", asked.method, asked.headers),
        None => wire.method.to_string(),
    };
    outcome.wire.iter().map(word).collect::<Vec<_>>().join(" ")
}

/// Where an outcome differs from the policy read naively.
pub(crate) fn with_reading(corpus: &Corpus, case: &Case, outcome: &Outcome) -> Vec<Difference> {
    let readings = naive::read(corpus, case);
    let mut differences = Vec::new();
    for (index, ((reading, call), seen)) in
        readings.iter().zip(&case.calls).zip(&outcome.seen).enumerate()
    {
        let rules = &corpus.rules[call.hops[call.hops.len() - 1].rules];
        if let Some(difference) = result(&reading.result, seen, naive::exposes_all(rules)) {
            differences.push(Difference::new(
                Aspect::Sight,
                format!("call {index}: by the policy {difference}"),
            ));
        }
    }
    // What the HTTP cache answers does not cross the wire.
    if case.family != Family::HttpCache {
        differences.extend(crossed(case, &readings, outcome));
    }
    differences
}

fn crossed(case: &Case, readings: &[Reading], outcome: &Outcome) -> Vec<Difference> {
    let mut differences = Vec::new();
    let preflights =
        case.preflights.unwrap_or_else(|| readings.iter().map(|reading| reading.preflights).sum());
    if preflights != outcome.preflights() {
        let text = format!("by the policy {preflights} preflights, seen {}", outcome.preflights());
        differences.push(Difference::new(Aspect::Requests, text));
    }
    let cookies: Vec<BTreeSet<&str>> =
        readings.iter().flat_map(|reading| reading.cookies.clone()).collect();
    let seen: Vec<BTreeSet<&str>> =
        outcome.actual().map(|wire| wire.cookies.iter().map(String::as_str).collect()).collect();
    if cookies.len() != seen.len() {
        let text = format!("by the policy {} requests, seen {}", cookies.len(), seen.len());
        differences.push(Difference::new(Aspect::Requests, text));
    } else if cookies != seen {
        let text = format!("cookies: expected {cookies:?}, seen {seen:?}");
        differences.push(Difference::new(Aspect::Cookies, text));
    }
    if outcome.wire.iter().any(|wire| wire.asked.is_some() && !wire.cookies.is_empty()) {
        differences
            .push(Difference::new(Aspect::Cookies, "a preflight carries cookies".to_owned()));
    }
    differences
}

fn result(expected: &Result, seen: &Sight, exposes_all: bool) -> Option<String> {
    match (expected, seen) {
        (Result::Blocked, Sight::Blocked) => None,
        (Result::Sealed(expected), Sight::Response { kind, status: 0, headers, .. })
            if expected == kind && headers.is_empty() =>
        {
            None
        }
        (
            Result::Read { kind, status, visible, timing },
            Sight::Response {
                kind: seen_kind,
                status: seen_status,
                headers,
                timing: seen_timing,
                ..
            },
        ) if kind == seen_kind && status == seen_status && timing == seen_timing => {
            let visible = visible.as_ref()?;
            // What the middleware itself adds is visible where all is.
            let own = |name: &str| {
                name.starts_with("access-control-")
                    || ["vary", "timing-allow-origin"].contains(&name)
            };
            let mut seen: BTreeSet<String> =
                headers.keys().filter(|name| !own(name)).cloned().collect();
            if exposes_all {
                seen.remove("date");
            }
            (seen != *visible).then(|| format!("{visible:?} is visible, seen {seen:?}"))
        }
        _ => Some(format!("{expected:?}, seen {seen:?}")),
    }
}

/// Where the policy's own decisions differ from what the script got: each is asked again of the
/// requests that crossed the wire.
pub(crate) fn with_decisions(
    corpus: &Corpus,
    case: &Case,
    outcome: &Outcome,
    crossings: &[Crossing],
    middleware: &Middleware,
) -> Vec<Difference> {
    // Where one request is one decision, and nothing but the policy decides.
    let [call] = case.calls.as_slice() else { return Vec::new() };
    let [hop] = call.hops.as_slice() else { return Vec::new() };
    let rules = &corpus.rules[hop.rules];
    if call.mode != "cors"
        || hop.origin == call.frame.origin(&case.page)
        || rules.keep
        || rules.preflight_continue
    {
        return Vec::new();
    }
    let decisions: Vec<_> =
        crossings.iter().map(|crossing| middleware.decide(&crossing.parts)).collect();
    let all_granted = decisions.iter().flatten().all(tower_cors::Decision::is_granted);
    let granted = all_granted && !crossings.is_empty();
    let with_credentials = call.credentials != "include" || rules.credentials;
    let read = outcome.seen[0] != Sight::Blocked;
    if read == (granted && with_credentials) {
        return Vec::new();
    }
    let what = if read { "read" } else { "was blocked" };
    vec![Difference::new(
        Aspect::Sight,
        format!("the policy decided {decisions:?}, and the script {what}"),
    )]
}
