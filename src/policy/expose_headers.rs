//! Which response headers are exposed, as the builder takes them.

use super::list::{Any, Item, ListItem, TextItems, list, list_value};
use http::HeaderName;

/// The response headers that [`expose_headers`](crate::PolicyBuilder::expose_headers) adds.
///
/// Most callers never name this type: the setter takes anything that converts into it.
///
/// | from | exposes |
/// | --- | --- |
/// | `"etag"`, [`ETAG`](http::header::ETAG) | this header |
/// | `["etag", "x-request-id"]`, a slice, a `Vec` or a set of strings or [`HeaderName`]s | these headers |
/// | `"etag, x-request-id"` | the same from one string, split at commas |
/// | [`Any`], `"*"` | all headers; with credentials, those that the response has, see the limit at [`expose_headers`](crate::PolicyBuilder::expose_headers) |
/// | an `Option` of these | nothing for `None` |
///
/// A star inside a name, as in `x-*`, is an error, since browsers take it literally. Nothing is
/// checked before [`build`](crate::PolicyBuilder::build), which reports all errors together.
#[derive(Clone, Default)]
pub struct ExposeHeaders {
    pub(super) items: TextItems,
}

impl ExposeHeaders {
    /// All response headers: `*`.
    ///
    /// ```
    /// use tower_cors::{ExposeHeaders, Policy};
    ///
    /// let policy = Policy::builder().allow_origin("*").expose_headers(ExposeHeaders::any()).build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    #[must_use]
    pub fn any() -> Self {
        Any.into()
    }

    /// One header.
    ///
    /// ```
    /// use tower_cors::{ExposeHeaders, Policy};
    ///
    /// let headers = ExposeHeaders::exact("x-request-id");
    /// let policy = Policy::builder().allow_origin("*").expose_headers(headers).build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    pub fn exact(header: impl ListItem<Self>) -> Self {
        Self::list([header])
    }

    /// Several headers. Strings among them are not split at commas.
    ///
    /// ```
    /// use tower_cors::{ExposeHeaders, Policy};
    ///
    /// let headers = ExposeHeaders::list(["etag", "x-request-id"]);
    /// let policy = Policy::builder().allow_origin("*").expose_headers(headers).build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    pub fn list<I: ListItem<Self>>(headers: impl IntoIterator<Item = I>) -> Self {
        headers.into_iter().collect()
    }

    pub(super) fn append(&mut self, other: Self) {
        self.items.append(other.items);
    }
}

list!(ExposeHeaders);

list_value! {
    ExposeHeaders:
    HeaderName => |name| Item::text(name.as_str().to_owned());
}
