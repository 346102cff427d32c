//! CORS middleware for [tower](https://docs.rs/tower): for axum, hyper, tonic and everything else
//! that is built on it.
//!
//! The layer answers preflights, adds the `Access-Control-*` headers to the responses of the service
//! it wraps, and decides by exact origins, patterns, predicates, policy files or a database. A policy
//! is checked when it is built, and every refusal says why.
//!
//! ```no_run
//! use axum::{Router, http::{Method, header::{AUTHORIZATION, CONTENT_TYPE}}, routing::get};
//! use tower_cors::CorsLayer;
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let cors = CorsLayer::builder()
//!         .allow_origin(["https://app.example.com", "https://*.example.org"])
//!         .allow_methods([Method::PUT, Method::DELETE])
//!         .allow_headers([AUTHORIZATION, CONTENT_TYPE])
//!         .allow_credentials(true)
//!         .build()?; // every mistake at once, each with a suggestion
//!     let app = Router::new().route("/", get(|| async { "hello" })).layer(cors);
//!
//!     let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
//!     axum::serve(listener, app).await?;
//!     Ok(())
//! }
//! ```
//!
//! # What happens to a request
//!
//! 1. **Not CORS** (no `Origin`): the inner service runs. Its response gets `Vary: Origin` if the
//!    policy depends on the origin.
//! 2. **Preflight** (`OPTIONS` with `Origin` and `Access-Control-Request-Method`): answered here, with
//!    204 and the full lists for an allowed origin, with 403 and no list for any other.
//! 3. **Actual** (everything else with `Origin`): the inner service runs, and its response gets the
//!    headers if the origin is allowed, whatever its status. CORS is not access control: to refuse
//!    such requests, see [`enforce`](PolicyBuilder::enforce).
//! 4. `Access-Control-*` headers of the inner service are replaced or removed: the outermost layer
//!    wins.
//!
//! Source: [Fetch, HTTP-CORS protocol](https://fetch.spec.whatwg.org/#http-cors-protocol).
//!
//! # Where to put the layer
//!
//! Outermost: a response that is made outside the layer goes out without its headers. In axum that is
//! the last `Router::layer`; in `tower::ServiceBuilder` and tonic the first `layer`.
//!
//! # What is where
//!
//! | to | see |
//! | --- | --- |
//! | add CORS to a service | [`CorsLayer`], [`PolicyBuilder`] |
//! | say which origins are allowed | [`AllowOrigin`], [`OriginPattern`], the module [`origin`] |
//! | allow what the clients of gRPC-Web, tus and the like need | [`policy::Preset`] |
//! | use a policy without tower | [`Policy`], the module [`protocol`] |
//! | read why a request was refused | [`Decision`], [`Refusal`], the module [`observe`] |
//! | have several policies, by path and origin | `PolicyList`, the module `routes` |
//! | read policies from files or the environment | the module `config` |
//! | change policies while requests run | `Reloadable`, the modules `reload` and `watch` |
//! | ask a database for the policy | `AsyncCorsLayer`, `Resolver`, the modules `source` and `resolver` |
//! | wrap a response body that has no `Default` | the module [`body`] |
//! | select the policy by code of your own | the module [`select`] |
//! | test a policy against look-alike origins | the module `probe` (feature "probe") |
//!
//! # Features
//!
//! | feature | default | what it adds | extra crates | build, s | binary, KiB |
//! | --- | --- | --- | --- | ---: | ---: |
//! | `tower` | yes | the layer and the service; without it, origins, policies and decisions for raw hyper | 4 | 9.9 | 334 |
//! | `tracing` | yes | events: refusals, policies in force, failures | 4 | + 0.9 | + 113 |
//! | `axum` |  | `Decision` and `Origin` as extractors; policy lists see the path before `nest` strips it | 0 beside axum | + 0.0 | + 8 |
//! | `regex` |  | regular expressions over whole origins, analyzed at build | 5 | + 24.0 | + 1,905 |
//! | `public-suffix` |  | `check_public_suffixes`; the list adds some 0.8 MB to a binary | 2 | + 12.2 | + 764 |
//! | `routes` |  | `PolicyList`: policies by path and origin | 0 | + 0.9 | + 135 |
//! | `serde` |  | policies, origins and explanations as data | 2 | + 0.2 | + 8 |
//! | `config` |  | policy files in TOML and JSON, environment variables, serde | 11 | + 7.9 | + 483 |
//! | `schema` |  | a JSON Schema of the policy file, for editors | 19 | + 25.0 | + 226 |
//! | `reload` |  | `Reloadable`: policies replaced while requests run | 2 | + 2.9 | + 108 |
//! | `watch` |  | `FileWatcher`: a policy file takes effect when it changes | 26 | + 30.5 | + 773 |
//! | `source` |  | `AsyncCorsLayer`: a future returns the policy | 5 | + 1.4 | + 67 |
//! | `resolver` |  | `Resolver`: a cache around such a future | 21 | + 7.5 | + 317 |
//! | `metrics` |  | counters through the `metrics` facade | 3 | + 2.2 | + 17 |
//! | `probe` |  | tests a policy against look-alike origins | 0 | + 1.7 | + 85 |
//!
//! Crates are counted by `cargo tree -e normal`, over the crate without features. Build and binary are
//! processor seconds of a release build and KiB, of a small axum server beside axum and tokio, as
//! `.ci/cost` printed them on one machine. Each row shows what the feature adds to the default
//! features; the row of `tracing` shows what it adds to `tower`. The default features take 10.8 s and
//! 447 KiB, tower-http's `cors` 5.3 s and 89 KiB.
//!
//! # Guides
//!
//! | guide | |
//! | --- | --- |
//! | [Policies](guide::policies) | origins, files, the environment, several policies, reloading |
//! | [Where to put the layer](guide::layers) | axum, `ServiceBuilder`, tonic; symptoms and fixes |
//! | [What a blocked page's developer reads](guide::blocked) | the consoles' words for each refusal |
//! | [Common mistakes](guide::mistakes) | what each looks like, and who names the fix |
//! | [Moving from tower-http, Express and others](guide::moving) | what changes |
//! | [Common misconceptions](guide::misconceptions) | what CORS is not |
//! | [Enforcement and WebSockets](guide::enforcement) | refusing requests |
//! | [Local servers, development tools, MCP](guide::local_servers) | DNS rebinding and allowed hosts |
//! | [Policies from a database](guide::async_sources) | async sources and their cache |
//! | [Observation](guide::observation) | events, metrics, explanations, shadow policies |
//! | [Testing](guide::testing) | what a browser would do, in a unit test |
//! | [Speed](guide::speed) | what it adds to a request |
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "axum")]
#[cfg_attr(docsrs, doc(cfg(feature = "axum")))]
pub mod axum;
#[cfg(feature = "tower")]
#[cfg_attr(docsrs, doc(cfg(feature = "tower")))]
pub mod body;
mod comma;
#[cfg(feature = "config")]
#[cfg_attr(docsrs, doc(cfg(feature = "config")))]
pub mod config;
pub mod errors;
#[cfg(feature = "tower")]
mod future;
// In the documentation only. The examples of the guides are tests of the package `stacks`.
#[cfg(all(doc, not(doctest)))]
pub mod guide;
#[cfg(feature = "tower")]
mod hints;
#[cfg(any(feature = "routes", all(feature = "tower", feature = "tracing")))]
mod keyed;
#[cfg(feature = "tower")]
mod layer;
mod message;
pub mod observe;
pub mod origin;
pub mod policy;
#[cfg(feature = "probe")]
#[cfg_attr(docsrs, doc(cfg(feature = "probe")))]
pub mod probe;
pub mod protocol;
#[cfg(feature = "reload")]
#[cfg_attr(docsrs, doc(cfg(feature = "reload")))]
pub mod reload;
#[cfg(any(feature = "routes", all(feature = "tower", feature = "tracing")))]
mod requested_path;
#[cfg(feature = "resolver")]
#[cfg_attr(docsrs, doc(cfg(feature = "resolver")))]
pub mod resolver;
#[cfg(feature = "routes")]
#[cfg_attr(docsrs, doc(cfg(feature = "routes")))]
pub mod routes;
pub mod select;
#[cfg(feature = "tower")]
mod service;
mod similar;
#[cfg(feature = "source")]
#[cfg_attr(docsrs, doc(cfg(feature = "source")))]
pub mod source;
#[cfg(feature = "watch")]
#[cfg_attr(docsrs, doc(cfg(feature = "watch")))]
pub mod watch;

#[cfg(feature = "reload")]
#[cfg_attr(docsrs, doc(cfg(feature = "reload")))]
pub use self::reload::Reloadable;
#[cfg(feature = "resolver")]
#[cfg_attr(docsrs, doc(cfg(feature = "resolver")))]
pub use self::resolver::Resolver;
#[cfg(feature = "routes")]
#[cfg_attr(docsrs, doc(cfg(feature = "routes")))]
pub use self::routes::PolicyList;
#[cfg(feature = "source")]
#[cfg_attr(docsrs, doc(cfg(feature = "source")))]
pub use self::source::AsyncCorsLayer;
#[cfg(feature = "tower")]
#[cfg_attr(docsrs, doc(cfg(feature = "tower")))]
pub use self::{future::ResponseFuture, layer::CorsLayer, service::Cors};
pub use self::{
    origin::{Origin, OriginPattern},
    policy::{
        AllowHeaders, AllowHosts, AllowMethods, AllowOrigin, Any, ExposeHeaders, Policy,
        PolicyBuilder, PolicyErrors,
    },
    protocol::{Decision, Refusal},
};
