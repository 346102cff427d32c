//! A policy's header values, rendered once.

use super::{
    origins::Origins,
    value::{Compiled, ExposeRule},
};
use bytes::Bytes;
use http::{
    HeaderName, HeaderValue, Method, Response, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE,
        CONTENT_LENGTH, VARY,
    },
};

pub(crate) const ACCESS_CONTROL_ALLOW_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-allow-private-network");

#[derive(Clone, Debug, Default)]
pub(crate) struct Rendered {
    /// The one `Access-Control-Allow-Origin` of a static policy.
    pub(crate) fixed_origin: Option<HeaderValue>,
    pub(crate) actual_vary: Option<Vary>,
    pub(crate) preflight_vary: Option<Vary>,
    /// The answer to a granted preflight, with places for what depends on the request.
    pub(crate) granted_preflight: Response<()>,
    /// The answer to a refused preflight.
    pub(crate) refused_preflight: Response<()>,
    /// The answer to a refused actual request, under enforcement.
    pub(crate) refused_actual: Response<()>,
}

/// The names that `Vary` must have. They are ours: no text of a request is ever among them.
#[derive(Clone, Debug)]
pub(crate) struct Vary {
    pub(crate) names: Vec<&'static str>,
    pub(crate) value: HeaderValue,
}

impl Vary {
    fn new(names: Vec<&'static str>) -> Option<Self> {
        if names.is_empty() {
            return None;
        }
        let value = join(names.iter().copied())?;
        Some(Self { names, value })
    }
}

impl Rendered {
    pub(super) fn new(policy: &Compiled) -> Self {
        let fixed_origin = match (&policy.origins, policy.dynamic) {
            (Origins::Any, false) => Some(HeaderValue::from_static("*")),
            (Origins::One(origin), false) => Some(origin.clone()),
            _ => None,
        };
        let origin_name = policy.dynamic.then_some("Origin");
        let methods_mirrored = policy.methods.mirrored(policy.credentials);
        let headers_mirrored = policy.headers.mirrored(policy.credentials);
        let preflight_names = [
            origin_name,
            methods_mirrored.then_some("Access-Control-Request-Method"),
            headers_mirrored.then_some("Access-Control-Request-Headers"),
            policy.private_network.then_some("Access-Control-Request-Private-Network"),
        ];
        let actual_vary = Vary::new(origin_name.into_iter().collect());
        let preflight_vary = Vary::new(preflight_names.into_iter().flatten().collect());
        Self {
            granted_preflight: granted_preflight(
                policy,
                fixed_origin.as_ref(),
                preflight_vary.as_ref(),
            ),
            refused_preflight: refused(preflight_vary.as_ref()),
            refused_actual: refused(actual_vary.as_ref()),
            fixed_origin,
            actual_vary,
            preflight_vary,
        }
    }
}

fn granted_preflight(
    policy: &Compiled,
    origin: Option<&HeaderValue>,
    vary: Option<&Vary>,
) -> Response<()> {
    let (methods, headers) = (&policy.methods, &policy.headers);
    // What each request decides has its place in the map kept by a value that grants nothing, so
    // that the answer only overwrites it.
    let place = || Some(HeaderValue::from_static(""));
    let method_list = if methods.mirrored(policy.credentials) {
        place()
    } else if methods.any {
        join(["*"])
    } else {
        join(methods.list.iter().map(Method::as_str))
    };
    let header_list = if headers.mirrored(policy.credentials) {
        place()
    } else if headers.any {
        let authorization = headers.allows(b"authorization").then_some("authorization");
        join(["*"].into_iter().chain(authorization))
    } else {
        join(headers.names.iter().map(HeaderName::as_str))
    };
    let max_age = policy.max_age.map(|max_age| HeaderValue::from(max_age.as_secs()));
    // 204 has no length: RFC 9110, section 8.6.
    let empty = policy.preflight_status != StatusCode::NO_CONTENT;
    let headers = [
        (ACCESS_CONTROL_ALLOW_ORIGIN, origin.cloned().or_else(place)),
        (ACCESS_CONTROL_ALLOW_CREDENTIALS, policy.credentials.then(true_value)),
        (ACCESS_CONTROL_ALLOW_METHODS, method_list),
        (ACCESS_CONTROL_ALLOW_HEADERS, header_list),
        (ACCESS_CONTROL_ALLOW_PRIVATE_NETWORK, place().filter(|_| policy.private_network)),
        (ACCESS_CONTROL_MAX_AGE, max_age),
        (CONTENT_LENGTH, empty.then(|| HeaderValue::from_static("0"))),
        (VARY, vary.map(|vary| vary.value.clone())),
    ];
    response(policy.preflight_status, headers)
}

fn refused(vary: Option<&Vary>) -> Response<()> {
    let headers = [
        (CONTENT_LENGTH, Some(HeaderValue::from_static("0"))),
        (VARY, vary.map(|vary| vary.value.clone())),
    ];
    response(StatusCode::FORBIDDEN, headers)
}

fn response<const N: usize>(
    status: StatusCode,
    headers: [(HeaderName, Option<HeaderValue>); N],
) -> Response<()> {
    let mut response = Response::new(());
    *response.status_mut() = status;
    let headers = headers.into_iter().filter_map(|(name, value)| Some((name, value?)));
    response.headers_mut().extend(headers);
    response
}

pub(crate) fn true_value() -> HeaderValue {
    HeaderValue::from_static("true")
}

impl ExposeRule {
    pub(super) fn names<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        Self::Value(join(names))
    }
}

/// `a,b,c`; `None` for no names. Clones of the value share its bytes.
pub(crate) fn join<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<HeaderValue> {
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
