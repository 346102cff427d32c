//! The builder of the layer.

use super::{
    error::{SourceError, SourceErrorKind, SourceErrors, SourceSetting},
    fallback::Fallback,
    layer::AsyncCorsLayer,
    policy_source::PolicySource,
};
use crate::{
    policy::{AllowHosts, BoxError},
    select::SelectPolicy,
};
use http::{StatusCode, request::Parts};
use std::{fmt, future::Future, time::Duration};

/// Builds an [`AsyncCorsLayer`].
///
/// Setters never fail. [`build`](Self::build) reports every mistake at once.
#[derive(Clone)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct AsyncCorsBuilder<P> {
    source: P,
    timeout: Duration,
    unavailable_status: StatusCode,
    enforce: bool,
    allow_hosts: Option<AllowHosts>,
}

impl<F, Fut, P, E> AsyncCorsLayer<F>
where
    F: Fn(&Parts) -> Fut,
    Fut: Future<Output = Result<Option<P>, E>>,
    P: SelectPolicy,
    E: Into<BoxError>,
{
    /// A layer under the policies that a function returns, with every setting at its default.
    ///
    /// For anything else that implements [`PolicySource`], such as a `Resolver`, see
    /// [`with_source`](Self::with_source).
    ///
    /// ```
    /// use tower_cors::{AsyncCorsLayer, Policy, policy::BoxError};
    ///
    /// let cors = AsyncCorsLayer::new(|parts| {
    ///     let path = parts.uri.path().to_owned();
    ///     async move {
    ///         // … a query, a call to another service …
    ///         let origins = if path.starts_with("/shop/") { vec!["https://shop.example"] } else { vec![] };
    ///         if origins.is_empty() {
    ///             return Ok(None);
    ///         }
    ///         Ok::<_, BoxError>(Some(Policy::builder().allow_origin(origins).build()?))
    ///     }
    /// });
    /// ```
    pub fn new(source: F) -> Self {
        Self::with_source(source)
    }

    /// A builder for a layer under the policies that a function returns, with every setting at its
    /// default.
    ///
    /// ```
    /// use std::time::Duration;
    /// # use http::request::Parts;
    /// # use tower_cors::{AsyncCorsLayer, Policy, policy::BoxError};
    ///
    /// # async fn policy_of(path: String) -> Result<Option<Policy>, BoxError> { Ok(None) }
    /// let cors = AsyncCorsLayer::builder(|parts| policy_of(parts.uri.path().to_owned()))
    ///     .timeout(Duration::from_millis(500))
    ///     .build()?;
    /// # Ok::<(), tower_cors::source::SourceErrors>(())
    /// ```
    pub fn builder(source: F) -> AsyncCorsBuilder<F> {
        Self::builder_with_source(source)
    }
}

impl<P: PolicySource> AsyncCorsLayer<P> {
    /// A layer under the policies of a [`PolicySource`], such as a `Resolver`, with every setting
    /// at its default.
    ///
    /// ```
    /// # #[cfg(feature = "resolver")] {
    /// use tower_cors::{AsyncCorsLayer, Origin, Policy, Resolver, policy::BoxError};
    ///
    /// let resolver = Resolver::builder(|origin: Origin| async move {
    ///     // … a query, a call to another service …
    ///     Ok::<_, BoxError>(Some(Policy::builder().allow_origin(origin).build()?))
    /// })
    /// .only_origins("https://*.customers.example")
    /// .build()?;
    /// let cors = AsyncCorsLayer::with_source(resolver);
    /// # }
    /// # Ok::<(), tower_cors::source::SourceErrors>(())
    /// ```
    pub fn with_source(source: P) -> Self {
        Self::builder_with_source(source).build_unchecked()
    }

    /// A builder for a layer under the policies of a [`PolicySource`], with every setting at its
    /// default.
    ///
    /// ```
    /// # #[cfg(feature = "resolver")] {
    /// use tower_cors::{AsyncCorsLayer, Origin, Policy, Resolver, policy::BoxError};
    ///
    /// # let lookup = |_: Origin| async { Ok::<Option<Policy>, BoxError>(None) };
    /// let resolver = Resolver::builder(lookup).build()?;
    /// let cors = AsyncCorsLayer::builder_with_source(resolver).enforce(true).build()?;
    /// # }
    /// # Ok::<(), tower_cors::source::SourceErrors>(())
    /// ```
    pub fn builder_with_source(source: P) -> AsyncCorsBuilder<P> {
        AsyncCorsBuilder {
            source,
            timeout: Duration::from_secs(2),
            unavailable_status: StatusCode::SERVICE_UNAVAILABLE,
            enforce: false,
            allow_hosts: None,
        }
    }
}

impl<P> AsyncCorsBuilder<P> {
    /// How long a request waits for its policy. Default: 2 seconds.
    ///
    /// ```
    /// use std::time::Duration;
    /// # use http::request::Parts;
    /// # use tower_cors::{AsyncCorsLayer, Policy, policy::BoxError};
    ///
    /// # let source = |_: &Parts| async { Ok::<Option<Policy>, BoxError>(None) };
    /// let cors = AsyncCorsLayer::builder(source).timeout(Duration::from_millis(500)).build()?;
    /// # Ok::<(), tower_cors::source::SourceErrors>(())
    /// ```
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// The status of a preflight whose policy is unavailable. Under [`enforce`](Self::enforce) it
    /// is the status of an actual request too. Any status from 400 to 599 is valid. Default: 503.
    ///
    /// ```
    /// use http::StatusCode;
    /// # use http::request::Parts;
    /// # use tower_cors::{AsyncCorsLayer, Policy, policy::BoxError};
    ///
    /// # let source = |_: &Parts| async { Ok::<Option<Policy>, BoxError>(None) };
    /// let cors = AsyncCorsLayer::builder(source).unavailable_status(StatusCode::GATEWAY_TIMEOUT).build()?;
    /// # Ok::<(), tower_cors::source::SourceErrors>(())
    /// ```
    pub fn unavailable_status(self, status: StatusCode) -> Self {
        Self { unavailable_status: status, ..self }
    }

    /// Whether actual requests are refused before the inner service runs if their policy is
    /// unavailable, or if they have none. Default: `false`.
    ///
    /// Set it if the policies themselves [enforce](crate::PolicyBuilder::enforce). Otherwise, what
    /// they protect is open whenever the source is down. Same-origin requests pass, as they do
    /// there.
    ///
    /// ```
    /// # use http::request::Parts;
    /// # use tower_cors::{AsyncCorsLayer, Policy, policy::BoxError};
    ///
    /// # let source = |_: &Parts| async { Ok::<Option<Policy>, BoxError>(None) };
    /// let cors = AsyncCorsLayer::builder(source).enforce(true).build()?;
    /// # Ok::<(), tower_cors::source::SourceErrors>(())
    /// ```
    pub fn enforce(self, enforce: bool) -> Self {
        Self { enforce, ..self }
    }

    /// Adds hosts that the server answers for; see
    /// [`PolicyBuilder::allow_hosts`](crate::PolicyBuilder::allow_hosts). Unset, hosts are not checked.
    ///
    /// A request for another host is answered with 403 before the source is asked, with or without
    /// `Origin`. Set it here: hosts of the policies that the source yields are checked only on
    /// requests with `Origin`, because for others the source is not asked.
    ///
    /// ```
    /// # use http::request::Parts;
    /// # use tower_cors::{AsyncCorsLayer, Policy, policy::BoxError};
    ///
    /// # let source = |_: &Parts| async { Ok::<Option<Policy>, BoxError>(None) };
    /// let cors = AsyncCorsLayer::builder(source).allow_hosts(["api.example.com", "*.internal"]).build()?;
    /// # Ok::<(), tower_cors::source::SourceErrors>(())
    /// ```
    pub fn allow_hosts(mut self, hosts: impl Into<AllowHosts>) -> Self {
        self.allow_hosts.get_or_insert_default().append(hosts.into());
        self
    }

    /// Validates the settings.
    ///
    /// # Errors
    ///
    /// All invalid settings, together.
    pub fn build(self) -> Result<AsyncCorsLayer<P>, SourceErrors> {
        let mut errors = Vec::new();
        SourceError::check_duration(SourceSetting::Timeout, self.timeout, &mut errors);
        let status = self.unavailable_status;
        if !(status.is_client_error() || status.is_server_error()) {
            errors.push(SourceError::new(
                SourceSetting::UnavailableStatus,
                Some(status.as_str()),
                SourceErrorKind::NotAnErrorStatus,
                ("is not an error status", "use 503, or another status from 400 to 599"),
            ));
        }
        let fallback = Fallback::new(self.enforce, self.allow_hosts, status, self.timeout);
        let fallback = fallback.map_err(|errors| errors.map(|error| SourceError::of_hosts(&error)));
        errors.extend(fallback.as_ref().err().into_iter().flatten().cloned());
        SourceErrors::check(errors)?;
        Ok(AsyncCorsLayer { source: self.source, fallback: fallback?, observer: None })
    }

    /// Used where the settings are the defaults.
    fn build_unchecked(self) -> AsyncCorsLayer<P> {
        match self.build() {
            Ok(layer) => layer,
            Err(errors) => unreachable!("the defaults are valid: {errors}"),
        }
    }
}

impl<P> fmt::Debug for AsyncCorsBuilder<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncCorsBuilder")
            .field("timeout", &self.timeout)
            .field("unavailable_status", &self.unavailable_status)
            .field("enforce", &self.enforce)
            .finish_non_exhaustive()
    }
}
