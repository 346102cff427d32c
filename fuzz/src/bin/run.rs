//! Runs the targets on a stable toolchain: `run SECONDS [TARGET…]`. `SEED` chooses other inputs.

use std::{
    env,
    path::Path,
    process::ExitCode,
    time::{Duration, Instant},
};
use tower_cors_fuzz::{drive::drive, targets::TARGETS};

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let seconds = arguments.next().and_then(|seconds| seconds.parse().ok());
    let Some(seconds) = seconds else {
        eprintln!("usage: run SECONDS [TARGET…]");
        return ExitCode::FAILURE;
    };
    let names = arguments.collect::<Vec<_>>();
    let seed = env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for (name, target) in TARGETS {
        if !names.is_empty() && !names.iter().any(|asked| asked == name) {
            continue;
        }
        let failed = env::temp_dir().join(format!("{name}.failed"));
        let start = Instant::now();
        let time = Duration::from_secs(seconds);
        let executions = drive(*target, &corpus.join(name), &failed, seed, time);
        println!("{name}: {executions} executions in {:.1} s", start.elapsed().as_secs_f64());
    }
    ExitCode::SUCCESS
}
