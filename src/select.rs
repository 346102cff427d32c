//! Which policy governs a request.

use crate::{
    policy::{OriginMatch, Policy},
    protocol::Evaluation,
};
use http::request::Parts;
use std::{borrow::Cow, sync::Arc};

/// What decides which policy governs a request: a [`Policy`] always itself; a `PolicyList` by path
/// and origin; a function by whatever it likes.
///
/// ```
/// use http::request::Parts;
/// use tower_cors::{CorsLayer, Policy};
///
/// let partners = Policy::builder().allow_origin("https://*.partner.example").build()?;
/// let public = Policy::builder().allow_origin("*").build()?;
/// let cors = CorsLayer::with_policies(move |parts: &Parts| match parts.headers.get("x-tenant") {
///     Some(_) => Some(partners.clone()),
///     None => Some(public.clone()),
/// });
/// # Ok::<(), tower_cors::PolicyErrors>(())
/// ```
///
/// A cache between here and the browser knows nothing of such a function: where answers depend on
/// more than path and origin, add the header in question to `Vary`.
pub trait SelectPolicy {
    /// The policy that governs this request; `None` leaves the request and its response wholly
    /// alone.
    fn select(&self, parts: &Parts) -> Option<Selected<'_>>;
}

/// The policy that governs a request.
#[derive(Clone, Debug)]
pub struct Selected<'a> {
    policy: Cow<'a, Policy>,
    name: Option<Arc<str>>,
    /// The result of matching the origin, where that was part of the selection.
    origin: Option<OriginMatch>,
}

impl Selected<'_> {
    /// The policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Judges the request that the policy was selected for.
    #[inline]
    #[must_use]
    pub fn evaluate<'b>(&'b self, parts: &'b Parts) -> Evaluation<'b> {
        match &self.origin {
            Some(origin) => Evaluation::with_match(&self.policy, parts, origin.clone()),
            None => self.policy.evaluate(parts),
        }
    }

    /// Its name, if it has one in its list.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Holds the policy by itself.
    #[must_use]
    pub fn into_owned(self) -> Selected<'static> {
        Selected { policy: Cow::Owned(self.policy.into_owned()), ..self }
    }

    #[cfg(feature = "routes")]
    pub(crate) fn with_name(self, name: Option<Arc<str>>) -> Self {
        Self { name, ..self }
    }

    #[cfg(any(feature = "routes", feature = "source"))]
    pub(crate) fn with_origin(self, origin: OriginMatch) -> Self {
        Self { origin: Some(origin), ..self }
    }

    /// With answers that depend on the origin, even if the policy's own rules do not.
    #[cfg(feature = "source")]
    pub(crate) fn into_dynamic(self) -> Self {
        Self { policy: Cow::Owned(self.policy.to_dynamic()), ..self }
    }
}

impl From<Policy> for Selected<'_> {
    fn from(policy: Policy) -> Self {
        Self { policy: Cow::Owned(policy), name: None, origin: None }
    }
}

impl<'a> From<&'a Policy> for Selected<'a> {
    #[inline]
    fn from(policy: &'a Policy) -> Self {
        Self { policy: Cow::Borrowed(policy), name: None, origin: None }
    }
}

impl SelectPolicy for Policy {
    #[inline]
    fn select(&self, _parts: &Parts) -> Option<Selected<'_>> {
        Some(self.into())
    }
}

impl<F: Fn(&Parts) -> Option<Policy>> SelectPolicy for F {
    fn select(&self, parts: &Parts) -> Option<Selected<'_>> {
        self(parts).map(Selected::from)
    }
}
