//! What was set, as it was set.

use super::{
    allow_headers::AllowHeaders, allow_hosts::AllowHosts, allow_methods::AllowMethods,
    allow_origin::AllowOrigin, expose_headers::ExposeHeaders, preset::Preset,
};
use http::StatusCode;
use std::time::Duration;

/// What happens to the `Access-Control-*` headers that the inner service set itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InnerHeaders {
    /// They are replaced by this policy's answer, or removed where it grants nothing.
    #[default]
    Replace,
    /// A response that brings its own `Access-Control-Allow-Origin` is left unchanged, all or
    /// nothing; only `Vary` is still merged. Any other response is treated as with `Replace`.
    Keep,
}

impl InnerHeaders {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Replace => "replace",
            Self::Keep => "keep",
        }
    }
}

/// The settings of a builder, with their defaults.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) allow_origin: AllowOrigin,
    pub(super) allow_methods: AllowMethods,
    pub(super) allow_headers: AllowHeaders,
    pub(super) expose_headers: ExposeHeaders,
    pub(super) presets: Vec<Preset>,
    pub(super) allow_credentials: bool,
    pub(super) max_age: Option<Duration>,
    pub(super) allow_private_network: bool,
    pub(super) timing_allow_origin: bool,
    pub(super) allow_hosts: Option<AllowHosts>,
    pub(super) enforce: bool,
    pub(super) preflight_status: u16,
    pub(super) preflight_continue: bool,
    pub(super) inner_headers: InnerHeaders,
    pub(super) check_public_suffixes: bool,
    pub(super) allow_null_origin: bool,
    pub(super) allow_insecure_origins: bool,
    pub(super) allow_public_suffix_subdomains: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            allow_origin: AllowOrigin::default(),
            allow_methods: AllowMethods::default(),
            allow_headers: AllowHeaders::default(),
            expose_headers: ExposeHeaders::default(),
            presets: Vec::new(),
            allow_credentials: false,
            max_age: None,
            allow_private_network: false,
            timing_allow_origin: false,
            allow_hosts: None,
            enforce: false,
            preflight_status: StatusCode::NO_CONTENT.as_u16(),
            preflight_continue: false,
            inner_headers: InnerHeaders::Replace,
            check_public_suffixes: false,
            allow_null_origin: false,
            allow_insecure_origins: false,
            allow_public_suffix_subdomains: false,
        }
    }
}
