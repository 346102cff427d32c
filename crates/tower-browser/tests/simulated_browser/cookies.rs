//! Cookies.

use std::time::Duration;

use tower_browser::{
    Browser, Fetch, Page,
    options::{Credentials, Mode},
};

use crate::support::{API, PAGE, fixed, run, wire_of};

#[test]
fn cookies_go_where_the_credentials_mode_and_the_site_let_them() {
    type Row =
        (&'static str, Page, &'static str, &'static str, &'static str, fn(Fetch) -> Fetch, bool);
    const NONE: &str = "c=1; Secure; SameSite=None";
    let include: fn(Fetch) -> Fetch = |f| f.credentials(Credentials::Include);
    let default: fn(Fetch) -> Fetch = |f| f;
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
        wire_of(&outcome)[0].request_headers().get("cookie").map(|v| v.to_str().unwrap().to_owned())
    };
    assert_eq!(sent(SET, Credentials::SameOrigin), None);
    assert_eq!(sent("", Credentials::Include), None, "not stored without credentials");
    assert_eq!(sent("c=1; SameSite=Lax", Credentials::Include), None);
    assert_eq!(sent("", Credentials::Include), None, "another site cannot set SameSite=Lax");
    let home = page.browser().page(API);
    let own = run(home.fetch("/").send(fixed((500, &[]), (200, &[]))));
    let own = wire_of(&own)[0].request_headers().contains_key("cookie");
    assert!(!own, "nor did it");
    assert_eq!(sent(SET, Credentials::Include), None);
    assert_eq!(sent("", Credentials::SameOrigin), None);
    assert_eq!(sent("", Credentials::Include).as_deref(), Some("c=1"), "stored with credentials");
    page.browser().advance(Duration::from_secs(9));
    assert_eq!(sent("", Credentials::Include).as_deref(), Some("c=1"));
    page.browser().advance(Duration::from_secs(1));
    assert_eq!(sent("", Credentials::Include), None, "expired");
}
