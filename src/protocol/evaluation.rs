//! One request under one policy.

use super::{
    decision::Decision,
    decoration::{Decoration, Grant, forbid_storing},
    preflight,
    refusal::Refusal,
    request::{Lines, RequestKind},
    same_origin::is_same_origin,
    target::{Target, host_refusal},
    vary,
};
use crate::{
    origin::Origin,
    policy::{Echo, Hosts, OriginMatch, Origins, Policy, Unavailable, Vary},
};
use http::{HeaderValue, Response, StatusCode, header::ORIGIN, request::Parts};
use std::sync::Arc;

/// What follows from one request under one policy. Made by [`Policy::evaluate`].
#[derive(Debug)]
pub struct Evaluation<'a> {
    policy: Policy,
    parts: &'a Parts,
    kind: RequestKind,
    /// What a preflight asks for.
    method: Lines<'a>,
    /// The only such line.
    origin_line: Option<&'a HeaderValue>,
    origin: OriginMatch<'a>,
    policy_name: Option<Arc<str>>,
    reads: Option<Arc<Vary>>,
}

/// What is to be done with a request.
#[derive(Debug)]
#[must_use = "it says what to send"]
pub enum Action {
    /// Send this answer; the inner service does not run.
    Respond(Response<()>),
    /// Run the inner service, and apply this to its response, whatever its status.
    Forward(Decoration),
}

impl Action {
    /// The decision that the inner service is to find in the extensions of the request.
    #[inline]
    #[allow(dead_code, reason = "only the layer calls it")]
    pub(crate) fn recorded(&self) -> Option<&Decision> {
        match self {
            Self::Forward(decoration) => decoration.recorded(),
            Self::Respond(_) => None,
        }
    }
}

impl Policy {
    /// Evaluates a request: classifies it and matches its origin, nothing more.
    ///
    /// See [`Policy`] for how to use it without tower.
    #[must_use]
    pub fn evaluate<'a>(&self, parts: &'a Parts) -> Evaluation<'a> {
        Evaluation::of(self.clone(), parts, None, None)
    }

    /// What the policy says of a request; short for `evaluate(parts).decision()`.
    #[must_use]
    pub fn decide(&self, parts: &Parts) -> Decision {
        self.evaluate(parts).decision()
    }

    pub(crate) fn match_origin<'a>(&self, parts: &'a Parts) -> OriginMatch<'a> {
        self.match_line(Lines::of(&parts.headers, &ORIGIN), parts)
    }

    /// Whether [`allow_hosts`](crate::PolicyBuilder::allow_hosts) lets this request pass. It is `true`
    /// where that is not set.
    #[must_use]
    #[inline]
    pub fn allows_host(&self, parts: &Parts) -> bool {
        self.rules().hosts.as_ref().is_none_or(|hosts| allow_target(hosts, parts))
    }

    #[inline]
    fn match_line<'a>(&self, line: Lines<'a>, parts: &Parts) -> OriginMatch<'a> {
        if !self.allows_host(parts) {
            return OriginMatch::HostRefused;
        }
        let origins = &self.rules().origins;
        match line {
            Lines::One(origin) => origins.evaluate(origin, parts),
            // With `*` the origin is not looked at, however many there are.
            Lines::Several(_) => match origins {
                Origins::Any => OriginMatch::Granted(Echo::Any),
                _ => OriginMatch::Refused,
            },
            Lines::None => OriginMatch::Refused,
        }
    }
}

impl<'a> Evaluation<'a> {
    /// With the name that the policy has in its list, and more request headers that the answer
    /// depends on.
    #[expect(clippy::inline_always, reason = "in one piece, an evaluation need not lie in memory")]
    #[inline(always)]
    pub(crate) fn of(
        policy: Policy,
        parts: &'a Parts,
        policy_name: Option<Arc<str>>,
        reads: Option<Arc<Vary>>,
    ) -> Self {
        let line = Lines::of(&parts.headers, &ORIGIN);
        let ((kind, method), origin) = match line {
            Lines::None => ((RequestKind::NotCors, Lines::None), policy.match_line(line, parts)),
            _ => (RequestKind::with_origin(line, parts), policy.match_line(line, parts)),
        };
        Self { policy, parts, kind, method, origin_line: line.only(), origin, policy_name, reads }
    }

    /// The same where the origin was matched already.
    #[inline(never)]
    pub(crate) fn with_match(
        policy: Policy,
        parts: &'a Parts,
        origin: OriginMatch<'a>,
        policy_name: Option<Arc<str>>,
        reads: Option<Arc<Vary>>,
    ) -> Self {
        let line = Lines::of(&parts.headers, &ORIGIN);
        let (kind, method) = RequestKind::with_origin(line, parts);
        Self { policy, parts, kind, method, origin_line: line.only(), origin, policy_name, reads }
    }

    /// The same in another place, so that this one need not lie in memory.
    #[expect(clippy::inline_always, reason = "a call would need it in memory")]
    #[inline(always)]
    #[allow(dead_code, reason = "only the layer calls it")]
    pub(crate) fn elsewhere(self) -> Self {
        let Self { policy, parts, kind, method, origin_line, origin, policy_name, reads } = self;
        Self { policy, parts, kind, method, origin_line, origin, policy_name, reads }
    }

    /// The policy that governs the request.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The name of the policy in its list, if it has one.
    #[must_use]
    pub fn policy_name(&self) -> Option<&str> {
        self.policy_name.as_deref()
    }

    /// The request.
    #[must_use]
    pub fn request(&self) -> &'a Parts {
        self.parts
    }

    /// What kind of request it is. A same-origin request that the policy does not grant is not CORS,
    /// although browsers send `Origin` with it.
    #[must_use]
    pub fn kind(&self) -> RequestKind {
        match self.kind {
            RequestKind::Actual if !self.allows_origin() && is_same_origin(self.parts) => {
                RequestKind::NotCors
            }
            kind => kind,
        }
    }

    /// The value of `Origin`, if there is one such line.
    pub(crate) fn origin_line(&self) -> Option<&'a HeaderValue> {
        self.origin_line
    }

    /// Whether it can be told at a glance that the request is not CORS, or an actual one that is
    /// granted. Most are.
    #[inline]
    pub(crate) fn is_ordinary(&self) -> bool {
        match self.kind {
            RequestKind::NotCors => self.allows_host(),
            RequestKind::Actual => self.allows_origin(),
            RequestKind::Preflight => false,
        }
    }

    /// Whether the policy answers for the request's host; see
    /// [`allow_hosts`](crate::PolicyBuilder::allow_hosts).
    #[inline]
    #[must_use]
    pub fn allows_host(&self) -> bool {
        !matches!(self.origin, OriginMatch::HostRefused)
    }

    /// Whether the policy allows the request's origin.
    ///
    /// It is `false` for a request without `Origin`, except where any origin is allowed.
    #[inline]
    #[must_use]
    pub fn allows_origin(&self) -> bool {
        matches!(self.origin, OriginMatch::Granted(_))
    }

    /// Whether the decision is [`Decision::Granted`]. This costs less than the decision itself.
    #[inline]
    #[must_use]
    pub fn is_granted(&self) -> bool {
        match self.kind {
            RequestKind::NotCors => false,
            RequestKind::Actual => self.allows_origin(),
            RequestKind::Preflight => {
                self.allows_origin()
                    && preflight::is_granted(self.policy.rules(), self.method, self.parts)
            }
        }
    }

    /// Whether the policy that should govern the request is unavailable: its source failed.
    #[inline]
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        matches!(self.origin, OriginMatch::Unavailable(_))
    }

    /// What the policy says of the request.
    #[must_use]
    pub fn decision(&self) -> Decision {
        if self.is_ordinary() {
            let actual = self.kind == RequestKind::Actual;
            return if actual { Decision::Granted } else { Decision::NotCors };
        }
        match (self.kind(), &self.origin) {
            (_, OriginMatch::HostRefused) => Decision::Refused(host_refusal(self.parts)),
            (RequestKind::NotCors, _) => Decision::NotCors,
            // A preflight: an actual request that is granted is an ordinary one.
            (_, OriginMatch::Granted(_)) => preflight::refusal(self.policy.rules(), self.parts)
                .map_or(Decision::Granted, Decision::Refused),
            _ => Decision::Refused(self.origin_refusal()),
        }
    }

    /// The decision without the name of the header that is not allowed. It allocates nothing.
    #[must_use]
    pub fn nameless_decision(&self) -> Decision {
        if self.kind == RequestKind::Preflight && self.allows_origin() {
            preflight::nameless_refusal(self.policy.rules(), self.parts)
                .map_or(Decision::Granted, Decision::Refused)
        } else {
            self.decision()
        }
    }

    /// Every reason for which the request is refused, the one of the decision first. Empty if it is
    /// not refused.
    ///
    /// The decision names one reason only. A preflight may be refused for its origin, its method and
    /// several headers. At most 32 reasons are returned.
    ///
    /// ```
    /// use http::Request;
    /// use tower_cors::Policy;
    ///
    /// let policy = Policy::builder().allow_origin("https://app.example.com").build()?;
    /// let (parts, ()) = Request::options("/")
    ///     .header("origin", "https://app.example.com")
    ///     .header("access-control-request-method", "DELETE")
    ///     .header("access-control-request-headers", "authorization,x-trace")
    ///     .body(())
    ///     .unwrap()
    ///     .into_parts();
    /// assert_eq!(policy.evaluate(&parts).refusals().len(), 3);
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    #[must_use]
    pub fn refusals(&self) -> Vec<Refusal> {
        self.first_refusals(32)
    }

    pub(crate) fn first_refusals(&self, most: usize) -> Vec<Refusal> {
        let Decision::Refused(first) = self.decision() else { return Vec::new() };
        let mut refusals = Vec::new();
        if !self.allows_origin() {
            refusals.push(first);
        }
        // Nothing is known of a policy that is unavailable.
        if self.kind == RequestKind::Preflight && !self.is_unavailable() && self.allows_host() {
            preflight::add_refusals(self.policy.rules(), self.parts, most, &mut refusals);
        }
        refusals
    }

    fn origin_refusal(&self) -> Refusal {
        let Some(origin) = self.origin_line().cloned() else {
            let lines = self.parts.headers.get_all(ORIGIN).iter().count();
            return Refusal::RepeatedOrigin { lines };
        };
        if let OriginMatch::Failed(error) = &self.origin {
            return Refusal::PredicateFailed { origin, error: error.clone() };
        }
        if let OriginMatch::Unavailable(unavailable) = &self.origin {
            return Refusal::PolicyUnavailable { error: unavailable.error.clone() };
        }
        match Origin::from_header(&origin) {
            None => Refusal::MalformedOrigin { origin },
            Some(parsed) if parsed.is_null() => Refusal::NullOrigin,
            Some(_) => Refusal::OriginNotAllowed { origin },
        }
    }

    /// What is to be done with the request.
    #[expect(clippy::inline_always, reason = "in one piece, an evaluation need not lie in memory")]
    #[inline(always)]
    pub fn into_action(self) -> Action {
        let Self { policy, parts, kind, origin, policy_name, reads, .. } = self;
        // What is dropped as the rest of `self` keeps all of it in memory.
        drop(policy_name);
        let (rules, answers) = (policy.rules(), policy.answers());
        let grant = match (kind, &origin) {
            (_, OriginMatch::HostRefused) => {
                return refuse(&answers.refused_actual, None, reads.as_deref());
            }
            (RequestKind::Preflight, OriginMatch::Granted(echo)) => {
                return answer(policy, parts, *echo, reads);
            }
            (RequestKind::Preflight, _) => {
                return refuse(&answers.refused_preflight, origin.unavailable(), reads.as_deref());
            }
            (RequestKind::Actual, OriginMatch::Granted(echo)) => {
                Grant::Actual((*echo).into_owned())
            }
            (RequestKind::Actual, _) if rules.enforce && !is_same_origin(parts) => {
                return refuse(&answers.refused_actual, origin.unavailable(), reads.as_deref());
            }
            (RequestKind::Actual, OriginMatch::Unavailable(_)) if rules.enforce => Grant::Nothing,
            (RequestKind::Actual, OriginMatch::Unavailable(_)) => Grant::Unknown,
            // The one answer of a static policy goes to everyone; a dynamic policy has none.
            (RequestKind::Actual | RequestKind::NotCors, _) => {
                rules.fixed_echo().map_or(Grant::Nothing, Grant::Actual)
            }
        };
        Action::Forward(Decoration { policy: Some(policy), grant, reads, recorded: None })
    }
}

// The rest of `into_action`: apart, so that an actual request, which needs none of it, stays short.

#[cold]
fn allow_target(hosts: &Hosts, parts: &Parts) -> bool {
    Target::of(parts).is_some_and(|target| hosts.allow(target.host, target.port))
}

/// The answer to a preflight from a granted origin.
fn answer(
    policy: Policy,
    parts: &Parts,
    echo: Echo<&HeaderValue>,
    reads: Option<Arc<Vary>>,
) -> Action {
    let rules = policy.rules();
    let mut response = preflight::grant(&policy, echo.value(&rules.origins), parts);
    if rules.preflight_continue && preflight::refusal(rules, parts).is_none() {
        let grant = Grant::Preflight(Box::new(response.into_parts().0.headers));
        return Action::Forward(Decoration { policy: Some(policy), grant, reads, recorded: None });
    }
    merge_reads(&mut response, reads.as_deref());
    Action::Respond(response)
}

/// The answer to a request that is refused.
fn refuse(
    answer: &Response<()>,
    unavailable: Option<Box<Unavailable>>,
    reads: Option<&Vary>,
) -> Action {
    let mut response = answer.clone();
    if let Some(unavailable) = unavailable {
        response = unstored(unavailable.status, response);
    }
    merge_reads(&mut response, reads);
    Action::Respond(response)
}

#[inline]
fn merge_reads(response: &mut Response<()>, reads: Option<&Vary>) {
    if let Some(reads) = reads {
        vary::merge_reads(response.headers_mut(), reads);
    }
}

/// A short failure must leave nothing in a cache.
fn unstored(status: StatusCode, mut response: Response<()>) -> Response<()> {
    *response.status_mut() = status;
    forbid_storing(response.headers_mut());
    response
}
