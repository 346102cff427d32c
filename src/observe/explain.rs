//! A decision in words.

use super::nearest;
use crate::{
    policy::{Policy, Setting},
    protocol::{Decision, Judgement, Refusal, RequestKind},
};
use http::{HeaderValue, request::Parts};
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
    hint: Option<String>,
    mend: Option<String>,
}

impl Policy {
    /// Explains what it says of a request. It takes its time, so it is for people, not for every request.
    #[must_use]
    pub fn explain(&self, parts: &Parts) -> Explanation {
        self.judge(parts).explain()
    }
}

impl Judgement<'_> {
    /// Explains the decision. It takes its time, so it is for people, not for every request.
    #[must_use]
    pub fn explain(&self) -> Explanation {
        let decision = self.decision();
        let hint = decision.refusal().and_then(|refusal| hint(self.policy(), refusal));
        let mend = decision.refusal().and_then(mend);
        Explanation { decision, kind: self.kind(), hint, mend }
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
    pub fn mend(&self) -> Option<&str> {
        self.mend.as_deref()
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.decision)?;
        match (&self.decision, self.kind) {
            (Decision::NotCors, RequestKind::NotCors) => {
                f.write_str(": no `Origin`, or one of this very host")?;
            }
            (Decision::Granted, RequestKind::Preflight) => {
                f.write_str(
                    ": the origin, the method and all headers of this preflight are allowed",
                )?;
            }
            (Decision::Granted, _) => f.write_str(": the origin is allowed")?,
            _ => {}
        }
        for part in self.hint.iter().chain(&self.mend) {
            write!(f, "; {part}")?;
        }
        Ok(())
    }
}

fn hint(policy: &Policy, refusal: &Refusal) -> Option<String> {
    let rules = policy.rules();
    match refusal {
        Refusal::OriginNotAllowed { origin } | Refusal::MalformedOrigin { origin } => {
            nearest::origin(&rules.origins, origin)
        }
        Refusal::NullOrigin => {
            Some("sandboxed frames, local files and some redirects send it".to_owned())
        }
        Refusal::MethodNotAllowed { method } => {
            let upper = method.as_bytes().to_ascii_uppercase();
            let listed = rules.methods.list.iter().find(|m| m.as_str().as_bytes() == upper)?;
            Some(format!("methods are case-sensitive, and `{listed}` is allowed"))
        }
        Refusal::HeaderNotAllowed { name } if rules.headers.any => {
            Some(format!("`*` does not cover `{}`", text(name)))
        }
        _ => None,
    }
}

fn mend(refusal: &Refusal) -> Option<String> {
    let setting = refusal.setting();
    Some(match refusal {
        Refusal::OriginNotAllowed { .. } => format!("to allow this one, add it to {setting}"),
        Refusal::NullOrigin => format!("to allow it, see {setting}"),
        Refusal::MethodNotAllowed { method } => {
            format!("to allow it, add \"{}\" to {setting}", text(method))
        }
        Refusal::HeaderNotAllowed { name } => {
            let name = text(name).to_ascii_lowercase();
            format!("to allow it, add \"{name}\" to {}", Setting::AllowHeaders)
        }
        _ => return None,
    })
}

/// A method or header name, which are tokens here.
fn text(value: &HeaderValue) -> String {
    value.as_bytes().escape_ascii().to_string()
}
