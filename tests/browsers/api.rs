//! The API under test: an inner service that does as its address says, behind the middleware, one
//! policy for each set of rules; and the same with the middleware broken on purpose.

use std::convert::Infallible;
use std::sync::Arc;

use http::{HeaderName, HeaderValue, Request, Response, StatusCode, header, request};
use hyper::body::Bytes;
use percent_encoding::percent_decode_str;
use tower::{Layer as _, ServiceExt as _};
use tower_cors::{CorsLayer, Decision, Policy};

use crate::breaks::Break;
use crate::case::Corpus;
use crate::rules::Rules;

/// All policies of a corpus.
#[derive(Debug)]
pub(crate) struct Middleware {
    rules: Vec<Rules>,
    policies: Vec<Policy>,
    /// How the middleware is broken for a case, by the case's number.
    breaks: Vec<Option<Break>>,
}

impl Middleware {
    pub(crate) fn new(corpus: &Corpus) -> Result<Arc<Self>, String> {
        let policies = corpus.rules.iter().map(Rules::policy).collect::<Result<_, _>>()?;
        let breaks = corpus.cases.iter().map(|case| case.broken).collect();
        Ok(Arc::new(Self { rules: corpus.rules.clone(), policies, breaks }))
    }

    /// What the policy says of a request by itself.
    pub(crate) fn decide(&self, parts: &request::Parts) -> Option<Decision> {
        let (_, rules) = address(parts)?;
        Some(self.policies.get(rules)?.decide(parts))
    }

    /// Answers as a server with this middleware does.
    pub(crate) async fn answer(self: Arc<Self>, request: Request<Bytes>) -> Response<Bytes> {
        let (mut parts, body) = request.into_parts();
        let Some((case, rules)) = address(&parts).filter(|(_, rules)| *rules < self.policies.len())
        else {
            return status(StatusCode::NOT_FOUND);
        };
        let broken = self.breaks.get(case).copied().flatten();
        let asked = parts.clone();
        if let Some(broken) = broken {
            broken.mistake(&self.rules[rules], &mut parts);
        }
        let inner = tower::service_fn(|request: Request<Bytes>| async move {
            Ok::<_, Infallible>(echo(&request))
        });
        let cors = CorsLayer::with_policies(self.policies[rules].clone()).layer(inner);
        let Ok(mut response) = cors.oneshot(Request::from_parts(parts, body)).await;
        // What the middleware answers by itself has no other date either.
        response.headers_mut().entry(header::DATE).or_insert(DATE);
        if let Some(broken) = broken {
            broken.spoil(&self.rules[rules], &asked, &mut response);
        }
        response
    }
}

/// The numbers of the case and of its rules: `/c/CASE/RULES`.
fn address(parts: &request::Parts) -> Option<(usize, usize)> {
    let mut segments = parts.uri.path().strip_prefix("/c/")?.split('/');
    Some((segments.next()?.parse().ok()?, segments.next()?.parse().ok()?))
}

fn status(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    response
}

const DATE: HeaderValue = HeaderValue::from_static("Fri, 01 Jan 2100 00:00:00 GMT");

/// The inner service: `status=NNN` and any number of `set=NAME:VALUE`.
pub(crate) fn echo(request: &Request<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    for pair in request.uri().query().unwrap_or_default().split('&') {
        match pair.split_once('=') {
            Some(("status", code)) => {
                *response.status_mut() = code.parse().unwrap_or(StatusCode::BAD_REQUEST);
            }
            Some(("set", line)) => {
                let (name, value) = line.split_once(':').unwrap_or((line, ""));
                let value = percent_decode_str(value).collect::<Vec<u8>>();
                if let (Ok(name), Ok(value)) =
                    (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(&value))
                {
                    response.headers_mut().append(name, value);
                }
            }
            _ => {}
        }
    }
    // A copy that is still good: the heads say the same as before.
    let known = request.headers().get(header::IF_NONE_MATCH);
    if known.is_some() && known == response.headers().get(header::ETAG) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let without_body =
        [StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED].contains(&response.status());
    let headers = response.headers_mut();
    headers.insert("x-echo", HeaderValue::from_static("1"));
    // Set here so that no server on the way adds another; in the future, so that nothing is old
    // already.
    headers.insert(header::DATE, DATE);
    if !without_body {
        headers.entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static("text/plain"));
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("2"));
        *response.body_mut() = Bytes::from_static(b"ok");
    }
    response
}
