//! The analysis of expressions against texts that they match.

use super::draw::Draw;
use tower_cors::{AllowOrigin, Origin, Policy, policy::PolicyErrorKind as Kind};

/// Pieces of expressions, each with texts that it matches.
const PIECES: &[(&str, &[&str])] = &[
    (r"\.", &["."]),
    ("example", &["example"]),
    ("com", &["com"]),
    ("[a-z0-9-]+", &["a", "evil", "x-1", "qz7x"]),
    (r"\w+", &["a", "evil", "a_b"]),
    ("[^/]+", &["a.b", "evil.com", "a:1", "x"]),
    ("[a-z.]*", &["", "a.b", "evil.", "com"]),
    ("(com|org)", &["com", "org"]),
    ("(com|)", &["com", ""]),
    (r"(example\.)?", &["example.", ""]),
    (r"\b", &[""]),
    (r"\B", &[""]),
    (r"(\.|-)", &[".", "-"]),
    (r"\x2e", &["."]),
    (r"([a-z]+\.)*", &["", "a.", "a.b."]),
    ("[^.]{0,2}", &["", "a", "ab"]),
    (r"\d+", &["1", "127"]),
    ("localhost", &["localhost"]),
    ("internal", &["internal"]),
    (r"(co\.uk|github\.io)", &["co.uk", "github.io"]),
    (r"127\.0\.0\.1", &["127.0.0.1"]),
    (r"10\.0\.0\.\d+", &["10.0.0.7"]),
    (r"\[::[0-9a-f]+\]", &["[::1]", "[::2]"]),
    ("(?:a{1,3}|b){1,2}", &["a", "ab", "aaab"]),
    (r"\p{Ll}+", &["a", "evil"]),
    ("(?i:A)", &["a"]),
    ("[[:alnum:]&&[^x]]", &["a", "1"]),
    ("$", &[""]),
    ("^", &[""]),
];
const SCHEMES: &[(&str, &[&str])] = &[
    ("https://", &["https://"]),
    ("https://", &["https://"]),
    ("https://", &["https://"]),
    ("https://", &["https://"]),
    ("https?://", &["https://", "http://"]),
    ("^https://", &["https://"]),
    ("", &[""]),
    ("(https://)?", &["https://", ""]),
    ("[a-z]+://", &["https://", "http://", "app://"]),
    ("(?i)HTTPS://", &["https://"]),
    ("chrome-extension://", &["chrome-extension://"]),
    ("(https|app)://", &["https://", "app://"]),
];
/// How hosts end, some of them at known domains.
const TAILS: &[(&str, &[&str])] = &[
    (r"\.example\.com", &[".example.com"]),
    (r"\.com", &[".com"]),
    (r"example\.com", &["example.com"]),
    (r"\.(com|org)", &[".com", ".org"]),
    (r"\.example\.(com|org)", &[".example.com", ".example.org"]),
    (r"(\.example)?\.com", &[".example.com", ".com"]),
    (r"\.internal", &[".internal"]),
    (r"\.example\.[a-z]+", &[".example.com", ".example.evil"]),
    (r"[.-]example\.com", &[".example.com", "-example.com"]),
    (r"(\.example\.com)?", &[".example.com", ""]),
    ("", &[""]),
    (r"\.[a-z]+\.com", &[".evil.com"]),
];
const ENDS: &[(&str, &[&str])] = &[
    ("", &[""]),
    (r"(:\d+)?", &["", ":8443", ":1"]),
    ("$", &[""]),
    (r"\.?", &["", "."]),
    (r":\d{2,4}", &[":8443"]),
    ("/?", &["", "/"]),
    (r"(\.com)?", &["", ".com"]),
];

pub(super) fn run(data: &[u8]) {
    let mut draw = Draw::new(data);
    let (source, texts) = expression(&mut draw);
    let with_credentials = build(&source, true);
    let without = build(&source, false);
    let wholes = anchored(&source);
    for text in &texts {
        let Ok(origin) = text.parse::<Origin>() else { continue };
        if wholes.iter().any(|whole| whole.is_match(text)) {
            check_match(&source, &origin, &with_credentials, &without);
        } else if let Ok(policy) = &without {
            assert!(!grants(policy, text), "{source} grants {text}, which it does not match");
        }
    }
    for suggestion in [&with_credentials, &without] {
        let Err((_, Some(suggestion))) = suggestion else { continue };
        assert!(build(suggestion, false).is_ok(), "{source}: {suggestion}");
    }
}

/// One to three branches, and a text for each.
fn expression(draw: &mut Draw<'_>) -> (String, Vec<String>) {
    let branches = 1 + draw.below(8).saturating_sub(5);
    let mut sources = Vec::new();
    let mut texts = Vec::new();
    for _ in 0..branches {
        let (mut source, mut branch) = (String::new(), vec![String::new(); 3]);
        let mut add = |(piece, samples): (&str, &[&str]), draw: &mut Draw<'_>| {
            source.push_str(piece);
            for text in &mut branch {
                text.push_str(draw.pick(samples));
            }
        };
        add(draw.pick(SCHEMES), draw);
        if draw.flag() {
            for _ in 0..=draw.below(2) {
                add(draw.pick(PIECES), draw);
            }
            add(draw.pick(TAILS), draw);
        } else {
            for _ in 0..draw.below(8) {
                add(draw.pick(PIECES), draw);
            }
        }
        add(draw.pick(ENDS), draw);
        sources.push(source);
        texts.extend(branch);
    }
    if draw.below(16) == 15 {
        // Anything at all.
        sources.push(String::from_utf8_lossy(draw.bytes(40)).into_owned());
    }
    (sources.join("|"), texts)
}

type Built = Result<Policy, (Kind, Option<String>)>;

fn build(source: &str, credentials: bool) -> Built {
    let builder = Policy::builder().allow_origin(AllowOrigin::regex(source));
    builder.allow_credentials(credentials).build().map_err(|errors| {
        let error = errors.iter().next().expect("at least one");
        super::origins::check_line(&error.to_string());
        (error.kind().clone(), error.suggestion().map(str::to_owned))
    })
}

/// The line break ends a comment of `(?x)`, and is in no origin.
fn anchored(source: &str) -> Vec<regex::Regex> {
    [format!(r"\A(?:{source})\z"), format!("\\A(?:{source}\n)\\z")]
        .iter()
        .flat_map(|anchored| regex::Regex::new(anchored))
        .collect()
}

fn grants(policy: &Policy, origin: &str) -> bool {
    let request = http::Request::builder().header("origin", origin).body(());
    let parts = request.expect("a valid request").into_parts().0;
    policy.evaluate(&parts).decision().is_granted()
}

fn check_match(source: &str, origin: &Origin, with: &Built, without: &Built) {
    let text = origin.as_str();
    match without {
        Ok(policy) => assert!(grants(policy, text), "{source} matches {text}"),
        Err((Kind::RegexMatchesNoOrigin, _)) => panic!("{source} matches {text}"),
        Err((Kind::RegexMatchesTrailingDot, _)) => {
            assert!(origin.host().ends_with('.'), "{source} matches {text}");
        }
        Err(_) => {}
    }
    let Ok(policy) = with else { return };
    let secure = origin.scheme() != "http" || origin.is_loopback();
    assert_eq!(grants(policy, text), secure, "{source} {text}");
    for stranger in strangers(origin) {
        assert!(!grants(policy, &stranger), "{source} matches {text}, and grants {stranger}");
    }
}

/// Names that nobody can register, of those above.
const SPECIAL_USE: &[&str] = &["localhost", "internal", "example"];

/// The origin beneath domains that nobody can have written.
fn strangers(origin: &Origin) -> Vec<String> {
    let host = origin.host().trim_end_matches('.');
    let is_address = host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok();
    if !matches!(origin.scheme(), "http" | "https") || is_address {
        return Vec::new();
    }
    let name = "qzvkwxjhbtdp";
    let labels = host.split('.').collect::<Vec<_>>();
    let mut hosts = vec![name.to_owned(), format!("{name}.{name}"), format!("{host}.{name}.com")];
    for at in labels.len().saturating_sub(2)..labels.len() {
        let label = labels[at];
        let mut others = labels.clone();
        others[at] = name;
        let is_special = SPECIAL_USE.contains(&labels[labels.len() - 1]);
        // Beneath a special-use name any name is the owner's.
        if !is_special || at + 1 == labels.len() {
            hosts.push(others.join("."));
            let longer = format!("{name}{label}");
            others[at] = &longer;
            hosts.push(others.join("."));
        }
    }
    let port = origin.port().map(|port| format!(":{port}")).unwrap_or_default();
    let dot = if origin.host().ends_with('.') { "." } else { "" };
    hosts.iter().map(|host| format!("{}://{host}{dot}{port}", origin.scheme())).collect()
}
