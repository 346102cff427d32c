//! What the response to a preflight must say, and how long it is kept.

use std::time::Duration;

use http::Request;
use tower_browser::{
    Browser, Exchange, Fetch, Page, Reason, exchange::ExchangeKind, options::Credentials,
};

use crate::support::{
    API, Headers, PAGE, Server, Write, blocked, fixed, respond, run, summary, verdict, wire_of,
};

#[test]
fn what_the_response_to_a_preflight_must_say() {
    type Row<'a> = (&'a str, fn(Fetch) -> Fetch, u16, Headers<'a>, &'a str);
    const ORIGIN: (&str, &str) = ("access-control-allow-origin", PAGE);
    const YES: (&str, &str) = ("access-control-allow-credentials", "true");
    #[rustfmt::skip]
    let rows: &[Row<'_>] = &[
        ("the method", |f| f.method("PUT"), 204, &[ORIGIN, ("access-control-allow-methods", "DELETE, PUT")], "ok"),
        ("any ok status", |f| f.method("PUT"), 299, &[ORIGIN, ("access-control-allow-methods", "PUT")], "ok"),
        ("the method in a second line, among empty items", |f| f.method("PUT"), 204,
         &[ORIGIN, ("access-control-allow-methods", "GET,,"), ("access-control-allow-methods", " ,\tPUT ")], "ok"),
        ("a safelisted method need not be listed", |f| f.header("x-own", "1"), 204,
         &[ORIGIN, ("access-control-allow-headers", "X-OWN")], "ok"),
        ("any method", |f| f.method("PUT"), 204, &[ORIGIN, ("access-control-allow-methods", "*")], "ok"),
        ("any header", |f| f.header("x-own", "1"), 204, &[ORIGIN, ("access-control-allow-headers", "*")], "ok"),
        ("* beside authorization", |f| f.header("x-own", "1").header("authorization", "t"), 204,
         &[ORIGIN, ("access-control-allow-headers", "*,authorization")], "ok"),
        ("status 403", |f| f.method("PUT"), 403, &[ORIGIN, ("access-control-allow-methods", "PUT")],
         "the response to the preflight has the status 403; it must be from 200 to 299"),
        ("status 300", |f| f.method("PUT"), 300, &[ORIGIN, ("access-control-allow-methods", "PUT")],
         "the response to the preflight has the status 300; it must be from 200 to 299"),
        ("status 304", |f| f.method("PUT"), 304, &[ORIGIN, ("access-control-allow-methods", "PUT")],
         "the response to the preflight has the status 304; it must be from 200 to 299"),
        ("a redirect", |f| f.method("PUT"), 307,
         &[ORIGIN, ("access-control-allow-methods", "PUT"), ("location", "/")],
         "the response to the preflight is a redirect (status 307); browsers do not follow it"),
        ("403 without a grant: the grant comes first", |f| f.method("PUT"), 403, &[],
         "the response to the preflight has no \"access-control-allow-origin\" header: it must be \"https://app.example.com\" or \"*\""),
        ("no methods", |f| f.method("PUT"), 204, &[ORIGIN],
         "the method \"PUT\" is not in the response to the preflight's \"access-control-allow-methods\", which is missing or empty"),
        ("other methods", |f| f.method("PUT"), 204, &[ORIGIN, ("access-control-allow-methods", "GET, PATCH")],
         "the method \"PUT\" is not in the response to the preflight's \"access-control-allow-methods\", \"GET, PATCH\""),
        ("methods are case-sensitive", |f| f.method("patch"), 204,
         &[ORIGIN, ("access-control-allow-methods", "PATCH")],
         "the method \"patch\" is not in the response to the preflight's \"access-control-allow-methods\", \"PATCH\" (methods are case-sensitive)"),
        ("the other way about", |f| f.method("PUT"), 204, &[ORIGIN, ("access-control-allow-methods", "put")],
         "the method \"PUT\" is not in the response to the preflight's \"access-control-allow-methods\", \"put\" (methods are case-sensitive)"),
        ("methods that are not a valid list", |f| f.method("PUT"), 204,
         &[ORIGIN, ("access-control-allow-methods", "PUT; POST")],
         "the response to the preflight's \"access-control-allow-methods\" is not a list of methods: \"PUT; POST\""),
        ("headers that are not a valid list fail any request", |f| f.method("PUT"), 204,
         &[ORIGIN, ("access-control-allow-methods", "PUT"), ("access-control-allow-headers", "x y")],
         "the response to the preflight's \"access-control-allow-headers\" is not a list of header names: \"x y\""),
        ("no headers", |f| f.header("x-own", "1"), 204, &[ORIGIN],
         "the request header \"x-own\" is not in the response to the preflight's \"access-control-allow-headers\", which is missing or empty"),
        ("one of two headers", |f| f.header("x-a", "1").header("x-b", "1"), 204,
         &[ORIGIN, ("access-control-allow-headers", "x-a")],
         "the request header \"x-b\" is not in the response to the preflight's \"access-control-allow-headers\", \"x-a\""),
        ("a header that is unsafe by its value", |f| f.header("accept", "\""), 204,
         &[ORIGIN, ("access-control-allow-headers", "x-a")],
         "the request header \"accept\" is not in the response to the preflight's \"access-control-allow-headers\", \"x-a\""),
        ("JSON", |f| f.method("POST").json("{}"), 204, &[ORIGIN],
         "the request header \"content-type\" is not in the response to the preflight's \"access-control-allow-headers\", which is missing or empty"),
        ("* never covers authorization", |f| f.header("authorization", "t"), 204,
         &[ORIGIN, ("access-control-allow-headers", "*")],
         "the request header \"authorization\" is not in the response to the preflight's \"access-control-allow-headers\", \"*\" (\"*\" never covers \"authorization\": list it by name)"),
        ("with credentials", |f| f.method("PUT").header("x-own", "1").credentials(Credentials::Include), 204,
         &[ORIGIN, YES, ("access-control-allow-methods", "PUT"), ("access-control-allow-headers", "x-own")], "ok"),
        ("with credentials * is a method like any other", |f| f.method("PUT").credentials(Credentials::Include), 204,
         &[ORIGIN, YES, ("access-control-allow-methods", "*")],
         "the method \"PUT\" is not in the response to the preflight's \"access-control-allow-methods\", \"*\" (\"*\" is not a wildcard when the credentials mode is \"include\")"),
        ("with credentials * is a header like any other",
         |f| f.header("x-own", "1").credentials(Credentials::Include), 204,
         &[ORIGIN, YES, ("access-control-allow-headers", "*")],
         "the request header \"x-own\" is not in the response to the preflight's \"access-control-allow-headers\", \"*\" (\"*\" is not a wildcard when the credentials mode is \"include\")"),
        ("with credentials the method * is covered by *", |f| f.method("*").credentials(Credentials::Include), 204,
         &[ORIGIN, YES, ("access-control-allow-methods", "*")], "ok"),
    ];
    for (description, write, status, preflight, expected) in rows {
        let actual = &[ORIGIN, YES];
        let outcome =
            run(write(Page::at(PAGE).fetch(API)).send(fixed((*status, preflight), (200, actual))));
        assert_eq!(verdict(&outcome), *expected, "{description}");
        let kinds: Vec<ExchangeKind> = wire_of(&outcome).iter().map(Exchange::kind).collect();
        let granted = [ExchangeKind::Preflight, ExchangeKind::Actual];
        let sent = if *expected == "ok" { 2 } else { 1 };
        assert_eq!(kinds, granted[..sent], "{description}: the request goes only if allowed");
    }
}

#[test]
fn the_actual_response_is_checked_after_a_good_preflight() {
    let preflight = &[("access-control-allow-origin", "*"), ("access-control-allow-methods", "*")];
    let fetch = Page::at(PAGE).fetch(API).method("PUT");
    let blocked = blocked(run(fetch.send(fixed((204, preflight), (200, &[])))));
    assert!(matches!(
        blocked.reason(),
        Reason::MissingAllowOrigin { on: ExchangeKind::Actual, .. }
    ));
    assert_eq!(summary(blocked.wire()), format!("OPTIONS {API} 204, PUT {API} 200"));
}

/// How many preflights a sequence of fetches sends; each with a time to wait before it.
fn preflights(
    browser: &Browser,
    preflight: Headers<'_>,
    steps: &[(u64, &Page, Write)],
) -> Vec<usize> {
    let actual =
        &[("access-control-allow-origin", PAGE), ("access-control-allow-credentials", "true")];
    let mut server = fixed((204, preflight), (200, actual));
    let send = |(wait, page, write): &(u64, &Page, Write)| {
        browser.advance(Duration::from_secs(*wait));
        let outcome = run(write(page).send(&mut server));
        assert_eq!(verdict(&outcome), "ok");
        wire_of(&outcome).iter().filter(|exchange| exchange.is_preflight()).count()
    };
    steps.iter().map(send).collect()
}

#[test]
fn preflights_are_cached_as_long_as_they_say() {
    type Row<'a> = (&'a str, Option<u64>, &'a [&'a str], &'a [u64], &'a [usize]);
    let put: Write = |page| page.fetch(API).method("PUT");
    #[rustfmt::skip]
    let rows: &[Row<'_>] = &[
        ("5 seconds unless told", None, &[], &[0, 4, 1, 4], &[1, 0, 1, 0]),
        ("as long as it says", None, &["60"], &[0, 59, 1], &[1, 0, 1]),
        ("not at all", None, &["0"], &[0, 0], &[1, 1]),
        ("-1 is not a valid number: 5 seconds", None, &["-1"], &[0, 4, 1], &[1, 0, 1]),
        ("nonsense: 5 seconds", None, &["ten"], &[0, 4, 1], &[1, 0, 1]),
        ("empty: 5 seconds", None, &[""], &[0, 4, 1], &[1, 0, 1]),
        ("two lines: 5 seconds", None, &["60", "60"], &[0, 4, 1], &[1, 0, 1]),
        ("past 64 bits: the limit", None, &["99999999999999999999999"], &[0, 7199, 1], &[1, 0, 1]),
        ("no longer than the limit", None, &["86400"], &[0, 7199, 1], &[1, 0, 1]),
        ("another browser's limit", Some(86_400), &["86400"], &[0, 86_399, 1], &[1, 0, 1]),
        ("a browser without this cache", Some(0), &["60"], &[0, 0], &[1, 1]),
    ];
    for (description, limit, max_age, waits, expected) in rows {
        let mut browser = Browser::new();
        if let Some(limit) = limit {
            browser = browser.max_age_limit(Duration::from_secs(*limit));
        }
        let page = browser.page(PAGE);
        let mut preflight =
            vec![("access-control-allow-origin", PAGE), ("access-control-allow-methods", "PUT")];
        preflight.extend(max_age.iter().map(|value| ("access-control-max-age", *value)));
        let steps: Vec<_> = waits.iter().map(|wait| (*wait, &page, put)).collect();
        assert_eq!(preflights(&browser, &preflight, &steps), *expected, "{description}");
    }
}

#[test]
fn a_cached_preflight_serves_what_it_listed_and_no_more() {
    type Row<'a> = (&'a str, Headers<'a>, Write, Write, usize);
    let listed: Headers<'_> = &[
        ("access-control-allow-origin", PAGE),
        ("access-control-allow-credentials", "true"),
        ("access-control-allow-methods", "PUT, DELETE"),
        ("access-control-allow-headers", "x-a, X-B, authorization"),
        ("access-control-max-age", "600"),
    ];
    let any: Headers<'_> = &[
        ("access-control-allow-origin", PAGE),
        ("access-control-allow-methods", "*"),
        ("access-control-allow-headers", "*, authorization"),
        ("access-control-max-age", "600"),
    ];
    let put: Write = |p| p.fetch(API).method("PUT");
    #[rustfmt::skip]
    let rows: &[Row<'_>] = &[
        ("the same", listed, put, put, 0),
        ("another method of the list", listed, put, |p| p.fetch(API).method("DELETE"), 0),
        ("headers of the list, any case", listed, put, |p| p.fetch(API).header("X-A", "1").header("x-b", "1"), 0),
        ("authorization, listed", listed, put, |p| p.fetch(API).header("authorization", "t"), 0),
        ("another path", listed, put, |p| p.fetch("https://api.example.net/other").method("PUT"), 1),
        ("another query", listed, put, |p| p.fetch("https://api.example.net/?a").method("PUT"), 1),
        ("another fragment", listed, put, |p| p.fetch("https://api.example.net/#a").method("PUT"), 0),
        ("with credentials after without", listed, put,
         |p| p.fetch(API).method("PUT").credentials(Credentials::Include), 1),
        ("without credentials after with", listed, |p| p.fetch(API).method("PUT").credentials(Credentials::Include),
         put, 0),
        ("any method", any, put, |p| p.fetch(API).method("CHICKEN"), 0),
        ("any header", any, put, |p| p.fetch(API).header("x-own", "1"), 0),
    ];
    for (description, preflight, first, second, expected) in rows {
        let browser = Browser::new();
        let page = browser.page(PAGE);
        let steps = [(0, &page, *first), (0, &page, *second)];
        assert_eq!(preflights(&browser, preflight, &steps), [1, *expected], "{description}");
    }
    // `*` in the cache never covers `authorization` either.
    let browser = Browser::new();
    let page = browser.page(PAGE);
    let star: Headers<'_> =
        &[("access-control-allow-origin", "*"), ("access-control-allow-headers", "*")];
    let mut server = fixed((204, star), (200, star));
    assert!(run(page.fetch(API).header("x-own", "1").send(&mut server)).is_ok());
    let outcome = run(page.fetch(API).header("authorization", "t").send(&mut server));
    assert!(matches!(outcome.unwrap_err().reason(), Reason::HeaderNotAllowed { .. }));
}

#[test]
fn the_preflight_cache_is_kept_apart_by_page() {
    let preflight: Headers<'_> = &[
        ("access-control-allow-origin", "*"),
        ("access-control-allow-methods", "PUT"),
        ("access-control-max-age", "600"),
    ];
    let browser = Browser::new();
    #[rustfmt::skip]
    let rows = [
        ("the first page", browser.page(PAGE), 2),
        ("the same origin", browser.page("https://app.example.com/other"), 1),
        ("another origin of the site", browser.page("https://admin.example.com"), 2),
        ("another site", browser.page("https://app.example.org"), 2),
        ("a sandboxed frame", browser.sandboxed_page(PAGE), 2),
        ("another one in the same page", browser.sandboxed_page(PAGE), 1),
        ("an opaque page", browser.opaque_page(), 2),
        ("another one", browser.opaque_page(), 2),
        ("another browser", Page::at(PAGE), 2),
    ];
    for (description, page, exchanges) in rows {
        let actual = &[("access-control-allow-origin", "*")];
        let outcome =
            run(page.fetch(API).method("PUT").send(fixed((204, preflight), (200, actual))));
        assert_eq!(wire_of(&outcome).len(), exchanges, "{description}");
    }
}

#[test]
fn a_failed_fetch_clears_the_preflight_cache() {
    let preflight: Headers<'_> = &[
        ("access-control-allow-origin", "*"),
        ("access-control-allow-methods", "PUT"),
        ("access-control-max-age", "600"),
    ];
    let good = [("access-control-allow-origin", "*")];
    let page = Page::at(PAGE);
    let put = |actual: &'static [(&'static str, &'static str)]| {
        let fetch = page.fetch(API).method("PUT");
        run(fetch.send(Server(move |request: Request<Vec<u8>>| {
            if request.method() == "OPTIONS" {
                respond(204, preflight)
            } else {
                respond(200, actual)
            }
        })))
    };
    let good: &'static [(&str, &str)] = Box::leak(Box::new(good));
    assert_eq!(wire_of(&put(good)).len(), 2);
    assert_eq!(wire_of(&put(good)).len(), 1);
    let outcome = put(&[]);
    assert_eq!((outcome.is_err(), wire_of(&outcome).len()), (true, 1));
    assert_eq!(wire_of(&put(good)).len(), 2, "cleared");
}

#[test]
fn a_failure_after_a_redirect_clears_the_cache_of_where_it_failed() {
    const END: &str = "https://api.example.net/end";
    let server = Server(|request: Request<Vec<u8>>| {
        let grant = ("access-control-allow-origin", "*");
        match (request.method().as_str(), request.uri().path()) {
            ("OPTIONS", _) => {
                let allow = ("access-control-allow-methods", "PUT");
                respond(204, &[grant, allow, ("access-control-max-age", "600")])
            }
            (_, "/start") => respond(303, &[grant, ("location", END)]),
            ("GET", _) => respond(200, &[]),
            _ => respond(200, &[grant]),
        }
    });
    let page = Page::at(PAGE);
    let put = |url: &str| run(page.fetch(url).method("PUT").send(server.clone()));
    assert_eq!(wire_of(&put(END)).len(), 2);
    assert_eq!(wire_of(&put(END)).len(), 1);
    let outcome = put("https://api.example.net/start");
    let expected = "OPTIONS https://api.example.net/start 204, PUT https://api.example.net/start 303, \
                    GET https://api.example.net/end 200";
    assert_eq!(summary(wire_of(&outcome)), expected);
    assert!(outcome.is_err());
    assert_eq!(wire_of(&put(END)).len(), 2, "cleared");
}
