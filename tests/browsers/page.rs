//! The page that runs a batch, and how to ask it to.
//!
//! It is a script of the page itself, not one of `WebDriver`'s: from the sandbox in which Firefox
//! runs those, the preflight cache is never used.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::timeout;

use crate::engine::Engine;
use crate::site::Site;

/// Answered to `/page`.
pub(crate) const HTML: &str = include_str!("page.html");

/// How many cases of a batch run at once.
const WIDTH: usize = 16;

/// The longest a batch may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// One call of `fetch`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Step {
    pub(crate) frame: Frame,
    pub(crate) url: String,
    pub(crate) method: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) credentials: &'static str,
    pub(crate) mode: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) redirect: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<&'static str>,
    /// Milliseconds to wait before it.
    pub(crate) wait: u32,
    /// Whether to look at the page's resource timing afterwards.
    pub(crate) timing: bool,
}

/// Some calls of `fetch`, one after the other.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Script {
    pub(crate) id: u32,
    pub(crate) steps: Vec<Step>,
}

/// Where in a page a script runs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Frame {
    /// In the page itself.
    Top,
    /// In a sandboxed `srcdoc` frame, with an opaque origin.
    Srcdoc,
    /// In a sandboxed frame of a `blob:` address, with an opaque origin.
    Blob,
    /// In a frame of a `data:` address, with an opaque origin.
    Data,
    /// In the page itself, which its own `Content-Security-Policy` has put into a sandbox, with an
    /// opaque origin.
    Document,
    /// In a frame of this origin.
    Peer(String),
}

impl Frame {
    /// Those with an opaque origin.
    pub(crate) const OPAQUE: [Self; 4] = [Self::Srcdoc, Self::Blob, Self::Data, Self::Document];

    fn name(&self) -> &str {
        match self {
            Self::Top => "top",
            Self::Srcdoc => "srcdoc",
            Self::Blob => "blob",
            Self::Data => "data",
            Self::Document => "document",
            Self::Peer(origin) => origin,
        }
    }

    /// The origin of a script there, in a page of `page`.
    pub(crate) fn origin<'a>(&'a self, page: &'a str) -> &'a str {
        match self {
            Self::Top => page,
            Self::Srcdoc | Self::Blob | Self::Data | Self::Document => "null",
            Self::Peer(origin) => origin,
        }
    }
}

impl Serialize for Frame {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// What a script saw of one call.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Seen {
    /// `basic`, `cors`, `opaque`, `opaqueredirect`, or `error` where `fetch` threw.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) status: u16,
    #[serde(default)]
    pub(crate) redirected: bool,
    /// The headers that are visible, with their values, sorted by name.
    #[serde(default)]
    pub(crate) headers: Vec<(String, String)>,
    #[serde(default)]
    pub(crate) timing: Option<bool>,
    /// The exception's name.
    #[serde(default)]
    pub(crate) error: Option<String>,
    #[serde(default)]
    pub(crate) message: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Report {
    origins: BTreeMap<String, String>,
    results: BTreeMap<u32, Vec<Seen>>,
    error: Option<String>,
}

impl Script {
    /// Whether it needs a page of its own kind.
    pub(crate) fn in_document(&self) -> bool {
        self.steps.iter().any(|step| step.frame == Frame::Document)
    }
}

/// Runs `scripts` in a page of `origin`; what each saw, by its id. All or none are of a sandboxed
/// document.
pub(crate) async fn run(
    engine: &Engine,
    site: &Site,
    number: u32,
    origin: &str,
    scripts: &[Script],
) -> Result<BTreeMap<u32, Vec<Seen>>, String> {
    let batch = serde_json::json!({ "scripts": scripts, "width": WIDTH });
    let results = site.offer(number, batch.to_string());
    let page = if scripts.iter().any(Script::in_document) { "sandboxed" } else { "page" };
    engine.session.visit(&format!("{origin}/{page}?batch={number}")).await?;
    let report = timeout(PATIENCE, results)
        .await
        .map_err(|_| format!("{}: batch {number} took over {PATIENCE:?}", engine.kind))?
        .map_err(|error| error.to_string())?;
    let report: Report =
        serde_json::from_value(report).map_err(|error| format!("the page's report: {error}"))?;
    if let Some(error) = report.error {
        return Err(format!("{}: batch {number}: {error}", engine.kind));
    }
    // A name that does not resolve gives a page of another origin, in one engine without any error.
    for frame in scripts.iter().flat_map(|script| &script.steps).map(|step| &step.frame) {
        let (expected, seen) = (frame.origin(origin), report.origins.get(frame.name()));
        if seen.is_none_or(|seen| seen != expected) {
            return Err(format!("{}: a script of {expected} has the origin {seen:?}", engine.kind));
        }
    }
    Ok(report.results)
}
