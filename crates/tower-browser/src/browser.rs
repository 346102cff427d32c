//! The browser: what outlives a page.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::cookie_jar::CookieJar;
use super::http_cache::HttpCache;
use super::page::Page;
use super::preflight_cache::PreflightCache;
use super::site::Sites;
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
    /// stores heads, not bodies, honours `Cache-Control: max-age`, `no-cache` and `no-store`,
    /// `ETag`, `Last-Modified` and `Vary`, and is partitioned by the page's site.
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
            .finish_non_exhaustive()
    }
}
