//! A decision in words.

use super::nearest::{self, Effort};
use crate::{
    policy::{
        Policy, Setting, is_cors_header, is_forbidden_method, is_forbidden_request_header,
        standard_method_in_wrong_case,
    },
    protocol::{Decision, Evaluation, Refusal, RequestKind},
};
use http::{HeaderName, HeaderValue, header::ORIGIN, request::Parts};
use std::fmt;

/// A decision in words: what, why, the nearest miss, what to do. One line.
///
/// ```
/// use tower_cors::Policy;
///
/// let policy = Policy::builder().allow_origin("https://app.example.com").build()?;
/// let (parts, ()) = http::Request::builder()
///     .header("origin", "http://app.example.com")
///     .body(())
///     .unwrap()
///     .into_parts();
/// assert_eq!(
///     policy.explain(&parts).to_string(),
///     "refused: origin \"http://app.example.com\" is not allowed; \
///      `http` where `https` is allowed: \"https://app.example.com\" is; \
///      to allow this one, add it to allow_origin",
/// );
/// # Ok::<(), tower_cors::PolicyErrors>(())
/// ```
#[derive(Clone, Debug)]
pub struct Explanation {
    decision: Decision,
    kind: RequestKind,
    same_origin: bool,
    hint: Option<String>,
    suggestion: Option<String>,
}

impl Policy {
    /// Explains what it says of a request. It takes its time, so it is for people, not for every
    /// request.
    #[must_use]
    pub fn explain(&self, parts: &Parts) -> Explanation {
        self.evaluate(parts).explain()
    }
}

impl Evaluation<'_> {
    /// Explains the decision. It takes its time, so it is for people, not for every request.
    #[must_use]
    pub fn explain(&self) -> Explanation {
        self.explain_with(Effort::Asked)
    }

    pub(super) fn explain_with(&self, effort: Effort) -> Explanation {
        let decision = self.decision();
        let hint = decision.refusal().and_then(|refusal| hint(self.policy(), refusal, effort));
        let suggestion = decision.refusal().and_then(|refusal| suggestion(self.policy(), refusal));
        let same_origin = self.request().headers.contains_key(ORIGIN);
        Explanation { decision, kind: self.kind(), same_origin, hint, suggestion }
    }
}

impl Explanation {
    /// The decision explained.
    #[must_use]
    pub fn decision(&self) -> &Decision {
        &self.decision
    }

    /// The nearest miss: what is allowed and nearly the same.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// What to change for the request to be granted.
    #[must_use]
    pub fn suggestion(&self) -> Option<&str> {
        self.suggestion.as_deref()
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.decision)?;
        match (&self.decision, self.kind) {
            (Decision::NotCors, _) if self.same_origin => {
                f.write_str(": the request comes from the very origin it goes to")?;
            }
            (Decision::NotCors, _) => f.write_str(": there is no `Origin`")?,
            (Decision::Granted, RequestKind::Preflight) => {
                f.write_str(
                    ": the origin, the method and all headers of this preflight are allowed",
                )?;
            }
            (Decision::Granted, _) => f.write_str(": the origin is allowed")?,
            _ => {}
        }
        for part in self.hint.iter().chain(&self.suggestion) {
            write!(f, "; {part}")?;
        }
        Ok(())
    }
}

fn hint(policy: &Policy, refusal: &Refusal, effort: Effort) -> Option<String> {
    let rules = policy.rules();
    match refusal {
        Refusal::OriginNotAllowed { origin } | Refusal::MalformedOrigin { origin } => {
            nearest::origin(&rules.origins, origin, effort)
        }
        Refusal::NullOrigin => {
            Some("sandboxed frames, local files and some redirects send it".to_owned())
        }
        Refusal::MethodNotAllowed { method } if is_forbidden_method(method.as_bytes()) => {
            Some("no page can send it".to_owned())
        }
        Refusal::MethodNotAllowed { method } => {
            let upper = method.to_str().ok().and_then(standard_method_in_wrong_case)?;
            let allowed = is_allowed_method(policy, upper);
            allowed.then(|| format!("methods are case-sensitive, and `{upper}` is allowed"))
        }
        Refusal::HeaderNotAllowed { name } if !can_be_listed(name) => {
            Some("no page can set it".to_owned())
        }
        Refusal::HeaderNotAllowed { name } if rules.headers.any => {
            Some(format!("`*` does not cover `{}`", short(name)?))
        }
        _ => None,
    }
}

/// What the builder would take.
fn suggestion(policy: &Policy, refusal: &Refusal) -> Option<String> {
    let setting = refusal.setting();
    Some(match refusal {
        Refusal::OriginNotAllowed { .. } => format!("to allow this one, add it to {setting}"),
        Refusal::NullOrigin => format!("to allow it, see {setting}"),
        Refusal::MethodNotAllowed { method } => {
            let method = short(method).filter(|method| !is_forbidden_method(method.as_bytes()))?;
            match standard_method_in_wrong_case(method) {
                Some(upper) if is_allowed_method(policy, upper) => {
                    format!("have the page send \"{upper}\"")
                }
                Some(upper) => {
                    format!("have the page send \"{upper}\", and add that to {setting}")
                }
                None => format!("to allow it, add \"{method}\" to {setting}"),
            }
        }
        Refusal::HeaderNotAllowed { name } if can_be_listed(name) => {
            let name = short(name)?.to_ascii_lowercase();
            format!("to allow it, add \"{name}\" to {}", Setting::AllowHeaders)
        }
        _ => return None,
    })
}

fn is_allowed_method(policy: &Policy, method: &str) -> bool {
    policy.rules().methods.allows(method.as_bytes())
}

fn can_be_listed(name: &HeaderValue) -> bool {
    let name = HeaderName::from_bytes(name.as_bytes());
    name.is_ok_and(|name| !is_cors_header(&name) && !is_forbidden_request_header(&name))
}

/// A method or header name, which are tokens here, unless it is too long to be shown.
fn short(value: &HeaderValue) -> Option<&str> {
    value.to_str().ok().filter(|text| text.len() <= 200)
}
