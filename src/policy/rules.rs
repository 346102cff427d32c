//! The compiled rules of a policy: what it allows, and how it answers.

use super::{
    hosts::Hosts,
    names::{is_forbidden_method, is_safelisted_method},
    origins::{Echo, Origins, is_insecure},
    settings::InnerHeaders,
    sorted,
};
use crate::origin::Origin;
use http::{HeaderName, Method, StatusCode};
use std::{sync::Arc, time::Duration};

#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) origins: Origins,
    /// Whether answers depend on the origin.
    pub(crate) dynamic: bool,
    pub(crate) credentials: bool,
    pub(crate) methods: MethodRules,
    pub(crate) headers: HeaderRules,
    pub(crate) expose: ExposeRule,
    pub(crate) max_age: Option<Duration>,
    pub(crate) private_network: bool,
    pub(crate) timing: bool,
    /// `None`: not checked.
    pub(crate) hosts: Option<Arc<Hosts>>,
    pub(crate) enforce: bool,
    pub(crate) preflight_status: StatusCode,
    pub(crate) preflight_continue: bool,
    pub(crate) inner_headers: InnerHeaders,
    pub(crate) check_public_suffixes: bool,
    pub(crate) allow_insecure_origins: bool,
    pub(crate) allow_public_suffix_subdomains: bool,
    /// The request headers that predicates read, besides `Origin`.
    pub(crate) reads: Vec<HeaderName>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct MethodRules {
    pub(crate) any: bool,
    pub(crate) list: Vec<Method>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct HeaderRules {
    /// All but `authorization`.
    pub(crate) any: bool,
    /// In the order given.
    pub(crate) names: Vec<HeaderName>,
    /// The same, sorted, to be searched.
    sorted: Vec<HeaderName>,
}

#[derive(Clone, Debug)]
pub(crate) enum ExposeRule {
    /// `*`
    Any,
    Names(Vec<HeaderName>),
}

impl Rules {
    /// What every answer of a static policy says; `None` for a dynamic policy.
    #[inline]
    pub(crate) fn fixed_echo<Line>(&self) -> Option<Echo<Line>> {
        if self.dynamic { None } else { self.origins.only() }
    }

    /// Whether this origin is refused whatever rule matches it: with credentials, one of scheme
    /// `http` that is not loopback, unless `dangerously_allow_insecure_origins` is set.
    pub(crate) fn refuses_as_insecure(&self, origin: &Origin) -> bool {
        self.credentials && !self.allow_insecure_origins && is_insecure(origin)
    }

    /// Whether the answer names the headers that the response has: `*` with credentials.
    pub(crate) fn exposes_present_names(&self) -> bool {
        self.credentials && matches!(self.expose, ExposeRule::Any)
    }
}

impl MethodRules {
    /// Whether the answer names the method that the preflight asks for: `*` with credentials.
    pub(crate) fn mirrored(&self, credentials: bool) -> bool {
        self.any && credentials
    }

    /// Whether a preflight that asks for this method is granted it.
    pub(crate) fn allows(&self, method: &[u8]) -> bool {
        is_safelisted_method(method)
            || (self.any && !is_forbidden_method(method))
            || self.lists(method)
    }

    /// Whether the method is named, and not only covered by `*`.
    pub(crate) fn lists(&self, method: &[u8]) -> bool {
        self.list.iter().any(|listed| listed.as_str().as_bytes() == method)
    }
}

impl HeaderRules {
    /// Few names are found soonest one by one: their lengths differ.
    const FEW: usize = 8;

    pub(super) fn new(any: bool, names: Vec<HeaderName>) -> Self {
        let mut texts = Vec::with_capacity(names.len());
        for name in &names {
            texts.push(name.as_str());
        }
        let mut sorted = Vec::with_capacity(names.len());
        for &(_, position) in &sorted::ascending(&texts) {
            sorted.push(names[position].clone());
        }
        Self { any, names, sorted }
    }

    /// Whether the answer names the headers that the preflight asks for: `*` with credentials.
    pub(crate) fn mirrored(&self, credentials: bool) -> bool {
        self.any && credentials
    }

    /// Whether a preflight that asks for this name, in whatever case, is granted it.
    pub(crate) fn allows(&self, name: &[u8]) -> bool {
        let named = || {
            if self.names.len() <= Self::FEW {
                let same =
                    |listed: &HeaderName| listed.as_str().as_bytes().eq_ignore_ascii_case(name);
                return self.names.iter().any(same);
            }
            let by_lower_case = |listed: &HeaderName| {
                let name = name.iter().map(u8::to_ascii_lowercase);
                listed.as_str().bytes().cmp(name)
            };
            self.sorted.binary_search_by(by_lower_case).is_ok()
        };
        (self.any && !name.eq_ignore_ascii_case(b"authorization")) || named()
    }

    /// What is left of a list of requested names without those at its beginning that are listed and
    /// written as browsers write them: in lower case, with nothing but a comma between. So they are
    /// found without looking for the comma, which takes most of the time otherwise.
    pub(crate) fn skip_listed<'a>(&self, mut list: &'a [u8]) -> &'a [u8] {
        let without = |list: &'a [u8], name: &HeaderName| match list
            .strip_prefix(name.as_str().as_bytes())?
        {
            [] => Some(&list[..0]),
            [b',', rest @ ..] => Some(rest),
            _ => None,
        };
        if self.sorted.len() <= Self::FEW {
            // Browsers sort them too.
            for name in &self.sorted {
                list = without(list, name).unwrap_or(list);
            }
        }
        list
    }
}

#[cfg(test)]
mod tests {
    use super::HeaderRules;
    use crate::{
        origin::Origin,
        policy::{AllowOrigin, Policy},
    };
    use http::HeaderName;

    #[test]
    fn insecure_origins_are_refused_with_credentials() {
        for (credentials, opted_in, origin, refused) in [
            (true, false, "http://a.example", true),
            (true, false, "https://a.example", false),
            (true, false, "http://localhost:3000", false),
            (false, false, "http://a.example", false),
            (true, true, "http://a.example", false),
        ] {
            let policy = Policy::builder()
                .allow_origin(AllowOrigin::predicate(|_, _| true))
                .allow_credentials(credentials)
                .dangerously_allow_insecure_origins(opted_in)
                .build()
                .unwrap();
            let found = policy.rules().refuses_as_insecure(&Origin::from_static(origin));
            assert_eq!(found, refused, "{credentials} {opted_in} {origin}");
        }
    }

    /// What is skipped is allowed, and what is left decides the rest.
    #[test]
    fn listed_names_are_skipped() {
        let names = ["x-b", "x-a", "x-ab"].map(HeaderName::from_static).to_vec();
        let rules = HeaderRules::new(false, names);
        for (list, left) in [
            ("", ""),
            ("x-a", ""),
            ("x-a,x-ab,x-b", ""),
            ("x-a,x-b", ""),
            ("x-b,x-a", "x-a"),
            ("x-a,", ""),
            ("x-a,,x-b", ",x-b"),
            ("x-a, x-b", " x-b"),
            ("X-A", "X-A"),
            ("x-ac", "x-ac"),
            ("x-a,x-c", "x-c"),
        ] {
            let skipped = rules.skip_listed(list.as_bytes());
            assert_eq!(std::str::from_utf8(skipped), Ok(left), "{list:?}");
        }
    }
}
