//! The core without tower: a handler as a Worker or any other host of functions calls it, with a
//! request in and a response out. Nothing here needs a runtime, a socket or a thread.
//!
//! ```sh
//! cargo run --example worker
//! ```
//!
//! In a project of your own:
//!
//! ```toml
//! [dependencies]
//! http = "1"
//! tower-cors = { version = "0.1", default-features = false }
//! ```

use http::{Request, Response, StatusCode};
use std::{error::Error, sync::LazyLock};
use tower_cors::{Policy, PolicyErrors, protocol::Action};

/// Built once, at the first request; an error is the author's mistake, and shown in every answer.
static POLICY: LazyLock<Result<Policy, PolicyErrors>> = LazyLock::new(|| {
    Policy::builder()
        .allow_origin(["https://app.example.com", "https://*.example.org"])
        .allow_methods("PUT")
        .build()
});

/// What the host calls for each request.
pub(crate) fn fetch(request: Request<String>) -> Response<String> {
    let policy = match &*POLICY {
        Ok(policy) => policy,
        Err(errors) => return answer(StatusCode::INTERNAL_SERVER_ERROR, errors.to_string()),
    };
    let (parts, body) = request.into_parts();
    match policy.evaluate(&parts).into_action() {
        Action::Respond(response) => response.map(|()| String::new()),
        Action::Forward(decoration) => {
            let mut response = handle(&Request::from_parts(parts, body));
            decoration.apply(&mut response);
            response
        }
    }
}

/// The application, which knows nothing of CORS.
fn handle(request: &Request<String>) -> Response<String> {
    match request.uri().path() {
        "/" => answer(StatusCode::OK, format!("hello, {}\n", request.method())),
        _ => answer(StatusCode::NOT_FOUND, "nothing here\n".to_owned()),
    }
}

fn answer(status: StatusCode, body: String) -> Response<String> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
}

fn main() -> Result<(), Box<dyn Error>> {
    for (method, origin) in [
        ("GET", "https://app.example.com"),
        ("OPTIONS", "https://app.example.com"),
        ("OPTIONS", "https://evil.example"),
    ] {
        let request = Request::builder()
            .method(method)
            .uri("/")
            .header("origin", origin)
            .header("access-control-request-method", "PUT")
            .body(String::new())?;
        println!("{method} from {origin}: {:?}", fetch(request));
    }
    Ok(())
}
