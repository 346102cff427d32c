//! What the developer of a blocked page reads: for each kind of refusal, whether the console names
//! the true culprit; and that the guide has the engines' own words.

use tower_browser::console::Engine as Words;

use crate::case::{Body, Call, Case, Corpus, Family, Hop};
use crate::console::{self, Line};
use crate::engine::{Engine, Kind};
use crate::outcome::Sight;
use crate::page::Frame;
use crate::place::Map;
use crate::refusals::{self, Refusal};
use crate::simulated;
use crate::stage::{Stage, alone, start};
use crate::table;

const GUIDE: &str = include_str!("../../guide/blocked.md");

/// How the lines begin that say why.
const BEGINNINGS: [&str; 3] =
    ["Access to fetch", "Cross-Origin Request Blocked", "Cross-Origin Request Warning"];

/// Runs each refusal in the engines that have a console.
pub(crate) async fn consoles_name_the_culprit() -> Result<(), String> {
    let _turn = alone().await;
    let mut wrong = Vec::new();
    for kind in Kind::ALL.into_iter().filter(|kind| kind.has_console()) {
        if let Some(engine) = start(kind).await {
            wrong.extend(read_in(&engine).await?);
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

/// What is wrong in one engine.
async fn read_in(engine: &Engine) -> Result<Vec<String>, String> {
    let mut stage = Stage::reserve().await?;
    let page = stage.map.pages[1].clone();
    let refusals = refusals::all(&page);
    stage.serve(corpus(&refusals, &stage.map, &page))?;
    let observed = stage.observe(engine).await?;
    let lines = console::lines(engine).await?;
    let mut wrong = Vec::new();
    for (case, refusal) in stage.corpus().cases.iter().zip(&refusals) {
        let blocked = observed.get(&case.id).map(|outcome| outcome.seen == [Sight::Blocked]);
        if blocked != Some(refusal.blocks) {
            wrong.push(format!("{}, {}: blocked {blocked:?}", engine.kind, refusal.name));
        }
        if let Err(what) = names_the_culprit(engine.kind, refusal, &read(&lines, case)) {
            wrong.push(format!("{}, {}: {what}", engine.kind, refusal.name));
        }
        if !refusal.blocks {
            continue;
        }
        let Some(blocked) = simulated::reason(case, stage.middleware()).await else {
            wrong.push(format!("{}: not blocked in the simulated browser", refusal.name));
            continue;
        };
        let words = match engine.kind {
            Kind::Chromium => blocked.console(Words::Chromium),
            _ => blocked.console(Words::Firefox),
        };
        let words = words.unwrap_or_default();
        if !lines.iter().any(|line| line.text.contains(&words)) {
            let address = format!("/c/{}/", case.id);
            let own = lines.iter().filter(|line| line.text.contains(&address)).collect::<Vec<_>>();
            let name = refusal.name;
            wrong.push(format!("{}, {name}: simulated {words:?}, read {own:?}", engine.kind));
        }
    }
    Ok(wrong)
}

fn names_the_culprit(kind: Kind, refusal: &Refusal, read: &[String]) -> Result<(), String> {
    for line in read {
        println!("  {kind}, {}: {line}", refusal.name);
    }
    let expected = if kind == Kind::Chromium { refusal.chromium } else { refusal.firefox };
    let expected = expected.replace("PAGE", "https://app.example.com");
    match read.iter().find(|line| line.contains(&expected)) {
        _ if expected.is_empty() => Ok(()),
        None => Err(format!("{expected:?} is not in {read:?}")),
        Some(line) if !GUIDE.contains(&why(line)) => {
            Err(format!("the guide does not say: {}", why(line)))
        }
        Some(_) => Ok(()),
    }
}

/// What the console says of a case.
fn read(lines: &[Line], case: &Case) -> Vec<String> {
    let address = format!("/c/{}/", case.id);
    lines
        .iter()
        .filter(|line| line.text.contains(&address))
        .map(|line| anonymous(&line.text, case))
        .filter(|line| BEGINNINGS.iter().any(|beginning| line.starts_with(beginning)))
        .collect()
}

/// The text with the origins that a reader of the guide knows.
fn anonymous(text: &str, case: &Case) -> String {
    let call = &case.calls[0];
    let mut text = text
        .replace(&call.url(case.id), "https://api.example.com/")
        .replace(&call.last_url(case.id), "https://other.example.com/")
        .replace(&case.page, "https://app.example.com");
    // What stands before is the place in the page's own source.
    for beginning in BEGINNINGS {
        if let Some(index) = text.find(beginning) {
            text.drain(..index);
        }
    }
    text
}

/// The part of a console's line that says why, with the names that stand in the guide.
fn why(line: &str) -> String {
    let why = line.split_once("CORS policy: ").or_else(|| line.split_once("(Reason: "));
    let why = why.map_or(line, |(_, why)| why);
    let why = why.split_once("). Status").map_or(why, |(why, _)| why);
    let why = why.strip_suffix(").").unwrap_or(why);
    // Advice of the engine's own follows.
    let why = why.split_once(" Have the server").map_or(why, |(why, _)| why);
    why.replace("Method patch", "Method PUT").replace("content-type", "x-csrf-token")
}

fn corpus(refusals: &[Refusal], map: &Map, page: &str) -> Corpus {
    let mut corpus = Corpus::default();
    for (id, refusal) in (0..).zip(refusals) {
        let rules = corpus.rules.len();
        let origin = map.apis[3].clone();
        let mut call = Call {
            frame: Frame::Top,
            method: table::GET,
            headers: Vec::new(),
            body: Body::None,
            credentials: "same-origin",
            mode: "cors",
            redirect: "follow",
            hops: vec![Hop { origin, rules, status: 200, set: Vec::new(), user: false }],
            wait: 0,
            timing: false,
        };
        (refusal.call)(&mut call);
        corpus.rules.push(refusal.rules.clone());
        corpus.cases.push(Case {
            id,
            family: Family::Plain,
            page: page.to_owned(),
            calls: vec![call],
            preflights: None,
            broken: None,
        });
    }
    corpus
}
