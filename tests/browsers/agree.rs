//! Runs a corpus in an engine and compares.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use std::time::Instant;

use tokio::sync::{Mutex, MutexGuard};

use crate::api::Middleware;
use crate::case::Corpus;
use crate::compare::{self, Difference};
use crate::departures::{self, Instance};
use crate::engine::{Engine, Kind};
use crate::generate;
use crate::outcome::Outcome;
use crate::page;
use crate::place::Map;
use crate::simulated;
use crate::site::{Api, Reserved, Site};

/// As many as one load of a page runs.
const BATCH: usize = 500;
/// As many disagreements as are printed.
const SHOWN: usize = 12;

const SEED: u64 = 20_250_101;
const CASES: usize = 2_000;

/// One engine at a time: what is remembered for five seconds must not be asked for again after six.
pub(crate) async fn alone() -> MutexGuard<'static, ()> {
    static TURN: LazyLock<Mutex<()>> = LazyLock::new(Mutex::default);
    TURN.lock().await
}

/// The engine, started; or none, in words, where it is not installed and need not be.
pub(crate) async fn start(kind: Kind) -> Option<Engine> {
    match kind.find() {
        Ok(programs) => match Engine::start(kind, &programs).await {
            Ok(engine) => Some(engine),
            Err(error) => panic!("{error}"),
        },
        Err(missing) => {
            let required = std::env::var_os("CI").is_some() && kind == Kind::Chromium;
            assert!(!required, "{kind}: no {missing}, and CI must have it");
            println!("{kind}: skipped, there is no {missing}");
            None
        }
    }
}

/// The seed and the number of cases: `CORS_SEED` and `CORS_CASES` say otherwise.
pub(crate) fn size() -> (u64, usize) {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let cases = number("CORS_CASES").and_then(|cases| usize::try_from(cases).ok());
    (number("CORS_SEED").unwrap_or(SEED), cases.unwrap_or(CASES))
}

/// Servers for a corpus.
pub(crate) struct Stage {
    pub(crate) map: Map,
    corpus: Corpus,
    middleware: Arc<Middleware>,
    reserved: Option<Reserved>,
    site: Option<Site>,
}

impl Stage {
    /// With its ports, which cases name, and nothing to serve yet.
    pub(crate) async fn reserve() -> Result<Self, String> {
        let reserved = Reserved::new().await.map_err(|error| error.to_string())?;
        let map = Map::new(reserved.ports);
        let corpus = Corpus::default();
        let middleware = Middleware::new(&corpus)?;
        Ok(Self { map, corpus, middleware, reserved: Some(reserved), site: None })
    }

    /// Serves a corpus; once.
    pub(crate) fn serve(&mut self, corpus: Corpus) -> Result<(), String> {
        self.middleware = Middleware::new(&corpus)?;
        self.corpus = corpus;
        let answering = self.middleware.clone();
        let api: Api = Arc::new(move |request| Box::pin(answering.clone().answer(request)));
        self.site = self.reserved.take().map(|reserved| reserved.serve(api));
        Ok(())
    }

    pub(crate) fn corpus(&self) -> &Corpus {
        &self.corpus
    }

    pub(crate) fn middleware(&self) -> &Arc<Middleware> {
        &self.middleware
    }

    fn site(&self) -> Result<&Site, String> {
        self.site.as_ref().ok_or_else(|| "nothing is served".to_owned())
    }

    /// Runs the whole corpus in an engine.
    pub(crate) async fn observe(&self, engine: &Engine) -> Result<BTreeMap<u32, Outcome>, String> {
        let site = self.site()?;
        site.forget();
        for jar in self.map.jars() {
            engine.session.visit(&jar).await?;
        }
        let mut by_page: BTreeMap<(&str, bool), Vec<_>> = BTreeMap::new();
        for case in &self.corpus.cases {
            let script = case.script();
            by_page.entry((&case.page, script.in_document())).or_default().push(script);
        }
        for scripts in by_page.values_mut() {
            // Those that wait begin first.
            scripts.sort_by_key(|script| Reverse(script.steps.iter().map(|step| step.wait).max()));
        }
        let mut outcomes = BTreeMap::new();
        let batches = by_page
            .iter()
            .flat_map(|((page, _), scripts)| scripts.chunks(BATCH).map(move |some| (*page, some)));
        for (number, (page, scripts)) in (0..).zip(batches) {
            for (id, seen) in page::run(engine, site, number, page, scripts).await? {
                outcomes.insert(id, Outcome::observed(&seen, &site.crossings(id)));
            }
        }
        Ok(outcomes)
    }
}

/// The agreement of one engine with all others, printed; an error names what is unexplained.
pub(crate) async fn agree(kind: Kind) -> Result<(), String> {
    let _turn = alone().await;
    let Some(engine) = start(kind).await else { return Ok(()) };
    let (seed, count) = size();
    let begun = Instant::now();
    let mut stage = Stage::reserve().await?;
    stage.serve(generate::corpus(seed, count, &stage.map, Some(kind)))?;
    let observed = stage.observe(&engine).await?;
    let engine_time = begun.elapsed();
    let mut disagreements = Vec::new();
    let mut departures: BTreeMap<&str, (&str, usize)> = BTreeMap::new();
    for case in &stage.corpus.cases {
        let outcome = observed
            .get(&case.id)
            .ok_or_else(|| format!("{kind}: case {} has no result", case.id))?;
        let simulated = simulated::run(case, &stage.map, &stage.middleware).await;
        let mut differences = compare::with_simulated(outcome, &simulated);
        differences.extend(compare::with_reading(&stage.corpus, case, outcome));
        let crossings = stage.site()?.crossings(case.id);
        differences.extend(compare::with_decisions(
            &stage.corpus,
            case,
            outcome,
            &crossings,
            &stage.middleware,
        ));
        if differences.is_empty() {
            continue;
        }
        let instance =
            Instance { corpus: &stage.corpus, case, observed: outcome, simulated: &simulated };
        let mut found = BTreeMap::new();
        differences.retain(|difference| {
            match departures::known(kind, difference.aspect, &instance) {
                Some(departure) => {
                    found.insert(departure.name, departure.reason);
                    false
                }
                None => true,
            }
        });
        for (name, reason) in found {
            departures.entry(name).or_insert((reason, 0)).1 += 1;
        }
        if !differences.is_empty() {
            disagreements.push(describe(&stage.corpus, case.id, &differences));
        }
    }
    println!(
        "{kind} {}: {} cases, {} disagreements",
        engine.session.version(),
        observed.len(),
        disagreements.len()
    );
    for (name, (reason, cases)) in departures {
        println!("  known departure: {name}: {cases} cases ({reason})");
    }
    println!(
        "  seed {seed}; {:.1} s in the engine, {:.1} s in all",
        engine_time.as_secs_f32(),
        begun.elapsed().as_secs_f32()
    );
    if disagreements.is_empty() {
        return Ok(());
    }
    let shown = disagreements.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("\n");
    Err(format!("{kind}: {} disagreements with seed {seed}:\n{shown}", disagreements.len()))
}

/// A case and what is wrong with it.
pub(crate) fn describe(corpus: &Corpus, id: u32, differences: &[Difference]) -> String {
    let Some(case) = corpus.cases.iter().find(|case| case.id == id) else { return String::new() };
    let mut text = format!("case {id} ({:?}) from {}", case.family, case.page);
    for call in &case.calls {
        text.push_str(&format!(
            "\n  {:?} {} {} headers {:?} body {:?} credentials {} mode {} redirect {}",
            call.frame,
            call.method.written,
            call.url(id),
            call.headers.iter().map(|header| (header.name, header.value)).collect::<Vec<_>>(),
            call.body,
            call.credentials,
            call.mode,
            call.redirect
        ));
        for hop in &call.hops {
            text.push_str(&format!("\n    {} by {:?}", hop.origin, corpus.rules[hop.rules]));
        }
    }
    for difference in differences {
        text.push_str(&format!("\n    * {}", difference.text));
    }
    text
}
