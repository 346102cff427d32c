//! What a failed connection means, in words.

use std::error::Error;
use std::io;

use tower_browser::Blocked;

/// The error, and what to do about it, where that is known.
pub(super) fn describe(error: &(dyn Error + 'static), blocked: &Blocked) -> String {
    let url = blocked.wire().last().map_or(blocked.url(), |exchange| exchange.url());
    match advice(error, &error.to_string(), url) {
        Some(advice) => format!("{url}: {error}; {advice}"),
        None => format!("{url}: {error}"),
    }
}

/// The error and what caused it, each once. What hyper says of its own parts helps nobody.
pub(super) fn causes(error: &(dyn Error + 'static)) -> String {
    let mut texts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        let is_known =
            text.starts_with("client error (") || texts.iter().any(|it| it.contains(&text));
        if !is_known {
            texts.push(text);
        }
        next = error.source();
    }
    if texts.is_empty() { error.to_string() } else { texts.join(": ") }
}

/// Errors of the same kinds have many texts; this is what their reader can do.
fn advice(error: &(dyn Error + 'static), causes: &str, url: &str) -> Option<&'static str> {
    let says = |text: &str| causes.contains(text);
    if let Some(kind) = io_error(error) {
        match kind {
            io::ErrorKind::ConnectionRefused => {
                return Some("nothing listens there: is the server running, and is this its port?");
            }
            io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => {
                return Some("no route leads there from this machine");
            }
            _ => {}
        }
    }
    Some(if says("failed to lookup address") || says("dns error") {
        "check the spelling of the host"
    } else if says("UnknownIssuer") || says("CaUsedAsEndEntity") {
        "browsers refuse such a certificate too, unless it is trusted: name its issuer with `--ca FILE`, \
         or use `--insecure`"
    } else if says("invalid peer certificate") {
        "browsers refuse such a certificate too: renew it, or use `--insecure`"
    } else if says("InvalidContentType") {
        "the server does not speak TLS on this port: use \"http://\", or the port of https"
    } else if says("HandshakeFailure") || says("ProtocolVersion") {
        "the server and this client have no version or cipher of TLS in common"
    } else if says("invalid HTTP version") || says("invalid HTTP status") {
        "the server does not speak HTTP on this port"
    } else if says("invalid HTTP header") {
        "the server sends a header that browsers reject, too"
    } else if says("message head is too large") {
        "the server sends more than 256 KiB of headers, which browsers reject, too"
    } else if says("connection closed before message completed") && url.starts_with("http:") {
        "the server closed the connection without an answer; if it speaks TLS on this port, use \
         \"https://\""
    } else if says("connection closed before message completed") {
        "the server closed the connection without an answer"
    } else if says("no response within") {
        "a browser would wait longer: so can this command, with `--timeout`"
    } else {
        return None;
    })
}

fn io_error(error: &(dyn Error + 'static)) -> Option<io::ErrorKind> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return Some(error.kind());
        }
        next = error.source();
    }
    None
}
