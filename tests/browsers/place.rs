//! Origins of pages and of the API, all below `localhost`.

use crate::site::Ports;

/// Where pages are and where the API is.
#[derive(Clone, Debug)]
pub(crate) struct Map {
    /// The pages; the first three are the ones that policies mostly allow.
    pub(crate) pages: Vec<String>,
    /// A page whose host ends in a dot: an origin and a site of its own, which no list can name.
    pub(crate) dotted: String,
    pub(crate) apis: Vec<String>,
    /// Where the API is too, by names and ports that none of the others has: a dot at the end,
    /// another port, an address, a name of one label.
    pub(crate) odd_apis: Vec<String>,
}

impl Map {
    pub(crate) fn new(ports: Ports) -> Self {
        let Ports { http, other_http, https } = ports;
        Self {
            pages: vec![
                format!("http://app.site.localhost:{http}"),
                format!("https://app.site.localhost:{https}"),
                format!("https://app.other.localhost:{https}"),
                format!("http://app.other.localhost:{http}"),
                // The next differ from the first in little: the port, a letter before, a label
                // before.
                format!("http://app.site.localhost:{other_http}"),
                format!("http://xapp.site.localhost:{http}"),
                format!("http://deep.app.site.localhost:{http}"),
            ],
            dotted: format!("http://app.site.localhost.:{http}"),
            apis: vec![
                format!("http://api.site.localhost:{http}"),
                format!("https://api-tls.site.localhost:{https}"),
                format!("http://api.third.localhost:{http}"),
                format!("https://api-tls.third.localhost:{https}"),
            ],
            odd_apis: vec![
                format!("http://api.site.localhost.:{http}"),
                format!("http://api.third.localhost.:{other_http}"),
                format!("http://api.site.localhost:{other_http}"),
                format!("http://127.0.0.1:{http}"),
                format!("http://localhost:{other_http}"),
            ],
        }
    }

    /// The part of the API that is behind TLS.
    pub(crate) fn secure_apis(&self) -> Vec<String> {
        self.apis.iter().filter(|api| split(api).0 == "https").cloned().collect()
    }

    /// Where cookies are set before anything else, so that each host has those its scheme allows.
    pub(crate) fn jars(&self) -> impl Iterator<Item = String> {
        self.apis.iter().chain(&self.pages[..1]).map(|origin| format!("{origin}/cookies"))
    }
}

/// Scheme, host and port, read naively.
pub(crate) fn split(origin: &str) -> (&str, &str, &str) {
    let (scheme, rest) = origin.split_once("://").unwrap_or(("", origin));
    let (host, port) = rest.rsplit_once(':').unwrap_or((rest, ""));
    (scheme, host, port)
}

/// The scheme and the last two labels: what is a site below `localhost`.
pub(crate) fn site(origin: &str) -> (&str, String) {
    let (scheme, host, _) = split(origin);
    let (name, dot) = host.strip_suffix('.').map_or((host, ""), |name| (name, "."));
    let labels: Vec<&str> = name.rsplit('.').take(2).collect();
    (scheme, labels.join(".") + dot)
}
