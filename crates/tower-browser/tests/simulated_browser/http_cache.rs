//! The HTTP cache.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::{Request, Response};
use tower_browser::{
    Browser, Page, Reason,
    exchange::ExchangeKind,
    options::{CacheMode, Mode},
};

use crate::support::{API, Headers, PAGE, Server, Write, blocked, respond, run, summary};

/// A server with one response for all, which counts.
#[derive(Clone)]
struct Counted {
    headers: Headers<'static>,
    count: Arc<AtomicUsize>,
}

impl Counted {
    fn new(headers: Headers<'static>) -> Self {
        let count = Arc::default();
        Self { headers, count }
    }

    fn count(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }

    fn server(&self) -> Server<impl FnMut(Request<Vec<u8>>) -> Response<Vec<u8>>> {
        let Self { headers, count } = self.clone();
        Server(move |_: Request<Vec<u8>>| {
            count.fetch_add(1, Ordering::SeqCst);
            respond(200, headers)
        })
    }
}

#[test]
fn the_http_cache_honours_freshness_and_vary() {
    type Row = (&'static str, bool, Headers<'static>, Write, u64, Write, usize);
    const GRANT: (&str, &str) = ("access-control-allow-origin", "*");
    const FRESH: (&str, &str) = ("cache-control", "max-age=60");
    const DATE: (&str, &str) = ("date", "Thu, 26 Nov 2026 00:00:00 GMT");
    const MODIFIED: (&str, &str) = ("last-modified", "Wed, 25 Nov 2026 23:50:00 GMT");
    let get: Write = |p| p.fetch(API);
    #[rustfmt::skip]
    let rows: &[Row] = &[
        ("no cache", false, &[GRANT, FRESH], get, 0, get, 2),
        ("fresh", true, &[GRANT, FRESH], get, 59, get, 1),
        ("stale", true, &[GRANT, FRESH], get, 60, get, 2),
        ("no lifetime", true, &[GRANT], get, 0, get, 2),
        ("no-store", true, &[GRANT, ("cache-control", "no-store, max-age=60")], get, 0, get, 2),
        ("no-cache", true, &[GRANT, ("cache-control", "no-cache, max-age=60")], get, 0, get, 2),
        ("aged on the way", true, &[GRANT, FRESH, ("age", "30")], get, 30, get, 2),
        ("Expires", true, &[GRANT, DATE, ("expires", "Thu, 26 Nov 2026 00:01:00 GMT")], get, 59, get, 1),
        ("expired", true, &[GRANT, DATE, ("expires", "Thu, 26 Nov 2026 00:01:00 GMT")], get, 60, get, 2),
        ("a tenth of the age", true, &[GRANT, DATE, MODIFIED], get, 59, get, 1),
        ("more than a tenth", true, &[GRANT, DATE, MODIFIED], get, 60, get, 2),
        ("no-cache against heuristics", true, &[GRANT, DATE, MODIFIED, ("cache-control", "no-cache")], get, 0, get, 2),
        ("another URL", true, &[GRANT, FRESH], get, 0, |p| p.fetch("https://api.example.net/?a"), 2),
        ("Vary that the requests agree in", true, &[GRANT, FRESH, ("vary", "Origin, accept")], get, 0, get, 1),
        ("Vary that they differ in", true, &[GRANT, FRESH, ("vary", "accept")], get, 0,
         |p| p.fetch(API).header("accept", "a/b"), 2),
        ("Vary: Origin, once without", true, &[GRANT, FRESH, ("vary", "accept"), ("vary", "origin")], get, 0,
         |p| p.fetch(API).mode(Mode::NoCors), 2),
        ("no Vary", true, &[GRANT, FRESH], get, 0, |p| p.fetch(API).mode(Mode::NoCors), 1),
        ("Vary: *", true, &[GRANT, FRESH, ("vary", "*")], get, 0, get, 2),
        ("no-store mode neither reads", true, &[GRANT, FRESH], get, 0, |p| p.fetch(API).cache(CacheMode::NoStore), 2),
        ("nor writes", true, &[GRANT, FRESH], |p| p.fetch(API).cache(CacheMode::NoStore), 0, get, 2),
        ("reload does not read", true, &[GRANT, FRESH], get, 0, |p| p.fetch(API).cache(CacheMode::Reload), 2),
        ("but writes", true, &[GRANT, FRESH], |p| p.fetch(API).cache(CacheMode::Reload), 0, get, 1),
        ("no-cache mode asks always", true, &[GRANT, FRESH], get, 0, |p| p.fetch(API).cache(CacheMode::NoCache), 2),
        ("force-cache takes stale ones", true, &[GRANT, FRESH], get, 99,
         |p| p.fetch(API).cache(CacheMode::ForceCache), 1),
        ("a script's own condition", true, &[GRANT, FRESH], get, 0, |p| p.fetch("/").header("if-none-match", "x"), 2),
        ("HEAD is not stored", true, &[GRANT, FRESH], |p| p.fetch(API).method("HEAD"), 0, get, 2),
        ("nor POST, which invalidates", true, &[GRANT, FRESH], |p| p.fetch(API).method("POST"), 0, get, 2),
    ];
    for (description, enabled, headers, first, wait, second, expected) in rows {
        let page = Browser::new().http_cache(*enabled).page(PAGE);
        let counted = Counted::new(headers);
        assert!(run(first(&page).send(counted.server())).is_ok(), "{description}");
        page.browser().advance(Duration::from_secs(*wait));
        let answer = run(second(&page).send(counted.server())).unwrap();
        assert_eq!(counted.count(), *expected, "{description}");
        assert_eq!(answer.is_from_http_cache(), *expected == 1, "{description}");
        assert_eq!(answer.wire().len(), expected - 1, "{description}");
    }
}

#[test]
fn the_http_cache_is_partitioned_by_site_and_invalidated_by_unsafe_methods() {
    let counted =
        Counted::new(&[("access-control-allow-origin", "*"), ("cache-control", "max-age=60")]);
    let browser = Browser::new().http_cache(true);
    let get = |page: &Page, method: &str| {
        assert!(run(page.fetch(API).method(method).send(counted.server())).is_ok());
        counted.count()
    };
    let page = browser.page(PAGE);
    assert_eq!(get(&page, "GET"), 1);
    assert_eq!(get(&browser.page("https://admin.example.com"), "GET"), 1, "same site");
    assert_eq!(get(&browser.page("https://app.example.org"), "GET"), 2, "another site");
    assert_eq!(get(&page, "POST"), 3);
    assert_eq!(get(&page, "GET"), 4, "invalidated");
    assert_eq!(
        get(&browser.page("https://app.example.org"), "GET"),
        4,
        "in its own partition only"
    );
}

#[test]
fn a_stored_response_is_checked_for_the_request_at_hand() {
    // Origin echoed, but `Vary` forgotten: the second page gets the first one's grant.
    let mut server = Server(|request: Request<Vec<u8>>| {
        let origin = request.headers().get("origin").map_or("", |value| value.to_str().unwrap());
        respond(200, &[("access-control-allow-origin", origin), ("cache-control", "max-age=60")])
    });
    let browser = Browser::new().http_cache(true);
    assert!(run(browser.page(PAGE).fetch(API).send(&mut server)).is_ok());
    let blocked =
        blocked(run(browser.page("https://admin.example.com").fetch(API).send(&mut server)));
    assert!(matches!(blocked.reason(), Reason::AllowOriginMismatch { .. }));
    assert_eq!(summary(blocked.wire()), "", "nothing crossed the wire");
}

#[test]
fn a_stale_response_is_revalidated() {
    for validator in ["etag", "last-modified"] {
        let mut server = Server(move |request: Request<Vec<u8>>| {
            let conditional = request.headers().contains_key("if-none-match")
                || request.headers().contains_key("if-modified-since");
            if conditional {
                respond(
                    304,
                    &[
                        ("access-control-allow-origin", "*"),
                        ("cache-control", "max-age=60"),
                        ("content-type", "no/no"),
                    ],
                )
            } else {
                respond(
                    200,
                    &[
                        ("access-control-allow-origin", PAGE),
                        ("content-type", "a/b"),
                        (validator, "x"),
                    ],
                )
            }
        });
        let page = Browser::new().http_cache(true).page(PAGE);
        let first = run(page.fetch(API).send(&mut server)).unwrap();
        assert!(!first.is_from_http_cache());
        page.browser().advance(Duration::from_secs(90));
        let second = run(page.fetch(API).send(&mut server)).unwrap();
        assert_eq!((second.status(), second.wire().len()), (200, 1), "revalidated");
        assert!(second.is_from_http_cache());
        assert_eq!(second.wire()[0].status().unwrap(), 304);
        assert_eq!(
            second.header("content-type").as_deref(),
            Some("a/b"),
            "the body's headers stay"
        );
        // The grant is now the 304's.
        let other = page.browser().page("https://admin.example.com");
        let third = run(other.fetch(API).send(&mut server)).unwrap();
        assert_eq!(third.wire().len(), 0, "fresh again by the 304");
    }
}

#[test]
fn only_if_cached_answers_from_the_cache() {
    let counted = Counted::new(&[]);
    let page = Browser::new().http_cache(true).page(PAGE);
    let cached =
        |page: &Page| page.fetch("/").mode(Mode::SameOrigin).cache(CacheMode::OnlyIfCached);
    let outcome = run(cached(&page).send(counted.server()));
    assert!(matches!(blocked(outcome).reason(), Reason::NotCached));
    let _ = run(page.fetch("/").send(counted.server())).unwrap();
    assert!(run(cached(&page).send(counted.server())).unwrap().is_from_http_cache());
    assert_eq!(counted.count(), 1);
}

#[test]
fn a_stale_response_is_used_while_it_is_renewed() {
    type Row = (&'static str, Headers<'static>, Write, u64, &'static str);
    const GRANT: (&str, &str) = ("access-control-allow-origin", "*");
    const STALE: (&str, &str) = ("cache-control", "max-age=60, stale-while-revalidate=30");
    const MUST: (&str, &str) =
        ("cache-control", "max-age=60, stale-while-revalidate=30, must-revalidate");
    let get: Write = |p| p.fetch(API);
    #[rustfmt::skip]
    let rows: &[Row] = &[
        ("fresh", &[GRANT, STALE], get, 59, "the first, nothing sent"),
        ("stale", &[GRANT, STALE], get, 60, "the first, one in the background"),
        ("the last second", &[GRANT, STALE], get, 89, "the first, one in the background"),
        ("too stale", &[GRANT, STALE], get, 90, "the second"),
        ("must-revalidate", &[GRANT, MUST], get, 60, "the second"),
        ("the mode no-cache", &[GRANT, STALE], |p| p.fetch(API).cache(CacheMode::NoCache), 60, "the second"),
        ("the mode force-cache", &[GRANT, STALE], |p| p.fetch(API).cache(CacheMode::ForceCache), 60, "the first, nothing sent"),
    ];
    for (description, headers, second, wait, expected) in rows {
        let page = Browser::new().http_cache(true).page(PAGE);
        let counted = Counted::new(headers);
        assert!(run(page.fetch(API).send(counted.server())).is_ok(), "{description}");
        page.browser().advance(Duration::from_secs(*wait));
        let answer = run(second(&page).send(counted.server())).unwrap();
        let seen = match (answer.is_from_http_cache(), answer.wire()) {
            (true, []) => "the first, nothing sent",
            (true, [one]) if one.kind() == ExchangeKind::Revalidation => {
                "the first, one in the background"
            }
            (false, [one]) if one.kind() == ExchangeKind::Actual => "the second",
            _ => "something else",
        };
        assert_eq!(seen, *expected, "{description}: {answer:?}");
        assert_eq!(counted.count(), 1 + answer.wire().len(), "{description}");
    }
}

#[test]
fn a_renewal_in_the_background_replaces_what_is_stored() {
    // The grant is lost between the first answer and the second.
    let mut count = 0;
    let mut server = Server(move |request: Request<Vec<u8>>| {
        count += 1;
        let conditional = request.headers().contains_key("if-none-match");
        assert_eq!(conditional, count > 1, "validated by its tag");
        let stale = ("cache-control", "max-age=60, stale-while-revalidate=30");
        match count {
            1 => respond(200, &[("access-control-allow-origin", "*"), ("etag", "\"1\""), stale]),
            _ => respond(200, &[("etag", "\"2\""), stale]),
        }
    });
    let page = Browser::new().http_cache(true).page(PAGE);
    assert!(run(page.fetch(API).send(&mut server)).is_ok());
    page.browser().advance(Duration::from_secs(60));
    assert!(run(page.fetch(API).send(&mut server)).is_ok(), "the stale one has the grant");
    let outcome = run(page.fetch(API).send(&mut server));
    assert!(blocked(outcome).wire().is_empty(), "the new one has none, and is fresh");
}
