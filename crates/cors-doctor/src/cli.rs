//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ColorChoice, Parser, Subcommand, ValueEnum, ValueHint};

/// Says why a browser blocks a fetch, whatever the server is written in, and what to change.
#[derive(Debug, Parser)]
#[command(
    name = "cors-doctor",
    version,
    propagate_version = true,
    after_help = "Exit status: 0 if nothing is wrong, 1 if something is, 2 if the command, a file or \
                  the connection failed."
)]
pub struct Arguments {
    /// When to use colors
    #[arg(long, global = true, default_value = "auto", value_name = "WHEN")]
    pub color: ColorChoice,

    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Ask a server what a page's fetch would get, as a browser would
    Probe(ProbeArguments),
    /// Validate a policy file of tower-cors: all errors, with line and suggestion
    Check(CheckArguments),
    /// Say what a policy file makes of a page's fetch, and why
    Explain(ExplainArguments),
    /// Say who gains and who loses between two policy files
    Diff(DiffArguments),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// Arguments of `probe`.
#[derive(Debug, Args)]
#[command(after_help = "\
At most a dozen requests are sent, one after another: the fetch with its preflight, the same URL by \
GET without `Origin`, from the page and from an unknown page, a path below it that does not exist, and, where \
the origin is refused, the origin with the other scheme, with or without `www.`, and `localhost` in place of \
127.0.0.1 or [::1] and the other way round. `--dry-run` shows them.

Exit status: 0 if the page can read the answer and nothing was found that will break later; 1 if it is \
blocked, or such a thing was found; 2 if the command or the connection failed.")]
pub struct ProbeArguments {
    /// The URL that the page fetches
    #[arg(value_hint = ValueHint::Url)]
    pub url: String,

    /// The page that fetches, by its URL or origin; `null` for a page without an origin
    #[arg(long, visible_alias = "origin", value_hint = ValueHint::Url)]
    pub page: String,

    /// The method, as the script writes it
    #[arg(long, short = 'X', default_value = "GET")]
    pub method: String,

    /// A request header that the script sets: `NAME`, or `NAME: VALUE`
    #[arg(long, short = 'H', value_name = "NAME[: VALUE]")]
    pub header: Vec<String>,

    /// The credentials mode
    #[arg(long, value_enum, default_value_t = Credentials::SameOrigin)]
    pub credentials: Credentials,

    /// A cookie for the server's host: `NAME=VALUE`
    #[arg(long, value_name = "NAME=VALUE")]
    pub cookie: Vec<String>,

    /// The body, a text
    #[arg(long, short = 'd', value_name = "TEXT")]
    pub data: Option<String>,

    /// A response header that the script reads
    #[arg(long, value_name = "NAME")]
    pub read: Vec<String>,

    /// Print the requests that would be sent, and send none
    #[arg(long)]
    pub dry_run: bool,

    /// Send the fetch and its preflight only
    #[arg(long)]
    pub only: bool,

    /// Print all headers
    #[arg(long, short)]
    pub verbose: bool,

    /// Print JSON
    #[arg(long)]
    pub json: bool,

    /// Use HTTP/1.1 even where the server offers HTTP/2
    #[arg(long)]
    pub http1: bool,

    /// Trust the certificates in this PEM file, besides those of the system
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub ca: Option<PathBuf>,

    /// Accept any certificate, as a browser does once its user has said so
    #[arg(long, short = 'k', conflicts_with = "ca")]
    pub insecure: bool,

    /// The time that each request may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub timeout: Duration,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct CheckArguments {
    /// The policy file: JSON if its name ends in `.json`, else TOML
    #[arg(value_hint = ValueHint::FilePath)]
    pub file: PathBuf,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit status: 0 if the page can read the answer, 1 if not, 2 if the command \
                        failed."
)]
pub struct ExplainArguments {
    /// The policy file: JSON if its name ends in `.json`, else TOML
    #[arg(value_hint = ValueHint::FilePath)]
    pub file: PathBuf,

    /// The page's origin; `null` for a page without one
    #[arg(long, visible_alias = "page", value_hint = ValueHint::Url)]
    pub origin: String,

    /// The method
    #[arg(long, short = 'X', default_value = "GET")]
    pub method: String,

    /// A request header that the script sets: `NAME`, or `NAME: VALUE`
    #[arg(long, short = 'H', value_name = "NAME[: VALUE]")]
    pub header: Vec<String>,

    /// The credentials mode
    #[arg(long, value_enum, default_value_t = Credentials::SameOrigin)]
    pub credentials: Credentials,

    /// The path that is fetched
    #[arg(long, default_value = "/")]
    pub path: String,

    /// The host that is fetched
    #[arg(long, default_value = "api.example")]
    pub host: String,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `diff`.
#[derive(Debug, Args)]
pub struct DiffArguments {
    /// The old policy file
    #[arg(value_hint = ValueHint::FilePath)]
    pub old: PathBuf,

    /// The new policy file
    #[arg(value_hint = ValueHint::FilePath)]
    pub new: PathBuf,

    /// Exit with status 1 if anything widens, or may widen
    #[arg(long)]
    pub no_wider: bool,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// The credentials mode of `fetch()`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Credentials {
    /// No cookies
    Omit,
    /// Cookies to the page's own origin only
    SameOrigin,
    /// Cookies
    Include,
}

impl From<Credentials> for tower_browser::options::Credentials {
    fn from(credentials: Credentials) -> Self {
        match credentials {
            Credentials::Omit => Self::Omit,
            Credentials::SameOrigin => Self::SameOrigin,
            Credentials::Include => Self::Include,
        }
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse::<u16>() {
        Ok(seconds @ 1..) => Ok(Duration::from_secs(seconds.into())),
        _ => Err("write a whole number of seconds, from 1 to 65535".to_owned()),
    }
}

/// A header as `NAME` or `NAME: VALUE`. A name without a value gets one that a server can parse.
pub(crate) fn header(text: &str) -> (&str, &str) {
    if let Some((name, value)) = text.split_once(':') {
        return (name.trim(), value.trim());
    }
    let name = text.trim();
    let value = match name.to_ascii_lowercase().as_str() {
        "authorization" => "Bearer cors-doctor",
        "content-type" => "application/json",
        _ => "1",
    };
    (name, value)
}
