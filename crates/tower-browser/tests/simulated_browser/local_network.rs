//! Requests of public pages to local networks and to the machine itself.

use tower_browser::{
    Browser, Page,
    exchange::LocalNetworkAccess,
    options::{
        AddressSpace::{self, Local, Loopback, Public},
        Mode,
    },
};

use crate::support::{PAGE, Write, open, run, summary, verdict, wire_of};

#[test]
fn requests_to_a_less_public_address_space_are_reported() {
    type Row = (&'static str, &'static str, Write, Option<(AddressSpace, AddressSpace, bool)>);
    const LAN: &str = "https://192.168.1.9";
    #[rustfmt::skip]
    let rows: &[Row] = &[
        ("public to public", PAGE, |p| p.fetch("https://api.example.net/"), None),
        ("public to loopback", PAGE, |p| p.fetch("http://localhost:8080/"), Some((Public, Loopback, true))),
        ("public to local", PAGE, |p| p.fetch("https://192.168.1.1/"), Some((Public, Local, true))),
        ("an address in hexadecimal", PAGE, |p| p.fetch("https://0xc0a80101/"), Some((Public, Local, true))),
        ("local to loopback", LAN, |p| p.fetch("http://127.0.0.1/"), Some((Local, Loopback, true))),
        ("local to local", LAN, |p| p.fetch("https://10.0.0.1/"), None),
        ("local to public", LAN, |p| p.fetch("https://api.example.net/"), None),
        ("loopback to loopback", "http://localhost:3000", |p| p.fetch("http://127.0.0.1:8080/"), None),
        ("an insecure page", "http://app.example.com", |p| p.fetch("http://127.0.0.1/"), Some((Public, Loopback, false))),
        ("in the mode no-cors, too", PAGE, |p| p.fetch("http://127.0.0.1/").mode(Mode::NoCors), Some((Public, Loopback, true))),
        ("an element, too", PAGE, |p| p.element("http://127.0.0.1/", tower_browser::options::Element::Image), Some((Public, Loopback, true))),
        ("a link is not", PAGE, |p| p.navigate("http://127.0.0.1/"), None),
        ("a web view is not", "tauri://app", |p| p.fetch("http://127.0.0.1/"), None),
    ];
    for (description, page, write, expected) in rows {
        let outcome = run(write(&Page::at(*page)).send(open()));
        let access = wire_of(&outcome)[0].local_network_access();
        let seen = access.map(|it| (it.page(), it.target(), it.is_prompted()));
        assert_eq!(seen, *expected, "{description}");
        assert_eq!(verdict(&outcome), "ok", "{description}: reported, not blocked");
    }
}

#[test]
fn a_preflight_is_reported_too() {
    let put = Page::at(PAGE).fetch("http://127.0.0.1/").method("PUT");
    let answer = run(put.send(open())).unwrap();
    assert_eq!(answer.wire().len(), 2);
    assert!(answer.wire().iter().all(|exchange| exchange.local_network_access().is_some()));
}

#[test]
fn texts() {
    let of = |page: &str| -> LocalNetworkAccess {
        let answer = run(Page::at(page).fetch("http://127.0.0.1/").send(open())).unwrap();
        answer.wire()[0].local_network_access().unwrap()
    };
    assert_eq!(
        of(PAGE).to_string(),
        "a page in the public address space asks a server in the loopback address space: Chromium \
         asks the user first"
    );
    assert_eq!(
        of("http://app.example.com").to_string(),
        "a page in the public address space asks a server in the loopback address space: Chromium \
         blocks it, because the page is not a secure context"
    );
}

#[test]
fn it_is_blocked_if_a_test_says_so() {
    type Row = (&'static str, &'static str, &'static str);
    #[rustfmt::skip]
    let rows: &[Row] = &[
        (PAGE, "the user has not allowed the page to reach devices in the local network",
         "ask the user to allow it, or serve the API from a public address"),
        ("http://app.example.com", "the page is served over http, and only secure pages may ask the user",
         "serve the page over https"),
    ];
    for (page, culprit, suggestion) in rows {
        let page = Browser::new().block_local_network(true).page(*page);
        let outcome = run(page.fetch("http://127.0.0.1/").method("PUT").send(open()));
        assert_eq!(
            verdict(&outcome),
            "\"http://127.0.0.1/\" is in the loopback address space, and the page in the public \
             address space has no permission to ask it"
        );
        assert_eq!(summary(wire_of(&outcome)), "", "nothing crossed the wire");
        let reason = outcome.unwrap_err().into_reason();
        assert_eq!(
            (reason.culprit().as_str(), reason.suggestion().as_str()),
            (*culprit, *suggestion)
        );
        assert!(run(page.fetch("https://api.example.net/").send(open())).is_ok());
    }
}
