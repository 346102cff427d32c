//! The builder of the layer.

use super::{
    error::{SourceError, SourceErrors, SourceSetting},
    layer::{AsyncCorsLayer, Fallback},
};
use http::StatusCode;
use std::{fmt, time::Duration};

/// Builds an [`AsyncCorsLayer`].
///
/// Setters never fail; [`build`](Self::build) reports every mistake at once.
#[derive(Clone)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct AsyncCorsBuilder<P> {
    source: P,
    timeout: Duration,
    unavailable_status: StatusCode,
    enforce: bool,
}

impl<P> AsyncCorsBuilder<P> {
    pub(super) fn new(source: P) -> Self {
        Self {
            source,
            timeout: Duration::from_secs(2),
            unavailable_status: StatusCode::SERVICE_UNAVAILABLE,
            enforce: false,
        }
    }

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

    /// The status of a preflight whose policy could not be had, and under
    /// [`enforce`](Self::enforce) of an actual request too: any from 400 to 599. Default: 503.
    pub fn unavailable_status(self, status: StatusCode) -> Self {
        Self { unavailable_status: status, ..self }
    }

    /// Whether actual requests are refused before the inner service runs while their policy cannot
    /// be had, or if there is none for them. Default: `false`.
    ///
    /// Set it where the policies themselves [enforce](crate::PolicyBuilder::enforce), or what they
    /// protect stands open whenever the source is down. Same-origin requests pass, as they do
    /// there.
    pub fn enforce(self, enforce: bool) -> Self {
        Self { enforce, ..self }
    }

    /// Validates.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, together.
    pub fn build(self) -> Result<AsyncCorsLayer<P>, SourceErrors> {
        let mut errors = Vec::new();
        SourceError::check_duration(SourceSetting::Timeout, self.timeout, &mut errors);
        let status = self.unavailable_status;
        if !(status.is_client_error() || status.is_server_error()) {
            errors.push(SourceError::no_error_status(status));
        }
        SourceErrors::check(errors)?;
        Ok(self.build_unchecked())
    }

    /// With settings known to be valid.
    pub(super) fn build_unchecked(self) -> AsyncCorsLayer<P> {
        let fallback = Fallback::new(self.enforce, self.unavailable_status, self.timeout);
        AsyncCorsLayer { source: self.source, fallback, observer: None }
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
