//! Policies that must be asked for: the rules of `tower_cors::source`, row by row.

use http::{
    HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, header::VARY, request::Parts,
};
use std::{
    convert::Infallible,
    error::Error,
    future::pending,
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Waker},
    time::Duration,
};
use tokio::sync::oneshot;
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_cors::{
    AsyncCorsLayer, CorsLayer, Decision, Policy, PolicyBuilder, PolicyList, Refusal,
    policy::BoxError,
    source::{PolicySource, SourceErrorKind, SourceSetting, TimedOut},
};

type Asked = Result<Option<Policy>, BoxError>;

fn request(lines: &[(&'static str, &str)]) -> Request<()> {
    let mut request = Request::new(());
    for (name, value) in lines {
        match *name {
            ":method" => *request.method_mut() = value.parse().expect("a method"),
            ":path" => *request.uri_mut() = value.parse().expect("a path"),
            name => {
                request.headers_mut().append(name, value.parse().expect("a value"));
            }
        }
    }
    request
}

const PLAIN: &[(&str, &str)] = &[];
const ACTUAL: &[(&str, &str)] = &[("origin", "https://a.example")];
const SAME_ORIGIN: &[(&str, &str)] =
    &[("origin", "https://a.example"), ("sec-fetch-site", "same-origin")];
const PREFLIGHT: &[(&str, &str)] = &[
    (":method", "OPTIONS"),
    ("origin", "https://a.example"),
    ("access-control-request-method", "PUT"),
];

/// What a browser or a cache would make of the answer, sorted: all CORS headers, `Vary`,
/// `Cache-Control`, and whether the inner service ran.
fn summary(response: &Response<String>) -> Vec<String> {
    let relevant = |name: &str| {
        name.starts_with("access-control-")
            || ["vary", "cache-control", "timing-allow-origin", "x-inner"].contains(&name)
    };
    let headers = response.headers().iter().filter(|(name, _)| relevant(name.as_str()));
    let mut lines = headers
        .map(|(name, value)| format!("{name}: {}", value.to_str().expect("ASCII")))
        .collect::<Vec<_>>();
    lines.sort();
    lines.insert(0, response.status().as_u16().to_string());
    lines
}

/// Has opinions of its own about CORS and caching.
async fn inner(_: Request<()>) -> Result<Response<String>, Infallible> {
    let response = Response::builder()
        .header("x-inner", "ran")
        .header("cache-control", "max-age=3600")
        .header("timing-allow-origin", "*")
        .header("access-control-allow-origin", "https://inner.example")
        .body("inner".to_owned());
    Ok(response.expect("a valid response"))
}

async fn answer<P>(layer: &AsyncCorsLayer<P>, lines: &[(&'static str, &str)]) -> Vec<String>
where
    P: PolicySource + Clone,
{
    let service = layer.layer(service_fn(inner));
    let response = service.oneshot(request(lines)).await;
    summary(&response.unwrap_or_else(|never| match never {}))
}

/// The recorded decision; empty where none is recorded.
fn decision_of(response: &Response<String>) -> String {
    response.extensions().get::<Decision>().map(ToString::to_string).unwrap_or_default()
}

fn build(policy: PolicyBuilder) -> Policy {
    policy.build().unwrap_or_else(|errors| panic!("{errors}"))
}

fn two_origins() -> Policy {
    build(
        Policy::builder()
            .allow_origin(["https://a.example", "https://b.example"])
            .allow_methods("PUT"),
    )
}

/// A source that answers at once, and how often it was asked.
fn source(
    policy: impl Fn() -> Asked + Clone + Send,
) -> (
    impl PolicySource<Policies = Policy, Error = BoxError, Future: Send> + Clone + Send,
    Arc<AtomicUsize>,
) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = asked.clone();
    let source = move |_: &Parts| {
        counter.fetch_add(1, Ordering::Relaxed);
        std::future::ready(policy())
    };
    (source, asked)
}

/// One outcome of a source, and all that must come of it.
struct Row {
    about: &'static str,
    policy: fn() -> Asked,
    enforce: bool,
    request: &'static [(&'static str, &'static str)],
    expected: &'static [&'static str],
}

/// What a source may yield.
#[expect(clippy::unnecessary_wraps, reason = "an outcome is a result")]
mod yields {
    use super::*;

    pub(crate) fn two() -> Asked {
        Ok(Some(two_origins()))
    }

    pub(crate) fn one() -> Asked {
        Ok(Some(build(Policy::builder().allow_origin("https://a.example"))))
    }

    pub(crate) fn any() -> Asked {
        Ok(Some(build(Policy::builder().allow_origin("*"))))
    }

    pub(crate) fn none() -> Asked {
        Ok(None)
    }

    pub(crate) fn fails() -> Asked {
        Err("the database is down".into())
    }
}

const UNTOUCHED: &[&str] = &[
    "200",
    "cache-control: max-age=3600",
    "timing-allow-origin: *",
    "vary: Origin",
    "x-inner: ran",
];
/// The source was not asked, so the path may be one that is off.
const ALONE: &[&str] = &[
    "200",
    "access-control-allow-origin: https://inner.example",
    "cache-control: max-age=3600",
    "timing-allow-origin: *",
    "vary: Origin",
    "x-inner: ran",
];
const GRANTED: &[&str] = &[
    "200",
    "access-control-allow-origin: https://a.example",
    "cache-control: max-age=3600",
    "timing-allow-origin: *",
    "vary: Origin",
    "x-inner: ran",
];
const GRANTED_TO_ANY: &[&str] = &[
    "200",
    "access-control-allow-origin: *",
    "cache-control: max-age=3600",
    "timing-allow-origin: *",
    "vary: Origin",
    "x-inner: ran",
];
const PREFLIGHT_GRANTED: &[&str] = &[
    "204",
    "access-control-allow-methods: PUT",
    "access-control-allow-origin: https://a.example",
    "vary: Origin",
];
const REFUSED: &[&str] = &["403", "vary: Origin"];
const ENFORCED: &[&str] = &["403", "cache-control: no-store", "vary: Origin"];
const UNAVAILABLE: &[&str] = &["503", "cache-control: no-store", "vary: Origin"];
const RAN_UNGRANTED: &[&str] = &["200", "cache-control: no-store", "vary: Origin", "x-inner: ran"];

#[rustfmt::skip]
const ROWS: &[Row] = &[
    Row { about: "no origin: not asked", policy: yields::two, enforce: false, request: PLAIN, expected: ALONE },
    Row { about: "granted", policy: yields::two, enforce: false, request: ACTUAL, expected: GRANTED },
    Row { about: "preflight granted", policy: yields::two, enforce: false, request: PREFLIGHT, expected: PREFLIGHT_GRANTED },
    Row { about: "a single origin is dynamic here", policy: yields::one, enforce: false, request: ACTUAL, expected: GRANTED },
    Row { about: "so is any origin", policy: yields::any, enforce: false, request: ACTUAL, expected: GRANTED_TO_ANY },
    Row { about: "no policy", policy: yields::none, enforce: false, request: ACTUAL, expected: UNTOUCHED },
    Row { about: "no policy, preflight", policy: yields::none, enforce: false, request: PREFLIGHT, expected: REFUSED },
    Row { about: "no policy, enforced", policy: yields::none, enforce: true, request: ACTUAL, expected: ENFORCED },
    Row { about: "failed: no grant, and not for a cache", policy: yields::fails, enforce: false, request: ACTUAL, expected: RAN_UNGRANTED },
    Row { about: "failed, preflight", policy: yields::fails, enforce: false, request: PREFLIGHT, expected: UNAVAILABLE },
    Row { about: "failed, enforced", policy: yields::fails, enforce: true, request: ACTUAL, expected: UNAVAILABLE },
    Row { about: "failed, enforced, same-origin", policy: yields::fails, enforce: true, request: SAME_ORIGIN, expected: UNTOUCHED },
    Row { about: "failed, no origin", policy: yields::fails, enforce: true, request: PLAIN, expected: ALONE },
];

#[tokio::test]
async fn every_outcome() {
    for Row { about, policy, enforce, request, expected } in ROWS {
        let (source, asked) = source(policy);
        let layer =
            AsyncCorsLayer::builder_with_source(source).enforce(*enforce).build().expect("valid");
        assert_eq!(answer(&layer, request).await, *expected, "{about}");
        let expected = usize::from(request.iter().any(|(name, _)| *name == "origin"));
        assert_eq!(asked.load(Ordering::Relaxed), expected, "{about}: asked");
    }
}

#[tokio::test(start_paused = true)]
async fn a_source_that_takes_too_long_refuses() {
    let never = |_: &Parts| pending::<Asked>();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let hook = seen.clone();
    let layer = AsyncCorsLayer::builder(never)
        .timeout(Duration::from_millis(300))
        .unavailable_status(StatusCode::GATEWAY_TIMEOUT)
        .build()
        .expect("valid")
        .on_decision(move |decision, _| hook.lock().expect("unpoisoned").push(decision.clone()));
    let began = tokio::time::Instant::now();
    let expected = ["504", "cache-control: no-store", "vary: Origin"];
    assert_eq!(answer(&layer, PREFLIGHT).await, expected);
    assert_eq!(began.elapsed(), Duration::from_millis(300));
    let expected = ["200", "cache-control: no-store", "vary: Origin", "x-inner: ran"];
    assert_eq!(answer(&layer, ACTUAL).await, expected);

    let seen = seen.lock().expect("unpoisoned");
    assert_eq!(seen.len(), 2);
    for decision in seen.iter() {
        let Decision::Refused(Refusal::PolicyUnavailable { error, .. }) = decision else {
            panic!("{decision}");
        };
        let error = error.downcast_ref::<TimedOut>().expect("timed out");
        assert_eq!(error.after(), Duration::from_millis(300));
        let text = "refused: the policy is unavailable: no answer within 300ms";
        assert_eq!(decision.to_string(), text);
    }
}

/// No runtime, no timer: what does not answer at once is unavailable, and nothing panics.
#[test]
fn outside_a_runtime_a_source_that_does_not_answer_at_once_is_unavailable() {
    fn decided<P: PolicySource + Clone>(source: P) -> (StatusCode, String) {
        let layer = AsyncCorsLayer::with_source(source).record_decision(true);
        let answer = pin!(layer.layer(service_fn(inner)).oneshot(request(PREFLIGHT)));
        match answer.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(response)) => (response.status(), decision_of(&response)),
            Poll::Pending => panic!("it waits for ever"),
        }
    }
    let (status, decision) = decided(|_: &Parts| std::future::ready(yields::two()));
    assert_eq!((status.as_u16(), &*decision), (204, "granted"));
    let (status, decision) = decided(|_: &Parts| pending::<Asked>());
    let expected = "refused: the policy is unavailable: there is no tokio runtime to wait on";
    assert_eq!((status.as_u16(), &*decision), (503, expected));
}

/// Closures need no annotation.
#[tokio::test]
async fn closures_given_to_the_constructors_infer() {
    let policy = two_origins();
    let layer = AsyncCorsLayer::new(move |parts| {
        let policy = (parts.uri.path() == "/").then(|| policy.clone());
        async move { Ok::<_, BoxError>(policy) }
    });
    assert_eq!(answer(&layer, ACTUAL).await, GRANTED);
    let layer = AsyncCorsLayer::builder(|parts| {
        let known = parts.uri.path() == "/";
        async move { Ok::<_, BoxError>(known.then(two_origins)) }
    });
    assert_eq!(answer(&layer.build().expect("valid"), ACTUAL).await, GRANTED);
}

#[tokio::test(start_paused = true)]
async fn a_slow_source_is_waited_for() {
    let slow = |_: &Parts| async {
        tokio::time::sleep(Duration::from_millis(1999)).await;
        Ok::<_, BoxError>(Some(two_origins()))
    };
    let expected = [
        "204",
        "access-control-allow-methods: PUT",
        "access-control-allow-origin: https://a.example",
        "vary: Origin",
    ];
    assert_eq!(answer(&AsyncCorsLayer::new(slow), PREFLIGHT).await, expected);
}

/// Counts calls, and refuses to be called unless this very instance was polled ready.
struct Strict {
    ready: bool,
    calls: Arc<AtomicUsize>,
}

impl Clone for Strict {
    fn clone(&self) -> Self {
        Self { ready: false, calls: self.calls.clone() }
    }
}

impl Service<Request<()>> for Strict {
    type Response = Response<String>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Response<String>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<()>) -> Self::Future {
        assert!(std::mem::take(&mut self.ready), "called without having been polled ready");
        self.calls.fetch_add(1, Ordering::Relaxed);
        std::future::ready(Ok(Response::new(String::new())))
    }
}

#[tokio::test]
async fn the_inner_service_is_called_after_the_source_has_answered_and_where_it_was_ready() {
    let (answers, answered) = oneshot::channel::<()>();
    let answered = Arc::new(Mutex::new(Some(answered)));
    let source = move |_: &Parts| {
        let answered = answered.lock().expect("unpoisoned").take();
        async move {
            if let Some(answered) = answered {
                answered.await?;
            }
            Ok::<_, BoxError>(Some(two_origins()))
        }
    };
    let calls = Arc::new(AtomicUsize::new(0));
    let mut service =
        AsyncCorsLayer::with_source(source).layer(Strict { ready: false, calls: calls.clone() });
    let mut first = pin!(service.ready().await.expect("infallible").call(request(ACTUAL)));
    assert!(first.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    assert_eq!(calls.load(Ordering::Relaxed), 0, "the source has not answered yet");

    let second = service.ready().await.expect("infallible").call(request(ACTUAL)).await;
    assert_eq!(second.expect("infallible").status(), 200);
    let plain = service.ready().await.expect("infallible").call(request(PLAIN)).await;
    assert_eq!(plain.expect("infallible").status(), 200);
    assert_eq!(calls.load(Ordering::Relaxed), 2);

    answers.send(()).expect("the source waits");
    assert_eq!(first.await.expect("infallible").status(), 200);
    assert_eq!(calls.load(Ordering::Relaxed), 3);
}

/// All that is observed of each request: hooks, records in request and response, the shadow's
/// report.
#[tokio::test]
async fn observing_is_as_on_the_synchronous_layer() {
    fn hook(seen: &Arc<Mutex<Vec<String>>>) -> impl Fn(&Decision, &Parts) + use<> {
        let seen = seen.clone();
        move |decision, _| seen.lock().expect("unpoisoned").push(format!("decided {decision}"))
    }
    fn report(seen: &Arc<Mutex<Vec<String>>>) -> impl Fn(&Decision, &Decision, &Parts) + use<> {
        let seen = seen.clone();
        move |live, shadow, _| {
            seen.lock().expect("unpoisoned").push(format!("{live} but would be {shadow}"));
        }
    }
    async fn echo(request: Request<()>) -> Result<Response<String>, Infallible> {
        let recorded = request.extensions().get::<Decision>();
        Ok(Response::new(recorded.map(ToString::to_string).unwrap_or_default()))
    }
    async fn ask<S>(service: S, lines: &[(&'static str, &str)]) -> (HeaderMap, String, String)
    where
        S: Service<Request<()>, Response = Response<String>, Error = Infallible>,
    {
        let response = service.oneshot(request(lines)).await.expect("infallible");
        (response.headers().clone(), response.body().clone(), decision_of(&response))
    }

    let shadow = build(Policy::builder().allow_origin("https://b.example"));
    let (sync_seen, async_seen) = <(Arc<Mutex<Vec<_>>>, Arc<Mutex<Vec<_>>>)>::default();
    let sync = CorsLayer::with_policies(two_origins())
        .on_decision(hook(&sync_seen))
        .record_decision(true)
        .shadow(shadow.clone(), report(&sync_seen));
    let (source, _) = source(|| Ok(Some(two_origins())));
    let asynchronous = AsyncCorsLayer::with_source(source)
        .on_decision(hook(&async_seen))
        .record_decision(true)
        .shadow(shadow, report(&async_seen));
    for lines in [
        PLAIN,
        ACTUAL,
        PREFLIGHT,
        &[("origin", "https://b.example")],
        &[("origin", "https://c.example")],
        &[("origin", "null")],
    ] {
        let expected = ask(sync.layer(service_fn(echo)), lines).await;
        assert_eq!(ask(asynchronous.layer(service_fn(echo)), lines).await, expected, "{lines:?}");
    }
    let seen = sync_seen.lock().expect("unpoisoned").clone();
    assert_eq!(*async_seen.lock().expect("unpoisoned"), seen);
    let differing = seen.iter().filter(|line| line.contains("but would be")).count();
    assert_eq!((seen.len(), differing), (8, 2), "{seen:#?}");
}

/// The Fetch model: for any two requests whose answers differ, what they differ in is named in
/// `Vary`.
#[tokio::test]
async fn answers_that_differ_by_origin_say_so() {
    for allowed in ["*", "https://a.example", "https://a.example, https://b.example"] {
        let (source, _) = source(move || Ok(Some(build(Policy::builder().allow_origin(allowed)))));
        let service = AsyncCorsLayer::with_source(source).layer(service_fn(inner));
        for origin in [None, Some("https://a.example"), Some("https://b.example"), Some("null")] {
            let mut request = request(PLAIN);
            if let Some(origin) = origin {
                request.headers_mut().insert("origin", HeaderValue::from_static(origin));
            }
            let response = service.clone().oneshot(request).await.expect("infallible");
            assert_eq!(response.headers()[VARY], "Origin", "{allowed} {origin:?}");
        }
    }
}

/// A cache in front of the server kept the answer without a grant, since a field that outranks
/// `Cache-Control` was left. Seen in the first version of this crate.
#[tokio::test]
async fn targeted_cache_control_does_not_keep_what_is_unavailable() {
    let layer = AsyncCorsLayer::new(|_: &Parts| std::future::ready(yields::fails()));
    let service = layer.layer(service_fn(|_: Request<()>| async {
        let response = Response::builder()
            .header("cache-control", "max-age=600")
            .header("cdn-cache-control", "max-age=600")
            .header("example-cache-control", "max-age=600")
            .header("surrogate-control", "max-age=600")
            .header("x-accel-expires", "600")
            .header("edge-control", "max-age=600")
            .header("x-inner", "ran");
        Ok::<_, Infallible>(response.body(String::new()).expect("a valid response"))
    }));
    let response = service.oneshot(request(ACTUAL)).await.unwrap_or_else(|never| match never {});
    let mut names = response.headers().keys().map(HeaderName::as_str).collect::<Vec<_>>();
    names.sort_unstable();
    assert_eq!(names, ["cache-control", "vary", "x-inner"]);
    assert_eq!(response.headers()["cache-control"], "no-store");
}

#[tokio::test]
async fn a_source_may_yield_a_list_which_may_leave_a_path_alone() {
    let list = PolicyList::from_toml(
        "[[policy]]\npaths = ['/alone']\noff = true\n[[policy]]\nallow_origin = 'https://a.example'",
    )
    .expect("valid");
    let layer = AsyncCorsLayer::new(move |_: &Parts| {
        std::future::ready(Ok::<_, Infallible>(Some(list.clone())))
    });
    // Other origins may be governed, under another list: hence `Vary`.
    let alone = [(":path", "/alone"), ("origin", "https://a.example")];
    assert_eq!(answer(&layer, &alone).await, ALONE);
    assert_eq!(answer(&layer, &alone[..1]).await, ALONE, "no origin");
    let governed = answer(&layer, ACTUAL).await;
    assert!(governed.contains(&"access-control-allow-origin: https://a.example".to_owned()));
    assert!(governed.contains(&"vary: Origin".to_owned()), "{governed:?}");
}

#[test]
fn settings_are_checked_together() {
    let (source, _) = source(|| Ok(None));
    let build = |timeout, status| {
        AsyncCorsLayer::builder_with_source(source.clone())
            .timeout(timeout)
            .unavailable_status(status)
            .build()
    };
    // A leap year is a year.
    let year = Duration::from_secs(366 * 24 * 60 * 60);
    for (time, status) in
        [(Duration::from_nanos(1), 400), (Duration::from_secs(1), 403), (year, 503), (year, 599)]
    {
        let status = StatusCode::from_u16(status).expect("a status");
        assert!(build(time, status).is_ok(), "{time:?} {status}");
    }
    for status in [200, 204, 302, 399, 600] {
        let status = StatusCode::from_u16(status).expect("a status");
        let errors = build(year + Duration::from_nanos(1), status).expect_err("two errors");
        let parts = errors.iter().map(|error| (error.setting(), error.value(), error.kind()));
        assert_eq!(
            parts.collect::<Vec<_>>(),
            [
                (SourceSetting::Timeout, Some("31622400.000000001s"), &SourceErrorKind::TooLong),
                (
                    SourceSetting::UnavailableStatus,
                    Some(status.as_str()),
                    &SourceErrorKind::NotAnErrorStatus
                ),
            ],
        );
    }
}

/// Of the layer it has the settings. Most sources are functions, which have no `Debug`.
#[tokio::test]
async fn debug_output_names_the_type() {
    let builder = AsyncCorsLayer::builder(|_: &Parts| pending::<Asked>()).enforce(true);
    assert_eq!(
        format!("{builder:?}"),
        "AsyncCorsBuilder { timeout: 2s, unavailable_status: 503, enforce: true, .. }"
    );
    let layer = builder.build().expect("valid");
    let mut service = layer.layer(tower::util::BoxCloneService::new(service_fn(inner)));
    let future = service.call(request(PLAIN));
    for (debug, parts) in [
        (format!("{layer:?}"), &["AsyncCorsLayer { ", "timeout: 2s"][..]),
        (format!("{service:?}"), &["AsyncCors { ", "inner: BoxCloneService", "timeout: 2s"]),
        (format!("{future:?}"), &["AsyncResponseFuture { .. }"]),
    ] {
        assert!(debug.starts_with(parts[0]), "{debug}");
        assert!(parts.iter().all(|part| debug.contains(part)), "{debug}");
    }
}

/// Servers spawn the service's future.
#[test]
fn what_is_sent_to_other_threads_can_be() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let (source, _) = source(|| Ok(None));
    let mut service = is_send(AsyncCorsLayer::with_source(source).layer(service_fn(inner)));
    drop(is_send(service.call(request(PLAIN))));
    let _: &(dyn Error + Send + Sync) = &tower_cors::resolver::LookupError::RateLimited;
}

/// Hosts are checked before the source is asked, and for requests that it is never asked for.
#[tokio::test]
async fn a_wrong_host_is_refused_at_once() {
    let (source, asked) = source(yields::two);
    let layer = AsyncCorsLayer::builder_with_source(source)
        .allow_hosts("api.example.com")
        .build()
        .expect("valid");
    for lines in [PLAIN, ACTUAL, SAME_ORIGIN, PREFLIGHT] {
        let wrong = [lines, &[("host", "evil.example")]].concat();
        assert_eq!(answer(&layer, &wrong).await, ENFORCED, "{lines:?}");
        assert_eq!(asked.load(Ordering::Relaxed), 0, "{lines:?}");
    }
    let right = [ACTUAL, &[("host", "api.example.com")]].concat();
    assert_eq!(answer(&layer, &right).await, GRANTED);
    let right = [PLAIN, &[("host", "api.example.com")]].concat();
    assert_eq!(answer(&layer, &right).await, ALONE);
    let (source, _) = crate::source(yields::two);
    let errors = AsyncCorsLayer::builder_with_source(source)
        .timeout(Duration::ZERO)
        .allow_hosts("a.example/")
        .build()
        .unwrap_err();
    assert_eq!(
        errors.iter().last().unwrap().to_string(),
        r#"allow_hosts: "a.example/" has a trailing slash; write "a.example""#,
    );
    assert_eq!(errors.iter().count(), 2);
}
