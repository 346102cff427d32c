//! What governs a request whose policy is not known.

use crate::policy::{AllowOrigin, InnerHeaders, Policy, PolicyBuilder};
use http::StatusCode;
use std::time::Duration;

/// The settings of an async layer, compiled.
#[derive(Clone, Debug)]
pub(super) struct Fallback {
    /// Allows no origin.
    pub(super) policy: Policy,
    /// For a request without `Origin`, for which the source is not asked. It removes nothing that
    /// the inner service has granted, because the path may be one that is off.
    pub(super) unasked: Policy,
    /// The status of what is refused because the policy is unavailable.
    pub(super) status: StatusCode,
    /// How long a request waits for its policy.
    pub(super) timeout: Duration,
}

impl Fallback {
    pub(super) fn new(enforce: bool, status: StatusCode, timeout: Duration) -> Self {
        let nobody = AllowOrigin::predicate(|_, _| false);
        let builder = Policy::builder().allow_origin(nobody).enforce(enforce);
        let build = |builder: PolicyBuilder| match builder.build() {
            Ok(policy) => policy,
            Err(errors) => unreachable!("a policy that allows nobody is valid: {errors}"),
        };
        let unasked = build(builder.clone().inner_headers(InnerHeaders::Keep));
        Self { policy: build(builder), unasked, status, timeout }
    }
}
