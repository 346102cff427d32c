//! What a script hands to `fetch()` as the body.

use std::fmt;

use bytes::Bytes;

/// The body of a request, of one of the kinds that
/// [`fetch()` takes](https://fetch.spec.whatwg.org/#bodyinit-unions). The kind sets
/// `Content-Type`, unless the script has set one.
///
/// ```
/// use tower_browser::options::RequestBody;
///
/// assert_eq!(RequestBody::text("{}").content_type(), Some("text/plain;charset=UTF-8"));
/// assert_eq!(RequestBody::blob("{}", "application/json").content_type(), Some("application/json"));
/// assert_eq!(RequestBody::bytes("{}").content_type(), None);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct RequestBody {
    bytes: Bytes,
    content_type: Option<String>,
}

impl RequestBody {
    /// A string: `text/plain;charset=UTF-8`, whatever it holds. This is what
    /// `fetch(url, { method: "POST", body: JSON.stringify(value) })` sends when it sets no header.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            bytes: Bytes::from(text.into()),
            content_type: Some("text/plain;charset=UTF-8".to_owned()),
        }
    }

    /// A `URLSearchParams`: `application/x-www-form-urlencoded;charset=UTF-8`. The text is sent as
    /// it stands.
    #[must_use]
    pub fn form(encoded: impl Into<String>) -> Self {
        Self {
            bytes: Bytes::from(encoded.into()),
            content_type: Some("application/x-www-form-urlencoded;charset=UTF-8".to_owned()),
        }
    }

    /// A `FormData`: `multipart/form-data` with a boundary. Names and values are written as they
    /// stand, each as a field.
    #[must_use]
    pub fn multipart<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        const BOUNDARY: &str = "----FormBoundarySimulatedBrowser";
        let field = |(name, value)| {
            format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            )
        };
        let mut encoded: String = fields.into_iter().map(field).collect();
        encoded.push_str("--");
        encoded.push_str(BOUNDARY);
        encoded.push_str("--\r\n");
        Self {
            bytes: Bytes::from(encoded),
            content_type: Some(format!("multipart/form-data; boundary={BOUNDARY}")),
        }
    }

    /// A `Blob` with its type, lower-cased as
    /// [the File API does](https://w3c.github.io/FileAPI/#dfn-type); an empty type, or one with
    /// characters outside printable ASCII, counts as none.
    #[must_use]
    pub fn blob(bytes: impl Into<Bytes>, content_type: &str) -> Self {
        let usable = !content_type.is_empty()
            && content_type.bytes().all(|byte| matches!(byte, 0x20..=0x7E));
        Self {
            bytes: bytes.into(),
            content_type: usable.then(|| content_type.to_ascii_lowercase()),
        }
    }

    /// An `ArrayBuffer`: no `Content-Type`.
    #[must_use]
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        Self { bytes: bytes.into(), content_type: None }
    }

    /// The `Content-Type` that this kind of body brings.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    pub(super) fn into_parts(self) -> (Bytes, Option<String>) {
        (self.bytes, self.content_type)
    }
}

impl fmt::Debug for RequestBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestBody")
            .field("content_type", &self.content_type)
            .field("len", &self.bytes.len())
            .finish()
    }
}

impl From<&str> for RequestBody {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for RequestBody {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

impl From<Bytes> for RequestBody {
    fn from(bytes: Bytes) -> Self {
        Self::bytes(bytes)
    }
}

impl From<Vec<u8>> for RequestBody {
    fn from(bytes: Vec<u8>) -> Self {
        Self::bytes(bytes)
    }
}
