//! Which methods are allowed, as the builder takes them.

use super::list::{Any, Item, ListItem, TextItems, list, list_value};
use http::Method;

/// The methods that [`allow_methods`](crate::PolicyBuilder::allow_methods) adds.
///
/// Most callers never name this type: the setter takes anything that converts into it.
///
/// | from | allows |
/// | --- | --- |
/// | `"PUT"`, [`Method::PUT`] | this method |
/// | `["PUT", "DELETE"]`, a slice, a `Vec` or a set of strings or [`Method`]s | these methods |
/// | `"PUT, DELETE"` | the same from one string, split at commas |
/// | [`Any`], `"*"` | any method |
/// | an `Option` of these | nothing for `None` |
///
/// A star inside a name, as in `P*`, is an error, since browsers take it literally. Nothing is
/// checked before [`build`](crate::PolicyBuilder::build), which reports all errors together.
///
/// ```
/// use http::Method;
/// use tower_cors::{AllowMethods, Policy};
///
/// let read_only = std::env::var_os("READ_ONLY").is_some();
/// let methods =
///     if read_only { AllowMethods::default() } else { AllowMethods::list([Method::PUT, Method::DELETE]) };
/// let policy = Policy::builder().allow_origin("https://app.example.com").allow_methods(methods).build()?;
/// # Ok::<(), tower_cors::PolicyErrors>(())
/// ```
#[derive(Clone, Default)]
pub struct AllowMethods {
    pub(super) items: TextItems,
}

impl AllowMethods {
    /// Any method: `*`.
    ///
    /// ```
    /// use tower_cors::{AllowMethods, Policy};
    ///
    /// let policy = Policy::builder().allow_origin("*").allow_methods(AllowMethods::any()).build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    #[must_use]
    pub fn any() -> Self {
        Any.into()
    }

    /// Any method: the same as [`AllowMethods::any`].
    ///
    /// The name is that of tower-http, where it mirrors the method that a preflight asks for. Here,
    /// the answer mirrors it only with credentials, up to 64 bytes; without, it says `*`.
    ///
    /// ```
    /// use tower_cors::{AllowMethods, Policy};
    ///
    /// let policy = Policy::builder()
    ///     .allow_origin("https://app.example.com")
    ///     .allow_methods(AllowMethods::mirror_request())
    ///     .allow_credentials(true)
    ///     .build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    #[must_use]
    pub fn mirror_request() -> Self {
        Self::any()
    }

    /// One method.
    ///
    /// ```
    /// use tower_cors::{AllowMethods, Policy};
    ///
    /// let methods = AllowMethods::exact("PUT");
    /// let policy = Policy::builder().allow_origin("*").allow_methods(methods).build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    pub fn exact(method: impl ListItem<Self>) -> Self {
        Self::list([method])
    }

    /// Several methods. Strings among them are not split at commas.
    ///
    /// ```
    /// use tower_cors::{AllowMethods, Policy};
    ///
    /// let methods = AllowMethods::list(["PUT", "DELETE"]);
    /// let policy = Policy::builder().allow_origin("*").allow_methods(methods).build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    pub fn list<I: ListItem<Self>>(methods: impl IntoIterator<Item = I>) -> Self {
        methods.into_iter().collect()
    }

    pub(super) fn append(&mut self, other: Self) {
        self.items.append(other.items);
    }
}

list!(AllowMethods);

list_value! {
    AllowMethods:
    Method => |method| Item::text(method.as_str().to_owned());
}
