//! CORS middleware for [tower](https://docs.rs/tower): for axum, hyper, tonic, and whatever else
//! stands on it.
//!
//! ```
//! use axum::{Router, http::{Method, header::{AUTHORIZATION, CONTENT_TYPE}}, routing::get};
//! use tower_cors::CorsLayer;
//!
//! let cors = CorsLayer::builder()
//!     .allow_origin(["https://app.example.com", "https://*.example.org", "http://localhost:*"])
//!     .allow_methods([Method::PUT, Method::DELETE])
//!     .allow_headers([AUTHORIZATION, CONTENT_TYPE])
//!     .allow_credentials(true)
//!     .build()?; // every mistake at once, each with its suggestion
//! let app: Router = Router::new().route("/", get(|| async { "hello" })).layer(cors);
//! # Ok::<(), tower_cors::PolicyErrors>(())
//! ```
//!
//! What it does with a request:
//!
//! 1. **Not CORS** (no `Origin`): the inner service runs. Its response says `Vary: Origin` if the
//!    policy depends on the origin.
//! 2. **Preflight** (`OPTIONS` with `Origin` and `Access-Control-Request-Method`): answered here.
//!    204 with the full lists for an allowed origin; 403 without any for another.
//! 3. **Actual** (everything else with `Origin`): the inner service runs, and its response is
//!    decorated if the origin is allowed, whatever its status. CORS is no access control: to refuse
//!    such requests, see [`enforce`](PolicyBuilder::enforce).
//! 4. `Access-Control-*` headers of the inner service are replaced or removed: the outermost layer
//!    wins.
//!
//! Where to begin: [`CorsLayer`] and [`PolicyBuilder`] for a layer; [`Policy`] without tower;
//! [`origin`] for what an origin and a pattern are; `PolicyList` for several policies and for
//! files.
//!
//! **Where to put it.** Outermost, so in axum last: a response that an outer layer makes never
//! comes through here, and goes out without its headers.
//!
//! Source: [Fetch, HTTP-CORS protocol](https://fetch.spec.whatwg.org/#http-cors-protocol).
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
#[cfg(feature = "tower")]
mod layer;
mod message;
pub mod observe;
pub mod origin;
pub mod policy;
pub mod protocol;
#[cfg(feature = "reload")]
#[cfg_attr(docsrs, doc(cfg(feature = "reload")))]
pub mod reload;
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
        AllowHeaders, AllowMethods, AllowOrigin, Any, ExposeHeaders, Policy, PolicyBuilder,
        PolicyErrors,
    },
    protocol::{Decision, Refusal},
};

/// The README and the guides, whose examples are tests too.
#[cfg(all(doctest, feature = "config", feature = "reload", feature = "resolver"))]
mod guides {
    macro_rules! guides {
        ($($name:ident: $path:literal;)*) => {
            $(#[doc = include_str!($path)] struct $name;)*
        };
    }

    guides! {
        Readme: "../README.md";
        Async: "../guide/async.md";
        Enforcement: "../guide/enforcement.md";
        Moving: "../guide/moving.md";
        Policies: "../guide/policies.md";
        Testing: "../guide/testing.md";
    }
}
