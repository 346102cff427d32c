//! A shadow policy: evaluated beside the live one, never enforced.

use super::report::{ShadowReport, Tally};
use crate::{
    protocol::{Decision, RequestKind},
    select::SelectPolicy,
};
use http::request::Parts;
use std::{mem::discriminant, sync::Arc, time::Duration};

type Report = Arc<dyn Fn(&Decision, &Decision, &Parts) + Send + Sync>;

type Receiver = Arc<dyn Fn(&ShadowReport) + Send + Sync>;

#[derive(Clone)]
pub(super) struct Shadow {
    policies: Arc<dyn SelectPolicy + Send + Sync>,
    report: Report,
    /// Whether requests that it does not govern are compared too.
    governs_all: bool,
}

impl Shadow {
    pub(super) fn new(
        policies: impl SelectPolicy + Send + Sync + 'static,
        report: impl Fn(&Decision, &Decision, &Parts) + Send + Sync + 'static,
        governs_all: bool,
    ) -> Self {
        Self { policies: Arc::new(policies), report: Arc::new(report), governs_all }
    }

    /// A request that no shadow policy governs counts as not CORS: nothing is granted, and nothing
    /// is refused.
    pub(super) fn compare(
        &self,
        layer: Option<&str>,
        reports: &Reports,
        live: &Decision,
        parts: &Parts,
    ) {
        let shadow = match self.policies.select(parts) {
            Some(selection) => selection.evaluate().decision(),
            None if self.governs_all => Decision::NotCors,
            None => return,
        };
        let differs = discriminant(live) != discriminant(&shadow);
        if differs {
            #[cfg(feature = "metrics")]
            super::counted::difference(layer, live, &shadow);
            #[cfg(feature = "tracing")]
            super::events::difference(layer, live, &shadow, parts);
            (self.report)(live, &shadow, parts);
        }
        let kind = RequestKind::of(parts);
        if let Some(report) = reports.tally.add(kind, differs.then_some((live, &shadow)), parts) {
            reports.send(layer, &report);
        }
    }
}

/// Where the reports at intervals go.
#[derive(Clone)]
pub(super) struct Reports {
    tally: Arc<Tally>,
    to: Option<Receiver>,
}

impl Reports {
    pub(super) fn new(
        interval: Duration,
        to: impl Fn(&ShadowReport) + Send + Sync + 'static,
    ) -> Self {
        Self { tally: Arc::new(Tally::new(interval)), to: Some(Arc::new(to)) }
    }

    fn send(&self, layer: Option<&str>, report: &ShadowReport) {
        #[cfg(feature = "tracing")]
        super::events::shadow_report(layer, report);
        #[cfg(not(feature = "tracing"))]
        let _ = layer;
        if let Some(to) = &self.to {
            to(report);
        }
    }
}

/// Once a minute, to the log only.
impl Default for Reports {
    fn default() -> Self {
        Self { tally: Arc::new(Tally::new(Duration::from_secs(60))), to: None }
    }
}
