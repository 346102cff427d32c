//! What kind of request this is.

use http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{ACCESS_CONTROL_REQUEST_METHOD, ORIGIN},
    request::Parts,
};

/// Not CORS, actual, or preflight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RequestKind {
    /// No `Origin`.
    NotCors,
    /// `Origin`, and not a preflight. It may be same-origin: browsers send `Origin` with those too,
    /// except with `GET` and `HEAD` ([append a request `Origin`
    /// header](https://fetch.spec.whatwg.org/#append-a-request-origin-header)).
    Actual,
    /// `OPTIONS`, `Origin` and `Access-Control-Request-Method`, whatever their values
    /// ([CORS-preflight request](https://fetch.spec.whatwg.org/#cors-preflight-request)).
    Preflight,
}

impl RequestKind {
    /// Classifies by the method and by which headers are there.
    #[must_use]
    pub fn of(parts: &Parts) -> Self {
        Self::with_origin(Lines::of(&parts.headers, &ORIGIN), parts).0
    }

    /// With the lines of `Access-Control-Request-Method`, if it is a preflight.
    #[inline]
    pub(super) fn with_origin<'a>(origin: Lines<'_>, parts: &'a Parts) -> (Self, Lines<'a>) {
        if matches!(origin, Lines::None) {
            return (Self::NotCors, Lines::None);
        }
        if parts.method != Method::OPTIONS {
            return (Self::Actual, Lines::None);
        }
        match Lines::of(&parts.headers, &ACCESS_CONTROL_REQUEST_METHOD) {
            Lines::None => (Self::Actual, Lines::None),
            method => (Self::Preflight, method),
        }
    }
}

/// The lines of one header.
#[derive(Clone, Copy, Debug)]
pub(super) enum Lines<'a> {
    None,
    One(&'a HeaderValue),
    /// How many.
    Several(usize),
}

impl<'a> Lines<'a> {
    #[inline]
    pub(super) fn of(headers: &'a HeaderMap, name: &HeaderName) -> Self {
        let Some(line) = headers.get(name) else { return Self::None };
        // Few requests repeat any header. Asking `get_all` at once takes 18 instructions more.
        if headers.len() == headers.keys_len() {
            return Self::One(line);
        }
        Self::count(headers, name, line)
    }

    /// Apart, for it is rare.
    #[cold]
    fn count(headers: &HeaderMap, name: &HeaderName, line: &'a HeaderValue) -> Self {
        match headers.get_all(name).iter().count() {
            1 => Self::One(line),
            lines => Self::Several(lines),
        }
    }

    /// The line, if there is one only.
    #[inline]
    pub(super) fn only(self) -> Option<&'a HeaderValue> {
        match self {
            Self::One(line) => Some(line),
            Self::None | Self::Several(_) => None,
        }
    }
}
