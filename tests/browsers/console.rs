//! What the developer of a page reads in the engine's console.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use crate::engine::{Engine, Kind};

/// One line of a console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) text: String,
    /// Firefox's stable name of the message (`CORSMissingAllowOrigin`); empty elsewhere.
    pub(crate) category: String,
}

/// The console's lines since the last call that mention `CORS` or an address below `/c/`; none from
/// an engine that gives no console text.
pub(crate) async fn lines(engine: &Engine) -> Result<Vec<Line>, String> {
    // The console is written by another process than the one that has answered the page.
    sleep(Duration::from_millis(500)).await;
    match engine.kind {
        Kind::Chromium => {
            let entries = engine.session.command("se/log", json!({ "type": "browser" })).await?;
            Ok(entries
                .as_array()
                .into_iter()
                .flatten()
                .map(|entry| line(entry, "message"))
                .collect())
        }
        Kind::Firefox => {
            engine.session.command("moz/context", json!({ "context": "chrome" })).await?;
            let script = "
                const messages = Services.console.getMessageArray();
                Services.console.reset();
                return messages
                    .filter(message => message instanceof Ci.nsIScriptError)
                    .map(message => ({ text: message.errorMessage, category: message.category }));";
            let entries = engine
                .session
                .command("execute/sync", json!({ "script": script, "args": [] }))
                .await;
            engine.session.command("moz/context", json!({ "context": "content" })).await?;
            Ok(entries?.as_array().into_iter().flatten().map(|entry| line(entry, "text")).collect())
        }
        Kind::WebKit => Ok(Vec::new()),
    }
}

fn line(entry: &Value, text: &str) -> Line {
    let member = |name| entry[name].as_str().unwrap_or_default().to_owned();
    Line { text: member(text), category: member("category") }
}
