//! Whether requests wait while a list of a million origins is built, swapped in and dropped.
//!
//! ```text
//! cargo run --release -p tower-cors-benches --features features --bin stall
//! ```
//!
//! One thread sends requests through the layer, one after the other, and takes the time of each. In
//! the second part another thread meanwhile builds such a list three times and swaps it in. Both
//! parts last equally long. At last it takes the time of a response that was begun before a swap and
//! ends after it, so that it holds the last reference to the old list. Some 200 MB, and under a
//! minute on a machine that has two processors to spare.

use http::{Request, Response};
use http_body_util::Empty;
use std::{
    convert::Infallible,
    future::{Future, ready},
    hint::black_box,
    pin::pin,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    task::{Context, Waker},
    thread,
    time::{Duration, Instant},
};
use tower::{Layer, Service, service_fn};
use tower_cors::{CorsLayer, Policy, Reloadable, reload::ReloadHandle};
use tower_cors_benches::{Config, Template, million};

type Body = Empty<bytes::Bytes>;

const RELOADS: usize = 3;
/// Nobody waits longer for one part.
const LONGEST: Duration = Duration::from_secs(60);

fn main() {
    let (policies, handle) = Reloadable::new(policy(million()));
    let cors = CorsLayer::with_policies(policies);

    let (mut during, took) = beside(&cors, || reload(&handle));
    let (mut idle, _) = beside(&cors, || thread::sleep(took));
    println!("{RELOADS} reloads in {:.1} s", took.as_secs_f64());
    print("alone", &mut idle);
    print("while it reloads", &mut during);
    println!("a response begun before a swap ended in {:.1?}", across(&cors, &handle, false));
    println!(
        "the same where the old list was kept by others: {:.1?}",
        across(&cors, &handle, true)
    );
}

fn policy(origins: Vec<String>) -> Policy {
    Config::list(origins).tower_cors().policies().clone()
}

fn reload(handle: &ReloadHandle) {
    for _ in 0..RELOADS {
        handle.replace(policy(million()));
    }
}

/// What each request took while `other` ran, and how long that was.
fn beside(cors: &CorsLayer<Reloadable>, other: impl FnOnce() + Send) -> (Vec<Duration>, Duration) {
    let ended = AtomicBool::new(false);
    let mut service = cors.layer(service_fn(inner));
    let template = Template::get().origin("https://tenant-999999.example.com");
    thread::scope(|scope| {
        let ended = &ended;
        scope.spawn(move || {
            other();
            ended.store(true, Relaxed);
        });
        let (start, mut times) = (Instant::now(), Vec::with_capacity(10_000_000));
        while !ended.load(Relaxed) && start.elapsed() < LONGEST {
            let request = template.request();
            let begun = Instant::now();
            let mut context = Context::from_waker(Waker::noop());
            drop(black_box(pin!(service.call(request)).poll(&mut context)));
            times.push(begun.elapsed());
            // As a server has it: not all the time is spent in the layer.
            if times.len() % 1000 == 0 {
                thread::sleep(Duration::from_micros(500));
            }
        }
        (times, start.elapsed())
    })
}

fn inner(_: Request<Body>) -> impl Future<Output = Result<Response<Body>, Infallible>> {
    ready(Ok(Response::new(Empty::new())))
}

/// How long a response takes to end that was begun before a swap.
fn across(cors: &CorsLayer<Reloadable>, handle: &ReloadHandle, kept: bool) -> Duration {
    let old = kept.then(|| handle.current());
    let mut service = cors.layer(service_fn(inner));
    let template = Template::get().origin("https://tenant-999999.example.com");
    let mut response = Box::pin(service.call(template.request()));
    handle.replace(policy(vec!["https://app.example.com".to_owned()]));
    let begun = Instant::now();
    drop(black_box(response.as_mut().poll(&mut Context::from_waker(Waker::noop()))));
    drop(response);
    let took = begun.elapsed();
    drop(old);
    handle.replace(policy(million()));
    took
}

fn print(name: &str, times: &mut [Duration]) {
    times.sort_unstable();
    let at = |share: f64| {
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_sign_loss,
            clippy::cast_possible_truncation,
            reason = "an index"
        )]
        let index = (times.len() as f64 * share) as usize;
        times.get(index).copied().unwrap_or_default()
    };
    println!(
        "{name}: {} requests, p50 {:.2?}, p99 {:.2?}, p99.9 {:.2?}, longest {:.2?}",
        times.len(),
        at(0.5),
        at(0.99),
        at(0.999),
        times.last().copied().unwrap_or_default()
    );
}
