//! Which request headers are allowed, as the builder takes them.

use super::list::{Any, Item, Items, ListItem, TextItems, list, list_value};
use http::{HeaderName, header::AUTHORIZATION};

/// The request headers that [`allow_headers`](crate::PolicyBuilder::allow_headers) adds.
///
/// Most callers never name this type: the setter takes anything that converts into it.
///
/// | from | allows |
/// | --- | --- |
/// | `"x-token"`, [`AUTHORIZATION`](http::header::AUTHORIZATION) | this header |
/// | `["x-token", "etag"]`, a slice, a `Vec` or a set of strings or [`HeaderName`]s | these headers |
/// | `"x-token, etag"` | the same from one string, split at commas |
/// | [`Any`], `"*"` | any header but `authorization` |
/// | an `Option` of these | nothing for `None` |
///
/// A star inside a name, as in `x-*`, is an error, since browsers take it literally. Nothing is
/// checked before [`build`](crate::PolicyBuilder::build), which reports all errors together.
///
/// Request and response headers have different rules, so this type and
/// [`ExposeHeaders`](crate::ExposeHeaders) cannot stand for each other:
///
/// ```compile_fail
/// use tower_cors::{ExposeHeaders, Policy};
///
/// let policy = Policy::builder().allow_headers(ExposeHeaders::from("etag"));
/// ```
#[derive(Clone, Default)]
pub struct AllowHeaders {
    pub(super) items: TextItems,
}

impl AllowHeaders {
    /// Any header but `authorization`, which the standard wants named: `*`.
    ///
    /// ```
    /// use http::header::AUTHORIZATION;
    /// use tower_cors::{AllowHeaders, Policy};
    ///
    /// let policy = Policy::builder()
    ///     .allow_origin("https://app.example.com")
    ///     .allow_headers(AllowHeaders::any())
    ///     .allow_headers(AUTHORIZATION)
    ///     .build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    #[must_use]
    pub fn any() -> Self {
        Any.into()
    }

    /// Any header, `authorization` included.
    ///
    /// This is what [`AllowHeaders::any`] and the header `authorization` mean together. The name is
    /// that of tower-http, where it mirrors the headers that a preflight asks for. Here, the answer
    /// mirrors them only with credentials; without, it says `*,authorization`.
    ///
    /// ```
    /// use tower_cors::{AllowHeaders, Policy};
    ///
    /// let policy = Policy::builder()
    ///     .allow_origin("https://app.example.com")
    ///     .allow_headers(AllowHeaders::mirror_request())
    ///     .allow_credentials(true)
    ///     .build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    #[must_use]
    pub fn mirror_request() -> Self {
        Self { items: Items(vec![Item::Any, Item::text(AUTHORIZATION.as_str().to_owned())]) }
    }

    /// One header.
    ///
    /// ```
    /// use tower_cors::{AllowHeaders, Policy};
    ///
    /// let headers = AllowHeaders::exact("x-csrf-token");
    /// let policy = Policy::builder().allow_origin("https://app.example.com").allow_headers(headers).build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    pub fn exact(header: impl ListItem<Self>) -> Self {
        Self::list([header])
    }

    /// Several headers. Strings among them are not split at commas.
    ///
    /// ```
    /// use tower_cors::{AllowHeaders, Policy};
    ///
    /// let headers = AllowHeaders::list(["authorization", "x-csrf-token"]);
    /// let policy = Policy::builder().allow_origin("https://app.example.com").allow_headers(headers).build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    pub fn list<I: ListItem<Self>>(headers: impl IntoIterator<Item = I>) -> Self {
        headers.into_iter().collect()
    }

    pub(super) fn append(&mut self, other: Self) {
        self.items.append(other.items);
    }
}

list!(AllowHeaders);

list_value! {
    AllowHeaders:
    HeaderName => |name| Item::text(name.as_str().to_owned());
}
