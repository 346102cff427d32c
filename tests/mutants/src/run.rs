//! Runs the tests once for each mutant.

use crate::list::{Fate, Mutant};
use std::{
    collections::BTreeMap,
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// Runs the mutants of one module against its tests: the unit tests of the module first, then the
/// test programs, then all unit tests.
pub(crate) fn run(
    tree: &Path,
    module: &str,
    tests: &[String],
    programs: &BTreeMap<String, PathBuf>,
    mutants: &mut [Mutant],
) {
    let mut steps = vec![(&*programs["lib"], format!("{module}::"))];
    steps.extend(tests.iter().map(|test| (&*programs[test], String::new())));
    steps.push((&programs["lib"], String::new()));
    assert_eq!(fate(tree, &steps, 0), Fate::Missed, "{module}: a test fails without any mutant");

    let placed = |mutant: &&mut Mutant| mutant.fate == Fate::Placed && mutant.module == module;
    let mine = mutants.iter_mut().filter(placed).map(Mutex::new).collect::<Vec<_>>();
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(mutant) = mine.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let mut mutant = mutant.lock().expect("unpoisoned");
                    mutant.fate = fate(tree, &steps, mutant.id);
                    if mutant.fate != Fate::Caught {
                        println!("{:?}: {}", mutant.fate, mutant.name);
                    }
                }
            });
        }
    });
}

/// Runs the steps until a test fails: each is a program, and what the names of the tests that it
/// runs contain.
fn fate(tree: &Path, steps: &[(&Path, String)], id: u32) -> Fate {
    for (program, filter) in steps {
        // A mutant may never end, or ask for all memory there is.
        let mut command = Command::new("sh");
        command.args(["-c", "ulimit -v 6000000; exec timeout -s KILL 60 \"$@\"", "sh"]);
        command.arg(program).args(["-q", "-Zunstable-options", "--fail-fast", "--test-threads=2"]);
        command.arg(filter).current_dir(tree).env("MUTANT", id.to_string());
        command.env("RUSTC_BOOTSTRAP", "1").env("RUST_BACKTRACE", "0");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let status = command.status().expect("sh runs");
        let runs = !matches!(status.code(), Some(125..=127));
        assert!(runs, "{} cannot be run", program.display());
        match status.signal() {
            Some(9) => return Fate::TimedOut,
            _ if !status.success() => return Fate::Caught,
            _ => {}
        }
    }
    Fate::Missed
}
