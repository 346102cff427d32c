//! The origins of a policy, compiled for matching.

use super::allow_origin::{Predicate, THIS_MACHINE};
use crate::origin::{Origin, OriginRef, OriginSet};
use http::{HeaderValue, request::Parts};
use std::{borrow::Borrow, error::Error, sync::Arc};

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
pub(crate) enum OriginMatch<'a> {
    /// The request's host is not one of the policy's, so that nothing else is looked at.
    HostRefused,
    Granted(Echo<&'a HeaderValue>),
    Refused,
    /// A predicate failed, and nothing else matched.
    Failed(Arc<dyn Error + Send + Sync>),
    /// Unknown, because the policy is unavailable.
    Unavailable(Box<Unavailable>),
}

impl OriginMatch<'_> {
    /// Why the policy is unavailable, if it is.
    #[inline]
    pub(crate) fn unavailable(self) -> Option<Box<Unavailable>> {
        match self {
            Self::Unavailable(unavailable) => Some(unavailable),
            _ => None,
        }
    }
}

/// Why a policy is unavailable, and the status of what is refused for it.
#[derive(Clone, Debug)]
pub(crate) struct Unavailable {
    pub(crate) error: Arc<dyn Error + Send + Sync>,
    pub(crate) status: http::StatusCode,
}

/// What `Access-Control-Allow-Origin` says to a granted origin. The value itself would be moved from
/// hand to hand before it is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Echo<Line> {
    /// `*`
    Any,
    /// `null`
    Null,
    /// The only exact origin, or that at this position. It is what the request says too, but its
    /// bytes are shared already, where those of the request may have to be made so by an
    /// allocation.
    Configured(usize),
    /// What the request says.
    Request(Line),
}

impl Echo<&HeaderValue> {
    /// The same for the time after the request.
    #[inline]
    pub(crate) fn into_owned(self) -> Echo<HeaderValue> {
        match self {
            Self::Any => Echo::Any,
            Self::Null => Echo::Null,
            Self::Configured(position) => Echo::Configured(position),
            Self::Request(line) => Echo::Request(line.clone()),
        }
    }
}

impl<Line: Borrow<HeaderValue>> Echo<Line> {
    /// The value, where these are the origins that it was matched by.
    #[inline]
    pub(crate) fn value<'a>(&'a self, origins: &'a Origins) -> &'a HeaderValue {
        static ANY: HeaderValue = HeaderValue::from_static("*");
        static NULL: HeaderValue = HeaderValue::from_static("null");
        // Grants nothing.
        static NONE: HeaderValue = HeaderValue::from_static("");
        // The frequent ones first, for a `match` of all takes a jump through a table.
        if let Self::Any = self {
            return &ANY;
        }
        if let Self::Configured(position) = self {
            return match origins {
                Origins::Rules(rules) => rules.set.exact_at(*position).unwrap_or(&NONE),
                Origins::One(only) => only,
                Origins::Any => &NONE,
            };
        }
        match self {
            Self::Request(line) => line.borrow(),
            _ => &NULL,
        }
    }
}

impl Origins {
    /// What every origin is told, where that is always the same.
    #[inline]
    pub(crate) fn only<Line>(&self) -> Option<Echo<Line>> {
        match self {
            Self::Any => Some(Echo::Any),
            Self::One(_) => Some(Echo::Configured(0)),
            Self::Rules(_) => None,
        }
    }

    /// Matches the value of a request's only `Origin` line.
    #[inline]
    pub(crate) fn evaluate<'a>(&self, origin: &'a HeaderValue, parts: &Parts) -> OriginMatch<'a> {
        match self {
            Self::Any => OriginMatch::Granted(Echo::Any),
            Self::One(only) if only == origin => OriginMatch::Granted(Echo::Configured(0)),
            Self::One(_) => OriginMatch::Refused,
            Self::Rules(rules) => rules.evaluate(origin, parts),
        }
    }
}

impl OriginRules {
    fn evaluate<'a>(&self, value: &'a HeaderValue, parts: &Parts) -> OriginMatch<'a> {
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
            return OriginMatch::Granted(Echo::Request(value));
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
            return OriginMatch::Granted(Echo::Request(value));
        }
        self.ask_predicates(value, &origin, parts)
    }

    /// Whether one of the predicates is the rule of `development()`.
    pub(crate) fn is_development(&self) -> bool {
        self.predicates.iter().any(|predicate| predicate.is_development)
    }

    /// The predicates as they are printed. Code cannot be compared, only counted.
    pub(crate) fn predicate_names(&self) -> Vec<String> {
        let (mut names, mut number) = (Vec::new(), 0);
        for predicate in &self.predicates {
            names.push(if predicate.is_development {
                THIS_MACHINE.to_owned()
            } else {
                number += 1;
                format!("predicate {number}")
            });
        }
        names
    }

    fn only_exact(&self) -> bool {
        #[cfg(feature = "regex")]
        if !self.regexes.is_empty() {
            return false;
        }
        self.predicates.is_empty() && !self.set.has_patterns()
    }

    fn ask_predicates<'a>(
        &self,
        value: &'a HeaderValue,
        origin: &Origin,
        parts: &Parts,
    ) -> OriginMatch<'a> {
        let mut answer = OriginMatch::Refused;
        for predicate in &self.predicates {
            match predicate.call(origin, parts) {
                Ok(true) => return OriginMatch::Granted(Echo::Request(value)),
                Ok(false) => {}
                Err(error) => answer = OriginMatch::Failed(error.into()),
            }
        }
        answer
    }
}
