//! Running the command.

use std::process::Command;

use serde_json::Value;

pub(crate) const PAGE: &str = "https://app.example.com";

/// What a run of the command came to.
pub(crate) struct Probe {
    pub(crate) status: i32,
    pub(crate) json: Value,
}

/// Probes a server on loopback. `--page` and `--url`, a path here, replace the usual ones.
pub(crate) fn probe(port: u16, arguments: &[&str]) -> Probe {
    let value = |name: &str| {
        let index = arguments.iter().position(|argument| *argument == name);
        index.map(|index| arguments[index + 1])
    };
    // A page over https can fetch over http from loopback.
    let url = format!("http://127.0.0.1:{port}{}", value("--url").unwrap_or("/items/1"));
    let mut all = vec!["probe", &url, "--json", "--page", value("--page").unwrap_or(PAGE)];
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if matches!(*argument, "--url" | "--page") {
            rest.next();
        } else {
            all.push(argument);
        }
    }
    run(&all)
}

pub(crate) fn run(arguments: &[&str]) -> Probe {
    let output = Command::new(env!("CARGO_BIN_EXE_cors-doctor")).args(arguments).output().unwrap();
    let json = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    Probe { status: output.status.code().unwrap(), json }
}

/// What is printed without `--json`.
pub(crate) fn text(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_cors-doctor")).args(arguments).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}
