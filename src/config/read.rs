//! From a document to policies: every key, every error.

use super::{
    document::{Entry, Node, Value},
    error::{ConfigError, ConfigErrorKind as Kind, ConfigErrors},
    keys::{ENTRY_KEYS, ListItem, Reader},
};
use crate::{
    policy::{Policy, PolicyError, PolicyErrorKind, Setting},
    routes::{PolicyEntry, PolicyList, PolicyListError},
};
use std::collections::HashMap;

/// The list of a document: its `[[policy]]` tables, or one entry for a flat policy.
pub(super) fn policies(document: &Node) -> Result<PolicyList, ConfigErrors> {
    let Value::Table(entries) = &document.value else {
        let text =
            format!("the document is {}: write a table of settings", document.value.type_name());
        return Err(ConfigError::new(document.line, "", Kind::WrongType, text).into());
    };
    match entries.iter().find(|entry| entry.key == "policy") {
        None => flat(entries),
        Some(list) => several(entries, list),
    }
}

fn flat(entries: &[Entry]) -> Result<PolicyList, ConfigErrors> {
    let mut reader = Reader::new(String::new(), entries);
    reader.check_keys(is_setting);
    let policy = policy(&mut reader);
    ConfigErrors::check_sorted(reader.errors)?;
    Ok(policy.into())
}

fn several(entries: &[Entry], list: &Entry) -> Result<PolicyList, ConfigErrors> {
    let mut errors = Vec::new();
    let mut top = Reader::new(String::new(), entries);
    top.check_keys(|key| key == "policy" || is_setting(key) || ENTRY_KEYS.contains(&key));
    for beside in entries
        .iter()
        .filter(|entry| is_setting(&entry.key) || ENTRY_KEYS.contains(&entry.key.as_str()))
    {
        let text = "stands beside [[policy]]: move it into an entry".to_owned();
        top.error(beside.line, &beside.key, Kind::Conflict, text);
    }
    errors.append(&mut top.errors);

    let mut builder = PolicyList::builder();
    let tables = tables(&list.node, &mut errors);
    for (i, (line, table)) in tables.iter().enumerate() {
        let mut reader = Reader::new(format!("policy[{i}]."), table);
        builder = builder.entry(entry(&mut reader, *line));
        errors.append(&mut reader.errors);
    }
    let built = builder.build();
    // Of tables that are no tables nothing is known, and their numbers would be wrong.
    if let (Err(list_errors), true) = (&built, tables.len() == array_len(&list.node)) {
        errors.extend(list_errors.iter().map(|error| of_list(error, list.line, &tables)));
    }
    ConfigErrors::check_sorted(errors)?;
    built.map_err(|_| ConfigError::new(list.line, "policy", Kind::WrongType, "is no list").into())
}

type Table<'a> = (Option<usize>, &'a [Entry]);

fn array_len(list: &Node) -> usize {
    if let Value::Array(items) = &list.value { items.len() } else { usize::MAX }
}

fn tables<'a>(list: &'a Node, errors: &mut Vec<ConfigError>) -> Vec<Table<'a>> {
    let wrong = |line, place: String, value: &Value| {
        let text = format!("is {}: write [[policy]] tables", value.type_name());
        ConfigError::new(line, place, Kind::WrongType, text)
    };
    let Value::Array(items) = &list.value else {
        errors.push(wrong(list.line, "policy".to_owned(), &list.value));
        return Vec::new();
    };
    let mut tables = Vec::new();
    for (i, item) in items.iter().enumerate() {
        match &item.value {
            Value::Table(entries) => tables.push((item.line, &entries[..])),
            other => errors.push(wrong(item.line, format!("policy[{i}]"), other)),
        }
    }
    tables
}

fn is_setting(key: &str) -> bool {
    let read =
        |setting: &&Setting| !matches!(setting, Setting::Presets | Setting::CheckPublicSuffixes);
    Setting::ALL.iter().filter(read).any(|setting| setting.as_str() == key)
}

fn entry(reader: &mut Reader<'_>, line: Option<usize>) -> PolicyEntry {
    reader.check_keys(|key| is_setting(key) || ENTRY_KEYS.contains(&key));
    let name = reader.name();
    let mistyped = reader.errors.len();
    let paths = reader.list("paths", false);
    let mistyped = reader.errors.len() > mistyped;
    let mut entry = if reader.boolean("off") {
        check_off(reader);
        PolicyEntry::off()
    } else {
        PolicyEntry::new(policy_at(reader, line))
    };
    if let Some(name) = name {
        entry = entry.named(name);
    }
    match paths {
        // What is wrong with them is said; meanwhile the entry has a path that is nobody else's.
        Some(_) if mistyped => entry.paths([format!("/stand-in/{}", line.unwrap_or_default())]),
        Some(paths) => entry.paths(paths.into_iter().map(|item| item.text)),
        None => entry,
    }
}

fn check_off(reader: &mut Reader<'_>) {
    for beside in reader.entries.iter().filter(|entry| is_setting(&entry.key)) {
        let text =
            "stands beside `off`, which leaves the paths wholly alone: leave it out".to_owned();
        reader.error(beside.line, &beside.key, Kind::Conflict, text);
    }
}

fn policy(reader: &mut Reader<'_>) -> Policy {
    policy_at(reader, None)
}

/// The policy of a table that begins at `line`. Where it has errors, they are the reader's, and
/// the policy one that stands for it while the rest of the document is checked.
fn policy_at(reader: &mut Reader<'_>, line: Option<usize>) -> Policy {
    let mut lists = HashMap::new();
    let mut list = |reader: &mut Reader<'_>, setting: Setting| {
        let items = reader.list(setting.as_str(), true).unwrap_or_default();
        let texts = items.iter().map(|item| item.text.clone()).collect::<Vec<_>>();
        lists.insert(setting, items);
        texts
    };
    let mut builder = Policy::builder()
        .allow_origin(list(reader, Setting::AllowOrigin))
        .allow_methods(list(reader, Setting::AllowMethods))
        .allow_headers(list(reader, Setting::AllowHeaders))
        .expose_headers(list(reader, Setting::ExposeHeaders));
    if let Some(max_age) = reader.max_age() {
        builder = builder.max_age(max_age);
    }
    if let Some(status) = reader.preflight_status() {
        builder = builder.preflight_status_number(status);
    }
    let mut boolean = |setting: Setting| reader.boolean(setting.as_str());
    let enforce = boolean(Setting::Enforce);
    let builder = builder
        .allow_credentials(boolean(Setting::AllowCredentials))
        .allow_private_network(boolean(Setting::AllowPrivateNetwork))
        .timing_allow_origin(boolean(Setting::TimingAllowOrigin))
        .enforce(enforce)
        .preflight_continue(boolean(Setting::PreflightContinue))
        .dangerously_allow_null_origin(boolean(Setting::DangerouslyAllowNullOrigin))
        .dangerously_allow_insecure_origins(boolean(Setting::DangerouslyAllowInsecureOrigins))
        .dangerously_allow_public_suffix_subdomains(boolean(
            Setting::DangerouslyAllowPublicSuffixSubdomains,
        ))
        .inner_headers(reader.inner_headers());

    let origin_key = Setting::AllowOrigin.as_str();
    let origin_missing = reader.get(origin_key).is_none();
    if origin_missing {
        let text = "is missing: name the origins that may call, or \"*\"".to_owned();
        reader.error(line, origin_key, Kind::MissingKey, text);
    }
    let origin_place = format!("{}{origin_key}", reader.prefix);
    let mistyped = reader
        .errors
        .iter()
        .any(|error| *error.kind() == Kind::WrongType && error.place().starts_with(&origin_place));
    match builder.build() {
        Ok(policy) => policy,
        Err(errors) => {
            for error in &errors {
                // No origin is left because there was none, or none of the right type: that is
                // said.
                let no_origin = *error.kind() == PolicyErrorKind::NoOrigin;
                if !(no_origin && (origin_missing || mistyped)) {
                    let error = of_policy(error, reader, &lists);
                    reader.errors.push(error);
                }
            }
            stand_in(enforce)
        }
    }
}

fn stand_in(enforce: bool) -> Policy {
    let builder = Policy::builder().allow_origin("https://stand-in.invalid").enforce(enforce);
    match builder.build() {
        Ok(policy) => policy,
        Err(errors) => unreachable!("it is valid: {errors}"),
    }
}

/// The place of a policy's error: that of the item in its list, or of the key.
fn of_policy(
    error: &PolicyError,
    reader: &Reader<'_>,
    lists: &HashMap<Setting, Vec<ListItem>>,
) -> ConfigError {
    let key = error.setting().as_str();
    let item = error.index().and_then(|i| lists.get(&error.setting())?.get(i));
    let (line, place) = match item {
        Some(item) => (item.line, item.place.clone()),
        None => (reader.get(key).and_then(|entry| entry.line), format!("{}{key}", reader.prefix)),
    };
    ConfigError::new(line, place, Kind::Policy(error.kind().clone()), error.text())
}

/// The place of a list's error: that of the path or key in its entry, of the entry, or of the list.
fn of_list(error: &PolicyListError, list_line: Option<usize>, tables: &[Table<'_>]) -> ConfigError {
    let kind = Kind::PolicyList(error.kind());
    let Some((i, (table_line, table))) = error.entry().and_then(|i| Some((i, tables.get(i)?)))
    else {
        return ConfigError::new(list_line, "policy", kind, error.text());
    };
    let place = error.place();
    let key = place.split('[').next().unwrap_or_default();
    let entry = table.iter().find(|entry| entry.key == key);
    let path_line = error.path().and_then(|j| match &entry?.node.value {
        Value::Array(paths) => paths.get(j)?.line,
        _ => None,
    });
    let line = path_line.or(entry.and_then(|entry| entry.line)).or(*table_line);
    let dot = if place.is_empty() { "" } else { "." };
    ConfigError::new(line, format!("policy[{i}]{dot}{place}"), kind, error.text())
}
