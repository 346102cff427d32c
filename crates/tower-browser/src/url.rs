//! URLs and origins, as far as a fetch needs them. The grammar is the URL standard's for `http` and
//! `https`, less what [the limits](super#limits) name; no crate is used, so that none is shared
//! with what is tested.

use std::fmt;
use std::net::Ipv4Addr;

use super::host;

/// A URL with an [HTTP(S) scheme](https://fetch.spec.whatwg.org/#http-scheme), without fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Url {
    scheme: &'static str,
    host: String,
    // `None` is the scheme's default port: https://url.spec.whatwg.org/#concept-url-port
    port: Option<u16>,
    path: String,
    query: Option<String>,
    includes_credentials: bool,
}

/// Why a string cannot be fetched here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UrlError {
    /// The URL parser fails.
    Invalid,
    /// It is a URL, but its scheme is not `http` or `https`.
    Scheme,
}

/// An [origin](https://html.spec.whatwg.org/multipage/browsers.html#concept-origin).
#[derive(Debug, Clone)]
pub(super) enum Origin {
    /// Same origin with nothing, serialized as `null`.
    Opaque,
    Tuple {
        scheme: String,
        host: String,
        port: Option<u16>,
    },
}

impl Url {
    /// Parses `input`, against `base` if it is relative:
    /// <https://url.spec.whatwg.org/#concept-basic-url-parser>.
    pub(super) fn parse(input: &str, base: Option<&Self>) -> Result<Self, UrlError> {
        let input = input.trim_matches(|c: char| c <= ' ');
        let input: String = input.chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).collect();
        let input = input.split('#').next().unwrap_or_default();
        let (before_query, query) = match input.split_once('?') {
            Some((before, query)) => (before, Some(encode(query, is_query_byte))),
            None => (input, None),
        };
        if let Some((scheme, rest)) = split_scheme(before_query) {
            let scheme = match scheme.to_ascii_lowercase().as_str() {
                "http" => "http",
                "https" => "https",
                _ => return Err(UrlError::Scheme),
            };
            let rest = rest.replace('\\', "/");
            let rest = rest.strip_prefix("//").ok_or(UrlError::Invalid)?;
            return Self::absolute(scheme, rest, query);
        }
        let base = base.ok_or(UrlError::Invalid)?;
        let reference = before_query.replace('\\', "/");
        if let Some(rest) = reference.strip_prefix("//") {
            return Self::absolute(base.scheme, rest, query);
        }
        let (path, query) = if reference.is_empty() {
            (base.path.clone(), query.or_else(|| base.query.clone().filter(|_| input.is_empty())))
        } else if reference.starts_with('/') {
            (remove_dot_segments(&reference), query)
        } else {
            let directory = base.path.rsplit_once('/').map_or("", |(dir, _)| dir);
            (remove_dot_segments(&format!("{directory}/{reference}")), query)
        };
        Ok(Self { path, query, ..base.clone() })
    }

    fn absolute(scheme: &'static str, rest: &str, query: Option<String>) -> Result<Self, UrlError> {
        let (authority, path) = match rest.find('/') {
            Some(slash) => rest.split_at(slash),
            None => (rest, "/"),
        };
        let (user_info, host_and_port) = match authority.rsplit_once('@') {
            Some((user_info, rest)) => (user_info, rest),
            None => ("", authority),
        };
        let (host, port) = split_port(host_and_port)?;
        let port = port.filter(|port| *port != default_port(scheme));
        Ok(Self {
            scheme,
            host: parse_host(host)?,
            port,
            path: remove_dot_segments(path),
            query,
            // https://url.spec.whatwg.org/#include-credentials: a name or a password, not empty
            includes_credentials: user_info.bytes().any(|byte| byte != b':'),
        })
    }

    pub(super) fn scheme(&self) -> &'static str {
        self.scheme
    }

    pub(super) fn host(&self) -> &str {
        &self.host
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// The port a connection is made to.
    pub(super) fn port_or_default(&self) -> u16 {
        self.port.unwrap_or(default_port(self.scheme))
    }

    /// Makes the scheme `https`. The port stays, unless it was the default.
    pub(super) fn upgrade(&mut self) {
        self.scheme = "https";
        self.port = self.port.filter(|port| *port != default_port("https"));
    }

    /// <https://url.spec.whatwg.org/#include-credentials>
    pub(super) fn includes_credentials(&self) -> bool {
        self.includes_credentials
    }

    /// <https://url.spec.whatwg.org/#concept-url-origin>
    pub(super) fn origin(&self) -> Origin {
        Origin::Tuple { scheme: self.scheme.to_owned(), host: self.host.clone(), port: self.port }
    }

    /// Host and port, as in the `Host` header.
    pub(super) fn authority(&self) -> String {
        match self.port {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.clone(),
        }
    }

    pub(super) fn path_and_query(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        }
    }

    /// <https://w3c.github.io/webappsec-secure-contexts/#potentially-trustworthy-url>
    pub(super) fn is_potentially_trustworthy(&self) -> bool {
        self.scheme == "https" || is_loopback(&self.host)
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority(), self.path_and_query())
    }
}

impl Origin {
    /// The origin of a page: that of its URL, of whatever scheme, as long as it has a host.
    pub(super) fn of_page(url: &str) -> Result<Self, UrlError> {
        match Url::parse(url, None) {
            Ok(url) => return Ok(url.origin()),
            Err(UrlError::Invalid) => return Err(UrlError::Invalid),
            Err(UrlError::Scheme) => {}
        }
        // Browsers and web views let their own schemes (`tauri`, `chrome-extension`) have tuple
        // origins too, which the URL standard leaves to them.
        let (scheme, rest) = split_scheme(url.trim()).ok_or(UrlError::Invalid)?;
        let rest = rest.strip_prefix("//").ok_or(UrlError::Scheme)?;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (host, port) = split_port(authority)?;
        // A page of a file is opaque. Some web views send `file://` for one, which is no page's URL.
        if scheme.eq_ignore_ascii_case("file") && !rest.is_empty() {
            return Err(UrlError::Scheme);
        }
        // Capacitor's pages on Android send `capacitor://`.
        let host = match (host, port) {
            ("", None) => String::new(),
            _ => parse_host(host)?,
        };
        Ok(Self::Tuple { scheme: scheme.to_ascii_lowercase(), host, port })
    }

    /// <https://html.spec.whatwg.org/multipage/browsers.html#same-origin>; an opaque origin is
    /// compared only with those of URLs here, so it is never the same.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Tuple { scheme, host, port },
                Self::Tuple { scheme: other_scheme, host: other_host, port: other_port },
            ) => scheme == other_scheme && host == other_host && port == other_port,
            _ => false,
        }
    }

    pub(super) fn scheme(&self) -> Option<&str> {
        match self {
            Self::Tuple { scheme, .. } => Some(scheme),
            Self::Opaque => None,
        }
    }
}

impl fmt::Display for Origin {
    /// <https://html.spec.whatwg.org/multipage/browsers.html#ascii-serialisation-of-an-origin>
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Opaque => f.write_str("null"),
            Self::Tuple { scheme, host, port } => {
                write!(f, "{scheme}://{host}")?;
                port.map_or(Ok(()), |port| write!(f, ":{port}"))
            }
        }
    }
}

/// Whether a host is the machine itself, which counts as trustworthy without TLS:
/// <https://w3c.github.io/webappsec-secure-contexts/#is-origin-trustworthy>.
pub(super) fn is_loopback(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    host == "localhost"
        || host.ends_with(".localhost")
        || host == "[::1]"
        || host.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
}

fn default_port(scheme: &str) -> u16 {
    if scheme == "https" { 443 } else { 80 }
}

fn split_scheme(input: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = input.split_once(':')?;
    let mut bytes = scheme.bytes();
    let starts_well = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic());
    let goes_on_well =
        bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    (starts_well && goes_on_well).then_some((scheme, rest))
}

fn split_port(host_and_port: &str) -> Result<(&str, Option<u16>), UrlError> {
    let (host, port) = match host_and_port.rfind(']') {
        Some(bracket) => host_and_port.split_at(bracket + 1),
        None => match host_and_port.find(':') {
            Some(colon) => host_and_port.split_at(colon),
            None => (host_and_port, ""),
        },
    };
    match port.strip_prefix(':') {
        None if port.is_empty() => Ok((host, None)),
        Some("") => Ok((host, None)),
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            digits.parse().map(|port| (host, Some(port))).map_err(|_| UrlError::Invalid)
        }
        _ => Err(UrlError::Invalid),
    }
}

fn parse_host(host: &str) -> Result<String, UrlError> {
    host::parse(host).ok_or(UrlError::Invalid)
}

/// <https://url.spec.whatwg.org/#shorten-a-urls-path> and the path state, percent-encoding what the
/// [path percent-encode set](https://url.spec.whatwg.org/#path-percent-encode-set) holds.
fn remove_dot_segments(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    let mut ends_in_directory = false;
    for segment in path.trim_start_matches('/').split('/') {
        let dots = segment.to_ascii_lowercase().replace("%2e", ".");
        ends_in_directory = dots == "." || dots == "..";
        match dots.as_str() {
            "." => {}
            ".." => drop(segments.pop()),
            _ => segments.push(segment),
        }
    }
    if ends_in_directory {
        segments.push("");
    }
    encode(&format!("/{}", segments.join("/")), is_path_byte)
}

fn encode(text: &str, keep: fn(u8) -> bool) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if keep(byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            for digit in [byte >> 4, byte & 0xF] {
                encoded.push(char::from(b"0123456789ABCDEF"[usize::from(digit)]));
            }
        }
    }
    encoded
}

fn is_query_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"\"#<>'".contains(&byte)
}

fn is_path_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"\"#<>?^`{}".contains(&byte)
}
