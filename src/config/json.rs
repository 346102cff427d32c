//! JSON as in [RFC 8259](https://www.rfc-editor.org/rfc/rfc8259): without comments and trailing
//! commas.

use super::{
    document::{At, Entry, Lines, Node, Value},
    error::{ConfigError, ConfigErrorKind as Kind, ConfigErrors},
};
use jsonc_parser::{CollectOptions, ParseOptions, ast, common::Ranged, parse_to_ast};

const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

pub(super) fn parse(text: &str, document: &At) -> Result<Node, ConfigErrors> {
    let lines = Lines::of(text, document);
    let error_at = |offset: usize, why: String| {
        let reason = format!("syntax error at column {}: {why}", lines.column(offset));
        ConfigError::new(&lines.at(offset), "", Kind::Syntax(why), reason)
    };
    if let Some(at) = raw_control_character(text) {
        return Err(
            error_at(at, "a control character in a string must be escaped".to_owned()).into()
        );
    }
    let parsed = parse_to_ast(text, &CollectOptions::default(), &STRICT)
        .map_err(|error| error_at(error.range().start, error.kind().to_string().to_lowercase()))?;
    let empty = || {
        let why = "the document is empty".to_owned();
        ConfigError::new(document, "", Kind::Syntax(why.clone()), format!("syntax error: {why}"))
    };
    Ok(node(parsed.value.ok_or_else(empty)?, &lines))
}

/// Where a string has a control character that is not escaped, which the parser lets pass.
fn raw_control_character(text: &str) -> Option<usize> {
    let (mut in_string, mut escaped) = (false, false);
    text.bytes().position(|b| {
        let wrong = in_string && b < 0x20;
        in_string ^= b == b'"' && !escaped;
        escaped = in_string && b == b'\\' && !escaped;
        wrong
    })
}

fn node(value: ast::Value<'_>, lines: &Lines<'_>) -> Node {
    let at = lines.at(value.range().start);
    let value = match value {
        ast::Value::StringLit(text) => Value::String(text.value.into_owned()),
        ast::Value::NumberLit(number) => {
            let whole = number.value.trim_start_matches('-').bytes().all(|b| b.is_ascii_digit());
            let other = if whole { "an integer of more than 64 bits" } else { "a float" };
            number.value.parse().map_or(Value::Other(other), Value::Integer)
        }
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
