//! Durations: seconds, or an integer with a unit.

use std::{borrow::Cow, time::Duration};

/// Why something is not a valid duration, and what to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) reason: String,
    pub(super) advice: Cow<'static, str>,
}

const NEGATIVE: &str = "write 0 to turn caching off, or remove the key for the browser's default";

pub(super) fn from_seconds(seconds: i64) -> Result<Duration, Problem> {
    let negative =
        |_| Problem { reason: format!("{seconds} is negative"), advice: NEGATIVE.into() };
    u64::try_from(seconds).map(Duration::from_secs).map_err(negative)
}

/// `"10m"`: an integer and one of `s`, `m`, `h`, `d`.
pub(super) fn parse(text: &str) -> Result<Duration, Problem> {
    let units = [("s", 1), ("m", 60), ("h", 3600), ("d", 86_400)];
    let parsed = units.into_iter().find_map(|(unit, seconds)| {
        let number = digits(text.strip_suffix(unit)?)?;
        // What is too long for a number is too long for a `max_age`, and refused as such.
        Some(number.parse::<u64>().unwrap_or(u64::MAX).saturating_mul(seconds))
    });
    parsed.map(Duration::from_secs).ok_or_else(|| problem(text))
}

fn problem(text: &str) -> Problem {
    let bare = text.trim();
    let (reason, advice): (_, Cow<'static, str>) = if digits(bare).is_some() {
        let advice = format!("write {bare} without quotes for seconds, or \"{bare}s\"");
        ("is a number in quotes", advice.into())
    } else if bare
        .strip_prefix('-')
        .is_some_and(|rest| parse(rest).is_ok() || digits(rest).is_some())
    {
        ("is negative", NEGATIVE.into())
    } else {
        let advice = "write seconds, or an integer with a unit (s, m, h, d) as in \"10m\"";
        ("is not a valid duration", advice.into())
    };
    Problem { reason: reason.to_owned(), advice }
}

fn digits(text: &str) -> Option<&str> {
    (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then_some(text)
}
