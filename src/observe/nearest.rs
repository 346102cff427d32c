//! The nearest miss: what is allowed and nearly what was sent.

use super::difference::{Difference, MACHINE, Split, is_machine, is_typing_error};
use crate::{
    origin::Origin,
    policy::{Origins, Rules},
};
use http::{HeaderName, Method};

/// How many of a policy's origins are looked at one by one. A refused request, of which anyone can
/// send many, must not cost more with each origin that is configured.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Effort {
    /// For a log: a few. Lists of this size are what most people have.
    #[cfg(all(feature = "tower", feature = "tracing"))]
    EveryRequest = 16,
    /// For a person who asks.
    Asked = 1000,
}

/// An origin that is allowed, and how the refused one differs from it.
#[derive(Clone, Debug)]
pub(super) struct NearestOrigin {
    pub(super) allowed: String,
    pub(super) words: String,
    pub(super) is_other_name_of_this_machine: bool,
}

/// The allowed origin that is nearest to a refused one, if one is near.
pub(super) fn origin(origins: &Origins, refused: &Origin, effort: Effort) -> Option<NearestOrigin> {
    let allowed = Allowed { origins, looked_at: effort as usize };
    let refused = Split::of(refused.as_str())?;
    let mut changed = Vec::new();
    for variant in variants(refused) {
        if allowed.has(variant) {
            changed.push(variant.to_string());
        }
    }
    let mut members = changed.iter().map(String::as_str).collect::<Vec<_>>();
    members.extend(allowed.members());
    let mut nearest = None::<(Difference, &str, Split<'_>)>;
    for member in members {
        let Some(allowed) = Split::of(member) else { continue };
        let Some(difference) = Difference::between(refused, allowed) else { continue };
        if nearest.is_none_or(|(nearest, ..)| difference.weight() < nearest.weight()) {
            nearest = Some((difference, member, allowed));
        }
    }
    let (difference, member, allowed) = nearest?;
    Some(NearestOrigin {
        allowed: member.to_owned(),
        words: difference.words(refused, allowed),
        is_other_name_of_this_machine: difference.is_other_name_of_this_machine(),
    })
}

/// Whether the policy would allow this text as an origin.
pub(super) fn is_allowed(origins: &Origins, text: &str) -> bool {
    Split::of(text).is_some_and(|split| Allowed { origins, looked_at: 0 }.has(split))
}

/// The origin with one or two things changed. Whether those are allowed is found by a lookup, of
/// which the cost does not grow with their number and which knows patterns.
fn variants(refused: Split<'_>) -> Vec<Split<'_>> {
    let scheme = match refused.scheme {
        "http" => Some("https"),
        "https" => Some("http"),
        _ => None,
    };
    let mut hosts = vec![refused.host];
    if is_machine(refused.host) {
        hosts.extend(MACHINE.iter().filter(|host| **host != refused.host));
    }
    hosts.extend(refused.host.strip_suffix('.'));
    let parents =
        std::iter::successors(refused.host.split_once('.'), |(_, parent)| parent.split_once('.'));
    // A name of one label has no subdomains that anybody means.
    hosts.extend(parents.map(|(_, parent)| parent).filter(|parent| parent.contains('.')).take(4));
    let ports = [Some(refused.port), refused.port.is_some().then_some(None)];
    let mut variants = Vec::new();
    for host in hosts {
        for scheme in [Some(refused.scheme), scheme].into_iter().flatten() {
            for port in ports.into_iter().flatten() {
                variants.push(Split { scheme, host, port });
            }
        }
    }
    variants
}

struct Allowed<'a> {
    origins: &'a Origins,
    looked_at: usize,
}

impl<'a> Allowed<'a> {
    fn has(&self, split: Split<'_>) -> bool {
        let Some(origin) = split.origin() else { return false };
        match self.origins {
            Origins::Any => true,
            Origins::One(only) => origin == *only,
            Origins::Rules(rules) => rules.set.contains(&origin),
        }
    }

    fn members(&self) -> Vec<&'a str> {
        match self.origins {
            Origins::Any => Vec::new(),
            Origins::One(only) => only.to_str().into_iter().take(self.looked_at).collect(),
            Origins::Rules(rules) => rules.set.iter().take(self.looked_at).collect(),
        }
    }
}

/// A method or header name that was probably meant, and whether it is allowed.
#[derive(Clone, Debug)]
pub(super) struct NearestName {
    pub(super) name: String,
    pub(super) allowed: bool,
}

const STANDARD_METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// The method that was probably meant by one that is not allowed.
pub(super) fn method(rules: &Rules, refused: &str) -> Option<NearestName> {
    let mut listed = rules.methods.list.iter().map(Method::as_str);
    let allows = |method: &str| rules.methods.allows(method.as_bytes());
    nearest_name(refused, &mut listed, &STANDARD_METHODS, &allows)
}

/// What pages send most.
const KNOWN_HEADERS: [&str; 12] = [
    "authorization",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "traceparent",
    "x-api-key",
    "x-csrf-token",
    "x-request-id",
    "x-requested-with",
    "x-xsrf-token",
];

/// The header name that was probably meant by one that is not allowed.
pub(super) fn header(rules: &Rules, refused: &str) -> Option<NearestName> {
    let refused = refused.to_ascii_lowercase();
    // A known name is what it says, though another is similar.
    if KNOWN_HEADERS.contains(&refused.as_str()) {
        return None;
    }
    let mut listed = rules.headers.names.iter().map(HeaderName::as_str);
    let allows = |name: &str| rules.headers.allows(name.as_bytes());
    nearest_name(&refused, &mut listed, &KNOWN_HEADERS, &allows)
}

fn nearest_name<'a>(
    refused: &str,
    listed: &mut dyn Iterator<Item = &'a str>,
    known: &[&'a str],
    allows: &dyn Fn(&str) -> bool,
) -> Option<NearestName> {
    let candidates = listed.take(Effort::Asked as usize).chain(known.iter().copied());
    let mut similar = candidates.filter(|name| is_typing_error(refused, name));
    let first = similar.next()?;
    let name = [first].into_iter().chain(similar).find(|name| allows(name)).unwrap_or(first);
    Some(NearestName { name: name.to_owned(), allowed: allows(name) })
}
