//! Policies: one immutable, validated, compiled set of rules each.
//!
//! A policy is made by [`Policy::builder`] (or, wrapped in its layer, by `CorsLayer::builder`):
//!
//! 1. Setters take strings or types. They never fail, and never panic. A list's setter
//!    called again adds to the list.
//! 2. [`build`](PolicyBuilder::build) validates everything and returns all errors together, each
//!    with the setting, the value, the reason and the suggestion.
//! 3. A policy that was built holds its header values rendered, is cheap to clone, and cannot fail.
//!
//! What is dangerous and yet legitimate has a setter that begins with `dangerously_`.
//!
//! A policy is **static** if its answer does not depend on the origin: `*`, or exactly one exact
//! origin, without [`enforce`](PolicyBuilder::enforce). It sends this one answer always, so it
//! needs no `Vary` ([CORS protocol and HTTP
//! caches](https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches)). Every other policy is
//! **dynamic**, and says `Vary: Origin` on every response.

mod allow_origin;
mod builder;
mod compile;
mod error;
mod list;
mod names;
mod origins;
#[cfg(feature = "public-suffix")]
mod public_suffix;
#[cfg(feature = "regex")]
mod regex;
mod rendered;
mod setting;
#[cfg(feature = "reload")]
mod summary;
mod value;

pub use self::{
    allow_origin::{AllowOrigin, BoxError, OriginRule, Predicate},
    builder::{InnerHeaders, PolicyBuilder},
    error::{PolicyError, PolicyErrorKind, PolicyErrors},
    list::{AllowHeaders, AllowMethods, Any, ExposeHeaders, IntoItem, List},
    setting::Setting,
    value::Policy,
};
pub(crate) use self::{
    names::{
        is_cors_header, is_forbidden_method, is_forbidden_request_header, is_safelisted_method,
        is_unexposable, standard_method_in_wrong_case,
    },
    origins::{Echo, OriginMatch, Origins, Unavailable},
    rendered::{ACCESS_CONTROL_ALLOW_PRIVATE_NETWORK, Vary, true_value},
    value::{Compiled, ExposeRule},
};
