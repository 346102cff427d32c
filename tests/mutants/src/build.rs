//! The copy of the repository with the mutants in it, and its test programs.

use crate::{
    list::{Fate, Mutant},
    place::place,
};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Puts in all mutants that compile. Which ones do not is found out by compiling: each error names
/// the mutants in whose lines it is.
pub(crate) fn place_all(tree: &Path, mutants: &mut [Mutant]) {
    loop {
        write_sources(tree, mutants);
        let mut cargo = cargo(tree, &["check", "--lib", "--all-features"]);
        let messages = output(&mut cargo);
        let errors = messages.iter().filter(|message| message["message"]["level"] == "error");
        let errors = errors.map(|message| &message["message"]).collect::<Vec<_>>();
        if errors.is_empty() {
            return;
        }
        let mut unviable = BTreeSet::new();
        for error in &errors {
            unviable.extend(mutants_of(error, tree));
        }
        let mut known = true;
        for mutant in mutants.iter_mut().filter(|mutant| unviable.contains(&mutant.id)) {
            mutant.fate = Fate::Unviable;
            known = false;
        }
        assert!(!known, "an error without a mutant: {}", errors[0]["rendered"]);
        println!("{} mutants do not compile", unviable.len());
    }
}

fn write_sources(tree: &Path, mutants: &mut [Mutant]) {
    let mut files = BTreeMap::<String, Vec<&mut Mutant>>::new();
    for mutant in mutants {
        let file = files.entry(mutant.file.clone()).or_default();
        if mutant.fate != Fate::Unviable {
            mutant.fate = Fate::Unplaced;
            file.push(mutant);
        }
    }
    for (file, mut mutants) in files {
        let source = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
        write_if_changed(&tree.join(file), &place(&source, &mut mutants));
    }
    let library = fs::read_to_string("src/lib.rs").expect("src/lib.rs");
    let features = "#![feature(core_intrinsics, const_eval_select)]\n#![allow(internal_features)]";
    let library = format!("{features}\n{library}\n{}", include_str!("switch.rs"));
    write_if_changed(&tree.join("src/lib.rs"), &library);
}

fn write_if_changed(path: &Path, content: &str) {
    if fs::read_to_string(path).is_ok_and(|old| old == content) {
        return;
    }
    fs::write(path, content).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

/// The numbers of the mutants that a compiler error is about: those in the first line that it marks,
/// or else in the rest of what it marks, or else in what it mentions, or else in the line above: what
/// a mutant stands beside may no longer compile.
fn mutants_of(error: &Value, tree: &Path) -> BTreeSet<u32> {
    let mut found = BTreeMap::<_, BTreeSet<u32>>::new();
    for span in error["spans"].as_array().into_iter().flatten() {
        let is_mentioned = span["is_primary"] != true;
        let mut place = span;
        while let Some(file) = place["file_name"].as_str() {
            let text = fs::read_to_string(tree.join(file)).unwrap_or_default();
            let line = |name: &str| place[name].as_u64().and_then(|line| line.try_into().ok());
            let (first, last) = (line("line_start").unwrap_or(0), line("line_end").unwrap_or(0));
            for (at, line) in (1..).zip(text.lines()).take(last).skip(first.saturating_sub(2)) {
                let numbers = line.split("/*M").skip(1).filter_map(|rest| rest.split("*/").next());
                let numbers = numbers.filter_map(|number| number.parse::<u32>().ok());
                let numbers = numbers.collect::<BTreeSet<_>>();
                if !numbers.is_empty() {
                    let order = (at < first, is_mentioned, at > first);
                    found.entry(order).or_default().extend(numbers);
                }
            }
            place = &place["expansion"]["span"];
        }
    }
    found.into_values().next().unwrap_or_default()
}

/// Builds the unit tests and these test programs. The unit tests are called `lib`.
pub(crate) fn programs(tree: &Path, tests: &BTreeSet<String>) -> BTreeMap<String, PathBuf> {
    let mut arguments = vec!["test", "--no-run", "--lib"];
    for test in tests {
        arguments.extend(["--test", test.as_str()]);
    }
    let mut programs = BTreeMap::new();
    for message in output(&mut cargo(tree, &arguments)) {
        if let (Some(path), Some(name)) =
            (message["executable"].as_str(), message["target"]["name"].as_str())
        {
            let is_test = message["target"]["kind"][0] == "test";
            programs.insert(if is_test { name } else { "lib" }.to_owned(), PathBuf::from(path));
        }
    }
    assert_eq!(programs.len(), tests.len() + 1, "the tests build");
    programs
}

/// The switch uses what is not stable yet.
fn cargo(tree: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.args(arguments).arg("--message-format=json").current_dir(tree);
    command.env("CARGO_TARGET_DIR", fs::canonicalize(tree).expect("a directory").join("target"));
    command.env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", "-A warnings");
    command
}

fn output(command: &mut Command) -> Vec<Value> {
    let output = command.stderr(Stdio::inherit()).output().expect("cargo runs");
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    lines.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}
