//! Events about policies: which are in force, and what a reload changed.

use super::TARGET;
use std::fmt::Display;

/// Logs one difference between the policies before and after a reload.
pub(crate) fn changed(difference: &dyn Display) {
    tracing::info!(target: TARGET, "CORS policy changed: {difference}");
}

/// Logs one error because of which the policies were not reloaded.
#[cfg(feature = "config")]
pub(crate) fn not_reloaded(error: &dyn Display) {
    tracing::error!(target: TARGET, "CORS policy not reloaded, the old one stays: {error}");
}
