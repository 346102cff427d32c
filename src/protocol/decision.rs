//! What a policy says of one request.

use super::refusal::Refusal;
use http::Extensions;
use std::fmt;

/// What a policy says of one request.
///
/// With `record_decision` on the layer it stands in the extensions of request and response.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Decision {
    /// No `Origin`, or a same-origin request that the policy does not grant.
    NotCors,
    /// The browser will let the page go on.
    Granted,
    /// The browser will keep the response from the page, or not send the request at all.
    Refused(Refusal),
}

impl Decision {
    /// Whether the request was granted.
    #[must_use]
    pub fn is_granted(&self) -> bool {
        matches!(self, Self::Granted)
    }

    /// Why the request was refused, if it was.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::NotCors | Self::Granted => None,
        }
    }

    /// Puts it where `record_decision` promises it. Apart, for it is rare: written in place it takes 18
    /// instructions where nothing is recorded.
    #[cold]
    pub(crate) fn record(&self, extensions: &mut Extensions) {
        extensions.insert(self.clone());
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotCors => f.write_str("not CORS"),
            Self::Granted => f.write_str("granted"),
            Self::Refused(refusal) => {
                f.write_str("refused: ")?;
                refusal.fmt(f)
            }
        }
    }
}
