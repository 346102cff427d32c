//! The resolver: the rules of `tower_cors::resolver`, under tokio's paused clock.

use http::{Request, request::Parts};
use proptest::prelude::*;
use std::{
    collections::HashMap,
    future::Future,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::time::{Instant, advance, sleep};
use tower_cors::{
    AsyncCorsLayer, Origin, Policy, Resolver,
    policy::BoxError,
    resolver::{LookupError, ResolverBuilder},
    select::{SelectPolicy, Selection},
    source::PolicySource,
};

fn parts(origins: &[&str]) -> Parts {
    let mut request = Request::new(());
    for origin in origins {
        request.headers_mut().append("origin", origin.parse().expect("a header value"));
    }
    request.into_parts().0
}

/// An answer that tells when it was given.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Dated(Instant);

impl SelectPolicy for Dated {
    fn select<'a>(&self, _: &'a Parts) -> Option<Selection<'a>> {
        None
    }
}

/// Stands for a database: some origins have a policy, a lookup takes its time, and at times all
/// fail.
#[derive(Clone, Default)]
struct Source(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    lookups: Vec<(String, Instant)>,
    delay: Duration,
    down: bool,
    /// No answer at all.
    hangs: bool,
    panics: bool,
}

/// Known callers; all others have no policy.
const KNOWN: &str = "https://known";

impl Source {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("unpoisoned")
    }

    fn lookups(&self) -> usize {
        self.state().lookups.len()
    }

    fn resolver(&self) -> ResolverBuilder<Origin, Dated> {
        let source = self.clone();
        Resolver::builder(move |origin: Origin| source.clone().look_up(origin))
    }

    async fn look_up(self, origin: Origin) -> Result<Option<Dated>, BoxError> {
        let asked = Instant::now();
        let delay = {
            let mut state = self.state();
            state.lookups.push((origin.to_string(), asked));
            state.delay
        };
        if !delay.is_zero() {
            sleep(delay).await;
        }
        let (down, hangs, panics) = {
            let state = self.state();
            (state.down, state.hangs, state.panics)
        };
        assert!(!panics, "the lookup panics");
        if hangs {
            std::future::pending::<()>().await;
        }
        if down {
            return Err("the database is down".into());
        }
        Ok(origin.as_str().starts_with(KNOWN).then_some(Dated(asked)))
    }
}

fn build<P: SelectPolicy + Clone + Send + Sync + 'static>(
    builder: ResolverBuilder<Origin, P>,
) -> Resolver<Origin, P> {
    builder.build().unwrap_or_else(|errors| panic!("{errors}"))
}

async fn ask(resolver: &Resolver<Origin, Dated>, origin: &str) -> Result<Option<Dated>, String> {
    resolver.resolve(&parts(&[origin])).await.map_err(|error| error.to_string())
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test(start_paused = true)]
async fn concurrent_requests_share_one_lookup() {
    let source = Source::default();
    source.state().delay = Duration::from_millis(100);
    let resolver = build(source.resolver());
    let requests = (0..1000).map(|_| {
        let resolver = resolver.clone();
        tokio::spawn(async move { ask(&resolver, "https://known.example").await })
    });
    for request in requests.collect::<Vec<_>>() {
        assert!(request.await.expect("no panic").expect("an answer").is_some());
    }
    assert_eq!(source.lookups(), 1);
    let stats = resolver.stats();
    assert_eq!((stats.lookups, stats.shared, stats.hits), (1, 999, 0));
}

/// At which seconds a request comes, and whether it makes a lookup.
#[tokio::test(start_paused = true)]
async fn answers_live_as_long_as_they_were_told() {
    let known = "https://known.example";
    let strange = "https://strange.example";
    for (origin, lookups_at) in
        [(known, vec![0, 60, 120]), (strange, (0..=120).step_by(10).collect())]
    {
        let source = Source::default();
        let resolver = build(source.resolver());
        let start = Instant::now();
        for _ in 0..=120 {
            let _ = ask(&resolver, origin).await;
            let _ = ask(&resolver, origin).await;
            advance(seconds(1)).await;
        }
        let state = source.state();
        let at = state.lookups.iter().map(|(_, at)| (*at - start).as_secs()).collect::<Vec<_>>();
        assert_eq!(at, lookups_at, "{origin}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_policy_may_outlive_its_time_while_the_source_is_down() {
    let source = Source::default();
    let resolver = build(source.resolver().time_to_live(seconds(10)).stale_on_error(seconds(20)));
    let origin = "https://known.example";
    let first = ask(&resolver, origin).await.expect("an answer");
    assert!(first.is_some());
    source.state().down = true;
    advance(seconds(10)).await;
    for at in 10..30 {
        for _ in 0..100 {
            assert_eq!(ask(&resolver, origin).await, Ok(first), "at {at} s");
        }
        assert_eq!(source.lookups(), at - 8, "one lookup a second, at {at} s");
        advance(seconds(1)).await;
    }
    let error = Err("the database is down".to_owned());
    assert_eq!(ask(&resolver, origin).await, error, "the bound is reached");
    assert_eq!(resolver.stats().stale, 2000);

    source.state().down = false;
    assert_eq!(ask(&resolver, origin).await, error, "the failure is remembered for a second");
    advance(seconds(1)).await;
    assert!(ask(&resolver, origin).await.expect("an answer") > first);
}

impl PartialOrd for Dated {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        self.0.partial_cmp(&other.0)
    }
}

#[tokio::test(start_paused = true)]
async fn by_default_nothing_outlives_its_time() {
    let source = Source::default();
    let resolver = build(source.resolver());
    assert!(ask(&resolver, "https://known.example").await.is_ok());
    source.state().down = true;
    advance(Duration::from_millis(59_999)).await;
    assert!(ask(&resolver, "https://known.example").await.is_ok());
    advance(Duration::from_millis(1)).await;
    assert!(ask(&resolver, "https://known.example").await.is_err());
}

/// Each request from another origin, a thousand a second, for a minute; and a known caller among
/// them.
#[tokio::test(start_paused = true)]
async fn a_flood_of_made_up_origins_is_bounded_and_harms_no_one() {
    let (rate, burst) = (5, 20);
    let source = Source::default();
    let resolver = build(
        source
            .resolver()
            .lookup_rate(rate)
            .lookup_burst(burst)
            .time_to_live(seconds(7))
            .capacity(100),
    );
    let known = "https://known.example";
    assert!(ask(&resolver, known).await.expect("an answer").is_some());
    for n in 0..60_000_u32 {
        let _ = ask(&resolver, &format!("https://n{n}.evil.example")).await;
        if n % 100 == 0 {
            let answer = ask(&resolver, known).await;
            assert!(answer.expect("renewed in spite of the flood").is_some(), "{n}");
        }
        advance(Duration::from_millis(1)).await;
    }
    let lookups = source.state().lookups.clone();
    let (of_known, of_others): (Vec<_>, Vec<_>) =
        lookups.iter().partition(|(origin, _)| origin == known);
    let allowed = usize::try_from(burst + rate * 60).expect("small");
    assert!(of_others.len() <= allowed, "{} of {allowed}", of_others.len());
    assert!(of_others.len() >= allowed - 2, "the rate is used: {} of {allowed}", of_others.len());
    assert_eq!(of_known.len(), 9, "once in 7 seconds");
    let stats = resolver.stats();
    assert_eq!(stats.rate_limited + stats.lookups, 60_000 + 9);
}

#[tokio::test(start_paused = true)]
async fn what_no_browser_sends_or_no_pattern_matches_is_never_looked_up() {
    let source = Source::default();
    let resolver =
        build(source.resolver().only_origins(["https://*.known.example", "https://known.example"]));
    for origins in [
        &[][..],
        &["null"],
        &[""],
        &["https://KNOWN.example"],
        &["https://known.example/"],
        &["https://known.example:443"],
        &["https://known.example", "https://known.example"],
        &["https://known.example https://known.example"],
        &["https://strange.example"],
        &["http://known.example"],
        &["https://a.known.example.evil.example"],
    ] {
        let answer = resolver.resolve(&parts(origins)).await;
        assert!(matches!(answer, Ok(None)), "{origins:?}: {answer:?}");
        assert_eq!(source.lookups(), 0, "{origins:?}");
    }
    assert_eq!(resolver.stats().filtered, 11);
    assert!(ask(&resolver, "https://known.example").await.expect("an answer").is_some());
    assert!(ask(&resolver, "https://a.known.example").await.expect("an answer").is_none());
    assert_eq!(source.lookups(), 2);

    let unfiltered = build(source.resolver());
    assert!(matches!(ask(&unfiltered, "null").await, Ok(None)));
    assert_eq!(source.lookups(), 2, "`null` is no key");
}

#[tokio::test(start_paused = true)]
async fn a_lookup_that_takes_too_long_fails_for_all_who_wait() {
    let source = Source::default();
    source.state().hangs = true;
    let resolver = build(source.resolver().timeout(Duration::from_millis(400)));
    let began = Instant::now();
    let (one, other) = tokio::join!(
        resolver.resolve(&parts(&["https://known.example"])),
        resolver.resolve(&parts(&["https://known.example"])),
    );
    for answer in [one, other] {
        let Err(LookupError::TimedOut(error)) = answer else { panic!("{answer:?}") };
        assert_eq!(error.to_string(), "no answer within 400ms");
    }
    assert_eq!(began.elapsed(), Duration::from_millis(400));
    assert_eq!((source.lookups(), resolver.stats().failures), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_lookup_outlives_the_requests_that_wanted_it() {
    let source = Source::default();
    source.state().delay = Duration::from_millis(500);
    let resolver = build(source.resolver());
    for _ in 0..50 {
        let impatient = ask(&resolver, "https://known.example");
        assert!(tokio::time::timeout(Duration::from_millis(9), impatient).await.is_err());
    }
    sleep(seconds(1)).await;
    assert!(ask(&resolver, "https://known.example").await.expect("an answer").is_some());
    assert_eq!(source.lookups(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lookup_that_panics_is_a_failure() {
    let source = Source::default();
    source.state().panics = true;
    let resolver = build(source.resolver());
    let lost = || LookupError::Lost.to_string();
    assert_eq!(ask(&resolver, "https://known.example").await, Err(lost()));
    source.state().panics = false;
    assert_eq!(ask(&resolver, "https://known.example").await, Err(lost()), "remembered");
    advance(seconds(1)).await;
    assert!(ask(&resolver, "https://known.example").await.expect("an answer").is_some());
}

#[tokio::test(start_paused = true)]
async fn what_was_invalidated_is_never_used() {
    let source = Source::default();
    let resolver = build(source.resolver().stale_on_error(seconds(1000)));
    let origin = "https://known.example";
    let key = Origin::from_static("https://known.example");
    let first = ask(&resolver, origin).await.expect("an answer");
    advance(seconds(1)).await;
    resolver.invalidate(&key);
    let second = ask(&resolver, origin).await.expect("an answer");
    assert!(second > first, "asked anew");
    advance(seconds(1)).await;
    resolver.invalidate_all();
    assert!(ask(&resolver, origin).await.expect("an answer") > second, "asked anew");
    assert_eq!(source.lookups(), 3);

    source.state().down = true;
    resolver.invalidate(&key);
    assert!(ask(&resolver, origin).await.is_err(), "not even where it could be used as stale");
    advance(seconds(1)).await;
    source.state().down = false;
    assert!(ask(&resolver, origin).await.is_ok());
    source.state().down = true;
    resolver.invalidate_all();
    assert!(ask(&resolver, origin).await.is_err(), "not even where it could be used as stale");
}

#[tokio::test(start_paused = true)]
async fn a_lookup_under_way_is_made_again_if_its_key_is_invalidated() {
    for all in [false, true] {
        let source = Source::default();
        source.state().delay = Duration::from_millis(100);
        let resolver = build(source.resolver());
        let waiting = tokio::spawn({
            let resolver = resolver.clone();
            async move { ask(&resolver, "https://known.example").await }
        });
        sleep(Duration::from_millis(50)).await;
        let invalidated = Instant::now();
        if all {
            resolver.invalidate_all();
        } else {
            resolver.invalidate(&Origin::from_static("https://known.example"));
        }
        let answer = waiting.await.expect("no panic").expect("an answer").expect("a policy");
        assert!(answer.0 > invalidated);
        assert_eq!(ask(&resolver, "https://known.example").await, Ok(Some(answer)));
        assert_eq!(source.lookups(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn an_empty_bucket_does_not_bring_back_what_was_invalidated() {
    let source = Source::default();
    let slowly = source.resolver().lookup_rate(1).lookup_burst(1).time_to_live(seconds(10));
    let resolver = build(slowly.stale_on_error(seconds(1000)));
    let first = ask(&resolver, "https://known.example").await;
    source.state().down = true;
    advance(seconds(10)).await;
    assert_eq!(ask(&resolver, "https://known.example").await, first, "its renewal fails");
    advance(seconds(1)).await;
    assert!(ask(&resolver, "https://strange.example").await.is_err(), "takes the token");
    assert_eq!(ask(&resolver, "https://known.example").await, first, "no token, but stale");
    resolver.invalidate_all();
    let limited = Err("too many lookups, see lookup_rate".to_owned());
    assert_eq!(ask(&resolver, "https://known.example").await, limited);
}

/// A change of everything must not make the known callers wait for the bucket.
#[tokio::test(start_paused = true)]
async fn known_keys_can_all_be_renewed_at_once() {
    let source = Source::default();
    let resolver = build(source.resolver().lookup_rate(1).lookup_burst(1));
    let origins = (0..50).map(|n| format!("https://known{n}.example")).collect::<Vec<_>>();
    for origin in &origins {
        assert!(ask(&resolver, origin).await.is_ok());
        advance(seconds(1)).await;
    }
    resolver.invalidate_all();
    for origin in &origins {
        assert!(ask(&resolver, origin).await.is_ok(), "{origin}");
    }
    let limited = ask(&resolver, "https://known-to-nobody.example").await;
    assert!(limited.is_ok(), "one token has come in since");
    let limited = ask(&resolver, "https://another.example").await;
    assert_eq!(limited, Err("too many lookups, see lookup_rate".to_owned()));

    source.state().down = true;
    resolver.invalidate_all();
    let failed = async |origin: &String| ask(&resolver, origin).await.expect_err("down");
    for origin in &origins {
        assert_eq!(failed(origin).await, "the database is down");
    }
    let before = source.lookups();
    advance(Duration::from_millis(1001)).await;
    for origin in &origins {
        failed(origin).await;
    }
    assert_eq!(source.lookups() - before, 1, "what failed draws on the bucket like any other");
}

#[tokio::test(start_paused = true)]
async fn what_is_held_is_bounded() {
    let source = Source::default();
    let resolver = build(source.resolver().lookup_burst(10_000).capacity(50));
    for round in 1..=2 {
        for n in 0..1000 {
            assert!(ask(&resolver, &format!("https://known{n}.example")).await.is_ok());
        }
        if round == 2 {
            let held = 2000 - source.lookups();
            // moka does its housekeeping in batches.
            assert!(held <= 200, "{held} were held");
        }
    }
}

/// A key of one's own: the tenant by its host. The origin is then the policy's to judge.
#[tokio::test]
async fn a_key_of_ones_own() {
    let lookups = Arc::new(Mutex::new(HashMap::<String, usize>::new()));
    let counter = lookups.clone();
    let resolver = Resolver::builder_by_key(
        |parts: &Parts| parts.headers.get("host")?.to_str().ok().map(str::to_owned),
        move |host: String| {
            *counter.lock().expect("unpoisoned").entry(host.clone()).or_default() += 1;
            async move {
                let builder = Policy::builder().allow_origin(format!("https://{host}"));
                Ok::<_, BoxError>(Some(builder.dangerously_allow_null_origin(true).build()?))
            }
        },
    )
    .build()
    .expect("valid");
    let layer = AsyncCorsLayer::new(resolver.clone());
    for (host, origin, allowed) in [
        ("a.example", "https://a.example", Some("https://a.example")),
        ("a.example", "https://b.example", None),
        ("b.example", "https://b.example", Some("https://b.example")),
        ("b.example", "null", Some("null")),
    ] {
        let inner = tower::service_fn(|_: Request<()>| async {
            Ok::<_, std::convert::Infallible>(http::Response::new(()))
        });
        let service = tower::Layer::layer(&layer, inner);
        let mut request = Request::new(());
        request.headers_mut().insert("host", host.parse().expect("a value"));
        request.headers_mut().insert("origin", origin.parse().expect("a value"));
        let response = tower::ServiceExt::oneshot(service, request).await.expect("infallible");
        let header = response.headers().get("access-control-allow-origin");
        assert_eq!(header.map(|value| value.to_str().expect("ASCII")), allowed, "{host} {origin}");
    }
    let without_host = resolver.resolve(&parts(&["https://a.example"])).await;
    assert!(matches!(without_host, Ok(None)), "no key, no policy");
    let lookups = lookups.lock().expect("unpoisoned").clone();
    assert_eq!(lookups, HashMap::from([("a.example".to_owned(), 1), ("b.example".to_owned(), 1)]));
}

#[test]
fn outside_a_runtime_nothing_panics() {
    let resolver = build(Source::default().resolver());
    let waker = std::task::Waker::noop();
    let mut answer = std::pin::pin!(resolver.resolve(&parts(&["https://known.example"])));
    let polled = answer.as_mut().poll(&mut std::task::Context::from_waker(waker));
    assert!(matches!(polled, std::task::Poll::Ready(Err(LookupError::Lost))), "{polled:?}");
}

#[test]
fn every_wrong_setting_is_an_error() {
    let year = seconds(367 * 24 * 60 * 60);
    let errors = Source::default()
        .resolver()
        .only_origins(["https://known.example/", "*.known.example"])
        .time_to_live(Duration::ZERO)
        .negative_time_to_live(Duration::ZERO)
        .error_time_to_live(Duration::ZERO)
        .stale_on_error(year)
        .timeout(Duration::ZERO)
        .capacity(0)
        .lookup_rate(0)
        .lookup_burst(0)
        .build()
        .expect_err("ten errors");
    let expected = [
        r#"only_origins: "https://known.example/" has a trailing slash; write "https://known.example""#,
        r#"only_origins: "*.known.example" has no scheme; write "https://*.known.example""#,
        r#"time_to_live: "0ns" remembers nothing, so every request would look up: give it some time, such as 60 seconds"#,
        r#"negative_time_to_live: "0ns" forgets at once who is refused, so each of their requests would look up: give it some time, such as 10 seconds"#,
        r#"error_time_to_live: "0ns" asks a source that fails again at once: give it some time, such as 1 second"#,
        r#"timeout: "0ns" is no time at all, so every request would be refused: give it some, such as 2 seconds"#,
        r#"stale_on_error: "31708800s" is over a year: write less"#,
        r#"capacity: "0" holds nothing: give it room, such as 10000"#,
        r#"lookup_rate: "0" allows no lookup at all: allow some, such as 50"#,
        r#"lookup_burst: "0" allows no lookup at all: allow some, such as 50"#,
    ];
    assert_eq!(errors.iter().map(ToString::to_string).collect::<Vec<_>>(), expected);
    for builder in [
        Source::default().resolver().time_to_live(year),
        Source::default().resolver().negative_time_to_live(year),
        Source::default().resolver().error_time_to_live(year),
        Source::default().resolver().timeout(Duration::MAX),
    ] {
        assert_eq!(builder.build().expect_err("too long").iter().count(), 1);
    }
}

#[derive(Clone, Debug)]
enum Step {
    Ask(u8),
    Pass(u64),
    Down(bool),
    Invalidate(u8),
    InvalidateAll,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        10 => (0_u8..12).prop_map(Step::Ask),
        5 => (1_u64..3000).prop_map(Step::Pass),
        1 => any::<bool>().prop_map(Step::Down),
        1 => (0_u8..12).prop_map(Step::Invalidate),
        1 => Just(Step::InvalidateAll),
    ]
}

/// Even ones are known.
fn origin_of(key: u8) -> String {
    if key.is_multiple_of(2) {
        format!("{KNOWN}{key}.example")
    } else {
        format!("https://x{key}.example")
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever happens in whatever order:
    ///
    /// 1. No more lookups than allowed.
    /// 2. No answer that is too old, or from before an invalidation.
    /// 3. No two lookups of one key at the same time.
    #[test]
    fn what_is_promised_holds(steps in prop::collection::vec(step(), 1..120), delay in 0_u64..80) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
        runtime.block_on(run(steps, Duration::from_millis(delay)));
    }
}

async fn run(steps: Vec<Step>, delay: Duration) {
    const TTL: Duration = Duration::from_secs(4);
    const STALE: Duration = Duration::from_secs(3);
    let (rate, burst) = (2_u32, 3_u32);
    let source = Source::default();
    source.state().delay = delay;
    let resolver = build(
        source
            .resolver()
            .time_to_live(TTL)
            .negative_time_to_live(seconds(2))
            .stale_on_error(STALE)
            .lookup_rate(rate)
            .lookup_burst(burst),
    );
    let start = Instant::now();
    let mut invalidated = HashMap::<u8, Instant>::new();
    let mut invalidations = 0;
    let mut requests = Vec::new();
    for step in steps {
        match step {
            Step::Ask(key) => {
                let (resolver, since) = (resolver.clone(), invalidated.get(&key).copied());
                let asked = Instant::now();
                requests.push(tokio::spawn(async move {
                    if let Ok(Some(answer)) = ask(&resolver, &origin_of(key)).await {
                        assert!(asked.saturating_duration_since(answer.0) < TTL + STALE);
                        assert!(since.is_none_or(|since| since <= answer.0), "from before");
                    }
                }));
                // It begins now, not when the clock next stands still.
                tokio::task::yield_now().await;
            }
            Step::Pass(milliseconds) => sleep(Duration::from_millis(milliseconds)).await,
            Step::Down(down) => source.state().down = down,
            Step::Invalidate(key) => {
                resolver.invalidate(&origin_of(key).parse().expect("an origin"));
                invalidated.insert(key, Instant::now());
                invalidations += 1;
            }
            Step::InvalidateAll => {
                resolver.invalidate_all();
                invalidated.extend((0..12).map(|key| (key, Instant::now())));
                invalidations += 12;
            }
        }
    }
    for request in requests {
        request.await.expect("what is promised");
    }
    let passed = start.elapsed().as_secs_f64();
    let lookups = source.state().lookups.clone();
    let renewals = 6.0 * (passed / TTL.as_secs_f64()).ceil() + f64::from(invalidations);
    let allowed = f64::from(burst) + f64::from(rate) * passed + renewals;
    let made = u32::try_from(lookups.len()).expect("few");
    assert!(f64::from(made) <= allowed, "{made} lookups, allowed {allowed}");
    for (i, (origin, at)) in lookups.iter().enumerate() {
        let next = lookups.iter().skip(i + 1).find(|(other, _)| other == origin);
        assert!(
            next.is_none_or(|(_, next)| *next >= *at + delay),
            "{origin} looked up twice at once"
        );
    }
}

/// Many threads, no paused clock: the counters must add up, and each key is looked up once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn threads_do_not_get_in_each_others_way() {
    let (begun, failed) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let counter = begun.clone();
    let resolver = Resolver::builder(move |_: Origin| {
        counter.fetch_add(1, Ordering::Relaxed);
        async move {
            tokio::task::yield_now().await;
            Ok::<_, BoxError>(Some(Dated(Instant::now())))
        }
    })
    .lookup_burst(1000)
    .build()
    .expect("valid");
    let requests = (0..20_000_u32).map(|n| {
        let (resolver, failed) = (resolver.clone(), failed.clone());
        tokio::spawn(async move {
            let answer = ask(&resolver, &format!("https://known{}.example", n % 500)).await;
            failed.fetch_or(!matches!(answer, Ok(Some(_))), Ordering::Relaxed);
        })
    });
    for request in requests.collect::<Vec<_>>() {
        request.await.expect("no panic");
    }
    assert!(!failed.load(Ordering::Relaxed));
    assert_eq!(begun.load(Ordering::Relaxed), 500);
    let stats = resolver.stats();
    assert_eq!(stats.lookups, 500);
    assert_eq!(stats.lookups + stats.shared + stats.hits, 20_000);
}
