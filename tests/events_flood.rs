//! What a flood of refused requests writes. By itself: how much may be logged is the process's own
//! allowance.

use http::{Request, Response};
use std::{
    convert::Infallible,
    io,
    sync::{Arc, Mutex},
};
use tower::{Layer, Service, service_fn};
use tower_cors::CorsLayer;
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

    for i in 0..100_000 {
        let origin = format!("https://stranger-{}.example", i % 10_000);
        let request = Request::builder().header("origin", origin).body(()).unwrap();
        service.call(request).await.unwrap();
    }
    let log = written.take();
    assert!(log.len() < 100_000, "{} bytes", log.len());
    assert!(log.contains("https://stranger-0.example"), "{log}");
    assert!(log.contains("too many different CORS refusals or failures"), "{log}");

    // What strangers do hides nothing of what an allowed origin is refused.
    let request = Request::options("/")
        .header("origin", "https://app.example.com")
        .header("access-control-request-method", "DELETE");
    service.call(request.body(()).unwrap()).await.unwrap();
    let log = written.take();
    assert!(log.contains("reason=\"method_not_allowed\""), "{log}");
}
