//! The CORS check, on actual responses and on preflights.

use tower_browser::{Page, options::Credentials};

use crate::support::{API, Headers, PAGE, fixed, run, summary, verdict, wire_of};

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
         "the response's \"access-control-allow-origin\" is \"*\", which is not a wildcard when the credentials mode is \"include\": it must be \"https://app.example.com\""),
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
            assert_eq!(summary(wire_of(&outcome)), format!("GET {API} {status}"), "{description}");
        }
        // The same on the preflight, whatever the actual response would say
        let fetch = Page::at(PAGE).fetch(API).method("PUT").credentials(*credentials);
        let mut preflight = headers.to_vec();
        preflight.push(("access-control-allow-methods", "PUT"));
        let full =
            &[("access-control-allow-origin", PAGE), ("access-control-allow-credentials", "true")];
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
        let outcome = run(Page::opaque().fetch(API).send(fixed((500, &[]), (200, headers))));
        assert_eq!(outcome.is_ok(), granted, "{value}");
    }
}
