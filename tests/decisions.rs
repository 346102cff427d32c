//! What is said of a request: decisions, refusals, hooks, extensions, shadows.

use http::{
    HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri,
    header::{AUTHORIZATION, HOST, ORIGIN},
    request::Parts,
};
use std::{
    convert::Infallible,
    fmt,
    future::ready,
    sync::{Arc, Mutex},
};
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_cors::{
    AllowOrigin, Any, CorsLayer, Decision, Policy, PolicyBuilder, Refusal,
    policy::Setting,
    protocol::{Action, RequestKind},
    select::{ByRequest, SelectPolicy, Selection},
};

const APP: &str = "https://app.example.com";
const METHOD: &str = "access-control-request-method";
const HEADERS: &str = "access-control-request-headers";

/// Dynamic, with a bit of everything.
fn policy() -> PolicyBuilder {
    Policy::builder()
        .allow_origin([APP, "https://*.example.org", "http://localhost:3000"])
        .allow_methods(["PUT", "PATCH"])
        .allow_headers(["authorization", "x-csrf-token"])
}

fn parts(method: &str, lines: &[(&'static str, &[u8])]) -> Parts {
    let mut request = Request::new(());
    *request.method_mut() = Method::from_bytes(method.as_bytes()).unwrap();
    *request.uri_mut() = "/path?query".parse().unwrap();
    for (name, value) in lines {
        let value = HeaderValue::from_bytes(value).unwrap();
        request.headers_mut().append(HeaderName::from_static(name), value);
    }
    request.into_parts().0
}

fn actual(origin: &str) -> Parts {
    parts("GET", &[("origin", origin.as_bytes())])
}

fn preflight(method: &str, headers: &str) -> Parts {
    parts(
        "OPTIONS",
        &[("origin", APP.as_bytes()), (METHOD, method.as_bytes()), (HEADERS, headers.as_bytes())],
    )
}

#[test]
fn kinds_of_requests() {
    let origin = ("origin", &b"x"[..]);
    for (about, method, lines, kind) in [
        ("nothing", "GET", &[][..], RequestKind::NotCors),
        ("OPTIONS", "OPTIONS", &[], RequestKind::NotCors),
        ("no Origin", "OPTIONS", &[(METHOD, &b"PUT"[..])], RequestKind::NotCors),
        ("Origin", "GET", &[origin], RequestKind::Actual),
        ("an empty Origin", "POST", &[("origin", b"")], RequestKind::Actual),
        ("OPTIONS with Origin", "OPTIONS", &[origin], RequestKind::Actual),
        ("with headers alone", "OPTIONS", &[origin, (HEADERS, b"x")], RequestKind::Actual),
        ("another method", "GET", &[origin, (METHOD, b"PUT")], RequestKind::Actual),
        ("options", "options", &[origin, (METHOD, b"PUT")], RequestKind::Actual),
        ("all three", "OPTIONS", &[origin, (METHOD, b"PUT")], RequestKind::Preflight),
        ("an empty method", "OPTIONS", &[origin, (METHOD, b"")], RequestKind::Preflight),
        ("two", "OPTIONS", &[origin, (METHOD, b"A"), (METHOD, b"B")], RequestKind::Preflight),
        ("two origins", "OPTIONS", &[origin, origin, (METHOD, b"A")], RequestKind::Preflight),
        ("no text", "OPTIONS", &[origin, (METHOD, b"\xff")], RequestKind::Preflight),
    ] {
        let parts = parts(method, lines);
        assert_eq!(RequestKind::of(&parts), kind, "{about}");
        assert_eq!(policy().build().unwrap().evaluate(&parts).kind(), kind, "{about}");
    }
}

/// What the policy says of the request. The shorter forms of it agree.
#[track_caller]
fn decide(policy: &Policy, parts: &Parts) -> Decision {
    let evaluation = policy.evaluate(parts);
    let decision = evaluation.decision();
    assert_eq!(evaluation.is_granted(), decision.is_granted());
    let nameless = match &decision {
        Decision::Refused(
            Refusal::HeaderNotAllowed { name, .. } | Refusal::MalformedHeader { name, .. },
        ) => decision.to_string().replace(name.to_str().unwrap(), ""),
        _ => decision.to_string(),
    };
    assert_eq!(evaluation.nameless_decision().to_string(), nameless);
    let refusals = evaluation.refusals();
    assert_eq!(refusals.first(), decision.refusal(), "the reason of the decision comes first");
    assert!(refusals.len() < 2 || RequestKind::of(parts) == RequestKind::Preflight, "{refusals:?}");
    decision
}

#[track_caller]
fn refusal(policy: PolicyBuilder, parts: &Parts) -> Refusal {
    match decide(&policy.build().unwrap(), parts) {
        Decision::Refused(refusal) => refusal,
        decision => panic!("{decision}"),
    }
}

macro_rules! refused {
    ($about:literal, $policy:expr, $parts:expr, $pattern:pat $(if $guard:expr)?, $setting:ident, $text:expr $(,)?) => {{
        let refusal = refusal($policy, &$parts);
        assert!(matches!(&refusal, $pattern $(if $guard)?), "{}: {refusal:?}", $about);
        assert_eq!(refusal.setting(), Setting::$setting, "{}", $about);
        assert_eq!(refusal.to_string(), $text, "{}", $about);
    }};
}

#[test]
fn refusals_of_origins() {
    refused!(
        "not allowed",
        policy(),
        actual("https://evil.example"),
        Refusal::OriginNotAllowed { origin, .. } if origin == "https://evil.example",
        AllowOrigin,
        r#"origin "https://evil.example" is not allowed"#,
    );
    refused!(
        "not allowed by one exact origin",
        Policy::builder().allow_origin(APP),
        actual("https://evil.example"),
        Refusal::OriginNotAllowed { origin, .. } if origin == "https://evil.example",
        AllowOrigin,
        r#"origin "https://evil.example" is not allowed"#,
    );
    refused!(
        "a preflight's origin comes first",
        policy(),
        parts("OPTIONS", &[("origin", b"https://evil.example"), (METHOD, b"")]),
        Refusal::OriginNotAllowed { .. },
        AllowOrigin,
        r#"origin "https://evil.example" is not allowed"#,
    );
    refused!(
        "an actual request that names headers like a preflight",
        policy(),
        parts("GET", &[("origin", b"https://evil.example"), (HEADERS, b"x-unlisted")]),
        Refusal::OriginNotAllowed { .. },
        AllowOrigin,
        r#"origin "https://evil.example" is not allowed"#,
    );
    refused!(
        "null",
        policy(),
        actual("null"),
        Refusal::NullOrigin,
        DangerouslyAllowNullOrigin,
        "origin `null` is not allowed",
    );
    for origin in ["", "https://app.example.com/", "HTTPS://APP.EXAMPLE.COM", "https://a:443", "*"]
    {
        refused!(
            "malformed",
            policy(),
            actual(origin),
            Refusal::MalformedOrigin { origin: value, .. } if value == origin,
            AllowOrigin,
            format!(r#""{origin}" is not an origin that a browser sends"#),
        );
    }
    let twice = parts("GET", &[("origin", APP.as_bytes()), ("origin", APP.as_bytes())]);
    refused!(
        "repeated",
        policy(),
        twice,
        Refusal::RepeatedOrigin { lines: 2, .. },
        AllowOrigin,
        "expected one `Origin` header, got 2",
    );
    refused!(
        "repeated, one exact origin",
        Policy::builder().allow_origin(APP),
        twice,
        Refusal::RepeatedOrigin { lines: 2, .. },
        AllowOrigin,
        "expected one `Origin` header, got 2",
    );
    refused!(
        "a predicate failed",
        Policy::builder()
            .allow_origin(AllowOrigin::try_predicate(|_, _| Err("the database is down".into())))
            .allow_origin(AllowOrigin::predicate(|_, _| false)),
        actual(APP),
        Refusal::PredicateFailed { origin, error, .. }
            if origin == APP && error.to_string() == "the database is down",
        AllowOrigin,
        r#"origin "https://app.example.com" could not be checked: the database is down"#,
    );
    refused!(
        "a predicate refuses",
        Policy::builder().allow_origin(AllowOrigin::predicate(|_, _| false)),
        actual(APP),
        Refusal::OriginNotAllowed { .. },
        AllowOrigin,
        r#"origin "https://app.example.com" is not allowed"#,
    );
}

#[test]
fn refusals_of_methods() {
    for method in ["DELETE", "put", "Patch", "CONNECT", "*", "OPTIONS"] {
        refused!(
            "not allowed",
            policy(),
            preflight(method, ""),
            Refusal::MethodNotAllowed { method: value, .. } if value == method,
            AllowMethods,
            format!(r#"method "{method}" is not allowed"#),
        );
    }
    for method in ["CONNECT", "TRACE", "TRACK", "track"] {
        refused!(
            "never covered by `*`",
            policy().allow_methods(Any),
            preflight(method, ""),
            Refusal::MethodNotAllowed { .. },
            AllowMethods,
            format!(r#"method "{method}" is not allowed"#),
        );
    }
    for method in ["", " ", "P UT", "PUT,PATCH", "PUT\t"] {
        refused!(
            "no method",
            policy().allow_methods(Any),
            preflight(method, ""),
            Refusal::MalformedMethod { method: value, .. } if value == method,
            AllowMethods,
            format!(r#""{}" is not a valid method"#, method.escape_debug()),
        );
    }
    let long = "x".repeat(65);
    refused!(
        "longer than `*` repeats",
        policy().allow_methods(Any).allow_credentials(true),
        preflight(&long, ""),
        Refusal::MethodTooLong { bytes: 65, limit: 64, .. },
        AllowMethods,
        "the method has 65 bytes, and `*` covers at most 64",
    );
    let origin = ("origin", APP.as_bytes());
    refused!(
        "repeated",
        policy(),
        parts("OPTIONS", &[origin, (METHOD, b"PUT"), (METHOD, b"PUT"), (METHOD, b"")]),
        Refusal::RepeatedMethod { lines: 3, .. },
        AllowMethods,
        "expected one `Access-Control-Request-Method` header, got 3",
    );
    refused!(
        "the method comes before the headers",
        policy(),
        preflight("DELETE", "x-unlisted"),
        Refusal::MethodNotAllowed { .. },
        AllowMethods,
        r#"method "DELETE" is not allowed"#,
    );
}

#[test]
fn refusals_of_headers() {
    for (asked, named) in [
        ("x-unlisted", "x-unlisted"),
        ("authorization, X-Unlisted ,x-other", "X-Unlisted"),
        ("content-type", "content-type"),
        ("*", "*"),
        ("x-csrf-tokens", "x-csrf-tokens"),
        ("x-csrf-toke", "x-csrf-toke"),
    ] {
        refused!(
            "not allowed",
            policy(),
            preflight("PUT", asked),
            Refusal::HeaderNotAllowed { name, .. } if name == named,
            AllowHeaders,
            format!(r#"request header "{named}" is not allowed"#),
        );
    }
    for with_credentials in [false, true] {
        refused!(
            "`*` does not cover Authorization",
            Policy::builder()
                .allow_origin(APP)
                .allow_methods(Any)
                .allow_headers(Any)
                .allow_credentials(with_credentials),
            preflight("PUT", "x-a,Authorization"),
            Refusal::HeaderNotAllowed { name, .. } if name == "Authorization",
            AllowHeaders,
            r#"request header "Authorization" is not allowed"#,
        );
    }
    for (asked, named) in [("x y", "x y"), ("authorization,x-a;q=1", "x-a;q=1"), ("(x)", "(x)")] {
        for policy in [policy(), policy().allow_headers(Any)] {
            refused!(
                "no name",
                policy,
                preflight("PUT", asked),
                Refusal::MalformedHeader { name, .. } if name == named,
                AllowHeaders,
                format!(r#""{named}" is not a valid header name"#),
            );
        }
    }
    let long = "authorization,".repeat(300);
    refused!(
        "longer than any list that could be granted",
        policy(),
        preflight("PUT", &long),
        Refusal::HeadersTooLong { bytes: 4200, limit: 4096, .. },
        AllowHeaders,
        "`Access-Control-Request-Headers` has 4200 bytes, and at most 4096 are read",
    );
    refused!(
        "over two lines",
        policy(),
        parts(
            "OPTIONS",
            &[
                ("origin", APP.as_bytes()),
                (METHOD, b"PUT"),
                (HEADERS, &long.as_bytes()[..2100]),
                (HEADERS, &long.as_bytes()[2100..]),
            ],
        ),
        Refusal::HeadersTooLong { bytes: 4200, .. },
        AllowHeaders,
        "`Access-Control-Request-Headers` has 4200 bytes, and at most 4096 are read",
    );
    refused!(
        "longer than what `*` repeats",
        policy().allow_headers(Any).allow_credentials(true),
        preflight("PUT", &long),
        Refusal::HeadersTooLong { bytes: 4200, limit: 4096, .. },
        AllowHeaders,
        "`Access-Control-Request-Headers` has 4200 bytes, and at most 4096 are read",
    );
    let names = (0..500).map(|i| format!("x-header-{i:03}")).collect::<Vec<_>>();
    refused!(
        "longer than the list that is configured, with a space after each comma",
        policy().allow_headers(names),
        preflight("PUT", &"x-header-000,".repeat(541)),
        Refusal::HeadersTooLong { bytes: 7033, limit: 7029, .. },
        AllowHeaders,
        "`Access-Control-Request-Headers` has 7033 bytes, and at most 7029 are read",
    );
}

#[test]
fn what_is_granted() {
    let names = (0..500).map(|i| format!("x-header-{i:03}")).collect::<Vec<_>>();
    let long_list = || policy().allow_headers(&names);
    let asked = names.join(", ");
    assert!(asked.len() > 4096);
    let most = "authorization,".repeat(292) + ",,,,,,,,";
    assert_eq!(most.len(), 4096);
    let origin = ("origin", APP.as_bytes());
    let lines = [origin, (METHOD, b"PUT"), (HEADERS, b"authorization"), (HEADERS, b"x-csrf-token")];
    for (about, policy, parts) in [
        ("actual", policy(), actual(APP)),
        ("actual, pattern", policy(), actual("https://a.b.example.org")),
        ("any origin", Policy::builder().allow_origin("*"), actual("nonsense")),
        ("null", policy().dangerously_allow_null_origin(true), actual("null")),
        ("a listed method", policy(), preflight("PUT", "")),
        ("safelisted methods always", policy(), preflight("GET", "")),
        ("safelisted methods always", policy(), preflight("HEAD", "")),
        ("safelisted methods always", policy(), preflight("POST", "")),
        ("listed headers", policy(), preflight("PUT", "authorization,x-csrf-token")),
        ("in any order and case", policy(), preflight("PUT", "X-Csrf-Token\t,, AUTHORIZATION,")),
        ("the same twice", policy(), preflight("PUT", "authorization,authorization")),
        ("any method", policy().allow_methods(Any), preflight("x-custom", "")),
        ("any header", policy().allow_headers(Any), preflight("PUT", "x-a,authorization")),
        ("a long list that is configured", long_list(), preflight("PUT", &asked)),
        ("as much as is read", policy(), preflight("PUT", &most)),
        ("more, where `*` is the answer", policy().allow_headers(Any), preflight("PUT", &asked)),
        ("two lines of headers", policy(), parts("OPTIONS", &lines)),
        (
            "an actual request with more",
            policy(),
            parts("GET", &[origin, (HEADERS, b"x-unlisted")]),
        ),
    ] {
        let decision = decide(&policy.build().unwrap(), &parts);
        assert!(decision.is_granted(), "{about}: {decision}");
        assert!(decision.refusal().is_none(), "{about}");
        assert_eq!(decision.to_string(), "granted", "{about}");
    }
}

/// Ordinary same-origin requests, which have an `Origin` unless they are GET or HEAD, were reported as
/// refused. Seen in the first version of this crate.
#[test]
fn what_is_not_cors() {
    let api = ("origin", &b"https://api.example"[..]);
    for (about, parts) in [
        ("no Origin", parts("GET", &[])),
        ("no Origin, preflight method", parts("OPTIONS", &[(METHOD, b"PUT")])),
        ("same-origin", parts("POST", &[api, ("sec-fetch-site", b"same-origin")])),
        ("the user's own doing", parts("POST", &[api, ("sec-fetch-site", b"none")])),
        ("same host", parts("POST", &[api, ("host", b"api.example")])),
    ] {
        for enforce in [false, true] {
            for policy in [policy(), Policy::builder().allow_origin(APP)] {
                let evaluation = policy.enforce(enforce).build().unwrap().evaluate(&parts);
                let decision = evaluation.decision();
                assert_eq!(decision, Decision::NotCors, "{about}, {enforce}");
                assert_eq!(evaluation.kind(), RequestKind::NotCors, "{about}, {enforce}");
                assert!(!decision.is_granted() && evaluation.refusals().is_empty(), "{about}");
                assert_eq!(decision.to_string(), "not CORS", "{about}");
            }
        }
    }
    for (about, parts) in [
        ("another origin", parts("POST", &[api, ("host", b"other.example")])),
        ("same-site", parts("POST", &[api, ("sec-fetch-site", b"same-site")])),
        (
            "Sec-Fetch-Site decides",
            parts("POST", &[api, ("host", b"api.example"), ("sec-fetch-site", b"cross-site")]),
        ),
        ("no preflight is same-origin", {
            parts("OPTIONS", &[api, (METHOD, b"PUT"), ("sec-fetch-site", b"same-origin")])
        }),
    ] {
        let decision = decide(&policy().build().unwrap(), &parts);
        assert!(decision.refusal().is_some(), "{about}: {decision}");
    }
    let granted = parts("POST", &[("origin", APP.as_bytes()), ("host", b"app.example.com")]);
    assert_eq!(policy().build().unwrap().decide(&granted), Decision::Granted, "granted first");
}

#[test]
fn refusals_of_hosts() {
    let policy = || policy().allow_hosts("api.example.com");
    let host = |value: &'static [u8]| parts("GET", &[("host", value)]);
    refused!(
        "not listed",
        policy(),
        host(b"evil.example:8000"),
        Refusal::HostNotAllowed { host, .. } if host == "evil.example:8000",
        AllowHosts,
        r#"host "evil.example:8000" is not allowed"#,
    );
    let mut absolute = host(b"api.example.com");
    absolute.uri = "http://evil.example/".parse().unwrap();
    refused!(
        "an absolute target",
        policy(),
        absolute,
        Refusal::HostNotAllowed { host, .. } if host == "evil.example",
        AllowHosts,
        r#"host "evil.example" is not allowed"#,
    );
    refused!(
        "none",
        policy(),
        parts("GET", &[]),
        Refusal::MissingHost,
        AllowHosts,
        "expected one `Host` header, got none",
    );
    refused!(
        "several",
        policy(),
        parts("GET", &[("host", b"api.example.com"), ("host", b"api.example.com")]),
        Refusal::RepeatedHost { lines: 2, .. },
        AllowHosts,
        "expected one `Host` header, got 2",
    );
    refused!(
        "malformed",
        policy(),
        host(b"a b"),
        Refusal::MalformedHost { .. },
        AllowHosts,
        r#""a b" is not a valid host"#,
    );
    let both =
        [("host", &b"evil.example"[..]), ("origin", b"https://evil.example"), (METHOD, b"x")];
    let refusals = policy().build().unwrap().evaluate(&parts("OPTIONS", &both)).refusals();
    assert_eq!(refusals.len(), 1, "nothing else is looked at: {refusals:?}");
    let asked = Arc::new(Mutex::new(false));
    let seen = asked.clone();
    let predicate = AllowOrigin::predicate(move |_, _| {
        *seen.lock().unwrap() = true;
        true
    });
    let asking = Policy::builder().allow_origin(predicate).allow_hosts("api.example.com");
    assert!(asking.build().unwrap().decide(&parts("GET", &both[..2])).refusal().is_some());
    assert!(!*asked.lock().unwrap(), "no predicate is called");
    let explained = policy().build().unwrap().explain(&host(b"evil.example")).to_string();
    assert_eq!(
        explained,
        r#"refused: host "evil.example" is not allowed; DNS rebinding sends such requests; if the server answers for this host, add "evil.example" to allow_hosts"#,
    );
}

#[test]
fn hostile_bytes_are_escaped_and_cut() {
    let origin = |bytes: &[u8]| parts("GET", &[("origin", bytes)]);
    for (bytes, text) in [
        (&b"\xff\xfe"[..], r#""\xff\xfe" is not an origin that a browser sends"#.to_owned()),
        (b"a\tb", r#""a\tb" is not an origin that a browser sends"#.to_owned()),
        (b"\"x\"\\", r#""\"x\"\\" is not an origin that a browser sends"#.to_owned()),
        ("é".as_bytes(), r#""\xc3\xa9" is not an origin that a browser sends"#.to_owned()),
        (
            &vec![b'x'; 70_000],
            format!("\"{}…\" (70000 bytes) is not an origin that a browser sends", "x".repeat(200)),
        ),
    ] {
        let refusal = refusal(policy(), &origin(bytes));
        assert_eq!(refusal.to_string(), text);
    }
    for parts in [
        origin(b"\xff\x80\x9b31m"),
        origin(&vec![b'x'; 70_000]),
        preflight("\u{9b}31m", ""),
        preflight("PUT", "x\u{9b}31m"),
        preflight(&"M".repeat(70_000), ""),
        preflight("PUT", &"x".repeat(70_000)),
        preflight("PUT", &format!("authorization,{}", "x".repeat(4000))),
    ] {
        let policy = policy().build().unwrap();
        for text in [policy.decide(&parts).to_string(), policy.explain(&parts).to_string()] {
            assert!(text.len() < 4500, "{} bytes", text.len());
            assert!(text.bytes().all(|b| b >= b' ' && b != 0x7f), "{text}");
            let printable = |c: char| c == '…' || c.is_ascii_graphic() || c == ' ';
            assert!(text.chars().all(printable), "{text}");
        }
    }
}

type Service200 = fn(Request<()>) -> std::future::Ready<Result<Response<()>, Infallible>>;

/// Answers 200, with the decision it was told in a header.
fn inner() -> tower::util::ServiceFn<Service200> {
    service_fn(|request| {
        let mut response = Response::new(());
        if let Some(decision) = request.extensions().get::<Decision>() {
            let told = HeaderValue::from_str(&decision.to_string()).unwrap();
            response.headers_mut().insert("x-told", told);
        }
        ready(Ok(response))
    })
}

async fn call<P>(cors: &CorsLayer<P>, parts: Parts) -> Response<()>
where
    P: tower_cors::select::SelectPolicy + Clone,
{
    let mut service = cors.layer(inner());
    let Ok(service) = service.ready().await;
    let Ok(response) = service.call(Request::from_parts(parts, ())).await;
    response
}

/// Collects lines from within a hook.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    fn push(&self, line: impl fmt::Display) {
        self.0.lock().unwrap().push(line.to_string());
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

#[tokio::test]
async fn hooks_see_every_decision_once() {
    let lines = Lines::default();
    let (first, second) = (lines.clone(), lines.clone());
    let cors = CorsLayer::with_policies(policy().enforce(true).build().unwrap())
        .on_decision(move |decision, parts| {
            first.push(format!("1 {} {}: {decision}", parts.method, parts.uri));
        })
        .on_decision(move |decision, _| second.push(format!("2 {}", decision.is_granted())));
    for (parts, status, seen) in [
        (parts("GET", &[]), 200, ["1 GET /path?query: not CORS", "2 false"]),
        (actual(APP), 200, ["1 GET /path?query: granted", "2 true"]),
        (
            actual("https://evil.example"),
            403,
            [
                r#"1 GET /path?query: refused: origin "https://evil.example" is not allowed"#,
                "2 false",
            ],
        ),
        (preflight("PUT", ""), 204, ["1 OPTIONS /path?query: granted", "2 true"]),
        (
            preflight("DELETE", ""),
            204,
            [r#"1 OPTIONS /path?query: refused: method "DELETE" is not allowed"#, "2 false"],
        ),
    ] {
        let response = call(&cors, parts).await;
        assert_eq!(response.status(), status);
        assert_eq!(lines.take(), seen);
        assert!(response.extensions().get::<Decision>().is_none(), "recording is not on");
        assert!(!response.headers().contains_key("x-told"), "recording is not on");
    }
}

#[tokio::test]
async fn recorded_decisions_stand_in_the_extensions() {
    let cors = CorsLayer::with_policies(policy().preflight_continue(true).build().unwrap())
        .record_decision(true);
    for (about, parts, decision, told) in [
        ("not CORS", parts("GET", &[]), "not CORS", true),
        ("granted", actual(APP), "granted", true),
        (
            "refused",
            actual("https://evil.example"),
            r#"refused: origin "https://evil.example" is not allowed"#,
            true,
        ),
        ("a preflight passed on", preflight("PUT", ""), "granted", true),
        (
            "a preflight answered",
            preflight("DELETE", ""),
            r#"refused: method "DELETE" is not allowed"#,
            false,
        ),
    ] {
        let response = call(&cors, parts.clone()).await;
        let recorded = response.extensions().get::<Decision>().expect(about);
        assert_eq!(recorded.to_string(), decision, "{about}");
        let header = response.headers().get("x-told").map(|told| told.to_str().unwrap());
        assert_eq!(header, told.then_some(decision), "{about}");

        let off = call(&cors.clone().record_decision(false), parts).await;
        assert!(off.extensions().get::<Decision>().is_none(), "{about}");
        assert!(!off.headers().contains_key("x-told"), "{about}");
    }
}

#[tokio::test]
async fn a_shadow_reports_differences_and_changes_nothing() {
    let lines = Lines::default();
    let report = lines.clone();
    let shadow = Policy::builder()
        .allow_origin([APP, "https://new.example"])
        .allow_methods("DELETE")
        .enforce(true)
        .build()
        .unwrap();
    let cors = CorsLayer::with_policies(policy().build().unwrap()).shadow(
        shadow,
        move |live, shadow, parts| {
            report.push(format!("{}: {live} / {shadow}", parts.method));
        },
    );
    for (about, parts, origin, seen) in [
        ("both grant", actual(APP), Some(APP), None),
        ("both refuse", actual("https://evil.example"), None, None),
        ("neither is CORS", parts("GET", &[]), None, None),
        (
            "the shadow refuses",
            actual("https://a.example.org"),
            Some("https://a.example.org"),
            Some(r#"GET: granted / refused: origin "https://a.example.org" is not allowed"#),
        ),
        (
            "the shadow grants",
            actual("https://new.example"),
            None,
            Some(r#"GET: refused: origin "https://new.example" is not allowed / granted"#),
        ),
        (
            "the shadow refuses the method",
            preflight("PUT", ""),
            Some(APP),
            Some(r#"OPTIONS: granted / refused: method "PUT" is not allowed"#),
        ),
        (
            "the shadow grants the method",
            preflight("DELETE", ""),
            Some(APP),
            Some(r#"OPTIONS: refused: method "DELETE" is not allowed / granted"#),
        ),
        ("both refuse, for different reasons", preflight("put", ""), Some(APP), None),
    ] {
        let response = call(&cors, parts).await;
        assert_ne!(response.status(), StatusCode::FORBIDDEN, "{about}: a shadow never enforces");
        let granted = response.headers().get("access-control-allow-origin");
        assert_eq!(granted.map(|value| value.to_str().unwrap()), origin, "{about}");
        assert_eq!(
            lines.take(),
            seen.into_iter().map(str::to_owned).collect::<Vec<_>>(),
            "{about}"
        );
    }
}

/// Left alone is neither granted nor refused.
#[tokio::test]
async fn a_shadow_may_leave_a_request_alone_and_be_left_alone() {
    let lines = Lines::default();
    let report = lines.clone();
    let push = move |live: &Decision, shadow: &Decision, _: &Parts| {
        report.push(format!("{live} / {shadow}"));
    };
    let alone = ByRequest::new(|_| None);
    let live =
        CorsLayer::with_policies(policy().build().unwrap()).shadow(alone.clone(), push.clone());
    let shadow = CorsLayer::with_policies(alone).shadow(policy().build().unwrap(), push);
    for (parts, live_alone, shadow_alone) in [
        (parts("GET", &[]), None, None),
        (actual(APP), Some("granted / not CORS"), Some("not CORS / granted")),
    ] {
        call(&live, parts.clone()).await;
        assert_eq!(lines.take(), live_alone.into_iter().collect::<Vec<_>>());
        call(&shadow, parts).await;
        assert_eq!(lines.take(), shadow_alone.into_iter().collect::<Vec<_>>());
    }
}

/// Answers that a function chose had no `Vary`, so that a cache handed the answer of one origin to
/// another. Seen in the first version of this crate.
#[tokio::test]
async fn what_a_function_chooses_by_is_in_vary() {
    let app = Policy::builder().allow_origin(APP).build().unwrap();
    let by_path = move |parts: &Parts| (parts.uri.path() == "/path").then(|| app.clone());
    let plain = CorsLayer::by_request(by_path.clone());
    let reading = CorsLayer::by_request(by_path).reads([HOST]).reads([ORIGIN, AUTHORIZATION]);
    let at = |path: &'static str, mut parts: Parts| {
        parts.uri = Uri::from_static(path);
        parts
    };
    for (about, parts, status, origin) in [
        ("granted", actual(APP), 200, Some(APP)),
        ("refused, though the policy alone is static", actual("https://evil.example"), 200, None),
        ("no Origin: not the one answer of a static policy", parts("GET", &[]), 200, None),
        ("a granted preflight", preflight("GET", ""), 204, Some(APP)),
        (
            "a refused preflight",
            parts("OPTIONS", &[("origin", b"https://evil.example"), (METHOD, b"PUT")]),
            403,
            None,
        ),
        ("no policy: the inner service's own answer", at("/other", actual(APP)), 200, None),
        ("no policy, a preflight", at("/other", preflight("PUT", "")), 200, None),
    ] {
        for (cors, vary) in [(&plain, "Origin"), (&reading, "Origin, host, authorization")] {
            let response = call(cors, parts.clone()).await;
            let (headers, got) = (response.headers(), response.status().as_u16());
            let granted = headers.get("access-control-allow-origin").map(|v| v.to_str().unwrap());
            assert_eq!((got, granted), (status, origin), "{about}");
            let names = headers["vary"].to_str().unwrap().replace(',', ", ").replace("  ", " ");
            assert_eq!(names, vary, "{about}");
        }
    }
}

/// A selector can be shared, and handed on by reference.
#[tokio::test]
async fn shared_selectors_select() {
    let policy = Arc::new(policy().build().unwrap());
    let by_arc = CorsLayer::with_policies(Arc::clone(&policy));
    let by_reference = CorsLayer::with_policies(policy.as_ref());
    let erased: Arc<dyn SelectPolicy + Send + Sync> = policy.clone();
    for response in [
        call(&by_arc, actual(APP)).await,
        call(&by_reference, actual(APP)).await,
        call(&CorsLayer::with_policies(erased), actual(APP)).await,
    ] {
        assert_eq!(response.headers()["access-control-allow-origin"], APP);
    }
}

/// What is selected for one request says nothing of another.
#[test]
fn a_selection_evaluates_its_own_request_only() {
    let policy = policy().build().unwrap();
    let (granted, refused) = (actual(APP), actual("https://evil.example"));
    for (parts, is_granted) in [(&granted, true), (&refused, false)] {
        let mut selection = policy.select(parts).unwrap();
        assert_eq!(selection.allows_origin(), is_granted);
        assert!(std::ptr::eq(selection.request(), parts));
        assert_eq!(selection.evaluate().decision().is_granted(), is_granted);
    }
}

#[test]
fn decisions_are_compared_by_their_data() {
    let policy = policy().build().unwrap();
    let decide = |parts: Parts| policy.decide(&parts);
    assert_eq!(decide(actual(APP)), Decision::Granted);
    assert_eq!(decide(actual("https://evil.example")), decide(actual("https://evil.example")));
    assert_ne!(decide(actual("https://evil.example")), decide(actual("https://worse.example")));
    assert_ne!(decide(actual("https://evil.example")), decide(actual("null")));
    for (about, one, other) in [
        ("methods", preflight("DELETE", ""), preflight("PURGE", "")),
        ("malformed methods", preflight("a b", ""), preflight("b a", "")),
        ("headers", preflight("PUT", "x-a"), preflight("PUT", "x-b")),
        ("malformed headers", preflight("PUT", "x a"), preflight("PUT", "x b")),
        ("lengths", preflight("PUT", &",".repeat(5000)), preflight("PUT", &",".repeat(5001))),
    ] {
        assert_eq!(decide(one.clone()), decide(one.clone()), "{about}");
        assert_ne!(decide(one), decide(other), "{about}");
    }
    let policy = Policy::builder().allow_origin(APP).allow_hosts("a.example").build().unwrap();
    let host = |host: &'static str| policy.decide(&parts("GET", &[("host", host.as_bytes())]));
    assert_eq!(host("b.example"), host("b.example"));
    assert_ne!(host("b.example"), host("c.example"));
}

/// The policy says nothing of the request then, so no further reason is looked for.
#[test]
fn a_policy_that_is_unavailable_is_the_only_reason() {
    let policy = policy().build().unwrap();
    let parts = preflight("DELETE", "x-unlisted");
    let selection = Selection::new(policy, &parts);
    let evaluation = selection.unavailable("down", StatusCode::SERVICE_UNAVAILABLE).evaluate();
    assert!(evaluation.is_unavailable());
    let refusals = evaluation.refusals();
    assert!(matches!(refusals[..], [Refusal::PolicyUnavailable { .. }]), "{refusals:?}");
    let Action::Respond(response) = evaluation.into_action() else {
        panic!("the preflight is answered");
    };
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.headers()["cache-control"], "no-store");
}

#[test]
fn at_most_32_reasons_are_given() {
    let names = (0..50).map(|i| format!("x-{i}")).collect::<Vec<_>>().join(",");
    let policy = policy().build().unwrap();
    assert_eq!(policy.evaluate(&preflight("PUT", &names)).refusals().len(), 32);
}
