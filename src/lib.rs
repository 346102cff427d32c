//! CORS middleware for tower.
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "tower")]
mod future;
#[cfg(feature = "tower")]
mod layer;
pub mod observe;
pub mod origin;
pub mod policy;
pub mod protocol;
mod select;
#[cfg(feature = "tower")]
mod service;
#[cfg(feature = "testing")]
#[cfg_attr(docsrs, doc(cfg(feature = "testing")))]
pub mod testing;

#[cfg(feature = "tower")]
#[cfg_attr(docsrs, doc(cfg(feature = "tower")))]
pub use self::{future::ResponseFuture, layer::CorsLayer, service::Cors};
pub use self::{
    observe::Explanation,
    origin::{Origin, OriginError, OriginErrorKind, OriginPattern, OriginSet},
    policy::{
        AllowHeaders, AllowMethods, AllowOrigin, Any, BoxError, ExposeHeaders, InnerHeaders,
        Policy, PolicyBuilder, PolicyError, PolicyErrorKind, PolicyErrors, Setting,
    },
    protocol::{Action, Decision, Decoration, Judgement, Refusal, RequestKind},
    select::{SelectPolicy, Selected},
};
