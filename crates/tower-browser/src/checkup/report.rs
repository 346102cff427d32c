//! What a checkup found.

use std::fmt;

use super::{Finding, Step};

/// What a checkup found: what is wrong, and each fetch that it made.
#[derive(Debug)]
pub struct Report {
    findings: Vec<Finding>,
    steps: Vec<Step>,
}

impl Report {
    pub(super) fn new(findings: Vec<Finding>, steps: Vec<Step>) -> Self {
        Self { findings, steps }
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.findings.is_empty()
    }

    /// What is wrong, the most important first.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Each fetch, in order. The first is the fetch that was to be checked.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }
}

/// The findings, and a line for each request that was sent.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_healthy() {
            return f.write_str("nothing found");
        }
        for finding in &self.findings {
            writeln!(f, "{finding}")?;
        }
        f.write_str("sent:")?;
        for step in &self.steps {
            for exchange in step.wire() {
                let status = exchange.status().map_or(0, |status| status.as_u16());
                let from = step.origin();
                write!(f, "\n  {} {} from {from}: ", exchange.method(), exchange.url())?;
                match status {
                    0 => f.write_str("no response")?,
                    status => write!(f, "{status}")?,
                }
            }
        }
        Ok(())
    }
}
