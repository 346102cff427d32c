//! The hosts of a policy: the grammar of an entry, and matching.

use super::{error::PolicyErrorKind as Kind, sorted};
use crate::origin::{OriginErrorKind, OriginPattern, split_scheme};
use std::{cmp::Ordering, net::Ipv6Addr};

/// An entry: a host in lower case, which may have a star in its leftmost label, and a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HostPattern {
    /// As it was written.
    text: String,
    host: String,
    /// `None`: any, or none.
    port: Option<u16>,
}

impl AsRef<str> for HostPattern {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl HostPattern {
    /// Parses an entry; on failure, what is wrong and what to write instead.
    pub(super) fn parse(text: &str) -> Result<Self, (Kind, Option<String>)> {
        if text == "*" {
            return Err((Kind::AnyHost, None));
        }
        if let Some((_, rest)) = split_scheme(text) {
            let end = rest.find(&['/', '?', '#'][..]).unwrap_or(rest.len());
            return Err((Kind::HostWithScheme, valid(&rest[..end])));
        }
        if text.parse::<Ipv6Addr>().is_ok() {
            return Err((Kind::HostWithoutBrackets, valid(&format!("[{text}]"))));
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, Some(port)),
            _ => (text, None),
        };
        let port = match port {
            None | Some("*") => None,
            Some("") => return Err((Kind::Host(OriginErrorKind::EmptyPort), valid(host))),
            Some(port) => {
                Some(parse_port(port).ok_or((Kind::Host(OriginErrorKind::InvalidPort), None))?)
            }
        };
        let host = check_host(host, port)?;
        Ok(Self { text: text.to_owned(), host, port })
    }

    /// A valid entry as it was written.
    pub(super) fn check(text: &str) -> Result<String, (Kind, Option<String>)> {
        Self::parse(text).map(|entry| entry.text)
    }

    /// Whether this entry has a star and matches.
    fn matches(&self, host: &str, port: Option<u16>) -> bool {
        let Some((before, after)) = self.host.split_once('*') else { return false };
        let Some(middle) = host.len().checked_sub(before.len() + after.len()) else { return false };
        // The star stands for at least one character.
        let (Some(head), Some(covered), Some(tail)) = (
            host.get(..before.len()),
            host.get(before.len()..before.len() + middle).filter(|covered| !covered.is_empty()),
            host.get(before.len() + middle..),
        ) else {
            return false;
        };
        let whole_labels = before.is_empty() && after.starts_with('.');
        head.eq_ignore_ascii_case(before)
            && tail.eq_ignore_ascii_case(after)
            && (whole_labels || !covered.contains('.'))
            && self.has_port(port)
    }

    /// A port that is missing is the default of a scheme that is not known here.
    fn has_port(&self, port: Option<u16>) -> bool {
        match (self.port, port) {
            (None, _) => true,
            (Some(own), Some(port)) => own == port,
            (Some(own), None) => matches!(own, 80 | 443),
        }
    }
}

/// The suggestion, if it is an entry itself.
fn valid(text: &str) -> Option<String> {
    HostPattern::parse(text).ok().map(|_| text.to_owned())
}

fn parse_port(text: &str) -> Option<u16> {
    let digits = !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

/// The host in lower case, if it could be that of an origin or a pattern.
fn check_host(host: &str, port: Option<u16>) -> Result<String, (Kind, Option<String>)> {
    let lower = host.to_ascii_lowercase();
    match format!("https://{lower}").parse::<OriginPattern>() {
        Ok(pattern) if pattern.covers_top_level_domain() => Err((Kind::HostTopLevelDomain, None)),
        Ok(_) => Ok(lower),
        Err(error) => {
            let port = port.map(|port| format!(":{port}")).unwrap_or_default();
            let meant = error.suggestion().and_then(|meant| meant.strip_prefix("https://"));
            let suggestion = meant.and_then(|meant| valid(&format!("{meant}{port}")));
            Err((Kind::Host(*error.kind()), suggestion))
        }
    }
}

/// The entries of a policy, at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hosts {
    /// Without a star, sorted by host: the cost of a lookup does not grow with their number.
    exact: Vec<HostPattern>,
    with_star: Vec<HostPattern>,
}

impl Hosts {
    /// From valid entries.
    pub(super) fn new(texts: &[String]) -> Self {
        // By host, then as it was written: no host has a space.
        let (mut entries, mut keys) = (Vec::new(), Vec::new());
        for text in texts {
            if let Ok(entry) = HostPattern::parse(text) {
                keys.push(format!("{} {}", entry.host, entry.text));
                entries.push(entry);
            }
        }
        let mut texts = Vec::with_capacity(keys.len());
        for key in &keys {
            texts.push(key.as_str());
        }
        let (mut exact, mut with_star) = (Vec::new(), Vec::new());
        for &(_, position) in &sorted::ascending(&texts) {
            let entry = entries[position].clone();
            if entry.host.contains('*') { with_star.push(entry) } else { exact.push(entry) }
        }
        Self { exact, with_star }
    }

    /// Whether an entry matches this host of a request, which is valid, and its port.
    pub(crate) fn allow(&self, host: &str, port: Option<u16>) -> bool {
        let host = host.strip_suffix('.').unwrap_or(host);
        let first = self.exact.partition_point(|entry| compare(&entry.host, host).is_lt());
        for entry in &self.exact[first..] {
            if compare(&entry.host, host).is_ne() {
                break;
            }
            if entry.has_port(port) {
                return true;
            }
        }
        self.with_star.iter().any(|entry| entry.matches(host, port))
    }

    /// The entries as they were written, sorted.
    pub(super) fn texts(&self) -> Vec<&str> {
        let mut texts = Vec::new();
        for entries in [&self.exact, &self.with_star] {
            for entry in entries {
                texts.push(entry.as_ref());
            }
        }
        texts
    }
}

/// Compares an entry with a request's host, in whatever case that is.
fn compare(entry: &str, host: &str) -> Ordering {
    // Nearly all are sent in lower case.
    if entry == host {
        return Ordering::Equal;
    }
    for (own, sent) in entry.bytes().zip(host.bytes()) {
        match own.cmp(&sent.to_ascii_lowercase()) {
            Ordering::Equal => {}
            different => return different,
        }
    }
    entry.len().cmp(&host.len())
}

#[cfg(test)]
mod tests {
    use super::{HostPattern, Hosts};

    fn hosts(entries: &[&str]) -> Hosts {
        Hosts::new(
            &entries.iter().map(|entry| HostPattern::check(entry).unwrap()).collect::<Vec<_>>(),
        )
    }

    #[test]
    fn matching() {
        for (entry, host, port, matches) in [
            ("api.example.com", "api.example.com", None, true),
            ("api.example.com", "api.example.com", Some(8443), true),
            ("api.example.com:*", "api.example.com", None, true),
            ("api.example.com:*", "api.example.com", Some(8443), true),
            ("api.example.com", "API.Example.COM", None, true),
            ("API.example.com", "api.example.com", None, true),
            ("api.example.com", "api.example.com.", None, true),
            ("api.example.com", "api.example.com..", None, false),
            ("api.example.com", "xapi.example.com", None, false),
            ("api.example.com", "api.example.comx", None, false),
            ("api.example.com", "x.api.example.com", None, false),
            ("api.example.com:8443", "api.example.com", Some(8443), true),
            ("api.example.com:8443", "api.example.com", Some(443), false),
            ("api.example.com:8443", "api.example.com", None, false),
            ("api.example.com:443", "api.example.com", None, true),
            ("api.example.com:80", "api.example.com", None, true),
            ("api.example.com:80", "api.example.com", Some(8080), false),
            ("*.example.com", "a.example.com", None, true),
            ("*.example.com", "a.b.example.com", Some(1), true),
            ("*.example.com", "A.EXAMPLE.com.", None, true),
            ("*.example.com", "example.com", None, false),
            ("*.example.com", ".example.com", None, false),
            ("*.example.com", "evilexample.com", None, false),
            ("*.example.com:8443", "a.example.com", Some(8443), true),
            ("*.example.com:8443", "a.example.com", Some(8444), false),
            ("*.localhost", "app.localhost", Some(3000), true),
            ("*.localhost", "localhost", None, false),
            ("pr-*.example.com", "pr-1.example.com", None, true),
            ("pr-*.example.com", "pr-.example.com", None, false),
            ("pr-*.example.com", "pr-1.x.example.com", None, false),
            ("127.0.0.1", "127.0.0.1", Some(3000), true),
            ("127.0.0.1", "127.0.0.2", Some(3000), false),
            ("[::1]", "[::1]", Some(3000), true),
            ("[::1]:3000", "[::1]", Some(3001), false),
            ("localhost", "localhost.evil.example", None, false),
        ] {
            assert_eq!(hosts(&[entry]).allow(host, port), matches, "{entry} {host} {port:?}");
            // Neighbors change nothing.
            let more = hosts(&["a.test", entry, "m.test:1", "zzz.test", "*.q.test"]);
            assert_eq!(more.allow(host, port), matches, "{entry} among others {host} {port:?}");
        }
    }
}
