//! Events about policies: which are in force, and what a reload changed.

use super::TARGET;
use std::fmt::Display;

/// Logs the policies that are now in force, a line each, the first 20 of them.
pub(crate) fn in_force(layer: Option<&str>, policies: &dyn Display) {
    const LOGGED: usize = 20;
    if !tracing::event_enabled!(target: TARGET, tracing::Level::INFO) {
        return;
    }
    let (mut logged, mut more) = (0, 0);
    for line in policies.to_string().lines() {
        if logged < LOGGED {
            logged += 1;
            tell_in_force(layer, line);
        } else {
            more += 1;
        }
    }
    if more > 0 {
        tell_in_force(layer, &format!("and {more} more"));
    }
}

fn tell_in_force(layer: Option<&str>, line: &str) {
    tracing::info!(target: TARGET, layer, "CORS policy in force: {line}");
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
