//! A page: where scripts run, and whose origin their requests carry.

use super::browser::Browser;
use super::fetch::Fetch;
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
    pub(super) is_https: bool,
    pub(super) partition: String,
}

impl Page {
    /// A page at `url`, in a browser of its own. Its origin counts; path and query are only what
    /// relative URLs are resolved against. The scheme may be one of a web view or an extension:
    /// `tauri://localhost`.
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

    /// The browser this page is open in.
    #[must_use]
    pub fn browser(&self) -> &Browser {
        &self.browser
    }

    /// Begins a fetch, as `fetch(url)` does; relative URLs are relative to the page's own.
    pub fn fetch(&self, url: impl Into<String>) -> Fetch {
        Fetch::new(self.clone(), url.into())
    }

    pub(super) fn new(browser: Browser, url: String) -> Self {
        let place = Place::At(url);
        Self { browser, place }
    }

    pub(super) fn new_sandboxed(browser: Browser, url: String) -> Self {
        let place = Place::SandboxedIn(url);
        Self { browser, place }
    }

    pub(super) fn new_opaque(browser: Browser, number: usize) -> Self {
        let place = Place::Opaque { number };
        Self { browser, place }
    }

    pub(super) fn environment(&self, sites: &Sites) -> Result<Environment, Reason> {
        let (url, sandboxed) = match &self.place {
            Place::Opaque { number } => {
                return Ok(Environment {
                    origin: Origin::Opaque,
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
