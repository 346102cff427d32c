//! The origins of a policy: every check, then the compiled form.

use super::{
    allow_origin::OriginRule,
    error::{PolicyError, PolicyErrorKind as Kind},
    list::Item,
    origins::{OriginRules, Origins},
    setting::Setting,
    settings::Settings,
    validate,
};
use crate::origin::{Origin, OriginError, OriginErrorKind, OriginPattern, OriginSetBuilder};

/// Takes the items out of the settings, as there may be a million of them.
pub(super) fn compile(settings: &mut Settings, errors: &mut Vec<PolicyError>) -> Origins {
    let items = std::mem::take(&mut settings.allow_origin.items.0);
    if items.is_empty() && !settings.allow_null_origin {
        errors.push(PolicyError::new(Setting::AllowOrigin, Kind::NoOrigin));
    }
    let (mut any, mut bytes) = (None, 0);
    for (index, item) in items.iter().enumerate() {
        match item {
            Item::Any => _ = any.get_or_insert(index),
            item => bytes += bytes_of(item),
        }
    }
    let Some(any) = any else { return into_origins(rules(items, bytes, settings, errors)) };
    let other = items.iter().position(|item| !matches!(item, Item::Any));
    let other = other.map(|index| (index, text_of(&items[index])));
    rules(items, bytes, settings, errors);
    if let Some((index, other)) = other {
        insert(of_origin((index, &other), Kind::AnyBesideOthers), errors);
    }
    for (set, kind) in [
        (settings.allow_credentials, Kind::CredentialsWithAnyOrigin),
        (settings.allow_private_network, Kind::PrivateNetworkWithAnyOrigin),
        (settings.enforce, Kind::EnforceWithAnyOrigin),
    ] {
        if set {
            insert(of_origin((any, "*"), kind), errors);
        }
    }
    Origins::Any
}

/// Adds an error after those of the items up to its own.
fn insert(error: PolicyError, errors: &mut Vec<PolicyError>) {
    let later = errors.iter().position(|other| other.index() > error.index());
    errors.insert(later.unwrap_or(errors.len()), error);
}

/// The rules of these items, which have texts of so many bytes.
fn rules(
    items: Vec<Item<OriginRule>>,
    bytes: usize,
    settings: &Settings,
    errors: &mut Vec<PolicyError>,
) -> OriginRules {
    let mut rules = OriginRules {
        null: settings.allow_null_origin,
        secure: settings.allow_credentials && !settings.allow_insecure_origins,
        ..OriginRules::default()
    };
    let set = OriginSetBuilder::with_capacity(items.len(), bytes);
    let mut members = Members { settings, errors, set };
    #[cfg(feature = "regex")]
    let mut expressions = Vec::new();
    for (index, item) in items.into_iter().enumerate() {
        match item {
            Item::Text(text) => members.add_text(index, text, false),
            Item::Part(text) => members.add_text(index, text, true),
            Item::Value(OriginRule::Origin(origin)) => members.add_origin(index, origin),
            Item::Value(OriginRule::Pattern(pattern)) => members.add(index, pattern),
            Item::Value(OriginRule::Predicate(predicate)) => rules.predicates.push(predicate),
            #[cfg(feature = "regex")]
            Item::Value(OriginRule::Regex(source)) => {
                expressions.extend(expression((index, &source), settings, members.errors));
            }
            Item::Any | Item::Value(OriginRule::Nobody) => {}
        }
    }
    rules.set = members.set.build();
    #[cfg(feature = "regex")]
    match super::regex::Regexes::new(&expressions) {
        Ok(compiled) => rules.regexes = compiled,
        Err(kind) => errors.push(PolicyError::new(Setting::AllowOrigin, kind)),
    }
    rules
}

/// The length of an origin or a pattern.
fn bytes_of(item: &Item<OriginRule>) -> usize {
    match item {
        Item::Text(text) | Item::Part(text) => text.len(),
        Item::Value(OriginRule::Origin(origin)) => origin.as_bytes().len(),
        Item::Value(OriginRule::Pattern(pattern)) => pattern.as_str().len(),
        _ => 0,
    }
}

/// The set of origins and patterns, and what is wrong with them.
struct Members<'a> {
    settings: &'a Settings,
    errors: &'a mut Vec<PolicyError>,
    set: OriginSetBuilder,
}

impl Members<'_> {
    /// Without a copy of the text of a valid origin.
    fn add_text(&mut self, index: usize, text: String, is_part: bool) {
        match OriginPattern::try_from(text) {
            Ok(pattern) => self.add(index, pattern),
            Err(error) => self.refuse((index, error.input()), is_part),
        }
    }

    fn add_origin(&mut self, index: usize, origin: Origin) {
        if origin.is_null() {
            return self.refuse((index, origin.as_str()), false);
        }
        match OriginPattern::try_from(origin) {
            Ok(pattern) => self.add(index, pattern),
            Err(error) => self.errors.push(of_origin_error((index, error.input()), &error)),
        }
    }

    #[inline]
    fn add(&mut self, index: usize, pattern: OriginPattern) {
        // Nothing can be wrong with what most are: exact origins of scheme `https`.
        if !pattern.is_exact() || !pattern.as_str().starts_with("https:") {
            self.check(index, &pattern);
        }
        self.set.push(pattern);
    }

    #[cold]
    fn check(&mut self, index: usize, pattern: &OriginPattern) {
        check_opt_ins(index, pattern, self.settings, self.errors);
        if self.settings.allow_credentials {
            check_credentials(index, pattern, self.settings, self.errors);
        }
    }

    /// Says what is wrong with a text that is not a pattern, unless it is `null` with its opt-in,
    /// which is a rule of its own.
    #[cold]
    fn refuse(&mut self, item: (usize, &str), is_part: bool) {
        let (_, text) = item;
        if text == "null" && self.settings.allow_null_origin {
            return;
        }
        let check = |text: &str| match text.parse::<OriginPattern>() {
            Ok(pattern) => Ok(pattern.as_str().to_owned()),
            Err(error) => Err((Kind::Origin(*error.kind()), error.suggestion().map(str::to_owned))),
        };
        if let Err((kind, suggestion)) = validate::item_of(text, is_part, &check) {
            self.errors.push(of_origin(item, kind).write(suggestion));
        }
    }
}

#[cfg(feature = "regex")]
fn expression(
    item: (usize, &str),
    settings: &Settings,
    errors: &mut Vec<PolicyError>,
) -> Option<String> {
    let (_, source) = item;
    match super::regex::check(source, regex_limits(settings)) {
        Ok(()) => Some(source.to_owned()),
        Err(error) => {
            errors.push(of_origin(item, error.kind).write(error.suggestion));
            None
        }
    }
}

fn of_origin_error(item: (usize, &str), error: &OriginError) -> PolicyError {
    of_origin(item, Kind::Origin(*error.kind())).write(error.suggestion())
}

#[cfg(feature = "regex")]
fn regex_limits(settings: &Settings) -> super::regex::Limits {
    let known = settings.allow_credentials && !settings.allow_public_suffix_subdomains;
    super::regex::Limits {
        only_secure: settings.allow_credentials && !settings.allow_insecure_origins,
        only_known_domains: known,
        allow_null: settings.allow_null_origin,
        any_domain: settings.allow_public_suffix_subdomains,
        #[cfg(feature = "public-suffix")]
        is_public_suffix: settings
            .check_public_suffixes
            .then_some(super::public_suffix::is_public_suffix),
        #[cfg(not(feature = "public-suffix"))]
        is_public_suffix: None,
    }
}

/// The cheapest form that means the same.
fn into_origins(rules: OriginRules) -> Origins {
    let only_set = !rules.null && rules.predicates.is_empty();
    #[cfg(feature = "regex")]
    let only_set = only_set && rules.regexes.is_empty();
    match rules.set.single() {
        Some(origin) if only_set => Origins::One(origin.clone()),
        _ => Origins::Rules(Box::new(rules)),
    }
}

fn text_of(item: &Item<OriginRule>) -> String {
    match item {
        Item::Any => "*".to_owned(),
        Item::Text(text) | Item::Part(text) => text.clone(),
        Item::Value(OriginRule::Origin(origin)) => origin.as_str().to_owned(),
        Item::Value(OriginRule::Pattern(pattern)) => pattern.as_str().to_owned(),
        Item::Value(OriginRule::Predicate(_)) => "a predicate".to_owned(),
        Item::Value(OriginRule::Nobody) => "nobody".to_owned(),
        #[cfg(feature = "regex")]
        Item::Value(OriginRule::Regex(source)) => source.clone(),
    }
}

fn of_origin(item: (usize, &str), kind: Kind) -> PolicyError {
    PolicyError::of_item(Setting::AllowOrigin, item, kind)
}

/// What takes an opt-in even without credentials.
fn check_opt_ins(
    index: usize,
    pattern: &OriginPattern,
    settings: &Settings,
    errors: &mut Vec<PolicyError>,
) {
    let item = (index, pattern.as_str());
    if pattern.covers_top_level_domain() && !settings.allow_public_suffix_subdomains {
        errors.push(of_origin(item, Kind::TopLevelDomain));
    }
    if pattern.is_local_file() && !settings.allow_null_origin {
        errors.push(of_origin(item, Kind::Origin(OriginErrorKind::LocalFile)));
    }
}

/// What is too dangerous with credentials.
fn check_credentials(
    index: usize,
    pattern: &OriginPattern,
    settings: &Settings,
    errors: &mut Vec<PolicyError>,
) {
    let item = (index, pattern.as_str());
    let insecure = pattern.scheme() == "http" && !pattern.is_loopback();
    if insecure && !settings.allow_insecure_origins {
        let https = format!("https{}", &pattern.as_str()["http".len()..]);
        let suggestion =
            OriginPattern::try_from(https).ok().map(|pattern| pattern.as_str().to_owned());
        errors.push(of_origin(item, Kind::CredentialsWithInsecureOrigin).write(suggestion));
    }
    #[cfg(feature = "public-suffix")]
    if let Some(domain) = pattern.domain_beneath_star().filter(|_| settings.check_public_suffixes) {
        let public =
            !pattern.covers_top_level_domain() && super::public_suffix::is_public_suffix(domain);
        if public && !settings.allow_public_suffix_subdomains {
            errors.push(of_origin(item, Kind::CredentialsWithPublicSuffix));
        }
    }
}
