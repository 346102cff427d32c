//! A policy from environment variables.

use super::{
    document::{At, Entry, Integer, Node, Value},
    keys::{POLICY_KEYS, Type, is_protection},
};
use std::ffi::OsString;

/// A table of the variables that begin with `prefix`, with values of the types that their keys
/// take.
pub(super) fn read(prefix: &str, variables: impl Iterator<Item = (OsString, OsString)>) -> Node {
    let mut entries = variables
        .filter_map(|(name, value)| entry(prefix, name.to_str()?, value))
        .collect::<Vec<_>>();
    // The environment has no order.
    entries.sort_by(|one, other| one.key.cmp(&other.key));
    Node { at: At::in_variable(prefix.to_owned()), value: Value::Table(entries) }.numbered()
}

fn entry(prefix: &str, name: &str, value: OsString) -> Option<Entry> {
    let key = name.strip_prefix(prefix)?;
    // Names are in upper case. In any other case, the key is unknown, as one in upper case is.
    let key = if key.bytes().any(|b| b.is_ascii_lowercase()) {
        key.to_ascii_uppercase()
    } else {
        key.to_ascii_lowercase()
    };
    let takes = POLICY_KEYS.iter().find(|(known, _)| *known == key).map(|(_, takes)| *takes);
    // An unknown variable is an error in any case: it may have been meant for a protection.
    if value.is_empty() && takes.is_some() && !is_protection(&key) {
        return None;
    }
    let value = match value.into_string() {
        Ok(text) => typed(takes, text),
        Err(_) => Value::Other("not valid UTF-8"),
    };
    let at = At::in_variable(name.to_owned());
    Some(Entry { at: at.clone(), key, node: Node { at, value } })
}

/// A text as a value of the type that its key takes, or as a string where it is not one.
fn typed(takes: Option<Type>, text: String) -> Value {
    let typed = match (takes, text.trim()) {
        (Some(Type::Boolean), "true") => Some(Value::Boolean(true)),
        (Some(Type::Boolean), "false") => Some(Value::Boolean(false)),
        // A sign is no more valid here than before a number with a unit.
        (Some(Type::Duration | Type::Status), number) if !number.starts_with('+') => {
            Integer::new(number, 10, &text).map(Value::Integer)
        }
        _ => None,
    };
    typed.unwrap_or(Value::String(text))
}
