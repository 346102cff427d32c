//! The requests that a probe would send, without sending one.

use std::convert::Infallible;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode};
use tower::service_fn;
use tower_browser::checkup::{Checkup, Report};

/// Runs a probe against a server that allows everything, so that every request is made.
pub(super) async fn run(checkup: Checkup) -> Report {
    let server =
        service_fn(|request: Request<Bytes>| async move { Ok::<_, Infallible>(allow(&request)) });
    checkup.run_with(server, |body| body).await
}

fn allow(request: &Request<Bytes>) -> Response<()> {
    let mut response = Response::new(());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let asked = |name: &str| request.headers().get(name).cloned();
    let grants = [
        ("access-control-allow-origin", asked("origin")),
        ("access-control-allow-methods", asked("access-control-request-method")),
        ("access-control-allow-headers", asked("access-control-request-headers")),
        ("access-control-allow-credentials", Some(HeaderValue::from_static("true"))),
        ("vary", Some(HeaderValue::from_static("origin"))),
    ];
    for (name, value) in grants {
        if let Some(value) = value {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
