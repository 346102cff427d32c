//! What is wrong with a policy: all of it, each with its suggestion.

use super::setting::Setting;
use crate::{
    errors::Errors,
    message::{Escaped, Message, Quoted, Suggestion},
    origin::OriginErrorKind,
};
use std::{borrow::Cow, error::Error, fmt};

/// Everything that is wrong with a policy.
///
/// It prints one line for each error, and iterates over them.
///
/// ```
/// use tower_cors::{CorsLayer, policy::PolicyErrorKind};
///
/// let errors = CorsLayer::builder()
///     .allow_origin(["https://app.example.com/", "app.example.org"])
///     .allow_methods(["patch"])
///     .build()
///     .unwrap_err();
/// assert_eq!(
///     errors.to_string(),
///     r#"allow_origin: "https://app.example.com/" has a trailing slash; write "https://app.example.com"
/// allow_origin: "app.example.org" has no scheme; write "https://app.example.org"
/// allow_methods: "patch" is not in upper case, and methods are case-sensitive; write "PATCH""#,
/// );
/// assert_eq!(*errors.iter().last().unwrap().kind(), PolicyErrorKind::MethodCase);
/// ```
pub type PolicyErrors = Errors<PolicyError>;

/// One thing that is wrong with a policy: in which setting, with which value, why, and the suggestion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError {
    setting: Setting,
    index: Option<usize>,
    value: Option<String>,
    kind: PolicyErrorKind,
    suggestion: Option<String>,
}

impl PolicyError {
    pub(crate) fn new(setting: Setting, kind: PolicyErrorKind) -> Self {
        Self { setting, index: None, value: None, kind, suggestion: None }
    }

    /// The error of one item of a list.
    pub(crate) fn of_item(setting: Setting, item: (usize, &str), kind: PolicyErrorKind) -> Self {
        let (index, value) = item;
        Self { setting, index: Some(index), value: Some(value.to_owned()), kind, suggestion: None }
    }

    pub(crate) fn with_value(self, value: impl Into<String>) -> Self {
        Self { value: Some(value.into()), ..self }
    }

    /// What to write instead of the value.
    pub(crate) fn write(self, suggestion: Option<impl Into<String>>) -> Self {
        Self { suggestion: suggestion.map(Into::into), ..self }
    }

    /// The setting that is wrong.
    #[must_use]
    pub fn setting(&self) -> Setting {
        self.setting
    }

    /// Which item of the setting's list is wrong, counted from 0 over all calls of its setter.
    #[must_use]
    pub fn index(&self) -> Option<usize> {
        self.index
    }

    /// The offending value, as it was given.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        self.value.as_deref()
    }

    /// What is wrong, for a program to match on.
    #[must_use]
    pub fn kind(&self) -> &PolicyErrorKind {
        &self.kind
    }

    /// What to write instead of the value, where that is known.
    #[must_use]
    pub fn suggestion(&self) -> Option<&str> {
        self.suggestion.as_deref()
    }

    /// The line without the setting: value, reason, suggestion.
    pub(crate) fn text(&self) -> String {
        self.text_as(&|words| words, &|text: Escaped<'_>| text.in_quotes())
    }

    /// The same, with its words and its quoted values as they are written where the policy comes
    /// from.
    pub(crate) fn text_as(
        &self,
        words: &dyn Fn(Cow<'static, str>) -> Cow<'static, str>,
        quote: &dyn Fn(Escaped<'_>) -> String,
    ) -> String {
        let reason = words(self.kind.reason());
        let advice = words(self.kind.advice().into());
        let opt_in = self.kind.opt_in().map(|opt_in| words(opt_in.into()));
        let suggestion = match (self.suggestion.as_deref(), opt_in.as_deref()) {
            (Some(write), Some(opt_in)) => Some(Suggestion::WriteOr(write, opt_in)),
            (write, _) => Suggestion::of(write, Some(&advice)),
        };
        let value = self.value.as_deref();
        Message { place: None, value, reason: &reason, suggestion }.quoted_by(quote)
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.setting.as_str())?;
        f.write_str(": ")?;
        f.write_str(&self.text())
    }
}

impl Error for PolicyError {}

/// What can be wrong with a policy.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PolicyErrorKind {
    /// `allow_origin`: not an origin that a browser could send.
    Origin(OriginErrorKind),
    /// `allow_origin`: nothing is allowed.
    NoOrigin,
    /// `allow_origin`: `*` beside other origins.
    AnyBesideOthers,
    /// `allow_origin`: a regular expression that does not compile.
    #[non_exhaustive]
    Regex {
        /// Why it does not.
        why: String,
    },
    /// `allow_origin`: a regular expression with an unescaped dot.
    RegexUnescapedDot,
    /// `allow_origin`: a regular expression that matches no origin as a whole.
    RegexMatchesNoOrigin,
    /// `allow_origin`: a regular expression that matches only hosts with a dot at their end, as one
    /// does that was meant for the beginning of an origin.
    RegexMatchesTrailingDot,
    /// `allow_credentials` with a regular expression that is too large to be analyzed.
    RegexTooComplex,
    /// A comma inside an item of a list.
    CommaInItem,
    /// A JSON array, or that of another language, in one string.
    ArrayInString,
    /// Quotes that belong to the value.
    QuotesAroundItem,
    /// Items separated by semicolons.
    SemicolonInItem,
    /// Items separated by line breaks.
    LineBreakInItem,
    /// Items separated by spaces or tabs.
    SpaceInItem,
    /// `allow_methods`: not a [token](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2).
    InvalidMethod,
    /// `allow_methods`: a [forbidden method](https://fetch.spec.whatwg.org/#forbidden-method).
    ForbiddenMethod,
    /// `allow_methods`: a standard method in other than upper case.
    MethodCase,
    /// `allow_methods`, `allow_headers`, `expose_headers`: a star inside a name.
    StarInName,
    /// `allow_headers`, `expose_headers`: not a header name.
    InvalidHeaderName,
    /// `allow_headers`: a [forbidden
    /// request-header](https://fetch.spec.whatwg.org/#forbidden-request-header).
    ForbiddenRequestHeader,
    /// `allow_headers`, `expose_headers`: a header of the CORS protocol itself.
    CorsHeader,
    /// `expose_headers`: a [forbidden response-header
    /// name](https://fetch.spec.whatwg.org/#forbidden-response-header-name).
    ForbiddenResponseHeader,
    /// `expose_headers`: a header that requests have, and responses do not.
    RequestHeaderExposed,
    /// `allow_credentials` with any origin.
    CredentialsWithAnyOrigin,
    /// `allow_credentials` with an origin of scheme `http` that is not loopback, whose pages a
    /// network attacker can change.
    CredentialsWithInsecureOrigin,
    /// `allow_credentials` with all subdomains of a public suffix, where
    /// `check_public_suffixes` is set (feature "public-suffix").
    CredentialsWithPublicSuffix,
    /// `allow_credentials` with a regular expression whose matches do not all end in one of a few
    /// domains.
    #[non_exhaustive]
    CredentialsWithUnknownDomains {
        /// An origin that it matches, where a telling one was found.
        example: Option<String>,
    },
    /// `allow_origin`: a pattern that covers a whole top-level domain, without
    /// `dangerously_allow_public_suffix_subdomains`.
    TopLevelDomain,
    /// `max_age` over 86,400 seconds, which no browser honors.
    MaxAgeTooLong,
    /// `max_age` with a fraction of a second.
    MaxAgeFraction,
    /// `allow_private_network` with any origin.
    PrivateNetworkWithAnyOrigin,
    /// `enforce` with any origin.
    EnforceWithAnyOrigin,
    /// `allow_hosts`: the list is empty.
    NoHost,
    /// `allow_hosts`: `*`.
    AnyHost,
    /// `allow_hosts`: not a host, with the reason that it would have in an origin.
    Host(OriginErrorKind),
    /// `allow_hosts`: an origin or a URL.
    HostWithScheme,
    /// `allow_hosts`: an IPv6 address without brackets.
    HostWithoutBrackets,
    /// `allow_hosts`: all names beneath a top-level domain, where anyone can register one.
    HostTopLevelDomain,
    /// `preflight_status` outside 200 to 299.
    PreflightStatus,
}

impl PolicyErrorKind {
    /// The reason in words, to be read after the value or the setting.
    fn reason(&self) -> Cow<'static, str> {
        let reason = match self {
            Self::Origin(kind) | Self::Host(kind) => kind.reason(),
            Self::NoOrigin => "no origin is allowed",
            Self::AnyBesideOthers => "is listed beside \"*\", which already matches any origin",
            Self::Regex { why } => {
                return format!("is not a valid regular expression ({why})").into();
            }
            Self::RegexUnescapedDot => "has an unescaped dot, which matches any character",
            Self::RegexMatchesNoOrigin => {
                "matches no origin, for an expression has to match all of it"
            }
            Self::RegexMatchesTrailingDot => {
                "matches only hosts that end in a dot, for an expression has to match the whole origin"
            }
            Self::RegexTooComplex => {
                "is too complex to be analyzed, which allow_credentials requires"
            }
            Self::CredentialsWithUnknownDomains { example: Some(example) } => {
                return format!(
                    "also matches {}, whose pages could act as the user with allow_credentials",
                    Quoted(example)
                )
                .into();
            }
            Self::CredentialsWithUnknownDomains { example: None } => {
                "matches hosts beneath any domain, which cannot be combined with allow_credentials"
            }
            Self::CommaInItem => "has a comma inside one item of a list",
            Self::ArrayInString => "is an array in one string",
            Self::QuotesAroundItem => "has quotes around it",
            Self::SemicolonInItem => "has semicolons between its items",
            Self::LineBreakInItem => "has line breaks between its items",
            Self::SpaceInItem => "has spaces between its items",
            Self::InvalidMethod => "is not a valid method",
            Self::ForbiddenMethod => "is a method that browsers do not let a page send",
            Self::MethodCase => "is not in upper case, and methods are case-sensitive",
            Self::StarInName => "has a star inside a name, which browsers take literally",
            Self::InvalidHeaderName => "is not a valid header name",
            Self::ForbiddenRequestHeader => "is a header that a page cannot set",
            Self::CorsHeader => "is a header of the CORS protocol itself",
            Self::ForbiddenResponseHeader => "is a header that a page cannot read",
            Self::RequestHeaderExposed => "is a request header, and responses do not have it",
            Self::CredentialsWithAnyOrigin => {
                "matches any origin, which cannot be combined with allow_credentials: every site could act as the user"
            }
            Self::CredentialsWithInsecureOrigin => {
                "is insecure, which cannot be combined with allow_credentials: a network attacker could act as the user"
            }
            Self::CredentialsWithPublicSuffix => {
                "matches names directly beneath a public suffix, which cannot be combined with allow_credentials: anyone who registers a name there could act as the user"
            }
            Self::TopLevelDomain | Self::HostTopLevelDomain => {
                "covers a whole top-level domain, where anyone can register a name"
            }
            Self::MaxAgeTooLong => "is over 86400 seconds, the longest that any browser honors",
            Self::MaxAgeFraction => "is not a whole number of seconds",
            Self::PrivateNetworkWithAnyOrigin => {
                "matches any origin, which cannot be combined with allow_private_network: every site could reach the private network"
            }
            Self::EnforceWithAnyOrigin => {
                "matches any origin, so that enforce has nothing to refuse"
            }
            Self::NoHost => "lists no host, so that every request would be refused",
            Self::AnyHost => "matches any host, so that nothing is checked",
            Self::HostWithScheme => "has a scheme, which requests do not name in `Host`",
            Self::HostWithoutBrackets => "is an IPv6 address without brackets",
            Self::PreflightStatus => "is not a success status, so every preflight would fail",
        };
        reason.into()
    }

    /// What to do where there is no corrected text.
    fn advice(&self) -> &'static str {
        match self {
            Self::Origin(kind) => kind.advice(),
            Self::NoOrigin => "name the origins that may call, or write \"*\" for any origin",
            Self::AnyBesideOthers => "keep one of the two",
            Self::Regex { .. } => "see the syntax of the crate `regex`",
            Self::RegexUnescapedDot => r#"write "\." for a dot, or a class such as "[a-z0-9-]""#,
            Self::RegexMatchesNoOrigin | Self::RegexMatchesTrailingDot => {
                r#"write scheme, host and port, as in "https://[a-z0-9-]+\.example\.com(:[0-9]+)?""#
            }
            Self::RegexTooComplex => {
                "write a shorter one, or set dangerously_allow_public_suffix_subdomains"
            }
            Self::CredentialsWithUnknownDomains { .. } => {
                r#"end it in whole domains, as in "https://[a-z0-9-]+\.example\.com", or set dangerously_allow_public_suffix_subdomains"#
            }
            Self::CommaInItem
            | Self::SemicolonInItem
            | Self::LineBreakInItem
            | Self::SpaceInItem => "make it several items",
            Self::ArrayInString => "separate the items with commas, without brackets and quotes",
            Self::QuotesAroundItem => "leave the quotes out",
            Self::InvalidMethod => "write a method such as \"PUT\"",
            Self::ForbiddenMethod
            | Self::ForbiddenRequestHeader
            | Self::ForbiddenResponseHeader
            | Self::RequestHeaderExposed => "leave it out",
            Self::MethodCase => "use upper case",
            Self::StarInName => "write each name in full, or \"*\" alone",
            Self::InvalidHeaderName => "write a name such as \"content-type\"",
            Self::CorsHeader => "leave it out: the browser and this middleware handle it",
            Self::CredentialsWithAnyOrigin => "name the origins, or leave allow_credentials out",
            Self::CredentialsWithInsecureOrigin => {
                "use https, or set dangerously_allow_insecure_origins"
            }
            Self::CredentialsWithPublicSuffix => {
                "name the origins, or set dangerously_allow_public_suffix_subdomains"
            }
            Self::TopLevelDomain => {
                "name the domain, as in \"https://*.example.com\", or set dangerously_allow_public_suffix_subdomains"
            }
            Self::MaxAgeTooLong => "use 86400 seconds (\"1d\") or less",
            Self::MaxAgeFraction => "round it",
            Self::PrivateNetworkWithAnyOrigin => {
                "name the origins, or leave allow_private_network out"
            }
            Self::EnforceWithAnyOrigin => "name the origins, or leave enforce out",
            Self::NoHost | Self::AnyHost => "name the hosts, or leave allow_hosts out",
            Self::Host(_) | Self::HostWithScheme | Self::HostWithoutBrackets => {
                "write a host such as \"api.example.com\", \"127.0.0.1:3000\" or \"[::1]\""
            }
            Self::HostTopLevelDomain => "name the domain, as in \"*.example.com\"",
            Self::PreflightStatus => "use 204, or 200 for clients that need it",
        }
    }

    /// The setter that lifts the error, where a corrected text is shown too.
    fn opt_in(&self) -> Option<&'static str> {
        match self {
            Self::CredentialsWithInsecureOrigin => Some("set dangerously_allow_insecure_origins"),
            _ => None,
        }
    }
}
