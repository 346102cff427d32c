//! What is wrong with the text of an origin, and the suggestion.

use crate::message::{Message, Suggestion};
use std::{error::Error, fmt};

/// Why a text is not an origin, or not an origin pattern.
///
/// ```
/// use tower_cors::{Origin, origin::OriginErrorKind};
///
/// let error = "https://a.example/".parse::<Origin>().unwrap_err();
/// assert_eq!(error.kind(), OriginErrorKind::TrailingSlash);
/// assert_eq!(error.suggestion(), Some("https://a.example"));
/// assert_eq!(
///     error.to_string(),
///     r#""https://a.example/" ends in a slash: write "https://a.example""#,
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginError {
    pub(super) kind: OriginErrorKind,
    pub(super) input: String,
    pub(super) suggestion: Option<String>,
}

impl OriginError {
    pub(super) fn new(kind: OriginErrorKind, input: &str, stars: bool) -> Self {
        Self {
            kind,
            input: input.to_owned(),
            suggestion: super::suggestion::suggestion(input, stars),
        }
    }

    /// What is wrong, for a program to match on.
    #[must_use]
    pub fn kind(&self) -> OriginErrorKind {
        self.kind
    }

    /// The offending text, as it was given.
    #[must_use]
    pub fn input(&self) -> &str {
        &self.input
    }

    /// What was probably meant: always itself a valid origin (or pattern, where one was asked for).
    #[must_use]
    pub fn suggestion(&self) -> Option<&str> {
        self.suggestion.as_deref()
    }
}

impl fmt::Display for OriginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Message {
            place: None,
            value: Some(&self.input),
            reason: self.kind.reason(),
            suggestion: Suggestion::of(self.suggestion.as_deref(), self.kind.advice()),
        }
        .fmt(f)
    }
}

impl Error for OriginError {}

macro_rules! kinds {
    ($($(#[doc = $doc:literal])* $kind:ident = $reason:literal $(, $advice:literal)?;)*) => {
        /// The ways of writing an origin wrong.
        #[non_exhaustive]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum OriginErrorKind {
            $($(#[doc = $doc])* $kind,)*
        }

        impl OriginErrorKind {
            /// The reason in words, to be read after the offending text: `has a path`.
            #[must_use]
            pub const fn reason(self) -> &'static str {
                match self {
                    $(Self::$kind => $reason,)*
                }
            }

            /// What to do where no corrected text can be offered.
            pub(crate) const fn advice(self) -> Option<&'static str> {
                #[allow(unused_mut, unused_assignments)]
                match self {
                    $(Self::$kind => {
                        let mut advice = None;
                        $(advice = Some($advice);)?
                        advice
                    })*
                }
            }
        }
    };
}

kinds! {
    /// Nothing at all.
    Empty = "is empty", "write an origin such as \"https://app.example.com\"";
    /// White space before, after or within.
    WhiteSpace = "has white space", "write one origin without spaces";
    /// A character that no host has.
    InvalidCharacter = "has a character that no host name has", "use letters, digits, hyphens and underscores";
    /// No `scheme://`.
    MissingScheme = "has no scheme", "begin with \"https://\" or \"http://\"";
    /// Something before `://` that is no scheme.
    InvalidScheme = "has an invalid scheme", "begin with \"https://\" or \"http://\"";
    /// A scheme of more than 64 bytes.
    SchemeTooLong = "has a scheme of more than 64 bytes", "use the scheme that the browser sends";
    /// `file:`, `data:`, `blob:`, `about:`, `javascript:`: browsers send `Origin: null` for them.
    OpaqueScheme = "has a scheme whose pages send `Origin: null`", "serve the page over http or https, or see dangerously_allow_null_origin";
    /// `ws:` or `wss:`: a handshake's `Origin` is that of the page, so `http:` or `https:`.
    WebSocketScheme = "has a WebSocket scheme, which no page has", "use \"https://\" or \"http://\"";
    /// Upper-case letters, which a browser never sends.
    UpperCase = "has upper-case letters, which browsers never send", "use lower case";
    /// `/` at the end.
    TrailingSlash = "ends in a slash", "end after the host or port";
    /// A path.
    Path = "has a path", "end after the host or port";
    /// A query.
    Query = "has a query", "end after the host or port";
    /// A fragment.
    Fragment = "has a fragment", "end after the host or port";
    /// `user@` or `user:password@`.
    UserInfo = "has user information", "leave out what stands before \"@\"";
    /// No host.
    EmptyHost = "has no host", "name a host after \"://\"";
    /// Two dots in a row, or one at the beginning.
    EmptyLabel = "has an empty label in its host", "write the host without doubled or leading dots";
    /// A dot at the end of the host.
    TrailingDot = "has a host that ends in a dot", "leave out the dot";
    /// A label of more than 63 bytes.
    LabelTooLong = "has a label of more than 63 bytes", "no DNS name has one";
    /// A host of more than 253 bytes.
    HostTooLong = "has a host of more than 253 bytes", "no DNS name is longer";
    /// A host in Unicode; browsers send its Punycode.
    UnicodeHost = "has a host in Unicode, which browsers send as Punycode", "write what `location.origin` prints in a browser's console";
    /// An IPv4 address in another spelling than four decimal numbers.
    NonCanonicalIpv4 = "has a non-canonical IPv4 address", "write four decimal numbers up to 255";
    /// What stands in brackets is no IPv6 address.
    InvalidIpv6 = "has an invalid IPv6 address", "write it as in \"http://[::1]:8080\"";
    /// An IPv6 address in another spelling than the compressed, lower-case one.
    NonCanonicalIpv6 = "has a non-canonical IPv6 address", "compress its longest run of zeros, in lower case";
    /// An IPv6 address outside brackets.
    Ipv6WithoutBrackets = "has more than one colon after its scheme", "write an IPv6 address in brackets";
    /// A colon without a port.
    EmptyPort = "has a colon but no port", "leave out the colon";
    /// A port that is no number from 1 to 65535, or has leading zeros.
    InvalidPort = "has an invalid port", "write a number from 1 to 65535";
    /// The scheme's own port, which browsers leave out.
    DefaultPort = "has its scheme's default port, which browsers leave out", "leave it out";
    /// `null`, which is no host's origin.
    Null = "is what any sandboxed or local page sends", "see dangerously_allow_null_origin";
    /// A star where an origin was asked for.
    Pattern = "is a pattern, not an origin", "name one origin, or use an OriginPattern";
    /// `*`, which stands for any origin and is no pattern.
    StarAlone = "stands for any origin and is no pattern", "use `Any`";
    /// A star in the scheme.
    StarInScheme = "has a star in its scheme", "name each scheme";
    /// A star in an IP address.
    StarInIpAddress = "has a star in an IP address", "name each address";
    /// More than one star in the host.
    StarTwice = "has more than one star in its host", "one star, in the leftmost label";
    /// A star in another label than the leftmost.
    StarNotLeftmost = "has a star in another label than the leftmost", "one star, in the leftmost label";
    /// A star with fewer than two labels after its own (`localhost` excepted).
    StarTooBroad = "has a star with fewer than two labels after it", "name the domain, as in \"https://*.example.com\"";
}
