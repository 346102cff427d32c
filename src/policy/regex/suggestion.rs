//! What was probably meant by an expression that is wrong.

use super::{super::error::PolicyErrorKind as Kind, literal};
use crate::origin::{OriginErrorKind, OriginPattern};
use regex_syntax::ast::{Ast, parse::Parser};

/// What to try, the likeliest first. The caller takes the first that is right.
pub(super) fn suggestions(source: &str, kind: &Kind) -> Vec<String> {
    match kind {
        Kind::Regex { .. } | Kind::RegexUnescapedDot => {
            let pattern = pattern(source).map(|pattern| of_pattern(&pattern));
            let escaped = with_dots_escaped(source);
            let origin = escaped.as_deref().and_then(whole_origin);
            pattern.into_iter().chain(escaped).chain(origin).collect()
        }
        Kind::RegexMatchesNoOrigin | Kind::RegexMatchesTrailingDot => {
            let origin = whole_origin(source);
            let secure = origin.as_deref().and_then(over_https);
            origin.into_iter().chain(secure).collect()
        }
        Kind::Origin(OriginErrorKind::MisspelledScheme) => {
            let corrected = literal::with_scheme_corrected(source);
            let others = corrected.iter().flat_map(|corrected| {
                suggestions(corrected, &Kind::RegexUnescapedDot)
                    .into_iter()
                    .chain(suggestions(corrected, &Kind::RegexMatchesNoOrigin))
            });
            let others = others.collect::<Vec<_>>();
            corrected.into_iter().chain(others).collect()
        }
        Kind::CredentialsWithInsecureOrigin => over_https(source).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn over_https(source: &str) -> Option<String> {
    let rest = source.strip_prefix('^').unwrap_or(source).strip_prefix("http:")?;
    Some(format!("https:{rest}"))
}

/// The origin or pattern that was written where an expression belongs.
fn pattern(source: &str) -> Option<OriginPattern> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".:/*-_".contains(&byte);
    if !source.bytes().all(plain) {
        return None;
    }
    source.parse::<OriginPattern>().or_else(|error| error.suggestion().unwrap_or("").parse()).ok()
}

/// The expression for an origin or a pattern that was written where an expression belongs.
fn of_pattern(pattern: &OriginPattern) -> String {
    let text = pattern.as_str();
    let (text, any_port) = text.strip_suffix(":*").map_or((text, ""), |text| (text, "(:[0-9]+)?"));
    let star = if pattern.host().starts_with("*.") { "[a-z0-9.-]+" } else { "[a-z0-9-]+" };
    let text = text.replace('.', r"\.").replace('[', r"\[").replace(']', r"\]");
    let parts = text.split('*').collect::<Vec<_>>();
    format!("{}{any_port}", parts.join(star))
}

/// `.` as `\.`, and `.*` before a dot as what names are made of. Elsewhere `.*` may mean anything.
fn with_dots_escaped(source: &str) -> Option<String> {
    let mut fixed = String::new();
    let mut rest = source;
    let mut in_class = false;
    while let Some(c) = rest.chars().next() {
        let mut len = c.len_utf8();
        match c {
            '\\' => len += rest[len..].chars().next().map_or(0, char::len_utf8),
            '[' => in_class = true,
            ']' => in_class = false,
            '.' if !in_class => {
                let after = rest[1..].trim_start_matches(['*', '+', '?']);
                match &rest[1..rest.len() - after.len()] {
                    "" if !after.starts_with('{') => fixed.push_str(r"\."),
                    "*" | "+" | "*?" | "+?" if after.starts_with(r"\.") => {
                        fixed.push_str("[a-z0-9.-]+");
                    }
                    _ => return None,
                }
                rest = after;
                continue;
            }
            _ => {}
        }
        fixed.push_str(&rest[..len]);
        rest = &rest[len..];
    }
    Some(fixed)
}

/// What lacks a scheme, or has what no origin has, put right.
fn whole_origin(source: &str) -> Option<String> {
    let mut text = source;
    if let Some(literal) = text.strip_prefix('/') {
        // As JavaScript writes it: `/…/`.
        text = literal.strip_suffix('/').or_else(|| literal.strip_suffix("/i")).unwrap_or(literal);
    }
    text = text.strip_prefix('^').unwrap_or(text);
    text = text.strip_suffix('$').unwrap_or(text);
    for path in ["/?", r"\/?", r"\/", "/"] {
        text = text.strip_suffix(path).unwrap_or(text);
    }
    let lower = lower_case(text);
    let mut text = lower.as_deref().unwrap_or(text);
    for (scheme, port) in [("http:", ":80"), ("https:", ":443")] {
        if text.starts_with(scheme) {
            text = text.strip_suffix(port).unwrap_or(text);
        }
    }
    if let Some(name) = text.strip_suffix(r"\.") {
        // `https://app\.` is the beginning of a name, `https://app\.example\.com\.` a whole one.
        if name.contains(r"\.") {
            text = name;
        }
    }
    if text.ends_with(r"\.") {
        return None;
    }
    if text.contains(r":\/\/") || text.contains("://") {
        return Some(text.to_owned());
    }
    let local = ["localhost", "127", r"\[::1"].iter().any(|host| text.starts_with(host));
    let scheme = if local { "http" } else { "https" };
    let first = if text.starts_with(r"\.") || text.starts_with("[.]") { "[a-z0-9-]+" } else { "" };
    // An alternative would stand beside the scheme, not after it.
    let is_alternation = matches!(Parser::new().parse(text), Ok(Ast::Alternation(_)));
    (!is_alternation).then(|| format!("{scheme}://{first}{text}"))
}

/// `None` where an escape such as `\D` would change its meaning.
fn lower_case(text: &str) -> Option<String> {
    let mut escaped = false;
    for c in text.chars() {
        if escaped && c.is_ascii_alphanumeric() {
            return None;
        }
        escaped = c == '\\' && !escaped;
    }
    let has_groups = text.contains("(?");
    (!has_groups && text.contains(|c: char| c.is_ascii_uppercase()))
        .then(|| text.to_ascii_lowercase())
}
