//! The rows. Their expectations come from the design's decision table and from the
//! [Fetch standard](https://fetch.spec.whatwg.org/#http-cors-protocol), never from the code.

#![expect(clippy::too_many_lines, reason = "tables")]

use super::{Row, Wire, row};
use http::{HeaderName, Method, StatusCode, header};
use std::time::Duration;
use tower_cors::{
    AllowOrigin, Any, Origin, OriginPattern, Policy, PolicyBuilder, policy::InnerHeaders,
};

const APP: &str = "https://app.example.com";
const ACAO_APP: &str = "access-control-allow-origin: https://app.example.com";
const ACAO_WEB: &str = "access-control-allow-origin: https://web.example.com";
const ACAO_ANY: &str = "access-control-allow-origin: *";
const ACAO_NULL: &str = "access-control-allow-origin: null";
const CREDENTIALS: &str = "access-control-allow-credentials: true";
const PRIVATE: &str = "access-control-allow-private-network: true";
const TAO_APP: &str = "timing-allow-origin: https://app.example.com";
const VARY_ORIGIN: &str = "vary: Origin";
const EMPTY: &str = "content-length: 0";
/// The answer to an actual request that is refused before the inner service runs.
const REFUSED: [&str; 3] = [VARY_ORIGIN, EMPTY, "cache-control: no-store"];

/// Static: its one answer always.
fn one() -> PolicyBuilder {
    Policy::builder().allow_origin(APP)
}

/// Dynamic: its answer depends on the origin.
fn two() -> PolicyBuilder {
    Policy::builder().allow_origin([APP, "https://web.example.com"])
}

fn any() -> PolicyBuilder {
    Policy::builder().allow_origin(Any)
}

/// Dynamic, with a header for each setting that has one.
fn full() -> PolicyBuilder {
    two()
        .allow_methods(["PUT", "DELETE"])
        .allow_headers(["authorization", "x-csrf-token"])
        .allow_credentials(true)
        .expose_headers(["x-request-id", "etag"])
        .max_age(Duration::from_secs(3600))
}

const FULL_PREFLIGHT: [&str; 6] = [
    ACAO_APP,
    CREDENTIALS,
    "access-control-allow-methods: PUT,DELETE",
    "access-control-allow-headers: authorization,x-csrf-token",
    "access-control-max-age: 3600",
    VARY_ORIGIN,
];
const FULL_ACTUAL: [&str; 4] =
    [ACAO_APP, CREDENTIALS, "access-control-expose-headers: x-request-id,etag", VARY_ORIGIN];

/// With credentials, where `*` mirrors.
fn mirrors() -> PolicyBuilder {
    two().allow_credentials(true).allow_methods(Any).allow_headers(Any)
}

const VARY_MIRRORS: &str =
    "vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers";

pub(crate) fn rows() -> Vec<Row> {
    [
        not_cors(),
        options_without_preflight(),
        actual(),
        origins(),
        preflight_origins(),
        preflight_lists(),
        preflight_methods(),
        preflight_headers(),
        preflight_status(),
        preflight_continue(),
        mirrored(),
        authorization(),
        exposed(),
        vary(),
        inner_headers(),
        layers(),
        private_network(),
        timing(),
        enforcement(),
        same_origin(),
        super::hosts::rows(),
        hostile(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn not_cors() -> Vec<Row> {
    vec![
        row("no Origin, dynamic: nothing but Vary", two()).runs(&[VARY_ORIGIN]),
        row("no Origin, one exact origin: the one answer, no Vary", one()).runs(&[ACAO_APP]),
        row("no Origin, any origin: the one answer, no Vary", any()).runs(&[ACAO_ANY]),
        row("no Origin, the same origin named twice is one", one().allow_origin(APP))
            .runs(&[ACAO_APP]),
        row("no Origin, one typed origin", {
            Policy::builder().allow_origin(Origin::from_static(APP))
        })
        .runs(&[ACAO_APP]),
        row("no Origin, one typed pattern without a star", {
            Policy::builder().allow_origin(OriginPattern::from_static(APP))
        })
        .runs(&[ACAO_APP]),
        row(
            "no Origin, one exact origin with credentials and exposed headers: the whole answer",
            one().allow_credentials(true).expose_headers("etag"),
        )
        .runs(&[ACAO_APP, CREDENTIALS, "access-control-expose-headers: etag"]),
        row("no Origin: what only preflights have is not there", {
            one().allow_methods(["PUT"]).allow_headers(["x-a"]).max_age(Duration::from_secs(1))
        })
        .runs(&[ACAO_APP]),
        row("no Origin, enforcement makes one exact origin dynamic", one().enforce(true))
            .runs(&[VARY_ORIGIN]),
        row("no Origin, a pattern is dynamic", {
            Policy::builder().allow_origin("https://*.example.com")
        })
        .runs(&[VARY_ORIGIN]),
        row("no Origin, any port is dynamic", {
            Policy::builder().allow_origin("http://localhost:*")
        })
        .runs(&[VARY_ORIGIN]),
        row("no Origin, a predicate is dynamic", {
            Policy::builder().allow_origin(AllowOrigin::predicate(|_, _| true))
        })
        .runs(&[VARY_ORIGIN]),
        row("no Origin, a regular expression is dynamic", {
            Policy::builder().allow_origin(AllowOrigin::regex(r"https://app\.example\.com"))
        })
        .runs(&[VARY_ORIGIN]),
        row("no Origin, null beside one origin is dynamic", {
            one().dangerously_allow_null_origin(true)
        })
        .runs(&[VARY_ORIGIN]),
        row("no Origin, dynamic: inner Access-Control-* are removed", two())
            .sets("access-control-allow-origin", "*")
            .sets("access-control-allow-credentials", "true")
            .runs(&[VARY_ORIGIN]),
        row("no Origin, static: inner Access-Control-* are replaced", one())
            .sets("access-control-allow-origin", "*")
            .sets("access-control-expose-headers", "*")
            .runs(&[ACAO_APP]),
        row("no Origin, with Access-Control-Request-Method: no preflight", full())
            .method("OPTIONS")
            .line("access-control-request-method", "PUT")
            .runs(&[VARY_ORIGIN]),
        row("no Origin, error status: decorated all the same", two())
            .inner(500)
            .runs(&[VARY_ORIGIN]),
        row("no Origin, the referrer is nobody's origin", two())
            .line("referer", "https://app.example.com/page")
            .runs(&[VARY_ORIGIN]),
    ]
}

fn options_without_preflight() -> Vec<Row> {
    vec![
        row("plain OPTIONS", two()).method("OPTIONS").runs(&[VARY_ORIGIN]),
        row("OPTIONS with Origin alone is actual", full())
            .method("OPTIONS")
            .origin(APP)
            .runs(&FULL_ACTUAL),
        row("OPTIONS with Origin and Access-Control-Request-Headers alone is actual", full())
            .method("OPTIONS")
            .origin(APP)
            .asks("authorization")
            .runs(&FULL_ACTUAL),
        row("OPTIONS with a refused Origin alone runs", full())
            .method("OPTIONS")
            .origin("https://evil.example")
            .runs(&[VARY_ORIGIN]),
        row("OPTIONS that the inner service answers with 405", two())
            .method("OPTIONS")
            .origin(APP)
            .inner(405)
            .sets("allow", "GET")
            .runs(&[ACAO_APP, VARY_ORIGIN]),
        row("OPTIONS * that is no preflight", two())
            .method("OPTIONS")
            .uri("*")
            .origin(APP)
            .runs(&[ACAO_APP, VARY_ORIGIN])
            .not_over(Wire::Http2, "the client here sends no asterisk-form over HTTP/2"),
        row("methods are case-sensitive: `options` is no preflight", two())
            .method("options")
            .origin(APP)
            .line("access-control-request-method", "PUT")
            .runs(&[ACAO_APP, VARY_ORIGIN]),
        row("POST with Access-Control-Request-Method is actual", full())
            .method("POST")
            .origin(APP)
            .line("access-control-request-method", "PUT")
            .runs(&FULL_ACTUAL),
    ]
}

fn actual() -> Vec<Row> {
    let mut rows = vec![
        row("granted, dynamic", two()).origin(APP).runs(&[ACAO_APP, VARY_ORIGIN]),
        row("granted, the other origin", two())
            .origin("https://web.example.com")
            .runs(&[ACAO_WEB, VARY_ORIGIN]),
        row("granted, static: no Vary", one()).origin(APP).runs(&[ACAO_APP]),
        row("granted, any origin", any()).origin("https://who.example").runs(&[ACAO_ANY]),
        row("granted, every setting: nothing that belongs to preflights", full())
            .origin(APP)
            .runs(&FULL_ACTUAL),
        row("refused, dynamic: no grant, Vary", full())
            .origin("https://evil.example")
            .runs(&[VARY_ORIGIN]),
        row("refused, static: its one answer, no Vary", one())
            .origin("https://evil.example")
            .runs(&[ACAO_APP]),
        row("refused, static with credentials: its one answer", one().allow_credentials(true))
            .origin("https://evil.example")
            .runs(&[ACAO_APP, CREDENTIALS]),
        row("refused, dynamic: inner Access-Control-* are removed", two())
            .origin("https://evil.example")
            .sets("access-control-allow-origin", "https://evil.example")
            .sets("access-control-allow-credentials", "true")
            .sets("access-control-expose-headers", "x-secret")
            .runs(&[VARY_ORIGIN]),
        row("refused, a request that changes state still runs: CORS is no access control", two())
            .method("POST")
            .origin("https://evil.example")
            .runs(&[VARY_ORIGIN]),
        row("Access-Control-Request-Headers on an actual request mean nothing", full())
            .origin(APP)
            .asks("x-anything")
            .runs(&FULL_ACTUAL),
    ];
    for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "PROPFIND", "x-custom"] {
        rows.push(
            row("granted whatever the method: only preflights ask", two())
                .method(method)
                .origin(APP)
                .runs(&[ACAO_APP, VARY_ORIGIN]),
        );
    }
    for status in [201, 204, 302, 304, 400, 401, 403, 404, 405, 413, 429, 500, 502, 503, 504] {
        rows.push(
            row("granted: decorated whatever the status", two())
                .origin(APP)
                .inner(status)
                .runs(&[ACAO_APP, VARY_ORIGIN]),
        );
        rows.push(
            row("refused: Vary whatever the status", two())
                .origin("https://evil.example")
                .inner(status)
                .runs(&[VARY_ORIGIN]),
        );
    }
    rows
}

/// Which bytes of `Origin` are granted.
fn origins() -> Vec<Row> {
    let mut rows = Vec::new();
    for origin in [
        "https://APP.example.com",
        "HTTPS://app.example.com",
        "https://app.example.com:443",
        "https://app.example.com:8443",
        "https://app.example.com/",
        "https://app.example.com/path",
        "https://app.example.com?",
        "https://app.example.com#",
        "https://app.example.com.",
        "https://app.example.com.evil.example",
        "https://app.example.comevil.example",
        "https://evilapp.example.com",
        "https://evil.app.example.com",
        "https://app.example.co",
        "https://app.example",
        "https://appxexample.com",
        "https://user@app.example.com",
        "https://app.example.com@evil.example",
        "https://app.example.com:0",
        "https://app.example.com:",
        "https://app.example.com:443evil",
        "https://app.example.com https://web.example.com",
        "https://app.example.com, https://web.example.com",
        "https://app.example.com,https://app.example.com",
        "http://app.example.com",
        "ftp://app.example.com",
        "app.example.com",
        "//app.example.com",
        "https:app.example.com",
        "https",
        "https://",
        "://",
        "",
        "*",
        "null",
        "NULL",
        "Null",
        "undefined",
        "file://",
        "https://[::1]",
        "https://app.example.com\u{e9}",
        "https://\u{430}pp.example.com",
    ] {
        rows.push(
            row("an origin that is none of those configured is refused", two())
                .origin(origin)
                .runs(&[VARY_ORIGIN]),
        );
    }
    for origin in [&b"\xff\xfe"[..], b"https://app.example.com\xff", b"\xc3\x28", b"https\t://a"] {
        rows.push(
            row("bytes that are no text are refused", two()).origin(origin).runs(&[VARY_ORIGIN]),
        );
    }
    for origin in ["", "*", "null", "nonsense", "HTTPS://WHO.EXAMPLE:443/", "\u{e9}"] {
        rows.push(
            row("with any origin, the origin is not looked at", any())
                .origin(origin)
                .runs(&[ACAO_ANY]),
        );
    }
    let white_space = "HTTP/1.1 strips white space around values";
    rows.extend([
        row("white space before the origin", two())
            .origin(" https://app.example.com")
            .runs(&[VARY_ORIGIN])
            .not_over(Wire::Http1, white_space),
        row("a tab after the origin", two())
            .origin("https://app.example.com\t")
            .runs(&[VARY_ORIGIN])
            .not_over(Wire::Http1, white_space),
        row("two Origin lines, one of them configured", two())
            .origin(APP)
            .origin("https://evil.example")
            .runs(&[VARY_ORIGIN]),
        row("two Origin lines, both configured", two())
            .origin(APP)
            .origin("https://web.example.com")
            .runs(&[VARY_ORIGIN]),
        row("two Origin lines, the same", two()).origin(APP).origin(APP).runs(&[VARY_ORIGIN]),
        row("two Origin lines, static: the one answer", one())
            .origin(APP)
            .origin(APP)
            .runs(&[ACAO_APP]),
        row("two Origin lines, any origin", any())
            .origin(APP)
            .origin("https://web.example.com")
            .runs(&[ACAO_ANY]),
        row("two Origin lines, a predicate that allows all is not asked", {
            Policy::builder().allow_origin(AllowOrigin::predicate(|_, _| true))
        })
        .origin(APP)
        .origin(APP)
        .runs(&[VARY_ORIGIN]),
        row("two null lines, with the opt-in", two().dangerously_allow_null_origin(true))
            .origin("null")
            .origin("null")
            .runs(&[VARY_ORIGIN]),
        row("null with the opt-in", two().dangerously_allow_null_origin(true))
            .origin("null")
            .runs(&[ACAO_NULL, VARY_ORIGIN]),
        row("null with the opt-in and credentials", {
            two().dangerously_allow_null_origin(true).allow_credentials(true)
        })
        .origin("null")
        .runs(&[ACAO_NULL, CREDENTIALS, VARY_ORIGIN]),
        row("null with the opt-in alone: another origin", {
            Policy::builder().dangerously_allow_null_origin(true)
        })
        .origin(APP)
        .runs(&[VARY_ORIGIN]),
        row("null under one exact origin: its one answer, which is not for null", one())
            .origin("null")
            .runs(&[ACAO_APP]),
        row("null is given to no predicate", {
            Policy::builder().allow_origin(AllowOrigin::predicate(|_, _| true))
        })
        .origin("null")
        .runs(&[VARY_ORIGIN]),
        row("null is matched by no regular expression", {
            Policy::builder().allow_origin(AllowOrigin::regex("[a-z:/]*"))
        })
        .origin("null")
        .runs(&[VARY_ORIGIN]),
        row("malformed origins are given to no predicate", {
            Policy::builder().allow_origin(AllowOrigin::predicate(|_, _| true))
        })
        .origin("https://app.example.com/")
        .runs(&[VARY_ORIGIN]),
        row("malformed origins are matched by no regular expression", {
            Policy::builder().allow_origin(AllowOrigin::regex("[a-z:/]*"))
        })
        .origin("https://app/")
        .runs(&[VARY_ORIGIN]),
        row("a predicate grants", {
            Policy::builder().allow_origin(AllowOrigin::predicate(|origin, _| {
                origin.host().ends_with(".example.com")
            }))
        })
        .origin(APP)
        .runs(&[ACAO_APP, VARY_ORIGIN]),
        row("a predicate sees the request", {
            Policy::builder()
                .allow_origin(AllowOrigin::predicate(|_, parts| parts.uri.path() == "/open"))
        })
        .uri("/open")
        .origin(APP)
        .runs(&[ACAO_APP, VARY_ORIGIN]),
        row("a predicate refuses", {
            Policy::builder().allow_origin(AllowOrigin::predicate(|_, _| false))
        })
        .origin(APP)
        .runs(&[VARY_ORIGIN]),
        row("a predicate that fails refuses", {
            Policy::builder().allow_origin(AllowOrigin::try_predicate(|_, _| Err("down".into())))
        })
        .origin(APP)
        .runs(&[VARY_ORIGIN]),
        row("a predicate that fails, beside one that grants", {
            Policy::builder()
                .allow_origin(AllowOrigin::try_predicate(|_, _| Err("down".into())))
                .allow_origin(AllowOrigin::predicate(|_, _| true))
        })
        .origin(APP)
        .runs(&[ACAO_APP, VARY_ORIGIN]),
        row("origins, patterns, expressions and predicates combine with or: the predicate", {
            combined()
        })
        .origin("https://predicate.example")
        .runs(&["access-control-allow-origin: https://predicate.example", VARY_ORIGIN]),
        row("combined: the expression", combined())
            .origin("https://regex7.example")
            .runs(&["access-control-allow-origin: https://regex7.example", VARY_ORIGIN]),
        row("combined: the pattern", combined())
            .origin("https://a.b.pattern.example")
            .runs(&["access-control-allow-origin: https://a.b.pattern.example", VARY_ORIGIN]),
        row("combined: the exact origin", combined()).origin(APP).runs(&[ACAO_APP, VARY_ORIGIN]),
        row("combined: null", combined()).origin("null").runs(&[ACAO_NULL, VARY_ORIGIN]),
        row("combined: none of them", combined())
            .origin("https://regex77.example")
            .runs(&[VARY_ORIGIN]),
        row("a subdomain pattern, its own domain", {
            Policy::builder().allow_origin("https://*.example.com")
        })
        .origin("https://example.com")
        .runs(&[VARY_ORIGIN]),
        row("any port, the default one included", {
            Policy::builder().allow_origin("http://localhost:*")
        })
        .origin("http://localhost")
        .runs(&["access-control-allow-origin: http://localhost", VARY_ORIGIN]),
        row("another scheme", Policy::builder().allow_origin(["tauri://localhost", APP]))
            .origin("tauri://localhost")
            .runs(&["access-control-allow-origin: tauri://localhost", VARY_ORIGIN]),
        row("IPv6", Policy::builder().allow_origin(["http://[::1]:*", APP]))
            .origin("http://[::1]:3000")
            .runs(&["access-control-allow-origin: http://[::1]:3000", VARY_ORIGIN]),
    ]);
    rows
}

fn combined() -> PolicyBuilder {
    one()
        .allow_origin("https://*.pattern.example")
        .allow_origin(AllowOrigin::regex(r"https://regex[0-9]\.example"))
        .allow_origin(AllowOrigin::predicate(|origin, _| origin.host() == "predicate.example"))
        .dangerously_allow_null_origin(true)
}

fn preflight_origins() -> Vec<Row> {
    vec![
        row("granted: all lists", full())
            .origin(APP)
            .preflight("PUT")
            .answers(204, &FULL_PREFLIGHT),
        row("refused: 403, no grant, Vary", full())
            .origin("https://evil.example")
            .preflight("PUT")
            .answers(403, &[VARY_ORIGIN, EMPTY]),
        row("refused, static: no grant, no Vary", one())
            .origin("https://evil.example")
            .preflight("PUT")
            .answers(403, &[EMPTY]),
        row("refused, static with every setting: no grant", {
            one().allow_credentials(true).allow_methods("PUT").max_age(Duration::from_secs(60))
        })
        .origin("https://evil.example")
        .preflight("PUT")
        .answers(403, &[EMPTY]),
        row("granted, static: no Vary", one().allow_methods("PUT"))
            .origin(APP)
            .preflight("PUT")
            .answers(204, &[ACAO_APP, "access-control-allow-methods: PUT"]),
        row("granted, any origin", any())
            .origin("https://who.example")
            .preflight("GET")
            .answers(204, &[ACAO_ANY]),
        row("null, refused", two())
            .origin("null")
            .preflight("PUT")
            .answers(403, &[VARY_ORIGIN, EMPTY]),
        row("null, with the opt-in", two().dangerously_allow_null_origin(true))
            .origin("null")
            .preflight("GET")
            .answers(204, &[ACAO_NULL, VARY_ORIGIN]),
        row("two Origin lines", two())
            .origin(APP)
            .origin(APP)
            .preflight("PUT")
            .answers(403, &[VARY_ORIGIN, EMPTY]),
        row("two Origin lines, static", one())
            .origin(APP)
            .origin(APP)
            .preflight("PUT")
            .answers(403, &[EMPTY]),
        row("two Origin lines, any origin", any())
            .origin(APP)
            .origin("https://web.example.com")
            .preflight("GET")
            .answers(204, &[ACAO_ANY]),
        row("an empty Origin", two())
            .origin("")
            .preflight("PUT")
            .answers(403, &[VARY_ORIGIN, EMPTY]),
        row("a malformed Origin", two())
            .origin("https://app.example.com/")
            .preflight("PUT")
            .answers(403, &[VARY_ORIGIN, EMPTY]),
        row("an Origin that is no text", two())
            .origin(b"\xff\xff")
            .preflight("PUT")
            .answers(403, &[VARY_ORIGIN, EMPTY]),
        row("a predicate that fails", {
            Policy::builder().allow_origin(AllowOrigin::try_predicate(|_, _| Err("down".into())))
        })
        .origin(APP)
        .preflight("PUT")
        .answers(403, &[VARY_ORIGIN, EMPTY]),
        row("OPTIONS * that is a preflight", full())
            .uri("*")
            .origin(APP)
            .preflight("PUT")
            .answers(204, &FULL_PREFLIGHT)
            .not_over(Wire::Http2, "the client here sends no asterisk-form over HTTP/2"),
        row("a preflight under enforcement, refused", one().enforce(true))
            .origin("https://evil.example")
            .preflight("PUT")
            .answers(403, &[VARY_ORIGIN, EMPTY]),
        row("a preflight under enforcement, granted", one().enforce(true))
            .origin(APP)
            .preflight("GET")
            .answers(204, &[ACAO_APP, VARY_ORIGIN]),
        row(
            "no preflight is same-origin, whatever it says, under enforcement",
            one().enforce(true),
        )
        .origin("https://api.example.com")
        .line("host", "api.example.com")
        .line("sec-fetch-site", "same-origin")
        .preflight("PUT")
        .answers(403, &[VARY_ORIGIN, EMPTY]),
    ]
}

fn preflight_lists() -> Vec<Row> {
    vec![
        row("unset: no list, no age", two())
            .origin(APP)
            .preflight("POST")
            .answers(204, &[ACAO_APP, VARY_ORIGIN]),
        row("typed methods and header names", {
            two()
                .allow_methods([Method::PUT, Method::PATCH])
                .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
        })
        .origin(APP)
        .preflight("PUT")
        .answers(
            204,
            &[
                ACAO_APP,
                "access-control-allow-methods: PUT,PATCH",
                "access-control-allow-headers: authorization,content-type",
                VARY_ORIGIN,
            ],
        ),
        row("lists add up, each item once", {
            two()
                .allow_methods("PUT, DELETE")
                .allow_methods(["DELETE", "PATCH"])
                .allow_headers("X-A")
                .allow_headers([HeaderName::from_static("x-b"), HeaderName::from_static("x-a")])
        })
        .origin(APP)
        .preflight("PUT")
        .answers(
            204,
            &[
                ACAO_APP,
                "access-control-allow-methods: PUT,DELETE,PATCH",
                "access-control-allow-headers: x-a,x-b",
                VARY_ORIGIN,
            ],
        ),
        row("any method, any header, no credentials: *", {
            two().allow_methods(Any).allow_headers("*")
        })
        .origin(APP)
        .preflight("PURGE")
        .asks("x-anything")
        .answers(
            204,
            &[
                ACAO_APP,
                "access-control-allow-methods: *",
                "access-control-allow-headers: *",
                VARY_ORIGIN,
            ],
        ),
        row("any of everything is static and mirrors nothing", {
            any().allow_methods(Any).allow_headers(Any).expose_headers(Any)
        })
        .origin(APP)
        .preflight("PURGE")
        .asks("x-anything")
        .answers(
            204,
            &[ACAO_ANY, "access-control-allow-methods: *", "access-control-allow-headers: *"],
        ),
        row("`*` beside names is `*`", {
            two().allow_methods(["PUT", "*"]).allow_headers(["x-a", "*"])
        })
        .origin(APP)
        .preflight("PUT")
        .answers(
            204,
            &[
                ACAO_APP,
                "access-control-allow-methods: *",
                "access-control-allow-headers: *",
                VARY_ORIGIN,
            ],
        ),
        row("an age of zero is sent", two().max_age(Duration::ZERO))
            .origin(APP)
            .preflight("PUT")
            .answers(204, &[ACAO_APP, "access-control-max-age: 0", VARY_ORIGIN]),
        row("the longest age", two().max_age(Duration::from_secs(86_400)))
            .origin(APP)
            .preflight("PUT")
            .answers(204, &[ACAO_APP, "access-control-max-age: 86400", VARY_ORIGIN]),
        row("exposed headers are not for preflights", two().expose_headers(["etag"]))
            .origin(APP)
            .preflight("PUT")
            .answers(204, &[ACAO_APP, VARY_ORIGIN]),
        row("timing is not for preflights", two().timing_allow_origin(true))
            .origin(APP)
            .preflight("PUT")
            .answers(204, &[ACAO_APP, VARY_ORIGIN]),
        row("credentials", two().allow_credentials(true))
            .origin(APP)
            .preflight("GET")
            .answers(204, &[ACAO_APP, CREDENTIALS, VARY_ORIGIN]),
        row("an extension method in lower case is a method of its own", {
            two().allow_methods(["purge"])
        })
        .origin(APP)
        .preflight("purge")
        .answers(204, &[ACAO_APP, "access-control-allow-methods: purge", VARY_ORIGIN]),
    ]
}

/// Whatever is asked for, a granted origin's answer has the full lists.
fn preflight_methods() -> Vec<Row> {
    let mut rows = Vec::new();
    for method in
        ["PUT", "DELETE", "GET", "HEAD", "POST", "PATCH", "put", "", " ", "P UT", "PUT,DELETE", "*"]
    {
        let row = row("the answer does not depend on the method asked for", full())
            .origin(APP)
            .preflight(method)
            .answers(204, &FULL_PREFLIGHT);
        rows.push(row);
    }
    for method in ["CONNECT", "TRACE", "TRACK", "trace"] {
        rows.push(
            row("nor on a forbidden one", full())
                .origin(APP)
                .preflight(method)
                .answers(204, &FULL_PREFLIGHT),
        );
    }
    rows.push(
        row("nor on bytes that are no text", full())
            .origin(APP)
            .preflight(b"\xff\x80")
            .answers(204, &FULL_PREFLIGHT),
    );
    rows.push(
        row("nor on how many lines there are", full())
            .origin(APP)
            .preflight("PUT")
            .line("access-control-request-method", "DELETE")
            .answers(204, &FULL_PREFLIGHT),
    );
    rows
}

fn preflight_headers() -> Vec<Row> {
    let mut rows = Vec::new();
    for asked in [
        "authorization",
        "authorization,x-csrf-token",
        "authorization, x-csrf-token",
        "x-csrf-token,authorization",
        "Authorization , X-CSRF-Token",
        ",authorization,,\tx-csrf-token ,",
        ",",
        "",
        "x-unlisted",
        "authorization,x-unlisted",
        "x y",
        "x-\u{e9}",
        "*",
    ] {
        rows.push(
            row("the answer does not depend on the headers asked for", full())
                .origin(APP)
                .preflight("PUT")
                .asks(asked)
                .answers(204, &FULL_PREFLIGHT),
        );
    }
    rows.push(
        row("nor on how many lines there are", full())
            .origin(APP)
            .preflight("PUT")
            .asks("authorization")
            .asks("x-csrf-token")
            .asks("")
            .answers(204, &FULL_PREFLIGHT),
    );
    rows
}

fn preflight_status() -> Vec<Row> {
    let mut rows = Vec::new();
    for status in [200, 201, 202, 203, 205, 206, 226, 299] {
        rows.push(
            row("another success status, with a length", {
                two().preflight_status(StatusCode::from_u16(status).expect("a status"))
            })
            .origin(APP)
            .preflight("PUT")
            .answers(status, &[ACAO_APP, VARY_ORIGIN, EMPTY]),
        );
    }
    rows.push(
        row("204 has no length", two().preflight_status(StatusCode::NO_CONTENT))
            .origin(APP)
            .preflight("PUT")
            .answers(204, &[ACAO_APP, VARY_ORIGIN]),
    );
    rows.push(
        row("a refused origin gets 403 whatever the status", {
            two().preflight_status(StatusCode::OK)
        })
        .origin("https://evil.example")
        .preflight("PUT")
        .answers(403, &[VARY_ORIGIN, EMPTY]),
    );
    rows.push(
        row("a refused method gets the success status too", {
            two().preflight_status(StatusCode::OK)
        })
        .origin(APP)
        .preflight("PUT")
        .answers(200, &[ACAO_APP, VARY_ORIGIN, EMPTY]),
    );
    rows
}

fn preflight_continue() -> Vec<Row> {
    let passing = || full().preflight_continue(true);
    vec![
        row("granted in full: the inner service answers", passing())
            .origin(APP)
            .preflight("PUT")
            .asks("authorization")
            .runs(&FULL_PREFLIGHT),
        row("granted in full: whatever the inner status", passing())
            .origin(APP)
            .preflight("DELETE")
            .inner(404)
            .runs(&FULL_PREFLIGHT),
        row("granted in full: a safelisted method", passing())
            .origin(APP)
            .preflight("POST")
            .runs(&FULL_PREFLIGHT),
        row("granted in full: inner Access-Control-* are replaced", passing())
            .origin(APP)
            .preflight("PUT")
            .sets("access-control-allow-origin", "*")
            .sets("access-control-allow-methods", "*")
            .sets("access-control-allow-private-network", "true")
            .sets("access-control-expose-headers", "*")
            .sets("vary", "accept, origin")
            .runs(&[
                ACAO_APP,
                CREDENTIALS,
                "access-control-allow-methods: PUT,DELETE",
                "access-control-allow-headers: authorization,x-csrf-token",
                "access-control-max-age: 3600",
                "vary: accept, origin",
            ]),
        row("granted in full: the inner service's own are kept where the policy says so", {
            passing().inner_headers(InnerHeaders::Keep)
        })
        .origin(APP)
        .preflight("PUT")
        .sets("access-control-allow-origin", "https://app.example.com")
        .sets("access-control-allow-methods", "PUT")
        .runs(&[ACAO_APP, "access-control-allow-methods: PUT", VARY_ORIGIN]),
        row("the method is refused: answered here", passing())
            .origin(APP)
            .preflight("PATCH")
            .answers(204, &FULL_PREFLIGHT),
        row("the method is no method: answered here", passing())
            .origin(APP)
            .preflight("")
            .answers(204, &FULL_PREFLIGHT),
        row("two method lines: answered here", passing())
            .origin(APP)
            .preflight("PUT")
            .line("access-control-request-method", "PUT")
            .answers(204, &FULL_PREFLIGHT),
        row("a header is refused: answered here", passing())
            .origin(APP)
            .preflight("PUT")
            .asks("authorization,x-unlisted")
            .answers(204, &FULL_PREFLIGHT),
        row("a header is no header: answered here", passing())
            .origin(APP)
            .preflight("PUT")
            .asks("authorization,x y")
            .answers(204, &FULL_PREFLIGHT),
        row("the origin is refused: answered here", passing())
            .origin("https://evil.example")
            .preflight("PUT")
            .answers(403, &[VARY_ORIGIN, EMPTY]),
        row("mirrored: the inner service answers, Vary has all names", {
            mirrors().preflight_continue(true)
        })
        .origin(APP)
        .preflight("PURGE")
        .asks("x-a,x-b")
        .sets("vary", "accept-encoding")
        .runs(&[
            ACAO_APP,
            CREDENTIALS,
            "access-control-allow-methods: PURGE",
            "access-control-allow-headers: x-a,x-b",
            "vary: accept-encoding, Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
        ]),
        row("any origin, static: the inner service answers", {
            any().allow_methods(Any).preflight_continue(true)
        })
        .origin(APP)
        .preflight("PUT")
        .runs(&[ACAO_ANY, "access-control-allow-methods: *"]),
        row("the inner service's own length stays", two().preflight_continue(true))
            .origin(APP)
            .preflight("GET")
            .inner(200)
            .runs(&[ACAO_APP, VARY_ORIGIN]),
        row("an actual OPTIONS request is still actual", passing())
            .method("OPTIONS")
            .origin(APP)
            .runs(&FULL_ACTUAL),
        row("private network: the inner service answers", {
            passing().allow_private_network(true)
        })
        .origin(APP)
        .preflight("PUT")
        .line("access-control-request-private-network", "true")
        .runs(&[
            ACAO_APP,
            CREDENTIALS,
            PRIVATE,
            "access-control-allow-methods: PUT,DELETE",
            "access-control-allow-headers: authorization,x-csrf-token",
            "access-control-max-age: 3600",
            "vary: Origin, Access-Control-Request-Private-Network",
        ]),
        row("timing is not for preflights: the inner service's is removed", {
            two().timing_allow_origin(true).preflight_continue(true)
        })
        .origin(APP)
        .preflight("GET")
        .sets("timing-allow-origin", "*")
        .runs(&[ACAO_APP, VARY_ORIGIN]),
    ]
}

/// `*` with credentials.
fn mirrored() -> Vec<Row> {
    let method = |method: &str| format!("access-control-allow-methods: {method}");
    let headers = |names: &str| format!("access-control-allow-headers: {names}");
    let answer = |lines: &[String]| {
        let fixed = [ACAO_APP, CREDENTIALS, VARY_MIRRORS].map(str::to_owned);
        fixed.into_iter().chain(lines.iter().cloned()).collect::<Vec<_>>()
    };
    let mut rows = Vec::new();
    for asked in ["PUT", "GET", "PURGE", "x-custom", "put", "!#$%&'*+-.^_`|~9aZ", "*"] {
        rows.push(
            row("the method is mirrored", mirrors())
                .origin(APP)
                .preflight(asked)
                .answers(204, &answer(&[method(asked)])),
        );
    }
    for asked in [
        &b""[..],
        b"P UT",
        b"PUT,DELETE",
        b"CONNECT",
        b"TRACE",
        b"TRACK",
        b"connect",
        b"Track",
        b"\xff",
        b"PUT\xe9",
        b"(PUT)",
        b"\"PUT\"",
        b"PUT;",
        b"PUT/",
        b"PUT:",
        b"PUT=",
        b"PUT@",
    ] {
        rows.push(
            row("what is no method, or a forbidden one, is not mirrored", mirrors())
                .origin(APP)
                .preflight(asked)
                .answers(204, &answer(&[])),
        );
    }
    let longest = "X".repeat(64);
    rows.extend([
        row("a method of 64 bytes is mirrored", mirrors())
            .origin(APP)
            .preflight(&longest)
            .answers(204, &answer(&[method(&longest)])),
        row("a longer method is not mirrored", mirrors())
            .origin(APP)
            .preflight(longest.clone() + "X")
            .answers(204, &answer(&[])),
        row("a longer method that is listed is mirrored", {
            mirrors().allow_methods(longest.clone() + "X")
        })
        .origin(APP)
        .preflight(longest.clone() + "X")
        .answers(204, &answer(&[method(&(longest.clone() + "X"))])),
    ]);
    rows.push(
        row("two method lines are not mirrored", mirrors())
            .origin(APP)
            .preflight("PUT")
            .line("access-control-request-method", "PUT")
            .answers(204, &answer(&[])),
    );
    for (asked, mirrored) in [
        ("x-a", "x-a"),
        ("x-a,x-b", "x-a,x-b"),
        ("x-a, x-b", "x-a,x-b"),
        (" x-a\t,\t x-b ", "x-a,x-b"),
        (",,x-a,,,x-b,", "x-a,x-b"),
        ("x-b,x-a", "x-b,x-a"),
        ("!#$%&'*+-.^_`|~9az", "!#$%&'*+-.^_`|~9az"),
        ("authorization,x-a", "x-a"),
        ("x-a,Authorization", "x-a"),
    ] {
        rows.push(
            row("the headers are mirrored, but for Authorization", mirrors())
                .origin(APP)
                .preflight("PUT")
                .asks(asked)
                .answers(204, &answer(&[method("PUT"), headers(mirrored)])),
        );
    }
    for asked in ["", ",", " , ,", "authorization", "x a", "x-a,x b", "x-a;", "x-a,\u{e9}", "(x)"] {
        rows.push(
            row("nothing to mirror, or something that is no name: no list at all", mirrors())
                .origin(APP)
                .preflight("PUT")
                .asks(asked)
                .answers(204, &answer(&[method("PUT")])),
        );
    }
    let names = |bytes: usize| {
        let mut names = "x-abcde,".repeat(bytes / 8);
        names.push_str(&"y".repeat(bytes % 8));
        names
    };
    let joined = |text: &str| text.trim_matches(',').to_owned();
    rows.extend([
        row("the headers of all lines are mirrored", mirrors())
            .origin(APP)
            .preflight("PUT")
            .asks("x-a")
            .asks("")
            .asks("x-b, x-c")
            .answers(204, &answer(&[method("PUT"), headers("x-a,x-b,x-c")])),
        row("one bad name in another line: no list at all", mirrors())
            .origin(APP)
            .preflight("PUT")
            .asks("x-a")
            .asks("x b")
            .answers(204, &answer(&[method("PUT")])),
        row("4,096 bytes are mirrored", mirrors())
            .origin(APP)
            .preflight("PUT")
            .asks(names(4096))
            .answers(204, &answer(&[method("PUT"), headers(&joined(&names(4096)))])),
        row("4,097 bytes are not", mirrors())
            .origin(APP)
            .preflight("PUT")
            .asks(names(4097))
            .answers(204, &answer(&[method("PUT")])),
        row("4,096 bytes on two lines are mirrored", mirrors())
            .origin(APP)
            .preflight("PUT")
            .asks(names(2048))
            .asks(names(2048))
            .answers(204, &answer(&[method("PUT"), headers(&joined(&names(2048).repeat(2)))])),
        row("4,097 bytes on two lines are not", mirrors())
            .origin(APP)
            .preflight("PUT")
            .asks(names(2048))
            .asks(names(2049))
            .answers(204, &answer(&[method("PUT")])),
        row("one name of 4,096 bytes", mirrors())
            .origin(APP)
            .preflight("PUT")
            .asks("x".repeat(4096))
            .answers(204, &answer(&[method("PUT"), headers(&"x".repeat(4096))])),
        row("only methods mirrored: Vary names the method alone", {
            two().allow_credentials(true).allow_methods(Any).allow_headers("x-a")
        })
        .origin(APP)
        .preflight("PUT")
        .asks("x-b")
        .answers(
            204,
            &[
                ACAO_APP,
                CREDENTIALS,
                "access-control-allow-methods: PUT",
                "access-control-allow-headers: x-a",
                "vary: Origin, Access-Control-Request-Method",
            ],
        ),
        row("only headers mirrored: Vary names the headers alone", {
            two().allow_credentials(true).allow_methods("PUT").allow_headers(Any)
        })
        .origin(APP)
        .preflight("PUT")
        .asks("x-b")
        .answers(
            204,
            &[
                ACAO_APP,
                CREDENTIALS,
                "access-control-allow-methods: PUT",
                "access-control-allow-headers: x-b",
                "vary: Origin, Access-Control-Request-Headers",
            ],
        ),
        row("static and mirrored: Vary does not name the origin", {
            one().allow_credentials(true).allow_methods(Any).allow_headers(Any)
        })
        .origin(APP)
        .preflight("PUT")
        .asks("x-b")
        .answers(
            204,
            &[
                ACAO_APP,
                CREDENTIALS,
                "access-control-allow-methods: PUT",
                "access-control-allow-headers: x-b",
                "vary: Access-Control-Request-Method, Access-Control-Request-Headers",
            ],
        ),
        row("refused and mirrored: Vary as for any preflight, nothing of the request", mirrors())
            .origin("https://evil.example")
            .preflight("PUT")
            .asks("x-b")
            .answers(403, &[VARY_MIRRORS, EMPTY]),
        row("static, refused and mirrored", {
            one().allow_credentials(true).allow_methods(Any).allow_headers(Any)
        })
        .origin("https://evil.example")
        .preflight("PUT")
        .answers(
            403,
            &["vary: Access-Control-Request-Method, Access-Control-Request-Headers", EMPTY],
        ),
        row("actual requests mirror nothing", mirrors()).origin(APP).runs(&[
            ACAO_APP,
            CREDENTIALS,
            VARY_ORIGIN,
        ]),
    ]);
    rows
}

fn authorization() -> Vec<Row> {
    vec![
        row("Authorization beside `*` is named", two().allow_headers(["*", "Authorization"]))
            .origin(APP)
            .preflight("GET")
            .answers(
                204,
                &[ACAO_APP, "access-control-allow-headers: *,authorization", VARY_ORIGIN],
            ),
        row("in whatever order", {
            two().allow_headers(header::AUTHORIZATION).allow_headers("x-a").allow_headers(Any)
        })
        .origin(APP)
        .preflight("GET")
        .answers(204, &[ACAO_APP, "access-control-allow-headers: *,authorization", VARY_ORIGIN]),
        row("with credentials, Authorization is mirrored where it is named", {
            mirrors().allow_headers("authorization")
        })
        .origin(APP)
        .preflight("PUT")
        .asks("authorization,x-a")
        .answers(
            204,
            &[
                ACAO_APP,
                CREDENTIALS,
                "access-control-allow-methods: PUT",
                "access-control-allow-headers: authorization,x-a",
                VARY_MIRRORS,
            ],
        ),
    ]
}

fn exposed() -> Vec<Row> {
    let all = || two().allow_credentials(true).expose_headers(Any);
    vec![
        row("named", two().expose_headers("X-Request-Id, etag")).origin(APP).runs(&[
            ACAO_APP,
            "access-control-expose-headers: x-request-id,etag",
            VARY_ORIGIN,
        ]),
        row("all, without credentials: *", two().expose_headers(Any)).origin(APP).runs(&[
            ACAO_APP,
            "access-control-expose-headers: *",
            VARY_ORIGIN,
        ]),
        row("all, with credentials: the names that are there", all())
            .origin(APP)
            .sets("x-request-id", "7")
            .sets("etag", "\"1\"")
            .runs(&[
                ACAO_APP,
                CREDENTIALS,
                "access-control-expose-headers: x-request-id,etag,vary",
                VARY_ORIGIN,
            ]),
        row("all, with credentials: less the safelisted and forbidden ones", all())
            .origin(APP)
            .sets("cache-control", "no-store")
            .sets("content-language", "en")
            .sets("content-type", "text/plain")
            .sets("expires", "0")
            .sets("last-modified", "Tue, 01 Jan 2030 00:00:00 GMT")
            .sets("pragma", "no-cache")
            .sets("set-cookie", "a=1")
            .sets("set-cookie", "b=1")
            .sets("set-cookie2", "a=1")
            .sets("x-a", "1")
            .sets("x-a", "2")
            .runs(&[ACAO_APP, CREDENTIALS, "access-control-expose-headers: x-a,vary", VARY_ORIGIN]),
        row("all, with credentials: the inner service's Access-Control-* are not there", all())
            .origin(APP)
            .sets("access-control-allow-origin", "*")
            .sets("access-control-max-age", "1")
            .runs(&[ACAO_APP, CREDENTIALS, "access-control-expose-headers: vary", VARY_ORIGIN]),
        row("all, with credentials: Vary that the inner service has", all())
            .origin(APP)
            .sets("vary", "accept")
            .runs(&[
                ACAO_APP,
                CREDENTIALS,
                "access-control-expose-headers: vary",
                "vary: accept, Origin",
            ]),
        row("all, with credentials, static: nothing there, no list", {
            one().allow_credentials(true).expose_headers(Any)
        })
        .origin(APP)
        .runs(&[ACAO_APP, CREDENTIALS]),
        row("all, with credentials, static: a name of one letter", {
            one().allow_credentials(true).expose_headers(Any)
        })
        .origin(APP)
        .sets("a", "1")
        .runs(&[ACAO_APP, CREDENTIALS, "access-control-expose-headers: a"]),
        row("all, with credentials, static, no Origin: the one answer", {
            one().allow_credentials(true).expose_headers(Any)
        })
        .sets("x-a", "1")
        .runs(&[ACAO_APP, CREDENTIALS, "access-control-expose-headers: x-a"]),
        row("all, with credentials, refused: no list", all())
            .origin("https://evil.example")
            .sets("x-a", "1")
            .runs(&[VARY_ORIGIN]),
        row("all, with credentials, 304: no list, which would shorten the stored one", all())
            .origin(APP)
            .inner(304)
            .sets("etag", "\"1\"")
            .runs(&[ACAO_APP, CREDENTIALS, VARY_ORIGIN]),
        row("named, with credentials, 304: the same list as ever", {
            two().allow_credentials(true).expose_headers("x-a")
        })
        .origin(APP)
        .inner(304)
        .runs(&[ACAO_APP, CREDENTIALS, "access-control-expose-headers: x-a", VARY_ORIGIN]),
    ]
}

fn vary() -> Vec<Row> {
    let mut rows = Vec::new();
    for (lines, expected) in [
        (&["accept"][..], "vary: accept, Origin"),
        (&["accept, accept-encoding"], "vary: accept, accept-encoding, Origin"),
        (&["origin"], "vary: origin"),
        (&["Origin"], "vary: Origin"),
        (&["ORIGIN, accept"], "vary: ORIGIN, accept"),
        (&["accept,origin"], "vary: accept, origin"),
        (&["accept , origin\t, x"], "vary: accept, origin, x"),
        (&["origin-x, x-origin"], "vary: origin-x, x-origin, Origin"),
        (&["*"], "vary: *"),
        (&["accept, *"], "vary: accept, *"),
        (&["accept", "*"], "vary: accept, *"),
        (&["accept", "accept-encoding"], "vary: accept, accept-encoding, Origin"),
        (&["accept", "origin"], "vary: accept, origin"),
        (&["origin", "accept"], "vary: origin, accept"),
        (&["accept", "accept-encoding", "cookie"], "vary: accept, accept-encoding, cookie, Origin"),
    ] {
        for (about, origin) in [
            ("Vary is merged: granted", Some(APP)),
            ("Vary is merged: refused", Some("https://evil.example")),
            ("Vary is merged: no Origin", None),
        ] {
            let mut row = row(about, two());
            for line in lines {
                row = row.sets("vary", line);
            }
            rows.push(match origin {
                Some(APP) => row.origin(APP).runs(&[ACAO_APP, expected]),
                Some(origin) => row.origin(origin).runs(&[expected]),
                None => row.runs(&[expected]),
            });
        }
    }
    rows.extend([
        row("a Vary of one letter", two())
            .origin(APP)
            .sets("vary", "a")
            .runs(&[ACAO_APP, "vary: a, Origin"]),
        row("an empty Vary", two()).origin(APP).sets("vary", "").runs(&[ACAO_APP, VARY_ORIGIN]),
        row("Vary in bytes that are no text", two())
            .origin(APP)
            .sets("vary", b"accept, \xff")
            .runs(&[ACAO_APP, "vary: accept, \u{ff}, Origin"]),
        row("a static policy leaves Vary alone", one())
            .origin(APP)
            .sets("vary", "accept")
            .runs(&[ACAO_APP, "vary: accept"]),
        row("a static policy leaves Vary: Origin alone", any())
            .origin(APP)
            .sets("vary", "origin")
            .runs(&[ACAO_ANY, "vary: origin"]),
        row("Vary on an error", two())
            .origin(APP)
            .inner(500)
            .sets("vary", "accept")
            .runs(&[ACAO_APP, "vary: accept, Origin"]),
    ]);
    rows
}

fn inner_headers() -> Vec<Row> {
    let keep = || full().inner_headers(InnerHeaders::Keep);
    vec![
        row("replace: all are replaced, there is one line of each", full())
            .origin(APP)
            .sets("access-control-allow-origin", "*")
            .sets("access-control-allow-origin", "https://other.example")
            .sets("access-control-allow-credentials", "false")
            .sets("access-control-expose-headers", "x-other")
            .sets("access-control-max-age", "5")
            .sets("access-control-allow-methods", "GET")
            .sets("access-control-allow-headers", "x-other")
            .sets("access-control-allow-private-network", "true")
            .runs(&FULL_ACTUAL),
        row("replace: unknown Access-Control-* too", two())
            .origin(APP)
            .sets("access-control-something-new", "1")
            .runs(&[ACAO_APP, VARY_ORIGIN]),
        row("replace: credentials that the policy does not grant are removed", two())
            .origin(APP)
            .sets("access-control-allow-credentials", "true")
            .runs(&[ACAO_APP, VARY_ORIGIN]),
        row("keep: the inner service's own grant is left, all of it", keep())
            .origin(APP)
            .sets("access-control-allow-origin", "*")
            .sets("access-control-expose-headers", "x-other")
            .runs(&[ACAO_ANY, "access-control-expose-headers: x-other", VARY_ORIGIN]),
        row("keep: refused, the inner service's own grant is left", keep())
            .origin("https://evil.example")
            .sets("access-control-allow-origin", "https://evil.example")
            .sets("access-control-allow-credentials", "true")
            .runs(&["access-control-allow-origin: https://evil.example", CREDENTIALS, VARY_ORIGIN]),
        row("keep: no Origin, the inner service's own grant is left", keep())
            .sets("access-control-allow-origin", "*")
            .runs(&[ACAO_ANY, VARY_ORIGIN]),
        row("keep: static, the inner service's own grant is left", {
            one().inner_headers(InnerHeaders::Keep)
        })
        .origin(APP)
        .sets("access-control-allow-origin", "*")
        .runs(&[ACAO_ANY]),
        row("keep: Vary is still merged", keep())
            .origin(APP)
            .sets("access-control-allow-origin", "*")
            .sets("vary", "accept")
            .runs(&[ACAO_ANY, "vary: accept, Origin"]),
        row("keep: without Access-Control-Allow-Origin the others go", keep())
            .origin(APP)
            .sets("access-control-expose-headers", "x-other")
            .sets("access-control-max-age", "5")
            .runs(&FULL_ACTUAL),
        row("keep: without Access-Control-Allow-Origin, refused, the others go", keep())
            .origin("https://evil.example")
            .sets("access-control-allow-credentials", "true")
            .runs(&[VARY_ORIGIN]),
        row("keep: a response without any is decorated", keep()).origin(APP).runs(&FULL_ACTUAL),
        row("keep: preflights are answered here all the same", keep())
            .origin(APP)
            .preflight("PUT")
            .answers(204, &FULL_PREFLIGHT),
        row("keep: an empty Access-Control-Allow-Origin is the inner service's own too", keep())
            .origin(APP)
            .sets("access-control-allow-origin", "")
            .runs(&["access-control-allow-origin: ", VARY_ORIGIN]),
    ]
}

fn layers() -> Vec<Row> {
    vec![
        row("two dynamic layers: one line of each", two())
            .around(two())
            .origin(APP)
            .runs(&[ACAO_APP, VARY_ORIGIN]),
        row("three dynamic layers", two())
            .around(two())
            .around(two())
            .origin(APP)
            .runs(&[ACAO_APP, VARY_ORIGIN]),
        row("the outer one wins: it grants what the inner one refuses", one())
            .around(any())
            .origin("https://who.example")
            .runs(&[ACAO_ANY]),
        row("the outer one wins: it refuses what the inner one grants", any())
            .around(two())
            .origin("https://evil.example")
            .runs(&[VARY_ORIGIN]),
        row("the outer one wins: credentials of the inner one go", full())
            .around(two())
            .origin(APP)
            .runs(&[ACAO_APP, VARY_ORIGIN]),
        row("the outer one answers the preflight", full())
            .around(two())
            .origin(APP)
            .preflight("PUT")
            .answers(204, &[ACAO_APP, VARY_ORIGIN]),
        row("the outer one refuses the preflight", any())
            .around(two())
            .origin("https://evil.example")
            .preflight("PUT")
            .answers(403, &[VARY_ORIGIN, EMPTY]),
        row("an outer one that passes preflights on has the inner one's answered", full())
            .around(two().allow_methods("PUT").preflight_continue(true))
            .origin(APP)
            .preflight("PUT")
            // The inner layer answers, so the innermost service does not run.
            .answers(204, &[ACAO_APP, "access-control-allow-methods: PUT", VARY_ORIGIN]),
        row("an outer one that keeps, around one that grants", any())
            .around(two().inner_headers(InnerHeaders::Keep))
            .origin("https://who.example")
            .runs(&[ACAO_ANY, VARY_ORIGIN]),
        row("an outer one that keeps, around one that refuses", two())
            .around(any().inner_headers(InnerHeaders::Keep))
            .origin("https://who.example")
            .runs(&[ACAO_ANY, VARY_ORIGIN]),
    ]
}

fn private_network() -> Vec<Row> {
    let name = "access-control-request-private-network";
    let private = || two().allow_private_network(true);
    let vary = "vary: Origin, Access-Control-Request-Private-Network";
    let mut rows = vec![
        row("off by default", two())
            .origin(APP)
            .preflight("GET")
            .line(name, "true")
            .answers(204, &[ACAO_APP, VARY_ORIGIN]),
        row("asked and granted", private())
            .origin(APP)
            .preflight("GET")
            .line(name, "true")
            .answers(204, &[ACAO_APP, PRIVATE, vary]),
        row("not asked: not granted, but in Vary", private())
            .origin(APP)
            .preflight("GET")
            .answers(204, &[ACAO_APP, vary]),
        row("asked twice", private())
            .origin(APP)
            .preflight("GET")
            .line(name, "true")
            .line(name, "true")
            .answers(204, &[ACAO_APP, vary]),
        row("a refused origin", private())
            .origin("https://evil.example")
            .preflight("GET")
            .line(name, "true")
            .answers(403, &[vary, EMPTY]),
        row("an actual request", private())
            .origin(APP)
            .line(name, "true")
            .runs(&[ACAO_APP, VARY_ORIGIN]),
        row("OPTIONS without Access-Control-Request-Method", private())
            .method("OPTIONS")
            .origin(APP)
            .line(name, "true")
            .runs(&[ACAO_APP, VARY_ORIGIN]),
        row("static", one().allow_private_network(true))
            .origin(APP)
            .preflight("GET")
            .line(name, "true")
            .answers(204, &[ACAO_APP, PRIVATE, "vary: Access-Control-Request-Private-Network"]),
        row("with everything mirrored", mirrors().allow_private_network(true))
            .origin(APP)
            .preflight("GET")
            .line(name, "true")
            .answers(
                204,
                &[
                    ACAO_APP,
                    CREDENTIALS,
                    PRIVATE,
                    "access-control-allow-methods: GET",
                    "vary: Origin, Access-Control-Request-Method, \
                     Access-Control-Request-Headers, Access-Control-Request-Private-Network",
                ],
            ),
    ];
    for value in ["TRUE", "True", "1", "yes", "", "true,true", "false", "true;", "?1"] {
        rows.push(
            row("asked with anything but exactly `true`", private())
                .origin(APP)
                .preflight("GET")
                .line(name, value)
                .answers(204, &[ACAO_APP, vary]),
        );
    }
    rows
}

fn timing() -> Vec<Row> {
    let timing = || two().timing_allow_origin(true);
    vec![
        row("granted: the value of Access-Control-Allow-Origin", timing()).origin(APP).runs(&[
            ACAO_APP,
            TAO_APP,
            VARY_ORIGIN,
        ]),
        row("refused: none", timing()).origin("https://evil.example").runs(&[VARY_ORIGIN]),
        row("no Origin, dynamic: none", timing()).runs(&[VARY_ORIGIN]),
        row("no Origin, static: the one answer", one().timing_allow_origin(true))
            .runs(&[ACAO_APP, TAO_APP]),
        row("refused, static: the one answer", one().timing_allow_origin(true))
            .origin("https://evil.example")
            .runs(&[ACAO_APP, TAO_APP]),
        row("any origin", any().timing_allow_origin(true))
            .origin(APP)
            .runs(&[ACAO_ANY, "timing-allow-origin: *"]),
        row("null", timing().dangerously_allow_null_origin(true)).origin("null").runs(&[
            ACAO_NULL,
            "timing-allow-origin: null",
            VARY_ORIGIN,
        ]),
        row("granted: the inner one is replaced, all lines of it", timing())
            .origin(APP)
            .sets("timing-allow-origin", "*")
            .sets("timing-allow-origin", "https://other.example")
            .runs(&[ACAO_APP, TAO_APP, VARY_ORIGIN]),
        row("refused: the inner one is removed", timing())
            .origin("https://evil.example")
            .sets("timing-allow-origin", "*")
            .runs(&[VARY_ORIGIN]),
        row("no Origin: the inner one is removed", timing())
            .sets("timing-allow-origin", "*")
            .runs(&[VARY_ORIGIN]),
        row("off: the inner one is left alone, granted", two())
            .origin(APP)
            .sets("timing-allow-origin", "*")
            .runs(&[ACAO_APP, "timing-allow-origin: *", VARY_ORIGIN]),
        row("off: the inner one is left alone, refused", two())
            .origin("https://evil.example")
            .sets("timing-allow-origin", "https://evil.example")
            .runs(&["timing-allow-origin: https://evil.example", VARY_ORIGIN]),
        row("refused under enforcement: none", timing().enforce(true))
            .origin("https://evil.example")
            .answers(403, &REFUSED),
    ]
}

fn enforcement() -> Vec<Row> {
    let enforced = || full().enforce(true);
    let mut rows = vec![
        row("granted", enforced()).method("POST").origin(APP).runs(&FULL_ACTUAL),
        row("granted first, whatever Sec-Fetch-Site says", enforced())
            .origin(APP)
            .line("sec-fetch-site", "cross-site")
            .runs(&FULL_ACTUAL),
        row("granted first, with a grant, even if same-origin", enforced())
            .origin(APP)
            .line("host", "app.example.com")
            .line("sec-fetch-site", "same-origin")
            .runs(&FULL_ACTUAL),
        row("no Origin passes", enforced()).method("POST").runs(&[VARY_ORIGIN]),
        row("no Origin passes, cross-site even: there is no origin to refuse", enforced())
            .line("sec-fetch-site", "cross-site")
            .runs(&[VARY_ORIGIN]),
        row("one exact origin, granted", one().enforce(true))
            .origin(APP)
            .runs(&[ACAO_APP, VARY_ORIGIN]),
        row("one exact origin, refused: not even its one answer", one().enforce(true))
            .origin("https://evil.example")
            .answers(403, &REFUSED),
        row("mirrors: a refusal's Vary is that of actual requests", mirrors().enforce(true))
            .origin("https://evil.example")
            .answers(403, &REFUSED),
        row("null with the opt-in", two().enforce(true).dangerously_allow_null_origin(true))
            .origin("null")
            .runs(&[ACAO_NULL, VARY_ORIGIN]),
        row("a refused origin under the permission to keep inner headers", {
            enforced().inner_headers(InnerHeaders::Keep)
        })
        .origin("https://evil.example")
        .sets("access-control-allow-origin", "*")
        .answers(403, &REFUSED),
        row("a WebSocket upgrade from a refused origin", enforced())
            .origin("https://evil.example")
            .line("host", "api.example.com")
            .line("connection", "upgrade")
            .line("upgrade", "websocket")
            .line("sec-websocket-version", "13")
            .line("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA==")
            .line("sec-fetch-site", "cross-site")
            .line("sec-fetch-mode", "websocket")
            .answers(403, &REFUSED)
            .not_over(Wire::Http2, "HTTP/2 has no Upgrade"),
        row("a WebSocket upgrade from a refused origin of an old browser", enforced())
            .origin("https://evil.example")
            .line("host", "api.example.com")
            .line("connection", "upgrade")
            .line("upgrade", "websocket")
            .answers(403, &REFUSED)
            .not_over(Wire::Http2, "HTTP/2 has no Upgrade"),
        row("a WebSocket upgrade from a granted origin", enforced())
            .origin(APP)
            .line("host", "api.example.com")
            .line("connection", "upgrade")
            .line("upgrade", "websocket")
            .inner(101)
            .sets("connection", "upgrade")
            .sets("upgrade", "websocket")
            .runs(&FULL_ACTUAL)
            .not_over(Wire::Http2, "HTTP/2 has no Upgrade"),
        row("a WebSocket upgrade from the same origin", enforced())
            .origin("https://api.example.com")
            .line("host", "api.example.com")
            .line("connection", "upgrade")
            .line("upgrade", "websocket")
            .inner(101)
            .sets("connection", "upgrade")
            .sets("upgrade", "websocket")
            .runs(&[VARY_ORIGIN])
            .not_over(Wire::Http2, "HTTP/2 has no Upgrade"),
        row("without enforcement a refused WebSocket upgrade runs", full())
            .origin("https://evil.example")
            .line("connection", "upgrade")
            .line("upgrade", "websocket")
            .runs(&[VARY_ORIGIN])
            .not_over(Wire::Http2, "HTTP/2 has no Upgrade"),
    ];
    for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "x-custom"] {
        rows.push(
            row("refused, whatever the method", enforced())
                .method(method)
                .origin("https://evil.example")
                .answers(403, &REFUSED),
        );
    }
    for origin in ["null", "", "nonsense", "https://app.example.com/", "\u{e9}", "HTTPS://A"] {
        rows.push(
            row("null and what is no origin are refused", enforced())
                .origin(origin)
                .answers(403, &REFUSED),
        );
    }
    rows
}

/// Which requests are same-origin, under enforcement.
fn same_origin() -> Vec<Row> {
    let enforced = || one().enforce(true);
    let site = "sec-fetch-site";
    let mut rows = Vec::new();
    for (about, origin, host, lines, passes) in [
        ("same-origin", "https://api.example.com", "api.example.com", &["same-origin"][..], true),
        (
            "none is the user's own doing",
            "https://evil.example",
            "api.example.com",
            &["none"],
            true,
        ),
        (
            "same-site is not same-origin",
            "https://api.example.com",
            "api.example.com",
            &["same-site"],
            false,
        ),
        ("cross-site", "https://api.example.com", "api.example.com", &["cross-site"], false),
        (
            "one line decides whatever Host says",
            "https://evil.example",
            "api.example.com",
            &["same-origin"],
            true,
        ),
        ("null, same-origin", "null", "api.example.com", &["same-origin"], true),
        ("null, none", "null", "api.example.com", &["none"], true),
        ("null, cross-site", "null", "api.example.com", &["cross-site"], false),
        ("null, no Sec-Fetch-Site", "null", "api.example.com", &[], false),
        ("null, several Sec-Fetch-Site", "null", "null", &["same-origin", "same-origin"], false),
        ("an unknown value", "https://api.example.com", "api.example.com", &["same-party"], false),
        ("an empty value", "https://api.example.com", "api.example.com", &[""], false),
        (
            "a value in upper case",
            "https://api.example.com",
            "api.example.com",
            &["Same-Origin"],
            false,
        ),
        (
            "a list in one line",
            "https://api.example.com",
            "api.example.com",
            &["same-origin, none"],
            false,
        ),
        (
            "several lines: Host decides, same",
            "https://api.example.com",
            "api.example.com",
            &["cross-site", "same-origin"],
            true,
        ),
        (
            "several lines: Host decides, other",
            "https://evil.example",
            "api.example.com",
            &["same-origin", "same-origin"],
            false,
        ),
        (
            "no canonical origin never passes",
            "https://api.example.com/",
            "api.example.com",
            &["same-origin"],
            false,
        ),
        (
            "no canonical origin never passes: case",
            "https://API.example.com",
            "api.example.com",
            &["same-origin"],
            false,
        ),
        (
            "no canonical origin never passes: port",
            "https://api.example.com:443",
            "api.example.com",
            &["none"],
            false,
        ),
        ("no canonical origin never passes: empty", "", "api.example.com", &["none"], false),
        (
            "no Sec-Fetch-Site: the same host",
            "https://api.example.com",
            "api.example.com",
            &[],
            true,
        ),
        (
            "no Sec-Fetch-Site: the scheme cannot be known",
            "http://api.example.com",
            "api.example.com",
            &[],
            true,
        ),
        (
            "no Sec-Fetch-Site: case of Host",
            "https://api.example.com",
            "API.Example.Com",
            &[],
            true,
        ),
        ("no Sec-Fetch-Site: another host", "https://evil.example", "api.example.com", &[], false),
        (
            "no Sec-Fetch-Site: a subdomain",
            "https://a.api.example.com",
            "api.example.com",
            &[],
            false,
        ),
        ("no Sec-Fetch-Site: a parent", "https://example.com", "api.example.com", &[], false),
        (
            "no Sec-Fetch-Site: a prefix",
            "https://api.example.com.evil.example",
            "api.example.com",
            &[],
            false,
        ),
        (
            "no Sec-Fetch-Site: the default port written out, https",
            "https://api.example.com",
            "api.example.com:443",
            &[],
            true,
        ),
        (
            "no Sec-Fetch-Site: the default port written out, http",
            "http://api.example.com",
            "api.example.com:80",
            &[],
            true,
        ),
        (
            "no Sec-Fetch-Site: the other scheme's port",
            "https://api.example.com",
            "api.example.com:80",
            &[],
            false,
        ),
        (
            "no Sec-Fetch-Site: the other scheme's port, http",
            "http://api.example.com",
            "api.example.com:443",
            &[],
            false,
        ),
        (
            "no Sec-Fetch-Site: the same port",
            "http://api.example.com:3000",
            "api.example.com:3000",
            &[],
            true,
        ),
        (
            "no Sec-Fetch-Site: another port",
            "http://api.example.com:3000",
            "api.example.com:3001",
            &[],
            false,
        ),
        (
            "no Sec-Fetch-Site: a port in Origin alone",
            "http://api.example.com:3000",
            "api.example.com",
            &[],
            false,
        ),
        (
            "no Sec-Fetch-Site: a port in Host alone",
            "http://api.example.com",
            "api.example.com:3000",
            &[],
            false,
        ),
        (
            "no Sec-Fetch-Site: an IPv4 address",
            "http://127.0.0.1:3000",
            "127.0.0.1:3000",
            &[],
            true,
        ),
        ("no Sec-Fetch-Site: an IPv6 address", "http://[::1]:3000", "[::1]:3000", &[], true),
        ("no Sec-Fetch-Site: an IPv6 address without port", "http://[::1]", "[::1]", &[], true),
        ("no Sec-Fetch-Site: another IPv6 address", "http://[::1]", "[::2]", &[], false),
        ("no Sec-Fetch-Site: an IPv6 address, other port", "http://[::1]:1", "[::1]", &[], false),
        (
            "no Sec-Fetch-Site: another scheme is no web page",
            "tauri://localhost",
            "localhost",
            &[],
            false,
        ),
        ("no Sec-Fetch-Site: an extension", "chrome-extension://abc", "abc", &[], false),
    ] {
        let mut row = row(about, enforced()).method("POST").origin(origin).line("host", host);
        for line in lines {
            row = row.line(site, line);
        }
        rows.push(if passes { row.runs(&[VARY_ORIGIN]) } else { row.answers(403, &REFUSED) });
    }
    let authority = "HTTP/2 carries the host as :authority, once, and only a valid one";
    for (about, hosts, passes) in [
        ("no Host at all", &[][..], false),
        ("two Host lines, the same", &["api.example.com", "api.example.com"], false),
        ("two Host lines, different", &["api.example.com", "evil.example"], false),
        ("an empty Host", &[""], false),
        ("a Host with a user", &["user@api.example.com"], false),
        ("a Host with a path", &["api.example.com/"], false),
        ("a Host with a port that is none", &["api.example.com:port"], false),
        ("a Host with a port out of range", &["api.example.com:65979"], false),
        ("a Host with a signed port", &["api.example.com:+443"], false),
        ("a Host that is a list", &["api.example.com, evil.example"], false),
        ("a Host that is no text", &["\u{e9}"], false),
        ("a Host with a trailing dot", &["api.example.com."], false),
        ("a Host with an empty port", &["api.example.com:"], true),
    ] {
        let mut row = row(about, enforced())
            .method("POST")
            .origin("https://api.example.com")
            .not_over(Wire::Http2, authority);
        for host in hosts {
            row = row.line("host", host);
        }
        rows.push(if passes { row.runs(&[VARY_ORIGIN]) } else { row.answers(403, &REFUSED) });
    }
    let absolute = |about, uri: &str, host: &str| {
        row(about, enforced())
            .method("POST")
            .uri(uri)
            .origin("https://api.example.com")
            .line("host", host)
    };
    rows.extend([
        absolute(
            ":authority, or an absolute target",
            "http://api.example.com/x",
            "api.example.com",
        )
        .runs(&[VARY_ORIGIN]),
        absolute(":authority overrides Host, same", "http://api.example.com/x", "evil.example")
            .runs(&[VARY_ORIGIN]),
        absolute(":authority overrides Host, other", "http://evil.example/x", "api.example.com")
            .answers(403, &REFUSED),
        absolute(":authority with the default port", "http://api.example.com:443/", "a.example")
            .runs(&[VARY_ORIGIN]),
        absolute(":authority with another port", "http://api.example.com:8443/", "a.example")
            .answers(403, &REFUSED),
        row("two Origin lines never pass, same-origin", enforced())
            .origin("https://api.example.com")
            .origin("https://api.example.com")
            .line("host", "api.example.com")
            .line(site, "same-origin")
            .answers(403, &REFUSED),
        row("two Origin lines never pass, granted", enforced())
            .origin(APP)
            .origin(APP)
            .answers(403, &REFUSED),
        row("a same-origin request gets no grant, the inner one's is removed", enforced())
            .method("POST")
            .origin("https://api.example.com")
            .line(site, "same-origin")
            .sets("access-control-allow-origin", "*")
            .runs(&[VARY_ORIGIN]),
        row("without enforcement Sec-Fetch-Site means nothing", two())
            .origin(APP)
            .line(site, "cross-site")
            .runs(&[ACAO_APP, VARY_ORIGIN]),
    ]);
    rows
}

fn hostile() -> Vec<Row> {
    let long = "x".repeat(64 * 1024);
    let commas = ",".repeat(1024 * 1024);
    vec![
        row("an Origin of 64 KB", two()).origin(&long).runs(&[VARY_ORIGIN]),
        row("an Origin of 64 KB that begins well", two())
            .origin(format!("{APP}{long}"))
            .runs(&[VARY_ORIGIN]),
        row("an Origin of 64 KB under a pattern", {
            Policy::builder().allow_origin("https://*.example.com")
        })
        .origin(format!("https://{}.example.com", "a.".repeat(32 * 1024)))
        .runs(&[VARY_ORIGIN]),
        row("an Origin of 64 KB under a regular expression", {
            Policy::builder().allow_origin(AllowOrigin::regex(r"https://[a-z]+\.example\.com"))
        })
        .origin(format!("https://{long}.example.com"))
        .runs(&[VARY_ORIGIN]),
        row("an Origin of 64 KB under any origin", any()).origin(&long).runs(&[ACAO_ANY]),
        row("a refused preflight with an Origin of 64 KB", two())
            .origin(&long)
            .preflight("PUT")
            .answers(403, &[VARY_ORIGIN, EMPTY]),
        row("a method of 64 KB is not mirrored into anything but itself", full())
            .origin(APP)
            .preflight(&long)
            .answers(204, &FULL_PREFLIGHT),
        row("headers of 64 KB", full())
            .origin(APP)
            .preflight("PUT")
            .asks(&long)
            .answers(204, &FULL_PREFLIGHT),
        row("1 MiB of commas", full())
            .origin(APP)
            .preflight("PUT")
            .asks(&commas)
            .answers(204, &FULL_PREFLIGHT),
        row("1 MiB of commas, mirrored: no list", mirrors())
            .origin(APP)
            .preflight("PUT")
            .asks(&commas)
            .answers(
                204,
                &[ACAO_APP, CREDENTIALS, "access-control-allow-methods: PUT", VARY_MIRRORS],
            ),
        row("headers of 64 KB, mirrored: no list", mirrors())
            .origin(APP)
            .preflight("PUT")
            .asks("x-a,".repeat(16 * 1024))
            .answers(
                204,
                &[ACAO_APP, CREDENTIALS, "access-control-allow-methods: PUT", VARY_MIRRORS],
            ),
        row("a Vary of 64 KB", two())
            .origin(APP)
            .sets("vary", "accept,".repeat(9000) + "x")
            .runs(&[ACAO_APP.to_owned(), format!("vary: {}x, Origin", "accept, ".repeat(9000))]),
        row("a Sec-Fetch-Site of 64 KB", one().enforce(true))
            .origin("https://api.example.com")
            .line("sec-fetch-site", &long)
            .answers(403, &REFUSED),
    ]
}
