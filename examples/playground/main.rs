//! An API behind the middleware and, on another origin, a page that calls it with `fetch` and shows
//! what the browser makes of each call, what crosses the wire, and why.
//!
//! ```text
//! cargo run --example playground
//! cargo run --example playground -- --policy cors.toml
//! ```
//!
//! Each file here is one part: `options` (the command line), `policies` (the built-in set, or a
//! file), `echo` (the API), `recorder` (what crossed the wire), `page` (the page's server),
//! `server` (HTTP/1.1 and HTTP/2 on one port), `what_if` (a simulated browser at any origin).

mod echo;
mod options;
mod page;
mod policies;
mod recorder;
mod server;
#[path = "../support/mod.rs"]
mod support;
mod what_if;

use crate::{options::Options, policies::Policies, recorder::Recorder};
use std::{
    convert::Infallible,
    io::Write as _,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    process::ExitCode,
};
use tokio::net::TcpListener;
use tower::{Layer as _, service_fn};
use tower_cors::CorsLayer;

/// What ends the program before it serves: a wrong option, a bad policy file, an address that is in
/// use.
pub(crate) struct Failure {
    pub(crate) status: u8,
    pub(crate) text: String,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure { status, text }) => {
            eprintln!("{text}");
            ExitCode::from(status)
        }
    }
}

async fn run() -> Result<(), Failure> {
    let Some(options) = Options::parse(std::env::args_os().skip(1))? else {
        print!("{}", options::HELP);
        return Ok(());
    };
    let stop = support::Stop::new()
        .map_err(|error| Failure { status: 1, text: format!("no signals: {error}") })?;
    // Before anything listens: with a bad file, nothing is served.
    let from_file = options.policy.as_deref().map(Policies::read).transpose()?;
    let api = listen("--api", options.api).await?;
    let page = listen("--page", options.page).await?;
    let (api_address, page_address) = (address(&api)?, address(&page)?);
    let policies = match from_file {
        Some(policies) => policies,
        None => Policies::built_in(page_address)?,
    };

    // The middleware around everything, so that it governs every path and every method.
    let recorder = Recorder::default();
    let cors = CorsLayer::with_policies(policies.list.clone());
    let cors = cors.record_decision(true).with_shadow_entries();
    let governed = cors.layer(service_fn(echo::echo));
    let watched = {
        let (recorder, list) = (recorder.clone(), policies.list.clone());
        service_fn(move |request| {
            let (recorder, list, governed) = (recorder.clone(), list.clone(), governed.clone());
            async move { Ok::<_, Infallible>(recorder.record(request, &list, governed).await) }
        })
    };
    let page_router = page::router(&policies, recorder, api_address, page_address);

    announce(api_address, page_address);
    let serving =
        async { tokio::join!(server::serve(api, watched), server::serve(page, page_router)) };
    tokio::select! {
        _ = serving => {}
        () = stop.asked() => {}
    }
    Ok(())
}

async fn listen(option: &str, address: SocketAddr) -> Result<TcpListener, Failure> {
    let failed = |error| Failure { status: 1, text: format!("{option} {address}: {error}") };
    TcpListener::bind(address).await.map_err(failed)
}

/// Where a browser on this machine finds the listener.
fn address(listener: &TcpListener) -> Result<SocketAddr, Failure> {
    let mut address = listener
        .local_addr()
        .map_err(|error| Failure { status: 1, text: format!("no local address: {error}") })?;
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    Ok(address)
}

/// Says where things are, in two lines, at once. Nobody need be reading them.
fn announce(api: SocketAddr, page: SocketAddr) {
    let mut stdout = std::io::stdout().lock();
    let _ = writeln!(stdout, "api http://{api}\npage http://{page}");
    let _ = stdout.flush();
}
