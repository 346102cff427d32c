//! What a shadow policy would have changed, over an interval.

use super::text::Cut;
use crate::protocol::{Decision, RequestKind};
use http::{header::ORIGIN, request::Parts};
use std::{
    fmt,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

/// What a shadow policy would have changed since the last report.
///
/// A layer with a shadow policy makes one once a minute, or as often as its `report_shadow` says,
/// with the first request after the interval has passed. `Display` prints it on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShadowReport {
    /// The requests that were compared.
    pub requests: u64,
    /// How long that took.
    pub interval: Duration,
    /// The differences, one for each kind of request and each pair of decisions.
    pub differences: Vec<ShadowDifference>,
}

/// Requests of one kind on which both policies differ in the same way.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShadowDifference {
    /// The kind of the requests.
    pub kind: RequestKind,
    /// What the live policy decided: `"not CORS"`, `"granted"`, or why it refused, as
    /// [`Refusal::code`](crate::Refusal::code) says it.
    pub live: &'static str,
    /// What the shadow policy decided, in the same words.
    pub shadow: &'static str,
    /// The number of such requests.
    pub requests: u64,
    /// The first few different origins of them, escaped and cut.
    pub origins: Vec<String>,
}

impl ShadowReport {
    /// How many requests the shadow policy would have refused that the live one did not.
    #[must_use]
    pub fn would_be_refused(&self) -> u64 {
        self.count(|difference| {
            is_not_refused(difference.live) && !is_not_refused(difference.shadow)
        })
    }

    /// How many requests the shadow policy would have granted that the live one did not.
    #[must_use]
    pub fn would_be_granted(&self) -> u64 {
        self.count(|difference| difference.shadow == GRANTED)
    }

    fn count(&self, is_meant: fn(&ShadowDifference) -> bool) -> u64 {
        let mut requests = 0;
        for difference in &self.differences {
            if is_meant(difference) {
                requests += difference.requests;
            }
        }
        requests
    }
}

impl fmt::Display for ShadowReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let differing = self.count(|_| true);
        write!(f, "{differing} of {} requests differ", self.requests)?;
        for ShadowDifference { kind, live, shadow, requests, origins } in &self.differences {
            let kind = match kind {
                RequestKind::NotCors => "not CORS",
                RequestKind::Actual => "actual",
                RequestKind::Preflight => "preflight",
            };
            write!(f, "; {requests} {kind}, {live}, shadow {shadow}")?;
            if !origins.is_empty() {
                f.write_str(", from ")?;
                f.write_str(&origins.join(", "))?;
            }
        }
        Ok(())
    }
}

const GRANTED: &str = "granted";
const NOT_CORS: &str = "not CORS";

fn is_not_refused(word: &str) -> bool {
    matches!(word, GRANTED | NOT_CORS)
}

fn word(decision: &Decision) -> &'static str {
    match decision {
        Decision::NotCors => NOT_CORS,
        Decision::Granted => GRANTED,
        Decision::Refused(refusal) => refusal.code(),
    }
}

/// How many origins of a difference are named.
const NAMED: usize = 5;

/// Collects a report. Its size is bounded: there are few kinds and words, and few origins are kept.
pub(super) struct Tally {
    interval: Duration,
    start: Instant,
    /// When the next report is due, in milliseconds after the start. Read without a lock, which is
    /// taken only where the policies differ or a report is due.
    due: AtomicU64,
    requests: AtomicU64,
    differences: Mutex<Vec<ShadowDifference>>,
}

impl Tally {
    pub(super) fn new(interval: Duration) -> Self {
        Self {
            interval,
            start: Instant::now(),
            due: AtomicU64::new(milliseconds(interval)),
            requests: AtomicU64::new(0),
            differences: Mutex::default(),
        }
    }

    /// Adds a request; returns a report if it is time, and there is a difference to report.
    pub(super) fn add(
        &self,
        kind: RequestKind,
        differing: Option<(&Decision, &Decision)>,
        parts: &Parts,
    ) -> Option<ShadowReport> {
        self.requests.fetch_add(1, Relaxed);
        if let Some((live, shadow)) = differing {
            let mut differences = self.differences.lock().unwrap_or_else(PoisonError::into_inner);
            find_or_add(&mut differences, kind, live, shadow).add(parts);
        }
        let (now, due) = (milliseconds(self.start.elapsed()), self.due.load(Relaxed));
        let next = now.saturating_add(milliseconds(self.interval));
        if now < due || self.due.compare_exchange(due, next, Relaxed, Relaxed).is_err() {
            return None;
        }
        let mut differences = self.differences.lock().unwrap_or_else(PoisonError::into_inner);
        let differences = std::mem::take(&mut *differences);
        let requests = self.requests.swap(0, Relaxed);
        let since = due.saturating_sub(milliseconds(self.interval));
        let interval = Duration::from_millis(now.saturating_sub(since));
        (!differences.is_empty()).then_some(ShadowReport { requests, interval, differences })
    }
}

fn milliseconds(duration: Duration) -> u64 {
    duration.as_millis().try_into().unwrap_or(u64::MAX)
}

fn find_or_add<'a>(
    differences: &'a mut Vec<ShadowDifference>,
    kind: RequestKind,
    live: &Decision,
    shadow: &Decision,
) -> &'a mut ShadowDifference {
    let (live, shadow) = (word(live), word(shadow));
    let known = differences
        .iter()
        .position(|known| (known.kind, known.live, known.shadow) == (kind, live, shadow));
    let at = known.unwrap_or_else(|| {
        let (requests, origins) = (0, Vec::new());
        differences.push(ShadowDifference { kind, live, shadow, requests, origins });
        differences.len() - 1
    });
    &mut differences[at]
}

impl ShadowDifference {
    fn add(&mut self, parts: &Parts) {
        self.requests += 1;
        if self.origins.len() < NAMED {
            let origin = parts.headers.get(ORIGIN);
            let origin = origin.map(|o| Cut { bytes: o.as_bytes(), limit: 100 }.to_string());
            self.origins.extend(origin.filter(|origin| !self.origins.contains(origin)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_refused_and_granted() {
        for (live, shadow, refused, granted) in [
            ("granted", "origin_not_allowed", 3, 0),
            ("not CORS", "host_not_allowed", 3, 0),
            ("origin_not_allowed", "granted", 0, 3),
            ("not CORS", "granted", 0, 3),
            ("host_not_allowed", "not CORS", 0, 0),
            ("method_not_allowed", "header_not_allowed", 0, 0),
        ] {
            let (kind, origins) = (RequestKind::Actual, Vec::new());
            let difference = ShadowDifference { kind, live, shadow, requests: 3, origins };
            let (requests, interval, differences) = (5, Duration::ZERO, vec![difference]);
            let report = ShadowReport { requests, interval, differences };
            let counted = (report.would_be_refused(), report.would_be_granted());
            assert_eq!(counted, (refused, granted), "{live}, shadow {shadow}");
        }
    }
}
