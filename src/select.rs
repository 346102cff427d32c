//! Which policy governs a request.
//!
//! A [`SelectPolicy`] selects it; the result is a [`Selection`], which holds the policy, the request
//! and what is known of the request's origin. [`Selection::evaluate`] evaluates that request and no
//! other.
//!
//! # Caches
//!
//! Where a request's headers choose the policy, answers depend on those headers, and `Vary` must
//! name them, or a cache hands the answer of one policy to a request that another one governs
//! ([RFC 9110, section 12.5.5](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.5)):
//!
//! 1. The path needs no `Vary`: it is part of a cache's key.
//! 2. A policy that is selected by code ([`Selection::new`], [`ByRequest`]) is always a dynamic one:
//!    its answers say `Vary: Origin`, even if its own rules do not depend on the origin.
//! 3. All other headers that the selector reads must be named by it: [`ByRequest::reads`],
//!    [`Selection::reading`] and [`SelectPolicy::reads`].

use crate::{
    policy::{BoxError, OriginMatch, Policy, Unavailable, Vary},
    protocol::{Decoration, Evaluation},
};
use http::{HeaderName, Method, StatusCode, header::ORIGIN, request::Parts};
use std::{borrow::Cow, sync::Arc};

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

    /// The request headers that decide whether the selection is `None`. They are merged into `Vary`
    /// of a response that is otherwise left unchanged. Default: none.
    ///
    /// Selections name what they depend on by themselves: [`Selection::reading`].
    fn reads(&self) -> Reads {
        Reads::default()
    }

    /// About how many bytes of memory this takes, for caches that are bounded in bytes. Default:
    /// the size of the type itself.
    fn memory_size(&self) -> usize {
        size_of_val(self)
    }
}

impl SelectPolicy for Policy {
    #[inline]
    fn select<'a>(&self, parts: &'a Parts) -> Option<Selection<'a>> {
        Some(Selection::fixed(self.clone(), parts))
    }

    fn memory_size(&self) -> usize {
        self.memory_size()
    }
}

impl<T: SelectPolicy + ?Sized> SelectPolicy for &T {
    fn select<'a>(&self, parts: &'a Parts) -> Option<Selection<'a>> {
        T::select(self, parts)
    }

    fn reads(&self) -> Reads {
        T::reads(self)
    }

    fn memory_size(&self) -> usize {
        T::memory_size(self)
    }
}

impl<T: SelectPolicy + ?Sized> SelectPolicy for Arc<T> {
    fn select<'a>(&self, parts: &'a Parts) -> Option<Selection<'a>> {
        T::select(self, parts)
    }

    fn reads(&self) -> Reads {
        T::reads(self)
    }

    fn memory_size(&self) -> usize {
        T::memory_size(self)
    }
}

/// Selects the policy that a function returns for the request.
///
/// Made by [`CorsLayer::by_request`](crate::CorsLayer::by_request) and by [`ByRequest::new`].
///
/// Its answers say `Vary: Origin`, since the function may have read the request's origin. If it
/// reads other headers, name them: [`reads`](Self::reads).
#[derive(Clone, Debug)]
pub struct ByRequest<F> {
    select: F,
    /// Besides `Origin`.
    reads: Reads,
    /// With `Origin`.
    all: Reads,
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
    pub fn new(select: F) -> Self {
        Self { select, reads: Reads::default(), all: Reads::new([ORIGIN]) }
    }

    /// Names the request headers that the function reads, besides `Origin`. They are merged into
    /// `Vary` of every answer, of those that it leaves unchanged too. Called again, it adds to them.
    ///
    /// Without this, a cache hands an answer to requests for which the function would have
    /// returned another policy. A preflight carries none of the headers that the page sets itself,
    /// only their names.
    ///
    /// ```
    /// use http::header::HOST;
    /// use tower_cors::{CorsLayer, Policy, select::ByRequest};
    ///
    /// let one = Policy::builder().allow_origin("https://one.example").build()?;
    /// let two = Policy::builder().allow_origin("https://two.example").build()?;
    /// let by_host = ByRequest::new(move |parts| {
    ///     // HTTP/2 has the host in the URI, HTTP/1.1 in a header.
    ///     let header = || parts.headers.get(HOST)?.to_str().ok();
    ///     match parts.uri.authority().map(|authority| authority.as_str()).or_else(header)? {
    ///         "api.one.example" => Some(one.clone()),
    ///         "api.two.example" => Some(two.clone()),
    ///         _ => None,
    ///     }
    /// });
    /// let cors = CorsLayer::with_policies(by_host.reads([HOST]));
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    pub fn reads(self, names: impl IntoIterator<Item = HeaderName>) -> Self {
        let reads = self.reads.and(names);
        Self { all: Reads::new([ORIGIN]).and(reads.names()), reads, ..self }
    }
}

impl<F: Fn(&Parts) -> Option<Policy>> SelectPolicy for ByRequest<F> {
    fn select<'a>(&self, parts: &'a Parts) -> Option<Selection<'a>> {
        let policy = (self.select)(parts)?;
        Some(Selection::new(policy, parts).reading(self.reads.clone()))
    }

    fn reads(&self) -> Reads {
        self.all.clone()
    }
}

/// The names of request headers that a selection depends on. A clone shares them.
#[derive(Clone, Debug, Default)]
pub struct Reads(Option<Arc<Vary>>);

impl Reads {
    /// These headers.
    pub fn new(names: impl IntoIterator<Item = HeaderName>) -> Self {
        Self::default().and(names)
    }

    /// These headers, and others.
    #[must_use]
    pub fn and(self, names: impl IntoIterator<Item = HeaderName>) -> Self {
        let mut all = self.list();
        for name in names {
            if !all.contains(&name) {
                all.push(name);
            }
        }
        Self::of(&all)
    }

    fn of(names: &[HeaderName]) -> Self {
        let mut texts = Vec::new();
        for name in names {
            texts.push(match name {
                name if name == ORIGIN => Cow::Borrowed("Origin"),
                name => Cow::Owned(name.as_str().to_owned()),
            });
        }
        Self(Vary::new(texts).map(Arc::new))
    }

    /// The headers.
    pub fn names(&self) -> impl Iterator<Item = HeaderName> {
        self.list().into_iter()
    }

    fn list(&self) -> Vec<HeaderName> {
        let mut names = Vec::new();
        if let Some(vary) = &self.0 {
            for name in &vary.names {
                if let Ok(name) = name.parse() {
                    names.push(name);
                }
            }
        }
        names
    }

    /// What to do to the response where no policy was selected: these headers are merged into
    /// `Vary`. `None` for no headers.
    #[must_use]
    pub fn into_decoration(self) -> Option<Decoration> {
        self.0.map(Decoration::only_vary)
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
    pub(crate) origin: Option<OriginMatch<'a>>,
    reads: Reads,
}

impl<'a> Selection<'a> {
    /// Selects this policy for this request. Its origin is not matched yet.
    ///
    /// The answer depends on the origin even if the policy's own rules do not, since another origin
    /// could have selected another policy.
    pub fn new(policy: Policy, parts: &'a Parts) -> Self {
        Self::fixed(policy, parts).into_dynamic()
    }

    /// Selects this policy for this request, for a selector whose choice depends on nothing but the
    /// path: the one answer of a static policy stays without `Vary`.
    #[inline]
    pub const fn fixed(policy: Policy, parts: &'a Parts) -> Self {
        Self { policy, parts, name: None, origin: None, reads: Reads(None) }
    }

    /// Names the request headers, besides `Origin`, that the selection depends on. They are merged
    /// into `Vary` of the answer.
    pub fn reading(self, reads: Reads) -> Self {
        Self { reads, ..self }
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

    /// Whether the response follows from the policy alone: any origin is allowed, and the request
    /// cannot be a preflight. Then `Origin` is not looked up.
    #[inline]
    #[allow(dead_code, reason = "only the layer calls it")]
    pub(crate) fn needs_no_evaluation(&self) -> bool {
        self.policy.answers().same_to_all && self.parts.method != Method::OPTIONS
    }

    /// What is done to the response where no evaluation is needed.
    #[inline]
    #[allow(dead_code, reason = "only the layer calls it")]
    pub(crate) fn into_decoration(self) -> Decoration {
        Decoration::for_all(self.policy, self.reads.0)
    }

    /// Evaluates the request under the policy.
    #[expect(clippy::inline_always, reason = "in one piece, an evaluation need not lie in memory")]
    #[inline(always)]
    #[must_use]
    pub fn evaluate(self) -> Evaluation<'a> {
        let Self { policy, parts, name, origin, reads } = self;
        match origin {
            Some(origin) => Evaluation::with_match(policy, parts, origin, name, reads.0),
            None => Evaluation::of(policy, parts, name, reads.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{Request, header::HOST};

    /// Has the defaults of the trait.
    struct Plain([u64; 3]);

    impl SelectPolicy for Plain {
        fn select<'a>(&self, _: &'a Parts) -> Option<Selection<'a>> {
            None
        }
    }

    /// Has its own methods.
    struct Own(Policy);

    impl SelectPolicy for Own {
        fn select<'a>(&self, parts: &'a Parts) -> Option<Selection<'a>> {
            Some(Selection::new(self.0.clone(), parts).with_name(Some("own".into())))
        }

        fn reads(&self) -> Reads {
            Reads::new([HOST, ORIGIN, HOST])
        }

        fn memory_size(&self) -> usize {
            1234
        }
    }

    fn names(selector: &impl SelectPolicy) -> Vec<HeaderName> {
        selector.reads().names().collect()
    }

    #[test]
    fn a_selector_reads_nothing_and_takes_its_own_size_by_default() {
        let plain = Plain([0; 3]);
        assert_eq!((names(&plain), plain.memory_size()), (vec![], size_of_val(&plain.0)));
    }

    fn check(selector: &impl SelectPolicy, parts: &Parts) {
        let name = selector.select(parts).and_then(|selection| selection.name);
        assert_eq!(name.as_deref(), Some("own"));
        assert_eq!((names(selector), selector.memory_size()), (vec![HOST, ORIGIN], 1234));
    }

    #[test]
    fn a_reference_is_what_it_points_to() {
        let (parts, ()) = Request::default().into_parts();
        let own = Own(Policy::builder().allow_origin("https://a.example").build().unwrap());
        check(&own, &parts);
        check(&&own, &parts);
        check(&Arc::new(own), &parts);
    }

    #[test]
    fn a_policy_selects_itself_and_knows_its_size() {
        let (parts, ()) = Request::default().into_parts();
        let policy = Policy::builder().allow_origin("https://a.example").build().unwrap();
        let size = SelectPolicy::memory_size(&policy);
        assert_eq!(size, Policy::memory_size(&policy));
        assert!(size > size_of::<Policy>(), "{size}");
        assert!(policy.select(&parts).is_some());
    }

    #[test]
    fn names_stand_once_and_origin_as_it_is_written() {
        let reads = Reads::new([ORIGIN]).and([HOST, ORIGIN]).and([HOST]);
        assert_eq!(reads.names().collect::<Vec<_>>(), [ORIGIN, HOST]);
        let vary = reads.0.expect("names");
        let texts: Vec<&str> = vary.names.iter().map(|name| &**name).collect();
        assert_eq!(texts, ["Origin", "host"]);
    }
}
