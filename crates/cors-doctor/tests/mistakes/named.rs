//! Who names a mistake, and how.

use std::convert::Infallible;
use std::io;
use std::process::Command;
use std::sync::{Arc, Mutex};

use axum::Router;
use http::{Request, Response};
use tower::{Layer, service_fn};
use tower_browser::checkup::Checkup;
use tower_browser::{Fetch, Page};
use tower_cors::{CorsLayer, PolicyBuilder};

pub(crate) const PAGE: &str = "https://app.example.com";
pub(crate) const URL: &str = "https://api.example.com/items/1";

/// The text that names a mistake.
pub(crate) struct Named {
    pub(crate) by: &'static str,
    pub(crate) text: String,
}

/// By the build of a policy.
pub(crate) fn by_build(builder: PolicyBuilder<CorsLayer>) -> Named {
    Named { by: "the build", text: builder.build().unwrap_err().to_string() }
}

/// By the compiler: its message, which other tests keep.
pub(crate) fn by_compiler(message: &str) -> Named {
    let lines = message.lines().filter(|line| {
        ["error", "  = note"].iter().any(|start| line.starts_with(start))
            && !line.contains("required for")
    });
    Named { by: "the compiler", text: lines.collect::<Vec<_>>().join("\n") }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// By an event, when a page fetches.
pub(crate) fn by_event(cors: &CorsLayer, page: &str, fetch: impl Fn(Fetch) -> Fetch) -> Named {
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);
    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(move || writer.clone())
        .with_ansi(false)
        .without_time()
        .finish();
    tracing::subscriber::with_default(subscriber, || {
        let service = cors.layer(service_fn(|_: Request<Vec<u8>>| async {
            Ok::<_, Infallible>(Response::new(Vec::new()))
        }));
        let page = Page::at(page);
        let sent = block_on(fetch(page.fetch(URL)).send(service));
        assert!(sent.is_err(), "the mistake blocks nothing");
    });
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    Named { by: "an event", text: text.trim().to_owned() }
}

/// By `assert_healthy`, in a test of the application.
pub(crate) fn by_checkup(app: Router, checkup: impl Into<Checkup>) -> Named {
    // A handler's panic is part of one mistake.
    std::panic::set_hook(Box::new(|_| ()));
    let report = block_on(checkup.into().run(app));
    drop(std::panic::take_hook());
    let finding = report.findings().first().map(ToString::to_string).unwrap_or_default();
    Named { by: "`assert_healthy`", text: finding }
}

/// By `cors-doctor probe`, of a server on loopback. Its first finding.
pub(crate) fn by_doctor(app: Router, page: &str, arguments: &[&str]) -> Named {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let port = runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        port
    });
    let server = format!("http://127.0.0.1:{port}");
    let output = Command::new(env!("CARGO_BIN_EXE_cors-doctor"))
        .args(["probe", &format!("{server}/items/1"), "--page", page])
        .args(arguments)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    let first = text.find("found (").map(|start| &text[start..]).unwrap_or_default();
    let first = first.split("\n\n").next().unwrap_or_default();
    let text = first.replace(&server, "https://api.example.com");
    Named { by: "`cors-doctor probe`", text: text.trim().to_owned() }
}
