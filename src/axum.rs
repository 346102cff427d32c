//! axum: the decision and the origin of a request as extractors.
//!
//! Import from `tower_cors` by name: after `use tower_cors::*`, the compiler cannot tell this module
//! from the crate `axum` (E0659).
//!
//! | extractor | gives | rejects with |
//! | --- | --- | --- |
//! | [`Decision`] | what the policy decided on this request | 500 where no layer recorded it |
//! | `Option<Decision>` | the same, or `None` where no layer recorded it | never |
//! | [`Origin`] | the origin that the request names, `null` included | 400 where there is none, or not a valid one |
//! | `Option<Origin>` | the same, or `None` without an `Origin` header | 400 where it is not valid |
//!
//! A decision is recorded where the layer has
//! [`record_decision(true)`](crate::CorsLayer::record_decision).
//!
//! `Origin` says who *claims* to ask: every client but a browser can write what it likes there.
//! Use it for logs and answers, not as a login.
//!
//! ```
//! use axum::{Router, routing::get};
//! use tower_cors::{CorsLayer, Decision, Origin};
//!
//! async fn hello(decision: Decision, origin: Option<Origin>) -> String {
//!     match origin {
//!         Some(origin) => format!("hello, {origin}: {decision}"),
//!         None => format!("hello: {decision}"),
//!     }
//! }
//!
//! let cors = CorsLayer::builder()
//!     .allow_origin("https://app.example.com")
//!     .build()?
//!     .record_decision(true);
//! let app: Router = Router::new().route("/", get(hello)).layer(cors);
//! # Ok::<(), tower_cors::PolicyErrors>(())
//! ```
//!
//! With this feature a `PolicyList` inside [`Router::nest`](axum::Router::nest), which strips the
//! prefix from the path, is still matched against the path that the client asked for, and events
//! (feature "tracing") tell that path.

use crate::{origin::Origin, protocol::Decision};
use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::{StatusCode, header::ORIGIN, request::Parts},
    response::{IntoResponse, Response},
};
use std::{convert::Infallible, error::Error, fmt};

/// No decision was recorded for this request: answered with 500.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecisionMissing;

impl fmt::Display for DecisionMissing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "no CORS decision is recorded for this request; add `.record_decision(true)` to the \
             CORS layer, and add the layer to this route",
        )
    }
}

impl Error for DecisionMissing {}

impl IntoResponse for DecisionMissing {
    fn into_response(self) -> Response {
        (StatusCode::INTERNAL_SERVER_ERROR, self.to_string()).into_response()
    }
}

impl<S: Sync> FromRequestParts<S> for Decision {
    type Rejection = DecisionMissing;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, DecisionMissing> {
        parts.extensions.get::<Self>().cloned().ok_or(DecisionMissing)
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for Decision {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned())
    }
}

/// The request has no `Origin` header, several, or one that is not a valid origin: answered
/// with 400.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OriginInvalid;

impl fmt::Display for OriginInvalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected one valid `Origin` header")
    }
}

impl Error for OriginInvalid {}

impl IntoResponse for OriginInvalid {
    fn into_response(self) -> Response {
        (StatusCode::BAD_REQUEST, self.to_string()).into_response()
    }
}

/// The only `Origin` line of a request.
fn origin(parts: &Parts) -> Result<Option<Origin>, OriginInvalid> {
    let mut lines = parts.headers.get_all(ORIGIN).iter();
    match (lines.next(), lines.next()) {
        (None, _) => Ok(None),
        (Some(line), None) => Origin::from_header(line).map(Some).ok_or(OriginInvalid),
        (Some(_), Some(_)) => Err(OriginInvalid),
    }
}

impl<S: Sync> FromRequestParts<S> for Origin {
    type Rejection = OriginInvalid;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, OriginInvalid> {
        origin(parts)?.ok_or(OriginInvalid)
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for Origin {
    type Rejection = OriginInvalid;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, OriginInvalid> {
        origin(parts)
    }
}
