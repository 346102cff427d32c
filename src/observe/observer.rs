//! Who wants to know of decisions.

use crate::{
    protocol::{Decision, Evaluation},
    select::SelectPolicy,
};
use http::request::Parts;
use std::{fmt, mem::discriminant, sync::Arc};

type Hook = Arc<dyn Fn(&Decision, &Parts) + Send + Sync>;
type Report = Arc<dyn Fn(&Decision, &Decision, &Parts) + Send + Sync>;

#[derive(Clone, Default)]
pub(crate) struct Observer {
    hooks: Vec<Hook>,
    pub(crate) record: bool,
    shadow: Option<Shadow>,
}

#[derive(Clone)]
struct Shadow {
    policies: Arc<dyn SelectPolicy + Send + Sync>,
    report: Report,
}

impl Observer {
    /// A layer's observer, changed.
    pub(crate) fn change(observer: Option<Arc<Self>>, change: impl FnOnce(&mut Self)) -> Arc<Self> {
        let mut observer = observer.map(Arc::unwrap_or_clone).unwrap_or_default();
        change(&mut observer);
        Arc::new(observer)
    }

    pub(crate) fn add_hook(&mut self, hook: impl Fn(&Decision, &Parts) + Send + Sync + 'static) {
        self.hooks.push(Arc::new(hook));
    }

    pub(crate) fn set_shadow(
        &mut self,
        policies: impl SelectPolicy + Send + Sync + 'static,
        report: impl Fn(&Decision, &Decision, &Parts) + Send + Sync + 'static,
    ) {
        self.shadow = Some(Shadow { policies: Arc::new(policies), report: Arc::new(report) });
    }
}

impl Observer {
    fn tell(&self, evaluation: &Evaluation<'_>) -> Option<Box<Decision>> {
        let decision = evaluation.decision();
        let parts = evaluation.request();
        for hook in &self.hooks {
            hook(&decision, parts);
        }
        if let Some(shadow) = &self.shadow {
            shadow.compare(&decision, parts);
        }
        self.record.then(|| Box::new(decision))
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observer")
            .field("hooks", &self.hooks.len())
            .field("record", &self.record)
            .field("shadow", &self.shadow.is_some())
            .finish()
    }
}

/// Tells everyone who wants to know; the decision, if it is to be recorded.
#[inline]
pub(crate) fn observe(
    observer: Option<&Observer>,
    evaluation: &Evaluation<'_>,
) -> Option<Box<Decision>> {
    #[cfg(feature = "tracing")]
    super::trace::decision(evaluation);
    observer?.tell(evaluation)
}

/// Tells of a request that no policy governs: only the shadow has anything to say of it.
pub(crate) fn observe_alone(observer: Option<&Observer>, parts: &Parts) {
    if let Some(shadow) = observer.and_then(|observer| observer.shadow.as_ref()) {
        shadow.compare(&Decision::NotCors, parts);
    }
}

impl Shadow {
    /// A request that is left alone is granted nothing and refused nothing: not CORS.
    fn compare(&self, live: &Decision, parts: &Parts) {
        let selection = self.policies.select(parts);
        let shadow =
            selection.map_or(Decision::NotCors, |selection| selection.evaluate().decision());
        if discriminant(live) == discriminant(&shadow) {
            return;
        }
        #[cfg(feature = "tracing")]
        super::trace::difference(live, &shadow, parts);
        (self.report)(live, &shadow, parts);
    }
}
