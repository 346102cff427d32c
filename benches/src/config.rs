//! Policies, told once and made for each subject.

use crate::hand::{HandLayer, HandOrigins, HandPolicy};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE,
        AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, VARY,
    },
};
use std::{sync::Arc, time::Duration};
use tower_cors::{CorsLayer, PolicyBuilder};
use tower_http::cors as peer;

const METHODS: [Method; 4] = [Method::GET, Method::POST, Method::PUT, Method::DELETE];
const HEADERS: [HeaderName; 2] = [AUTHORIZATION, CONTENT_TYPE];
const EXPOSED: [HeaderName; 2] =
    [HeaderName::from_static("x-request-id"), HeaderName::from_static("x-total-count")];
const MAX_AGE: Duration = Duration::from_secs(3600);

/// A policy. With `Origins::Any` nothing else is set; with origins: credentials, four methods, two
/// headers, two exposed, a max-age.
#[derive(Clone, Debug)]
pub struct Config {
    /// The origins.
    pub origins: Origins,
    /// Any method, header and exposed header, which under credentials means mirroring.
    pub mirror: bool,
    /// Refuse actual requests too.
    pub enforce: bool,
}

/// The origins of a policy.
#[derive(Clone, Debug)]
pub enum Origins {
    /// `*`
    Any,
    /// These.
    List(Vec<String>),
    /// These, which only tower-cors knows.
    Patterns(Vec<String>),
}

impl Config {
    /// Three origins, and all the rest.
    #[must_use]
    pub fn full() -> Self {
        Self::list(
            ["https://www.example.com", "https://admin.example.com", "https://app.example.com"]
                .map(str::to_owned)
                .to_vec(),
        )
    }

    /// `*`, and nothing else.
    #[must_use]
    pub fn any() -> Self {
        Self { origins: Origins::Any, mirror: false, enforce: false }
    }

    /// These origins, and all the rest.
    #[must_use]
    pub fn list(origins: Vec<String>) -> Self {
        Self { origins: Origins::List(origins), mirror: false, enforce: false }
    }

    /// These patterns, and all the rest.
    #[must_use]
    pub fn patterns(patterns: Vec<String>) -> Self {
        Self { origins: Origins::Patterns(patterns), mirror: false, enforce: false }
    }

    /// tower-cors.
    pub fn tower_cors(&self) -> CorsLayer {
        let origins = match &self.origins {
            Origins::Any => {
                return CorsLayer::builder().allow_origin("*").build().expect("a policy");
            }
            Origins::List(list) | Origins::Patterns(list) => list,
        };
        self.without_origins().allow_origin(origins).build().expect("a policy")
    }

    /// tower-cors, still without the origins.
    pub(crate) fn without_origins(&self) -> PolicyBuilder<CorsLayer> {
        let builder = CorsLayer::builder().allow_credentials(true).max_age(MAX_AGE);
        let builder = if self.mirror {
            builder.allow_methods("*").allow_headers("*").expose_headers("*")
        } else {
            builder.allow_methods(METHODS).allow_headers(HEADERS).expose_headers(EXPOSED)
        };
        builder.enforce(self.enforce)
    }

    /// What is written by hand; it does not mirror, enforce or match patterns.
    #[must_use]
    pub fn hand(&self) -> Option<HandLayer> {
        if self.mirror || self.enforce {
            return None;
        }
        let origins = match &self.origins {
            Origins::Any => HandOrigins::Any,
            Origins::List(list) if list.len() <= 8 => HandOrigins::Few(values(list)),
            Origins::List(list) => HandOrigins::Many(values(list).into_iter().collect()),
            Origins::Patterns(_) => return None,
        };
        let any = matches!(origins, HandOrigins::Any);
        let mut preflight = HeaderMap::new();
        preflight.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static(""));
        if !any {
            preflight.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
            let methods = HeaderValue::from_static("GET,POST,PUT,DELETE");
            preflight.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
            let headers = HeaderValue::from_static("authorization,content-type");
            preflight.insert(ACCESS_CONTROL_ALLOW_HEADERS, headers);
            preflight.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600"));
            preflight.insert(VARY, HeaderValue::from_static("Origin"));
        }
        let expose = (!any).then_some(HeaderValue::from_static("x-request-id,x-total-count"));
        let mut refused_preflight = HeaderMap::new();
        refused_preflight.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        refused_preflight.insert(VARY, HeaderValue::from_static("Origin"));
        let policy =
            HandPolicy { origins, credentials: !any, expose, preflight, refused_preflight };
        Some(HandLayer(Arc::new(policy)))
    }

    /// tower-http; it does not enforce, and knows no patterns.
    #[must_use]
    pub fn tower_http(&self) -> Option<peer::CorsLayer> {
        let layer = peer::CorsLayer::new();
        let origins = match &self.origins {
            Origins::Any => return Some(layer.allow_origin(peer::Any)),
            Origins::List(list) => values(list),
            Origins::Patterns(_) => return None,
        };
        if self.enforce {
            return None;
        }
        let layer = layer.allow_origin(origins).allow_credentials(true).max_age(MAX_AGE);
        Some(if self.mirror {
            layer
                .allow_methods(peer::AllowMethods::mirror_request())
                .allow_headers(peer::AllowHeaders::mirror_request())
        } else {
            layer.allow_methods(METHODS).allow_headers(HEADERS).expose_headers(EXPOSED)
        })
    }

    /// hyper-cors; it knows no patterns.
    #[must_use]
    pub fn hyper_cors<S>(&self, inner: S) -> Option<hyper_cors::Cors<S>> {
        let builder = hyper_cors::builder();
        let origins = match &self.origins {
            Origins::Any => return Some(builder.allow_origin(hyper_cors::Any).build(inner)),
            Origins::List(list) => values(list),
            Origins::Patterns(_) => return None,
        };
        let builder = builder.allow_origin(origins).allow_credentials(true).max_age(MAX_AGE);
        let builder = if self.mirror {
            builder
                .allow_methods(hyper_cors::AllowMethods::mirror_request())
                .allow_headers(hyper_cors::AllowHeaders::mirror_request())
        } else {
            builder.allow_methods(METHODS).allow_headers(HEADERS).expose_headers(EXPOSED)
        };
        Some(builder.deliver_non_allowed_origin(!self.enforce).build(inner))
    }
}

fn values(origins: &[String]) -> Vec<HeaderValue> {
    origins.iter().map(|origin| HeaderValue::from_str(origin).expect("an origin")).collect()
}
