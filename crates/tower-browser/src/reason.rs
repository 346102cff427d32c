//! Why a script gets nothing.

use std::error::Error;
use std::fmt;

use super::exchange::{ExchangeKind, LocalNetworkAccess};

/// Why a fetch failed, with the data that says so.
///
/// A script sees the same `TypeError` for all of them; this is what the browser's console knows.
/// [`Display`](fmt::Display) says what happened, [`culprit`](Self::culprit) what nearly always
/// causes it, and [`suggestion`](Self::suggestion) how to fix it.
#[derive(Debug)]
#[non_exhaustive]
pub enum Reason {
    /// The page's own URL has no origin that a browser could give it.
    #[non_exhaustive]
    InvalidPage {
        /// The URL that the page was made with.
        url: String,
    },
    /// The URL does not parse. So it is with a host that is not ASCII, unless the crate's feature
    /// `idna` is enabled.
    #[non_exhaustive]
    InvalidUrl {
        /// The URL, as the script wrote it.
        url: String,
    },
    /// The URL has a user name or a password, which [`fetch()`
    /// rejects](https://fetch.spec.whatwg.org/#dom-request).
    #[non_exhaustive]
    UrlWithCredentials {
        /// The URL, as the script wrote it.
        url: String,
    },
    /// The scheme is neither `http` nor `https`.
    #[non_exhaustive]
    UnsupportedScheme {
        /// The URL, of the script or of a redirect.
        url: String,
    },
    /// The method is not a valid token.
    #[non_exhaustive]
    InvalidMethod {
        /// The method, as the script wrote it.
        method: String,
    },
    /// The method is [forbidden](https://fetch.spec.whatwg.org/#forbidden-method) to scripts.
    #[non_exhaustive]
    ForbiddenMethod {
        /// The method, as the script wrote it.
        method: String,
    },
    /// The method is not [safelisted](https://fetch.spec.whatwg.org/#cors-safelisted-method), and
    /// the mode is [`NoCors`](super::options::Mode::NoCors).
    #[non_exhaustive]
    NoCorsMethod {
        /// The method.
        method: String,
    },
    /// A header's name is not a valid token, or its value has bytes that a header cannot hold.
    #[non_exhaustive]
    InvalidHeader {
        /// The name, as the script wrote it.
        name: String,
        /// The value, as the script wrote it.
        value: String,
    },
    /// `GET` and `HEAD` take no body.
    #[non_exhaustive]
    BodyNotAllowed {
        /// The method.
        method: String,
    },
    /// [`OnlyIfCached`](super::options::CacheMode::OnlyIfCached) goes with
    /// [`SameOrigin`](super::options::Mode::SameOrigin) only.
    OnlyIfCachedMode,
    /// Browsers connect to no [bad port](https://fetch.spec.whatwg.org/#bad-port).
    #[non_exhaustive]
    BadPort {
        /// The port.
        port: u16,
    },
    /// An `https` page fetches over `http`
    /// ([mixed content](https://w3c.github.io/webappsec-mixed-content/#should-block-fetch)).
    #[non_exhaustive]
    MixedContent {
        /// The URL, of the script or of a redirect.
        url: String,
    },
    /// The page asks a server in a less public address space than its own, and the browser
    /// [blocks that](super::Browser::block_local_network).
    #[non_exhaustive]
    LocalNetworkAccess {
        /// The URL, of the script or of a redirect.
        url: String,
        /// What was asked for.
        access: LocalNetworkAccess,
    },
    /// The mode is [`SameOrigin`](super::options::Mode::SameOrigin) and the URL, or what it redirects to,
    /// another origin's.
    #[non_exhaustive]
    SameOriginMode {
        /// The other origin's URL.
        url: String,
    },
    /// The mode is [`NoCors`](super::options::Mode::NoCors), the URL another origin's and the redirect mode
    /// not [`Follow`](super::options::Redirect::Follow).
    NoCorsRedirectMode,
    /// No `Access-Control-Allow-Origin`
    /// ([CORS check](https://fetch.spec.whatwg.org/#concept-cors-check), step 2).
    #[non_exhaustive]
    MissingAllowOrigin {
        /// The response that was checked.
        on: ExchangeKind,
        /// The status of that response.
        status: u16,
        /// The URL that it came from, if that is not the one that the script asked for.
        redirected_to: Option<String>,
        /// What `Origin` said.
        origin: String,
        /// Whether the credentials mode is [`Include`](super::options::Credentials::Include).
        credentials: bool,
    },
    /// More than one value in `Access-Control-Allow-Origin`, in one line or in several: combined
    /// they equal no origin.
    #[non_exhaustive]
    MultipleAllowOrigin {
        /// The response that was checked.
        on: ExchangeKind,
        /// What `Origin` said.
        origin: String,
        /// The values, joined by `, `.
        value: String,
    },
    /// `Access-Control-Allow-Origin` is another origin, or none.
    #[non_exhaustive]
    AllowOriginMismatch {
        /// The response that was checked.
        on: ExchangeKind,
        /// What `Origin` said.
        origin: String,
        /// What `Access-Control-Allow-Origin` says.
        value: String,
    },
    /// `Access-Control-Allow-Origin` is `*` and the credentials mode
    /// [`Include`](super::options::Credentials::Include).
    #[non_exhaustive]
    WildcardWithCredentials {
        /// The response that was checked.
        on: ExchangeKind,
        /// What `Origin` said.
        origin: String,
    },
    /// The credentials mode is [`Include`](super::options::Credentials::Include) and
    /// `Access-Control-Allow-Credentials` not exactly `true`.
    #[non_exhaustive]
    CredentialsNotAllowed {
        /// The response that was checked.
        on: ExchangeKind,
        /// What the header says, if there is one.
        value: Option<String>,
    },
    /// The preflight was answered with a redirect.
    #[non_exhaustive]
    PreflightRedirect {
        /// The status.
        status: u16,
        /// The URL that the preflight was sent to.
        url: String,
        /// What `Location` says.
        location: String,
    },
    /// The status of the response to the preflight is not an
    /// [ok status](https://fetch.spec.whatwg.org/#ok-status).
    #[non_exhaustive]
    PreflightStatus {
        /// The status.
        status: u16,
    },
    /// `Access-Control-Allow-Methods` is not a list of methods.
    #[non_exhaustive]
    InvalidAllowMethods {
        /// The line that does not parse.
        value: String,
    },
    /// `Access-Control-Allow-Headers` is not a list of header names.
    #[non_exhaustive]
    InvalidAllowHeaders {
        /// The line that does not parse.
        value: String,
    },
    /// The response to the preflight does not allow the method.
    #[non_exhaustive]
    MethodNotAllowed {
        /// The method.
        method: String,
        /// What `Access-Control-Allow-Methods` lists.
        allowed: Vec<String>,
        /// Whether the credentials mode is [`Include`](super::options::Credentials::Include).
        credentials: bool,
    },
    /// The response to the preflight does not allow a request header.
    #[non_exhaustive]
    HeaderNotAllowed {
        /// The header's name, in lower case.
        name: String,
        /// What `Access-Control-Allow-Headers` lists.
        allowed: Vec<String>,
        /// Whether the credentials mode is [`Include`](super::options::Credentials::Include).
        credentials: bool,
    },
    /// A redirect, and the redirect mode is [`Error`](super::options::Redirect::Error).
    #[non_exhaustive]
    RedirectNotAllowed {
        /// The status.
        status: u16,
    },
    /// `Location` does not parse as a URL, or there are several.
    #[non_exhaustive]
    InvalidRedirect {
        /// What `Location` says.
        location: String,
    },
    /// A redirect to a URL with a user name or a password, across origins.
    #[non_exhaustive]
    RedirectWithCredentials {
        /// What `Location` says.
        location: String,
    },
    /// More than 20 redirects.
    TooManyRedirects,
    /// `Cross-Origin-Resource-Policy` keeps the opaque response from this page.
    #[non_exhaustive]
    ResourcePolicy {
        /// What the header says.
        value: String,
    },
    /// The cache mode is [`OnlyIfCached`](super::options::CacheMode::OnlyIfCached), and nothing is stored.
    NotCached,
    /// The page's content security policy forbids the URL.
    #[non_exhaustive]
    ContentSecurityPolicy {
        /// The URL, of the page or of a redirect.
        url: String,
        /// The directive, as the page has it.
        directive: String,
    },
    /// The handshake of a `WebSocket` was answered with another status than 101.
    #[non_exhaustive]
    WebSocketRefused {
        /// The status.
        status: u16,
    },
    /// The answer to an `EventSource` is not a stream of events.
    #[non_exhaustive]
    EventSourceResponse {
        /// The status, which must be 200.
        status: u16,
        /// What `Content-Type` says, which must be `text/event-stream`.
        content_type: Option<String>,
    },
    /// The service failed; for a browser the connection broke. Also the
    /// [source](Error::source) of [`Blocked`](super::Blocked).
    #[non_exhaustive]
    Service {
        /// The service's error.
        error: Box<dyn Error + Send + Sync>,
    },
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidPage { url } => write!(f, "the page's URL {url:?} gives it no origin"),
            Self::InvalidUrl { url } => write!(f, "{url:?} is not a valid URL"),
            Self::UrlWithCredentials { url } => {
                write!(f, "{url:?} has a user name or a password, which `fetch()` rejects")
            }
            Self::UnsupportedScheme { url } => {
                write!(f, "the scheme of {url:?} is neither \"http\" nor \"https\"")
            }
            Self::InvalidMethod { method } => write!(f, "{method:?} is not a valid method"),
            Self::ForbiddenMethod { method } => {
                write!(f, "the method {method:?} is forbidden to scripts")
            }
            Self::NoCorsMethod { method } => write!(
                f,
                "the mode \"no-cors\" does not allow the method {method:?}, only \"GET\", \"HEAD\" and \
                 \"POST\""
            ),
            Self::InvalidHeader { name, value } => {
                write!(f, "the header {name:?} with the value {value:?} is not valid")
            }
            Self::BodyNotAllowed { method } => {
                write!(f, "a request with the method {method:?} cannot have a body")
            }
            Self::OnlyIfCachedMode => {
                f.write_str("the cache mode \"only-if-cached\" needs the mode \"same-origin\"")
            }
            Self::BadPort { port } => write!(f, "browsers block the port {port}"),
            Self::MixedContent { url } => {
                write!(f, "{url:?} is mixed content: an https page can fetch only over https")
            }
            Self::LocalNetworkAccess { url, access } => write!(
                f,
                "{url:?} is in the {} address space, and the page in the {} address space has no \
                 permission to ask it",
                access.target(),
                access.page()
            ),
            Self::SameOriginMode { url } => {
                write!(f, "{url:?} belongs to another origin, and the mode is \"same-origin\"")
            }
            Self::NoCorsRedirectMode => f.write_str(
                "the mode \"no-cors\" to another origin needs the redirect mode \"follow\"",
            ),
            Self::RedirectNotAllowed { status } => write!(
                f,
                "the response is a redirect (status {status}), and the redirect mode is \"error\""
            ),
            Self::InvalidRedirect { location } => {
                write!(f, "the response redirects to {location:?}, which is not a valid URL")
            }
            Self::RedirectWithCredentials { location } => write!(
                f,
                "the response redirects to {location:?}, which has a user name or a password; \
                 that is not allowed across origins"
            ),
            Self::TooManyRedirects => f.write_str("more than 20 redirects"),
            Self::ResourcePolicy { value } => write!(
                f,
                "the response's \"cross-origin-resource-policy\" is {value:?}, which does not allow \
                 this page"
            ),
            Self::NotCached => f.write_str(
                "nothing is stored for this URL, and the cache mode is \"only-if-cached\"",
            ),
            Self::ContentSecurityPolicy { url, directive } => {
                write!(f, "the page's content security policy forbids {url:?}: {directive:?}")
            }
            Self::WebSocketRefused { status } => write!(
                f,
                "the response to the WebSocket handshake has the status {status}; it must be 101"
            ),
            Self::EventSourceResponse { status, content_type } => write!(
                f,
                "the response to the EventSource has the status {status} and the content type {:?}; \
                 it must be 200 and \"text/event-stream\"",
                content_type.as_deref().unwrap_or_default()
            ),
            Self::Service { .. } => f.write_str("the service failed"),
            Self::MissingAllowOrigin { .. }
            | Self::MultipleAllowOrigin { .. }
            | Self::AllowOriginMismatch { .. }
            | Self::WildcardWithCredentials { .. }
            | Self::CredentialsNotAllowed { .. } => self.fmt_cors_check(f),
            _ => self.fmt_preflight(f),
        }
    }
}

impl Reason {
    fn fmt_cors_check(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingAllowOrigin { on, origin, credentials, .. } => {
                let on = Checked(*on);
                write!(
                    f,
                    "{on} has no \"access-control-allow-origin\" header: it must be {origin:?}"
                )?;
                if *credentials { Ok(()) } else { f.write_str(" or \"*\"") }
            }
            Self::MultipleAllowOrigin { on, origin, value } => write!(
                f,
                "{}'s \"access-control-allow-origin\" has more than one value, {value:?}: it must \
                 be {origin:?}",
                Checked(*on)
            ),
            Self::AllowOriginMismatch { on, origin, value } => {
                write!(
                    f,
                    "{}'s \"access-control-allow-origin\" is {value:?}: it must be {origin:?}",
                    Checked(*on)
                )?;
                match near_miss(value, origin) {
                    Some(hint) => write!(f, " ({hint})"),
                    None => Ok(()),
                }
            }
            Self::WildcardWithCredentials { on, origin } => write!(
                f,
                "{}'s \"access-control-allow-origin\" is \"*\", which is not a wildcard when the \
                 credentials mode is \"include\": it must be {origin:?}",
                Checked(*on)
            ),
            Self::CredentialsNotAllowed { on, value } => {
                let on = Checked(*on);
                match value {
                    None => write!(f, "{on} has no \"access-control-allow-credentials\" header")?,
                    Some(value) => {
                        write!(f, "{on}'s \"access-control-allow-credentials\" is {value:?}")?;
                    }
                }
                f.write_str(": it must be \"true\" when the credentials mode is \"include\"")
            }
            _ => Ok(()),
        }
    }

    fn fmt_preflight(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PreflightRedirect { status, .. } => write!(
                f,
                "the response to the preflight is a redirect (status {status}); browsers do not \
                 follow it"
            ),
            Self::PreflightStatus { status } => write!(
                f,
                "the response to the preflight has the status {status}; it must be from 200 to 299"
            ),
            Self::InvalidAllowMethods { value } => write!(
                f,
                "the response to the preflight's \"access-control-allow-methods\" is not a list \
                 of methods: {value:?}"
            ),
            Self::InvalidAllowHeaders { value } => write!(
                f,
                "the response to the preflight's \"access-control-allow-headers\" is not a list \
                 of header names: {value:?}"
            ),
            Self::MethodNotAllowed { method, allowed, credentials } => {
                write!(
                    f,
                    "the method {method:?} is not in the response to the preflight's \
                     \"access-control-allow-methods\", {}",
                    listed(allowed)
                )?;
                if allowed.iter().any(|name| name.eq_ignore_ascii_case(method)) {
                    f.write_str(" (methods are case-sensitive)")
                } else {
                    fmt_wildcard(f, allowed, *credentials)
                }
            }
            Self::HeaderNotAllowed { name, allowed, credentials } => {
                write!(
                    f,
                    "the request header {name:?} is not in the response to the preflight's \
                     \"access-control-allow-headers\", {}",
                    listed(allowed)
                )?;
                if name == "authorization" && allowed.iter().any(|name| name == "*") {
                    f.write_str(" (\"*\" never covers \"authorization\": list it by name)")
                } else {
                    fmt_wildcard(f, allowed, *credentials)
                }
            }
            _ => Ok(()),
        }
    }
}

/// The list that a response has.
fn listed(allowed: &[String]) -> String {
    if allowed.is_empty() {
        "which is missing or empty".to_owned()
    } else {
        format!("{:?}", allowed.join(", "))
    }
}

fn fmt_wildcard(f: &mut fmt::Formatter<'_>, allowed: &[String], credentials: bool) -> fmt::Result {
    if credentials && allowed.iter().any(|name| name == "*") {
        f.write_str(" (\"*\" is not a wildcard when the credentials mode is \"include\")")
    } else {
        Ok(())
    }
}

fn near_miss(value: &str, origin: &str) -> Option<&'static str> {
    if value.strip_suffix('/') == Some(origin) {
        Some("an origin has no trailing slash")
    } else if value.eq_ignore_ascii_case(origin) {
        Some("the comparison is case-sensitive")
    } else if value.split_once("://").map(|(_, rest)| rest)
        == origin.split_once("://").map(|(_, rest)| rest)
        && value.contains("://")
    {
        Some("the scheme differs")
    } else {
        None
    }
}

struct Checked(ExchangeKind);

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            ExchangeKind::Preflight => "the response to the preflight",
            _ => "the response",
        })
    }
}
