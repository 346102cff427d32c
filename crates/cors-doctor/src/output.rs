//! Standard output and standard error, with or without colors, and the exit status.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::ColorChoice;

/// The exit status of the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// 0: nothing is wrong.
    Well,
    /// 1: something is wrong with the server or the file.
    Found,
    /// 2: the command or the connection failed.
    Failed,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(match status {
            Status::Well => 0,
            Status::Found => 1,
            Status::Failed => 2,
        })
    }
}

/// What a word means, and so its color on a terminal.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Tone {
    Good,
    Bad,
    Warning,
    Heading,
    Quiet,
}

/// Where the command writes to.
#[derive(Debug)]
pub struct Output {
    colors: bool,
    progress: bool,
    failed: bool,
}

impl Output {
    /// Standard output. Colors are used only on a terminal, and not if `NO_COLOR` is set.
    #[must_use]
    pub fn of_process(choice: ColorChoice) -> Self {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let colors = match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => io::stdout().is_terminal() && !no_color,
        };
        Self { colors, progress: io::stderr().is_terminal(), failed: false }
    }

    /// The text in the color of its tone.
    pub(crate) fn paint(&self, tone: Tone, text: impl Display) -> String {
        if !self.colors {
            return text.to_string();
        }
        let code = match tone {
            Tone::Good => "32",
            Tone::Bad => "31;1",
            Tone::Warning => "33",
            Tone::Heading => "1",
            Tone::Quiet => "2",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }

    /// Writes a line.
    pub(crate) fn line(&mut self, text: impl Display) {
        self.text(&format!("{text}\n"));
    }

    pub(crate) fn text(&mut self, text: &str) {
        // A closed pipe ends the output, as with any filter.
        self.failed |= io::stdout().write_all(text.as_bytes()).is_err();
    }

    pub(crate) fn json(&mut self, value: &serde_json::Value) {
        self.line(format_args!("{value:#}"));
    }

    /// Writes an error.
    pub(crate) fn error(&mut self, text: impl Display) {
        // Flushed first, so that both stand in order where they go to one place.
        self.failed |= io::stdout().flush().is_err();
        let _ = writeln!(io::stderr(), "error: {text}");
    }

    /// Whether progress is shown: standard error is a terminal.
    pub(crate) fn shows_progress(&self) -> bool {
        self.progress
    }

    /// Whether all was written.
    #[must_use]
    pub fn flush(&mut self) -> bool {
        !self.failed && io::stdout().flush().is_ok()
    }
}

/// Text from outside, without control characters, which could drive a terminal.
pub(crate) fn printable(text: &str) -> String {
    let escape = |c: char| {
        if c.is_control() { c.escape_default().to_string() } else { c.to_string() }
    };
    text.chars().map(escape).collect()
}
