//! Where engines are known to depart from the standard. Each is counted and printed; none hides anything else, for
//! its condition looks at the case and at what came of it.

use crate::case::{Case, Corpus};
use crate::engine::Kind;
use crate::outcome::Outcome;

/// One departure.
pub(crate) struct Departure {
    pub(crate) name: &'static str,
    /// Why it is no fault of the middleware's.
    pub(crate) reason: &'static str,
    engines: &'static [Kind],
    covers: fn(&Instance<'_>) -> bool,
}

/// A case in which an engine disagrees.
pub(crate) struct Instance<'a> {
    pub(crate) corpus: &'a Corpus,
    pub(crate) case: &'a Case,
    pub(crate) observed: &'a Outcome,
    pub(crate) simulated: &'a Outcome,
}

/// The departure that a disagreement is, if it is a known one.
pub(crate) fn known(engine: Kind, instance: &Instance<'_>) -> Option<&'static Departure> {
    DEPARTURES.iter().find(|departure| departure.engines.contains(&engine) && (departure.covers)(instance))
}

pub(crate) const DEPARTURES: &[Departure] = &[];
