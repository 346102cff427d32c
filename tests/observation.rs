//! The guide `observation` lists every event and every metric of the code, and no others.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

fn guide() -> String {
    fs::read_to_string(root().join("guide/observation.md")).unwrap()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// Level and message of each event in the code, the message up to what is filled in.
fn events() -> BTreeSet<(String, String)> {
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    let mut events = BTreeSet::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for level in ["error", "warn", "info", "debug", "trace", "event"] {
            for (at, call) in text.match_indices(&format!("tracing::{level}!(")) {
                assert!(
                    file.starts_with(root().join("src/observe")),
                    "{}: events stand in `observe`",
                    file.display()
                );
                let arguments = &text[at + call.len()..];
                let message = arguments[..end(arguments)].rsplit('"').nth(1).unwrap();
                let message = message.split('{').next().unwrap().trim_end_matches(": ").trim();
                let levels = if level == "event" { vec!["WARN", "DEBUG"] } else { vec![level] };
                let levels = levels.into_iter().map(str::to_uppercase);
                events.extend(levels.map(|level| (level, message.to_owned())));
            }
        }
    }
    events
}

/// Where the parenthesis closes that was open at the start. No message has one.
fn end(arguments: &str) -> usize {
    let mut open = 1;
    let close = arguments.find(|c| {
        open += i32::from(c == '(') - i32::from(c == ')');
        open == 0
    });
    close.unwrap()
}

#[test]
fn every_event_is_in_the_guide() {
    let guide = guide();
    let (start, end) =
        (guide.find("### All events").unwrap(), guide.find("An example of each").unwrap());
    let mut listed = BTreeSet::new();
    for row in guide[start..end].lines().filter(|line| line.contains("| `")) {
        let cells = row.split('|').map(str::trim).collect::<Vec<_>>();
        let message = cells[2].trim_matches('`').trim_end_matches(": …").to_owned();
        listed.extend(cells[1].split(", ").map(|level| (level.to_owned(), message.clone())));
    }
    assert_eq!(listed, events());
    for (level, message) in events() {
        let example = format!("{level} tower_cors: {message}");
        let other = format!("tower_cors: {message}");
        assert!(
            guide.contains(&example) || (level == "DEBUG" && guide.contains(&other)),
            "no example: {example}"
        );
    }
}

#[test]
fn every_metric_is_in_the_guide() {
    let guide = guide();
    let code = fs::read_to_string(root().join("src/observe/metrics.rs")).unwrap();
    let names = |text: &str| {
        let names = text.match_indices("tower_cors_").map(|(at, _)| {
            let name = text[at..].split(|c: char| !c.is_ascii_lowercase() && c != '_').next();
            name.unwrap().to_owned()
        });
        names.filter(|name| name.ends_with("_total")).collect::<BTreeSet<_>>()
    };
    assert_eq!(names(&guide), names(&code));
    assert!(!names(&code).is_empty());
    for name in names(&code) {
        assert!(guide.contains(&format!("`{name}{{")), "no example of {name}");
    }
}
