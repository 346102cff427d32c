//! A policy that was built.

use super::{answers::Answers, rules::Rules};
use http::{HeaderName, header::ORIGIN};
use std::sync::{Arc, OnceLock};

/// One immutable, validated, compiled set of rules. A clone shares them.
///
/// It needs no tower: [`evaluate`](Self::evaluate) a request, and do what the evaluation says.
///
/// ```
/// use http::{Method, Request, Response};
/// use tower_cors::{Policy, protocol::Action};
///
/// let policy = Policy::builder().allow_origin("https://app.example.com").build()?;
///
/// let (parts, ()) = Request::builder()
///     .header("origin", "https://app.example.com")
///     .body(())
///     .unwrap()
///     .into_parts();
/// let response = match policy.evaluate(&parts).into_action() {
///     Action::Respond(response) => response, // a preflight, answered
///     Action::Forward(decoration) => {
///         let mut response = Response::new(()); // from your own code
///         decoration.apply(&mut response);
///         response
///     }
/// };
/// assert_eq!(response.headers()["access-control-allow-origin"], "https://app.example.com");
/// # Ok::<(), tower_cors::PolicyErrors>(())
/// ```
#[derive(Clone)]
pub struct Policy(pub(crate) Arc<Compiled>);

pub(crate) struct Compiled {
    rules: Rules,
    answers: Answers,
    /// The same policy as a dynamic one, made when it is first asked for.
    dynamic: OnceLock<Policy>,
}

impl Policy {
    pub(super) fn new(rules: Rules) -> Self {
        let answers = Answers::new(&rules);
        Self(Arc::new(Compiled { rules, answers, dynamic: OnceLock::new() }))
    }

    pub(crate) fn rules(&self) -> &Rules {
        &self.0.rules
    }

    pub(crate) fn answers(&self) -> &Answers {
        &self.0.answers
    }

    /// The same policy with answers that name these headers in `Vary` too.
    ///
    /// This is for policies that are chosen by other headers of the request than `Origin`. What
    /// the policy's own predicates read is named by [`AllowOrigin::reads`](crate::AllowOrigin::reads).
    ///
    /// The result is compiled anew, so call this once, not for each request.
    ///
    /// ```
    /// use http::{HeaderName, Request, Response};
    /// use tower_cors::{Policy, protocol::Action};
    ///
    /// let policy = Policy::builder()
    ///     .allow_origin(["https://app.example.com", "https://admin.example.com"])
    ///     .build()?
    ///     .reading([HeaderName::from_static("x-tenant")]);
    ///
    /// let (parts, ()) = Request::new(()).into_parts();
    /// let Action::Forward(decoration) = policy.evaluate(&parts).into_action() else { panic!() };
    /// let mut response = Response::new(());
    /// decoration.apply(&mut response);
    /// assert_eq!(response.headers()["vary"], "Origin,x-tenant");
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    #[must_use]
    pub fn reading(self, names: impl IntoIterator<Item = HeaderName>) -> Self {
        let mut reads = self.rules().reads.clone();
        for name in names {
            if name != ORIGIN && !reads.contains(&name) {
                reads.push(name);
            }
        }
        if reads.len() == self.rules().reads.len() {
            return self;
        }
        Self::new(Rules { reads, ..self.rules().clone() })
    }

    /// The same policy with answers that depend on the origin, even if its own rules do not: every
    /// response says `Vary: Origin`.
    ///
    /// This is for policies that are chosen by the request's origin. A shared cache would
    /// otherwise store the one answer of a static policy, and hand it to origins for which another
    /// policy is chosen. See [static and dynamic policies](crate::policy).
    ///
    /// The result is compiled once and then shared, so calling this for each request is cheap.
    ///
    /// ```
    /// use http::Request;
    /// use tower_cors::{Policy, protocol::Action};
    ///
    /// let policy = Policy::builder().allow_origin("https://app.example.com").build()?.into_dynamic();
    ///
    /// let (parts, ()) = Request::new(()).into_parts();
    /// let Action::Forward(decoration) = policy.evaluate(&parts).into_action() else { panic!() };
    /// let mut response = http::Response::new(());
    /// decoration.apply(&mut response);
    /// assert_eq!(response.headers()["vary"], "Origin");
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    #[must_use]
    pub fn into_dynamic(self) -> Self {
        if self.rules().dynamic {
            return self;
        }
        let compile = || Self::new(Rules { dynamic: true, ..self.rules().clone() });
        self.0.dynamic.get_or_init(compile).clone()
    }
}
