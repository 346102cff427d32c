//! Interleavings of requests, lookups and invalidations, chosen by shuttle: many thousands of orders
//! in which threads may take turns, each one repeatable.
//!
//! shuttle sees the lock, the counters and the flights of this module; moka's caches and tokio's
//! channel are one step each to it. Time stands still as far as the cache can tell: an execution
//! takes far less than the shortest lifetime.

use super::{Resolver, ResolverBuilder};
use crate::{
    origin::Origin,
    policy::BoxError,
    select::{SelectPolicy, Selection},
    source::PolicySource,
};
use http::{Request, request::Parts};
use shuttle::{
    future::block_on,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    thread,
};
use std::time::Duration;

const EXECUTIONS: usize = 2000;

/// Runs a test under many schedules: random ones, and those in which few changes of turn matter.
fn check(test: fn()) {
    // The cache asks for a runtime before it starts a lookup; shuttle runs the task in its place.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let runtime = runtime.expect("a runtime");
    let _entered = runtime.enter();
    shuttle::check_random(test, EXECUTIONS);
    shuttle::check_pct(test, EXECUTIONS, 3);
}

/// An answer that tells which version of the database it is of.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Version(u64);

impl SelectPolicy for Version {
    fn select<'a>(&self, _: &'a Parts) -> Option<Selection<'a>> {
        None
    }
}

/// Stands for a database that is edited.
#[derive(Clone, Default)]
struct Database {
    version: Arc<AtomicU64>,
    /// Lookups in progress.
    running: Arc<AtomicU64>,
    lookups: Arc<AtomicU64>,
    /// The lookup of this number, from one, fails.
    fails: u64,
}

/// Known, by this name.
const KNOWN: &str = "https://known.example";

impl Database {
    fn resolver(&self) -> ResolverBuilder<Origin, Version> {
        let database = self.clone();
        Resolver::builder(move |origin: Origin| database.clone().look_up(origin))
    }

    async fn look_up(self, origin: Origin) -> Result<Option<Version>, BoxError> {
        let number = self.lookups.fetch_add(1, SeqCst) + 1;
        if origin.as_str() == KNOWN {
            assert_eq!(self.running.fetch_add(1, SeqCst), 0, "two lookups of one key at once");
        }
        let version = Version(self.version.load(SeqCst));
        shuttle::future::yield_now().await;
        if origin.as_str() == KNOWN {
            self.running.fetch_sub(1, SeqCst);
        }
        if number == self.fails {
            return Err("the database is down".into());
        }
        Ok((origin.as_str() == KNOWN).then_some(version))
    }
}

fn ask(resolver: &Resolver<Origin, Version>, origin: &str) -> Result<Option<Version>, String> {
    let request = Request::builder().header("origin", origin).body(()).expect("a request");
    let parts = request.into_parts().0;
    block_on(resolver.resolve(&parts)).map_err(|error| error.to_string())
}

/// How a key is invalidated.
type Invalidate = fn(&Resolver<Origin, Version>);

const INVALIDATE: Invalidate = |resolver| resolver.invalidate(&Origin::from_static(KNOWN));
const INVALIDATE_ALL: Invalidate = |resolver| resolver.invalidate_all();

/// Two threads ask while one edits and invalidates, twice. `fails`: which lookup fails.
fn edited_meanwhile(invalidate: Invalidate, fails: u64) {
    let database = Database { fails, ..Database::default() };
    let builder = database.resolver().stale_on_error(Duration::from_secs(1000));
    let resolver = Arc::new(builder.build().expect("valid"));
    let invalidated = Arc::new(AtomicU64::new(0));
    let askers = (0..2).map(|_| {
        let (resolver, invalidated) = (resolver.clone(), invalidated.clone());
        thread::spawn(move || {
            for _ in 0..2 {
                let since = invalidated.load(SeqCst);
                match ask(&resolver, KNOWN) {
                    Ok(answer) => {
                        let answer = answer.expect("known");
                        assert!(answer.0 >= since, "{answer:?} is from before {since}");
                    }
                    Err(error) => {
                        assert_eq!((error.as_str(), fails > 0), ("the database is down", true))
                    }
                }
            }
        })
    });
    let askers = askers.collect::<Vec<_>>();
    for version in 1..=2 {
        database.version.store(version, SeqCst);
        invalidate(&resolver);
        invalidated.store(version, SeqCst);
    }
    for asker in askers {
        asker.join().expect("what is promised");
    }
    if fails == 0 {
        assert_eq!(ask(&resolver, KNOWN), Ok(Some(Version(2))), "nothing old is remembered");
    }
}

#[test]
fn no_answer_is_from_before_an_invalidation() {
    check(|| edited_meanwhile(INVALIDATE, 0));
}

#[test]
fn no_answer_is_from_before_an_invalidation_of_everything() {
    check(|| edited_meanwhile(INVALIDATE_ALL, 0));
}

#[test]
fn nor_where_a_lookup_fails() {
    check(|| edited_meanwhile(INVALIDATE, 2));
    check(|| edited_meanwhile(INVALIDATE_ALL, 2));
}

#[test]
fn those_who_ask_at_once_share_one_lookup() {
    check(|| {
        let database = Database::default();
        let resolver = Arc::new(database.resolver().build().expect("valid"));
        let askers = (0..3).map(|_| {
            let resolver = resolver.clone();
            thread::spawn(move || assert_eq!(ask(&resolver, KNOWN), Ok(Some(Version(0)))))
        });
        for asker in askers.collect::<Vec<_>>() {
            asker.join().expect("an answer");
        }
        assert_eq!(database.lookups.load(SeqCst), 1);
        let stats = resolver.stats();
        assert_eq!((stats.lookups, stats.shared + stats.hits, stats.in_progress), (1, 2, 0));
    });
}

#[test]
fn made_up_keys_take_no_more_than_their_allowance() {
    check(|| {
        let database = Database::default();
        let builder = database.resolver().lookup_rate(1).lookup_burst(2);
        let resolver = Arc::new(builder.build().expect("valid"));
        let askers = (0..4).map(|n| {
            let resolver = resolver.clone();
            thread::spawn(move || ask(&resolver, &format!("https://x{n}.example")))
        });
        let known = ask(&resolver, KNOWN);
        let answers = askers.map(|asker| asker.join().expect("an answer")).collect::<Vec<_>>();
        assert!(answers.iter().all(|answer| !matches!(answer, Ok(Some(_)))), "{answers:?}");
        // The token of a key that has a policy comes back.
        let of_known = u64::from(known.is_ok());
        let lookups = database.lookups.load(SeqCst);
        assert!(lookups <= 2 + of_known, "{lookups} lookups, {known:?}");
    });
}

#[test]
fn a_key_that_is_named_meanwhile_is_known() {
    check(|| {
        let database = Database::default();
        // No key but those that are known is ever looked up a second time.
        let builder = database.resolver().lookup_rate(1).lookup_burst(1);
        let resolver = Arc::new(builder.build().expect("valid"));
        let asker = thread::spawn({
            let resolver = resolver.clone();
            move || ask(&resolver, KNOWN)
        });
        resolver.mark_known([Origin::from_static(KNOWN)]);
        resolver.invalidate(&Origin::from_static(KNOWN));
        assert_eq!(asker.join().expect("an answer"), Ok(Some(Version(0))));
        assert_eq!(ask(&resolver, "https://x.example"), Ok(None), "takes the only token");
        resolver.invalidate_all();
        assert_eq!(ask(&resolver, KNOWN), Ok(Some(Version(0))), "needs no token");
    });
}
