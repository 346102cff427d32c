//! What a flood of refused requests costs where a log is kept at WARN: 100,000 requests from 10,000
//! origins, of which none is allowed.
//!
//! ```text
//! cargo bench -p tower-cors-benches --bench flood
//! ```
//!
//! It fails if a request takes more than 1.2 times what it takes without a subscriber, if the log
//! has 100 KB, or if memory grows by more than 1 MB.

use http::{HeaderValue, header::ORIGIN};
use std::{
    convert::Infallible,
    env, fs,
    future::{Future, Ready, ready},
    hint::black_box,
    io,
    pin::pin,
    process::{Command, ExitCode},
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    task::{Context, Waker},
    time::{Duration, Instant},
};
use tower::{Layer, Service, service_fn};
use tower_cors::CorsLayer;
use tower_cors_benches::Template;

const REQUESTS: usize = 100_000;
const ORIGINS: usize = 10_000;
const RUNS: usize = 7;

static WRITTEN: AtomicUsize = AtomicUsize::new(0);

/// Counts what is written.
struct Counter;

impl io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        WRITTEN.fetch_add(bytes.len(), Relaxed);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn main() -> ExitCode {
    if let Some(kind) =
        env::args().find_map(|argument| argument.strip_prefix("--run=").map(str::to_owned))
    {
        run(kind == "with");
        return ExitCode::SUCCESS;
    }
    // By turns, in a process each, so that both meet what else the machine does.
    let (mut without, mut with) = (Figures::default(), Figures::default());
    for _ in 0..RUNS {
        without.least(child("without"));
        with.least(child("with"));
    }
    println!("without a subscriber: {} ns a request", without.time);
    println!("with one at WARN: {} ns a request", with.time);
    println!(
        "written: {} bytes; memory grown after the first flood: {} KB",
        with.written, with.grown
    );
    let cheap = with.time <= without.time * 12 / 10;
    if cheap && with.written < 100_000 && with.grown < 1000 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

#[derive(Clone, Copy, Default)]
struct Figures {
    /// Nanoseconds a request.
    time: u128,
    /// Bytes.
    written: usize,
    /// KB.
    grown: usize,
}

impl Figures {
    /// The least time, and the most of what must stay little.
    fn least(&mut self, other: Self) {
        self.time = if self.time == 0 { other.time } else { self.time.min(other.time) };
        self.written = self.written.max(other.written);
        self.grown = self.grown.max(other.grown);
    }
}

fn child(kind: &str) -> Figures {
    let output =
        Command::new(env::current_exe().expect("a path")).arg(format!("--run={kind}")).output();
    let text = String::from_utf8(output.expect("it runs").stdout).expect("text");
    let mut figures =
        text.split_whitespace().map(|figure| figure.parse::<u32>().expect("a figure"));
    let mut next = || figures.next().expect("three figures");
    Figures { time: next().into(), written: next() as usize, grown: next() as usize }
}

fn run(with: bool) {
    let origins = (0..ORIGINS).map(|i| format!("https://stranger-{i}.example.net"));
    let origins = origins.map(|text| HeaderValue::try_from(text).expect("a value"));
    let origins = origins.collect::<Vec<_>>();
    if with {
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::WARN)
            .with_writer(|| Counter)
            .init();
    }
    flood(&origins);
    let before = resident();
    let time = (0..5).map(|_| flood(&origins)).min().expect("a run");
    let grown = resident().saturating_sub(before);
    println!("{} {} {grown}", time.as_nanos() / REQUESTS as u128, WRITTEN.load(Relaxed));
}

/// How long the flood takes.
fn flood(origins: &[HeaderValue]) -> Duration {
    let inner = service_fn(|_| -> Ready<Result<http::Response<()>, Infallible>> {
        ready(Ok(http::Response::new(())))
    });
    let policy = ["https://www.example.com", "https://app.example.com"];
    let cors = CorsLayer::builder().allow_origin(policy).build().expect("valid");
    let mut service = cors.layer(inner);
    let template = Template::get().origin("https://placeholder.example.net");
    let start = Instant::now();
    for i in 0..REQUESTS {
        let mut request = template.request::<()>();
        request.headers_mut().insert(ORIGIN, origins[i % ORIGINS].clone());
        let mut context = Context::from_waker(Waker::noop());
        drop(black_box(pin!(service.call(request)).poll(&mut context)));
    }
    start.elapsed()
}

/// Resident memory in KB, where the system says it.
fn resident() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}
