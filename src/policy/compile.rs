//! From settings to a policy: every check, then the compiled form.

use super::{
    allow_origin::OriginRule,
    error::{PolicyError, PolicyErrorKind as Kind, PolicyErrors},
    list::Item,
    origins::{OriginRules, Origins},
    policy::Policy,
    rules::{ExposeRule, HeaderRules, MethodRules, Rules},
    setting::Setting,
    settings::Settings,
    validate,
};
use crate::origin::{OriginErrorKind, OriginPattern, OriginSet};
use http::{HeaderName, header::ORIGIN};

pub(super) fn compile(mut settings: Settings) -> Result<Policy, PolicyErrors> {
    let mut errors = Vec::new();
    add_presets(&mut settings);
    let origins = origins(&settings, &mut errors);
    if matches!(origins, Origins::Any) {
        check_any_origin(&settings, &mut errors);
    }
    let (any_method, list) = validate::items(
        Setting::AllowMethods,
        settings.allow_methods.items,
        validate::method,
        &mut errors,
    );
    let (any_header, headers) = validate::items(
        Setting::AllowHeaders,
        settings.allow_headers.items,
        validate::request_header,
        &mut errors,
    );
    let (any_exposed, exposed) = validate::items(
        Setting::ExposeHeaders,
        settings.expose_headers.items,
        validate::response_header,
        &mut errors,
    );
    validate::check_max_age(settings.max_age, &mut errors);
    let preflight_status = validate::preflight_status(settings.preflight_status, &mut errors);
    PolicyErrors::check(errors)?;

    Ok(Policy::new(Rules {
        dynamic: matches!(origins, Origins::Rules(_)) || settings.enforce,
        origins,
        credentials: settings.allow_credentials,
        methods: MethodRules { any: any_method, list },
        headers: HeaderRules::new(any_header, headers),
        expose: if any_exposed { ExposeRule::Any } else { ExposeRule::Names(exposed) },
        max_age: settings.max_age,
        private_network: settings.allow_private_network,
        timing: settings.timing_allow_origin,
        enforce: settings.enforce,
        preflight_status,
        preflight_continue: settings.preflight_continue,
        inner_headers: settings.inner_headers,
        check_public_suffixes: settings.check_public_suffixes,
        allow_insecure_origins: settings.allow_insecure_origins,
        allow_public_suffix_subdomains: settings.allow_public_suffix_subdomains,
        reads: reads(settings.allow_origin.reads),
    }))
}

/// Last, so that errors count the items that were given.
fn add_presets(settings: &mut Settings) {
    for preset in std::mem::take(&mut settings.presets) {
        settings.allow_methods.append(preset.allow_methods().into());
        settings.allow_headers.append(preset.allow_headers().into());
        settings.expose_headers.append(preset.expose_headers().into());
    }
}

/// The headers that predicates read, each once. `Origin` is in `Vary` by itself.
fn reads(names: Vec<HeaderName>) -> Vec<HeaderName> {
    let mut reads = Vec::new();
    for name in names {
        if name != ORIGIN && !reads.contains(&name) {
            reads.push(name);
        }
    }
    reads
}

/// What cannot be combined with any origin.
fn check_any_origin(settings: &Settings, errors: &mut Vec<PolicyError>) {
    let items = &settings.allow_origin.items.0;
    let Some(any) = items.iter().position(|item| matches!(item, Item::Any)) else { return };
    for (set, kind) in [
        (settings.allow_credentials, Kind::CredentialsWithAnyOrigin),
        (settings.allow_private_network, Kind::PrivateNetworkWithAnyOrigin),
        (settings.enforce, Kind::EnforceWithAnyOrigin),
    ] {
        if set {
            errors.push(of_origin((any, "*"), kind));
        }
    }
}

fn origins(settings: &Settings, errors: &mut Vec<PolicyError>) -> Origins {
    let items = &settings.allow_origin.items.0;
    let mut rules = OriginRules {
        null: settings.allow_null_origin,
        secure: settings.allow_credentials && !settings.allow_insecure_origins,
        ..OriginRules::default()
    };
    let mut patterns = Vec::new();
    #[cfg(feature = "regex")]
    let mut regexes = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let pattern = match item {
            Item::Any => continue,
            Item::Text(text) => parse_origin((index, text), false, settings, errors),
            Item::Part(text) => parse_origin((index, text), true, settings, errors),
            Item::Value(OriginRule::Origin(origin)) if origin.is_null() => {
                parse_origin((index, origin.as_str()), false, settings, errors)
            }
            Item::Value(OriginRule::Origin(origin)) => OriginPattern::try_from(origin.clone())
                .map_err(|error| {
                    let item = (index, origin.as_str());
                    errors.push(
                        of_origin(item, Kind::Origin(*error.kind())).write(error.suggestion()),
                    );
                })
                .ok(),
            Item::Value(OriginRule::Pattern(pattern)) => Some(pattern.clone()),
            Item::Value(OriginRule::Predicate(predicate)) => {
                rules.predicates.push(predicate.clone());
                continue;
            }
            Item::Value(OriginRule::Nobody) => continue,
            #[cfg(feature = "regex")]
            Item::Value(OriginRule::Regex(source)) => {
                match super::regex::check(source, regex_limits(settings)) {
                    Ok(()) => regexes.push(source.clone()),
                    Err(error) => {
                        let kind = of_origin((index, source), error.kind);
                        errors.push(kind.write(error.suggestion));
                    }
                }
                continue;
            }
        };
        if let Some(pattern) = pattern {
            check_opt_ins(index, &pattern, settings, errors);
            if settings.allow_credentials {
                check_credentials(index, &pattern, settings, errors);
            }
            patterns.push(pattern);
        }
    }
    #[cfg(feature = "regex")]
    match super::regex::Regexes::new(&regexes) {
        Ok(compiled) => rules.regexes = compiled,
        Err(kind) => errors.push(PolicyError::new(Setting::AllowOrigin, kind)),
    }
    if items.is_empty() && !rules.null {
        errors.push(PolicyError::new(Setting::AllowOrigin, Kind::NoOrigin));
    }
    if items.iter().any(|item| matches!(item, Item::Any)) {
        let other = items.iter().enumerate().find(|(_, item)| !matches!(item, Item::Any));
        if let Some((index, other)) = other {
            errors.push(of_origin((index, &text_of(other)), Kind::AnyBesideOthers));
        }
        return Origins::Any;
    }
    rules.set = patterns.into_iter().collect::<OriginSet>();
    into_origins(rules)
}

#[cfg(feature = "regex")]
fn regex_limits(settings: &Settings) -> super::regex::Limits {
    let known = settings.allow_credentials && !settings.allow_public_suffix_subdomains;
    super::regex::Limits {
        only_secure: settings.allow_credentials && !settings.allow_insecure_origins,
        only_known_domains: known,
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
        Item::Value(OriginRule::Origin(origin)) => origin.to_string(),
        Item::Value(OriginRule::Pattern(pattern)) => pattern.to_string(),
        Item::Value(OriginRule::Predicate(_)) => "a predicate".to_owned(),
        Item::Value(OriginRule::Nobody) => "nobody".to_owned(),
        #[cfg(feature = "regex")]
        Item::Value(OriginRule::Regex(source)) => source.clone(),
    }
}

fn of_origin(item: (usize, &str), kind: Kind) -> PolicyError {
    PolicyError::of_item(Setting::AllowOrigin, item, kind)
}

fn parse_origin(
    item: (usize, &str),
    is_part: bool,
    settings: &Settings,
    errors: &mut Vec<PolicyError>,
) -> Option<OriginPattern> {
    let (_, text) = item;
    if text == "null" && settings.allow_null_origin {
        return None;
    }
    let parse = |text: &str| {
        text.parse::<OriginPattern>()
            .map_err(|error| (Kind::Origin(*error.kind()), error.suggestion().map(str::to_owned)))
    };
    match validate::item_of(text, is_part, parse) {
        Ok(pattern) => Some(pattern),
        Err((kind, suggestion)) => {
            errors.push(of_origin(item, kind).write(suggestion));
            None
        }
    }
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
        let https = pattern.as_str().replacen("http:", "https:", 1);
        let suggestion = https.parse::<OriginPattern>().ok().map(|pattern| pattern.to_string());
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
