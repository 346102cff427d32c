//! What a blocked fetch prints as its culprit and suggestion: the causes that are behind nearly all
//! reports, each recognized from what crossed the wire.

use tower_browser::{Fetch, Page, options::Credentials};

use crate::support::{Headers, PAGE, blocked, fixed, run};

const URL: &str = "https://api.example.net/items";
const GRANT: (&str, &str) = ("access-control-allow-origin", PAGE);

fn get(page: &Page) -> Fetch {
    page.fetch(URL)
}

fn put(page: &Page) -> Fetch {
    page.fetch(URL).method("PUT")
}

fn patch(page: &Page) -> Fetch {
    page.fetch(URL).method("patch")
}

fn json(page: &Page) -> Fetch {
    page.fetch(URL).method("POST").json("{}")
}

fn credentials(page: &Page) -> Fetch {
    page.fetch(URL).credentials(Credentials::Include)
}

type Answer<'a> = (u16, Headers<'a>);
type Row<'a> = (&'a str, fn(&Page) -> Fetch, Answer<'a>, Answer<'a>, &'a str, &'a str);

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn the_culprit_and_the_suggestion() {
    let ok: Answer<'_> = (200, &[]);
    let location = |to| [("location", to)];
    let slash = location("https://api.example.net/items/");
    let login = location("/login?next=%2Fitems");
    let www = location("https://www.api.example.net/items");
    let elsewhere = location("https://other.example/");
    let rows: &[Row<'_>] = &[
        (
            "a login before the CORS layer",
            put,
            (401, &[]),
            ok,
            "a login that runs before the CORS layer answers the preflight",
            "move the CORS layer outside the login",
        ),
        (
            "a login that sends CORS headers itself",
            put,
            (401, &[GRANT]),
            ok,
            "a login that runs before the CORS layer answers the preflight",
            "move the CORS layer outside the login",
        ),
        (
            "403 without headers",
            put,
            (403, &[]),
            ok,
            "the server does not allow the page's origin or this host, or a login or firewall",
            "add \"https://app.example.com\"",
        ),
        (
            "the layer's own 403, enforcing",
            get,
            ok,
            (403, &[("vary", "Origin")]),
            "the CORS layer enforces its policy, and does not allow the page's origin or this host, or a login",
            "add \"https://app.example.com\" to the allowed origins, and this host to the allowed hosts",
        ),
        (
            "a login that refuses the request",
            get,
            ok,
            (401, &[]),
            "a login outside the CORS layer made this response",
            "move the CORS layer outside the login",
        ),
        (
            "no route for OPTIONS",
            put,
            (404, &[]),
            ok,
            "no route answers the preflight",
            "apply the CORS layer to the whole application",
        ),
        (
            "method routing",
            put,
            (405, &[]),
            ok,
            "the route answers its own methods only",
            "around the whole router",
        ),
        (
            "a rate limit",
            put,
            (429, &[]),
            ok,
            "a rate limit counts the preflight",
            "outside the rate limit",
        ),
        (
            "a timeout",
            put,
            (504, &[]),
            ok,
            "a timeout or load limit",
            "move the CORS layer outside it",
        ),
        (
            "an OPTIONS route",
            put,
            (200, &[]),
            ok,
            "something other than the CORS layer answers \"OPTIONS\"",
            "remove the \"OPTIONS\" route",
        ),
        (
            "a redirect to a slash",
            put,
            (308, &slash),
            ok,
            "add or remove a trailing slash",
            "fetch \"https://api.example.net/items/\" itself",
        ),
        (
            "a redirect to a login",
            put,
            (302, &login),
            ok,
            "a login that runs before the CORS layer redirects",
            "answer 401 to scripts",
        ),
        (
            "a redirect to www",
            put,
            (301, &www),
            ok,
            "the host with \"www.\"",
            "fetch \"https://www.api",
        ),
        (
            "a redirect elsewhere",
            put,
            (301, &elsewhere),
            ok,
            "redirects the preflight to \"https://other.example/\"",
            "answer preflights before the redirect",
        ),
        (
            "a method in lower case",
            patch,
            (204, &[GRANT, ("access-control-allow-methods", "PATCH")]),
            ok,
            "writes the method in lower case",
            "write \"PATCH\" in the fetch",
        ),
        (
            "a method not listed",
            put,
            (204, &[GRANT]),
            ok,
            "lacks \"PUT\"",
            "add \"PUT\" to the allowed methods",
        ),
        (
            "JSON",
            json,
            (204, &[GRANT]),
            ok,
            "the page sends JSON",
            "add \"content-type\" to the allowed headers",
        ),
        (
            "an error page",
            get,
            ok,
            (500, &[]),
            "a panic or an error handler outside",
            "catches panics and errors",
        ),
        (
            "a fallback",
            get,
            ok,
            (404, &[]),
            "a fallback outside the CORS layer",
            "after the last route",
        ),
        (
            "an origin not allowed",
            get,
            ok,
            (200, &[]),
            "does not allow the page's origin",
            "add \"https://app.example.com\"",
        ),
        (
            "a header sent twice",
            get,
            ok,
            (200, &[GRANT, GRANT]),
            "two parts of the server each add",
            "only one of them",
        ),
        (
            "a list of origins",
            get,
            ok,
            (200, &[("access-control-allow-origin", "https://a.example, https://b.example")]),
            "lists several origins",
            "send one origin",
        ),
        (
            "a trailing slash",
            get,
            ok,
            (200, &[("access-control-allow-origin", "https://app.example.com/")]),
            "has a trailing slash",
            "write \"https://app.example.com\"",
        ),
        (
            "another scheme",
            get,
            ok,
            (200, &[("access-control-allow-origin", "http://app.example.com")]),
            "the same host with another scheme",
            "allow \"https://app.example.com\"",
        ),
        (
            "without www",
            get,
            ok,
            (200, &[("access-control-allow-origin", "https://www.app.example.com")]),
            "with or without \"www.\"",
            "allow \"https://app.example.com\"",
        ),
        (
            "another port",
            get,
            ok,
            (200, &[("access-control-allow-origin", "https://app.example.com:8443")]),
            "with another port",
            "allow \"https://app.example.com\"",
        ),
        (
            "null",
            get,
            ok,
            (200, &[("access-control-allow-origin", "null")]),
            "sends \"null\"",
            "send \"https://app",
        ),
        (
            "a pattern",
            get,
            ok,
            (200, &[("access-control-allow-origin", "https://*.example.com")]),
            "compare it literally",
            "compare the pattern in the server",
        ),
        (
            "any origin with credentials",
            credentials,
            ok,
            (200, &[("access-control-allow-origin", "*")]),
            "sends credentials, and the server allows any origin",
            "by name",
        ),
        (
            "credentials not allowed",
            credentials,
            ok,
            (200, &[GRANT]),
            "the server does not allow them",
            "access-control-allow-credentials: true",
        ),
    ];
    for (what, write, preflight, actual, culprit, suggestion) in rows {
        let page = Page::at(PAGE);
        let blocked = run(write(&page).send(fixed(*preflight, *actual))).unwrap_err();
        let reason = blocked.reason();
        assert!(reason.culprit().contains(culprit), "{what}: {}", reason.culprit());
        assert!(reason.suggestion().contains(suggestion), "{what}: {}", reason.suggestion());
    }
}

/// Allowing `null` would let every sandboxed page of every site in.
#[test]
fn no_suggestion_is_to_allow_null() {
    let ok: Answer<'_> = (200, &[]);
    let any: Answer<'_> = (200, &[("access-control-allow-origin", "*")]);
    let page = "give the page an origin: serve it over http, outside a sandbox";
    let rows: &[Row<'_>] = &[
        ("no grant", get, ok, ok, "does not allow the page's origin", page),
        ("403 without headers", put, (403, &[]), ok, "does not allow the page's origin", page),
        ("403 for the request", get, ok, (403, &[]), "does not allow the page's origin", page),
        ("a preflight without headers", put, ok, ok, "does not allow the page's origin", page),
        ("any origin, with credentials", credentials, ok, any, "has no origin", page),
        (
            "another origin",
            get,
            ok,
            (200, &[GRANT]),
            "the page has no origin",
            "serve the page over http",
        ),
    ];
    for (what, write, preflight, actual, culprit, suggestion) in rows {
        let fetch = write(&Page::sandboxed_in(PAGE));
        let reason = run(fetch.send(fixed(*preflight, *actual))).unwrap_err().into_reason();
        assert!(reason.culprit().contains(culprit), "{what}: {}", reason.culprit());
        assert!(reason.suggestion().contains(suggestion), "{what}: {}", reason.suggestion());
        assert!(!reason.suggestion().contains("null"), "{what}: {}", reason.suggestion());
    }
}

#[test]
fn localhost_and_its_address_are_told_apart() {
    let page = Page::at("http://localhost:5173");
    let allow = [("access-control-allow-origin", "http://127.0.0.1:5173")];
    let blocked = run(page.fetch("http://localhost:3000/").send(fixed((200, &[]), (200, &allow))))
        .unwrap_err();
    assert_eq!(
        blocked.to_string(),
        "fetch of \"http://localhost:3000/\" from \"http://localhost:5173\" was blocked: the \
         response's \"access-control-allow-origin\" is \"http://127.0.0.1:5173\": it must be \
         \"http://localhost:5173\"\n  culprit: \"localhost\" and its address are different origins\n  \
         suggestion: allow \"http://localhost:5173\" too, or open the page at \"http://127.0.0.1:5173\""
    );
}

#[test]
fn ways_to_write_the_origin_wrong() {
    const WRITE: &str = "write \"https://app.example.com\" in the server's setting";
    const SEND: &str = "send \"https://app.example.com\"";
    const ONE: &str = "send one origin: the one in the request's `Origin`, if it is allowed";
    #[rustfmt::skip]
    let rows = [
        ("https://app.example.com/", "the server's setting has a trailing slash, which an origin never has", WRITE),
        ("https://app.example.com/app", "the server's setting has a path, which an origin never has", WRITE),
        ("https://app.example.com:443", "the server writes the origin with its default port, which browsers leave out", WRITE),
        ("HTTPS://App.Example.com", "the server writes the origin in upper case, and browsers compare it letter by letter", WRITE),
        ("app.example.com", "the server's setting lacks the scheme, which is part of an origin", WRITE),
        ("\"https://app.example.com\"", "the header's value has quotes or brackets around it", WRITE),
        ("['https://app.example.com']", "the header's value has quotes or brackets around it", WRITE),
        ("https://a.example https://app.example.com", "the header lists several origins, and it can name only one", ONE),
        ("https://a.example;https://b.example", "the header lists several origins, and it can name only one", ONE),
        ("", "a setting of the server is empty or of the wrong kind, and ended up in the header", SEND),
        ("undefined", "a setting of the server is empty or of the wrong kind, and ended up in the header", SEND),
        ("null", "the server sends \"null\" for an origin that it does not allow", SEND),
        ("https://app.example.community", "the server allows another origin", "add \"https://app.example.com\" to the allowed origins"),
    ];
    for (value, culprit, suggestion) in rows {
        let grant = [("access-control-allow-origin", value)];
        let outcome = run(Page::at(PAGE).fetch(URL).send(fixed((200, &[]), (200, &grant))));
        let reason = blocked(outcome).into_reason();
        assert_eq!(reason.culprit(), culprit, "{value:?}");
        assert_eq!(reason.suggestion(), suggestion, "{value:?}");
    }
}
