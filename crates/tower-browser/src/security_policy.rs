//! [Content security policies](https://w3c.github.io/webappsec-csp/), as far as they say which URLs
//! a page may ask.

use super::initiator::Initiator;
use super::url::{Origin, Url};

/// The directive that forbids the page to ask `url`, if there is one. `policies` is what the header
/// says: several policies, separated by commas, must all agree.
pub(super) fn forbidden_by(
    policies: &str,
    initiator: Initiator,
    page: &Origin,
    url: &Url,
    redirected: bool,
) -> Option<String> {
    policies.split(',').find_map(|policy| {
        let (name, sources) = governing(policy, initiator.directives())?;
        let target = Target { initiator, page, url, redirected };
        let allowed = sources.split_ascii_whitespace().any(|source| target.matches(source));
        (!allowed).then(|| format!("{name} {sources}").trim_end().to_owned())
    })
}

/// The first of the directives that the policy has; of doubles, the first counts.
fn governing<'a>(policy: &'a str, names: &[&str]) -> Option<(String, &'a str)> {
    let directives: Vec<(String, &str)> = policy
        .split(';')
        .map(str::trim)
        .filter(|directive| !directive.is_empty())
        .map(|directive| {
            let (name, sources) =
                directive.split_once(|c: char| c.is_ascii_whitespace()).unwrap_or((directive, ""));
            (name.to_ascii_lowercase(), sources.trim())
        })
        .collect();
    names.iter().find_map(|wanted| directives.iter().find(|(name, _)| name == wanted).cloned())
}

struct Target<'a> {
    initiator: Initiator,
    page: &'a Origin,
    url: &'a Url,
    redirected: bool,
}

impl Target<'_> {
    /// The scheme of the URL as the page wrote it.
    fn scheme(&self) -> &'static str {
        match (self.initiator, self.url.scheme()) {
            (Initiator::WebSocket, "https") => "wss",
            (Initiator::WebSocket, _) => "ws",
            (_, scheme) => scheme,
        }
    }

    /// <https://w3c.github.io/webappsec-csp/#match-url-to-source-expression>
    fn matches(&self, source: &str) -> bool {
        let lower = source.to_ascii_lowercase();
        if lower == "*" {
            return true;
        }
        if lower == "'self'" {
            return self.is_self();
        }
        if let Some(scheme) = lower.strip_suffix(':') {
            return scheme_matches(scheme, self.scheme());
        }
        if lower.starts_with('\'') {
            return false;
        }
        let (scheme, rest) = match source.split_once("://") {
            Some((scheme, rest)) => (Some(scheme.to_ascii_lowercase()), rest),
            None => (None, source),
        };
        let scheme = scheme.as_deref().or(self.page.scheme()).unwrap_or_default();
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !authority.ends_with(']') => (host, Some(port)),
            _ => (authority, None),
        };
        scheme_matches(scheme, self.scheme())
            && host_matches(&host.to_ascii_lowercase(), self.url.host())
            && self.port_matches(port, scheme)
            && (self.redirected || path_matches(path, self.url.path()))
    }

    /// The page's own origin, or its like behind TLS.
    fn is_self(&self) -> bool {
        let Origin::Tuple { scheme, host, port } = self.page else { return false };
        let page_port = port.unwrap_or(if scheme == "https" { 443 } else { 80 });
        let url_port = self.url.port_or_default();
        let default_ports = (page_port, url_port) == (80, 443);
        host == self.url.host()
            && scheme_matches(scheme, self.scheme())
            && (page_port == url_port || default_ports)
    }

    fn port_matches(&self, port: Option<&str>, scheme: &str) -> bool {
        let url = self.url.port_or_default();
        let default = if matches!(self.scheme(), "https" | "wss") { 443 } else { 80 };
        match port {
            None => url == default,
            Some("*") => true,
            Some(port) => {
                port.parse() == Ok(url)
                    || (port == "80" && url == 443 && matches!(scheme, "http" | "ws"))
            }
        }
    }
}

/// <https://w3c.github.io/webappsec-csp/#match-schemes>
fn scheme_matches(allowed: &str, actual: &str) -> bool {
    allowed == actual
        || match allowed {
            "http" => matches!(actual, "https" | "ws" | "wss"),
            "ws" => matches!(actual, "wss" | "http" | "https"),
            "https" => actual == "wss",
            "wss" => actual == "https",
            _ => false,
        }
}

fn host_matches(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some("") => true,
        Some(suffix) => {
            host.len() > suffix.len() && host.ends_with(suffix) && suffix.starts_with('.')
        }
        None => pattern == host,
    }
}

/// A path that ends in a slash stands for all below it.
fn path_matches(pattern: &str, path: &str) -> bool {
    pattern.is_empty()
        || pattern == "/"
        || if pattern.ends_with('/') { path.starts_with(pattern) } else { path == pattern }
}
