//! One origin.

use super::{
    error::{OriginError, OriginErrorKind},
    grammar::{self, Layout, MAX_ORIGIN, Port, Star},
};
use http::HeaderValue;
use std::{
    fmt,
    hash::{Hash, Hasher},
    str::FromStr,
};

/// An origin as a browser sends it: `https://app.example.com`, `http://localhost:3000`, or the
/// opaque `null`.
///
/// The grammar is that of the [module](crate::origin). Equality is that of the text, which, the
/// text being canonical, is [same
/// origin](https://html.spec.whatwg.org/multipage/browsers.html#same-origin); only `null` differs,
/// which HTML calls not even the same as itself, and which matches nothing here without its own
/// opt-in.
///
/// ```
/// use tower_cors::Origin;
///
/// const APP: Origin = Origin::from_static("https://app.example.com");
///
/// let origin = "https://app.example.com".parse::<Origin>()?;
/// assert_eq!(origin, APP);
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
    /// The opaque origin: sandboxed frames, local files, some redirects.
    pub const NULL: Self = Self { value: HeaderValue::from_static("null"), layout: None };

    /// An origin from a literal.
    ///
    /// # Panics
    ///
    /// If `text` is no origin. In a `const`, that is an error of the compiler:
    ///
    /// ```compile_fail
    /// use tower_cors::Origin;
    ///
    /// const WRONG: Origin = Origin::from_static("https://app.example.com/");
    /// # let _ = WRONG;
    /// ```
    #[must_use]
    pub const fn from_static(text: &'static str) -> Self {
        match grammar::parse(text.as_bytes(), false) {
            Ok(layout) => Self { value: HeaderValue::from_static(text), layout: Some(layout) },
            Err(OriginErrorKind::Null) => Self::NULL,
            Err(kind) => panic!("{}", kind.reason()),
        }
    }

    /// Reads the value of an `Origin` header; `None` where that is not the canonical
    /// serialization of an origin. Allocates nothing.
    pub(crate) fn from_header(value: &HeaderValue) -> Option<Self> {
        if value.len() > MAX_ORIGIN {
            return None;
        }
        match grammar::parse(value.as_bytes(), false) {
            Ok(layout) => Some(Self { value: value.clone(), layout: Some(layout) }),
            Err(OriginErrorKind::Null) => Some(Self::NULL),
            Err(_) => None,
        }
    }

    /// The same, freed from the memory of the request it was read from.
    #[cfg(feature = "resolver")]
    pub(crate) fn detached(&self) -> Self {
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

    /// The scheme, without `://`; empty for `null`.
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.layout.map_or("", |layout| &self.as_str()[..layout.scheme_end.into()])
    }

    /// The host, with the brackets of an IPv6 address; empty for `null`.
    #[must_use]
    pub fn host(&self) -> &str {
        self.layout.map_or("", |layout| {
            &self.as_str()[usize::from(layout.scheme_end) + 3..layout.host_end.into()]
        })
    }

    /// The port, if it is not the scheme's default.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        match self.layout?.port {
            Port::Number(port) => Some(port),
            Port::Default | Port::Any => None,
        }
    }

    /// The port, or the scheme's default; `None` for `null` and for schemes without one.
    #[must_use]
    pub fn port_or_default(&self) -> Option<u16> {
        let default =
            || grammar::default_port(self.value.as_bytes(), self.layout?.scheme_end.into());
        self.port().or_else(default)
    }

    /// Whether this is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.layout.is_none()
    }

    /// Whether the host is this very machine: `localhost`, `*.localhost`, 127.0.0.0/8 or `[::1]`
    /// ([potentially trustworthy
    /// hosts](https://w3c.github.io/webappsec-secure-contexts/#is-origin-trustworthy)).
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback_host(self.host())
    }

    pub(super) fn layout(&self) -> Option<Layout> {
        self.layout
    }
}

pub(super) fn is_loopback_host(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host == "[::1]"
        || host.parse().is_ok_and(|address: std::net::Ipv4Addr| address.is_loopback())
}

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        let layout = match grammar::parse(text.as_bytes(), false) {
            Ok(layout) => layout,
            Err(OriginErrorKind::Null) => return Ok(Self::NULL),
            Err(kind) => return Err(OriginError::new(kind, text, false)),
        };
        debug_assert!(matches!(layout.star, Star::None));
        let value = HeaderValue::from_str(text)
            .map_err(|_| OriginError::new(OriginErrorKind::InvalidCharacter, text, false))?;
        Ok(Self { value, layout: Some(layout) })
    }
}

impl TryFrom<&str> for Origin {
    type Error = OriginError;

    fn try_from(text: &str) -> Result<Self, OriginError> {
        text.parse()
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
