//! Events about sources of policies that failed.

use super::{
    TARGET,
    seen::Seen,
    text::one_line,
    throttle::{Class, THROTTLE, Verdict, tell_number},
};
use crate::protocol::RequestKind;
use http::request::Parts;
use std::{error::Error, hash::Hash};
use tracing::Level;

/// Logs that a source of policies failed for one request.
#[cfg(feature = "source")]
#[cold]
pub(super) fn unavailable(layer: Option<&str>, error: &(dyn Error + 'static), parts: &Parts) {
    if !tracing::event_enabled!(target: TARGET, Level::WARN) {
        return;
    }
    let error = one_line(error);
    let verdict = THROTTLE.ask(Class::Source, |hasher| ("request", layer, &error).hash(hasher));
    let debug = tracing::event_enabled!(target: TARGET, Level::DEBUG);
    if let Verdict::TellNumber { suppressed } = verdict {
        tell_number(Class::Source, suppressed);
    }
    if !debug && !matches!(verdict, Verdict::Tell { .. }) {
        return;
    }
    let Seen { kind, method, path, origin } = Seen::of(RequestKind::of(parts), parts);
    if let Verdict::Tell { suppressed } = verdict {
        tracing::warn!(
            target: TARGET, kind, method, path, origin, layer, error, suppressed,
            "CORS policy unavailable"
        );
    }
    if debug {
        tracing::debug!(
            target: TARGET, kind, method, path, origin, layer, error, "CORS policy unavailable"
        );
    }
}

/// Logs that a lookup failed, whoever waited for it.
#[cfg(feature = "resolver")]
#[cold]
pub(crate) fn lookup_failed(error: &(dyn Error + 'static)) {
    if !tracing::event_enabled!(target: TARGET, Level::WARN) {
        return;
    }
    let error = one_line(error);
    match THROTTLE.ask(Class::Source, |hasher| ("lookup", &error).hash(hasher)) {
        Verdict::Tell { suppressed } => {
            tracing::warn!(target: TARGET, error, suppressed, "CORS policy lookup failed");
        }
        Verdict::TellNumber { suppressed } => tell_number(Class::Source, suppressed),
        Verdict::Suppress => {}
    }
    tracing::debug!(target: TARGET, error, "CORS policy lookup failed");
}
