//! One regression test for each class of fault that shipped in other CORS middleware.
//!
//! Each names where it was seen. None of these projects' code or tests is used here.
//!
//! Classes that need more than the core have their tests elsewhere:
//!
//! | class | test |
//! | --- | --- |
//! | an answer chosen by a function, without `Vary` | `decisions`: `what_a_function_chooses_by_is_in_vary` |
//! | a cached answer of a static policy outlives a reload | `reload`: `one_exact_origin_behind_a_handle_is_dynamic` |
//! | a flood of unknown keys harms known ones | `resolver`: `a_flood_of_made_up_origins_is_bounded_and_harms_no_one`, `a_flood_evicts_no_known_caller` |
//! | unescaped text of the request in logs | `events`: `whatever_is_sent_a_line_is_escaped`, `whatever_is_sent_a_line_is_short` |
//! | a log line for each refused request of a stranger | `events_flood`: `a_flood_of_strangers_does_not_fill_the_log` |
//! | a response body without `Default` | the packages `stacks` and `messages` |
//!
//! `.ci/faults` plants the fault of each class in a copy of the crate, and expects its test to fail.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, request::Parts};
use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};
use tower_cors::{
    AllowHosts, AllowOrigin, Any, Decision, Origin, OriginPattern, Policy, PolicyBuilder,
    PolicyList,
    origin::{OriginErrorKind, OriginSet},
    policy::PolicyErrorKind as Kind,
    protocol::Action,
};

fn request(method: &str, lines: &[(&'static str, &str)]) -> Parts {
    let mut request = Request::builder().method(method).uri("/");
    for &(name, value) in lines {
        request = request.header(name, value);
    }
    request.body(()).unwrap().into_parts().0
}

fn actual(origin: &str) -> Parts {
    request("GET", &[("origin", origin)])
}

fn preflight(origin: &str) -> Parts {
    request("OPTIONS", &[("origin", origin), ("access-control-request-method", "PUT")])
}

/// The answer, and whether the inner service (which sets these headers) ran.
fn answer(
    policy: &Policy,
    parts: &Parts,
    inner: &[(&'static str, &'static str)],
) -> (Response<()>, bool) {
    match policy.evaluate(parts).into_action() {
        Action::Respond(response) => (response, false),
        Action::Forward(decoration) => {
            let mut response = Response::new(());
            for (name, value) in inner {
                response.headers_mut().append(*name, HeaderValue::from_static(value));
            }
            decoration.apply(&mut response);
            (response, true)
        }
    }
}

fn headers(policy: &Policy, parts: &Parts) -> HeaderMap {
    answer(policy, parts, &[]).0.headers().clone()
}

/// To whom actual responses and preflights' answers are granted; both must agree.
#[track_caller]
fn granted(policy: &Policy, origin: &str) -> Option<String> {
    let grants = [actual(origin), preflight(origin)].map(|parts| {
        let grant = headers(policy, &parts).get("access-control-allow-origin").cloned();
        grant.map(|grant| grant.to_str().unwrap().to_owned())
    });
    assert_eq!(grants[0], grants[1], "{origin}");
    grants.into_iter().next().flatten()
}

#[track_caller]
fn grants_only(policy: &Policy, granted_ones: &[&str], refused_ones: &[&str]) {
    for origin in granted_ones {
        assert_eq!(granted(policy, origin).as_deref(), Some(*origin));
    }
    for origin in refused_ones {
        assert_eq!(granted(policy, origin), None, "{origin}");
    }
}

/// Dynamic, whatever it allows.
fn allow<const N: usize>(origins: [&str; N]) -> PolicyBuilder {
    Policy::builder().allow_origin(origins).allow_origin("https://another.test")
}

#[track_caller]
fn kinds(builder: PolicyBuilder) -> Vec<Kind> {
    builder.build().unwrap_err().iter().map(|error| error.kind().clone()).collect()
}

/// An optimised matcher confused origins that end alike: `barfoo.com` was allowed by `foo.com` and
/// `bar.com`. Seen in jub0bs/cors (GHSA-vhxv-fg4m-p2w8) and fcors (GHSA-v84h-653v-4pq9).
#[test]
fn shared_suffixes_are_not_confused() {
    let members = [
        "https://foo.com",
        "https://bar.com",
        "https://*.foo.com",
        "https://*.bar.com",
        "https://a-*.foo.com",
        "https://b-*.bar.com",
        "http://bar.com:*",
        "https://oo.com",
    ];
    for turn in 0..members.len() {
        let mut members = members;
        members.rotate_left(turn);
        for reversed in [false, true] {
            if reversed {
                members.reverse();
            }
            let policy = Policy::builder().allow_origin(members).build().unwrap();
            grants_only(
                &policy,
                &[
                    "https://foo.com",
                    "https://bar.com",
                    "https://x.foo.com",
                    "https://foo.bar.com",
                    "https://bar.foo.com",
                    "http://bar.com:8080",
                    "https://a-1.foo.com",
                ],
                &[
                    "https://barfoo.com",
                    "https://foobar.com",
                    "https://fbar.com",
                    "https://bfoo.com",
                    "https://com",
                    "http://foo.com",
                    "https://bar.com:8080",
                    "https://o.com",
                    "https://foo.com.bar.co",
                    "http://barfoo.com:8080",
                ],
            );
        }
    }
}

/// An origin was allowed because it begins with an allowed one. Seen in gin-contrib/cors
/// (CVE-2019-25211) and in many hand-written `starts_with`.
#[test]
fn prefixes_do_not_match() {
    let policy =
        allow(["http://localhost", "https://example.com", "http://127.0.0.1:*"]).build().unwrap();
    grants_only(
        &policy,
        &["http://localhost", "https://example.com", "http://127.0.0.1:3000"],
        &[
            "http://localhost.example.com",
            "https://example.community",
            "https://example.com.evil.test",
            "https://example.com:8443",
            "http://localhost:3000",
            "https://example.company",
            "http://127.0.0.1.evil.test:3000",
            "http://127.0.0.11",
            "https://example.com@evil.test",
        ],
    );
}

/// An origin was allowed because it ends like an allowed one, without the dot between labels or
/// with another scheme. Seen in octos (issue 138), si (issue 4132) and many hand-written
/// `ends_with`.
#[test]
fn suffixes_match_whole_labels_and_the_scheme() {
    let policy = allow(["https://*.example.com"]).build().unwrap();
    grants_only(
        &policy,
        &["https://a.example.com", "https://a.b.example.com"],
        &[
            "https://evilexample.com",
            "https://evil-example.com",
            "http://a.example.com",
            "https://example.com",
            "chrome-extension://a.example.com",
            "https://a.example.com:8443",
        ],
    );
    // What would match so cannot be written: a star needs its own label or two after it.
    let wrong = "https://*example.com".parse::<OriginPattern>().unwrap_err();
    assert_eq!(wrong.kind(), &OriginErrorKind::StarTooBroad);
    assert_eq!(wrong.suggestion(), Some("https://*.example.com"));
}

/// A regular expression matched a part of the origin, or its dot any character. Seen in sanic-cors
/// (CVE-2026-37737), clusterfuzz (issue 5303), Traefik, Apollo Router and rack-cors.
#[test]
fn regular_expressions_match_the_whole_origin() {
    for source in [
        r"https://a\.example\.com",
        r"https://a\.example\.com|https://b\.example\.com",
        r"(?m)^https://a\.example\.com$",
        r"(?x) https://a\.example\.com # ours",
    ] {
        let policy = Policy::builder().allow_origin(AllowOrigin::regex(source)).build().unwrap();
        grants_only(
            &policy,
            &["https://a.example.com"],
            &[
                "https://a.example.com.evil.test",
                "https://evil.test.https",
                "https://aXexample.com",
                "https://axexample.com",
                "https://a.example.com:8443",
                "https://b.a.example.com",
            ],
        );
    }
    let unescaped = Policy::builder().allow_origin(AllowOrigin::regex("https://a.example.com"));
    assert_eq!(kinds(unescaped), [Kind::RegexUnescapedDot]);
}

/// A regular expression with credentials ended in what anyone can register a name for, or had no
/// label boundary before its domain. The same class as the unanchored ones.
#[test]
fn regular_expressions_end_in_known_domains() {
    for source in [
        r"https://[a-z.-]+",
        r"https://[a-z]+\.[a-z]+",
        r"https://[^/]+\.com",
        r"https://[a-z0-9.-]+\.(com|org|net|io)",
        r"https://[^/]*example\.com",
    ] {
        let builder = Policy::builder().allow_origin(AllowOrigin::regex(source));
        assert!(builder.clone().build().is_ok(), "{source}");
        let builder = builder.allow_credentials(true);
        let unknown = |kind: &Kind| matches!(kind, Kind::CredentialsWithUnknownDomains { .. });
        assert!(kinds(builder.clone()).iter().all(unknown), "{source}");
        let error = builder.clone().build().unwrap_err().to_string();
        assert!(error.contains("dangerously_allow_public_suffix_subdomains"), "{error}");
        assert!(builder.dangerously_allow_public_suffix_subdomains(true).build().is_ok());
    }
}

/// A regular expression that was written for a search, as Express' documentation shows it, matched
/// no origin as a whole, and nobody said so.
#[test]
fn regular_expressions_that_match_nothing_are_errors() {
    for (source, suggestion) in [
        (r"\.example\.com$", Some(r"https://[a-z0-9-]+\.example\.com")),
        (r"example\.com", Some(r"https://example\.com")),
        (r"^https://app\.", None),
        (r"https://example\.com/", Some(r"https://example\.com")),
        (r"https://example\.com:443", Some(r"https://example\.com")),
        (r"https://EXAMPLE\.com", Some(r"https://example\.com")),
    ] {
        let errors = Policy::builder().allow_origin(AllowOrigin::regex(source)).build();
        let errors = errors.expect_err(source);
        assert_eq!(errors.iter().next().unwrap().suggestion(), suggestion, "{errors}");
    }
}

/// An origin with a slash at its end was accepted, whoever's it was. Seen in Ktor (KTOR-5936).
#[test]
fn a_malformed_origin_is_refused() {
    let all = AllowOrigin::predicate(|_, _| true);
    for policy in [allow(["https://a.example"]), allow([]).allow_origin(all)] {
        let policy = policy.build().unwrap();
        grants_only(
            &policy,
            &[],
            &[
                "https://evil.test/",
                "https://a.example/",
                "https://a.example/x",
                "HTTPS://a.example",
                "https://a.example:443",
                "https://a.example..",
                "a.example",
                "",
                " ",
                "https://a.example,",
                "https://a.example https://evil.test",
            ],
        );
    }
}

/// A pattern such as `h*` allowed nearly everything and yet passed for no wildcard. Seen in rs/cors
/// (issue 197).
#[test]
fn no_pattern_is_nearly_universal() {
    for pattern in [
        "h*",
        "http*",
        "https://*",
        "https://**",
        "*://*",
        "https://*:*",
        "https://*.*",
        "https://a*",
        "*.*",
        "https://*/",
        "https://app-*.com",
        "*:*",
        "**",
        "http*://*.example.com",
    ] {
        assert!(pattern.parse::<OriginPattern>().is_err(), "{pattern}");
        let with_credentials = allow([pattern]).allow_credentials(true);
        assert!(with_credentials.build().is_err(), "{pattern}");
    }
}

/// A pattern that covers a whole top-level domain is `*` in disguise, with or without credentials.
#[test]
fn whole_top_level_domains_need_saying_so() {
    for pattern in [
        "https://*.com",
        "https://*.com:*",
        "http://*.org:8080",
        "https://*.xn--p1ai",
        "ftp://*.com",
    ] {
        for credentials in [false, true] {
            let policy = allow([pattern])
                .allow_credentials(credentials)
                .dangerously_allow_insecure_origins(true);
            assert_eq!(kinds(policy.clone()), [Kind::TopLevelDomain], "{pattern}");
            let policy = policy.dangerously_allow_public_suffix_subdomains(true).build().unwrap();
            let origin = pattern.replace('*', "evil").replace(":evil", ":1");
            assert_eq!(granted(&policy, &origin), Some(origin), "{pattern}");
        }
    }
    let error = allow(["https://*.com"]).build().unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"allow_origin: "https://*.com" covers a whole top-level domain, where anyone can register a name; name the domain, as in "https://*.example.com", or set dangerously_allow_public_suffix_subdomains"#,
    );
}

/// Names under which nobody can register others need no opt-in, with or without credentials.
#[test]
fn special_use_names_can_be_covered() {
    for (pattern, matching, others) in [
        ("https://*.internal", "https://a.b.internal", "https://internal"),
        ("https://*.internal", "https://a.internal", "https://a.internal.evil.test"),
        ("http://*.test:*", "http://a.test:1", "http://test:1"),
        ("http://*.localhost", "http://a.localhost", "http://localhost"),
        ("http://app-*.localhost", "http://app-1.localhost", "http://app-1.x.localhost"),
        ("https://app-*.lan", "https://app-1.lan", "https://app-.lan"),
    ] {
        for credentials in [false, true] {
            let policy = allow([pattern])
                .allow_credentials(credentials)
                .dangerously_allow_insecure_origins(true);
            grants_only(&policy.build().unwrap(), &[matching], &[others]);
        }
    }
}

/// Electron sends `app://.`, Capacitor on Android `capacitor://`; Firefox gives an extension another
/// id in every installation.
#[test]
fn origins_of_apps_and_extensions_can_be_listed() {
    let exact =
        ["app://.", "app://", "capacitor://", "tauri://localhost", "moz-extension://2c12-7e"];
    let safari = "safari-web-extension://E93A1AC8-8A37-4F26-BB5F-D1F6E5C6E8FC";
    for origin in exact.into_iter().chain([safari]) {
        let policy = allow([origin]).allow_credentials(true).build().unwrap();
        grants_only(&policy, &[origin], &["app://x", "tauri://.", "https://localhost"]);
        let all = AllowOrigin::predicate(move |asking, _| *asking == origin);
        let policy = allow([]).allow_origin(all).build().unwrap();
        grants_only(&policy, &[origin], &["app://x"]);
    }
    for (pattern, matching, others) in [
        (
            "moz-extension://*",
            "moz-extension://2c127fa4-62c7-7e4f-90e5-472b45eecfdc",
            "moz-extension://",
        ),
        ("chrome-extension://*", "chrome-extension://abcdefgh", "moz-extension://abcdefgh"),
        ("safari-web-extension://*", safari, "safari-web-extension://a:1"),
        ("app://*", "app://.", "app://"),
        ("app://*:*", "app://a.b:1", "app://"),
    ] {
        let policy = allow([pattern]).allow_credentials(true).build().unwrap();
        grants_only(&policy, &[matching], &[others, "https://a.example"]);
    }
}

/// Some web views send `file://` for local files. It is nobody's origin in particular, like `null`.
#[test]
fn local_files_need_the_opt_in_of_null() {
    assert_eq!(kinds(allow(["file://"])), [Kind::Origin(OriginErrorKind::LocalFile)],);
    let policy = allow(["file://"]).dangerously_allow_null_origin(true);
    assert_eq!(granted(&policy.build().unwrap(), "file://").as_deref(), Some("file://"));
    // The opt-in alone is for `null`, and no predicate or expression matches either.
    for policy in [
        allow(["https://a.example"]).dangerously_allow_null_origin(true),
        allow([]).allow_origin(AllowOrigin::predicate(|_, _| true)),
        allow([]).allow_origin(AllowOrigin::regex("[a-z:/]*")),
    ] {
        assert_eq!(granted(&policy.build().unwrap(), "file://"), None);
    }
}

/// Chromium sends the trailing dot of `http://example.com.:8000`. It is an origin of its own.
#[test]
fn a_trailing_dot_is_another_origin() {
    let dotted = "http://example.com.:8000";
    let policy = allow(["http://example.com:8000", "http://*.example.com:8000"]).build().unwrap();
    grants_only(&policy, &["http://example.com:8000"], &[dotted, "http://a.example.com.:8000"]);
    for seen in [
        AllowOrigin::predicate(|origin, _| origin.host() == "example.com."),
        AllowOrigin::regex(r"http://example\.com\.?:8000"),
    ] {
        let policy = allow([]).allow_origin(seen).build().unwrap();
        grants_only(
            &policy,
            &[dotted],
            &["http://example.com..:8000", "http://.example.com.:8000"],
        );
    }
    let same_origin = request("POST", &[("origin", dotted), ("host", "example.com.:8000")]);
    let enforced = allow(["https://a.example"]).enforce(true).build().unwrap();
    assert!(answer(&enforced, &same_origin, &[]).1, "the inner service runs");
    // Configured as a text or as an origin, it is an error.
    let origin = Origin::from_static("http://example.com.:8000");
    for builder in [allow([dotted]), allow([]).allow_origin(origin)] {
        let errors = builder.build().unwrap_err();
        assert_eq!(
            errors.to_string(),
            r#"allow_origin: "http://example.com.:8000" has a host that ends in a dot; write "http://example.com:8000""#,
        );
    }
}

/// A misspelled scheme, and Punycode that does not decode, made a policy that was dead.
#[test]
fn what_no_browser_sends_is_an_error() {
    for (origin, kind) in [
        ("htps://app.example.com", OriginErrorKind::MisspelledScheme),
        ("http://xn--f", OriginErrorKind::InvalidPunycode),
        ("https://xn--0.example", OriginErrorKind::InvalidPunycode),
        ("https://*.xn--0.example", OriginErrorKind::InvalidPunycode),
    ] {
        assert_eq!(kinds(allow([origin])), [Kind::Origin(kind)], "{origin}");
    }
}

/// All subdomains of a domain beneath which anyone can register a name, with credentials. Seen in
/// octos (issue 192) and `AutoMaintainer` (issue 242), both with `*.vercel.app`.
#[test]
fn subdomains_of_public_suffixes_need_saying_so() {
    for pattern in [
        "https://*.vercel.app",
        "https://app-*.vercel.app",
        "https://*.github.io",
        "https://*.co.uk",
    ] {
        let policy = allow([pattern]).allow_credentials(true).check_public_suffixes(true);
        assert_eq!(kinds(policy.clone()), [Kind::CredentialsWithPublicSuffix], "{pattern}");
        assert!(policy.dangerously_allow_public_suffix_subdomains(true).build().is_ok());
    }
}

/// Any origin with credentials became the reflection of whatever origin asked. Seen in rs/cors
/// (CVE-2018-20744), fiber (CVE-2024-25124), echo (issue 2400), http4s (CVE-2021-39185), @koa/cors
/// (CVE-2023-49803) and Starlette.
#[test]
fn credentials_never_go_with_any_origin() {
    type Setter = fn(PolicyBuilder) -> PolicyBuilder;
    let setters: [Setter; 3] = [
        |builder| builder.allow_credentials(true),
        |builder| builder.allow_origin("*"),
        |builder| builder.allow_headers("*").allow_methods("*").expose_headers("*"),
    ];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let builder = order.into_iter().fold(Policy::builder(), |builder, i| setters[i](builder));
        assert_eq!(kinds(builder), [Kind::CredentialsWithAnyOrigin], "{order:?}");
    }
    let policy = allow(["https://a.example"])
        .allow_credentials(true)
        .allow_methods(Any)
        .allow_headers(Any)
        .expose_headers(Any)
        .build()
        .unwrap();
    for origin in ["https://evil.test", "null", "*", "", "https://a.example/"] {
        for parts in [actual(origin), preflight(origin)] {
            let headers = headers(&policy, &parts);
            assert!(!headers.contains_key("access-control-allow-credentials"), "{origin}");
            assert!(!headers.contains_key("access-control-allow-origin"), "{origin}");
        }
    }
    // Where credentials are granted, no header of the answer is a wildcard.
    for parts in [actual("https://a.example"), preflight("https://a.example")] {
        let headers = headers(&policy, &parts);
        assert_eq!(headers["access-control-allow-credentials"], "true");
        assert!(headers.values().all(|value| value != "*"));
    }
}

/// A refused origin was echoed all the same. Seen in actix-extras (issue 287).
#[test]
fn a_refused_origin_stands_in_no_header() {
    let builders = [
        allow(["https://a.example"]),
        allow(["https://a.example"]).enforce(true),
        Policy::builder().allow_origin("https://a.example"),
        allow(["https://a.example"]).allow_credentials(true).allow_headers(Any),
    ];
    for builder in builders {
        let policy = builder.timing_allow_origin(true).build().unwrap();
        for parts in [actual("https://evil.test"), preflight("https://evil.test")] {
            let (response, _) =
                answer(&policy, &parts, &[("access-control-allow-origin", "https://evil.test")]);
            for (name, value) in response.headers() {
                assert!(!value.as_bytes().windows(4).any(|w| w == b"evil"), "{name}: {value:?}");
            }
        }
    }
}

/// `null` was reflected, or was itself written as the value of a refusal, which grants it to every
/// sandboxed frame. Seen in http4s (CVE-2021-39185), `StackStorm` (CVE-2019-9580), rack-cors
/// (issue 134) and netty (GHSA-6cqp-g7gg-8hr5).
#[test]
fn null_needs_its_opt_in() {
    let policies = [
        allow(["https://a.example"]),
        allow(["https://a.example"]).allow_origin(AllowOrigin::predicate(|_, _| true)),
        allow(["https://a.example"]).allow_origin(AllowOrigin::regex("[a-z:/]*")),
        allow(["https://*.example.com"]).allow_credentials(true),
    ];
    for policy in policies {
        let opted_in = policy.clone().dangerously_allow_null_origin(true).build().unwrap();
        let policy = policy.build().unwrap();
        grants_only(&policy, &[], &["null", "NULL"]);
        grants_only(&opted_in, &["null"], &["NULL", "Null"]);
        for origin in ["null", "", "*", "https://a.example/"] {
            for parts in [actual(origin), preflight(origin)] {
                let headers = headers(&policy, &parts);
                assert!(headers.values().all(|value| value != "null"), "{origin}");
            }
        }
    }
    assert_eq!(kinds(allow(["null"])), [Kind::Origin(OriginErrorKind::Null)]);
}

/// A list of requested headers exhausted memory or time. Seen in rs/cors (issue 170) and
/// go-chi/cors (issue 36: 127 ms and 121 MB a request).
#[test]
fn a_megabyte_of_commas_costs_little() {
    let shared = |text: String| HeaderValue::from_maybe_shared(Bytes::from(text)).unwrap();
    let lists = [
        vec![shared(",".repeat(1 << 20))],
        vec![shared("x-a,".repeat(1 << 18))],
        vec![shared(" \t,".repeat(1 << 18))],
        vec![shared("x".repeat(1 << 20))],
        vec![shared(",".repeat(1 << 10)); 1 << 10],
    ];
    let policies = [
        allow(["https://a.example"]).allow_headers(["authorization", "x-a"]),
        allow(["https://a.example"]).allow_headers(Any),
        allow(["https://a.example"]).allow_headers(Any).allow_credentials(true),
        allow(["https://a.example"]).allow_headers("x-a").preflight_continue(true),
    ];
    for policy in policies {
        let policy = policy.build().unwrap();
        for list in &lists {
            let mut parts = preflight("https://a.example");
            for line in list {
                parts.headers.append("access-control-request-headers", line.clone());
            }
            let ask = || {
                assert!(policy.decide(&parts).refusal().is_some());
                let (response, ran) = answer(&policy, &parts, &[]);
                assert_eq!((response.status(), ran), (StatusCode::NO_CONTENT, false));
                let sent = response.headers().values().map(HeaderValue::len).sum::<usize>();
                assert!(sent < 300, "{sent} bytes");
            };
            let start = Instant::now();
            let used = allocation_counter::measure(ask);
            let took = start.elapsed();
            assert!(used.count_total < 20, "{used:?}");
            assert!(used.bytes_total < 4096, "{used:?}");
            assert!(took < Duration::from_millis(500), "{took:?}");
        }
    }
}

/// Text of the request got into `Vary`, or unescaped into logs. Seen in hono (GHSA-q7jf-gf43-6x6p)
/// and flask-cors (CVE-2024-1681).
#[test]
fn no_text_of_the_request_gets_into_vary_or_unescaped_into_logs() {
    let policy = allow(["https://a.example"])
        .allow_credentials(true)
        .allow_methods(Any)
        .allow_headers(Any)
        .allow_private_network(true)
        .build()
        .unwrap();
    for origin in ["https://a.example", "https://evil.test"] {
        let parts = request(
            "OPTIONS",
            &[
                ("origin", origin),
                ("access-control-request-method", "X-VARY"),
                ("access-control-request-headers", "accept, x-vary, *"),
                ("access-control-request-private-network", "true"),
                ("vary", "x-vary"),
            ],
        );
        let vary = headers(&policy, &parts)["vary"].to_str().unwrap().to_ascii_lowercase();
        let names = vary.split(',').map(str::trim).collect::<Vec<_>>();
        assert_eq!(
            names,
            [
                "origin",
                "access-control-request-method",
                "access-control-request-headers",
                "access-control-request-private-network",
            ]
        );
    }
    let mut parts = actual("");
    let hostile = HeaderValue::from_bytes(b"https://evil.test\t\xe2\x80\xae\x9b31m\xff").unwrap();
    parts.headers.insert("origin", hostile);
    for text in [policy.decide(&parts).to_string(), policy.explain(&parts).to_string()] {
        assert!(text.bytes().all(|b| (b' '..=b'~').contains(&b)), "{text:?}");
        assert_eq!(text.lines().count(), 1);
    }
}

/// Enforcement let simple requests through to the handler. Seen in Quarkus (CVE-2022-4147).
#[test]
fn enforcement_stops_simple_requests() {
    let policy = allow(["https://a.example"]).enforce(true).build().unwrap();
    for method in ["GET", "HEAD", "POST", "OPTIONS", "PUT"] {
        for content_type in ["text/plain", "application/x-www-form-urlencoded", "application/json"]
        {
            let lines = [("origin", "https://evil.test"), ("content-type", content_type)];
            let (response, ran) = answer(&policy, &request(method, &lines), &[]);
            assert_eq!((response.status(), ran), (StatusCode::FORBIDDEN, false), "{method}");
        }
        let (_, ran) = answer(&policy, &request(method, &[("origin", "https://a.example")]), &[]);
        assert!(ran, "{method}");
    }
}

/// Access to the private network was granted by default. Seen in flask-cors (CVE-2024-6221).
#[test]
fn private_network_is_off_by_default() {
    let name = "access-control-allow-private-network";
    let ask = |origin, asked| {
        request(
            "OPTIONS",
            &[
                ("origin", origin),
                ("access-control-request-method", "GET"),
                ("access-control-request-private-network", asked),
            ],
        )
    };
    let off = allow(["https://a.example"]).build().unwrap();
    let on = allow(["https://a.example"]).allow_private_network(true).build().unwrap();
    assert!(!headers(&off, &ask("https://a.example", "true")).contains_key(name));
    assert_eq!(headers(&on, &ask("https://a.example", "true"))[name], "true");
    assert!(!headers(&on, &ask("https://evil.test", "true")).contains_key(name));
    assert!(!headers(&on, &ask("https://a.example", "1")).contains_key(name));
    assert!(!headers(&on, &preflight("https://a.example")).contains_key(name));
    assert!(!headers(&on, &actual("https://a.example")).contains_key(name));
    let any = Policy::builder().allow_origin("*").allow_private_network(true);
    assert_eq!(kinds(any), [Kind::PrivateNetworkWithAnyOrigin]);
}

/// The policy of a path was chosen after decoding it, ignoring its case, or by the longest
/// expression. Seen in flask-cors (CVE-2024-6839, CVE-2024-6844, CVE-2024-6866).
#[test]
fn paths_are_compared_as_they_are_sent() {
    use tower_cors::select::SelectPolicy;
    let list = PolicyList::from_toml(
        r#"
        [[policy]]
        name = "admin"
        paths = ["/admin/{*rest}"]
        allow_origin = "https://admin.example"
        allow_credentials = true

        [[policy]]
        name = "public"
        allow_origin = "*"
        "#,
    )
    .unwrap();
    for (path, grant) in [
        ("/admin/users", "https://admin.example"),
        ("/admin/%75sers", "https://admin.example"),
        ("/admin/a+b", "https://admin.example"),
        ("/admin/users?path=/open", "https://admin.example"),
        ("/ADMIN/users", "*"),
        ("/%61dmin/users", "*"),
        ("/admin", "*"),
        ("/administrator/users", "*"),
        ("/x/admin/users", "*"),
        ("//admin/users", "*"),
    ] {
        let mut parts = actual("https://admin.example");
        parts.uri = path.parse().unwrap();
        let selected = list.select(&parts).unwrap();
        let Action::Forward(decoration) = selected.evaluate().into_action() else { panic!() };
        let mut response = Response::new(());
        decoration.apply(&mut response);
        assert_eq!(response.headers()["access-control-allow-origin"], grant, "{path}");
        let credentials = response.headers().contains_key("access-control-allow-credentials");
        assert_eq!(credentials, grant != "*", "{path}");
    }
    // The first entry governs, not the one whose pattern is the longer or the more literal one.
    let list = PolicyList::from_toml(
        r#"
        [[policy]]
        name = "first"
        paths = ["/{tenant}/settings"]
        allow_origin = "https://a.example"

        [[policy]]
        name = "longer"
        paths = ["/tenants-of-somebody/{*rest}"]
        allow_origin = "*"
        "#,
    )
    .unwrap();
    for (path, name) in [
        ("/tenants-of-somebody/settings", "first"),
        ("/tenants-of-somebody/settings/", "longer"),
        ("/tenants-of-somebody/files", "longer"),
    ] {
        let mut parts = actual("https://a.example");
        parts.uri = path.parse().unwrap();
        let evaluation = list.select(&parts).unwrap().evaluate();
        assert_eq!(evaluation.policy_name(), Some(name), "{path}");
    }
}

/// A refused preflight was forwarded, and the upstream granted it. Seen in envoy (issue 14233) and
/// istio (issue 57104).
#[test]
fn a_refused_preflight_reaches_nobody() {
    for policy in [
        allow(["https://a.example"]),
        allow(["https://a.example"]).preflight_continue(true),
        Policy::builder().allow_origin("https://a.example").preflight_continue(true),
    ] {
        let policy = policy.build().unwrap();
        for origin in ["https://evil.test", "null", "", "https://a.example/"] {
            let (response, ran) = answer(&policy, &preflight(origin), &[]);
            assert_eq!((response.status(), ran), (StatusCode::FORBIDDEN, false), "{origin}");
        }
        // Refused for its method: answered with the lists, and still not forwarded.
        let (response, ran) = answer(&policy, &preflight("https://a.example"), &[]);
        assert_eq!((response.status(), ran), (StatusCode::NO_CONTENT, false));
    }
}

/// `*` from an environment variable, taken as one origin of a list, panicked at start. Seen in
/// chroma (issue 4620), clash-rs (issue 1457), stump (issue 537) and lorax (issue 362).
#[test]
fn a_star_from_the_environment_works() {
    let variable = || "*".to_owned();
    for origins in [
        AllowOrigin::from(variable()),
        AllowOrigin::from(vec![variable()]),
        variable().split(',').collect(),
        AllowOrigin::list([HeaderValue::from_static("*")]),
        AllowOrigin::from(" * "),
    ] {
        let policy = Policy::builder().allow_origin(origins).build().unwrap();
        assert_eq!(granted(&policy, "https://who.example").as_deref(), Some("*"));
    }
    for origins in ["", "*,*", "*,https://a.example", "\0", "é", ",", "https://"] {
        // Right or wrong, it is never a panic.
        let _ = Policy::builder().allow_origin(origins).allow_credentials(true).build();
    }
}

/// Origins that were mistyped were dropped in silence. Seen in riven-rs (issue 11) and kora
/// (issue 658).
#[test]
fn each_mistyped_origin_is_named() {
    let errors = Policy::builder()
        .allow_origin("https://a.example, https://b.example/, c.example,https://d.example:443")
        .build()
        .unwrap_err();
    let named = errors.iter().map(|error| (error.value().unwrap(), error.suggestion().unwrap()));
    assert_eq!(
        named.collect::<Vec<_>>(),
        [
            ("https://b.example/", "https://b.example"),
            ("c.example", "https://c.example"),
            ("https://d.example:443", "https://d.example"),
        ]
    );
}

/// The inner service's `Vary` was lost, doubled, or missing on refusals. Seen in tower-http (issues
/// 397 and 598), express cors (issues 106 and 330) and http4s (issue 2003).
#[test]
fn vary_is_merged_once_and_always_there() {
    let policy = allow(["https://a.example"]).build().unwrap();
    let requests = [
        request("GET", &[]),
        actual("https://a.example"),
        actual("https://evil.test"),
        request("OPTIONS", &[("origin", "https://a.example")]),
    ];
    for parts in requests {
        for (inner, expected) in [
            (&[][..], "Origin"),
            (&[("vary", "Accept-Encoding")], "Accept-Encoding, Origin"),
            (&[("vary", "origin")], "origin"),
            (&[("vary", "Accept-Encoding, Origin")], "Accept-Encoding, Origin"),
            (&[("vary", "*")], "*"),
        ] {
            let (response, _) = answer(&policy, &parts, inner);
            let lines = response.headers().get_all("vary").iter().collect::<Vec<_>>();
            assert_eq!(lines, [expected]);
        }
    }
    for origin in ["https://a.example", "https://evil.test"] {
        assert_eq!(headers(&policy, &preflight(origin))["vary"], "Origin", "{origin}");
    }
}

/// Every OPTIONS request was answered as if it were a preflight. Seen in tower-http (issue 497),
/// fastify-cors (issue 88) and rustus (issue 81).
#[test]
fn only_preflights_are_answered() {
    let policies = [
        allow(["https://a.example"]),
        Policy::builder().allow_origin("*"),
        allow(["https://a.example"]).allow_methods(Any).allow_headers(Any),
    ];
    for policy in policies {
        let policy = policy.build().unwrap();
        for lines in [
            &[][..],
            &[("access-control-request-method", "PUT")],
            &[("access-control-request-headers", "x-a")],
            &[("origin", "https://a.example")],
            &[("origin", "https://evil.test")],
            &[("origin", "https://a.example"), ("access-control-request-headers", "x-a")],
        ] {
            let (_, ran) = answer(&policy, &request("OPTIONS", lines), &[]);
            assert!(ran, "{lines:?}");
        }
        let (_, ran) = answer(&policy, &preflight("https://a.example"), &[]);
        assert!(!ran);
    }
}

/// A response had two `Access-Control-Allow-Origin` lines. Seen in rack-cors (issue 162),
/// tower-http (issue 255) and zalando/skipper (issue 1232).
#[test]
fn there_is_one_allow_origin_line() {
    let policies = [
        allow(["https://a.example"]),
        Policy::builder().allow_origin("https://a.example"),
        Policy::builder().allow_origin("*"),
    ];
    let inner = [
        ("access-control-allow-origin", "*"),
        ("access-control-allow-origin", "https://evil.test"),
        ("access-control-allow-credentials", "true"),
        ("access-control-allow-credentials", "true"),
    ];
    for policy in policies {
        let policy = policy.build().unwrap();
        let (response, _) = answer(&policy, &actual("https://a.example"), &inner);
        let lines = response.headers().get_all("access-control-allow-origin").iter();
        assert_eq!(lines.count(), 1);
        assert!(!response.headers().contains_key("access-control-allow-credentials"));
        let (response, _) = answer(&policy, &preflight("https://a.example"), &inner);
        let lines = response.headers().get_all("access-control-allow-origin").iter();
        assert_eq!(lines.count(), 1);
    }
}

/// A matcher with a state answered every other time only. Seen in fastify-cors (issue 151).
#[test]
fn repeated_and_concurrent_calls_agree() {
    let policy = allow(["https://a.example", "https://*.example.com"])
        .allow_origin(AllowOrigin::regex(r"https://r[0-9]+\.test"))
        .allow_origin(AllowOrigin::predicate(|origin, _| origin.host() == "p.test"))
        .build()
        .unwrap();
    let policy = Arc::new(policy);
    let threads = (0..4).map(|_| {
        let policy = Arc::clone(&policy);
        thread::spawn(move || {
            for _ in 0..200 {
                grants_only(
                    &policy,
                    &[
                        "https://a.example",
                        "https://b.example.com",
                        "https://r7.test",
                        "https://p.test",
                    ],
                    &["https://evil.test", "https://r.test"],
                );
            }
        })
    });
    for thread in threads.collect::<Vec<_>>() {
        thread.join().unwrap();
    }
    let set = ["https://a.example"].map(|text| text.parse::<OriginPattern>().unwrap());
    let set = set.into_iter().collect::<OriginSet>();
    assert!((0..10).all(|_| set.contains(&"https://a.example".parse().unwrap())));
}

/// The exposed headers of a 304 were listed from its own few headers, and a browser's cache put that
/// list in place of the stored response's. Seen in the first version of this crate, in Chromium.
#[test]
fn a_304_does_not_shorten_the_exposed_headers() {
    let policy = allow(["https://a.example"]).allow_credentials(true).expose_headers(Any);
    let policy = policy.build().unwrap();
    for (status, exposed) in [(StatusCode::OK, Some("x-a,vary")), (StatusCode::NOT_MODIFIED, None)]
    {
        let parts = actual("https://a.example");
        let Action::Forward(decoration) = policy.evaluate(&parts).into_action() else { panic!() };
        let mut response = Response::builder().status(status).header("x-a", "1").body(()).unwrap();
        decoration.apply(&mut response);
        let list = response.headers().get("access-control-expose-headers");
        assert_eq!(list.map(|list| list.to_str().unwrap()), exposed, "{status}");
        assert_eq!(response.headers()["access-control-allow-origin"], "https://a.example");
    }
}

/// A hostile page whose name resolves to the server's address is same-origin to the browser, and
/// passed enforcement. Seen in Materialize (issue 36139), apollo-mcp-server (issue 602), rmcp
/// (GHSA-89vp-x53w-74fx) and the MCP SDK for TypeScript (GHSA-w48q-cv73-mx4w).
#[test]
fn rebound_names_are_refused_where_hosts_are_checked() {
    let enforced = || allow(["http://localhost:3000"]).enforce(true);
    let checked = enforced().allow_hosts(AllowHosts::loopback()).build().unwrap();
    let enforced = enforced().build().unwrap();
    for (host, origin, ours) in [
        ("evil.test:8000", Some("http://evil.test:8000"), false),
        ("evil.test:8000", None, false),
        ("localhost.evil.test:8000", None, false),
        ("127.0.0.1.evil.test:8000", Some("http://127.0.0.1.evil.test:8000"), false),
        ("evil.test:8000", Some("http://localhost:3000"), false),
        ("localhost:8000", Some("http://localhost:3000"), true),
        ("127.0.0.1:8000", None, true),
        ("[::1]:8000", Some("http://[::1]:8000"), true),
    ] {
        for method in ["GET", "POST"] {
            let mut lines = vec![("host", host)];
            lines.extend(origin.map(|origin| ("origin", origin)));
            let parts = request(method, &lines);
            let (response, ran) = answer(&checked, &parts, &[]);
            let status = if ours { StatusCode::OK } else { StatusCode::FORBIDDEN };
            assert_eq!((response.status(), ran), (status, ours), "{method} {host} {origin:?}");
            assert!(answer(&enforced, &parts, &[]).1, "enforcement alone cannot see it");
        }
    }
}

/// An ordinary same-origin POST, with which browsers send `Origin`, was refused, or logged as
/// refused. Seen in actix-extras (issues 286 and 378), quarkus (issue 29542) and elasticsearch
/// (issue 18256).
#[test]
fn a_same_origin_post_is_not_cors() {
    let own = "https://api.example";
    for lines in [
        [("origin", own), ("host", "api.example")],
        [("origin", own), ("sec-fetch-site", "same-origin")],
    ] {
        for enforce in [false, true] {
            let policy = allow(["https://a.example"]).enforce(enforce).build().unwrap();
            let parts = request("POST", &lines);
            assert_eq!(policy.decide(&parts), Decision::NotCors, "{lines:?}");
            assert!(policy.evaluate(&parts).refusals().is_empty(), "{lines:?}");
            let (response, ran) = answer(&policy, &parts, &[]);
            assert_eq!((response.status(), ran), (StatusCode::OK, true), "{lines:?}");
        }
    }
}

/// A list in JSON, from an environment variable, was taken for one origin that nobody has. Seen in
/// expressjs/cors (issue 323), `NelmioCorsBundle` (issue 199) and Tangerine (issue 3816).
#[test]
fn an_array_in_an_environment_variable_is_named() {
    for (text, suggestion) in [
        (r#"["https://a.example"]"#, Some("https://a.example")),
        (
            r#"["https://a.example", "https://b.example"]"#,
            Some("https://a.example, https://b.example"),
        ),
        ("['https://a.example']", Some("https://a.example")),
        ("[]", None),
    ] {
        let errors = Policy::builder().allow_origin(text).build().unwrap_err();
        let error = errors.iter().next().unwrap();
        assert_eq!(
            (error.kind(), error.suggestion()),
            (&Kind::ArrayInString, suggestion),
            "{text}"
        );
        assert_eq!(errors.iter().count(), 1, "{errors}");
    }
}
