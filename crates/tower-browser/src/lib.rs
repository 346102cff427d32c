//! A simulated browser, for tests: what would `fetch()` let a script see?
//!
//! A [`Page`] fetches through any tower service, in memory, and does what a browser would do:
//!
//! 1. It sets the headers that only the browser sets: `Origin`, `Sec-Fetch-Site`, `Cookie`, …
//! 2. It decides [whether a preflight is due](https://fetch.spec.whatwg.org/#concept-http-fetch)
//!    by the method, by header names *and values* (128 bytes each, 1,024 in all), by the body's type
//!    and by [the preflight cache](https://fetch.spec.whatwg.org/#cors-preflight-cache), on a clock
//!    that only [the test moves](Browser::advance).
//! 3. It sends the [preflight](https://fetch.spec.whatwg.org/#cors-preflight-fetch), and the
//!    request only if the answer allows it.
//! 4. It does the [CORS check](https://fetch.spec.whatwg.org/#cors-check), follows
//!    [redirects](https://fetch.spec.whatwg.org/#http-redirect-fetch) (each hop checked anew, the
//!    origin `null` after the second change of origin) and does the
//!    [TAO check](https://fetch.spec.whatwg.org/#tao-check).
//! 5. It returns what [the script may
//!    see](https://fetch.spec.whatwg.org/#concept-filtered-response), an [`Answer`]; or a
//!    [`Blocked`] with the [`Reason`], which a script never learns and a browser writes to its
//!    console. Both list what [crossed the wire](Exchange).
//!
//! [`checkup`] runs typical fetches through a whole application and says which layer to move.
//! [`Blocked::console`] gives the text that a page's developer reads.
//!
//! It is written from [the Fetch standard](https://fetch.spec.whatwg.org/) alone and shares no code
//! with any middleware.
//!
//! # A test of an axum application
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use axum::{Router, routing::put};
//! # use tower_http::cors::CorsLayer;
//! # let cors = CorsLayer::new()
//! #     .allow_origin(["https://app.example.com".parse()?])
//! #     .allow_methods([http::Method::PUT])
//! #     .allow_headers([http::header::CONTENT_TYPE]);
//! # let app = Router::new().route("/items/1", put(|| async { "saved" })).layer(cors);
//! use tower_browser::Page;
//!
//! let put = Page::at("https://app.example.com").fetch("https://api.example.com/items/1").method("PUT");
//! let answer = put.json(r#"{"name":"ink"}"#).send(app.clone()).await?;
//! assert_eq!(answer.status(), 200);
//!
//! let put = Page::at("https://evil.example.net").fetch("https://api.example.com/items/1").method("PUT");
//! let blocked = put.send(app).await.unwrap_err();
//! assert!(blocked.wire()[0].is_preflight());
//! println!("{blocked}");
//! # Ok(())
//! # }
//! ```
//!
//! # What crossed the wire
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use http::{Request, Response};
//! use tower_browser::{Page, Reason, options::Credentials};
//!
//! let api = tower::service_fn(|_: Request<Vec<u8>>| async {
//!     Response::builder().header("access-control-allow-origin", "*").body(Vec::new())
//! });
//! let page = Page::at("https://app.example.com");
//! assert!(page.browser().set_cookie("https://api.example.com", "id=1; Secure; SameSite=None"));
//!
//! let fetch = page.fetch("https://api.example.com/").credentials(Credentials::Include);
//! let blocked = fetch.send(api).await.unwrap_err();
//! assert!(matches!(blocked.reason(), Reason::WildcardWithCredentials { .. }));
//! // The script learns nothing, but the server has been called, with the cookie.
//! assert_eq!(blocked.wire().len(), 1);
//! assert_eq!(blocked.wire()[0].request_headers()["cookie"], "id=1");
//! # Ok(())
//! # }
//! ```
//!
//! # A poisoned cache
//!
//! A response that depends on `Origin` and does not say so in `Vary` is served to the wrong page
//! sooner or later. With [an HTTP cache](Browser::http_cache) the browser shows it:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use http::{Request, Response};
//! use tower_browser::{Browser, options::Mode};
//!
//! // Incorrect: "vary: origin" is missing where there is no grant.
//! let mut api = tower::service_fn(|request: Request<Vec<u8>>| async move {
//!     let response = Response::builder().header("cache-control", "max-age=60");
//!     match request.headers().get("origin") {
//!         Some(origin) => response
//!             .header("vary", "origin")
//!             .header("access-control-allow-origin", origin)
//!             .body(Vec::new()),
//!         None => response.body(Vec::new()),
//!     }
//! });
//! let page = Browser::new().http_cache(true).page("https://app.example.com");
//! let image = page.fetch("https://api.example.com/logo").mode(Mode::NoCors);
//! let _ = image.send(&mut api).await?;
//! // The same URL, by a script: the stored response has no grant, and nothing said it varies.
//! assert!(page.fetch("https://api.example.com/logo").send(&mut api).await.is_err());
//! # Ok(())
//! # }
//! ```
//!
//! # Beyond `fetch()`
//!
//! A page asks for more than what its scripts fetch:
//!
//! | in a page | here | CORS |
//! | --- | --- | --- |
//! | `new WebSocket(url)` | [`Page::web_socket`] | no preflight, no check; `Origin` is sent |
//! | a form, a link | [`Page::submit`], [`Page::navigate`] | no preflight, no check; a form sends `Origin` |
//! | `new EventSource(url)` | [`Page::event_source`] | checked, never preflighted |
//! | fonts, module scripts, elements with `crossorigin` | [`Page::element`] | checked, never preflighted |
//! | images, scripts and styles without it | [`Page::element`] | opaque |
//!
//! A page can have a [content security policy](Page::content_security_policy), whose `connect-src`
//! blocks a fetch before CORS is asked, and a [referrer policy](Page::referrer_policy), which can
//! turn `Origin` into `null` on forms and `no-cors` requests.
//!
//! # Between the page and the server
//!
//! | | here | default |
//! | --- | --- | --- |
//! | HTTP cache, with heuristic freshness and `stale-while-revalidate` | [`Browser::http_cache`] | off |
//! | HSTS: an `http` URL of a known host is fetched over `https` | [`Browser::set_strict_transport_security`], and what responses over `https` say | on |
//! | a public page that asks `localhost` or a local network, for which Chromium asks the user | [`Exchange::local_network_access`], [`Browser::address_space`], [`Browser::block_local_network`] | reported |
//! | Unicode hosts: `bücher.example` is `xn--bcher-kva.example` | Cargo feature `idna` | off |
//!
//! # Limits
//!
//! Not modelled, the most common first:
//!
//! - `XMLHttpRequest` upload listeners, service workers, `keepalive`, `data:` and `blob:` URLs,
//!   streamed uploads. An `EventSource` is not reconnected, a frame is not navigated, and the bodies
//!   of elements are not parsed.
//! - The network: TLS, certificates, proxies, authentication dialogs, the retry after 421, content
//!   codings (`Accept-Encoding` is sent only with `Range`), trailers. One service answers for
//!   all hosts.
//! - Local networks: the headers of the older Private Network Access, and the mixed content that
//!   Chromium allows to local addresses. Embedder policies; `Referer`; of content security policies
//!   all but URLs; the upgrade of images from `http` in an `https` page. Of
//!   [`Cross-Origin-Resource-Policy`](https://fetch.spec.whatwg.org/#cross-origin-resource-policy-header),
//!   mixed content and bad ports, what a fetch meets is modelled.
//! - URLs: without the feature `idna`, hosts beyond ASCII are [`Reason::InvalidUrl`], and punycode is
//!   not checked. Header values that the `http` crate cannot hold
//!   (control characters) are [`Reason::InvalidHeader`].
//! - Sites: each last label is a public suffix, besides what [a test adds](Browser::public_suffix).
//! - Cookies: `Expires`, name prefixes, third-party blocking and partitions. A cookie without
//!   `SameSite` is sent to all sites, as the standard says; Chromium treats it as `Lax`.
//! - The HTTP cache stores heads only, and no response to a request with `Range`.
//!
//! Where engines depart from the standard, the standard is the rule. All of them let
//! `Access-Control-Allow-Headers: *` cover `Authorization`, which by the standard it does not: that is
//! [`Reason::HeaderNotAllowed`] here, unless [a test says
//! otherwise](Browser::wildcard_covers_authorization). In Chromium, HSTS acts as a redirect: a
//! fetch to another origin that is upgraded has the origin `null`, and its preflight fails. Fetch
//! `https` URLs, and neither happens. Chromium sends no `Sec-Fetch-*` headers with
//! WebSocket handshakes, and names the page in `no-cors` fetches whatever the referrer policy says;
//! `WebKitGTK` loads fonts without CORS.

// The README's examples are tests too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

mod allow_origin;
pub mod answer;
mod blocked;
mod blocking;
mod body;
mod browser;
pub mod checkup;
pub mod console;
mod cookie_jar;
mod cors_check;
mod diagnosis;
pub mod exchange;
mod fetch;
mod filter;
mod freshness;
mod header_list;
mod headers_guard;
mod host;
mod http_cache;
mod initiator;
mod local_network;
mod main_fetch;
mod method;
mod mime;
mod network;
pub mod options;
mod page;
mod preflight;
mod preflight_cache;
mod reason;
mod redirect;
mod request;
mod safelist;
mod security_policy;
mod site;
mod strict_transport;
mod url;

pub use self::answer::Answer;
pub use self::blocked::Blocked;
pub use self::browser::Browser;
pub use self::exchange::Exchange;
pub use self::fetch::Fetch;
pub use self::page::Page;
pub use self::reason::Reason;
