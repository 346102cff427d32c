//! Observing decisions: hooks, events, extensions, a shadow policy, explanations.
//!
//! Nothing here changes an answer, and nothing is computed unless somebody asks for it. The guide
//! [`observation`](crate::guide::observation) lists every event and every metric.

#[cfg(all(feature = "tower", feature = "metrics"))]
mod counted;
mod difference;
#[cfg(all(feature = "tower", feature = "tracing"))]
mod events;
mod explain;
mod explanation;
#[cfg(all(feature = "source", feature = "tracing"))]
mod failures;
#[cfg(feature = "metrics")]
mod metrics;
mod nearest;
#[cfg(all(feature = "tracing", any(feature = "tower", feature = "reload")))]
mod notices;
#[cfg(feature = "tower")]
mod observer;
mod reason;
#[cfg(feature = "tower")]
mod report;
#[cfg(all(feature = "tower", feature = "tracing"))]
mod seen;
#[cfg(feature = "serde")]
mod serialize;
#[cfg(feature = "tower")]
mod setters;
#[cfg(feature = "tower")]
mod shadow;
mod suggestion;
#[cfg(feature = "tower")]
mod text;
#[cfg(all(feature = "tower", feature = "tracing"))]
mod throttle;

pub use self::explanation::{Explanation, Reason};
#[cfg(all(feature = "resolver", feature = "tracing"))]
pub(crate) use self::failures::lookup_failed;
#[cfg(feature = "metrics")]
pub use self::metrics::describe_metrics;
#[cfg(all(feature = "metrics", feature = "reload"))]
pub(crate) use self::metrics::reload as count_reload;
#[cfg(all(feature = "metrics", feature = "resolver"))]
pub(crate) use self::metrics::resolver as count_resolver;
#[cfg(all(feature = "reload", feature = "tracing"))]
pub(crate) use self::notices::changed;
#[cfg(all(feature = "tracing", any(feature = "tower", feature = "reload")))]
pub(crate) use self::notices::in_force;
#[cfg(all(feature = "reload", feature = "config", feature = "tracing"))]
pub(crate) use self::notices::not_reloaded;
#[cfg(feature = "source")]
pub(crate) use self::observer::unavailable;
#[cfg(feature = "tower")]
#[cfg_attr(docsrs, doc(cfg(feature = "tower")))]
pub use self::report::{ShadowDifference, ShadowReport};
#[cfg(all(test, feature = "tower", feature = "tracing"))]
pub(crate) use self::throttle::SECONDS_LATER;
#[cfg(feature = "tower")]
pub(crate) use self::{
    observer::{Observer, is_notable, is_observed, is_to_be_logged, observe, observe_alone},
    setters::observer_setters,
};

/// The target of every event.
#[cfg(all(feature = "tracing", any(feature = "tower", feature = "reload")))]
const TARGET: &str = "tower_cors";
