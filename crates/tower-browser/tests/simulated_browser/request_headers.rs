//! The headers that only the browser sets.

use tower_browser::{
    Browser, Page,
    options::{Credentials, Mode},
};

use crate::support::{API, PAGE, Write, fixed, lines, open, run, verdict, wire_of};

#[test]
fn the_browser_sets_its_own_headers() {
    type Row = (&'static str, Page, Write, &'static [&'static str]);
    const METADATA: [&str; 2] =
        ["sec-fetch-dest: empty", "user-agent: Mozilla/5.0 (compatible; tower-browser)"];
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
        ("a web view on Android", Page::at("capacitor://"), |page| page.fetch(API),
         &["accept: */*", "host: api.example.net", "origin: capacitor://", "sec-fetch-mode: cors", "sec-fetch-site: cross-site"]),
        ("Electron", Page::at("app://."), |page| page.fetch(API),
         &["accept: */*", "host: api.example.net", "origin: app://.", "sec-fetch-mode: cors", "sec-fetch-site: cross-site"]),
        ("a web view with a local page", Page::at("file://"), |page| page.fetch(API),
         &["accept: */*", "host: api.example.net", "origin: file://", "sec-fetch-mode: cors", "sec-fetch-site: cross-site"]),
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
    assert!(page.browser().set_cookie(API, "id=1; Secure; SameSite=None"));
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
            "user-agent: Mozilla/5.0 (compatible; tower-browser)",
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
            "user-agent: Mozilla/5.0 (compatible; tower-browser)",
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
        assert_eq!(headers.contains_key("sec-fetch-site"), expected, "{description}");
        assert_eq!(headers.contains_key("sec-fetch-mode"), expected, "{description}");
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
