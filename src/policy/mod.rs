//! Policies: one immutable, validated, compiled set of rules each.
//!
//! A policy is made by [`Policy::builder`] (or, wrapped in its layer, by `CorsLayer::builder`):
//!
//! 1. Setters accept strings or types. They never fail and never panic. A list's setter that is
//!    called again adds to the list.
//! 2. [`build`](PolicyBuilder::build) validates everything and returns all errors together, each
//!    with the setting, the value, the reason and the suggestion.
//! 3. A policy that was built has its header values rendered, is cheap to clone, and cannot fail.
//!
//! What is dangerous but legitimate has a setter that begins with `dangerously_`. An error that such
//! a setter lifts names it.
//!
//! A policy is **static** if its answer does not depend on the origin: `*`, or exactly one exact
//! origin, without [`enforce`](PolicyBuilder::enforce). It always sends this one answer, so it
//! needs no `Vary` ([CORS protocol and HTTP
//! caches](https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches)). Every other policy is
//! **dynamic**: every response says `Vary: Origin`, and names the headers that predicates
//! [read](AllowOrigin::reads).

mod allow_headers;
mod allow_hosts;
mod allow_methods;
mod allow_origin;
mod answers;
mod builder;
mod compile;
mod compile_origins;
mod error;
mod expose_headers;
mod hosts;
mod list;
mod memory;
mod mistake;
mod names;
mod origins;
#[expect(clippy::module_inception, reason = "the policy itself")]
mod policy;
mod preset;
#[cfg(feature = "public-suffix")]
mod public_suffix;
mod ready;
#[cfg(feature = "regex")]
mod regex;
mod rules;
#[cfg(feature = "serde")]
mod serialize;
mod setting;
mod settings;
mod sorted;
mod summary;
mod validate;

pub use self::{
    allow_headers::AllowHeaders,
    allow_hosts::AllowHosts,
    allow_methods::AllowMethods,
    allow_origin::{AllowOrigin, BoxError},
    builder::PolicyBuilder,
    error::{PolicyError, PolicyErrorKind, PolicyErrors},
    expose_headers::ExposeHeaders,
    list::Any,
    policy::Policy,
    preset::Preset,
    ready::ReadyBuilder,
    setting::Setting,
    settings::InnerHeaders,
};
pub(crate) use self::{
    answers::{ACCESS_CONTROL_ALLOW_PRIVATE_NETWORK, Vary, fill, true_value},
    hosts::Hosts,
    names::{
        is_cors_header, is_forbidden_method, is_forbidden_request_header, is_unexposable,
        standard_method_in_wrong_case,
    },
    origins::{Echo, OriginMatch, Origins, Unavailable},
    rules::Rules,
};
