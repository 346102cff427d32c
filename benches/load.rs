//! CPU time per request of a whole server, with and without the layer.
//!
//! ```text
//! cargo bench -p tower-cors-benches --bench load
//! ```
//!
//! Three servers (bare, with tower-cors, with tower-http) are processes of their own, on loopback; this process sends the
//! load, in short slices that alternate between them, so that whatever else the machine does falls on all alike. What is
//! measured is not throughput, which is noisy, but the CPU time that each server's process used per request. The whole is
//! bounded: some twenty seconds.

use axum::{Router, routing::get};
use http::{
    HeaderValue, Method,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use std::{
    env, fs,
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

const SERVERS: [&str; 3] = ["bare", "tower-cors", "tower-http"];
/// Which server this process is, if it is one.
const SERVER: &str = "TOWER_CORS_LOAD_SERVER";
const ORIGINS: [&str; 3] =
    ["https://app.example.com", "https://admin.example.com", "https://shop.example.com"];
const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: api.example.com\r\n\
    origin: https://shop.example.com\r\naccept: application/json\r\n\
    user-agent: Mozilla/5.0 (X11; Linux x86_64)\r\naccept-encoding: gzip, deflate, br\r\n\
    accept-language: en\r\nsec-fetch-site: same-site\r\nsec-fetch-mode: cors\r\n\r\n";
const SLICE: Duration = Duration::from_millis(250);
const ROUNDS: u32 = 24;
const CONNECTIONS: usize = 4;

fn main() -> io::Result<()> {
    if let Ok(server) = env::var(SERVER) {
        return serve(&server);
    }
    let mut servers = SERVERS.map(Server::start).into_iter().collect::<io::Result<Vec<_>>>()?;
    for server in &mut servers {
        server.slice()?;
        (server.requests, server.cpu) = (0, Duration::ZERO);
    }
    for _ in 0..ROUNDS {
        for server in &mut servers {
            server.slice()?;
        }
    }
    println!("| server | requests | CPU time per request | over bare |");
    println!("| --- | ---: | ---: | ---: |");
    let bare = servers[0].micros_per_request();
    for server in &servers {
        let micros = server.micros_per_request();
        let (name, requests, over) = (server.name, server.requests, micros - bare);
        println!("| {name} | {requests} | {micros:.2} µs | {over:+.2} µs |");
    }
    Ok(())
}

/// A server in a process of its own, ended with this value.
struct Server {
    name: &'static str,
    process: Child,
    address: String,
    requests: u64,
    cpu: Duration,
}

impl Server {
    fn start(name: &'static str) -> io::Result<Self> {
        let mut process =
            Command::new(env::current_exe()?).env(SERVER, name).stdout(Stdio::piped()).spawn()?;
        let mut address = String::new();
        let stdout = process.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        BufReader::new(stdout).read_line(&mut address)?;
        let address = address.trim().to_owned();
        Ok(Self { name, process, address, requests: 0, cpu: Duration::ZERO })
    }

    fn slice(&mut self) -> io::Result<()> {
        let before = self.cpu_time()?;
        let end = Instant::now() + SLICE;
        let connections = (0..CONNECTIONS).map(|_| {
            let address = self.address.clone();
            thread::spawn(move || requests(&address, end))
        });
        for connection in connections.collect::<Vec<_>>() {
            self.requests += connection.join().map_err(|_| io::ErrorKind::Other)??;
        }
        self.cpu += self.cpu_time()?.saturating_sub(before);
        Ok(())
    }

    /// User and system time of the process, in clock ticks of a hundredth of a second.
    fn cpu_time(&self) -> io::Result<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.id()))?;
        let fields = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect::<Vec<_>>();
        let ticks = |i: usize| fields.get(i).and_then(|field| field.parse::<u64>().ok());
        let ticks = ticks(11).zip(ticks(12)).ok_or(io::ErrorKind::InvalidData)?;
        Ok(Duration::from_millis((ticks.0 + ticks.1) * 10))
    }

    #[expect(clippy::cast_precision_loss, reason = "to be read by people")]
    fn micros_per_request(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.requests.max(1) as f64
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// As many requests as one connection makes until `end`.
fn requests(address: &str, end: Instant) -> io::Result<u64> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut buffer = [0; 4096];
    let mut count = 0;
    while Instant::now() < end {
        stream.write_all(REQUEST)?;
        let mut filled = 0;
        // The body is the two bytes after the head.
        while !buffer[..filled].ends_with(b"\r\n\r\n{}") {
            match stream.read(&mut buffer[filled..])? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                read => filled += read,
            }
        }
        count += 1;
    }
    Ok(count)
}

#[tokio::main(flavor = "current_thread")]
async fn serve(server: &str) -> io::Result<()> {
    let app = Router::new().route("/", get(|| async { "{}" }));
    let app = match server {
        "tower-cors" => app.layer(ours()?),
        "tower-http" => app.layer(theirs()),
        _ => app,
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    axum::serve(listener, app).await
}

fn ours() -> io::Result<tower_cors::CorsLayer> {
    let builder = tower_cors::CorsLayer::builder()
        .allow_origin(ORIGINS)
        .allow_methods([Method::PUT, Method::DELETE])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE])
        .allow_credentials(true)
        .max_age(Duration::from_secs(600));
    builder.build().map_err(io::Error::other)
}

fn theirs() -> tower_http::cors::CorsLayer {
    tower_http::cors::CorsLayer::new()
        .allow_origin(ORIGINS.map(HeaderValue::from_static))
        .allow_methods([Method::PUT, Method::DELETE])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE])
        .allow_credentials(true)
        .max_age(Duration::from_secs(600))
}
