//! The API: an echo of every request.
//!
//! 1. The answer is JSON: the method, the path without the query, the headers, and what the
//!    middleware decided (`null` where no policy governs the path).
//! 2. `status=NNN` in the query sets the status: 200 to 999; anything else is ignored. 204, 205 and
//!    304 have no body, nor has a success of `CONNECT`.
//! 3. `set=Name:Value` appends a response header, as often as it is there. Both parts are
//!    percent-decoded, `+` stays `+`. What is no header is answered with 400 and the reason, and so
//!    is one that frames the message.
//! 4. `x-echo: 1` on every answer says that this ran.

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode,
    header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, TE, TRAILER, TRANSFER_ENCODING, UPGRADE},
    request::Parts,
};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body as _, Incoming};
use percent_encoding::percent_decode_str;
use serde::Serialize;
use std::{collections::BTreeMap, convert::Infallible};
use tower_cors::Decision;

/// What the client is told of its own request.
#[derive(Serialize)]
struct Echo<'a> {
    method: &'a str,
    path: &'a str,
    headers: BTreeMap<&'a str, Vec<String>>,
    decision: Option<String>,
}

pub(crate) async fn echo(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, mut body) = request.into_parts();
    // Read to its end, so that a client that is still sending sees the answer and not a closed
    // connection.
    while let Some(Ok(_)) = body.frame().await {}
    Ok(answer(&parts))
}

/// The answer to a request whose body has been read.
pub(crate) fn answer(parts: &Parts) -> Response<Full<Bytes>> {
    let mut response = match added_headers(parts) {
        Ok(added) => described(parts, added),
        Err(reason) => {
            let mut response = Response::new(Full::from(format!("{reason}\n")));
            *response.status_mut() = StatusCode::BAD_REQUEST;
            response
                .headers_mut()
                .insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
            response
        }
    };
    response.headers_mut().insert("x-echo", HeaderValue::from_static("1"));
    without_body_where_there_is_none(&parts.method, response)
}

fn described(parts: &Parts, added: HeaderMap) -> Response<Full<Bytes>> {
    let mut headers = BTreeMap::<_, Vec<_>>::new();
    for (name, value) in &parts.headers {
        let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
        headers.entry(name.as_str()).or_default().push(text);
    }
    let echo = Echo {
        method: parts.method.as_str(),
        path: parts.uri.path(),
        headers,
        decision: parts.extensions.get::<Decision>().map(Decision::to_string),
    };
    // Strings, maps and lists: nothing that could fail.
    let body = serde_json::to_vec(&echo).unwrap_or_default();
    let mut response = Response::new(Full::from(body));
    *response.status_mut() = status(parts);
    *response.headers_mut() = added;
    response.headers_mut().append(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// The values of this key in the query.
fn query<'a>(parts: &'a Parts, key: &'a str) -> impl Iterator<Item = &'a str> {
    let pairs = parts.uri.query().unwrap_or_default().split('&');
    pairs.filter_map(|pair| pair.split_once('=')).filter(move |(k, _)| *k == key).map(|(_, v)| v)
}

fn status(parts: &Parts) -> StatusCode {
    let valid = |text: &str| text.parse().ok().filter(|status| *status >= StatusCode::OK);
    query(parts, "status").filter_map(valid).last().unwrap_or(StatusCode::OK)
}

fn added_headers(parts: &Parts) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    for set in query(parts, "set") {
        let bytes = percent_decode_str(set).collect::<Vec<u8>>();
        let shown = || bytes.escape_ascii().to_string();
        let (name, value) = bytes
            .iter()
            .position(|&b| b == b':')
            .map(|colon| (&bytes[..colon], without_white_space(&bytes[colon + 1..])))
            .ok_or_else(|| format!("set={}: a name, a colon and a value are expected", shown()))?;
        let name = HeaderName::from_bytes(name)
            .map_err(|_| format!("set={}: what is before the colon is no header name", shown()))?;
        let value = HeaderValue::from_bytes(value)
            .map_err(|_| format!("set={}: what is after the colon is no header value", shown()))?;
        if frames_the_message(&name) {
            return Err(format!("set={}: this header is for the server to set", shown()));
        }
        headers
            .try_append(name, value)
            .map_err(|_| "set: there are too many headers".to_owned())?;
    }
    Ok(headers)
}

/// Around a value, spaces and tabs are no part of it
/// ([RFC 9110, section 5.5](https://www.rfc-editor.org/rfc/rfc9110#section-5.5)).
fn without_white_space(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

/// A second one of these, or a wrong one, would end the connection.
fn frames_the_message(name: &HeaderName) -> bool {
    [CONNECTION, CONTENT_LENGTH, TE, TRAILER, TRANSFER_ENCODING, UPGRADE].contains(name)
        || matches!(name.as_str(), "keep-alive" | "proxy-connection")
}

/// [RFC 9110, section 6.4.1](https://www.rfc-editor.org/rfc/rfc9110#section-6.4.1)
fn without_body_where_there_is_none(
    method: &Method,
    mut response: Response<Full<Bytes>>,
) -> Response<Full<Bytes>> {
    let status = response.status();
    if *method == Method::HEAD {
        // HTTP/1.1 leaves the body away by itself, HTTP/2 does not.
        let length = response.body().size_hint().exact().unwrap_or_default();
        response.headers_mut().insert(CONTENT_LENGTH, length.into());
    }
    let bodiless = [StatusCode::NO_CONTENT, StatusCode::RESET_CONTENT, StatusCode::NOT_MODIFIED];
    if bodiless.contains(&status) || (*method == Method::CONNECT && status.is_success()) {
        response.headers_mut().remove(CONTENT_TYPE);
        response.headers_mut().remove(CONTENT_LENGTH);
        *response.body_mut() = Full::default();
    } else if *method == Method::HEAD {
        *response.body_mut() = Full::default();
    }
    response
}
