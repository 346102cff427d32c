//! Where policies come from.

use crate::{policy::BoxError, select::SelectPolicy};
use http::request::Parts;
use std::future::Future;

/// Returns the policy for a request, asynchronously.
///
/// It is implemented for functions that take the request and return a future. The future cannot
/// borrow from the request, so take what it needs first.
///
/// ```
/// use http::request::Parts;
/// use std::future::{Ready, ready};
/// use tower_cors::{AsyncCorsLayer, Policy, policy::BoxError, source::PolicySource};
///
/// /// Only paths below `/shop/` have a policy.
/// #[derive(Clone)]
/// struct Shop(Policy);
///
/// impl PolicySource for Shop {
///     type Policies = Policy;
///     type Error = BoxError;
///     type Future = Ready<Result<Option<Policy>, BoxError>>;
///
///     fn resolve(&self, parts: &Parts) -> Self::Future {
///         ready(Ok(parts.uri.path().starts_with("/shop/").then(|| self.0.clone())))
///     }
/// }
///
/// let policy = Policy::builder().allow_origin("https://shop.example").build()?;
/// let cors = AsyncCorsLayer::with_source(Shop(policy));
/// # Ok::<(), tower_cors::PolicyErrors>(())
/// ```
pub trait PolicySource {
    /// What it returns: a [`Policy`](crate::Policy), or anything else that selects one, such as a
    /// `PolicyList`, which may also leave a request and its response unchanged.
    type Policies: SelectPolicy;
    /// Why there is no answer.
    type Error: Into<BoxError>;
    /// The future. `None` allows no origin.
    type Future: Future<Output = Result<Option<Self::Policies>, Self::Error>>;

    /// Starts to find the policy for a request. It is only called for requests with `Origin`.
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
