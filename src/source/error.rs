//! Invalid settings of an async layer or a resolver, and why a source did not answer.

use crate::{
    errors::Errors,
    message::{Message, Suggestion},
    policy::{PolicyError, PolicyErrorKind},
};
use std::{error::Error, fmt, time::Duration};

/// A source, or the lookup of a resolver, took longer than its timeout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimedOut {
    after: Duration,
}

impl TimedOut {
    pub(crate) fn after_timeout(timeout: Duration) -> Self {
        Self { after: timeout }
    }

    /// The timeout.
    #[must_use]
    pub fn after(&self) -> Duration {
        self.after
    }
}

impl fmt::Display for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no answer within {:?}", self.after)
    }
}

impl Error for TimedOut {}

/// There is no tokio runtime to wait on: the service was called outside of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NoRuntime;

impl fmt::Display for NoRuntime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("there is no tokio runtime to wait on")
    }
}

impl Error for NoRuntime {}

/// All invalid settings of an [`AsyncCorsLayer`](crate::AsyncCorsLayer) or a `Resolver`.
///
/// It prints one line for each error, and iterates over them.
///
/// ```
/// use http::{StatusCode, request::Parts};
/// use std::time::Duration;
/// use tower_cors::{AsyncCorsLayer, Policy, policy::BoxError};
///
/// let source = |_: &Parts| async { Ok::<Option<Policy>, BoxError>(None) };
/// let errors = AsyncCorsLayer::builder(source)
///     .timeout(Duration::ZERO)
///     .unavailable_status(StatusCode::OK)
///     .build()
///     .unwrap_err();
/// assert_eq!(
///     errors.to_string(),
///     r#"timeout: "0ns" is zero, so every request would be refused; allow some time, such as 2 seconds
/// unavailable_status: "200" is not an error status; use 503, or another status from 400 to 599"#,
/// );
/// ```
pub type SourceErrors = Errors<SourceError>;

/// One invalid setting: which one, its value, the reason, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceError {
    setting: SourceSetting,
    value: Option<String>,
    kind: SourceErrorKind,
    /// The line after the setting.
    text: String,
}

impl SourceError {
    /// An error with its reason and an advice in words.
    pub(crate) fn new(
        setting: SourceSetting,
        value: Option<&str>,
        kind: SourceErrorKind,
        (reason, advice): (&str, &str),
    ) -> Self {
        let suggestion = Some(Suggestion::Advice(advice));
        let text = Message { place: None, value, reason, suggestion }.to_string();
        Self::with_text(setting, value, kind, text)
    }

    /// An error whose line, after the setting, is known.
    pub(crate) fn with_text(
        setting: SourceSetting,
        value: Option<&str>,
        kind: SourceErrorKind,
        text: String,
    ) -> Self {
        Self { setting, value: value.map(str::to_owned), kind, text }
    }

    pub(super) fn of_hosts(error: &PolicyError) -> Self {
        let kind = SourceErrorKind::Hosts(error.kind().clone());
        Self::with_text(SourceSetting::AllowHosts, error.value(), kind, error.text())
    }

    /// Zero, where that makes the setting useless.
    pub(crate) fn check_zero(
        setting: SourceSetting,
        value: impl fmt::Debug,
        is_zero: bool,
        errors: &mut Vec<Self>,
    ) {
        if is_zero {
            let value = format!("{value:?}");
            errors.push(Self::new(setting, Some(&value), SourceErrorKind::Zero, setting.zero()));
        }
    }

    /// Neither zero nor more than a year.
    pub(crate) fn check_duration(setting: SourceSetting, value: Duration, errors: &mut Vec<Self>) {
        Self::check_zero(setting, value, value.is_zero(), errors);
        Self::check_longest(setting, value, errors);
    }

    pub(crate) fn check_longest(setting: SourceSetting, value: Duration, errors: &mut Vec<Self>) {
        if value > LONGEST {
            let value = format!("{value:?}");
            let text = ("is longer than a year", "use a shorter time");
            errors.push(Self::new(setting, Some(&value), SourceErrorKind::TooLong, text));
        }
    }

    /// The invalid setting.
    #[must_use]
    pub fn setting(&self) -> SourceSetting {
        self.setting
    }

    /// The invalid value.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        self.value.as_deref()
    }

    /// The reason, for a program to match on.
    #[must_use]
    pub fn kind(&self) -> &SourceErrorKind {
        &self.kind
    }
}

/// The longest duration of a setting. Also, sums of such durations cannot overflow.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 60 * 60);

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.setting, self.text)
    }
}

impl Error for SourceError {}

/// Why a setting is invalid.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SourceErrorKind {
    /// Zero, where that makes the setting useless.
    Zero,
    /// A duration of more than a year.
    TooLong,
    /// `unavailable_status` outside 400 to 599.
    NotAnErrorStatus,
    /// `allow_hosts`: the error is one of the setting of a policy.
    Hosts(PolicyErrorKind),
    /// `only_origins`: the error is one of `allow_origin`.
    Origins(PolicyErrorKind),
}

/// A setting of an [`AsyncCorsLayer`](crate::AsyncCorsLayer) or of a `Resolver`.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SourceSetting {
    /// `timeout`
    Timeout,
    /// [`unavailable_status`](crate::source::AsyncCorsBuilder::unavailable_status)
    UnavailableStatus,
    /// [`allow_hosts`](crate::source::AsyncCorsBuilder::allow_hosts)
    AllowHosts,
    /// `only_origins`
    OnlyOrigins,
    /// `time_to_live`
    TimeToLive,
    /// `negative_time_to_live`
    NegativeTimeToLive,
    /// `error_time_to_live`
    ErrorTimeToLive,
    /// `stale_on_error`
    StaleOnError,
    /// `capacity`
    Capacity,
    /// `max_memory`
    MaxMemory,
    /// `max_key_size`
    MaxKeySize,
    /// `lookup_rate`
    LookupRate,
    /// `lookup_burst`
    LookupBurst,
}

impl SourceSetting {
    /// The name: `timeout`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::UnavailableStatus => "unavailable_status",
            Self::AllowHosts => "allow_hosts",
            Self::OnlyOrigins => "only_origins",
            Self::TimeToLive => "time_to_live",
            Self::NegativeTimeToLive => "negative_time_to_live",
            Self::ErrorTimeToLive => "error_time_to_live",
            Self::StaleOnError => "stale_on_error",
            Self::Capacity => "capacity",
            Self::MaxMemory => "max_memory",
            Self::MaxKeySize => "max_key_size",
            Self::LookupRate => "lookup_rate",
            Self::LookupBurst => "lookup_burst",
        }
    }

    /// Why zero is invalid, and what to write instead.
    const fn zero(self) -> (&'static str, &'static str) {
        match self {
            Self::Timeout => {
                ("is zero, so every request would be refused", "allow some time, such as 2 seconds")
            }
            Self::TimeToLive => (
                "is zero, so every request would need a lookup",
                "allow some time, such as 60 seconds",
            ),
            Self::NegativeTimeToLive => (
                "is zero, so every refused request would need a lookup",
                "allow some time, such as 10 seconds",
            ),
            Self::ErrorTimeToLive => (
                "is zero, so a failing source would be asked again at once",
                "allow some time, such as 1 second",
            ),
            Self::Capacity => ("is zero, so no answer would be remembered", "use 10000"),
            Self::MaxMemory => ("is zero, so no answer would be remembered", "use 67108864"),
            Self::MaxKeySize => ("is zero, so no key would be looked up", "use 1024"),
            Self::LookupRate | Self::LookupBurst => {
                ("is zero, so no new key would be looked up", "use 50")
            }
            Self::UnavailableStatus | Self::AllowHosts | Self::OnlyOrigins | Self::StaleOnError => {
                ("is zero", "use another value")
            }
        }
    }
}

impl fmt::Display for SourceSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
