//! What can be wrong with the text of an origin.

macro_rules! kinds {
    ($($(#[doc = $doc:literal])* $kind:ident = $reason:literal, $advice:literal;)*) => {
        /// What is wrong with the text of an origin or a pattern.
        #[non_exhaustive]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum OriginErrorKind {
            $($(#[doc = $doc])* $kind,)*
        }

        impl OriginErrorKind {
            /// The reason in words, to be read after the text: `has a path`.
            #[must_use]
            pub const fn reason(&self) -> &'static str {
                match self {
                    $(Self::$kind => $reason,)*
                }
            }

            /// What to do where there is no corrected text to suggest.
            pub(crate) const fn advice(&self) -> &'static str {
                match self {
                    $(Self::$kind => $advice,)*
                }
            }
        }
    };
}

kinds! {
    /// The text is empty.
    Empty = "is empty", "write an origin such as \"https://app.example.com\"";
    /// White space before, after or inside the origin.
    WhiteSpace = "has white space", "write one origin without spaces";
    /// Quotation marks around the origin, or a JSON array in one string.
    Quotes = "has quotation marks", "write it without them";
    /// A comma: several origins where one is expected.
    Comma = "has a comma", "write one origin";
    /// A semicolon: several origins, or the end of a statement.
    Semicolon = "has a semicolon", "write one origin; a list is separated by commas";
    /// A regular expression: `https?://example.com`.
    RegularExpression = "looks like a regular expression", "write each origin, or use `AllowOrigin::regex`";
    /// A character that is not valid in a host name.
    InvalidCharacter = "has a character that is not valid in a host name", "use letters, digits, hyphens and underscores";
    /// No `scheme://`.
    MissingScheme = "has no scheme", "begin with \"https://\" or \"http://\"";
    /// What stands before `://` is not a valid scheme.
    InvalidScheme = "has an invalid scheme", "begin with \"https://\" or \"http://\"";
    /// A scheme longer than 64 bytes.
    SchemeTooLong = "has a scheme longer than 64 bytes", "use the scheme that the browser sends";
    /// `https://https://`.
    SchemeTwice = "has two schemes", "remove one of them";
    /// `http` or `https` with a typing error: `htps`.
    MisspelledScheme = "has a misspelled scheme", "use \"https://\" or \"http://\"";
    /// `file:`, `data:`, `blob:`, `about:`, `javascript:`: browsers send `Origin: null` for them.
    OpaqueScheme = "has a scheme whose pages send `Origin: null`", "serve the page over http or https, or see dangerously_allow_null_origin";
    /// `file://`, which some web views send. Policies need an opt-in for it.
    LocalFile = "is what any local file sends in some web views", "see dangerously_allow_null_origin";
    /// `ws:` or `wss:`. The `Origin` of a WebSocket handshake is the page's: `http:` or `https:`.
    WebSocketScheme = "has a WebSocket scheme, which pages do not have", "use \"https://\" or \"http://\"";
    /// Upper-case letters, which browsers never send.
    UpperCase = "has upper-case letters, which browsers never send", "use lower case";
    /// A `/` at the end.
    TrailingSlash = "has a trailing slash", "remove what follows the host and port";
    /// A path.
    Path = "has a path", "remove what follows the host and port";
    /// A query.
    Query = "has a query", "remove what follows the host and port";
    /// A fragment.
    Fragment = "has a fragment", "remove what follows the host and port";
    /// `user@` or `user:password@`.
    UserInfo = "has user information", "remove everything up to the \"@\"";
    /// No host.
    EmptyHost = "has no host", "add a host after \"://\"";
    /// A dot at the beginning of the host, or two dots in a row.
    EmptyLabel = "has an empty label in its host", "remove leading and doubled dots";
    /// A dot at the end of the host.
    TrailingDot = "has a host that ends in a dot", "remove the dot";
    /// A label longer than 63 bytes.
    LabelTooLong = "has a label longer than 63 bytes", "use a shorter label: DNS allows no longer one";
    /// A host longer than 253 bytes.
    HostTooLong = "has a host longer than 253 bytes", "use a shorter host: DNS allows no longer one";
    /// A Unicode host. Browsers send it as Punycode.
    UnicodeHost = "has a Unicode host, which browsers send as Punycode", "write what `location.origin` prints in a browser's console";
    /// A label that begins with `xn--`, but that does not decode.
    InvalidPunycode = "has a label that is not valid Punycode", "write what `location.origin` prints in a browser's console";
    /// A host that browsers read as an IPv4 address, but not written as four decimal numbers.
    NonCanonicalIpv4 = "has a host that ends in a number but is not a canonical IPv4 address", "write four decimal numbers from 0 to 255";
    /// What stands in brackets is not an IPv6 address.
    InvalidIpv6 = "has an invalid IPv6 address", "write it as in \"http://[::1]:8080\"";
    /// An IPv6 address that is not in the compressed lower-case form.
    NonCanonicalIpv6 = "has a non-canonical IPv6 address", "compress its longest run of zeros, in lower case";
    /// An IPv6 address outside brackets.
    Ipv6WithoutBrackets = "has more than one colon after its scheme", "write an IPv6 address in brackets";
    /// A colon without a port.
    EmptyPort = "has a colon but no port", "remove the colon";
    /// A port that is not a number from 1 to 65535, or has leading zeros.
    InvalidPort = "has an invalid port", "write a number from 1 to 65535";
    /// The default port of the scheme, which browsers leave out.
    DefaultPort = "has its scheme's default port, which browsers leave out", "remove it";
    /// A port after the id of a browser extension.
    PortOfExtension = "has a port, which origins of extensions do not have", "remove it";
    /// `null`, which pages of many different sites send.
    Null = "is what any sandboxed or local page sends", "see dangerously_allow_null_origin";
    /// A star where an origin was expected.
    Pattern = "is a pattern, not an origin", "write one origin, or use an OriginPattern";
    /// `*`, which stands for any origin.
    StarAlone = "matches any origin and is not a pattern", "use `Any`";
    /// A star in the scheme.
    StarInScheme = "has a star in its scheme", "write an origin for each scheme";
    /// A star in an IP address.
    StarInIpAddress = "has a star in an IP address", "write an origin for each address";
    /// A star beside digits in the port.
    StarInPort = "has a star inside its port", "write a number from 1 to 65535, or a single star for any port";
    /// A star beside other characters in a host that is not a domain: `chrome-extension://abc*`.
    StarInOpaqueHost = "has a star inside a host that is not a domain", "write the whole host, such as the id of an extension, or a single star for every host";
    /// More than one star in the host.
    StarTwice = "has more than one star in its host", "use one star, in the leftmost label";
    /// A star in another label than the leftmost one.
    StarNotLeftmost = "has a star outside its leftmost label", "use one star, in the leftmost label";
    /// A star without a domain after it, or a star inside a label with only one label after it. (That
    /// one label may be a special-use name such as `localhost`.)
    StarTooBroad = "has a star with fewer than two labels after it", "name the domain, as in \"https://*.example.com\"";
}
