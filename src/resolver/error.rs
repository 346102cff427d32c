//! Why a lookup has no answer.

use crate::source::{NoRuntime, TimedOut};
use std::{error::Error, fmt, sync::Arc};

/// Why a [`Resolver`](crate::Resolver) has no answer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum LookupError {
    /// The lookup failed. This prints as the cause does.
    Failed(Arc<dyn Error + Send + Sync>),
    /// The lookup took too long.
    TimedOut(TimedOut),
    /// No lookup was made, because there are too many: see
    /// [`lookup_rate`](crate::resolver::ResolverBuilder::lookup_rate).
    RateLimited,
    /// The lookup panicked, or its tokio runtime was shut down.
    Lost,
    /// No lookup was made, because the request does not run on a tokio runtime.
    NoRuntime(NoRuntime),
}

impl fmt::Display for LookupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(error) => error.fmt(f),
            Self::TimedOut(error) => error.fmt(f),
            Self::RateLimited => f.write_str("too many lookups; see lookup_rate"),
            Self::Lost => f.write_str("the lookup panicked, or its runtime was shut down"),
            Self::NoRuntime(error) => error.fmt(f),
        }
    }
}

impl Error for LookupError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Failed(error) => error.source(),
            Self::TimedOut(_) | Self::RateLimited | Self::Lost | Self::NoRuntime(_) => None,
        }
    }
}
