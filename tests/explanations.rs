//! What explanations say: the reasons, the nearest miss, the suggestion.

use http::{HeaderName, HeaderValue, Method, Request, request::Parts};
use serde_json::json;
use tower_cors::{AllowOrigin, Any, Policy, PolicyBuilder, PolicyList, policy::Setting};

const APP: &str = "https://app.example.com";

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

fn from(origin: &str) -> Parts {
    parts("GET", &[("origin", origin.as_bytes())])
}

fn preflight_from(origin: &str, method: &str, headers: &str) -> Parts {
    parts(
        "OPTIONS",
        &[
            ("origin", origin.as_bytes()),
            ("access-control-request-method", method.as_bytes()),
            ("access-control-request-headers", headers.as_bytes()),
        ],
    )
}

fn preflight(method: &str, headers: &str) -> Parts {
    preflight_from(APP, method, headers)
}

#[track_caller]
fn check(rows: Vec<(&str, PolicyBuilder, Parts, &str)>) {
    for (about, policy, parts, text) in rows {
        let policy = policy.build().unwrap_or_else(|errors| panic!("{about}: {errors}"));
        let explanation = policy.explain(&parts);
        assert_eq!(explanation.to_string(), text, "{about}");
        assert_eq!(
            explanation.decision().to_string(),
            policy.decide(&parts).to_string(),
            "{about}"
        );
        if let Some(refusal) = explanation.decision().refusal() {
            assert_eq!(explanation.reasons()[0].code(), refusal.code(), "{about}");
        }
        for reason in explanation.reasons() {
            let nearest = reason.nearest();
            let known = nearest.is_none_or(|nearest| text.contains(&format!("{nearest:?}")));
            assert!(known, "{about}: {nearest:?}");
        }
    }
}

#[test]
fn requests_that_are_not_refused() {
    check(vec![
        ("no Origin", policy(), parts("GET", &[]), "not CORS: the request has no `Origin`"),
        (
            "same-origin, enforced",
            policy().enforce(true),
            parts("POST", &[("origin", b"https://api.example"), ("host", b"api.example")]),
            "not CORS: the request comes from the origin that it is sent to",
        ),
        ("granted", policy(), from(APP), "granted: the origin is allowed"),
        (
            "a granted preflight",
            policy(),
            preflight("PUT", "authorization"),
            "granted: the origin, the method and all headers of the preflight are allowed",
        ),
    ]);
}

/// The origin of somebody else is not a misspelling, however similar.
#[test]
fn origins_of_others_have_no_nearest_miss() {
    let policy = policy().build().unwrap();
    for origin in [
        "https://evil.example",
        "https://app.examp1e.com",
        "https://app.exmaple.com",
        "https://app.example.co",
        "https://app-example.com",
        "https://appexample.org",
        "https://app.example.com.evil.example",
        "https://localhost.evil.example:3000",
        "http://127.0.0.2:3000",
        "tauri://localhost",
    ] {
        let explanation = policy.explain(&from(origin));
        assert_eq!(explanation.nearest(), None, "{explanation}");
        let text = format!(
            "refused: origin {origin:?} is not allowed; to allow it, add {origin:?} to allow_origin"
        );
        assert_eq!(explanation.to_string(), text);
    }
}

#[test]
fn nearest_origins() {
    let rows = [
        ("the scheme", "http://app.example.com", APP, "the scheme differs"),
        (
            "the scheme of a pattern",
            "http://a.example.org",
            "https://a.example.org",
            "the scheme differs",
        ),
        ("https for http", "https://localhost:3000", "http://localhost:3000", "the scheme differs"),
        (
            "https for http, of a pattern",
            "https://a.example.test",
            "http://a.example.test",
            "the scheme differs",
        ),
        ("the port", "http://localhost:3001", "http://localhost:3000", "the port differs"),
        ("a port where none is allowed", "https://app.example.com:8443", APP, "the port differs"),
        (
            "a port on a pattern",
            "https://a.example.org:8443",
            "https://a.example.org",
            "the port differs",
        ),
        ("scheme and port", "http://app.example.com:8080", APP, "scheme and port differ"),
        (
            "another name of this machine, and the port",
            "http://127.0.0.1:5173",
            "http://localhost:3000",
            "to a browser `localhost` and `127.0.0.1` are different hosts, and the port differs",
        ),
        (
            "another name of this machine, and the scheme",
            "https://[::1]:3000",
            "http://localhost:3000",
            "to a browser `localhost` and `[::1]` are different hosts, and the scheme differs",
        ),
        ("www", "https://www.app.example.com", APP, "to a browser the `www.` is part of the host"),
        (
            "a domain, where its subdomains are",
            "https://example.org",
            "https://*.example.org",
            "it matches subdomains only",
        ),
        (
            "a subdomain, where its domain is",
            "https://a.b.app.example.com",
            APP,
            "its subdomains are not",
        ),
        (
            "a subdomain, where its domain matches a pattern",
            "https://a.pr-7.example.dev",
            "https://pr-7.example.dev",
            "its subdomains are not",
        ),
        ("a typing error", "https://pap.example.com", APP, ""),
        (
            "a typing error in a longer name",
            "https://dashbord.example.net",
            "https://dashboard.example.net",
            "check the spelling of the host",
        ),
    ];
    let policy = policy().allow_origin([
        "https://dashboard.example.net",
        "http://*.example.test",
        "https://pr-*.example.dev",
    ]);
    let policy = policy.build().unwrap();
    for (about, origin, nearest, words) in rows {
        let explanation = policy.explain(&from(origin));
        if words.is_empty() {
            assert_eq!(explanation.nearest(), None, "{about}: {explanation}");
            continue;
        }
        assert_eq!(explanation.nearest(), Some(nearest), "{about}: {explanation}");
        let text = format!(
            "refused: origin {origin:?} is not allowed; {nearest:?} is allowed; {words}; to allow it, add {origin:?} to allow_origin"
        );
        assert_eq!(explanation.to_string(), text, "{about}");
    }
}

/// In whatever order they are configured.
#[test]
fn the_nearest_of_several_origins() {
    for (about, refused, nearer, farther) in [
        (
            "the port before the scheme",
            "http://a.example.com:8080",
            "http://a.example.com:3000",
            "https://a.example.com:8080",
        ),
        (
            "another name of this machine before the scheme",
            "http://127.0.0.1:3000",
            "http://localhost:3000",
            "https://127.0.0.1:3000",
        ),
        (
            "the scheme before scheme and port",
            "http://a.example.com:8080",
            "https://a.example.com:8080",
            "https://a.example.com:8443",
        ),
        (
            "the domain of a pattern before another name and the port",
            "http://localhost:8080",
            "http://*.localhost:8080",
            "http://127.0.0.1:3000",
        ),
        (
            "the port before the domain",
            "https://a.b.example.com:8443",
            "https://a.b.example.com",
            "https://b.example.com:8443",
        ),
        (
            "the domain before the spelling",
            "https://dashbord.example.co",
            "https://example.co",
            "https://dashboard.example.co",
        ),
    ] {
        for origins in [[nearer, farther], [farther, nearer]] {
            let policy = Policy::builder().allow_origin(origins).build().unwrap();
            let explanation = policy.explain(&from(refused));
            assert_eq!(explanation.nearest(), Some(nearer), "{about}: {explanation}");
        }
    }
}

/// The most common mistake of all.
#[test]
fn localhost_and_its_address() {
    let names = ["localhost", "127.0.0.1", "[::1]"];
    for allowed in names {
        for port in ["3000", "*"] {
            let policy = Policy::builder().allow_origin(format!("http://{allowed}:{port}"));
            let policy = policy.build().unwrap();
            for refused in names.into_iter().filter(|refused| *refused != allowed) {
                let explanation = policy.explain(&from(&format!("http://{refused}:3000")));
                let text = format!(
                    "refused: origin \"http://{refused}:3000\" is not allowed; \"http://{allowed}:3000\" is allowed; \
                     to a browser `{allowed}` and `{refused}` are different hosts; open the page at \
                     \"http://{allowed}:3000\", or add \"http://{refused}:3000\" to allow_origin"
                );
                assert_eq!(explanation.to_string(), text);
            }
        }
    }
}

#[test]
fn origins_that_no_browser_sends() {
    check(vec![
        (
            "a trailing slash",
            policy(),
            from("https://app.example.com/"),
            r#"refused: "https://app.example.com/" is not an origin that a browser sends; it has a trailing slash; a browser would send "https://app.example.com", which is allowed"#,
        ),
        (
            "upper case",
            policy(),
            from("https://APP.example.net"),
            r#"refused: "https://APP.example.net" is not an origin that a browser sends; it has upper-case letters, which browsers never send; a browser would send "https://app.example.net""#,
        ),
        (
            "null",
            policy(),
            from("null"),
            "refused: origin `null` is not allowed; sandboxed frames, local files and some redirects send it; serve the page from a server, outside a sandbox, and call the address that a redirect leads to; or, after reading its warning, set dangerously_allow_null_origin",
        ),
    ]);
}

#[test]
fn what_other_rules_said() {
    let predicate =
        || AllowOrigin::predicate(|origin, _| origin.scheme() == "https" && origin.host() == "x");
    let regex = |source: &str| AllowOrigin::regex(source);
    check(vec![
        (
            "a predicate",
            Policy::builder().allow_origin(predicate()),
            from("https://a.example"),
            r#"refused: origin "https://a.example" is not allowed; the predicate does not allow it; to allow it, add "https://a.example" to allow_origin"#,
        ),
        (
            "predicates",
            Policy::builder().allow_origin(predicate()).allow_origin(predicate()),
            from("https://a.example"),
            r#"refused: origin "https://a.example" is not allowed; none of the 2 predicates allows it; to allow it, add "https://a.example" to allow_origin"#,
        ),
        (
            "a regular expression, and something near",
            Policy::builder()
                .allow_origin(regex(r"https://pr-[0-9]+\.example\.dev"))
                .allow_origin("https://a.example"),
            from("https://a.example:8443"),
            r#"refused: origin "https://a.example:8443" is not allowed; "https://a.example" is allowed; the port differs; the regular expression "https://pr-[0-9]+\.example\.dev" does not match it; to allow it, add "https://a.example:8443" to allow_origin"#,
        ),
        (
            "regular expressions",
            Policy::builder()
                .allow_origin(regex(r"https://pr-[0-9]+\.example\.dev"))
                .allow_origin(regex(r"https://mr-[0-9]+\.example\.dev")),
            from("https://a.example"),
            r#"refused: origin "https://a.example" is not allowed; none of the regular expressions "https://pr-[0-9]+\.example\.dev", "https://mr-[0-9]+\.example\.dev" matches it; to allow it, add "https://a.example" to allow_origin"#,
        ),
        (
            "as many regular expressions as are named",
            Policy::builder().allow_origin(["https://x", "https://y", "https://z"].map(regex)),
            from("https://a.example"),
            r#"refused: origin "https://a.example" is not allowed; none of the regular expressions "https://x", "https://y", "https://z" matches it; to allow it, add "https://a.example" to allow_origin"#,
        ),
        (
            "more regular expressions",
            Policy::builder()
                .allow_origin(["https://w", "https://x", "https://y", "https://z"].map(regex)),
            from("https://a.example"),
            r#"refused: origin "https://a.example" is not allowed; none of the 4 regular expressions ("https://w", "https://x", "https://y", …) matches it; to allow it, add "https://a.example" to allow_origin"#,
        ),
    ]);
}

/// To add the origin alone would be a build error.
#[test]
fn insecure_origins_with_credentials() {
    let policy = || policy().allow_credentials(true);
    check(vec![
        (
            "near",
            policy(),
            from("http://app.example.com"),
            r#"refused: origin "http://app.example.com" is not allowed; "https://app.example.com" is allowed; the scheme differs; serve the page over https; to allow it over http in spite of allow_credentials, set dangerously_allow_insecure_origins and add "http://app.example.com" to allow_origin"#,
        ),
        (
            "loopback is not insecure",
            policy(),
            from("http://localhost:8080"),
            r#"refused: origin "http://localhost:8080" is not allowed; "http://localhost:3000" is allowed; the port differs; to allow it, add "http://localhost:8080" to allow_origin"#,
        ),
    ]);
    let advised = policy().dangerously_allow_insecure_origins(true);
    advised.allow_origin("http://app.example.com").build().unwrap();
}

/// What is advised could not be built: a host that ends in a dot, and `file://` without its opt-in.
#[test]
fn origins_that_cannot_be_listed_as_they_are() {
    let expression = AllowOrigin::regex(r"https?://[a-z]+\.example\.com");
    check(vec![
        (
            "a dot at the end",
            policy(),
            from("https://app.example.com."),
            r#"refused: origin "https://app.example.com." is not allowed; "https://app.example.com" is allowed; to a browser a dot at the end is part of the host; open the page at "https://app.example.com", without the dot"#,
        ),
        (
            "a dot at the end of a host that is not listed",
            policy(),
            from("https://web.example.net.:8443"),
            r#"refused: origin "https://web.example.net.:8443" is not allowed; open the page at "https://web.example.net:8443", without the dot, and add that to allow_origin"#,
        ),
        (
            "a dot at the end, over http with credentials",
            policy().allow_credentials(true),
            from("http://localhost.:3000"),
            r#"refused: origin "http://localhost.:3000" is not allowed; "http://localhost:3000" is allowed; to a browser a dot at the end is part of the host; open the page at "http://localhost:3000", without the dot"#,
        ),
        (
            "an app's host is a dot",
            policy(),
            from("app://."),
            r#"refused: origin "app://." is not allowed; to allow it, add "app://." to allow_origin"#,
        ),
        (
            "a local file",
            policy(),
            from("file://"),
            r#"refused: origin "file://" is not allowed; serve the page from a server; or, after reading its warning, set dangerously_allow_null_origin and add "file://" to allow_origin"#,
        ),
        (
            "an expression that matches is not asked about what is insecure",
            Policy::builder().allow_origin(expression).allow_credentials(true),
            from("http://app.example.com"),
            r#"refused: origin "http://app.example.com" is not allowed; serve the page over https; to allow it over http in spite of allow_credentials, set dangerously_allow_insecure_origins and add "http://app.example.com" to allow_origin"#,
        ),
    ]);
    policy().dangerously_allow_null_origin(true).allow_origin("file://").build().unwrap();
    policy().allow_origin("https://web.example.net:8443").build().unwrap();
}

/// A host is advised as it could be listed.
#[test]
fn hosts_that_are_not_allowed() {
    for (host, advised) in [
        ("evil.example:8000", "evil.example:8000"),
        ("web.example.", "web.example"),
        ("web.example.:8000", "web.example:8000"),
        ("[::1]", "[::1]"),
        ("[::1]:8000", "[::1]:8000"),
        ("127.0.0.1.", "127.0.0.1"),
        ("WEB.example", "WEB.example"),
        ("web.example:", "web.example"),
        ("web.example:0", "web.example"),
    ] {
        let refusing = Policy::builder().allow_origin("*").allow_hosts("api.example");
        let (parts, ()) = Request::builder().header("host", host).body(()).unwrap().into_parts();
        let text = refusing.build().unwrap().explain(&parts).to_string();
        assert!(text.ends_with(&format!(r#"add "{advised}" to allow_hosts"#)), "{host}: {text}");
        Policy::builder().allow_origin("*").allow_hosts(advised).build().unwrap();
    }
    for (host, canonical) in [
        ("127.1", "127.0.0.1"),
        ("[0:0:0:0:0:0:0:1]:8000", "[::1]:8000"),
        ("0x7f.1:80", "127.0.0.1:80"),
    ] {
        let refusing = Policy::builder().allow_origin("*").allow_hosts("api.example");
        let (parts, ()) = Request::builder().header("host", host).body(()).unwrap().into_parts();
        let text = refusing.build().unwrap().explain(&parts).to_string();
        let advice = format!(r#"have the client send "{canonical}", and add that to allow_hosts"#);
        assert!(text.ends_with(&advice), "{host}: {text}");
        Policy::builder().allow_origin("*").allow_hosts(canonical).build().unwrap();
    }
}

#[test]
fn methods_and_headers() {
    check(vec![
        (
            "a method in another case",
            policy(),
            preflight("patch", ""),
            r#"refused: method "patch" is not allowed; methods are case-sensitive; "PATCH" is allowed; have the page send "PATCH""#,
        ),
        (
            "a standard method in another case that is not listed",
            policy(),
            preflight("delete", ""),
            r#"refused: method "delete" is not allowed; methods are case-sensitive; have the page send "DELETE", and add that to allow_methods"#,
        ),
        (
            "a misspelled method",
            policy().allow_methods("DELETE"),
            preflight("DELET", ""),
            r#"refused: method "DELET" is not allowed; "DELETE" is allowed; have the page send "DELETE""#,
        ),
        (
            "a misspelled method that is not listed",
            policy(),
            preflight("DELET", ""),
            r#"refused: method "DELET" is not allowed; have the page send "DELETE", and add that to allow_methods"#,
        ),
        (
            "a method that no page can send",
            policy(),
            preflight("CONNECT", ""),
            r#"refused: method "CONNECT" is not allowed; no page can send it"#,
        ),
        (
            "a method that is not listed",
            policy(),
            preflight("DELETE", ""),
            r#"refused: method "DELETE" is not allowed; to allow it, add "DELETE" to allow_methods"#,
        ),
        (
            "a method of one's own",
            policy(),
            preflight("PURGE", ""),
            r#"refused: method "PURGE" is not allowed; to allow it, add "PURGE" to allow_methods"#,
        ),
        (
            "a header that no page can set",
            policy(),
            preflight("PUT", "Cookie"),
            r#"refused: request header "Cookie" is not allowed; no page can set it"#,
        ),
        (
            "a header that is not listed",
            policy(),
            preflight("PUT", "X-Other"),
            r#"refused: request header "X-Other" is not allowed; to allow it, add "x-other" to allow_headers"#,
        ),
        (
            "a misspelled header",
            policy(),
            preflight("PUT", "authorisation"),
            r#"refused: request header "authorisation" is not allowed; "authorization" is allowed; have the page send "authorization""#,
        ),
        (
            "a misspelled header that is not listed",
            policy(),
            preflight("PUT", "content-typ"),
            r#"refused: request header "content-typ" is not allowed; a common header is "content-type"; have the page send "content-type", and add that to allow_headers"#,
        ),
        (
            "Authorization beneath `*`",
            Policy::builder().allow_origin(APP).allow_headers(Any),
            preflight("GET", "authorization"),
            r#"refused: request header "authorization" is not allowed; `*` does not cover `authorization`; to allow it, add "authorization" to allow_headers"#,
        ),
        (
            "all headers, not only the first",
            policy(),
            preflight("PUT", "authorization,X-A, x-b,,x-c"),
            r#"refused: request headers "X-A", "x-b" and "x-c" are not allowed; to allow them, add "x-a", "x-b" and "x-c" to allow_headers"#,
        ),
        (
            "the method and the headers, those together that need the same",
            policy(),
            preflight("DELETE", "x-a,cookie,x-b,authorisation"),
            r#"refused: method "DELETE" is not allowed; to allow it, add "DELETE" to allow_methods; request headers "x-a" and "x-b" are not allowed; to allow them, add "x-a" and "x-b" to allow_headers; request header "cookie" is not allowed; no page can set it; request header "authorisation" is not allowed; "authorization" is allowed; have the page send "authorization""#,
        ),
        (
            "the origin, the method and a header",
            policy(),
            preflight_from("https://evil.example", "DELETE", "x-a"),
            r#"refused: origin "https://evil.example" is not allowed; to allow it, add "https://evil.example" to allow_origin; method "DELETE" is not allowed; to allow it, add "DELETE" to allow_methods; request header "x-a" is not allowed; to allow it, add "x-a" to allow_headers"#,
        ),
    ]);
}

#[test]
fn however_many_headers_are_missing_the_text_is_short() {
    let names = (0..200).map(|i| format!("x-{i}")).collect::<Vec<_>>().join(",");
    let explanation = policy().build().unwrap().explain(&preflight("PUT", &names));
    assert_eq!(
        explanation.to_string(),
        r#"refused: request headers "x-0", "x-1", "x-2", "x-3", "x-4", "x-5", "x-6", "x-7" and more are not allowed; to allow them, add "x-0", "x-1", "x-2", "x-3", "x-4", "x-5", "x-6" and "x-7" to allow_headers"#
    );
    assert_eq!(explanation.reasons().len(), 32);
}

/// Nobody is left to believe that the headers that are named are all.
#[test]
fn headers_that_are_not_named_are_more() {
    let long = "x".repeat(150);
    let of_no_page = (0..29).map(|i| format!("sec-{i}")).collect::<Vec<_>>().join(",");
    for (about, headers, text) in [
        (
            "as many as are named together",
            "x-1,x-2,x-3,x-4,x-5,x-6,x-7,x-8".to_owned(),
            r#"request headers "x-1", "x-2", "x-3", "x-4", "x-5", "x-6", "x-7" and "x-8" are not allowed; "#,
        ),
        (
            "one more",
            "x-1,x-2,x-3,x-4,x-5,x-6,x-7,x-8,x-9".to_owned(),
            r#"request headers "x-1", "x-2", "x-3", "x-4", "x-5", "x-6", "x-7", "x-8" and more are not allowed; "#,
        ),
        (
            "as many reasons as are given",
            format!("x-1,{of_no_page},x-2,x-3"),
            r#"request headers "x-1", "x-2" and "x-3" are not allowed; "#,
        ),
        (
            "one more reason",
            format!("x-1,{of_no_page},x-2,x-3,x-4"),
            r#"request headers "x-1", "x-2", "x-3" and more are not allowed; "#,
        ),
        (
            "a long name, which is advised as it is",
            format!("x-1,{long}"),
            &format!(r#"to allow them, add "x-1" and "{long}" to allow_headers"#),
        ),
    ] {
        let explanation = policy().build().unwrap().explain(&preflight("PUT", &headers));
        assert!(explanation.to_string().contains(text), "{about}: {explanation}");
    }
}

/// One text for a log: what is to be added is said together, and of nothing else it can be taken
/// for.
#[test]
fn suggestions_of_several_reasons_read_as_one() {
    let evil = "https://evil.example";
    for (about, parts, expected) in [
        ("one", from(evil), r#"to allow it, add "https://evil.example" to allow_origin"#),
        (
            "headers",
            preflight("PUT", "x-a,x-b"),
            r#"to allow them, add "x-a" and "x-b" to allow_headers"#,
        ),
        (
            "an origin and a header",
            preflight_from(evil, "PUT", "x-a"),
            r#"to allow the request, add "https://evil.example" to allow_origin, and "x-a" to allow_headers"#,
        ),
        (
            "an origin, a method and headers",
            preflight_from(evil, "DELETE", "x-a,x-b"),
            r#"to allow the request, add "https://evil.example" to allow_origin, "DELETE" to allow_methods, and "x-a" and "x-b" to allow_headers"#,
        ),
        (
            "advice and a method",
            preflight("DELETE", "authorisation"),
            r#"have the page send "authorization"; to allow the method, add "DELETE" to allow_methods"#,
        ),
        (
            "advice and headers",
            preflight("patch", "x-a,x-b"),
            r#"have the page send "PATCH"; to allow the headers, add "x-a" and "x-b" to allow_headers"#,
        ),
        (
            "advice and an origin",
            preflight_from(evil, "patch", ""),
            r#"have the page send "PATCH"; to allow the origin, add "https://evil.example" to allow_origin"#,
        ),
        (
            "advice alone",
            preflight("patch", "authorisation"),
            r#"have the page send "PATCH"; have the page send "authorization""#,
        ),
        (
            "a method, and a header that no page can set",
            preflight("DELETE", "cookie"),
            r#"to allow the method, add "DELETE" to allow_methods"#,
        ),
    ] {
        let explanation = policy().build().unwrap().explain(&parts);
        assert_eq!(explanation.suggestion().as_deref(), Some(expected), "{about}");
    }
    assert_eq!(policy().build().unwrap().explain(&from(APP)).suggestion(), None);
}

/// Nobody wrote a predicate there. To add an origin to a ready policy's list would replace it.
#[test]
fn the_rule_of_a_development_policy_has_a_name() {
    let development = || Policy::development().into_builder();
    let predicate = AllowOrigin::predicate(|_, _| false);
    check(vec![
        (
            "a name of this machine that only its own files know",
            development(),
            from("https://app.local"),
            r#"refused: origin "https://app.local" is not allowed; `development()` allows pages on this machine only; to allow it too, write `development().into_builder().allow_origin("https://app.local")`"#,
        ),
        (
            "another machine, over http",
            development(),
            from("http://192.168.0.7:5173"),
            r#"refused: origin "http://192.168.0.7:5173" is not allowed; `development()` allows pages on this machine only; open the page on this machine; to allow it over http in spite of allow_credentials, write `development().dangerously_allow_insecure_origins(true).allow_origin("http://192.168.0.7:5173")`"#,
        ),
        (
            "with others, which are told as ever",
            development().allow_origin("https://app.example.com").allow_origin(predicate),
            from("https://app.example.com:8443"),
            r#"refused: origin "https://app.example.com:8443" is not allowed; "https://app.example.com" is allowed; the port differs; `development()` allows pages on this machine only; the predicate does not allow it; to allow it too, write `development().into_builder().allow_origin("https://app.example.com:8443")`"#,
        ),
    ]);
    // What is written there works, and this machine stays allowed.
    let app = development().allow_origin("https://app.local").build().unwrap();
    let phone = Policy::development().dangerously_allow_insecure_origins(true);
    let phone = phone.allow_origin("http://192.168.0.7:5173").build().unwrap();
    for (policy, origin) in [(&app, "https://app.local"), (&phone, "http://192.168.0.7:5173")] {
        for origin in [origin, "http://localhost:5173"] {
            assert!(policy.decide(&from(origin)).is_granted(), "{origin}");
        }
    }
}

/// What is suggested must not itself be refused by the builder.
#[test]
fn no_explanation_advises_what_cannot_be_built() {
    let policy = policy().build().unwrap();
    for parts in [
        preflight("put", ""),
        preflight("CONNECT", ""),
        preflight("track", ""),
        preflight("DELET", ""),
        preflight("PUT", "cookie"),
        preflight("PUT", "sec-fetch-site"),
        preflight("PUT", "access-control-request-method"),
        preflight("PUT", "X-Other"),
        preflight("PUT", "content-typ"),
        preflight("PURGE", ""),
        from("https://a.example"),
        from("http://127.0.0.1:3000"),
    ] {
        let explanation = policy.explain(&parts);
        for reason in explanation.reasons() {
            let Some(suggestion) = reason.suggestion() else { continue };
            let value = suggestion.split('"').nth(1).unwrap();
            let corrected = Policy::builder().allow_origin(APP);
            let corrected = match reason.setting() {
                Setting::AllowMethods => corrected.allow_methods([value]),
                Setting::AllowHeaders => corrected.allow_headers([value]),
                _ => corrected.allow_origin([value]),
            };
            corrected.build().unwrap_or_else(|errors| panic!("{explanation}: {errors}"));
        }
    }
}

#[test]
fn the_policy_is_named() {
    let list = PolicyList::from_toml(
        r#"
        [[policy]]
        name = "app"
        allow_origin = "https://app.example.com"
        "#,
    );
    let list = list.unwrap();
    let text = |parts: &Parts| list.explain(parts).unwrap().to_string();
    assert_eq!(text(&from(APP)), r#"granted by policy "app": the origin is allowed"#);
    assert_eq!(
        text(&from("https://evil.example")),
        r#"refused by policy "app": origin "https://evil.example" is not allowed; to allow it, add "https://evil.example" to allow_origin"#
    );
    assert_eq!(text(&parts("GET", &[])), "not CORS: the request has no `Origin`");
}

#[test]
fn explanations_as_data() {
    let policy = policy().build().unwrap();
    let explanation = policy.explain(&preflight("delete", "authorization,x-a"));
    assert_eq!(
        serde_json::to_value(&explanation).unwrap(),
        json!({
            "decision": "refused",
            "kind": "preflight",
            "policy": null,
            "same_origin": false,
            "reasons": [
                {
                    "code": "method_not_allowed",
                    "setting": "allow_methods",
                    "nearest": null,
                    "hints": ["methods are case-sensitive"],
                    "suggestion": "have the page send \"DELETE\", and add that to allow_methods",
                    "text": "method \"delete\" is not allowed",
                },
                {
                    "code": "header_not_allowed",
                    "setting": "allow_headers",
                    "nearest": null,
                    "hints": [],
                    "suggestion": "to allow it, add \"x-a\" to allow_headers",
                    "text": "request header \"x-a\" is not allowed",
                },
            ],
            "suggestion": "have the page send \"DELETE\", and add that to allow_methods; to allow the header, add \"x-a\" to allow_headers",
            "text": explanation.to_string(),
        })
    );
    let list = PolicyList::from_toml(
        "[[policy]]\nname = \"app\"\nallow_origin = \"https://app.example.com\"",
    )
    .unwrap();
    let same_origin =
        parts("POST", &[("origin", b"https://api.example"), ("host", b"api.example")]);
    assert_eq!(
        serde_json::to_value(list.explain(&same_origin)).unwrap(),
        json!({
            "decision": "not_cors",
            "kind": "not_cors",
            "policy": "app",
            "same_origin": true,
            "reasons": [],
            "suggestion": null,
            "text": "not CORS: the request comes from the origin that it is sent to",
        })
    );
}
