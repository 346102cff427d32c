//! What crossed the wire, for the page to show. A browser shows neither preflights nor most headers
//! to a script.
//!
//! It stands outside the middleware and changes nothing. Only requests with `case=…` in their query
//! are remembered, the last few hundred of them.

use bytes::Bytes;
use http::{HeaderMap, Request, Response, request::Parts};
use http_body_util::Full;
use serde::Serialize;
use std::{
    collections::VecDeque,
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
};
use tower::{Service, ServiceExt as _};
use tower_cors::{PolicyList, protocol::RequestKind, select::SelectPolicy};

/// How many exchanges are remembered.
const REMEMBERED: usize = 256;

/// How many bytes of one text are, and how many lines of one message.
const LONGEST: usize = 2000;
const MOST_LINES: usize = 200;

/// Remembers exchanges; a clone remembers the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recorder {
    exchanges: Arc<Mutex<VecDeque<Exchange>>>,
}

/// One request and its response.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Exchange {
    case: String,
    kind: &'static str,
    method: String,
    target: String,
    request: Vec<(String, String)>,
    status: u16,
    response: Vec<(String, String)>,
    /// Whether the inner service ran.
    ran: bool,
    /// The middleware's own words; `None` where no policy governs the path.
    explanation: Option<String>,
    /// What a shadow policy would have said, where one covers the path.
    #[serde(skip_serializing_if = "Option::is_none")]
    shadow: Option<String>,
}

impl Recorder {
    /// Has the request answered, and remembers both.
    pub(crate) async fn record<B, S>(
        &self,
        request: Request<B>,
        policies: &PolicyList,
        service: S,
    ) -> Response<Full<Bytes>>
    where
        S: Service<Request<B>, Response = Response<Full<Bytes>>, Error = Infallible>,
    {
        let (parts, body) = request.into_parts();
        let begun = tag(&parts).map(|case| Exchange::begin(case, &parts, policies));
        let Ok(response) = service.oneshot(Request::from_parts(parts, body)).await;
        if let Some(exchange) = begun {
            self.remember(exchange.end(&response));
        }
        response
    }

    fn remember(&self, exchange: Exchange) {
        let mut exchanges = self.exchanges.lock().unwrap_or_else(PoisonError::into_inner);
        if exchanges.len() == REMEMBERED {
            exchanges.pop_front();
        }
        exchanges.push_back(exchange);
    }

    /// The exchanges of a case, oldest first.
    pub(crate) fn of(&self, case: &str) -> Vec<Exchange> {
        let exchanges = self.exchanges.lock().unwrap_or_else(PoisonError::into_inner);
        exchanges.iter().filter(|exchange| exchange.case == case).cloned().collect()
    }
}

impl Exchange {
    fn begin(case: &str, parts: &Parts, policies: &PolicyList) -> Self {
        let explained = |policies: &PolicyList| {
            policies.select(parts).map(|selected| selected.evaluate().explain().to_string())
        };
        Self {
            case: case.to_owned(),
            kind: match RequestKind::of(parts) {
                RequestKind::NotCors => "not CORS",
                RequestKind::Actual => "actual",
                RequestKind::Preflight => "preflight",
            },
            method: parts.method.to_string(),
            target: shown(
                parts.uri.path_and_query().map_or("", |target| target.as_str()).as_bytes(),
            ),
            request: lines(&parts.headers),
            status: 0,
            response: Vec::new(),
            ran: false,
            explanation: explained(policies),
            shadow: policies.shadow().and_then(explained),
        }
    }

    fn end(mut self, response: &Response<Full<Bytes>>) -> Self {
        self.status = response.status().as_u16();
        self.response = lines(response.headers());
        self.ran = response.headers().contains_key("x-echo");
        self
    }
}

fn tag(parts: &Parts) -> Option<&str> {
    let mut pairs = parts.uri.query()?.split('&');
    pairs.find_map(|pair| pair.strip_prefix("case=")).filter(|case| case.len() <= 100)
}

fn lines(headers: &HeaderMap) -> Vec<(String, String)> {
    let line = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        (name.to_string(), shown(value.as_bytes()))
    };
    headers.iter().take(MOST_LINES).map(line).collect()
}

fn shown(bytes: &[u8]) -> String {
    let mut text = String::from_utf8_lossy(&bytes[..bytes.len().min(LONGEST)]).into_owned();
    if bytes.len() > LONGEST {
        text.push('…');
    }
    text
}
