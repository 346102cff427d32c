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

use case::Family;
use engine::Kind;
use outcome::Sight;

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

/// On a busy machine an engine may be too late with a form's navigation, so that it counts as not
/// sent: a disagreement counts if it is there twice.
async fn agrees_beyond_fetch(kind: Kind) {
    if let Err(first) = beyond::agrees(kind).await {
        println!("once more, after: {first}");
        beyond::agrees(kind).await.unwrap_or_else(|error| panic!("{error}"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chromium_agrees_beyond_fetch() {
    agrees_beyond_fetch(Kind::Chromium).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn firefox_agrees_beyond_fetch() {
    agrees_beyond_fetch(Kind::Firefox).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn webkit_agrees_beyond_fetch() {
    agrees_beyond_fetch(Kind::WebKit).await;
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
