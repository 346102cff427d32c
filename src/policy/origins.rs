//! The origins of a policy, compiled for matching.

use super::allow_origin::Predicate;
use crate::origin::{Origin, OriginRef, OriginSet};
use http::{HeaderMap, HeaderValue, header::ORIGIN, request::Parts};
use std::{error::Error, sync::Arc};

#[derive(Clone, Debug)]
pub(crate) enum Origins {
    /// `*`: the origin is not looked at.
    Any,
    /// Exactly one exact origin.
    One(HeaderValue),
    Rules(Box<OriginRules>),
}

/// Several rules, combined with *or*, the cheap ones first.
#[derive(Clone, Debug, Default)]
pub(crate) struct OriginRules {
    pub(crate) set: OriginSet,
    pub(crate) null: bool,
    #[cfg(feature = "regex")]
    pub(crate) regexes: super::regex::Regexes,
    pub(crate) predicates: Vec<Predicate>,
    /// Whether insecure origins match nothing; see [`is_insecure`]. What an expression or a
    /// predicate matches cannot be known when the policy is built, so it is checked here.
    pub(crate) secure: bool,
}

/// An origin whose pages a network attacker can change.
pub(super) fn is_insecure(origin: &Origin) -> bool {
    origin.scheme() == "http" && !origin.is_loopback()
}

/// Whether an origin is allowed.
#[derive(Clone, Debug)]
pub(crate) enum OriginMatch {
    /// The request's host is not one of the policy's, so that nothing else is looked at.
    HostRefused,
    Granted(Echo),
    Refused,
    /// A predicate failed, and nothing else matched.
    Failed(Arc<dyn Error + Send + Sync>),
    /// Unknown, because the policy is unavailable.
    Unavailable(Box<Unavailable>),
}

/// Why a policy is unavailable, and the status of what is refused for it.
#[derive(Clone, Debug)]
pub(crate) struct Unavailable {
    pub(crate) error: Arc<dyn Error + Send + Sync>,
    pub(crate) status: http::StatusCode,
}

/// What `Access-Control-Allow-Origin` says to a granted origin. A value proper would be moved from
/// hand to hand five times over before it is sent, if it is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Echo {
    /// `*`
    Any,
    /// `null`
    Null,
    /// The only exact origin, or that at this position. It is what the request says too, but its
    /// bytes are shared already, where those of the request may have to be made so by an
    /// allocation.
    Configured(usize),
    /// What the request says.
    Request,
}

impl Origins {
    #[inline]
    pub(crate) fn echo(&self, echo: Echo, request: &HeaderMap) -> HeaderValue {
        let configured = match (echo, self) {
            (Echo::Any, _) => return HeaderValue::from_static("*"),
            (Echo::Null, _) => return HeaderValue::from_static("null"),
            (Echo::Configured(_), Self::One(only)) => Some(only),
            (Echo::Configured(position), Self::Rules(rules)) => rules.set.exact_at(position),
            _ => None,
        };
        let value = configured.or_else(|| request.get(ORIGIN));
        // A granted origin was sent, so never empty; which would grant nothing.
        value.cloned().unwrap_or(HeaderValue::from_static(""))
    }

    /// Matches the value of a request's only `Origin` line.
    #[inline]
    pub(crate) fn evaluate(&self, origin: &HeaderValue, parts: &Parts) -> OriginMatch {
        match self {
            Self::Any => OriginMatch::Granted(Echo::Any),
            Self::One(only) if only == origin => OriginMatch::Granted(Echo::Configured(0)),
            Self::One(_) => OriginMatch::Refused,
            Self::Rules(rules) => rules.evaluate(origin, parts),
        }
    }
}

impl OriginRules {
    fn evaluate(&self, value: &HeaderValue, parts: &Parts) -> OriginMatch {
        // What was configured is canonical, so equal bytes need no parsing.
        if let Some(position) = self.set.exact(value.as_bytes()) {
            return OriginMatch::Granted(Echo::Configured(position));
        }
        let origin = if self.only_exact() { None } else { OriginRef::new(value) };
        let Some(origin) = origin else {
            // `null` among others, which has no parts.
            let null = self.null && value == "null";
            return if null { OriginMatch::Granted(Echo::Null) } else { OriginMatch::Refused };
        };
        if self.set.matches_pattern(origin) {
            return OriginMatch::Granted(Echo::Request);
        }
        // Like `null`, what any local file sends is matched by nothing but its own opt-in.
        if origin.is_local_file() {
            return OriginMatch::Refused;
        }
        let origin = origin.to_origin();
        if self.secure && is_insecure(&origin) {
            return OriginMatch::Refused;
        }
        #[cfg(feature = "regex")]
        if self.regexes.matches(&origin) {
            return OriginMatch::Granted(Echo::Request);
        }
        self.ask_predicates(&origin, parts)
    }

    fn only_exact(&self) -> bool {
        #[cfg(feature = "regex")]
        if !self.regexes.is_empty() {
            return false;
        }
        self.predicates.is_empty() && !self.set.has_patterns()
    }

    fn ask_predicates(&self, origin: &Origin, parts: &Parts) -> OriginMatch {
        let mut answer = OriginMatch::Refused;
        for predicate in &self.predicates {
            match predicate.call(origin, parts) {
                Ok(true) => return OriginMatch::Granted(Echo::Request),
                Ok(false) => {}
                Err(error) => answer = OriginMatch::Failed(error.into()),
            }
        }
        answer
    }
}
