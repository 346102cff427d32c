//! Path patterns: which are valid, what they cover.

use super::error::PolicyListErrorKind as Kind;
use matchit::{InsertError, Router};

/// The paths of one scope.
#[derive(Clone)]
pub(super) struct Paths {
    /// More than one only where patterns overlap (`/a/{x}` and `/a/{y}/`), which one router
    /// refuses.
    routers: Vec<Router<()>>,
    /// As they were given, for finding out whether another scope covers them.
    patterns: Vec<String>,
}

impl Paths {
    /// Of patterns that `check` has let pass.
    pub(super) fn new(patterns: Vec<String>) -> Self {
        let mut routers = Vec::<Router<()>>::new();
        for pattern in &patterns {
            if routers.iter_mut().any(|router| router.insert(pattern, ()).is_ok()) {
                continue;
            }
            let mut router = Router::new();
            if router.insert(pattern, ()).is_ok() {
                routers.push(router);
            }
        }
        Self { routers, patterns }
    }

    pub(super) fn patterns(&self) -> &[String] {
        &self.patterns
    }

    pub(super) fn cover(&self, path: &str) -> bool {
        self.routers.iter().any(|router| router.at(path).is_ok())
    }

    /// Paths that stand for all that these patterns match: what covers them covers all.
    ///
    /// A parameter becomes a segment that nobody writes, so only a parameter covers it. What
    /// follows at the end becomes one such segment, one with a slash after it, an empty one before
    /// it, and more of them than any pattern has.
    pub(super) fn samples(&self) -> impl Iterator<Item = String> {
        self.patterns.iter().flat_map(|pattern| {
            let (head, rest) = match pattern.rfind("{*") {
                Some(at) if !pattern[..at].ends_with('{') => (&pattern[..at], true),
                _ => (pattern.as_str(), false),
            };
            let head = fill_parameters(head);
            let one = UNWRITTEN;
            let many = vec![one; 64].join("/");
            let endings = if rest {
                vec![one.to_owned(), format!("{one}/"), format!("/{one}"), many]
            } else {
                vec![String::new()]
            };
            endings.into_iter().map(move |ending| format!("{head}{ending}"))
        })
    }
}

/// No raw path has it: a control character.
const UNWRITTEN: &str = "\u{1}";

fn fill_parameters(pattern: &str) -> String {
    let mut filled = String::new();
    let mut rest = pattern;
    while let Some(at) = rest.find(['{', '}']) {
        filled.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        rest = &rest[at + 1..];
        if rest.starts_with(brace) {
            // `{{` and `}}` are literal braces.
            filled.push_str(brace);
            rest = &rest[1..];
        } else if brace == "{" {
            filled.push_str(UNWRITTEN);
            rest = rest.split_once('}').map_or("", |(_, after)| after);
        }
    }
    filled + rest
}

/// What is wrong with one path, and the suggestion.
pub(super) fn check(path: &str) -> Result<(), (Kind, Option<String>)> {
    let valid = |suggestion: String| {
        (check(&suggestion).is_ok() && suggestion != path).then_some(suggestion)
    };
    if !path.starts_with('/') {
        return Err((Kind::RelativePath, valid(format!("/{path}"))));
    }
    if let Some(at) = path.find(['?', '#']) {
        return Err((Kind::PathWithQuery, valid(path[..at].to_owned())));
    }
    if path.split('/').any(|text| matches!(segment(text), Segment::Foreign(_))) {
        let corrected = path.split('/').map(|text| match segment(text) {
            Segment::Native => Some(text.to_owned()),
            Segment::Foreign(suggestion) => suggestion,
        });
        let suggestion = corrected.collect::<Option<Vec<_>>>().map(|segments| segments.join("/"));
        return Err((Kind::ForeignPathSyntax, suggestion.and_then(valid)));
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
    match Router::new().insert(path, ()) {
        Ok(()) => Ok(()),
        Err(error) => Err((Kind::InvalidPath(reason(&error)), None)),
    }
}

/// A segment of a path pattern.
enum Segment {
    Native,
    /// Another router's, and what it is here, where that can be said.
    Foreign(Option<String>),
}

/// Whose syntax a segment is in: `:id`, `:path*`, `*`, `*rest`, `<id>`, `<path:rest>`,
/// `{id:[0-9]+}`, `{rest...}`, `[id]`, `(.*)`, `name*`.
fn segment(segment: &str) -> Segment {
    let named = |name: &str, default: &str, star: &str| {
        let end =
            name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(name.len());
        let name = if end == 0 { default } else { &name[..end] };
        Some(format!("{{{star}{name}}}"))
    };
    if let Some(name) = segment.strip_prefix(':') {
        let end = name.find('.').unwrap_or(name.len());
        let star = if name.ends_with(['*', '+']) { "*" } else { "" };
        let suggestion = named(name, "id", star).map(|parameter| parameter + &name[end..]);
        return Segment::Foreign(suggestion);
    }
    if let Some(name) = segment.strip_prefix('*') {
        return Segment::Foreign(named(name.trim_start_matches('*'), "rest", "*"));
    }
    if let Some(name) = segment.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')) {
        let (kind, name) = name.split_once(':').unwrap_or(("", name));
        return Segment::Foreign(named(name, "id", if kind == "path" { "*" } else { "" }));
    }
    let bare = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    match bare.filter(|name| !name.contains(['{', '}'])) {
        Some(name) if name.ends_with("...") => Segment::Foreign(named(name, "rest", "*")),
        Some(name) if name.contains(':') => Segment::Foreign(named(name, "id", "")),
        _ if segment.contains(['(', '[', '\\']) => Segment::Foreign(None),
        None if segment.ends_with('*') => Segment::Foreign(None),
        _ => Segment::Native,
    }
}

/// Whether a URL's path never has this byte as it is ([path percent-encode
/// set](https://url.spec.whatwg.org/#path-percent-encode-set)); braces are the syntax of parameters
/// here.
fn is_unsent(b: u8) -> bool {
    !(0x21..=0x7e).contains(&b) || matches!(b, b'"' | b'<' | b'>' | b'^' | b'`')
}

fn reason(error: &InsertError) -> String {
    match error {
        InsertError::InvalidParamSegment => "one parameter a segment".to_owned(),
        InsertError::InvalidParam => "a parameter needs a name in braces".to_owned(),
        InsertError::InvalidCatchAll => "what follows can only stand at the end".to_owned(),
        other => other.to_string().to_lowercase(),
    }
}
