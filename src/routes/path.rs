//! Which paths an entry may have: what is wrong with one, and the suggestion.

use super::{error::PolicyListErrorKind as Kind, pattern::Pattern};

/// What is wrong with one path, and the suggestion.
pub(super) fn check(path: &str) -> Result<(), (Kind, Option<String>)> {
    let valid = |suggestion: String| {
        (check(&suggestion).is_ok() && suggestion != path).then_some(suggestion)
    };
    if !path.starts_with('/') {
        return Err((Kind::RelativePath, valid(format!("/{path}"))));
    }
    if let Err(suggestion) = check_syntax(path) {
        return Err((Kind::ForeignPathSyntax, suggestion.and_then(valid)));
    }
    if let Some(at) = path.find(['?', '#']) {
        return Err((Kind::PathWithQuery, valid(path[..at].to_owned())));
    }
    if path.split('/').any(|segment| matches!(segment, "." | "..")) {
        return Err((Kind::DotSegment, None));
    }
    if path.bytes().any(is_unsent) {
        let encode = |b: u8| match b {
            b if is_unsent(b) => format!("%{b:02X}"),
            b => char::from(b).to_string(),
        };
        return Err((Kind::UnencodedPath, valid(path.bytes().map(encode).collect())));
    }
    Pattern::parse(path).map(drop).map_err(|kind| (kind, None))
}

/// Whether no segment is the syntax of another router. The error is the path that was meant, where
/// that is known.
fn check_syntax(path: &str) -> Result<(), Option<String>> {
    // A regular expression for one segment, which itself contains a slash.
    if path.contains("[^/]") {
        return Err(None);
    }
    let segments = path.split('/').map(segment).collect::<Vec<_>>();
    if !segments.iter().any(|segment| matches!(segment, Segment::Foreign(_))) {
        return Ok(());
    }
    let corrected = segments.into_iter().map(|segment| match segment {
        Segment::Native(text) => Some(text.to_owned()),
        Segment::Foreign(suggestion) => suggestion,
    });
    Err(corrected.collect::<Option<Vec<_>>>().map(|segments| segments.join("/")))
}

/// A segment of a path pattern.
enum Segment<'a> {
    Native(&'a str),
    /// Another router's, and what it is here, where that is known.
    Foreign(Option<String>),
}

/// Whose syntax a segment is in. These are another router's: `:id`, `:path*`, `*`, `*rest`,
/// `*.json`, `<id>`, `<path:rest>`, `{id:[0-9]+}`, `{id?}`, `{rest...}`, `[id]`, `[...rest]`,
/// `(.*)`, and whatever has a backslash.
///
/// Brackets, parentheses and stars with other text around them are literal, as in
/// `/wiki/Rust_(disambiguation)`.
fn segment(text: &str) -> Segment<'_> {
    let inside = |begin, end| {
        let inside = text.strip_prefix(begin)?.strip_suffix(end)?;
        (!inside.contains([begin, end])).then_some(inside)
    };
    if let Some(name) = text.strip_prefix(':') {
        let end = name.find('.').unwrap_or(name.len());
        let rest = name.ends_with(['*', '+']);
        return Segment::Foreign(Some(parameter(name, rest) + &name[end..]));
    }
    if let Some(name) = text.strip_prefix('*') {
        let name = name.trim_start_matches('*');
        return Segment::Foreign(Some(match name.find('.') {
            Some(0) => parameter("", false) + name,
            _ => parameter(name, true),
        }));
    }
    if let Some(name) = inside('<', '>') {
        let (kind, name) = name.split_once(':').unwrap_or(("", name));
        return Segment::Foreign(Some(parameter(name, kind == "path")));
    }
    if let Some(name) = inside('{', '}').filter(|name| name.contains([':', '?', '.'])) {
        return Segment::Foreign(Some(parameter(name, name.ends_with("..."))));
    }
    if let Some(name) = inside('[', ']') {
        return Segment::Foreign(Some(match name.strip_prefix("...") {
            Some(name) => parameter(name, true),
            None => parameter(name, false),
        }));
    }
    if let Some(regex) = inside('(', ')').filter(|regex| regex.contains(['*', '+', '|', '.'])) {
        let rest = matches!(regex, ".*" | ".+");
        return Segment::Foreign(rest.then(|| parameter("", true)));
    }
    if text.contains('\\') {
        return Segment::Foreign(None);
    }
    Segment::Native(text)
}

/// A parameter of the name that this text begins with.
fn parameter(text: &str, rest: bool) -> String {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len());
    match (&text[..end], rest) {
        ("", true) => "{*rest}".to_owned(),
        (name, true) => format!("{{*{name}}}"),
        ("", false) => "{id}".to_owned(),
        (name, false) => format!("{{{name}}}"),
    }
}

/// Whether a URL's path never has this byte as it is ([path percent-encode
/// set](https://url.spec.whatwg.org/#path-percent-encode-set)); braces are the syntax of parameters
/// here.
fn is_unsent(b: u8) -> bool {
    !(0x21..=0x7e).contains(&b) || matches!(b, b'"' | b'<' | b'>' | b'^' | b'`')
}
