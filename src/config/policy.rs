//! One table to one policy.

use super::{
    document::{At, Entry, Value},
    error::{ConfigError, ConfigErrorKind as Kind},
    keys::{ALLOW_ORIGIN_REGEX, CHECK_PUBLIC_SUFFIXES, POLICY_KEYS, PRESETS, Type},
    reader::{Item, Reader, Texts},
};
use crate::{
    comma,
    policy::{Policy, PolicyBuilder, PolicyError, PolicyErrorKind, Preset, Setting},
};
use std::{borrow::Cow, collections::BTreeMap};

/// The texts of each list that the table has.
type Lists = BTreeMap<&'static str, Texts>;

type Switch = fn(PolicyBuilder, bool) -> PolicyBuilder;

const SWITCHES: [(&str, Switch); 8] = [
    ("allow_credentials", PolicyBuilder::allow_credentials),
    ("allow_private_network", PolicyBuilder::allow_private_network),
    ("timing_allow_origin", PolicyBuilder::timing_allow_origin),
    ("enforce", PolicyBuilder::enforce),
    ("preflight_continue", PolicyBuilder::preflight_continue),
    ("dangerously_allow_null_origin", PolicyBuilder::dangerously_allow_null_origin),
    ("dangerously_allow_insecure_origins", PolicyBuilder::dangerously_allow_insecure_origins),
    (
        "dangerously_allow_public_suffix_subdomains",
        PolicyBuilder::dangerously_allow_public_suffix_subdomains,
    ),
];

/// The policy of a table. Where it has errors, they are the reader's, and the policy is one that
/// takes its place while the rest of the document is checked.
pub(super) fn policy(reader: &mut Reader<'_>) -> Policy {
    let lists = lists(reader);
    let builder = with_lists(reader, Policy::builder(), &lists);
    let builder = with_scalars(reader, builder);
    let enforce = reader.is_true("enforce");

    let origins_are_given = reader.check_origins_are_given();
    let rejected = rejected(reader);
    let is_rejected = |setting: Setting, reader: &Reader<'_>| {
        let place = reader.place(setting.as_str());
        rejected.iter().any(|rejected| rejected.starts_with(&place))
    };
    match builder.build() {
        Ok(policy) => policy,
        Err(errors) => {
            for error in errors {
                // There is none because none is given, or what is given is rejected: that is reported
                // already.
                let is_reported = match error.kind() {
                    PolicyErrorKind::NoOrigin => {
                        !origins_are_given || is_rejected(error.setting(), reader)
                    }
                    PolicyErrorKind::NoHost => is_rejected(error.setting(), reader),
                    _ => false,
                };
                if !is_reported {
                    let (at, place) = place_of(&error, reader, &lists);
                    let error = as_written(error, reader);
                    let written = |setting: Setting| name_of(setting, &error, reader);
                    let error = ConfigError::of_policy(&at, place, error.clone(), &written);
                    reader.errors.push(error);
                }
            }
            stand_in(enforce)
        }
    }
}

/// The places of what is of the wrong type, or not supported.
fn rejected(reader: &Reader<'_>) -> Vec<String> {
    let is_rejected =
        |error: &&ConfigError| matches!(error.kind(), Kind::WrongType | Kind::MissingFeature);
    let rejected = reader.errors.iter().filter(is_rejected);
    rejected.map(|error| error.place().to_owned()).collect()
}

/// A policy that takes the place of one with errors.
pub(super) fn stand_in(enforce: bool) -> Policy {
    let builder = Policy::builder().allow_origin("https://stand-in.invalid").enforce(enforce);
    builder.build().unwrap_or_else(|errors| unreachable!("it is valid: {errors}"))
}

fn lists(reader: &mut Reader<'_>) -> Lists {
    let list_keys =
        POLICY_KEYS.iter().filter(|(_, takes)| matches!(takes, Type::List | Type::Strings));
    list_keys.filter_map(|(key, _)| Some((*key, reader.texts(key)?))).collect()
}

fn with_lists(reader: &mut Reader<'_>, builder: PolicyBuilder, lists: &Lists) -> PolicyBuilder {
    let mut builder = builder;
    // First, so that the positions of the builder's errors begin with these.
    #[cfg(feature = "regex")]
    for text in lists.get(ALLOW_ORIGIN_REGEX).iter().flat_map(|texts| texts.to_strings()) {
        builder = builder.allow_origin(crate::AllowOrigin::regex(text));
    }
    #[cfg(not(feature = "regex"))]
    missing_feature(reader, ALLOW_ORIGIN_REGEX, "regex");
    for (key, texts) in lists {
        let (one, several) = (texts.one_string, texts.to_strings());
        let first = several.first().cloned().unwrap_or_default();
        builder = match (*key, one) {
            ("allow_origin", true) => builder.allow_origin(first),
            ("allow_origin", false) => builder.allow_origin(several),
            ("allow_methods", true) => builder.allow_methods(first),
            ("allow_methods", false) => builder.allow_methods(several),
            ("allow_headers", true) => builder.allow_headers(first),
            ("allow_headers", false) => builder.allow_headers(several),
            ("expose_headers", true) => builder.expose_headers(first),
            ("expose_headers", false) => builder.expose_headers(several),
            ("allow_hosts", true) => builder.allow_hosts(first),
            ("allow_hosts", false) => builder.allow_hosts(several),
            _ => builder,
        };
    }
    // Last, so that the positions of the builder's errors are those of the lists.
    match lists.get(PRESETS) {
        Some(texts) => with_presets(reader, builder, texts),
        None => builder,
    }
}

fn with_presets(reader: &mut Reader<'_>, builder: PolicyBuilder, texts: &Texts) -> PolicyBuilder {
    let mut builder = builder;
    for item in &texts.items {
        let names = if texts.one_string {
            comma::split(&item.text).collect()
        } else {
            vec![item.text.as_str()]
        };
        for name in names {
            if let Some(preset) = Preset::from_name(name) {
                builder = builder.preset(preset);
            } else {
                reader.errors.push(unknown_preset(item, name));
            }
        }
    }
    builder
}

fn unknown_preset(item: &Item, name: &str) -> ConfigError {
    let known = Preset::ALL.iter().map(|preset| format!("{:?}", preset.as_str()));
    let known = known.collect::<Vec<_>>().join(", ");
    ConfigError::new(&item.at, &item.place, Kind::WrongValue, "is not a preset")
        .with_value(name)
        .advice(format!("the presets are {known}"))
}

fn with_public_suffixes(reader: &mut Reader<'_>, builder: PolicyBuilder) -> PolicyBuilder {
    let check = reader.boolean(CHECK_PUBLIC_SUFFIXES);
    #[cfg(feature = "public-suffix")]
    let builder = builder.check_public_suffixes(check);
    #[cfg(not(feature = "public-suffix"))]
    if check {
        missing_feature(reader, CHECK_PUBLIC_SUFFIXES, "public-suffix");
    }
    builder
}

#[cfg(any(test, not(all(feature = "regex", feature = "public-suffix"))))]
fn missing_feature(reader: &mut Reader<'_>, key: &str, feature: &str) {
    let Some(entry) = reader.get(key) else { return };
    let reason = format!("needs the feature \"{feature}\" of tower-cors, which is not enabled");
    let error = reader.error(&entry.at, key, Kind::MissingFeature, reason);
    let advice = format!("enable it in Cargo.toml, or {}", entry.at.format().remove());
    reader.errors.push(error.advice(advice));
}

fn with_scalars(reader: &mut Reader<'_>, builder: PolicyBuilder) -> PolicyBuilder {
    let mut builder = builder;
    for (key, set) in SWITCHES {
        builder = set(builder, reader.boolean(key));
    }
    if let Some(max_age) = reader.max_age() {
        builder = builder.max_age(max_age);
    }
    if let Some(status) = reader.preflight_status() {
        builder = builder.preflight_status_number(status);
    }
    let builder = with_public_suffixes(reader, builder);
    builder.inner_headers(reader.inner_headers())
}

/// With the number as it was written, and not in seconds.
fn as_written(error: PolicyError, reader: &Reader<'_>) -> PolicyError {
    let number = matches!(error.setting(), Setting::MaxAge | Setting::PreflightStatus);
    let entry = reader.get(error.setting().as_str()).filter(|_| number);
    match entry.map(|entry| &entry.node.value) {
        Some(Value::String(text)) => error.with_value(text.clone()),
        Some(Value::Integer(integer)) => error.with_value(integer.text.clone()),
        _ => error,
    }
}

/// What a setting is called where it is set or, if it is not, where the one with the error is: a
/// key, or a variable.
fn name_of(setting: Setting, error: &PolicyError, reader: &Reader<'_>) -> Cow<'static, str> {
    let entry = reader.get(setting.as_str()).or_else(|| entry_of(error.setting(), reader));
    let prefix = entry.and_then(|entry| {
        let variable = entry.at.variable()?;
        variable.get(..variable.len().checked_sub(entry.key.len())?)
    });
    match prefix {
        Some(prefix) => format!("{prefix}{}", setting.as_str().to_uppercase()).into(),
        None => setting.as_str().into(),
    }
}

/// Where a setting is set. Origins may be given by expressions alone.
fn entry_of<'a>(setting: Setting, reader: &Reader<'a>) -> Option<&'a Entry> {
    let expressions = || reader.get(ALLOW_ORIGIN_REGEX).filter(|_| setting == Setting::AllowOrigin);
    reader.get(setting.as_str()).or_else(expressions)
}

/// The place of a policy's error: that of the item in its list, or of the key.
fn place_of(error: &PolicyError, reader: &Reader<'_>, lists: &Lists) -> (At, String) {
    let mut key = error.setting().as_str();
    let mut index = error.index();
    if error.setting() == Setting::AllowOrigin {
        let expressions = lists.get(ALLOW_ORIGIN_REGEX).map_or(0, |texts| texts.items.len());
        match index {
            Some(i) if i < expressions => key = ALLOW_ORIGIN_REGEX,
            _ => index = index.map(|i| i.saturating_sub(expressions)),
        }
    }
    if let Some(text) = index.and_then(|i| lists.get(key)?.get(i)) {
        return (text.at.clone(), text.place.clone());
    }
    match entry_of(error.setting(), reader) {
        Some(entry) => (entry.at.clone(), reader.place(&entry.key)),
        None => (reader.at().clone(), reader.place(key)),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{document::Value, format::Format, toml},
        At, Kind, Lists, Reader, missing_feature, place_of, rejected,
    };
    use crate::Policy;

    /// Without the feature "regex", a file of expressions alone was told to name its origins, too.
    #[test]
    fn what_is_not_supported_is_rejected() {
        for (key, kind, expected) in [
            ("allow_origin_regex", Kind::MissingFeature, &["policy[1].allow_origin_regex"][..]),
            ("allow_origin[1]", Kind::WrongType, &["policy[1].allow_origin[1]"]),
            ("allow_origin", Kind::UnknownKey, &[]),
        ] {
            let at = At::default();
            let mut reader = Reader::new("policy[1]", &at, &[]);
            let error = reader.error(&at, key, kind.clone(), String::new());
            reader.errors.push(error);
            assert_eq!(rejected(&reader), expected, "{key}: {kind:?}");
        }
    }

    #[test]
    fn a_key_that_needs_a_feature() {
        let document = At::in_text(Format::Toml);
        let node = toml::parse("max_age = 1\ncheck_public_suffixes = true", &document);
        let Ok(Value::Table(entries)) = node.map(|node| node.value) else { panic!("a table") };
        let mut reader = Reader::new("", &document, &entries);
        missing_feature(&mut reader, "allow_origin_regex", "regex");
        missing_feature(&mut reader, "check_public_suffixes", "public-suffix");
        let errors = reader.errors.iter().map(|error| (error.kind(), error.to_string()));
        let expected = "line 2: check_public_suffixes: needs the feature \"public-suffix\" of tower-cors, which is not enabled; enable it in Cargo.toml, or remove the key";
        let expected = [(&Kind::MissingFeature, expected.to_owned())];
        assert_eq!(errors.collect::<Vec<_>>(), expected);
    }

    /// It is that of the table, with the line where it begins.
    #[test]
    fn the_place_of_an_error_of_a_setting_that_is_not_there() {
        let at = At::in_text(Format::Toml).on_line(3);
        let reader = Reader::new("policy[1]", &at, &[]);
        let errors = Policy::builder().build().expect_err("no origin");
        let place = |error| place_of(error, &reader, &Lists::new());
        let expected = (at.clone(), "policy[1].allow_origin".to_owned());
        assert_eq!(errors.iter().map(place).collect::<Vec<_>>(), [expected]);
    }
}
