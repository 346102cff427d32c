//! A decision in words and as data.

use super::suggestion::{Suggestion, and};
use crate::{
    message::Quoted,
    policy::Setting,
    protocol::{Decision, Refusal, RequestKind},
};
use std::{borrow::Cow, fmt};

/// A decision in words: what was decided and why, what is allowed instead, and how to fix it.
///
/// It is made by [`Policy::explain`](crate::Policy::explain),
/// [`Evaluation::explain`](crate::protocol::Evaluation::explain) and `PolicyList::explain`. `Display`
/// prints one line; the methods return its parts. With feature "serde" it serializes as an object of
/// these parts.
///
/// ```
/// use tower_cors::Policy;
///
/// let policy = Policy::builder().allow_origin("http://localhost:3000").build()?;
/// let (parts, ()) = http::Request::builder()
///     .header("origin", "http://127.0.0.1:3000")
///     .body(())
///     .unwrap()
///     .into_parts();
/// let explanation = policy.explain(&parts);
/// assert_eq!(
///     explanation.to_string(),
///     "refused: origin \"http://127.0.0.1:3000\" is not allowed; \"http://localhost:3000\" is \
///      allowed; to a browser `localhost` and `127.0.0.1` are different hosts; open the page at \
///      \"http://localhost:3000\", or add \"http://127.0.0.1:3000\" to allow_origin",
/// );
/// assert_eq!(explanation.reasons()[0].nearest(), Some("http://localhost:3000"));
/// # Ok::<(), tower_cors::PolicyErrors>(())
/// ```
#[derive(Clone, Debug)]
pub struct Explanation {
    pub(super) decision: Decision,
    pub(super) kind: RequestKind,
    pub(super) policy: Option<String>,
    pub(super) same_origin: bool,
    pub(super) reasons: Vec<Reason>,
    /// How many headers are not named, for there are too many.
    pub(super) not_named: bool,
}

/// One reason for which a request is refused.
#[derive(Clone, Debug)]
pub struct Reason {
    pub(super) refusal: Refusal,
    pub(super) nearest: Option<String>,
    pub(super) hints: Vec<String>,
    pub(super) suggestion: Option<Suggestion>,
}

impl Explanation {
    /// The decision that is explained.
    #[must_use]
    pub fn decision(&self) -> &Decision {
        &self.decision
    }

    /// What kind of request it is.
    #[must_use]
    pub fn kind(&self) -> RequestKind {
        self.kind
    }

    /// The name of the policy, if it has one in its list.
    #[must_use]
    pub fn policy(&self) -> Option<&str> {
        self.policy.as_deref()
    }

    /// Whether the request is not CORS because it comes from the origin that it is sent to.
    #[must_use]
    pub fn is_same_origin(&self) -> bool {
        self.same_origin
    }

    /// Every reason for which the request is refused: its origin, its method, each of its headers.
    /// Empty if it is not refused.
    #[must_use]
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// What is allowed and nearly what was sent, by the first reason that has such.
    #[must_use]
    pub fn nearest(&self) -> Option<&str> {
        self.reasons.iter().find_map(Reason::nearest)
    }

    /// What to change for the request to be granted: the suggestions of all reasons, in one text.
    #[must_use]
    pub fn suggestion(&self) -> Option<String> {
        let statements = self.statements();
        let mut suggestions = Vec::new();
        for statement in &statements {
            suggestions.extend(statement.suggestion.as_deref());
        }
        Suggestion::join(&suggestions, statements.len())
    }

    /// The reasons and hints, for an event that has the rest in fields.
    #[cfg(all(feature = "tower", feature = "tracing"))]
    pub(super) fn reasons_in_words(&self) -> String {
        let mut texts = Vec::new();
        for statement in self.statements() {
            texts.push(Statement { suggestion: None, ..statement }.to_string());
        }
        texts.join("; ")
    }

    /// The reasons as they are printed: headers that are merely not listed are named together.
    fn statements(&self) -> Vec<Statement<'_>> {
        let mut unlisted = Vec::new();
        for reason in &self.reasons {
            if let Some(name) = reason.unlisted_header() {
                unlisted.push(name);
            }
        }
        let mut statements = Vec::new();
        let mut told = false;
        for reason in &self.reasons {
            if reason.unlisted_header().is_none() || (unlisted.len() == 1 && !self.not_named) {
                statements.push(reason.statement());
            } else if !told {
                told = true;
                statements.push(Statement::of_headers(&unlisted, self.not_named));
            }
        }
        statements
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.decision {
            Decision::NotCors => "not CORS",
            Decision::Granted => "granted",
            Decision::Refused(_) => "refused",
        })?;
        if let (Some(policy), false) = (&self.policy, matches!(self.decision, Decision::NotCors)) {
            f.write_str(" by policy ")?;
            Quoted(policy).fmt(f)?;
        }
        f.write_str(": ")?;
        match (&self.decision, self.kind) {
            (Decision::NotCors, _) if self.same_origin => {
                f.write_str("the request comes from the origin that it is sent to")
            }
            (Decision::NotCors, _) => f.write_str("the request has no `Origin`"),
            (Decision::Granted, RequestKind::Preflight) => {
                f.write_str("the origin, the method and all headers of the preflight are allowed")
            }
            (Decision::Granted, _) => f.write_str("the origin is allowed"),
            (Decision::Refused(_), _) => {
                let mut separator = "";
                for statement in &self.statements() {
                    f.write_str(separator)?;
                    statement.fmt(f)?;
                    separator = "; ";
                }
                Ok(())
            }
        }
    }
}

impl Reason {
    /// The refusal, with the data at fault.
    #[must_use]
    pub fn refusal(&self) -> &Refusal {
        &self.refusal
    }

    /// The reason as one word; see [`Refusal::code`].
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.refusal.code()
    }

    /// The setting under which the request is refused.
    #[must_use]
    pub fn setting(&self) -> Setting {
        self.refusal.setting()
    }

    /// What is allowed and nearly what was sent: an origin, a method or a header name.
    #[must_use]
    pub fn nearest(&self) -> Option<&str> {
        self.nearest.as_deref()
    }

    /// What else there is to say: how the nearest differs, what the policy's regular expressions and
    /// predicates said.
    pub fn hints(&self) -> impl Iterator<Item = &str> {
        self.hints.iter().map(String::as_str)
    }

    /// What to change for this reason to go away.
    #[must_use]
    pub fn suggestion(&self) -> Option<&str> {
        self.suggestion.as_ref().map(Suggestion::as_str)
    }

    fn unlisted_header(&self) -> Option<&str> {
        match &self.refusal {
            Refusal::HeaderNotAllowed { name }
                if self.hints.is_empty() && self.suggestion.is_some() =>
            {
                name.to_str().ok()
            }
            _ => None,
        }
    }

    fn statement(&self) -> Statement<'_> {
        Statement {
            text: self.refusal.to_string(),
            hints: &self.hints,
            suggestion: self.suggestion.as_ref().map(Cow::Borrowed),
        }
    }
}

/// `text; hint; suggestion`
struct Statement<'a> {
    text: String,
    hints: &'a [String],
    suggestion: Option<Cow<'a, Suggestion>>,
}

impl Statement<'_> {
    /// Of several headers, none of which is listed.
    fn of_headers(names: &[&str], not_named: bool) -> Self {
        const SHOWN: usize = 8;
        let (mut list, mut lower) = (Vec::new(), Vec::new());
        for name in &names[..names.len().min(SHOWN)] {
            let quoted = format!("\"{name}\"");
            lower.push(quoted.to_ascii_lowercase());
            list.push(quoted);
        }
        if not_named || names.len() > SHOWN {
            list.push("more".to_owned());
        }
        Self {
            text: format!("request headers {} are not allowed", and(&list)),
            hints: &[],
            suggestion: Some(Cow::Owned(Suggestion::add_all(&lower, Setting::AllowHeaders))),
        }
    }
}

impl fmt::Display for Statement<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        let hints = self.hints.iter().map(String::as_str);
        for text in hints.chain(self.suggestion.as_deref().map(Suggestion::as_str)) {
            f.write_str("; ")?;
            f.write_str(text)?;
        }
        Ok(())
    }
}
