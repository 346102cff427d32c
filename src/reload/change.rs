//! What changed, in words.

use crate::{
    message::Quoted,
    origin::{Origin, OriginSet},
    policy::{Policy, Setting},
    routes::PolicyList,
};
use std::{
    collections::{BTreeMap, HashSet},
    fmt,
};

/// What differs between two lists of policies. It prints one line for each difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    differences: Vec<Difference>,
}

/// One difference: of which entry, of which setting, in which direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    entry: String,
    setting: Option<Setting>,
    direction: Direction,
    values: Vec<String>,
    form: Form,
}

/// What the values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// What a list has more, or less.
    Items,
    /// What a list that was not there has.
    OnlyItems,
    /// The new value.
    Value,
    /// What happened, in words.
    Words,
}

/// Whether more is allowed than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Direction {
    /// More is allowed.
    Wider,
    /// Less is allowed.
    Narrower,
    /// Something else: an answer's form, an entry's place.
    Other,
}

/// How many values of one difference are printed.
const SHOWN: usize = 10;

impl Change {
    pub(super) fn between(old: &PolicyList, new: &PolicyList) -> Self {
        let (old, new) = (entries(old), entries(new));
        let mut differences = Vec::new();
        for Labelled { label, paths, policy } in &old {
            match new.iter().find(|entry| entry.label == *label) {
                Some(now) => {
                    if now.paths != *paths {
                        differences.push(Difference::of_paths(label, now.paths));
                    }
                    compare(label, *policy, now.policy, &mut differences);
                }
                None => differences.push(Difference::of_entry(label, *policy, false)),
            }
        }
        for entry in new.iter().filter(|new| old.iter().all(|old| old.label != new.label)) {
            differences.push(Difference::of_entry(&entry.label, entry.policy, true));
        }
        let labels = |entries: &[Labelled<'_>]| {
            entries.iter().map(|entry| entry.label.clone()).collect::<Vec<_>>()
        };
        let kept = |labels: Vec<String>, others: &[String]| {
            labels.into_iter().filter(|label| others.contains(label)).collect::<Vec<_>>()
        };
        let (old, new) = (labels(&old), labels(&new));
        let moved = kept(new.clone(), &old);
        if kept(old, &new) != moved {
            differences.push(Difference::of_whole("policies", moved));
        }
        Self { differences }
    }

    /// Whether nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.differences.is_empty()
    }

    /// Whether a setting of an entry allows more than before.
    ///
    /// Entries that are added, removed or moved do not count, nor do changed paths: what they mean
    /// depends on the other entries.
    #[must_use]
    pub fn is_wider(&self) -> bool {
        self.iter().any(|difference| difference.direction == Direction::Wider)
    }

    /// Whether a setting of an entry allows less than before; see [`is_wider`](Self::is_wider).
    #[must_use]
    pub fn is_narrower(&self) -> bool {
        self.iter().any(|difference| difference.direction == Direction::Narrower)
    }

    /// The differences.
    pub fn iter(&self) -> std::slice::Iter<'_, Difference> {
        self.differences.iter()
    }
}

impl<'a> IntoIterator for &'a Change {
    type Item = &'a Difference;
    type IntoIter = std::slice::Iter<'a, Difference>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("nothing changed");
        }
        for (i, difference) in self.differences.iter().enumerate() {
            let line_break = if i == 0 { "" } else { "\n" };
            write!(f, "{line_break}{difference}")?;
        }
        Ok(())
    }
}

impl Difference {
    fn of_entry(label: &str, policy: Option<&Policy>, added: bool) -> Self {
        let what = match (policy, added) {
            (Some(_), true) => "added",
            (Some(_), false) => "removed",
            (None, true) => "added (off)",
            (None, false) => "removed (was off)",
        };
        Self::of_whole(label, vec![what.to_owned()])
    }

    fn of_paths(label: &str, paths: Option<&[String]>) -> Self {
        let paths = paths.map_or("every path".to_owned(), |paths| paths.join(", "));
        Self::of_whole(label, vec![format!("now for {paths}")])
    }

    /// Of an entry as a whole, or of all. Which way that goes depends on the entries around it: its
    /// paths are now governed by another.
    fn of_whole(label: &str, values: Vec<String>) -> Self {
        let (direction, form) = (Direction::Other, Form::Words);
        Self { entry: label.to_owned(), setting: None, direction, values, form }
    }

    fn fmt_items(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, value) in self.values.iter().take(SHOWN).enumerate() {
            let comma = if i == 0 { " " } else { ", " };
            write!(f, "{comma}{}", Quoted(value))?;
        }
        match self.values.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }

    /// The entry: `policy "app"` by name, `policy for /api/{*rest}` by paths, or `policy`.
    #[must_use]
    pub fn entry(&self) -> &str {
        &self.entry
    }

    /// The setting; `None` for the entry as a whole.
    #[must_use]
    pub fn setting(&self) -> Option<Setting> {
        self.setting
    }

    /// Whether it allows more.
    #[must_use]
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// What was added or removed, or the new value.
    #[must_use]
    pub fn values(&self) -> &[String] {
        &self.values
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.entry)?;
        let Some(setting) = self.setting else {
            let order = if self.entry == "policies" { "now in the order " } else { "" };
            return write!(f, ": {order}{}", self.values.join(", "));
        };
        let direction = match self.direction {
            Direction::Wider => "wider",
            Direction::Narrower => "narrower",
            Direction::Other => "",
        };
        write!(f, ": {setting}: ")?;
        match self.form {
            Form::Items => {
                write!(f, "{direction} by")?;
                return self.fmt_items(f);
            }
            Form::OnlyItems => {
                f.write_str("now only")?;
                self.fmt_items(f)?;
            }
            Form::Value if self.values == ["unset"] => f.write_str("no longer set")?,
            // The one value that is a word.
            Form::Value if setting == Setting::InnerHeaders => {
                f.write_str("now")?;
                self.fmt_items(f)?;
            }
            Form::Value => write!(f, "now {}", self.values.join(", "))?,
            Form::Words => f.write_str(&self.values.join(", "))?,
        }
        if direction.is_empty() { Ok(()) } else { write!(f, " ({direction})") }
    }
}

/// An entry of a list.
struct Labelled<'a> {
    label: String,
    paths: Option<&'a [String]>,
    /// `None`: off.
    policy: Option<&'a Policy>,
}

/// The entries, each by a label that is its own.
fn entries(list: &PolicyList) -> Vec<Labelled<'_>> {
    let mut times = BTreeMap::<String, usize>::new();
    let entries = list.entries().map(|(name, paths, policy)| {
        let label = match (name, paths) {
            (Some(name), _) => format!("policy {}", Quoted(name)),
            (None, Some(paths)) => format!("policy for {}", paths.join(", ")),
            (None, None) => "policy".to_owned(),
        };
        let time = times.entry(label.clone()).or_default();
        *time += 1;
        let label = if *time > 1 { format!("{label} ({time})") } else { label };
        Labelled { label, paths, policy }
    });
    entries.collect()
}

fn compare(
    label: &str,
    old: Option<&Policy>,
    new: Option<&Policy>,
    differences: &mut Vec<Difference>,
) {
    let (old, new) = match (old, new) {
        (Some(old), Some(new)) => (old.summary(), new.summary()),
        (None, None) => return,
        (Some(_), None) => {
            return differences.push(Difference::of_whole(label, vec!["now off".to_owned()]));
        }
        (None, Some(_)) => {
            return differences.push(Difference::of_whole(label, vec!["no longer off".to_owned()]));
        }
    };
    let mut push = |setting, direction, values, form| {
        let (entry, setting) = (label.to_owned(), Some(setting));
        differences.push(Difference { entry, setting, direction, values, form });
    };
    for (before, now) in old.into_iter().zip(new) {
        let setting = now.setting;
        if setting == Setting::AllowHosts && before.values.is_empty() != now.values.is_empty() {
            // Without a list, every host is allowed.
            if now.values.is_empty() {
                let values = vec!["no longer checked".to_owned()];
                push(setting, Direction::Wider, values, Form::Words);
            } else {
                push(setting, Direction::Narrower, now.values, Form::OnlyItems);
            }
            continue;
        }
        if !setting.is_list() {
            if now.values != before.values {
                let direction = direction_of_switch(setting, &now.values);
                push(setting, direction, now.values, Form::Value);
            }
            continue;
        }
        let added = without(&now.values, &before.values);
        let removed = without(&before.values, &now.values);
        for (values, direction) in [(added, Direction::Wider), (removed, Direction::Narrower)] {
            if !values.is_empty() {
                push(setting, direction, values, Form::Items);
            }
        }
    }
}

/// The values of a list that others neither are nor cover.
fn without(values: &[String], others: &[String]) -> Vec<String> {
    let same = others.iter().map(String::as_str).collect::<HashSet<_>>();
    let any = same.contains("*");
    let patterns = others.iter().filter(|other| other.contains('*'));
    let patterns = patterns.filter_map(|other| other.parse().ok()).collect::<OriginSet>();
    let covered = |value: &str| {
        // The one name that `*` does not cover.
        (any && value != "authorization")
            || value.parse::<Origin>().is_ok_and(|origin| patterns.contains(&origin))
    };
    let left = values.iter().filter(|value| !same.contains(value.as_str()) && !covered(value));
    left.cloned().collect()
}

fn direction_of_switch(setting: Setting, values: &[String]) -> Direction {
    let on = values == ["true"];
    let widens = match setting {
        Setting::AllowCredentials
        | Setting::AllowPrivateNetwork
        | Setting::TimingAllowOrigin
        | Setting::DangerouslyAllowNullOrigin
        | Setting::DangerouslyAllowInsecureOrigins => on,
        Setting::Enforce => !on,
        _ => return Direction::Other,
    };
    if widens { Direction::Wider } else { Direction::Narrower }
}
