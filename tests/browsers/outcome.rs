//! What came of a case, in one form for the engines and the simulated browser.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use http::{HeaderMap, Method, header};

use crate::page::Seen;
use crate::site::Crossing;

/// What the script saw of each call, and what crossed the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) seen: Vec<Sight>,
    pub(crate) wire: Vec<Wire>,
    /// From the first request to the last.
    pub(crate) lasted: Duration,
}

/// What a script saw of one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    Blocked,
    Response {
        /// `basic`, `cors`, `opaque`, `opaqueredirect`.
        kind: String,
        status: u16,
        redirected: bool,
        headers: BTreeMap<String, String>,
        /// Whether the times were visible; none where nobody looked.
        timing: Option<bool>,
    },
}

/// A request that crossed the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wire {
    pub(crate) method: Method,
    /// Without the scheme.
    pub(crate) url: String,
    pub(crate) origin: Option<String>,
    pub(crate) cookies: BTreeSet<String>,
    pub(crate) authorization: bool,
    /// What a preflight asks for.
    pub(crate) asked: Option<Asked>,
}

/// The method and the header names that a preflight asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) headers: BTreeSet<String>,
}

impl Outcome {
    /// Of an engine.
    pub(crate) fn observed(seen: &[Seen], crossings: &[Crossing]) -> Self {
        let wire = crossings.iter().map(|crossing| {
            Wire::new(
                crossing.parts.method.clone(),
                format!("{}{}", crossing.host, crossing.parts.uri),
                &crossing.parts.headers,
            )
        });
        let lasted = match crossings {
            [first, .., last] => last.at.duration_since(first.at),
            _ => Duration::ZERO,
        };
        Self { seen: seen.iter().map(Sight::of).collect(), wire: wire.collect(), lasted }
    }

    pub(crate) fn preflights(&self) -> usize {
        self.wire.iter().filter(|wire| wire.asked.is_some()).count()
    }

    /// The requests that are no preflights.
    pub(crate) fn actual(&self) -> impl Iterator<Item = &Wire> {
        self.wire.iter().filter(|wire| wire.asked.is_none())
    }
}

impl Sight {
    /// The same without the headers by which another origin would be let in.
    pub(crate) fn but_for_grants(&self) -> Self {
        let mut sight = self.clone();
        if let Self::Response { headers, .. } = &mut sight {
            headers.retain(|name, _| !name.starts_with("access-control-") && name != "vary");
        }
        sight
    }

    fn of(seen: &Seen) -> Self {
        if seen.kind == "error" {
            return Self::Blocked;
        }
        Self::Response {
            kind: seen.kind.clone(),
            status: seen.status,
            redirected: seen.redirected,
            headers: seen.headers.iter().cloned().collect(),
            timing: seen.timing,
        }
    }
}

impl Wire {
    pub(crate) fn new(method: Method, url: String, headers: &HeaderMap) -> Self {
        let text = |name: header::HeaderName| {
            headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let names = |list: &str, separator: char| -> BTreeSet<String> {
            list.split(separator)
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect()
        };
        let asked = text(header::ACCESS_CONTROL_REQUEST_METHOD)
            .filter(|_| method == Method::OPTIONS)
            .map(|method| Asked {
                method,
                headers: names(
                    &text(header::ACCESS_CONTROL_REQUEST_HEADERS).unwrap_or_default(),
                    ',',
                ),
            });
        let cookies = text(header::COOKIE).unwrap_or_default();
        Self {
            method,
            url,
            origin: text(header::ORIGIN),
            cookies: names(&cookies, ';')
                .iter()
                .filter_map(|pair| pair.split('=').next())
                .map(str::to_owned)
                .collect(),
            authorization: headers.contains_key(header::AUTHORIZATION),
            asked,
        }
    }
}
