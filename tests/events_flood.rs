//! What a flood of refused requests writes. By itself: how much may be logged is the process's own
//! allowance.

use http::{Request, Response, request::Parts};
use std::{
    collections::BTreeSet,
    convert::Infallible,
    io,
    sync::{Arc, Mutex},
    time::Instant,
};
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_cors::{AsyncCorsLayer, CorsLayer, Policy, policy::BoxError};
use tracing::Level;

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Written {
    fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap()
    }
}

/// A line for each refused request of a stranger fills disks.
#[tokio::test]
async fn a_flood_of_strangers_does_not_fill_the_log() {
    let written = Written::default();
    let writer = written.clone();
    tracing_subscriber::fmt()
        .with_max_level(Level::WARN)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .init();
    let inner = service_fn(|_: Request<()>| async { Ok::<_, Infallible>(Response::new(())) });
    let cors = CorsLayer::builder().allow_origin("https://app.example.com").build().unwrap();
    let mut service = cors.layer(inner);

    let start = Instant::now();
    for i in 0..100_000 {
        let origin = format!("https://stranger-{}.example", i % 10_000);
        let request = Request::builder().header("origin", origin).body(()).unwrap();
        service.call(request).await.unwrap();
    }
    check(&written.take(), start, "CORS request refused", "origin refused");

    // What strangers do hides nothing of what an allowed origin is refused.
    let request = Request::options("/")
        .header("origin", "https://app.example.com")
        .header("access-control-request-method", "DELETE");
    service.call(request.body(()).unwrap()).await.unwrap();
    let log = written.take();
    assert!(log.contains("reason=\"method_not_allowed\""), "{log}");

    // Nor do the preflights of an allowed origin hide that a source fails.
    let start = Instant::now();
    for i in 0..1000 {
        let request = Request::options("/")
            .header("origin", "https://app.example.com")
            .header("access-control-request-method", "GET")
            .header("access-control-request-headers", format!("x-{i}"));
        service.call(request.body(()).unwrap()).await.unwrap();
    }
    // The method was one of the 50.
    let log = format!("{}{}", log, written.take());
    check(&log, start, "CORS request refused", "preflight refused");

    let start = Instant::now();
    for i in 0..1000 {
        let down = move |_: &Parts| async move {
            Err::<Option<Policy>, BoxError>(format!("failure {i}").into())
        };
        let cors = AsyncCorsLayer::builder(down).build().unwrap();
        let request = Request::builder().header("origin", "https://app.example.com");
        cors.layer(inner).oneshot(request.body(()).unwrap()).await.unwrap();
    }
    check(&written.take(), start, "CORS policy unavailable", "policy unavailable");
}

/// 50 lines and one more every 5 seconds, each once only, and once a minute the number of others.
fn check(log: &str, start: Instant, message: &str, class: &str) {
    let seconds = usize::try_from(start.elapsed().as_secs()).unwrap();
    let (told, numbers): (Vec<_>, Vec<_>) = log.lines().partition(|line| line.contains(message));
    assert!((50..=51 + seconds / 5).contains(&told.len()), "{} lines: {log}", told.len());
    let fields = told.iter().map(|line| line.split_once(message).unwrap().1);
    assert_eq!(fields.collect::<BTreeSet<_>>().len(), told.len(), "{log}");
    let number = "WARN tower_cors: too many different CORS refusals or failures; the rest is logged at \
                  DEBUG only";
    assert!((1..=2 + seconds / 60).contains(&numbers.len()), "{numbers:#?}");
    let first = format!("{number} class={class:?} suppressed=1");
    assert!(numbers[0].ends_with(&first), "{numbers:#?}");
}
