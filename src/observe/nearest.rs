//! The nearest miss: what is allowed and nearly what was sent.

use super::difference::{Difference, MACHINE, Split, is_machine, is_typing_error};
use crate::{
    origin::Origin,
    policy::{Origins, Rules},
};

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
    let mut members = Vec::new();
    for variant in &changed {
        members.push(variant.as_str());
    }
    allowed.add_members(&mut members);
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
    let mut schemes = vec![refused.scheme];
    match refused.scheme {
        "http" => schemes.push("https"),
        "https" => schemes.push("http"),
        _ => {}
    }
    let mut variants = Vec::new();
    for host in hosts(refused.host) {
        for &scheme in &schemes {
            variants.push(Split { scheme, host, port: refused.port });
            if refused.port.is_some() {
                variants.push(Split { scheme, host, port: None });
            }
        }
    }
    variants
}

/// The host and those that may be meant by it.
fn hosts(refused: &str) -> Vec<&str> {
    let mut hosts = vec![refused];
    if is_machine(refused) {
        for host in &MACHINE {
            if *host != refused {
                hosts.push(host);
            }
        }
    }
    if let Some(host) = refused.strip_suffix('.') {
        hosts.push(host);
    }
    let mut host = refused;
    for _ in 0..4 {
        match host.split_once('.') {
            Some((_, parent)) if parent.contains('.') => host = parent,
            // A name of one label has no subdomains that anybody means.
            _ => break,
        }
        hosts.push(host);
    }
    hosts
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

    fn add_members(&self, members: &mut Vec<&'a str>) {
        match self.origins {
            Origins::Any => {}
            Origins::One(only) => members.push(only.to_str().unwrap_or_default()),
            Origins::Rules(rules) => {
                for member in rules.set.iter().take(self.looked_at) {
                    members.push(member);
                }
            }
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
    let mut candidates = Vec::new();
    for method in rules.methods.list.iter().take(Effort::Asked as usize) {
        candidates.push(method.as_str());
    }
    candidates.extend_from_slice(&STANDARD_METHODS);
    nearest_name(refused, &candidates, &|method| rules.methods.allows(method.as_bytes()))
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
    let mut candidates = Vec::new();
    for name in rules.headers.names.iter().take(Effort::Asked as usize) {
        candidates.push(name.as_str());
    }
    candidates.extend_from_slice(&KNOWN_HEADERS);
    nearest_name(&refused, &candidates, &|name| rules.headers.allows(name.as_bytes()))
}

/// The first similar name that is allowed, or else the first similar one.
fn nearest_name(
    refused: &str,
    candidates: &[&str],
    allows: &dyn Fn(&str) -> bool,
) -> Option<NearestName> {
    let mut nearest = None;
    for name in candidates {
        if !is_typing_error(refused, name) {
            continue;
        }
        let allowed = allows(name);
        if allowed || nearest.is_none() {
            nearest = Some(NearestName { name: (*name).to_owned(), allowed });
        }
        if allowed {
            break;
        }
    }
    nearest
}
