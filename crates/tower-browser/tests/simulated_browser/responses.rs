//! What the script sees of a response.

use http::Request;
use tower_browser::{
    Page, Reason,
    answer::ResponseType,
    options::{Credentials, Mode, Redirect},
};

use crate::support::{API, PAGE, Server, Write, fixed, lines, respond, run};

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
        headers.extend(exposed.iter().map(|value| ("access-control-expose-headers", *value)));
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
    let answer = run(Page::at(PAGE).fetch("/").send(fixed((500, &[]), (404, &SENT)))).unwrap();
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
    let headers = &[("x-a", "1"), ("access-control-allow-origin", "*"), ("location", "/")];
    #[rustfmt::skip]
    let rows: [(&str, Write, u16, ResponseType, &str); 3] = [
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
        assert_eq!((lines(answer.headers()).len(), answer.body()), (0, None), "{description}");
        assert_eq!(answer.wire().len(), 1, "{description}");
    }
    let own =
        run(Page::at(PAGE).fetch("/").mode(Mode::NoCors).send(fixed((500, &[]), (200, headers))));
    assert_eq!(own.unwrap().response_type(), ResponseType::Basic, "no-cors at home is readable");
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
        let headers: Vec<_> =
            value.map(|value| ("cross-origin-resource-policy", value)).into_iter().collect();
        let fetch = Page::at(page).fetch(url).mode(Mode::NoCors);
        let outcome = run(fetch.send(fixed((500, &[]), (200, &headers))));
        assert_eq!(outcome.is_ok(), allowed, "{description}");
        if let Err(blocked) = outcome {
            assert!(matches!(blocked.reason(), Reason::ResourcePolicy { .. }), "{description}");
        }
    }
    // With CORS the header does not matter.
    let headers =
        &[("cross-origin-resource-policy", "same-origin"), ("access-control-allow-origin", "*")];
    assert!(run(Page::at(PAGE).fetch(API).send(fixed((500, &[]), (200, headers)))).is_ok());
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
        ("a comma in quotes does not split", API, &["\"a, *, b\", c"], false),
        ("another case", API, &["https://APP.example.com"], false),
    ];
    for (description, url, values, expected) in rows {
        let mut headers = vec![("access-control-allow-origin", "*")];
        headers.extend(values.iter().map(|value| ("timing-allow-origin", *value)));
        let answer =
            run(Page::at(PAGE).fetch(*url).send(fixed((500, &[]), (200, &headers)))).unwrap();
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
        assert_eq!(answer.is_timing_allowed(), expected, "{first:?} then {second:?}");
    }
}
