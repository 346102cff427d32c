//! Short names of refusals.

use crate::protocol::Refusal;

impl Refusal {
    /// The reason as one word, the same in logs, metrics and explanations:
    /// `"origin_not_allowed"`. It names the variant, without the data.
    ///
    /// ```
    /// use tower_cors::{Decision, Policy};
    ///
    /// let policy = Policy::builder().allow_origin("https://app.example.com").build()?;
    /// let (parts, ()) = http::Request::builder().header("origin", "null").body(()).unwrap().into_parts();
    /// let Decision::Refused(refusal) = policy.decide(&parts) else { panic!("it is refused") };
    /// assert_eq!(refusal.code(), "null_origin");
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::HostNotAllowed { .. } => "host_not_allowed",
            Self::MissingHost => "missing_host",
            Self::MalformedHost { .. } => "malformed_host",
            Self::RepeatedHost { .. } => "repeated_host",
            Self::OriginNotAllowed { .. } => "origin_not_allowed",
            Self::NullOrigin => "null_origin",
            Self::MalformedOrigin { .. } => "malformed_origin",
            Self::RepeatedOrigin { .. } => "repeated_origin",
            Self::PredicateFailed { .. } => "predicate_failed",
            Self::PolicyUnavailable { .. } => "policy_unavailable",
            Self::MethodNotAllowed { .. } => "method_not_allowed",
            Self::MalformedMethod { .. } => "malformed_method",
            Self::RepeatedMethod { .. } => "repeated_method",
            Self::MethodTooLong { .. } => "method_too_long",
            Self::HeaderNotAllowed { .. } => "header_not_allowed",
            Self::MalformedHeader { .. } => "malformed_header",
            Self::HeadersTooLong { .. } => "headers_too_long",
        }
    }
}
