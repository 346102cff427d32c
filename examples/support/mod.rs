//! What all examples share: a listener whose error names the address, and a server that ends on
//! Ctrl-C and on SIGTERM.
#![allow(dead_code, reason = "each example uses a part of it")]

use axum::Router;
use std::{
    error::Error,
    future::{Future, IntoFuture},
    time::Duration,
};
use tokio::net::TcpListener;

/// How long requests in progress may take to end. Then the rest is dropped: a connection whose
/// client has sent half a request would never end by itself.
pub(crate) const GRACE: Duration = Duration::from_secs(5);

/// Listens on an address, and says where.
pub(crate) async fn listen(address: &str) -> Result<TcpListener, Box<dyn Error>> {
    let listener = TcpListener::bind(address)
        .await
        .map_err(|error| format!("cannot listen on {address}: {error}"))?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(listener)
}

/// Listens and serves until the program is asked to end.
pub(crate) async fn run(address: &str, app: Router) -> Result<(), Box<dyn Error>> {
    let stop = Stop::new()?;
    serve(listen(address).await?, app, &stop).await
}

/// Serves until the program is asked to end, and answers the requests that are in progress then.
pub(crate) async fn serve(
    listener: TcpListener,
    app: Router,
    stop: &Stop,
) -> Result<(), Box<dyn Error>> {
    let served = axum::serve(listener, app).with_graceful_shutdown(stop.asked()).into_future();
    stop.ends(served).await.unwrap_or(Ok(()))?;
    Ok(())
}

/// Whether the program is asked to end, by Ctrl-C or by SIGTERM.
///
/// Make it first: a process 1, as in a container, ignores both signals as long as nobody listens for
/// them.
#[derive(Clone)]
pub(crate) struct Stop {
    signals: tokio::sync::watch::Receiver<u32>,
}

impl Stop {
    pub(crate) fn new() -> std::io::Result<Self> {
        let mut source = Signals::new()?;
        let (sender, signals) = tokio::sync::watch::channel(0);
        tokio::spawn(async move {
            for count in 1.. {
                source.next().await;
                sender.send_replace(count);
            }
        });
        Ok(Self { signals })
    }

    /// Returns once the program is asked to end.
    pub(crate) fn asked(&self) -> impl Future<Output = ()> + Send + use<> {
        self.asked_times(1)
    }

    fn asked_times(&self, times: u32) -> impl Future<Output = ()> + Send + use<> {
        let mut signals = self.signals.clone();
        async move {
            // It fails if the runtime ends, and then so does this.
            let _ = signals.wait_for(|count| *count >= times).await;
        }
    }

    /// Waits for `work`, which ends by itself once it is asked to; but not longer than [`GRACE`]
    /// after that, nor after a second signal.
    pub(crate) async fn ends<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let too_long = async {
            self.asked().await;
            tokio::time::sleep(GRACE).await;
        };
        tokio::select! {
            result = work => Some(result),
            () = too_long => None,
            () = self.asked_times(2) => None,
        }
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let interrupt = signal(SignalKind::interrupt())?;
        Ok(Self { interrupt, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
