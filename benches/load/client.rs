//! What sends the requests.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    thread,
    time::{Duration, Instant},
};

const CONNECTIONS: u32 = 4;
const REQUESTS_PER_CONNECTION: u32 = 150;

/// Requests a second, over all connections, where they leave at a fixed rate.
pub(crate) const RATE: u32 = 2_000;
/// How often each application has its turn.
pub(crate) const TURNS: usize = 10;
const TURN: Duration = Duration::from_secs(1);

/// The connections to one application.
pub(crate) fn connect(address: SocketAddr) -> io::Result<Vec<TcpStream>> {
    let connect = |_| {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(stream)
    };
    (0..CONNECTIONS).map(connect).collect()
}

/// One slice: so many requests over each connection, one after the other. Returns how many.
pub(crate) fn send(connections: &[TcpStream], request: &[u8]) -> io::Result<f64> {
    on_each(connections, |mut connection| {
        let mut reader = BufReader::new(connection);
        for _ in 0..REQUESTS_PER_CONNECTION {
            connection.write_all(request)?;
            read_response(&mut reader)?;
        }
        Ok(())
    })?;
    Ok(f64::from(CONNECTIONS * REQUESTS_PER_CONNECTION))
}

/// One turn at a fixed rate: how long each request took, from when it was due.
pub(crate) fn at_fixed_rate(address: SocketAddr, request: &[u8]) -> io::Result<Vec<Duration>> {
    let interval = Duration::from_secs(1) * CONNECTIONS / RATE;
    let times = on_each(&connect(address)?, |mut connection| {
        let mut reader = BufReader::new(connection);
        let mut times = Vec::new();
        let start = Instant::now();
        let mut due = Duration::ZERO;
        while due < TURN {
            thread::sleep(due.saturating_sub(start.elapsed()));
            connection.write_all(request)?;
            read_response(&mut reader)?;
            times.push(start.elapsed().saturating_sub(due));
            due += interval;
        }
        Ok(times)
    })?;
    Ok(times.into_iter().flatten().collect())
}

/// Runs this for each connection at once.
fn on_each<T: Send>(
    connections: &[TcpStream],
    run: impl Fn(&TcpStream) -> io::Result<T> + Sync,
) -> io::Result<Vec<T>> {
    thread::scope(|scope| {
        let run = &run;
        let threads = connections.iter().map(|connection| scope.spawn(move || run(connection)));
        let threads = threads.collect::<Vec<_>>();
        threads.into_iter().map(|thread| thread.join().expect("it does not panic")).collect()
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
