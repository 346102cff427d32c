//! How long a response may be reused: [RFC
//! 9111](https://httpwg.org/specs/rfc9111.html#calculating.freshness.lifetime), and
//! `stale-while-revalidate` of [RFC 5861](https://www.rfc-editor.org/rfc/rfc5861#section-3).

use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderValue, StatusCode};

use super::header_list::get;

/// What a response says about its own age and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Freshness {
    /// How old it was when it came.
    pub(super) age: Duration,
    pub(super) lifetime: Duration,
    /// How long it may be used after that, while a request in the background renews it.
    pub(super) stale_while_revalidate: Duration,
}

impl Freshness {
    pub(super) fn of(status: StatusCode, headers: &HeaderMap) -> Self {
        let directives = CacheControl::of(headers);
        let lifetime = if directives.no_cache {
            Duration::ZERO
        } else {
            explicit(&directives, headers).unwrap_or_else(|| heuristic(status, headers))
        };
        let must_ask = directives.no_cache || directives.must_revalidate;
        let stale = directives.stale_while_revalidate.filter(|_| !must_ask);
        let age = headers.get("age").and_then(|value| delta_seconds(value.to_str().ok()?));
        Self {
            age: age.unwrap_or_default(),
            lifetime,
            stale_while_revalidate: stale.unwrap_or_default(),
        }
    }
}

/// Whether a private cache may store the response to a `GET`:
/// <https://httpwg.org/specs/rfc9111.html#response.cacheability>.
pub(super) fn is_cacheable(status: StatusCode, headers: &HeaderMap) -> bool {
    let directives = CacheControl::of(headers);
    let says_so = directives.max_age.is_some()
        || directives.public
        || directives.private
        || headers.contains_key("expires");
    !directives.no_store
        && !matches!(status.as_u16(), 206 | 304)
        && (is_heuristically_cacheable(status) || says_so)
}

/// <https://httpwg.org/specs/rfc9110.html#overview.of.status.codes>
fn is_heuristically_cacheable(status: StatusCode) -> bool {
    matches!(status.as_u16(), 200 | 203 | 204 | 300 | 301 | 308 | 404 | 405 | 410 | 414 | 501)
}

/// What `max-age` or `Expires` says. An `Expires` that is not a date is in the past.
fn explicit(directives: &CacheControl, headers: &HeaderMap) -> Option<Duration> {
    if directives.max_age.is_some() {
        return directives.max_age;
    }
    let expires = headers.get("expires")?;
    let lifetime = match (date(expires), headers.get("date").and_then(date)) {
        (Some(expires), Some(date)) => expires.duration_since(date).ok(),
        _ => None,
    };
    Some(lifetime.unwrap_or_default())
}

/// [Heuristic freshness](https://httpwg.org/specs/rfc9111.html#heuristic.freshness), as Chromium and
/// Firefox have it: what is permanent lasts; else a tenth of the time since the last change. The
/// standard would allow it for more error statuses, and both engines ask again.
fn heuristic(status: StatusCode, headers: &HeaderMap) -> Duration {
    const YEAR: Duration = Duration::from_secs(365 * 86_400);
    let header = |name| headers.get(name).and_then(date);
    match (status.as_u16(), header("date"), header("last-modified")) {
        (301 | 308 | 410, ..) => YEAR,
        (200 | 203 | 204 | 300, Some(date), Some(modified)) => {
            date.duration_since(modified).unwrap_or_default() / 10
        }
        _ => Duration::ZERO,
    }
}

fn date(value: &HeaderValue) -> Option<SystemTime> {
    httpdate::parse_http_date(value.to_str().ok()?).ok()
}

/// <https://httpwg.org/specs/rfc9111.html#delta-seconds>
fn delta_seconds(value: &str) -> Option<Duration> {
    let are_digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    are_digits.then(|| Duration::from_secs(value.parse().unwrap_or(u64::MAX)))
}

/// <https://httpwg.org/specs/rfc9111.html#field.cache-control>
#[derive(Debug, Default)]
struct CacheControl {
    no_store: bool,
    no_cache: bool,
    must_revalidate: bool,
    public: bool,
    private: bool,
    max_age: Option<Duration>,
    stale_while_revalidate: Option<Duration>,
}

impl CacheControl {
    fn of(headers: &HeaderMap) -> Self {
        let value = get(headers, "cache-control").unwrap_or_default();
        let mut directives = Self::default();
        for directive in String::from_utf8_lossy(&value).split(',') {
            let directive = directive.trim().to_ascii_lowercase();
            let (name, value) = directive.split_once('=').unwrap_or((&directive, ""));
            // A lifetime that is not a number is none: https://httpwg.org/specs/rfc9111.html#expiration.model
            let seconds = || delta_seconds(value.trim_matches('"')).unwrap_or_default();
            match name {
                "max-age" if directives.max_age.is_none() => directives.max_age = Some(seconds()),
                "stale-while-revalidate" => directives.stale_while_revalidate = Some(seconds()),
                "no-store" => directives.no_store = true,
                // With a list of headers it is about those.
                "no-cache" => directives.no_cache |= value.is_empty(),
                "must-revalidate" => directives.must_revalidate = true,
                "public" => directives.public = true,
                "private" => directives.private = true,
                _ => {}
            }
        }
        directives
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, Freshness, HeaderMap, HeaderValue, StatusCode, is_cacheable};

    type Lines = &'static [(&'static str, &'static str)];

    fn headers(lines: Lines) -> HeaderMap {
        let pairs = lines.iter().map(|(name, value)| {
            (http::HeaderName::from_static(name), HeaderValue::from_static(value))
        });
        pairs.collect()
    }

    const DATE: (&str, &str) = ("date", "Thu, 26 Nov 2026 00:00:00 GMT");
    const TEN_DAYS_AGO: (&str, &str) = ("last-modified", "Mon, 16 Nov 2026 00:00:00 GMT");

    #[test]
    fn lifetimes_are_those_of_rfc_9111() {
        const DAY: u64 = 86_400;
        #[rustfmt::skip]
        let rows: &[(&str, u16, Lines, u64)] = &[
            ("nothing said", 200, &[], 0),
            ("max-age", 200, &[("cache-control", "max-age=60")], 60),
            ("max-age, quoted", 200, &[("cache-control", "max-age=\"60\"")], 60),
            ("the first max-age", 200, &[("cache-control", "max-age=60, max-age=90")], 60),
            ("max-age that is not a number", 200, &[DATE, TEN_DAYS_AGO, ("cache-control", "max-age=abc")], 0),
            ("max-age before no-cache", 200, &[("cache-control", "max-age=60, no-cache")], 0),
            ("no-cache of one header", 200, &[("cache-control", "max-age=60, no-cache=\"x-a\"")], 60),
            ("Expires", 200, &[DATE, ("expires", "Thu, 26 Nov 2026 00:01:00 GMT")], 60),
            ("Expires in the past", 200, &[DATE, ("expires", "Wed, 25 Nov 2026 00:00:00 GMT")], 0),
            ("Expires that is not a date", 200, &[DATE, TEN_DAYS_AGO, ("expires", "0")], 0),
            ("max-age before Expires", 200, &[DATE, ("expires", "Thu, 26 Nov 2026 00:01:00 GMT"), ("cache-control", "max-age=9")], 9),
            ("a tenth of the age", 200, &[DATE, TEN_DAYS_AGO], DAY),
            ("a 203, too", 203, &[DATE, TEN_DAYS_AGO], DAY),
            ("a 404 never", 404, &[DATE, TEN_DAYS_AGO], 0),
            ("a permanent redirect", 301, &[], 365 * DAY),
            ("a permanent redirect that says otherwise", 308, &[("cache-control", "max-age=5")], 5),
            ("gone for good", 410, &[DATE, TEN_DAYS_AGO], 365 * DAY),
            ("a 500 never", 500, &[DATE, TEN_DAYS_AGO], 0),
            ("a 302 never", 302, &[DATE, TEN_DAYS_AGO], 0),
            ("no date", 200, &[TEN_DAYS_AGO], 0),
            ("changed in the future", 200, &[DATE, ("last-modified", "Fri, 27 Nov 2026 00:00:00 GMT")], 0),
            ("a date that is none", 200, &[DATE, ("last-modified", "yesterday")], 0),
            ("an old form of date", 200, &[DATE, ("last-modified", "Mon Nov 16 00:00:00 2026")], DAY),
        ];
        for (description, status, lines, expected) in rows {
            let status = StatusCode::from_u16(*status).unwrap();
            let freshness = Freshness::of(status, &headers(lines));
            assert_eq!(freshness.lifetime.as_secs(), *expected, "{description}");
        }
    }

    #[test]
    fn age_and_stale_while_revalidate() {
        #[rustfmt::skip]
        let rows: &[(&str, Lines, u64, u64)] = &[
            ("an age", &[("age", "7")], 7, 0),
            ("an age that is not a number", &[("age", "-7")], 0, 0),
            ("stale", &[("cache-control", "max-age=1, stale-while-revalidate=9")], 0, 9),
            ("stale, but must ask", &[("cache-control", "max-age=1, stale-while-revalidate=9, must-revalidate")], 0, 0),
            ("stale, but no-cache", &[("cache-control", "no-cache, stale-while-revalidate=9")], 0, 0),
        ];
        for (description, lines, age, stale) in rows {
            let Freshness { age: seen, stale_while_revalidate, .. } =
                Freshness::of(StatusCode::OK, &headers(lines));
            let expected = (Duration::from_secs(*age), Duration::from_secs(*stale));
            assert_eq!((seen, stale_while_revalidate), expected, "{description}");
        }
    }

    #[test]
    fn what_is_stored() {
        #[rustfmt::skip]
        let rows: &[(u16, Lines, bool)] = &[
            (200, &[], true), (404, &[], true), (206, &[("cache-control", "max-age=1")], false),
            (304, &[("cache-control", "max-age=1")], false), (200, &[("cache-control", "no-store")], false),
            (500, &[], false), (500, &[("cache-control", "max-age=1")], true), (302, &[("expires", "0")], true),
            (403, &[("cache-control", "public")], true), (403, &[("cache-control", "private")], true),
            (403, &[("cache-control", "no-cache")], false),
        ];
        for (status, lines, expected) in rows {
            let code = StatusCode::from_u16(*status).unwrap();
            assert_eq!(is_cacheable(code, &headers(lines)), *expected, "{status} {lines:?}");
        }
    }
}
