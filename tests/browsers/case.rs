//! What a case is made of: calls of `fetch`, each to one or more hops of the API.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::breaks::Break;
use crate::page::{Frame, Script, Step};
use crate::rules::Rules;

/// What needs no encoding stays as it is: one engine would decode it.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Cases and the rules their hops are answered by.
#[derive(Clone, Debug, Default)]
pub(crate) struct Corpus {
    pub(crate) rules: Vec<Rules>,
    pub(crate) cases: Vec<Case>,
}

/// What a case is there to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Family {
    Plain,
    SameOrigin,
    NoCors,
    Limits,
    Redirect,
    PreflightCache,
    HttpCache,
    /// Requests to hosts that a policy lists, and to others.
    Hosts,
}

/// Some calls, one after the other, from a page of one origin.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) id: u32,
    pub(crate) family: Family,
    pub(crate) page: String,
    pub(crate) calls: Vec<Call>,
    /// How many preflights the calls make together, where that is not the sum over the calls.
    pub(crate) preflights: Option<usize>,
    /// How the middleware is broken on purpose for it.
    pub(crate) broken: Option<Break>,
}

/// One call of `fetch`.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) frame: Frame,
    pub(crate) method: Method,
    pub(crate) headers: Vec<Header>,
    pub(crate) body: Body,
    /// `omit`, `same-origin`, `include`.
    pub(crate) credentials: &'static str,
    /// `cors`, `no-cors`, `same-origin`.
    pub(crate) mode: &'static str,
    /// `follow`, `error`, `manual`.
    pub(crate) redirect: &'static str,
    /// All but the last redirect to the next.
    pub(crate) hops: Vec<Hop>,
    /// Milliseconds to wait before it.
    pub(crate) wait: u32,
    pub(crate) timing: bool,
}

/// A method as a script writes it and as it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Method {
    pub(crate) written: &'static str,
    pub(crate) sent: &'static str,
}

/// A header that a script sets, and whether the standard holds it for safe: a fact looked up by
/// hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) name: &'static str,
    pub(crate) value: &'static str,
    pub(crate) safe: bool,
}

/// A body, by the name the page has for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    None,
    Text,
    Form,
    Multipart,
    Json,
    Bytes,
}

/// One answer on the way.
#[derive(Clone, Debug)]
pub(crate) struct Hop {
    pub(crate) origin: String,
    /// Index of the rules that answer.
    pub(crate) rules: usize,
    /// The inner service's status.
    pub(crate) status: u16,
    /// Headers that the inner service adds.
    pub(crate) set: Vec<(&'static str, String)>,
    /// Whether the address names a user.
    pub(crate) user: bool,
}

impl Body {
    fn name(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Text => Some("text"),
            Self::Form => Some("form"),
            Self::Multipart => Some("multipart"),
            Self::Json => Some("json"),
            Self::Bytes => Some("bytes"),
        }
    }

    /// Whether its own `Content-Type` needs a grant.
    fn unsafe_type(self) -> bool {
        self == Self::Json
    }
}

impl Hop {
    pub(crate) fn inner(&self, name: &str) -> Option<&str> {
        self.set.iter().find(|(set, _)| *set == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn redirects(&self) -> bool {
        matches!(self.status, 301 | 302 | 303 | 307 | 308)
    }

    /// Its address, which says how to answer, the redirect included.
    fn url(&self, case: u32, rest: &[Self]) -> String {
        let encode = |text: &str| utf8_percent_encode(text, VALUE).to_string();
        let mut url = format!("{}/c/{case}/{}?status={}", self.origin, self.rules, self.status);
        if self.user {
            url = url.replacen("://", "://user:secret@", 1);
        }
        let location = rest.split_first().map(|(next, rest)| ("location", next.url(case, rest)));
        for (name, value) in self.set.iter().cloned().chain(location) {
            let _ = write!(url, "&set={name}:{}", encode(&value));
        }
        url
    }
}

impl Call {
    pub(crate) fn url(&self, case: u32) -> String {
        self.hops[0].url(case, &self.hops[1..])
    }

    /// Where it ends, if all redirects are followed.
    pub(crate) fn last_url(&self, case: u32) -> String {
        self.hops[self.hops.len() - 1].url(case, &[])
    }

    /// The names of headers that need a grant, lower case, without doubles, sorted.
    pub(crate) fn unsafe_headers(&self) -> Vec<&'static str> {
        let size: usize =
            self.headers.iter().filter(|header| header.safe).map(|header| header.value.len()).sum();
        let unsafe_one = |header: &&Header| !header.safe || size > 1024;
        let mut names: Vec<&str> =
            self.headers.iter().filter(unsafe_one).map(|header| header.name).collect();
        let typed = self.headers.iter().any(|header| header.name == "content-type");
        if self.body.unsafe_type() && !typed {
            names.push("content-type");
        }
        names.sort_unstable();
        names.dedup();
        names
    }
}

impl Case {
    /// As the page runs it.
    pub(crate) fn script(&self) -> Script {
        let steps = self.calls.iter().map(|call| Step {
            frame: call.frame.clone(),
            url: call.url(self.id),
            method: call.method.written.to_owned(),
            headers: call
                .headers
                .iter()
                .map(|header| (header.name.to_owned(), header.value.to_owned()))
                .collect(),
            credentials: call.credentials,
            mode: call.mode,
            redirect: (call.redirect != "follow").then_some(call.redirect),
            body: call.body.name(),
            wait: call.wait,
            timing: call.timing,
        });
        Script { id: self.id, steps: steps.collect() }
    }
}
