//! What a layer reports decisions to: hooks, the request's extensions, a shadow policy.

use super::{
    report::ShadowReport,
    shadow::{Reports, Shadow},
};
use crate::{
    protocol::{Decision, Evaluation},
    select::SelectPolicy,
};
use http::request::Parts;
use std::{fmt, sync::Arc, time::Duration};

type Hook = Arc<dyn Fn(&Decision, &Parts) + Send + Sync>;

#[derive(Clone, Default)]
pub(crate) struct Observer {
    /// The name of the layer.
    name: Option<Arc<str>>,
    hooks: Vec<Hook>,
    pub(crate) record: bool,
    shadow: Option<Shadow>,
    reports: Option<Reports>,
}

impl Observer {
    /// A layer's observer, changed.
    pub(crate) fn change(observer: Option<Arc<Self>>, change: impl FnOnce(&mut Self)) -> Arc<Self> {
        let mut observer = observer.map(Arc::unwrap_or_clone).unwrap_or_default();
        change(&mut observer);
        Arc::new(observer)
    }

    #[cfg(any(feature = "tracing", feature = "metrics"))]
    pub(crate) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    pub(crate) fn set_name(&mut self, name: &str) {
        self.name = Some(name.into());
    }

    pub(crate) fn add_hook(&mut self, hook: impl Fn(&Decision, &Parts) + Send + Sync + 'static) {
        self.hooks.push(Arc::new(hook));
    }

    pub(crate) fn set_shadow(
        &mut self,
        policies: impl SelectPolicy + Send + Sync + 'static,
        report: impl Fn(&Decision, &Decision, &Parts) + Send + Sync + 'static,
    ) {
        self.set_shadow_policies(Shadow::new(policies, report, true));
    }

    /// Requests that it does not govern are not compared.
    #[cfg(feature = "config")]
    pub(crate) fn set_partial_shadow(
        &mut self,
        policies: impl SelectPolicy + Send + Sync + 'static,
    ) {
        self.set_shadow_policies(Shadow::new(policies, |_, _, _| (), false));
    }

    fn set_shadow_policies(&mut self, shadow: Shadow) {
        self.shadow = Some(shadow);
        self.reports.get_or_insert_default();
    }

    pub(crate) fn set_shadow_reports(
        &mut self,
        interval: Duration,
        report: impl Fn(&ShadowReport) + Send + Sync + 'static,
    ) {
        self.reports = Some(Reports::new(interval, report));
    }

    fn compare(&self, live: &Decision, parts: &Parts) {
        if let (Some(shadow), Some(reports)) = (&self.shadow, &self.reports) {
            shadow.compare(self.name.as_deref(), reports, live, parts);
        }
    }
}

impl Observer {
    fn tell(&self, evaluation: &Evaluation<'_>) -> Option<Arc<Decision>> {
        let decision = evaluation.decision();
        let parts = evaluation.request();
        for hook in &self.hooks {
            hook(&decision, parts);
        }
        self.compare(&decision, parts);
        self.record.then(|| Arc::new(decision))
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observer")
            .field("name", &self.name)
            .field("hooks", &self.hooks.len())
            .field("record", &self.record)
            .field("shadow", &self.shadow.is_some())
            .finish_non_exhaustive()
    }
}

/// Whether somebody may want to know of every decision.
#[inline]
pub(crate) fn is_observed(observer: Option<&Observer>) -> bool {
    #[cfg(feature = "tracing")]
    if super::events::all_are_wanted() {
        return true;
    }
    // Not so in unit tests, which would else never see what is done for those without metrics.
    observer.is_some() || cfg!(all(feature = "metrics", not(test)))
}

/// Whether somebody may want to know of this decision, though not of every one.
#[inline]
pub(crate) fn is_notable(evaluation: &Evaluation<'_>) -> bool {
    #[cfg(feature = "tracing")]
    let wanted = super::events::are_wanted();
    #[cfg(not(feature = "tracing"))]
    let wanted = false;
    wanted && !evaluation.is_ordinary()
}

/// Whether there is something to log of a notable decision. A refusal that was logged often enough is
/// counted here.
pub(crate) fn is_to_be_logged(evaluation: &Evaluation<'_>) -> bool {
    #[cfg(feature = "tracing")]
    let logged = super::events::is_to_be_logged(evaluation);
    #[cfg(not(feature = "tracing"))]
    let (logged, _) = (false, evaluation);
    logged
}

/// Reports a decision; returns it if it is to be recorded.
#[inline]
pub(crate) fn observe(
    observer: Option<&Observer>,
    evaluation: &Evaluation<'_>,
) -> Option<Arc<Decision>> {
    #[cfg(feature = "tracing")]
    super::events::decision(observer.and_then(Observer::name), evaluation);
    #[cfg(feature = "metrics")]
    count(observer, evaluation);
    observer?.tell(evaluation)
}

#[cfg(feature = "metrics")]
fn count(observer: Option<&Observer>, evaluation: &Evaluation<'_>) {
    use crate::protocol::RequestKind;
    let granted = evaluation.is_granted();
    let decision = if granted { Decision::Granted } else { evaluation.nameless_decision() };
    let continued = granted && evaluation.policy().rules().preflight_continue;
    super::counted::decision(super::counted::Counted {
        layer: observer.and_then(Observer::name),
        policy: evaluation.policy_name(),
        kind: evaluation.kind(),
        outcome: super::counted::outcome(&decision),
        reason: decision.refusal().map_or("", |refusal| refusal.code()),
        answered: evaluation.kind() == RequestKind::Preflight && !continued,
    });
}

/// Reports a request that no policy governs.
#[inline]
pub(crate) fn observe_alone(observer: Option<&Observer>, parts: &Parts) {
    #[cfg(feature = "tracing")]
    super::events::not_covered(observer.and_then(Observer::name), parts);
    if let Some(observer) = observer {
        observer.compare(&Decision::NotCors, parts);
    }
}

/// Reports that a source of policies failed. The decision on the request is reported as well.
#[cfg(feature = "source")]
pub(crate) fn unavailable(
    observer: Option<&Observer>,
    error: &(dyn std::error::Error + 'static),
    parts: &Parts,
) {
    #[cfg(feature = "tracing")]
    super::failures::unavailable(observer.and_then(Observer::name), error, parts);
    #[cfg(not(feature = "tracing"))]
    let _ = (observer, error, parts);
}
