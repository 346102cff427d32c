//! Servers that say odd things, or say them oddly: sockets that answer with given bytes. Each connection
//! has one request and one answer. They end with the test's process.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

type Headers = Vec<(&'static str, String)>;
type Answer = Box<dyn Fn(&mut TcpStream, &str) -> std::io::Result<()> + Send + Sync>;

const PAGE: &str = "https://app.example.com";
const ORIGIN: &str = "access-control-allow-origin";
const METHODS: &str = "access-control-allow-methods";
const HEADERS: &str = "access-control-allow-headers";
const CREDENTIALS: &str = "access-control-allow-credentials";

fn one(name: &'static str, value: impl Into<String>) -> Headers {
    vec![(name, value.into())]
}

fn grant() -> Headers {
    [one(ORIGIN, PAGE), one("vary", "origin")].concat()
}

fn lists() -> Headers {
    [one(METHODS, "PUT"), one(HEADERS, "authorization")].concat()
}

fn head(status: &str, headers: &Headers, length: &str) -> Vec<u8> {
    let lines: Vec<String> =
        headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let lines = lines.concat();
    format!("HTTP/1.1 {status}\r\nconnection: close\r\n{length}{lines}\r\n").into_bytes()
}

/// Preflights get the first answer, all else the second.
fn answers(preflight: (&'static str, Headers), actual: (&'static str, Headers)) -> Answer {
    Box::new(move |stream, method| {
        let (status, headers) = if method == "OPTIONS" { &preflight } else { &actual };
        stream.write_all(&head(status, headers, "content-length: 0\r\n"))
    })
}

/// These headers on every answer, besides the lists of a preflight.
fn always(headers: Headers) -> Answer {
    answers(("204 No Content", [headers.clone(), lists()].concat()), ("200 OK", headers))
}

fn origin(value: impl Into<String>) -> Answer {
    always(one(ORIGIN, value))
}

fn credentials(value: &str) -> Answer {
    always([grant(), one(CREDENTIALS, value)].concat())
}

fn preflight(headers: Headers) -> Answer {
    answers(("204 No Content", [grant(), headers].concat()), ("200 OK", grant()))
}

fn preflight_status(status: &'static str, headers: Headers) -> Answer {
    answers((status, headers), ("200 OK", grant()))
}

/// A healthy head, and then `piece` again and again, with a pause after each.
fn endless(length: &'static str, piece: Vec<u8>, count: usize, pause: Duration) -> Answer {
    Box::new(move |stream, method| {
        if method == "OPTIONS" {
            let headers = [grant(), lists()].concat();
            return stream.write_all(&head("204 No Content", &headers, ""));
        }
        stream.write_all(&head("200 OK", &grant(), length))?;
        for _ in 0..count {
            stream.write_all(&piece)?;
            thread::sleep(pause);
        }
        Ok(())
    })
}

fn bytes(bytes: &'static [u8]) -> Answer {
    Box::new(|stream, _| stream.write_all(bytes))
}

fn only_without_preflight(of_preflight: fn()) -> Answer {
    Box::new(move |stream, method| {
        if method == "OPTIONS" {
            of_preflight();
            return Ok(());
        }
        stream.write_all(&head("200 OK", &grant(), "content-length: 0\r\n"))
    })
}

fn many(count: usize, value: &str) -> Headers {
    (0..count).map(|_| ("x-more", value.to_owned())).collect()
}

const LONG: Duration = Duration::from_secs(20);

fn all() -> Vec<(&'static str, Answer)> {
    let mut all = headers();
    all.extend(statuses());
    all.extend(broken());
    all
}

/// What headers say, and how.
fn headers() -> Vec<(&'static str, Answer)> {
    vec![
        ("healthy", always(grant())),
        ("preflight_200", preflight_status("200 OK", [grant(), lists()].concat())),
        ("reads", always([one(ORIGIN, "*"), one("vary", "origin")].concat())),
        ("gzip", always([grant(), one("content-encoding", "gzip")].concat())),
        (
            "gibibyte",
            endless("content-length: 1073741824\r\n", vec![b'x'; 1 << 20], 1024, Duration::ZERO),
        ),
        (
            "endless",
            endless("transfer-encoding: chunked\r\n", b"1\r\nx\r\n".into(), 100, LONG / 100),
        ),
        ("many_headers", always([grant(), many(500, "x")].concat())),
        (
            "max_age_too_large",
            preflight([lists(), one("access-control-max-age", "9".repeat(30))].concat()),
        ),
        ("max_age", preflight([lists(), one("access-control-max-age", "one day")].concat())),
        ("two_origins", origin(format!("{PAGE}, https://b.example"))),
        ("two_origins_and_a_space", origin(format!("https://b.example {PAGE}"))),
        ("quoted_origin", origin(format!("\"{PAGE}\""))),
        ("origin_with_path", origin(format!("{PAGE}/app"))),
        ("origin_with_port", origin(format!("{PAGE}:443"))),
        ("origin_in_upper_case", origin("https://APP.example.com")),
        ("origin_without_scheme", origin("app.example.com")),
        ("origin_true", origin("true")),
        ("origin_empty", origin("")),
        ("misspelled", always(one("access-control-allow-origins", PAGE))),
        ("credentials_True", credentials("True")),
        ("credentials_1", credentials("1")),
        ("credentials_false", credentials("false")),
        (
            "credentials_twice",
            always([grant(), one(CREDENTIALS, "true"), one(CREDENTIALS, "true")].concat()),
        ),
        ("header_missing", preflight([one(METHODS, "PUT"), one(HEADERS, "content-type")].concat())),
        ("any_header", preflight([one(METHODS, "PUT"), one(HEADERS, "*")].concat())),
        (
            "headers_by_semicolon",
            preflight([one(METHODS, "PUT"), one(HEADERS, "authorization; x")].concat()),
        ),
        (
            "methods_in_lower_case",
            preflight([one(METHODS, "get, put"), one(HEADERS, "authorization")].concat()),
        ),
        (
            "methods_in_brackets",
            preflight([one(METHODS, "[\"PUT\"]"), one(HEADERS, "authorization")].concat()),
        ),
    ]
}

/// Preflights without an answer or with another status, and redirects.
fn statuses() -> Vec<(&'static str, Answer)> {
    let none = Headers::new;
    let redirect = |location: Headers| ("302 Found", [grant(), location].concat());
    vec![
        ("closes", only_without_preflight(|| ())),
        ("slow_preflight", only_without_preflight(|| thread::sleep(LONG))),
        ("nowhere", answers(("302 Found", none()), ("200 OK", grant()))),
        (
            "circle",
            answers(redirect(one("location", "/items/1")), redirect(one("location", "/items/1"))),
        ),
        (
            "to_https",
            answers(
                ("204 No Content", none()),
                ("301 Moved Permanently", one("location", "https://127.0.0.1/items/1")),
            ),
        ),
        (
            "to_slash",
            answers(
                ("204 No Content", none()),
                ("308 Permanent Redirect", one("location", "/items/1/")),
            ),
        ),
        ("to_login", answers(("204 No Content", none()), ("302 Found", one("location", "/login")))),
        (
            "to_http",
            answers(
                ("204 No Content", none()),
                redirect(one("location", "http://sso.example.org/")),
            ),
        ),
        ("preflight_501", preflight_status("501 Not Implemented", none())),
        ("preflight_404", preflight_status("404 Not Found", grant())),
        ("preflight_400", preflight_status("400 Bad Request", none())),
        (
            "preflights_only",
            answers(("204 No Content", [grant(), lists()].concat()), ("200 OK", none())),
        ),
        (
            "readable_error",
            answers(("204 No Content", none()), ("500 Internal Server Error", grant())),
        ),
        ("error", answers(("204 No Content", grant()), ("500 Internal Server Error", none()))),
    ]
}

/// No answer that a browser understands.
fn broken() -> Vec<(&'static str, Answer)> {
    vec![
        (
            "slow",
            Box::new(|_, _| {
                thread::sleep(LONG);
                Ok(())
            }),
        ),
        (
            "drips",
            Box::new(|stream, _| {
                stream.write_all(b"HTTP/1.1 200 OK\r\n")?;
                (0..100).try_for_each(|_| {
                    thread::sleep(LONG / 100);
                    stream.write_all(b"x-more: x\r\n")
                })
            }),
        ),
        ("garbage", bytes(b"SSH-2.0-OpenSSH_9.9\r\n")),
        ("closes_all", bytes(b"")),
        ("flood", always([grant(), many(5000, &"x".repeat(200))].concat())),
        ("control_characters", origin("\u{1b}[31mred")),
    ]
}

/// Serves all of them, each on its own port.
pub(crate) fn serve() -> HashMap<String, u16> {
    let mut ports = HashMap::new();
    let mut start = |name: &str, address: &str, answer: Answer| {
        let Ok(listener) = TcpListener::bind(address) else { return };
        ports.insert(name.to_owned(), listener.local_addr().unwrap().port());
        thread::spawn(move || {
            let answer = std::sync::Arc::new(answer);
            for stream in listener.incoming().flatten() {
                let answer = answer.clone();
                thread::spawn(move || converse(stream, &answer));
            }
        });
    };
    for (name, answer) in all() {
        start(name, "127.0.0.1:0", answer);
    }
    // Not every machine has IPv6.
    start("ipv6", "[::1]:0", always(grant()));
    ports
}

fn converse(mut stream: TcpStream, answer: &Answer) {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    // A TLS client says hello in fewer bytes and waits.
    while !request.windows(4).any(|window| window == b"\r\n\r\n") {
        match stream.read(&mut buffer) {
            Ok(count @ 1..) => request.extend_from_slice(&buffer[..count]),
            _ => return,
        }
        if request.first() == Some(&0x16) {
            break;
        }
    }
    let text = String::from_utf8_lossy(&request).into_owned();
    // A client that has seen enough hangs up.
    let _ = answer(&mut stream, text.split(' ').next().unwrap_or_default());
}
