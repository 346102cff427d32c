//! The program itself, as `cargo run -p tenants` starts it.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

/// Ended when dropped.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tenants"));
    command.env_remove("DATABASE_URL").stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// It and the address that it listens on.
fn start() -> (Program, String) {
    let child = command().args(["--listen", "127.0.0.1:0"]).spawn().expect("it starts");
    let mut program = Program(child);
    let mut line = String::new();
    let mut output = BufReader::new(program.0.stdout.take().expect("piped"));
    output.read_line(&mut line).expect("a line");
    let address = line.trim().strip_prefix("listening on http://").expect("where it listens");
    (program, address.to_owned())
}

/// A request that has begun, and will not go on by itself.
fn half_sent(address: &str, text: &str) -> TcpStream {
    let mut connection = TcpStream::connect(address).expect("it listens");
    connection.write_all(text.as_bytes()).expect("it reads");
    sleep(Duration::from_millis(300));
    connection
}

impl Program {
    /// Sends a signal, and waits for the end.
    fn ends_after(&mut self, signal: &str) -> Duration {
        let began = Instant::now();
        self.signal(signal);
        loop {
            if let Some(status) = self.0.try_wait().expect("a child") {
                assert_eq!(status.code(), Some(0), "{signal}");
                return began.elapsed();
            }
            assert!(began.elapsed() < Duration::from_secs(20), "{signal} does not end it");
            sleep(Duration::from_millis(20));
        }
    }

    fn signal(&self, signal: &str) {
        let status = Command::new("kill").args([signal, &self.0.id().to_string()]).status();
        assert!(status.expect("kill").success());
    }
}

#[test]
fn signals_end_it() {
    for signal in ["-TERM", "-INT"] {
        let (mut program, address) = start();
        let idle = half_sent(&address, "");
        assert!(program.ends_after(signal) < Duration::from_secs(2), "{signal}");
        drop(idle);
    }
}

/// For five seconds it waits for the rest, which then is never applied.
#[test]
fn half_sent_requests_do_not_keep_it_from_ending() {
    let (mut program, address) = start();
    let head = half_sent(&address, "GET / HTTP/1.1\r\nhost: loc");
    let body = half_sent(
        &address,
        "PUT /tenants/acme/origins HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         content-length: 100\r\n\r\n{\"origins\":[",
    );
    let took = program.ends_after("-TERM");
    assert!((Duration::from_secs(1)..Duration::from_secs(8)).contains(&took), "{took:?}");
    drop((head, body));

    let (mut program, address) = start();
    let head = half_sent(&address, "GET / HTTP/1.1\r\nhost: loc");
    program.signal("-INT");
    sleep(Duration::from_millis(300));
    assert!(program.ends_after("-INT") < Duration::from_secs(2), "a second one ends it at once");
    drop(head);
}

/// A `PUT` whose rest comes after the signal is answered.
#[test]
fn a_request_in_progress_is_answered() {
    let (mut program, address) = start();
    let mut connection = half_sent(
        &address,
        "PUT /tenants/acme/origins HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         content-length: 14\r\n\r\n{\"origins\":",
    );
    program.signal("-TERM");
    sleep(Duration::from_millis(300));
    connection.write_all(b"[]}").expect("it still reads");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).expect("it answers");
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    assert!(program.ends_after("-TERM") < Duration::from_secs(2));
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("bound").to_string();
    let output = command().args(["--listen", &address]).output().expect("it starts");
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        text.contains(&format!("cannot listen on {address}: Address already in use")),
        "{text}"
    );
}

#[test]
fn without_any_set_up_it_serves_its_page() {
    let (_program, address) = start();
    let mut connection = TcpStream::connect(address).expect("it listens");
    connection
        .write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        .expect("it reads");
    let mut page = String::new();
    connection.read_to_string(&mut page).expect("it answers");
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert!(page.contains("Who may call?"), "{page}");
}

#[test]
fn what_cannot_work_is_said() {
    let wrong = command().arg("--port").output().expect("it starts");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).starts_with("usage: "));
    let nowhere = command().env("DATABASE_URL", "sqlite:///nowhere/at/all.db").output();
    let nowhere = nowhere.expect("it starts");
    assert_eq!(nowhere.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&nowhere.stderr).contains("unable to open database file"));
}
