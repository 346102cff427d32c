//! The path that the client asked for.

use http::request::Parts;

/// The path that the client asked for, which policies are selected by and events tell: axum's
/// `Router::nest` strips a prefix from the URI and keeps the original one beside it.
pub(crate) fn requested_path(parts: &Parts) -> &str {
    #[cfg(feature = "axum")]
    if let Some(axum::extract::OriginalUri(uri)) = parts.extensions.get() {
        return uri.path();
    }
    parts.uri.path()
}
