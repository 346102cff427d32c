//! TOML.

use super::{
    document::{At, Entry, Integer, Lines, Node, Value},
    error::{ConfigError, ConfigErrorKind as Kind, ConfigErrors},
    keys,
};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

pub(super) fn parse(text: &str, document: &At) -> Result<Node, ConfigErrors> {
    let lines = Lines::of(text, document);
    let table =
        DeTable::parse(text).map_err(|error| syntax_error(text, &lines, document, &error))?;
    let span = table.span();
    Ok(Node { at: lines.at(span.start), value: from_table(table.into_inner(), &lines) })
}

fn syntax_error(
    text: &str,
    lines: &Lines<'_>,
    document: &At,
    error: &toml::de::Error,
) -> ConfigError {
    let mut why = error.message().lines().collect::<Vec<_>>().join(", ");
    let Some(span) = error.span() else {
        return ConfigError::new(
            document,
            "",
            Kind::Syntax(why.clone()),
            format!("syntax error: {why}"),
        );
    };
    if why == "duplicate key" {
        let key = text.get(span.clone()).unwrap_or_default().trim();
        why = format!("the key `{}` is set twice", keys::shown(key));
    }
    let column = lines.column(span.start);
    let reason = format!("syntax error at column {column}: {why}");
    ConfigError::new(&lines.at(span.start), "", Kind::Syntax(why), reason)
}

fn from_table(table: DeTable<'_>, lines: &Lines<'_>) -> Value {
    let entries = table.into_iter().map(|(key, value)| Entry {
        at: lines.at(key.span().start),
        key: key.into_inner().into_owned(),
        node: node(value, lines),
    });
    Value::Table(entries.collect())
}

fn node(value: Spanned<DeValue<'_>>, lines: &Lines<'_>) -> Node {
    let span = value.span();
    // Other strings are in single quotes, and have no escapes.
    let has_escapes = lines.text.get(span.clone()).is_some_and(|text| text.starts_with('"'));
    let at = lines.at(span.start).of_string(has_escapes);
    let value = match value.into_inner() {
        DeValue::String(text) => Value::String(text.into_owned()),
        DeValue::Integer(integer) => {
            let text = lines.text.get(span).unwrap_or(integer.as_str());
            Integer::new(integer.as_str(), integer.radix(), text)
                .map_or(Value::Other("not a valid integer"), Value::Integer)
        }
        DeValue::Boolean(boolean) => Value::Boolean(boolean),
        DeValue::Array(items) => {
            Value::Array(items.into_iter().map(|item| node(item, lines)).collect())
        }
        DeValue::Table(table) => from_table(table, lines),
        DeValue::Float(_) => Value::Other("a float"),
        DeValue::Datetime(_) => Value::Other("a date"),
    };
    Node { at, value }
}
