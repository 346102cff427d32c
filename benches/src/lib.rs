//! What is measured, for all the measuring programs: the requests, the policies, and what answers
//! them.
//!
//! A [`Scenario`] is one request under one policy. [`Scenario::call`] makes of it, for each
//! [`Subject`], a function that does one whole call: build the request, call the service, poll its
//! future to the end, drop the response.

use std::path::{Path, PathBuf};

mod config;
mod drive;
#[cfg(feature = "features")]
mod features;
pub mod hand;
#[cfg(feature = "metrics")]
mod metered;
pub mod report;
mod request;
mod scenario;
mod subject;

pub use self::{
    config::{Config, Origins},
    request::Template,
    scenario::{LARGE, Rule, Scenario, million, million_patterns},
    subject::{Call, Subject},
};

#[cfg(feature = "features")]
pub use self::features::SCENARIOS as FEATURES;
#[cfg(feature = "metrics")]
pub use self::metered::SCENARIOS as METRICS;
pub use self::scenario::SCENARIOS as PLAIN;

/// What is measured: each way of building the middleware has rows of its own.
#[cfg(not(feature = "features"))]
pub const SCENARIOS: &[Scenario] = PLAIN;
/// What is measured: each way of building the middleware has rows of its own.
#[cfg(all(feature = "features", not(feature = "metrics")))]
pub const SCENARIOS: &[Scenario] = FEATURES;
/// What is measured: each way of building the middleware has rows of its own.
#[cfg(feature = "metrics")]
pub const SCENARIOS: &[Scenario] = METRICS;

/// Where the figures of these rows are stored.
#[must_use]
pub fn stored_figures(unit: &str) -> PathBuf {
    let rows = match () {
        () if cfg!(feature = "metrics") => "metrics-",
        () if cfg!(feature = "features") => "features-",
        () => "",
    };
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("figures/{rows}{unit}.tsv"))
}
