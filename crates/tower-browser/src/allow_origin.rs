//! What is wrong with an `Access-Control-Allow-Origin` that names something else than the page.

use super::diagnosis::{Diagnosis, diagnosis};
use super::url::Origin;

/// The names of this machine. A browser takes each for another host.
pub(super) const LOOPBACK_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// The host's name, and its port with the colon before it.
pub(super) fn split_port(host: &str) -> (&str, &str) {
    let port =
        host.rfind(':').filter(|colon| host[*colon..].bytes().skip(1).all(|b| b.is_ascii_digit()));
    host.split_at(port.unwrap_or(host.len()))
}

/// The culprit and the suggestion for a header with this value, where it must be `origin`.
pub(super) fn diagnose(origin: &str, value: &str) -> Diagnosis {
    misspelled(origin, value)
        .or_else(|| of_the_page(origin, value))
        .unwrap_or_else(|| of_another_origin(origin, value))
}

/// The value means the page's origin, and writes it as no browser does.
fn misspelled(origin: &str, value: &str) -> Option<Diagnosis> {
    if origin == "null" {
        return None;
    }
    let in_setting = || format!("write {origin:?} in the server's setting");
    let rest = value.strip_prefix(origin);
    let unquoted = value.trim_matches(['"', '\'', '[', ']', '<', '>']);
    let culprit = if rest == Some("/") {
        "the server's setting has a trailing slash, which an origin never has"
    } else if value.matches("://").count() > 1 {
        return Some(diagnosis(
            "the header lists several origins, and it can name only one",
            "send one origin: the one in the request's `Origin`, if it is allowed",
        ));
    } else if unquoted != value && unquoted == origin {
        "the header's value has quotes or brackets around it"
    } else if rest.is_some_and(|rest| rest.starts_with('/')) {
        "the server's setting has a path, which an origin never has"
    } else if Origin::of_page(value).is_ok_and(|parsed| parsed.to_string() == origin) {
        if value.eq_ignore_ascii_case(origin) {
            "the server writes the origin in upper case, and browsers compare it letter by letter"
        } else {
            "the server writes the origin with its default port, which browsers leave out"
        }
    } else if origin.split_once("://").is_some_and(|(_, host)| host == value) {
        "the server's setting lacks the scheme, which is part of an origin"
    } else {
        return None;
    };
    Some(diagnosis(culprit, in_setting()))
}

/// It is the page that has no origin, or the value that is not one.
fn of_the_page(origin: &str, value: &str) -> Option<Diagnosis> {
    let send = format!("send {origin:?}");
    Some(match value {
        _ if origin == "null" => diagnosis(
            "the page has no origin: it is a local file or a sandboxed frame, or the request was \
             redirected twice",
            "serve the page over http, or fetch the final URL",
        ),
        "null" => diagnosis("the server sends \"null\" for an origin that it does not allow", send),
        "" | "true" | "false" | "undefined" | "None" | "nil" => diagnosis(
            "a setting of the server is empty or of the wrong kind, and ended up in the header",
            send,
        ),
        _ if value.contains('*') => diagnosis(
            "the header holds a pattern, and browsers compare it literally",
            format!("compare the pattern in the server, and {send}"),
        ),
        _ => return None,
    })
}

fn of_another_origin(origin: &str, value: &str) -> Diagnosis {
    let host = |origin: &str| {
        let rest = origin.split_once("://").map_or(origin, |(_, rest)| rest);
        rest.strip_prefix("www.").unwrap_or(rest).to_owned()
    };
    let name = |origin: &str| split_port(&host(origin)).0.to_owned();
    let loopback = |origin: &str| LOOPBACK_NAMES.contains(&&*name(origin));
    let port = |origin: &str| split_port(&host(origin)).1.to_owned();
    let is_renamed = loopback(origin) && loopback(value) && name(origin) != name(value);
    if is_renamed && port(origin) != port(value) {
        diagnosis(
            "the server allows another port, and \"localhost\" and its address are different origins",
            format!("allow {origin:?}"),
        )
    } else if is_renamed {
        diagnosis(
            "\"localhost\" and its address are different origins",
            format!("allow {origin:?} too, or open the page at {value:?}"),
        )
    } else if host(origin) == host(value) {
        diagnosis(
            "the server allows the same host with another scheme, or with or without \"www.\"",
            format!("allow {origin:?}, or redirect the page to {value:?}"),
        )
    } else if name(origin) == name(value) {
        diagnosis("the server allows the same host with another port", format!("allow {origin:?}"))
    } else {
        diagnosis(
            "the server allows another origin",
            format!("add {origin:?} to the allowed origins"),
        )
    }
}
