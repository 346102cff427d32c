//! The little of `WebDriver` that is needed: a command is one JSON request to the driver on
//! loopback.

use std::fmt;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use http::{Method, Request, header};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

/// No command takes longer: a Firefox that starts on a busy machine is the slowest.
const COMMAND: Duration = Duration::from_secs(90);

/// One session with one driver; dropped, it is ended.
pub(crate) struct Session {
    client: Client<HttpConnector, Full<Bytes>>,
    port: u16,
    id: String,
    capabilities: Value,
}

impl Session {
    /// Waits until the driver on `port` is ready and opens a session.
    pub(crate) async fn open(port: u16, capabilities: Value) -> Result<Self, String> {
        let client = Client::builder(TokioExecutor::new()).build_http();
        let mut session = Self { client, port, id: String::new(), capabilities: Value::Null };
        session.await_driver().await?;
        let asked = json!({ "capabilities": { "alwaysMatch": capabilities } });
        let mut answer = session.send(Method::POST, "/session", Some(&asked)).await?;
        answer["sessionId"]
            .as_str()
            .ok_or_else(|| format!("the driver named no session: {answer}"))?
            .clone_into(&mut session.id);
        session.capabilities = answer["capabilities"].take();
        Ok(session)
    }

    async fn await_driver(&self) -> Result<(), String> {
        let mut last = String::new();
        for _ in 0..200 {
            match self.send(Method::GET, "/status", None).await {
                Ok(status) if status["ready"] != false => return Ok(()),
                Ok(status) => last = status.to_string(),
                Err(error) => last = error,
            }
            sleep(Duration::from_millis(50)).await;
        }
        Err(format!("the driver did not become ready: {last}"))
    }

    /// The browser's version, as it says itself.
    pub(crate) fn version(&self) -> &str {
        self.capabilities["browserVersion"].as_str().unwrap_or("of unknown version")
    }

    /// Loads a page in the session's only window.
    pub(crate) async fn visit(&self, url: &str) -> Result<(), String> {
        self.command("url", json!({ "url": url })).await.map(drop)
    }

    /// A `POST` within the session; its `value`.
    pub(crate) async fn command(&self, path: &str, body: Value) -> Result<Value, String> {
        let path = format!("/session/{}/{path}", self.id);
        self.send(Method::POST, &path, Some(&body)).await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, String> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let request = Request::builder()
            .method(&method)
            .uri(format!("http://127.0.0.1:{}{path}", self.port))
            .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
            .body(Full::from(body))
            .map_err(|error| error.to_string())?;
        let exchange = async {
            let response = self.client.request(request).await.map_err(|error| error.to_string())?;
            let body = response.into_body().collect().await.map_err(|error| error.to_string())?;
            serde_json::from_slice::<Value>(&body.to_bytes()).map_err(|error| error.to_string())
        };
        let mut answer = timeout(COMMAND, exchange)
            .await
            .map_err(|_| format!("{method} {path}: no answer within {COMMAND:?}"))?
            .map_err(|error| format!("{method} {path}: {error}"))?;
        let value = answer["value"].take();
        match value["error"].as_str() {
            None => Ok(value),
            Some(error) => Err(format!("{method} {path}: {error}: {}", value["message"])),
        }
    }
}

impl Drop for Session {
    /// Asks the driver to end its browser, in a blocking way since this may be a panic's unwinding.
    /// (Some drivers give the browser a process group of its own: to end the driver's is not
    /// enough.)
    fn drop(&mut self) {
        if self.id.is_empty() {
            return;
        }
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let Ok(mut stream) = TcpStream::connect_timeout(&address, Duration::from_secs(1)) else {
            return;
        };
        let request = format!(
            "DELETE /session/{} HTTP/1.1\r\nhost: 127.0.0.1:{}\r\ncontent-length: 0\r\n\
             connection: close\r\n\r\n",
            self.id, self.port
        );
        let _ = stream.set_read_timeout(Some(Duration::from_secs(10)));
        let _ = stream.write_all(request.as_bytes());
        let _ = stream.read(&mut [0; 1024]);
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Session({} on port {})", self.id, self.port)
    }
}
