//! Events about decisions. The guide `observation` lists them, each with an example.
//!
//! Their target is `tower_cors`. Fields that come from outside are escaped and cut, so an event is
//! one line of bounded length.

use super::{
    TARGET,
    nearest::Effort,
    report::ShadowReport,
    seen::Seen,
    throttle::{Class, THROTTLE, Verdict, tell_number},
};
use crate::protocol::{Decision, Evaluation, Refusal, RequestKind};
use http::{
    HeaderValue,
    header::{HOST, ORIGIN},
    request::Parts,
};
use std::hash::{Hash, Hasher};
use tracing::Level;

/// Whether somebody may listen. Where nobody does, it costs one comparison with a static level.
#[inline]
pub(super) fn are_wanted() -> bool {
    tracing::level_enabled!(Level::WARN)
}

/// Whether somebody may listen to what is ordinary, too.
#[inline]
pub(super) fn all_are_wanted() -> bool {
    tracing::level_enabled!(Level::TRACE)
}

/// Whether there is something to log of a notable decision. A refused origin that was logged often
/// enough is counted here: so a flood of strangers costs little.
pub(super) fn is_to_be_logged(evaluation: &Evaluation<'_>) -> bool {
    if evaluation.allows_origin() {
        return !evaluation.is_granted();
    }
    if tracing::level_enabled!(Level::DEBUG) {
        return true;
    }
    if evaluation.allows_host() && evaluation.kind() == RequestKind::NotCors {
        return false;
    }
    !THROTTLE.suppress(Class::Origin, |hasher| hash_origin(None, evaluation, hasher))
}

/// Logs a decision.
#[inline]
pub(super) fn decision(layer: Option<&str>, evaluation: &Evaluation<'_>) {
    if are_wanted() && (!evaluation.is_ordinary() || all_are_wanted()) {
        look_at(layer, evaluation);
    }
}

#[inline(never)]
fn look_at(layer: Option<&str>, evaluation: &Evaluation<'_>) {
    match evaluation.kind() {
        RequestKind::NotCors if evaluation.allows_host() => {}
        RequestKind::Actual | RequestKind::Preflight if evaluation.is_granted() => {
            if tracing::level_enabled!(Level::TRACE) {
                granted(layer, evaluation);
            }
        }
        _ => not_granted(layer, evaluation),
    }
}

#[inline(never)]
fn not_granted(layer: Option<&str>, evaluation: &Evaluation<'_>) {
    // Of a source that failed, the failure is logged.
    let verdict = if evaluation.allows_origin() || evaluation.is_unavailable() {
        None
    } else {
        let verdict = ask_of_origin(layer, evaluation);
        // A flood of strangers ends here, before anything is computed, and before it is asked
        // whether somebody listens, which takes a while too.
        if verdict == Verdict::Suppress && !tracing::event_enabled!(target: TARGET, Level::DEBUG) {
            return;
        }
        Some(verdict)
    };
    if !tracing::event_enabled!(target: TARGET, Level::WARN) {
        return;
    }
    if let Decision::Refused(refusal) = evaluation.decision() {
        let verdict = match verdict {
            Some(verdict) => verdict,
            None if evaluation.is_unavailable() => Verdict::Suppress,
            None => ask_of_preflight(layer, evaluation, &refusal),
        };
        refused(layer, evaluation, &refusal, verdict);
    }
}

fn ask_of_origin(layer: Option<&str>, evaluation: &Evaluation<'_>) -> Verdict {
    THROTTLE.ask(Class::Origin, |hasher| hash_origin(layer, evaluation, hasher))
}

/// A refused origin is a kind of its own under each layer and policy: the reason follows from it. So
/// is a refused host.
fn hash_origin(layer: Option<&str>, evaluation: &Evaluation<'_>, hasher: &mut impl Hasher) {
    hash_by_whom(layer, evaluation, hasher);
    if !evaluation.allows_host() {
        let request = evaluation.request();
        let target = request.uri.authority().map(|authority| authority.as_str().as_bytes());
        let header = request.headers.get(HOST).map(HeaderValue::as_bytes);
        hash_bytes(target.or(header).unwrap_or_default(), hasher);
        hasher.write_usize(1);
    }
}

/// From an allowed origin, a kind is what is not allowed.
fn ask_of_preflight(
    layer: Option<&str>,
    evaluation: &Evaluation<'_>,
    refusal: &Refusal,
) -> Verdict {
    let asked = match refusal {
        Refusal::MethodNotAllowed { method } => method.as_bytes(),
        Refusal::HeaderNotAllowed { name } => name.as_bytes(),
        _ => &[],
    };
    THROTTLE.ask(Class::Preflight, |hasher| {
        hash_by_whom(layer, evaluation, hasher);
        refusal.code().hash(hasher);
        hash_bytes(asked, hasher);
    })
}

fn hash_by_whom(layer: Option<&str>, evaluation: &Evaluation<'_>, hasher: &mut impl Hasher) {
    if let Some(origin) = evaluation.origin_line() {
        hash_bytes(origin.as_bytes(), hasher);
    } else {
        for origin in evaluation.request().headers.get_all(ORIGIN).iter().take(2) {
            hash_bytes(origin.as_bytes(), hasher);
        }
    }
    if let Some(name) = layer {
        name.hash(hasher);
    }
    if let Some(name) = evaluation.policy_name() {
        name.hash(hasher);
    }
}

/// Hashing must not cost more, the more somebody sends. What starts with the same 256 bytes is one
/// kind.
fn hash_bytes(bytes: &[u8], hasher: &mut impl Hasher) {
    hasher.write(&bytes[..bytes.len().min(256)]);
}

#[cold]
fn granted(layer: Option<&str>, evaluation: &Evaluation<'_>) {
    if tracing::event_enabled!(target: TARGET, Level::TRACE) {
        let Seen { kind, method, path, origin } = Seen::of(evaluation.kind(), evaluation.request());
        let policy = evaluation.policy_name();
        tracing::trace!(
            target: TARGET, kind, method, path, origin, policy, layer, "CORS request granted"
        );
    }
}

/// Each refusal is an event at DEBUG. That at WARN is one more, so that those who keep only DEBUG
/// have all.
#[cold]
fn refused(layer: Option<&str>, evaluation: &Evaluation<'_>, refusal: &Refusal, verdict: Verdict) {
    if let Verdict::TellNumber { suppressed } = verdict {
        let class = if evaluation.allows_origin() { Class::Preflight } else { Class::Origin };
        tell_number(class, suppressed);
    }
    let debug = tracing::event_enabled!(target: TARGET, Level::DEBUG);
    if !debug && !matches!(verdict, Verdict::Tell { .. }) {
        return;
    }
    let Seen { kind, method, path, origin } = Seen::of(evaluation.kind(), evaluation.request());
    let explanation = evaluation.explain_with(Effort::EveryRequest);
    let (reason, setting) = (refusal.code(), refusal.setting().as_str());
    let (suggestion, reasons) = (explanation.suggestion(), explanation.reasons_in_words());
    let policy = evaluation.policy_name();
    macro_rules! event {
        ($level:expr, $($suppressed:ident,)?) => {
            tracing::event!(
                target: TARGET, $level, kind, method, path, origin, reason, setting, policy, layer,
                suggestion, $($suppressed,)? "CORS request refused: {reasons}"
            )
        };
    }
    if let Verdict::Tell { suppressed } = verdict {
        event!(Level::WARN, suppressed,);
    }
    if debug {
        event!(Level::DEBUG,);
    }
}

/// Logs a request whose path no policy covers.
#[inline]
pub(super) fn not_covered(layer: Option<&str>, parts: &Parts) {
    if tracing::level_enabled!(Level::TRACE) {
        tell_not_covered(layer, parts);
    }
}

#[cold]
fn tell_not_covered(layer: Option<&str>, parts: &Parts) {
    if !tracing::event_enabled!(target: TARGET, Level::TRACE) {
        return;
    }
    let Seen { kind, method, path, origin } = Seen::of(RequestKind::of(parts), parts);
    tracing::trace!(
        target: TARGET, kind, method, path, origin, layer,
        "no CORS policy covers this request; a list compares its paths with the one logged here"
    );
}

/// Logs a request on which the live and the shadow policy differ.
#[cold]
pub(super) fn difference(layer: Option<&str>, live: &Decision, shadow: &Decision, parts: &Parts) {
    if !tracing::event_enabled!(target: TARGET, Level::DEBUG) {
        return;
    }
    let Seen { kind, method, path, origin } = Seen::of(RequestKind::of(parts), parts);
    tracing::debug!(
        target: TARGET, kind, method, path, origin, layer, %live, %shadow,
        "CORS shadow policy differs"
    );
}

/// Logs what a shadow policy would have changed over an interval.
#[cold]
pub(super) fn shadow_report(layer: Option<&str>, report: &ShadowReport) {
    let (requests, would_be_refused, would_be_granted) =
        (report.requests, report.would_be_refused(), report.would_be_granted());
    tracing::info!(
        target: TARGET, layer, requests, would_be_refused, would_be_granted,
        "CORS shadow policy: {report}"
    );
}
