//! Mutation testing with one build.
//!
//! `cargo mutants` builds the tests anew for every mutant, which takes nearly all of its time. This
//! program takes its list of mutants, puts all of them into one copy of the sources, each behind a
//! switch that an environment variable sets, builds the tests once, and runs them once for each
//! mutant.
//!
//! Usage, in the root of the repository: `mutants DIRECTORY MODULE=TEST,TEST…`. The directory has a
//! copy of the repository, `tree`, and for each module `MODULE.json`, as `cargo mutants --list --json`
//! prints it. The unit tests run always, and the given test programs. The program fails if a mutant
//! is missed.

mod build;
mod list;
mod place;
mod run;

use list::{Fate, Mutant};
use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

const FATES: [(&str, Fate); 5] = [
    ("caught", Fate::Caught),
    ("timed out", Fate::TimedOut),
    ("unviable", Fate::Unviable),
    ("unplaced", Fate::Unplaced),
    ("missed", Fate::Missed),
];

fn main() -> ExitCode {
    let directory = PathBuf::from(env::args().nth(1).expect("a directory"));
    let arguments = env::args().skip(2).collect::<Vec<_>>();
    let mut modules = Vec::new();
    let mut mutants = Vec::<Mutant>::new();
    for argument in &arguments {
        let (module, tests) = argument.split_once('=').expect("MODULE=TEST,TEST…");
        let list = list::read(&directory.join(module).with_extension("json"));
        if list.is_empty() {
            continue;
        }
        mutants.extend(list.into_iter().map(|it| Mutant { module: module.to_owned(), ..it }));
        modules.push((module, tests.split(',').map(str::to_owned).collect::<Vec<_>>()));
    }
    if mutants.is_empty() {
        println!("no mutants");
        return ExitCode::SUCCESS;
    }
    for (id, mutant) in (1..).zip(&mut mutants) {
        mutant.id = id;
    }
    let tree = directory.join("tree");
    build::place_all(&tree, &mut mutants);
    let tests = modules.iter().flat_map(|(_, tests)| tests.clone()).collect::<BTreeSet<_>>();
    let programs = build::programs(&tree, &tests);
    for (module, tests) in modules {
        run::run(&tree, module, &tests, &programs, &mut mutants);
        let mine = mutants.iter().filter(|mutant| mutant.module == module).collect::<Vec<_>>();
        report(module, &mine);
        write_names(&directory.join(module), &mine);
    }
    report("all", &mutants.iter().collect::<Vec<_>>());
    ExitCode::from(u8::from(mutants.iter().any(|mutant| mutant.fate == Fate::Missed)))
}

fn of(fate: Fate, mutants: &[&Mutant]) -> Vec<String> {
    let found = mutants.iter().filter(|mutant| mutant.fate == fate);
    found.map(|mutant| mutant.name.clone() + "\n").collect()
}

fn report(about: &str, mutants: &[&Mutant]) {
    let counts = FATES.map(|(name, fate)| format!("{} {name}", of(fate, mutants).len()));
    println!("{about}: {} mutants, {}", mutants.len(), counts.join(", "));
}

/// Writes a list of the mutants of each fate.
fn write_names(directory: &Path, mutants: &[&Mutant]) {
    fs::create_dir_all(directory).expect("a writable directory");
    for (name, fate) in FATES {
        let path = directory.join(name.replace(' ', "-")).with_extension("txt");
        fs::write(path, of(fate, mutants).concat()).expect("a writable directory");
    }
}
