//! Each break is caught: by the simulated browser against the policy read naively, and by the
//! engines that can see it.

use std::collections::{BTreeMap, BTreeSet};

use crate::agree::describe;
use crate::api::Middleware;
use crate::breaks::Break;
use crate::case::{Case, Corpus, Family};
use crate::compare;
use crate::departures::{self, Instance};
use crate::engine::Kind::{self, Chromium, Firefox, WebKit};
use crate::generate;
use crate::outcome::Outcome;
use crate::simulated;
use crate::stage::{Stage, alone, start};

/// What caught what: the simulated browser all of them, and at least these engines.
const CAUGHT: [(Break, &[Kind]); 18] = [
    (Break::SuffixMatch, &[Chromium, Firefox, WebKit]),
    (Break::SchemeIgnored, &[Chromium, Firefox, WebKit]),
    (Break::PortIgnored, &[Chromium, Firefox, WebKit]),
    (Break::StarReflectedWithCredentials, &[Chromium, Firefox, WebKit]),
    (Break::NullReflected, &[Chromium, Firefox, WebKit]),
    // Only an engine that keeps what a script may not read can be misled by it later.
    (Break::NoVaryOnRefusals, &[Firefox]),
    // WebKit leaves its HTTP cache aside under automation.
    (Break::NoVaryWithoutOrigin, &[Chromium, Firefox]),
    (Break::MethodsDropped, &[Chromium, Firefox, WebKit]),
    (Break::HeadersDropped, &[Chromium, Firefox, WebKit]),
    (Break::CredentialsDropped, &[Chromium, Firefox, WebKit]),
    (Break::ExposeDropped, &[Chromium, Firefox, WebKit]),
    (Break::MaxAgeDropped, &[Chromium, Firefox, WebKit]),
    (Break::TimingDropped, &[Chromium, Firefox, WebKit]),
    (Break::TwoOrigins, &[Chromium, Firefox, WebKit]),
    (Break::SlashAppended, &[Chromium, Firefox, WebKit]),
    (Break::StarBesideCredentials, &[Chromium, Firefox, WebKit]),
    (Break::RefusedPreflightGranted, &[Chromium, Firefox, WebKit]),
    (Break::PreflightStatus, &[Chromium, Firefox, WebKit]),
];

const SEED: u64 = 7;
/// Cases that are tried for each break, and as many of those that catch it as engines are shown.
const TRIED: usize = 3_000;
const SHOWN: usize = 8;

/// A case that catches a break in the simulated browser, and what came of it when nothing was
/// broken.
struct Catch {
    case: Case,
    unbroken: Outcome,
}

pub(crate) async fn all_breaks_are_caught() -> Result<(), String> {
    let _turn = alone().await;
    let mut stage = Stage::reserve().await?;
    let base = generate::corpus(SEED, TRIED, &stage.map, None);
    let mut catches = Vec::new();
    for broken in Break::ALL {
        let found = catch(broken, &base, &stage).await?;
        if found.is_empty() {
            return Err(format!("{broken:?} is not caught by the simulated browser"));
        }
        catches.extend(found);
    }
    // Each once as it is broken, and once more as it should be: a catch counts for nothing where
    // that fails too.
    let corrected = catches.iter().map(|caught| Case { broken: None, ..caught.case.clone() });
    let cases = catches.iter().map(|caught| caught.case.clone()).chain(corrected);
    let cases = (0..).zip(cases).map(|(id, case)| Case { id, ..case }).collect();
    stage.serve(Corpus { rules: base.rules, cases })?;
    let mut by_engine = BTreeMap::new();
    for kind in Kind::ALL {
        if let Some(engine) = start(kind).await {
            let observed = stage.observe(&engine).await?;
            by_engine.insert(kind, caught_by(kind, &stage, &catches, &observed)?);
        }
    }
    let mut missed = Vec::new();
    for (broken, engines) in CAUGHT {
        let by: Vec<Kind> = by_engine
            .iter()
            .filter(|(_, breaks)| breaks.contains(&broken))
            .map(|(kind, _)| *kind)
            .collect();
        println!("  {broken:?}: caught by the simulated browser, {by:?}");
        let blind =
            engines.iter().filter(|kind| by_engine.contains_key(kind) && !by.contains(kind));
        missed.extend(blind.map(|kind| format!("{broken:?} is not caught by {kind}")));
    }
    if missed.is_empty() { Ok(()) } else { Err(missed.join("\n")) }
}

/// Some cases in which the simulated browser notices.
async fn catch(broken: Break, base: &Corpus, stage: &Stage) -> Result<Vec<Catch>, String> {
    let mut corpus = base.clone();
    let right = Middleware::new(&corpus)?;
    for case in &mut corpus.cases {
        case.broken = Some(broken);
    }
    let wrong = Middleware::new(&corpus)?;
    let mut catches: Vec<Catch> = Vec::new();
    for (case, unbroken) in corpus.cases.iter().zip(&base.cases) {
        // Redirects have departures enough; what they show, plain calls show too.
        if case.family == Family::Redirect || is_full(&catches, case.family) {
            continue;
        }
        let outcome = simulated::run(case, &stage.map, &wrong).await;
        if !compare::with_reading(&corpus, case, &outcome).is_empty() {
            let unbroken = simulated::run(unbroken, &stage.map, &right).await;
            catches.push(Catch { case: case.clone(), unbroken });
        }
    }
    Ok(catches)
}

fn is_full(catches: &[Catch], family: Family) -> bool {
    catches.iter().filter(|caught| caught.case.family == family).count() >= SHOWN
}

/// The breaks that an engine notices: where the script got something else than by the policy read
/// naively, and no known departure is the reason.
fn caught_by(
    kind: Kind,
    stage: &Stage,
    catches: &[Catch],
    observed: &BTreeMap<u32, Outcome>,
) -> Result<BTreeSet<Break>, String> {
    let corpus = stage.corpus();
    let mut breaks = BTreeSet::new();
    for (case, caught) in corpus.cases.iter().zip(catches.iter().chain(catches)) {
        if case.family == Family::HttpCache && !kind.has_http_cache() {
            continue;
        }
        let outcome = observed
            .get(&case.id)
            .ok_or_else(|| format!("{kind}: case {} has no result", case.id))?;
        let instance = Instance { corpus, case, observed: outcome, simulated: &caught.unbroken };
        let mut differences = compare::with_reading(corpus, case, outcome);
        differences
            .retain(|difference| departures::known(kind, difference.aspect, &instance).is_none());
        match case.broken {
            Some(broken) if !differences.is_empty() => drop(breaks.insert(broken)),
            None if !differences.is_empty() => {
                return Err(format!(
                    "{kind}, nothing broken: {}",
                    describe(corpus, case, &differences)
                ));
            }
            _ => {}
        }
    }
    Ok(breaks)
}
