//! What was probably meant by a text that is not a valid origin.
//!
//! Several corrections are applied, one after the other. The result is suggested only if it parses,
//! keeps the host, and is the obvious intent. Where more than one text may be meant there is no
//! suggestion: a wrong guess that is copied costs more than a missing one.

use super::{
    grammar::{self, Syntax},
    host, ip, punycode, scheme,
};
use std::net::Ipv6Addr;

/// The corrected text, or `None` if the intent is unclear.
pub(super) fn suggestion(input: &str, syntax: Syntax) -> Option<String> {
    let text = strip_surroundings(input);
    // The address of what a page made: its origin is the page's.
    let text = ["blob:", "filesystem:", "view-source:"]
        .into_iter()
        .find_map(|prefix| text.strip_prefix(prefix))
        .unwrap_or(text);
    let (given, rest) = split_scheme(text);
    let authority = &rest[..rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len())];
    // Of two schemes that differ, either may be meant.
    if authority.ends_with(':') && rest[authority.len()..].starts_with("//") {
        return None;
    }
    let authority = strip_user(authority, given.is_some())?;
    let (host, port) = split_port(authority)?;
    let scheme = match given {
        // A star stands for `http` or `https`.
        Some("*") | None => guess_scheme(host, port)?.to_owned(),
        Some(scheme) => correct_scheme(scheme)?,
    };
    let host = if scheme::has_domains(scheme.as_bytes()) {
        correct_host(host, syntax)?
    } else if scheme::has_lower_case_ids(scheme.as_bytes()) {
        host.to_ascii_lowercase()
    } else {
        host.to_owned()
    };
    let port = port.filter(|_| !scheme::is_extension(scheme.as_bytes()));
    let port = correct_port(&scheme, port)?;
    let corrected = format!("{scheme}://{host}{port}");
    (corrected != input && fits(&corrected, syntax)).then_some(corrected)
}

/// Whether it is valid, and takes no opt-in: none is suggested to anyone who did not write it.
fn fits(text: &str, syntax: Syntax) -> bool {
    grammar::read(text.as_bytes(), syntax).is_ok_and(|layout| {
        let scheme = &text.as_bytes()[..layout.scheme_end.into()];
        !scheme::is_opaque(scheme) && !grammar::covers_top_level_domain(text.as_bytes(), layout)
    })
}

/// Less white space, quotation marks and separators around it.
fn strip_surroundings(text: &str) -> &str {
    let around = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ',' | ';');
    let trimmed = text.trim_matches(around);
    // `["https://a.example"]`, or one end of it: not the brackets of an IPv6 address.
    let inner = trimmed.strip_prefix('[').filter(|rest| rest.starts_with(['"', '\'']));
    let trimmed = inner.unwrap_or(trimmed);
    let inner = trimmed.strip_suffix(']').filter(|rest| rest.ends_with(['"', '\'']));
    inner.unwrap_or(trimmed).trim_matches(around)
}

/// The scheme, if one is given, and what follows it.
fn split_scheme(text: &str) -> (Option<&str>, &str) {
    let named = grammar::split_scheme(text);
    if let Some((scheme, rest)) = named.filter(|(scheme, _)| !scheme.contains(['/', '.', '?', '#']))
    {
        let twice = rest.strip_prefix(scheme).and_then(|rest| rest.strip_prefix("://"));
        let rest = twice.unwrap_or(rest);
        // As browsers do: with these schemes, `https:///a` is `https://a`. An extension always has an
        // id, but an app may have no host.
        let has_host = scheme::has_domains(scheme.as_bytes())
            || scheme::is_extension(scheme.to_ascii_lowercase().as_bytes());
        return (Some(scheme), if has_host { rest.trim_start_matches('/') } else { rest });
    }
    mistyped_separator(text).unwrap_or((None, text.trim_start_matches('/')))
}

/// Slashes or the colon left out, or others in their place: `https:a`, `https//a`, `https;//a`,
/// `https.//a`, `https:\\a`. A name that begins with `http` has none of them. The same for the schemes
/// of extensions and apps.
fn mistyped_separator(text: &str) -> Option<(Option<&str>, &str)> {
    let (scheme, after) = known_scheme(text)?;
    let rest = after.trim_start_matches(&[':', ';', '.', ',', '/', '\\'][..]);
    let separator = &after[..after.len() - rest.len()];
    let is_one = separator.starts_with(':')
        || separator.contains('\\')
        || grammar::find(separator.as_bytes(), 0, b"//").is_some();
    // `http://https://` names two schemes, and `https:443` a host and a port.
    (is_one && grammar::split_scheme(rest).is_none() && !rest.bytes().all(|b| b.is_ascii_digit()))
        .then_some((Some(scheme), rest))
}

/// What the text begins with if that is a known scheme, and what follows it.
fn known_scheme(text: &str) -> Option<(&str, &str)> {
    for schemes in [&["https", "http"][..], &scheme::EXTENSIONS, &scheme::APPS] {
        for scheme in schemes {
            match text.split_at_checked(scheme.len()) {
                Some((start, after)) if start.eq_ignore_ascii_case(scheme) => {
                    return Some((start, after));
                }
                _ => {}
            }
        }
    }
    None
}

fn correct_scheme(scheme: &str) -> Option<String> {
    let scheme = scheme.to_ascii_lowercase();
    match &*scheme {
        "ws" => return Some("http".to_owned()),
        "wss" => return Some("https".to_owned()),
        _ => {}
    }
    if scheme::is_misspelled(scheme.as_bytes()) {
        return scheme::correct(scheme.as_bytes()).map(str::to_owned);
    }
    Some(scheme)
}

/// The scheme of what is given without one. `None` for a single label, which may be anything
/// (`null`, `self`, `none`), and for addresses, which are used with either scheme.
fn guess_scheme(host: &str, port: Option<&str>) -> Option<&'static str> {
    let address = ip::canonical_ipv4(host);
    let address = address.or_else(|| host.parse::<Ipv6Addr>().ok().map(|host| format!("[{host}]")));
    let is_address = address.is_some() || host.starts_with('[');
    if host::is_loopback(address.as_deref().unwrap_or(host)) {
        return Some("http");
    }
    match port {
        _ if is_address || !host.contains('.') => None,
        Some("80") => Some("http"),
        _ => Some("https"),
    }
}

/// Less user information. `None` if it may be the host that is meant, or an e-mail address.
fn strip_user(authority: &str, has_scheme: bool) -> Option<&str> {
    match authority.rsplit_once('@') {
        Some((user, host)) if has_scheme && !user.contains('.') => Some(host),
        Some(_) => None,
        None => Some(authority),
    }
}

/// Host and port. `None` if an IPv6 address without brackets may end in either.
fn split_port(authority: &str) -> Option<(&str, Option<&str>)> {
    let Some((host, port)) = authority.rsplit_once(':') else { return Some((authority, None)) };
    if port.contains(']') {
        return Some((authority, None));
    }
    if host.starts_with('[') || !host.contains(':') {
        return Some((host, Some(port)));
    }
    let whole = authority.parse::<Ipv6Addr>().is_ok();
    let before_port = host.parse::<Ipv6Addr>();
    let like_port = port.parse::<u16>().is_ok_and(|port| port >= 80);
    match before_port {
        Ok(address) if like_port && (!whole || address.is_loopback()) => Some((host, Some(port))),
        Ok(_) if like_port => None,
        // `::3000` and `a::` may be a host and a colon too many.
        _ if whole && !(like_port && host == ":") && !port.is_empty() => Some((authority, None)),
        _ => None,
    }
}

fn correct_host(host: &str, syntax: Syntax) -> Option<String> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if bare.contains(':') {
        return ip::canonical_ipv6(bare).map(|address| format!("[{address}]"));
    }
    let host = host.trim_end_matches('.');
    let host = to_ascii(host)?;
    if ip::ends_in_number(host.as_bytes(), host.rfind('.').map_or(0, |dot| dot + 1), host.len()) {
        return ip::canonical_ipv4(&host);
    }
    if syntax == Syntax::Origin || fits(&format!("https://{host}"), syntax) {
        return Some(host);
    }
    // `*example.com`, `**.example.com`, `.example.com` mean the subdomains of example.com.
    match host.strip_prefix(['*', '.']) {
        Some(rest) => {
            let domain = rest.trim_start_matches(&['*', '.'][..]);
            domain
                .as_bytes()
                .first()
                .is_some_and(u8::is_ascii_alphanumeric)
                .then(|| format!("*.{domain}"))
        }
        None => Some(host),
    }
}

/// Each label in ASCII.
fn to_ascii(host: &str) -> Option<String> {
    let mut labels = Vec::new();
    for label in host.split('.') {
        labels.push(punycode::to_ascii_label(label)?);
    }
    Some(labels.join("."))
}

/// `:port`, or nothing if it must be left out.
fn correct_port(scheme: &str, port: Option<&str>) -> Option<String> {
    let Some(port) = port.filter(|port| !port.is_empty()) else { return Some(String::new()) };
    if port == "*" {
        return Some(":*".to_owned());
    }
    if !port.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number = port.trim_start_matches('0').parse::<u16>().ok()?;
    let default = scheme::default_port(scheme.as_bytes());
    Some(if default == Some(number) { String::new() } else { format!(":{number}") })
}
