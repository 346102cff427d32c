//! Suggestions always parse, and never allow more than was written.

use super::draw::{Draw, PIECES, origin_text};
use tower_cors::{Origin, OriginPattern, Policy, policy::Setting};

pub(super) fn run(data: &[u8]) {
    let mut draw = Draw::new(data);
    let text = origin_text(&mut draw);
    let error = text.parse::<Origin>().err();
    if let Some(suggestion) = error.as_ref().and_then(|error| error.suggestion()) {
        assert!(suggestion.parse::<Origin>().is_ok(), "{text:?}: {suggestion:?}");
        check_names(&text, suggestion);
    }
    let error = text.parse::<OriginPattern>().err();
    if let Some(suggestion) = error.as_ref().and_then(|error| error.suggestion()) {
        assert!(suggestion.parse::<OriginPattern>().is_ok(), "{text:?}: {suggestion:?}");
        check_names(&text, suggestion);
        // What a dot before the domain means to cookies is meant as all subdomains.
        let means_star = text.contains('*') || has_dot_before_name(&text);
        assert!(means_star || !suggestion.contains('*'), "{text:?}: {suggestion:?}");
    }
    check_policy(&mut draw);
}

fn has_dot_before_name(text: &str) -> bool {
    text.match_indices('.').any(|(at, _)| !text[..at].ends_with(char::is_alphanumeric))
}

/// Each label of a suggested name was written.
fn check_names(text: &str, suggestion: &str) {
    let host = suggestion.parse::<OriginPattern>().expect("it parses").host().to_owned();
    let is_address = host.starts_with('[') || host.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if !text.is_ascii() || is_address {
        return;
    }
    let written = text.to_ascii_lowercase();
    for label in host.split('.').filter(|label| *label != "*") {
        let label = label.to_ascii_lowercase();
        assert!(written.contains(&label), "{text:?}: {suggestion:?}");
    }
}

/// The suggestions of a policy's errors build.
fn check_policy(draw: &mut Draw<'_>) {
    let one = || Policy::builder().allow_origin("https://a.example");
    let name = match draw.below(3) {
        0 => draw.text(&["get", "PATCH", "post", "-", " ", "x", "CONNECT", "delete", ","], 4),
        1 => draw.text(&["content", "-", "type", ":", " ", "authorization", "Origin", "*", "x"], 5),
        _ => draw.text(PIECES, 5),
    };
    let built = one().allow_methods([name.as_str()]).allow_headers([name.as_str()]).build();
    let Some(errors) = built.err() else { return };
    for error in &errors {
        super::origins::check_line(&error.to_string());
        let Some(suggestion) = error.suggestion() else { continue };
        let built = match error.setting() {
            Setting::AllowMethods => one().allow_methods([suggestion]).build(),
            Setting::AllowHeaders => one().allow_headers([suggestion]).build(),
            _ => continue,
        };
        assert!(built.is_ok(), "{name:?}: {suggestion:?}");
    }
}
