//! Serves the tenants' API and its settings page.
//!
//! `cargo run -p tenants [-- --listen 127.0.0.1:3000]`
//!
//! `DATABASE_URL`: `sqlite::memory:` (the default), `sqlite://tenants.db?mode=rwc`,
//! `postgres://user@host/name`. `RUST_LOG`: `info`.
//!
//! Ctrl-C and SIGTERM end it: requests in progress are answered first, for up to 5 seconds.

#[path = "../../support/mod.rs"]
mod support;

use std::{env, error::Error, net::SocketAddr, process::ExitCode};
use support::Stop;
use tenants::{App, Settings};
use tracing_subscriber::EnvFilter;

const USAGE: &str = "usage: tenants [--listen ADDRESS:PORT], with DATABASE_URL in the environment";

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let Some(address) = address(env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match run(address).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn address(arguments: impl Iterator<Item = String>) -> Option<SocketAddr> {
    match &arguments.collect::<Vec<_>>()[..] {
        [] => Some(SocketAddr::from(([127, 0, 0, 1], 3000))),
        [option, address] if option == "--listen" => address.parse().ok(),
        _ => None,
    }
}

async fn run(address: SocketAddr) -> Result<(), Box<dyn Error>> {
    let stop = Stop::new()?;
    let url = env::var("DATABASE_URL").unwrap_or_else(|_| "sqlite::memory:".to_owned());
    let app = tokio::select! {
        app = App::start(&url, Settings::default()) => app.map_err(|error| error as Box<dyn Error>)?,
        () = stop.asked() => return Ok(()),
    };
    let listener = support::listen(&address.to_string()).await?;
    support::serve(listener, app.router(), &stop).await
}
