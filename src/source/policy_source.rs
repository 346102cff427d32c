//! What yields policies.

use crate::{policy::BoxError, select::SelectPolicy};
use http::request::Parts;
use std::future::Future;

/// Yields the policy for a request, in its own time.
///
/// A function that takes the request and returns a future is one. The future may not borrow from
/// the request: take what it needs before it begins.
///
/// ```
/// use http::request::Parts;
/// use tower_cors::{AsyncCorsLayer, Policy, policy::BoxError};
///
/// async fn policy_of(host: String) -> Result<Option<Policy>, BoxError> {
///     // … ask for the origins of this host …
/// #   let origins = vec![host];
///     if origins.is_empty() {
///         return Ok(None);
///     }
///     Ok(Some(Policy::builder().allow_origin(origins).build()?))
/// }
///
/// let cors = AsyncCorsLayer::new(|parts: &Parts| {
///     policy_of(parts.uri.host().unwrap_or_default().to_owned())
/// });
/// ```
pub trait PolicySource {
    /// What it yields: a [`Policy`](crate::Policy), or anything else that selects one, such as a
    /// `PolicyList`, which may also leave the request wholly alone.
    type Policies: SelectPolicy;
    /// What can go wrong.
    type Error: Into<BoxError>;
    /// The future. `None` allows no origin.
    type Future: Future<Output = Result<Option<Self::Policies>, Self::Error>>;

    /// Begins to find the policy for a request. It is called for requests with `Origin` only.
    fn resolve(&self, parts: &Parts) -> Self::Future;
}

impl<F, Fut, P, E> PolicySource for F
where
    F: Fn(&Parts) -> Fut,
    Fut: Future<Output = Result<Option<P>, E>>,
    P: SelectPolicy,
    E: Into<BoxError>,
{
    type Policies = P;
    type Error = E;
    type Future = Fut;

    fn resolve(&self, parts: &Parts) -> Fut {
        self(parts)
    }
}
