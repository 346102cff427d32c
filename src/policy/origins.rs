//! The origins of a policy, compiled for matching.

use super::allow_origin::Predicate;
use crate::origin::{Origin, OriginSet};
use http::{HeaderValue, request::Parts};
use std::{error::Error, sync::Arc};

#[derive(Clone, Debug)]
pub(crate) enum Origins {
    /// `*`: the origin is not looked at.
    Any,
    /// Exactly one exact origin.
    One(HeaderValue),
    Rules(Box<Rules>),
}

/// Several rules, combined with *or*, the cheap ones first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules {
    pub(crate) set: OriginSet,
    pub(crate) null: bool,
    #[cfg(feature = "regex")]
    pub(crate) regexes: super::regex::Regexes,
    pub(crate) predicates: Vec<Predicate>,
}

/// Whether an origin is allowed.
#[derive(Clone, Debug)]
pub(crate) enum OriginMatch {
    /// It is; with the value of `Access-Control-Allow-Origin`.
    Granted(HeaderValue),
    Refused,
    /// It is not, for a predicate failed.
    Failed(Arc<dyn Error + Send + Sync>),
    /// It cannot be said: the policy is not known.
    #[cfg(feature = "async")]
    Unavailable(Unavailable),
}

/// Why a policy could not be had, and the status of what is refused for it.
#[cfg(feature = "async")]
#[derive(Clone, Debug)]
pub(crate) struct Unavailable {
    pub(crate) error: Arc<dyn Error + Send + Sync>,
    pub(crate) status: http::StatusCode,
}

impl Origins {
    /// Matches the value of a request's only `Origin` line.
    pub(crate) fn judge(&self, origin: &HeaderValue, parts: &Parts) -> OriginMatch {
        match self {
            Self::Any => OriginMatch::Granted(HeaderValue::from_static("*")),
            Self::One(only) if only == origin => OriginMatch::Granted(only.clone()),
            Self::One(_) => OriginMatch::Refused,
            Self::Rules(rules) => rules.judge(origin, parts),
        }
    }
}

impl Rules {
    fn judge(&self, value: &HeaderValue, parts: &Parts) -> OriginMatch {
        // What was configured is canonical, so equal bytes need no parsing. The configured value is
        // sent rather than the request's: it is shared already.
        if let Some(configured) = self.set.exact(value.as_bytes()) {
            return OriginMatch::Granted(configured.clone());
        }
        if value == "null" {
            let granted = OriginMatch::Granted(HeaderValue::from_static("null"));
            return if self.null { granted } else { OriginMatch::Refused };
        }
        if self.only_exact() {
            return OriginMatch::Refused;
        }
        let Some(origin) = Origin::from_header(value) else { return OriginMatch::Refused };
        if self.set.matches_pattern(&origin) {
            return OriginMatch::Granted(value.clone());
        }
        #[cfg(feature = "regex")]
        if self.regexes.matches(&origin) {
            return OriginMatch::Granted(value.clone());
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
                Ok(true) => return OriginMatch::Granted(origin.header_value().clone()),
                Ok(false) => {}
                Err(error) => answer = OriginMatch::Failed(error.into()),
            }
        }
        answer
    }
}
