//! What counting costs: the middleware is built with feature "metrics" (`--features metrics`).

use crate::{
    config::Config,
    drive::Inner,
    features::{granted, preflight, refused},
    request::Template,
    scenario::{Rule, Scenario, own},
    subject::{Call, Subject, apart, tower_call},
};
use metrics::{
    Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit,
    with_local_recorder,
};
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock, atomic::AtomicU64},
};
use tower::Layer;

/// The rows.
pub const SCENARIOS: &[Scenario] = &[
    own("metrics, no recorder: no Origin", |s| call(s, Template::get), Rule::Stored),
    own("metrics, no recorder: actual, granted", |s| call(s, granted), Rule::Stored),
    own("metrics, no recorder: actual, refused", |s| call(s, refused), Rule::Stored),
    own("metrics, no recorder: preflight granted", |s| call(s, preflight), Rule::Stored),
    own("metrics, a recorder: no Origin", |s| recorded(s, Template::get), Rule::Stored),
    own("metrics, a recorder: actual, granted", |s| recorded(s, granted), Rule::Stored),
    own("metrics, a recorder: actual, refused", |s| recorded(s, refused), Rule::Stored),
    own("metrics, a recorder: preflight granted", |s| recorded(s, preflight), Rule::Stored),
];

fn call(subject: Subject, request: fn() -> Template) -> Option<Call> {
    let template = apart(request);
    match subject {
        Subject::Bare => Some(tower_call(Inner, template)),
        Subject::Hand => Some(tower_call(apart(|| Config::full().hand())?.layer(Inner), template)),
        Subject::TowerCors => {
            Some(tower_call(apart(|| Config::full().tower_cors()).layer(Inner), template))
        }
        Subject::TowerHttp | Subject::HyperCors => None,
    }
}

fn recorded(subject: Subject, request: fn() -> Template) -> Option<Call> {
    let counters = Counters::default();
    let mut call = call(subject, request).filter(|_| subject == Subject::TowerCors)?;
    Some(Box::new(move || with_local_recorder(&counters, &mut call)))
}

/// Keeps counters as exporters do: a map behind a lock.
#[derive(Default)]
struct Counters(RwLock<HashMap<Key, Arc<AtomicU64>>>);

impl Recorder for Counters {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned();
        Counter::from_arc(known.unwrap_or_else(|| {
            let mut counters = self.0.write().unwrap_or_else(PoisonError::into_inner);
            counters.entry(key.clone()).or_default().clone()
        }))
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}
