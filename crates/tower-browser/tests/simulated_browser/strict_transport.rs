//! HSTS: what is learned from responses, and what it does to requests.

use std::time::Duration;

use http::{Request, Response};
use tower_browser::{Browser, Page, Reason};

use crate::support::{Server, blocked, open, respond, run, summary};

const HTTP_PAGE: &str = "http://app.example.com";

/// Grants everything, and sends `Strict-Transport-Security` with this value.
fn strict(line: &'static str) -> Server<impl FnMut(Request<Vec<u8>>) -> Response<Vec<u8>>> {
    Server(move |_: Request<Vec<u8>>| {
        respond(
            200,
            &[
                ("access-control-allow-origin", "*"),
                ("access-control-allow-methods", "*"),
                ("strict-transport-security", line),
            ],
        )
    })
}

#[test]
fn responses_over_https_make_hosts_known() {
    type Row = (&'static str, &'static str, &'static str, &'static str, &'static str);
    #[rustfmt::skip]
    let rows: &[Row] = &[
        ("learned", "https://api.example.net/", "max-age=60", "http://api.example.net/x", "https://api.example.net/x"),
        ("the port stays", "https://api.example.net/", "max-age=60", "http://api.example.net:8080/", "https://api.example.net:8080/"),
        ("over http it says nothing", "http://api.example.net/", "max-age=60", "http://api.example.net/", "http://api.example.net/"),
        ("subdomains", "https://example.net/", "max-age=60; includeSubDomains", "http://api.example.net/", "https://api.example.net/"),
        ("not unless included", "https://example.net/", "max-age=60", "http://api.example.net/", "http://api.example.net/"),
        ("loopback is left alone", "https://api.localhost/", "max-age=60", "http://api.localhost/", "http://api.localhost/"),
    ];
    for (description, first, line, second, expected) in rows {
        let page = Page::at(HTTP_PAGE);
        assert!(run(page.fetch(*first).send(strict(line))).is_ok(), "{description}");
        let answer = run(page.fetch(*second).send(open())).unwrap();
        assert_eq!(answer.url(), *expected, "{description}");
        assert_eq!(answer.wire()[0].url(), *expected, "{description}");
        assert!(!answer.is_redirected(), "{description}");
        assert_eq!(answer.wire()[0].request_headers()["origin"], HTTP_PAGE, "{description}");
    }
}

#[test]
fn a_preflight_teaches_too_and_is_upgraded() {
    let page = Page::at(HTTP_PAGE);
    let put = |url: &str| page.fetch(url).method("PUT");
    assert!(run(put("https://api.example.net/").send(strict("max-age=60"))).is_ok());
    let answer = run(put("http://api.example.net/x").send(open())).unwrap();
    assert_eq!(
        summary(answer.wire()),
        "OPTIONS https://api.example.net/x 200, PUT https://api.example.net/x 200"
    );
}

#[test]
fn what_is_known_is_forgotten() {
    let browser = Browser::new();
    let page = browser.page(HTTP_PAGE);
    let url = |page: &Page| {
        run(page.fetch("http://api.example.net/").send(open())).unwrap().url().to_owned()
    };
    assert!(browser.set_strict_transport_security("https://api.example.net", "max-age=60"));
    assert_eq!(url(&page), "https://api.example.net/");
    browser.advance(Duration::from_secs(60));
    assert_eq!(url(&page), "http://api.example.net/", "expired");
    assert!(browser.set_strict_transport_security("https://api.example.net", "max-age=60"));
    let again = page.fetch("https://api.example.net/").send(strict("max-age=0"));
    assert!(run(again).is_ok());
    assert_eq!(url(&page), "http://api.example.net/", "max-age=0");
}

#[test]
fn mixed_content_is_blocked_all_the_same() {
    let browser = Browser::new();
    assert!(browser.set_strict_transport_security("https://api.example.net", "max-age=60"));
    let page = browser.page("https://app.example.com");
    let outcome = run(page.fetch("http://api.example.net/").send(open()));
    assert!(matches!(blocked(outcome).reason(), Reason::MixedContent { .. }));
}

#[test]
fn a_redirect_to_http_is_upgraded() {
    let server = Server(|request: Request<Vec<u8>>| {
        let grant = ("access-control-allow-origin", "*");
        match request.uri().path() {
            "/old" => respond(302, &[grant, ("location", "http://api.example.net/new")]),
            _ => respond(200, &[grant]),
        }
    });
    let browser = Browser::new();
    assert!(browser.set_strict_transport_security("https://api.example.net", "max-age=60"));
    let page = browser.page(HTTP_PAGE);
    let answer = run(page.fetch("https://api.example.net/old").send(server)).unwrap();
    assert_eq!(answer.url(), "https://api.example.net/new");
}

#[test]
fn a_page_and_its_upgraded_form_are_two_origins() {
    // A relative URL leads to the host's https, which is another origin than the page's.
    let browser = Browser::new();
    assert!(browser.set_strict_transport_security("https://app.example.com", "max-age=60"));
    let page = browser.page(HTTP_PAGE);
    let outcome = run(page.fetch("/x").send(Server(|_: Request<Vec<u8>>| respond(200, &[]))));
    assert!(matches!(blocked(outcome).reason(), Reason::MissingAllowOrigin { .. }));
}
