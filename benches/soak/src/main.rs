//! A server behind tower-cors under ordinary and hostile load, with every answer checked.
//!
//! ```text
//! cargo run --release -p tower-cors-soak -- [--minutes 10] [--seed 1]
//! ```
//!
//! 1. The server, the database and the clients are processes of this program, all on loopback. The
//!    server has one application behind a list of policies that is reloaded, and one behind a
//!    resolver that asks the database.
//! 2. Clients send ordinary requests over HTTP/1.1 and HTTP/2. Others send headers of 64 KB,
//!    thousands of lines, two origins, bytes that are not HTTP; they go away midway, send slowly,
//!    reset streams, open sockets, flood the server with made-up origins and tenants.
//! 3. Meanwhile the policies are swapped, tenants are edited, and the database is stopped, killed
//!    and started again.
//! 4. What each request must be answered is written out in `rules.rs`, without the library. Where
//!    something changed between a request and its answer, either state's answer is right.
//! 5. Memory, descriptors, the log's bytes and latencies are printed every minute. The program fails
//!    if an answer is wrong, a thread panics, or a figure grows beyond its bound; the bounds are
//!    constants in `figures.rs`.

mod changes;
mod client;
mod database;
mod figures;
mod hostile;
mod process;
mod random;
mod rules;
mod server;
mod traffic;
mod world;

use figures::{DESCRIPTOR_GROWTH, HEAD, Row, WARM_UP_SECONDS, faults};
use process::Process;
use std::{
    env, io,
    process::ExitCode,
    sync::{Arc, PoisonError, atomic::Ordering::Relaxed},
    time::Duration,
};
use tokio::{
    task::JoinSet,
    time::{Instant, interval_at, sleep},
};
use traffic::Version;
use world::World;

const USAGE: &str = "usage: soak [--minutes N] [--seed N]";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = env::args().skip(1).collect::<Vec<_>>();
    let arguments = arguments.iter().map(String::as_str).collect::<Vec<_>>();
    let ended = match arguments[..] {
        ["database", address] => match address.parse() {
            Ok(address) => database::serve(address).await.map(|()| true),
            Err(_) => Err(io::Error::other(USAGE)),
        },
        ["server", address] => match address.parse() {
            Ok(address) => server::serve(address).await.map(|()| true),
            Err(_) => Err(io::Error::other(USAGE)),
        },
        _ => match options(&arguments) {
            Some((minutes, seed)) => soak(minutes, seed).await,
            None => Err(io::Error::other(USAGE)),
        },
    };
    match ended {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn options(arguments: &[&str]) -> Option<(u64, u64)> {
    let (mut minutes, mut seed) = (10, 1);
    for pair in arguments.chunks(2) {
        match *pair {
            ["--minutes", number] => {
                minutes = number.parse().ok().filter(|minutes| *minutes > 0)?;
            }
            ["--seed", number] => seed = number.parse().ok()?,
            _ => return None,
        }
    }
    Some((minutes, seed))
}

/// Whether everything was right.
async fn soak(minutes: u64, seed: u64) -> io::Result<bool> {
    let mut database = Process::start(&["database", "127.0.0.1:0"])?;
    let address = database.tell("listen").await?;
    let mut server = Process::start(&["server", &address])?;
    let mut listening = async || server.line().await?.parse().map_err(io::Error::other);
    let world = Arc::new(World::new(listening().await?, listening().await?));
    let idle = server.descriptors();
    let start = Instant::now();
    let end = start + Duration::from_secs(60 * minutes);

    let mut clients = JoinSet::new();
    for n in 0..6 {
        let version = if n < 4 { Version::One } else { Version::Two };
        clients.spawn(traffic::run(world.clone(), version, n % 2 == 0, seed + n, end));
    }
    for n in 0..4 {
        clients.spawn(hostile::run(world.clone(), seed + 100 + n, end));
    }
    let watch = Watch::new(&server);
    let rows = tokio::spawn(watch.rows(world.clone(), start, minutes));
    let changes = changes::run(world.clone(), &mut server, database, &address, seed, end).await;
    if let Err(error) = &changes {
        world.figures.bad(&format!("the server or the database is gone: {error}"));
    }
    while clients.join_next().await.is_some() {}
    let (warm, rows) = rows.await.map_err(io::Error::other)?;

    // Until the server has closed what slow clients left open.
    sleep(Duration::from_secs(7)).await;
    println!("memory: {warm} KB at most in the first {WARM_UP_SECONDS} seconds");
    let mut faults = faults(warm, &rows);
    let left = server.descriptors();
    println!("descriptors: {idle} before, {left} after");
    if left > idle + DESCRIPTOR_GROWTH {
        faults.push(format!("{left} descriptors after, {idle} before"));
    }
    faults.extend(lookups(&mut server, start.elapsed()).await?);
    if let Some(panic) = server.log.panic.lock().unwrap_or_else(PoisonError::into_inner).take() {
        faults.push(format!("a thread of the server: {panic}"));
    }
    let figures = &world.figures;
    println!("{} hostile exchanges were ended by the server", figures.ended.load(Relaxed));
    for fault in &faults {
        println!("WRONG: {fault}");
    }
    let wrong = figures.bad.load(Relaxed);
    println!("{wrong} wrong answers; {} bounds exceeded", faults.len());
    Ok(wrong == 0 && faults.is_empty())
}

/// Lookups of made-up tenants are bounded, and none is left.
async fn lookups(server: &mut Process, passed: Duration) -> io::Result<Option<String>> {
    let stats = server.tell("stats").await?;
    let figures = stats.split(' ').map(|figure| figure.parse().unwrap_or(u64::MAX));
    let [made_up, known, strangers, in_progress] = figures.collect::<Vec<_>>()[..] else {
        return Err(io::Error::other(format!("stats: {stats:?}")));
    };
    let bound = u64::from(server::LOOKUP_BURST) + u64::from(server::LOOKUP_RATE) * passed.as_secs();
    println!(
        "{made_up} lookups of made-up tenants, at most {bound} allowed; {known} known keys, \
         {strangers} others, {in_progress} lookups in progress"
    );
    let fault = || format!("{made_up} lookups of made-up tenants, {in_progress} in progress");
    Ok((made_up > bound || in_progress > 0).then(fault))
}

/// Watches the server's process.
struct Watch {
    server: process::Observed,
}

impl Watch {
    fn new(server: &Process) -> Self {
        Self { server: server.observed() }
    }

    /// Prints a row a minute. Returns the most memory while the server warmed up, in KB, and the rows.
    async fn rows(self, world: Arc<World>, start: Instant, minutes: u64) -> (u64, Vec<Row>) {
        println!("{HEAD}");
        let (mut warm, mut rows, mut row) = (0, Vec::new(), Row::default());
        let second = Duration::from_secs(1);
        let mut ticks = interval_at(start + second, second);
        let (mut requests, mut hostile, mut log, mut bad) = (0, 0, 0, 0);
        for passed in 1..=60 * minutes {
            ticks.tick().await;
            row.memory = row.memory.max(self.server.memory());
            row.descriptors = row.descriptors.max(self.server.descriptors());
            if passed == WARM_UP_SECONDS {
                warm = row.memory;
            }
            if passed % 60 > 0 {
                continue;
            }
            let since = |now: u64, last: &mut u64| now - std::mem::replace(last, now);
            row.requests = since(world.figures.requests.load(Relaxed), &mut requests);
            row.hostile = since(world.figures.hostile.load(Relaxed), &mut hostile);
            row.log = since(self.server.log.bytes.load(Relaxed), &mut log);
            row.bad = since(world.figures.bad.load(Relaxed), &mut bad);
            row.latencies = world.figures.latencies();
            row.print(start.elapsed());
            rows.push(std::mem::take(&mut row));
        }
        (warm, rows)
    }
}
