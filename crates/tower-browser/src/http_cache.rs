//! A private [HTTP cache](https://httpwg.org/specs/rfc9111.html), of response heads only: enough
//! to show what `Vary`, or its absence, does.

use std::time::Duration;

use http::{HeaderMap, HeaderName, Method, StatusCode};

use super::freshness::{Freshness, is_cacheable};
use super::header_list::get;

#[derive(Debug, Default)]
pub(super) struct HttpCache {
    // The latest last, which is the one to be preferred.
    stored: Vec<StoredResponse>,
}

#[derive(Debug, Clone)]
pub(super) struct StoredResponse {
    partition: String,
    url: String,
    // What the request said under each name that `Vary` lists.
    varies_on: Vec<(String, Option<Vec<u8>>)>,
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    stored_at: Duration,
    freshness: Freshness,
}

impl StoredResponse {
    /// <https://httpwg.org/specs/rfc9111.html#expiration.model>
    pub(super) fn is_fresh(&self, now: Duration) -> bool {
        self.age(now) < self.freshness.lifetime
    }

    /// Whether it may be used though it is stale, while the browser renews it.
    pub(super) fn is_usable_while_revalidating(&self, now: Duration) -> bool {
        let Freshness { lifetime, stale_while_revalidate, .. } = self.freshness;
        self.age(now) < lifetime.saturating_add(stale_while_revalidate)
    }

    /// <https://httpwg.org/specs/rfc9111.html#age.calculations>
    fn age(&self, now: Duration) -> Duration {
        now.saturating_sub(self.stored_at).saturating_add(self.freshness.age)
    }

    /// <https://httpwg.org/specs/rfc9111.html#caching.negotiated.responses>
    fn serves(&self, partition: &str, url: &str, request: &HeaderMap) -> bool {
        self.partition == partition
            && self.url == url
            && self.varies_on.iter().all(|(name, value)| get(request, name) == *value)
    }
}

impl HttpCache {
    pub(super) fn select(
        &self,
        partition: &str,
        url: &str,
        request: &HeaderMap,
    ) -> Option<&StoredResponse> {
        self.stored.iter().rev().find(|stored| stored.serves(partition, url, request))
    }

    /// The latest stored response of the URL, whatever it varies on, for its validators: Chromium
    /// and Firefox ask with them.
    pub(super) fn select_for_validation(
        &self,
        partition: &str,
        url: &str,
    ) -> Option<&StoredResponse> {
        self.stored.iter().rev().find(|stored| stored.partition == partition && stored.url == url)
    }

    /// <https://httpwg.org/specs/rfc9111.html#response.cacheability>
    pub(super) fn store(
        &mut self,
        (partition, url): (&str, &str),
        (method, request): (&Method, &HeaderMap),
        (status, headers): (StatusCode, &HeaderMap),
        now: Duration,
    ) {
        let cacheable = *method == Method::GET && is_cacheable(status, headers);
        let vary = vary(headers);
        if !cacheable || vary.iter().any(|name| name == "*") {
            return;
        }
        self.stored.retain(|stored| !stored.serves(partition, url, request));
        self.stored.push(StoredResponse {
            partition: partition.to_owned(),
            url: url.to_owned(),
            varies_on: varies_on(headers, request),
            status,
            headers: headers.clone(),
            stored_at: now,
            freshness: Freshness::of(status, headers),
        });
    }

    /// <https://httpwg.org/specs/rfc9111.html#freshening.responses>
    pub(super) fn freshen(
        &mut self,
        partition: &str,
        url: &str,
        request: &HeaderMap,
        not_modified: &HeaderMap,
        now: Duration,
    ) -> Option<&StoredResponse> {
        let own = |stored: &StoredResponse| stored.partition == partition && stored.url == url;
        let index = self
            .stored
            .iter()
            .rposition(|stored| stored.serves(partition, url, request))
            .or_else(|| self.stored.iter().rposition(own))?;
        let stored = &mut self.stored[index];
        for name in not_modified.keys() {
            if !is_content_header(name) {
                stored.headers.remove(name);
                for value in not_modified.get_all(name) {
                    stored.headers.append(name, value.clone());
                }
            }
        }
        stored.stored_at = now;
        stored.freshness = Freshness::of(stored.status, &stored.headers);
        // It is now this request's.
        stored.varies_on = varies_on(&stored.headers, request);
        Some(stored)
    }

    /// <https://httpwg.org/specs/rfc9111.html#invalidation>
    pub(super) fn invalidate(&mut self, partition: &str, url: &str) {
        self.stored.retain(|stored| stored.partition != partition || stored.url != url);
    }
}

/// What describes the stored body, which a 304 does not replace.
fn is_content_header(name: &HeaderName) -> bool {
    matches!(
        name.as_str(),
        "content-encoding" | "content-length" | "content-range" | "content-type"
    )
}

/// What the request says under each name that the response's `Vary` lists.
fn varies_on(response: &HeaderMap, request: &HeaderMap) -> Vec<(String, Option<Vec<u8>>)> {
    let of = |name: String| {
        let value = get(request, &name);
        (name, value)
    };
    vary(response).into_iter().map(of).collect()
}

fn vary(headers: &HeaderMap) -> Vec<String> {
    let value = get(headers, "vary").unwrap_or_default();
    String::from_utf8_lossy(&value)
        .split(',')
        .map(|name| name.trim().to_ascii_lowercase())
        .filter(|name| !name.is_empty())
        .collect()
}
