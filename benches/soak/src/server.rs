//! The server: one axum application behind a list of policies that is reloaded, and one behind a
//! resolver. Both listen on loopback, for HTTP/1.1 and HTTP/2.
//!
//! Commands come on standard input, each is answered by a line: `policies VERSION`, `invalid`,
//! `invalidate TENANT`, `invalidate-all`, `stats`.

use crate::{
    database,
    rules::{INNER_ORIGIN, INVALID, TENANTS, policies},
};
use axum::{
    Router,
    extract::ws::{WebSocket, WebSocketUpgrade},
    routing::any,
};
use http::{header::ACCESS_CONTROL_ALLOW_ORIGIN, request::Parts};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use std::{
    io::{self, BufRead, Write},
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::net::TcpListener;
use tower_cors::{
    AsyncCorsLayer, CorsLayer, Policy, PolicyList, Reloadable, Resolver, policy::BoxError,
    reload::ReloadHandle,
};

type Tenants = Resolver<String, Policy>;

/// Runs until its standard input ends.
pub async fn serve(database: SocketAddr) -> io::Result<()> {
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::WARN)
        .with_writer(io::stderr)
        .with_ansi(false)
        .init();
    let list = PolicyList::from_toml(&policies(0)).map_err(io::Error::other)?;
    let (list, handle) = Reloadable::new(list);
    let made_up = Arc::new(AtomicU64::new(0));
    let resolver = resolver(database, made_up.clone()).map_err(io::Error::other)?;
    resolver.mark_known((0..TENANTS).map(|n| format!("t{n}")));
    let tenants = AsyncCorsLayer::builder_with_source(resolver.clone());
    let tenants = tenants.timeout(Duration::from_secs(4)).build().map_err(io::Error::other)?;
    for app in [app().layer(CorsLayer::with_policies(list)), app().layer(tenants)] {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?);
        tokio::spawn(accept(listener, app));
    }
    io::stdout().flush()?;
    let commands = tokio::task::spawn_blocking(move || obey(&handle, &resolver, &made_up));
    commands.await.map_err(io::Error::other)
}

fn resolver(
    database: SocketAddr,
    made_up: Arc<AtomicU64>,
) -> Result<Tenants, tower_cors::source::SourceErrors> {
    // /tenants/t7/orders: the tenant is t7.
    let tenant = |parts: &Parts| {
        let mut segments = parts.uri.path().split('/').skip(1);
        (segments.next() == Some("tenants")).then(|| segments.next().map(str::to_owned))?
    };
    let look_up = move |tenant: String| {
        if !tenant.starts_with('t') {
            made_up.fetch_add(1, Relaxed);
        }
        async move {
            let Some(origin) = database::look_up(database, &tenant).await? else { return Ok(None) };
            let policy = Policy::builder().allow_origin(origin).allow_credentials(true).build()?;
            Ok::<_, BoxError>(Some(policy))
        }
    };
    Resolver::builder_by_key(tenant, look_up)
        .time_to_live(Duration::from_secs(2))
        .negative_time_to_live(Duration::from_secs(2))
        .error_time_to_live(Duration::from_millis(500))
        .stale_on_error(Duration::from_secs(30))
        .timeout(Duration::from_secs(2))
        .lookup_rate(LOOKUP_RATE)
        .lookup_burst(LOOKUP_BURST)
        .max_memory(1024 * 1024)
        .capacity(1000)
        .build()
}

/// Lookups of made-up tenants: so many a second, so many at once.
pub const LOOKUP_RATE: u32 = 20;
pub const LOOKUP_BURST: u32 = 50;

/// Answers any path, and sets a header that only the outermost layer should set.
fn app() -> Router {
    let echo =
        || async { ([("x-ran", "1"), (ACCESS_CONTROL_ALLOW_ORIGIN.as_str(), INNER_ORIGIN)], "{}") };
    Router::new().route("/enforced/socket", any(upgrade)).fallback(echo)
}

async fn upgrade(socket: WebSocketUpgrade) -> axum::response::Response {
    socket.on_upgrade(|mut socket: WebSocket| async move { while socket.recv().await.is_some() {} })
}

async fn accept(listener: TcpListener, app: Router) {
    let mut builder = Builder::new(TokioExecutor::new());
    // More than by default, so that what is hostile reaches the layer.
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(5))
        .max_headers(10_000);
    builder.http2().timer(TokioTimer::new()).max_header_list_size(512 * 1024);
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let (builder, service) = (builder.clone(), TowerToHyperService::new(app.clone()));
        tokio::spawn(async move {
            let _ = builder.serve_connection_with_upgrades(TokioIo::new(stream), service).await;
        });
    }
}

fn obey(handle: &ReloadHandle, resolver: &Tenants, made_up: &AtomicU64) {
    for line in io::stdin().lock().lines().map_while(Result::ok) {
        let (command, argument) = line.split_once(' ').unwrap_or((&line, ""));
        let answer = match command {
            "policies" => {
                let version = argument.parse().unwrap_or_default();
                PolicyList::from_toml(&policies(version)).map(|list| {
                    handle.replace(list);
                })
            }
            "invalid" => PolicyList::from_toml(INVALID).map(|list| {
                handle.replace(list);
            }),
            "invalidate" => {
                resolver.invalidate(&argument.to_owned());
                Ok(())
            }
            "invalidate-all" => {
                resolver.invalidate_all();
                Ok(())
            }
            _ => Ok(()),
        };
        let stats = resolver.stats();
        let answer = match answer {
            _ if command == "stats" => format!(
                "{} {} {} {}",
                made_up.load(Relaxed),
                stats.known,
                stats.strangers,
                stats.in_progress
            ),
            Ok(()) => "ok".to_owned(),
            Err(_) => "refused".to_owned(),
        };
        println!("{answer}");
        let _ = io::stdout().flush();
    }
}
