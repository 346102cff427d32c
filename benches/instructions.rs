//! Instructions per request, counted by callgrind: exact, so that a change of one percent shows, on whatever machine.
//!
//! ```text
//! cargo bench -p tower-cors-benches --bench instructions            # print and check
//! cargo bench -p tower-cors-benches --bench instructions -- --save  # store what is counted
//! ```
//!
//! With a part of a name after `--`, only scenarios that have it in theirs.
//!
//! The program runs itself under valgrind for each scenario and subject: a process each, since what the allocator does
//! depends on what was allocated before, which makes some 150 instructions. Counters are zeroed when
//! [`measured`] is entered, and dumped when it is left, so setting up costs nothing.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
};
use tower_cors_benches::{
    SCENARIOS, Subject,
    report::{Figures, Report, instructions_rules},
};

/// Says that this process is the one that is counted.
const COUNTED: &str = "TOWER_CORS_COUNTED";
/// Calls per scenario and subject, after some to warm up.
const CALLS: u64 = 100;
const WARM_UP: u64 = 3;
/// How far from the stored figures, in hundredths. With one compiler and one C library nothing varies but the random
/// keys of an index, which makes half of one in a hundred.
const TOLERANCE: u64 = 2;

fn main() -> ExitCode {
    if let Some(wanted) = env::var_os(COUNTED) {
        count(wanted.to_str().expect("a name"));
        return ExitCode::SUCCESS;
    }
    let arguments = env::args().skip(1).filter(|arg| arg != "--bench").collect::<Vec<_>>();
    let wanted = arguments.iter().find(|arg| !arg.starts_with("--")).cloned().unwrap_or_default();
    let directory = out_directory();
    // The loop and the indirect call, which are no part of a request.
    let nothing = run_under_valgrind(&directory, "").expect("the empty measurement");
    let mut figures = Figures::default();
    for scenario in SCENARIOS.iter().filter(|scenario| scenario.name.contains(&wanted)) {
        for subject in Subject::ALL {
            let name = format!("{}\t{}", scenario.name, subject.name());
            let total = run_under_valgrind(&directory, &name);
            let row = |total| {
                (scenario.name.to_owned(), subject.name().to_owned(), (total - nothing) / CALLS)
            };
            figures.extend(total.map(row));
        }
    }
    let report = Report {
        unit: "instructions per request",
        figures,
        tolerance: TOLERANCE,
        rules: instructions_rules,
    };
    let stored = Path::new(env!("CARGO_MANIFEST_DIR")).join("figures/instructions.tsv");
    report.finish(&stored, arguments.iter().any(|argument| argument == "--save"))
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
fn run_under_valgrind(directory: &Path, name: &str) -> Option<u64> {
    let file = directory.join("callgrind.out");
    let dump = directory.join("callgrind.out.1");
    let _ = fs::remove_file(&dump);
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
    let text = fs::read_to_string(dump).ok()?;
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
