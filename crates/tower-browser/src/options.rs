//! What a script chooses in the second argument of `fetch()`.

use std::fmt;

pub use super::body::RequestBody;

/// The [mode](https://fetch.spec.whatwg.org/#concept-request-mode) of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Mode {
    /// `"cors"`, what `fetch()` uses unless told otherwise: another origin's response is readable
    /// when that origin says so.
    #[default]
    Cors,
    /// `"no-cors"`: only what a form could send, and another origin's response stays opaque.
    NoCors,
    /// `"same-origin"`: never another origin, not by redirect either.
    SameOrigin,
}

impl Mode {
    /// The value as a script and `Sec-Fetch-Mode` write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cors => "cors",
            Self::NoCors => "no-cors",
            Self::SameOrigin => "same-origin",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The [credentials mode](https://fetch.spec.whatwg.org/#concept-request-credentials-mode) of a
/// request: when cookies go with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Credentials {
    /// `"omit"`: never.
    Omit,
    /// `"same-origin"`, what `fetch()` uses unless told otherwise: to the page's own origin only.
    #[default]
    SameOrigin,
    /// `"include"`: always. The one mode in which `*` stops being a wildcard and
    /// `Access-Control-Allow-Credentials` matters, whether or not there is a cookie.
    Include,
}

/// The [redirect mode](https://fetch.spec.whatwg.org/#concept-request-redirect-mode) of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Redirect {
    /// `"follow"`, what `fetch()` uses unless told otherwise.
    #[default]
    Follow,
    /// `"error"`: a redirect is a network error.
    Error,
    /// `"manual"`: a redirect is an opaque answer of type
    /// [`OpaqueRedirect`](super::answer::ResponseType::OpaqueRedirect).
    Manual,
}

/// A part of a page that loads a resource; see [`Page::element`](super::Page::element).
///
/// Scripts, images, styles and media are loaded in the mode [`NoCors`](Mode::NoCors) with
/// [credentials](Credentials::Include), unless the element has the attribute `crossorigin`; module
/// scripts and fonts always in the mode [`Cors`](Mode::Cors), with
/// [`SameOrigin`](Credentials::SameOrigin).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Element {
    /// `<script src>`.
    Script,
    /// `<script type="module" src>`, `import`.
    ModuleScript,
    /// A font of a style sheet.
    Font,
    /// `<img>`.
    Image,
    /// `<link rel="stylesheet">`.
    Style,
    /// `<video>`.
    Media,
}

impl Element {
    pub(super) const fn destination(self) -> &'static str {
        match self {
            Self::Script | Self::ModuleScript => "script",
            Self::Font => "font",
            Self::Image => "image",
            Self::Style => "style",
            Self::Media => "video",
        }
    }

    pub(super) const fn is_always_cors(self) -> bool {
        matches!(self, Self::ModuleScript | Self::Font)
    }
}

/// The [referrer policy](https://w3c.github.io/webappsec-referrer-policy/) of a page or a fetch. It
/// decides whether requests without CORS name the page in `Origin`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ReferrerPolicy {
    /// `"no-referrer"`
    NoReferrer,
    /// `"no-referrer-when-downgrade"`
    NoReferrerWhenDowngrade,
    /// `"origin"`
    Origin,
    /// `"origin-when-cross-origin"`
    OriginWhenCrossOrigin,
    /// `"same-origin"`
    SameOrigin,
    /// `"strict-origin"`
    StrictOrigin,
    /// `"strict-origin-when-cross-origin"`, what browsers use unless told otherwise.
    #[default]
    StrictOriginWhenCrossOrigin,
    /// `"unsafe-url"`
    UnsafeUrl,
}

/// How public an address is, as [local network
/// access](https://wicg.github.io/local-network-access/#ip-address-space) sees it; see
/// [`Browser::address_space`](super::Browser::address_space).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum AddressSpace {
    /// The machine itself: `localhost`, `127.0.0.1`.
    Loopback,
    /// A local network: `192.168.1.1`, `printer.local`.
    Local,
    /// The Internet.
    Public,
}

impl AddressSpace {
    /// The value as Chromium's console and `targetAddressSpace` write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Loopback => "loopback",
            Self::Local => "local",
            Self::Public => "public",
        }
    }
}

impl fmt::Display for AddressSpace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The [cache mode](https://fetch.spec.whatwg.org/#concept-request-cache-mode) of a request. It
/// matters only in a browser with [an HTTP cache](super::Browser::http_cache).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum CacheMode {
    /// `"default"`: a fresh stored response is used, a stale one revalidated.
    #[default]
    Default,
    /// `"no-store"`: as if there were no cache.
    NoStore,
    /// `"reload"`: the cache is filled, not asked.
    Reload,
    /// `"no-cache"`: what is stored is always revalidated.
    NoCache,
    /// `"force-cache"`: what is stored is used, stale or not.
    ForceCache,
    /// `"only-if-cached"`: as `ForceCache`, and a network error if nothing is stored. Scripts may
    /// use it with [`Mode::SameOrigin`] only.
    OnlyIfCached,
}
