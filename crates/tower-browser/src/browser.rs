//! The browser: what outlives a page.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::cookie_jar::CookieJar;
use super::http_cache::HttpCache;
use super::local_network::AddressSpaces;
use super::options::AddressSpace;
use super::page::Page;
use super::preflight_cache::PreflightCache;
use super::site::Sites;
use super::strict_transport::KnownHosts;
use super::url::Url;

/// A simulated browser: the caches, the cookies and the clock that its pages share.
///
/// A handle: clones are the same browser. [`Page::at`] makes one for itself; a test needs its own
/// to set it up, or for several pages:
///
/// ```
/// use std::time::Duration;
/// use tower_browser::Browser;
///
/// let firefox = Browser::new().max_age_limit(Duration::from_secs(86_400)).http_cache(true);
/// let app = firefox.page("https://app.example.com");
/// let admin = firefox.page("https://admin.example.com");
/// firefox.advance(Duration::from_secs(60));
/// # let _ = (app, admin);
/// ```
#[derive(Clone)]
pub struct Browser {
    state: Arc<Mutex<State>>,
}

pub(super) struct State {
    pub(super) now: Duration,
    pub(super) max_age_limit: Duration,
    pub(super) preflights: PreflightCache,
    pub(super) http_cache: Option<HttpCache>,
    pub(super) cookies: CookieJar,
    pub(super) known_hosts: KnownHosts,
    pub(super) address_spaces: AddressSpaces,
    pub(super) blocks_local_network: bool,
    pub(super) sites: Sites,
    pub(super) http2: bool,
    pub(super) wildcard_covers_authorization: bool,
    opaque_pages: usize,
}

impl Browser {
    /// A browser with nothing in it, no HTTP cache and Chromium's limit on preflights.
    #[must_use]
    pub fn new() -> Self {
        Self {
            state: Arc::new(Mutex::new(State {
                now: Duration::ZERO,
                max_age_limit: Duration::from_secs(7200),
                preflights: PreflightCache::default(),
                http_cache: None,
                cookies: CookieJar::default(),
                known_hosts: KnownHosts::default(),
                address_spaces: AddressSpaces::default(),
                blocks_local_network: false,
                sites: Sites::default(),
                http2: false,
                wildcard_covers_authorization: false,
                opaque_pages: 0,
            })),
        }
    }

    /// The longest that a preflight's answer is kept, whatever `Access-Control-Max-Age` says. The
    /// standard leaves [the limit](https://fetch.spec.whatwg.org/#concept-cache-max-age) to the
    /// browser: 7,200 seconds in Chromium (the default here), 86,400 in Firefox, 600 in `WebKit`;
    /// zero is a browser without this cache, as with the developer tools' "disable cache".
    #[must_use]
    pub fn max_age_limit(self, limit: Duration) -> Self {
        self.state().max_age_limit = limit;
        self
    }

    /// Whether there is an HTTP cache; off by default, so that each fetch reaches the service. It
    /// stores heads, not bodies, honors `Cache-Control`, `Expires`, `Age`, `ETag`, `Last-Modified`
    /// and `Vary`, and is partitioned by the page's site.
    ///
    /// - Without `max-age` and `Expires`, a response with `Last-Modified` and `Date` is fresh for [a
    ///   tenth of its age](https://httpwg.org/specs/rfc9111.html#heuristic.freshness), and a
    ///   permanent redirect (301, 308) and a 410 for a year, as in Chromium and Firefox. A service in
    ///   memory sends no `Date`; a server does.
    /// - With `stale-while-revalidate`, a stale response is used, and [a request in the
    ///   background](super::exchange::ExchangeKind::Revalidation) renews it, as in Chromium and
    ///   Firefox.
    ///
    /// ```
    /// # use http::{Request, Response};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    /// use tower_browser::{Browser, exchange::ExchangeKind};
    ///
    /// let mut api = tower::service_fn(|_: Request<Vec<u8>>| async {
    ///     Response::builder()
    ///         .header("access-control-allow-origin", "*")
    ///         .header("cache-control", "max-age=60, stale-while-revalidate=600")
    ///         .body(Vec::new())
    /// });
    /// let page = Browser::new().http_cache(true).page("https://app.example.com");
    /// let _ = page.fetch("https://api.example.com/").send(&mut api).await?;
    /// page.browser().advance(Duration::from_secs(90));
    ///
    /// let stale = page.fetch("https://api.example.com/").send(&mut api).await?;
    /// assert!(stale.is_from_http_cache());
    /// assert_eq!(stale.wire()[0].kind(), ExchangeKind::Revalidation);
    ///
    /// // What came in the background is fresh.
    /// let fresh = page.fetch("https://api.example.com/").send(&mut api).await?;
    /// assert!(fresh.is_from_http_cache() && fresh.wire().is_empty());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn http_cache(self, enabled: bool) -> Self {
        self.state().http_cache = enabled.then(HttpCache::default);
        self
    }

    /// Whether requests look as over HTTP/2: an absolute URI with `:authority`, no `Host`. The
    /// default is HTTP/1.1: path and query, and `Host`.
    #[must_use]
    pub fn http2(self, enabled: bool) -> Self {
        self.state().http2 = enabled;
        self
    }

    /// Whether `Access-Control-Allow-Headers: *` covers `Authorization`. By the standard it does not,
    /// which is the default here; Chromium, Firefox and `WebKit` let it, so far.
    #[must_use]
    pub fn wildcard_covers_authorization(self, covers: bool) -> Self {
        self.state().wildcard_covers_authorization = covers;
        self
    }

    /// Makes `suffix` (`co.uk`, `github.io`) a public suffix. Unless told, the browser takes each
    /// last label for one, and nothing else: `a.example.com` and `b.example.com` are one site,
    /// and so are `a.co.uk` and `b.co.uk`.
    #[must_use]
    pub fn public_suffix(self, suffix: &str) -> Self {
        self.state().sites.add_public_suffix(suffix);
        self
    }

    /// Says where a host's name leads: an intranet's name to [`AddressSpace::Local`]. Unless told,
    /// addresses speak for themselves, `localhost` and names below it are on the machine itself,
    /// names that end in `.local` are local, and all others are public. See
    /// [`Exchange::local_network_access`](super::Exchange::local_network_access).
    ///
    /// ```
    /// # use http::{Request, Response};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use tower_browser::{Browser, options::AddressSpace};
    ///
    /// let api = tower::service_fn(|_: Request<Vec<u8>>| async {
    ///     Response::builder().header("access-control-allow-origin", "*").body(Vec::new())
    /// });
    /// let browser = Browser::new().address_space("api.intranet.example", AddressSpace::Local);
    /// let page = browser.page("https://app.example.com");
    /// let answer = page.fetch("https://api.intranet.example/").send(api).await.unwrap();
    /// assert_eq!(
    ///     answer.wire()[0].local_network_access().unwrap().to_string(),
    ///     "a page in the public address space asks a server in the local address space: Chromium \
    ///      asks the user first",
    /// );
    /// # }
    /// ```
    #[must_use]
    pub fn address_space(self, host: &str, space: AddressSpace) -> Self {
        self.state().address_spaces.tell(host, space);
        self
    }

    /// Whether requests to a less public address space are blocked, as in Chromium once the user
    /// has said no; off by default. See
    /// [`Exchange::local_network_access`](super::Exchange::local_network_access).
    ///
    /// ```
    /// # use http::{Request, Response};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use tower_browser::{Browser, Reason};
    ///
    /// let api = tower::service_fn(|_: Request<Vec<u8>>| async {
    ///     Response::builder().header("access-control-allow-origin", "*").body(Vec::new())
    /// });
    /// let page = Browser::new().block_local_network(true).page("https://app.example.com");
    /// let blocked = page.fetch("http://127.0.0.1:8080/").send(api).await.unwrap_err();
    /// assert!(matches!(blocked.reason(), Reason::LocalNetworkAccess { .. }));
    /// # }
    /// ```
    #[must_use]
    pub fn block_local_network(self, block: bool) -> Self {
        self.state().blocks_local_network = block;
        self
    }

    /// A page at `url`; see [`Page::at`].
    #[must_use]
    pub fn page(&self, url: impl Into<String>) -> Page {
        Page::new(self.clone(), url.into())
    }

    /// A page with an opaque origin; see [`Page::opaque`].
    #[must_use]
    pub fn opaque_page(&self) -> Page {
        let mut state = self.state();
        state.opaque_pages += 1;
        let number = state.opaque_pages;
        drop(state);
        Page::new_opaque(self.clone(), number)
    }

    /// A sandboxed frame in a page at `url`; see [`Page::sandboxed_in`].
    #[must_use]
    pub fn sandboxed_page(&self, url: impl Into<String>) -> Page {
        Page::new_sandboxed(self.clone(), url.into())
    }

    /// Moves the clock. It stands still otherwise; preflights, cookies and cached responses expire
    /// by it alone.
    pub fn advance(&self, time: Duration) {
        let mut state = self.state();
        state.now = state.now.saturating_add(time);
    }

    /// Puts a cookie in the jar, as if `url` itself had set it with this `Set-Cookie` line.
    /// `false` if a browser would not take it: no name, `Secure` from an insecure URL,
    /// `SameSite=None` without `Secure`, a domain that is not the host's.
    ///
    /// ```
    /// use tower_browser::Browser;
    ///
    /// let browser = Browser::new();
    /// assert!(browser.set_cookie("https://api.example.com", "session=1; Secure; SameSite=None"));
    /// assert!(!browser.set_cookie("https://api.example.com", "session=1; SameSite=None"));
    /// ```
    #[must_use = "a browser may refuse the cookie"]
    pub fn set_cookie(&self, url: &str, line: &str) -> bool {
        let Ok(url) = Url::parse(url, None) else {
            return false;
        };
        let mut state = self.state();
        let State { cookies, sites, now, .. } = &mut *state;
        cookies.store(line, &url, sites, true, *now)
    }

    /// Makes a host known as one that is asked over `https` only
    /// ([HSTS](https://www.rfc-editor.org/rfc/rfc6797)), as if `url` had sent this
    /// `Strict-Transport-Security` line; so does every response over `https` that has the header.
    /// `false` if a browser would ignore the line: no `max-age`, a directive twice, a URL that is
    /// not `https`, an address, or a host below `localhost`.
    ///
    /// An `http` URL of such a host is fetched over `https`, without a redirect. Mixed content is
    /// blocked all the same, since that is decided before.
    ///
    /// ```
    /// # use http::{Request, Response};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use tower_browser::Browser;
    ///
    /// let api = tower::service_fn(|_: Request<Vec<u8>>| async {
    ///     Response::builder().header("access-control-allow-origin", "*").body(Vec::new())
    /// });
    /// let browser = Browser::new();
    /// let line = "max-age=31536000; includeSubDomains";
    /// assert!(browser.set_strict_transport_security("https://example.com", line));
    ///
    /// let page = browser.page("http://app.example.net");
    /// let answer = page.fetch("http://api.example.com/").send(api).await.unwrap();
    /// assert_eq!(answer.url(), "https://api.example.com/");
    /// assert!(!answer.is_redirected());
    /// # }
    /// ```
    #[must_use = "a browser may ignore the line"]
    pub fn set_strict_transport_security(&self, url: &str, line: &str) -> bool {
        let Ok(url) = Url::parse(url, None) else {
            return false;
        };
        let mut state = self.state();
        let now = state.now;
        state.known_hosts.store(&url, line, now)
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock, and what it guards is valid at every step.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Browser {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Browser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("Browser")
            .field("now", &state.now)
            .field("max_age_limit", &state.max_age_limit)
            .field("preflights", &state.preflights)
            .field("http_cache", &state.http_cache)
            .field("cookies", &state.cookies)
            .field("known_hosts", &state.known_hosts)
            .finish_non_exhaustive()
    }
}
