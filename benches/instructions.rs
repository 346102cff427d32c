//! Instructions per request, counted by callgrind: exact, so that a change of one percent shows, on
//! whatever machine.
//!
//! ```text
//! cargo bench -p tower-cors-benches --bench instructions            # print and check
//! cargo bench -p tower-cors-benches --bench instructions -- --save  # store what is counted
//! ```
//!
//! With `--features features` it counts what each feature costs, and with `--features metrics` what
//! counters do.
//!
//! With a part of a name after `--`, only scenarios that have it in theirs.
//!
//! With `TOWER_CORS_LOG=warn` in the environment it counts beneath a subscriber that wants WARN.
//!
//! The program runs itself under valgrind for each scenario and subject: a process each, since what
//! the allocator does depends on what was allocated before, which makes some 150 instructions.
//! Counters are zeroed when [`measured`] is entered, and dumped when it is left, so setting up
//! costs nothing.

use std::{
    env, fs,
    num::NonZero,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    thread,
};
use tower_cors_benches::{
    SCENARIOS, Scenario, Subject,
    report::{Figures, Report, instructions_rules},
    stored_figures,
};

/// Says that this process is the one that is counted.
const COUNTED: &str = "TOWER_CORS_COUNTED";
/// The level of a log that goes nowhere, if there is to be one.
const LOG: &str = "TOWER_CORS_LOG";
/// Calls per scenario and subject, after some to warm up.
const CALLS: u64 = 100;
const WARM_UP: u64 = 3;
/// How far from the stored figures, in hundredths. With one compiler and one C library nothing
/// varies but the random keys of an index, which hardly ever makes more than two in a hundred.
const TOLERANCE: u64 = 3;
/// How often more a figure is counted that is so far or to be stored. The median is what counts.
const RECOUNTS: usize = 4;

fn main() -> ExitCode {
    if let Some(wanted) = env::var_os(COUNTED) {
        if let Ok(level) = env::var(LOG) {
            let level = level.parse::<tracing::Level>().expect("a level");
            tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::sink).init();
        }
        count(wanted.to_str().expect("a name"));
        return ExitCode::SUCCESS;
    }
    let arguments = env::args().skip(1).filter(|arg| arg != "--bench").collect::<Vec<_>>();
    let save = arguments.iter().any(|argument| argument == "--save");
    let wanted = arguments.iter().find(|arg| !arg.starts_with("--")).cloned().unwrap_or_default();
    let scenarios = SCENARIOS.iter().filter(|scenario| scenario.name.contains(&wanted));
    let pairs = scenarios.flat_map(|scenario| Subject::ALL.map(|subject| (scenario, subject)));
    let pairs = pairs.collect::<Vec<_>>();
    let mut figures = Figures::default();
    figures.extend(count_all(&pairs));
    let stored = stored_figures("instructions");
    let far = Figures::read(&stored).far_from(&figures, TOLERANCE);
    let doubtful = |(scenario, subject): &(&Scenario, Subject)| {
        *subject == Subject::TowerCors && (save || far.contains(&scenario.name))
    };
    figures.extend(recount(&figures, &pairs.into_iter().filter(doubtful).collect::<Vec<_>>()));
    let report = Report {
        unit: "instructions per request",
        figures,
        tolerance: TOLERANCE,
        rules: instructions_rules,
    };
    report.finish(&stored, save)
}

/// The medians of what was counted and of as many counts more.
fn recount(figures: &Figures, pairs: &[(&Scenario, Subject)]) -> Vec<(String, String, u64)> {
    let mut rows = (0..RECOUNTS).flat_map(|_| count_all(pairs)).collect::<Vec<_>>();
    for (scenario, subject) in pairs {
        let count = figures.get(scenario.name, *subject);
        rows.extend(count.map(|n| (scenario.name.to_owned(), subject.name().to_owned(), n)));
    }
    rows.sort();
    rows.chunks(RECOUNTS + 1).map(|counts| counts[RECOUNTS / 2].clone()).collect()
}

/// A process each, as many at once as there are processors.
fn count_all(pairs: &[(&Scenario, Subject)]) -> Vec<(String, String, u64)> {
    let directory = out_directory();
    // The loop and the indirect call, which are no part of a request.
    let nothing = run_under_valgrind(&directory.join("nothing"), "").expect("it is measured");
    let next = AtomicUsize::new(0);
    let rows = Mutex::new(Vec::new());
    let work = || {
        loop {
            let number = next.fetch_add(1, Relaxed);
            let Some((scenario, subject)) = pairs.get(number) else { return };
            let name = format!("{}\t{}", scenario.name, subject.name());
            if let Some(total) = run_under_valgrind(&directory.join(number.to_string()), &name) {
                let per_call = (total - nothing) / CALLS;
                let row = (scenario.name.to_owned(), subject.name().to_owned(), per_call);
                rows.lock().expect("no worker panicked").push(row);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(work);
        }
    });
    rows.into_inner().expect("no worker panicked")
}

/// Calls one subject in one scenario.
fn count(wanted: &str) {
    let Some((scenario, subject)) = wanted.split_once('\t') else {
        return measured(CALLS, &mut || {});
    };
    let scenario = SCENARIOS.iter().find(|known| known.name == scenario).expect("a scenario");
    let subject = Subject::ALL.into_iter().find(|known| known.name() == subject);
    let Some(mut call) = scenario.call(subject.expect("a subject")) else { return };
    for _ in 0..WARM_UP {
        call();
    }
    measured(CALLS, &mut call);
}

#[inline(never)]
fn measured(calls: u64, call: &mut dyn FnMut()) {
    for _ in 0..calls {
        call();
    }
}

/// What all calls took; `None` where the subject cannot do it.
fn run_under_valgrind(file: &Path, name: &str) -> Option<u64> {
    let status = Command::new("valgrind")
        .arg("--tool=callgrind")
        .arg(format!("--callgrind-out-file={}", file.display()))
        .args(["--zero-before=instructions::measured", "--dump-after=instructions::measured"])
        .arg(env::current_exe().expect("a path"))
        .env(COUNTED, name)
        .stderr(Stdio::null())
        .status()
        .expect("valgrind is installed");
    assert!(status.success(), "valgrind failed: {status}");
    // The dump at the return from `measured`; a subject that cannot do it never called that.
    let text = fs::read_to_string(file.with_extension("1")).ok()?;
    let line = text.lines().rev().find_map(|line| line.strip_prefix("totals: "));
    Some(line.and_then(|total| total.trim().parse().ok()).expect("a total"))
}

/// An empty directory beside the executable.
fn out_directory() -> PathBuf {
    let executable = env::current_exe().expect("a path");
    let directory = executable.parent().expect("a directory").join("callgrind");
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).expect("a directory");
    directory
}
