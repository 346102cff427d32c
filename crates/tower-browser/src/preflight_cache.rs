//! The [CORS-preflight cache](https://fetch.spec.whatwg.org/#cors-preflight-cache).

use std::time::Duration;

use http::Method;

use super::options::Credentials;
use super::request::Request;
use super::safelist::is_non_wildcard;

#[derive(Debug, Default)]
pub(super) struct PreflightCache {
    entries: Vec<Entry>,
}

/// <https://fetch.spec.whatwg.org/#cache-entry>
#[derive(Debug)]
struct Entry {
    key: Key,
    credentials: bool,
    covers: Covers,
    expires: Duration,
}

/// Network partition key, byte-serialized origin, URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    partition: String,
    origin: String,
    url: String,
}

#[derive(Debug)]
enum Covers {
    Method(String),
    Header(String),
}

impl Key {
    pub(super) fn of(request: &Request) -> Self {
        Self {
            partition: request.partition.clone(),
            origin: request.serialized_origin(),
            url: request.current_url.to_string(),
        }
    }
}

impl Entry {
    /// <https://fetch.spec.whatwg.org/#concept-cache-match>: an entry with credentials serves
    /// requests without them too.
    fn matches(&self, key: &Key, credentials: Credentials) -> bool {
        self.key == *key && (self.credentials || credentials != Credentials::Include)
    }
}

impl Covers {
    /// <https://fetch.spec.whatwg.org/#concept-cache-match-method>
    fn method(&self, method: &str) -> bool {
        matches!(self, Self::Method(known) if known == method || known == "*")
    }

    /// <https://fetch.spec.whatwg.org/#concept-cache-match-header>
    fn header(&self, name: &str) -> bool {
        matches!(self, Self::Header(known)
            if known.eq_ignore_ascii_case(name) || (known == "*" && !is_non_wildcard(name)))
    }
}

impl PreflightCache {
    pub(super) fn has_method(
        &self,
        key: &Key,
        credentials: Credentials,
        method: &Method,
        now: Duration,
    ) -> bool {
        self.live(key, credentials, now).any(|entry| entry.covers.method(method.as_str()))
    }

    pub(super) fn has_header(
        &self,
        key: &Key,
        credentials: Credentials,
        name: &str,
        now: Duration,
    ) -> bool {
        self.live(key, credentials, now).any(|entry| entry.covers.header(name))
    }

    fn live(
        &self,
        key: &Key,
        credentials: Credentials,
        now: Duration,
    ) -> impl Iterator<Item = &Entry> {
        self.entries
            .iter()
            .filter(move |entry| entry.expires > now && entry.matches(key, credentials))
    }

    /// One step of the end of a
    /// [CORS-preflight fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0): entries that
    /// match live on, and if there is none, one is made.
    pub(super) fn store_method(
        &mut self,
        key: &Key,
        credentials: Credentials,
        method: &str,
        expires: Duration,
    ) {
        if !self.refresh(key, credentials, expires, |covers| covers.method(method)) {
            self.insert(key, credentials, expires, Covers::Method(method.to_owned()));
        }
    }

    /// As [`store_method`](Self::store_method), for a header's name.
    pub(super) fn store_header(
        &mut self,
        key: &Key,
        credentials: Credentials,
        name: &str,
        expires: Duration,
    ) {
        if !self.refresh(key, credentials, expires, |covers| covers.header(name)) {
            self.insert(key, credentials, expires, Covers::Header(name.to_owned()));
        }
    }

    fn refresh(
        &mut self,
        key: &Key,
        credentials: Credentials,
        expires: Duration,
        matches: impl Fn(&Covers) -> bool,
    ) -> bool {
        let mut found = false;
        for entry in &mut self.entries {
            if entry.matches(key, credentials) && matches(&entry.covers) {
                entry.expires = expires;
                found = true;
            }
        }
        found
    }

    fn insert(&mut self, key: &Key, credentials: Credentials, expires: Duration, covers: Covers) {
        self.entries.push(Entry {
            key: key.clone(),
            credentials: credentials == Credentials::Include,
            covers,
            expires,
        });
    }

    /// Entries go when their time has passed.
    pub(super) fn remove_expired(&mut self, now: Duration) {
        self.entries.retain(|entry| entry.expires > now);
    }

    /// <https://fetch.spec.whatwg.org/#concept-cache-clear>
    pub(super) fn clear(&mut self, key: &Key) {
        self.entries.retain(|entry| entry.key != *key);
    }
}
