//! The matcher against a naive one.

use super::draw::{Draw, origin_text};
use tower_cors::{Origin, OriginPattern, origin::OriginSet};

const LABELS: &[&str] = &["a", "b", "aa", "ab", "a-b", "example", "1", "com", "app-1", "localhost"];

pub(super) fn run(data: &[u8]) {
    let mut draw = Draw::new(data);
    let count = draw.below(24);
    let mut patterns = Vec::new();
    for _ in 0..count {
        let text = if draw.below(8) == 0 { origin_text(&mut draw) } else { pattern(&mut draw) };
        patterns.extend(text.parse::<OriginPattern>());
    }
    let set = patterns.iter().cloned().collect::<OriginSet>();
    for _ in 0..12 {
        let text = if draw.below(8) == 0 { origin_text(&mut draw) } else { origin(&mut draw) };
        let Ok(origin) = text.parse::<Origin>() else { continue };
        let mut any = false;
        for pattern in &patterns {
            let expected = naive(pattern.as_str(), origin.as_str());
            assert_eq!(pattern.matches(&origin), expected, "{pattern} {origin}");
            any |= expected;
        }
        assert_eq!(set.contains(&origin), any, "{patterns:?} {origin}");
        if draw.is_empty() {
            break;
        }
    }
}

fn labels(draw: &mut Draw<'_>, least: usize) -> String {
    let count = least + draw.below(4);
    let labels = (0..count).map(|_| draw.pick(LABELS)).collect::<Vec<_>>();
    labels.join(".")
}

fn pattern(draw: &mut Draw<'_>) -> String {
    let scheme = draw.pick(&["https", "http", "app"]);
    let star = draw.pick(&["", "*.", "*-x.", "a*.", "a*b.", "app-*.", "*a."]);
    let port = draw.pick(&["", "", ":*", ":8080", ":1"]);
    format!("{scheme}://{star}{}{port}", labels(draw, 2))
}

fn origin(draw: &mut Draw<'_>) -> String {
    let scheme = draw.pick(&["https", "http", "app"]);
    let dot = draw.pick(&["", "", "", "."]);
    let port = draw.pick(&["", "", ":8080", ":1", ":8081"]);
    format!("{scheme}://{}{dot}{port}", labels(draw, 1))
}

/// As the documentation says it, by comparing texts.
pub(super) fn naive(pattern: &str, origin: &str) -> bool {
    if origin == "null" {
        return false;
    }
    let (pattern_scheme, pattern_host, pattern_port) = split(pattern);
    let (scheme, host, port) = split(origin);
    if pattern_scheme != scheme || (pattern_port != ":*" && pattern_port != port) {
        return false;
    }
    if pattern_host == "*" {
        return !host.is_empty();
    }
    if let Some(domain) = pattern_host.strip_prefix("*.") {
        return host.strip_suffix(domain).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'));
    }
    let Some((before, after)) = pattern_host.split_once('*') else { return pattern_host == host };
    let rest = host.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.contains('.'))
}

/// Scheme, host and port, the latter with its colon.
fn split(text: &str) -> (&str, &str, &str) {
    let (scheme, rest) = text.split_once("://").expect("it parsed");
    let host_end = match rest.find(']') {
        Some(bracket) => bracket + 1,
        None => rest.rfind(':').unwrap_or(rest.len()),
    };
    (scheme, &rest[..host_end], &rest[host_end..])
}
