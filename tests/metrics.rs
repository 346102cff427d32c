//! The counters of feature "metrics", through a recorder that keeps what is counted.

use http::{Request, Response};
use metrics::{
    Counter, CounterFn, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
    future::Future,
    sync::{Arc, Mutex},
};
use tower::{Layer, ServiceExt, service_fn};
use tower_cors::{
    AsyncCorsLayer, CorsLayer, Origin, Policy, PolicyBuilder, PolicyList, Reloadable, Resolver,
    policy::BoxError, routes::PolicyEntry,
};

const APP: &str = "https://app.example.com";
const EVIL: &str = "https://evil.example";

/// `name{label="value",…}`, and how much was counted.
type Counts = Arc<Mutex<BTreeMap<String, u64>>>;

#[derive(Default)]
struct Kept {
    counts: Counts,
    described: Mutex<BTreeSet<String>>,
}

struct OfOne(String, Counts);

impl CounterFn for OfOne {
    fn increment(&self, by: u64) {
        *self.1.lock().unwrap().entry(self.0.clone()).or_default() += by;
    }

    fn absolute(&self, _: u64) {
        unreachable!("counters are incremented");
    }
}

impl Recorder for Kept {
    fn describe_counter(&self, key: KeyName, unit: Option<Unit>, text: SharedString) {
        assert!(text.ends_with('.'), "{key:?}: {text}");
        assert_eq!(unit, Some(Unit::Count), "{key:?}");
        self.described.lock().unwrap().insert(key.as_str().to_owned());
    }

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {
        unreachable!("there is no gauge");
    }

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {
        unreachable!("there is no histogram");
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        let labels = key.labels().map(|label| format!("{}={:?}", label.key(), label.value()));
        let name = format!("{}{{{}}}", key.name(), labels.collect::<Vec<_>>().join(","));
        Counter::from_arc(Arc::new(OfOne(name, self.counts.clone())))
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        unreachable!("there is no gauge");
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        unreachable!("there is no histogram");
    }
}

/// What is counted while this runs.
fn counted(act: impl Future<Output = ()>) -> BTreeMap<String, u64> {
    let kept = Kept::default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    metrics::with_local_recorder(&kept, || runtime.block_on(act));
    std::mem::take(&mut *kept.counts.lock().unwrap())
}

fn once<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> BTreeMap<String, u64> {
    names.into_iter().map(|name| (name.as_ref().to_owned(), 1)).collect()
}

fn policy() -> PolicyBuilder {
    Policy::builder().allow_origin(APP).allow_methods("PUT")
}

/// The policy for each path. `/` has no name.
fn policies() -> PolicyList {
    let entry = |path: &str, policy: PolicyBuilder| {
        PolicyEntry::new(policy.build().unwrap()).named(&path[1..]).paths([path])
    };
    PolicyList::builder()
        .entry(entry("/app", policy()))
        .entry(entry("/passed", policy().preflight_continue(true)))
        .entry(entry("/hosts", policy().allow_hosts(["api.example.com"])))
        .entry(PolicyEntry::off().paths(["/off"]))
        .entry(PolicyEntry::new(policy().build().unwrap()))
        .build()
        .unwrap()
}

/// A header `method` makes the request a preflight that asks for this method.
fn request(path: &str, lines: &[(&str, &str)]) -> Request<()> {
    let mut request = Request::builder().uri(path);
    for (name, value) in lines {
        request = match *name {
            "method" => request.method("OPTIONS").header("access-control-request-method", *value),
            name => request.header(name, *value),
        };
    }
    request.body(()).unwrap()
}

/// Answered by the layer, or by the service inside of it.
macro_rules! answer {
    ($layer:expr, $request:expr) => {
        async {
            let inner =
                service_fn(|_: Request<()>| async { Ok::<_, Infallible>(Response::new(())) });
            let Ok(_) = $layer.layer(inner).oneshot($request).await;
        }
    };
}

/// What is asked, kind, outcome and reason under which it is counted, and whether it is a preflight
/// that the layer answers. The policy is named after the path.
type Row = (&'static str, &'static [(&'static str, &'static str)], [&'static str; 3], bool);

const ROWS: [Row; 14] = [
    ("/app", &[], ["not_cors", "not_cors", ""], false),
    (
        "/app",
        &[("origin", EVIL), ("sec-fetch-site", "same-origin")],
        ["not_cors", "not_cors", ""],
        false,
    ),
    ("/app", &[("origin", APP)], ["actual", "granted", ""], false),
    ("/app", &[("origin", EVIL)], ["actual", "refused", "origin_not_allowed"], false),
    ("/app", &[("origin", "null")], ["actual", "refused", "null_origin"], false),
    ("/", &[("origin", APP)], ["actual", "granted", ""], false),
    (
        "/hosts",
        &[("origin", EVIL), ("host", "rebound.example")],
        ["actual", "refused", "host_not_allowed"],
        false,
    ),
    ("/hosts", &[("host", "rebound.example")], ["not_cors", "refused", "host_not_allowed"], false),
    ("/app", &[("origin", APP), ("method", "PUT")], ["preflight", "granted", ""], true),
    (
        "/app",
        &[("origin", APP), ("method", "DELETE")],
        ["preflight", "refused", "method_not_allowed"],
        true,
    ),
    (
        "/app",
        &[("origin", APP), ("method", "PUT"), ("access-control-request-headers", "x-a")],
        ["preflight", "refused", "header_not_allowed"],
        true,
    ),
    (
        "/app",
        &[("origin", EVIL), ("method", "PUT")],
        ["preflight", "refused", "origin_not_allowed"],
        true,
    ),
    // Passed on if it is granted in full.
    ("/passed", &[("origin", APP), ("method", "PUT")], ["preflight", "granted", ""], false),
    (
        "/passed",
        &[("origin", APP), ("method", "DELETE")],
        ["preflight", "refused", "method_not_allowed"],
        true,
    ),
];

#[test]
fn each_decision_is_counted() {
    let nameless = CorsLayer::with_policies(policies());
    let api = nameless.clone().named("api");
    for (path, lines, [kind, outcome, reason], answered) in ROWS {
        for (layer, cors) in [("", &nameless), ("api", &api)] {
            let by_whom = format!("layer={layer:?},policy={:?}", &path[1..]);
            let what = format!("kind={kind:?},outcome={outcome:?},reason={reason:?}");
            let mut names = vec![format!("tower_cors_decisions_total{{{by_whom},{what}}}")];
            if answered {
                names.push(format!("tower_cors_preflights_answered_total{{{by_whom}}}"));
            }
            // Twice: the second time, what it is counted under is known.
            for _ in 0..2 {
                let counts = counted(answer!(cors, request(path, lines)));
                assert_eq!(counts, once(&names), "{layer:?} {path} {lines:?}");
            }
        }
    }
    let counts = counted(answer!(api, request("/off", &[("origin", APP)])));
    assert_eq!(counts, BTreeMap::new(), "no policy decides");
}

/// More than are remembered.
#[test]
fn any_number_of_layers_is_counted() {
    let layers = (0..200)
        .map(|i| CorsLayer::with_policies(policy().build().unwrap()).named(format!("layer {i}")));
    let layers = layers.collect::<Vec<_>>();
    let counts = counted(async {
        for layer in layers.iter().chain(&layers) {
            answer!(layer, request("/", &[("origin", APP)])).await;
        }
    });
    assert_eq!(counts.len(), 200);
    assert!(counts.values().all(|&count| count == 2), "{counts:?}");
}

/// A time series for each would fill the store.
#[test]
fn origins_and_what_else_strangers_choose_are_no_labels() {
    let cors = CorsLayer::with_policies(policies());
    let counts = counted(async {
        for i in 0..100 {
            let (origin, text) = (format!("https://stranger-{i}.example"), format!("stranger-{i}"));
            let host = ("host", &*text);
            answer!(cors, request("/app", &[("origin", &origin), host])).await;
            answer!(cors, request("/hosts", &[("origin", &origin), host])).await;
            answer!(cors, request(&format!("/{text}"), &[("origin", APP)])).await;
            answer!(cors, request("/app", &[("origin", APP), ("method", &text)])).await;
            let header = ("access-control-request-headers", &*text);
            answer!(cors, request("/app", &[("origin", APP), ("method", "PUT"), header])).await;
        }
    });
    assert!(counts.keys().all(|name| !name.contains("stranger")), "{counts:#?}");
    assert_eq!(counts.len(), 6, "{counts:#?}");
}

#[test]
fn shadow_differences_are_counted() {
    let shadow = Policy::builder().allow_origin(EVIL).build().unwrap();
    let cors = CorsLayer::with_policies(policies()).shadow(shadow, |_, _, _| ());
    for (row, cors, path, origin, labels) in [
        ("narrower", cors.clone(), "/", APP, r#"layer="",live="granted",shadow="refused""#),
        (
            "wider",
            cors.clone().named("api"),
            "/",
            EVIL,
            r#"layer="api",live="refused",shadow="granted""#,
        ),
        ("not covered", cors.clone(), "/off", EVIL, r#"layer="",live="not_cors",shadow="granted""#),
        ("both refuse", cors.clone(), "/", "null", ""),
    ] {
        let mut counts = counted(answer!(cors, request(path, &[("origin", origin)])));
        counts.retain(|name, _| !name.starts_with("tower_cors_decisions_total"));
        let names = Some(format!("tower_cors_shadow_differences_total{{{labels}}}"));
        assert_eq!(counts, once(names.filter(|_| !labels.is_empty())), "{row}");
    }
}

#[test]
fn reloads_are_counted_by_their_result() {
    let (_policies, handle) = Reloadable::new(policies());
    let origin = |origin: &str| Policy::builder().allow_origin(origin).build().unwrap();
    let name = |result: &str| once([format!("tower_cors_reloads_total{{result={result:?}}}")]);
    let changed = counted(async { drop(handle.replace(origin(APP))) });
    assert_eq!(changed, name("changed"));
    let unchanged = counted(async { drop(handle.replace(origin(APP))) });
    assert_eq!(unchanged, name("unchanged"));
    let failed = counted(async {
        handle.reload_file("not-there.toml").map(drop).unwrap_err();
    });
    assert_eq!(failed, name("failed"));
}

#[test]
fn what_a_resolver_does_is_counted_as_its_own_counters_are() {
    let resolver = Resolver::builder(|origin: Origin| async move {
        if origin.to_string().contains("down") {
            return Err::<Option<Policy>, BoxError>("down".into());
        }
        Ok(Some(policy().build()?))
    });
    let resolver = resolver.build().unwrap();
    let cors = AsyncCorsLayer::with_source(resolver.clone());
    let mut counts = counted(async {
        for origin in [APP, APP, APP, "https://down.example", "https://down.example", "no origin"] {
            answer!(cors, request("/", &[("origin", origin)])).await;
        }
    });
    counts.retain(|name, _| name.starts_with("tower_cors_resolver_events_total"));
    let stats = resolver.stats().counters().into_iter().filter(|(_, count)| *count > 0);
    let stats = stats.map(|(event, count)| {
        (format!("tower_cors_resolver_events_total{{event={event:?}}}"), count)
    });
    assert_eq!(counts, stats.collect());
    assert_eq!(counts[r#"tower_cors_resolver_events_total{event="hits"}"#], 2);
    assert!(counts.len() >= 5, "{counts:#?}");
}

#[test]
fn each_counter_is_described() {
    let kept = Kept::default();
    metrics::with_local_recorder(&kept, tower_cors::observe::describe_metrics);
    let names =
        ["decisions", "preflights_answered", "reloads", "resolver_events", "shadow_differences"];
    let names = names.map(|name| format!("tower_cors_{name}_total"));
    assert_eq!(*kept.described.lock().unwrap(), names.into());
}
