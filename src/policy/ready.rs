//! Policies that are ready to use, and can still be adjusted.

use super::{
    allow_headers::AllowHeaders, allow_hosts::AllowHosts, allow_methods::AllowMethods,
    allow_origin::AllowOrigin, builder::PolicyBuilder, error::PolicyErrors,
    expose_headers::ExposeHeaders, list::Any, policy::Policy, preset::Preset,
    settings::InnerHeaders,
};
use crate::origin::Origin;
use http::StatusCode;
use std::{fmt, time::Duration};

/// A policy that is ready to use as it is, and a builder that adjusts it.
///
/// Made by [`Policy::permissive`], [`Policy::development`], `CorsLayer::permissive` and
/// `CorsLayer::development`.
///
/// - As it is: with `T = CorsLayer` it is a tower layer. It also converts into `T`.
/// - Adjusted: it has every setter of [`PolicyBuilder`], and each returns that builder. As always,
///   [`build`](PolicyBuilder::build) then checks all settings together. A list that is set here
///   replaces the ready one: `permissive().allow_methods("PUT")` allows `PUT`, and no longer any
///   method. Further calls add to it.
///
/// ```
/// use axum::{Router, routing::get};
/// use std::time::Duration;
/// use tower_cors::CorsLayer;
///
/// let app: Router = Router::new()
///     .route("/open", get(|| async { "open" }).layer(CorsLayer::permissive()))
///     .layer(CorsLayer::permissive().max_age(Duration::from_secs(600)).build()?);
/// # Ok::<(), tower_cors::PolicyErrors>(())
/// ```
#[must_use = "a policy does nothing until it is used"]
pub struct ReadyBuilder<T = Policy> {
    builder: PolicyBuilder<T>,
    policy: Policy,
}

impl Policy {
    /// Allows any origin, any method and any header, and exposes all response headers, without
    /// credentials: for an API that is open to everyone.
    ///
    /// ```
    /// use tower_cors::Policy;
    ///
    /// let policy = Policy::permissive().build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    pub fn permissive() -> ReadyBuilder {
        ReadyBuilder::permissive()
    }

    /// Allows any origin on this machine, with credentials, any method and any header: for
    /// development.
    ///
    /// The origins are `localhost`, `*.localhost`, 127.0.0.0/8 and `[::1]`, with `http` or `https`
    /// and any port. Do not use it in production: any program that listens on a user's own machine
    /// could act as that user.
    ///
    /// ```
    /// use tower_cors::Policy;
    ///
    /// let policy = Policy::development().build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    pub fn development() -> ReadyBuilder {
        ReadyBuilder::development()
    }
}

/// The setters that both have.
fn open() -> PolicyBuilder {
    PolicyBuilder::new()
        .allow_methods(Any)
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers(Any)
}

fn is_on_this_machine(origin: &Origin) -> bool {
    matches!(origin.scheme(), "http" | "https") && origin.is_loopback()
}

impl<T> ReadyBuilder<T> {
    pub(crate) fn permissive() -> Self {
        Self::new(open().allow_origin(Any))
    }

    pub(crate) fn development() -> Self {
        let this_machine = AllowOrigin::this_machine(is_on_this_machine);
        Self::new(open().allow_origin(this_machine).allow_credentials(true))
    }

    fn new(builder: PolicyBuilder) -> Self {
        match builder.build_policy() {
            Ok(policy) => Self { builder: builder.into_target(), policy },
            Err(errors) => unreachable!("a ready policy is valid: {errors}"),
        }
    }

    /// The policy as it is.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The builder that adjusts it.
    ///
    /// ```
    /// use tower_cors::Policy;
    ///
    /// let mut builder = Policy::permissive().into_builder();
    /// if cfg!(debug_assertions) {
    ///     builder = builder.expose_headers("x-debug");
    /// }
    /// let policy = builder.build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    pub fn into_builder(self) -> PolicyBuilder<T> {
        self.builder
    }
}

impl<T: From<Policy>> ReadyBuilder<T> {
    /// The policy as it is, or what is made from it, such as a `CorsLayer`.
    ///
    /// # Errors
    ///
    /// None. The result is the same as that of [`PolicyBuilder::build`], so that code stays
    /// unchanged when a setter is added or removed.
    pub fn build(self) -> Result<T, PolicyErrors> {
        Ok(self.policy.into())
    }
}

macro_rules! list_setters {
    ($($setter:ident: $List:ident;)*) => {
        /// The setters of lists. Each replaces the ready list and returns the builder.
        impl<T> ReadyBuilder<T> {
            $(
                #[doc = concat!(
                    "Replaces the ready list; see [`PolicyBuilder::", stringify!($setter), "`]."
                )]
                pub fn $setter(self, list: impl Into<$List>) -> PolicyBuilder<T> {
                    self.builder.set(|settings| settings.$setter = list.into())
                }
            )*
        }
    };
}

list_setters! {
    allow_origin: AllowOrigin;
    allow_methods: AllowMethods;
    allow_headers: AllowHeaders;
    expose_headers: ExposeHeaders;
}

macro_rules! setters {
    ($($(#[$meta:meta])* $setter:ident: $argument:ty;)*) => {
        /// The other setters of [`PolicyBuilder`]. Each returns the builder.
        impl<T> ReadyBuilder<T> {
            $(
                $(#[$meta])*
                #[doc = concat!("See [`PolicyBuilder::", stringify!($setter), "`].")]
                pub fn $setter(self, value: $argument) -> PolicyBuilder<T> {
                    self.builder.$setter(value)
                }
            )*
        }
    };
}

setters! {
    preset: Preset;
    allow_credentials: bool;
    max_age: impl Into<Option<Duration>>;
    allow_private_network: bool;
    timing_allow_origin: bool;
    allow_hosts: impl Into<AllowHosts>;
    enforce: bool;
    preflight_status: StatusCode;
    preflight_continue: bool;
    inner_headers: InnerHeaders;
    #[cfg(feature = "public-suffix")]
    #[cfg_attr(docsrs, doc(cfg(feature = "public-suffix")))]
    check_public_suffixes: bool;
    dangerously_allow_null_origin: bool;
    dangerously_allow_insecure_origins: bool;
    dangerously_allow_public_suffix_subdomains: bool;
}

impl From<ReadyBuilder> for Policy {
    fn from(ready: ReadyBuilder) -> Self {
        ready.policy
    }
}

impl<T> From<ReadyBuilder<T>> for PolicyBuilder<T> {
    fn from(ready: ReadyBuilder<T>) -> Self {
        ready.builder
    }
}

impl<T> Clone for ReadyBuilder<T> {
    fn clone(&self) -> Self {
        Self { builder: self.builder.clone(), policy: self.policy.clone() }
    }
}

impl<T> fmt::Debug for ReadyBuilder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.builder.fmt(f)
    }
}
