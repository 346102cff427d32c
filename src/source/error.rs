//! What is wrong with the settings of an async layer or a resolver; and that a source took too
//! long.

#[cfg(feature = "resolver")]
use crate::policy::PolicyError;
use crate::{errors::Errors, policy::PolicyErrorKind};
use http::StatusCode;
use std::{error::Error, fmt, time::Duration};

/// A source, or a resolver's lookup, took longer than its timeout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimedOut {
    pub(crate) after: Duration,
}

impl TimedOut {
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

/// Everything that is wrong with the settings of an [`AsyncCorsLayer`](crate::AsyncCorsLayer) or a
/// `Resolver`.
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
///     r#"timeout: "0ns" is no time at all, so every request would be refused: give it some, such as 2 seconds
/// unavailable_status: "200" is no error: write 503, or another from 400 to 599"#,
/// );
/// ```
pub type SourceErrors = Errors<SourceError>;

/// One thing that is wrong with the settings: in which, with which value, why, and the suggestion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceError {
    setting: SourceSetting,
    value: Option<String>,
    kind: SourceErrorKind,
    /// The line without the setting.
    text: String,
}

impl SourceError {
    pub(super) fn no_error_status(status: StatusCode) -> Self {
        let value = status.as_str().to_owned();
        Self {
            setting: SourceSetting::UnavailableStatus,
            text: format!("{value:?} is no error: write 503, or another from 400 to 599"),
            value: Some(value),
            kind: SourceErrorKind::NoErrorStatus,
        }
    }

    #[cfg(feature = "resolver")]
    pub(crate) fn of_origins(error: &PolicyError) -> Self {
        Self {
            setting: SourceSetting::OnlyOrigins,
            value: error.value().map(str::to_owned),
            kind: SourceErrorKind::Origins(error.kind().clone()),
            text: error.text(),
        }
    }

    /// Zero where that makes the setting useless.
    pub(crate) fn check_zero(
        setting: SourceSetting,
        value: impl fmt::Debug,
        is_zero: bool,
        errors: &mut Vec<Self>,
    ) {
        if is_zero {
            let value = format!("{value:?}");
            errors.push(Self {
                setting,
                text: format!("{value:?} {}", setting.zero()),
                value: Some(value),
                kind: SourceErrorKind::Zero,
            });
        }
    }

    pub(crate) fn check_duration(setting: SourceSetting, value: Duration, errors: &mut Vec<Self>) {
        Self::check_zero(setting, value, value.is_zero(), errors);
        Self::check_longest(setting, value, errors);
    }

    pub(crate) fn check_longest(setting: SourceSetting, value: Duration, errors: &mut Vec<Self>) {
        if value > LONGEST {
            let value = format!("{value:?}");
            errors.push(Self {
                setting,
                text: format!("{value:?} is over a year: write less"),
                value: Some(value),
                kind: SourceErrorKind::TooLong,
            });
        }
    }

    /// The setting that is wrong.
    #[must_use]
    pub fn setting(&self) -> SourceSetting {
        self.setting
    }

    /// The offending value.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        self.value.as_deref()
    }

    /// What is wrong, for a program to match on.
    #[must_use]
    pub fn kind(&self) -> SourceErrorKind {
        self.kind.clone()
    }
}

/// Longest duration of a setting: what is meant to last for ever is not meant to be a cache.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 60 * 60);

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.setting, self.text)
    }
}

impl Error for SourceError {}

/// What can be wrong with the settings.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SourceErrorKind {
    /// Nothing at all, where that makes the setting useless.
    Zero,
    /// A duration of more than a year.
    TooLong,
    /// `unavailable_status` outside 400 to 599.
    NoErrorStatus,
    /// `only_origins`: as with `allow_origin`.
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
            Self::OnlyOrigins => "only_origins",
            Self::TimeToLive => "time_to_live",
            Self::NegativeTimeToLive => "negative_time_to_live",
            Self::ErrorTimeToLive => "error_time_to_live",
            Self::StaleOnError => "stale_on_error",
            Self::Capacity => "capacity",
            Self::LookupRate => "lookup_rate",
            Self::LookupBurst => "lookup_burst",
        }
    }

    /// What is wrong with zero, and what to write.
    const fn zero(self) -> &'static str {
        match self {
            Self::Timeout => {
                "is no time at all, so every request would be refused: give it some, such as 2 seconds"
            }
            Self::TimeToLive => {
                "remembers nothing, so every request would look up: give it some time, such as 60 seconds"
            }
            Self::NegativeTimeToLive => {
                "forgets at once who is refused, so each of their requests would look up: give it some time, such as 10 seconds"
            }
            Self::ErrorTimeToLive => {
                "asks a source that fails again at once: give it some time, such as 1 second"
            }
            Self::Capacity => "holds nothing: give it room, such as 10000",
            Self::LookupRate | Self::LookupBurst => {
                "allows no lookup at all: allow some, such as 50"
            }
            Self::UnavailableStatus | Self::OnlyOrigins | Self::StaleOnError => "is not enough",
        }
    }
}

impl fmt::Display for SourceSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
