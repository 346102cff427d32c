//! What governs a request whose policy is not known.

use crate::policy::{AllowHosts, AllowOrigin, InnerHeaders, Policy, PolicyErrors};
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
    /// Fails if the hosts are invalid.
    pub(super) fn new(
        enforce: bool,
        hosts: Option<AllowHosts>,
        status: StatusCode,
        timeout: Duration,
    ) -> Result<Self, PolicyErrors> {
        let nobody = AllowOrigin::predicate(|_, _| false);
        let mut builder = Policy::builder().allow_origin(nobody).enforce(enforce);
        if let Some(hosts) = hosts {
            builder = builder.allow_hosts(hosts);
        }
        let unasked = builder.clone().inner_headers(InnerHeaders::Keep).build()?;
        Ok(Self { policy: builder.build()?, unasked, status, timeout })
    }
}
