//! A whole document to a list of policies.

use super::{
    document::{At, Entry, Node, Value},
    error::{ConfigError, ConfigErrorKind as Kind, ConfigErrors},
    format::Format,
    keys::{LIST_KEY, SCHEMA_KEY, is_entry_key, is_policy_key},
    policy::{policy, stand_in},
    reader::{Reader, is_table_around},
};
use crate::routes::{PolicyEntry, PolicyList, PolicyListError, PolicyListErrorKind};
use std::slice;

/// The list of a document: its `[[policy]]` tables, or one entry for a flat policy.
pub(super) fn policies(document: &Node) -> Result<PolicyList, ConfigErrors> {
    let Value::Table(entries) = &document.value else {
        let reason = format!("the document is {}", document.type_name());
        let error = ConfigError::new(&document.at, "", Kind::WrongType, reason);
        return Err(error
            .advice(format!("write {} of settings", document.at.format().a_table()))
            .into());
    };
    match entries.iter().find(|entry| entry.key == LIST_KEY) {
        None => flat(&document.at, entries),
        Some(list) => several(&document.at, entries, list),
    }
}

fn flat(at: &At, entries: &[Entry]) -> Result<PolicyList, ConfigErrors> {
    // What is missing is missing in the file, not on its first line.
    let at = at.without_line();
    let mut reader = Reader::new("", &at, entries);
    reader.check_keys(|key| is_policy_key(key) || key == SCHEMA_KEY);
    reader.check_schema_key();
    let policy = policy(&mut reader);
    let mut errors = reader.errors;
    for table in entries.iter().filter(|entry| is_table_around(entry)) {
        errors.extend(inside(table));
    }
    ConfigErrors::check_sorted(errors)?;
    Ok(policy.into())
}

/// The errors of the settings in a table such as `[cors]`, so that all are reported at once. Their
/// places are those that the settings have at the top level, where they belong.
fn inside(table: &Entry) -> Vec<ConfigError> {
    let errors = policies(&table.node).err();
    let errors = errors.iter().flatten();
    // What is missing there may stand at the top level, which reports it.
    errors.filter(|error| *error.kind() != Kind::MissingKey).cloned().collect()
}

fn several(at: &At, entries: &[Entry], list: &Entry) -> Result<PolicyList, ConfigErrors> {
    let mut errors = beside_the_list(at, entries, list);
    // What is not an array is read as an entry that is not a table.
    let (items, is_array) = match &list.node.value {
        Value::Array(items) => (&items[..], true),
        _ => (slice::from_ref(&list.node), false),
    };
    let mut builder = PolicyList::builder();
    let mut stand_ins = Vec::new();
    for (i, item) in items.iter().enumerate() {
        let table = if is_array { format!("{LIST_KEY}[{i}]") } else { LIST_KEY.to_owned() };
        let read = match &item.value {
            Value::Table(entries) if is_array => {
                let mut reader = Reader::new(&table, &item.at, entries);
                let read = entry(&mut reader, i);
                errors.append(&mut reader.errors);
                read
            }
            _ => {
                errors.push(not_an_entry(item, table, is_array));
                let entry = PolicyEntry::new(stand_in(false)).paths([path(i)]);
                Read { entry, paths_stand_in: true, policy_stands_in: true }
            }
        };
        builder = builder.entry(read.entry);
        stand_ins.push((read.paths_stand_in, read.policy_stands_in));
    }

    let built = builder.build();
    for error in built.as_ref().err().into_iter().flatten() {
        let stands_in = |i| stand_ins.get(i).copied().unwrap_or_default();
        let (paths, policy) = error.entry().map(stands_in).unwrap_or_default();
        let is_of_stand_in = match error.kind() {
            PolicyListErrorKind::DeadScope { .. } => paths,
            PolicyListErrorKind::DifferentInScope { earlier, .. } => {
                policy || stands_in(*earlier).1
            }
            _ => false,
        };
        if !is_of_stand_in {
            errors.push(of_list(error, list, items));
        }
    }
    ConfigErrors::check_sorted(errors)?;
    Ok(built.unwrap_or_else(|errors| unreachable!("all of them were collected: {errors}")))
}

fn not_an_entry(item: &Node, place: String, is_in_array: bool) -> ConfigError {
    let format = item.at.format();
    let reason = match format {
        Format::Environment => "cannot be set here: variables hold one policy".to_owned(),
        _ => format!("is {}", item.type_name()),
    };
    let advice = if is_in_array { format.write_entry() } else { format.write_list() };
    ConfigError::new(&item.at, place, Kind::WrongType, reason).advice(advice)
}

fn beside_the_list(at: &At, entries: &[Entry], list: &Entry) -> Vec<ConfigError> {
    let mut reader = Reader::new("", at, entries);
    reader.check_keys(|key| {
        [LIST_KEY, SCHEMA_KEY].contains(&key) || is_policy_key(key) || is_entry_key(key)
    });
    reader.check_schema_key();
    for beside in
        entries.iter().filter(|entry| is_policy_key(&entry.key) || is_entry_key(&entry.key))
    {
        let reason = format!("cannot be combined with {}", list.at.format().list());
        let error = reader.error(&beside.at, &beside.key, Kind::Conflict, reason);
        reader.errors.push(error.advice(beside.at.format().move_into_entry()));
    }
    check_values(&mut reader);
    let mut errors = reader.errors;
    for table in entries.iter().filter(|entry| is_table_around(entry)) {
        errors.extend(inside(table));
    }
    errors
}

/// The errors of the values of all keys, wherever the keys belong. What is missing may stand there.
fn check_values(reader: &mut Reader<'_>) {
    policy(reader);
    reader.errors.retain(|error| *error.kind() != Kind::MissingKey);
    reader.name();
    reader.boolean("off");
    reader.boolean("shadow");
    let errors = reader.errors.len();
    let Some(paths) = reader.texts("paths").filter(|_| reader.errors.len() == errors) else {
        return;
    };
    let entry = PolicyEntry::new(stand_in(false)).paths(paths.to_strings());
    for error in PolicyList::builder().entry(entry).build().err().iter().flatten() {
        let (at, place) = match (error.path().and_then(|i| paths.get(i)), reader.get("paths")) {
            (Some(path), _) => (path.at.clone(), path.place.clone()),
            (None, Some(key)) => (key.at.clone(), reader.place("paths")),
            (None, None) => continue,
        };
        reader.errors.push(ConfigError::of_list(&at, place, error.clone()));
    }
}

/// An entry as it was read.
struct Read {
    entry: PolicyEntry,
    /// Whether its paths take the place of others that have errors.
    paths_stand_in: bool,
    /// Whether its policy may take the place of one that has errors.
    policy_stands_in: bool,
}

/// A path for the entry at this position, in place of those that it should have.
fn path(i: usize) -> String {
    format!("/stand-in.invalid/{i}")
}

fn entry(reader: &mut Reader<'_>, i: usize) -> Read {
    reader.check_keys(|key| is_policy_key(key) || is_entry_key(key));
    let name = reader.name();
    let errors = reader.errors.len();
    let paths = reader.texts("paths");
    let paths_stand_in = reader.errors.len() > errors;
    let errors = reader.errors.len();
    let off = reader.boolean("off");
    let mut entry = if off {
        check_off(reader);
        PolicyEntry::off()
    } else {
        PolicyEntry::new(policy(reader))
    };
    let policy_stands_in = reader.errors.len() > errors;
    if let Some(name) = name {
        entry = entry.named(name);
    }
    if reader.boolean("shadow") && !off {
        entry = entry.shadow();
    }
    let entry = match paths {
        _ if paths_stand_in => entry.paths([path(i)]),
        Some(paths) => entry.paths(paths.to_strings()),
        None => entry,
    };
    Read { entry, paths_stand_in, policy_stands_in }
}

fn check_off(reader: &mut Reader<'_>) {
    for beside in
        reader.entries().iter().filter(|entry| is_policy_key(&entry.key) || entry.key == "shadow")
    {
        let reason = "cannot be combined with `off`".to_owned();
        let error = reader.error(&beside.at, &beside.key, Kind::Conflict, reason);
        reader.errors.push(error.advice("remove one of the two"));
    }
}

/// The place of a list's error: that of the path or key in its entry, of the entry, or of the list.
fn of_list(error: &PolicyListError, list: &Entry, items: &[Node]) -> ConfigError {
    let Some((i, item)) = error.entry().and_then(|i| Some((i, items.get(i)?))) else {
        return ConfigError::of_list(&list.at, LIST_KEY.to_owned(), error.clone());
    };
    let key = error.key();
    let entry = match &item.value {
        Value::Table(entries) => {
            let name = key.split('[').next().unwrap_or_default();
            entries.iter().find(|entry| entry.key == name)
        }
        _ => None,
    };
    let path = error.path().and_then(|j| match &entry?.node.value {
        Value::Array(paths) => Some(&paths.get(j)?.at),
        _ => None,
    });
    let at = path.or(entry.map(|entry| &entry.at)).unwrap_or(&item.at);
    let dot = if key.is_empty() { "" } else { "." };
    ConfigError::of_list(at, format!("{LIST_KEY}[{i}]{dot}{key}"), error.clone())
}
