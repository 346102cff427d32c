//! The server: this program once more, in a process of its own.

use axum::{Router, routing::any};
use std::{
    env, fs,
    future::ready,
    io::{self, BufRead, BufReader, Read, Write},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    thread,
};
use tower_cors::{
    AsyncCorsLayer, CorsLayer, Origin, Policy, PolicyList, Reloadable, Resolver,
    policy::BoxError,
    routes::{PolicyEntry, PolicyListBuilder},
};
use tower_cors_benches::Config;

/// What is served, in this order.
pub(crate) const APPLICATIONS: [&str; 6] =
    ["alone", "one policy", "list", "reload", "resolver", "tower-http"];

/// A hundred scopes; the last one covers what is asked for.
fn list(policy: &Policy) -> PolicyList {
    let entry = |path: String| PolicyEntry::new(policy.clone()).paths([path]);
    let others = (0..99).map(|scope| entry(format!("/service-{scope}/{{*rest}}")));
    let entries = others.chain([entry("/api/{*rest}".to_owned())]);
    entries.fold(PolicyList::builder(), PolicyListBuilder::entry).build().expect("a list")
}

fn applications() -> [Router; APPLICATIONS.len()] {
    let app = || Router::new().route("/api/items", any(async || "{}"));
    let config = Config::full();
    let (one, peer) = (config.tower_cors(), config.tower_http().expect("it can do this"));
    let policy = one.policies().clone();
    let (reloadable, _) = Reloadable::new(list(&policy));
    let lookup = {
        let policy = policy.clone();
        move |_: Origin| ready(Ok::<_, BoxError>(Some(policy.clone())))
    };
    let resolver = Resolver::builder(lookup).build().expect("a resolver");
    [
        app(),
        app().layer(one),
        app().layer(CorsLayer::with_policies(list(&policy))),
        app().layer(CorsLayer::with_policies(reloadable)),
        app().layer(AsyncCorsLayer::with_source(resolver)),
        app().layer(peer),
    ]
}

/// Serves them until the other process kills this one, or is gone itself.
pub(crate) fn serve() -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        for app in applications() {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
            println!("{}", listener.local_addr()?);
            tokio::spawn(async { axum::serve(listener, app).await });
        }
        io::stdout().flush()?;
        let (gone, end) = tokio::sync::oneshot::channel();
        thread::spawn(|| gone.send(io::stdin().read(&mut [0])));
        let _ = end.await;
        Ok(())
    })
}

/// The other process, killed when this value is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) addresses: Vec<SocketAddr>,
}

impl Server {
    pub(crate) fn start() -> io::Result<Self> {
        let mut child = Command::new(env::current_exe()?)
            .arg("serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut server = Self { child, addresses: Vec::new() };
        for line in output.lines().take(APPLICATIONS.len()) {
            server.addresses.push(line?.parse().map_err(io::Error::other)?);
        }
        Ok(server)
    }

    /// Nanoseconds on a processor: its one thread that serves is the first.
    pub(crate) fn processor_time(&self) -> io::Result<f64> {
        let text = fs::read_to_string(format!("/proc/{}/schedstat", self.child.id()))?;
        let first = text.split_whitespace().next().unwrap_or_default();
        first.parse().map_err(io::Error::other)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
