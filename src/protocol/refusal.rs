//! Why a request is refused.

use crate::{message::Escaped, policy::Setting};
use http::HeaderValue;
use std::{error::Error, fmt, mem::discriminant, sync::Arc};

/// Why a request is refused, with the data that is at fault.
///
/// What comes from the request is printed escaped and cut to 200 bytes, so that it can go into a
/// log.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Refusal {
    /// The host of the request is not listed in `allow_hosts`.
    #[non_exhaustive]
    HostNotAllowed {
        /// `:authority`, the host of an absolute target, or the value of `Host`.
        host: HeaderValue,
    },
    /// The request has neither `Host` nor another host, under `allow_hosts`.
    MissingHost,
    /// The host of the request is not valid, under `allow_hosts`.
    #[non_exhaustive]
    MalformedHost {
        /// The same as in [`HostNotAllowed`](Self::HostNotAllowed).
        host: HeaderValue,
    },
    /// Several `Host` lines, under `allow_hosts`.
    #[non_exhaustive]
    RepeatedHost {
        /// How many.
        lines: usize,
    },
    /// An origin that no rule matches.
    #[non_exhaustive]
    OriginNotAllowed {
        /// The value of `Origin`.
        origin: HeaderValue,
    },
    /// `Origin: null`, without its opt-in.
    NullOrigin,
    /// A value that no browser sends as `Origin`.
    #[non_exhaustive]
    MalformedOrigin {
        /// The value of `Origin`.
        origin: HeaderValue,
    },
    /// Several `Origin` lines.
    #[non_exhaustive]
    RepeatedOrigin {
        /// How many.
        lines: usize,
    },
    /// A predicate failed, and nothing else matched.
    #[non_exhaustive]
    PredicateFailed {
        /// The value of `Origin`.
        origin: HeaderValue,
        /// What the predicate returned.
        error: Arc<dyn Error + Send + Sync>,
    },
    /// The policy is unavailable: its source (feature "source") failed or took too long.
    #[non_exhaustive]
    PolicyUnavailable {
        /// What the source returned, or that it took too long.
        error: Arc<dyn Error + Send + Sync>,
    },
    /// A preflight asks for a method that is not listed.
    #[non_exhaustive]
    MethodNotAllowed {
        /// The value of `Access-Control-Request-Method`.
        method: HeaderValue,
    },
    /// A preflight asks for something that is not a valid method.
    #[non_exhaustive]
    MalformedMethod {
        /// The value of `Access-Control-Request-Method`.
        method: HeaderValue,
    },
    /// Several `Access-Control-Request-Method` lines.
    #[non_exhaustive]
    RepeatedMethod {
        /// How many.
        lines: usize,
    },
    /// A preflight asks for a method that is longer than any that `*` grants with credentials.
    #[non_exhaustive]
    MethodTooLong {
        /// The bytes of `Access-Control-Request-Method`.
        bytes: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// A preflight asks for a header that is not listed.
    #[non_exhaustive]
    HeaderNotAllowed {
        /// The first such name, as it was sent.
        name: HeaderValue,
    },
    /// A preflight asks for something that is not a valid header name.
    #[non_exhaustive]
    MalformedHeader {
        /// The first such item, as it was sent.
        name: HeaderValue,
    },
    /// A preflight's list of headers is longer than any that could be granted.
    #[non_exhaustive]
    HeadersTooLong {
        /// The bytes of all its `Access-Control-Request-Headers` lines.
        bytes: usize,
        /// How many are read.
        limit: usize,
    },
}

impl Refusal {
    /// The setting under which the request was refused.
    #[must_use]
    pub fn setting(&self) -> Setting {
        match self {
            Self::HostNotAllowed { .. }
            | Self::MissingHost
            | Self::MalformedHost { .. }
            | Self::RepeatedHost { .. } => Setting::AllowHosts,
            Self::NullOrigin => Setting::DangerouslyAllowNullOrigin,
            Self::OriginNotAllowed { .. }
            | Self::MalformedOrigin { .. }
            | Self::RepeatedOrigin { .. }
            | Self::PredicateFailed { .. }
            | Self::PolicyUnavailable { .. } => Setting::AllowOrigin,
            Self::MethodNotAllowed { .. }
            | Self::MalformedMethod { .. }
            | Self::MethodTooLong { .. }
            | Self::RepeatedMethod { .. } => Setting::AllowMethods,
            Self::HeaderNotAllowed { .. }
            | Self::MalformedHeader { .. }
            | Self::HeadersTooLong { .. } => Setting::AllowHeaders,
        }
    }
}

/// Equal if the variants and their data are. Two errors are equal if they are the same one, or if
/// their texts are.
impl PartialEq for Refusal {
    fn eq(&self, other: &Self) -> bool {
        discriminant(self) == discriminant(other)
            && self.value() == other.value()
            && self.numbers() == other.numbers()
            && match (self.error(), other.error()) {
                (Some(a), Some(b)) => Arc::ptr_eq(a, b) || a.to_string() == b.to_string(),
                // Both are of one variant, so neither has one.
                _ => true,
            }
    }
}

/// The data of each variant.
impl Refusal {
    /// What the request sent.
    fn value(&self) -> Option<&HeaderValue> {
        match self {
            Self::HostNotAllowed { host } | Self::MalformedHost { host } => Some(host),
            Self::OriginNotAllowed { origin }
            | Self::MalformedOrigin { origin }
            | Self::PredicateFailed { origin, .. } => Some(origin),
            Self::MethodNotAllowed { method } | Self::MalformedMethod { method } => Some(method),
            Self::HeaderNotAllowed { name } | Self::MalformedHeader { name } => Some(name),
            _ => None,
        }
    }

    fn numbers(&self) -> Option<(usize, usize)> {
        match *self {
            Self::RepeatedHost { lines }
            | Self::RepeatedOrigin { lines }
            | Self::RepeatedMethod { lines } => Some((lines, 1)),
            Self::MethodTooLong { bytes, limit } | Self::HeadersTooLong { bytes, limit } => {
                Some((bytes, limit))
            }
            _ => None,
        }
    }

    fn error(&self) -> Option<&Arc<dyn Error + Send + Sync>> {
        match self {
            Self::PredicateFailed { error, .. } | Self::PolicyUnavailable { error } => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HostNotAllowed { host } => sent(f, "host ", host, " is not allowed"),
            Self::MissingHost => one_line_of(f, "Host", &"none"),
            Self::MalformedHost { host } => sent(f, "", host, " is not a valid host"),
            Self::RepeatedHost { lines } => one_line_of(f, "Host", lines),
            Self::OriginNotAllowed { origin } => sent(f, "origin ", origin, " is not allowed"),
            Self::NullOrigin => f.write_str("origin `null` is not allowed"),
            Self::MalformedOrigin { origin } => {
                sent(f, "", origin, " is not an origin that a browser sends")
            }
            Self::RepeatedOrigin { lines } => one_line_of(f, "Origin", lines),
            Self::PredicateFailed { origin, error } => {
                sent(f, "origin ", origin, " could not be checked: ")?;
                f.write_str(&escaped(error))
            }
            Self::PolicyUnavailable { error } => {
                f.write_str("the policy is unavailable: ")?;
                f.write_str(&escaped(error))
            }
            Self::MethodNotAllowed { method } => sent(f, "method ", method, " is not allowed"),
            Self::MalformedMethod { method } => sent(f, "", method, " is not a valid method"),
            Self::RepeatedMethod { lines } => {
                one_line_of(f, "Access-Control-Request-Method", lines)
            }
            Self::MethodTooLong { bytes, limit } => {
                write!(f, "the method has {bytes} bytes, and `*` covers at most {limit}")
            }
            Self::HeaderNotAllowed { name } => sent(f, "request header ", name, " is not allowed"),
            Self::MalformedHeader { name } => sent(f, "", name, " is not a valid header name"),
            Self::HeadersTooLong { bytes, limit } => {
                write!(
                    f,
                    "`Access-Control-Request-Headers` has {bytes} bytes, and at most {limit} are read"
                )
            }
        }
    }
}

/// What the request sent, and what is said of it.
fn sent(f: &mut fmt::Formatter<'_>, what: &str, value: &HeaderValue, of_it: &str) -> fmt::Result {
    f.write_str(what)?;
    fmt::Display::fmt(&Quoted(value), f)?;
    f.write_str(of_it)
}

fn one_line_of(f: &mut fmt::Formatter<'_>, header: &str, got: &dyn fmt::Display) -> fmt::Result {
    write!(f, "expected one `{header}` header, got {got}")
}

/// An error of somebody else's, which may quote what it was given: line breaks and the like
/// escaped, cut to a bounded length.
fn escaped(error: &Arc<dyn Error + Send + Sync>) -> String {
    Escaped { text: &error.to_string(), limit: 500 }.to_string()
}

/// Text of a request: in quotes, what is not visible ASCII escaped, cut to a bounded length.
pub(crate) struct Quoted<'a>(pub(crate) &'a HeaderValue);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 200;
        let bytes = self.0.as_bytes();
        let shown = &bytes[..bytes.len().min(SHOWN)];
        write!(f, "\"{}", shown.escape_ascii())?;
        if shown.len() < bytes.len() {
            write!(f, "…\" ({} bytes)", bytes.len())
        } else {
            f.write_str("\"")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{HeaderValue, Refusal};
    use std::{error::Error, sync::Arc};

    #[test]
    fn refusals_are_compared_by_their_data() {
        let failed = |text: &str| Refusal::PolicyUnavailable {
            error: Arc::from(Box::<dyn Error + Send + Sync>::from(text)),
        };
        assert_eq!(failed("timeout"), failed("timeout"));
        assert_ne!(failed("timeout"), failed("connection refused"));
        assert_eq!(
            Refusal::HeadersTooLong { bytes: 5000, limit: 4096 },
            Refusal::HeadersTooLong { bytes: 5000, limit: 4096 },
        );
        assert_ne!(Refusal::RepeatedOrigin { lines: 2 }, Refusal::RepeatedOrigin { lines: 3 });
        assert_ne!(Refusal::RepeatedOrigin { lines: 2 }, Refusal::RepeatedMethod { lines: 2 });
    }

    /// What is printed is bounded, whatever a request or a predicate brings; the fields are whole.
    #[test]
    fn what_comes_from_outside_is_escaped_and_cut() {
        let origin = HeaderValue::from_str(&"a".repeat(100_000)).expect("a valid value");
        let error = format!("no row for {}\n\u{202e}", "b".repeat(100_000));
        let refusal = Refusal::PredicateFailed {
            origin,
            error: Arc::from(Box::<dyn Error + Send + Sync>::from(error)),
        };
        let expected = format!(
            "origin \"{}…\" (100000 bytes) could not be checked: no row for {}…",
            "a".repeat(200),
            "b".repeat(489),
        );
        assert_eq!(refusal.to_string(), expected);
        assert_eq!(refusal.value().map(HeaderValue::len), Some(100_000));
        let refusal = Refusal::PolicyUnavailable {
            error: Arc::from(Box::<dyn Error + Send + Sync>::from("a\n\u{202e}b")),
        };
        assert_eq!(refusal.to_string(), r"the policy is unavailable: a\n\u{202e}b");
    }
}
