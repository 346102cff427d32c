//! What an async layer and a resolver log. By itself: what is logged is a process's own affair.

use http::{Request, Response, request::Parts};
use std::{
    convert::Infallible,
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};
use tower::{Layer, ServiceExt, service_fn};
use tower_cors::{
    AsyncCorsLayer, Origin, Policy, Resolver, policy::BoxError, source::PolicySource,
};
use tracing_subscriber::filter::LevelFilter;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("unpoisoned").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn take(&self) -> Vec<String> {
        let bytes = std::mem::take(&mut *self.0.lock().expect("unpoisoned"));
        String::from_utf8(bytes).expect("UTF-8").lines().map(str::to_owned).collect()
    }
}

async fn preflight(source: impl PolicySource + Clone) {
    ask(source, "OPTIONS", "/orders").await;
}

async fn ask(source: impl PolicySource + Clone, method: &str, path: &str) {
    let inner = service_fn(|_: Request<()>| async { Ok::<_, Infallible>(Response::new(())) });
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("origin", "https://a.example")
        .header("access-control-request-method", "PUT");
    let service = AsyncCorsLayer::with_source(source).layer(inner);
    let _ = service.oneshot(request.body(()).expect("a valid request")).await;
}

/// A failure is logged as one; a refusal is not a failure.
#[tokio::test]
async fn failures_are_logged_as_warnings() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::WARN)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).expect("the only one");

    preflight(|_: &_| async { Ok::<Option<Policy>, BoxError>(None) }).await;
    let lines = log.take();
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert!(lines[0].contains(r#"reason="origin_not_allowed""#), "{}", lines[0]);

    preflight(|_: &_| async { Err::<Option<Policy>, BoxError>("the database is down".into()) })
        .await;
    let lines = log.take();
    assert_eq!(lines.len(), 1, "{lines:#?}");
    for part in [
        "WARN",
        "CORS policy unavailable",
        "the database is down",
        r#"method="OPTIONS""#,
        r#"path="/orders""#,
    ] {
        assert!(lines[0].contains(part), "{part} in {}", lines[0]);
    }

    let resolver = Resolver::builder(|_: Origin| async {
        Err::<Option<Policy>, BoxError>("the database is down".into())
    });
    let resolver = resolver.build().expect("valid");
    for _ in 0..2 {
        preflight(resolver.clone()).await;
    }
    let lines = log.take();
    let lookups = lines.iter().filter(|line| line.contains("CORS policy lookup failed")).count();
    assert_eq!((lookups, lines.len()), (1, 1), "the same failure of requests is told: {lines:#?}");

    // What comes from outside: an error of several lines, a request as long as can be. Other
    // errors than before, so that they are told at once.
    let (path, method) = (format!("/{}", "p".repeat(65_000)), "M".repeat(100_000));
    let several_lines = |_: &Parts| async {
        Policy::builder().allow_origin(["https://a.example/", "b.example"]).build().map(Some)
    };
    let endless = |_: &Parts| async {
        Err::<Option<Policy>, BoxError>("\u{1b}[31m long".repeat(10_000).into())
    };
    for failing in [1, 2] {
        if failing == 1 {
            ask(several_lines, &method, &path).await;
        } else {
            ask(endless, &method, &path).await;
        }
        let lines = log.take();
        assert_eq!(lines.len(), 1, "{failing}: {}", lines.len());
        assert!(lines[0].len() < 2000, "{failing}: {} bytes", lines[0].len());
        assert!(lines[0].chars().all(|c| !c.is_control()), "{failing}: {}", lines[0]);
    }

    // A flood of failing requests and lookups, each of another origin and each failing otherwise.
    let failures = AtomicUsize::new(0);
    let resolver = Resolver::builder(move |_: Origin| {
        let error = format!("failure {}", failures.fetch_add(1, Ordering::Relaxed));
        async { Err::<Option<Policy>, BoxError>(error.into()) }
    });
    let resolver = resolver.lookup_burst(10_000).build().expect("valid");
    let inner = service_fn(|_: Request<()>| async { Ok::<_, Infallible>(Response::new(())) });
    let layer = AsyncCorsLayer::with_source(resolver.clone());
    for n in 0..10_000 {
        let request = Request::builder().header("origin", format!("https://n{n}.example"));
        let _ = layer.layer(inner).oneshot(request.body(()).expect("a valid request")).await;
    }
    assert_eq!(resolver.stats().lookups, 10_000);
    let lines = log.take();
    assert!(lines.len() < 100, "{} lines", lines.len());
}
