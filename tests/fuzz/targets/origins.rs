//! Origins and patterns: parse, print, parse.

use super::draw::{Draw, origin_text};
use http::HeaderValue;
use tower_cors::{Origin, OriginPattern};

pub(super) fn run(data: &[u8]) {
    let mut draw = Draw::new(data);
    let text = origin_text(&mut draw);
    match text.parse::<Origin>() {
        Ok(origin) => check_origin(&text, &origin),
        Err(error) => check_line(&error.to_string()),
    }
    match text.parse::<OriginPattern>() {
        Ok(pattern) => check_pattern(&text, &pattern),
        Err(error) => check_line(&error.to_string()),
    }
}

fn check_origin(text: &str, origin: &Origin) {
    assert_eq!(origin.as_str(), text, "printed as it was parsed");
    assert_eq!(origin.to_string().parse::<Origin>().as_ref(), Ok(origin));
    let value = HeaderValue::from_str(text).expect("an origin is a header value");
    assert_eq!(Origin::try_from(&value).as_ref(), Ok(origin), "{text}");
    if origin.is_null() {
        assert_eq!(text, "null");
        return;
    }
    let port = origin.port().map(|port| format!(":{port}")).unwrap_or_default();
    assert_eq!(format!("{}://{}{port}", origin.scheme(), origin.host()), text);
    assert!(
        text.is_ascii() && !text.contains(|c: char| c.is_ascii_control() || c == ' '),
        "{text}"
    );
    if matches!(origin.scheme(), "http" | "https") {
        assert!(!text.contains(|c: char| c.is_ascii_uppercase()), "{text}");
        assert!(!origin.host().is_empty(), "{text}");
    }
}

fn check_pattern(text: &str, pattern: &OriginPattern) {
    assert_eq!(pattern.as_str(), text, "printed as it was parsed");
    assert_eq!(pattern.to_string().parse::<OriginPattern>().as_ref(), Ok(pattern));
    assert_eq!(pattern.is_exact(), !text.contains('*'), "{text}");
    if pattern.is_exact() {
        let origin = text.parse::<Origin>().expect("a pattern without a star is an origin");
        assert!(pattern.matches(&origin), "{text}");
    }
}

/// One line, whatever was typed.
pub(super) fn check_line(message: &str) {
    assert!(!message.is_empty() && !message.contains(char::is_control), "{message:?}");
}
