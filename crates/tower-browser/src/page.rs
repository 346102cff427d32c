//! A page: where scripts run, and whose origin their requests carry.

use super::browser::Browser;
use super::fetch::Fetch;
use super::initiator::Initiator;
use super::options::{CacheMode, Credentials, Element, Mode, Redirect, ReferrerPolicy};
use super::reason::Reason;
use super::site::Sites;
use super::url::{Origin, Url};

/// A page with a script in it, which fetches.
///
/// ```
/// # use http::{Request, Response};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use tower_browser::Page;
///
/// let mut api = tower::service_fn(|_: Request<Vec<u8>>| async {
///     Response::builder().header("access-control-allow-origin", "*").body(Vec::new())
/// });
/// let page = Page::at("https://app.example.com");
/// assert_eq!(page.fetch("https://api.example.com/").send(&mut api).await?.status(), 200);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Page {
    browser: Browser,
    place: Place,
    security_policies: Option<String>,
    referrer_policy: ReferrerPolicy,
}

#[derive(Debug, Clone)]
enum Place {
    At(String),
    SandboxedIn(String),
    Opaque { number: usize },
}

/// What a page lends to its requests: its
/// [environment](https://html.spec.whatwg.org/multipage/webappapis.html#environment-settings-object).
pub(super) struct Environment {
    pub(super) origin: Origin,
    pub(super) base_url: Option<Url>,
    pub(super) self_origin: Origin,
    pub(super) is_https: bool,
    pub(super) partition: String,
}

impl Page {
    /// A page at `url`, in a browser of its own. Its origin counts; path and query are only what
    /// relative URLs are resolved against. The scheme may be one of a web view or an extension:
    /// `tauri://localhost`, `capacitor://`. `file://` is what some web views send for a local page;
    /// for what browsers make of one, see [`opaque`](Self::opaque).
    ///
    /// A URL that gives no origin makes each fetch fail with [`Reason::InvalidPage`].
    #[must_use]
    pub fn at(url: impl Into<String>) -> Self {
        Browser::new().page(url)
    }

    /// A page with an opaque origin, which requests name as `Origin: null`, in a browser of its
    /// own: a `data:` URL, a local file. It is of no site.
    #[must_use]
    pub fn opaque() -> Self {
        Browser::new().opaque_page()
    }

    /// A frame with an opaque origin in a page at `url`, in a browser of its own:
    /// `<iframe sandbox="allow-scripts" srcdoc="…">`. Relative URLs are resolved against `url`,
    /// mixed content is blocked as there, and the page's site picks the partition of the caches.
    #[must_use]
    pub fn sandboxed_in(url: impl Into<String>) -> Self {
        Browser::new().sandboxed_page(url)
    }

    /// Gives the page a `Content-Security-Policy`. What it says about URLs is obeyed: `connect-src`,
    /// `default-src`, `script-src`, `font-src`, `img-src`, `style-src`, `media-src`, `form-action`.
    ///
    /// ```
    /// # use http::{Request, Response};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use tower_browser::{Page, Reason};
    ///
    /// let api = tower::service_fn(|_: Request<Vec<u8>>| async { Response::builder().body(Vec::new()) });
    /// let page = Page::at("https://app.example.com").content_security_policy("connect-src 'self'");
    /// let blocked = page.fetch("https://api.example.com/").send(api).await.unwrap_err();
    /// assert!(matches!(blocked.reason(), Reason::ContentSecurityPolicy { .. }));
    /// # }
    /// ```
    #[must_use]
    pub fn content_security_policy(mut self, policy: impl Into<String>) -> Self {
        self.security_policies = Some(policy.into());
        self
    }

    /// Gives the page a referrer policy.
    #[must_use]
    pub fn referrer_policy(mut self, policy: ReferrerPolicy) -> Self {
        self.referrer_policy = policy;
        self
    }

    /// The browser this page is open in.
    #[must_use]
    pub fn browser(&self) -> &Browser {
        &self.browser
    }

    /// Begins a fetch, as `fetch(url)` does; relative URLs are relative to the page's own.
    pub fn fetch(&self, url: impl Into<String>) -> Fetch {
        Fetch::new(self.clone(), url.into())
    }

    /// Opens an `EventSource`, as `new EventSource(url)` does. With
    /// [`Credentials::Include`](super::options::Credentials::Include) it is one with
    /// `withCredentials`. The answer must be a stream of events.
    pub fn event_source(&self, url: impl Into<String>) -> Fetch {
        Fetch::of(Initiator::EventSource, self.clone(), url.into()).cache(CacheMode::NoStore)
    }

    /// Opens a `WebSocket`, as `new WebSocket(url)` does: no preflight and no CORS check, but
    /// `Origin` and cookies, so the server must look at `Origin` by itself. The answer's status
    /// must be 101.
    ///
    /// ```
    /// # use http::{Request, Response};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use tower_browser::Page;
    ///
    /// // Incorrect: any page can open it, as the user.
    /// let api = tower::service_fn(|_: Request<Vec<u8>>| async {
    ///     Response::builder().status(101).body(Vec::new())
    /// });
    /// let page = Page::at("https://evil.example.net");
    /// let open = page.web_socket("wss://api.example.com/chat").send(api).await.unwrap();
    /// assert_eq!(open.wire()[0].request_headers()["origin"], "https://evil.example.net");
    /// # }
    /// ```
    pub fn web_socket(&self, url: impl Into<String>) -> Fetch {
        let url = url.into();
        let url = match url.split_once(':') {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("ws") => format!("http:{rest}"),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("wss") => format!("https:{rest}"),
            _ => url,
        };
        Fetch::of(Initiator::WebSocket, self.clone(), url)
            .credentials(Credentials::Include)
            .cache(CacheMode::NoStore)
            .redirect(Redirect::Error)
    }

    /// Loads what an element of the page names: a font, a module script, an image. The attribute
    /// `crossorigin` is the mode [`Cors`](Mode::Cors), and `crossorigin="use-credentials"` that
    /// with [`Credentials::Include`].
    pub fn element(&self, url: impl Into<String>, element: Element) -> Fetch {
        let fetch = Fetch::of(Initiator::Element(element), self.clone(), url.into());
        if element.is_always_cors() {
            fetch.mode(Mode::Cors).credentials(Credentials::SameOrigin)
        } else {
            fetch.mode(Mode::NoCors).credentials(Credentials::Include)
        }
    }

    /// Submits a form at the top level, by `POST`; the body is that of the form. The answer is what
    /// the browser shows next. Such a request needs no CORS, from no page: a server that wants to
    /// refuse it must do so by itself.
    pub fn submit(&self, url: impl Into<String>) -> Fetch {
        Fetch::of(Initiator::Form, self.clone(), url.into())
            .method("POST")
            .mode(Mode::NoCors)
            .credentials(Credentials::Include)
    }

    /// Follows a link at the top level.
    pub fn navigate(&self, url: impl Into<String>) -> Fetch {
        Fetch::of(Initiator::Link, self.clone(), url.into())
            .mode(Mode::NoCors)
            .credentials(Credentials::Include)
    }

    pub(super) fn referrer_policy_of_page(&self) -> ReferrerPolicy {
        self.referrer_policy
    }

    pub(super) fn security_policies(&self) -> Option<&str> {
        self.security_policies.as_deref()
    }

    fn in_place(browser: Browser, place: Place) -> Self {
        let referrer_policy = ReferrerPolicy::default();
        Self { browser, place, security_policies: None, referrer_policy }
    }

    pub(super) fn new(browser: Browser, url: String) -> Self {
        Self::in_place(browser, Place::At(url))
    }

    pub(super) fn new_sandboxed(browser: Browser, url: String) -> Self {
        Self::in_place(browser, Place::SandboxedIn(url))
    }

    pub(super) fn new_opaque(browser: Browser, number: usize) -> Self {
        Self::in_place(browser, Place::Opaque { number })
    }

    pub(super) fn environment(&self, sites: &Sites) -> Result<Environment, Reason> {
        let (url, sandboxed) = match &self.place {
            Place::Opaque { number } => {
                return Ok(Environment {
                    origin: Origin::Opaque,
                    self_origin: Origin::Opaque,
                    base_url: None,
                    is_https: false,
                    partition: format!("opaque {number}"),
                });
            }
            Place::At(url) => (url, false),
            Place::SandboxedIn(url) => (url, true),
        };
        let origin = Origin::of_page(url).map_err(|_| Reason::InvalidPage { url: url.clone() })?;
        Ok(Environment {
            base_url: Url::parse(url, None).ok(),
            is_https: origin.scheme() == Some("https"),
            partition: sites.site_of(&origin),
            self_origin: origin.clone(),
            origin: if sandboxed { Origin::Opaque } else { origin },
        })
    }

    /// The origin for a message, whether or not the page has one.
    pub(super) fn origin_text(&self) -> String {
        match &self.place {
            Place::At(url) => Origin::of_page(url).map_or_else(|_| url.clone(), |o| o.to_string()),
            Place::SandboxedIn(_) | Place::Opaque { .. } => Origin::Opaque.to_string(),
        }
    }
}
