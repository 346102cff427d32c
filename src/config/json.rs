//! JSON as in [RFC 8259](https://www.rfc-editor.org/rfc/rfc8259): without comments and trailing
//! commas.

use super::{
    document::{At, Entry, Integer, Lines, Node, Value},
    error::{ConfigError, ConfigErrorKind as Kind, ConfigErrors},
    quotes::Quotes,
};
use jsonc_parser::{CollectOptions, ParseOptions, ast, common::Ranged, parse_to_ast};

const NOTHING_EXTRA: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
};

pub(super) fn parse(text: &str, document: &At) -> Result<Node, ConfigErrors> {
    let lines = Lines::of(text, document);
    check_syntax(text, document)?;
    // Read once more, for the places of keys and values.
    let parsed = parse_to_ast(text, &CollectOptions::default(), &NOTHING_EXTRA);
    let value = parsed.ok().and_then(|parsed| parsed.value);
    let unread = || syntax_error(document, None, "the document is empty".to_owned());
    Ok(node(value.ok_or_else(unread)?, &lines))
}

/// `serde_json` is exact about the syntax, and limits how deep values nest, except where it ignores
/// them. `jsonc_parser` has no limit.
fn check_syntax(text: &str, document: &At) -> Result<(), ConfigErrors> {
    if text.trim_ascii().is_empty() {
        return Err(syntax_error(document, None, "the document is empty".to_owned()).into());
    }
    serde_json::from_str::<serde_json::Value>(text).map(drop).map_err(|error| {
        let place = format!(" at line {} column {}", error.line(), error.column());
        let why = error.to_string().replace(&place, "");
        let is_escape = why == "invalid escape";
        let error = syntax_error(&document.on_line(error.line()), Some(error.column()), why);
        if is_escape {
            error.advice("in JSON, write each backslash twice").into()
        } else {
            error.into()
        }
    })
}

fn syntax_error(at: &At, column: Option<usize>, why: String) -> ConfigError {
    let reason = match column {
        Some(column) => format!("syntax error at column {column}: {why}"),
        None => format!("syntax error: {why}"),
    };
    ConfigError::new(at, "", Kind::Syntax(why), reason)
}

fn node(value: ast::Value<'_>, lines: &Lines<'_>) -> Node {
    let at = lines.at(value.range().start).with_quotes(Quotes::Escaped);
    let value = match value {
        ast::Value::StringLit(text) => Value::String(text.value.into_owned()),
        ast::Value::NumberLit(number) => Integer::new(number.value, 10, number.value)
            .map_or(Value::Other("a float"), Value::Integer),
        ast::Value::BooleanLit(boolean) => Value::Boolean(boolean.value),
        ast::Value::Array(array) => {
            Value::Array(array.elements.into_iter().map(|item| node(item, lines)).collect())
        }
        ast::Value::Object(object) => Value::Table(
            object
                .properties
                .into_iter()
                .map(|property| Entry {
                    at: lines.at(property.range.start),
                    key: property.name.into_string(),
                    node: node(property.value, lines),
                })
                .collect(),
        ),
        ast::Value::NullKeyword(_) => Value::Other("null"),
    };
    Node { at, value }
}
