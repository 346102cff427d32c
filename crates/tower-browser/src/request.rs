//! A [request](https://fetch.spec.whatwg.org/#concept-request) under way.

use bytes::Bytes;
use http::Method;

use super::header_list::HeaderList;
use super::initiator::Initiator;
use super::options::{CacheMode, Credentials, Mode, Redirect, ReferrerPolicy};
use super::site::Sites;
use super::url::{Origin, Url};

/// <https://fetch.spec.whatwg.org/#concept-request-response-tainting>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tainting {
    Basic,
    Cors,
    Opaque,
}

#[derive(Debug)]
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) headers: HeaderList,
    pub(super) body: Option<Bytes>,
    pub(super) initiator: Initiator,
    pub(super) origin: Origin,
    /// What `'self'` stands for in a content security policy.
    pub(super) self_origin: Origin,
    /// The content security policies of the page.
    pub(super) security_policies: Option<String>,
    pub(super) referrer_policy: ReferrerPolicy,
    /// The [network partition key](https://fetch.spec.whatwg.org/#network-partition-keys).
    pub(super) partition: String,
    /// Whether the page is a
    /// [secure](https://w3c.github.io/webappsec-mixed-content/#categorize-settings-object) one, or
    /// stands in one.
    pub(super) page_is_https: bool,
    // Never empty: https://fetch.spec.whatwg.org/#concept-request-url-list
    pub(super) earlier_urls: Vec<Url>,
    pub(super) current_url: Url,
    pub(super) mode: Mode,
    pub(super) credentials: Credentials,
    pub(super) redirect: Redirect,
    pub(super) cache: CacheMode,
    pub(super) tainting: Tainting,
    /// Whether a hop went through HTTP fetch with makeCORSPreflight set.
    pub(super) with_preflight: bool,
    pub(super) timing_allow_failed: bool,
}

impl Request {
    /// The [URL list](https://fetch.spec.whatwg.org/#concept-request-url-list).
    pub(super) fn urls(&self) -> impl Iterator<Item = &Url> {
        self.earlier_urls.iter().chain([&self.current_url])
    }

    /// <https://fetch.spec.whatwg.org/#concept-request-redirect-count>
    pub(super) fn redirect_count(&self) -> usize {
        self.earlier_urls.len()
    }

    /// Whether the [redirect-taint](https://fetch.spec.whatwg.org/#concept-request-tainted-origin)
    /// is other than "same-origin": another origin sent the request on to yet another. How far the
    /// taint goes matters to nothing here.
    fn is_redirect_tainted(&self) -> bool {
        let origins: Vec<Origin> = self.urls().map(Url::origin).collect();
        origins.windows(2).any(|pair| !pair[1].is_same(&pair[0]) && !self.origin.is_same(&pair[0]))
    }

    /// <https://fetch.spec.whatwg.org/#serializing-a-request-origin>: `null` from the second
    /// cross-origin hop on.
    pub(super) fn serialized_origin(&self) -> String {
        if self.is_redirect_tainted() { "null".to_owned() } else { self.origin.to_string() }
    }

    /// Whether cookies go with it: "includeCredentials" of
    /// <https://fetch.spec.whatwg.org/#concept-http-network-or-cache-fetch>.
    pub(super) fn includes_credentials(&self) -> bool {
        match self.credentials {
            Credentials::Include => true,
            Credentials::SameOrigin => self.tainting == Tainting::Basic,
            Credentials::Omit => false,
        }
    }

    /// <https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#name-same-site-requests>:
    /// every URL on the way, and the page, are of one site.
    pub(super) fn is_same_site(&self, sites: &Sites) -> bool {
        self.urls().all(|url| sites.is_same(&self.origin, &url.origin()))
    }

    /// Whether it is a navigation by `GET`, with which cookies that are `Lax` go to another site.
    pub(super) fn is_safe_navigation(&self) -> bool {
        self.initiator.navigates() && self.method.is_safe()
    }
}
