//! End to end: a whole axum server on loopback, without a CORS layer and with several.
//!
//! ```text
//! cargo run --release -p tower-cors-benches --features features --bin load
//! ```
//!
//! The program starts itself again as a server of one thread, which serves one axum application
//! several times: alone, under tower-cors (one policy, a list, a list that can be reloaded, a
//! resolver), and under tower-http.
//!
//! 1. Processor time: it sends each of them a slice of requests in turn, over a few connections that
//!    are kept, and reads after each slice how long the server has been running on a processor. What
//!    else the machine does delays the requests, but is not counted; and what varies with time varies
//!    for all alike. So the differences to the server without a layer are taken within each round,
//!    and their mean is given with its 95 % confidence interval.
//! 2. Latency: requests leave at a fixed rate, whether or not earlier ones are answered, and their
//!    time counts from when they were due.
//!
//! Some two minutes in all.

mod client;
mod server;
mod statistics;

use self::server::{APPLICATIONS, Server};
use std::{env, io};

const ROUNDS: usize = 60;

const ACTUAL: &str = "GET /api/items HTTP/1.1\r\norigin: https://app.example.com\r\n";
const NO_ORIGIN: &str = "GET /api/items HTTP/1.1\r\n";
const PREFLIGHT: &str = "OPTIONS /api/items HTTP/1.1\r\norigin: https://app.example.com\r\n\
    access-control-request-method: PUT\r\naccess-control-request-headers: authorization,content-type\r\n";
const BROWSER: &str = "host: api.example.com\r\nconnection: keep-alive\r\n\
    user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36\r\n\
    accept: application/json\r\naccept-encoding: gzip, deflate, br, zstd\r\naccept-language: en-GB,en;q=0.9\r\n\
    sec-fetch-site: cross-site\r\nsec-fetch-mode: cors\r\nsec-fetch-dest: empty\r\nreferer: https://app.example.com/\r\n\r\n";

fn main() -> io::Result<()> {
    if env::args().nth(1).as_deref() == Some("serve") {
        return server::serve();
    }
    let server = Server::start()?;
    let requests = [("no Origin", NO_ORIGIN), ("granted", ACTUAL), ("preflight", PREFLIGHT)]
        .map(|(name, request)| (name, format!("{request}{BROWSER}")));
    processor_time(&server, &requests)?;
    latency(&server, &requests[1].1)
}

fn processor_time(server: &Server, requests: &[(&str, String)]) -> io::Result<()> {
    println!(
        "microseconds of processor time per request: the mean of {ROUNDS} rounds alone, and the"
    );
    println!(
        "mean difference of each to it in the same round, with its 95 % confidence interval\n"
    );
    println!("| request | {} |", APPLICATIONS.join(" | "));
    println!("| --- |{}", " ---: |".repeat(APPLICATIONS.len()));
    for (name, request) in requests {
        let rounds = rounds(server, request.as_bytes())?;
        let alone = rounds.iter().map(|round| round[0]).collect::<Vec<_>>();
        let mut cells = vec![format!("{:.2}", statistics::mean(&alone))];
        for application in 1..APPLICATIONS.len() {
            let difference = |round: &Vec<f64>| round[application] - round[0];
            let differences = rounds.iter().map(difference).collect::<Vec<_>>();
            let (mean, half) = statistics::confidence(&differences);
            cells.push(format!("{mean:+.2} ± {half:.2}"));
        }
        println!("| {name} | {} |", cells.join(" | "));
    }
    Ok(())
}

/// Microseconds per request, for each round and application.
fn rounds(server: &Server, request: &[u8]) -> io::Result<Vec<Vec<f64>>> {
    let connections = server.addresses.iter().map(|&address| client::connect(address));
    let connections = connections.collect::<io::Result<Vec<_>>>()?;
    let mut rounds = Vec::new();
    // The first round warms up.
    for number in 0..=ROUNDS {
        let mut round = vec![0.0; connections.len()];
        for turn in 0..connections.len() {
            // Each is the first in its turn: the first of a round finds other caches than the last.
            let application = (turn + number) % connections.len();
            let before = server.processor_time()?;
            let sent = client::send(&connections[application], request)?;
            round[application] = (server.processor_time()? - before) / 1000.0 / sent;
        }
        if number > 0 {
            rounds.push(round);
        }
    }
    Ok(rounds)
}

fn latency(server: &Server, request: &str) -> io::Result<()> {
    println!("\nmicroseconds until a granted request is answered, at {} a second\n", client::RATE);
    println!("| | p50 | p99 | p99.9 |\n| --- | ---: | ---: | ---: |");
    let mut times = vec![Vec::new(); APPLICATIONS.len()];
    // In short turns, so that a busy moment of the machine does not hit one application alone.
    for _ in 0..client::TURNS {
        for (&address, times) in server.addresses.iter().zip(&mut times) {
            times.extend(client::at_fixed_rate(address, request.as_bytes())?);
        }
    }
    for (name, times) in APPLICATIONS.iter().zip(&mut times) {
        let cells = [500, 990, 999].map(|part| statistics::quantile(times, part));
        let cells = cells.map(|time| format!("{:.0}", time.as_secs_f64() * 1e6));
        println!("| {name} | {} |", cells.join(" | "));
    }
    Ok(())
}
