//! What a page asks for without `fetch()`: sockets, streams, elements, forms; and the policies of the
//! page itself.

use http::{Request, Response};
use tower_browser::{
    Browser, Fetch, Page, Reason,
    answer::ResponseType,
    options::{Credentials, Element, Mode, ReferrerPolicy, RequestBody},
};

use crate::support::{API, Headers, PAGE, Server, fixed, respond, run, summary, verdict, wire_of};

/// Description, page, policy, URL, whether it is allowed.
type PolicyRow = (&'static str, Page, &'static str, &'static str, bool);

#[test]
fn content_security_policies() {
    let page = || Page::at(PAGE);
    let http = || Page::at("http://app.example.com");
    #[rustfmt::skip]
    let rows: &[PolicyRow] = &[
        ("no directive for scripts' requests", page(), "img-src 'none'", API, true),
        ("the page itself only", page(), "connect-src 'self'", API, false),
        ("the page itself", page(), "connect-src 'self'", "/x", true),
        ("the default", page(), "default-src 'self'", API, false),
        ("the directive before the default", page(), "default-src 'none'; connect-src *", API, true),
        ("the first of two", page(), "connect-src *; connect-src 'none'", API, true),
        ("two policies", page(), "connect-src *, connect-src 'self'", API, false),
        ("none", page(), "connect-src 'none'", "/x", false),
        ("an empty list", page(), "connect-src", "/x", false),
        ("any case", page(), "Connect-Src 'SELF' HTTPS://API.example.net", API, true),
        ("any host", page(), "connect-src *", API, true),
        ("a scheme", page(), "connect-src https:", API, true),
        ("another scheme", page(), "connect-src wss:", "/x", true),
        ("http stands for https, too", http(), "connect-src http:", API, true),
        ("a host", page(), "connect-src api.example.net", API, true),
        ("a host with its scheme", page(), "connect-src https://api.example.net", API, true),
        ("another host", page(), "connect-src example.net", API, false),
        ("hosts below", page(), "connect-src *.example.net", API, true),
        ("not the host itself", page(), "connect-src *.api.example.net", API, false),
        ("a host without scheme is of the page's", page(), "connect-src localhost", "http://localhost/", false),
        ("a page of http may use https", http(), "connect-src api.example.net", API, true),
        ("another port", page(), "connect-src https://api.example.net:8443", API, false),
        ("a port", page(), "connect-src https://api.example.net:8443", "https://api.example.net:8443/", true),
        ("any port", page(), "connect-src https://api.example.net:*", "https://api.example.net:8443/", true),
        ("the default port is meant without", page(), "connect-src https://api.example.net", "https://api.example.net:8443/", false),
        ("80 stands for 443, too", http(), "connect-src http://api.example.net:80", API, true),
        ("a path", page(), "connect-src https://api.example.net/a", "https://api.example.net/a", true),
        ("another path", page(), "connect-src https://api.example.net/a", "https://api.example.net/a/b", false),
        ("paths below", page(), "connect-src https://api.example.net/a/", "https://api.example.net/a/b", true),
        ("a nonce matches no URL", page(), "connect-src 'nonce-x'", API, false),
    ];
    for (what, page, policy, url, allowed) in rows {
        let page = page.clone().content_security_policy(*policy);
        let outcome = run(page
            .fetch(*url)
            .send(fixed((200, &[]), (200, &[("access-control-allow-origin", "*")]))));
        let blocked = matches!(&outcome, Err(blocked)
            if matches!(blocked.reason(), Reason::ContentSecurityPolicy { .. }));
        assert_eq!(!blocked, *allowed, "{what}: {policy}: {}", verdict(&outcome));
        assert!(!blocked || wire_of(&outcome).is_empty(), "{what}");
    }
    let blocked = run(page()
        .content_security_policy("connect-src  'self'")
        .fetch(API)
        .send(fixed((200, &[]), (200, &[]))))
    .unwrap_err();
    assert_eq!(
        blocked.to_string(),
        "fetch of \"https://api.example.net/\" from \"https://app.example.com\" was blocked: the page's content \
         security policy forbids \"https://api.example.net/\": \"connect-src 'self'\"\n  \
         culprit: the page's own policy forbids the URL, before CORS is asked\n  \
         suggestion: add \"https://api.example.net\" to `connect-src` in the page's \"content-security-policy\""
    );
}

#[test]
fn a_redirect_is_checked_against_the_security_policy_without_its_path() {
    let redirect = |to: &'static str| {
        Server(move |request: Request<Vec<u8>>| match request.uri().path() {
            "/start" => respond(302, &[("location", to), ("access-control-allow-origin", "*")]),
            _ => respond(200, &[("access-control-allow-origin", "*")]),
        })
    };
    let page = Page::at("https://api.example.net")
        .content_security_policy("connect-src 'self' https://b.example.net/only");
    let fetch = || page.fetch("/start");
    assert_eq!(verdict(&run(fetch().send(redirect("https://b.example.net/other")))), "ok");
    let blocked = run(fetch().send(redirect("https://c.example.net/"))).unwrap_err();
    assert!(matches!(blocked.reason(), Reason::ContentSecurityPolicy { .. }));
    assert_eq!(summary(blocked.wire()), "GET https://api.example.net/start 302");
}

/// What stands in the request's own headers.
fn sent(fetch: Fetch, names: &[&str]) -> Vec<String> {
    let outcome = run(fetch.send(fixed((200, &[]), (101, &[]))));
    let exchange = &wire_of(&outcome)[0];
    assert!(!exchange.is_preflight());
    let of = |name: &&str| {
        let value = exchange.request_headers().get(*name)?;
        Some(format!("{name}: {}", value.to_str().unwrap()))
    };
    names.iter().filter_map(of).collect()
}

const METADATA: [&str; 4] = ["origin", "sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest"];

#[test]
fn what_each_part_of_a_page_sends() {
    let page = Page::at(PAGE);
    let origin = "origin: https://app.example.com";
    #[rustfmt::skip]
    let rows: [(&str, Fetch, &[&str]); 11] = [
        ("a socket", page.web_socket("wss://api.example.net/"),
         &[origin, "sec-fetch-site: cross-site", "sec-fetch-mode: websocket", "sec-fetch-dest: empty"]),
        ("a socket to the page's own host", page.web_socket("wss://app.example.com/"),
         &[origin, "sec-fetch-site: same-origin", "sec-fetch-mode: websocket", "sec-fetch-dest: empty"]),
        ("a stream of events", page.event_source(API),
         &[origin, "sec-fetch-site: cross-site", "sec-fetch-mode: cors", "sec-fetch-dest: empty"]),
        ("a font", page.element(API, Element::Font),
         &[origin, "sec-fetch-site: cross-site", "sec-fetch-mode: cors", "sec-fetch-dest: font"]),
        ("a module script", page.element(API, Element::ModuleScript),
         &[origin, "sec-fetch-site: cross-site", "sec-fetch-mode: cors", "sec-fetch-dest: script"]),
        ("an image", page.element(API, Element::Image),
         &["sec-fetch-site: cross-site", "sec-fetch-mode: no-cors", "sec-fetch-dest: image"]),
        ("an image with `crossorigin`", page.element(API, Element::Image).mode(Mode::Cors),
         &[origin, "sec-fetch-site: cross-site", "sec-fetch-mode: cors", "sec-fetch-dest: image"]),
        ("a form", page.submit(API).body(RequestBody::form("a=1")),
         &[origin, "sec-fetch-site: cross-site", "sec-fetch-mode: navigate", "sec-fetch-dest: document"]),
        ("a form to the page's own host", page.submit("/x"),
         &[origin, "sec-fetch-site: same-origin", "sec-fetch-mode: navigate", "sec-fetch-dest: document"]),
        ("a link", page.navigate(API),
         &["sec-fetch-site: cross-site", "sec-fetch-mode: navigate", "sec-fetch-dest: document"]),
        ("a sandboxed form", Page::sandboxed_in(PAGE).submit(API),
         &["origin: null", "sec-fetch-site: cross-site", "sec-fetch-mode: navigate", "sec-fetch-dest: document"]),
    ];
    for (what, fetch, expected) in rows {
        assert_eq!(sent(fetch, &METADATA), expected, "{what}");
    }
}

#[test]
fn referrer_policies_hide_the_origin_of_requests_without_cors() {
    use ReferrerPolicy as P;
    let secure = "https://api.example.net/";
    let insecure = "http://api.example.net/";
    let own = "https://app.example.com/";
    let all: [(P, [&str; 3]); 8] = [
        (P::NoReferrer, ["null", "null", "null"]),
        (P::NoReferrerWhenDowngrade, [PAGE, "null", PAGE]),
        (P::Origin, [PAGE, PAGE, PAGE]),
        (P::OriginWhenCrossOrigin, [PAGE, PAGE, PAGE]),
        (P::SameOrigin, ["null", "null", PAGE]),
        (P::StrictOrigin, [PAGE, "null", PAGE]),
        (P::StrictOriginWhenCrossOrigin, [PAGE, "null", PAGE]),
        (P::UnsafeUrl, [PAGE, PAGE, PAGE]),
    ];
    for (policy, expected) in all {
        let page = Page::at(PAGE).referrer_policy(policy);
        let origins =
            [secure, insecure, own].map(|url| sent(page.submit(url), &["origin"])[0].clone());
        assert_eq!(origins, expected.map(|origin| format!("origin: {origin}")), "{policy:?}");
        // With CORS it is always named.
        let fetch = page.fetch(secure).method("POST");
        assert_eq!(sent(fetch, &["origin"]), [format!("origin: {PAGE}")], "{policy:?}");
    }
    let fetch = Page::at(PAGE).fetch(secure).mode(Mode::NoCors).method("POST");
    assert_eq!(sent(fetch.referrer_policy(P::NoReferrer), &["origin"]), ["origin: null"]);
}

#[test]
fn cookies_of_navigations_and_sockets() {
    let browser = Browser::new();
    for cookie in
        ["none=1; Secure; SameSite=None", "lax=1; SameSite=Lax", "strict=1; SameSite=Strict"]
    {
        assert!(browser.set_cookie(API, cookie));
    }
    let page = browser.page(PAGE);
    let own = browser.page(API);
    #[rustfmt::skip]
    let rows: [(&str, Fetch, &[&str]); 7] = [
        ("a link from another site", page.navigate(API), &["cookie: none=1; lax=1"]),
        ("a form from another site", page.submit(API), &["cookie: none=1"]),
        ("a form of the own site", own.submit(API), &["cookie: none=1; lax=1; strict=1"]),
        ("a socket from another site", page.web_socket("wss://api.example.net/"), &["cookie: none=1"]),
        ("a stream", page.event_source(API), &[]),
        ("a stream with credentials", page.event_source(API).credentials(Credentials::Include), &["cookie: none=1"]),
        ("an image", page.element(API, Element::Image), &["cookie: none=1"]),
    ];
    for (what, fetch, expected) in rows {
        assert_eq!(sent(fetch, &["cookie"]), expected, "{what}");
    }
}

#[test]
fn what_must_be_answered() {
    let page = Page::at(PAGE);
    let grant = ("access-control-allow-origin", "*");
    let socket = || page.web_socket("wss://api.example.net/");
    let stream = || page.event_source(API);
    #[rustfmt::skip]
    let rows: [(&str, Fetch, u16, Headers<'_>, &str); 12] = [
        ("a socket", socket(), 101, &[], "ok"),
        ("no CORS check of a socket", socket(), 101, &[("access-control-allow-origin", "https://other.example")], "ok"),
        ("a socket refused", socket(), 403, &[],
         "the response to the WebSocket handshake has the status 403; it must be 101"),
        ("a socket redirected", socket(), 302, &[("location", "https://api.example.net/x")],
         "the response is a redirect (status 302), and the redirect mode is \"error\""),
        ("a stream", stream(), 200, &[grant, ("content-type", "text/event-stream; charset=utf-8")], "ok"),
        ("a stream without a grant", stream(), 200, &[("content-type", "text/event-stream")],
         "the response has no \"access-control-allow-origin\" header: it must be \"https://app.example.com\" or \"*\""),
        ("a stream of another type", stream(), 200, &[grant, ("content-type", "text/plain")],
         "the response to the EventSource has the status 200 and the content type \"text/plain\"; it must be 200 and \"text/event-stream\""),
        ("a stream with another status", stream(), 204, &[grant, ("content-type", "text/event-stream")],
         "the response to the EventSource has the status 204 and the content type \"text/event-stream\"; it must be 200 and \"text/event-stream\""),
        ("a font without a grant", page.element(API, Element::Font), 200, &[],
         "the response has no \"access-control-allow-origin\" header: it must be \"https://app.example.com\" or \"*\""),
        ("an image without a grant", page.element(API, Element::Image), 200, &[], "ok"),
        ("a form needs no grant", page.submit(API), 500, &[], "ok"),
        ("no mixed content of navigations", page.navigate("http://api.example.net/"), 200, &[], "ok"),
    ];
    for (what, fetch, status, headers, expected) in rows {
        let outcome = run(fetch.send(fixed((200, &[]), (status, headers))));
        assert_eq!(verdict(&outcome), expected, "{what}");
    }
}

#[test]
fn what_the_page_gets() {
    let page = Page::at(PAGE);
    let server =
        || Server(|_| Response::builder().status(200).header("x-a", "1").body(Vec::new()).unwrap());
    let shown = run(page.submit(API).send(server())).unwrap();
    assert_eq!(
        (shown.response_type(), shown.header("x-a").as_deref()),
        (ResponseType::Document, Some("1"))
    );
    let open =
        run(page.web_socket("ws://localhost:3000/").send(fixed((200, &[]), (101, &[])))).unwrap();
    assert_eq!(
        (open.response_type(), open.status(), open.headers().len()),
        (ResponseType::WebSocket, 101, 0)
    );
    assert_eq!(open.wire()[0].request_headers()["upgrade"], "websocket");
    // Elements and sockets cannot set headers: no preflight.
    let font = page.element(API, Element::Font).header("x-a", "1");
    assert_eq!(summary(wire_of(&run(font.send(server())))), "GET https://api.example.net/ 200");
}

#[test]
fn security_policies_of_other_parts() {
    let policy =
        "connect-src https://a.example; font-src 'none'; script-src 'self'; form-action 'self'";
    let page = Page::at(PAGE).content_security_policy(policy);
    #[rustfmt::skip]
    let rows: [(&str, Fetch, bool); 7] = [
        ("a socket", page.web_socket("wss://a.example/"), true),
        ("another socket", page.web_socket("wss://b.example/"), false),
        ("a stream", page.event_source("https://b.example/"), false),
        ("a font", page.element("/font", Element::Font), false),
        ("a module script", page.element("https://b.example/", Element::ModuleScript), false),
        ("a form", page.submit("https://b.example/"), false),
        ("a link", page.navigate("https://b.example/"), true),
    ];
    for (what, fetch, allowed) in rows {
        let outcome = run(fetch.send(fixed((200, &[]), (101, &[]))));
        let forbidden = matches!(&outcome, Err(blocked)
            if matches!(blocked.reason(), Reason::ContentSecurityPolicy { .. }));
        assert_eq!(!forbidden, allowed, "{what}");
    }
}
