//! Events.
//!
//! | event | level |
//! | --- | --- |
//! | a refused request, with its explanation | INFO |
//! | a granted request | TRACE |
//! | an async source that failed or took too long | WARN |
//! | a request on which live and shadow policy differ | INFO |

use super::nearest::Effort;
use crate::protocol::{Decision, Evaluation, RequestKind};
use http::request::Parts;
use tracing::Level;

#[inline]
pub(super) fn decision(evaluation: &Evaluation<'_>) {
    if tracing::level_enabled!(Level::INFO) {
        event(evaluation);
    }
}

#[cold]
fn event(evaluation: &Evaluation<'_>) {
    if evaluation.kind() == RequestKind::NotCors || !tracing::enabled!(Level::INFO) {
        return;
    }
    let kind = match evaluation.kind() {
        RequestKind::Preflight => "preflight",
        _ => "actual",
    };
    let (method, path) = (evaluation.request().method.as_str(), evaluation.request().uri.path());
    let decision = evaluation.decision();
    if decision.is_granted() {
        tracing::trace!(kind, method, path, "CORS request granted");
    } else {
        let explanation = evaluation.explain_with(Effort::EveryRequest);
        tracing::info!(kind, method, path, "CORS request {explanation}");
    }
}

#[cfg(feature = "source")]
pub(super) fn unavailable(error: &(dyn std::error::Error + 'static), parts: &Parts) {
    let (method, path) = (parts.method.as_str(), parts.uri.path());
    tracing::warn!(method, path, error, "no CORS policy could be had");
}

pub(super) fn difference(live: &Decision, shadow: &Decision, parts: &Parts) {
    let (method, path) = (parts.method.as_str(), parts.uri.path());
    tracing::info!(method, path, %live, %shadow, "CORS shadow policy differs");
}
