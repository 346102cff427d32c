//! A policy that was built.

use super::{
    builder::{InnerHeaders, PolicyBuilder},
    origins::Origins,
    rendered::Rendered,
};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use std::{fmt, sync::Arc, time::Duration};

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
///         decoration.apply(response.headers_mut());
///         response
///     }
/// };
/// assert_eq!(response.headers()["access-control-allow-origin"], "https://app.example.com");
/// # Ok::<(), tower_cors::PolicyErrors>(())
/// ```
#[derive(Clone)]
pub struct Policy(Arc<Compiled>);

#[derive(Clone, Debug)]
pub(crate) struct Compiled {
    pub(crate) origins: Origins,
    /// Whether answers depend on the origin.
    pub(crate) dynamic: bool,
    pub(crate) credentials: bool,
    pub(crate) methods: MethodRules,
    pub(crate) headers: HeaderRules,
    pub(crate) expose: ExposeRule,
    pub(crate) max_age: Option<Duration>,
    pub(crate) private_network: bool,
    pub(crate) timing: bool,
    pub(crate) enforce: bool,
    pub(crate) preflight_status: StatusCode,
    pub(crate) preflight_continue: bool,
    pub(crate) inner_headers: InnerHeaders,
    pub(crate) rendered: Rendered,
    /// The same policy as a dynamic one, made when it is first asked for.
    pub(super) dynamic_twin: std::sync::OnceLock<Policy>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct MethodRules {
    pub(crate) any: bool,
    pub(crate) list: Vec<Method>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct HeaderRules {
    /// All but `authorization`.
    pub(crate) any: bool,
    /// In the order given.
    pub(crate) names: Vec<HeaderName>,
    /// The same, sorted, to be searched.
    sorted: Vec<HeaderName>,
}

#[derive(Clone, Debug)]
pub(crate) enum ExposeRule {
    /// This value, if any.
    Value(Option<HeaderValue>),
    /// The names that the response has: `*` with credentials.
    PresentNames,
}

impl Policy {
    /// A builder with every setting at its default.
    pub fn builder() -> PolicyBuilder {
        PolicyBuilder::new()
    }

    pub(super) fn new(mut compiled: Compiled) -> Self {
        compiled.rendered = Rendered::new(&compiled);
        Self(Arc::new(compiled))
    }

    pub(crate) fn rules(&self) -> &Compiled {
        &self.0
    }

    /// The same policy as one among several: its answers depend on the origin even if its own rules
    /// do not. It is made once, for a static policy only, which is small.
    pub(crate) fn into_dynamic(self) -> Self {
        if self.0.dynamic {
            return self;
        }
        let twin = || Self::new(Compiled { dynamic: true, ..Compiled::clone(&self.0) });
        self.0.dynamic_twin.get_or_init(twin).clone()
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Compiled { origins, credentials, methods, headers, expose, max_age, enforce, .. } =
            self.rules();
        f.debug_struct("Policy")
            .field("allow_origin", origins)
            .field("allow_methods", methods)
            .field("allow_headers", headers)
            .field("allow_credentials", credentials)
            .field("expose_headers", expose)
            .field("max_age", max_age)
            .field("enforce", enforce)
            .finish_non_exhaustive()
    }
}

impl MethodRules {
    pub(crate) fn mirrored(&self, credentials: bool) -> bool {
        self.any && credentials
    }
}

impl HeaderRules {
    pub(super) fn new(any: bool, names: Vec<HeaderName>) -> Self {
        let mut sorted = names.clone();
        sorted.sort_unstable_by(|a, b| a.as_str().cmp(b.as_str()));
        Self { any, names, sorted }
    }

    pub(crate) fn mirrored(&self, credentials: bool) -> bool {
        self.any && credentials
    }

    /// Whether a preflight that asks for this name, in whatever case, is granted it.
    pub(crate) fn allows(&self, name: &[u8]) -> bool {
        let named = || {
            let by_lower_case = |listed: &HeaderName| {
                let name = name.iter().map(u8::to_ascii_lowercase);
                listed.as_str().bytes().cmp(name)
            };
            self.sorted.binary_search_by(by_lower_case).is_ok()
        };
        (self.any && !name.eq_ignore_ascii_case(b"authorization")) || named()
    }
}
