//! Allocations per request, and what a policy holds of memory: counted, so exact.
//!
//! ```text
//! cargo bench -p tower-cors-benches --bench allocations            # print and check
//! cargo bench -p tower-cors-benches --bench allocations -- --save  # store what is counted
//! ```

use allocation_counter::measure;
use std::{env, hint::black_box, process::ExitCode, time::Instant};
use tower::Layer;
use tower_cors::{Cors, CorsLayer, ResponseFuture, origin::OriginSet};
use tower_cors_benches::{
    Config, SCENARIOS, Subject, million, million_patterns,
    report::{Figures, Report, allocations_rules},
    stored_figures,
};

fn main() -> ExitCode {
    let save = env::args().any(|argument| argument == "--save");
    let mut figures = Figures::default();
    for scenario in SCENARIOS {
        for subject in Subject::ALL {
            let Some(mut call) = scenario.call(subject) else { continue };
            // The first may make bytes shared that later ones share.
            call();
            let allocations = measure(&mut call).count_total;
            figures.extend([(scenario.name.to_owned(), subject.name().to_owned(), allocations)]);
        }
    }
    let report = Report {
        unit: "allocations per request, those of the request itself among them",
        figures,
        tolerance: 0,
        rules: allocations_rules,
    };
    let code = report.finish(&stored_figures("allocations"), save);
    if cfg!(feature = "features") {
        return code;
    }
    let held = [clone_allocates_nothing(), future_is_small(), memory_per_origin()];
    if held.contains(&false) { ExitCode::FAILURE } else { code }
}

/// Prints what was found, and whether it is as it must be.
fn held(what: &str, found: impl std::fmt::Display, holds: bool) -> bool {
    println!("{}{what}: {found}", if holds { "" } else { "FAILED: " });
    holds
}

fn clone_allocates_nothing() -> bool {
    let service: Cors<()> = Config::full().tower_cors().layer(());
    let clones = measure(|| drop(black_box(service.clone()))).count_total;
    held("allocations of a clone of the service", clones, clones == 0)
}

fn future_is_small() -> bool {
    let added = |with: usize, inner: usize| with - inner;
    let small = added(size_of::<ResponseFuture<Box<u8>>>(), size_of::<Box<u8>>());
    let large = added(size_of::<ResponseFuture<[u64; 64]>>(), size_of::<[u64; 64]>());
    held("bytes added to a boxed future", small, small <= 128)
        & held("bytes added to a future of 512 bytes", large, large <= 128)
}

/// What stays allocated, less the text of the origins.
fn memory_per_origin() -> bool {
    let mut all = true;
    for (name, origins) in [("exact origins", million()), ("patterns", million_patterns())] {
        let text = origins.iter().map(String::len).sum::<usize>();
        let count = origins.len();
        let parsed = origins.iter().map(|origin| origin.parse().expect("a pattern"));
        let mut set = OriginSet::default();
        let info = measure(|| set = parsed.collect());
        let per_origin = (usize::try_from(info.bytes_current).unwrap_or(0) - text) / count;
        let what = format!("bytes beyond its text that each of {} {name} takes", set.len());
        all &= held(&what, per_origin, per_origin <= 100);

        let start = Instant::now();
        let layer: CorsLayer = Config::list(origins).tower_cors();
        println!(
            "(building that policy took {:.2?}, as loaded as this machine is now)",
            start.elapsed()
        );
        drop(black_box(layer));
    }
    all
}
