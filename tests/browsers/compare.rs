//! Where two views of a case differ, in words.

use std::collections::BTreeSet;


use crate::api::Middleware;
use crate::case::{Case, Corpus, Family};
use crate::naive::{self, Reading, Result};
use crate::outcome::{Outcome, Sight};
use crate::site::Crossing;

/// Where an engine's outcome differs from the simulated browser's.
pub(crate) fn with_simulated(observed: &Outcome, simulated: &Outcome) -> Vec<String> {
    let mut differences = Vec::new();
    for (index, (seen, expected)) in observed.seen.iter().zip(&simulated.seen).enumerate() {
        if seen != expected {
            differences.push(format!("call {index}: simulated {expected:?}\n      seen {seen:?}"));
        }
    }
    if observed.wire.len() != simulated.wire.len() {
        let list = |outcome: &Outcome| {
            let line = |wire: &crate::outcome::Wire| match &wire.asked {
                Some(asked) => format!("preflight({} {:?})", asked.method, asked.headers),
                None => wire.method.to_string(),
            };
            outcome.wire.iter().map(line).collect::<Vec<_>>().join(" ")
        };
        differences.push(format!("wire: simulated {}, seen {}", list(simulated), list(observed)));
    } else {
        for (index, (seen, expected)) in observed.wire.iter().zip(&simulated.wire).enumerate() {
            if seen != expected {
                differences.push(format!("wire {index}: simulated {expected:?}\n      seen {seen:?}"));
            }
        }
    }
    differences
}

/// Where an outcome differs from the policy read naively.
pub(crate) fn with_reading(corpus: &Corpus, case: &Case, outcome: &Outcome) -> Vec<String> {
    let readings = naive::read(corpus, case);
    let mut differences = Vec::new();
    for (index, ((reading, call), seen)) in readings.iter().zip(&case.calls).zip(&outcome.seen).enumerate() {
        let rules = &corpus.rules[call.hops[call.hops.len() - 1].rules];
        if let Some(difference) = result(&reading.result, seen, naive::exposes_all(rules)) {
            differences.push(format!("call {index}: by the policy {difference}"));
        }
    }
    // What the HTTP cache answers does not cross the wire.
    if case.family != Family::HttpCache {
        differences.extend(crossed(case, &readings, outcome));
    }
    differences
}

fn crossed(case: &Case, readings: &[Reading], outcome: &Outcome) -> Vec<String> {
    let mut differences = Vec::new();
    let preflights = case.preflights.unwrap_or_else(|| readings.iter().map(|reading| reading.preflights).sum());
    if preflights != outcome.preflights() {
        differences.push(format!("by the policy {preflights} preflights, seen {}", outcome.preflights()));
    }
    let cookies: Vec<BTreeSet<&str>> = readings.iter().flat_map(|reading| reading.cookies.clone()).collect();
    let seen: Vec<BTreeSet<&str>> =
        outcome.actual().map(|wire| wire.cookies.iter().map(String::as_str).collect()).collect();
    if cookies.len() != seen.len() {
        differences.push(format!("by the policy {} requests, seen {}", cookies.len(), seen.len()));
    } else if cookies != seen {
        differences.push(format!("cookies: expected {cookies:?}, seen {seen:?}"));
    }
    let with_cookies = outcome.wire.iter().any(|wire| wire.asked.is_some() && !wire.cookies.is_empty());
    if with_cookies {
        differences.push("a preflight carries cookies".to_owned());
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
            Sight::Response { kind: seen_kind, status: seen_status, headers, timing: seen_timing, .. },
        ) if kind == seen_kind && status == seen_status && timing == seen_timing => {
            let visible = visible.as_ref()?;
            let own = |name: &&String| !name.starts_with("access-control-") && !["vary", "timing-allow-origin"].contains(&name.as_str());
            let mut seen: BTreeSet<String> = headers.keys().filter(own).cloned().collect();
            if exposes_all {
                seen.remove("date");
            }
            (seen != *visible).then(|| format!("{visible:?} is visible, seen {seen:?}"))
        }
        _ => Some(format!("{expected:?}, seen {seen:?}")),
    }
}

/// Where the policy's own decisions differ from what the script got: each is asked again of the requests that
/// crossed the wire.
pub(crate) fn with_decisions(
    corpus: &Corpus,
    case: &Case,
    outcome: &Outcome,
    crossings: &[Crossing],
    middleware: &Middleware,
) -> Vec<String> {
    // Where one request is one decision, and nothing but the policy decides.
    let [call] = case.calls.as_slice() else { return Vec::new() };
    let [hop] = call.hops.as_slice() else { return Vec::new() };
    let rules = &corpus.rules[hop.rules];
    if call.mode != "cors" || case.family == Family::SameOrigin || rules.keep || rules.preflight_continue {
        return Vec::new();
    }
    let granted = !crossings.is_empty()
        && crossings.iter().all(|crossing| middleware.decide(&crossing.parts).is_some_and(|decision| decision.is_granted()));
    let with_credentials = call.credentials != "include" || rules.credentials;
    let read = outcome.seen[0] != Sight::Blocked;
    if read == (granted && with_credentials) {
        Vec::new()
    } else {
        let decisions: Vec<_> = crossings.iter().map(|crossing| middleware.decide(&crossing.parts)).collect();
        vec![format!("the policy decided {decisions:?}, and the script {}", if read { "read" } else { "was blocked" })]
    }
}
