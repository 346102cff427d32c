//! The agreement of one engine with the simulated browser, the policy read naively and the policy's
//! own decisions.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Instant;

use crate::case::{Case, Corpus};
use crate::compare::{self, Difference};
use crate::departures::{self, Instance};
use crate::engine::Kind;
use crate::generate;
use crate::outcome::Outcome;
use crate::simulated;
use crate::stage::{Stage, alone, say, start};

/// As many disagreements as are printed.
const SHOWN: usize = 12;
/// As many cases as one session of an engine runs: what it remembers is bounded.
const ROUND: usize = 4_000;

const SEED: u64 = 20_250_101;
const CASES: usize = 5_000;

/// The seed and the number of cases: `CORS_SEED` and `CORS_CASES` say otherwise.
pub(crate) fn size() -> (u64, usize) {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let cases = number("CORS_CASES").and_then(|cases| usize::try_from(cases).ok());
    (number("CORS_SEED").unwrap_or(SEED), cases.unwrap_or(CASES))
}

/// What came of all cases so far.
#[derive(Debug, Default)]
struct Tally {
    version: String,
    cases: usize,
    disagreements: Vec<String>,
    /// By name, the reason and the number of cases.
    departures: BTreeMap<&'static str, (&'static str, usize)>,
}

/// Runs the cases in an engine and prints what came of it; an error names what is unexplained.
pub(crate) async fn agree(kind: Kind) -> Result<(), String> {
    let _turn = alone().await;
    let (seed, count) = size();
    let begun = Instant::now();
    let mut tally = Tally::default();
    while tally.cases < count {
        let size = ROUND.min(count - tally.cases);
        let seed = seed.wrapping_add(u64::try_from(tally.cases / ROUND).unwrap_or_default());
        if !tally.round(kind, seed, size).await? {
            return Ok(());
        }
    }
    let Tally { version, cases, disagreements, departures } = tally;
    // On a line of its own, even where the harness has begun one.
    let mut text =
        format!("\n{kind} {version}: {cases} cases, {} disagreements\n", disagreements.len());
    for (name, (reason, cases)) in departures {
        let _ = writeln!(text, "  known departure: {name}: {cases} cases ({reason})");
    }
    let _ = writeln!(text, "  seed {seed}, {:.1} s", begun.elapsed().as_secs_f32());
    say(&text);
    if disagreements.is_empty() {
        return Ok(());
    }
    let shown = disagreements.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("\n");
    Err(format!("{kind}: {} disagreements with seed {seed}:\n{shown}", disagreements.len()))
}

impl Tally {
    /// One session; false if there is no such engine.
    async fn round(&mut self, kind: Kind, seed: u64, count: usize) -> Result<bool, String> {
        let Some(engine) = start(kind).await else { return Ok(false) };
        engine.session.version().clone_into(&mut self.version);
        let mut stage = Stage::reserve().await?;
        stage.serve(generate::corpus(seed, count, &stage.map, Some(kind)))?;
        let observed = stage.observe(&engine).await?;
        for case in &stage.corpus().cases {
            let outcome = observed.get(&case.id);
            let outcome =
                outcome.ok_or_else(|| format!("{kind}: case {} has no result", case.id))?;
            self.evaluate(kind, &stage, case, outcome).await;
        }
        Ok(true)
    }

    async fn evaluate(&mut self, kind: Kind, stage: &Stage, case: &Case, observed: &Outcome) {
        let (corpus, middleware) = (stage.corpus(), stage.middleware());
        let simulated = simulated::run(case, &stage.map, middleware).await;
        let crossings = stage.crossings(case.id);
        let mut differences = compare::with_simulated(observed, &simulated);
        differences.extend(compare::with_reading(corpus, case, observed));
        differences.extend(compare::with_decisions(corpus, case, observed, &crossings, middleware));
        let instance = Instance { corpus, case, observed, simulated: &simulated };
        let mut found = BTreeMap::new();
        differences.retain(|difference| {
            let departure = departures::known(kind, difference.aspect, &instance);
            found.extend(departure.map(|departure| (departure.name, departure.reason)));
            departure.is_none()
        });
        self.cases += 1;
        for (name, reason) in found {
            self.departures.entry(name).or_insert((reason, 0)).1 += 1;
        }
        if !differences.is_empty() {
            self.disagreements.push(describe(corpus, case, &differences));
        }
    }
}

/// A case and what is wrong with it.
pub(crate) fn describe(corpus: &Corpus, case: &Case, differences: &[Difference]) -> String {
    let mut text = format!("case {} ({:?}) from {}", case.id, case.family, case.page);
    for call in &case.calls {
        let headers: Vec<_> =
            call.headers.iter().map(|header| (header.name, header.value)).collect();
        let _ = write!(
            text,
            "\n  {:?} {} {} headers {headers:?} body {:?} credentials {} mode {} redirect {}",
            call.frame,
            call.method.written,
            call.url(case.id),
            call.body,
            call.credentials,
            call.mode,
            call.redirect
        );
        for hop in &call.hops {
            let _ = write!(text, "\n    {} by {:?}", hop.origin, corpus.rules[hop.rules]);
        }
    }
    for difference in differences {
        let _ = write!(text, "\n    * {}", difference.text);
    }
    text
}
