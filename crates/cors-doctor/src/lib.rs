//! `cors-doctor`: says why a browser blocks a fetch, and what to change.
//!
//! This library is the command's own code, so that tests can call it; it is not a stable API.
//!
//! - [`probe`] drives a simulated browser over a real connection.
//! - [`check`], [`explain`] and [`diff`] read policy files of `tower-cors`.

pub mod check;
pub mod cli;
pub mod diff;
pub mod explain;
pub mod output;
pub mod probe;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use self::cli::{Arguments, Command};
use self::output::{Output, Status};

/// Runs the command with the arguments of the process.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut output = Output::of_process(arguments.color);
    let status = run(&arguments.command, &mut output);
    if output.flush() { status.into() } else { Status::Failed.into() }
}

fn run(command: &Command, output: &mut Output) -> Status {
    match command {
        Command::Probe(arguments) => probe::run(arguments, output),
        Command::Check(arguments) => check::run(arguments, output),
        Command::Explain(arguments) => explain::run(arguments, output),
        Command::Diff(arguments) => diff::run(arguments, output),
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(*shell, &mut Arguments::command(), "cors-doctor", &mut text);
            output.text(&String::from_utf8_lossy(&text));
            Status::Well
        }
        Command::Man => {
            output.text(&man());
            Status::Well
        }
    }
}

/// The manual page: the command and each subcommand.
fn man() -> String {
    let command = Arguments::command();
    let mut text = Vec::new();
    // Writing to memory does not fail.
    let _ = clap_mangen::Man::new(command.clone()).render(&mut text);
    for subcommand in command.get_subcommands().filter(|subcommand| !subcommand.is_hide_set()) {
        let name = format!("cors-doctor {}", subcommand.get_name()).to_uppercase();
        text.extend_from_slice(format!(".SH {name}\n").as_bytes());
        let man = clap_mangen::Man::new(subcommand.clone());
        let _ = man.render_description_section(&mut text);
        let _ = man.render_options_section(&mut text);
    }
    String::from_utf8_lossy(&text).into_owned()
}
