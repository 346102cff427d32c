//! What if a page at some other origin called the API? A simulated browser does it, in this process,
//! under the same policies. So a policy can be tried against origins that one does not have.

use crate::{echo, recorder::Recorder};
use bytes::Bytes;
use http::{HeaderName, Request, Response};
use http_body_util::Full;
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use tower::{Layer as _, service_fn};
use tower_browser::{Page, Reason, options::Credentials};
use tower_cors::{CorsLayer, PolicyList};

/// What the page asks for.
#[derive(Deserialize)]
pub(crate) struct Asked {
    origin: String,
    path: String,
    #[serde(default = "get")]
    method: String,
    #[serde(default)]
    credentials: bool,
    /// `name: value`, one a line.
    #[serde(default)]
    headers: String,
}

fn get() -> String {
    "GET".to_owned()
}

/// Answers such questions; a clone shares the record.
#[derive(Clone)]
pub(crate) struct WhatIf {
    policies: PolicyList,
    recorder: Recorder,
    api: String,
    asked: Arc<AtomicUsize>,
}

impl WhatIf {
    pub(crate) fn new(policies: PolicyList, recorder: Recorder, api: String) -> Self {
        Self { policies, recorder, api, asked: Arc::default() }
    }

    /// Whether the script could read the answer, why not, and what crossed the wire.
    pub(crate) async fn ask(self, asked: Asked) -> Value {
        let case = format!("what-if-{}", self.asked.fetch_add(1, Ordering::Relaxed));
        let page = match asked.origin.trim() {
            "null" => Page::opaque(),
            origin => Page::at(origin),
        };
        // What follows `#` is never sent.
        let path = asked.path.split('#').next().unwrap_or_default();
        // A whole URL in place of the path: the API under another name.
        let api = if path.starts_with("http") { "" } else { &self.api };
        let separator = if path.contains('?') { '&' } else { '?' };
        let url = format!("{api}{path}{separator}case={case}");
        let credentials = if asked.credentials { Credentials::Include } else { Credentials::Omit };
        let fetch = page.fetch(url).method(asked.method.trim()).credentials(credentials);
        let fetch = match headers(&asked.headers) {
            Ok(headers) => {
                headers.into_iter().fold(fetch, |fetch, (name, value)| fetch.header(name, value))
            }
            Err(result) => return json!({ "result": result, "wire": [] }),
        };

        let (recorder, policies) = (self.recorder.clone(), self.policies.clone());
        let governed = CorsLayer::with_policies(self.policies).layer(service_fn(handler));
        let api = service_fn(move |request: Request<()>| {
            let (recorder, policies, governed) =
                (recorder.clone(), policies.clone(), governed.clone());
            async move { Ok::<_, Infallible>(recorder.record(request, &policies, governed).await) }
        });
        let outcome = match fetch.send_with(api, |_| ()).await {
            Ok(answer) => json!({ "outcome": "readable", "status": answer.status() }),
            // The words of the simulated browser are for who writes a test.
            Err(blocked) if matches!(blocked.reason(), Reason::InvalidPage { .. }) => json!({
                "outcome": "blocked",
                "reason": format!("{:?} is not the origin of a page", asked.origin.trim()),
                "culprit": "an origin is a scheme and a host, and a port unless it is the default one",
                "suggestion": "write \"https://app.example.com\", or \"null\" for a page without an origin",
            }),
            Err(blocked) => json!({
                "outcome": "blocked",
                "reason": blocked.reason().to_string(),
                "culprit": blocked.reason().culprit(),
                "suggestion": blocked.reason().suggestion(),
            }),
        };
        json!({ "result": outcome, "wire": self.recorder.of(&case) })
    }
}

async fn handler(request: Request<()>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(echo::answer(&request.into_parts().0))
}

/// The headers of the form, or what is wrong with the first line that has no colon. Names and values are
/// for the browser to check.
fn headers(text: &str) -> Result<Vec<(&str, &str)>, Value> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| {
            if let Some((name, value)) = line.split_once(':') {
                return Ok((name.trim(), value.trim()));
            }
            let words = line.split_once(' ').unwrap_or((line, "value"));
            let is_name = words.0.parse::<HeaderName>().is_ok();
            let (name, value) = if is_name { words } else { ("name", "value") };
            Err(json!({
                "outcome": "blocked",
                "reason": format!("the header {line:?} has no colon"),
                "culprit": "each line of the headers is a name, a colon and a value",
                "suggestion": format!("write \"{name}: {}\"", value.trim()),
            }))
        })
        .collect()
}
