//! Clients for HTTP/1.1 and HTTP/2, and what they make of a response.
//!
//! The one for HTTP/1.1 writes bytes as they are, so that it can send what no proper client does.

use crate::rules::Answer;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, header::HeaderName};
use http_body_util::BodyExt;
use hyper::{
    body::{Body, Frame},
    client::conn::http2::{SendRequest, handshake},
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::{
    convert::Infallible,
    fmt::Write,
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

/// A request, without what the version of HTTP adds.
#[derive(Clone, Debug)]
pub struct Call {
    pub method: &'static str,
    pub path: String,
    pub headers: Vec<(&'static str, String)>,
}

impl Call {
    /// An actual request, or its preflight.
    pub fn new(path: impl Into<String>, origin: &str, preflight: bool) -> Self {
        let mut headers = vec![("origin", origin.to_owned())];
        if preflight {
            headers.push(("access-control-request-method", "PUT".to_owned()));
        }
        let method = if preflight { "OPTIONS" } else { "GET" };
        Self { method, path: path.into(), headers }
    }

    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// As HTTP/1.1.
    pub fn to_text(&self) -> String {
        let mut text = format!("{} {} HTTP/1.1\r\nhost: 127.0.0.1\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            let _ = write!(text, "{name}: {value}\r\n");
        }
        text + "\r\n"
    }
}

/// A connection, kept for several requests.
pub enum Client {
    One(BufReader<TcpStream>),
    Two(SendRequest<Payload>),
}

impl Client {
    pub async fn one(address: SocketAddr) -> io::Result<Self> {
        Ok(Self::One(BufReader::new(TcpStream::connect(address).await?)))
    }

    pub async fn two(address: SocketAddr) -> io::Result<Self> {
        let stream = TokioIo::new(TcpStream::connect(address).await?);
        let (sender, connection) =
            handshake(TokioExecutor::new(), stream).await.map_err(io::Error::other)?;
        tokio::spawn(connection);
        Ok(Self::Two(sender))
    }

    pub async fn ask(&mut self, call: &Call) -> io::Result<Answer> {
        match self {
            Self::One(stream) => {
                stream.get_mut().write_all(call.to_text().as_bytes()).await?;
                read(stream).await
            }
            Self::Two(sender) => {
                sender.ready().await.map_err(io::Error::other)?;
                let response = sender.send_request(request(call, Payload::Nothing)?).await;
                let (parts, body) = response.map_err(io::Error::other)?.into_parts();
                body.collect().await.map_err(io::Error::other)?;
                Ok(answer(parts.status.as_u16(), &parts.headers))
            }
        }
    }
}

pub fn request(call: &Call, payload: Payload) -> io::Result<Request<Payload>> {
    let uri = format!("http://127.0.0.1{}", call.path);
    let mut request = Request::builder().method(call.method).uri(uri);
    for (name, value) in &call.headers {
        request = request.header(*name, value);
    }
    request.body(payload).map_err(io::Error::other)
}

/// Reads one response of HTTP/1.1.
pub async fn read(stream: &mut BufReader<TcpStream>) -> io::Result<Answer> {
    let mut line = String::new();
    next_line(stream, &mut line).await?;
    let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status: u16 = status.ok_or_else(|| io::Error::other(format!("status line {line:?}")))?;
    let mut headers = HeaderMap::new();
    loop {
        next_line(stream, &mut line).await?;
        let Some((name, value)) = line.split_once(": ") else { break };
        let name = HeaderName::try_from(name).map_err(io::Error::other)?;
        headers.append(name, HeaderValue::try_from(value).map_err(io::Error::other)?);
    }
    let length =
        headers.get("content-length").and_then(|length| length.to_str().ok()?.parse().ok());
    tokio::io::copy(&mut stream.take(length.unwrap_or(0)), &mut tokio::io::sink()).await?;
    Ok(answer(status, &headers))
}

async fn next_line(stream: &mut BufReader<TcpStream>, line: &mut String) -> io::Result<()> {
    line.clear();
    if stream.read_line(line).await? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    line.truncate(line.trim_end().len());
    Ok(())
}

fn answer(status: u16, headers: &HeaderMap) -> Answer {
    let all = |name: &str| {
        let values = headers.get_all(name).iter();
        values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect()
    };
    let vary: Vec<String> = all("vary");
    let mut names = vary.iter().flat_map(|line| line.split(',')).map(str::trim);
    Answer {
        status,
        allow_origin: all("access-control-allow-origin"),
        credentials: all("access-control-allow-credentials"),
        methods: all("access-control-allow-methods"),
        max_age: all("access-control-max-age"),
        ran: headers.contains_key("x-ran"),
        varies: names.any(|name| name.eq_ignore_ascii_case("origin")),
    }
}

/// The body of a request over HTTP/2.
pub enum Payload {
    Nothing,
    /// Some bytes, and then no more and no end.
    Unfinished(Bytes),
}

impl Body for Payload {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match &mut *self {
            Self::Nothing => Poll::Ready(None),
            // Nobody wakes this: the stream is reset.
            Self::Unfinished(bytes) if bytes.is_empty() => Poll::Pending,
            Self::Unfinished(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Nothing)
    }
}
