//! The events of feature "tracing". They run one after the other, in a process of their own: whether
//! an event is wanted at all is remembered for all threads of a process.

use http::{HeaderName, HeaderValue, Method, Request, Response, request::Parts};
use std::{
    convert::Infallible,
    fmt, io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tower::{Layer, ServiceExt, service_fn};
use tower_cors::{
    Any, AsyncCorsLayer, CorsLayer, Origin, Policy, PolicyBuilder, PolicyList, Reloadable,
    Resolver, policy::BoxError, routes::PolicyEntry, source::PolicySource,
};
use tracing::{Level, level_filters::LevelFilter};
use tracing_subscriber::layer::{Context, SubscriberExt};

const APP: &str = "https://app.example.com";

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

fn policy() -> PolicyBuilder {
    Policy::builder().allow_origin([APP, "https://*.example.org"]).allow_methods(["PUT", "PATCH"])
}

fn parts(method: &str, lines: &[(&'static str, &[u8])]) -> Parts {
    let mut request = Request::new(());
    *request.method_mut() = Method::from_bytes(method.as_bytes()).unwrap();
    *request.uri_mut() = "/path?query".parse().unwrap();
    for (name, value) in lines {
        let value = HeaderValue::from_bytes(value).unwrap();
        request.headers_mut().append(HeaderName::from_static(name), value);
    }
    request.into_parts().0
}

fn actual(origin: &str) -> Parts {
    parts("GET", &[("origin", origin.as_bytes())])
}

fn preflight(method: &str) -> Parts {
    let method = ("access-control-request-method", method.as_bytes());
    parts("OPTIONS", &[("origin", APP.as_bytes()), method])
}

/// Collects events as `LEVEL message {fields}`.
struct Events(Arc<Mutex<Vec<String>>>);

impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Events {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        #[derive(Default)]
        struct Fields(String, Vec<String>);
        impl tracing::field::Visit for Fields {
            fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn fmt::Debug) {
                match field.name() {
                    "message" => self.0 = format!("{value:?}"),
                    name => self.1.push(format!("{name}={value:?}")),
                }
            }
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        assert_eq!(event.metadata().target(), "tower_cors");
        let line = format!("{} {} {}", event.metadata().level(), fields.0, fields.1.join(" "));
        self.0.lock().unwrap().push(line);
    }
}

fn events(level: Level, cors: &CorsLayer<PolicyList>, parts: Vec<Parts>) -> Vec<String> {
    logged(level, || parts.into_iter().for_each(|parts| answer(cors, parts)))
}

fn logged(level: Level, act: impl FnOnce()) -> Vec<String> {
    let _alone = alone();
    let lines = Arc::new(Mutex::new(Vec::new()));
    let subscriber = tracing_subscriber::registry()
        .with(LevelFilter::from_level(level))
        .with(Events(lines.clone()));
    tracing::subscriber::with_default(subscriber, act);
    std::mem::take(&mut lines.lock().unwrap())
}

fn answer(cors: &CorsLayer<PolicyList>, parts: Parts) {
    let inner = service_fn(|_: Request<()>| async { Ok::<_, Infallible>(Response::new(())) });
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let response = cors.layer(inner).oneshot(Request::from_parts(parts, ()));
    runtime.block_on(response).unwrap();
}

/// A layer of this name over one policy, or over none for the path `/alone`.
fn layer(name: &str) -> CorsLayer<PolicyList> {
    let policies = PolicyList::builder()
        .entry(PolicyEntry::off().paths(["/alone"]))
        .entry(PolicyEntry::new(policy().build().unwrap()).named("app"))
        .build()
        .unwrap();
    CorsLayer::with_policies(policies).named(name)
}

/// One request of each kind.
fn requests() -> Vec<Parts> {
    let mut alone = actual(APP);
    alone.uri = "/alone".parse().unwrap();
    vec![
        parts("GET", &[]),
        alone,
        actual(APP),
        actual("http://app.example.com"),
        preflight("PUT"),
        preflight("DELETE"),
        parts("GET", &[("origin", b"\x9b31m\xff")]),
    ]
}

const REFUSED: [&str; 3] = [
    r#"CORS request refused: origin "http://app.example.com" is not allowed; "https://app.example.com" is allowed; the scheme differs kind="actual" method="GET" path="/path" origin="http://app.example.com" reason="origin_not_allowed" setting="allow_origin" policy="app" layer="LAYER" suggestion="to allow it, add \"http://app.example.com\" to allow_origin""#,
    r#"CORS request refused: method "DELETE" is not allowed kind="preflight" method="OPTIONS" path="/path" origin="https://app.example.com" reason="method_not_allowed" setting="allow_methods" policy="app" layer="LAYER" suggestion="to allow it, add \"DELETE\" to allow_methods""#,
    r#"CORS request refused: "\x9b31m\xff" is not an origin that a browser sends kind="actual" method="GET" path="/path" origin="\\x9b31m\\xff" reason="malformed_origin" setting="allow_origin" policy="app" layer="LAYER""#,
];

fn refused(level: &str, layer: &str) -> Vec<String> {
    let layer = format!("layer={layer:?}");
    REFUSED
        .iter()
        .map(|line| format!("{level} {}", line.replace(r#"layer="LAYER""#, &layer)))
        .collect()
}

#[test]
fn at_warn_a_refusal_is_logged_once_and_nothing_else_is() {
    let mut twice = requests();
    twice.extend(requests());
    let lines = events(Level::WARN, &layer("warn"), twice);
    assert_eq!(lines, refused("WARN", "warn"));
}

#[test]
fn two_layers_are_told_apart() {
    for name in ["outer", "inner"] {
        let lines = events(Level::WARN, &layer(name), vec![actual("https://two-layers.example")]);
        assert_eq!(lines.len(), 1, "{name}");
        assert!(lines[0].contains(&format!("layer={name:?}")), "{}", lines[0]);
    }
}

#[test]
fn at_debug_every_refusal_is_logged() {
    let mut twice = requests();
    twice.extend(requests());
    let lines = events(Level::DEBUG, &layer("debug"), twice);
    let debug = lines.into_iter().filter(|line| line.starts_with("DEBUG")).collect::<Vec<_>>();
    let once = refused("DEBUG", "debug");
    assert_eq!(debug, [once.clone(), once].concat());
}

#[test]
fn at_trace_granted_requests_and_those_left_alone_are_logged() {
    let lines = events(Level::TRACE, &layer("trace"), requests());
    let trace = lines.iter().filter(|line| line.starts_with("TRACE")).collect::<Vec<_>>();
    assert_eq!(
        trace,
        [
            r#"TRACE no CORS policy covers this request; a list compares its paths with the one logged here kind="actual" method="GET" path="/alone" origin="https://app.example.com" layer="trace""#,
            r#"TRACE CORS request granted kind="actual" method="GET" path="/path" origin="https://app.example.com" policy="app" layer="trace""#,
            r#"TRACE CORS request granted kind="preflight" method="OPTIONS" path="/path" origin="https://app.example.com" policy="app" layer="trace""#,
        ]
    );
}

#[test]
fn the_policies_in_force_are_logged() {
    let log = |level| {
        logged(level, || {
            let _ = layer("in force").log_policies();
            let app = |origin: &str| Policy::builder().allow_origin(origin).build().unwrap();
            let (_, handle) = Reloadable::new(app("https://a.example"));
            handle.replace(app("https://a.example"));
            handle.replace(app("https://b.example"));
        })
    };
    assert_eq!(
        log(Level::INFO),
        [
            r#"INFO CORS policy in force: policy for /alone: off layer="in force""#,
            r#"INFO CORS policy in force: policy "app" for every path: allow_origin: https://app.example.com, https://*.example.org; allow_methods: PUT, PATCH layer="in force""#,
            r#"INFO CORS policy changed: policy: allow_origin: wider by "https://b.example" "#,
            r#"INFO CORS policy changed: policy: allow_origin: narrower by "https://a.example" "#,
            "INFO CORS policy in force: policy for every path: allow_origin: https://b.example ",
        ]
    );
    assert_eq!(log(Level::WARN), [""; 0]);
}

#[test]
fn of_many_policies_in_force_the_first_are_logged() {
    for (entries, logged_lines, last) in
        [(20, 20, "policy for /p19: off"), (21, 21, "and 1 more"), (45, 21, "and 25 more")]
    {
        let mut policies = PolicyList::builder();
        for i in 0..entries {
            policies = policies.entry(PolicyEntry::off().paths([format!("/p{i}")]));
        }
        let policies = policies.build().unwrap();
        let lines = logged(Level::INFO, || {
            let _ = CorsLayer::with_policies(policies).log_policies();
        });
        assert_eq!(lines.len(), logged_lines, "{entries}");
        assert_eq!(lines[19], "INFO CORS policy in force: policy for /p19: off ", "{entries}");
        assert_eq!(lines.last().unwrap(), &format!("INFO CORS policy in force: {last} "));
    }
}

#[test]
fn each_error_of_a_file_that_is_not_reloaded_is_logged() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("cors.toml");
    std::fs::write(&file, "allow_origin = \"https://a.example/\"\nallow_credential = true\n")
        .unwrap();
    let (_policies, handle) = Reloadable::new(policy().build().unwrap());
    let mut errors = None;
    let lines = logged(Level::ERROR, || errors = handle.reload_file(&file).err());
    let errors = errors.unwrap();
    let expected = errors
        .iter()
        .map(|error| format!("ERROR CORS policy not reloaded, the old one stays: {error} "));
    assert_eq!(lines, expected.collect::<Vec<_>>());
    assert_eq!(lines.len(), 2);
}

#[test]
fn each_kind_of_refusal_is_logged_once() {
    let cors = |policy: PolicyBuilder| {
        CorsLayer::with_policies(PolicyList::from(policy.build().unwrap())).named("kinds")
    };
    let asks_for = |headers: &str| {
        let mut parts = preflight("PUT");
        let headers = HeaderValue::from_str(headers).unwrap();
        parts.headers.insert("access-control-request-headers", headers);
        parts
    };
    let at = |origin: &str, host: &str| {
        parts("GET", &[("origin", origin.as_bytes()), ("host", host.as_bytes())])
    };
    let (at_any, at_one) = (cors(policy()), cors(policy().allow_hosts("api.example.com")));
    let long = |end: &str| format!("https://{}{end}.example", "a".repeat(300));
    for (row, cors, requests, told) in [
        ("methods", &at_any, vec![preflight("DELETE"), preflight("QUERY"), preflight("QUERY")], 2),
        ("headers", &at_any, vec![asks_for("x-a"), asks_for("x-b"), asks_for("x-b")], 2),
        (
            "an origin, whatever host it asks",
            &at_any,
            vec![
                at("https://kinds.example", "a.example"),
                at("https://kinds.example", "b.example"),
            ],
            1,
        ),
        (
            "hosts that are refused",
            &at_one,
            vec![at(APP, "a.example"), at(APP, "b.example"), at(APP, "b.example")],
            2,
        ),
        (
            "refused hosts of requests that are not CORS",
            &at_one,
            vec![
                parts("GET", &[("host", b"c.example")]),
                at("https://d.example", "d.example"),
                parts("GET", &[("host", b"api.example.com")]),
            ],
            2,
        ),
        ("origins", &at_any, vec![actual("https://k1.example"), actual("https://k2.example")], 2),
        (
            "long origins that start the same",
            &at_any,
            vec![actual(&long("b")), actual(&long("c"))],
            1,
        ),
    ] {
        let lines = events(Level::WARN, cors, requests);
        assert_eq!(lines.len(), told, "{row}: {lines:#?}");
    }
}

#[test]
fn what_nobody_hears_is_not_taken_for_logged() {
    let cors = layer("unheard");
    let stranger = || vec![actual("https://unheard.example")];
    assert_eq!(events(Level::ERROR, &cors, stranger()), [""; 0]);
    assert_eq!(events(Level::WARN, &cors, stranger()).len(), 1);
}

/// However many origins they are of.
#[test]
fn same_origin_requests_do_not_use_up_what_may_be_logged() {
    let cors = layer("same origin");
    let same = (0..200).map(|i| {
        let host = format!("tenant-{i}.example");
        let origin = format!("https://{host}");
        parts("GET", &[("origin", origin.as_bytes()), ("host", host.as_bytes())])
    });
    assert_eq!(events(Level::TRACE, &cors, same.collect()), [""; 0]);
    assert_eq!(events(Level::WARN, &cors, vec![actual("https://other.example")]).len(), 1);
}

#[test]
fn reports_on_a_shadow_policy_are_logged() {
    let shadow = Policy::builder().allow_origin(APP).allow_methods(Any).build().unwrap();
    let cors = layer("shadow report").shadow(shadow, |_, _, _| ());
    let cors = cors.report_shadow(std::time::Duration::ZERO, |_| ());
    let lines = events(Level::INFO, &cors, vec![preflight("PUT"), preflight("DELETE")]);
    let reports = lines.iter().filter(|line| line.starts_with("INFO")).collect::<Vec<_>>();
    assert_eq!(
        reports,
        [
            r#"INFO CORS shadow policy: 1 of 1 requests differ; 1 preflight, method_not_allowed, shadow granted, from https://app.example.com layer="shadow report" requests=1 would_be_refused=0 would_be_granted=1"#
        ]
    );
}

#[test]
fn shadow_differences_are_logged() {
    let shadow = Policy::builder().allow_origin(APP).allow_methods(Any).build().unwrap();
    let cors = layer("shadow").shadow(shadow, |_, _, _| ());
    let lines = events(Level::DEBUG, &cors, vec![preflight("PUT"), preflight("DELETE")]);
    let shadow = lines.iter().filter(|line| line.contains("shadow policy")).collect::<Vec<_>>();
    assert_eq!(
        shadow,
        [
            r#"DEBUG CORS shadow policy differs kind="preflight" method="OPTIONS" path="/path" origin="https://app.example.com" layer="shadow" live=refused: method "DELETE" is not allowed shadow=granted"#
        ]
    );
}

/// `Router::nest` strips a prefix from the path. An event tells the path that the client asked for,
/// which is the one that lists compare.
#[test]
fn inside_a_nested_router_the_path_is_the_one_asked_for() {
    let policies = PolicyList::builder()
        .entry(PolicyEntry::new(policy().build().unwrap()).paths(["/api/items"]))
        .build()
        .unwrap();
    let shadow = Policy::builder().allow_origin("*").build().unwrap();
    let failing = AsyncCorsLayer::builder(|_: &Parts| async {
        Err::<Option<Policy>, BoxError>("nested: down".into())
    });
    let router = |route: axum::Router| axum::Router::new().nest("/api", route);
    let ok = || axum::routing::get(|| async {});
    let list = CorsLayer::with_policies(policies).named("nested").shadow(shadow, |_, _, _| ());
    let list = router(axum::Router::new().route("/{*rest}", ok()).layer(list));
    let failing =
        router(axum::Router::new().route("/{*rest}", ok()).layer(failing.build().unwrap()));
    let lines = logged(Level::TRACE, || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for (router, path, origin) in [
            (&list, "/api/items", APP),
            (&list, "/api/items", "https://nested.example"),
            (&list, "/api/uncovered", APP),
            (&failing, "/api/orders", APP),
        ] {
            let request = Request::get(path).header("origin", origin);
            let request = request.body(axum::body::Body::empty()).unwrap();
            runtime.block_on(router.clone().oneshot(request)).unwrap();
        }
    });
    let told = lines.iter().map(|line| {
        let event = line.split(" kind=").next().unwrap().split([':', ';']).next().unwrap();
        let path = line.split("path=\"").nth(1).unwrap().split('"').next().unwrap();
        format!("{event} {path}")
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            "TRACE CORS request granted /api/items",
            "WARN CORS request refused /api/items",
            "DEBUG CORS request refused /api/items",
            "DEBUG CORS shadow policy differs /api/items",
            "TRACE no CORS policy covers this request /api/uncovered",
            "DEBUG CORS shadow policy differs /api/uncovered",
            "WARN CORS policy unavailable /api/orders",
            "DEBUG CORS policy unavailable /api/orders",
            "DEBUG CORS request refused /api/orders",
        ]
    );
}

#[test]
fn at_debug_every_failure_is_logged() {
    async fn ask(source: impl PolicySource + Clone) {
        let inner = service_fn(|_: Request<()>| async { Ok::<_, Infallible>(Response::new(())) });
        let service = AsyncCorsLayer::with_source(source).layer(inner);
        let _ = service.oneshot(Request::from_parts(actual(APP), ())).await;
    }
    let lines = logged(Level::DEBUG, || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        for _ in 0..2 {
            let down = |_: &Parts| async { Err::<Option<Policy>, BoxError>("down".into()) };
            runtime.block_on(ask(down));
            let broken = |_: Origin| async { Err::<Option<Policy>, BoxError>("broken".into()) };
            runtime.block_on(ask(Resolver::builder(broken).build().unwrap()));
        }
    });
    for (event, error) in [("CORS policy unavailable", "down"), ("lookup failed", "broken")] {
        let told = lines.iter().filter(|line| line.contains(event) && line.contains(error));
        let levels = told.map(|line| line.split(' ').next().unwrap()).collect::<Vec<_>>();
        assert_eq!(levels, ["WARN", "DEBUG", "DEBUG"], "{event}: {lines:#?}");
    }
}

/// Somebody's path, method and origin of any length.
#[test]
fn whatever_is_sent_a_line_is_short() {
    let long = "a".repeat(60_000);
    let mut request = actual(&format!("https://{long}.example"));
    request.uri = format!("/{long}").parse().unwrap();
    request.method = Method::from_bytes(long.as_bytes()).unwrap();
    let lines = events(Level::DEBUG, &layer("long"), vec![request]);
    assert_eq!(lines.len(), 2);
    for line in lines {
        assert!(line.len() < 1500, "{} bytes: {line}", line.len());
    }
}

/// What a header or a path may have in it and a log must not: a tab, other control characters, text
/// that is not UTF-8, and characters that change the order of what follows. Such text got into the
/// logs of flask-cors (CVE-2024-1681).
#[test]
fn whatever_is_sent_a_line_is_escaped() {
    let hostile = "https://evil.test\t\u{9b}31m\u{85}\u{2028}\u{202e}".as_bytes();
    let not_utf8 = b"https://evil.test\xff\x9b31m";
    let shadow = Policy::builder().allow_origin("*").build().unwrap();
    let cors = layer("hostile").shadow(shadow, |_, _, _| ());
    let mut in_path = actual("https://evil.test");
    in_path.uri = "/caf\u{e9}\u{202e}\u{9b}31m".parse().unwrap();
    let asks_for = |name, value| {
        let method = ("access-control-request-method", &b"PUT"[..]);
        parts("OPTIONS", &[("origin", APP.as_bytes()), method, (name, value)])
    };
    for (row, parts) in [
        ("the origin of an actual request", parts("GET", &[("origin", hostile)])),
        ("one that is not UTF-8", parts("GET", &[("origin", not_utf8)])),
        ("two origins", parts("GET", &[("origin", hostile), ("origin", not_utf8)])),
        ("the path", in_path),
        ("a requested method", asks_for("access-control-request-method", hostile)),
        ("a requested header", asks_for("access-control-request-headers", hostile)),
        ("one that is not UTF-8", asks_for("access-control-request-headers", not_utf8)),
        ("the host", parts("GET", &[("origin", b"https://evil.test"), ("host", hostile)])),
    ] {
        let lines = events(Level::TRACE, &cors, vec![parts]);
        assert!(!lines.is_empty(), "{row}");
        for line in lines {
            assert!(line.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{row}: {line:?}");
        }
    }
}

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What `tracing_subscriber::fmt` writes.
fn written(json: bool, cors: &CorsLayer<PolicyList>, parts: impl Iterator<Item = Parts>) -> String {
    let _alone = alone();
    let written = Written::default();
    let writer = written.clone();
    let fmt = tracing_subscriber::fmt()
        .with_max_level(Level::WARN)
        .with_ansi(false)
        .with_writer(move || writer.clone());
    let answer_all = || parts.for_each(|parts| answer(cors, parts));
    if json {
        tracing::subscriber::with_default(fmt.json().finish(), answer_all);
    } else {
        tracing::subscriber::with_default(fmt.finish(), answer_all);
    }
    let bytes = std::mem::take(&mut *written.0.lock().unwrap());
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_line_is_readable_as_json() {
    let line = written(true, &layer("json"), [preflight("DELETE")].into_iter());
    let line = serde_json::from_str::<serde_json::Value>(&line).unwrap();
    assert_eq!((&line["level"], &line["target"]), (&"WARN".into(), &"tower_cors".into()));
    assert_eq!(
        line["fields"],
        serde_json::json!({
            "message": "CORS request refused: method \"DELETE\" is not allowed",
            "kind": "preflight",
            "method": "OPTIONS",
            "path": "/path",
            "origin": APP,
            "reason": "method_not_allowed",
            "setting": "allow_methods",
            "policy": "app",
            "layer": "json",
            "suggestion": "to allow it, add \"DELETE\" to allow_methods",
        })
    );
}
