//! CORS middleware for tower.
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "config")]
#[cfg_attr(docsrs, doc(cfg(feature = "config")))]
pub mod config;
#[cfg(feature = "tower")]
mod future;
#[cfg(feature = "tower")]
mod layer;
pub mod observe;
pub mod origin;
pub mod policy;
pub mod protocol;
#[cfg(feature = "reload")]
#[cfg_attr(docsrs, doc(cfg(feature = "reload")))]
pub mod reload;
#[cfg(feature = "routes")]
#[cfg_attr(docsrs, doc(cfg(feature = "routes")))]
pub mod routes;
mod select;
#[cfg(feature = "tower")]
mod service;
mod similar;
#[cfg(feature = "testing")]
#[cfg_attr(docsrs, doc(cfg(feature = "testing")))]
pub mod testing;

#[cfg(feature = "config")]
#[cfg_attr(docsrs, doc(cfg(feature = "config")))]
pub use self::config::{ConfigError, ConfigErrorKind, ConfigErrors, PolicyConfig};
#[cfg(feature = "reload")]
#[cfg_attr(docsrs, doc(cfg(feature = "reload")))]
pub use self::reload::{Change, Difference, Direction, ReloadHandle, Reloadable};
#[cfg(feature = "routes")]
#[cfg_attr(docsrs, doc(cfg(feature = "routes")))]
pub use self::routes::{
    PolicyEntry, PolicyList, PolicyListBuilder, PolicyListError, PolicyListErrorKind,
    PolicyListErrors,
};
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
