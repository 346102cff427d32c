//! The command line.

use crate::Failure;
use std::{
    ffi::{OsStr, OsString},
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
};

pub(crate) const HELP: &str = "\
An API behind tower-cors and, on another origin, a page that calls it.

Usage: cargo run --example playground -- [OPTIONS]

Options:
  --policy FILE  the policies, TOML or JSON (default: a set that shows the cases of interest)
  --api ADDR     where the API listens (default: 127.0.0.1:3000)
  --page ADDR    where the page is served (default: 127.0.0.1:4000)
  --help         this text

Port 0 picks a free port. Ready, it prints two lines: `api http://…` and `page http://…`.

The API answers every path and method with an echo of the request in JSON. In the query,
`status=NNN` (200 to 999, else ignored) sets the status of the answer, and `set=Name:Value`,
percent-encoded and as often as you like, adds a header to it.
";

/// What the command line says.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) policy: Option<PathBuf>,
    pub(crate) api: SocketAddr,
    pub(crate) page: SocketAddr,
}

impl Options {
    /// Reads the arguments; `None` if they ask for help.
    pub(crate) fn parse(args: impl Iterator<Item = OsString>) -> Result<Option<Self>, Failure> {
        let mut options = Self {
            policy: None,
            api: (Ipv4Addr::LOCALHOST, 3000).into(),
            page: (Ipv4Addr::LOCALHOST, 4000).into(),
        };
        let mut args = args;
        while let Some(arg) = args.next() {
            let (name, attached) = split(&arg);
            if name == "--help" || name == "-h" {
                return Ok(None);
            }
            if !matches!(name, "--policy" | "--api" | "--page") {
                return Err(wrong(format!(
                    "{} is not a valid option; see --help",
                    arg.to_string_lossy()
                )));
            }
            let value = attached
                .or_else(|| args.next())
                .filter(|value| !value.is_empty())
                .ok_or_else(|| wrong(format!("{name} needs a value; see --help")))?;
            match name {
                "--policy" => options.policy = Some(value.into()),
                "--api" => options.api = address(name, &value)?,
                _ => options.page = address(name, &value)?,
            }
        }
        Ok(Some(options))
    }
}

/// An argument's name, and what follows its `=`.
fn split(arg: &OsStr) -> (&str, Option<OsString>) {
    match arg.to_str() {
        Some(text) => match text.split_once('=') {
            Some((name, value)) => (name, Some(value.into())),
            None => (text, None),
        },
        None => ("", None),
    }
}

fn address(name: &str, value: &OsStr) -> Result<SocketAddr, Failure> {
    value.to_str().and_then(|value| value.parse().ok()).ok_or_else(|| {
        let value = value.to_string_lossy();
        wrong(format!(
            "{name}: \"{value}\" is not a valid address; write one such as 127.0.0.1:3000"
        ))
    })
}

fn wrong(text: String) -> Failure {
    Failure { status: 2, text }
}
