//! A fetch that came to nothing.

use std::error::Error;
use std::fmt;

use super::exchange::Exchange;
use super::reason::Reason;

/// A fetch that came to nothing: for the script a `TypeError` without a word, for the test the
/// [`Reason`] and what crossed the wire until then.
pub struct Blocked {
    parts: Box<Parts>,
}

struct Parts {
    url: String,
    origin: String,
    reason: Reason,
    wire: Vec<Exchange>,
}

impl Blocked {
    pub(super) fn new(url: String, origin: String, reason: Reason, wire: Vec<Exchange>) -> Self {
        Self { parts: Box::new(Parts { url, origin, reason, wire }) }
    }

    /// The URL that the script asked for.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.parts.url
    }

    /// The page's origin; `null` if it is opaque.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.parts.origin
    }

    /// Why.
    #[must_use]
    pub fn reason(&self) -> &Reason {
        &self.parts.reason
    }

    /// Why, by value.
    #[must_use]
    pub fn into_reason(self) -> Reason {
        self.parts.reason
    }

    /// The requests that left the browser all the same, in order.
    ///
    /// A blocked *actual* request is here with its response: the server has seen it and acted on
    /// it. CORS keeps scripts from reading, not servers from receiving.
    #[must_use]
    pub fn wire(&self) -> &[Exchange] {
        &self.parts.wire
    }
}

/// What happened, the culprit and the suggestion, on three lines.
impl fmt::Display for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Parts { url, origin, reason, .. } = &*self.parts;
        write!(
            f,
            "fetch of {url:?} from {origin:?} was blocked: {reason}\n  culprit: {}\n  suggestion: {}",
            reason.culprit(),
            reason.suggestion()
        )
    }
}

/// As `Display`, and what crossed the wire: this is what a test prints that unwraps it.
impl fmt::Debug for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        for exchange in &self.parts.wire {
            write!(f, "\n{exchange}")?;
        }
        Ok(())
    }
}

impl Error for Blocked {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.parts.reason {
            Reason::Service { error } => Some(&**error),
            _ => None,
        }
    }
}
