//! The self-test for users: wrong policies are found out, and right ones are left in peace.

use http::{Request, header::ORIGIN, request::Parts};
use tower_cors::{
    AllowOrigin, Origin, Policy, PolicyList, probe,
    routes::PolicyEntry,
    select::{ByRequest, SelectPolicy},
};

fn predicate(predicate: impl Fn(&Origin) -> bool + Send + Sync + 'static) -> Policy {
    let origin = AllowOrigin::predicate(move |origin, _parts| predicate(origin));
    Policy::builder().allow_origin(origin).build().unwrap()
}

fn regex(source: &str) -> Policy {
    Policy::builder().allow_origin(AllowOrigin::regex(source)).build().unwrap()
}

/// What is meant in most tests.
const APP: [&str; 1] = ["https://app.example.com"];

#[track_caller]
fn finds(policy: &impl SelectPolicy, meant: &[&str], origin: &str, but: &str) {
    let found = probe::look_alikes(policy, meant);
    let finding = found.iter().find(|finding| finding.origin() == origin);
    let finding = finding.unwrap_or_else(|| panic!("{origin} is not among\n{found}"));
    assert!(finding.reason().contains(but), "{finding}");
    assert!(!found.is_empty() && found.len() == found.iter().count());
    assert!((&found).into_iter().eq(found.iter()));
}

#[test]
fn wrong_predicates() {
    let ends = predicate(|origin| origin.host().ends_with("example.com"));
    finds(&ends, &APP, "https://evilexample.com", "only ends like");
    finds(&ends, &APP, "https://evil.example.com", "another name beneath the domain of");
    finds(&ends, &APP, "http://app.example.com", "a network attacker can forge");
    finds(&ends, &APP, "evil://app.example.com", "another scheme");
    finds(&ends, &APP, "https://app.example.com:8443", "another port");
    finds(&ends, &APP, "https://example.com", "the parent domain");

    let text_ends = predicate(|origin| origin.as_str().ends_with("app.example.com"));
    finds(&text_ends, &APP, "https://evilapp.example.com", "only ends like");
    finds(&text_ends, &APP, "https://evil.app.example.com", "a name beneath");

    let begins = predicate(|origin| origin.as_str().starts_with("https://app.example.com"));
    finds(&begins, &APP, "https://app.example.com.evil.invalid", "only begins like");
    finds(&begins, &APP, "https://app.example.com:8443", "another port");
    let cut = predicate(|origin| origin.as_str().starts_with("https://app.example."));
    finds(&cut, &APP, "https://app.example.evil.invalid", "only begins like");

    let contains = predicate(|origin| origin.as_str().contains("example.com"));
    finds(&contains, &APP, "https://evil.example.com.evil.invalid", "only contains");

    let top = predicate(|origin| {
        origin.scheme() == "https"
            && origin.host().rsplit_once('.').is_some_and(|(_, top)| top == "com")
    });
    finds(&top, &APP, "https://evil.com", "only shares the last label");

    let no_scheme =
        predicate(|origin| origin.host() == "app.example.com" && origin.port().is_none());
    finds(&no_scheme, &APP, "http://app.example.com", "a network attacker can forge");
    let no_port = predicate(|o| o.scheme() == "https" && o.host() == "app.example.com");
    finds(&no_port, &APP, "https://app.example.com:8443", "another port");

    let prefix = predicate(|origin| origin.as_str().starts_with("http://127.0.0.1"));
    finds(&prefix, &["http://127.0.0.1:3000"], "http://127.0.0.1.evil.invalid:3000", "begins");
    finds(&prefix, &["http://127.0.0.1"], "http://127.0.0.11", "another address");
    let local = predicate(|origin| origin.host().contains("localhost"));
    finds(&local, &["http://localhost:*"], "http://localhost.evil.invalid", "only begins like");

    let confusable = predicate(|o| o.as_str().replace("xn--", "").contains(".example.com"));
    assert!(!probe::look_alikes(&confusable, APP).is_empty());
    let eye = predicate(|origin| origin.as_str().replace("rn", "m") == "https://app.example.com");
    finds(&eye, &APP, "https://app.exarnple.com", "only looks to the eye like");
}

/// It compares all but one part.
#[test]
fn incomplete_comparisons() {
    fn matches(matches: fn(&str) -> bool) -> Policy {
        predicate(move |origin| matches(origin.as_str()))
    }
    fn all_octets_but_one(ignored: usize) -> Policy {
        predicate(move |origin| {
            let octets = origin.host().split('.').enumerate().filter(|(at, _)| *at != ignored);
            octets.eq("203.7.113.5".split('.').enumerate().filter(|(at, _)| *at != ignored))
        })
    }
    for (about, policy, meant, origin, but) in [
        (
            "a part of the meant origin, from its begin",
            matches(|origin| "https://app.example.com".starts_with(origin)),
            "https://app.example.com",
            "https://app.example.co",
            "only begins like",
        ),
        (
            "a part of the meant origin, to its end",
            predicate(|o| o.scheme() == "https" && "app.example.com".ends_with(o.host())),
            "https://app.example.com",
            "https://pp.example.com",
            "only ends like",
        ),
        (
            "the port is only begun like",
            matches(|origin| origin.starts_with("http://localhost:3000")),
            "http://localhost:3000",
            "http://localhost:30000",
            "has another port than",
        ),
        (
            "a part of the meant address",
            matches(|origin| "http://127.0.0.11".starts_with(origin)),
            "http://127.0.0.11",
            "http://127.0.0.1",
            "is another address than that of",
        ),
        (
            "the first octet is ignored",
            all_octets_but_one(0),
            "http://203.7.113.5",
            "http://202.7.113.5",
            "is another address than that of",
        ),
        (
            "the second octet is ignored",
            all_octets_but_one(1),
            "http://203.7.113.5",
            "http://203.6.113.5",
            "is another address than that of",
        ),
        (
            "the third octet is ignored",
            all_octets_but_one(2),
            "http://203.7.113.5",
            "http://203.7.112.5",
            "is another address than that of",
        ),
        (
            "the last octet is ignored",
            all_octets_but_one(3),
            "http://203.7.113.5",
            "http://203.7.113.4",
            "is another address than that of",
        ),
        (
            "an address of IPv6 is only begun like",
            matches(|origin| origin.starts_with("http://[fe80::1")),
            "http://[fe80::1]:3000",
            "http://[fe80::11]:3000",
            "is another address than that of",
        ),
        (
            "an address of IPv6 only ends like",
            matches(|origin| origin.ends_with("::1]:3000")),
            "http://[::1]:3000",
            "http://[1::1]:3000",
            "is another address than that of",
        ),
    ] {
        let found = probe::look_alikes(&policy, [meant]);
        let told = found.iter().find(|finding| finding.origin() == origin);
        assert!(told.is_some_and(|told| told.reason().contains(but)), "{about}: {found}");
    }
}

#[test]
fn any_origin_is_found_once() {
    let any = Policy::builder().allow_origin("*").build().unwrap();
    let always = predicate(|_| true);
    for policy in [any, always] {
        let found = probe::look_alikes(&policy, APP);
        assert_eq!(
            found.to_string(),
            r#""https://evil.invalid" is allowed, like any other origin; compare with the origins that are meant"#,
        );
    }
}

#[test]
fn wrong_expressions() {
    let wide = regex(r"https://[a-z0-9.-]+\.com");
    finds(&wide, &APP, "https://evil.com", "only shares the last label");
    let no_boundary = regex(r"https?://[^/]*example\.com");
    finds(&no_boundary, &APP, "https://evilexample.com", "only ends like");
    finds(&no_boundary, &APP, "http://app.example.com", "a network attacker can forge");
    let prefix = regex(r"https://app\.example\.com[^/]*");
    finds(&prefix, &APP, "https://app.example.com.evil.invalid", "only begins like");
    finds(&prefix, &APP, "https://app.example.com:8443", "another port");
    let dots = regex(r"https://app[^/]example[^/]com");
    finds(&dots, &APP, "https://appxexample.com", "in place of the dots of");
}

#[test]
fn credentials_are_told() {
    let policy = Policy::builder()
        .allow_origin(AllowOrigin::predicate(|origin, _| origin.host().ends_with("example.com")))
        .allow_credentials(true)
        .build()
        .unwrap();
    let found = probe::look_alikes(&policy, APP);
    let finding = found.iter().find(|f| f.origin() == "https://evilexample.com").unwrap();
    assert!(finding.is_with_credentials());
    assert_eq!(
        finding.to_string(),
        r#""https://evilexample.com" is allowed with credentials, but only ends like "https://app.example.com"; compare whole labels: the host itself, or what ends in "." and the domain"#,
    );
}

/// What a function does with the header's text, before there is an origin.
#[test]
fn wrong_functions() {
    fn text(parts: &Parts) -> &str {
        parts.headers.get(ORIGIN).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
    let any = Policy::builder().allow_origin("*").build().unwrap();
    let contains = {
        let any = any.clone();
        ByRequest::new(move |parts| text(parts).contains("app.example.com").then(|| any.clone()))
    };
    finds(&contains, &APP, "https://app.example.com@evil.invalid", "is not an origin");
    finds(&contains, &APP, "https://evil.invalid/app.example.com", "is not an origin");
    finds(&contains, &APP, "https://app.example.com\nhttps://evil.invalid", "holds more than");
    finds(&contains, &APP, "https://app.example.com, https://evil.invalid", "holds more than");
    let lower = {
        let any = any.clone();
        ByRequest::new(move |parts| {
            let lower = text(parts).to_ascii_lowercase();
            (lower == "https://app.example.com").then(|| any.clone())
        })
    };
    finds(&lower, &APP, "HTTPS://APP.EXAMPLE.COM", "is not in lower case");
    let null = ByRequest::new(move |parts| {
        matches!(text(parts), "null" | "https://app.example.com").then(|| any.clone())
    });
    finds(&null, &APP, "null", "any sandboxed or local page");
}

#[test]
fn lists_are_probed_at_a_path() {
    let open = predicate(|origin| origin.host().ends_with("example.com"));
    let strict = Policy::builder().allow_origin(APP).build().unwrap();
    let list = PolicyList::builder()
        .entry(PolicyEntry::new(open).paths(["/open/{*rest}"]))
        .entry(PolicyEntry::new(strict))
        .build()
        .unwrap();
    probe::look_alikes(&list, APP).assert_none();
    let request = Request::builder().uri("/open/x").body(()).unwrap().into_parts().0;
    let found = probe::look_alikes_of(&list, request, APP);
    assert!(found.into_iter().any(|finding| finding.origin() == "https://evilexample.com"));
}

#[test]
fn right_policies_raise_no_alarm() {
    let table: Vec<(Policy, &[&str])> = vec![
        (Policy::builder().allow_origin(APP).build().unwrap(), &APP),
        (
            Policy::builder()
                .allow_origin(["https://*.example.com", "http://localhost:*", "http://[::1]:3000"])
                .allow_credentials(true)
                .build()
                .unwrap(),
            &["https://*.example.com", "http://localhost:*", "http://[::1]:3000"],
        ),
        (
            Policy::builder()
                .allow_origin(["https://app-*.example.co.uk", "http://127.0.0.1:3000"])
                .dangerously_allow_null_origin(true)
                .build()
                .unwrap(),
            &["https://app-*.example.co.uk", "http://127.0.0.1:3000", "null"],
        ),
        (predicate(|origin| origin.as_str() == "https://app.example.com"), &APP),
        (
            predicate(|origin| {
                let host = origin.host();
                origin.scheme() == "https"
                    && origin.port().is_none()
                    && (host == "example.com" || host.ends_with(".example.com"))
            }),
            &["https://example.com", "https://*.example.com"],
        ),
        (
            predicate(|origin| origin.is_loopback() && origin.scheme() == "http"),
            &["http://localhost:*", "http://*.localhost:*"],
        ),
        (
            regex(r"https://[a-z0-9-]+\.example\.com(:\d+)?"),
            &["https://app.example.com:8443", "https://*.example.com:*"],
        ),
        (
            regex(r"https://(app|admin)\.example\.com"),
            &["https://app.example.com", "https://admin.example.com"],
        ),
        (
            Policy::builder().allow_origin("chrome-extension://abcdefghijklmnop").build().unwrap(),
            &["chrome-extension://abcdefghijklmnop"],
        ),
    ];
    for (policy, meant) in table {
        probe::look_alikes(&policy, meant).assert_none();
        probe::look_alikes(&std::sync::Arc::new(policy), meant).assert_none();
    }
    let everything = predicate(|_| true);
    assert_eq!(probe::look_alikes(&everything, Vec::<String>::new()).len(), 1);
    let nothing = predicate(|_| false);
    probe::look_alikes(&nothing, Vec::<String>::new()).assert_none();
}

#[test]
fn what_is_meant_is_allowed_and_valid() {
    let policy = Policy::builder().allow_origin(APP).build().unwrap();
    let found = probe::look_alikes(
        &policy,
        ["https://app.example.com", "https://web.example.com", "https://a.example/", "*"],
    );
    assert_eq!(
        found.to_string(),
        r#""https://a.example/" is meant to be allowed, but has a trailing slash; write "https://a.example"
"*" is meant to be allowed, but matches any origin and is not a pattern
"https://web.example.com" is meant to be allowed, but is refused"#,
    );
    assert!(!found.iter().any(probe::Finding::is_with_credentials));
}

#[test]
#[should_panic(
    expected = "the policy allows or refuses what it should not:\n\"https://evil.invalid\""
)]
fn the_assertion_fails_with_all_that_was_found() {
    probe::look_alikes(&predicate(|_| true), APP).assert_none();
}
