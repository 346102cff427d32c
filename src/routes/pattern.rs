//! A path pattern, parsed: `/api/{id}`, `/files/{*rest}`.

use super::error::PolicyListErrorKind as Kind;

/// A path pattern. A request's path matches it segment by segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    pub(super) segments: Vec<Segment>,
    /// With `{*rest}` at the end: the text before it in its segment. It matches whatever begins
    /// with that text and goes on.
    pub(super) rest: Option<String>,
}

/// What stands between two slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Segment {
    Literal(String),
    /// `{id}`, which matches one or more bytes, with the literal text around it.
    Parameter {
        prefix: String,
        suffix: String,
    },
}

/// A segment as it was written; `{*rest}` may only be the last.
enum Written {
    Segment(Segment),
    Rest(String),
}

/// In the samples of a pattern: a text that stands for any other. No raw path has it, as it is a
/// control character.
const UNWRITTEN: &str = "\u{1}";

impl Pattern {
    /// Parses what begins with a slash.
    pub(super) fn parse(text: &str) -> Result<Self, Kind> {
        let mut pattern = Self { segments: Vec::new(), rest: None };
        for text in text.strip_prefix('/').ok_or(Kind::RelativePath)?.split('/') {
            if pattern.rest.is_some() {
                return Err(Kind::RestNotLast);
            }
            match parse_segment(text)? {
                Written::Segment(segment) => pattern.segments.push(segment),
                Written::Rest(prefix) => pattern.rest = Some(prefix),
            }
        }
        Ok(pattern)
    }

    /// Paths that stand for all that this pattern matches: what covers them covers all.
    ///
    /// A parameter becomes a text that no other pattern has, so that only a parameter covers it.
    /// `{*rest}` becomes one such segment, one with a slash after it, an empty one before it, and
    /// more of them than any pattern has.
    pub(super) fn samples(&self) -> Vec<String> {
        let mut head = String::new();
        for segment in &self.segments {
            head.push('/');
            match segment {
                Segment::Literal(text) => head.push_str(text),
                Segment::Parameter { prefix, suffix } => {
                    head.extend([prefix, UNWRITTEN, suffix]);
                }
            }
        }
        let Some(prefix) = &self.rest else { return vec![head] };
        let one = UNWRITTEN;
        let many = vec![one; 64].join("/");
        [one, &format!("{one}/"), &format!("/{one}"), &many]
            .map(|rest| format!("{head}/{prefix}{rest}"))
            .to_vec()
    }
}

fn parse_segment(text: &str) -> Result<Written, Kind> {
    let (prefix, parameter) = literal(text)?;
    let Some(parameter) = parameter else { return Ok(Written::Segment(Segment::Literal(prefix))) };
    let (name, after) = parameter.split_once('}').ok_or(Kind::InvalidParameter)?;
    let (suffix, second) = literal(after)?;
    if second.is_some() {
        return Err(Kind::TwoParameters);
    }
    let (rest, name) = name.strip_prefix('*').map_or((false, name), |name| (true, name));
    match (rest, suffix.is_empty()) {
        _ if name.is_empty() || name.contains(['{', '*']) => Err(Kind::InvalidParameter),
        (true, true) => Ok(Written::Rest(prefix)),
        (true, false) => Err(Kind::RestNotLast),
        (false, _) => Ok(Written::Segment(Segment::Parameter { prefix, suffix })),
    }
}

/// The literal text that this begins with, where `{{` and `}}` are braces, and what follows the
/// first `{` that begins a parameter.
fn literal(text: &str) -> Result<(String, Option<&str>), Kind> {
    let mut literal = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, brace, after) = (&rest[..at], &rest[at..=at], &rest[at + 1..]);
        literal.push_str(before);
        match after.strip_prefix(brace) {
            Some(after) => {
                literal.push_str(brace);
                rest = after;
            }
            None if brace == "{" => return Ok((literal, Some(after))),
            None => return Err(Kind::InvalidParameter),
        }
    }
    literal.push_str(rest);
    Ok((literal, None))
}

#[cfg(test)]
mod tests {
    use super::{Kind, Pattern, Segment};

    #[test]
    fn patterns() {
        let literal = |text: &str| Segment::Literal(text.to_owned());
        let parameter = |prefix: &str, suffix: &str| Segment::Parameter {
            prefix: prefix.to_owned(),
            suffix: suffix.to_owned(),
        };
        for (text, segments, rest) in [
            ("/", vec![literal("")], None),
            ("/a/", vec![literal("a"), literal("")], None),
            ("/a/{id}", vec![literal("a"), parameter("", "")], None),
            ("/v{id}.json", vec![parameter("v", ".json")], None),
            ("/{{a}}/{b}}}", vec![literal("{a}"), parameter("", "}")], None),
            ("/a/{*rest}", vec![literal("a")], Some("")),
            ("/a/b-{*rest}", vec![literal("a")], Some("b-")),
        ] {
            let rest = rest.map(str::to_owned);
            assert_eq!(Pattern::parse(text), Ok(Pattern { segments, rest }), "{text}");
        }
        for (text, kind) in [
            ("a", Kind::RelativePath),
            ("/{}", Kind::InvalidParameter),
            ("/{*}", Kind::InvalidParameter),
            ("/{a", Kind::InvalidParameter),
            ("/a}", Kind::InvalidParameter),
            ("/a}b}", Kind::InvalidParameter),
            ("/{a/b}", Kind::InvalidParameter),
            ("/{a}{b}", Kind::TwoParameters),
            ("/{a}-{*b}", Kind::TwoParameters),
            ("/{*a}.json", Kind::RestNotLast),
            ("/{*a}/b", Kind::RestNotLast),
            ("/{*a}/", Kind::RestNotLast),
        ] {
            assert_eq!(Pattern::parse(text), Err(kind), "{text}");
        }
    }
}
