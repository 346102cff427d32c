//! Events.
//!
//! | event | level |
//! | --- | --- |
//! | a refused request, with its explanation | INFO |
//! | a granted request | TRACE |
//! | an async source that failed or took too long | WARN |
//! | a request on which live and shadow policy differ | INFO |

use super::nearest::Effort;
use crate::protocol::{Decision, Judgement, RequestKind};
use http::request::Parts;
use tracing::Level;

#[inline]
pub(super) fn decision(judgement: &Judgement<'_>) {
    if tracing::level_enabled!(Level::INFO) {
        event(judgement);
    }
}

#[cold]
fn event(judgement: &Judgement<'_>) {
    if judgement.kind() == RequestKind::NotCors || !tracing::enabled!(Level::INFO) {
        return;
    }
    let kind = match judgement.kind() {
        RequestKind::Preflight => "preflight",
        _ => "actual",
    };
    let (method, path) = (judgement.request().method.as_str(), judgement.request().uri.path());
    let decision = judgement.decision();
    if decision.is_granted() {
        tracing::trace!(kind, method, path, "CORS request granted");
    } else {
        let explanation = judgement.explain_with(Effort::EveryRequest);
        tracing::info!(kind, method, path, "CORS request {explanation}");
    }
}

#[cfg(feature = "async")]
pub(super) fn unavailable(error: &(dyn std::error::Error + 'static), parts: &Parts) {
    let (method, path) = (parts.method.as_str(), parts.uri.path());
    tracing::warn!(method, path, error, "no CORS policy could be had");
}

pub(super) fn difference(live: &Decision, shadow: &Decision, parts: &Parts) {
    let (method, path) = (parts.method.as_str(), parts.uri.path());
    tracing::info!(method, path, %live, %shadow, "CORS shadow policy differs");
}
