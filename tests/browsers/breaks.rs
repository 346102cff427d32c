//! The middleware broken on purpose: the mistakes of others, made over its right answers, so that
//! we know that they would be caught.

use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header};
use hyper::body::Bytes;

use crate::place::split;
use crate::rules::{Origins, Rules};

/// One way to be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Break {
    /// An origin is granted whose host ends in an allowed one's, without a label's boundary.
    SuffixMatch,
    /// The scheme is not looked at.
    SchemeIgnored,
    /// The port is not looked at.
    PortIgnored,
    /// Any origin is echoed with credentials where `*` was meant.
    StarReflectedWithCredentials,
    /// `null` is granted where only others are.
    NullReflected,
    /// Refusals carry no `Vary`.
    NoVaryOnRefusals,
    /// Answers to requests without `Origin` carry no `Vary`.
    NoVaryWithoutOrigin,
    /// No `Access-Control-Allow-Methods`.
    MethodsDropped,
    /// No `Access-Control-Allow-Headers`.
    HeadersDropped,
    /// No `Access-Control-Allow-Credentials`.
    CredentialsDropped,
    /// No `Access-Control-Expose-Headers`.
    ExposeDropped,
    /// No `Access-Control-Max-Age`.
    MaxAgeDropped,
    /// No `Timing-Allow-Origin`.
    TimingDropped,
    /// Two lines of `Access-Control-Allow-Origin`, the same twice.
    TwoOrigins,
    /// The granted origin with a slash behind it.
    SlashAppended,
    /// A bare `*` for names although credentials are allowed.
    StarBesideCredentials,
    /// A refused preflight is granted whatever it asks; the request itself is refused as it should
    /// be.
    RefusedPreflightGranted,
    /// A granted preflight is answered with 403.
    PreflightStatus,
}

const ALLOW_ORIGIN: HeaderName = header::ACCESS_CONTROL_ALLOW_ORIGIN;
const TRUE: HeaderValue = HeaderValue::from_static("true");

impl Break {
    pub(crate) const ALL: [Self; 18] = [
        Self::SuffixMatch,
        Self::SchemeIgnored,
        Self::PortIgnored,
        Self::StarReflectedWithCredentials,
        Self::NullReflected,
        Self::NoVaryOnRefusals,
        Self::NoVaryWithoutOrigin,
        Self::MethodsDropped,
        Self::HeadersDropped,
        Self::CredentialsDropped,
        Self::ExposeDropped,
        Self::MaxAgeDropped,
        Self::TimingDropped,
        Self::TwoOrigins,
        Self::SlashAppended,
        Self::StarBesideCredentials,
        Self::RefusedPreflightGranted,
        Self::PreflightStatus,
    ];

    /// Makes a refused origin look like the granted one it is mistaken for.
    pub(crate) fn mistake(self, rules: &Rules, parts: &mut Parts) {
        let Some(origin) = origin(parts) else { return };
        let Origins::Listed(listed) = &rules.origins else { return };
        if rules.grant_origin(&origin) {
            return;
        }
        let (scheme, host, port) = split(&origin);
        let taken_for = listed.iter().filter(|allowed| !allowed.contains('*')).find(|allowed| {
            let (its_scheme, its_host, its_port) = split(allowed);
            match self {
                Self::SuffixMatch => {
                    its_scheme == scheme && its_port == port && host.ends_with(its_host)
                }
                // Ports come in pairs here, one for each scheme.
                Self::SchemeIgnored => its_scheme != scheme && host == its_host,
                Self::PortIgnored => its_scheme == scheme && host == its_host,
                Self::NullReflected => origin == "null",
                _ => false,
            }
        });
        if let Some(value) = taken_for.and_then(|allowed| HeaderValue::from_str(allowed).ok()) {
            parts.headers.insert(header::ORIGIN, value);
        }
    }

    /// Spoils the right answer to what was `asked`.
    pub(crate) fn spoil(self, rules: &Rules, asked: &Parts, response: &mut Response<Bytes>) {
        let origin = origin(asked);
        let preflight = asked.method == Method::OPTIONS
            && origin.is_some()
            && asked.headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        let headers = response.headers_mut();
        let granted = headers.get(ALLOW_ORIGIN).cloned();
        let dropped = match self {
            Self::NoVaryOnRefusals if origin.is_some() && granted.is_none() => header::VARY,
            Self::NoVaryWithoutOrigin if origin.is_none() => header::VARY,
            Self::MethodsDropped => header::ACCESS_CONTROL_ALLOW_METHODS,
            Self::HeadersDropped => header::ACCESS_CONTROL_ALLOW_HEADERS,
            Self::CredentialsDropped => header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
            Self::ExposeDropped => header::ACCESS_CONTROL_EXPOSE_HEADERS,
            Self::MaxAgeDropped => header::ACCESS_CONTROL_MAX_AGE,
            Self::TimingDropped => HeaderName::from_static("timing-allow-origin"),
            Self::RefusedPreflightGranted if preflight => {
                *response.status_mut() = StatusCode::NO_CONTENT;
                return grant_all(asked, response.headers_mut());
            }
            Self::PreflightStatus if preflight => {
                *response.status_mut() = StatusCode::FORBIDDEN;
                return;
            }
            _ => return self.spoil_grant(rules, asked, headers, granted.as_ref()),
        };
        headers.remove(dropped);
    }

    /// The breaks that show in what is granted.
    fn spoil_grant(
        self,
        rules: &Rules,
        asked: &Parts,
        headers: &mut HeaderMap,
        granted: Option<&HeaderValue>,
    ) {
        let (Some(granted), Some(origin)) = (granted, origin(asked)) else { return };
        match self {
            Self::SuffixMatch | Self::SchemeIgnored | Self::PortIgnored | Self::NullReflected
                if !rules.grant_origin(&origin) =>
            {
                echo(asked, headers);
            }
            Self::StarReflectedWithCredentials if granted == "*" => {
                echo(asked, headers);
                headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, TRUE);
            }
            Self::TwoOrigins => drop(headers.append(ALLOW_ORIGIN, granted.clone())),
            Self::SlashAppended if granted != "*" => {
                if let Ok(slashed) = HeaderValue::from_str(&format!("{origin}/")) {
                    headers.insert(ALLOW_ORIGIN, slashed);
                }
            }
            Self::StarBesideCredentials if rules.credentials => {
                for name in [
                    header::ACCESS_CONTROL_ALLOW_METHODS,
                    header::ACCESS_CONTROL_ALLOW_HEADERS,
                    header::ACCESS_CONTROL_EXPOSE_HEADERS,
                ] {
                    if let Some(value) = headers.get_mut(name) {
                        *value = HeaderValue::from_static("*");
                    }
                }
            }
            _ => {}
        }
    }
}

/// Grants a preflight whatever it asks.
fn grant_all(asked: &Parts, headers: &mut HeaderMap) {
    echo(asked, headers);
    headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, TRUE);
    for (request, answer) in [
        (header::ACCESS_CONTROL_REQUEST_METHOD, header::ACCESS_CONTROL_ALLOW_METHODS),
        (header::ACCESS_CONTROL_REQUEST_HEADERS, header::ACCESS_CONTROL_ALLOW_HEADERS),
    ] {
        if let Some(value) = asked.headers.get(request) {
            headers.insert(answer, value.clone());
        }
    }
}

fn origin(parts: &Parts) -> Option<String> {
    Some(parts.headers.get(header::ORIGIN)?.to_str().ok()?.to_owned())
}

/// The asking origin, granted.
fn echo(asked: &Parts, headers: &mut HeaderMap) {
    if let Some(origin) = asked.headers.get(header::ORIGIN) {
        headers.insert(ALLOW_ORIGIN, origin.clone());
    }
}
