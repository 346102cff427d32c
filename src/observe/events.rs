//! Events about decisions. The guide `observation` lists them, each with an example.
//!
//! Their target is `tower_cors`. Fields that come from outside are escaped and cut, so an event is
//! one line of bounded length.

use super::{
    TARGET,
    nearest::Effort,
    seen::Seen,
    throttle::{Class, THROTTLE, Verdict, tell_number},
};
use crate::protocol::{Decision, Evaluation, Refusal, RequestKind};
use http::{HeaderValue, header::ORIGIN, request::Parts};
use tracing::{Level, level_filters::LevelFilter};

/// Logs a decision. A request that is granted costs one comparison with a static level.
#[inline]
pub(super) fn decision(layer: Option<&str>, evaluation: &Evaluation<'_>) {
    let level = LevelFilter::current();
    if level < LevelFilter::WARN {
        return;
    }
    let may_be_refused = match evaluation.kind() {
        RequestKind::NotCors => false,
        RequestKind::Actual => !evaluation.allows_origin(),
        RequestKind::Preflight => true,
    };
    if may_be_refused || level >= LevelFilter::TRACE {
        look_at(layer, evaluation);
    }
}

/// Apart, so that requests that cannot be refused stay as short as they were.
#[cold]
fn look_at(layer: Option<&str>, evaluation: &Evaluation<'_>) {
    // Asked first: what nobody listens to is not computed.
    if !tracing::event_enabled!(target: TARGET, Level::WARN) {
        return;
    }
    match evaluation.decision() {
        Decision::Refused(refusal) => refused(layer, evaluation, &refusal),
        Decision::Granted => granted(layer, evaluation),
        Decision::NotCors => {}
    }
}

fn granted(layer: Option<&str>, evaluation: &Evaluation<'_>) {
    if tracing::event_enabled!(target: TARGET, Level::TRACE) {
        let Seen { kind, method, path, origin } = Seen::of(evaluation.kind(), evaluation.request());
        let policy = evaluation.policy_name();
        tracing::trace!(
            target: TARGET, kind, method, path, origin, policy, layer, "CORS request granted"
        );
    }
}

fn refused(layer: Option<&str>, evaluation: &Evaluation<'_>, refusal: &Refusal) {
    let verdict = match refusal {
        // Its source's failure is logged as such.
        Refusal::PolicyUnavailable { .. } => Verdict::Suppress,
        _ => ask(layer, evaluation, refusal),
    };
    if let Verdict::TellNumber { suppressed } = verdict {
        tell_number(class(refusal), suppressed);
    }
    let suppressed = match verdict {
        Verdict::Tell { suppressed } => Some(suppressed),
        _ => None,
    };
    let debug = tracing::event_enabled!(target: TARGET, Level::DEBUG);
    if suppressed.is_none() && !debug {
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
    if let Some(suppressed) = suppressed {
        event!(Level::WARN, suppressed,);
    }
    if debug {
        event!(Level::DEBUG,);
    }
}

/// The kind of a refusal is what a line at WARN tells: who was refused, why, and by whom.
fn ask(layer: Option<&str>, evaluation: &Evaluation<'_>, refusal: &Refusal) -> Verdict {
    let origin = evaluation.request().headers.get(ORIGIN).map(HeaderValue::as_bytes);
    let asked = match refusal {
        Refusal::MethodNotAllowed { method } => Some(method),
        Refusal::HeaderNotAllowed { name } => Some(name),
        _ => None,
    };
    let by = (layer, evaluation.policy_name());
    let kind = (by, refusal.code(), shortened(origin), shortened(asked.map(HeaderValue::as_bytes)));
    THROTTLE.ask(class(refusal), kind)
}

/// Hashing must not cost more the more somebody sends.
fn shortened(bytes: Option<&[u8]>) -> Option<&[u8]> {
    bytes.map(|bytes| &bytes[..bytes.len().min(256)])
}

fn class(refusal: &Refusal) -> Class {
    match refusal {
        Refusal::PolicyUnavailable { .. } => Class::Source,
        Refusal::MethodNotAllowed { .. }
        | Refusal::MalformedMethod { .. }
        | Refusal::RepeatedMethod { .. }
        | Refusal::HeaderNotAllowed { .. }
        | Refusal::MalformedHeader { .. }
        | Refusal::HeadersTooLong { .. } => Class::Preflight,
        _ => Class::Origin,
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
        target: TARGET, kind, method, path, origin, layer, "no CORS policy covers this request"
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
