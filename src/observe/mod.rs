//! Seeing what is decided: hooks, events, extensions, a shadow policy, explanations.
//!
//! Nothing here changes an answer, and nothing is computed that nobody asked for.

mod explain;
mod nearest;
#[cfg(feature = "tower")]
mod observer;
#[cfg(feature = "tower")]
mod setters;
#[cfg(all(feature = "tower", feature = "tracing"))]
mod trace;

pub use self::explain::Explanation;
#[cfg(feature = "tower")]
pub(crate) use self::{
    observer::{Observer, observe, observe_alone},
    setters::observer_setters,
};

/// Logs that a source failed; its requests' decisions are told like any other.
#[cfg(feature = "source")]
pub(crate) fn unavailable(error: &(dyn std::error::Error + 'static), parts: &http::request::Parts) {
    #[cfg(feature = "tracing")]
    trace::unavailable(error, parts);
    #[cfg(not(feature = "tracing"))]
    let _ = (error, parts);
}
