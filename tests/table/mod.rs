//! The decision table, row by row, for whatever runs it: the core, the tower service, real
//! connections.

mod hosts;
mod rows;

pub(crate) use self::rows::rows;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri,
    header::{CACHE_CONTROL, CONTENT_LENGTH, HOST, VARY},
};
use tower_cors::{Policy, PolicyBuilder};

/// One request under one policy, and all that must come of it.
pub(crate) struct Row {
    pub(crate) about: &'static str,
    /// Outermost first. All but the last are further layers around the one in question.
    pub(crate) policies: Vec<Policy>,
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) lines: Vec<(HeaderName, HeaderValue)>,
    pub(crate) inner_status: StatusCode,
    pub(crate) inner_lines: Vec<(HeaderName, HeaderValue)>,
    pub(crate) expected: Expected,
    pub(crate) skips: Vec<(Wire, &'static str)>,
}

/// What a real connection speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wire {
    Http1,
    Http2,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Expected {
    pub(crate) status: StatusCode,
    pub(crate) inner_ran: bool,
    /// All `Access-Control-*` and `Timing-Allow-Origin` lines, `Vary` as one, sorted. With an
    /// answer that is not the inner service's, `Content-Length` and `Cache-Control` too.
    pub(crate) headers: Vec<String>,
}

/// A row under construction.
#[track_caller]
pub(crate) fn row(about: &'static str, policy: PolicyBuilder) -> Row {
    Row {
        about,
        policies: vec![build(about, policy)],
        method: Method::GET,
        uri: Uri::from_static("/"),
        lines: Vec::new(),
        inner_status: StatusCode::OK,
        inner_lines: Vec::new(),
        expected: Expected { status: StatusCode::IM_A_TEAPOT, inner_ran: false, headers: vec![] },
        skips: Vec::new(),
    }
}

#[track_caller]
fn build(about: &str, policy: PolicyBuilder) -> Policy {
    policy.build().unwrap_or_else(|errors| panic!("{about}: {errors}"))
}

impl Row {
    #[track_caller]
    pub(crate) fn around(mut self, outer: PolicyBuilder) -> Self {
        self.policies.insert(0, build(self.about, outer));
        self
    }

    pub(crate) fn method(mut self, method: &str) -> Self {
        self.method = method.parse().expect("a method");
        self
    }

    pub(crate) fn uri(mut self, uri: &str) -> Self {
        self.uri = uri.parse().expect("a target");
        self
    }

    pub(crate) fn line(mut self, name: &'static str, value: impl AsRef<[u8]>) -> Self {
        let value = HeaderValue::from_bytes(value.as_ref()).expect("a header value");
        self.lines.push((HeaderName::from_static(name), value));
        self
    }

    pub(crate) fn origin(self, value: impl AsRef<[u8]>) -> Self {
        self.line("origin", value)
    }

    pub(crate) fn preflight(self, method: impl AsRef<[u8]>) -> Self {
        self.method("OPTIONS").line("access-control-request-method", method)
    }

    pub(crate) fn asks(self, headers: impl AsRef<[u8]>) -> Self {
        self.line("access-control-request-headers", headers)
    }

    /// The status of the inner service's response; 200 if not called.
    pub(crate) fn inner(mut self, status: u16) -> Self {
        self.inner_status = StatusCode::from_u16(status).expect("a status");
        self
    }

    /// A header line of the inner service's response.
    pub(crate) fn sets(mut self, name: &'static str, value: impl AsRef<[u8]>) -> Self {
        let value = HeaderValue::from_bytes(value.as_ref()).expect("a header value");
        self.inner_lines.push((HeaderName::from_static(name), value));
        self
    }

    /// How large the larger of both heads is, roughly.
    pub(crate) fn bytes(&self) -> usize {
        let bytes = |lines: &[(HeaderName, HeaderValue)]| {
            lines.iter().map(|(name, value)| name.as_str().len() + value.len()).sum::<usize>()
        };
        bytes(&self.lines).max(bytes(&self.inner_lines))
    }

    pub(crate) fn not_over(mut self, wire: Wire, why: &'static str) -> Self {
        self.skips.push((wire, why));
        self
    }

    /// Expects the inner service's response, with these headers.
    pub(crate) fn runs<T: AsRef<str>>(mut self, headers: &[T]) -> Self {
        self.expected = Expected {
            status: self.inner_status,
            inner_ran: true,
            headers: sorted(headers.iter().map(|line| line.as_ref().to_owned()).collect()),
        };
        self
    }

    /// Expects an answer without the inner service.
    pub(crate) fn answers<T: AsRef<str>>(mut self, status: u16, headers: &[T]) -> Self {
        self.expected = Expected {
            status: StatusCode::from_u16(status).expect("a status"),
            inner_ran: false,
            headers: sorted(headers.iter().map(|line| line.as_ref().to_owned()).collect()),
        };
        self
    }

    pub(crate) fn skipped(&self, wire: Wire) -> Option<&'static str> {
        self.skips.iter().find(|(skipped, _)| *skipped == wire).map(|(_, why)| *why)
    }

    /// The request, as `wire` carries it; `None`: as the row says, word for word.
    pub(crate) fn request<B: Default>(&self, wire: Option<Wire>) -> Request<B> {
        let mut request = Request::new(B::default());
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.uri.clone();
        for (name, value) in &self.lines {
            request.headers_mut().append(name, value.clone());
        }
        if wire == Some(Wire::Http2) {
            // HTTP/2 carries `Host` as `:authority`, and always has one.
            let host = request.headers_mut().remove(HOST);
            let authority = match (&host, self.uri.authority()) {
                (_, Some(authority)) => authority.as_str(),
                (Some(host), None) => host.to_str().expect("visible ASCII"),
                (None, None) => "api.example.com",
            };
            let path = self.uri.path_and_query().map_or("/", |path| path.as_str());
            let uri = Uri::builder().scheme("http").authority(authority).path_and_query(path);
            *request.uri_mut() = uri.build().expect("a target");
        }
        request
    }

    /// The inner service's response.
    pub(crate) fn response<B: Default>(&self) -> Response<B> {
        let mut response = Response::new(B::default());
        *response.status_mut() = self.inner_status;
        for (name, value) in &self.inner_lines {
            response.headers_mut().append(name, value.clone());
        }
        response
    }

    /// What was wrong, if anything.
    pub(crate) fn check<B>(&self, response: &Response<B>, inner_ran: bool) -> Result<(), String> {
        let headers = headers_of(response.headers(), !inner_ran);
        let got = Expected { status: response.status(), inner_ran, headers };
        if got == self.expected {
            return Ok(());
        }
        Err(format!("{}\n  expected {:?}\n       got {:?}", self.about, self.expected, got))
    }
}

/// The headers that are compared.
fn headers_of(headers: &HeaderMap, answered: bool) -> Vec<String> {
    let compared = |name: &HeaderName| {
        name.as_str().starts_with("access-control-")
            || name == "timing-allow-origin"
            || (answered && (name == CONTENT_LENGTH || name == CACHE_CONTROL))
    };
    let mut lines = Vec::new();
    for (name, value) in headers.iter().filter(|(name, _)| compared(name)) {
        lines.push(format!("{name}: {}", text(value.as_bytes())));
    }
    // White space around commas, and on how many lines they stand, is all the same to a list.
    let vary = headers.get_all(VARY).iter().flat_map(|line| line.as_bytes().split(|&b| b == b','));
    let vary = vary.map(|name| text(name.trim_ascii())).collect::<Vec<_>>();
    if !vary.is_empty() {
        lines.push(format!("vary: {}", vary.join(", ")));
    }
    sorted(lines)
}

/// Each byte as the character of its number.
fn text(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}

/// Fails with all rows that did.
#[track_caller]
pub(crate) fn report(runner: &str, rows: usize, failures: &[String]) {
    println!("{runner}: {rows} rows, {} failures", failures.len());
    assert!(failures.is_empty(), "{runner}: {}", failures.join("\n"));
}
