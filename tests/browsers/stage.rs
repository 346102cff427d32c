//! Servers for a corpus, and an engine that runs it.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::{Arc, LazyLock};

use tokio::sync::{Mutex, MutexGuard};

use crate::api::Middleware;
use crate::case::{Corpus, Family};
use crate::engine::{Engine, Extra, Kind};
use crate::outcome::Outcome;
use crate::page::{self, Script};
use crate::place::Map;
use crate::site::{Api, Crossing, Reserved, Site};

/// As many scripts as one load of a page runs.
const BATCH: usize = 500;

/// One engine at a time: what is remembered for five seconds must not be asked for again after six.
pub(crate) async fn alone() -> MutexGuard<'static, ()> {
    static TURN: LazyLock<Mutex<()>> = LazyLock::new(Mutex::default);
    TURN.lock().await
}

/// Prints what is to be read even where the harness keeps a test's output to itself: it keeps
/// `println!` only.
pub(crate) fn say(text: &str) {
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

/// The engine, started; or none, in words, where it is not installed and need not be.
pub(crate) async fn start(kind: Kind) -> Option<Engine> {
    start_with(kind, &Extra::default()).await
}

/// The same with more settings.
pub(crate) async fn start_with(kind: Kind, extra: &Extra) -> Option<Engine> {
    match kind.find() {
        Ok(programs) => match Engine::start_with(kind, &programs, extra).await {
            Ok(engine) => Some(engine),
            Err(error) => panic!("{error}"),
        },
        Err(missing) => {
            let required = std::env::var_os("CI").is_some() && kind == Kind::Chromium;
            assert!(!required, "{kind}: no {missing}, and CI must have it");
            say(&format!("\n{kind}: skipped, there is no {missing}\n"));
            None
        }
    }
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

    /// What crossed the wire for one case, in order.
    pub(crate) fn crossings(&self, case: u32) -> Vec<Crossing> {
        self.site.as_ref().map(|site| site.crossings(case)).unwrap_or_default()
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
        // The preflight cache first: one engine forgets some of it beyond 1,024 entries.
        let mut by_page: BTreeMap<(bool, &str, bool), Vec<Script>> = BTreeMap::new();
        for case in &self.corpus.cases {
            let script = case.script();
            let later = case.family != Family::PreflightCache;
            by_page.entry((later, &case.page, script.in_document())).or_default().push(script);
        }
        for scripts in by_page.values_mut() {
            // Those that wait begin first.
            scripts.sort_by_key(|script| Reverse(script.steps.iter().map(|step| step.wait).max()));
        }
        let mut outcomes = BTreeMap::new();
        let batches = by_page.iter().flat_map(|((_, page, _), scripts)| {
            scripts.chunks(BATCH).map(move |some| (*page, some))
        });
        for (number, (page, scripts)) in (0..).zip(batches) {
            for (id, seen) in page::run(engine, site, number, page, scripts).await? {
                outcomes.insert(id, Outcome::observed(&seen, &site.crossings(id)));
            }
        }
        Ok(outcomes)
    }
}
