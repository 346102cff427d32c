//! Bars: peers side by side, and what each feature adds.

use crate::{color, figure};
use plotters::prelude::*;
use tower_cors_benches::{
    Subject,
    report::{Figures, grouped},
};

const WIDTH: i32 = 760;
const LEFT: i32 = 170;
const RIGHT: i32 = 90;
const BAR: i32 = 16;
const GAP: i32 = 10;

/// A group of bars under one name.
struct Group {
    name: &'static str,
    bars: Vec<(Subject, u64)>,
}

/// What each layer adds to a call.
pub(crate) fn peers(figures: &Figures) -> String {
    let subjects = [Subject::Hand, Subject::TowerCors, Subject::TowerHttp, Subject::HyperCors];
    let scenarios = [
        ("no Origin", "no Origin, full policy"),
        ("any origin", "actual, any origin"),
        ("granted", "actual, granted, full policy"),
        ("refused", "actual, refused"),
        ("preflight granted", "preflight granted"),
        ("preflight refused", "preflight refused"),
    ];
    let group = |(name, scenario): (&'static str, &str)| {
        let bare = figure(figures, scenario, Subject::Bare);
        let added = |subject| (subject, figure(figures, scenario, subject).saturating_sub(bare));
        Group { name, bars: subjects.map(added).to_vec() }
    };
    draw(
        "Instructions that a layer adds to a call (fewer is better)",
        &scenarios.map(group),
        &subjects,
    )
}

/// What a layer adds to a call with each feature on.
pub(crate) fn features(figures: &Figures) -> String {
    const GRANTED: &str = "features: actual, granted";
    let bare = figure(figures, GRANTED, Subject::Bare);
    let group = |&(name, scenario): &(&'static str, &str)| {
        let whole = figure(figures, scenario, Subject::TowerCors);
        Group { name, bars: vec![(Subject::TowerCors, whole.saturating_sub(bare))] }
    };
    let groups = FEATURES.iter().map(group).collect::<Vec<_>>();
    draw("Instructions that the layer adds to a granted request, by feature", &groups, &[])
}

const FEATURES: &[(&str, &str)] = &[
    ("one policy", "features: actual, granted"),
    ("log at WARN", "log at WARN, granted"),
    ("log at INFO", "log at INFO, granted"),
    ("enforce", "enforce, granted"),
    ("wrap_body", "wrap_body"),
    ("by_request", "by_request"),
    ("hook", "hook"),
    ("reload", "reload"),
    ("list of 10,000 scopes", "a list of 10,000 scopes, the last"),
    ("two policies in a scope", "two policies in one scope, the second"),
    ("shadow policy", "shadow policy that agrees"),
    ("predicate", "predicate"),
    ("ten expressions", "ten regular expressions, the last"),
    ("allow_hosts", "allow_hosts, granted"),
    ("recorded decision", "recorded decision"),
    ("async source", "async source, ready at once"),
    ("resolver, hit", "resolver, hit"),
];

/// Horizontal bars, from zero.
fn draw(title: &str, groups: &[Group], legend: &[Subject]) -> String {
    let all = groups.iter().flat_map(|group| &group.bars);
    let most = all.clone().map(|bar| bar.1).max().unwrap_or(1);
    let height = all.map(|_| BAR).chain(groups.iter().map(|_| GAP)).sum::<i32>();
    let height = 40 + height + if legend.is_empty() { 0 } else { 24 };
    let room = u64::from((WIDTH - LEFT - RIGHT).unsigned_abs());
    let length = |value: u64| i32::try_from(value * room / most).expect("no longer than the room");
    let mut svg = String::new();
    let area = SVGBackend::with_string(&mut svg, (WIDTH.unsigned_abs(), height.unsigned_abs()))
        .into_drawing_area();
    let drawn = (|| {
        area.fill(&WHITE)?;
        let text = ("sans-serif", 13).into_font();
        area.draw(&Text::new(title, (12, 10), ("sans-serif", 16).into_font()))?;
        let mut y = 40;
        for group in groups {
            area.draw(&Text::new(group.name, (12, y + 1), text.clone()))?;
            for &(subject, value) in &group.bars {
                let from = (LEFT, y);
                let to = (LEFT + length(value), y + BAR - 2);
                area.draw(&Rectangle::new([from, to], color(subject).filled()))?;
                let number = Text::new(grouped(value), (to.0 + 5, y + 1), text.clone());
                area.draw(&number)?;
                y += BAR;
            }
            y += GAP;
        }
        let mut x = LEFT;
        for &subject in legend {
            area.draw(&Rectangle::new([(x, y), (x + 12, y + 12)], color(subject).filled()))?;
            area.draw(&Text::new(subject.name(), (x + 17, y), text.clone()))?;
            x += 120;
        }
        area.present()
    })();
    drawn.expect("a string takes everything");
    drop(area);
    svg
}
