//! Servers, and what is compared.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};

use http::{HeaderMap, Request, Response};
use tower::Service;
use tower_browser::{Answer, Blocked, Exchange, Fetch, Page};

pub(crate) const PAGE: &str = "https://app.example.com";
pub(crate) const API: &str = "https://api.example.net/";

pub(crate) type Outcome = Result<Answer<Vec<u8>>, Blocked>;
/// How a page writes its fetch.
pub(crate) type Write = fn(&Page) -> Fetch;
pub(crate) type Headers<'a> = &'a [(&'a str, &'a str)];

pub(crate) fn respond(status: u16, headers: Headers<'_>) -> Response<Vec<u8>> {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(b"body".to_vec()).unwrap()
}

/// A server that is one function of the request.
#[derive(Clone)]
pub(crate) struct Server<F>(pub(crate) F);

impl<F> Service<Request<Vec<u8>>> for Server<F>
where
    F: FnMut(Request<Vec<u8>>) -> Response<Vec<u8>>,
{
    type Response = Response<Vec<u8>>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Vec<u8>>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Vec<u8>>) -> Self::Future {
        ready(Ok((self.0)(request)))
    }
}

/// Allows everything that can be allowed without credentials.
pub(crate) fn open() -> Server<impl FnMut(Request<Vec<u8>>) -> Response<Vec<u8>> + Clone> {
    Server(|_: Request<Vec<u8>>| {
        respond(
            200,
            &[
                ("access-control-allow-origin", "*"),
                ("access-control-allow-methods", "*"),
                ("access-control-allow-headers", "*, authorization"),
            ],
        )
    })
}

/// Answers preflights and other requests with these headers.
pub(crate) fn fixed<'a>(
    (preflight_status, preflight): (u16, Headers<'a>),
    (status, actual): (u16, Headers<'a>),
) -> Server<impl FnMut(Request<Vec<u8>>) -> Response<Vec<u8>> + 'a> {
    Server(move |request: Request<Vec<u8>>| {
        if request.method() == "OPTIONS" {
            respond(preflight_status, preflight)
        } else {
            respond(status, actual)
        }
    })
}

pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

pub(crate) fn wire_of(outcome: &Outcome) -> &[Exchange] {
    match outcome {
        Ok(answer) => answer.wire(),
        Err(blocked) => blocked.wire(),
    }
}

/// `OPTIONS https://… 204, PUT https://… 200`
pub(crate) fn summary(wire: &[Exchange]) -> String {
    let lines: Vec<String> = wire
        .iter()
        .map(|exchange| {
            assert_eq!(
                exchange.is_preflight(),
                exchange.request_headers().contains_key("access-control-request-method"),
                "{exchange}"
            );
            let status = exchange.status().map_or("failed".to_owned(), |s| s.as_u16().to_string());
            format!("{} {} {status}", exchange.method(), exchange.url())
        })
        .collect();
    lines.join(", ")
}

pub(crate) fn lines(headers: &HeaderMap) -> Vec<String> {
    let mut lines: Vec<String> = headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    lines.sort();
    lines
}

/// Why, in words; `ok` if the script got its answer.
#[track_caller]
pub(crate) fn verdict(outcome: &Outcome) -> String {
    match outcome {
        Ok(_) => "ok".to_owned(),
        Err(blocked) => {
            let text = blocked.reason().to_string();
            let all = format!(
                " was blocked: {text}\n  culprit: {}\n  suggestion: {}",
                blocked.reason().culprit(),
                blocked.reason().suggestion()
            );
            assert!(blocked.to_string().ends_with(&all), "{blocked}");
            text
        }
    }
}

#[track_caller]
pub(crate) fn blocked(outcome: Outcome) -> Blocked {
    match outcome {
        Ok(answer) => panic!("not blocked: {answer:?}"),
        Err(blocked) => blocked,
    }
}
