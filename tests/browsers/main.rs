//! Chromium, Firefox and `WebKit` themselves, against the middleware, the simulated browser and a
//! naive reading of the policy.
//!
//! An engine that is not installed is skipped, in words; with `CI` set, Chromium must be there.
//! `CORS_SEED` and `CORS_CASES` change the cases: 5,000 an engine unless set, 10,000 in scheduled runs.
#![cfg(unix)]

mod agree;
mod api;
mod beyond;
mod blocked;
mod breaks;
mod broken;
mod case;
mod compare;
mod console;
mod departures;
mod engine;
mod generate;
mod naive;
mod network;
mod outcome;
mod page;
mod place;
mod process;
mod random;
mod refusals;
mod rules;
mod simulated;
mod site;
mod stage;
mod table;
mod webdriver;

use std::collections::BTreeMap;

use case::{Case, Family, Hop};
use engine::Kind;
use outcome::Sight;
use page::Frame;
use place::{Map, split};
use rules::{Names, Origins, Rules};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chromium_agrees() {
    agree::agree(Kind::Chromium).await.unwrap_or_else(|error| panic!("{error}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn firefox_agrees() {
    agree::agree(Kind::Firefox).await.unwrap_or_else(|error| panic!("{error}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn webkit_agrees() {
    agree::agree(Kind::WebKit).await.unwrap_or_else(|error| panic!("{error}"));
}

/// The simulated browser and the naive reading of the policy, without any engine.
#[tokio::test]
async fn simulated_browser_agrees_with_the_policy() {
    let (seed, count) = agree::size();
    let mut stage = stage::Stage::reserve().await.unwrap();
    stage.serve(generate::corpus(seed, count, &stage.map, None)).unwrap();
    let mut wrong = Vec::new();
    let mut kinds: BTreeMap<Family, [usize; 3]> = BTreeMap::new();
    for case in &stage.corpus().cases {
        let outcome = simulated::run(case, &stage.map, stage.middleware()).await;
        let [cases, blocked, preflighted] = kinds.entry(case.family).or_default();
        *cases += 1;
        *blocked += usize::from(outcome.seen.contains(&Sight::Blocked));
        *preflighted += usize::from(outcome.preflights() > 0);
        let differences = compare::with_reading(stage.corpus(), case, &outcome);
        if !differences.is_empty() {
            wrong.push(agree::describe(stage.corpus(), case, &differences));
        }
    }
    println!(
        "\nsimulated browser: {} cases, {} disagreements",
        stage.corpus().cases.len(),
        wrong.len()
    );
    for (family, [cases, blocked, preflighted]) in kinds {
        println!("  {family:?}: {cases} cases, {blocked} blocked, {preflighted} preflighted");
    }
    assert!(
        wrong.is_empty(),
        "seed {seed}:\n{}",
        wrong.iter().take(12).cloned().collect::<Vec<_>>().join("\n")
    );
}

/// What the cases must hold, and how many of each kind there are at least among 5,000.
#[test]
fn generated_cases_hold_each_kind() {
    type Row = (&'static str, usize, fn(&Case, &Hop, &Rules) -> bool);
    let kinds: &[Row] = &[
        ("a host that is refused, across origins", 100, |case, hop, rules| {
            hop.origin != case.page && !rules.answers_host(&hop.origin)
        }),
        ("a host that is refused, of the page's own origin", 50, |case, hop, rules| {
            hop.origin == case.page && !rules.answers_host(&hop.origin)
        }),
        ("a host that is listed", 200, |_, hop, rules| {
            rules.hosts.is_some() && rules.answers_host(&hop.origin)
        }),
        ("a host with a dot that is listed without", 15, |_, hop, rules| {
            split(&hop.origin).1.ends_with('.')
                && rules.hosts.is_some()
                && rules.answers_host(&hop.origin)
        }),
        ("a host with a dot that is refused", 10, |_, hop, rules| {
            split(&hop.origin).1.ends_with('.') && !rules.answers_host(&hop.origin)
        }),
        ("a host that is refused for its port", 10, |_, hop, rules| {
            let host = format!("{}:1", split(&hop.origin).1);
            !rules.answers_host(&hop.origin) && rules.answers_host(&format!("http://{host}"))
        }),
        ("an address that is listed", 10, |_, hop, rules| {
            split(&hop.origin).1 == "127.0.0.1"
                && rules.hosts.is_some()
                && rules.answers_host(&hop.origin)
        }),
        ("a redirect by a host that is refused", 10, |_, hop, rules| {
            hop.redirects() && !rules.answers_host(&hop.origin)
        }),
        ("a copy that a 304 confirms", 60, |_, hop, _| {
            hop.inner("cache-control") == Some("no-cache")
        }),
        ("a copy that a 304 confirms, all headers exposed with credentials", 5, |_, hop, rules| {
            hop.inner("cache-control") == Some("no-cache")
                && rules.credentials
                && rules.expose == Names::Any
        }),
        ("a page whose origin ends in a dot", 100, |case, _, _| split(&case.page).1.ends_with('.')),
        ("an opaque origin", 300, |case, _, _| {
            case.calls.iter().any(|call| Frame::OPAQUE.contains(&call.frame))
        }),
        ("origins by an expression", 150, |_, _, rules| {
            matches!(rules.origins, Origins::Beneath(_))
        }),
        ("a star above a single label", 100, |_, _, rules| {
            let Origins::Listed(listed) = &rules.origins else { return false };
            listed.iter().any(|pattern| pattern.contains("://*.localhost:"))
        }),
    ];
    let map = Map::new(site::Ports { http: 1_001, other_http: 1_002, https: 1_003 });
    for engine in Kind::ALL {
        let corpus = generate::corpus(agree::size().0, 5_000, &map, Some(engine));
        for (kind, least, is) in kinds {
            let cases = corpus.cases.iter().filter(|case| {
                let mut hops = case.calls.iter().flat_map(|call| &call.hops);
                hops.any(|hop| is(case, hop, &corpus.rules[hop.rules]))
            });
            let count = cases.count();
            let needed = engine.has_http_cache() || !kind.contains("304");
            assert!(count >= *least || !needed, "{engine}: {kind}: {count}, at least {least}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chromium_agrees_beyond_fetch() {
    beyond::agrees(Kind::Chromium).await.unwrap_or_else(|error| panic!("{error}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn firefox_agrees_beyond_fetch() {
    beyond::agrees(Kind::Firefox).await.unwrap_or_else(|error| panic!("{error}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn webkit_agrees_beyond_fetch() {
    beyond::agrees(Kind::WebKit).await.unwrap_or_else(|error| panic!("{error}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chromium_agrees_about_the_network() {
    network::agrees(Kind::Chromium).await.unwrap_or_else(|error| panic!("{error}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn firefox_agrees_about_the_network() {
    network::agrees(Kind::Firefox).await.unwrap_or_else(|error| panic!("{error}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn webkit_agrees_about_the_network() {
    network::agrees(Kind::WebKit).await.unwrap_or_else(|error| panic!("{error}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn breaks_are_caught() {
    broken::all_breaks_are_caught().await.unwrap_or_else(|error| panic!("{error}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn consoles_name_the_culprit() {
    blocked::consoles_name_the_culprit().await.unwrap_or_else(|error| panic!("{error}"));
}
