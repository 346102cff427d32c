//! One thing that is wrong.

use std::fmt;

use crate::reason::Reason;

/// The kinds of things that a checkup finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// The page cannot read the answer.
    Blocked,
    /// The script asked for an opaque answer, with the mode `no-cors`.
    Opaque,
    /// A header that the script reads is not exposed.
    NotExposed,
    /// `Authorization` is allowed by `*`, which engines accept so far, against the standard.
    Authorization,
    /// The route was added after the CORS layer.
    LayerBeforeRoute,
    /// The CORS layer covers the routes, but not what answers unknown paths.
    ErrorPages,
    /// A login outside the CORS layer.
    LoginOutside,
    /// Another layer outside the CORS layer answers some requests.
    OutsideLayer,
    /// The request was redirected, where browsers do not follow or the target has no CORS headers.
    Redirected,
    /// A panic is not turned into a response with CORS headers.
    Panic,
    /// The CORS layer stands inside method routing, which answers preflights.
    RouteLayer,
    /// An `OPTIONS` route answers preflights.
    OptionsRoute,
    /// Two CORS layers.
    TwoLayers,
    /// Something else than the CORS layer sets CORS headers.
    ForeignHeader,
    /// The answer depends on `Origin`, and `Vary` does not say so.
    Vary,
    /// `Access-Control-Max-Age` is not a number of seconds.
    MaxAge,
    /// Any origin is granted, with credentials.
    Reflected,
    /// The server allows the page's host with another scheme, with or without `www.`, or with
    /// another name of this machine: `localhost`, `127.0.0.1`, `[::1]`.
    OtherForm,
}

impl Kind {
    /// The kind as a short name: `blocked`, `vary`, `login-outside`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::Opaque => "opaque",
            Self::NotExposed => "not-exposed",
            Self::Authorization => "authorization",
            Self::LayerBeforeRoute => "layer-before-route",
            Self::ErrorPages => "error-pages",
            Self::LoginOutside => "login-outside",
            Self::OutsideLayer => "outside-layer",
            Self::Redirected => "redirected",
            Self::Panic => "panic",
            Self::RouteLayer => "route-layer",
            Self::OptionsRoute => "options-route",
            Self::TwoLayers => "two-layers",
            Self::ForeignHeader => "foreign-header",
            Self::Vary => "vary",
            Self::MaxAge => "max-age",
            Self::Reflected => "reflected",
            Self::OtherForm => "other-form",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing that is wrong: what, the culprit, and the fix.
#[derive(Debug, Clone)]
pub struct Finding {
    kind: Kind,
    what: String,
    culprit: String,
    suggestion: String,
}

impl Finding {
    pub(super) fn new(
        kind: Kind,
        what: impl Into<String>,
        culprit: impl Into<String>,
        suggestion: impl Into<String>,
    ) -> Self {
        Self { kind, what: what.into(), culprit: culprit.into(), suggestion: suggestion.into() }
    }

    /// What the reason itself names, for the fetch of `url`.
    pub(super) fn of_reason(kind: Kind, url: &str, reason: &Reason) -> Self {
        Self::new(
            kind,
            format!("the page cannot read {url:?}: {reason}"),
            reason.culprit(),
            reason.suggestion(),
        )
    }

    /// The kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What was seen.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }

    /// What nearly always causes it.
    #[must_use]
    pub fn culprit(&self) -> &str {
        &self.culprit
    }

    /// How to fix it.
    #[must_use]
    pub fn suggestion(&self) -> &str {
        &self.suggestion
    }
}

/// Three lines.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n  culprit: {}\n  suggestion: {}", self.what, self.culprit, self.suggestion)
    }
}
