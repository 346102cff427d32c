//! Reading the keys of one table: their types, their values, their errors.

use super::{
    document::{At, Entry, Node, Value},
    duration,
    error::{ConfigError, ConfigErrorKind as Kind},
    format::Format,
    keys::{self, ALLOW_ORIGIN_REGEX, LIST_KEY, SCHEMA_KEY},
};
use crate::policy::InnerHeaders;
use std::{collections::HashSet, time::Duration};

/// A table being read: its place, and the errors found so far.
pub(super) struct Reader<'a> {
    /// Such as `policy[1]`; empty for the document as a whole.
    table: &'a str,
    at: &'a At,
    entries: &'a [Entry],
    /// The keys that unknown keys were probably meant to be.
    meant: Vec<&'static str>,
    pub(super) errors: Vec<ConfigError>,
}

/// The texts of one key.
#[derive(Debug, Default)]
pub(super) struct Texts {
    /// Whether it was one string, which may be split at its commas.
    pub(super) one_string: bool,
    pub(super) items: Vec<Item>,
}

/// One text with its place.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) at: At,
    pub(super) place: String,
    pub(super) text: String,
}

impl Texts {
    /// The text that the item at this position of the policy's list comes from.
    pub(super) fn get(&self, index: usize) -> Option<&Item> {
        self.items.get(if self.one_string { 0 } else { index })
    }

    pub(super) fn to_strings(&self) -> Vec<String> {
        self.items.iter().map(|item| item.text.clone()).collect()
    }
}

/// Whether this is a table such as `[cors]`, with policies' keys in it.
pub(super) fn is_table_around(entry: &Entry) -> bool {
    match &entry.node.value {
        Value::Table(table) => has_list(table) || !meant(table).is_empty(),
        _ => false,
    }
}

/// Whether this is an empty variable of a setting for which that does not count as unset.
fn is_blank(node: &Node, key: &str) -> bool {
    let is_blank = matches!(&node.value, Value::String(text) if text.trim().is_empty());
    is_blank && node.at.format() == Format::Environment && keys::is_protection(key)
}

fn has_list(table: &[Entry]) -> bool {
    table.iter().any(|entry| entry.key == LIST_KEY)
}

/// What the keys of a table were meant to be.
fn meant(table: &[Entry]) -> Vec<&'static str> {
    table.iter().filter_map(|entry| keys::meant(&entry.key)).collect()
}

impl<'a> Reader<'a> {
    pub(super) fn new(table: &'a str, at: &'a At, entries: &'a [Entry]) -> Self {
        Self { table, at, entries, meant: Vec::new(), errors: Vec::new() }
    }

    pub(super) fn at(&self) -> &'a At {
        self.at
    }

    pub(super) fn entries(&self) -> &'a [Entry] {
        self.entries
    }

    pub(super) fn get(&self, key: &str) -> Option<&'a Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// The place of a key: `policy[1].max_age`.
    pub(super) fn place(&self, key: &str) -> String {
        let dot = if self.table.is_empty() { "" } else { "." };
        format!("{}{dot}{key}", self.table)
    }

    pub(super) fn error(&self, at: &At, key: &str, kind: Kind, reason: String) -> ConfigError {
        ConfigError::new(at, self.place(key), kind, reason)
    }

    /// Reports keys that do not exist, and those that are set twice.
    pub(super) fn check_keys(&mut self, known: impl Fn(&str) -> bool) {
        let mut seen = HashSet::new();
        for entry in self.entries {
            let key = keys::shown(&entry.key);
            if !known(&entry.key) {
                let error = self.unknown_key(entry, &key);
                self.errors.push(error);
            } else if !seen.insert(&entry.key) {
                let reason = "is set twice".to_owned();
                let error = self.error(&entry.at, &key, Kind::DuplicateKey, reason);
                self.errors.push(error.advice("remove one"));
            }
        }
    }

    fn unknown_key(&mut self, entry: &Entry, key: &str) -> ConfigError {
        let misplaced =
            |reason: &str| self.error(&entry.at, key, Kind::UnknownKey, reason.to_owned());
        if keys::is_entry_key(&entry.key) {
            return misplaced("only applies to an entry of a list")
                .advice(entry.at.format().move_into_list());
        }
        if entry.key == SCHEMA_KEY {
            return misplaced("only applies to the whole file").advice("move it to the top level");
        }
        if entry.key == LIST_KEY {
            return misplaced("cannot be nested").advice("move the entries to the top level");
        }
        let variable = entry.at.variable();
        let reason = match variable {
            Some(variable) => format!("unknown variable `{}`", keys::shown(variable)),
            None => format!("unknown key `{key}`"),
        };
        let error = self.error(&entry.at, key, Kind::UnknownKey, reason).printed_in(self.table);
        let advice = match self.table_around(entry) {
            Some(advice) => advice,
            None => match keys::meant(&entry.key) {
                Some(meant) if self.table.is_empty() && keys::is_entry_key(meant) => {
                    self.meant.push(meant);
                    entry.at.format().write_in_list(meant)
                }
                Some(meant) => {
                    self.meant.push(meant);
                    match variable.and_then(|name| name.get(..name.len() - entry.key.len())) {
                        Some(prefix) => format!("did you mean `{prefix}{}`?", meant.to_uppercase()),
                        None => format!("did you mean `{meant}`?"),
                    }
                }
                None => "remove it".to_owned(),
            },
        };
        error.advice(advice)
    }

    /// What to do with a table that has policies' keys in it, such as `[cors]`.
    fn table_around(&mut self, entry: &Entry) -> Option<String> {
        let key = keys::shown(&entry.key);
        match &entry.node.value {
            Value::Table(table) => {
                self.meant.extend(meant(table));
                if has_list(table) {
                    self.meant.push("allow_origin");
                }
                is_table_around(entry).then(|| {
                    let table = entry.at.format().table();
                    let place =
                        if has_list(self.entries) { "in an entry" } else { "at the top level" };
                    format!("remove the {table} `{key}` and write its keys {place}")
                })
            }
            Value::Array(items) => {
                let tables = items.iter().filter_map(|item| match &item.value {
                    Value::Table(table) => Some(meant(table)),
                    _ => None,
                });
                let found = tables.flatten().collect::<Vec<_>>();
                self.meant.extend(&found);
                (!found.is_empty()).then(|| format!("did you mean `{LIST_KEY}`?"))
            }
            _ => None,
        }
    }

    /// Reports that no origins are given, unless another error says why.
    pub(super) fn check_origins_are_given(&mut self) -> bool {
        let names = ["allow_origin", ALLOW_ORIGIN_REGEX];
        if names.iter().any(|name| self.get(name).is_some()) {
            return true;
        }
        // What is off needs no origins, and a key that was meant to say so is an error already.
        let is_off =
            self.get("off").is_some_and(|off| !matches!(off.node.value, Value::Boolean(false)));
        let is_meant = |meant: &&str| names.contains(meant) || *meant == "off";
        if !is_off && !self.meant.iter().any(is_meant) {
            let key = names[0];
            let reason = match self.at.variable() {
                Some(prefix) => {
                    format!("missing or empty variable `{prefix}{}`", key.to_uppercase())
                }
                None => format!("missing key `{key}`"),
            };
            let error = self.error(self.at, key, Kind::MissingKey, reason).printed_in(self.table);
            self.errors.push(error.advice("name the origins that may call, or write \"*\""));
        }
        false
    }

    fn wrong_type(&mut self, key: &str, node: &Node, expected: &str) {
        let (reason, advice) = match (node.at.format(), &node.value) {
            (Format::Environment, _) if is_blank(node, key) => {
                let reason = "is empty, and an empty variable does not turn this check off";
                (reason.to_owned(), format!("write {expected}, or unset the variable"))
            }
            // All that a variable holds is a string.
            (Format::Environment, Value::String(_)) => {
                ("is not a valid value".to_owned(), format!("write {expected}"))
            }
            (Format::Environment, Value::Other(name)) => {
                (format!("is {name}"), "write it in UTF-8".to_owned())
            }
            _ => (format!("is {}", node.type_name()), format!("write {expected}")),
        };
        let error = self.error(&node.at, key, Kind::WrongType, reason);
        let error = match &node.value {
            Value::String(text) if text.len() <= 64 && !is_blank(node, key) => {
                error.with_value(text)
            }
            _ => error,
        };
        self.errors.push(error.advice(advice));
    }

    /// The address of a JSON Schema is for editors. Here, only its type matters.
    pub(super) fn check_schema_key(&mut self) {
        if let Some(Entry { node, .. }) = self.get(SCHEMA_KEY) {
            if !matches!(node.value, Value::String(_)) {
                self.wrong_type(SCHEMA_KEY, node, "a string");
            }
        }
    }

    pub(super) fn boolean(&mut self, key: &str) -> bool {
        let Some(entry) = self.get(key) else { return false };
        if let Value::Boolean(boolean) = entry.node.value {
            return boolean;
        }
        self.wrong_type(key, &entry.node, "true or false");
        false
    }

    /// Whether a key is `true`; reports nothing.
    pub(super) fn is_true(&self, key: &str) -> bool {
        self.get(key).is_some_and(|entry| matches!(entry.node.value, Value::Boolean(true)))
    }

    /// The texts of a key; `None` if the key is missing.
    pub(super) fn texts(&mut self, key: &str) -> Option<Texts> {
        let node = &self.get(key)?.node;
        Some(match &node.value {
            Value::String(_) if is_blank(node, key) => {
                self.wrong_type(key, node, "the hosts that the server answers for");
                Texts::default()
            }
            Value::String(text) => {
                let item = Item { at: node.at.clone(), place: self.place(key), text: text.clone() };
                Texts { one_string: true, items: vec![item] }
            }
            Value::Array(items) => Texts { one_string: false, items: self.items(key, items) },
            _ => {
                self.wrong_type(key, node, "a string or an array of strings");
                Texts::default()
            }
        })
    }

    fn items(&mut self, key: &str, items: &[Node]) -> Vec<Item> {
        let mut texts = Vec::new();
        for (i, item) in items.iter().enumerate() {
            let key = format!("{key}[{i}]");
            if let Value::String(text) = &item.value {
                let (at, place) = (item.at.clone(), self.place(&key));
                texts.push(Item { at, place, text: text.clone() });
            } else {
                self.wrong_type(&key, item, "a string");
            }
        }
        texts
    }

    pub(super) fn name(&mut self) -> Option<String> {
        let key = "name";
        let node = &self.get(key)?.node;
        match &node.value {
            Value::String(name) if !name.is_empty() => return Some(name.clone()),
            Value::String(_) => {
                let error = self.error(&node.at, key, Kind::WrongValue, "is empty".to_owned());
                self.errors.push(error.advice("choose a name, or remove the key"));
            }
            _ => self.wrong_type(key, node, "a string"),
        }
        None
    }

    pub(super) fn max_age(&mut self) -> Option<Duration> {
        let key = "max_age";
        let node = &self.get(key)?.node;
        let (read, text) = match &node.value {
            Value::Integer(seconds) => (duration::from_seconds(seconds.value), &seconds.text),
            Value::String(text) => (duration::parse(text), text),
            _ => {
                self.wrong_type(key, node, "seconds, or a string such as \"10m\"");
                return None;
            }
        };
        match read {
            Ok(max_age) => Some(max_age),
            Err(problem) => {
                let format = node.at.format();
                let reason = problem.reason(format).to_owned();
                let error = self.error(&node.at, key, Kind::WrongValue, reason).with_value(text);
                self.errors.push(error.advice(problem.advice(text, format)));
                None
            }
        }
    }

    pub(super) fn preflight_status(&mut self) -> Option<u16> {
        let key = "preflight_status";
        let expected = "a number from 200 to 299";
        let node = &self.get(key)?.node;
        let Value::Integer(status) = &node.value else {
            self.wrong_type(key, node, expected);
            return None;
        };
        let number = u16::try_from(status.value).ok();
        if number.is_none() {
            let reason = "is not a valid status".to_owned();
            let error = self.error(&node.at, key, Kind::WrongValue, reason);
            let error = error.with_value(&status.text);
            self.errors.push(error.advice(format!("write {expected}")));
        }
        number
    }

    pub(super) fn inner_headers(&mut self) -> InnerHeaders {
        let key = "inner_headers";
        let expected = "\"replace\" or \"keep\"";
        let Some(entry) = self.get(key) else { return InnerHeaders::default() };
        match &entry.node.value {
            Value::String(text) if text == "replace" => return InnerHeaders::Replace,
            Value::String(text) if text == "keep" => return InnerHeaders::Keep,
            Value::String(text) => {
                let reason = "is not a valid choice".to_owned();
                let error = self.error(&entry.node.at, key, Kind::WrongValue, reason);
                self.errors.push(error.with_value(text).advice(format!("write {expected}")));
            }
            _ => self.wrong_type(key, &entry.node, expected),
        }
        InnerHeaders::default()
    }
}
