//! Requests.

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Uri,
    header::{ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN},
};

/// A request to be made many times. Making it is a copy of its header map, which is as cheap as it
/// gets: the less the request itself costs, the more what is done with it shows.
#[derive(Clone, Debug)]
pub struct Template {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
}

/// What Chromium sends with `fetch`, less `Origin`.
const BROWSER: [(&str, &str); 11] = [
    ("host", "api.example.com"),
    ("connection", "keep-alive"),
    ("sec-ch-ua-platform", "\"Linux\""),
    (
        "user-agent",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    ),
    ("accept", "application/json"),
    ("accept-encoding", "gzip, deflate, br, zstd"),
    ("accept-language", "en-GB,en;q=0.9,de;q=0.8"),
    ("sec-fetch-site", "cross-site"),
    ("sec-fetch-mode", "cors"),
    ("sec-fetch-dest", "empty"),
    ("referer", "https://app.example.com/"),
];

impl Template {
    /// A `GET` without `Origin`.
    #[must_use]
    pub fn get() -> Self {
        let headers = BROWSER
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        let uri = Uri::from_static("/api/items");
        Self { method: Method::GET, uri, headers: headers.into_iter().collect() }
    }

    /// A preflight that asks for `PUT` and two headers.
    #[must_use]
    pub fn preflight(origin: &str) -> Self {
        Self::preflight_asking(origin, "authorization,content-type")
    }

    /// A preflight that asks for `PUT` and these headers.
    #[must_use]
    pub fn preflight_asking(origin: &str, headers: &str) -> Self {
        let mut template = Self::get()
            .origin(origin)
            .with(ACCESS_CONTROL_REQUEST_METHOD, "PUT")
            .with(ACCESS_CONTROL_REQUEST_HEADERS, headers);
        template.method = Method::OPTIONS;
        // A preflight has neither, so that with its own two there are eleven again.
        template.headers.remove("sec-ch-ua-platform");
        template.headers.remove("referer");
        template
    }

    /// With this `Origin`.
    #[must_use]
    pub fn origin(self, origin: &str) -> Self {
        self.with(ORIGIN, origin)
    }

    /// To this path.
    #[must_use]
    pub fn path(self, path: &str) -> Self {
        Self { uri: path.parse().expect("a path"), ..self }
    }

    /// Without this header.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers.remove(name);
        self
    }

    /// With this header.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: &str) -> Self {
        self.headers.insert(name, HeaderValue::from_str(value).expect("a value"));
        self
    }

    /// The request. Never inlined, so that it costs every subject the same.
    #[inline(never)]
    #[must_use]
    pub fn request<B: Default>(&self) -> Request<B> {
        let mut request = Request::new(B::default());
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.headers.clone();
        request
    }
}
