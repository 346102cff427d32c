//! The simulated browser against servers written by hand: each rule of the Fetch standard that it
//! follows, shown by what crosses the wire and what the script gets. None of this crate's own
//! middleware is involved.

#![cfg(feature = "testing")]

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use tower::{Service, service_fn};
use tower_cors::testing::{
    Answer, Blocked, Browser, CacheMode, Credentials, Exchange, ExchangeKind, Fetch, Mode, Page,
    Reason, Redirect, RequestBody, ResponseType,
};

const PAGE: &str = "https://app.example.com";
const API: &str = "https://api.example.net/";

type Outcome = Result<Answer<Vec<u8>>, Blocked>;
type Headers<'a> = &'a [(&'a str, &'a str)];

// ---- Servers and what is compared -------------------------------------------------------------

fn respond(status: u16, headers: Headers<'_>) -> Response<Vec<u8>> {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(b"body".to_vec()).unwrap()
}

/// A server that is one function of the request.
#[derive(Clone)]
struct Server<F>(F);

impl<F> Service<Request<Vec<u8>>> for Server<F>
where
    F: FnMut(Request<Vec<u8>>) -> Response<Vec<u8>>,
{
    type Response = Response<Vec<u8>>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Vec<u8>>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Vec<u8>>) -> Self::Future {
        ready(Ok((self.0)(request)))
    }
}

/// Allows everything that can be allowed without credentials.
fn open() -> Server<impl FnMut(Request<Vec<u8>>) -> Response<Vec<u8>> + Clone> {
    Server(|_: Request<Vec<u8>>| {
        respond(
            200,
            &[
                ("access-control-allow-origin", "*"),
                ("access-control-allow-methods", "*"),
                ("access-control-allow-headers", "*, authorization"),
            ],
        )
    })
}

/// Answers preflights and other requests with these headers.
fn fixed<'a>(
    (preflight_status, preflight): (u16, Headers<'a>),
    (status, actual): (u16, Headers<'a>),
) -> Server<impl FnMut(Request<Vec<u8>>) -> Response<Vec<u8>> + 'a> {
    Server(move |request: Request<Vec<u8>>| {
        if request.method() == "OPTIONS" {
            respond(preflight_status, preflight)
        } else {
            respond(status, actual)
        }
    })
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

fn wire_of(outcome: &Outcome) -> &[Exchange] {
    match outcome {
        Ok(answer) => answer.wire(),
        Err(blocked) => blocked.wire(),
    }
}

/// `OPTIONS https://… 204, PUT https://… 200`
fn summary(wire: &[Exchange]) -> String {
    let lines: Vec<String> = wire
        .iter()
        .map(|exchange| {
            assert_eq!(
                exchange.is_preflight(),
                exchange
                    .request_headers()
                    .contains_key("access-control-request-method"),
                "{exchange}"
            );
            let status = exchange
                .status()
                .map_or("failed".to_owned(), |s| s.as_u16().to_string());
            format!("{} {} {status}", exchange.method(), exchange.url())
        })
        .collect();
    lines.join(", ")
}

fn lines(headers: &HeaderMap) -> Vec<String> {
    let mut lines: Vec<String> = headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    lines.sort();
    lines
}

/// Why, in words; `ok` if the script got its answer.
#[track_caller]
fn verdict(outcome: &Outcome) -> String {
    match outcome {
        Ok(_) => "ok".to_owned(),
        Err(blocked) => {
            let text = blocked.reason().to_string();
            assert!(
                blocked
                    .to_string()
                    .ends_with(&format!(" was blocked: {text}")),
                "{blocked}"
            );
            text
        }
    }
}

#[track_caller]
fn blocked(outcome: Outcome) -> Blocked {
    match outcome {
        Ok(answer) => panic!("not blocked: {answer:?}"),
        Err(blocked) => blocked,
    }
}

// ---- When a preflight is due --------------------------------------------------------------------

#[test]
fn a_preflight_is_due_when_the_standard_says_so() {
    // What `Access-Control-Request-Method` and `-Headers` say, or that there is no preflight.
    type Row = (
        &'static str,
        fn(Fetch) -> Fetch,
        Option<(&'static str, Option<&'static str>)>,
    );
    #[rustfmt::skip]
    let rows: &[Row] = &[
        ("GET", |f| f, None),
        ("HEAD", |f| f.method("HEAD"), None),
        ("POST without body", |f| f.method("POST"), None),
        ("post is normalized", |f| f.method("post"), None),
        ("PUT", |f| f.method("PUT"), Some(("PUT", None))),
        ("delete is normalized", |f| f.method("delete"), Some(("DELETE", None))),
        ("options is normalized", |f| f.method("options"), Some(("OPTIONS", None))),
        ("patch is not normalized", |f| f.method("patch"), Some(("patch", None))),
        ("PATCH", |f| f.method("PATCH"), Some(("PATCH", None))),
        ("an own method", |f| f.method("CHICKEN"), Some(("CHICKEN", None))),
        // Headers by name
        ("an own header", |f| f.header("X-Own", "1"), Some(("GET", Some("x-own")))),
        ("names are lower-cased, sorted, joined by commas alone, each once",
         |f| f.header("X-B", "1").header("Authorization", "t").header("x-a", "").header("x-b", "2"),
         Some(("GET", Some("authorization,x-a,x-b")))),
        ("a safelisted header beside an own one is not named",
         |f| f.header("accept", "text/html").header("x-own", "1"), Some(("GET", Some("x-own")))),
        ("a forbidden header is dropped, and needs none",
         |f| f.header("Cookie", "a=b").header("Sec-Own", "1").header("Proxy-Own", "1"), None),
        ("an override that names a forbidden method is dropped", |f| f.header("x-http-method-override", "put, trace"),
         None),
        ("an override that does not is sent", |f| f.header("x-http-method-override", "put"),
         Some(("GET", Some("x-http-method-override")))),
        ("DPR is not safelisted", |f| f.header("dpr", "1"), Some(("GET", Some("dpr")))),
        // Accept
        ("accept", |f| f.header("Accept", "application/json;q=0.9, */*"), None),
        ("accept with a quote", |f| f.header("accept", "a/b;c=\"d\""), Some(("GET", Some("accept")))),
        ("accept with a colon", |f| f.header("accept", "a:b"), Some(("GET", Some("accept")))),
        ("accept with a tab is safe", |f| f.header("accept", "a\tb"), None),
        ("accept with a byte past ASCII is safe", |f| f.header("accept", b"a\xE9b"), None),
        // Accept-Language, Content-Language
        ("accept-language", |f| f.header("accept-language", "de-CH, fr;q=0.5, *"), None),
        ("accept-language with a slash", |f| f.header("accept-language", "de/CH"),
         Some(("GET", Some("accept-language")))),
        ("accept-language with an underscore", |f| f.header("accept-language", "de_CH"),
         Some(("GET", Some("accept-language")))),
        ("content-language", |f| f.header("content-language", "en"), None),
        ("content-language with a tab", |f| f.header("content-language", "e\tn"),
         Some(("GET", Some("content-language")))),
        // Content-Type
        ("content-type text/plain", |f| f.header("content-type", "text/plain"), None),
        ("content-type of a form", |f| f.header("content-type", "application/x-www-form-urlencoded"), None),
        ("content-type of a multipart form", |f| f.header("content-type", "multipart/form-data; boundary=x"), None),
        ("content-type in capitals", |f| f.header("content-type", "TEXT/PLAIN"), None),
        ("content-type with a parameter that is none", |f| f.header("content-type", "text/plain ;;  =x;charset"),
         None),
        ("content-type JSON", |f| f.header("content-type", "application/json"), Some(("GET", Some("content-type")))),
        ("content-type with a quoted parameter", |f| f.header("content-type", "text/plain;a=\"b\""),
         Some(("GET", Some("content-type")))),
        ("content-type with a second one after a comma", |f| f.header("content-type", "text/plain, application/json"),
         Some(("GET", Some("content-type")))),
        ("content-type in two lines, each judged by itself",
         |f| f.header("content-type", "text/plain").header("content-type", "application/json"),
         Some(("GET", Some("content-type")))),
        ("content-type without a slash", |f| f.header("content-type", "text"), Some(("GET", Some("content-type")))),
        ("content-type without a subtype", |f| f.header("content-type", "text/"),
         Some(("GET", Some("content-type")))),
        ("content-type with a space in the subtype", |f| f.header("content-type", "text/pl ain"),
         Some(("GET", Some("content-type")))),
        ("content-type that is only a prefix", |f| f.header("content-type", "text/plainer"),
         Some(("GET", Some("content-type")))),
        ("content-type, empty", |f| f.header("content-type", ""), Some(("GET", Some("content-type")))),
        // Range
        ("range with both ends", |f| f.header("range", "bytes=0-499"), None),
        ("range with a start", |f| f.header("range", "bytes=10-"), None),
        ("range of equal numbers of unlike length", |f| f.header("range", "bytes=0010-10"), None),
        ("range without a start", |f| f.header("range", "bytes=-500"), Some(("GET", Some("range")))),
        ("range backwards", |f| f.header("range", "bytes=10-9"), Some(("GET", Some("range")))),
        ("range backwards, past 64 bits", |f| f.header("range", "bytes=99999999999999999999-9"),
         Some(("GET", Some("range")))),
        ("range with a space", |f| f.header("range", "bytes= 0-1"), Some(("GET", Some("range")))),
        ("two ranges", |f| f.header("range", "bytes=0-1,3-4"), Some(("GET", Some("range")))),
        ("range in another unit", |f| f.header("range", "lines=0-1"), Some(("GET", Some("range")))),
        // Sizes
        ("a value of 128 bytes", |f| f.header("accept", "a".repeat(128)), None),
        ("a value of 129 bytes", |f| f.header("accept", "a".repeat(129)), Some(("GET", Some("accept")))),
        ("white space around a value does not count", |f| f.header("accept", format!(" \t{} ", "a".repeat(128))),
         None),
        ("1,024 bytes in all", |f| (0..8).fold(f, |f, _| f.header("accept", "a".repeat(128))), None),
        ("1,025 bytes in all: every safelisted header is unsafe",
         |f| (0..8).fold(f, |f, _| f.header("accept", "a".repeat(128))).header("content-language", "a"),
         Some(("GET", Some("accept,content-language")))),
        ("the `Accept` that the browser adds counts too",
         |f| (0..7).fold(f, |f, _| f.header("accept-language", "a".repeat(128))).header("content-language", "a".repeat(126)),
         Some(("GET", Some("accept,accept-language,content-language")))),
        // Bodies
        ("a string", |f| f.method("POST").body("{}"), None),
        ("a form", |f| f.method("POST").body(RequestBody::form("a=b")), None),
        ("a multipart form", |f| f.method("POST").body(RequestBody::multipart([("a", "b")])), None),
        ("a buffer", |f| f.method("POST").body(vec![0, 1]), None),
        ("a blob of plain text", |f| f.method("POST").body(RequestBody::blob("x", "Text/Plain")), None),
        ("a blob without type", |f| f.method("POST").body(RequestBody::blob("{}", "")), None),
        ("a blob of JSON", |f| { f.method("POST").body(RequestBody::blob("{}", "application/json")) },
         Some(("POST", Some("content-type")))),
        ("JSON", |f| f.method("POST").json("{}"), Some(("POST", Some("content-type")))),
        ("a header beats the type of the body",
         |f| { f.method("POST").header("content-type", "text/plain").body(RequestBody::blob("{}", "application/json")) },
         None),
        // Modes
        ("no-cors drops what is not safelisted",
         |f| f.mode(Mode::NoCors).header("x-own", "1").header("authorization", "t").header("range", "bytes=0-1"),
         None),
        ("no-cors drops the type of a JSON blob",
         |f| { f.mode(Mode::NoCors).method("POST").body(RequestBody::blob("{}", "application/json")) }, None),
        ("credentials alone need none", |f| f.credentials(Credentials::Omit), None),
    ];
    for (description, write, expected) in rows {
        let outcome = run(write(Page::at(PAGE).fetch(API)).send(open()));
        assert_eq!(verdict(&outcome), "ok", "{description}");
        let wire = wire_of(&outcome);
        let asked = wire
            .first()
            .filter(|exchange| exchange.is_preflight())
            .map(|exchange| {
                let text = |name| {
                    let value: Option<&http::HeaderValue> = exchange.request_headers().get(name);
                    value.map(|value| value.to_str().unwrap())
                };
                let method = text("access-control-request-method").unwrap();
                (method, text("access-control-request-headers"))
            });
        assert_eq!(asked, *expected, "{description}");
        assert_eq!(
            wire.len(),
            1 + usize::from(expected.is_some()),
            "{description}"
        );
        assert_eq!(
            wire[wire.len() - 1].kind(),
            ExchangeKind::Actual,
            "{description}"
        );
    }
}

#[test]
fn a_page_needs_no_preflight_for_its_own_origin() {
    let fetch = Page::at(PAGE)
        .fetch("/x")
        .method("PUT")
        .header("authorization", "t");
    let outcome = run(fetch.send(fixed((403, &[]), (200, &[]))));
    assert_eq!(verdict(&outcome), "ok");
    assert_eq!(
        summary(wire_of(&outcome)),
        "PUT https://app.example.com/x 200"
    );
    assert_eq!(outcome.unwrap().response_type(), ResponseType::Basic);
}

#[test]
fn no_cors_sends_only_what_is_safelisted() {
    let fetch = Page::at(PAGE)
        .fetch(API)
        .mode(Mode::NoCors)
        .header("accept", "a".repeat(100))
        .header("accept", "a".repeat(27)) // 129 bytes with ", "
        .header("content-type", "application/json")
        .header("accept-language", "de")
        .header("x-own", "1");
    let outcome = run(fetch.send(open()));
    let headers = wire_of(&outcome)[0].request_headers();
    assert_eq!(headers.get_all("accept").iter().count(), 1);
    assert_eq!(headers["accept"].len(), 100);
    assert_eq!(headers["accept-language"], "de");
    assert!(!headers.contains_key("content-type"));
    assert!(!headers.contains_key("x-own"));
}

// ---- The headers that only the browser sets ---------------------------------------------------------

#[test]
fn the_browser_sets_its_own_headers() {
    const METADATA: [&str; 2] = [
        "sec-fetch-dest: empty",
        "user-agent: Mozilla/5.0 (compatible; tower-cors simulated browser)",
    ];
    type Row = (
        &'static str,
        Page,
        fn(&Page) -> Fetch,
        &'static [&'static str],
    );
    #[rustfmt::skip]
    let rows: &[Row] = &[
        ("GET to the own origin has no `Origin`", Page::at(PAGE), |page| page.fetch("/"),
         &["accept: */*", "host: app.example.com", "sec-fetch-mode: cors", "sec-fetch-site: same-origin"]),
        ("HEAD to the own origin has none either", Page::at(PAGE), |page| page.fetch("/").method("HEAD"),
         &["accept: */*", "host: app.example.com", "sec-fetch-mode: cors", "sec-fetch-site: same-origin"]),
        ("POST to the own origin has it", Page::at(PAGE), |page| page.fetch("/").method("POST"),
         &["accept: */*", "content-length: 0", "host: app.example.com", "origin: https://app.example.com", "sec-fetch-mode: cors", "sec-fetch-site: same-origin"]),
        ("POST with a body, in the mode same-origin", Page::at(PAGE),
         |page| page.fetch("/").method("POST").mode(Mode::SameOrigin).body("abc"),
         &["accept: */*", "content-length: 3", "content-type: text/plain;charset=UTF-8", "host: app.example.com", "origin: https://app.example.com", "sec-fetch-mode: same-origin", "sec-fetch-site: same-origin"]),
        ("GET to another origin has it", Page::at(PAGE), |page| page.fetch("https://api.example.com:8443/"),
         &["accept: */*", "host: api.example.com:8443", "origin: https://app.example.com", "sec-fetch-mode: cors", "sec-fetch-site: same-site"]),
        ("GET without CORS has none", Page::at(PAGE), |page| page.fetch(API).mode(Mode::NoCors),
         &["accept: */*", "host: api.example.net", "sec-fetch-mode: no-cors", "sec-fetch-site: cross-site"]),
        ("POST without CORS has it", Page::at(PAGE), |page| page.fetch(API).mode(Mode::NoCors).method("POST"),
         &["accept: */*", "content-length: 0", "host: api.example.net", "origin: https://app.example.com", "sec-fetch-mode: no-cors", "sec-fetch-site: cross-site"]),
        ("POST without CORS from https to http (loopback) has `null`", Page::at(PAGE),
         |page| page.fetch("http://localhost:3000/").mode(Mode::NoCors).method("POST"),
         &["accept: */*", "content-length: 0", "host: localhost:3000", "origin: null", "sec-fetch-mode: no-cors", "sec-fetch-site: cross-site"]),
        ("an opaque origin is `null`", Page::opaque(), |page| page.fetch(API),
         &["accept: */*", "host: api.example.net", "origin: null", "sec-fetch-mode: cors", "sec-fetch-site: cross-site"]),
        ("a sandboxed frame is not of its page's origin", Page::sandboxed_in(PAGE), |page| page.fetch("/"),
         &["accept: */*", "host: app.example.com", "origin: null", "sec-fetch-mode: cors", "sec-fetch-site: cross-site"]),
        ("a web view's own scheme", Page::at("tauri://localhost"), |page| page.fetch(API),
         &["accept: */*", "host: api.example.net", "origin: tauri://localhost", "sec-fetch-mode: cors", "sec-fetch-site: cross-site"]),
        ("with `Range` no content coding is accepted", Page::at(PAGE),
         |page| page.fetch("/").header("range", "bytes=0-1"),
         &["accept: */*", "accept-encoding: identity", "host: app.example.com", "range: bytes=0-1", "sec-fetch-mode: cors", "sec-fetch-site: same-origin"]),
        ("a script's own `Accept` and `User-Agent` stay", Page::at(PAGE),
         |page| page.fetch("/").header("accept", "text/html").header("user-agent", "me").header("host", "evil").header("origin", "evil"),
         &["accept: text/html", "host: app.example.com", "sec-fetch-mode: cors", "sec-fetch-site: same-origin", "user-agent: me"]),
    ];
    for (description, page, write, expected) in rows {
        let outcome = run(write(page).send(open()));
        assert_eq!(verdict(&outcome), "ok", "{description}");
        let got = lines(wire_of(&outcome).last().unwrap().request_headers());
        let own_agent = expected.iter().any(|line| line.starts_with("user-agent"));
        let mut expected: Vec<&str> = expected.to_vec();
        expected.extend(&METADATA[..if own_agent { 1 } else { 2 }]);
        expected.sort_unstable();
        assert_eq!(got, expected, "{description}");
    }
}

#[test]
fn a_preflight_has_its_own_headers_and_nothing_of_the_request() {
    let page = Page::at(PAGE);
    assert!(
        page.browser()
            .set_cookie(API, "id=1; Secure; SameSite=None")
    );
    let fetch = page
        .fetch(API)
        .method("PUT")
        .credentials(Credentials::Include)
        .header("authorization", "secret")
        .json("{}");
    let preflight = &[
        ("access-control-allow-origin", PAGE),
        ("access-control-allow-credentials", "true"),
        ("access-control-allow-methods", "PUT"),
        ("access-control-allow-headers", "authorization,content-type"),
    ];
    let outcome = run(fetch.send(fixed((204, preflight), (200, preflight))));
    assert_eq!(verdict(&outcome), "ok");
    let wire = wire_of(&outcome);
    assert_eq!(
        lines(wire[0].request_headers()),
        [
            "accept: */*",
            "access-control-request-headers: authorization,content-type",
            "access-control-request-method: PUT",
            "host: api.example.net",
            "origin: https://app.example.com",
            "sec-fetch-dest: empty",
            "sec-fetch-mode: cors",
            "sec-fetch-site: cross-site",
            "user-agent: Mozilla/5.0 (compatible; tower-cors simulated browser)",
        ]
    );
    assert_eq!(
        lines(wire[1].request_headers()),
        [
            "accept: */*",
            "authorization: secret",
            "content-length: 2",
            "content-type: application/json",
            "cookie: id=1",
            "host: api.example.net",
            "origin: https://app.example.com",
            "sec-fetch-dest: empty",
            "sec-fetch-mode: cors",
            "sec-fetch-site: cross-site",
            "user-agent: Mozilla/5.0 (compatible; tower-cors simulated browser)",
        ]
    );
}

#[test]
fn sec_fetch_headers_go_to_trustworthy_urls_only() {
    #[rustfmt::skip]
    let rows = [
        ("http", "http://api.example.com/", false),
        ("loopback by name", "http://localhost:3000/", true),
        ("loopback by name, deeper", "http://api.localhost/", true),
        ("not loopback", "http://localhost.example.com/", false),
        ("loopback by IPv4", "http://127.1.2.3/", true),
        ("another IPv4", "http://128.0.0.1/", false),
        ("loopback by IPv6", "http://[::1]:3000/", true),
    ];
    for (description, url, expected) in rows {
        let outcome = run(Page::at("http://app.example.com").fetch(url).send(open()));
        let headers = wire_of(&outcome)[0].request_headers();
        assert_eq!(
            headers.contains_key("sec-fetch-site"),
            expected,
            "{description}"
        );
        assert_eq!(
            headers.contains_key("sec-fetch-mode"),
            expected,
            "{description}"
        );
    }
}

#[test]
fn sites_are_told_apart_by_scheme_and_registrable_domain() {
    #[rustfmt::skip]
    let rows = [
        ("sibling", PAGE, "https://api.example.com/", "same-site"),
        ("parent", PAGE, "https://example.com/", "same-site"),
        ("port does not matter", PAGE, "https://app.example.com:444/", "same-site"),
        ("another domain", PAGE, "https://example.net/", "cross-site"),
        ("a name that ends alike", PAGE, "https://notexample.com/", "cross-site"),
        ("scheme matters", "http://app.localhost", "https://app.localhost/", "cross-site"),
        ("beneath localhost", "https://a.localhost", "https://b.localhost/", "cross-site"),
        ("one site beneath localhost", "https://a.site.localhost", "https://b.site.localhost/", "same-site"),
        ("the same address", "https://192.0.2.1", "https://192.0.2.1:444/", "same-site"),
        ("another address", "https://192.0.2.1", "https://198.51.2.1/", "cross-site"),
        ("a public suffix that a test added", "https://a.github.io", "https://b.github.io/", "cross-site"),
        ("beneath a public suffix", "https://x.a.github.io", "https://a.github.io/", "same-site"),
    ];
    for (description, page, url, expected) in rows {
        let browser = Browser::new().public_suffix("github.io");
        let outcome = run(browser.page(page).fetch(url).send(open()));
        let headers = wire_of(&outcome)[0].request_headers();
        assert_eq!(headers["sec-fetch-site"], expected, "{description}");
    }
}

// ---- What `fetch()` rejects at once, and what is blocked before it leaves ------------------------

#[test]
fn what_never_leaves_the_browser() {
    type Row = (&'static str, Page, fn(&Page) -> Fetch, &'static str);
    #[rustfmt::skip]
    let rows: &[Row] = &[
        ("no URL", Page::at(PAGE), |p| p.fetch("https://"), "\"https://\" is no URL"),
        ("a port too high", Page::at(PAGE), |p| p.fetch("https://a:65536/"), "\"https://a:65536/\" is no URL"),
        ("IPv4 in a form not modelled", Page::at(PAGE), |p| p.fetch("https://0x7f.1/"),
         "\"https://0x7f.1/\" is no URL"),
        ("relative to nothing", Page::opaque(), |p| p.fetch("/x"), "\"/x\" is no URL"),
        ("user info", Page::at(PAGE), |p| p.fetch("https://u:p@a.example/"),
         "\"https://u:p@a.example/\" has a user name or a password: `fetch()` takes no such URL"),
        ("another scheme", Page::at(PAGE), |p| p.fetch("data:,x"),
         "the scheme of \"data:,x\" is neither \"http\" nor \"https\""),
        ("a page without origin", Page::at("nonsense"), |p| p.fetch(API),
         "the page's URL \"nonsense\" gives it no origin: write \"scheme://host[:port]\", or use `Page::opaque()`"),
        ("a file is no tuple origin", Page::at("file:///x"), |p| p.fetch(API),
         "the page's URL \"file:///x\" gives it no origin: write \"scheme://host[:port]\", or use `Page::opaque()`"),
        ("a method that is no token", Page::at(PAGE), |p| p.fetch("/").method("G T"), "\"G T\" is no method"),
        ("an empty method", Page::at(PAGE), |p| p.fetch("/").method(""), "\"\" is no method"),
        ("a forbidden method, any case", Page::at(PAGE), |p| p.fetch("/").method("tRaCe"),
         "the method \"tRaCe\" is forbidden to scripts"),
        ("CONNECT", Page::at(PAGE), |p| p.fetch("/").method("CONNECT"),
         "the method \"CONNECT\" is forbidden to scripts"),
        ("TRACK", Page::at(PAGE), |p| p.fetch("/").method("TRACK"), "the method \"TRACK\" is forbidden to scripts"),
        ("PUT without CORS, even to the own origin", Page::at(PAGE),
         |p| p.fetch("/").mode(Mode::NoCors).method("put"),
         "the method \"PUT\" needs the mode \"cors\": \"no-cors\" allows \"GET\", \"HEAD\" and \"POST\""),
        ("a header's name", Page::at(PAGE), |p| p.fetch("/").header("a b", "c"),
         "the header \"a b\" with the value \"c\" is not valid"),
        ("a header's value", Page::at(PAGE), |p| p.fetch("/").header("a", "b\nc"),
         "the header \"a\" with the value \"b\\nc\" is not valid"),
        ("a body with GET", Page::at(PAGE), |p| p.fetch("/").body("x"),
         "a request with the method \"GET\" takes no body"),
        ("a body with HEAD", Page::at(PAGE), |p| p.fetch("/").method("head").body("x"),
         "a request with the method \"HEAD\" takes no body"),
        ("only-if-cached", Page::at(PAGE), |p| p.fetch("/").cache(CacheMode::OnlyIfCached),
         "the cache mode \"only-if-cached\" goes with the mode \"same-origin\" only"),
        ("only-if-cached with nothing stored", Page::at(PAGE),
         |p| p.fetch("/").mode(Mode::SameOrigin).cache(CacheMode::OnlyIfCached),
         "nothing is stored for this URL, and the cache mode is \"only-if-cached\""),
        ("a bad port", Page::at(PAGE), |p| p.fetch("https://app.example.com:6667/"), "browsers block the port 6667"),
        ("mixed content", Page::at(PAGE), |p| p.fetch("http://api.example.com/"),
         "\"http://api.example.com/\" is mixed content: an https page fetches over https only"),
        ("mixed content in a sandboxed frame", Page::sandboxed_in(PAGE), |p| p.fetch("http://api.example.com/"),
         "\"http://api.example.com/\" is mixed content: an https page fetches over https only"),
        ("another origin in the mode same-origin", Page::at(PAGE), |p| p.fetch(API).mode(Mode::SameOrigin),
         "\"https://api.example.net/\" is another origin's, and the mode is \"same-origin\""),
        ("another scheme is another origin", Page::at("http://localhost"),
         |p| p.fetch("https://localhost/").mode(Mode::SameOrigin),
         "\"https://localhost/\" is another origin's, and the mode is \"same-origin\""),
        ("another port is another origin", Page::at(PAGE),
         |p| p.fetch("https://app.example.com:444/").mode(Mode::SameOrigin),
         "\"https://app.example.com:444/\" is another origin's, and the mode is \"same-origin\""),
        ("an opaque origin has no same origin", Page::sandboxed_in(PAGE), |p| p.fetch("/").mode(Mode::SameOrigin),
         "\"https://app.example.com/\" is another origin's, and the mode is \"same-origin\""),
        ("no-cors with another redirect mode", Page::at(PAGE),
         |p| p.fetch(API).mode(Mode::NoCors).redirect(Redirect::Manual),
         "the mode \"no-cors\" to another origin goes with the redirect mode \"follow\" only"),
    ];
    for (description, page, write, expected) in rows {
        let outcome = run(write(page).send(open()));
        assert_eq!(verdict(&outcome), *expected, "{description}");
        assert_eq!(summary(wire_of(&outcome)), "", "{description}");
    }
}

#[test]
fn urls_are_parsed_as_browsers_parse_them() {
    #[rustfmt::skip]
    let rows = [
        ("as it is", PAGE, "https://a.example/b?c", "https://a.example/b?c"),
        ("capitals, default port, fragment", PAGE, "HTTPS://A.Example:443/B#c", "https://a.example/B"),
        ("no path", PAGE, "https://a.example?b", "https://a.example/?b"),
        ("an empty port", PAGE, "https://a.example:/", "https://a.example/"),
        ("an empty user name", PAGE, "https://:@a.example/", "https://a.example/"),
        ("white space and control characters", PAGE, " https://a.exa\nmple/\t ", "https://a.example/"),
        ("what must be percent-encoded", PAGE, "https://a.example/ü {}?\"'",
         "https://a.example/%C3%BC%20%7B%7D?%22%27"),
        ("dots", PAGE, "https://a.example/a/./b/../%2E%2e/c/..", "https://a.example/"),
        ("backslashes", PAGE, "https:\\\\a.example\\b", "https://a.example/b"),
        ("IPv6, compressed", PAGE, "https://[2001:DB8:0:0:1:0:0:0]/", "https://[2001:db8:0:0:1::]/"),
        ("IPv6, mapped", PAGE, "https://[::ffff:192.0.2.1]/", "https://[::ffff:c000:201]/"),
        ("relative to a directory", "https://app.example.com/x/y?q", "z", "https://app.example.com/x/z"),
        ("one up", "https://app.example.com/x/y/", "../z?a", "https://app.example.com/x/z?a"),
        ("absolute path", "https://app.example.com/x/y", "/z", "https://app.example.com/z"),
        ("query only", "https://app.example.com/x/y?q", "?z", "https://app.example.com/x/y?z"),
        ("nothing", "https://app.example.com/x/y?q#f", "", "https://app.example.com/x/y?q"),
        ("fragment only", "https://app.example.com/x/y?q", "#z", "https://app.example.com/x/y?q"),
        ("scheme-relative", PAGE, "//a.example/b", "https://a.example/b"),
        ("a colon in a path is no scheme", "https://app.example.com/x/", "./a:b", "https://app.example.com/x/a:b"),
    ];
    for (description, page, url, expected) in rows {
        let outcome = run(Page::at(page).fetch(url).send(open()));
        assert_eq!(verdict(&outcome), "ok", "{description}");
        assert_eq!(wire_of(&outcome)[0].url(), expected, "{description}");
    }
}

#[test]
fn a_page_serializes_its_origin() {
    #[rustfmt::skip]
    let rows = [
        ("https://app.example.com/path?query#fragment", "https://app.example.com"),
        ("HTTPS://APP.example.com:443", "https://app.example.com"),
        ("http://app.example.com:443", "http://app.example.com:443"),
        ("https://app.example.com:80", "https://app.example.com:80"),
        ("http://[::1]:3000/", "http://[::1]:3000"),
        ("chrome-extension://abcdef/x.html", "chrome-extension://abcdef"),
        ("capacitor://localhost:8080", "capacitor://localhost:8080"),
    ];
    for (page, expected) in rows {
        let outcome = run(Page::at(page).fetch(API).send(open()));
        assert_eq!(wire_of(&outcome)[0].request_headers()["origin"], expected);
    }
}

// ---- The CORS check ---------------------------------------------------------------------------------

#[test]
fn the_cors_check() {
    const INCLUDE: Credentials = Credentials::Include;
    const OMIT: Credentials = Credentials::Omit;
    #[rustfmt::skip]
    let rows: &[(&str, Credentials, Headers<'_>, &str)] = &[
        ("*", OMIT, &[("access-control-allow-origin", "*")], "ok"),
        ("the origin", OMIT, &[("access-control-allow-origin", PAGE)], "ok"),
        ("the origin, credentials refused", OMIT,
         &[("access-control-allow-origin", PAGE), ("access-control-allow-credentials", "nonsense")], "ok"),
        ("same-origin is not include", Credentials::SameOrigin, &[("access-control-allow-origin", "*")], "ok"),
        ("white space does not arrive", OMIT, &[("access-control-allow-origin", " * ")], "ok"),
        ("nothing", OMIT, &[],
         "the response has no \"access-control-allow-origin\" header: it must be \"https://app.example.com\" or \"*\""),
        ("nothing, with credentials", INCLUDE, &[],
         "the response has no \"access-control-allow-origin\" header: it must be \"https://app.example.com\""),
        ("empty", OMIT, &[("access-control-allow-origin", "")],
         "the response's \"access-control-allow-origin\" is \"\": it must be \"https://app.example.com\""),
        ("null", OMIT, &[("access-control-allow-origin", "null")],
         "the response's \"access-control-allow-origin\" is \"null\": it must be \"https://app.example.com\""),
        ("another origin", OMIT, &[("access-control-allow-origin", "https://other.example")],
         "the response's \"access-control-allow-origin\" is \"https://other.example\": it must be \"https://app.example.com\""),
        ("trailing slash", OMIT, &[("access-control-allow-origin", "https://app.example.com/")],
         "the response's \"access-control-allow-origin\" is \"https://app.example.com/\": it must be \"https://app.example.com\" (an origin has no trailing slash)"),
        ("capitals", OMIT, &[("access-control-allow-origin", "https://APP.example.com")],
         "the response's \"access-control-allow-origin\" is \"https://APP.example.com\": it must be \"https://app.example.com\" (the comparison is case-sensitive)"),
        ("another scheme", OMIT, &[("access-control-allow-origin", "http://app.example.com")],
         "the response's \"access-control-allow-origin\" is \"http://app.example.com\": it must be \"https://app.example.com\" (the scheme differs)"),
        ("the default port", OMIT, &[("access-control-allow-origin", "https://app.example.com:443")],
         "the response's \"access-control-allow-origin\" is \"https://app.example.com:443\": it must be \"https://app.example.com\""),
        ("a pattern", OMIT, &[("access-control-allow-origin", "https://*.example.com")],
         "the response's \"access-control-allow-origin\" is \"https://*.example.com\": it must be \"https://app.example.com\""),
        ("a list", OMIT, &[("access-control-allow-origin", "https://app.example.com, https://b.example")],
         "the response's \"access-control-allow-origin\" has more than one value, \"https://app.example.com, https://b.example\": it must be \"https://app.example.com\""),
        ("the origin twice", OMIT, &[("access-control-allow-origin", PAGE), ("access-control-allow-origin", PAGE)],
         "the response's \"access-control-allow-origin\" has more than one value, \"https://app.example.com, https://app.example.com\": it must be \"https://app.example.com\""),
        ("* twice", OMIT, &[("access-control-allow-origin", "*"), ("access-control-allow-origin", "*")],
         "the response's \"access-control-allow-origin\" has more than one value, \"*, *\": it must be \"https://app.example.com\""),
        ("credentials", INCLUDE,
         &[("access-control-allow-origin", PAGE), ("access-control-allow-credentials", "true")], "ok"),
        ("credentials with *", INCLUDE,
         &[("access-control-allow-origin", "*"), ("access-control-allow-credentials", "true")],
         "the response's \"access-control-allow-origin\" is \"*\", which does not count when the credentials mode is \"include\": it must be \"https://app.example.com\""),
        ("credentials not allowed", INCLUDE, &[("access-control-allow-origin", PAGE)],
         "the response has no \"access-control-allow-credentials\" header: it must be \"true\" when the credentials mode is \"include\""),
        ("credentials in capitals", INCLUDE,
         &[("access-control-allow-origin", PAGE), ("access-control-allow-credentials", "True")],
         "the response's \"access-control-allow-credentials\" is \"True\": it must be \"true\" when the credentials mode is \"include\""),
        ("credentials twice", INCLUDE,
         &[("access-control-allow-origin", PAGE), ("access-control-allow-credentials", "true"), ("access-control-allow-credentials", "true")],
         "the response's \"access-control-allow-credentials\" is \"true, true\": it must be \"true\" when the credentials mode is \"include\""),
    ];
    for (description, credentials, headers, expected) in rows {
        for status in [200, 404, 500] {
            let fetch = Page::at(PAGE).fetch(API).credentials(*credentials);
            let outcome = run(fetch.send(fixed((500, &[]), (status, headers))));
            assert_eq!(verdict(&outcome), *expected, "{description}");
            // Blocked or not, the server has been asked.
            assert_eq!(
                summary(wire_of(&outcome)),
                format!("GET {API} {status}"),
                "{description}"
            );
        }
        // The same on the preflight, whatever the actual response would say
        let fetch = Page::at(PAGE)
            .fetch(API)
            .method("PUT")
            .credentials(*credentials);
        let mut preflight = headers.to_vec();
        preflight.push(("access-control-allow-methods", "PUT"));
        let full = &[
            ("access-control-allow-origin", PAGE),
            ("access-control-allow-credentials", "true"),
        ];
        let outcome = run(fetch.send(fixed((204, &preflight), (200, full))));
        let expected = expected.replace("the response", "the response to the preflight");
        assert_eq!(verdict(&outcome), expected, "{description}, preflight");
        let count = if expected == "ok" { 2 } else { 1 };
        assert_eq!(wire_of(&outcome).len(), count, "{description}, preflight");
    }
}

#[test]
fn an_opaque_origin_is_granted_by_null_or_star_only() {
    for (value, granted) in [("null", true), ("*", true), ("NULL", false), (PAGE, false)] {
        let headers = &[("access-control-allow-origin", value)];
        let outcome = run(Page::opaque()
            .fetch(API)
            .send(fixed((500, &[]), (200, headers))));
        assert_eq!(outcome.is_ok(), granted, "{value}");
    }
}

// ---- Preflights -------------------------------------------------------------------------------------

#[test]
fn what_the_response_to_a_preflight_must_say() {
    const ORIGIN: (&str, &str) = ("access-control-allow-origin", PAGE);
    const YES: (&str, &str) = ("access-control-allow-credentials", "true");
    type Row<'a> = (&'a str, fn(Fetch) -> Fetch, u16, Headers<'a>, &'a str);
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
         "the response to the preflight has the status 403: only a status from 200 to 299 will do"),
        ("status 300", |f| f.method("PUT"), 300, &[ORIGIN, ("access-control-allow-methods", "PUT")],
         "the response to the preflight has the status 300: only a status from 200 to 299 will do"),
        ("status 304", |f| f.method("PUT"), 304, &[ORIGIN, ("access-control-allow-methods", "PUT")],
         "the response to the preflight has the status 304: only a status from 200 to 299 will do"),
        ("a redirect", |f| f.method("PUT"), 307,
         &[ORIGIN, ("access-control-allow-methods", "PUT"), ("location", "/")],
         "the response to the preflight is a redirect (status 307): only a status from 200 to 299 will do"),
        ("403 without a grant: the grant comes first", |f| f.method("PUT"), 403, &[],
         "the response to the preflight has no \"access-control-allow-origin\" header: it must be \"https://app.example.com\" or \"*\""),
        ("no methods", |f| f.method("PUT"), 204, &[ORIGIN],
         "the method \"PUT\" is not in the response to the preflight's \"access-control-allow-methods\", \"\""),
        ("other methods", |f| f.method("PUT"), 204, &[ORIGIN, ("access-control-allow-methods", "GET, PATCH")],
         "the method \"PUT\" is not in the response to the preflight's \"access-control-allow-methods\", \"GET, PATCH\""),
        ("methods are case-sensitive", |f| f.method("patch"), 204,
         &[ORIGIN, ("access-control-allow-methods", "PATCH")],
         "the method \"patch\" is not in the response to the preflight's \"access-control-allow-methods\", \"PATCH\" (methods are case-sensitive)"),
        ("the other way about", |f| f.method("PUT"), 204, &[ORIGIN, ("access-control-allow-methods", "put")],
         "the method \"PUT\" is not in the response to the preflight's \"access-control-allow-methods\", \"put\" (methods are case-sensitive)"),
        ("methods that are no list", |f| f.method("PUT"), 204,
         &[ORIGIN, ("access-control-allow-methods", "PUT; POST")],
         "the response to the preflight's \"access-control-allow-methods\" is no list of methods: \"PUT; POST\""),
        ("headers that are no list fail any request", |f| f.method("PUT"), 204,
         &[ORIGIN, ("access-control-allow-methods", "PUT"), ("access-control-allow-headers", "x y")],
         "the response to the preflight's \"access-control-allow-headers\" is no list of header names: \"x y\""),
        ("no headers", |f| f.header("x-own", "1"), 204, &[ORIGIN],
         "the request header \"x-own\" is not in the response to the preflight's \"access-control-allow-headers\", \"\""),
        ("one of two headers", |f| f.header("x-a", "1").header("x-b", "1"), 204,
         &[ORIGIN, ("access-control-allow-headers", "x-a")],
         "the request header \"x-b\" is not in the response to the preflight's \"access-control-allow-headers\", \"x-a\""),
        ("a header that is unsafe by its value", |f| f.header("accept", "\""), 204,
         &[ORIGIN, ("access-control-allow-headers", "x-a")],
         "the request header \"accept\" is not in the response to the preflight's \"access-control-allow-headers\", \"x-a\""),
        ("JSON", |f| f.method("POST").json("{}"), 204, &[ORIGIN],
         "the request header \"content-type\" is not in the response to the preflight's \"access-control-allow-headers\", \"\""),
        ("* never covers authorization", |f| f.header("authorization", "t"), 204,
         &[ORIGIN, ("access-control-allow-headers", "*")],
         "the request header \"authorization\" is not in the response to the preflight's \"access-control-allow-headers\", \"*\" (\"*\" never covers \"authorization\": list it by name)"),
        ("with credentials", |f| f.method("PUT").header("x-own", "1").credentials(Credentials::Include), 204,
         &[ORIGIN, YES, ("access-control-allow-methods", "PUT"), ("access-control-allow-headers", "x-own")], "ok"),
        ("with credentials * is a method like any other", |f| f.method("PUT").credentials(Credentials::Include), 204,
         &[ORIGIN, YES, ("access-control-allow-methods", "*")],
         "the method \"PUT\" is not in the response to the preflight's \"access-control-allow-methods\", \"*\" (\"*\" does not count when the credentials mode is \"include\")"),
        ("with credentials * is a header like any other",
         |f| f.header("x-own", "1").credentials(Credentials::Include), 204,
         &[ORIGIN, YES, ("access-control-allow-headers", "*")],
         "the request header \"x-own\" is not in the response to the preflight's \"access-control-allow-headers\", \"*\" (\"*\" does not count when the credentials mode is \"include\")"),
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
        assert_eq!(
            kinds,
            granted[..sent],
            "{description}: the request goes only if allowed"
        );
    }
}

#[test]
fn the_actual_response_is_checked_after_a_good_preflight() {
    let preflight = &[
        ("access-control-allow-origin", "*"),
        ("access-control-allow-methods", "*"),
    ];
    let fetch = Page::at(PAGE).fetch(API).method("PUT");
    let blocked = blocked(run(fetch.send(fixed((204, preflight), (200, &[])))));
    assert!(matches!(
        blocked.reason(),
        Reason::MissingAllowOrigin {
            on: ExchangeKind::Actual,
            ..
        }
    ));
    assert_eq!(
        summary(blocked.wire()),
        format!("OPTIONS {API} 204, PUT {API} 200")
    );
}

/// How many preflights a sequence of fetches sends; each with a time to wait before it.
fn preflights(
    browser: &Browser,
    preflight: Headers<'_>,
    steps: &[(u64, &Page, fn(&Page) -> Fetch)],
) -> Vec<usize> {
    let actual = &[
        ("access-control-allow-origin", PAGE),
        ("access-control-allow-credentials", "true"),
    ];
    let mut server = fixed((204, preflight), (200, actual));
    let send = |(wait, page, write): &(u64, &Page, fn(&Page) -> Fetch)| {
        browser.advance(Duration::from_secs(*wait));
        let outcome = run(write(page).send(&mut server));
        assert_eq!(verdict(&outcome), "ok");
        wire_of(&outcome)
            .iter()
            .filter(|exchange| exchange.is_preflight())
            .count()
    };
    steps.iter().map(send).collect()
}

#[test]
fn preflights_are_cached_as_long_as_they_say() {
    let put: fn(&Page) -> Fetch = |page| page.fetch(API).method("PUT");
    type Row<'a> = (&'a str, Option<u64>, &'a [&'a str], &'a [u64], &'a [usize]);
    #[rustfmt::skip]
    let rows: &[Row<'_>] = &[
        ("5 seconds unless told", None, &[], &[0, 4, 1, 4], &[1, 0, 1, 0]),
        ("as long as it says", None, &["60"], &[0, 59, 1], &[1, 0, 1]),
        ("not at all", None, &["0"], &[0, 0], &[1, 1]),
        ("-1 is no number: 5 seconds", None, &["-1"], &[0, 4, 1], &[1, 0, 1]),
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
        let mut preflight = vec![
            ("access-control-allow-origin", PAGE),
            ("access-control-allow-methods", "PUT"),
        ];
        preflight.extend(
            max_age
                .iter()
                .map(|value| ("access-control-max-age", *value)),
        );
        let steps: Vec<_> = waits.iter().map(|wait| (*wait, &page, put)).collect();
        assert_eq!(
            preflights(&browser, &preflight, &steps),
            *expected,
            "{description}"
        );
    }
}

#[test]
fn a_cached_preflight_serves_what_it_listed_and_no_more() {
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
    let put: fn(&Page) -> Fetch = |p| p.fetch(API).method("PUT");
    type Row<'a> = (
        &'a str,
        Headers<'a>,
        fn(&Page) -> Fetch,
        fn(&Page) -> Fetch,
        usize,
    );
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
        assert_eq!(
            preflights(&browser, preflight, &steps),
            [1, *expected],
            "{description}"
        );
    }
    // `*` in the cache never covers `authorization` either.
    let browser = Browser::new();
    let page = browser.page(PAGE);
    let star: Headers<'_> = &[
        ("access-control-allow-origin", "*"),
        ("access-control-allow-headers", "*"),
    ];
    let mut server = fixed((204, star), (200, star));
    assert!(run(page.fetch(API).header("x-own", "1").send(&mut server)).is_ok());
    let outcome = run(page
        .fetch(API)
        .header("authorization", "t")
        .send(&mut server));
    assert!(matches!(
        outcome.unwrap_err().reason(),
        Reason::HeaderNotAllowed { .. }
    ));
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
        let outcome = run(page
            .fetch(API)
            .method("PUT")
            .send(fixed((204, preflight), (200, actual))));
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

// ---- Redirects --------------------------------------------------------------------------------------

/// Redirects by the path: `/302/https://…` goes there with that status; all else answers. Every
/// response grants the origin that asks.
fn redirecting() -> Server<impl FnMut(Request<Vec<u8>>) -> Response<Vec<u8>> + Clone> {
    Server(|request: Request<Vec<u8>>| {
        let origin = request
            .headers()
            .get("origin")
            .map_or("*", |value| value.to_str().unwrap());
        let grant = [
            ("access-control-allow-origin", origin),
            ("access-control-allow-credentials", "true"),
            ("access-control-allow-methods", "PUT, DELETE"),
            (
                "access-control-allow-headers",
                "authorization, x-own, content-type",
            ),
        ];
        let path = request.uri().path();
        if request.method() == "OPTIONS" {
            return respond(204, &grant);
        }
        let Some((status, location)) = path[1..].split_once('/') else {
            return respond(200, &grant);
        };
        let mut headers = grant.to_vec();
        headers.push(("location", location));
        respond(status.parse().unwrap(), &headers)
    })
}

#[test]
fn redirects_are_followed_and_checked_hop_by_hop() {
    // What crossed the wire, each hop with its `Origin`
    type Row = (
        &'static str,
        &'static str,
        fn(Fetch) -> Fetch,
        &'static [&'static str],
        &'static str,
    );
    #[rustfmt::skip]
    let rows: &[Row] = &[
        ("within the page's origin", "/302//end", |f| f,
         &["GET https://app.example.com/302//end -", "GET https://app.example.com/end -"], "ok"),
        ("from the page's origin to another", "/302/https://api.example.net/", |f| f,
         &["GET https://app.example.com/302/https://api.example.net/ -", "GET https://api.example.net/ https://app.example.com"],
         "ok"),
        ("within another origin", "https://api.example.net/302//end", |f| f,
         &["GET https://api.example.net/302//end https://app.example.com", "GET https://api.example.net/end https://app.example.com"],
         "ok"),
        ("from another origin to a third: the origin is tainted",
         "https://api.example.net/302/https://c.example.org/", |f| f,
         &["GET https://api.example.net/302/https://c.example.org/ https://app.example.com", "GET https://c.example.org/ null"],
         "ok"),
        ("from another origin back to the page's own: tainted too",
         "https://api.example.net/302/https://app.example.com/", |f| f,
         &["GET https://api.example.net/302/https://app.example.com/ https://app.example.com", "GET https://app.example.com/ null"],
         "ok"),
        ("from another origin to a third of the same site: tainted too",
         "https://a.example.com/302/https://b.example.com/", |f| f,
         &["GET https://a.example.com/302/https://b.example.com/ https://app.example.com", "GET https://b.example.com/ null"],
         "ok"),
        ("no-cors sends no origin", "https://api.example.net/302/https://c.example.org/", |f| f.mode(Mode::NoCors),
         &["GET https://api.example.net/302/https://c.example.org/ -", "GET https://c.example.org/ -"], "ok"),
        ("a preflight at each hop", "https://api.example.net/307//end", |f| f.method("PUT"),
         &["OPTIONS https://api.example.net/307//end https://app.example.com", "PUT https://api.example.net/307//end https://app.example.com", "OPTIONS https://api.example.net/end https://app.example.com", "PUT https://api.example.net/end https://app.example.com"],
         "ok"),
        ("a preflight of a tainted origin", "https://api.example.net/308/https://c.example.org/",
         |f| f.method("DELETE"),
         &["OPTIONS https://api.example.net/308/https://c.example.org/ https://app.example.com", "DELETE https://api.example.net/308/https://c.example.org/ https://app.example.com", "OPTIONS https://c.example.org/ null", "DELETE https://c.example.org/ null"],
         "ok"),
        ("a preflight only where it becomes another origin's", "/307/https://api.example.net/", |f| f.method("PUT"),
         &["PUT https://app.example.com/307/https://api.example.net/ https://app.example.com", "OPTIONS https://api.example.net/ https://app.example.com", "PUT https://api.example.net/ https://app.example.com"],
         "ok"),
        ("same-origin may not leave", "/302/https://api.example.net/", |f| f.mode(Mode::SameOrigin),
         &["GET https://app.example.com/302/https://api.example.net/ -"],
         "\"https://api.example.net/\" is another origin's, and the mode is \"same-origin\""),
        ("to http: mixed content", "/302/http://api.example.net/", |f| f,
         &["GET https://app.example.com/302/http://api.example.net/ -"],
         "\"http://api.example.net/\" is mixed content: an https page fetches over https only"),
        ("to a bad port", "/302/https://api.example.net:25/", |f| f,
         &["GET https://app.example.com/302/https://api.example.net:25/ -"], "browsers block the port 25"),
        ("to another scheme", "/302/data:,x", |f| f, &["GET https://app.example.com/302/data:,x -"],
         "the scheme of \"data:,x\" is neither \"http\" nor \"https\""),
        ("to no URL", "/302/https://", |f| f, &["GET https://app.example.com/302/https:// -"],
         "the response redirects to \"https://\", which is no URL"),
        ("the mode error", "/302//end", |f| f.redirect(Redirect::Error), &["GET https://app.example.com/302//end -"],
         "the response is a redirect (status 302), and the redirect mode is \"error\""),
        ("300 is no redirect", "/300//end", |f| f.redirect(Redirect::Error),
         &["GET https://app.example.com/300//end -"], "ok"),
        ("304 neither", "/304//end", |f| f.redirect(Redirect::Error), &["GET https://app.example.com/304//end -"],
         "ok"),
        ("user info on the way to another origin", "/302/https://u@api.example.net/", |f| f,
         &["GET https://app.example.com/302/https://u@api.example.net/ -"],
         "the response redirects to \"https://u@api.example.net/\", which has a user name or a password: that is not allowed across origins"),
        ("user info on the way back", "https://api.example.net/302/https://u:p@app.example.com/", |f| f,
         &["GET https://api.example.net/302/https://u:p@app.example.com/ https://app.example.com"],
         "the response redirects to \"https://u:p@app.example.com/\", which has a user name or a password: that is not allowed across origins"),
        ("user info at home is allowed", "/302/https://u@app.example.com/", |f| f,
         &["GET https://app.example.com/302/https://u@app.example.com/ -", "GET https://app.example.com/ -"], "ok"),
    ];
    for (description, url, write, expected, verdict_text) in rows {
        let outcome = run(write(Page::at(PAGE).fetch(*url)).send(redirecting()));
        let got: Vec<String> = wire_of(&outcome)
            .iter()
            .map(|exchange| {
                let origin = exchange.request_headers().get("origin");
                let origin = origin.map_or("-", |value| value.to_str().unwrap());
                format!("{} {} {origin}", exchange.method(), exchange.url())
            })
            .collect();
        assert_eq!(got, *expected, "{description}");
        assert_eq!(verdict(&outcome), *verdict_text, "{description}");
        if let Ok(answer) = outcome {
            let opaque = answer.response_type() == ResponseType::Opaque;
            assert_eq!(
                answer.is_redirected(),
                expected.len() > 1 && !opaque,
                "{description}"
            );
            let last = wire_url(expected.last().unwrap());
            assert_eq!(
                answer.url(),
                if opaque { "" } else { last },
                "{description}"
            );
        }
    }
}

fn wire_url(line: &str) -> &str {
    line.split(' ').nth(1).unwrap()
}

#[test]
fn a_redirect_is_checked_before_it_is_followed() {
    let redirect = &[("location", "https://app.example.com/")];
    let outcome = run(Page::at(PAGE)
        .fetch(API)
        .send(fixed((500, &[]), (302, redirect))));
    assert!(matches!(
        blocked(outcome).reason(),
        Reason::MissingAllowOrigin { .. }
    ));
    // Nor does `manual` get around the check.
    let fetch = Page::at(PAGE).fetch(API).redirect(Redirect::Manual);
    let outcome = run(fetch.send(fixed((500, &[]), (302, redirect))));
    assert!(matches!(
        blocked(outcome).reason(),
        Reason::MissingAllowOrigin { .. }
    ));
}

#[test]
fn a_tainted_origin_is_not_granted_by_the_page_s_name() {
    let server = Server(|request: Request<Vec<u8>>| {
        let grant = ("access-control-allow-origin", PAGE);
        if request.headers()["host"] == "api.example.net" {
            respond(302, &[grant, ("location", "https://c.example.org/")])
        } else {
            respond(200, &[grant])
        }
    });
    let blocked = blocked(run(Page::at(PAGE).fetch(API).send(server)));
    assert_eq!(
        blocked.reason().to_string(),
        "the response's \"access-control-allow-origin\" is \"https://app.example.com\": it must be \"null\""
    );
    assert_eq!(blocked.wire().len(), 2);
}

#[test]
fn a_redirect_changes_the_method_and_drops_headers() {
    const FULL: &str =
        "authorization t, content-language en, content-length 1, content-type text/plain, x-own 1";
    #[rustfmt::skip]
    let rows = [
        ("301 makes POST a GET", 301, "POST", "/end", "GET authorization t, x-own 1"),
        ("302 makes POST a GET", 302, "POST", "/end", "GET authorization t, x-own 1"),
        ("303 makes POST a GET", 303, "POST", "/end", "GET authorization t, x-own 1"),
        ("303 makes PUT a GET", 303, "PUT", "/end", "GET authorization t, x-own 1"),
        ("301 keeps PUT", 301, "PUT", "/end", "PUT {full}"),
        ("302 keeps PUT", 302, "PUT", "/end", "PUT {full}"),
        ("307 keeps POST", 307, "POST", "/end", "POST {full}"),
        ("308 keeps POST", 308, "POST", "/end", "POST {full}"),
        ("another origin loses authorization", 307, "POST", "https://api.example.net/end",
         "POST content-language en, content-length 1, content-type text/plain, x-own 1"),
    ];
    for (description, status, method, location, expected) in rows {
        let fetch = Page::at(PAGE)
            .fetch(format!("/{status}/{location}"))
            .method(method)
            .header("authorization", "t")
            .header("x-own", "1")
            .header("content-language", "en")
            .header("content-type", "text/plain")
            .body("x");
        let outcome = run(fetch.send(redirecting()));
        assert_eq!(verdict(&outcome), "ok", "{description}");
        let last = wire_of(&outcome).last().unwrap();
        let mut headers: Vec<String> = last
            .request_headers()
            .iter()
            .filter(|(name, _)| {
                matches!(name.as_str(), "authorization" | "x-own")
                    || name.as_str().starts_with("content-")
            })
            .map(|(name, value)| format!("{name} {}", value.to_str().unwrap()))
            .collect();
        headers.sort();
        let got = format!("{} {}", last.method(), headers.join(", "));
        assert_eq!(got, expected.replace("{full}", FULL), "{description}");
    }
    let outcome = run(Page::at(PAGE)
        .fetch("/303//end")
        .method("HEAD")
        .send(redirecting()));
    assert_eq!(wire_of(&outcome)[1].method(), "HEAD", "303 keeps HEAD");
}

#[test]
fn authorization_does_not_come_back_after_another_origin() {
    let server = Server(|request: Request<Vec<u8>>| {
        let origin = request
            .headers()
            .get("origin")
            .map_or("*", |value| value.to_str().unwrap());
        let grant = ("access-control-allow-origin", origin);
        let allow = ("access-control-allow-headers", "authorization");
        match (
            request.method().as_str(),
            request.headers()["host"].to_str().unwrap(),
        ) {
            ("OPTIONS", _) => respond(204, &[grant, allow]),
            (_, "api.example.net") => {
                respond(302, &[grant, ("location", "https://app.example.com/end")])
            }
            _ => respond(200, &[grant]),
        }
    });
    let fetch = Page::at(PAGE).fetch(API).header("authorization", "t");
    let outcome = run(fetch.send(server));
    assert_eq!(verdict(&outcome), "ok");
    let seen: Vec<bool> = wire_of(&outcome)
        .iter()
        .map(|exchange| exchange.request_headers().contains_key("authorization"))
        .collect();
    assert_eq!(
        seen,
        [false, true, false],
        "preflight, first hop, second hop"
    );
}

#[test]
fn twenty_redirects_and_no_more() {
    for (redirects, expected) in [(20, "ok"), (21, "more than 20 redirects")] {
        let mut left = redirects;
        let server = Server(move |_: Request<Vec<u8>>| {
            if left == 0 {
                return respond(200, &[]);
            }
            left -= 1;
            respond(302, &[("location", &format!("/{left}"))])
        });
        let outcome = run(Page::at(PAGE).fetch("/start").send(server));
        assert_eq!(verdict(&outcome), expected);
        assert_eq!(wire_of(&outcome).len(), 21, "{redirects} redirects");
    }
}

#[test]
fn a_redirect_status_without_location_is_an_answer() {
    let answer = run(Page::at(PAGE)
        .fetch("/")
        .send(fixed((500, &[]), (302, &[]))))
    .unwrap();
    assert_eq!((answer.status(), answer.is_redirected()), (302, false));
    let two = &[("location", "/a"), ("location", "/b")];
    let outcome = run(Page::at(PAGE)
        .fetch("/")
        .send(fixed((500, &[]), (302, two))));
    assert!(matches!(
        blocked(outcome).reason(),
        Reason::InvalidRedirect { .. }
    ));
}

// ---- What the script sees -----------------------------------------------------------------------------

#[test]
fn responses_are_filtered() {
    const SAFE: [&str; 7] = [
        "cache-control: no-store",
        "content-language: en",
        "content-length: 4",
        "content-type: text/plain",
        "expires: 0",
        "last-modified: x",
        "pragma: no-cache",
    ];
    const SENT: [(&str, &str); 12] = [
        ("cache-control", "no-store"),
        ("content-language", "en"),
        ("content-length", "4"),
        ("content-type", "text/plain"),
        ("expires", "0"),
        ("last-modified", "x"),
        ("pragma", "no-cache"),
        ("x-a", "1"),
        ("x-a", "2"),
        ("x-b", "3"),
        ("set-cookie", "a=b"),
        ("set-cookie2", "a=b"),
    ];
    const INCLUDE: Credentials = Credentials::Include;
    const OMIT: Credentials = Credentials::Omit;
    // `Access-Control-Expose-Headers`, and what is readable beside the safelisted seven
    #[rustfmt::skip]
    let rows: &[(&str, Credentials, &[&str], &[&str])] = &[
        ("nothing exposed", OMIT, &[], &[]),
        ("one, any case, every line", OMIT, &["X-A"], &["x-a: 1", "x-a: 2"]),
        ("two lines, empty items", OMIT, &["x-a, ,", "x-b"], &["x-a: 1", "x-a: 2", "x-b: 3"]),
        ("one that is not there", OMIT, &["x-c"], &[]),
        ("set-cookie never", OMIT, &["set-cookie, set-cookie2"], &[]),
        ("*", OMIT, &["*"],
         &["access-control-allow-credentials: true", "access-control-allow-origin: https://app.example.com", "access-control-expose-headers: *", "x-a: 1", "x-a: 2", "x-b: 3"]),
        ("* beside another", OMIT, &["x-c, *"],
         &["access-control-allow-credentials: true", "access-control-allow-origin: https://app.example.com", "access-control-expose-headers: x-c, *", "x-a: 1", "x-a: 2", "x-b: 3"]),
        ("* with credentials", INCLUDE, &["*"], &[]),
        ("* with credentials, beside a name", INCLUDE, &["*, x-b"], &["x-b: 3"]),
        ("a list that does not parse", OMIT, &["x-a", "x b"], &[]),
    ];
    for (description, credentials, exposed, expected) in rows {
        let mut headers = SENT.to_vec();
        headers.push(("access-control-allow-origin", PAGE));
        headers.push(("access-control-allow-credentials", "true"));
        headers.extend(
            exposed
                .iter()
                .map(|value| ("access-control-expose-headers", *value)),
        );
        let fetch = Page::at(PAGE).fetch(API).credentials(*credentials);
        let answer = run(fetch.send(fixed((500, &[]), (201, &headers)))).unwrap();
        let mut expected: Vec<&str> = expected.to_vec();
        expected.extend(SAFE);
        expected.sort_unstable();
        assert_eq!(lines(answer.headers()), expected, "{description}");
        assert_eq!(answer.response_type(), ResponseType::Cors, "{description}");
        assert_eq!(
            (answer.status(), answer.is_ok(), answer.url()),
            (201, true, API),
            "{description}"
        );
        assert_eq!(
            answer.wire()[0].response_headers().unwrap().len(),
            headers.len(),
            "{description}"
        );
        assert_eq!(answer.into_body().unwrap(), b"body", "{description}");
    }
    let answer = run(Page::at(PAGE)
        .fetch("/")
        .send(fixed((500, &[]), (404, &SENT))))
    .unwrap();
    let mut expected = SAFE.to_vec();
    expected.extend(["x-a: 1", "x-a: 2", "x-b: 3"]);
    expected.sort_unstable();
    assert_eq!(lines(answer.headers()), expected, "basic: all but cookies");
    assert_eq!(
        (answer.response_type(), answer.status(), answer.is_ok()),
        (ResponseType::Basic, 404, false)
    );
    assert_eq!(answer.header("X-A").as_deref(), Some("1, 2"));
    assert_eq!(answer.header("set-cookie"), None);
}

#[test]
fn opaque_answers_say_nothing() {
    let headers = &[
        ("x-a", "1"),
        ("access-control-allow-origin", "*"),
        ("location", "/"),
    ];
    #[rustfmt::skip]
    let rows: [(&str, fn(&Page) -> Fetch, u16, ResponseType, &str); 3] = [
        ("no-cors", |p| p.fetch(API).mode(Mode::NoCors), 200, ResponseType::Opaque, ""),
        ("manual", |p| p.fetch("/").redirect(Redirect::Manual), 302, ResponseType::OpaqueRedirect,
         "https://app.example.com/"),
        ("manual, of another origin", |p| p.fetch(API).redirect(Redirect::Manual), 302, ResponseType::OpaqueRedirect,
         API),
    ];
    for (description, write, status, response_type, url) in rows {
        let answer =
            run(write(&Page::at(PAGE)).send(fixed((500, &[]), (status, headers)))).unwrap();
        assert_eq!(answer.response_type(), response_type, "{description}");
        assert_eq!(
            (answer.status(), answer.is_ok(), answer.is_redirected()),
            (0, false, false),
            "{description}"
        );
        assert_eq!(answer.url(), url, "{description}");
        assert_eq!(
            (lines(answer.headers()).len(), answer.body()),
            (0, None),
            "{description}"
        );
        assert_eq!(answer.wire().len(), 1, "{description}");
    }
    let own = run(Page::at(PAGE)
        .fetch("/")
        .mode(Mode::NoCors)
        .send(fixed((500, &[]), (200, headers))));
    assert_eq!(
        own.unwrap().response_type(),
        ResponseType::Basic,
        "no-cors at home is readable"
    );
}

#[test]
fn some_answers_have_no_body() {
    for (method, status, has_body) in [
        ("GET", 200, true),
        ("GET", 500, true),
        ("HEAD", 200, false),
        ("GET", 204, false),
        ("GET", 205, false),
        ("GET", 304, false),
    ] {
        let fetch = Page::at(PAGE).fetch("/").method(method);
        let answer = run(fetch.send(fixed((500, &[]), (status, &[])))).unwrap();
        assert_eq!(answer.body().is_some(), has_body, "{method} {status}");
    }
}

#[test]
fn resource_policy_keeps_opaque_responses_away() {
    #[rustfmt::skip]
    let rows = [
        ("none", PAGE, API, None, true),
        ("same-origin", PAGE, "https://api.example.com/", Some("same-origin"), false),
        ("same-site, of the site", PAGE, "https://api.example.com/", Some("same-site"), true),
        ("same-site, of another site", PAGE, API, Some("same-site"), false),
        ("same-site, http page, https resource", "http://a.localhost", "https://a.localhost/", Some("same-site"),
         false),
        ("cross-origin", PAGE, API, Some("cross-origin"), true),
        ("nonsense", PAGE, API, Some("Same-Origin"), true),
    ];
    for (description, page, url, value, allowed) in rows {
        let headers: Vec<_> = value
            .map(|value| ("cross-origin-resource-policy", value))
            .into_iter()
            .collect();
        let fetch = Page::at(page).fetch(url).mode(Mode::NoCors);
        let outcome = run(fetch.send(fixed((500, &[]), (200, &headers))));
        assert_eq!(outcome.is_ok(), allowed, "{description}");
        if let Err(blocked) = outcome {
            assert!(
                matches!(blocked.reason(), Reason::ResourcePolicy { .. }),
                "{description}"
            );
        }
    }
    // With CORS the header does not matter.
    let headers = &[
        ("cross-origin-resource-policy", "same-origin"),
        ("access-control-allow-origin", "*"),
    ];
    assert!(
        run(Page::at(PAGE)
            .fetch(API)
            .send(fixed((500, &[]), (200, headers))))
        .is_ok()
    );
}

#[test]
fn the_tao_check() {
    #[rustfmt::skip]
    let rows: &[(&str, &str, &[&str], bool)] = &[
        ("the own origin needs no header", "/", &[], true),
        ("another origin", API, &[], false),
        ("*", API, &["*"], true),
        ("the origin", API, &[PAGE], true),
        ("the origin in a list, in a second line", API,
         &["https://a.example", "https://b.example , https://app.example.com"], true),
        ("another", API, &["https://b.example"], false),
        ("a comma in quotes does not split", API, &["\"a, *\", b"], false),
        ("another case", API, &["https://APP.example.com"], false),
    ];
    for (description, url, values, expected) in rows {
        let mut headers = vec![("access-control-allow-origin", "*")];
        headers.extend(values.iter().map(|value| ("timing-allow-origin", *value)));
        let answer = run(Page::at(PAGE)
            .fetch(*url)
            .send(fixed((500, &[]), (200, &headers))))
        .unwrap();
        assert_eq!(answer.is_timing_allowed(), *expected, "{description}");
    }
    // Every hop must allow it, the second of two other origins to `null`.
    for (first, second, expected) in [
        ("*", "*", true),
        ("", "*", false),
        ("*", "", false),
        ("*", PAGE, false),
        ("*", "null", true),
    ] {
        let server = Server(|request: Request<Vec<u8>>| {
            let grant = ("access-control-allow-origin", "*");
            if request.headers()["host"] == "api.example.net" {
                respond(
                    302,
                    &[
                        grant,
                        ("location", "https://c.example.org/"),
                        ("timing-allow-origin", first),
                    ],
                )
            } else {
                respond(200, &[grant, ("timing-allow-origin", second)])
            }
        });
        let answer = run(Page::at(PAGE).fetch(API).send(server)).unwrap();
        assert_eq!(
            answer.is_timing_allowed(),
            expected,
            "{first:?} then {second:?}"
        );
    }
}

// ---- Cookies ------------------------------------------------------------------------------------------

#[test]
fn cookies_go_where_the_credentials_mode_and_the_site_let_them() {
    const NONE: &str = "c=1; Secure; SameSite=None";
    let include: fn(Fetch) -> Fetch = |f| f.credentials(Credentials::Include);
    let default: fn(Fetch) -> Fetch = |f| f;
    type Row = (
        &'static str,
        Page,
        &'static str,
        &'static str,
        &'static str,
        fn(Fetch) -> Fetch,
        bool,
    );
    #[rustfmt::skip]
    let rows: &[Row] = &[
        ("to the own origin", Page::at(PAGE), PAGE, "c=1", PAGE, default, true),
        ("not with omit", Page::at(PAGE), PAGE, "c=1", PAGE, |f| f.credentials(Credentials::Omit), false),
        ("not to another origin", Page::at(PAGE), API, NONE, API, default, false),
        ("to another origin with include", Page::at(PAGE), API, NONE, API, include, true),
        ("to another origin with include, no-cors", Page::at(PAGE), API, NONE, API,
         |f| f.credentials(Credentials::Include).mode(Mode::NoCors), true),
        ("to another site: not SameSite=Lax", Page::at(PAGE), API, "c=1; SameSite=Lax", API, include, false),
        ("to another site: not SameSite=Strict", Page::at(PAGE), API, "c=1; SameSite=Strict", API, include, false),
        ("to another site: nothing said", Page::at(PAGE), API, "c=1", API, include, true),
        ("to the same site: SameSite=Strict", Page::at(PAGE), "https://api.example.com", "c=1; SameSite=Strict",
         "https://api.example.com", include, true),
        ("a frame without origin is of no site", Page::sandboxed_in(PAGE), PAGE, "c=1; SameSite=Lax", PAGE, include,
         false),
        ("another host", Page::at(PAGE), "https://b.example.net", NONE, API, include, false),
        ("another port, the same host", Page::at(PAGE), "https://api.example.net:444", NONE, API, include, true),
        ("a host's cookie is not for hosts beneath", Page::at(PAGE), "https://example.net", NONE, API, include,
         false),
        ("a domain's is", Page::at(PAGE), "https://example.net", "c=1; Secure; SameSite=None; Domain=example.net",
         API, include, true),
        ("a path above", Page::at(PAGE), "https://api.example.net/", "c=1; Secure; SameSite=None; Path=/a",
         "https://api.example.net/a/b", include, true),
        ("a path beside", Page::at(PAGE), "https://api.example.net/", "c=1; Secure; SameSite=None; Path=/a",
         "https://api.example.net/ab", include, false),
        ("the default path", Page::at(PAGE), "https://api.example.net/a/b", NONE, "https://api.example.net/c",
         include, false),
        ("Secure to http", Page::at("http://app.example.com"), "https://api.example.net", NONE,
         "http://api.example.net/", include, false),
        ("Secure to loopback", Page::at("http://app.example.com"), "http://localhost:3000", NONE,
         "http://localhost:3000/", include, true),
    ];
    for (description, page, from, cookie, url, write, expected) in rows {
        assert!(page.browser().set_cookie(from, cookie), "{description}");
        let outcome = run(write(page.fetch(*url)).send(fixed((500, &[]), (200, &[]))));
        let headers = wire_of(&outcome)[0].request_headers();
        let cookies = headers.get("cookie").map(|value| value.to_str().unwrap());
        assert_eq!(cookies, expected.then_some("c=1"), "{description}");
    }
}

#[test]
fn a_browser_refuses_bad_cookies() {
    #[rustfmt::skip]
    let rows = [
        ("no name", API, "=1", false),
        ("no pair", API, "c", false),
        ("Secure from http", "http://api.example.net", "c=1; Secure", false),
        ("SameSite=None without Secure", API, "c=1; SameSite=None", false),
        ("another host's domain", API, "c=1; Domain=example.org", false),
        ("a public suffix", "https://a.github.io", "c=1; Domain=github.io", false),
        ("a top-level domain", API, "c=1; Domain=net", false),
        ("no URL", "nonsense", "c=1", false),
        ("a good one", API, "c=1; Domain=.Example.NET; Path=/; HttpOnly; Max-Age=10", true),
    ];
    for (description, url, line, expected) in rows {
        let browser = Browser::new().public_suffix("github.io");
        assert_eq!(browser.set_cookie(url, line), expected, "{description}");
    }
}

#[test]
fn cookies_are_stored_only_from_responses_to_requests_with_credentials() {
    const SET: &str = "c=1; Secure; SameSite=None; Max-Age=10";
    let page = Page::at(PAGE);
    let sent = |server_sets: &'static str, credentials| {
        let mut headers = vec![
            ("access-control-allow-origin", PAGE),
            ("access-control-allow-credentials", "true"),
        ];
        headers.extend((!server_sets.is_empty()).then_some(("set-cookie", server_sets)));
        let fetch = page.fetch(API).credentials(credentials);
        let outcome = run(fetch.send(fixed((500, &[]), (200, &headers))));
        wire_of(&outcome)[0]
            .request_headers()
            .get("cookie")
            .map(|v| v.to_str().unwrap().to_owned())
    };
    assert_eq!(sent(SET, Credentials::SameOrigin), None);
    assert_eq!(
        sent("", Credentials::Include),
        None,
        "not stored without credentials"
    );
    assert_eq!(sent("c=1; SameSite=Lax", Credentials::Include), None);
    assert_eq!(
        sent("", Credentials::Include),
        None,
        "another site cannot set SameSite=Lax"
    );
    assert_eq!(sent(SET, Credentials::Include), None);
    assert_eq!(sent("", Credentials::SameOrigin), None);
    assert_eq!(
        sent("", Credentials::Include).as_deref(),
        Some("c=1"),
        "stored with credentials"
    );
    page.browser().advance(Duration::from_secs(9));
    assert_eq!(sent("", Credentials::Include).as_deref(), Some("c=1"));
    page.browser().advance(Duration::from_secs(1));
    assert_eq!(sent("", Credentials::Include), None, "expired");
}

// ---- The HTTP cache -------------------------------------------------------------------------------------

/// A counted server with one response for all.
fn counted(
    headers: Headers<'static>,
) -> (
    Arc<AtomicUsize>,
    Server<impl FnMut(Request<Vec<u8>>) -> Response<Vec<u8>> + Clone>,
) {
    let count = Arc::new(AtomicUsize::new(0));
    let counter = count.clone();
    let server = Server(move |request: Request<Vec<u8>>| {
        counter.fetch_add(1, Ordering::SeqCst);
        if request.headers().contains_key("if-none-match") {
            return respond(304, headers);
        }
        respond(200, headers)
    });
    (count, server)
}

#[test]
fn the_http_cache_honours_freshness_and_vary() {
    const GRANT: (&str, &str) = ("access-control-allow-origin", "*");
    const FRESH: (&str, &str) = ("cache-control", "max-age=60");
    let get: fn(&Page) -> Fetch = |p| p.fetch(API);
    type Row = (
        &'static str,
        bool,
        Headers<'static>,
        fn(&Page) -> Fetch,
        u64,
        fn(&Page) -> Fetch,
        usize,
    );
    #[rustfmt::skip]
    let rows: &[Row] = &[
        ("no cache", false, &[GRANT, FRESH], get, 0, get, 2),
        ("fresh", true, &[GRANT, FRESH], get, 59, get, 1),
        ("stale", true, &[GRANT, FRESH], get, 60, get, 2),
        ("no lifetime", true, &[GRANT], get, 0, get, 2),
        ("no-store", true, &[GRANT, ("cache-control", "no-store, max-age=60")], get, 0, get, 2),
        ("no-cache", true, &[GRANT, ("cache-control", "no-cache, max-age=60")], get, 0, get, 2),
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
        let (count, mut server) = counted(headers);
        assert!(run(first(&page).send(&mut server)).is_ok(), "{description}");
        page.browser().advance(Duration::from_secs(*wait));
        let answer = run(second(&page).send(&mut server)).unwrap();
        assert_eq!(count.load(Ordering::SeqCst), *expected, "{description}");
        assert_eq!(answer.is_from_http_cache(), *expected == 1, "{description}");
        assert_eq!(answer.wire().len(), expected - 1, "{description}");
    }
}

#[test]
fn the_http_cache_is_partitioned_by_site_and_invalidated_by_unsafe_methods() {
    let (count, mut server) = counted(&[
        ("access-control-allow-origin", "*"),
        ("cache-control", "max-age=60"),
    ]);
    let browser = Browser::new().http_cache(true);
    let mut get = |page: &Page, method: &str| {
        assert!(run(page.fetch(API).method(method).send(&mut server)).is_ok());
        count.load(Ordering::SeqCst)
    };
    let page = browser.page(PAGE);
    assert_eq!(get(&page, "GET"), 1);
    assert_eq!(
        get(&browser.page("https://admin.example.com"), "GET"),
        1,
        "same site"
    );
    assert_eq!(
        get(&browser.page("https://app.example.org"), "GET"),
        2,
        "another site"
    );
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
        let origin = request
            .headers()
            .get("origin")
            .map_or("", |value| value.to_str().unwrap());
        respond(
            200,
            &[
                ("access-control-allow-origin", origin),
                ("cache-control", "max-age=60"),
            ],
        )
    });
    let browser = Browser::new().http_cache(true);
    assert!(run(browser.page(PAGE).fetch(API).send(&mut server)).is_ok());
    let blocked = blocked(run(browser
        .page("https://admin.example.com")
        .fetch(API)
        .send(&mut server)));
    assert!(matches!(
        blocked.reason(),
        Reason::AllowOriginMismatch { .. }
    ));
    assert_eq!(summary(blocked.wire()), "", "nothing crossed the wire");
}

#[test]
fn a_stale_response_is_revalidated() {
    for validator in ["etag", "last-modified"] {
        let mut answers = 0;
        let mut server = Server(move |request: Request<Vec<u8>>| {
            answers += 1;
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
        let second = run(page.fetch(API).send(&mut server)).unwrap();
        assert_eq!(
            (second.status(), second.wire().len()),
            (200, 1),
            "revalidated"
        );
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
    let (count, mut server) = counted(&[]);
    let page = Browser::new().http_cache(true).page(PAGE);
    let cached = |page: &Page| {
        page.fetch("/")
            .mode(Mode::SameOrigin)
            .cache(CacheMode::OnlyIfCached)
    };
    let outcome = run(cached(&page).send(&mut server));
    assert!(matches!(blocked(outcome).reason(), Reason::NotCached));
    let _ = run(page.fetch("/").send(&mut server)).unwrap();
    assert!(
        run(cached(&page).send(&mut server))
            .unwrap()
            .is_from_http_cache()
    );
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

// ---- Services -------------------------------------------------------------------------------------------

#[test]
fn a_failing_service_is_a_reason_with_a_source() {
    let failing = |ready: Result<(), &'static str>| {
        struct Failing(Result<(), &'static str>);
        impl Service<Request<Vec<u8>>> for Failing {
            type Response = Response<Vec<u8>>;
            type Error = Box<dyn std::error::Error + Send + Sync>;
            type Future = Ready<Result<Self::Response, Self::Error>>;
            fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
                Poll::Ready(self.0.map_err(Into::into))
            }
            fn call(&mut self, _: Request<Vec<u8>>) -> Self::Future {
                ready_err("broke")
            }
        }
        fn ready_err<T>(text: &str) -> Ready<Result<T, Box<dyn std::error::Error + Send + Sync>>> {
            std::future::ready(Err(text.into()))
        }
        Failing(ready)
    };
    for (ready, text, wire) in [
        (Ok(()), "broke", "GET https://api.example.net/ failed"),
        (Err("never ready"), "never ready", ""),
    ] {
        let blocked = blocked(run(Page::at(PAGE).fetch(API).send(failing(ready))));
        assert!(matches!(blocked.reason(), Reason::Service { .. }));
        assert_eq!(
            blocked.to_string(),
            "fetch of \"https://api.example.net/\" from \"https://app.example.com\" was blocked: the service failed"
        );
        let source = std::error::Error::source(&blocked).unwrap();
        assert_eq!(source.to_string(), text);
        assert_eq!(summary(blocked.wire()), wire);
    }
}

/// Panics as tower's own services do when called without having been polled ready.
#[derive(Clone, Default)]
struct Strict {
    ready: bool,
    log: Arc<Mutex<Vec<String>>>,
}

impl Service<Request<Vec<u8>>> for Strict {
    type Response = Response<Vec<u8>>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Vec<u8>>, Infallible>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        if self.ready {
            return Poll::Ready(Ok(()));
        }
        // Ready at the second poll
        self.ready = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn call(&mut self, request: Request<Vec<u8>>) -> Self::Future {
        assert!(
            std::mem::take(&mut self.ready),
            "called before it was ready"
        );
        self.log.lock().unwrap().push(format!(
            "{:?} {} {} {:?} {}",
            request.version(),
            request.method(),
            request.uri(),
            request
                .headers()
                .get("host")
                .map(|host| host.to_str().unwrap()),
            String::from_utf8_lossy(request.body()),
        ));
        ready(Ok(respond(
            200,
            &[
                ("access-control-allow-origin", "*"),
                ("access-control-allow-methods", "*"),
            ],
        )))
    }
}

#[test]
fn a_service_is_polled_ready_before_each_call_and_gets_the_message() {
    #[rustfmt::skip]
    let rows = [
        (false,
         ["HTTP/1.1 OPTIONS /a?b Some(\"api.example.net:444\") ", "HTTP/1.1 PUT /a?b Some(\"api.example.net:444\") text"]),
        (true,
         ["HTTP/2.0 OPTIONS https://api.example.net:444/a?b None ", "HTTP/2.0 PUT https://api.example.net:444/a?b None text"]),
    ];
    for (http2, expected) in rows {
        let service = Strict::default();
        let page = Browser::new().http2(http2).page(PAGE);
        let fetch = page
            .fetch("https://api.example.net:444/a?b")
            .method("PUT")
            .body("text");
        assert!(run(fetch.send(service.clone())).is_ok());
        assert_eq!(*service.log.lock().unwrap(), expected);
    }
}

#[test]
fn a_body_is_sent_again_after_a_redirect() {
    let bodies = Arc::new(Mutex::new(Vec::new()));
    let seen = bodies.clone();
    let server = Server(move |request: Request<Vec<u8>>| {
        let mut seen = seen.lock().unwrap();
        seen.push(String::from_utf8(request.into_body()).unwrap());
        if seen.len() == 1 {
            respond(307, &[("location", "/b")])
        } else {
            respond(200, &[])
        }
    });
    assert!(
        run(Page::at(PAGE)
            .fetch("/a")
            .method("POST")
            .body("x")
            .send(server))
        .is_ok()
    );
    assert_eq!(*bodies.lock().unwrap(), ["x", "x"]);
}

#[test]
fn bodies_have_the_bytes_and_types_of_their_kinds() {
    #[rustfmt::skip]
    let rows = [
        ("text", RequestBody::text("a&b"), "a&b", Some("text/plain;charset=UTF-8")),
        ("form", RequestBody::form("a=b"), "a=b", Some("application/x-www-form-urlencoded;charset=UTF-8")),
        ("multipart", RequestBody::multipart([("a", "b")]),
         "------FormBoundarySimulatedBrowser\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n------FormBoundarySimulatedBrowser--\r\n",
         Some("multipart/form-data; boundary=----FormBoundarySimulatedBrowser")),
        ("blob", RequestBody::blob("x", "Image/PNG"), "x", Some("image/png")),
        ("blob with a type past ASCII", RequestBody::blob("x", "text/ü"), "x", None),
        ("bytes", RequestBody::from(vec![b'x']), "x", None),
        ("Bytes", RequestBody::from(Bytes::from_static(b"x")), "x", None),
        ("str", RequestBody::from("x"), "x", Some("text/plain;charset=UTF-8")),
        ("String", RequestBody::from("x".to_owned()), "x", Some("text/plain;charset=UTF-8")),
    ];
    for (description, body, bytes, content_type) in rows {
        assert_eq!(body.content_type(), content_type, "{description}");
        let echo = Server(|request: Request<Vec<u8>>| {
            let mut response = Response::new(request.body().clone());
            *response.headers_mut() = request.headers().clone();
            response
        });
        let answer = run(Page::at(PAGE)
            .fetch("/")
            .method("POST")
            .body(body)
            .send(echo))
        .unwrap();
        assert_eq!(
            answer.header("content-type").as_deref(),
            content_type,
            "{description}"
        );
        assert_eq!(
            String::from_utf8(answer.into_body().unwrap()).unwrap(),
            bytes,
            "{description}"
        );
    }
}

#[test]
fn services_of_other_body_types() {
    use http_body_util::{BodyExt, Full};

    run(async {
        let page = Page::at(PAGE);

        let full = service_fn(|request: Request<Full<Bytes>>| async move {
            let body = request.into_body().collect().await.unwrap().to_bytes();
            Ok::<_, Infallible>(Response::new(Full::new(body)))
        });
        let answer = page
            .fetch("/")
            .method("POST")
            .body("x")
            .send(full)
            .await
            .unwrap();
        let body = answer
            .into_body()
            .unwrap()
            .collect()
            .await
            .unwrap()
            .to_bytes();
        assert_eq!(body, "x");

        let app =
            axum::Router::new().route("/", axum::routing::post(|body: String| async { body }));
        let answer = page
            .fetch("/")
            .method("POST")
            .body("x")
            .send(app)
            .await
            .unwrap();
        let body = answer
            .into_body()
            .unwrap()
            .collect()
            .await
            .unwrap()
            .to_bytes();
        assert_eq!(body, "x");

        let unlike = service_fn(|request: Request<String>| async move {
            Ok::<_, Infallible>(Response::new(request.body().len()))
        });
        let fetch = page.fetch("/").method("POST").body("four");
        let answer = fetch
            .send_with(unlike, |bytes| String::from_utf8_lossy(&bytes).into_owned())
            .await
            .unwrap();
        assert_eq!(answer.into_body(), Some(4));
    });
}

#[test]
fn fetches_can_be_spawned() {
    fn assert_send<T: Send>(value: T) -> T {
        value
    }
    let page = Page::at(PAGE);
    let fetch = assert_send(page.fetch("/").send(Strict::default()));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .build()
        .unwrap();
    let answer = runtime.block_on(async { tokio::spawn(fetch).await.unwrap().unwrap() });
    assert_eq!(answer.status(), 200);
    assert_send(blocked(run(page.fetch("nonsense://").send(open()))));
}

#[test]
fn an_exchange_prints_both_heads() {
    let outcome = run(Page::at(PAGE)
        .fetch("/a")
        .header("user-agent", "me")
        .send(fixed((500, &[]), (404, &[("x-a", "1")]))));
    assert_eq!(
        wire_of(&outcome)[0].to_string(),
        "> GET https://app.example.com/a {\"host\": \"app.example.com\", \"user-agent\": \"me\", \
         \"accept\": \"*/*\", \"sec-fetch-dest\": \"empty\", \"sec-fetch-mode\": \"cors\", \
         \"sec-fetch-site\": \"same-origin\"}\n< 404 {\"x-a\": \"1\"}"
    );
}

// ---- No input makes it panic ------------------------------------------------------------------------------

mod any_input {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn does_not_panic(
            page in "(https?|tauri)?:?/?/?[a-zA-Z0-9.:@\\[\\]\\\\/%-]{0,20}|.{0,20}",
            url in "(https?:)?/{0,2}[a-z0-9.:@\\[\\]\\\\/%?#-]{0,20}|.{0,20}",
            method in "[A-Za-z*]{0,6}|.{0,6}",
            name in "[A-Za-z-]{0,14}|.{0,6}",
            value in "[ -~]{0,20}|.{0,20}",
            location in "(https?:)?/{0,2}[a-z0-9.:@\\[\\]\\\\/%?#-]{0,20}",
            set in proptest::collection::vec(("(access-control-allow-(origin|methods|headers|credentials)|access-control-(max-age|expose-headers)|timing-allow-origin|vary|cache-control|set-cookie|location)", "[ -~]{0,20}"), 0..6),
            status in 200_u16..600,
        ) {
            let server = Server(move |_: Request<Vec<u8>>| {
                let mut response = Response::builder().status(status).header("location", &location);
                for (name, value) in &set {
                    response = response.header(name, value);
                }
                response.body(Vec::new()).unwrap()
            });
            let page = Browser::new().http_cache(true).page(page);
            let mut fetch = page.fetch(url).method(method).header(name, value);
            for mode in [Mode::Cors, Mode::NoCors, Mode::SameOrigin] {
                fetch = fetch.mode(mode).credentials(Credentials::Include);
                let outcome = run(fetch.clone().send(server.clone()));
                prop_assert!(!verdict(&outcome).is_empty());
            }
        }

        #[test]
        fn an_absolute_url_survives_a_second_parse(
            url in "https?://[a-z0-9.-]{1,12}(:[0-9]{1,5})?/[ -~]{0,20}"
        ) {
            let first = run(Page::at(PAGE).fetch(url).send(open()));
            if let Some(exchange) = wire_of(&first).first() {
                let second = run(Page::at(PAGE).fetch(exchange.url()).send(open()));
                prop_assert_eq!(wire_of(&second)[0].url(), exchange.url());
            }
        }
    }
}
