//! Durations: seconds, or an integer with a unit.

use super::format::Format;
use std::{borrow::Cow, time::Duration};

/// Why something is not a valid duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    Negative,
    NumberInString,
    Invalid,
}

pub(super) fn from_seconds(seconds: i64) -> Result<Duration, Problem> {
    u64::try_from(seconds).map(Duration::from_secs).map_err(|_| Problem::Negative)
}

/// `"10m"`: an integer and one of `s`, `m`, `h`, `d`.
pub(super) fn parse(text: &str) -> Result<Duration, Problem> {
    with_unit(text).map(Duration::from_secs).ok_or_else(|| problem(text.trim()))
}

/// The seconds of an integer with a unit.
fn with_unit(text: &str) -> Option<u64> {
    let units = [("s", 1), ("m", 60), ("h", 3600), ("d", 86_400)];
    units.into_iter().find_map(|(unit, seconds)| {
        let number = digits(text.strip_suffix(unit)?)?;
        // What is too long for a number is too long for a `max_age`, and refused as such.
        Some(number.parse::<u64>().unwrap_or(u64::MAX).saturating_mul(seconds))
    })
}

fn problem(bare: &str) -> Problem {
    let is_duration = |text: &str| with_unit(text).is_some() || digits(text).is_some();
    if digits(bare).is_some() {
        Problem::NumberInString
    } else if bare.strip_prefix('-').is_some_and(is_duration) {
        Problem::Negative
    } else {
        Problem::Invalid
    }
}

impl Problem {
    pub(super) fn reason(self, format: Format) -> &'static str {
        match (self, format) {
            (Self::Negative, _) => "is negative",
            (Self::NumberInString, Format::Toml | Format::Json) => "is a number in quotes",
            (Self::NumberInString, _) => "is a number in a string",
            (Self::Invalid, _) => "is not a valid duration",
        }
    }

    /// What to do about this text.
    pub(super) fn advice(self, text: &str, format: Format) -> Cow<'static, str> {
        // What is too long for a number is nothing to repeat.
        const LONGEST: usize = 20;
        let bare = text.trim();
        match (self, format) {
            (Self::Negative, _) => {
                let remove = format.remove();
                format!("write 0 to turn caching off, or {remove} for the browser's default").into()
            }
            (Self::NumberInString, Format::Toml | Format::Json) if bare.len() <= LONGEST => {
                format!("write {bare} without quotes for seconds, or \"{bare}s\"").into()
            }
            (Self::NumberInString, _) if bare.len() <= LONGEST => {
                format!("write the number {bare} for seconds, or \"{bare}s\"").into()
            }
            (Self::NumberInString | Self::Invalid, _) => {
                "write seconds, or an integer with a unit (s, m, h, d) as in \"10m\"".into()
            }
        }
    }
}

fn digits(text: &str) -> Option<&str> {
    (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then_some(text)
}
