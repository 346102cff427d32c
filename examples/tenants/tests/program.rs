//! The program itself, as `cargo run -p tenants` starts it.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
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

#[test]
fn without_any_set_up_it_serves_its_page() {
    let child = command().args(["--listen", "127.0.0.1:0"]).spawn().expect("it starts");
    let mut program = Program(child);
    let mut line = String::new();
    let mut output = BufReader::new(program.0.stdout.take().expect("piped"));
    output.read_line(&mut line).expect("a line");
    let address = line.trim().strip_prefix("listening on http://").expect("where it listens");
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
