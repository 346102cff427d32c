//! What nearly always causes a [`Reason`], and how to fix it.

use super::allow_origin;
use super::exchange::ExchangeKind;
use super::reason::Reason;
use super::url::Url;

/// What a page without an origin sends.
const NULL: &str = "null";

/// A cause and its fix.
pub(super) struct Diagnosis {
    culprit: String,
    suggestion: String,
}

pub(super) fn diagnosis(culprit: impl Into<String>, suggestion: impl Into<String>) -> Diagnosis {
    Diagnosis { culprit: culprit.into(), suggestion: suggestion.into() }
}

impl Reason {
    /// What nearly always causes this: a login that runs before the CORS layer, a header that a
    /// proxy adds a second time, a method that the page writes in lower case.
    ///
    /// ```
    /// # use http::{Request, Response};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use tower_browser::Page;
    ///
    /// // Every request without a token gets a 401, and preflights never carry one.
    /// let api = tower::service_fn(|_: Request<Vec<u8>>| async {
    ///     Response::builder().status(401).body(Vec::new())
    /// });
    /// let page = Page::at("https://app.example.com");
    /// let fetch = page.fetch("https://api.example.com/me").header("authorization", "Bearer 1");
    /// let reason = fetch.send(api).await.unwrap_err().into_reason();
    /// assert_eq!(reason.culprit(), "a login that runs before the CORS layer answers the preflight");
    /// assert_eq!(
    ///     reason.suggestion(),
    ///     "move the CORS layer outside the login: preflights carry no credentials, so the CORS \
    ///      layer must answer them first",
    /// );
    /// # }
    /// ```
    #[must_use]
    pub fn culprit(&self) -> String {
        self.diagnosis().culprit
    }

    /// How to fix it, in words; see [`culprit`](Self::culprit) for an example.
    #[must_use]
    pub fn suggestion(&self) -> String {
        self.diagnosis().suggestion
    }

    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::MissingAllowOrigin { on: ExchangeKind::Preflight, status, origin, .. } => {
                of_preflight(*status, Some(origin))
            }
            Self::MissingAllowOrigin { redirected_to: Some(url), origin, .. } => diagnosis(
                format!(
                    "the request was redirected to {url:?}, and that response has no CORS headers"
                ),
                if origin == NULL {
                    format!(
                        "fetch {url:?} directly, or, if it is a login page, answer 401 instead of \
                         redirecting"
                    )
                } else {
                    format!(
                        "fetch {url:?} directly, or, if it is a login page, answer 401 instead of \
                         redirecting; otherwise allow {origin:?} there too"
                    )
                },
            ),
            Self::MissingAllowOrigin { status, origin, .. } => of_response(*status, origin),
            Self::PreflightStatus { status } => of_preflight(*status, None),
            Self::PreflightRedirect { url, location, .. } => {
                of_redirect(url, location, ExchangeKind::Preflight)
            }
            Self::MultipleAllowOrigin { .. }
            | Self::AllowOriginMismatch { .. }
            | Self::WildcardWithCredentials { .. }
            | Self::CredentialsNotAllowed { .. } => self.of_cors_check(),
            Self::InvalidAllowMethods { .. }
            | Self::InvalidAllowHeaders { .. }
            | Self::MethodNotAllowed { .. }
            | Self::HeaderNotAllowed { .. } => self.of_lists(),
            Self::RedirectNotAllowed { .. }
            | Self::InvalidRedirect { .. }
            | Self::RedirectWithCredentials { .. }
            | Self::TooManyRedirects
            | Self::ResourcePolicy { .. }
            | Self::MixedContent { .. }
            | Self::WebSocketRefused { .. }
            | Self::EventSourceResponse { .. }
            | Self::Service { .. } => self.of_the_server(),
            _ => self.of_the_script(),
        }
    }

    fn of_cors_check(&self) -> Diagnosis {
        match self {
            Self::MultipleAllowOrigin { value, .. } => {
                let mut values = value.split(',').map(str::trim);
                let first = values.next();
                if value.contains(", ") && values.all(|value| Some(value) == first) {
                    diagnosis(
                        "two parts of the server each add the header: a proxy and the application, \
                         or two CORS layers",
                        "let only one of them send CORS headers",
                    )
                } else {
                    diagnosis(
                        "the header lists several origins, or two parts of the server each add it",
                        "send one origin: the one in the request's `Origin`, if it is allowed",
                    )
                }
            }
            Self::AllowOriginMismatch { origin, value, .. } => {
                allow_origin::diagnose(origin, value)
            }
            Self::WildcardWithCredentials { origin, .. } if origin == NULL => diagnosis(
                "the page sends credentials and has no origin, and the server allows any origin \
                 with \"*\"",
                format!("leave credentials out of the fetch, or {}", allowing(origin)),
            ),
            Self::WildcardWithCredentials { origin, .. } => diagnosis(
                "the page sends credentials, and the server allows any origin with \"*\"",
                format!(
                    "allow {origin:?} by name and send \"access-control-allow-credentials: true\", \
                     or leave credentials out of the fetch"
                ),
            ),
            Self::CredentialsNotAllowed { value: Some(value), .. } if value.contains(',') => {
                diagnosis(
                    "two parts of the server each add the header: a proxy and the application, or two \
                 CORS layers",
                    "let only one of them send CORS headers",
                )
            }
            Self::CredentialsNotAllowed { value: Some(value), .. } if value != "false" => {
                diagnosis(
                    format!(
                        "the server writes {value:?} in \"access-control-allow-credentials\", and only \
                     \"true\" counts"
                    ),
                    "send \"access-control-allow-credentials: true\", in lower case",
                )
            }
            _ => diagnosis(
                "the page sends credentials, and the server does not allow them",
                "send \"access-control-allow-credentials: true\", or leave credentials out of the \
                 fetch",
            ),
        }
    }

    fn of_lists(&self) -> Diagnosis {
        match self {
            Self::MethodNotAllowed { method, allowed, .. } => {
                let upper = method.to_ascii_uppercase();
                let similar = allowed.iter().find(|name| name.eq_ignore_ascii_case(method));
                if let Some(name) = similar.filter(|_| *method == upper) {
                    diagnosis(
                        format!("the server lists {name:?}, and methods are case-sensitive"),
                        format!("write {method:?} in the allowed methods"),
                    )
                } else if *method == upper {
                    diagnosis(
                        format!("the server's list of allowed methods lacks {method:?}"),
                        format!("add {method:?} to the allowed methods"),
                    )
                } else if allowed.contains(&upper) {
                    diagnosis(
                        "the page writes the method in lower case, and methods are case-sensitive",
                        format!("write {upper:?} in the fetch"),
                    )
                } else {
                    diagnosis(
                        "the page writes the method in lower case, and the server does not allow it",
                        format!("write {upper:?} in the fetch, and add it to the allowed methods"),
                    )
                }
            }
            Self::HeaderNotAllowed { name, .. } if name == "content-type" => diagnosis(
                "the page sends JSON (or another type that a form cannot send)",
                "add \"content-type\" to the allowed headers",
            ),
            Self::HeaderNotAllowed { name, allowed, .. }
                if name == "authorization" && allowed.iter().any(|name| name == "*") =>
            {
                diagnosis(
                    "\"*\" does not cover \"authorization\"",
                    "list \"authorization\" by name in the allowed headers",
                )
            }
            Self::HeaderNotAllowed { name, .. } => diagnosis(
                format!("the server's list of allowed headers lacks {name:?}"),
                format!("add {name:?} to the allowed headers"),
            ),
            Self::InvalidAllowMethods { .. } => diagnosis(
                "the server writes the list of methods in a form that browsers reject",
                "separate methods by commas: \"PUT, DELETE\"",
            ),
            _ => diagnosis(
                "the server writes the list of header names in a form that browsers reject",
                "separate header names by commas: \"content-type, x-token\"",
            ),
        }
    }

    fn of_the_server(&self) -> Diagnosis {
        match self {
            Self::RedirectNotAllowed { .. } => diagnosis(
                "the script asked to fail on redirects",
                "fetch the final URL, or use the redirect mode \"follow\"",
            ),
            Self::InvalidRedirect { .. } => diagnosis(
                "the server sends a broken `Location`",
                "send one absolute URL in `Location`",
            ),
            Self::RedirectWithCredentials { .. } => diagnosis(
                "the server puts a user name or a password in `Location`",
                "redirect to a URL without them",
            ),
            Self::TooManyRedirects => diagnosis(
                "the server redirects in a circle",
                "fetch the final URL, and fix the redirects",
            ),
            Self::ResourcePolicy { .. } => diagnosis(
                "the server keeps other origins from embedding the response",
                "send \"cross-origin-resource-policy: cross-origin\"",
            ),
            Self::MixedContent { url } => diagnosis(
                "the page is served over https and the server over http",
                format!("serve it over https and fetch {:?}", url.replacen("http:", "https:", 1)),
            ),
            Self::WebSocketRefused { status: 403 } => diagnosis(
                "the server does not allow the page's origin to open a WebSocket",
                "add the page's origin to the allowed origins",
            ),
            Self::WebSocketRefused { .. } => diagnosis(
                "no handler upgrades the connection at this URL, or a login answers before it",
                "answer the handshake with 101",
            ),
            Self::EventSourceResponse { .. } => diagnosis(
                "something other than the handler of the stream answers",
                "answer 200 with \"content-type: text/event-stream\"",
            ),
            _ => diagnosis(
                "the service failed, which a browser sees as a broken connection",
                "turn errors of the service into responses, inside the CORS layer",
            ),
        }
    }

    fn of_the_script(&self) -> Diagnosis {
        match self {
            Self::InvalidPage { .. } => diagnosis(
                "the test gives the page a URL without an origin",
                "write \"scheme://host[:port]\", or use `Page::opaque()`",
            ),
            Self::ForbiddenMethod { .. } | Self::InvalidMethod { .. } => diagnosis(
                "the script asks for a method that no script can send",
                "use a method such as \"PUT\"",
            ),
            Self::NoCorsMethod { .. } | Self::NoCorsRedirectMode => diagnosis(
                "the script uses the mode \"no-cors\", which hides the response in any case",
                "leave the mode out, and have the server allow the page's origin",
            ),
            Self::InvalidHeader { .. } => diagnosis(
                "the script sets a header that is not valid",
                "write a name of letters, digits and hyphens, and a value on one line",
            ),
            Self::BodyNotAllowed { .. } => diagnosis(
                "the script gives a body to a method that cannot have one",
                "use \"POST\", or leave the body out",
            ),
            Self::SameOriginMode { .. } => diagnosis(
                "the script uses the mode \"same-origin\"",
                "leave the mode out for other origins",
            ),
            Self::OnlyIfCachedMode | Self::NotCached => diagnosis(
                "the script uses the cache mode \"only-if-cached\"",
                "leave the cache mode out",
            ),
            Self::ContentSecurityPolicy { directive, url } => {
                let name = directive.split(' ').next().unwrap_or_default();
                let origin = url.split('/').take(3).collect::<Vec<_>>().join("/");
                diagnosis(
                    "the page's own policy forbids the URL, before CORS is asked",
                    format!("add {origin:?} to `{name}` in the page's \"content-security-policy\""),
                )
            }
            Self::LocalNetworkAccess { access, .. } if access.is_prompted() => diagnosis(
                "the user has not allowed the page to reach devices in the local network",
                "ask the user to allow it, or serve the API from a public address",
            ),
            Self::LocalNetworkAccess { .. } => diagnosis(
                "the page is served over http, and only secure pages may ask the user",
                "serve the page over https",
            ),
            Self::BadPort { .. } => diagnosis(
                "the server listens on a port that browsers block",
                "use another port, such as 443, 3000 or 8080",
            ),
            _ => diagnosis(
                "the script's URL is not one that `fetch()` accepts",
                "write an absolute URL such as \"https://api.example.com/items\"",
            ),
        }
    }
}

/// A preflight whose response has a status outside 200 to 299, or no grant (`origin`).
fn of_preflight(status: u16, origin: Option<&str>) -> Diagnosis {
    match status {
        401 | 407 => diagnosis(
            "a login that runs before the CORS layer answers the preflight",
            "move the CORS layer outside the login: preflights carry no credentials, so the CORS \
             layer must answer them first",
        ),
        403 => match origin {
            Some(origin) => diagnosis(
                "the server does not allow the page's origin or this host, or a login or firewall \
                 answers the preflight before the CORS layer",
                after_forbidden(origin),
            ),
            None => diagnosis(
                "a login or firewall answers the preflight before the CORS layer",
                "move the CORS layer outside it: preflights carry no credentials",
            ),
        },
        404 => diagnosis(
            "no route answers the preflight, so the CORS layer does not cover this path",
            "apply the CORS layer to the whole application, after the last route and the fallback",
        ),
        405 | 501 => diagnosis(
            "the route answers its own methods only, and the preflight's \"OPTIONS\" reaches it",
            "apply the CORS layer around the whole router, so that it answers preflights before \
             method routing (axum: `Router::layer` after the last route, not `route_layer`)",
        ),
        429 => diagnosis(
            "a rate limit counts the preflight before the CORS layer answers it",
            "move the CORS layer outside the rate limit",
        ),
        408 | 503 | 504 => diagnosis(
            "a timeout or load limit outside the CORS layer answers the preflight",
            "move the CORS layer outside it",
        ),
        500 | 502 => diagnosis(
            "an error page outside the CORS layer answers the preflight",
            "fix the error, and move the CORS layer outside what catches it",
        ),
        200..=299 => diagnosis(
            "the server does not allow the page's origin, or something other than the CORS layer \
             answers \"OPTIONS\"",
            format!(
                "{}; if it is there, remove the \"OPTIONS\" route or handler that answers instead of \
                 the CORS layer",
                allowing(origin.unwrap_or_default())
            ),
        ),
        _ => diagnosis(
            format!("something other than the CORS layer answers the preflight with {status}"),
            "move the CORS layer outside it",
        ),
    }
}

/// A response without a grant.
fn of_response(status: u16, origin: &str) -> Diagnosis {
    let outside = |what: &str, suggestion: &str| {
        diagnosis(format!("{what} outside the CORS layer made this response"), suggestion)
    };
    match status {
        403 => diagnosis(
            "the CORS layer enforces its policy, and does not allow the page's origin or this host, \
             or a login or firewall outside the CORS layer made this response",
            after_forbidden(origin),
        ),
        401 | 407 => outside(
            "a login",
            "move the CORS layer outside the login, so that its refusals carry CORS headers too",
        ),
        404 | 405 => outside(
            "a fallback",
            "apply the CORS layer to the whole application, after the last route and the fallback \
             (axum: `layer`, not `route_layer`; nginx: `add_header … always`)",
        ),
        408 | 504 => outside("a timeout", "move the CORS layer outside the timeout"),
        301 | 302 | 303 | 307 | 308 => diagnosis(
            "the server redirects, and the redirect has no CORS headers",
            "fetch the final URL, or send CORS headers on redirects, too",
        ),
        413 => outside("a body limit", "move the CORS layer outside the limit"),
        429 => outside("a rate limit", "move the CORS layer outside the rate limit"),
        500 => outside(
            "a panic or an error handler",
            "move the CORS layer outside what catches panics and errors (nginx: `add_header … \
             always`)",
        ),
        502 | 503 => outside(
            "a proxy or a load limit",
            "move the CORS layer outside it, or add CORS headers to the proxy's error pages",
        ),
        _ => diagnosis(
            "the server does not allow the page's origin, or the CORS layer does not cover this path",
            format!(
                "{}; if it is there, apply the CORS layer after the last route",
                allowing(origin)
            ),
        ),
    }
}

/// A redirect of a preflight or, without CORS headers, of the request itself.
fn of_redirect(url: &str, location: &str, on: ExchangeKind) -> Diagnosis {
    let what = if on == ExchangeKind::Preflight { "preflight" } else { "request" };
    if location.is_empty() {
        return diagnosis(
            format!("something answers the {what} with a redirect that leads nowhere"),
            "have the CORS layer answer preflights, before whatever redirects",
        );
    }
    let base = Url::parse(url, None).ok();
    let absolute = Url::parse(location, base.as_ref());
    let location = &absolute.map_or_else(|_| location.to_owned(), |absolute| absolute.to_string());
    let without_query = |url: &str| {
        let url = url.split(['?', '#']).next().unwrap_or_default();
        url.trim_end_matches('/').to_owned()
    };
    let path = |url: &str| match url.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or(String::new(), |slash| rest[slash..].to_owned()),
        None => url.to_owned(),
    };
    if location == url {
        return diagnosis(
            "the server redirects to the URL itself, so it redirects in a circle",
            "have the CORS layer answer preflights, before whatever redirects",
        );
    }
    let (from, to) = (without_query(url), without_query(location));
    let lower = location.to_ascii_lowercase();
    if ["login", "signin", "sign-in", "sign_in", "auth", "sso", "oauth", "account"]
        .iter()
        .any(|word| lower.contains(word))
    {
        return diagnosis(
            format!("a login that runs before the CORS layer redirects the {what} to {location:?}"),
            "move the CORS layer outside the login, and have the login answer 401 to scripts \
             instead of a redirect",
        );
    }
    let suggestion = format!("fetch {location:?} itself");
    if path(&from) == path(&to) && path(url).ends_with('/') != path(location).ends_with('/') {
        return diagnosis("the server redirects to add or remove a trailing slash", suggestion);
    }
    let without_port = |url: &str| {
        let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let name = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => host,
        };
        format!("{scheme}://{name}{path}")
    };
    let (from, to) = (without_port(&from), without_port(&to));
    if from.strip_prefix("http:").is_some_and(|rest| to.strip_prefix("https:") == Some(rest)) {
        return diagnosis("the server redirects from http to https", suggestion);
    }
    if from.replacen("://www.", "://", 1) == to.replacen("://www.", "://", 1) {
        return diagnosis("the server redirects to or from the host with \"www.\"", suggestion);
    }
    diagnosis(
        format!("the server redirects the {what} to {location:?}"),
        if on == ExchangeKind::Preflight {
            format!("{suggestion}, or answer preflights before the redirect")
        } else {
            format!("{suggestion}, or send CORS headers on redirects, too")
        },
    )
}

/// The culprit and the suggestion for a redirect of the request itself that has no CORS headers.
pub(super) fn of_redirect_without_grant(url: &str, location: &str) -> (String, String) {
    let Diagnosis { culprit, suggestion } = of_redirect(url, location, ExchangeKind::Actual);
    (culprit, suggestion)
}

/// Never to allow `null`, which every sandboxed page on every site sends.
/// What to do about a 403, of the CORS layer itself or of something else.
fn after_forbidden(origin: &str) -> String {
    format!(
        "{}, and this host to the allowed hosts if those are checked; if both are there, move the \
         CORS layer outside whatever answered 403",
        allowing(origin)
    )
}

fn allowing(origin: &str) -> String {
    if origin == NULL {
        "give the page an origin: serve it over http, outside a sandbox, and add its origin to the \
         allowed origins"
            .to_owned()
    } else {
        format!("add {origin:?} to the allowed origins")
    }
}
