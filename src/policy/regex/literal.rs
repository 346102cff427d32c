//! What the text of an expression shows that its automaton does not: a scheme with a typing error is a
//! scheme like any other to the grammar.

use crate::origin::{OriginErrorKind, corrected_scheme, is_misspelled_scheme};

/// What is wrong with what is written literally, if anything is.
pub(super) fn wrong(source: &str) -> Option<OriginErrorKind> {
    if is_null(source) {
        return Some(OriginErrorKind::Null);
    }
    if is_quoted(source) {
        return Some(OriginErrorKind::Quotes);
    }
    let (scheme, _) = split(source)?;
    let is_wrong = match scheme.strip_suffix('?') {
        // `htps?://` matches both.
        Some(longer) => {
            is_misspelled_scheme(longer)
                && is_misspelled_scheme(&longer[..longer.len().saturating_sub(1)])
        }
        None => is_misspelled_scheme(scheme),
    };
    is_wrong.then_some(OriginErrorKind::MisspelledScheme)
}

/// The expression with the scheme that was meant.
pub(super) fn with_scheme_corrected(source: &str) -> Option<String> {
    let (scheme, rest) = split(source)?;
    Some(match scheme.strip_suffix('?') {
        Some(_) => format!("https?{rest}"),
        None => format!("{}{rest}", corrected_scheme(scheme)?),
    })
}

/// Whether it is meant for `Origin: null`.
pub(super) fn is_null(source: &str) -> bool {
    let source = source.strip_prefix('^').unwrap_or(source);
    source.strip_suffix('$').unwrap_or(source) == "null"
}

/// Whether quotation marks or a JSON array are around it.
fn is_quoted(source: &str) -> bool {
    let source = source.trim();
    let array = source.strip_prefix('[').and_then(|inside| inside.strip_suffix(']'));
    let source = array.map_or(source, str::trim);
    ['"', '\'']
        .iter()
        .any(|&mark| source.strip_prefix(mark).is_some_and(|inside| inside.ends_with(mark)))
}

/// The scheme, if it is written in letters, and what follows, from `://` on.
fn split(source: &str) -> Option<(&str, &str)> {
    let source = source.strip_prefix('^').unwrap_or(source);
    let end = source.find(':')?;
    let (scheme, rest) = source.split_at(end);
    let letters = scheme.strip_suffix('?').unwrap_or(scheme);
    let is_literal = !letters.is_empty() && letters.bytes().all(|b| b.is_ascii_lowercase());
    let follows = ["://", r":\/\/"].iter().any(|sign| rest.starts_with(sign));
    (is_literal && follows).then_some((scheme, rest))
}
