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
use std::{collections::BTreeSet, env, fs, path::PathBuf, process::ExitCode};

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
        report(module, |mutant| mutant.module == module, &mutants);
    }
    report("all", |_| true, &mutants);
    for (name, fate) in FATES {
        let names = mutants.iter().filter(|mutant| mutant.fate == fate).map(|mutant| &*mutant.name);
        let path = directory.join(name.replace(' ', "-")).with_extension("txt");
        fs::write(path, names.collect::<Vec<_>>().join("\n")).expect("the directory is writable");
    }
    ExitCode::from(u8::from(mutants.iter().any(|mutant| mutant.fate == Fate::Missed)))
}

fn report(about: &str, is_of: impl Fn(&Mutant) -> bool, mutants: &[Mutant]) {
    let count = |fate| mutants.iter().filter(|mutant| is_of(mutant) && mutant.fate == fate).count();
    let total = mutants.iter().filter(|mutant| is_of(mutant)).count();
    let counts = FATES.map(|(name, fate)| format!("{} {name}", count(fate)));
    println!("{about}: {total} mutants, {}", counts.join(", "));
}
