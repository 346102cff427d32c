//! TOML.

use super::{
    document::{At, Entry, Integer, Lines, Node, Value},
    error::{ConfigError, ConfigErrorKind as Kind, ConfigErrors},
    keys,
    quotes::Quotes,
};
use std::path::Path;
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
    let (at, reason, is_escape) = match error.span() {
        Some(span) => {
            if why == "duplicate key" {
                let key = text.get(span.clone()).unwrap_or_default().trim();
                why = format!("the key `{}` is set twice", keys::shown(key));
            }
            let reason = format!("syntax error at column {}: {why}", lines.column(span.start));
            let before = text.get(..span.start).unwrap_or_default();
            (lines.at(span.start), reason, before.ends_with('\\'))
        }
        None => (document.clone(), format!("syntax error: {why}"), false),
    };
    let error = ConfigError::new(&at, "", Kind::Syntax(why), reason);
    match document.file() {
        _ if is_escape => error.advice("in TOML, write regular expressions in single quotes"),
        Some(file) if !is_toml(file) => {
            error.advice("policy files are TOML or, if their name ends in `.json`, JSON")
        }
        _ => error,
    }
}

fn is_toml(file: &Path) -> bool {
    file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml"))
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
    let written = lines.text.get(span.clone()).unwrap_or_default();
    let has_escapes = written.starts_with('"') && written.contains('\\');
    let quotes = if has_escapes { Quotes::Escaped } else { Quotes::Literal };
    let at = lines.at(span.start).with_quotes(quotes);
    let value = match value.into_inner() {
        DeValue::String(text) => Value::String(text.into_owned()),
        DeValue::Integer(integer) => Integer::new(integer.as_str(), integer.radix(), written)
            .map_or(Value::Other("not a valid integer"), Value::Integer),
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
