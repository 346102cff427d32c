//! Counters through the `metrics` facade. The guide [`observation`](crate::guide::observation) lists
//! them.
//!
//! No counter has an origin among its labels: strangers choose those, and a time series for each
//! would fill the store.

#[cfg(any(feature = "reload", feature = "resolver"))]
use metrics::Label;
use metrics::Unit;
#[cfg(any(feature = "tower", feature = "reload"))]
use metrics::{Key, Level, Metadata};

/// Name and description of every counter.
const COUNTERS: [(&str, &str); 5] = [
    (DECISIONS, "Decisions on requests, by layer, policy, kind of request, outcome and reason."),
    (PREFLIGHTS, "Preflights that the layer answered itself, by layer and policy."),
    (RELOADS, "Reloads of policies, by result."),
    (RESOLVER, "What resolvers did, by event."),
    (
        SHADOW,
        "Requests on which the live and the shadow policy differ, by layer and by both outcomes.",
    ),
];

pub(super) const DECISIONS: &str = "tower_cors_decisions_total";
pub(super) const PREFLIGHTS: &str = "tower_cors_preflights_answered_total";
const RELOADS: &str = "tower_cors_reloads_total";
const RESOLVER: &str = "tower_cors_resolver_events_total";
pub(super) const SHADOW: &str = "tower_cors_shadow_differences_total";

#[cfg(any(feature = "tower", feature = "reload"))]
static METADATA: Metadata<'static> = Metadata::new("tower_cors", Level::INFO, Some("tower_cors"));

/// Describes the counters to the recorder that is installed, for exporters that show descriptions.
///
/// ```
/// // After the recorder was installed:
/// tower_cors::observe::describe_metrics();
/// ```
#[cfg_attr(docsrs, doc(cfg(feature = "metrics")))]
pub fn describe_metrics() {
    metrics::with_recorder(|recorder| {
        for (name, description) in COUNTERS {
            recorder.describe_counter(name.into(), Some(Unit::Count), description.into());
        }
    });
}

#[cfg(any(feature = "tower", feature = "reload"))]
pub(super) fn count(key: &Key) {
    metrics::with_recorder(|recorder| recorder.register_counter(key, &METADATA).increment(1));
}

/// Counts a reload: `changed`, `unchanged` or `failed`.
#[cfg(feature = "reload")]
pub(crate) fn reload(result: &'static str) {
    count(&Key::from_parts(RELOADS, vec![Label::from_static_parts("result", result)]));
}

/// Counts what a resolver did.
#[cfg(feature = "resolver")]
pub(crate) fn resolver(event: &'static str) {
    count(&Key::from_parts(RESOLVER, vec![Label::from_static_parts("event", event)]));
}
