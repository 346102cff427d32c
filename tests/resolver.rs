//! The resolver: the rules of `tower_cors::resolver`, under tokio's paused clock.

use http::{Request, request::Parts};
use proptest::prelude::*;
use std::{
    collections::HashMap,
    error::Error,
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
        // The stale policy is the answer while the lookup runs.
        tokio::task::yield_now().await;
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
    let [one, other] = ["https://known1.example", "https://known2.example"];
    let first = ask(&resolver, one).await;
    assert!(ask(&resolver, other).await.is_ok());
    source.state().down = true;
    advance(seconds(10)).await;
    assert_eq!(ask(&resolver, one).await, first, "its renewal fails");
    assert!(ask(&resolver, other).await.is_ok(), "its renewal fails too");
    advance(seconds(1)).await;
    assert!(ask(&resolver, other).await.is_ok(), "takes the token for retries");
    assert_eq!(ask(&resolver, one).await, first, "no token, but stale");
    assert_eq!(resolver.stats().rate_limited, 1);
    resolver.invalidate_all();
    assert_eq!(ask(&resolver, one).await, Err("the database is down".to_owned()));
}

/// A change of everything must not make the known callers wait for the bucket.
#[tokio::test(start_paused = true)]
async fn known_keys_can_all_be_renewed_at_once() {
    let source = Source::default();
    let resolver = build(source.resolver().lookup_rate(1).lookup_burst(1));
    let origins = (0..50).map(|n| format!("https://known{n}.example")).collect::<Vec<_>>();
    for origin in &origins {
        assert!(ask(&resolver, origin).await.is_ok());
    }
    resolver.invalidate_all();
    for origin in &origins {
        assert!(ask(&resolver, origin).await.is_ok(), "{origin}");
    }
    assert!(ask(&resolver, "https://strange.example").await.is_ok(), "takes the only token");
    let limited = Err("too many lookups; see lookup_rate".to_owned());
    assert_eq!(ask(&resolver, "https://another.example").await, limited);

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
    assert_eq!(source.lookups() - before, 1, "a source that is down is not asked by all again");

    source.state().down = false;
    advance(Duration::from_millis(1001)).await;
    for origin in &origins {
        assert!(ask(&resolver, origin).await.is_ok(), "{origin}: the source works again");
    }
}

/// A thousand requests a second from made-up origins, then one known caller whose one renewal
/// failed.
#[tokio::test(start_paused = true)]
async fn a_failed_renewal_does_not_cost_a_known_key_its_privilege() {
    for failures in [0, 1, 3] {
        let source = Source::default();
        let resolver = build(source.resolver().time_to_live(seconds(5)));
        let known = "https://known.example";
        let flood = async |second: u32| {
            for n in 0..1000 {
                let _ = ask(&resolver, &format!("https://n{second}-{n}.evil.example")).await;
            }
        };
        assert!(ask(&resolver, known).await.is_ok());
        advance(seconds(5)).await;
        source.state().down = true;
        for second in 0..failures {
            flood(second).await;
            assert!(ask(&resolver, known).await.is_err(), "the source is down");
            advance(Duration::from_millis(1001)).await;
        }
        source.state().down = false;
        for second in failures..30 {
            flood(second).await;
            let answer = ask(&resolver, known).await;
            assert!(matches!(answer, Ok(Some(_))), "{failures} failures, {second} s: {answer:?}");
            advance(Duration::from_millis(1001)).await;
        }
    }
}

/// 12,000 made-up origins, as fast as can be, and 1,000 quiet callers.
#[tokio::test(start_paused = true)]
async fn a_flood_evicts_no_known_caller() {
    let source = Source::default();
    let resolver = build(source.resolver().lookup_burst(20_000).capacity(2000));
    let known = (0..1000).map(|n| format!("https://known{n}.example")).collect::<Vec<_>>();
    for origin in &known {
        assert!(ask(&resolver, origin).await.is_ok());
    }
    for n in 0..12_000 {
        assert!(ask(&resolver, &format!("https://n{n}.evil.example")).await.is_ok());
    }
    assert_eq!(source.lookups(), 13_000);
    for origin in &known {
        assert!(ask(&resolver, origin).await.is_ok());
    }
    assert_eq!(source.lookups(), 13_000, "all known callers were remembered");
}

/// Policies of 2,000 origins each, some 250 KB: what they take is bounded, and their number with it.
#[tokio::test(start_paused = true)]
async fn large_policies_are_bounded_in_bytes() {
    let origins = (0..2000).map(|n| format!("https://customer-{n}.example")).collect::<Vec<_>>();
    let policy = Policy::builder().allow_origin(origins).build().expect("valid");
    let lookups = Arc::new(AtomicU64::new(0));
    let counter = lookups.clone();
    let resolver = Resolver::builder(move |_: Origin| {
        counter.fetch_add(1, Ordering::Relaxed);
        let policy = policy.clone();
        async move { Ok::<_, BoxError>(Some(policy)) }
    })
    .max_memory(10 * 1024 * 1024)
    .build()
    .expect("valid");
    for _ in 0..2 {
        for n in 0..200 {
            let answer = resolver.resolve(&parts(&[&format!("https://known{n}.example")])).await;
            assert!(answer.expect("an answer").is_some());
        }
    }
    let held = 400 - lookups.load(Ordering::Relaxed);
    // moka does its housekeeping in batches.
    assert!(held < 150, "{held} of 200 were held");
}

/// A key that is too long is refused, and nothing of it is kept.
#[tokio::test(start_paused = true)]
async fn absurd_keys_are_refused_without_a_lookup() {
    let lookups = Arc::new(AtomicU64::new(0));
    let counter = lookups.clone();
    let resolver = Resolver::builder_by_key(
        |parts: &Parts| Some(parts.uri.path().to_owned()),
        move |_: String| {
            counter.fetch_add(1, Ordering::Relaxed);
            async { Ok::<_, BoxError>(Some(Dated(Instant::now()))) }
        },
    )
    .max_key_size(100)
    .build()
    .expect("valid");
    for (length, looked_up) in [(1, true), (98, true), (100, false), (60_000, false)] {
        let before = lookups.load(Ordering::Relaxed);
        let mut parts = parts(&["https://a.example"]);
        parts.uri = format!("/{}", "x".repeat(length - 1)).parse().expect("a path");
        for _ in 0..10 {
            let answer = resolver.resolve(&parts).await.expect("an answer");
            assert_eq!(answer.is_some(), looked_up, "{length} bytes");
        }
        let made = lookups.load(Ordering::Relaxed) - before;
        assert_eq!(made, u64::from(looked_up), "{length} bytes");
    }
    resolver.mark_known(["x".repeat(60_000)]);
    assert_eq!(resolver.stats().filtered, 20);
}

/// A future is made, something is invalidated, the future is awaited.
#[tokio::test(start_paused = true)]
async fn a_future_that_is_awaited_after_an_invalidation_yields_no_old_policy() {
    let origin = "https://known.example";
    for (about, polled, all) in [
        ("only made", false, false),
        ("only made, all invalidated", false, true),
        ("it waits for a lookup that has ended since", true, false),
        ("it waits for a lookup that has ended since, all invalidated", true, true),
    ] {
        let source = Source::default();
        source.state().delay = Duration::from_millis(100);
        let resolver = build(source.resolver());
        if !polled {
            ask(&resolver, origin).await.expect("an answer");
        }
        let mut future = std::pin::pin!(resolver.resolve(&parts(&[origin])));
        if polled {
            let waker = std::task::Waker::noop();
            let polled = future.as_mut().poll(&mut std::task::Context::from_waker(waker));
            assert!(polled.is_pending(), "{about}");
        }
        sleep(Duration::from_millis(500)).await;
        assert_eq!(source.lookups(), 1, "{about}");
        if all {
            resolver.invalidate_all();
        } else {
            resolver.invalidate(&Origin::from_static("https://known.example"));
        }
        let invalidated = Instant::now();
        let answer = future.await.expect("an answer").expect("a policy");
        assert!(answer.0 >= invalidated, "{about}");
        assert_eq!(source.lookups(), 2, "{about}");
    }
}

/// After a deploy, the cache is empty and all callers come at once. A lookup takes 10 ms.
#[tokio::test(start_paused = true)]
async fn after_a_start_all_who_have_a_policy_get_through() {
    let source = Source::default();
    source.state().delay = Duration::from_millis(10);
    let resolver = build(source.resolver());
    let began = Instant::now();
    for batch in 0..100 {
        let requests = (0..100).map(|n| {
            let resolver = resolver.clone();
            let origin = format!("https://known{batch}-{n}.example");
            tokio::spawn(async move { ask(&resolver, &origin).await })
        });
        for request in requests.collect::<Vec<_>>() {
            let answer = request.await.expect("no panic");
            assert!(matches!(answer, Ok(Some(_))), "{answer:?} after {:?}", began.elapsed());
        }
    }
    assert_eq!(began.elapsed(), seconds(1), "10,000 callers, 100 at a time");
    // And a flood is held to its rate all the same.
    let flood = (0..1000).map(|n| {
        let resolver = resolver.clone();
        tokio::spawn(async move { ask(&resolver, &format!("https://n{n}.evil.example")).await })
    });
    let flood = flood.collect::<Vec<_>>();
    let mut answered = 0;
    for request in flood {
        answered += usize::from(request.await.expect("no panic").is_ok());
    }
    assert_eq!(answered, 100);
}

/// A start in the middle of a flood: only who was named has nothing to fear.
#[tokio::test(start_paused = true)]
async fn named_keys_get_through_a_flood_at_the_start() {
    let source = Source::default();
    let resolver = build(source.resolver());
    let key = |n: u32| format!("https://known{n}.example").parse::<Origin>().expect("an origin");
    resolver.mark_known((0..500).map(key));
    resolver.mark_known([Origin::from_static("https://strange.example")]);
    for n in 0..1000 {
        let _ = ask(&resolver, &format!("https://n{n}.evil.example")).await;
    }
    assert!(ask(&resolver, "https://n.evil.example").await.is_err(), "the bucket is empty");
    for n in 0..500 {
        let answer = ask(&resolver, key(n).as_str()).await;
        assert!(matches!(answer, Ok(Some(_))), "{n}: {answer:?}");
    }
    let strange = "https://strange.example";
    assert_eq!(ask(&resolver, strange).await, Ok(None), "naming a key grants it nothing");
    advance(seconds(10)).await;
    for n in 1000..2000 {
        let _ = ask(&resolver, &format!("https://n{n}.evil.example")).await;
    }
    assert!(ask(&resolver, strange).await.is_err(), "it has lost the privilege");
}

/// A source that hangs delays a known caller for a moment, once; not again and again.
#[tokio::test(start_paused = true)]
async fn a_source_that_hangs_does_not_hold_known_callers_again_and_again() {
    let source = Source::default();
    let resolver = build(source.resolver().time_to_live(seconds(10)).stale_on_error(seconds(60)));
    let origin = "https://known.example";
    let first = ask(&resolver, origin).await;
    source.state().hangs = true;
    advance(seconds(10)).await;
    let mut held = Vec::new();
    let start = Instant::now();
    while start.elapsed() < seconds(40) {
        let began = Instant::now();
        assert_eq!(ask(&resolver, origin).await, first);
        if began.elapsed() > Duration::ZERO {
            held.push(began.elapsed());
        }
        sleep(Duration::from_millis(50)).await;
    }
    assert!(held.len() <= 10, "{held:?}");
    assert!(held.iter().all(|held| *held <= Duration::from_millis(100)), "{held:?}");
    assert!(source.lookups() > 10, "it is asked again: {}", source.lookups());

    source.state().hangs = false;
    sleep(seconds(3)).await;
    let _ = ask(&resolver, origin).await;
    tokio::task::yield_now().await;
    assert!(ask(&resolver, origin).await > first, "the newest policy");
}

/// While the source works, nobody is answered by a policy past its time to live.
#[tokio::test(start_paused = true)]
async fn a_source_that_works_is_waited_for() {
    let source = Source::default();
    source.state().delay = Duration::from_millis(50);
    let resolver = build(source.resolver().time_to_live(seconds(10)).stale_on_error(seconds(60)));
    let origin = "https://known.example";
    let first = ask(&resolver, origin).await;
    sleep(seconds(10)).await;
    assert!(ask(&resolver, origin).await > first);
    assert_eq!(resolver.stats().stale, 0);
}

/// Its origins are edited every 30 ms, a lookup takes 100 ms.
#[tokio::test(start_paused = true)]
async fn a_key_that_is_invalidated_again_and_again_is_answered() {
    let source = Source::default();
    source.state().delay = Duration::from_millis(100);
    let resolver = build(source.resolver());
    let edits = tokio::spawn({
        let resolver = resolver.clone();
        async move {
            for _ in 0..200 {
                sleep(Duration::from_millis(30)).await;
                resolver.invalidate(&Origin::from_static("https://known.example"));
            }
        }
    });
    for _ in 0..20 {
        sleep(Duration::from_millis(37)).await;
        let came = Instant::now();
        let answer = ask(&resolver, "https://known.example").await.expect("an answer");
        assert!(came.elapsed() <= Duration::from_millis(300), "{:?}", came.elapsed());
        assert!(answer.expect("a policy").0 >= came, "from after the request came");
    }
    edits.abort();
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

/// The gauges lag a little: moka does its housekeeping in batches.
#[tokio::test(start_paused = true)]
async fn what_is_held_is_counted() {
    let source = Source::default();
    let resolver = build(source.resolver().lookup_burst(10_000));
    for n in 0..1000 {
        let _ = ask(&resolver, &format!("https://known{n}.example")).await;
    }
    for n in 0..2000 {
        let _ = ask(&resolver, &format!("https://n{n}.example")).await;
    }
    source.state().delay = seconds(1);
    let asking = ["https://a.example", "https://b.example"].map(|origin| {
        let resolver = resolver.clone();
        tokio::spawn(async move { ask(&resolver, origin).await })
    });
    sleep(Duration::from_millis(1)).await;
    let stats = resolver.stats();
    assert!((300..=1000).contains(&stats.known), "{stats:?}");
    assert!((1001..=2000).contains(&stats.strangers), "{stats:?}");
    assert_eq!(stats.in_progress, 2, "{stats:?}");
    for request in asking {
        assert_eq!(request.await.expect("no panic"), Ok(None));
    }
    assert_eq!(resolver.stats().in_progress, 0);
}

/// A key of one's own: the tenant by its host. The policy then evaluates the origin.
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
    let layer = AsyncCorsLayer::with_source(resolver.clone());
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
    assert!(matches!(polled, std::task::Poll::Ready(Err(LookupError::NoRuntime(_)))), "{polled:?}");
}

/// The lookup runs on another runtime; here is no timer for the wait before a stale policy is used.
#[test]
fn outside_a_runtime_a_lookup_under_way_is_waited_for() {
    let source = Source::default();
    let resolver = build(source.resolver().stale_on_error(seconds(60)));
    source.state().delay = Duration::from_millis(10);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let origin = parts(&["https://known.example"]);
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    let mut first = std::pin::pin!(resolver.resolve(&origin));
    runtime.block_on(async { assert!(first.as_mut().poll(&mut cx).is_pending()) });
    let mut second = std::pin::pin!(resolver.resolve(&origin));
    assert!(second.as_mut().poll(&mut cx).is_pending(), "no panic");
    runtime.block_on(async { sleep(Duration::from_millis(50)).await });
    let answer = second.as_mut().poll(&mut cx);
    assert!(matches!(answer, std::task::Poll::Ready(Ok(Some(_)))), "{answer:?}");
}

#[test]
fn a_lookup_error_has_the_cause_of_its_error() {
    let cause = "digit".parse::<u8>().unwrap_err();
    let failed = LookupError::Failed(Arc::new(Outer(cause.clone())));
    assert_eq!(failed.to_string(), "the database is down");
    assert_eq!(failed.source().map(ToString::to_string), Some(cause.to_string()));
    assert!(LookupError::RateLimited.source().is_none());
}

#[derive(Debug)]
struct Outer(std::num::ParseIntError);

impl std::fmt::Display for Outer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the database is down")
    }
}

impl Error for Outer {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

#[test]
fn debug_output_names_the_type() {
    let builder = Source::default().resolver();
    let settings = format!("{builder:?}");
    assert!(settings.starts_with("ResolverBuilder { only_origins: "), "{settings}");
    let resolver = build(builder);
    assert!(format!("{resolver:?}").starts_with("Resolver { "), "{resolver:?}");
    let future = resolver.resolve(&parts(&[]));
    assert_eq!(format!("{future:?}"), "ResolverFuture { .. }");
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
        .max_memory(0)
        .max_key_size(0)
        .lookup_rate(0)
        .lookup_burst(0)
        .build()
        .expect_err("twelve errors");
    let expected = [
        r#"only_origins: "https://known.example/" has a trailing slash; write "https://known.example""#,
        r#"only_origins: "*.known.example" has no scheme; write "https://*.known.example""#,
        r#"time_to_live: "0ns" is zero, so every request would need a lookup; allow some time, such as 60 seconds"#,
        r#"negative_time_to_live: "0ns" is zero, so every refused request would need a lookup; allow some time, such as 10 seconds"#,
        r#"error_time_to_live: "0ns" is zero, so a failing source would be asked again at once; allow some time, such as 1 second"#,
        r#"timeout: "0ns" is zero, so every request would be refused; allow some time, such as 2 seconds"#,
        r#"stale_on_error: "31708800s" is longer than a year; use a shorter time"#,
        r#"capacity: "0" is zero, so no answer would be remembered; use 10000"#,
        r#"max_memory: "0" is zero, so no answer would be remembered; use 67108864"#,
        r#"max_key_size: "0" is zero, so no key would be looked up; use 1024"#,
        r#"lookup_rate: "0" is zero, so no new key would be looked up; use 50"#,
        r#"lookup_burst: "0" is zero, so no new key would be looked up; use 50"#,
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
    if key % 2 == 0 { format!("{KNOWN}{key}.example") } else { format!("https://x{key}.example") }
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
    let (of_known, of_strangers): (Vec<_>, Vec<_>) =
        lookups.iter().partition(|(origin, _)| origin.starts_with(KNOWN));
    let in_bucket = f64::from(burst) + f64::from(rate) * passed + f64::from(invalidations);
    let made = f64::from(u32::try_from(of_strangers.len()).expect("few"));
    assert!(made <= in_bucket, "{made} lookups of strangers, allowed {in_bucket}");
    // Once per time to live, or once a second while they fail.
    let renewals = 6.0 * (passed / TTL.as_secs_f64() + passed).ceil() + in_bucket;
    let made = f64::from(u32::try_from(of_known.len()).expect("few"));
    assert!(made <= renewals, "{made} lookups of known keys, allowed {renewals}");
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
