//! Serves the tenants' API and its settings page.
//!
//! `cargo run -p tenants [-- --listen 127.0.0.1:3000]`
//!
//! `DATABASE_URL`: `sqlite::memory:` (the default), `sqlite://tenants.db?mode=rwc`,
//! `postgres://user@host/name`. `RUST_LOG`: `info`.

use std::{env, net::SocketAddr, process::ExitCode};
use tenants::{App, Settings};
use tokio::net::TcpListener;
use tower_cors::policy::BoxError;
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
    match serve(address).await {
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

async fn serve(address: SocketAddr) -> Result<(), BoxError> {
    let url = env::var("DATABASE_URL").unwrap_or_else(|_| "sqlite::memory:".to_owned());
    let app = App::start(&url, Settings::default()).await?;
    let listener = TcpListener::bind(address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let stop = async {
        // Without a signal to wait for, it is stopped in other ways.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    axum::serve(listener, app.router()).with_graceful_shutdown(stop).await?;
    Ok(())
}
