//! Why a lookup has no answer.

use crate::source::TimedOut;
use std::{error::Error, fmt, sync::Arc};

/// Why a [`Resolver`](crate::Resolver) has no answer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum LookupError {
    /// The lookup failed. It prints as its cause does.
    Failed(Arc<dyn Error + Send + Sync>),
    /// It took too long.
    TimedOut(TimedOut),
    /// No lookup was made, for there are too many: see
    /// [`lookup_rate`](crate::resolver::ResolverBuilder::lookup_rate).
    RateLimited,
    /// The lookup panicked, or there is no tokio runtime for it, or none any more.
    Lost,
}

impl fmt::Display for LookupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(error) => error.fmt(f),
            Self::TimedOut(error) => error.fmt(f),
            Self::RateLimited => f.write_str("too many lookups, see lookup_rate"),
            Self::Lost => f.write_str("the lookup was lost: it panicked, or its runtime is gone"),
        }
    }
}

impl Error for LookupError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Failed(error) => error.source(),
            Self::TimedOut(_) | Self::RateLimited | Self::Lost => None,
        }
    }
}
