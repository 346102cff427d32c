//! Which origins are allowed, as the builder takes them.

use super::list::{Any, Item, Items, ListItem, list, list_value};
use crate::origin::{Origin, OriginPattern};
use http::{HeaderName, HeaderValue, request::Parts};
use std::{error::Error, fmt, sync::Arc};

/// A boxed error, as tower uses it.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// The origins that [`allow_origin`](crate::PolicyBuilder::allow_origin) adds: origins and patterns
/// as strings or types, or rules in code.
///
/// Lists of origins convert into this type, so most callers name it only for the rules in code:
///
/// | from | allows |
/// | --- | --- |
/// | `"https://app.example.com"`, an [`Origin`] | this origin |
/// | `"https://*.example.org"`, an [`OriginPattern`] | all origins that the pattern matches |
/// | an array, a slice, a `Vec` or a set of these | these origins and patterns |
/// | `"https://a.example, https://b.example"` | the same from one string, split at commas |
/// | [`Any`], `"*"` | any origin |
/// | an `Option` of these | nothing for `None` |
/// | [`AllowOrigin::predicate`] | what a function returns `true` for |
/// | [`AllowOrigin::try_predicate`] | the same for a function that can fail |
/// | `AllowOrigin::regex` (feature "regex") | what a regular expression matches as a whole |
///
/// All that is added is combined with *or*. Nothing is checked before
/// [`build`](crate::PolicyBuilder::build), which reports all errors together.
#[derive(Clone, Default)]
pub struct AllowOrigin {
    pub(super) items: Items<OriginRule>,
    /// The request headers that the predicates read, besides `Origin`.
    pub(super) reads: Vec<HeaderName>,
}

/// One rule of [`AllowOrigin`] that is not a string.
#[derive(Clone)]
pub(super) enum OriginRule {
    Origin(Origin),
    Pattern(OriginPattern),
    Predicate(Predicate),
    /// Matches nothing, on purpose.
    Nobody,
    #[cfg(feature = "regex")]
    Regex(String),
}

impl fmt::Debug for OriginRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Origin(origin) => origin.fmt(f),
            Self::Pattern(pattern) => pattern.fmt(f),
            Self::Predicate(predicate) => predicate.fmt(f),
            Self::Nobody => f.write_str("nobody"),
            #[cfg(feature = "regex")]
            Self::Regex(regex) => f.debug_tuple("Regex").field(regex).finish(),
        }
    }
}

type PredicateFn = dyn Fn(&Origin, &Parts) -> Result<bool, BoxError> + Send + Sync;

/// A function that decides on an origin.
#[derive(Clone)]
pub(crate) struct Predicate {
    function: Arc<PredicateFn>,
    /// Whether it is the rule of [`Policy::development`](crate::Policy::development), which is told
    /// by name.
    pub(super) is_development: bool,
}

impl Predicate {
    pub(crate) fn call(&self, origin: &Origin, parts: &Parts) -> Result<bool, BoxError> {
        (self.function)(origin, parts)
    }
}

impl fmt::Debug for Predicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_development { THIS_MACHINE } else { "predicate" })
    }
}

/// What the rule of `development()` allows.
pub(super) const THIS_MACHINE: &str = "any page on this machine";

impl AllowOrigin {
    /// Any origin: `*`.
    ///
    /// ```
    /// use tower_cors::{AllowOrigin, Policy};
    ///
    /// let policy = Policy::builder().allow_origin(AllowOrigin::any()).build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    #[must_use]
    pub fn any() -> Self {
        Any.into()
    }

    /// No origin: every request with an `Origin` is refused.
    ///
    /// An empty list is an error when the policy is built, since it is nearly always a mistake.
    /// This says that nobody is meant, for instance where origins are allowed in debug builds only.
    /// Beside other origins it has no effect.
    ///
    /// ```
    /// use tower_cors::{AllowOrigin, Policy};
    ///
    /// let origins =
    ///     if cfg!(debug_assertions) { "http://localhost:*".into() } else { AllowOrigin::none() };
    /// let policy = Policy::builder().allow_origin(origins).build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    #[must_use]
    pub fn none() -> Self {
        Self::rule(OriginRule::Nobody)
    }

    /// One origin or pattern.
    ///
    /// ```
    /// use tower_cors::{AllowOrigin, Policy};
    ///
    /// let origin = AllowOrigin::exact("https://app.example.com");
    /// let policy = Policy::builder().allow_origin(origin).build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    pub fn exact(origin: impl ListItem<Self>) -> Self {
        Self::list([origin])
    }

    /// Several origins and patterns. Strings among them are not split at commas.
    ///
    /// ```
    /// use tower_cors::{AllowOrigin, Policy};
    ///
    /// let origins = AllowOrigin::list(["https://app.example.com", "https://*.example.org"]);
    /// let policy = Policy::builder().allow_origin(origins).build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    pub fn list<I: ListItem<Self>>(origins: impl IntoIterator<Item = I>) -> Self {
        origins.into_iter().collect()
    }

    /// The origins for which `predicate` returns `true`. If it reads other headers of the request
    /// than `Origin`, name them with [`reads`](Self::reads).
    ///
    /// It is called with each valid origin except `null` that nothing else of the policy matches,
    /// whatever its scheme and port: compare those too. A value that is not an origin is refused
    /// without a call. With credentials, so is an origin of scheme `http` that is not loopback,
    /// unless [`dangerously_allow_insecure_origins`] is set. It runs on the request's own task, so
    /// it must not block: for a lookup, use an `AsyncCorsLayer` (feature "source").
    ///
    /// ```
    /// use tower_cors::{AllowOrigin, CorsLayer};
    ///
    /// let cors = CorsLayer::builder()
    ///     .allow_origin(AllowOrigin::predicate(|origin, parts| {
    ///         origin.scheme() == "https"
    ///             && origin.port().is_none()
    ///             && origin.host().ends_with(".example.com")
    ///             && parts.uri.path() != "/admin"
    ///     }))
    ///     .build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    ///
    /// [`dangerously_allow_insecure_origins`]:
    ///     crate::PolicyBuilder::dangerously_allow_insecure_origins
    pub fn predicate(predicate: impl Fn(&Origin, &Parts) -> bool + Send + Sync + 'static) -> Self {
        Self::try_predicate(move |origin, parts| Ok(predicate(origin, parts)))
    }

    /// The origins for which `predicate` returns `Ok(true)`. An error refuses the origin and is
    /// part of the [`Refusal`](crate::Refusal).
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
        Self::function(Arc::new(predicate), false)
    }

    /// The rule of `development()`.
    pub(super) fn this_machine(
        predicate: impl Fn(&Origin) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self::function(Arc::new(move |origin: &Origin, _: &Parts| Ok(predicate(origin))), true)
    }

    fn function(function: Arc<PredicateFn>, is_development: bool) -> Self {
        Self::rule(OriginRule::Predicate(Predicate { function, is_development }))
    }

    /// Names the request headers that the predicates read, besides `Origin`. They are merged into
    /// `Vary` of every answer, preflights included. Called again, it adds to them.
    ///
    /// Without this, a cache hands an answer to requests for which the predicate would have
    /// returned something else. A preflight carries none of the headers that the page sets itself,
    /// only their names. The path needs no naming: it is part of a cache's key.
    ///
    /// ```
    /// use http::header::HOST;
    /// use tower_cors::{AllowOrigin, Policy};
    ///
    /// // Each tenant's pages call the tenant's own host: app.acme.example calls api.acme.example.
    /// let same_tenant = AllowOrigin::predicate(|origin, parts| {
    ///     let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
    ///     let tenant = host.and_then(|host| host.strip_prefix("api."));
    ///     origin.scheme() == "https"
    ///         && tenant.is_some_and(|tenant| origin.host().strip_prefix("app.") == Some(tenant))
    /// });
    /// let policy = Policy::builder().allow_origin(same_tenant.reads([HOST])).build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    #[must_use]
    pub fn reads(mut self, names: impl IntoIterator<Item = HeaderName>) -> Self {
        self.reads.extend(names);
        self
    }

    /// The origins that `regex` matches as a whole, in the syntax of the crate `regex`. It is
    /// anchored at both ends, whatever it says.
    ///
    /// The expression is analyzed when the policy is built. These are errors:
    ///
    /// 1. An unescaped dot. In an origin it is nearly always meant literally; where it is not, a
    ///    class such as `[a-z0-9-]` says so. [`dangerously_allow_public_suffix_subdomains`] lifts
    ///    this where the dot is repeated, as in `.*`.
    /// 2. An expression that matches no origin at all: one without a scheme (`\.example\.com$`), or
    ///    with an upper-case letter, a path or a default port. So is one that matches only hosts
    ///    that end in a dot (`^https://app\.`).
    /// 3. With credentials, an expression that is not limited to known domains. Every host that it
    ///    matches under `http` or `https` has to end in one of at most 256 literal domains of two or
    ///    more whole labels, as in `https://[a-z0-9-]+\.example\.(com|org)(:\d+)?`. These count too:
    ///    one label that nobody can register (`\.internal`, `\.localhost`, `\.test`), a host that
    ///    is a single label (`http://localhost`), and an IP address as a whole; 127.0.0.0/8 is
    ///    unlimited. Hosts of other schemes are not limited:
    ///    `chrome-extension://[a-p]{32}` is accepted.
    ///    [`dangerously_allow_public_suffix_subdomains`] lifts this.
    /// 4. With credentials, an expression that matches only insecure origins: plain `http`, not
    ///    loopback. One that also matches others, such as `https?://…`, does not match these unless
    ///    [`dangerously_allow_insecure_origins`] is set.
    /// 5. With credentials, an expression that is too complex to be analyzed within fixed limits.
    ///    Without credentials such an expression is used as it is.
    ///
    /// ```
    /// use tower_cors::{AllowOrigin, CorsLayer};
    ///
    /// let cors = CorsLayer::builder()
    ///     .allow_origin(AllowOrigin::regex(r"https://(app|admin)-[0-9]+\.example\.com"))
    ///     .allow_credentials(true)
    ///     .build()?;
    ///
    /// let errors = CorsLayer::builder()
    ///     .allow_origin(AllowOrigin::regex(r"\.example\.com$"))
    ///     .build()
    ///     .unwrap_err();
    /// let error = errors.iter().next().unwrap();
    /// assert_eq!(error.suggestion(), Some(r"https://[a-z0-9-]+\.example\.com"));
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    ///
    /// [`dangerously_allow_public_suffix_subdomains`]: crate::PolicyBuilder::dangerously_allow_public_suffix_subdomains
    /// [`dangerously_allow_insecure_origins`]: crate::PolicyBuilder::dangerously_allow_insecure_origins
    #[cfg(feature = "regex")]
    #[cfg_attr(docsrs, doc(cfg(feature = "regex")))]
    pub fn regex(regex: impl Into<String>) -> Self {
        Self::rule(OriginRule::Regex(regex.into()))
    }

    /// Adds the rules of another list.
    pub(crate) fn append(&mut self, other: Self) {
        self.items.append(other.items);
        self.reads.extend(other.reads);
    }

    fn rule(rule: OriginRule) -> Self {
        Self { items: Items(vec![Item::Value(rule)]), reads: Vec::new() }
    }
}

list!(AllowOrigin);

list_value! {
    AllowOrigin:
    Origin => |origin| Item::Value(OriginRule::Origin(origin));
    OriginPattern => |pattern| Item::Value(OriginRule::Pattern(pattern));
    HeaderValue => |value| Item::text(String::from_utf8_lossy(value.as_bytes()).into_owned());
}

impl ListItem<Self> for AllowOrigin {
    fn add_to(self, list: &mut Self) {
        list.append(self);
    }
}
