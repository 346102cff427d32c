//! Regular expressions: what is accepted, what is an error, and what is matched.
#![cfg(feature = "regex")]

use http::{HeaderValue, Request, header::ORIGIN};
use proptest::prelude::*;
use tower_cors::{AllowOrigin, Policy, PolicyErrors, policy::PolicyErrorKind as Kind};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum With {
    Nothing,
    Credentials,
    /// Credentials and `dangerously_allow_public_suffix_subdomains`.
    AnyDomain,
    /// Credentials and `dangerously_allow_insecure_origins`.
    Insecure,
}
use With::{AnyDomain, Credentials, Insecure, Nothing};

fn build(source: &str, with: With) -> Result<Policy, PolicyErrors> {
    Policy::builder()
        .allow_origin(AllowOrigin::regex(source))
        .allow_credentials(with != Nothing)
        .dangerously_allow_public_suffix_subdomains(with == AnyDomain)
        .dangerously_allow_insecure_origins(with == Insecure)
        .build()
}

fn grants(policy: &Policy, origin: &str) -> bool {
    let Ok(value) = HeaderValue::from_str(origin) else { return false };
    let parts = Request::builder().header(ORIGIN, value).body(()).unwrap().into_parts().0;
    policy.evaluate(&parts).decision().is_granted()
}

/// An expression, what it is used with, origins that it allows and origins that it does not.
type Accepted = (&'static str, With, &'static [&'static str], &'static [&'static str]);

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn accepted() {
    let table: &[Accepted] = &[
        (
            r"https://[a-z0-9-]+\.example\.(com|org)(:\d+)?",
            Credentials,
            &["https://a.example.com", "https://a.example.org:8443"],
            &["https://example.com", "https://a.b.example.com", "https://evilexample.com"],
        ),
        (
            r"https://(app|admin)\.example\.com",
            Credentials,
            &["https://app.example.com", "https://admin.example.com"],
            &["https://web.example.com", "http://app.example.com"],
        ),
        (
            r"https?://[a-z]+\.example\.com",
            Credentials,
            &["https://app.example.com"],
            &["http://app.example.com"],
        ),
        (
            r"https?://[a-z]+\.example\.com",
            Insecure,
            &["https://app.example.com", "http://app.example.com"],
            &[],
        ),
        (
            r"http://[a-z]+\.example\.com",
            Insecure,
            &["http://app.example.com"],
            &["https://app.example.com"],
        ),
        (
            r"http://localhost(:\d+)?",
            Credentials,
            &["http://localhost", "http://localhost:3000"],
            &["http://evil.com", "http://localhost.evil.com"],
        ),
        (r"http://[a-z]+\.localhost(:\d+)?", Credentials, &["http://app.localhost:3000"], &[]),
        (
            r"http://127\.\d+\.\d+\.\d+(:\d+)?",
            Credentials,
            &["http://127.0.0.1:3000", "http://127.1.2.3"],
            &["http://128.0.0.1"],
        ),
        (r"http://\[::1\](:\d+)?", Credentials, &["http://[::1]:3000"], &["http://[::2]"]),
        // An address range of a single octet is a list of few addresses.
        (r"https://10\.0\.0\.\d+", Credentials, &["https://10.0.0.7"], &["https://10.0.1.7"]),
        // Names that nobody can register need no second label.
        (r"https://[a-z]+\.internal", Credentials, &["https://grafana.internal"], &[]),
        (r"https://[a-z]+\.test", Credentials, &["https://app.test"], &[]),
        // A single label is the whole host.
        (r"https://(wiki|mail)", Credentials, &["https://wiki"], &["https://a.wiki"]),
        // Hosts of other schemes are opaque: Firefox gives an extension another one everywhere.
        (
            r"moz-extension://[0-9a-f-]{36}",
            Credentials,
            &["moz-extension://2c127fa4-62c7-7e4f-90e5-472b45eecfdc"],
            &["moz-extension://x"],
        ),
        (
            r"(https://[a-z]+\.example\.com|chrome-extension://[a-p]{32})",
            Credentials,
            &["https://a.example.com", "chrome-extension://abcdefghijklmnopabcdefghijklmnop"],
            &["chrome-extension://a"],
        ),
        (r"(?i)https://[A-Z]+\.EXAMPLE\.com", Credentials, &["https://a.example.com"], &[]),
        (r"^https://[a-z]+\.example\.com$", Credentials, &["https://a.example.com"], &[]),
        (r"(?m)^https://[a-z]+\.example\.com$", Credentials, &["https://a.example.com"], &[]),
        (
            r"https://(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+example\.com",
            Credentials,
            &["https://a.b-c.example.com"],
            &["https://-a.example.com"],
        ),
        (r"https://[\w.-]+\.example\.com", Credentials, &["https://a_b.example.com"], &[]),
        (r"https:\x2f\x2f\w+\x2eexample\x2ecom", Credentials, &["https://a.example.com"], &[]),
        (r"https://\w+\b\.example\.com", Credentials, &["https://a.example.com"], &[]),
        (
            r"https://(\w+\b\.)+example\.com",
            Credentials,
            &["https://a.b.example.com"],
            &["https://example.com"],
        ),
        // One of the two schemes is right.
        (r"httpx?://[a-z]+\.example\.com", Nothing, &["http://a.example.com"], &[]),
        // Two names for one label each: both end in a whole domain.
        (r"https://a\.example\.com|", Credentials, &["https://a.example.com"], &[]),
        (r"https://([a-z]+\.|)example\.com", Credentials, &["https://example.com"], &[]),
        (r"https://([a-z]+\.)*example\.com", Credentials, &["https://a.b.example.com"], &[]),
        // A dot at the end of a host makes it another origin.
        (
            r"https://[a-z]+\.example\.com",
            Credentials,
            &["https://a.example.com"],
            &["https://a.example.com.", "https://a.example.com.:8443"],
        ),
        (
            r"https://[a-z]+\.example\.com\.?",
            Credentials,
            &["https://a.example.com", "https://a.example.com."],
            &["https://a.example.com.."],
        ),
        // What the opt-in lifts.
        (r"https://[a-z.-]+", AnyDomain, &["https://evil.com"], &[]),
        (r"https://[^/]+\.com", AnyDomain, &["https://evil.com"], &["https://evil.org"]),
        (r"https://[a-z]*a[a-z]{20}\.example\.com", AnyDomain, &[], &[]),
        // Without credentials anything goes that matches something.
        (r"https://[a-z.-]+", Nothing, &["https://evil.com"], &["http://evil.com"]),
        (r"https://[^/]*example\.com", Nothing, &["https://evilexample.com"], &[]),
        (r"https://[a-z]*a[a-z]{20}\.example\.com", Nothing, &[], &["https://a.example.com"]),
        (r"http://[a-z]+\.example\.com", Nothing, &["http://a.example.com"], &[]),
        (
            r"a[.]example|https://a\.example",
            Nothing,
            &["https://a.example"],
            &["tauri://a.example"],
        ),
    ];
    for (source, with, allowed, refused) in table {
        let policy = build(source, *with).unwrap_or_else(|errors| panic!("{with:?}: {errors}"));
        for (origins, expected) in [(allowed, true), (refused, false)] {
            for origin in *origins {
                assert_eq!(grants(&policy, origin), expected, "{source} {with:?} {origin}");
            }
        }
    }
}

#[derive(Debug)]
enum Then {
    Write(&'static str),
    /// No text to copy; the line ends in this advice.
    Advice(&'static str),
}
use Then::{Advice, Write};

const WHOLE: Then =
    Advice(r#"write scheme, host and port, as in "https://[a-z0-9-]+\.example\.com(:[0-9]+)?""#);
const DOMAINS: Then = Advice(
    r#"end it in whole domains, as in "https://[a-z0-9-]+\.example\.com", or set dangerously_allow_public_suffix_subdomains"#,
);
const NULL: &str = "is what any sandboxed or local page sends";
const QUOTES: &str = "has quotation marks";
const WITHOUT: Then = Advice("write it without them");
const SEE_NULL: Then = Advice("see dangerously_allow_null_origin");
const SCHEME: &str = "has a misspelled scheme";
const DOT: &str = "has an unescaped dot, which matches any character";
const NOTHING: &str = "matches no origin, for an expression has to match all of it";
const LAST_DOT: &str =
    "matches only hosts that end in a dot, for an expression has to match the whole origin";
const UNKNOWN: &str =
    "matches hosts beneath any domain, which cannot be combined with allow_credentials";
const EVIL_EXAMPLE: &str = r#"also matches "https://evilexample.com", whose pages could act as the user with allow_credentials"#;
const EVIL_COM: &str =
    r#"also matches "https://evil.com", whose pages could act as the user with allow_credentials"#;

/// An expression that is an error, the reason, and what to do.
#[test]
fn errors_with_or_without_credentials() {
    let table: &[(&str, &str, Then)] = &[
        (r"\.example\.com$", NOTHING, Write(r"https://[a-z0-9-]+\.example\.com")),
        (r"example\.com", NOTHING, Write(r"https://example\.com")),
        (r"^example\.com$", NOTHING, Write(r"https://example\.com")),
        (r"a\.example|b\.example", NOTHING, WHOLE),
        (r"localhost:\d+", NOTHING, Write(r"http://localhost:\d+")),
        (r"127\.0\.0\.1(:\d+)?", NOTHING, Write(r"http://127\.0\.0\.1(:\d+)?")),
        (r"/^https:\/\/example\.com$/i", NOTHING, Write(r"https:\/\/example\.com")),
        (r"/\.example\.com$/", NOTHING, Write(r"https://[a-z0-9-]+\.example\.com")),
        (r"https://example\.com/", NOTHING, Write(r"https://example\.com")),
        (r"https://example\.com:443", NOTHING, Write(r"https://example\.com")),
        (r"https://Example\.com", NOTHING, Write(r"https://example\.com")),
        (r"HTTPS://[A-Z]+\.EXAMPLE\.COM", NOTHING, Write(r"https://[a-z]+\.example\.com")),
        // The name of a group keeps its case.
        (r"(?P<App>app)\.example\.com", NOTHING, Write(r"https://(?P<App>app)\.example\.com")),
        (r"https://[A-Z]\d\.example\.com", NOTHING, WHOLE),
        (r"https://example\.com:0\d+", NOTHING, WHOLE),
        (r"https://example\.com:7\d{4}", NOTHING, WHOLE),
        (r"https://256\.0\.0\.\d+", NOTHING, WHOLE),
        (r"https://a\.\.example\.com", NOTHING, WHOLE),
        (r"https://bücher\.example", NOTHING, WHOLE),
        (r"https://[a-z](ü)[a-z]\.example", NOTHING, WHOLE),
        (r"wss?://example\.com", NOTHING, WHOLE),
        (r#""https://a\.example""#, QUOTES, WITHOUT),
        (r#"["https://a\.example", "https://b\.example"]"#, QUOTES, WITHOUT),
        (r"null", NULL, SEE_NULL),
        (r"^null$", NULL, SEE_NULL),
        ("", NOTHING, WHOLE),
        ("^$", NOTHING, WHOLE),
        (r"a^https://example\.com", NOTHING, WHOLE),
        (r"https://example\Bx\.com\b:", NOTHING, WHOLE),
        (r"^https://app\.", LAST_DOT, WHOLE),
        (r"https://(app|admin)\.", LAST_DOT, WHOLE),
        (r"https://app\.example\.com\.", LAST_DOT, Write(r"https://app\.example\.com")),
        // Of several things that are wrong, the dot is shown first: it explains the others.
        (r"https://a.example.com", DOT, Write(r"https://a\.example\.com")),
        (r"example.com", DOT, Write(r"https://example\.com")),
        (r"https://app-[0-9.]+.example\.com", DOT, Write(r"https://app-[0-9.]+\.example\.com")),
        (r"https://*.example.com", DOT, Write(r"https://[a-z0-9.-]+\.example\.com")),
        (r"https://app-*.example.com", DOT, Write(r"https://app-[a-z0-9-]+\.example\.com")),
        // No browser sends such a scheme, so the expression would match nothing.
        (r"htps://app\.example\.com", SCHEME, Write(r"https://app\.example\.com")),
        (r"^ttps:\/\/app\.example\.com$", SCHEME, Write(r"https:\/\/app\.example\.com$")),
        (r"htps?://app\.example\.com", SCHEME, Write(r"https?://app\.example\.com")),
        (r"htps://a.example\.com", SCHEME, Write(r"https://a\.example\.com")),
        (r"httpss://app\.example\.com/", SCHEME, Write(r"https://app\.example\.com")),
        (r"httpx://app\.example\.com", SCHEME, Advice("use \"https://\" or \"http://\"")),
        // Two things at once.
    ];
    for (source, reason, then) in table {
        for with in [Nothing, Credentials, AnyDomain, Insecure] {
            check_error(source, with, reason, then);
        }
    }
    for with in [Nothing, Credentials] {
        let reason = "(repetition operator missing expression)";
        check_error("*.example.com", with, reason, &Write(r"https://[a-z0-9.-]+\.example\.com"));
    }
    check_error(r"http://example\.com:80", Nothing, NOTHING, &Write(r"http://example\.com"));
    check_error(r"http://example\.com:80", Credentials, NOTHING, &Write(r"https://example\.com"));
}

#[test]
fn errors_with_credentials() {
    let table: &[(&str, &str, Then)] = &[
        (r"https://[a-z.-]+", EVIL_COM, DOMAINS),
        (r"https://[a-z]+\.[a-z]+", EVIL_COM, DOMAINS),
        (r"https://[^/]+\.com", EVIL_COM, DOMAINS),
        (r"https://[a-z0-9.-]+\.(com|org|net|io)", EVIL_COM, DOMAINS),
        (r"https://[^/]*example\.com", EVIL_EXAMPLE, DOMAINS),
        (r"https?://[^/]+", EVIL_COM, DOMAINS),
        (r"[a-z0-9:/\[\]._-]*", EVIL_COM, DOMAINS),
        (r"\S+", EVIL_COM, DOMAINS),
        (r"(?s)https://[^ ]*", EVIL_COM, DOMAINS),
        // A domain that is optional, or one of several branches, binds nothing.
        (r"https://[a-z]+\.com(\.example\.com)?", EVIL_COM, DOMAINS),
        (r"https://(a\.example\.com|[a-z]+\.com)", EVIL_COM, DOMAINS),
        (r"https://[a-z]+(\.example)?\.com", EVIL_COM, DOMAINS),
        (r"https://[a-z]+\.(example\.com|)com", EVIL_COM, DOMAINS),
        (r"https://a\.example\.com|https://\w+\.com", EVIL_COM, DOMAINS),
        // What looks like a boundary and is none.
        (r"https://[a-z.]*\bexample\.com|https://[a-z-]+example\.com", EVIL_EXAMPLE, DOMAINS),
        (r"https://[\w-]+[.-]example\.com", UNKNOWN, DOMAINS),
        (r"https://\w+\.example\.[a-z]{2}", UNKNOWN, DOMAINS),
        (r"https://\w+\.example\.[a-z]+", UNKNOWN, DOMAINS),
        (r"https://example\.com\.[a-z]+", UNKNOWN, DOMAINS),
        (r"https://[^.]+\.[^.]+", EVIL_COM, DOMAINS),
        (r"https://\p{Ll}+\x2e\p{Ll}+", EVIL_COM, DOMAINS),
        (r"(?i)HTTPS://[A-Z]+\.COM", EVIL_COM, DOMAINS),
        (r"(?x) https:// [a-z]+ \.com # ours", EVIL_COM, DOMAINS),
        (r"https://(([a-z]{1,9}){1,9}\.){1,3}com", EVIL_COM, DOMAINS),
        (r"https://(?:[a-z]+\.)?[a-z]+\.(?:com|internal)", EVIL_COM, DOMAINS),
        // A dot at the end of the host hides nothing.
        (r"https://[a-z]+\.com\.?", EVIL_COM, DOMAINS),
        (r"https://a\.example\.com|https://[a-z]+\.com\.", UNKNOWN, DOMAINS),
        // Addresses: too many of them.
        (r"https://10\.0\.\d+\.\d+", UNKNOWN, DOMAINS),
        (r"https://\d+\.\d+\.\d+\.\d+", UNKNOWN, DOMAINS),
        (r"https://\[[0-9a-f:]+\]", UNKNOWN, DOMAINS),
        (
            r"https://[a-z]+",
            r#"also matches "https://evil", whose pages could act as the user with allow_credentials"#,
            DOMAINS,
        ),
        (
            r"https?://[a-z]*localhost",
            r#"also matches "https://evillocalhost", whose pages could act as the user with allow_credentials"#,
            DOMAINS,
        ),
        // A port does not change whose host it is, and user information is in no origin.
        (r"https://[a-z.]+:8443", UNKNOWN, DOMAINS),
        (r"https://[^/]+(:8443)?", EVIL_COM, DOMAINS),
        (r"https://([a-z]+@)?\w+\.com", EVIL_COM, DOMAINS),
        (
            r"https://[a-z]*a[a-z]{20}\.example\.com",
            "is too complex to be analyzed, which allow_credentials requires",
            Advice("write a shorter one, or set dangerously_allow_public_suffix_subdomains"),
        ),
        // Too long for an automaton, and not only for what is made of two.
        (
            r"https://[a-z]{20000}\.example\.com",
            "is too complex to be analyzed, which allow_credentials requires",
            Advice("write a shorter one, or set dangerously_allow_public_suffix_subdomains"),
        ),
    ];
    for (source, reason, then) in table {
        check_error(source, Credentials, reason, then);
        for with in [Nothing, AnyDomain] {
            build(source, with).unwrap_or_else(|errors| panic!("{with:?}: {errors}"));
        }
    }
    let errors = build(r"http://[a-z]+\.example\.com", Credentials).unwrap_err();
    let error = errors.iter().next().unwrap();
    assert_eq!(error.suggestion(), Some(r"https://[a-z]+\.example\.com"), "{errors}");
}

#[track_caller]
fn check_error(source: &str, with: With, reason: &str, then: &Then) {
    let Err(errors) = build(source, with) else { panic!("{source} {with:?}: accepted") };
    assert_eq!(errors.iter().count(), 1, "{errors}");
    let (error, text) = (errors.iter().next().unwrap(), errors.to_string());
    assert!(text.contains(reason), "{with:?} {text}\nexpected {reason}");
    match then {
        Write(suggestion) => assert_eq!(error.suggestion(), Some(*suggestion), "{with:?} {text}"),
        Advice(advice) => {
            assert_eq!(error.suggestion(), None, "{with:?} {text}");
            assert!(text.ends_with(advice), "{with:?} {text}");
        }
    }
    if let Some(suggestion) = error.suggestion() {
        build(suggestion, with).unwrap_or_else(|errors| panic!("{source}: {errors}"));
    }
}

/// `.*` may be meant only where hosts beneath any domain are.
#[test]
fn a_repeated_dot() {
    const WRITE_NAMES: &str = r#"any character; write "https://[a-z0-9.-]+\.example\.com""#;
    let table = [
        (r"https://.*example\.com", EVIL_EXAMPLE, None),
        (r"https://.+\.com", EVIL_COM, None),
        (r"https://.{2,}", EVIL_COM, None),
        (r"https://.*", EVIL_COM, None),
        (r"https://[a-z]+.*\.example\.com", DOT, None),
        (r"https://.*\.example\.com", WRITE_NAMES, None),
        (r"^.*\.example\.com$", WRITE_NAMES, None),
        (r"https://.*\.example\.com:443", WRITE_NAMES, Some(NOTHING)),
        (r"moz-extension://.{36}", DOT, None),
        (r"https://a.example\.(com|org)", DOT, Some(DOT)),
        (r"https://.?a\.com", DOT, Some(DOT)),
        (r"https://(.)*a\.com.*", DOT, Some(DOT)),
    ];
    for (source, with_credentials, with_any_domain) in table {
        let error = |with| build(source, with).err().map(|errors| errors.to_string());
        for (with, expected) in [
            (Nothing, Some(DOT)),
            (Credentials, Some(with_credentials)),
            (AnyDomain, with_any_domain),
        ] {
            let found = error(with);
            assert_eq!(found.is_some(), expected.is_some(), "{source} {with:?}: {found:?}");
            let text = found.unwrap_or_default();
            assert!(text.contains(expected.unwrap_or_default()), "{with:?}: {text}");
        }
    }
}

#[test]
fn null_where_it_is_allowed() {
    for source in ["null", "^null$"] {
        check_error(source, Nothing, NULL, &SEE_NULL);
        let null = Policy::builder().dangerously_allow_null_origin(true);
        let policy = null.allow_origin(AllowOrigin::regex(source)).build();
        assert!(grants(&policy.unwrap(), "null"));
    }
}

/// Public suffixes have more than one label: whoever registers a name beneath them is let in.
#[test]
#[cfg(feature = "public-suffix")]
fn public_suffixes() {
    for (source, expected) in [
        (r"https://[a-z]+\.(co\.uk|github\.io)", Some(Kind::CredentialsWithPublicSuffix)),
        (r"https://[a-z]+\.github\.io", Some(Kind::CredentialsWithPublicSuffix)),
        // They may lie beneath a domain that is not one.
        (r"https://[a-z]+\.s3\.amazonaws\.com", Some(Kind::CredentialsWithPublicSuffix)),
        (r"https://[a-z]+\.(s3|cdn)\.amazonaws\.com", Some(Kind::CredentialsWithPublicSuffix)),
        (r"https://[^/]*\.blob\.core\.windows\.net:8443", Some(Kind::CredentialsWithPublicSuffix)),
        (r"https://[a-z]+\.github\.io\.?", Some(Kind::CredentialsWithPublicSuffix)),
        (r"https://[a-z]+-x\.github\.io", Some(Kind::CredentialsWithPublicSuffix)),
        (r"https://([a-z]+\.)?ours\.github\.io|https://[a-z]+\.example\.int", None),
        (r"https://[a-z]+\.[a-c]\.s3\.amazonaws\.com", None),
        (r"https://[a-z]+\.amazonaws\.com", None),
        (r"https://[a-h]\.[a-h]\.[a-h]\.[a-h]\.example\.com", None),
        // As many literal labels as are read one by one, and more.
        (r"https://[a-p]{2}\.github\.io", None),
        (r"https://[a-q]{2}\.github\.io", Some(Kind::CredentialsWithPublicSuffix)),
        (r"https://x*\.github\.io", Some(Kind::CredentialsWithPublicSuffix)),
        // Too much to read: what is left counts as varying.
        (
            r"https://(a\.github\.io|[a-p]{2}\.[a-p]{2}\.example\.net)",
            Some(Kind::CredentialsWithPublicSuffix),
        ),
        (r"https://(ours|theirs)\.github\.io", None),
        (r"https://[a-z]+\.ours\.github\.io", None),
        (r"https://[a-z]+\.example\.co\.uk", None),
        (r"http://[a-z]+\.localhost", None),
        (r"https://[a-z]+\.internal", None),
    ] {
        let checked = Policy::builder()
            .allow_origin(AllowOrigin::regex(source))
            .allow_credentials(true)
            .check_public_suffixes(true);
        assert!(build(source, Credentials).is_ok(), "{source}: not asked for");
        let kind = checked.build().err().map(|e| e.iter().next().unwrap().kind().clone());
        assert_eq!(kind, expected, "{source}");
        assert!(build(source, AnyDomain).is_ok(), "{source}");
        assert!(build(source, Nothing).is_ok(), "{source}");
    }
}

/// The work is bounded, whatever the expression is.
#[test]
fn work_is_bounded() {
    for source in [
        r"https://[a-z]*a[a-z]{40}\.example\.com",
        r"https://([a-z]*a[a-z]{9}|[a-z]*b[a-z]{9}|[a-z]*c[a-z]{9})\.example\.com",
        r"https://(\w{1,63}\.){1,20}example\.com",
        r"https://([a-z0-9]{1,20}-){1,20}[a-z]{1,30}\.[a-z]{2,63}",
        r"(https://([ab]*a[ab]{8}){9})*\.example\.com",
    ] {
        let start = std::time::Instant::now();
        let _ = build(source, Credentials);
        assert!(start.elapsed().as_secs() < 20, "{source}: {:?}", start.elapsed());
    }
}

/// Pieces of expressions, those that loosen others among them.
fn expression() -> impl Strategy<Value = String> {
    let host = prop_oneof![
        Just(r"[a-z0-9-]+"),
        Just(r"[a-z.]*"),
        Just(r"\w+"),
        Just(r"[^/]+"),
        Just("app"),
        Just(r"\."),
        Just(r"\."),
        Just("example"),
        Just("com"),
        Just("(com|org)"),
        Just("(com|)"),
        Just(r"(example\.)?"),
        Just(r"\b"),
        Just("(a|b.)"),
        Just(r"(\.|-)"),
        Just(r"\x2e"),
        Just("co"),
        Just("|"),
        Just("localhost"),
        Just("(?i)"),
        Just(r"\d+"),
        Just("[^.]{0,2}"),
    ];
    let scheme = prop_oneof![Just("https://"), Just("https?://"), Just("(https://)?"), Just("")];
    let end = prop_oneof![Just(""), Just(r"(:\d+)?"), Just("$"), Just(r"\.?"), Just("(:1)*")];
    (scheme, proptest::collection::vec(host, 1..7), end)
        .prop_map(|(scheme, host, end)| format!("{scheme}{}{end}", host.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 80, failure_persistence: None, ..ProptestConfig::default() })]

    /// Names made up by a stranger are in no expression that is accepted with credentials.
    #[test]
    fn strangers_are_refused(source in expression(), name in "[b-df-h]{9,12}", last in "[b-d]{3,5}") {
        if let Ok(policy) = build(&source, Credentials) {
            for host in [
                format!("{name}.{last}"), format!("{name}.com"), format!("example.com.{name}.com"),
                format!("{name}example.com"), format!("app.{name}.com"), name.clone(),
                format!("{name}.com."), format!("a.example.{last}"), format!("{name}-example.com"),
            ] {
                for origin in [format!("https://{host}"), format!("https://{host}:8443")] {
                    prop_assert!(!grants(&policy, &origin), "{} {}", source, origin);
                }
            }
        }
    }

    /// An expression that is called one that matches nothing matches no origin.
    #[test]
    fn what_matches_nothing_matches_nothing(source in expression(), suggested in any::<bool>()) {
        let Err(errors) = build(&source, Nothing) else { return Ok(()) };
        let error = errors.iter().next().unwrap();
        if suggested {
            if let Some(suggestion) = error.suggestion() {
                prop_assert!(build(suggestion, Nothing).is_ok(), "{} {}", source, suggestion);
            }
            return Ok(());
        }
        let nothing = matches!(error.kind().clone(), Kind::RegexMatchesNoOrigin | Kind::RegexMatchesTrailingDot);
        if nothing {
            let whole = regex::Regex::new(&format!(r"\A(?:{source})\z")).unwrap();
            for host in ["app.example.com", "example.com", "a.com", "app", "com", "localhost", "1.2.3.4", "example.org", "b-example.com", "co.com"] {
                for (scheme, port) in [("https", ""), ("http", ""), ("https", ":1"), ("http", ":8080"), ("app", "")] {
                    let origin = format!("{scheme}://{host}{port}");
                    prop_assert!(!whole.is_match(&origin), "{} {}", source, origin);
                }
            }
        }
    }
}
