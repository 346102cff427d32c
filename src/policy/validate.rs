//! Checks of all settings but `allow_origin`.

use super::{
    error::{PolicyError, PolicyErrorKind as Kind},
    list::{Item, TextItems},
    mistake::{self, Mistake},
    names,
    setting::Setting,
    sorted,
};
use http::{HeaderName, Method, StatusCode};
use std::time::Duration;

/// Longest `max_age`: Firefox's cap, the highest of all browsers.
const MAX_MAX_AGE: Duration = Duration::from_secs(86_400);

/// A valid item, or what is wrong with it and its suggestion.
type Checked<T> = Result<T, (Kind, Option<String>)>;

/// Checks each item of a list; whether `*` is among them, and the texts of the others, each once.
pub(super) fn items(
    setting: Setting,
    items: TextItems,
    check: fn(&str) -> Checked<String>,
    errors: &mut Vec<PolicyError>,
) -> (bool, Vec<String>) {
    let mut any = false;
    let mut texts = Vec::new();
    for (index, item) in items.0.into_iter().enumerate() {
        let (text, is_part) = match item {
            Item::Any => {
                any = true;
                continue;
            }
            Item::Text(text) => (text, false),
            Item::Part(text) => (text, true),
        };
        match item_of(&text, is_part, &check) {
            Ok(text) => texts.push(text),
            Err((kind, suggestion)) => {
                errors.push(PolicyError::of_item(setting, (index, &text), kind).write(suggestion));
            }
        }
    }
    (any, distinct(texts))
}

/// Each text once, in the order given.
fn distinct(mut texts: Vec<String>) -> Vec<String> {
    let mut all = Vec::with_capacity(texts.len());
    for text in &texts {
        all.push(text.as_str());
    }
    let repeated = sorted::repeated(&all);
    let mut distinct = Vec::with_capacity(texts.len());
    for (position, repeated) in repeated.iter().enumerate() {
        if !repeated {
            distinct.push(std::mem::take(&mut texts[position]));
        }
    }
    distinct
}

/// Checks one item: first for mistakes in how the list was written, then the item itself.
pub(super) fn item_of(
    text: &str,
    is_part: bool,
    check: &dyn Fn(&str) -> Checked<String>,
) -> Checked<String> {
    let is_valid = |item: &str| check(item).is_ok();
    if let Some(error) = mistake_in(text, is_part, &is_valid) {
        return Err(error);
    }
    match check(text) {
        Err(error) => Err(separator_in(text, is_part, &is_valid).unwrap_or(error)),
        checked => checked,
    }
}

/// What is wrong with the text, whatever the item should be.
fn mistake_in(
    text: &str,
    is_part: bool,
    is_valid: &dyn Fn(&str) -> bool,
) -> Option<(Kind, Option<String>)> {
    let error = mistake::find(text).map(|mistake| suggested(mistake, is_part, is_valid));
    error.or_else(|| text.contains(',').then_some((Kind::CommaInItem, None)))
}

/// What separates several items in a text that is not a valid item.
fn separator_in(
    text: &str,
    is_part: bool,
    is_valid: &dyn Fn(&str) -> bool,
) -> Option<(Kind, Option<String>)> {
    mistake::find_separator(text).map(|mistake| suggested(mistake, is_part, is_valid))
}

/// The mistake, and the items that were meant if they are valid.
fn suggested(
    mistake: Mistake,
    is_part: bool,
    is_valid: &dyn Fn(&str) -> bool,
) -> (Kind, Option<String>) {
    let valid = !mistake.items.is_empty() && mistake.items.iter().all(|item| is_valid(item));
    // What several items are written like depends on where they stand.
    let one_string = is_part || mistake.items.len() == 1;
    let suggestion = (valid && one_string).then(|| mistake.items.join(", "));
    (mistake.kind, suggestion)
}

pub(super) fn method(text: &str) -> Checked<String> {
    if Method::from_bytes(text.as_bytes()).is_err() {
        let trimmed = text.trim();
        let suggestion = if trimmed == text { None } else { method(trimmed).ok() };
        return Err((Kind::InvalidMethod, suggestion));
    }
    if names::is_forbidden_method(text.as_bytes()) {
        return Err((Kind::ForbiddenMethod, None));
    }
    if has_star_inside(text) {
        return Err((Kind::StarInName, None));
    }
    match names::standard_method_in_wrong_case(text) {
        Some(upper) => Err((Kind::MethodCase, Some(upper.to_owned()))),
        None => Ok(text.to_owned()),
    }
}

/// Whether a star stands beside other characters. On its own, it stands for all names.
fn has_star_inside(name: &str) -> bool {
    name != "*" && name.contains('*')
}

/// `wrong` says why a valid name must not be listed. What is suggested must be right, too.
fn header(text: &str, wrong: fn(&HeaderName) -> Option<Kind>) -> Checked<String> {
    let wrong = |name: &HeaderName| match wrong(name) {
        None if has_star_inside(name.as_str()) => Some(Kind::StarInName),
        kind => kind,
    };
    let Ok(name) = HeaderName::from_bytes(text.as_bytes()) else {
        let trimmed = HeaderName::from_bytes(text.trim().trim_end_matches(':').as_bytes());
        let suggestion = trimmed.ok().filter(|name| wrong(name).is_none());
        return Err((Kind::InvalidHeaderName, suggestion.map(|name| name.as_str().to_owned())));
    };
    match wrong(&name) {
        Some(kind) => Err((kind, None)),
        None => Ok(name.as_str().to_owned()),
    }
}

pub(super) fn request_header(text: &str) -> Checked<String> {
    header(text, |name| match name {
        _ if names::is_cors_header(name) => Some(Kind::CorsHeader),
        _ if names::is_forbidden_request_header(name) => Some(Kind::ForbiddenRequestHeader),
        _ => None,
    })
}

pub(super) fn response_header(text: &str) -> Checked<String> {
    header(text, |name| match name {
        _ if names::is_cors_header(name) => Some(Kind::CorsHeader),
        _ if names::is_forbidden_response_header(name) => Some(Kind::ForbiddenResponseHeader),
        _ if names::is_request_only_header(name) => Some(Kind::RequestHeaderExposed),
        _ => None,
    })
}

pub(super) fn check_max_age(max_age: Option<Duration>, errors: &mut Vec<PolicyError>) {
    let Some(max_age) = max_age else { return };
    let kind = match max_age {
        _ if max_age > MAX_MAX_AGE => Kind::MaxAgeTooLong,
        _ if max_age.subsec_nanos() > 0 => Kind::MaxAgeFraction,
        _ => return,
    };
    errors.push(PolicyError::new(Setting::MaxAge, kind).with_value(format!("{max_age:?}")));
}

pub(super) fn preflight_status(status: u16, errors: &mut Vec<PolicyError>) -> StatusCode {
    match StatusCode::from_u16(status) {
        Ok(status) if status.is_success() => status,
        _ => {
            let error = PolicyError::new(Setting::PreflightStatus, Kind::PreflightStatus);
            errors.push(error.with_value(status.to_string()));
            StatusCode::NO_CONTENT
        }
    }
}
