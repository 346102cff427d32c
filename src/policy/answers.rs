//! A policy's answers, rendered once, and filled with what depends on the request.

use super::{
    origins::Origins,
    rules::{ExposeRule, Rules},
};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE,
        CACHE_CONTROL, CONTENT_LENGTH, VARY,
    },
};
use std::borrow::Cow;

pub(crate) const ACCESS_CONTROL_ALLOW_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-allow-private-network");

#[derive(Clone, Debug)]
pub(crate) struct Answers {
    /// Whether every request but a preflight is granted, and all of them alike.
    pub(crate) same_to_all: bool,
    pub(crate) actual_vary: Option<Vary>,
    pub(crate) preflight_vary: Option<Vary>,
    /// `Access-Control-Expose-Headers`, where it does not depend on the response.
    pub(crate) exposed: Option<HeaderValue>,
    /// The answer to a granted preflight, with places for what depends on the request.
    pub(crate) granted_preflight: Response<()>,
    places: Places,
    /// The answer to a refused preflight.
    pub(crate) refused_preflight: Response<()>,
    /// The answer to a refused actual request, under enforcement.
    pub(crate) refused_actual: Response<()>,
}

/// Which headers of a granted preflight's answer depend on the request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places {
    pub(crate) origin: bool,
    pub(crate) methods: bool,
    pub(crate) headers: bool,
    pub(crate) private_network: bool,
}

/// The names that `Vary` must have. They are ours: no text of a request is ever among them.
#[derive(Clone, Debug)]
pub(crate) struct Vary {
    pub(crate) names: Vec<Cow<'static, str>>,
    pub(crate) value: HeaderValue,
}

impl Vary {
    /// `None` for no names.
    pub(crate) fn new(names: Vec<Cow<'static, str>>) -> Option<Self> {
        let value = match &*names {
            // Cheaper to clone than what is shared.
            [name] if name == "Origin" => HeaderValue::from_static("Origin"),
            names => join(&mut names.iter().map(AsRef::as_ref))?,
        };
        Some(Self { names, value })
    }
}

impl Answers {
    pub(super) fn new(rules: &Rules) -> Self {
        let fixed_origin = rules.fixed_echo::<HeaderValue>();
        let fixed_origin = fixed_origin.as_ref().map(|echo| echo.value(&rules.origins));
        let places = Places {
            origin: fixed_origin.is_none(),
            methods: rules.methods.mirrored(rules.credentials),
            headers: rules.headers.mirrored(rules.credentials),
            private_network: rules.private_network,
        };
        let origin_name = rules.dynamic.then_some("Origin");
        let preflight_names = [
            origin_name,
            places.methods.then_some("Access-Control-Request-Method"),
            places.headers.then_some("Access-Control-Request-Headers"),
            places.private_network.then_some("Access-Control-Request-Private-Network"),
        ];
        let actual_vary = vary(&[origin_name], rules);
        let preflight_vary = vary(&preflight_names, rules);
        Self {
            same_to_all: matches!(rules.origins, Origins::Any)
                && !rules.dynamic
                && rules.hosts.is_none(),
            granted_preflight: granted_preflight(rules, fixed_origin, preflight_vary.as_ref()),
            places,
            refused_preflight: refused(preflight_vary.as_ref()),
            refused_actual: unstored(refused(actual_vary.as_ref())),
            exposed: exposed(rules),
            actual_vary,
            preflight_vary,
        }
    }

    /// What a granted preflight's answer needs from the request.
    pub(crate) fn places(&self) -> Places {
        self.places
    }
}

/// Fills the place that the rendered map keeps for what each request decides, or removes it. To
/// insert would first make room for one header more, by two allocations.
pub(crate) fn fill(headers: &mut HeaderMap, name: HeaderName, value: Option<HeaderValue>) {
    match (value, headers.get_mut(&name)) {
        (Some(value), Some(place)) => *place = value,
        _ => {
            headers.remove(name);
        }
    }
}

/// These names, and the headers that predicates read.
fn vary(own: &[Option<&'static str>], rules: &Rules) -> Option<Vary> {
    let mut names = Vec::new();
    for name in own.iter().flatten() {
        names.push(Cow::Borrowed(*name));
    }
    for name in &rules.reads {
        names.push(Cow::Owned(name.as_str().to_owned()));
    }
    Vary::new(names)
}

fn granted_preflight(
    rules: &Rules,
    origin: Option<&HeaderValue>,
    vary: Option<&Vary>,
) -> Response<()> {
    // What each request decides has its place in the map kept by a value that grants nothing, so
    // that the answer only overwrites it.
    let place = || Some(HeaderValue::from_static(""));
    let max_age = rules.max_age.map(|max_age| HeaderValue::from(max_age.as_secs()));
    // 204 has no length: RFC 9110, section 8.6.
    let empty = rules.preflight_status != StatusCode::NO_CONTENT;
    let headers = [
        (ACCESS_CONTROL_ALLOW_ORIGIN, origin.cloned().or_else(place)),
        (ACCESS_CONTROL_ALLOW_CREDENTIALS, rules.credentials.then(true_value)),
        (ACCESS_CONTROL_ALLOW_METHODS, methods(rules, place)),
        (ACCESS_CONTROL_ALLOW_HEADERS, headers(rules, place)),
        (ACCESS_CONTROL_ALLOW_PRIVATE_NETWORK, place().filter(|_| rules.private_network)),
        (ACCESS_CONTROL_MAX_AGE, max_age),
        (CONTENT_LENGTH, empty.then(|| HeaderValue::from_static("0"))),
        (VARY, vary.map(|vary| vary.value.clone())),
    ];
    response(rules.preflight_status, &headers)
}

fn methods(rules: &Rules, place: impl Fn() -> Option<HeaderValue>) -> Option<HeaderValue> {
    let methods = &rules.methods;
    match methods.any {
        true if methods.mirrored(rules.credentials) => place(),
        true => Some(HeaderValue::from_static("*")),
        false => join(&mut methods.list.iter().map(Method::as_str)),
    }
}

fn headers(rules: &Rules, place: impl Fn() -> Option<HeaderValue>) -> Option<HeaderValue> {
    let headers = &rules.headers;
    match headers.any {
        true if headers.mirrored(rules.credentials) => place(),
        true => {
            let authorization = headers.allows(b"authorization");
            Some(HeaderValue::from_static(if authorization { "*,authorization" } else { "*" }))
        }
        false => join(&mut headers.names.iter().map(HeaderName::as_str)),
    }
}

fn exposed(rules: &Rules) -> Option<HeaderValue> {
    match &rules.expose {
        ExposeRule::Any if rules.credentials => None,
        ExposeRule::Any => Some(HeaderValue::from_static("*")),
        ExposeRule::Names(names) => join(&mut names.iter().map(HeaderName::as_str)),
    }
}

fn refused(vary: Option<&Vary>) -> Response<()> {
    let headers = [
        (CONTENT_LENGTH, Some(HeaderValue::from_static("0"))),
        (VARY, vary.map(|vary| vary.value.clone())),
    ];
    response(StatusCode::FORBIDDEN, &headers)
}

/// Some caches keep errors too. A refusal would outlive the policy that refused.
fn unstored(mut response: Response<()>) -> Response<()> {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn response(status: StatusCode, headers: &[(HeaderName, Option<HeaderValue>)]) -> Response<()> {
    let mut response = Response::new(());
    *response.status_mut() = status;
    for (name, value) in headers {
        if let Some(value) = value {
            response.headers_mut().insert(name.clone(), value.clone());
        }
    }
    response
}

pub(crate) fn true_value() -> HeaderValue {
    HeaderValue::from_static("true")
}

/// `a,b,c`; `None` for no names. Clones of the value share its bytes.
fn join(names: &mut dyn Iterator<Item = &str>) -> Option<HeaderValue> {
    let mut text = String::new();
    for name in names {
        if !text.is_empty() {
            text.push(',');
        }
        text.push_str(name);
    }
    if text.is_empty() {
        return None;
    }
    // Tokens and commas only, so never an error. The clone makes the bytes shared now, which
    // would else be an allocation at the first request.
    let value = HeaderValue::from_maybe_shared(Bytes::from(text)).ok()?;
    Some(value.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Any, Policy};

    /// An answer that failed to fill a place, or to remove it, would grant nothing.
    #[test]
    fn places_grant_nothing() {
        let policy = Policy::builder()
            .allow_origin(["https://a.example", "https://b.example"])
            .allow_methods(Any)
            .allow_headers(["*", "authorization"])
            .allow_credentials(true)
            .allow_private_network(true)
            .build()
            .unwrap();
        let headers = policy.answers().granted_preflight.headers();
        for name in [
            ACCESS_CONTROL_ALLOW_ORIGIN,
            ACCESS_CONTROL_ALLOW_METHODS,
            ACCESS_CONTROL_ALLOW_HEADERS,
            ACCESS_CONTROL_ALLOW_PRIVATE_NETWORK,
        ] {
            assert_eq!(headers.get(&name), Some(&HeaderValue::from_static("")), "{name}");
        }
    }
}
