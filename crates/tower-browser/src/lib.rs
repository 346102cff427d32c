//! A simulated browser, for tests: what would `fetch()` let a script see?
//!
//! A [`Page`] fetches through any tower service, in memory, and does what a browser would do:
//!
//! 1. It sets the headers that only the browser sets: `Origin`, `Sec-Fetch-Site`, `Cookie`, …
//! 2. It decides [whether a preflight is due](https://fetch.spec.whatwg.org/#concept-http-fetch):
//!    by method, by header names *and values* (128 bytes each, 1,024 in all), by the body's type;
//!    and by [the preflight cache](https://fetch.spec.whatwg.org/#cors-preflight-cache), on a clock
//!    that stands still until [the test moves it](Browser::advance).
//! 3. It sends the [preflight](https://fetch.spec.whatwg.org/#cors-preflight-fetch), and the
//!    request only if the answer allows it.
//! 4. It does the [CORS check](https://fetch.spec.whatwg.org/#cors-check), follows
//!    [redirects](https://fetch.spec.whatwg.org/#http-redirect-fetch) (each hop checked anew, the
//!    origin `null` after the second change of origin) and does the
//!    [TAO check](https://fetch.spec.whatwg.org/#tao-check).
//! 5. It hands over what [the script may
//!    see](https://fetch.spec.whatwg.org/#concept-filtered-response), an [`Answer`]; or a
//!    [`Blocked`], with the [`Reason`] that a script never learns and a browser writes to its
//!    console. Both list what [crossed the wire](Exchange).
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
//! # Limits
//!
//! What is not modelled:
//!
//! - Everything that is not `fetch()` from a top-level page or a sandboxed frame in it:
//!   navigations, forms, `XMLHttpRequest` upload listeners, `WebSocket`s, service workers,
//!   `keepalive`, `data:` and `blob:` URLs, streamed uploads.
//! - The network: no TLS, no certificates, no HSTS, no proxies, no authentication dialogues, no 421
//!   retry, no content codings (`Accept-Encoding` is not sent unless with `Range`), no trailers.
//!   One service answers for all hosts.
//! - Policies beside CORS: no Content Security Policy, no embedder policies, no referrer policies
//!   (and no `Referer`), no prompts for private or local networks and none of their headers. Of
//!   [`Cross-Origin-Resource-Policy`](https://fetch.spec.whatwg.org/#cross-origin-resource-policy-header),
//!   mixed content and bad ports there is what a fetch meets.
//! - URLs: no IDNA, no percent-decoding of hosts, IPv4 addresses as four decimal numbers only; such
//!   hosts are refused as [`Reason::InvalidUrl`]. Header values that the `http` crate cannot hold
//!   (control characters) are [`Reason::InvalidHeader`].
//! - Sites: each last label is a public suffix, and what [a test adds](Browser::public_suffix).
//! - Cookies: no `Expires`, no name prefixes, no third-party blocking and no partitions. One
//!   without `SameSite` goes to all sites, as the standard has it; Chromium treats it as `Lax`.
//! - The HTTP cache: heads only, no heuristic freshness, no `stale-while-revalidate`, no `Age`.
//!
//! Where engines depart from the standard, the standard is the rule. All of them let
//! `Access-Control-Allow-Headers: *` cover `Authorization`, which it does not; here it is
//! [`Reason::HeaderNotAllowed`].

// The README's examples are tests too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

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
mod header_list;
mod headers_guard;
mod http_cache;
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
mod site;
mod url;

pub use self::answer::Answer;
pub use self::blocked::Blocked;
pub use self::browser::Browser;
pub use self::exchange::Exchange;
pub use self::fetch::Fetch;
pub use self::page::Page;
pub use self::reason::Reason;
