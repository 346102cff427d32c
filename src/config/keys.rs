//! Reading one key: its type, its value, its errors.

use super::{
    document::{Entry, Node, Value},
    error::{ConfigError, ConfigErrorKind as Kind},
};
use crate::{
    comma,
    policy::{InnerHeaders, PolicyError, PolicyErrorKind, Setting},
    similar,
};
use std::time::Duration;

/// The keys that an entry of a list has beside the settings.
pub(super) const ENTRY_KEYS: [&str; 3] = ["name", "paths", "off"];

/// A string that stands in a list, with its place.
pub(super) struct ListItem {
    pub(super) line: Option<usize>,
    pub(super) place: String,
    pub(super) text: String,
}

/// A table being read: its place, and the errors found so far.
pub(super) struct Reader<'a> {
    /// Empty, or ends in a dot.
    pub(super) prefix: String,
    pub(super) entries: &'a [Entry],
    pub(super) errors: Vec<ConfigError>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(prefix: String, entries: &'a [Entry]) -> Self {
        Self { prefix, entries, errors: Vec::new() }
    }

    pub(super) fn get(&self, key: &str) -> Option<&'a Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    pub(super) fn error(&mut self, line: Option<usize>, key: &str, kind: Kind, text: String) {
        self.errors.push(ConfigError::new(line, format!("{}{key}", self.prefix), kind, text));
    }

    fn wrong_type(&mut self, key: &str, node: &Node, expected: &str) {
        let text = format!("is {}: write {expected}", node.value.type_name());
        self.error(node.line, key, Kind::WrongType, text);
    }

    /// Reports keys that do not exist, and those that stand twice.
    pub(super) fn check_keys(&mut self, known: impl Fn(&str) -> bool) {
        let entries = self.entries;
        for (i, entry) in entries.iter().enumerate() {
            let key = shown(&entry.key);
            if !known(&entry.key) {
                let advice = unknown_key_advice(&entry.key);
                self.error(entry.line, &key, Kind::UnknownKey, format!("is no key{advice}"));
            } else if entries[..i].iter().any(|earlier| earlier.key == entry.key) {
                let text = "stands here twice: leave one out".to_owned();
                self.error(entry.line, &key, Kind::DuplicateKey, text);
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

    /// The strings of a list; `None` where the key is not there. One string is a list: split at its
    /// commas, if `split`.
    pub(super) fn list(&mut self, key: &str, split: bool) -> Option<Vec<ListItem>> {
        let node = &self.get(key)?.node;
        let place = format!("{}{key}", self.prefix);
        Some(match &node.value {
            Value::String(text) if split => {
                let item = |text: &str| ListItem {
                    line: node.line,
                    place: place.clone(),
                    text: text.to_owned(),
                };
                comma::split(text).map(item).collect()
            }
            Value::String(text) => vec![ListItem { line: node.line, place, text: text.clone() }],
            Value::Array(items) => self.items(key, items),
            _ => {
                self.wrong_type(key, node, "a string or an array of strings");
                Vec::new()
            }
        })
    }

    fn items(&mut self, key: &str, items: &[Node]) -> Vec<ListItem> {
        let mut list = Vec::new();
        for (i, item) in items.iter().enumerate() {
            let key = format!("{key}[{i}]");
            if let Value::String(text) = &item.value {
                let place = format!("{}{key}", self.prefix);
                list.push(ListItem { line: item.line, place, text: text.clone() });
            } else {
                self.wrong_type(&key, item, "a string");
            }
        }
        list
    }

    pub(super) fn name(&mut self) -> Option<String> {
        let node = &self.get("name")?.node;
        match &node.value {
            Value::String(name) if !name.is_empty() => return Some(name.clone()),
            Value::String(_) => {
                let text = "is empty: choose a name, or leave the key out".to_owned();
                self.error(node.line, "name", Kind::WrongValue, text);
            }
            _ => self.wrong_type("name", node, "a string"),
        }
        None
    }

    pub(super) fn max_age(&mut self) -> Option<Duration> {
        let key = Setting::MaxAge.as_str();
        let node = &self.get(key)?.node;
        let (max_age, written) = match &node.value {
            Value::Integer(seconds) => (u64::try_from(*seconds).ok(), seconds.to_string()),
            Value::String(text) => (duration(text), format!("{text:?}")),
            _ => {
                self.wrong_type(key, node, "seconds, or a string such as \"10m\"");
                return None;
            }
        };
        if max_age.is_some_and(|seconds| seconds > 86_400) {
            // Said here, where the value is still as it was written.
            let error = PolicyError::new(Setting::MaxAge, PolicyErrorKind::MaxAgeTooLong);
            let error = error.with_value(written.trim_matches('"'));
            self.error(node.line, key, Kind::Policy(error.kind().clone()), error.text());
            return None;
        }
        if max_age.is_none() {
            let suggestion =
                "write seconds, or a whole number and one of s, m, h, d, as in \"10m\"";
            let text = format!("{written} is no duration: {suggestion}");
            self.error(node.line, key, Kind::WrongValue, text);
        }
        max_age.map(Duration::from_secs)
    }

    pub(super) fn preflight_status(&mut self) -> Option<u16> {
        let key = Setting::PreflightStatus.as_str();
        let node = &self.get(key)?.node;
        let Value::Integer(status) = node.value else {
            self.wrong_type(key, node, "a number from 200 to 299");
            return None;
        };
        let number = u16::try_from(status).ok();
        if number.is_none() {
            let text = format!("\"{status}\" is no status: write a number from 200 to 299");
            self.error(node.line, key, Kind::WrongValue, text);
        }
        number
    }

    pub(super) fn inner_headers(&mut self) -> InnerHeaders {
        let key = Setting::InnerHeaders.as_str();
        let expected = "\"replace\" or \"keep\"";
        let Some(entry) = self.get(key) else { return InnerHeaders::default() };
        match &entry.node.value {
            Value::String(text) if text == "replace" => return InnerHeaders::Replace,
            Value::String(text) if text == "keep" => return InnerHeaders::Keep,
            Value::String(text) => {
                let text = format!("{text:?} is no choice: write {expected}");
                self.error(entry.node.line, key, Kind::WrongValue, text);
            }
            _ => self.wrong_type(key, &entry.node, expected),
        }
        InnerHeaders::default()
    }
}

/// A whole number of one unit, in seconds.
fn duration(text: &str) -> Option<u64> {
    let (unit, seconds) = [("s", 1), ("m", 60), ("h", 3600), ("d", 86_400)]
        .into_iter()
        .find(|(unit, _)| text.ends_with(unit))?;
    let number = text.strip_suffix(unit)?;
    if !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    // What is too long for a number is too long for a `max_age`, and refused as such.
    match number {
        "" => None,
        number => Some(number.parse::<u64>().unwrap_or(u64::MAX).saturating_mul(seconds)),
    }
}

/// A key as it would have to be written, so that an error stays one line.
fn shown(key: &str) -> String {
    let bare =
        !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if bare { key.to_owned() } else { format!("{key:?}") }
}

fn unknown_key_advice(key: &str) -> String {
    if ENTRY_KEYS.contains(&key) {
        return " of a single policy: it stands in a [[policy]] list".to_owned();
    }
    if key == "policy" {
        return " of an entry: lists do not nest".to_owned();
    }
    let plain = |key: &str| key.to_ascii_lowercase().replace(['-', '_', ' '], "");
    let distance = |known: &&&str| similar::distance(&plain(known), &plain(key));
    let known = Setting::ALL.iter().map(|setting| setting.as_str()).chain(ENTRY_KEYS);
    let known = known.collect::<Vec<_>>();
    match known.iter().min_by_key(distance) {
        Some(nearest) if distance(&nearest) <= 3 => format!(": did you mean {nearest:?}?"),
        _ => ": leave it out".to_owned(),
    }
}
