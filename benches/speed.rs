//! Time per request, for the same scenarios as `instructions`: side by side in one run, since only ratios mean anything
//! on a machine that others use too.
//!
//! ```text
//! cargo bench -p tower-cors-benches --bench speed
//! cargo bench -p tower-cors-benches --bench speed -- "preflight granted"
//! ```

use criterion::{Criterion, criterion_group, criterion_main};
use tower_cors_benches::{SCENARIOS, Subject};

fn speed(criterion: &mut Criterion) {
    for scenario in SCENARIOS {
        let mut group = criterion.benchmark_group(scenario.name);
        for subject in Subject::ALL {
            if let Some(mut call) = scenario.call(subject) {
                group.bench_function(subject.name(), |bencher| bencher.iter(&mut call));
            }
        }
        group.finish();
    }
}

criterion_group!(benches, speed);
criterion_main!(benches);
