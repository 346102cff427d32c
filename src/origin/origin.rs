//! One origin.

use super::{
    error::OriginError,
    grammar::{self, Layout, MAX_ORIGIN, Port, Syntax},
    host,
    kind::OriginErrorKind,
    panic_text::PanicText,
    scheme,
};
use http::HeaderValue;
use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    str::FromStr,
};

/// An origin as a browser sends it: `https://app.example.com`, `http://localhost:3000`, or the
/// opaque `null`.
///
/// The [module](crate::origin) describes the grammar. Two origins are equal if their texts are.
/// The text is canonical, so this is [same
/// origin](https://html.spec.whatwg.org/multipage/browsers.html#same-origin), except for `null`:
/// HTML says that `null` is not even the same as itself, and here it matches nothing without its
/// own opt-in.
///
/// An origin also compares with a `str` and with the value of a header:
///
/// ```
/// use tower_cors::Origin;
///
/// const APP: Origin = Origin::from_static("https://app.example.com");
///
/// let origin = "https://app.example.com".parse::<Origin>()?;
/// assert_eq!(origin, APP);
/// assert_eq!(origin, "https://app.example.com");
/// assert_eq!((origin.scheme(), origin.host(), origin.port()), ("https", "app.example.com", None));
/// assert!("https://app.example.com/".parse::<Origin>().is_err());
/// # Ok::<(), tower_cors::origin::OriginError>(())
/// ```
#[derive(Clone)]
pub struct Origin {
    // Kept as the header value that it is read from and echoed as.
    // Invariant: valid by `grammar::parse`, or `null` (which alone has no layout).
    value: HeaderValue,
    layout: Option<Layout>,
}

impl Origin {
    /// The opaque origin. Sandboxed frames, local files and some redirects send it.
    pub const NULL: Self = Self { value: HeaderValue::from_static("null"), layout: None };

    /// Creates an origin from a literal.
    ///
    /// # Panics
    ///
    /// Panics if `text` is not a valid origin. In a `const` this is a compile error:
    ///
    /// ```compile_fail
    /// use tower_cors::Origin;
    ///
    /// const WRONG: Origin = Origin::from_static("https://app.example.com/");
    /// # let _ = WRONG;
    /// ```
    #[must_use]
    pub const fn from_static(text: &'static str) -> Self {
        match grammar::parse(text.as_bytes(), Syntax::Origin) {
            Ok(layout) => Self { value: HeaderValue::from_static(text), layout: Some(layout) },
            Err(OriginErrorKind::Null) => Self::NULL,
            Err(kind) => panic!("{}", PanicText::new(text, kind).as_str()),
        }
    }

    /// Reads the value of an `Origin` header. Returns `None` if it is not the canonical
    /// serialization of an origin. Allocates nothing.
    pub(crate) fn from_header(value: &HeaderValue) -> Option<Self> {
        if value == "null" {
            return Some(Self::NULL);
        }
        OriginRef::new(value).map(OriginRef::to_origin)
    }

    /// A copy that shares no memory with the request that this origin was read from.
    ///
    /// An origin that was read from a header keeps the memory of that request's headers as long as
    /// it lives. A cache or a set should hold such a copy.
    ///
    /// ```
    /// use http::HeaderValue;
    /// use tower_cors::Origin;
    ///
    /// let header = HeaderValue::from_static("https://app.example.com");
    /// let origin = Origin::try_from(&header)?;
    /// assert_eq!(origin.detached(), origin);
    /// # Ok::<(), tower_cors::origin::OriginError>(())
    /// ```
    #[must_use]
    pub fn detached(&self) -> Self {
        Self {
            value: HeaderValue::from_bytes(self.value.as_bytes()).unwrap_or(self.value.clone()),
            layout: self.layout,
        }
    }

    /// The serialization: `https://app.example.com`, or `null`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Visible ASCII by the grammar, so never the default.
        self.value.to_str().unwrap_or_default()
    }

    /// The bytes of the serialization.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.value.as_bytes()
    }

    /// The scheme, without `://`. Empty for `null`.
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.layout.map_or("", |layout| &self.as_str()[..layout.scheme_end.into()])
    }

    /// The host, with the brackets of an IPv6 address. Empty for `null`.
    #[must_use]
    pub fn host(&self) -> &str {
        self.layout.map_or("", |layout| {
            &self.as_str()[usize::from(layout.scheme_end) + 3..layout.host_end.into()]
        })
    }

    /// The port, if it is not the default port of the scheme.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        match self.layout?.port {
            Port::Number(port) => Some(port),
            Port::Default | Port::Any => None,
        }
    }

    /// The port, or the default port of the scheme. `None` for `null` and for schemes that have no
    /// default port.
    #[must_use]
    pub fn port_or_default(&self) -> Option<u16> {
        self.port().or_else(|| self.default_port())
    }

    /// The default port of the scheme.
    pub(crate) fn default_port(&self) -> Option<u16> {
        scheme::default_port(self.scheme().as_bytes())
    }

    /// Whether this is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.layout.is_none()
    }

    /// Whether the host is the machine that the browser runs on: `localhost`, `*.localhost`,
    /// 127.0.0.0/8 or `[::1]` ([potentially trustworthy
    /// hosts](https://w3c.github.io/webappsec-secure-contexts/#is-origin-trustworthy)).
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        host::is_loopback(self.host())
    }

    pub(super) fn layout(&self) -> Option<Layout> {
        self.layout
    }

    /// `text`, with `value` made of the same bytes.
    fn parse(
        text: &str,
        value: impl FnOnce() -> Result<HeaderValue, http::header::InvalidHeaderValue>,
    ) -> Result<Self, OriginError> {
        match grammar::parse(text.as_bytes(), Syntax::Origin) {
            Ok(layout) => match value() {
                Ok(value) => Ok(Self { value, layout: Some(layout) }),
                // Cannot happen: the grammar allows visible ASCII only.
                Err(_) => {
                    Err(OriginError::new(OriginErrorKind::InvalidCharacter, text, Syntax::Origin))
                }
            },
            Err(OriginErrorKind::Null) => Ok(Self::NULL),
            Err(kind) => Err(OriginError::new(kind, text, Syntax::Origin)),
        }
    }
}

/// A valid origin other than `null`, as a request has it. It costs less to make than an [`Origin`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct OriginRef<'a> {
    value: &'a HeaderValue,
    layout: Layout,
}

impl<'a> OriginRef<'a> {
    /// Reads the value of an `Origin` header. Returns `None` if it is not the canonical
    /// serialization of an origin, or is `null`.
    #[inline]
    pub(crate) fn new(value: &'a HeaderValue) -> Option<Self> {
        if value.len() > MAX_ORIGIN {
            return None;
        }
        let layout = grammar::read(value.as_bytes(), Syntax::Origin).ok()?;
        Some(Self { value, layout })
    }

    pub(crate) fn to_origin(self) -> Origin {
        Origin { value: self.value.clone(), layout: Some(self.layout) }
    }

    /// Whether this is `file://`, which some web views send for every local file.
    pub(crate) fn is_local_file(self) -> bool {
        self.as_bytes().starts_with(b"file:")
    }

    pub(super) fn as_bytes(self) -> &'a [u8] {
        self.value.as_bytes()
    }

    pub(super) fn layout(self) -> Layout {
        self.layout
    }
}

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        Self::parse(text, || HeaderValue::from_str(text))
    }
}

impl TryFrom<&str> for Origin {
    type Error = OriginError;

    fn try_from(text: &str) -> Result<Self, OriginError> {
        text.parse()
    }
}

impl TryFrom<String> for Origin {
    type Error = OriginError;

    fn try_from(text: String) -> Result<Self, OriginError> {
        text.parse()
    }
}

/// Reads the value of an `Origin` header. Shares its bytes; only an error allocates.
///
/// ```
/// use http::HeaderValue;
/// use tower_cors::Origin;
///
/// let value = HeaderValue::from_static("https://app.example.com");
/// assert_eq!(Origin::try_from(&value)?.host(), "app.example.com");
/// # Ok::<(), tower_cors::origin::OriginError>(())
/// ```
impl TryFrom<&HeaderValue> for Origin {
    type Error = OriginError;

    fn try_from(value: &HeaderValue) -> Result<Self, OriginError> {
        let text = String::from_utf8_lossy(value.as_bytes());
        Self::parse(&text, || Ok(value.clone()))
    }
}

impl From<Origin> for HeaderValue {
    fn from(origin: Origin) -> Self {
        origin.value
    }
}

impl AsRef<str> for Origin {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq for Origin {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Eq for Origin {}

impl PartialEq<str> for Origin {
    fn eq(&self, other: &str) -> bool {
        self.value == *other
    }
}

impl PartialEq<&str> for Origin {
    fn eq(&self, other: &&str) -> bool {
        self.value == **other
    }
}

impl PartialEq<HeaderValue> for Origin {
    fn eq(&self, other: &HeaderValue) -> bool {
        self.value == *other
    }
}

/// The order of the texts.
impl Ord for Origin {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl PartialOrd for Origin {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for Origin {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Origin").field(&self.as_str()).finish()
    }
}
