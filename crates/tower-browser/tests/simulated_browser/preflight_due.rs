//! When a preflight is due: by method, header names and values, body and mode.

use tower_browser::{
    Fetch, Page,
    answer::ResponseType,
    exchange::ExchangeKind,
    options::{Credentials, Mode, RequestBody},
};

use crate::support::{API, PAGE, fixed, open, run, summary, verdict, wire_of};

#[test]
fn a_preflight_is_due_when_the_standard_says_so() {
    // What `Access-Control-Request-Method` and `-Headers` say, or that there is no preflight.
    type Row = (&'static str, fn(Fetch) -> Fetch, Option<(&'static str, Option<&'static str>)>);
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
        let asked = wire.first().filter(|exchange| exchange.is_preflight()).map(|exchange| {
            let text = |name| {
                let value: Option<&http::HeaderValue> = exchange.request_headers().get(name);
                value.map(|value| value.to_str().unwrap())
            };
            let method = text("access-control-request-method").unwrap();
            (method, text("access-control-request-headers"))
        });
        assert_eq!(asked, *expected, "{description}");
        assert_eq!(wire.len(), 1 + usize::from(expected.is_some()), "{description}");
        assert_eq!(wire[wire.len() - 1].kind(), ExchangeKind::Actual, "{description}");
    }
}

#[test]
fn a_page_needs_no_preflight_for_its_own_origin() {
    let fetch = Page::at(PAGE).fetch("/x").method("PUT").header("authorization", "t");
    let outcome = run(fetch.send(fixed((403, &[]), (200, &[]))));
    assert_eq!(verdict(&outcome), "ok");
    assert_eq!(summary(wire_of(&outcome)), "PUT https://app.example.com/x 200");
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
