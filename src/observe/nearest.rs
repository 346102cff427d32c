//! The nearest miss: what is allowed and nearly what was sent.

use crate::{
    origin::{Origin, OriginSet},
    policy::Origins,
    similar,
};
use http::HeaderValue;

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

/// What differs between a refused origin and one that is allowed, in words.
pub(super) fn origin(origins: &Origins, refused: &HeaderValue, effort: Effort) -> Option<String> {
    let allowed = Allowed { origins, looked_at: effort as usize };
    let text = refused.to_str().ok().filter(|text| text.len() < 400)?;
    let origin = match text.parse::<Origin>() {
        Ok(origin) => origin,
        Err(error) => {
            let meant = error.suggestion()?;
            let also = if allowed.has(meant) { ", which is allowed" } else { "" };
            let reason = error.kind().reason();
            return Some(format!("it {reason}: a browser would send \"{meant}\"{also}"));
        }
    };
    let (scheme, host) = (origin.scheme(), origin.host());
    let port = origin.port().map(|port| format!(":{port}")).unwrap_or_default();

    let other = match scheme {
        "http" => Some("https"),
        "https" => Some("http"),
        _ => None,
    };
    if let Some(other) = other {
        let swapped = format!("{other}://{host}{port}");
        if allowed.has(&swapped) {
            return Some(format!("`{scheme}` where `{other}` is allowed: \"{swapped}\" is"));
        }
    }
    let same_host = |member: &&str| {
        let rest = member.strip_prefix(scheme).and_then(|rest| rest.strip_prefix("://"));
        rest.and_then(|rest| rest.strip_prefix(host))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
    };
    if let Some(member) = allowed.members().find(same_host) {
        return Some(format!("another port is allowed: \"{member}\" is"));
    }
    let above = format!("{scheme}://*.{host}{port}");
    if allowed.members().any(|member| member == above) {
        return Some(format!("\"{above}\" is allowed, which covers subdomains only"));
    }
    if let Some((_, parent)) = host.split_once('.') {
        let parent = format!("{scheme}://{parent}{port}");
        if allowed.members().any(|member| member == parent) {
            return Some(format!("\"{parent}\" is allowed, its subdomains are not"));
        }
    }
    let similar = allowed.members().find(|member| differ_little(member, origin.as_str()));
    similar.map(|member| format!("\"{member}\" is allowed: a typing error?"))
}

struct Allowed<'a> {
    origins: &'a Origins,
    looked_at: usize,
}

impl<'a> Allowed<'a> {
    fn has(&self, text: &str) -> bool {
        match self.origins {
            Origins::Any => true,
            Origins::One(only) => only == text,
            Origins::Rules(rules) => text.parse().is_ok_and(|origin| rules.set.contains(&origin)),
        }
    }

    fn members(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let (one, set) = match self.origins {
            Origins::Any => (None, None),
            Origins::One(only) => (only.to_str().ok(), None),
            Origins::Rules(rules) => (None, Some(&rules.set)),
        };
        one.into_iter().chain(set.into_iter().flat_map(OriginSet::iter)).take(self.looked_at)
    }
}

/// Whether one is the other with a typing error or two, not too far apart.
fn differ_little(a: &str, b: &str) -> bool {
    const COMPARED: usize = 32;
    let prefix = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let (a, b) = (a.get(prefix..).unwrap_or_default(), b.get(prefix..).unwrap_or_default());
    let suffix = a.bytes().rev().zip(b.bytes().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) = (a.get(..a.len() - suffix), b.get(..b.len() - suffix));
    let (a, b) = (a.unwrap_or_default(), b.unwrap_or_default());
    a.len().max(b.len()) <= COMPARED && similar::distance(a, b) <= 2
}
