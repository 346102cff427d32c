//! What cannot be built, why, and what can.

use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use proptest::prelude::*;
use std::time::Duration;
use tower_cors::{
    AllowHeaders, AllowMethods, AllowOrigin, Any, CorsLayer, ExposeHeaders, Origin, OriginPattern,
    Policy, PolicyBuilder,
    origin::OriginErrorKind,
    policy::{AllowHosts, PolicyErrorKind as Kind, Preset, Setting},
    protocol::Action,
};

fn one() -> PolicyBuilder {
    Policy::builder().allow_origin("https://a.example")
}

fn credentials() -> PolicyBuilder {
    one().allow_credentials(true)
}

/// A policy that is wrong in one way: its kind, and its line.
type Wrong = (&'static str, PolicyBuilder, Setting, Kind, &'static str);

#[expect(clippy::too_many_lines, reason = "a table")]
fn wrong() -> Vec<Wrong> {
    use Setting as S;
    vec![
        (
            "no origin at all",
            Policy::builder(),
            S::AllowOrigin,
            Kind::NoOrigin,
            r#"allow_origin: no origin is allowed; name the origins that may call, or write "*" for any origin"#,
        ),
        (
            "an empty variable of the environment",
            Policy::builder().allow_origin(" , ,"),
            S::AllowOrigin,
            Kind::NoOrigin,
            r#"allow_origin: no origin is allowed; name the origins that may call, or write "*" for any origin"#,
        ),
        (
            "an empty list",
            Policy::builder().allow_origin(Vec::<String>::new()),
            S::AllowOrigin,
            Kind::NoOrigin,
            r#"allow_origin: no origin is allowed; name the origins that may call, or write "*" for any origin"#,
        ),
        (
            "an origin that is none",
            Policy::builder().allow_origin("https://a.example/"),
            S::AllowOrigin,
            Kind::Origin(OriginErrorKind::TrailingSlash),
            r#"allow_origin: "https://a.example/" has a trailing slash; write "https://a.example""#,
        ),
        (
            "an empty item",
            Policy::builder().allow_origin([""]),
            S::AllowOrigin,
            Kind::Origin(OriginErrorKind::Empty),
            r#"allow_origin: "" is empty; write an origin such as "https://app.example.com""#,
        ),
        (
            "a star that covers a top-level domain",
            Policy::builder().allow_origin("https://*.com"),
            S::AllowOrigin,
            Kind::TopLevelDomain,
            r#"allow_origin: "https://*.com" covers a whole top-level domain, where anyone can register a name; name the domain, as in "https://*.example.com", or set dangerously_allow_public_suffix_subdomains"#,
        ),
        (
            "a star not alone",
            Policy::builder().allow_origin([" *"]),
            S::AllowOrigin,
            Kind::Origin(OriginErrorKind::WhiteSpace),
            r#"allow_origin: " *" has white space; write one origin without spaces"#,
        ),
        (
            "null without its opt-in",
            Policy::builder().allow_origin("null"),
            S::AllowOrigin,
            Kind::Origin(OriginErrorKind::Null),
            r#"allow_origin: "null" is what any sandboxed or local page sends; see dangerously_allow_null_origin"#,
        ),
        (
            "null as a type without its opt-in",
            one().allow_origin(Origin::NULL),
            S::AllowOrigin,
            Kind::Origin(OriginErrorKind::Null),
            r#"allow_origin: "null" is what any sandboxed or local page sends; see dangerously_allow_null_origin"#,
        ),
        (
            "local files without the opt-in",
            Policy::builder().allow_origin("file://"),
            S::AllowOrigin,
            Kind::Origin(OriginErrorKind::LocalFile),
            r#"allow_origin: "file://" is what any local file sends in some web views; see dangerously_allow_null_origin"#,
        ),
        (
            "a comma in an item",
            Policy::builder().allow_origin(["https://a.example,https://b.example"]),
            S::AllowOrigin,
            Kind::CommaInItem,
            r#"allow_origin: "https://a.example,https://b.example" has a comma inside one item of a list; make it several items"#,
        ),
        (
            "any beside an origin",
            one().allow_origin(Any),
            S::AllowOrigin,
            Kind::AnyBesideOthers,
            r#"allow_origin: "https://a.example" is listed beside "*", which already matches any origin; keep one of the two"#,
        ),
        (
            "any beside an origin, in one text",
            Policy::builder().allow_origin("*, https://a.example"),
            S::AllowOrigin,
            Kind::AnyBesideOthers,
            r#"allow_origin: "https://a.example" is listed beside "*", which already matches any origin; keep one of the two"#,
        ),
        (
            "any beside a predicate",
            Policy::builder().allow_origin("*").allow_origin(AllowOrigin::predicate(|_, _| true)),
            S::AllowOrigin,
            Kind::AnyBesideOthers,
            r#"allow_origin: "a predicate" is listed beside "*", which already matches any origin; keep one of the two"#,
        ),
        (
            "an unescaped dot",
            Policy::builder().allow_origin(AllowOrigin::regex(r"https://.*a\.example")),
            S::AllowOrigin,
            Kind::RegexUnescapedDot,
            r#"allow_origin: "https://.*a\.example" has an unescaped dot, which matches any character; write "\." for a dot, or a class such as "[a-z0-9-]""#,
        ),
        (
            "a JSON array in a variable of the environment",
            Policy::builder().allow_origin(r#"["https://a.example","https://b.example"]"#),
            S::AllowOrigin,
            Kind::ArrayInString,
            r#"allow_origin: "["https://a.example","https://b.example"]" is an array in one string; write "https://a.example, https://b.example""#,
        ),
        (
            "an array in a string of which an item is wrong too",
            Policy::builder().allow_origin("['https://a.example', 'nonsense']"),
            S::AllowOrigin,
            Kind::ArrayInString,
            r#"allow_origin: "['https://a.example', 'nonsense']" is an array in one string; separate the items with commas, without brackets and quotes"#,
        ),
        (
            "an empty JSON array",
            one().allow_methods("[]"),
            S::AllowMethods,
            Kind::ArrayInString,
            r#"allow_methods: "[]" is an array in one string; separate the items with commas, without brackets and quotes"#,
        ),
        (
            "a JSON array of header names",
            one().allow_headers(r#"["x-a"]"#),
            S::AllowHeaders,
            Kind::ArrayInString,
            r#"allow_headers: "["x-a"]" is an array in one string; write "x-a""#,
        ),
        (
            "quotes in a variable of the environment",
            Policy::builder().allow_origin(r#""https://a.example""#),
            S::AllowOrigin,
            Kind::QuotesAroundItem,
            r#"allow_origin: ""https://a.example"" has quotes around it; write "https://a.example""#,
        ),
        (
            "quotes that are tokens",
            one().allow_methods("'PUT'"),
            S::AllowMethods,
            Kind::QuotesAroundItem,
            r#"allow_methods: "'PUT'" has quotes around it; write "PUT""#,
        ),
        (
            "semicolons",
            Policy::builder().allow_origin("https://a.example; https://b.example"),
            S::AllowOrigin,
            Kind::SemicolonInItem,
            r#"allow_origin: "https://a.example; https://b.example" has semicolons between its items; write "https://a.example, https://b.example""#,
        ),
        (
            "semicolons in one item of an array",
            Policy::builder().allow_origin(["https://a.example;https://b.example"]),
            S::AllowOrigin,
            Kind::SemicolonInItem,
            r#"allow_origin: "https://a.example;https://b.example" has semicolons between its items; make it several items"#,
        ),
        (
            "line breaks",
            Policy::builder().allow_origin(
                "https://a.example
https://b.example
",
            ),
            S::AllowOrigin,
            Kind::LineBreakInItem,
            r#"allow_origin: "https://a.example\nhttps://b.example" has line breaks between its items; write "https://a.example, https://b.example""#,
        ),
        (
            "spaces",
            Policy::builder().allow_origin("https://a.example https://b.example"),
            S::AllowOrigin,
            Kind::SpaceInItem,
            r#"allow_origin: "https://a.example https://b.example" has spaces between its items; write "https://a.example, https://b.example""#,
        ),
        (
            "methods with spaces",
            one().allow_methods("PUT PATCH"),
            S::AllowMethods,
            Kind::SpaceInItem,
            r#"allow_methods: "PUT PATCH" has spaces between its items; write "PUT, PATCH""#,
        ),
        (
            "a request header that is exposed",
            one().expose_headers(["origin"]),
            S::ExposeHeaders,
            Kind::RequestHeaderExposed,
            r#"expose_headers: "origin" is a request header, and responses do not have it; leave it out"#,
        ),
        (
            "a method that is none",
            one().allow_methods(["PÜT"]),
            S::AllowMethods,
            Kind::InvalidMethod,
            r#"allow_methods: "PÜT" is not a valid method; write a method such as "PUT""#,
        ),
        (
            "an empty method",
            one().allow_methods([""]),
            S::AllowMethods,
            Kind::InvalidMethod,
            r#"allow_methods: "" is not a valid method; write a method such as "PUT""#,
        ),
        (
            "a method with white space",
            one().allow_methods([" PUT"]),
            S::AllowMethods,
            Kind::InvalidMethod,
            r#"allow_methods: " PUT" is not a valid method; write "PUT""#,
        ),
        (
            "a star inside the name of a method",
            one().allow_methods("PUT, P*"),
            S::AllowMethods,
            Kind::StarInName,
            r#"allow_methods: "P*" has a star inside a name, which browsers take literally; write each name in full, or "*" alone"#,
        ),
        (
            "a star inside the name of a request header",
            one().allow_headers(["x-*"]),
            S::AllowHeaders,
            Kind::StarInName,
            r#"allow_headers: "x-*" has a star inside a name, which browsers take literally; write each name in full, or "*" alone"#,
        ),
        (
            "a star inside the name of a response header",
            one().expose_headers(["**"]),
            S::ExposeHeaders,
            Kind::StarInName,
            r#"expose_headers: "**" has a star inside a name, which browsers take literally; write each name in full, or "*" alone"#,
        ),
        (
            "a star inside a name that is wrong in another way, too",
            one().allow_headers(["x-*:"]),
            S::AllowHeaders,
            Kind::InvalidHeaderName,
            r#"allow_headers: "x-*:" is not a valid header name; write a name such as "content-type""#,
        ),
        (
            "items of which one is a star, between spaces",
            one().allow_headers("x-a *"),
            S::AllowHeaders,
            Kind::SpaceInItem,
            r#"allow_headers: "x-a *" has spaces between its items; write "x-a, *""#,
        ),
        (
            "a forbidden method",
            one().allow_methods([Method::CONNECT]),
            S::AllowMethods,
            Kind::ForbiddenMethod,
            r#"allow_methods: "CONNECT" is a method that browsers do not let a page send; leave it out"#,
        ),
        (
            "a forbidden method",
            one().allow_methods(["TRACE"]),
            S::AllowMethods,
            Kind::ForbiddenMethod,
            r#"allow_methods: "TRACE" is a method that browsers do not let a page send; leave it out"#,
        ),
        (
            "a forbidden method in lower case",
            one().allow_methods("track"),
            S::AllowMethods,
            Kind::ForbiddenMethod,
            r#"allow_methods: "track" is a method that browsers do not let a page send; leave it out"#,
        ),
        (
            "patch",
            one().allow_methods("patch"),
            S::AllowMethods,
            Kind::MethodCase,
            r#"allow_methods: "patch" is not in upper case, and methods are case-sensitive; write "PATCH""#,
        ),
        (
            "Put",
            one().allow_methods("Put"),
            S::AllowMethods,
            Kind::MethodCase,
            r#"allow_methods: "Put" is not in upper case, and methods are case-sensitive; write "PUT""#,
        ),
        (
            "a comma in a method",
            one().allow_methods(["PUT,DELETE"]),
            S::AllowMethods,
            Kind::CommaInItem,
            r#"allow_methods: "PUT,DELETE" has a comma inside one item of a list; make it several items"#,
        ),
        (
            "a header name that is none",
            one().allow_headers(["x-ü"]),
            S::AllowHeaders,
            Kind::InvalidHeaderName,
            r#"allow_headers: "x-ü" is not a valid header name; write a name such as "content-type""#,
        ),
        (
            "a header name with its colon",
            one().allow_headers(["X-Token:"]),
            S::AllowHeaders,
            Kind::InvalidHeaderName,
            r#"allow_headers: "X-Token:" is not a valid header name; write "x-token""#,
        ),
        (
            "a comma in a header name",
            one().allow_headers(["x-a, x-b"]),
            S::AllowHeaders,
            Kind::CommaInItem,
            r#"allow_headers: "x-a, x-b" has a comma inside one item of a list; make it several items"#,
        ),
        (
            "a header that no page can set",
            one().allow_headers([header::COOKIE]),
            S::AllowHeaders,
            Kind::ForbiddenRequestHeader,
            r#"allow_headers: "cookie" is a header that a page cannot set; leave it out"#,
        ),
        (
            "a header of the protocol",
            one().allow_headers("Access-Control-Allow-Origin"),
            S::AllowHeaders,
            Kind::CorsHeader,
            r#"allow_headers: "Access-Control-Allow-Origin" is a header of the CORS protocol itself; leave it out: the browser and this middleware handle it"#,
        ),
        (
            "a header that no page can read",
            one().expose_headers([header::SET_COOKIE]),
            S::ExposeHeaders,
            Kind::ForbiddenResponseHeader,
            r#"expose_headers: "set-cookie" is a header that a page cannot read; leave it out"#,
        ),
        (
            "a header of the protocol, exposed",
            one().expose_headers("access-control-max-age"),
            S::ExposeHeaders,
            Kind::CorsHeader,
            r#"expose_headers: "access-control-max-age" is a header of the CORS protocol itself; leave it out: the browser and this middleware handle it"#,
        ),
        (
            "a comma in an exposed name",
            one().expose_headers(["etag,x-a"]),
            S::ExposeHeaders,
            Kind::CommaInItem,
            r#"expose_headers: "etag,x-a" has a comma inside one item of a list; make it several items"#,
        ),
        (
            "an exposed name that is none",
            one().expose_headers(["é"]),
            S::ExposeHeaders,
            Kind::InvalidHeaderName,
            r#"expose_headers: "é" is not a valid header name; write a name such as "content-type""#,
        ),
        (
            "credentials with any origin",
            Policy::builder().allow_origin("*").allow_credentials(true),
            S::AllowOrigin,
            Kind::CredentialsWithAnyOrigin,
            r#"allow_origin: "*" matches any origin, which cannot be combined with allow_credentials: every site could act as the user; name the origins, or leave allow_credentials out"#,
        ),
        (
            "credentials with an insecure origin",
            credentials().allow_origin("http://b.example"),
            S::AllowOrigin,
            Kind::CredentialsWithInsecureOrigin,
            r#"allow_origin: "http://b.example" is insecure, which cannot be combined with allow_credentials: a network attacker could act as the user; write "https://b.example", or set dangerously_allow_insecure_origins"#,
        ),
        (
            "credentials with an insecure origin, as a type",
            credentials().allow_origin(Origin::from_static("http://192.168.1.1")),
            S::AllowOrigin,
            Kind::CredentialsWithInsecureOrigin,
            r#"allow_origin: "http://192.168.1.1" is insecure, which cannot be combined with allow_credentials: a network attacker could act as the user; write "https://192.168.1.1", or set dangerously_allow_insecure_origins"#,
        ),
        (
            "credentials with an insecure pattern, whose port is the other default",
            credentials().allow_origin("http://*.b.example:443"),
            S::AllowOrigin,
            Kind::CredentialsWithInsecureOrigin,
            r#"allow_origin: "http://*.b.example:443" is insecure, which cannot be combined with allow_credentials: a network attacker could act as the user; use https, or set dangerously_allow_insecure_origins"#,
        ),
        (
            "credentials beneath a public suffix",
            credentials().allow_origin("https://*.github.io").check_public_suffixes(true),
            S::AllowOrigin,
            Kind::CredentialsWithPublicSuffix,
            r#"allow_origin: "https://*.github.io" matches names directly beneath a public suffix, which cannot be combined with allow_credentials: anyone who registers a name there could act as the user; name the origins, or set dangerously_allow_public_suffix_subdomains"#,
        ),
        (
            "too long an age",
            one().max_age(Duration::from_secs(86_401)),
            S::MaxAge,
            Kind::MaxAgeTooLong,
            r#"max_age: "86401s" is over 86400 seconds, the longest that any browser honors; use 86400 seconds ("1d") or less"#,
        ),
        (
            "the longest of ages",
            one().max_age(Duration::MAX),
            S::MaxAge,
            Kind::MaxAgeTooLong,
            r#"max_age: "18446744073709551615.999999999s" is over 86400 seconds, the longest that any browser honors; use 86400 seconds ("1d") or less"#,
        ),
        (
            "a fraction of a second",
            one().max_age(Duration::from_millis(1500)),
            S::MaxAge,
            Kind::MaxAgeFraction,
            r#"max_age: "1.5s" is not a whole number of seconds; round it"#,
        ),
        (
            "private network with any origin",
            Policy::builder().allow_origin(Any).allow_private_network(true),
            S::AllowOrigin,
            Kind::PrivateNetworkWithAnyOrigin,
            r#"allow_origin: "*" matches any origin, which cannot be combined with allow_private_network: every site could reach the private network; name the origins, or leave allow_private_network out"#,
        ),
        (
            "nothing to enforce",
            Policy::builder().allow_origin(Any).enforce(true),
            S::AllowOrigin,
            Kind::EnforceWithAnyOrigin,
            r#"allow_origin: "*" matches any origin, so that enforce has nothing to refuse; name the origins, or leave enforce out"#,
        ),
        (
            "no host",
            one().allow_hosts(""),
            S::AllowHosts,
            Kind::NoHost,
            "allow_hosts: lists no host, so that every request would be refused; name the hosts, or leave allow_hosts out",
        ),
        (
            "any host",
            one().allow_hosts("*"),
            S::AllowHosts,
            Kind::AnyHost,
            r#"allow_hosts: "*" matches any host, so that nothing is checked; name the hosts, or leave allow_hosts out"#,
        ),
        (
            "a host with a scheme",
            one().allow_hosts("https://api.example.com/v1"),
            S::AllowHosts,
            Kind::HostWithScheme,
            r#"allow_hosts: "https://api.example.com/v1" has a scheme, which requests do not name in `Host`; write "api.example.com""#,
        ),
        (
            "a host with a path",
            one().allow_hosts("api.example.com/"),
            S::AllowHosts,
            Kind::Host(OriginErrorKind::TrailingSlash),
            r#"allow_hosts: "api.example.com/" has a trailing slash; write "api.example.com""#,
        ),
        (
            "a host with a trailing dot",
            one().allow_hosts("api.example.com.:3000"),
            S::AllowHosts,
            Kind::Host(OriginErrorKind::TrailingDot),
            r#"allow_hosts: "api.example.com.:3000" has a host that ends in a dot; write "api.example.com:3000""#,
        ),
        (
            "an IPv6 address without brackets",
            one().allow_hosts("::1"),
            S::AllowHosts,
            Kind::HostWithoutBrackets,
            r#"allow_hosts: "::1" is an IPv6 address without brackets; write "[::1]""#,
        ),
        (
            "a host with an invalid port",
            one().allow_hosts("localhost:65536"),
            S::AllowHosts,
            Kind::Host(OriginErrorKind::InvalidPort),
            r#"allow_hosts: "localhost:65536" has an invalid port; write a host such as "api.example.com", "127.0.0.1:3000" or "[::1]""#,
        ),
        (
            "a host whose port has a sign",
            one().allow_hosts("localhost:+80"),
            S::AllowHosts,
            Kind::Host(OriginErrorKind::InvalidPort),
            r#"allow_hosts: "localhost:+80" has an invalid port; write a host such as "api.example.com", "127.0.0.1:3000" or "[::1]""#,
        ),
        (
            "a host whose port begins with a zero",
            one().allow_hosts("localhost:080"),
            S::AllowHosts,
            Kind::Host(OriginErrorKind::InvalidPort),
            r#"allow_hosts: "localhost:080" has an invalid port; write a host such as "api.example.com", "127.0.0.1:3000" or "[::1]""#,
        ),
        (
            "a host with an empty port",
            one().allow_hosts("localhost:"),
            S::AllowHosts,
            Kind::Host(OriginErrorKind::EmptyPort),
            r#"allow_hosts: "localhost:" has a colon but no port; write "localhost""#,
        ),
        (
            "a host with a star that is too broad",
            one().allow_hosts("*.com"),
            S::AllowHosts,
            Kind::HostTopLevelDomain,
            r#"allow_hosts: "*.com" covers a whole top-level domain, where anyone can register a name; name the domain, as in "*.example.com""#,
        ),
        (
            "hosts separated by semicolons",
            one().allow_hosts("localhost;127.0.0.1"),
            S::AllowHosts,
            Kind::SemicolonInItem,
            r#"allow_hosts: "localhost;127.0.0.1" has semicolons between its items; write "localhost, 127.0.0.1""#,
        ),
        (
            "a status that is no success",
            one().preflight_status(StatusCode::FOUND),
            S::PreflightStatus,
            Kind::PreflightStatus,
            r#"preflight_status: "302" is not a success status, so every preflight would fail; use 204, or 200 for clients that need it"#,
        ),
    ]
}

#[test]
fn each_error_by_kind_and_text() {
    for (about, builder, setting, kind, line) in wrong() {
        let errors = builder.build().expect_err(about);
        assert_eq!(errors.to_string(), line, "{about}");
        let error = errors.iter().next().unwrap();
        assert_eq!((error.setting(), error.kind()), (setting, &kind), "{about}");
        assert!(line.starts_with(&format!("{setting}: ")), "{about}");
        assert_eq!(line.lines().count(), 1, "{about}");
        // A suggestion is taken where it is offered.
        if let Some(suggestion) = error.suggestion() {
            assert!(line.contains(&format!("; write \"{suggestion}\"")), "{about}");
        }
    }
}

#[test]
fn an_invalid_expression_says_why() {
    let errors = Policy::builder().allow_origin(AllowOrigin::regex("https://(a|b")).build();
    let errors = errors.unwrap_err();
    assert_eq!(
        errors.to_string(),
        r#"allow_origin: "https://(a|b" is not a valid regular expression (unclosed group); see the syntax of the crate `regex`"#,
    );
    let kind = errors.iter().next().unwrap().kind();
    assert!(matches!(kind, Kind::Regex { why, .. } if why == "unclosed group"), "{kind:?}");
}

#[test]
fn what_a_suggestion_says_builds() {
    for (about, builder, ..) in wrong() {
        let errors = builder.build().expect_err(about);
        let error = errors.iter().next().unwrap();
        let Some(suggestion) = error.suggestion() else { continue };
        let corrected = match error.setting() {
            Setting::AllowOrigin => {
                Policy::builder().allow_origin(suggestion).allow_credentials(true)
            }
            Setting::AllowMethods => one().allow_methods(suggestion),
            Setting::AllowHeaders => one().allow_headers(suggestion),
            Setting::AllowHosts => one().allow_hosts(suggestion),
            setting => panic!("{about}: a suggestion of {setting}"),
        };
        corrected.build().unwrap_or_else(|errors| panic!("{about}: {errors}"));
    }
}

/// "Origin:" was answered with "origin", which is an error as well. Found by fuzzing.
#[test]
fn a_suggested_header_name_is_allowed_itself() {
    for (name, suggestion) in
        [("Origin:", None), (" cookie ", None), ("X-Id:", Some("x-id")), ("vary: ", Some("vary"))]
    {
        let errors = one().allow_headers([name]).build().expect_err(name);
        assert_eq!(errors.iter().next().unwrap().suggestion(), suggestion, "{errors}");
    }
    let errors = one().expose_headers(["Set-Cookie:"]).build().unwrap_err();
    assert_eq!(errors.iter().next().unwrap().suggestion(), None, "{errors}");
}

#[test]
fn every_header_that_no_page_can_set() {
    for name in [
        "Accept-Charset",
        "Accept-Encoding",
        "Connection",
        "Content-Length",
        "Cookie",
        "Cookie2",
        "Date",
        "DNT",
        "Expect",
        "Host",
        "Keep-Alive",
        "Origin",
        "Referer",
        "Set-Cookie",
        "TE",
        "Trailer",
        "Transfer-Encoding",
        "Upgrade",
        "Via",
        "Proxy-",
        "Proxy-Authorization",
        "Sec-",
        "Sec-Fetch-Site",
        "sec-websocket-key",
    ] {
        let kinds = kinds(one().allow_headers([name]));
        assert_eq!(kinds, [Kind::ForbiddenRequestHeader], "{name}");
    }
    for name in [
        "Access-Control-Request-Headers",
        "Access-Control-Request-Method",
        "Access-Control-Request-Private-Network",
        "access-control-anything",
    ] {
        assert_eq!(kinds(one().allow_headers([name])), [Kind::CorsHeader], "{name}");
        assert_eq!(kinds(one().expose_headers([name])), [Kind::CorsHeader], "{name}");
    }
    for name in ["Set-Cookie", "set-cookie2"] {
        assert_eq!(kinds(one().expose_headers([name])), [Kind::ForbiddenResponseHeader], "{name}");
    }
    // Forbidden by their values alone, or safelisted, or merely alike.
    for name in [
        "X-HTTP-Method",
        "X-HTTP-Method-Override",
        "X-Method-Override",
        "Accept",
        "Content-Type",
        "Authorization",
        "Range",
        "Cookies",
        "X-Proxy-",
        "Dates",
        "User-Agent",
        "security",
    ] {
        assert_eq!(kinds(one().allow_headers([name])), [], "{name}");
    }
}

#[track_caller]
fn kinds(builder: PolicyBuilder) -> Vec<Kind> {
    builder.build().err().into_iter().flatten().map(|error| error.kind().clone()).collect()
}

#[test]
fn standard_methods_in_another_case() {
    for method in ["get", "Head", "pOST", "put", "Delete", "oPTIONS", "patch"] {
        let errors = one().allow_methods([method]).build().unwrap_err();
        let error = errors.iter().next().unwrap();
        assert_eq!(*error.kind(), Kind::MethodCase, "{method}");
        assert_eq!(error.suggestion(), Some(&*method.to_uppercase()));
    }
    for method in ["GET", "HEAD", "POST", "OPTIONS", "purge", "PROPFIND", "Custom", "patchy"] {
        assert_eq!(kinds(one().allow_methods([method])), [], "{method}");
    }
}

#[test]
fn all_errors_come_at_once() {
    let errors = CorsLayer::builder()
        .preflight_status(StatusCode::NOT_FOUND)
        .max_age(Duration::from_secs(100_000))
        .expose_headers(["etag", "set-cookie"])
        .allow_headers(["x-a", "host", "x b"])
        .allow_methods(["PUT", "patch", "TRACE"])
        .allow_credentials(true)
        .allow_origin(["https://a.example", "https://b.example/", "http://c.example"])
        .allow_origin(["*.d.example", "https://e.example"])
        .build()
        .unwrap_err();
    assert_eq!(
        errors.to_string(),
        r#"allow_origin: "https://b.example/" has a trailing slash; write "https://b.example"
allow_origin: "http://c.example" is insecure, which cannot be combined with allow_credentials: a network attacker could act as the user; write "https://c.example", or set dangerously_allow_insecure_origins
allow_origin: "*.d.example" has no scheme; write "https://*.d.example"
allow_methods: "patch" is not in upper case, and methods are case-sensitive; write "PATCH"
allow_methods: "TRACE" is a method that browsers do not let a page send; leave it out
allow_headers: "host" is a header that a page cannot set; leave it out
allow_headers: "x b" has spaces between its items; make it several items
expose_headers: "set-cookie" is a header that a page cannot read; leave it out
max_age: "100000s" is over 86400 seconds, the longest that any browser honors; use 86400 seconds ("1d") or less
preflight_status: "404" is not a success status, so every preflight would fail; use 204, or 200 for clients that need it"#
    );
    // What `unwrap` and a failing `main` print is as readable.
    assert_eq!(format!("{errors:?}"), errors.to_string());
    let places = errors.iter().map(|error| (error.index(), error.value().unwrap_or_default()));
    assert_eq!(
        places.collect::<Vec<_>>(),
        [
            (Some(1), "https://b.example/"),
            (Some(2), "http://c.example"),
            (Some(3), "*.d.example"),
            (Some(1), "patch"),
            (Some(2), "TRACE"),
            (Some(1), "host"),
            (Some(2), "x b"),
            (Some(1), "set-cookie"),
            (None, "100000s"),
            (None, "404"),
        ]
    );
}

/// Errors of `allow_hosts`, and those of `*` in any list, came out of turn.
#[test]
fn errors_are_in_the_order_of_settings_and_items() {
    let builder = Policy::builder()
        .preflight_status(http::StatusCode::NOT_FOUND)
        .allow_hosts(["a b", "*", "https://c.example", "*"])
        .max_age(Duration::from_secs(86_401))
        .expose_headers(["set-cookie", "é"])
        .allow_headers(["cookie", "é"])
        .allow_methods(["CONNECT", "put"])
        .allow_origin(["a", "*", "b", "https://c.example/"])
        .allow_credentials(true)
        .enforce(true);
    let errors = builder.build().expect_err("invalid");
    let found = errors.iter().map(|error| (error.setting(), error.index())).collect::<Vec<_>>();
    let mut sorted = found.clone();
    let rank = |setting: &Setting| Setting::ALL.iter().position(|other| other == setting);
    sorted.sort_by_key(|(setting, index)| (rank(setting), *index));
    assert_eq!(found, sorted, "{errors}");
    let of = |setting: Setting| {
        let indexes = found.iter().filter(|(other, _)| *other == setting);
        indexes.map(|(_, index)| *index).collect::<Vec<_>>()
    };
    // `*` cannot be combined with two settings, and `a` is listed beside it.
    assert_eq!(of(Setting::AllowOrigin), [0, 0, 1, 1, 2, 3].map(Some));
    assert_eq!(of(Setting::AllowHosts), [0, 1, 2, 3].map(Some));
    assert_eq!(found.len(), 18);
}

#[test]
fn any_origin_forbids_three_settings_at_once() {
    let any = Policy::builder().allow_origin("*");
    assert_eq!(
        kinds(any.allow_credentials(true).allow_private_network(true).enforce(true)),
        [
            Kind::CredentialsWithAnyOrigin,
            Kind::PrivateNetworkWithAnyOrigin,
            Kind::EnforceWithAnyOrigin,
        ]
    );
}

#[test]
fn what_is_dangerous_has_its_setter() {
    let beneath = ["https://*.github.io", "https://x-*.github.io", "https://*.co.uk:*"];
    let insecure = ["http://b.example", "http://*.b.example", "http://10.0.0.1", "http://[::2]"];
    for origin in beneath {
        assert_eq!(kinds(credentials().allow_origin(origin)), [], "{origin}, not asked for");
        let builder = credentials().allow_origin(origin).check_public_suffixes(true);
        assert_eq!(kinds(builder.clone()), [Kind::CredentialsWithPublicSuffix], "{origin}");
        assert_eq!(kinds(builder.dangerously_allow_public_suffix_subdomains(true)), []);
        assert_eq!(kinds(one().allow_origin(origin)), [], "{origin} without credentials");
    }
    for origin in insecure {
        let builder = credentials().allow_origin(origin);
        assert_eq!(kinds(builder.clone()), [Kind::CredentialsWithInsecureOrigin], "{origin}");
        assert_eq!(kinds(builder.dangerously_allow_insecure_origins(true)), []);
        assert_eq!(kinds(one().allow_origin(origin)), [], "{origin} without credentials");
    }
    for origin in [
        "https://*.example.com",
        "https://alice.github.io",
        "https://alice.github.io:*",
        "https://*.alice.github.io",
        "tauri://*.github.io",
        "http://localhost",
        "http://localhost:*",
        "http://*.localhost:*",
        "http://a.localhost",
        "http://127.0.0.1:3000",
        "http://127.1.2.3",
        "http://[::1]:*",
        "tauri://localhost",
        "https://*.localhost",
    ] {
        let builder = credentials().allow_origin(origin).check_public_suffixes(true);
        assert_eq!(kinds(builder), [], "{origin}");
    }
    for origin in ["http://localhost.example", "http://127.0.0.1.example", "http://128.0.0.1"] {
        let kinds = kinds(credentials().allow_origin(origin));
        assert_eq!(kinds, [Kind::CredentialsWithInsecureOrigin], "{origin}");
    }
    let both = credentials().allow_origin("http://*.github.io").check_public_suffixes(true);
    assert_eq!(
        kinds(both.clone()),
        [Kind::CredentialsWithInsecureOrigin, Kind::CredentialsWithPublicSuffix]
    );
    assert_eq!(
        kinds(both.dangerously_allow_insecure_origins(true)),
        [Kind::CredentialsWithPublicSuffix]
    );
    let null = || Policy::builder().dangerously_allow_null_origin(true);
    assert_eq!(kinds(null()), []);
    assert_eq!(kinds(null().allow_origin("null")), []);
    assert_eq!(kinds(null().allow_origin(Origin::NULL).allow_credentials(true)), []);
    assert_eq!(kinds(null().allow_origin("*")), []);
    assert_eq!(kinds(null().allow_origin(" null ,https://a.example")), []);
    // It is `null` alone that is opted in to.
    assert_eq!(kinds(null().allow_origin("Null")), [Kind::Origin(OriginErrorKind::MissingScheme)]);
}

#[test]
fn nothing_legitimate_is_impossible() {
    let everything = Policy::builder()
        .allow_origin(["https://a.example", "http://b.example", "https://*.github.io"])
        .allow_origin(AllowOrigin::regex(r"https://[a-z]+\.example"))
        .allow_origin(AllowOrigin::predicate(|_, _| true))
        .allow_origin(AllowOrigin::try_predicate(|_, _| Ok(true)))
        .allow_methods(["*", "PUT"])
        .allow_headers(["*", "authorization"])
        .allow_credentials(true)
        .expose_headers(["*", "etag"])
        .max_age(Duration::from_secs(86_400))
        .allow_private_network(true)
        .timing_allow_origin(true)
        .enforce(true)
        .preflight_status(StatusCode::OK)
        .preflight_continue(true)
        .inner_headers(tower_cors::policy::InnerHeaders::Keep)
        .dangerously_allow_null_origin(true)
        .dangerously_allow_insecure_origins(true)
        .dangerously_allow_public_suffix_subdomains(true);
    assert_eq!(kinds(everything), []);
}

/// The headers of a granted preflight's answer.
#[track_caller]
fn preflight(builder: PolicyBuilder, origin: &str) -> Response<()> {
    let policy = builder.build().unwrap();
    let request = Request::options("/")
        .header("origin", origin)
        .header("access-control-request-method", "PUT")
        .body(())
        .unwrap();
    let (parts, ()) = request.into_parts();
    let Action::Respond(response) = policy.evaluate(&parts).into_action() else { panic!() };
    response
}

#[test]
fn lists_come_from_texts_and_types() {
    let a = "https://a.example";
    let owned = || a.to_owned();
    let from = |origins: AllowOrigin| {
        let response = preflight(Policy::builder().allow_origin(origins), a);
        response.headers()["access-control-allow-origin"].to_str().unwrap().to_owned()
    };
    assert_eq!(from(a.into()), a);
    assert_eq!(from(owned().into()), a);
    assert_eq!(from((&owned()).into()), a);
    assert_eq!(from([a].into()), a);
    assert_eq!(from((&[a]).into()), a);
    assert_eq!(from([a][..].into()), a);
    assert_eq!(from(vec![a].into()), a);
    assert_eq!(from((&vec![owned()]).into()), a);
    assert_eq!(from(vec![owned()].into()), a);
    assert_eq!(from([&owned()].into()), a);
    assert_eq!(from([a].into_iter().collect()), a);
    assert_eq!(from(Origin::from_static(a).into()), a);
    assert_eq!(from([Origin::from_static(a)].into()), a);
    assert_eq!(from(OriginPattern::from_static(a).into()), a);
    assert_eq!(from(HeaderValue::from_static(a).into()), a);
    assert_eq!(from(std::borrow::Cow::from(a).into()), a);
    assert_eq!(from(Box::<str>::from(a).into()), a);
    assert_eq!(from(std::sync::Arc::<str>::from(a).into()), a);
    assert_eq!(from([HeaderValue::from_static(a)].into()), a);
    assert_eq!(from(AllowOrigin::exact(a)), a);
    assert_eq!(from(AllowOrigin::list([a])), a);
    assert_eq!(from(" https://b.example ,, https://a.example,".into()), a);
    for any in [
        AllowOrigin::any(),
        Any.into(),
        "*".into(),
        " * ".into(),
        "*,*".into(),
        ["*"].into(),
        vec!["*".to_owned()].into(),
        [Any].into(),
        HeaderValue::from_static("*").into(),
    ] {
        assert_eq!(from(any), "*");
    }

    let methods = |methods: AllowMethods| {
        let response = preflight(one().allow_methods(methods), a);
        response.headers()["access-control-allow-methods"].to_str().unwrap().to_owned()
    };
    assert_eq!(methods("PUT, DELETE".into()), "PUT,DELETE");
    assert_eq!(methods(["PUT", "DELETE"].into()), "PUT,DELETE");
    assert_eq!(methods(Method::PUT.into()), "PUT");
    assert_eq!(methods([Method::PUT, Method::DELETE].into()), "PUT,DELETE");
    assert_eq!(methods((&[Method::PUT]).into()), "PUT");
    assert_eq!(methods("GET,*".into()), "*");
    assert_eq!(methods(Any.into()), "*");

    let headers = |headers: AllowHeaders| {
        let response = preflight(one().allow_headers(headers), a);
        response.headers()["access-control-allow-headers"].to_str().unwrap().to_owned()
    };
    assert_eq!(headers("X-A, x-b ,,x-a".into()), "x-a,x-b");
    assert_eq!(headers(header::AUTHORIZATION.into()), "authorization");
    assert_eq!(headers([HeaderName::from_static("x-a")].into()), "x-a");
    assert_eq!(headers(vec!["X-A".to_owned()].into()), "x-a");
    assert_eq!(headers("*".into()), "*");

    let exposed: ExposeHeaders = "etag".into();
    assert_eq!(kinds(one().expose_headers(exposed)), []);
}

#[test]
fn setters_add_and_never_replace() {
    let builder = || {
        Policy::builder()
            .allow_origin("https://a.example")
            .allow_methods("PUT")
            .allow_headers("x-a")
            .allow_origin(Origin::from_static("https://b.example"))
            .allow_methods([Method::DELETE])
            .allow_headers(header::AUTHORIZATION)
            .allow_origin(Vec::<&str>::new())
            .allow_methods("")
    };
    for origin in ["https://a.example", "https://b.example"] {
        let response = preflight(builder(), origin);
        assert_eq!(response.headers()["access-control-allow-origin"], origin);
        assert_eq!(response.headers()["access-control-allow-methods"], "PUT,DELETE");
        assert_eq!(response.headers()["access-control-allow-headers"], "x-a,authorization");
    }
    // What is no list, the last call decides.
    let last = one().max_age(Duration::from_secs(1)).max_age(Duration::from_secs(2));
    let response = preflight(last, "https://a.example");
    assert_eq!(response.headers()["access-control-max-age"], "2");
    assert_eq!(kinds(Policy::builder().allow_origin("*").enforce(true).enforce(false)), []);
}

/// Each of the settings that could contradict another.
const SETTERS: [fn(PolicyBuilder) -> PolicyBuilder; 9] = [
    |builder| builder.allow_origin(["https://a.example", "http://b.example"]),
    |builder| builder.allow_origin("https://*.github.io"),
    |builder| builder.allow_methods(Any),
    |builder| builder.allow_headers(["*", "authorization"]),
    |builder| builder.allow_credentials(true),
    |builder| builder.expose_headers(Any),
    |builder| builder.dangerously_allow_insecure_origins(true),
    |builder| builder.enforce(true),
    |builder| builder.allow_origin(Any),
];

#[test]
fn the_order_of_setters_changes_nothing() {
    let setters = SETTERS.len();
    for chosen in 0..1_u32 << setters {
        let chosen = (0..setters).filter(|i| chosen & (1 << i) != 0).collect::<Vec<_>>();
        let build = |order: &mut dyn Iterator<Item = &usize>| {
            let builder = order.fold(Policy::builder(), |builder, &i| SETTERS[i](builder));
            let mut kinds =
                kinds(builder).into_iter().map(|kind| format!("{kind:?}")).collect::<Vec<_>>();
            kinds.sort();
            kinds
        };
        let forward = build(&mut chosen.iter());
        assert_eq!(forward, build(&mut chosen.iter().rev()), "{chosen:?}");
        let middle = chosen.len() / 2;
        let mut turned = chosen[middle..].iter().chain(&chosen[..middle]);
        assert_eq!(forward, build(&mut turned), "{chosen:?}");
    }
}

/// The whole answers of a preset.
fn answers(policy: &Policy, origin: &str) -> (Vec<String>, Vec<String>) {
    let lines = |headers: &http::HeaderMap| {
        let mut lines = headers
            .iter()
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect::<Vec<_>>();
        lines.sort();
        lines
    };
    let preflight = Request::options("/")
        .header("origin", origin)
        .header("access-control-request-method", "PUT")
        .header("access-control-request-headers", "authorization,x-a")
        .body(())
        .unwrap();
    let Action::Respond(preflight) = policy.evaluate(&preflight.into_parts().0).into_action()
    else {
        panic!("a preflight is answered")
    };
    let actual = Request::get("/").header("origin", origin).body(()).unwrap();
    let (parts, ()) = actual.into_parts();
    let Action::Forward(decoration) = policy.evaluate(&parts).into_action() else {
        panic!("an actual request runs")
    };
    let mut response = Response::builder().header("x-a", "1").body(()).unwrap();
    decoration.apply(&mut response);
    response.headers_mut().remove("x-a");
    (lines(preflight.headers()), lines(response.headers()))
}

#[test]
fn a_ready_policy_is_a_layer_and_a_builder() {
    use tower_layer::Layer;
    let _: tower_cors::Cors<()> = CorsLayer::permissive().layer(());
    let _: CorsLayer = CorsLayer::permissive().into();
    let _: Policy = Policy::development().into();

    let policy = Policy::permissive().expose_headers(["x-a"]).max_age(None).build().unwrap();
    let rows = [
        (
            "as it is",
            Policy::permissive().build().unwrap(),
            "allow_origin: *; allow_methods: *; allow_headers: *, authorization; expose_headers: *",
        ),
        (
            "a list is replaced",
            policy,
            "allow_origin: *; allow_methods: *; allow_headers: *, authorization; expose_headers: x-a",
        ),
        (
            "further calls add",
            Policy::permissive()
                .allow_origin("https://a.example")
                .allow_origin("https://b.example")
                .allow_credentials(true)
                .build()
                .unwrap(),
            "allow_origin: https://a.example, https://b.example; allow_methods: *; allow_headers: *, authorization; allow_credentials: true; expose_headers: *",
        ),
        (
            "a preset adds",
            Policy::permissive().into_builder().preset(Preset::Mcp).build().unwrap(),
            "allow_origin: *; allow_methods: *, DELETE; allow_headers: *, authorization, content-type, mcp-session-id, mcp-protocol-version, mcp-method, mcp-name, last-event-id; expose_headers: *",
        ),
    ];
    for (about, policy, summary) in rows {
        assert_eq!(policy.to_string(), summary, "{about}");
    }
    let errors = Policy::permissive().allow_credentials(true).build().unwrap_err();
    assert_eq!(*errors.iter().next().unwrap().kind(), Kind::CredentialsWithAnyOrigin);
}

#[test]
fn debug_is_readable() {
    let policy = one().allow_methods("PUT").allow_credentials(true).build().unwrap();
    assert_eq!(
        format!("{policy:?}"),
        r#"Policy { allow_origin: ["https://a.example"], allow_methods: ["PUT"], allow_credentials: true }"#
    );
    let builder = one().allow_headers(["x-a", "*"]).allow_origin(AllowOrigin::none());
    let builder = format!("{builder:?}");
    assert!(builder.contains(r#"allow_origin: ["https://a.example", nobody]"#), "{builder}");
    assert!(builder.contains(r#"allow_headers: ["x-a", "*"]"#), "{builder}");
    let ready = Policy::permissive();
    assert_eq!(format!("{ready:?}"), format!("{:?}", ready.into_builder()));
}

/// What each constructor puts into its list, in whatever type it is given.
#[test]
fn lists_print_what_they_hold() {
    let shared = || std::sync::Arc::<str>::from("a.example");
    for (list, printed) in [
        (format!("{:?}", AllowOrigin::any()), r#"["*"]"#),
        (format!("{:?}", AllowOrigin::none()), "[nobody]"),
        (format!("{:?}", AllowOrigin::predicate(|_, _| true)), "[predicate]"),
        (format!("{:?}", AllowMethods::any()), r#"["*"]"#),
        (format!("{:?}", AllowMethods::mirror_request()), r#"["*"]"#),
        (format!("{:?}", AllowMethods::exact(Method::PUT)), r#"["PUT"]"#),
        (format!("{:?}", AllowMethods::list(["PUT", "DELETE"])), r#"["PUT", "DELETE"]"#),
        (format!("{:?}", AllowHeaders::any()), r#"["*"]"#),
        (format!("{:?}", AllowHeaders::mirror_request()), r#"["*", "authorization"]"#),
        (format!("{:?}", AllowHeaders::exact(header::ETAG)), r#"["etag"]"#),
        (format!("{:?}", AllowHeaders::list(["x-a", "x-b"])), r#"["x-a", "x-b"]"#),
        (format!("{:?}", ExposeHeaders::any()), r#"["*"]"#),
        (format!("{:?}", ExposeHeaders::exact(header::ETAG)), r#"["etag"]"#),
        (format!("{:?}", ExposeHeaders::list(["x-a", "x-b"])), r#"["x-a", "x-b"]"#),
        (format!("{:?}", AllowHosts::exact("a.example")), r#"["a.example"]"#),
        (format!("{:?}", AllowHosts::list([shared()])), r#"["a.example"]"#),
        (format!("{:?}", AllowHosts::from(shared())), r#"["a.example"]"#),
    ] {
        assert_eq!(list, printed);
    }
}

#[test]
fn a_policy_prints_its_lists() {
    let names = |count: usize| (1..=count).map(|n| format!("x-{n}")).collect::<Vec<_>>();
    for (description, builder, printed) in [
        (
            "ten names, which is the limit",
            one().allow_headers(names(10)),
            "allow_headers: x-1, x-2, x-3, x-4, x-5, x-6, x-7, x-8, x-9, x-10",
        ),
        (
            "more names",
            one().allow_headers(names(12)),
            "allow_headers: x-1, x-2, x-3, x-4, x-5, x-6, x-7, x-8, x-9, x-10 and 2 more",
        ),
        (
            "names that read like a switch",
            one()
                .allow_methods("false")
                .allow_headers("false")
                .expose_headers("false")
                .allow_hosts("false"),
            "allow_methods: false; allow_headers: false; expose_headers: false; allow_hosts: false",
        ),
    ] {
        let policy = builder.build().unwrap_or_else(|errors| panic!("{description}: {errors}"));
        let printed = format!("allow_origin: https://a.example; {printed}");
        assert_eq!(policy.to_string(), printed, "{description}");
    }
}

#[test]
fn every_setter_adjusts_a_ready_policy() {
    let ready = || Policy::development();
    let summaries = [
        ready().allow_origin("https://a.example"),
        ready().allow_methods("PUT"),
        ready().allow_headers("x-a"),
        ready().expose_headers("x-a"),
        ready().preset(Preset::GrpcWeb),
        ready().allow_credentials(false),
        ready().max_age(Duration::from_secs(1)),
        ready().allow_private_network(true),
        ready().timing_allow_origin(true),
        ready().enforce(true),
        ready().preflight_status(StatusCode::OK),
        ready().preflight_continue(true),
        ready().inner_headers(tower_cors::policy::InnerHeaders::Keep),
        ready().check_public_suffixes(true),
        ready().dangerously_allow_null_origin(true),
        ready().dangerously_allow_insecure_origins(true),
        ready().dangerously_allow_public_suffix_subdomains(true),
    ]
    .map(|builder| builder.build().unwrap().to_string());
    let distinct = summaries.iter().collect::<std::collections::HashSet<_>>();
    assert_eq!(distinct.len(), summaries.len(), "{summaries:#?}");
    assert!(!distinct.contains(&ready().build().unwrap().to_string()));
}

#[test]
fn presets_are_valid_and_found_by_name() {
    for preset in Preset::ALL {
        assert_eq!(Preset::from_name(preset.as_str()), Some(*preset));
        assert_eq!(preset.to_string(), preset.as_str());
        let lists = [preset.allow_methods(), preset.allow_headers(), preset.expose_headers()];
        // `build` accepts every name, and the policy has each once.
        let policy = one().preset(*preset).preset(*preset).build().unwrap();
        let summary = policy.to_string();
        for name in lists.into_iter().flat_map(|list| list.iter().take(10)) {
            assert!(summary.contains(name), "{name}: {summary}");
        }
        let alone = one()
            .allow_methods(preset.allow_methods())
            .allow_headers(preset.allow_headers())
            .expose_headers(preset.expose_headers());
        assert_eq!(alone.build().unwrap().to_string(), summary);
    }
    assert_eq!(Preset::from_name("GRPC-WEB"), None);
}

#[test]
fn nobody_is_allowed_on_purpose() {
    let policy = Policy::builder().allow_origin(AllowOrigin::none()).build().unwrap();
    let (preflight, actual) = answers(&policy, "https://a.example");
    assert_eq!(preflight, ["content-length: 0", "vary: Origin"]);
    assert_eq!(actual, ["vary: Origin"]);
    let both = Policy::builder().allow_origin([AllowOrigin::none(), "https://a.example".into()]);
    let (_, actual) = answers(&both.build().unwrap(), "https://a.example");
    assert_eq!(actual[0], "access-control-allow-origin: https://a.example");
    assert_eq!(
        kinds(Policy::builder().allow_origin(Any).allow_origin(AllowOrigin::none())),
        [Kind::AnyBesideOthers]
    );
}

#[test]
fn what_a_predicate_reads_is_in_vary() {
    let predicate = || AllowOrigin::predicate(|_, parts| parts.headers.contains_key("x-tenant"));
    let tenant = HeaderName::from_static("x-tenant");
    let vary = |lines: &[String]| lines.iter().find(|line| line.starts_with("vary")).cloned();
    let vary = |origins: AllowOrigin| {
        let policy = Policy::builder().allow_origin(origins).build().unwrap();
        let (preflight, actual) = answers(&policy, "https://a.example");
        assert_eq!(vary(&preflight), vary(&actual));
        vary(&actual)
    };
    assert_eq!(vary(predicate()).as_deref(), Some("vary: Origin"));
    assert_eq!(vary(predicate().reads([tenant.clone()])).as_deref(), Some("vary: Origin,x-tenant"));
    assert_eq!(
        vary(predicate().reads([header::ORIGIN, tenant.clone(), header::HOST, tenant.clone()]))
            .as_deref(),
        Some("vary: Origin,x-tenant,host")
    );
    // Through the collections that a predicate can be an item of.
    let list = AllowOrigin::list([predicate().reads([tenant.clone()]), "https://b.example".into()]);
    assert_eq!(vary(list).as_deref(), Some("vary: Origin,x-tenant"));
    // What the code around the policy reads is added, but each name once.
    let origins = predicate().reads([tenant.clone()]);
    let policy = Policy::builder().allow_origin(origins).build().unwrap();
    for (names, expected) in [
        (vec![header::ORIGIN, tenant.clone()], "vary: Origin,x-tenant"),
        (vec![header::ORIGIN, tenant, header::HOST], "vary: Origin,x-tenant,host"),
    ] {
        let (preflight, actual) = answers(&policy.clone().reading(names), "https://a.example");
        for lines in [preflight, actual] {
            assert!(lines.iter().any(|line| line == expected), "{lines:?}");
        }
    }
}

#[test]
fn insecure_origins_are_refused_whatever_rule_matches_them() {
    let any = || AllowOrigin::predicate(|_, _| true);
    let regex = || AllowOrigin::regex(r"https?://[a-z]+\.a\.example");
    let is_granted = |builder: PolicyBuilder, origin: &str| {
        let (_, actual) = answers(&builder.build().unwrap(), origin);
        actual.iter().any(|line| line.starts_with("access-control-allow-origin"))
    };
    for (about, rule) in [("a predicate", any()), ("an expression", regex())] {
        let builder = Policy::builder().allow_origin(rule);
        let with_credentials = builder.clone().allow_credentials(true);
        let opted_in = with_credentials.clone().dangerously_allow_insecure_origins(true);
        for (origin, expected) in [("http://x.a.example", false), ("https://x.a.example", true)] {
            assert!(is_granted(builder.clone(), origin), "{about}: {origin}");
            assert_eq!(is_granted(with_credentials.clone(), origin), expected, "{about}: {origin}");
            assert!(is_granted(opted_in.clone(), origin), "{about}: {origin}");
        }
    }
    // Every local file sends it, so that only its own name allows it.
    let file = || Policy::builder().dangerously_allow_null_origin(true);
    assert!(!is_granted(file().allow_origin(any()), "file://"));
    assert!(is_granted(file().allow_origin("file://"), "file://"));
    let loopback = Policy::builder().allow_origin(any()).allow_credentials(true);
    for origin in ["http://localhost:3000", "http://127.0.0.1", "http://[::1]", "tauri://x"] {
        assert!(is_granted(loopback.clone(), origin), "{origin}");
    }
    let (parts, ()) =
        Request::get("/").header("origin", "http://x.a.example").body(()).unwrap().into_parts();
    let explanation = loopback.build().unwrap().explain(&parts);
    assert_eq!(
        explanation.suggestion().as_deref(),
        Some(
            "serve the page over https; to allow it over http in spite of allow_credentials, set dangerously_allow_insecure_origins and add \"http://x.a.example\" to allow_origin"
        ),
    );
}

#[test]
fn optional_settings_go_in_as_they_are() {
    let policy = |max_age: Option<Duration>| {
        one().max_age(max_age).allow_methods(max_age.map(|_| "PUT")).build().unwrap()
    };
    assert_eq!(policy(None).to_string(), "allow_origin: https://a.example");
    assert_eq!(
        policy(Some(Duration::from_secs(60))).to_string(),
        "allow_origin: https://a.example; allow_methods: PUT; max_age: 60s"
    );
}

#[test]
fn permissive_allows_all_but_credentials() {
    for origin in ["https://who.example", "null", "nonsense"] {
        let (preflight, actual) = answers(CorsLayer::permissive().policy(), origin);
        assert_eq!(
            preflight,
            [
                "access-control-allow-headers: *,authorization",
                "access-control-allow-methods: *",
                "access-control-allow-origin: *",
            ],
            "{origin}"
        );
        assert_eq!(
            actual,
            ["access-control-allow-origin: *", "access-control-expose-headers: *"],
            "{origin}"
        );
    }
}

#[test]
fn development_allows_this_machine() {
    for origin in [
        "http://localhost",
        "http://localhost:3000",
        "https://localhost:8443",
        "http://127.0.0.1:5173",
        "http://127.1.2.3",
        "http://[::1]:3000",
        "http://app.localhost:3000",
        "https://a.b.localhost",
    ] {
        let (preflight, actual) = answers(CorsLayer::development().policy(), origin);
        assert_eq!(
            preflight,
            [
                "access-control-allow-credentials: true".to_owned(),
                "access-control-allow-headers: authorization,x-a".to_owned(),
                "access-control-allow-methods: PUT".to_owned(),
                format!("access-control-allow-origin: {origin}"),
                "vary: Origin,Access-Control-Request-Method,Access-Control-Request-Headers"
                    .to_owned(),
            ]
        );
        assert_eq!(
            actual,
            [
                "access-control-allow-credentials: true".to_owned(),
                format!("access-control-allow-origin: {origin}"),
                "access-control-expose-headers: x-a,vary".to_owned(),
                "vary: Origin".to_owned(),
            ]
        );
    }
    for origin in [
        "https://who.example",
        "http://localhost.example.com",
        "http://127.0.0.1.example",
        "null",
        "http://192.168.1.1",
        "http://[::2]",
        "http://localhost.",
        "http://localhost:080",
        "http://notlocalhost",
        "http://128.0.0.1",
        "http://0.0.0.0",
        "",
    ] {
        let (preflight, actual) = answers(CorsLayer::development().policy(), origin);
        assert_eq!(
            preflight.iter().filter(|line| line.starts_with("access-")).count(),
            0,
            "{origin}"
        );
        assert_eq!(actual, ["vary: Origin"], "{origin}");
    }
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    let text = prop_oneof![
        any::<String>(),
        "(https?://)?[a-z.*]{0,12}(:[0-9*]{0,6})?/?",
        "[A-Za-z, *-]{0,12}",
        Just("*".to_owned()),
        Just("https://a.example".to_owned()),
        Just("PUT".to_owned()),
        Just("authorization".to_owned()),
    ];
    prop::collection::vec(text, 0..4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics(
        origins in texts(), methods in texts(), headers in texts(), exposed in texts(), regexes in texts(),
        as_one_text in any::<bool>(), with_regexes in any::<bool>(), switches in any::<[bool; 9]>(),
        max_age in any::<Duration>(), status in 100_u16..1000,
    ) {
        let mut builder = if as_one_text {
            Policy::builder()
                .allow_origin(origins.join(","))
                .allow_methods(methods.join(","))
                .allow_headers(headers.join(","))
                .expose_headers(exposed.join(","))
        } else {
            Policy::builder()
                .allow_origin(&origins)
                .allow_methods(&methods)
                .allow_headers(&headers)
                .expose_headers(&exposed)
        };
        if with_regexes {
            for regex in regexes {
                builder = builder.allow_origin(AllowOrigin::regex(regex));
            }
        }
        if switches[7] {
            builder = builder.max_age(max_age);
        }
        if switches[8] {
            builder = builder.preflight_status(StatusCode::from_u16(status).unwrap());
        }
        let builder = builder
            .allow_credentials(switches[0])
            .enforce(switches[1])
            .allow_private_network(switches[2])
            .timing_allow_origin(switches[3])
            .dangerously_allow_null_origin(switches[4])
            .dangerously_allow_insecure_origins(switches[5])
            .dangerously_allow_public_suffix_subdomains(switches[6]);
        let described = format!("{builder:?}");
        prop_assert!(!described.is_empty());
        match builder.build() {
            Ok(policy) => prop_assert_ne!(format!("{policy:?}"), ""),
            Err(errors) => {
                // One line each, whatever the values hold.
                prop_assert_eq!(errors.to_string().lines().count(), errors.iter().count());
            }
        }
    }
}
