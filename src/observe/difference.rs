//! What differs between a refused origin and one that is allowed.

use crate::{
    origin::{Origin, split_scheme},
    similar,
};
use std::fmt;

/// Scheme, host and port of an origin or of a pattern, as texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Split<'a> {
    pub(super) scheme: &'a str,
    pub(super) host: &'a str,
    pub(super) port: Option<&'a str>,
}

impl<'a> Split<'a> {
    /// `None` for `null`.
    pub(super) fn of(text: &'a str) -> Option<Self> {
        let (scheme, rest) = split_scheme(text)?;
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (rest, None),
        };
        Some(Self { scheme, host, port })
    }

    /// The origin, if it is one.
    pub(super) fn origin(self) -> Option<Origin> {
        self.to_string().parse().ok()
    }
}

impl fmt::Display for Split<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

/// The differences, which are few where it is worth naming them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Difference {
    scheme: bool,
    port: bool,
    host: HostDifference,
}

/// How two hosts differ, from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum HostDifference {
    Same,
    /// Both are this machine, under two names.
    Loopback,
    /// One ends in a dot.
    TrailingDot,
    /// The refused one has a `www.` more, or less.
    Www,
    /// The refused one is what stands beneath the pattern's star.
    BeneathStar,
    /// The refused one is a subdomain.
    Subdomain,
    /// A label beneath the same registrable domain is misspelled.
    Spelling,
}

impl Difference {
    /// How `refused` differs from `allowed`; `None` where they have too little in common.
    pub(super) fn between(refused: Split<'_>, allowed: Split<'_>) -> Option<Self> {
        let web = |scheme| matches!(scheme, "http" | "https");
        if refused.scheme != allowed.scheme && !(web(refused.scheme) && web(allowed.scheme)) {
            return None;
        }
        let host = HostDifference::between(refused.host, allowed.host)?;
        let difference = Self {
            scheme: refused.scheme != allowed.scheme,
            port: allowed.port != Some("*") && refused.port != allowed.port,
            host,
        };
        if difference == (Self { scheme: false, port: false, host: HostDifference::Same }) {
            return None;
        }
        // Similar names are many: they are worth a word only if nothing else differs.
        let vague = matches!(host, HostDifference::Subdomain | HostDifference::Spelling);
        let exact = !difference.scheme && !difference.port;
        (exact || !vague).then_some(difference)
    }

    /// The larger, the farther apart.
    pub(super) fn weight(self) -> u8 {
        let host = match self.host {
            HostDifference::Same => 0,
            HostDifference::Loopback | HostDifference::TrailingDot | HostDifference::Www => 2,
            HostDifference::BeneathStar => 3,
            HostDifference::Subdomain => 4,
            HostDifference::Spelling => 5,
        };
        host + 3 * u8::from(self.scheme) + 2 * u8::from(self.port)
    }

    /// Whether the page need only be opened at the allowed origin: both lead to the same server.
    pub(super) fn is_other_name_of_this_machine(self) -> bool {
        self.host == HostDifference::Loopback && !self.scheme && !self.port
    }

    /// What differs, to follow `"…" is allowed; `.
    pub(super) fn words(self, refused: Split<'_>, allowed: Split<'_>) -> String {
        let (scheme, port) = (self.scheme, self.port);
        let differing = match self.host {
            HostDifference::Same => match (scheme, port) {
                (true, true) => return "scheme and port differ".to_owned(),
                (true, false) => return "the scheme differs".to_owned(),
                _ => return "the port differs".to_owned(),
            },
            HostDifference::Loopback => format!(
                "to a browser `{}` and `{}` are different hosts",
                allowed.host, refused.host
            ),
            HostDifference::TrailingDot => {
                "to a browser a dot at the end is part of the host".into()
            }
            HostDifference::Www => "to a browser the `www.` is part of the host".into(),
            HostDifference::BeneathStar => "it matches subdomains only".to_owned(),
            HostDifference::Subdomain => "its subdomains are not".to_owned(),
            HostDifference::Spelling => "check the spelling of the host".to_owned(),
        };
        let also = match (scheme, port) {
            (true, true) => ", and scheme and port differ",
            (true, false) => ", and the scheme differs",
            (false, true) => ", and the port differs",
            (false, false) => "",
        };
        differing + also
    }
}

impl HostDifference {
    fn between(refused: &str, allowed: &str) -> Option<Self> {
        let without_dot = |host| str::strip_suffix(host, ".");
        let without_www = |host| str::strip_prefix(host, "www.");
        if refused == allowed {
            Some(Self::Same)
        } else if is_machine(refused) && is_machine(allowed) {
            Some(Self::Loopback)
        } else if without_dot(refused) == Some(allowed) || without_dot(allowed) == Some(refused) {
            Some(Self::TrailingDot)
        } else if without_www(refused) == Some(allowed) || without_www(allowed) == Some(refused) {
            Some(Self::Www)
        } else if allowed.strip_prefix("*.") == Some(refused) {
            Some(Self::BeneathStar)
        } else if allowed.contains('.')
            && refused.strip_suffix(allowed).is_some_and(|above| above.ends_with('.'))
        {
            Some(Self::Subdomain)
        } else {
            is_misspelled(refused, allowed).then_some(Self::Spelling)
        }
    }
}

/// The three names that development servers print and people type.
pub(super) const MACHINE: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

pub(super) fn is_machine(host: &str) -> bool {
    MACHINE.contains(&host)
}

/// Whether exactly one label above the same registrable domain differs, as it does when it is
/// mistyped.
///
/// A similar name with another registrable domain belongs to somebody else, and may have been chosen
/// for its similarity: nobody should be told to allow it.
fn is_misspelled(refused: &str, allowed: &str) -> bool {
    if allowed.contains('*') {
        return false;
    }
    let (refused, allowed) = (labels(refused), labels(allowed));
    if refused.len() != allowed.len() {
        return false;
    }
    // The last two labels, or three for the likes of `co.uk`; a few names more than need be are
    // taken for somebody else's.
    let registrable = match allowed[..] {
        [.., second, top] if top.len() == 2 && second.len() <= 3 => 3,
        _ => 2,
    };
    let Some(own) = allowed.len().checked_sub(registrable) else { return false };
    let mut differing = None;
    for (at, label) in allowed.iter().enumerate() {
        if refused[at] != *label && differing.replace(at).is_some() {
            return false;
        }
    }
    differing.is_some_and(|at| at < own && is_typing_error(refused[at], allowed[at]))
}

fn labels(host: &str) -> Vec<&str> {
    let mut labels = Vec::new();
    for label in host.split('.') {
        labels.push(label);
    }
    labels
}

/// Whether one text is the other with one letter wrong, missing, too many or two swapped. Two in a
/// long text. Never where only digits differ: those are counted, not mistyped.
pub(super) fn is_typing_error(typed: &str, meant: &str) -> bool {
    let short = typed.len().min(meant.len());
    if short < 4 || without_digits(typed) == without_digits(meant) {
        return false;
    }
    if is_swapped(typed.as_bytes(), meant.as_bytes()) {
        return true;
    }
    similar::distance(typed, meant) <= if short < 8 { 1 } else { 2 }
}

fn without_digits(text: &str) -> String {
    let mut rest = String::new();
    for c in text.chars() {
        if !c.is_ascii_digit() {
            rest.push(c);
        }
    }
    rest
}

/// Whether two neighboring bytes changed places.
fn is_swapped(a: &[u8], b: &[u8]) -> bool {
    match similar::differing(a, b) {
        ([a1, a2, a_rest @ ..], [b1, b2, b_rest @ ..]) => a1 == b2 && a2 == b1 && a_rest == b_rest,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences() {
        for (refused, allowed, expected) in [
            ("http://a.example", "https://a.example", Some("the scheme differs")),
            ("https://a.example:1", "https://a.example", Some("the port differs")),
            ("http://a.example:80", "https://a.example:1", Some("scheme and port differ")),
            ("https://a.example:1", "https://a.example:*", None),
            (
                "http://127.0.0.1:3000",
                "http://localhost:3000",
                Some("to a browser `localhost` and `127.0.0.1` are different hosts"),
            ),
            (
                "http://[::1]",
                "http://localhost",
                Some("to a browser `localhost` and `[::1]` are different hosts"),
            ),
            (
                "http://[::1]:3000",
                "http://127.0.0.1:8080",
                Some(
                    "to a browser `127.0.0.1` and `[::1]` are different hosts, and the port differs",
                ),
            ),
            (
                "https://localhost",
                "http://127.0.0.1:8080",
                Some(
                    "to a browser `127.0.0.1` and `localhost` are different hosts, and scheme and port differ",
                ),
            ),
            (
                "https://a.example.",
                "https://a.example",
                Some("to a browser a dot at the end is part of the host"),
            ),
            (
                "https://www.a.example",
                "https://a.example",
                Some("to a browser the `www.` is part of the host"),
            ),
            ("https://example.org", "https://*.example.org", Some("it matches subdomains only")),
            (
                "http://example.org",
                "https://*.example.org",
                Some("it matches subdomains only, and the scheme differs"),
            ),
            ("https://a.b.example.org", "https://b.example.org", Some("its subdomains are not")),
            ("http://a.b.example.org", "https://b.example.org", None),
            (
                "https://dashbord.example.org",
                "https://dashboard.example.org",
                Some("check the spelling of the host"),
            ),
            (
                "https://admni.example.org",
                "https://admin.example.org",
                Some("check the spelling of the host"),
            ),
            // A short name beneath a top-level domain, and a long one beneath that of a country.
            (
                "https://dashbord.abc.com",
                "https://dashboard.abc.com",
                Some("check the spelling of the host"),
            ),
            (
                "https://dashbord.example.de",
                "https://dashboard.example.de",
                Some("check the spelling of the host"),
            ),
            // A pattern has no spelling.
            ("https://preview.example.org", "https://*-preview.example.org", None),
            ("https://[fd00::12]", "https://[fd00::21]", None),
            // Somebody else's.
            ("https://app.examp1e.org", "https://app.example.org", None),
            ("https://app.exmaple.org", "https://app.example.org", None),
            ("https://example.co", "https://example.com", None),
            ("https://exampel.co.uk", "https://example.co.uk", None),
            ("https://evilexample.org", "https://example.org", None),
            ("https://example.org.evil.example", "https://example.org", None),
            ("https://localhost.evil.example", "http://localhost", None),
            // Counted, not mistyped.
            ("https://tenant12.example.org", "https://tenant13.example.org", None),
            ("https://app.example.org", "https://api.example.org", None),
        ] {
            let (refused, allowed) = (Split::of(refused).unwrap(), Split::of(allowed).unwrap());
            let difference = Difference::between(refused, allowed);
            let words = difference.map(|difference| difference.words(refused, allowed));
            assert_eq!(words.as_deref(), expected, "{refused} {allowed}");
        }
    }

    #[test]
    fn typing_errors() {
        for (typed, meant, expected) in [
            ("DELET", "DELETE", true),
            ("DLEETE", "DELETE", true),
            ("authorisation", "authorization", true),
            ("x-request-id2", "x-request-id1", false),
            ("PUT", "PAT", false),
            ("POST", "HOST", true),
            ("DLXETE", "DELETE", false),
            ("OPTINZ", "OPTIONS", false),
            ("if-macht", "if-match", true),
            ("fi-macht", "if-match", false),
            ("etag", "x-trace-identifier", false),
        ] {
            assert_eq!(is_typing_error(typed, meant), expected, "{typed} {meant}");
        }
    }
}
