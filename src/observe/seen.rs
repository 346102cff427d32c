//! A request as events tell it.

use super::text::Cut;
use crate::{protocol::RequestKind, requested_path::requested_path};
use http::{header::ORIGIN, request::Parts};

/// What comes from outside is escaped and cut.
pub(super) struct Seen {
    pub(super) kind: &'static str,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) origin: Option<String>,
}

impl Seen {
    pub(super) fn of(kind: RequestKind, parts: &Parts) -> Self {
        let cut = |bytes, limit| Cut { bytes, limit }.to_string();
        Self {
            kind: match kind {
                RequestKind::Preflight => "preflight",
                RequestKind::Actual => "actual",
                RequestKind::NotCors => "not_cors",
            },
            method: cut(parts.method.as_str().as_bytes(), 32),
            path: cut(requested_path(parts).as_bytes(), 200),
            origin: parts.headers.get(ORIGIN).map(|origin| cut(origin.as_bytes(), 200)),
        }
    }
}
