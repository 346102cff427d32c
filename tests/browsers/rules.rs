//! A policy as plain data, and what it says, read naively: nothing here is shared with the crate.

use std::time::Duration;

use http::{HeaderName, StatusCode};
use tower_cors::{AllowOrigin, Any, Policy, policy::InnerHeaders};

use crate::place::split;

/// A policy, before it is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rules {
    pub(crate) origins: Origins,
    pub(crate) null: bool,
    pub(crate) methods: Names,
    pub(crate) headers: Names,
    pub(crate) expose: Names,
    pub(crate) credentials: bool,
    pub(crate) max_age: Option<u64>,
    pub(crate) enforce: bool,
    /// The hosts that are answered; none: all.
    pub(crate) hosts: Option<Vec<String>>,
    pub(crate) preflight_status: Option<u16>,
    pub(crate) preflight_continue: bool,
    pub(crate) keep: bool,
    pub(crate) timing: bool,
}

/// Which origins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origins {
    Any,
    /// Exact ones and patterns.
    Listed(Vec<String>),
    /// By code: those whose host ends so.
    HostEndsWith(&'static str),
    /// By an expression: those of http and https with some letters, hyphens and dots before this
    /// parent, over any port.
    Beneath(&'static str),
}

/// Which methods or header names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Names {
    Unset,
    Listed(Vec<&'static str>),
    Any,
    /// `*` and, beside it, these by name.
    AnyAnd(Vec<&'static str>),
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            origins: Origins::Any,
            null: false,
            methods: Names::Unset,
            headers: Names::Unset,
            expose: Names::Unset,
            credentials: false,
            max_age: None,
            enforce: false,
            hosts: None,
            preflight_status: None,
            preflight_continue: false,
            keep: false,
            timing: false,
        }
    }
}

impl Rules {
    /// Whether a script of `origin` may read, all else apart.
    pub(crate) fn grant_origin(&self, origin: &str) -> bool {
        match &self.origins {
            Origins::Any => true,
            _ if origin == "null" => self.null,
            Origins::Listed(patterns) => patterns.iter().any(|pattern| matches(pattern, origin)),
            Origins::HostEndsWith(end) => split(origin).1.ends_with(end),
            Origins::Beneath(parent) => {
                let (scheme, host, _) = split(origin);
                let front = host.strip_suffix(parent).and_then(|front| front.strip_suffix('.'));
                let usual = |c: char| c.is_ascii_lowercase() || "-.".contains(c);
                ["http", "https"].contains(&scheme)
                    && front.is_some_and(|front| !front.is_empty() && front.chars().all(usual))
            }
        }
    }

    /// Whether a request to this origin is answered at all.
    pub(crate) fn answers_host(&self, origin: &str) -> bool {
        let (_, host, port) = split(origin);
        let host = host.strip_suffix('.').unwrap_or(host);
        let answers = |entry: &String| {
            let entry = entry.to_ascii_lowercase();
            // The port of an origin is always there: each server here has one of its own.
            let (name, own_port) = match entry.rsplit_once(':') {
                Some((name, own_port)) if !entry.ends_with(']') => (name, own_port),
                _ => (entry.as_str(), "*"),
            };
            (own_port == "*" || own_port == port) && matches_name(name, host)
        };
        self.hosts.as_ref().is_none_or(|entries| entries.iter().any(answers))
    }

    pub(crate) fn grant_method(&self, method: &str) -> bool {
        ["GET", "HEAD", "POST"].contains(&method)
            || match &self.methods {
                Names::Unset => false,
                Names::Listed(methods) => methods.contains(&method),
                Names::Any | Names::AnyAnd(_) => true,
            }
    }

    /// Whether a header that needs a grant has one.
    pub(crate) fn grant_header(&self, name: &str) -> bool {
        let listed = |names: &[&str]| names.iter().any(|listed| listed.eq_ignore_ascii_case(name));
        match &self.headers {
            Names::Unset => false,
            Names::Listed(names) => listed(names),
            Names::Any => !name.eq_ignore_ascii_case("authorization"),
            Names::AnyAnd(names) => !name.eq_ignore_ascii_case("authorization") || listed(names),
        }
    }

    /// Whether a script may see this response header, which is no safelisted one.
    pub(crate) fn expose_header(&self, name: &str) -> bool {
        match &self.expose {
            Names::Unset => false,
            Names::Listed(names) => names.iter().any(|listed| listed.eq_ignore_ascii_case(name)),
            Names::Any | Names::AnyAnd(_) => true,
        }
    }

    /// The policy itself.
    pub(crate) fn policy(&self) -> Result<Policy, String> {
        let mut builder = Policy::builder();
        builder = match &self.origins {
            Origins::Any => builder.allow_origin("*"),
            Origins::Listed(patterns) => builder.allow_origin(patterns.clone()),
            Origins::HostEndsWith(end) => {
                let end = *end;
                builder.allow_origin(AllowOrigin::predicate(move |origin, _| {
                    split(origin.as_str()).1.ends_with(end)
                }))
            }
            Origins::Beneath(parent) => {
                let parent = parent.replace('.', r"\.");
                let expression = format!(r"https?://[a-z.-]+\.{parent}(:\d+)?");
                builder.allow_origin(AllowOrigin::regex(expression))
            }
        };
        builder = match &self.methods {
            Names::Unset => builder,
            Names::Listed(methods) => builder.allow_methods(methods.clone()),
            Names::Any | Names::AnyAnd(_) => builder.allow_methods(Any),
        };
        builder = match &self.headers {
            Names::Unset => builder,
            Names::Listed(names) => builder.allow_headers(names.clone()),
            Names::Any => builder.allow_headers(Any),
            Names::AnyAnd(names) => builder.allow_headers("*").allow_headers(names.clone()),
        };
        builder = match &self.expose {
            Names::Unset => builder,
            Names::Listed(names) => builder.expose_headers(
                names.iter().map(|name| HeaderName::from_static(name)).collect::<Vec<_>>(),
            ),
            Names::Any | Names::AnyAnd(_) => builder.expose_headers("*"),
        };
        if let Some(seconds) = self.max_age {
            builder = builder.max_age(Duration::from_secs(seconds));
        }
        if let Some(status) =
            self.preflight_status.and_then(|status| StatusCode::from_u16(status).ok())
        {
            builder = builder.preflight_status(status);
        }
        if let Some(hosts) = &self.hosts {
            builder = builder.allow_hosts(hosts.clone());
        }
        builder
            .allow_credentials(self.credentials)
            .enforce(self.enforce)
            .preflight_continue(self.preflight_continue)
            .inner_headers(if self.keep { InnerHeaders::Keep } else { InnerHeaders::Replace })
            .timing_allow_origin(self.timing)
            .dangerously_allow_insecure_origins(true)
            .dangerously_allow_null_origin(self.null)
            .dangerously_allow_public_suffix_subdomains(true)
            .build()
            .map_err(|errors| format!("{self:?}:\n{errors}"))
    }
}

/// Whether a pattern matches an origin: `*` in the leftmost label, `:*` for any port.
fn matches(pattern: &str, origin: &str) -> bool {
    let (scheme, host, port) = split(pattern);
    let (its_scheme, its_host, its_port) = split(origin);
    scheme == its_scheme && (port == "*" || port == its_port) && matches_name(host, its_host)
}

/// Whether a name, with `*` in its leftmost label or without, matches a host.
fn matches_name(host: &str, its_host: &str) -> bool {
    if let Some(parent) = host.strip_prefix("*.") {
        return its_host
            .strip_suffix(parent)
            .is_some_and(|front| front.len() > 1 && front.ends_with('.'));
    }
    let (label, rest) = host.split_once('.').unwrap_or((host, ""));
    let (its_label, its_rest) = its_host.split_once('.').unwrap_or((its_host, ""));
    match label.split_once('*') {
        None => host == its_host,
        Some((front, back)) => {
            rest == its_rest
                && its_label.len() > front.len() + back.len()
                && its_label.starts_with(front)
                && its_label.ends_with(back)
        }
    }
}
