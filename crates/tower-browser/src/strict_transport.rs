//! [HTTP Strict Transport Security](https://www.rfc-editor.org/rfc/rfc6797): hosts that are asked
//! over `https` only.

use std::time::Duration;

use http::HeaderMap;

use super::header_list::{is_token, lossy};
use super::site::is_ip_address;
use super::url::Url;

/// The [known HSTS hosts](https://www.rfc-editor.org/rfc/rfc6797#section-8.1).
#[derive(Debug, Default)]
pub(super) struct KnownHosts {
    hosts: Vec<KnownHost>,
}

#[derive(Debug)]
struct KnownHost {
    domain: String,
    include_subdomains: bool,
    expires: Duration,
}

impl KnownHosts {
    /// Takes what a response over `https` says. Only the first line counts.
    pub(super) fn note(&mut self, url: &Url, response: &HeaderMap, now: Duration) {
        if let Some(line) = response.get("strict-transport-security") {
            self.store(url, &lossy(line), now);
        }
    }

    /// Takes one `Strict-Transport-Security` line; `false` if a browser would not.
    pub(super) fn store(&mut self, url: &Url, line: &str, now: Duration) -> bool {
        let (Some(directives), true) = (Directives::parse(line), url.scheme() == "https") else {
            return false;
        };
        let Some(domain) = domain(url.host()) else { return false };
        self.hosts.retain(|known| known.domain != domain && known.expires > now);
        if directives.max_age > 0 {
            self.hosts.push(KnownHost {
                domain: domain.to_owned(),
                include_subdomains: directives.include_subdomains,
                expires: now.saturating_add(Duration::from_secs(directives.max_age)),
            });
        }
        true
    }

    /// Whether a request to this URL is sent over `https` instead of `http`:
    /// <https://fetch.spec.whatwg.org/#concept-main-fetch>, step 10. Hosts below `localhost` are
    /// left alone.
    pub(super) fn upgrades(&self, url: &Url, now: Duration) -> bool {
        let Some(domain) = domain(url.host()).filter(|_| url.scheme() == "http") else {
            return false;
        };
        self.hosts.iter().any(|known| {
            let is_subdomain =
                domain.strip_suffix(known.domain.as_str()).is_some_and(|rest| rest.ends_with('.'));
            known.expires > now
                && (known.domain == domain || (known.include_subdomains && is_subdomain))
        })
    }
}

/// The host, if it is a domain that can be known; without the trailing dot.
fn domain(host: &str) -> Option<&str> {
    let domain = host.strip_suffix('.').unwrap_or(host);
    let is_local = domain == "localhost" || domain.ends_with(".localhost");
    (!is_local && !is_ip_address(host)).then_some(domain)
}

/// What the header says: <https://www.rfc-editor.org/rfc/rfc6797#section-6.1>.
#[derive(Debug, PartialEq, Eq)]
struct Directives {
    max_age: u64,
    include_subdomains: bool,
}

impl Directives {
    /// `None` where a browser ignores the header: no `max-age`, or a directive twice.
    fn parse(line: &str) -> Option<Self> {
        let mut max_age = None;
        let mut include_subdomains = false;
        let mut names: Vec<String> = Vec::new();
        for directive in line.split(';').map(str::trim).filter(|directive| !directive.is_empty()) {
            let (name, value) = match directive.split_once('=') {
                Some((name, value)) => (name.trim(), Some(value.trim())),
                None => (directive, None),
            };
            let name = name.to_ascii_lowercase();
            if !is_token(&name) || names.contains(&name) {
                return None;
            }
            match (name.as_str(), value) {
                ("max-age", Some(value)) => max_age = Some(seconds(value)?),
                ("max-age", None) | ("includesubdomains", Some(_)) => return None,
                ("includesubdomains", None) => include_subdomains = true,
                _ => {}
            }
            names.push(name);
        }
        Some(Self { max_age: max_age?, include_subdomains })
    }
}

/// Digits, or digits in quotes.
fn seconds(value: &str) -> Option<u64> {
    let quoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    let digits = quoted.unwrap_or(value);
    let are_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    are_digits.then(|| digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::{Directives, Duration, KnownHosts, Url};

    fn url(text: &str) -> Url {
        Url::parse(text, None).unwrap()
    }

    #[test]
    fn headers_are_parsed_as_by_rfc_6797() {
        let known = |max_age, include_subdomains| Some(Directives { max_age, include_subdomains });
        #[rustfmt::skip]
        let rows: &[(&str, Option<Directives>)] = &[
            ("max-age=31536000", known(31_536_000, false)),
            ("max-age=0", known(0, false)),
            ("max-age=\"60\"; includeSubDomains", known(60, true)),
            (" MAX-AGE = 60 ;; INCLUDESUBDOMAINS; preload", known(60, true)),
            ("max-age=60; unknown=\"x\"", known(60, false)),
            ("max-age=99999999999999999999999", known(u64::MAX, false)),
            ("includeSubDomains", None),
            ("", None),
            ("max-age", None),
            ("max-age=", None),
            ("max-age=\"\"", None),
            ("max-age=-1", None),
            ("max-age=60; max-age=60", None),
            ("max-age=60; includeSubDomains=1", None),
            ("max-age=60, includeSubDomains", None),
            ("max-age=60; b d", None),
        ];
        for (line, expected) in rows {
            assert_eq!(Directives::parse(line), *expected, "{line:?}");
        }
    }

    #[test]
    fn known_hosts_are_upgraded() {
        #[rustfmt::skip]
        let rows: &[(&str, &str, &str, &str, u64, bool)] = &[
            ("the host itself", "https://example.com", "max-age=60", "http://example.com/x", 59, true),
            ("another port", "https://example.com:8443", "max-age=60", "http://example.com:8080", 0, true),
            ("expired", "https://example.com", "max-age=60", "http://example.com", 60, false),
            ("https already", "https://example.com", "max-age=60", "https://example.com", 0, false),
            ("a subdomain", "https://example.com", "max-age=60", "http://api.example.com", 0, false),
            ("a subdomain, included", "https://example.com", "max-age=60; includeSubDomains", "http://a.api.example.com", 0, true),
            ("the superdomain", "https://api.example.com", "max-age=60; includeSubDomains", "http://example.com", 0, false),
            ("a suffix that is not a subdomain", "https://example.com", "max-age=60; includeSubDomains", "http://badexample.com", 0, false),
            ("a trailing dot", "https://example.com", "max-age=60", "http://example.com.", 0, true),
            ("learned over http", "http://example.com", "max-age=60", "http://example.com", 0, false),
            ("an address", "https://192.0.2.1", "max-age=60", "http://192.0.2.1", 0, false),
            ("an IPv6 address", "https://[2001:db8::1]", "max-age=60", "http://[2001:db8::1]", 0, false),
            ("localhost", "https://app.localhost", "max-age=60", "http://app.localhost", 0, false),
            ("a header that does not count", "https://example.com", "max-age=a", "http://example.com", 0, false),
        ];
        for (description, learned, line, asked, wait, expected) in rows {
            let mut known = KnownHosts::default();
            known.store(&url(learned), line, Duration::ZERO);
            let now = Duration::from_secs(*wait);
            assert_eq!(known.upgrades(&url(asked), now), *expected, "{description}");
        }
    }

    #[test]
    fn the_last_header_counts() {
        let mut known = KnownHosts::default();
        let host = url("https://example.com");
        let upgrades = |known: &KnownHosts, text| known.upgrades(&url(text), Duration::ZERO);
        assert!(known.store(&host, "max-age=60; includeSubDomains", Duration::ZERO));
        assert!(upgrades(&known, "http://a.example.com"));
        assert!(known.store(&host, "max-age=60", Duration::ZERO));
        assert!(upgrades(&known, "http://example.com"));
        assert!(!upgrades(&known, "http://a.example.com"));
        assert!(known.store(&host, "max-age=0", Duration::ZERO));
        assert!(!upgrades(&known, "http://example.com"));
    }
}
