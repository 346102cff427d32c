//! Which origins are allowed, as the builder takes them.

use super::list::{Item, List};
use crate::origin::{Origin, OriginPattern};
use http::request::Parts;
use std::{error::Error, fmt, sync::Arc};

/// A boxed error, as tower uses it.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// Which origins [`allow_origin`](crate::PolicyBuilder::allow_origin) adds: a [`List`] of origins
/// and patterns as texts or types, or what decides by code.
///
/// | from | allows |
/// | --- | --- |
/// | `"https://app.example.com"` | this origin |
/// | `["https://app.example.com", "https://*.example.org"]` | these origins and patterns |
/// | `"https://a.example, https://b.example"` | the same from one text, split at commas |
/// | [`Any`](crate::Any), `"*"` | any origin |
/// | [`AllowOrigin::predicate`] | what a function says |
/// | [`AllowOrigin::try_predicate`] | what a function says that may fail |
/// | `AllowOrigin::regex` (feature "regex") | what a regular expression matches as a whole |
///
/// All that is added is combined with *or*.
pub type AllowOrigin = List<OriginRule>;

/// One rule of [`AllowOrigin`]. Its ways of being made are those of `AllowOrigin`.
#[derive(Clone)]
#[non_exhaustive]
pub enum OriginRule {
    /// One origin.
    Origin(Origin),
    /// A pattern.
    Pattern(OriginPattern),
    /// A function; see [`AllowOrigin::predicate`].
    Predicate(Predicate),
    /// A regular expression; see `AllowOrigin::regex`.
    #[cfg(feature = "regex")]
    #[cfg_attr(docsrs, doc(cfg(feature = "regex")))]
    Regex(String),
}

impl fmt::Debug for OriginRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Origin(origin) => origin.fmt(f),
            Self::Pattern(pattern) => pattern.fmt(f),
            Self::Predicate(predicate) => predicate.fmt(f),
            #[cfg(feature = "regex")]
            Self::Regex(regex) => f.debug_tuple("Regex").field(regex).finish(),
        }
    }
}

type PredicateFn = dyn Fn(&Origin, &Parts) -> Result<bool, BoxError> + Send + Sync;

/// A function that decides on an origin.
#[derive(Clone)]
pub struct Predicate(Arc<PredicateFn>);

impl Predicate {
    pub(crate) fn call(&self, origin: &Origin, parts: &Parts) -> Result<bool, BoxError> {
        (self.0)(origin, parts)
    }
}

impl fmt::Debug for Predicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Predicate")
    }
}

impl AllowOrigin {
    /// The origins for which `predicate` returns `true`.
    ///
    /// It is called with each canonical origin but `null` that nothing else of the policy matches;
    /// what is no origin at all is refused before. It runs on the request's own task: what must
    /// look something up belongs into an `AsyncCorsLayer` (feature "source").
    ///
    /// ```
    /// use tower_cors::{AllowOrigin, CorsLayer};
    ///
    /// let cors = CorsLayer::builder()
    ///     .allow_origin(AllowOrigin::predicate(|origin, parts| {
    ///         origin.host().ends_with(".example.com") && parts.uri.path() != "/admin"
    ///     }))
    ///     .build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    pub fn predicate(predicate: impl Fn(&Origin, &Parts) -> bool + Send + Sync + 'static) -> Self {
        Self::try_predicate(move |origin, parts| Ok(predicate(origin, parts)))
    }

    /// The origins for which `predicate` returns `Ok(true)`. An error refuses the origin and stands
    /// in the [`Refusal`](crate::Refusal).
    ///
    /// ```
    /// use std::sync::RwLock;
    /// use tower_cors::{AllowOrigin, CorsLayer};
    ///
    /// let allowed = RwLock::new(vec!["https://app.example.com".to_owned()]);
    /// let cors = CorsLayer::builder()
    ///     .allow_origin(AllowOrigin::try_predicate(move |origin, _parts| {
    ///         let allowed = allowed.read().map_err(|_| "the list of origins is poisoned")?;
    ///         Ok(allowed.iter().any(|allowed| allowed == origin.as_str()))
    ///     }))
    ///     .build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    pub fn try_predicate(
        predicate: impl Fn(&Origin, &Parts) -> Result<bool, BoxError> + Send + Sync + 'static,
    ) -> Self {
        Self::exact(OriginRule::Predicate(Predicate(Arc::new(predicate))))
    }

    /// The origins that `regex` matches from their first to their last byte. It is anchored at
    /// both ends, whatever it says.
    ///
    /// An unescaped dot is an error when the policy is built: in an origin it is
    /// nearly always meant literally, and where not, a class such as `[a-z0-9-]` says so.
    ///
    /// With credentials, an expression that matches any origin is an error too, and one that
    /// matches origins of scheme `http` allows only loopback ones, but for
    /// [`dangerously_allow_insecure_origins`](crate::PolicyBuilder::dangerously_allow_insecure_origins).
    ///
    /// ```
    /// use tower_cors::{AllowOrigin, CorsLayer};
    ///
    /// let cors = CorsLayer::builder()
    ///     .allow_origin(AllowOrigin::regex(r"https://(app|admin)-[0-9]+\.example\.com"))
    ///     .build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    #[cfg(feature = "regex")]
    #[cfg_attr(docsrs, doc(cfg(feature = "regex")))]
    pub fn regex(regex: impl Into<String>) -> Self {
        Self { items: vec![Item::Value(OriginRule::Regex(regex.into()))] }
    }
}

#[cfg(not(feature = "regex"))]
const _: Option<Item<OriginRule>> = None;
