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

#[cfg(test)]
mod tests {
    use super::Origin;
    use crate::{CorsLayer, Decision};
    use axum::{
        Router,
        body::{Body, to_bytes},
        http::{Request, header::ORIGIN},
        routing::get,
    };
    use tower::ServiceExt;

    /// The status and the text of what a handler that has the extractor answers.
    async fn answer(app: &Router, path: &str, origins: &[&str]) -> (u16, String) {
        let mut request = Request::builder().uri(path);
        for origin in origins {
            request = request.header(ORIGIN, *origin);
        }
        let response = app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn origins_are_extracted() {
        let origin = |origin: Origin| async move { origin.to_string() };
        let optional = |origin: Option<Origin>| async move { format!("{origin:?}") };
        let app = Router::new().route("/origin", get(origin)).route("/optional", get(optional));
        let invalid = (400, "expected one valid `Origin` header");
        for (about, lines, expected, optional) in [
            (
                "an origin",
                &["https://a.example"][..],
                (200, "https://a.example"),
                (200, "Some(Origin(\"https://a.example\"))"),
            ),
            ("an opaque one", &["null"], (200, "null"), (200, "Some(Origin(\"null\"))")),
            ("none", &[], invalid, (200, "None")),
            ("an invalid one", &["https://a.example/"], invalid, invalid),
            ("the same one twice", &["https://a.example"; 2], invalid, invalid),
        ] {
            for (path, (status, text)) in [("/origin", expected), ("/optional", optional)] {
                let answer = answer(&app, path, lines).await;
                assert_eq!(answer, (status, text.to_owned()), "{about}: {path}");
            }
        }
    }

    #[tokio::test]
    async fn decisions_are_extracted_where_one_is_recorded() {
        let decision = |decision: Decision| async move { decision.to_string() };
        let optional = |decision: Option<Decision>| async move {
            decision.map_or("none".to_owned(), |decision| decision.to_string())
        };
        let layer = CorsLayer::builder().allow_origin("https://a.example").build().unwrap();
        let app = Router::new().route("/decision", get(decision)).route("/optional", get(optional));
        let missing = "no CORS decision is recorded for this request; add \
                       `.record_decision(true)` to the CORS layer, and add the layer to this route";
        for (about, app, expected, optional) in [
            ("no layer", app.clone(), (500, missing), "none"),
            (
                "a layer that records",
                app.layer(layer.record_decision(true)),
                (200, "granted"),
                "granted",
            ),
        ] {
            for (path, (status, text)) in [("/decision", expected), ("/optional", (200, optional))]
            {
                let answer = answer(&app, path, &["https://a.example"]).await;
                assert_eq!(answer, (status, text.to_owned()), "{about}: {path}");
            }
        }
    }
}
