//! What a browser's console says about a blocked fetch.

use super::blocked::Blocked;
use super::exchange::{Exchange, ExchangeKind};
use super::reason::Reason;

/// A browser engine whose console texts are known. They are compared with the engines themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Engine {
    /// Chrome, Edge and others.
    Chromium,
    /// Firefox.
    Firefox,
}

impl Blocked {
    /// What the developer of the page reads in the console of this engine; `None` if the fetch was
    /// not blocked by CORS, or if the engine's text is not known.
    ///
    /// ```
    /// # use http::{Request, Response};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use tower_browser::{Page, console::Engine};
    ///
    /// let api = tower::service_fn(|_: Request<Vec<u8>>| async { http::Response::builder().body(Vec::new()) });
    /// let page = Page::at("https://app.example.com");
    /// let blocked = page.fetch("https://api.example.com/").send(api).await.unwrap_err();
    /// assert_eq!(
    ///     blocked.console(Engine::Chromium).unwrap(),
    ///     "Access to fetch at 'https://api.example.com/' from origin 'https://app.example.com' has \
    ///      been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the \
    ///      requested resource.",
    /// );
    /// # }
    /// ```
    #[must_use]
    pub fn console(&self, engine: Engine) -> Option<String> {
        let last = self.wire().last().map_or(self.url(), |exchange| exchange.url());
        match engine {
            Engine::Chromium => {
                let redirected = self.wire().iter().any(|exchange| exchange.url() != last);
                let target = if redirected {
                    format!("'{last}' (redirected from '{}')", self.wire()[0].url())
                } else {
                    format!("'{last}'")
                };
                Some(format!(
                    "Access to fetch at {target} from origin '{}' has been blocked by CORS policy: {}",
                    self.origin(),
                    chromium(self.reason())?
                ))
            }
            Engine::Firefox => {
                let why = firefox(self.reason())?;
                let status = self.wire().last().and_then(Exchange::status);
                // Only these two say it.
                let status = status
                    .filter(|_| {
                        matches!(
                            self.reason(),
                            Reason::MissingAllowOrigin { .. }
                                | Reason::PreflightStatus { .. }
                                | Reason::PreflightRedirect { .. }
                        )
                    })
                    .map_or(String::new(), |status| format!(" Status code: {}.", status.as_u16()));
                let quoted = matches!(self.reason(), Reason::WildcardWithCredentials { .. });
                let (open, close) = if quoted { ("‘", "’") } else { ("", "") };
                Some(format!(
                    "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the \
                     remote resource at {open}{last}{close}. (Reason: {why}).{status}"
                ))
            }
        }
    }
}

const PREFLIGHT: &str = "Response to preflight request doesn't pass access control check: ";

fn chromium(reason: &Reason) -> Option<String> {
    let on = match reason {
        Reason::MissingAllowOrigin { on, .. }
        | Reason::MultipleAllowOrigin { on, .. }
        | Reason::AllowOriginMismatch { on, .. }
        | Reason::WildcardWithCredentials { on, .. }
        | Reason::CredentialsNotAllowed { on, .. } => *on,
        Reason::PreflightStatus { .. } | Reason::PreflightRedirect { .. } => {
            ExchangeKind::Preflight
        }
        _ => ExchangeKind::Actual,
    };
    let text = match reason {
        Reason::MissingAllowOrigin { .. } => {
            "No 'Access-Control-Allow-Origin' header is present on the requested resource."
                .to_owned()
        }
        Reason::MultipleAllowOrigin { value, .. } => format!(
            "The 'Access-Control-Allow-Origin' header contains multiple values '{value}', but only \
             one is allowed."
        ),
        Reason::AllowOriginMismatch { value, .. } if value != "null" && !value.contains("://") => {
            format!(
                "The 'Access-Control-Allow-Origin' header contains the invalid value '{value}'."
            )
        }
        Reason::AllowOriginMismatch { value, .. } => format!(
            "The 'Access-Control-Allow-Origin' header has a value '{value}' that is not equal to \
             the supplied origin."
        ),
        Reason::WildcardWithCredentials { .. } => {
            "The value of the 'Access-Control-Allow-Origin' header in the response must not be the \
             wildcard '*' when the request's credentials mode is 'include'."
                .to_owned()
        }
        Reason::CredentialsNotAllowed { value, .. } => format!(
            "The value of the 'Access-Control-Allow-Credentials' header in the response is '{}' \
             which must be 'true' when the request's credentials mode is 'include'.",
            value.as_deref().unwrap_or_default()
        ),
        Reason::PreflightStatus { .. } => "It does not have HTTP ok status.".to_owned(),
        Reason::PreflightRedirect { .. } => {
            "Redirect is not allowed for a preflight request.".to_owned()
        }
        Reason::MethodNotAllowed { method, .. } => format!(
            "Method {method} is not allowed by Access-Control-Allow-Methods in preflight response."
        ),
        Reason::HeaderNotAllowed { name, .. } => format!(
            "Request header field {name} is not allowed by Access-Control-Allow-Headers in \
             preflight response."
        ),
        Reason::InvalidAllowMethods { .. } => {
            "Cannot parse Access-Control-Allow-Methods response header field in preflight response."
                .to_owned()
        }
        Reason::InvalidAllowHeaders { .. } => {
            "Cannot parse Access-Control-Allow-Headers response header field in preflight response."
                .to_owned()
        }
        _ => return None,
    };
    Some(if on == ExchangeKind::Preflight { format!("{PREFLIGHT}{text}") } else { text })
}

fn firefox(reason: &Reason) -> Option<String> {
    Some(match reason {
        Reason::MissingAllowOrigin { .. } => {
            "CORS header ‘Access-Control-Allow-Origin’ missing".to_owned()
        }
        Reason::MultipleAllowOrigin { .. } => {
            "Multiple CORS header ‘Access-Control-Allow-Origin’ not allowed".to_owned()
        }
        Reason::AllowOriginMismatch { value, .. } => {
            format!("CORS header ‘Access-Control-Allow-Origin’ does not match ‘{value}’")
        }
        Reason::WildcardWithCredentials { .. } => "Credential is not supported if the CORS header \
                                                   ‘Access-Control-Allow-Origin’ is ‘*’"
            .to_owned(),
        Reason::CredentialsNotAllowed { .. } => {
            "expected ‘true’ in CORS header ‘Access-Control-Allow-Credentials’".to_owned()
        }
        Reason::PreflightStatus { .. } | Reason::PreflightRedirect { .. } => {
            "CORS preflight response did not succeed".to_owned()
        }
        Reason::MethodNotAllowed { .. } => {
            "Did not find method in CORS header ‘Access-Control-Allow-Methods’".to_owned()
        }
        Reason::HeaderNotAllowed { name, .. } => format!(
            "header ‘{name}’ is not allowed according to header ‘Access-Control-Allow-Headers’ \
             from CORS preflight response"
        ),
        _ => return None,
    })
}
