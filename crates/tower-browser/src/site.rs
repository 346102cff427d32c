//! [Sites](https://html.spec.whatwg.org/multipage/browsers.html#obtain-a-site): which origins count
//! as one for cookies, `Sec-Fetch-Site` and the partitions of caches.

use std::net::Ipv4Addr;

use super::url::Origin;

/// The public suffixes the browser knows: every last label, and those a test adds.
#[derive(Debug, Clone, Default)]
pub(super) struct Sites {
    suffixes: Vec<String>,
}

impl Sites {
    pub(super) fn add_public_suffix(&mut self, suffix: &str) {
        let suffix = suffix.trim_matches('.').to_ascii_lowercase();
        if !suffix.is_empty() {
            self.suffixes.push(suffix);
        }
    }

    /// <https://html.spec.whatwg.org/multipage/browsers.html#same-site>: the scheme counts.
    pub(super) fn is_same(&self, a: &Origin, b: &Origin) -> bool {
        a.scheme() == b.scheme() && self.is_same_schemelessly(a, b)
    }

    /// <https://html.spec.whatwg.org/multipage/browsers.html#schemelessly-same-site>
    pub(super) fn is_same_schemelessly(&self, a: &Origin, b: &Origin) -> bool {
        match (a, b) {
            (Origin::Tuple { host: a, .. }, Origin::Tuple { host: b, .. }) => {
                match (self.registrable_domain(a), self.registrable_domain(b)) {
                    (Some(a), Some(b)) => a == b,
                    (None, None) => a == b,
                    _ => false,
                }
            }
            _ => false,
        }
    }

    /// Scheme and registrable domain, or the host where it has none.
    pub(super) fn site_of(&self, origin: &Origin) -> String {
        match origin {
            Origin::Opaque => "null".to_owned(),
            Origin::Tuple { scheme, host, .. } => {
                format!("{scheme}://{}", self.registrable_domain(host).unwrap_or(host))
            }
        }
    }

    pub(super) fn is_public_suffix(&self, host: &str) -> bool {
        !is_ip_address(host) && self.registrable_domain(host).is_none()
    }

    /// <https://url.spec.whatwg.org/#host-registrable-domain>: the public suffix and one label
    /// more; none for an address or a suffix itself.
    fn registrable_domain<'a>(&self, host: &'a str) -> Option<&'a str> {
        if is_ip_address(host) {
            return None;
        }
        // A trailing dot is part of the domain: `example.com.` is another site than `example.com`.
        let without_dot = host.strip_suffix('.').unwrap_or(host);
        let starts = || {
            let dots = without_dot.match_indices('.').map(|(dot, _)| dot + 1);
            std::iter::once(0).chain(dots)
        };
        let last_label = without_dot.rfind('.').map_or(0, |dot| dot + 1);
        let suffix = starts()
            .find(|start| self.suffixes.iter().any(|suffix| suffix == &without_dot[*start..]))
            .unwrap_or(last_label);
        starts().take_while(|start| *start < suffix).last().map(|start| &host[start..])
    }
}

pub(super) fn is_ip_address(host: &str) -> bool {
    host.starts_with('[') || host.parse::<Ipv4Addr>().is_ok()
}
