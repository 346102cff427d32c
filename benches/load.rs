//! End to end: processor time that a server takes per request over loopback, with and without a
//! CORS layer.
//!
//! ```text
//! cargo run --release -p tower-cors-benches --bin load
//! ```
//!
//! The program starts itself again as a server of one thread, which serves one axum application
//! thrice: alone, under tower-cors, under tower-http. It sends each of them a slice of requests in
//! turn, over a few connections that are kept, and reads after each slice how long the server has
//! been running on a processor. What else the machine does delays the requests, but is not counted;
//! and what varies with time varies for all three alike. Half a minute in all.

use axum::{Router, routing::any};
use std::{
    env, fs,
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    process::{Child, Command, Stdio},
    thread,
};
use tower_cors_benches::Config;

const NAMES: [&str; 3] = ["alone", "tower-cors", "tower-http"];
const ROUNDS: usize = 40;
const CONNECTIONS: usize = 4;
const REQUESTS_PER_CONNECTION: usize = 250;

const ACTUAL: &str = "GET /api/items HTTP/1.1\r\norigin: https://app.example.com\r\n";
const PREFLIGHT: &str = "OPTIONS /api/items HTTP/1.1\r\norigin: https://app.example.com\r\n\
    access-control-request-method: PUT\r\naccess-control-request-headers: authorization,content-type\r\n";
const BROWSER: &str = "host: api.example.com\r\nconnection: keep-alive\r\n\
    user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36\r\n\
    accept: application/json\r\naccept-encoding: gzip, deflate, br, zstd\r\naccept-language: en-GB,en;q=0.9\r\n\
    sec-fetch-site: cross-site\r\nsec-fetch-mode: cors\r\nsec-fetch-dest: empty\r\nreferer: https://app.example.com/\r\n\r\n";

fn main() -> io::Result<()> {
    match env::args().nth(1).as_deref() {
        Some("serve") => serve(),
        _ => measure(),
    }
}

fn serve() -> io::Result<()> {
    let app = || Router::new().route("/api/items", any(async || "{}"));
    let config = Config::full();
    let peer = config.tower_http().expect("it can do this");
    let apps = [app(), app().layer(config.tower_cors()), app().layer(peer)];
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    runtime.block_on(async {
        for app in apps {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
            println!("{}", listener.local_addr()?);
            tokio::spawn(async { axum::serve(listener, app).await });
        }
        io::stdout().flush()?;
        // Until the other process kills this one, or is gone itself.
        let (gone, end) = tokio::sync::oneshot::channel();
        thread::spawn(|| gone.send(io::stdin().read(&mut [0])));
        let _ = end.await;
        Ok(())
    })
}

/// The other process, killed when this value is dropped.
struct Server {
    child: Child,
    addresses: Vec<SocketAddr>,
}

impl Server {
    fn start() -> io::Result<Self> {
        let mut child = Command::new(env::current_exe()?)
            .arg("serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut server = Self { child, addresses: Vec::new() };
        for line in output.lines().take(NAMES.len()) {
            server.addresses.push(line?.parse().map_err(io::Error::other)?);
        }
        Ok(server)
    }

    /// Nanoseconds on a processor: its one thread that serves is the first.
    fn processor_time(&self) -> io::Result<f64> {
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

fn measure() -> io::Result<()> {
    let server = Server::start()?;
    println!("microseconds of processor time per request, median of {ROUNDS} slices (lowest)\n");
    println!("| request | {} |", NAMES.join(" | "));
    println!("| --- |{}", " ---: |".repeat(NAMES.len()));
    for (what, request) in [("actual, granted", ACTUAL), ("preflight, granted", PREFLIGHT)] {
        let request = format!("{request}{BROWSER}");
        let mut connections = Vec::new();
        for address in &server.addresses {
            let each = (0..CONNECTIONS).map(|_| TcpStream::connect(address));
            connections.push(each.collect::<io::Result<Vec<_>>>()?);
        }
        let mut slices = vec![Vec::new(); NAMES.len()];
        // The first round warms up.
        for round in 0..=ROUNDS {
            for (connections, slices) in connections.iter().zip(&mut slices) {
                let before = server.processor_time()?;
                send(connections, request.as_bytes())?;
                let nanoseconds = server.processor_time()? - before;
                if round > 0 {
                    let requests = f64::from(
                        u32::try_from(CONNECTIONS * REQUESTS_PER_CONNECTION).unwrap_or(1),
                    );
                    slices.push(nanoseconds / 1000.0 / requests);
                }
            }
        }
        let cells = slices.iter_mut().map(|slices| {
            slices.sort_by(f64::total_cmp);
            format!("{:.2} ({:.2})", slices[slices.len() / 2], slices[0])
        });
        println!("| {what} | {} |", cells.collect::<Vec<_>>().join(" | "));
    }
    Ok(())
}

/// One slice: so many requests over each connection, one after the other.
fn send(connections: &[TcpStream], request: &[u8]) -> io::Result<()> {
    thread::scope(|scope| {
        let senders = connections.iter().map(|mut connection| {
            scope.spawn(move || {
                let mut reader = BufReader::new(connection);
                for _ in 0..REQUESTS_PER_CONNECTION {
                    connection.write_all(request)?;
                    read_response(&mut reader)?;
                }
                Ok(())
            })
        });
        let senders = senders.collect::<Vec<_>>();
        senders.into_iter().try_for_each(|sender| sender.join().expect("it does not panic"))
    })
}

fn read_response(reader: &mut impl BufRead) -> io::Result<()> {
    let mut length = 0;
    let mut line = String::new();
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        match line.trim_end().split_once(": ") {
            Some(("content-length", value)) => length = value.parse().map_err(io::Error::other)?,
            None if line.trim_end().is_empty() => break,
            _ => {}
        }
    }
    io::copy(&mut reader.take(length), &mut io::sink())?;
    Ok(())
}
