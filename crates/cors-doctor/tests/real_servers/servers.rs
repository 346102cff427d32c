//! The servers that are not written in Rust, and how to do without them.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A process that ends with the test.
pub(crate) struct Server {
    child: Child,
    pub(crate) ports: HashMap<String, u16>,
    _directory: Option<tempfile::TempDir>,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Skips a test in words on a contributor's machine; fails where all must be there.
fn lacking(what: &str) {
    assert!(std::env::var_os("CI").is_none(), "{what}, and CI is set");
    println!("skipped: {what}");
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// nginx with the configuration beside this file, and the certificate that it serves.
pub(crate) fn nginx() -> Option<(Server, PathBuf)> {
    let Some(program) = ["nginx", "/usr/sbin/nginx"]
        .into_iter()
        .find(|program| Command::new(program).arg("-v").stderr(Stdio::null()).status().is_ok())
    else {
        lacking("nginx is not installed");
        return None;
    };
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(root.join("cert.pem"), certified.cert.pem()).unwrap();
    fs::write(root.join("key.pem"), certified.signing_key.serialize_pem()).unwrap();
    fs::write(root.join("users"), "").unwrap();
    fs::write(root.join("page"), "ink").unwrap();
    let mut ports = HashMap::new();
    let mut text = String::new();
    for (i, part) in include_str!("nginx.conf").split("PORT(").enumerate() {
        let Some((name, rest)) = part.split_once(')').filter(|_| i > 0) else {
            text.push_str(part);
            continue;
        };
        let port = *ports.entry(name.to_owned()).or_insert_with(free_port);
        text.push_str(&port.to_string());
        text.push_str(rest);
    }
    // The first mention is in the comment.
    ports.remove("name");
    fs::write(root.join("nginx.conf"), text).unwrap();
    let child = Command::new(program)
        .args(["-e", "error.log", "-c", "nginx.conf", "-p"])
        .arg(format!("{}/", root.display()))
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let certificate = root.join("cert.pem");
    let server = Server { child, ports, _directory: Some(directory) };
    wait_for(server.ports["healthy"]);
    Some((server, certificate))
}

fn wait_for(port: u16) {
    for _ in 0..100 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("nothing listens on port {port}");
}

/// Express with its `cors` middleware, installed below the target directory.
pub(crate) fn express() -> Option<Server> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real_servers/express");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("express");
    fs::create_dir_all(&target).unwrap();
    for file in ["package.json", "package-lock.json", "server.js"] {
        fs::copy(source.join(file), target.join(file)).unwrap();
    }
    if !target.join("node_modules/.package-lock.json").exists() {
        let installed = Command::new("npm")
            .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
            .current_dir(&target)
            .stdout(Stdio::null())
            .status();
        if !installed.is_ok_and(|status| status.success()) {
            lacking("npm is not installed, or it cannot install Express");
            return None;
        }
    }
    let child = Command::new("node")
        .arg("server.js")
        .current_dir(&target)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = child else {
        lacking("node is not installed");
        return None;
    };
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let ports: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&line).unwrap();
    let port = |value: &serde_json::Value| u16::try_from(value.as_u64().unwrap()).unwrap();
    let ports = ports.iter().map(|(name, value)| (name.clone(), port(value))).collect();
    Some(Server { child, ports, _directory: None })
}
