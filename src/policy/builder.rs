//! The builder: the setters, and what each setting means.

use super::{
    allow_headers::AllowHeaders,
    allow_hosts::AllowHosts,
    allow_methods::AllowMethods,
    allow_origin::AllowOrigin,
    compile::compile,
    error::PolicyErrors,
    expose_headers::ExposeHeaders,
    policy::Policy,
    preset::Preset,
    settings::{InnerHeaders, Settings},
};
use http::StatusCode;
use std::{fmt, marker::PhantomData, time::Duration};

/// Builds a [`Policy`], or what is made from one, such as a `CorsLayer`.
///
/// Made by [`Policy::builder`] and `CorsLayer::builder`. Setters never fail;
/// [`build`](Self::build) reports all mistakes at once. A list's setter that is called again adds to
/// the list; of all other setters the last call counts.
#[must_use = "a builder does nothing until `build` is called"]
pub struct PolicyBuilder<T = Policy> {
    settings: Settings,
    target: PhantomData<fn() -> T>,
}

impl Policy {
    /// A builder with every setting at its default.
    ///
    /// ```
    /// use tower_cors::Policy;
    ///
    /// let policy = Policy::builder().allow_origin("https://app.example.com").build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    pub fn builder() -> PolicyBuilder {
        PolicyBuilder::new()
    }
}

impl<T> PolicyBuilder<T> {
    pub(crate) fn new() -> Self {
        Self { settings: Settings::default(), target: PhantomData }
    }

    /// The same builder of something else.
    pub(super) fn into_target<U>(self) -> PolicyBuilder<U> {
        PolicyBuilder { settings: self.settings, target: PhantomData }
    }

    pub(super) fn set(mut self, set: impl FnOnce(&mut Settings)) -> Self {
        set(&mut self.settings);
        self
    }

    /// Adds origins that may read responses: `Access-Control-Allow-Origin`. At least one is
    /// required; [`AllowOrigin::none`] says that nobody is meant.
    ///
    /// It accepts strings and types, alone and in collections, `"*"`, predicates and regular
    /// expressions; see [`AllowOrigin`].
    ///
    /// ```
    /// use tower_cors::Policy;
    ///
    /// // For instance from an environment variable.
    /// let more = "https://a.example, https://b.example".to_owned();
    /// let policy = Policy::builder()
    ///     .allow_origin(["https://app.example.com", "https://*.example.org"])
    ///     .allow_origin(more)
    ///     .build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    ///
    /// Source: [Fetch,
    /// `Access-Control-Allow-Origin`](https://fetch.spec.whatwg.org/#http-access-control-allow-origin).
    pub fn allow_origin(self, origins: impl Into<AllowOrigin>) -> Self {
        self.set(|settings| settings.allow_origin.append(origins.into()))
    }

    /// Adds methods that a preflight grants: `Access-Control-Allow-Methods`. Default: none besides
    /// `GET`, `HEAD` and `POST`, which are always allowed.
    ///
    /// `*` grants any method. With credentials, browsers take the `*` of the header literally, so
    /// the answer names the method that the preflight asks for, if it has at most 64 bytes. The
    /// longest registered method has 17.
    ///
    /// ```
    /// use http::Method;
    /// use tower_cors::Policy;
    ///
    /// let policy = Policy::builder()
    ///     .allow_origin("https://app.example.com")
    ///     .allow_methods([Method::PUT, Method::DELETE])
    ///     .allow_methods("PATCH")
    ///     .build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    ///
    /// Source: [Fetch,
    /// `Access-Control-Allow-Methods`](https://fetch.spec.whatwg.org/#http-access-control-allow-methods).
    pub fn allow_methods(self, methods: impl Into<AllowMethods>) -> Self {
        self.set(|settings| settings.allow_methods.append(methods.into()))
    }

    /// Adds request headers that a preflight grants: `Access-Control-Allow-Headers`. Default: none
    /// besides the [CORS-safelisted
    /// ones](https://fetch.spec.whatwg.org/#cors-safelisted-request-header), which are always
    /// allowed.
    ///
    /// `*` grants any header except `Authorization`, which the standard requires to be named: write
    /// `["*", "authorization"]`, or [`AllowHeaders::mirror_request`]. With credentials, browsers
    /// take the `*` of the header literally, so the answer names the headers that the preflight
    /// asks for, if their list has at most 4,096 bytes.
    ///
    /// ```
    /// use http::header::{AUTHORIZATION, CONTENT_TYPE};
    /// use tower_cors::Policy;
    ///
    /// let policy = Policy::builder()
    ///     .allow_origin("https://app.example.com")
    ///     .allow_headers([AUTHORIZATION, CONTENT_TYPE])
    ///     .allow_headers("x-csrf-token")
    ///     .build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    ///
    /// Source: [Fetch,
    /// `Access-Control-Allow-Headers`](https://fetch.spec.whatwg.org/#http-access-control-allow-headers).
    pub fn allow_headers(self, headers: impl Into<AllowHeaders>) -> Self {
        self.set(|settings| settings.allow_headers.append(headers.into()))
    }

    /// Adds the methods and headers that clients of a well-known protocol need. It never adds an
    /// origin. See [`Preset`] for the lists.
    ///
    /// ```
    /// use tower_cors::{Policy, policy::Preset};
    ///
    /// let policy = Policy::builder()
    ///     .allow_origin("https://app.example.com")
    ///     .allow_headers("authorization")
    ///     .preset(Preset::GrpcWeb)
    ///     .build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    pub fn preset(self, preset: Preset) -> Self {
        self.set(|settings| settings.presets.push(preset))
    }

    /// Whether pages may send requests with credentials (cookies, HTTP authentication, client
    /// certificates) and read the responses: `Access-Control-Allow-Credentials`. Default: `false`.
    ///
    /// Such a page can act as the user. So this cannot be combined with any origin (`*`). Origins of
    /// scheme `http` that are not loopback are refused, whatever rule matches them, unless
    /// [`dangerously_allow_insecure_origins`](Self::dangerously_allow_insecure_origins) is set;
    /// listing one is an error.
    ///
    /// ```
    /// use tower_cors::{Policy, policy::PolicyErrorKind};
    ///
    /// let errors = Policy::builder().allow_origin("*").allow_credentials(true).build().unwrap_err();
    /// assert_eq!(
    ///     *errors.iter().next().unwrap().kind(),
    ///     PolicyErrorKind::CredentialsWithAnyOrigin,
    /// );
    /// ```
    ///
    /// Source: [Fetch,
    /// `Access-Control-Allow-Credentials`](https://fetch.spec.whatwg.org/#http-access-control-allow-credentials).
    pub fn allow_credentials(self, allow: bool) -> Self {
        self.set(|settings| settings.allow_credentials = allow)
    }

    /// Adds response headers that scripts may read: `Access-Control-Expose-Headers`. Default: none
    /// besides the [CORS-safelisted
    /// ones](https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name), which scripts
    /// can always read.
    ///
    /// `*` exposes all headers. With credentials, browsers take the `*` of the header literally, so
    /// the answer names the headers that the response has at this point. What the server adds
    /// afterwards, such as `Date`, is not among them.
    ///
    /// **Limit of `*` with credentials.** A 304 (Not Modified) has only some of the headers of the
    /// response that it confirms, and replaces the stored list
    /// ([RFC 9111, section 3.2](https://www.rfc-editor.org/rfc/rfc9111#section-3.2)). So it carries no
    /// list, and the one of the stored response stays. A response that was stored for a request that
    /// was granted nothing has none: an image or a link, which send no `Origin`, or an origin that was
    /// refused. `Vary: Origin` keeps a cache from reusing it unasked, but not from validating it
    /// ([section 4.1](https://www.rfc-editor.org/rfc/rfc9111#section-4.1)), and Chromium and Firefox
    /// do (Chromium keeps no response that a script was refused). A script that then reads the confirmed response sees the safelisted headers only. Where
    /// that can happen, name the headers: named ones are sent with every response, the 304 included.
    ///
    /// ```
    /// use tower_cors::Policy;
    ///
    /// let policy = Policy::builder()
    ///     .allow_origin("https://app.example.com")
    ///     .expose_headers(["x-request-id", "etag"])
    ///     .build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    ///
    /// Source: [Fetch,
    /// `Access-Control-Expose-Headers`](https://fetch.spec.whatwg.org/#http-access-control-expose-headers).
    pub fn expose_headers(self, headers: impl Into<ExposeHeaders>) -> Self {
        self.set(|settings| settings.expose_headers.append(headers.into()))
    }

    /// Sets how long a browser may remember a preflight's answer, in whole seconds up to 86,400:
    /// `Access-Control-Max-Age`. Default: `None`, which means 5 seconds to browsers.
    /// `Duration::ZERO` makes them ask each time.
    ///
    /// Chromium caps it at 7,200 seconds, Firefox at 86,400.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tower_cors::Policy;
    ///
    /// let policy = Policy::builder()
    ///     .allow_origin("https://app.example.com")
    ///     .max_age(Duration::from_secs(3600))
    ///     .build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    ///
    /// Source: [Fetch,
    /// `Access-Control-Max-Age`](https://fetch.spec.whatwg.org/#http-access-control-max-age).
    pub fn max_age(self, max_age: impl Into<Option<Duration>>) -> Self {
        self.set(|settings| settings.max_age = max_age.into())
    }

    /// Whether a preflight that asks with `Access-Control-Request-Private-Network: true` is granted
    /// that too: `Access-Control-Allow-Private-Network`. Default: `false`. It cannot be combined
    /// with any origin (`*`).
    ///
    /// This is legacy: browsers have moved from these headers to a [permission
    /// prompt](https://wicg.github.io/local-network-access/).
    ///
    /// ```
    /// use tower_cors::Policy;
    ///
    /// let policy = Policy::builder()
    ///     .allow_origin("https://app.example.com")
    ///     .allow_private_network(true)
    ///     .build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    pub fn allow_private_network(self, allow: bool) -> Self {
        self.set(|settings| settings.allow_private_network = allow)
    }

    /// Whether the origin that may read a response may also read its timing in detail:
    /// [`Timing-Allow-Origin`](https://w3c.github.io/resource-timing/#sec-timing-allow-origin),
    /// with the value of `Access-Control-Allow-Origin`. Default: `false`.
    ///
    /// If it is `true`, a `Timing-Allow-Origin` of the inner service is replaced or removed, except
    /// on a response that [`InnerHeaders::Keep`] leaves unchanged. If it is `false`, the inner
    /// service's header is left unchanged.
    ///
    /// ```
    /// use tower_cors::Policy;
    ///
    /// let policy = Policy::builder()
    ///     .allow_origin("https://app.example.com")
    ///     .timing_allow_origin(true)
    ///     .build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    pub fn timing_allow_origin(self, allow: bool) -> Self {
        self.set(|settings| settings.timing_allow_origin = allow)
    }

    /// Adds hosts that the server answers for. A request for another host is answered with 403 before
    /// anything else happens, with or without `Origin`, whatever its method. Unset, hosts are not
    /// checked.
    ///
    /// This stops DNS rebinding: a page at `evil.example` makes that name resolve to the server's
    /// address, and its requests are then same-origin to the browser, so that neither CORS nor
    /// [`enforce`](Self::enforce) applies to them. Local tools, development servers and MCP servers
    /// need it.
    ///
    /// 1. The host is that of `:authority` or of an absolute request target, else of `Host`, which
    ///    must be there exactly once. It is compared without regard to case and to one trailing dot.
    /// 2. An entry without a port, or with `:*`, matches any port. See [`AllowHosts`] for what can be
    ///    given.
    /// 3. The 403 has no `Access-Control-*` headers and is not stored by caches. The decision is a
    ///    [`Refusal::HostNotAllowed`](crate::Refusal::HostNotAllowed) or one of its neighbors.
    ///
    /// It is a check of what browsers send, not a login: other clients can send any `Host`.
    /// Each policy checks the paths that it governs. So a [`PolicyList`](crate::PolicyList) with hosts
    /// in any entry must end with an entry without paths, which says what holds for all others: the
    /// same hosts, or [`off`](crate::routes::PolicyEntry::off).
    ///
    /// ```
    /// use http::Request;
    /// use tower_cors::{AllowHosts, Policy, protocol::Action};
    ///
    /// let policy = Policy::builder()
    ///     .allow_origin("http://localhost:*")
    ///     .allow_hosts(AllowHosts::loopback())
    ///     .build()?;
    /// let (parts, ()) =
    ///     Request::builder().header("host", "evil.example:3000").body(()).unwrap().into_parts();
    /// let Action::Respond(response) = policy.evaluate(&parts).into_action() else { panic!() };
    /// assert_eq!(response.status(), 403);
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    pub fn allow_hosts(self, hosts: impl Into<AllowHosts>) -> Self {
        self.set(|settings| {
            settings.allow_hosts.get_or_insert_default().append(hosts.into());
        })
    }

    /// Whether actual requests from refused origins are answered with 403 before the inner service
    /// runs. Default: `false`, since CORS is not access control: it only keeps scripts from reading
    /// responses. It cannot be combined with any origin (`*`).
    ///
    /// Same-origin requests that carry an `Origin` (every `POST` does) pass:
    ///
    /// 1. With one `Sec-Fetch-Site` line, if it says `same-origin` or `none`.
    /// 2. With none or several, if the origin's scheme is `http` or `https` and its host and port
    ///    are those of `:authority` or `Host`. Behind a TLS proxy the scheme itself cannot be
    ///    known.
    ///
    /// Requests without `Origin` pass too: any client except a browser can leave it out. So this is
    /// a second line of defense against cross-site requests and WebSocket hijacking. It does not
    /// replace authentication.
    ///
    /// ```
    /// use http::Request;
    /// use tower_cors::{Policy, protocol::Action};
    ///
    /// let policy = Policy::builder().allow_origin("https://app.example.com").enforce(true).build()?;
    /// let (parts, ()) = Request::builder()
    ///     .header("host", "api.example.com")
    ///     .header("origin", "https://evil.example")
    ///     .body(())
    ///     .unwrap()
    ///     .into_parts();
    /// let Action::Respond(response) = policy.evaluate(&parts).into_action() else { panic!() };
    /// assert_eq!(response.status(), 403);
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    ///
    /// Source for `Sec-Fetch-Site`: [Fetch
    /// Metadata](https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header).
    pub fn enforce(self, enforce: bool) -> Self {
        self.set(|settings| settings.enforce = enforce)
    }

    /// Sets the status of the answer to a preflight from a granted origin: any from 200 to 299.
    /// Default: 204. Some smart TVs and old proxies need 200.
    ///
    /// ```
    /// use http::StatusCode;
    /// use tower_cors::Policy;
    ///
    /// let policy = Policy::builder()
    ///     .allow_origin("https://app.example.com")
    ///     .preflight_status(StatusCode::OK)
    ///     .build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    ///
    /// Source: [Fetch, CORS-preflight fetch, step
    /// 7](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0) ([ok
    /// status](https://fetch.spec.whatwg.org/#ok-status)).
    pub fn preflight_status(self, status: StatusCode) -> Self {
        self.preflight_status_number(status.as_u16())
    }

    pub(crate) fn preflight_status_number(self, status: u16) -> Self {
        self.set(|settings| settings.preflight_status = status)
    }

    /// Whether preflights that are granted in full (origin, method, headers) are passed to the
    /// inner service, whose answer then gets the headers. Default: `false`. All other preflights are
    /// answered here.
    ///
    /// ```
    /// use tower_cors::Policy;
    ///
    /// let policy = Policy::builder()
    ///     .allow_origin("https://app.example.com")
    ///     .preflight_continue(true)
    ///     .build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    pub fn preflight_continue(self, pass_on: bool) -> Self {
        self.set(|settings| settings.preflight_continue = pass_on)
    }

    /// Sets what happens to `Access-Control-*` headers that the inner service set. Default:
    /// [`InnerHeaders::Replace`].
    ///
    /// ```
    /// use tower_cors::{Policy, policy::InnerHeaders};
    ///
    /// let policy = Policy::builder()
    ///     .allow_origin("https://app.example.com")
    ///     .inner_headers(InnerHeaders::Keep)
    ///     .build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    pub fn inner_headers(self, inner_headers: InnerHeaders) -> Self {
        self.set(|settings| settings.inner_headers = inner_headers)
    }

    /// Whether [`allow_credentials`](Self::allow_credentials) with a pattern such as
    /// `https://*.github.io`, whose star stands directly beneath a public suffix, is an error:
    /// anyone can register a name there. Default: `false`.
    ///
    /// A regular expression counts alike. Public suffixes further down are not looked for: if
    /// `pages.example.com` were one, `https://*.example.com` would match the names beneath it.
    ///
    /// The suffixes are those of the [public suffix list](https://publicsuffix.org/) that is
    /// compiled into the crate `psl`. The list changes from version to version. This is why it is
    /// consulted only where you ask for it: updating a dependency, or a Cargo feature that another
    /// crate enables, never makes a build fail by itself.
    ///
    /// ```
    /// use tower_cors::{Policy, policy::PolicyErrorKind};
    ///
    /// let errors = Policy::builder()
    ///     .allow_origin("https://*.github.io")
    ///     .allow_credentials(true)
    ///     .check_public_suffixes(true)
    ///     .build()
    ///     .unwrap_err();
    /// let error = errors.iter().next().unwrap();
    /// assert_eq!(*error.kind(), PolicyErrorKind::CredentialsWithPublicSuffix);
    /// ```
    #[cfg(feature = "public-suffix")]
    #[cfg_attr(docsrs, doc(cfg(feature = "public-suffix")))]
    pub fn check_public_suffixes(self, check: bool) -> Self {
        self.set(|settings| settings.check_public_suffixes = check)
    }

    /// Whether `Origin: null` is allowed, and `file://`, where it is listed. Default: `false`, since
    /// any site can send `null` from a sandboxed frame.
    ///
    /// ```
    /// use tower_cors::Policy;
    ///
    /// let policy = Policy::builder().dangerously_allow_null_origin(true).build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    pub fn dangerously_allow_null_origin(self, allow: bool) -> Self {
        self.set(|settings| settings.allow_null_origin = allow)
    }

    /// Whether [`allow_credentials`](Self::allow_credentials) applies to origins of scheme `http`
    /// that are not loopback. Default: `false`, since a network attacker can change such a page, and
    /// act as its user.
    ///
    /// ```
    /// use tower_cors::Policy;
    ///
    /// let policy = Policy::builder()
    ///     .allow_origin("http://192.168.1.7:3000") // a test device, in a network that is trusted
    ///     .allow_credentials(true)
    ///     .dangerously_allow_insecure_origins(true)
    ///     .build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    pub fn dangerously_allow_insecure_origins(self, allow: bool) -> Self {
        self.set(|settings| settings.allow_insecure_origins = allow)
    }

    /// Whether rules may match all names beneath a public suffix, where anyone can register one.
    /// Default: `false`. It lifts these errors:
    ///
    /// 1. A pattern that covers a whole top-level domain: `https://*.com`.
    /// 2. With credentials, a regular expression whose matches do not all end in known domains; see
    ///    `AllowOrigin::regex` (feature "regex").
    /// 3. With credentials and `check_public_suffixes` (feature "public-suffix"), a pattern such as
    ///    `https://*.github.io`.
    ///
    /// ```
    /// use tower_cors::Policy;
    ///
    /// let policy = Policy::builder()
    ///     .allow_origin("https://*.example") // all of a top-level domain that is your own
    ///     .allow_credentials(true)
    ///     .dangerously_allow_public_suffix_subdomains(true)
    ///     .build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    pub fn dangerously_allow_public_suffix_subdomains(self, allow: bool) -> Self {
        self.set(|settings| settings.allow_public_suffix_subdomains = allow)
    }
}

impl<T> PolicyBuilder<T> {
    pub(super) fn build_policy(&self) -> Result<Policy, PolicyErrors> {
        compile(self.settings.clone())
    }
}

impl<T: From<Policy>> PolicyBuilder<T> {
    /// Validates all settings together, and compiles the policy.
    ///
    /// # Errors
    ///
    /// All that is wrong, each with its suggestion; see
    /// [`PolicyErrorKind`](crate::policy::PolicyErrorKind). They are in the order of
    /// [`Setting::ALL`](crate::policy::Setting::ALL) and, within a setting, of its items.
    ///
    /// ```
    /// use tower_cors::Policy;
    ///
    /// let errors = Policy::builder().allow_origin("app.example.com").build().unwrap_err();
    /// assert_eq!(
    ///     errors.to_string(),
    ///     r#"allow_origin: "app.example.com" has no scheme; write "https://app.example.com""#,
    /// );
    /// ```
    pub fn build(self) -> Result<T, PolicyErrors> {
        compile(self.settings).map(Into::into)
    }
}

impl<T> Clone for PolicyBuilder<T> {
    fn clone(&self) -> Self {
        Self { settings: self.settings.clone(), target: PhantomData }
    }
}

impl<T> fmt::Debug for PolicyBuilder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.settings.fmt(f)
    }
}
