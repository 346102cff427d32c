//! What was probably meant by a text that is not a valid origin.
//!
//! Several corrections are applied, one after the other. The result is only suggested if it parses:
//! a suggestion is never itself an error.

use super::{grammar, host, ip, punycode};

/// The corrected text, or `None` if the intent is unclear.
pub(super) fn suggestion(input: &str, stars: bool) -> Option<String> {
    let text = input.trim().trim_end_matches([',', ';']);
    let (scheme, rest) = split_scheme(text)?;
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "ws" => "http".to_owned(),
        "wss" | "*" => "https".to_owned(),
        other => other.to_owned(),
    };
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let authority = authority.rsplit('@').next()?;
    let (host, port) = split_port(authority);
    let host = suggest_host(host, stars)?;
    let port = suggest_port(&scheme, port)?;
    let corrected = format!("{scheme}://{host}{port}");
    (corrected != input && grammar::parse(corrected.as_bytes(), stars).is_ok()).then_some(corrected)
}

/// The scheme, as given or guessed, and what follows it.
fn split_scheme(text: &str) -> Option<(&str, &str)> {
    match text.split_once("://") {
        Some((scheme, rest)) if !scheme.contains(['/', '.', '?', '#']) => {
            return Some((scheme, rest));
        }
        _ => {}
    }
    for scheme in ["https:", "http:"] {
        if text.get(..scheme.len()).is_some_and(|prefix| prefix.eq_ignore_ascii_case(scheme)) {
            return Some((&text[..scheme.len() - 1], text[scheme.len()..].trim_start_matches('/')));
        }
    }
    let rest = text.trim_start_matches('/');
    // Without a dot or a port it may be anything, `null` and `self` included.
    let (host, port) = split_port(rest.split('/').next()?);
    let local = host::is_loopback(host);
    if !local && port.is_none() && !host.contains('.') {
        return None;
    }
    Some((if local { "http" } else { "https" }, rest))
}

fn split_port(authority: &str) -> (&str, Option<&str>) {
    if authority.parse::<std::net::Ipv6Addr>().is_ok() {
        return (authority, None);
    }
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

fn suggest_host(host: &str, stars: bool) -> Option<String> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if bare.contains(':') {
        return ip::canonical_ipv6(bare).map(|address| format!("[{address}]"));
    }
    let host = host.trim_end_matches('.');
    let host = match host.strip_prefix('.') {
        Some(rest) if stars => format!("*.{}", rest.trim_start_matches('.')),
        _ => host.to_owned(),
    };
    let host = host.split('.').map(punycode::to_ascii_label).collect::<Option<Vec<_>>>()?.join(".");
    if let Some(address) = ip::canonical_ipv4(&host) {
        return Some(address);
    }
    // `*example.com` and `**.example.com` mean the subdomains of example.com.
    match host.strip_prefix('*') {
        Some(rest) if stars => {
            let rest = rest.trim_start_matches(['*', '.']);
            let within = host.matches('*').count() == 1 && rest.split('.').count() > 2;
            Some(if within && !host.starts_with("*.") { host } else { format!("*.{rest}") })
        }
        _ => Some(host),
    }
}

/// `:port`, or nothing if it must be left out.
fn suggest_port(scheme: &str, port: Option<&str>) -> Option<String> {
    let Some(port) = port else { return Some(String::new()) };
    if port.is_empty() {
        return Some(String::new());
    }
    if port == "*" {
        return Some(":*".to_owned());
    }
    if !port.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number = port.trim_start_matches('0').parse::<u16>().ok()?;
    let default = grammar::default_port(scheme.as_bytes(), scheme.len());
    Some(if default == Some(number) { String::new() } else { format!(":{number}") })
}
