//! Events about policies: which are in force, and what a reload changed.

use super::TARGET;
use std::fmt::Display;

/// Logs the policies that are now in force, a line each, the first 20 of them.
pub(crate) fn in_force(layer: Option<&str>, policies: &dyn Display) {
    const LOGGED: usize = 20;
    if !tracing::event_enabled!(target: TARGET, tracing::Level::INFO) {
        return;
    }
    let text = policies.to_string();
    let more = text.lines().count().saturating_sub(LOGGED);
    let more = (more > 0).then(|| format!("and {more} more"));
    for line in text.lines().take(LOGGED).chain(more.as_deref()) {
        tracing::info!(target: TARGET, layer, "CORS policy in force: {line}");
    }
}

/// Logs one difference between the policies before and after a reload.
#[cfg(feature = "reload")]
pub(crate) fn changed(difference: &dyn Display) {
    tracing::info!(target: TARGET, "CORS policy changed: {difference}");
}

/// Logs one error because of which the policies were not reloaded.
#[cfg(all(feature = "reload", feature = "config"))]
pub(crate) fn not_reloaded(error: &dyn Display) {
    tracing::error!(target: TARGET, "CORS policy not reloaded, the old one stays: {error}");
}
