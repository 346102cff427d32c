//! Which policy governs a request.
//!
//! A [`SelectPolicy`] selects it; the result is a [`Selection`], which holds the policy, the request
//! and what is known of the request's origin. [`Selection::evaluate`] evaluates that request and no
//! other.

use crate::{
    policy::{BoxError, OriginMatch, Policy, Unavailable},
    protocol::Evaluation,
};
use http::{StatusCode, request::Parts};
use std::sync::Arc;

/// Selects the policy that governs a request.
///
/// | type | selects |
/// | --- | --- |
/// | [`Policy`] | always itself |
/// | `PolicyList` (feature "routes") | by path, then by origin |
/// | `Reloadable` (feature "reload") | from the list that is now in force |
/// | [`ByRequest`] | what a function returns |
/// | `&T`, `Arc<T>` | what `T` selects |
///
/// An implementation of your own makes its selections with [`Selection::new`]:
///
/// ```
/// use http::request::Parts;
/// use tower_cors::{CorsLayer, Policy, select::{SelectPolicy, Selection}};
///
/// #[derive(Clone)]
/// struct Maintenance { normal: Policy, closed: Policy, is_closed: fn() -> bool }
///
/// impl SelectPolicy for Maintenance {
///     fn select<'a>(&self, parts: &'a Parts) -> Option<Selection<'a>> {
///         let policy = if (self.is_closed)() { &self.closed } else { &self.normal };
///         Some(Selection::new(policy.clone(), parts))
///     }
/// }
///
/// let cors = CorsLayer::with_policies(Maintenance {
///     normal: Policy::builder().allow_origin("https://app.example.com").build()?,
///     closed: Policy::builder().allow_origin("https://admin.example.com").build()?,
///     is_closed: || false,
/// });
/// # Ok::<(), tower_cors::PolicyErrors>(())
/// ```
pub trait SelectPolicy {
    /// Selects the policy that governs this request. `None` leaves the request and its response
    /// unchanged.
    fn select<'a>(&self, parts: &'a Parts) -> Option<Selection<'a>>;
}

impl SelectPolicy for Policy {
    #[inline]
    fn select<'a>(&self, parts: &'a Parts) -> Option<Selection<'a>> {
        Some(Selection::new(self.clone(), parts))
    }
}

impl<T: SelectPolicy + ?Sized> SelectPolicy for &T {
    fn select<'a>(&self, parts: &'a Parts) -> Option<Selection<'a>> {
        T::select(self, parts)
    }
}

impl<T: SelectPolicy + ?Sized> SelectPolicy for Arc<T> {
    fn select<'a>(&self, parts: &'a Parts) -> Option<Selection<'a>> {
        T::select(self, parts)
    }
}

/// Selects the policy that a function returns for the request.
///
/// Made by [`CorsLayer::by_request`](crate::CorsLayer::by_request) and by [`ByRequest::new`].
#[derive(Clone, Copy, Debug)]
pub struct ByRequest<F> {
    select: F,
}

impl<F: Fn(&Parts) -> Option<Policy>> ByRequest<F> {
    /// Selects with this function. Where it returns `None`, the request and its response are left
    /// unchanged.
    ///
    /// ```
    /// use tower_cors::{CorsLayer, Policy, select::ByRequest};
    ///
    /// let admin = Policy::builder().allow_origin("https://admin.example.com").build()?;
    /// let by_path = ByRequest::new(move |parts| {
    ///     parts.uri.path().starts_with("/admin").then(|| admin.clone())
    /// });
    /// let cors = CorsLayer::with_policies(by_path);
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    pub const fn new(select: F) -> Self {
        Self { select }
    }
}

impl<F: Fn(&Parts) -> Option<Policy>> SelectPolicy for ByRequest<F> {
    fn select<'a>(&self, parts: &'a Parts) -> Option<Selection<'a>> {
        (self.select)(parts).map(|policy| Selection::new(policy, parts))
    }
}

/// The policy that governs a request, with that request and what is known of its origin.
#[derive(Clone, Debug)]
#[must_use = "a selection does nothing until it is evaluated"]
pub struct Selection<'a> {
    pub(crate) policy: Policy,
    pub(crate) parts: &'a Parts,
    name: Option<Arc<str>>,
    /// `None`: not matched yet.
    pub(crate) origin: Option<OriginMatch>,
}

impl<'a> Selection<'a> {
    /// Selects this policy for this request. Its origin is not matched yet.
    #[inline]
    pub const fn new(policy: Policy, parts: &'a Parts) -> Self {
        Self { policy, parts, name: None, origin: None }
    }

    /// Sets the name of the policy, for logs.
    pub fn with_name(self, name: Option<Arc<str>>) -> Self {
        Self { name, ..self }
    }

    /// Says that the policy which should govern the request is not known, because of `error`. Only
    /// what the selected policy says of refused requests applies.
    ///
    /// The request is refused with
    /// [`Refusal::PolicyUnavailable`](crate::Refusal::PolicyUnavailable). A preflight is answered
    /// with `status`, as is an actual request if the policy
    /// [enforces](crate::PolicyBuilder::enforce). No answer can be stored by a cache.
    ///
    /// ```
    /// use http::{Request, StatusCode};
    /// use tower_cors::{Policy, select::Selection};
    ///
    /// let fallback = Policy::builder().allow_origin("https://app.example.com").build()?;
    /// let (parts, ()) = Request::builder()
    ///     .header("origin", "https://app.example.com")
    ///     .body(())
    ///     .unwrap()
    ///     .into_parts();
    /// let selection = Selection::new(fallback, &parts)
    ///     .unavailable("the database is down", StatusCode::SERVICE_UNAVAILABLE);
    /// assert!(selection.evaluate().decision().refusal().is_some());
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    pub fn unavailable(self, error: impl Into<BoxError>, status: StatusCode) -> Self {
        let unavailable = Unavailable { error: Arc::from(error.into()), status };
        Self { origin: Some(OriginMatch::Unavailable(Box::new(unavailable))), ..self }
    }

    /// Says that the answer depends on the origin even if the policy's own rules do not: other
    /// origins could have selected another policy.
    pub fn into_dynamic(self) -> Self {
        Self { policy: self.policy.into_dynamic(), ..self }
    }

    /// The policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The request.
    #[must_use]
    pub fn request(&self) -> &'a Parts {
        self.parts
    }

    /// The name of the policy in its list, if it has one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Whether the policy allows the request's origin. It is matched once only:
    /// [`evaluate`](Self::evaluate) uses the result.
    ///
    /// It is `false` for a request without `Origin`, except where any origin is allowed.
    pub fn allows_origin(&mut self) -> bool {
        let matched = self.origin.get_or_insert_with(|| self.policy.match_origin(self.parts));
        matches!(matched, OriginMatch::Granted(_))
    }

    /// Evaluates the request under the policy.
    #[inline]
    #[must_use]
    pub fn evaluate(self) -> Evaluation<'a> {
        let evaluation = match self.origin {
            Some(origin) => Evaluation::with_match(self.policy, self.parts, origin),
            None => Evaluation::of(self.policy, self.parts),
        };
        evaluation.with_policy_name(self.name)
    }
}
