//! One origin pattern.

use super::{
    error::OriginError,
    grammar::{self, Layout, Port, Star, Syntax},
    host,
    origin::Origin,
    panic_text::PanicText,
};
use std::{
    borrow::Cow,
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    str::FromStr,
};

/// An origin, or many: `https://*.example.com`, `https://app-git-*-team.example.dev`,
/// `http://localhost:*`.
///
/// The [module](crate::origin) describes the grammar. A pattern without a star matches exactly one
/// origin.
///
/// ```
/// use tower_cors::{Origin, OriginPattern};
///
/// const SUBDOMAINS: OriginPattern = OriginPattern::from_static("https://*.example.com");
///
/// assert!(SUBDOMAINS.matches(&Origin::from_static("https://a.b.example.com")));
/// assert!(!SUBDOMAINS.matches(&Origin::from_static("https://example.com")));
/// assert!(!SUBDOMAINS.matches(&Origin::from_static("http://a.example.com")));
///
/// let error = "https://*example.com".parse::<OriginPattern>().unwrap_err();
/// assert_eq!(error.suggestion(), Some("https://*.example.com"));
/// ```
#[derive(Clone)]
pub struct OriginPattern {
    // Invariant: valid by `grammar::parse` with stars.
    text: Cow<'static, str>,
    layout: Layout,
}

impl OriginPattern {
    /// Creates a pattern from a literal.
    ///
    /// # Panics
    ///
    /// Panics if `text` is not a valid pattern. In a `const` this is a compile error:
    ///
    /// ```compile_fail
    /// use tower_cors::OriginPattern;
    ///
    /// const WRONG: OriginPattern = OriginPattern::from_static("https://*example.com");
    /// # let _ = WRONG;
    /// ```
    #[must_use]
    pub const fn from_static(text: &'static str) -> Self {
        match grammar::parse(text.as_bytes(), Syntax::Pattern) {
            Ok(layout) => Self { text: Cow::Borrowed(text), layout },
            Err(kind) => panic!("{}", PanicText::new(text, kind).as_str()),
        }
    }

    /// The text that was parsed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The scheme, without `://`.
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.text[..self.layout.scheme_end.into()]
    }

    /// The host, with its star if it has one, and with the brackets of an IPv6 address.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.text[self.host_start()..self.layout.host_end.into()]
    }

    /// Whether the pattern has no star, so that it matches exactly one origin.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.layout.star == Star::None && self.layout.port != Port::Any
    }

    /// Whether the pattern matches `origin`. No pattern matches `null`.
    #[must_use]
    pub fn matches(&self, origin: &Origin) -> bool {
        let Some(layout) = origin.layout() else { return false };
        let port_matches = match self.layout.port {
            Port::Any => true,
            port => port == layout.port,
        };
        if !port_matches || self.scheme() != origin.scheme() {
            return false;
        }
        let (host, pattern) = (origin.host(), self.host());
        let Some((prefix, suffix)) = pattern.split_once('*') else { return host == pattern };
        let middle = host.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(suffix));
        middle.is_some_and(|middle| {
            !middle.is_empty() && (self.layout.star == Star::Labels || !middle.contains('.'))
        })
    }

    /// The domain whose subdomains match: what follows the label with the star. `None` if there is
    /// no star, and where nobody can register names: special-use names (`https://*.internal`), and
    /// schemes whose hosts are not domains.
    #[cfg(feature = "public-suffix")]
    pub(crate) fn domain_beneath_star(&self) -> Option<&str> {
        if self.layout.star == Star::None || !super::scheme::has_domains(self.scheme().as_bytes()) {
            return None;
        }
        let (_, domain) = self.host().split_once('.')?;
        (!host::is_special_use(domain.as_bytes())).then_some(domain)
    }

    /// Whether the pattern covers a whole top-level domain: `https://*.com`. That is `*` in
    /// disguise, and takes
    /// [`dangerously_allow_public_suffix_subdomains`](crate::PolicyBuilder::dangerously_allow_public_suffix_subdomains)
    /// in a policy.
    ///
    /// ```
    /// use tower_cors::OriginPattern;
    ///
    /// assert!(OriginPattern::from_static("https://*.com").covers_top_level_domain());
    /// assert!(!OriginPattern::from_static("https://*.example.com").covers_top_level_domain());
    /// // Nobody can register names under `internal`.
    /// assert!(!OriginPattern::from_static("https://*.internal").covers_top_level_domain());
    /// ```
    #[must_use]
    pub fn covers_top_level_domain(&self) -> bool {
        grammar::covers_top_level_domain(self.text.as_bytes(), self.layout)
    }

    /// Whether this is `file://`, which some web views send for every local file.
    pub(crate) fn is_local_file(&self) -> bool {
        self.scheme() == "file"
    }

    /// Whether every host that it matches is the machine that the browser runs on.
    pub(crate) fn is_loopback(&self) -> bool {
        host::is_loopback(self.host())
    }

    fn host_start(&self) -> usize {
        usize::from(self.layout.scheme_end) + 3
    }

    pub(super) fn layout(&self) -> Layout {
        self.layout
    }
}

impl FromStr for OriginPattern {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        match grammar::parse(text.as_bytes(), Syntax::Pattern) {
            Ok(layout) => Ok(Self { text: Cow::Owned(text.to_owned()), layout }),
            Err(kind) => Err(OriginError::new(kind, text, Syntax::Pattern)),
        }
    }
}

impl TryFrom<&str> for OriginPattern {
    type Error = OriginError;

    fn try_from(text: &str) -> Result<Self, OriginError> {
        text.parse()
    }
}

impl TryFrom<String> for OriginPattern {
    type Error = OriginError;

    #[inline]
    fn try_from(text: String) -> Result<Self, OriginError> {
        match grammar::parse(text.as_bytes(), Syntax::Pattern) {
            Ok(layout) => Ok(Self { text: Cow::Owned(text), layout }),
            Err(kind) => Err(OriginError::new(kind, &text, Syntax::Pattern)),
        }
    }
}

/// # Errors
///
/// Returns an error for `null`, which no pattern matches; for an origin whose host ends in a dot: it
/// is a different origin than the one without the dot, and hardly ever the one that is meant; and
/// for the origin of an extension that no browser sends: one with a port, or with an id in upper
/// case where ids are in lower case.
impl TryFrom<Origin> for OriginPattern {
    type Error = OriginError;

    fn try_from(origin: Origin) -> Result<Self, OriginError> {
        origin.as_str().parse()
    }
}

impl AsRef<str> for OriginPattern {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq for OriginPattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for OriginPattern {}

/// The order of the texts.
impl Ord for OriginPattern {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}

impl PartialOrd for OriginPattern {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for OriginPattern {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl fmt::Display for OriginPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl fmt::Debug for OriginPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OriginPattern").field(&self.text).finish()
    }
}
