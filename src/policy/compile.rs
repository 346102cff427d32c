//! From settings to a policy: every check, then the compiled form.

use super::{
    allow_origin::OriginRule,
    builder::Settings,
    error::{PolicyError, PolicyErrorKind as Kind, PolicyErrors},
    list::{Item, List},
    names,
    origins::{Origins, Rules},
    rendered::Rendered,
    setting::Setting,
    value::{Compiled, ExposeRule, HeaderRules, MethodRules, Policy},
};
use crate::origin::{OriginPattern, OriginSet};
use http::{HeaderName, Method, StatusCode};
use std::{collections::HashSet, time::Duration};

/// Longest `max_age`, in seconds: Firefox's cap, the highest of all.
const MAX_MAX_AGE: Duration = Duration::from_secs(86_400);

pub(super) fn compile(settings: Settings) -> Result<Policy, PolicyErrors> {
    let mut errors = Vec::new();
    let origins = origins(&settings, &mut errors);
    let (any_method, list) =
        items(Setting::AllowMethods, settings.allow_methods, method, &mut errors);
    let (any_header, headers) =
        items(Setting::AllowHeaders, settings.allow_headers, request_header, &mut errors);
    conflicts(
        settings.allow_credentials,
        Setting::AllowCredentials,
        Kind::CredentialsWithAnyOrigin,
        &origins,
        &mut errors,
    );
    let (any_exposed, exposed) =
        items(Setting::ExposeHeaders, settings.expose_headers, response_header, &mut errors);
    check_max_age(settings.max_age, &mut errors);
    conflicts(
        settings.allow_private_network,
        Setting::AllowPrivateNetwork,
        Kind::PrivateNetworkWithAnyOrigin,
        &origins,
        &mut errors,
    );
    conflicts(
        settings.enforce,
        Setting::Enforce,
        Kind::EnforceWithAnyOrigin,
        &origins,
        &mut errors,
    );
    let preflight_status = preflight_status(settings.preflight_status, &mut errors);
    PolicyErrors::check(errors)?;

    let expose = match any_exposed {
        true if settings.allow_credentials => ExposeRule::PresentNames,
        true => ExposeRule::names(["*"]),
        false => ExposeRule::names(exposed.iter().map(HeaderName::as_str)),
    };
    Ok(Policy::new(Compiled {
        dynamic: matches!(origins, Origins::Rules(_)) || settings.enforce,
        origins,
        credentials: settings.allow_credentials,
        methods: MethodRules { any: any_method, list },
        headers: HeaderRules::new(any_header, headers),
        expose,
        max_age: settings.max_age,
        private_network: settings.allow_private_network,
        timing: settings.timing_allow_origin,
        enforce: settings.enforce,
        preflight_status,
        preflight_continue: settings.preflight_continue,
        inner_headers: settings.inner_headers,
        rendered: Rendered::default(),
        dynamic_twin: std::sync::OnceLock::new(),
    }))
}

/// What cannot go with any origin.
fn conflicts(
    set: bool,
    setting: Setting,
    kind: Kind,
    origins: &Origins,
    errors: &mut Vec<PolicyError>,
) {
    if set && matches!(origins, Origins::Any) {
        errors.push(PolicyError::new(setting, kind));
    }
}

fn origins(settings: &Settings, errors: &mut Vec<PolicyError>) -> Origins {
    let items = &settings.allow_origin.items;
    let mut rules = Rules { null: settings.allow_null_origin, ..Rules::default() };
    let mut patterns = Vec::new();
    #[cfg(feature = "regex")]
    let mut regexes = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let pattern = match item {
            Item::Any => continue,
            Item::Text(text) => parse_origin((index, text), settings, errors),
            Item::Value(OriginRule::Origin(origin)) if origin.is_null() => {
                parse_origin((index, origin.as_str()), settings, errors)
            }
            Item::Value(OriginRule::Origin(origin)) => OriginPattern::try_from(origin.clone()).ok(),
            Item::Value(OriginRule::Pattern(pattern)) => Some(pattern.clone()),
            Item::Value(OriginRule::Predicate(predicate)) => {
                rules.predicates.push(predicate.clone());
                continue;
            }
            #[cfg(feature = "regex")]
            Item::Value(OriginRule::Regex(source)) => {
                match super::regex::check(source) {
                    Ok(())
                        if settings.allow_credentials
                            && super::regex::matches_any_origin(source) =>
                    {
                        errors.push(of_origin((index, source), Kind::CredentialsWithAnyOrigin));
                    }
                    Ok(()) => regexes.push(source.clone()),
                    Err(kind) => errors.push(of_origin((index, source), kind)),
                }
                continue;
            }
        };
        if let Some(pattern) = pattern {
            if settings.allow_credentials {
                check_credentials(index, &pattern, settings, errors);
            }
            patterns.push(pattern);
        }
    }
    #[cfg(feature = "regex")]
    match super::regex::Regexes::new(&regexes) {
        Ok(mut compiled) => {
            if settings.allow_credentials && !settings.allow_insecure_origins {
                compiled.require_secure();
            }
            rules.regexes = compiled;
        }
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

/// The cheapest form that means the same.
fn into_origins(rules: Rules) -> Origins {
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
        Item::Text(text) => text.clone(),
        Item::Value(OriginRule::Origin(origin)) => origin.to_string(),
        Item::Value(OriginRule::Pattern(pattern)) => pattern.to_string(),
        Item::Value(OriginRule::Predicate(_)) => "a predicate".to_owned(),
        #[cfg(feature = "regex")]
        Item::Value(OriginRule::Regex(source)) => source.clone(),
    }
}

fn of_origin(item: (usize, &str), kind: Kind) -> PolicyError {
    PolicyError::of_item(Setting::AllowOrigin, item, kind)
}

fn parse_origin(
    item: (usize, &str),
    settings: &Settings,
    errors: &mut Vec<PolicyError>,
) -> Option<OriginPattern> {
    let (_, text) = item;
    if text == "null" && settings.allow_null_origin {
        return None;
    }
    if text.contains(',') {
        errors.push(of_origin(item, Kind::CommaInItem));
        return None;
    }
    match text.parse::<OriginPattern>() {
        Ok(pattern) => Some(pattern),
        Err(error) => {
            errors.push(of_origin(item, Kind::Origin(*error.kind())).write(error.suggestion()));
            None
        }
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
    if let Some(domain) = pattern.domain_beneath_star() {
        let public = !pattern.is_loopback() && super::public_suffix::is_public_suffix(domain);
        if public && !settings.allow_public_suffix_subdomains {
            errors.push(of_origin(item, Kind::CredentialsWithPublicSuffix));
        }
    }
}

/// A valid item, or what is wrong with it and its suggestion.
type Checked<T> = Result<T, (Kind, Option<String>)>;

/// Checks each item of a list; whether `*` is among them, and the others, each once.
fn items<T: Clone + Eq + std::hash::Hash + AsRef<str>>(
    setting: Setting,
    list: List<T>,
    check: fn(&str) -> Checked<T>,
    errors: &mut Vec<PolicyError>,
) -> (bool, Vec<T>) {
    let mut any = false;
    let mut values = Vec::new();
    let mut seen = HashSet::new();
    for (index, item) in list.items.into_iter().enumerate() {
        let text = match &item {
            Item::Any => {
                any = true;
                continue;
            }
            Item::Text(text) => text.as_str(),
            Item::Value(value) => value.as_ref(),
        };
        let checked = if text.contains(',') { Err((Kind::CommaInItem, None)) } else { check(text) };
        match checked {
            Ok(value) if seen.insert(value.clone()) => values.push(value),
            Ok(_) => {}
            Err((kind, suggestion)) => {
                errors.push(PolicyError::of_item(setting, (index, text), kind).write(suggestion));
            }
        }
    }
    (any, values)
}

fn method(text: &str) -> Checked<Method> {
    let method = Method::from_bytes(text.as_bytes()).map_err(|_| {
        let trimmed = text.trim();
        let suggestion = (trimmed != text).then(|| method(trimmed).ok()).flatten();
        (Kind::InvalidMethod, suggestion.map(|method| method.to_string()))
    })?;
    if names::is_forbidden_method(text.as_bytes()) {
        return Err((Kind::ForbiddenMethod, None));
    }
    match names::standard_method_in_wrong_case(text) {
        Some(upper) => Err((Kind::MethodCase, Some(upper.to_owned()))),
        None => Ok(method),
    }
}

fn header(text: &str) -> Checked<HeaderName> {
    let name = HeaderName::from_bytes(text.as_bytes()).map_err(|_| {
        let suggestion = HeaderName::from_bytes(text.trim().trim_end_matches(':').as_bytes());
        (Kind::InvalidHeaderName, suggestion.ok().map(|name| name.to_string()))
    })?;
    if names::is_cors_header(&name) { Err((Kind::CorsHeader, None)) } else { Ok(name) }
}

fn request_header(text: &str) -> Checked<HeaderName> {
    let name = header(text)?;
    if names::is_forbidden_request_header(&name) {
        return Err((Kind::ForbiddenRequestHeader, None));
    }
    Ok(name)
}

fn response_header(text: &str) -> Checked<HeaderName> {
    let name = header(text)?;
    if names::is_forbidden_response_header(&name) {
        return Err((Kind::ForbiddenResponseHeader, None));
    }
    Ok(name)
}

fn check_max_age(max_age: Option<Duration>, errors: &mut Vec<PolicyError>) {
    let Some(max_age) = max_age else { return };
    let kind = match max_age {
        _ if max_age > MAX_MAX_AGE => Kind::MaxAgeTooLong,
        _ if max_age.subsec_nanos() > 0 => Kind::MaxAgeFraction,
        _ => return,
    };
    errors.push(PolicyError::new(Setting::MaxAge, kind).with_value(format!("{max_age:?}")));
}

fn preflight_status(status: u16, errors: &mut Vec<PolicyError>) -> StatusCode {
    match StatusCode::from_u16(status) {
        Ok(status) if status.is_success() => status,
        _ => {
            let error = PolicyError::new(Setting::PreflightStatus, Kind::PreflightStatus);
            errors.push(error.with_value(status.to_string()));
            StatusCode::NO_CONTENT
        }
    }
}
