//! What the compiler says to those who forget `build`, or write names of tower-http.
//!
//! Everything here is hidden from the documentation and cannot be used: each item requires a trait
//! that nothing implements, and the compiler prints the message of that trait, and its name.
//!
//! A bound that never holds is an error where it is written, unless it has a lifetime of its own:
//! hence `for<'never>`.

#[cfg(feature = "source")]
use crate::source::{AsyncCors, AsyncCorsBuilder};
use crate::{
    body::WrapBodyLayer,
    layer::CorsLayer,
    policy::{AllowOrigin, PolicyBuilder, ReadyBuilder},
    service::Cors,
};
use http::{HeaderValue, request::Parts};
use std::future::Future;
use tower_layer::Layer;

/// The body of what cannot be called.
fn never() -> ! {
    unreachable!("it requires a trait that nothing implements")
}

/// For builders that are used as layers.
#[diagnostic::on_unimplemented(
    message = "the CORS layer is not built yet",
    label = "call `.build()?` after the last setting",
    note = "all settings are checked together by `build`, which returns a `Result`"
)]
#[expect(unnameable_types, reason = "nobody is to implement it")]
pub trait CallBuildFirst {}

#[doc(hidden)]
impl<S> Layer<S> for PolicyBuilder<CorsLayer>
where
    for<'never> Self: CallBuildFirst,
{
    type Service = Cors<S>;

    fn layer(&self, _: S) -> Self::Service {
        never()
    }
}

#[cfg(feature = "source")]
#[doc(hidden)]
impl<S, P: Clone> Layer<S> for AsyncCorsBuilder<P>
where
    for<'never> Self: CallBuildFirst,
{
    type Service = AsyncCors<S, P>;

    fn layer(&self, _: S) -> Self::Service {
        never()
    }
}

// The message of a body without `Default` asks for `wrap_body`.
impl PolicyBuilder<CorsLayer> {
    #[doc(hidden)]
    pub fn wrap_body(self) -> WrapBodyLayer<CorsLayer>
    where
        for<'never> Self: CallBuildFirst,
    {
        never()
    }
}

impl ReadyBuilder<CorsLayer> {
    #[doc(hidden)]
    pub fn wrap_body(self) -> WrapBodyLayer<CorsLayer>
    where
        for<'never> Self: CallBuildFirst,
    {
        never()
    }
}

/// For `CorsLayer::new()` and `CorsLayer::default()`.
#[diagnostic::on_unimplemented(
    message = "a `CorsLayer` is made by `CorsLayer::builder()`",
    label = "write `CorsLayer::builder()`, and `.build()?` after the last setting",
    note = "all settings are checked together by `build`, which returns a `Result`"
)]
#[expect(unnameable_types, reason = "nobody is to implement it")]
pub trait UseBuilderInstead {}

/// For `CorsLayer::very_permissive()`.
#[diagnostic::on_unimplemented(
    message = "`CorsLayer::very_permissive` does not exist: every site on the web could act as the user",
    label = "write `CorsLayer::builder()`, and name the origins",
    note = "for development, `CorsLayer::development()` allows any origin on this machine, with credentials",
    note = "for an API that is open to everyone, `CorsLayer::permissive()` allows any origin, without credentials"
)]
#[expect(unnameable_types, reason = "nobody is to implement it")]
pub trait NameOriginsInstead {}

impl CorsLayer {
    #[doc(hidden)]
    pub fn new() -> PolicyBuilder<Self>
    where
        for<'never> Self: UseBuilderInstead,
    {
        never()
    }

    // For `impl Default`, the compiler would print the name of the trait, but not the message.
    #[doc(hidden)]
    #[expect(clippy::should_implement_trait, reason = "it cannot be called")]
    pub fn default() -> PolicyBuilder<Self>
    where
        for<'never> Self: UseBuilderInstead,
    {
        never()
    }

    #[doc(hidden)]
    pub fn very_permissive() -> ReadyBuilder<Self>
    where
        for<'never> Self: NameOriginsInstead,
    {
        never()
    }
}

/// For `vary` on a builder.
#[diagnostic::on_unimplemented(
    message = "`vary` is not a setting: `Vary` is computed from the policy",
    label = "leave it out",
    note = "if a predicate reads headers other than `Origin`, name them: `AllowOrigin::predicate(…).reads([…])`"
)]
#[expect(unnameable_types, reason = "nobody is to implement it")]
pub trait LeaveVaryOut {}

impl<T> PolicyBuilder<T> {
    #[doc(hidden)]
    pub fn vary<V>(self, _: V) -> Self
    where
        for<'never> Self: LeaveVaryOut,
    {
        never()
    }
}

impl<T> ReadyBuilder<T> {
    #[doc(hidden)]
    pub fn vary<V>(self, _: V) -> PolicyBuilder<T>
    where
        for<'never> Self: LeaveVaryOut,
    {
        never()
    }
}

/// For `AllowOrigin::mirror_request()`.
#[diagnostic::on_unimplemented(
    message = "`AllowOrigin::mirror_request` does not exist: with credentials, every site on the web could act as the user",
    label = "name the origins, or write `tower_cors::Any`, which cannot be combined with credentials"
)]
#[expect(unnameable_types, reason = "nobody is to implement it")]
pub trait NameOriginsOrWriteAny {}

/// For `AllowOrigin::async_predicate(…)`.
#[diagnostic::on_unimplemented(
    message = "`AllowOrigin::async_predicate` does not exist: a layer of its own waits for the answer",
    label = "write `AsyncCorsLayer::new(…)` (feature \"source\")",
    note = "its function returns the policy for the request; a `Resolver` (feature \"resolver\") caches the answers"
)]
#[expect(unnameable_types, reason = "nobody is to implement it")]
pub trait UseAsyncCorsLayer {}

impl AllowOrigin {
    #[doc(hidden)]
    #[must_use]
    pub fn mirror_request() -> Self
    where
        for<'never> Self: NameOriginsOrWriteAny,
    {
        never()
    }

    /// The function's types are those of tower-http, so that the hint is the only error.
    #[doc(hidden)]
    #[must_use]
    pub fn async_predicate<F, Fut>(_: F) -> Self
    where
        F: FnOnce(HeaderValue, &Parts) -> Fut,
        Fut: Future<Output = bool>,
        for<'never> Self: UseAsyncCorsLayer,
    {
        never()
    }
}
