use super::{
    Limits, anchor,
    automaton::{Automaton, Shared},
    evaluate,
    grammar::{DOTTED, Kind, ORIGIN, SECURE, WEB},
    product::Product,
    suffix::{self, Suffixes},
};
use crate::origin::Origin;
use proptest::prelude::*;

fn accepts(kind: &Kind, text: &str) -> bool {
    let mut automaton: Automaton = kind.automaton().unwrap();
    let mut state = automaton.start().unwrap();
    for byte in text.bytes() {
        match automaton.next(state, byte).unwrap() {
            Some(next) => state = next,
            None => return false,
        }
    }
    automaton.accepts(state).unwrap()
}

#[test]
fn kinds_of_origins() {
    // The text; whether it is an origin, one with a dot at the end of its host, one of the web
    // that is not beneath 127.0.0.0/8, one that cannot be forged on the way.
    let table = [
        ("https://example.com", [true, false, true, true]),
        ("https://a_b.example.com:8443", [true, false, true, true]),
        ("http://example.com", [true, false, true, false]),
        ("http://example.com:443", [true, false, true, false]),
        ("http://localhost:3000", [true, false, true, true]),
        ("http://a.localhost", [true, false, true, true]),
        ("http://alocalhost", [true, false, true, false]),
        ("http://127.0.0.1:8080", [true, false, false, true]),
        ("https://127.255.0.1", [true, false, false, true]),
        ("https://128.0.0.1", [true, false, true, true]),
        ("http://10.0.0.255", [true, false, true, false]),
        ("http://[::1]:3000", [true, false, true, true]),
        ("https://[2001:db8::1]", [true, false, true, true]),
        ("https://1.example", [true, false, true, true]),
        ("https://example.com:1", [true, false, true, true]),
        ("https://example.com:44", [true, false, true, true]),
        ("https://example.com:444", [true, false, true, true]),
        ("https://example.com:4430", [true, false, true, true]),
        ("https://example.com:80", [true, false, true, true]),
        ("https://example.com:65535", [true, false, true, true]),
        ("https://example.com:65536", [false; 4]),
        ("https://example.com:443", [false; 4]),
        ("https://example.com:0", [false; 4]),
        ("https://example.com:01", [false; 4]),
        ("https://example.com:", [false; 4]),
        ("http://example.com:80", [false; 4]),
        ("https://example.com/", [false; 4]),
        ("https://Example.com", [false; 4]),
        ("https://a..example", [false; 4]),
        ("https://", [false; 4]),
        ("https://256.0.0.1", [false; 4]),
        ("https://10.0.0", [false; 4]),
        ("https://a.1", [false; 4]),
        ("https://a@example.com", [false; 4]),
        ("example.com", [false; 4]),
        ("null", [false; 4]),
        ("wss://example.com", [false; 4]),
        ("file://", [false; 4]),
        ("https://example.com.", [false, true, true, false]),
        ("http://example.com.:8080", [false, true, true, false]),
        ("https://10.0.0.1.", [false; 4]),
        ("httpsx://example.com", [true, false, false, true]),
        ("h://a", [true, false, false, true]),
        ("w://a", [true, false, false, true]),
        ("app://.", [true, false, false, true]),
        ("capacitor://", [true, false, false, true]),
        ("chrome-extension://abc", [true, false, false, true]),
        ("file+x://abc", [true, false, false, true]),
        ("1a://abc", [false; 4]),
    ];
    for (text, expected) in table {
        let found = [&ORIGIN, &DOTTED, &WEB, &SECURE].map(|kind| accepts(kind, text));
        assert_eq!(found, expected, "{text}");
    }
}

const STRICT: Limits = Limits {
    only_secure: true,
    only_known_domains: true,
    allow_null: false,
    any_domain: false,
    is_public_suffix: None,
};

#[test]
fn suffixes_are_those_of_whole_labels() {
    for (source, expected) in [
        (r"https://[a-z]+\.example\.(com|org)(:\d+)?", &["example.com", "example.org"][..]),
        (r"https://(app|admin)\.example\.com", &["example.com"]),
        (r"https://[a-z]+\.example\.com\.?", &["example.com", "example.com."]),
        (r"http://localhost(:\d+)?|https://[a-z]+\.test", &["localhost", "test"]),
        (r"https://10\.0\.0\.[12]|https://\[::[23]\]", &["10.0.0.1", "10.0.0.2", "[::2]", "[::3]"]),
        (r"https://wiki|tauri://[a-z]+", &["wiki"]),
        (r"http://127\.[0-9.]+", &[]),
    ] {
        let shared = Shared::new(&anchor(source)).unwrap();
        let product = Product::new(&shared, &WEB).unwrap();
        let expected = expected.iter().map(|suffix| (*suffix).to_owned()).collect();
        assert_eq!(suffix::suffixes(&product, suffix::is_domain), Suffixes::Few(expected));
    }
}

/// Expressions that `string_regex` can make texts for.
fn expression() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("[a-z0-9-]+"),
        Just("[a-z.]*"),
        Just("[ab.]{1,3}"),
        Just("app"),
        Just("1"),
        Just("[0-9]+"),
        Just(r"\."),
        Just(r"\."),
        Just("example"),
        Just("com"),
        Just("(com|org)"),
        Just("(com|)"),
        Just(r"(example\.)?"),
        Just(r"(\.|-)"),
        Just(r"\x2e"),
        Just("localhost"),
        Just(r"([a-c]+\.)*"),
    ];
    let scheme = prop_oneof![Just("https://"), Just("https?://"), Just("(https|a)://")];
    let end = prop_oneof![Just(""), Just("(:[1-9][0-9]{1,3})?"), Just(r"\.?"), Just("[:.]?[1-9]?")];
    (scheme, proptest::collection::vec(piece, 1..6), end)
        .prop_map(|(scheme, host, end)| format!("{scheme}{}{end}", host.concat()))
}

fn expression_and_texts() -> impl Strategy<Value = (String, Vec<String>)> {
    expression().prop_flat_map(|source| {
        let text = proptest::string::string_regex(&source).unwrap();
        (Just(source), proptest::collection::vec(text, 24))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    /// What an accepted expression matches ends in one of its suffixes, at the beginning of a
    /// label; what matches nothing matches no text made from it.
    #[test]
    fn analysis_against_texts((source, texts) in expression_and_texts()) {
        let result = evaluate(&source, STRICT);
        let shared = Shared::new(&anchor(&source)).unwrap();
        let product = Product::new(&shared, &WEB).unwrap();
        let suffixes = suffix::suffixes(&product, suffix::is_domain);
        for text in texts {
            let Ok(origin) = text.parse::<Origin>() else { continue };
            let known = accepts(&ORIGIN, &text) || accepts(&DOTTED, &text);
            prop_assert!(known, "{}", text);
            let nothing = super::PolicyErrorKind::RegexMatchesNoOrigin;
            prop_assert_ne!(result.clone(), Err(nothing), "{} {}", source, text);
            let web = origin.scheme() != "a";
            if let (true, Ok(()), Suffixes::Few(suffixes)) = (web, &result, &suffixes) {
                let known = suffixes.iter().any(|suffix| {
                    let rest = origin.host().strip_suffix(suffix.as_str());
                    rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
                });
                prop_assert!(known, "{} {} {:?}", source, text, suffixes);
            }
        }
    }
}
