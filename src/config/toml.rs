//! TOML.

use super::{
    document::{Entry, Lines, Node, Value},
    error::{ConfigError, ConfigErrorKind as Kind},
};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

pub(super) fn parse(text: &str) -> Result<Node, ConfigError> {
    let lines = Lines::of(text);
    let table = DeTable::parse(text).map_err(|error| {
        let line = error.span().map(|span| lines.at(span.start));
        let message = error.message().lines().collect::<Vec<_>>().join(", ");
        ConfigError::of_document(line, Kind::Syntax(message))
    })?;
    let span = table.span();
    Ok(Node { line: Some(lines.at(span.start)), value: from_table(table.into_inner(), &lines) })
}

fn from_table(table: DeTable<'_>, lines: &Lines) -> Value {
    let entries = table.into_iter().map(|(key, value)| Entry {
        line: Some(lines.at(key.span().start)),
        key: key.into_inner().into_owned(),
        node: node(value, lines),
    });
    Value::Table(entries.collect())
}

fn node(value: Spanned<DeValue<'_>>, lines: &Lines) -> Node {
    let line = Some(lines.at(value.span().start));
    let value = match value.into_inner() {
        DeValue::String(text) => Value::String(text.into_owned()),
        DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix())
            .map_or(Value::Other("an integer of more than 64 bits"), Value::Integer),
        DeValue::Boolean(boolean) => Value::Boolean(boolean),
        DeValue::Array(items) => {
            Value::Array(items.into_iter().map(|item| node(item, lines)).collect())
        }
        DeValue::Table(table) => from_table(table, lines),
        DeValue::Float(_) => Value::Other("a float"),
        DeValue::Datetime(_) => Value::Other("a date"),
    };
    Node { line, value }
}
