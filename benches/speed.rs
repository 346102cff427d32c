//! Time per request, by criterion: each scenario with all subjects side by side.
//!
//! ```text
//! cargo bench -p tower-cors-benches --bench speed             # all, some four minutes
//! cargo bench -p tower-cors-benches --bench speed -- preflight
//! ```
//!
//! Times vary with the machine and with what else it does; for comparisons that hold see
//! `instructions.rs`.

use criterion::{Criterion, SamplingMode};
use std::time::Duration;
use tower_cors_benches::{LARGE, SCENARIOS, Subject};

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(800))
        .configure_from_args();
    for scenario in SCENARIOS.iter().chain(LARGE) {
        let mut group = criterion.benchmark_group(scenario.name);
        group.sampling_mode(SamplingMode::Flat);
        for subject in Subject::ALL {
            let Some(mut call) = scenario.call(subject) else { continue };
            group.bench_function(subject.name(), |bencher| bencher.iter(&mut call));
        }
        group.finish();
    }
    criterion.final_summary();
}
