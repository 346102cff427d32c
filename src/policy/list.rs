//! What the setters take: `*`, texts and typed values, in lists or alone.

use super::allow_origin::OriginRule;
use crate::origin::{Origin, OriginPattern};
use http::{HeaderName, HeaderValue, Method};
use std::{
    borrow::Cow,
    collections::{BTreeSet, HashSet},
    fmt,
    sync::Arc,
};

/// Any origin, method or header: `*`.
///
/// ```
/// use tower_cors::{Any, Policy};
///
/// let policy = Policy::builder().allow_origin(Any).allow_methods(Any).build()?;
/// # Ok::<(), tower_cors::PolicyErrors>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Any;

/// A list as a setter takes it, not yet validated: that is [`build`]'s work, so that it can report
/// all errors together.
///
/// It is made by `Into` from
///
/// - one text, split at its commas, so that an environment variable goes straight in;
///   the items are trimmed and empty ones ignored: `"PUT, DELETE"`;
/// - an array, slice, `Vec`, set or (by [`List::list`] or `collect`) any iterator of texts or typed
///   values, never split: `["PUT", "DELETE"]`;
/// - an `Option` of any of these, `None` being empty;
/// - [`Any`], or the text `"*"`, alone or as an item.
///
/// [`build`]: crate::PolicyBuilder::build
pub struct List<T> {
    pub(crate) items: Vec<Item<T>>,
}

/// The methods of [`allow_methods`](crate::PolicyBuilder::allow_methods).
pub type AllowMethods = List<Method>;
/// The names of [`allow_headers`](crate::PolicyBuilder::allow_headers).
pub type AllowHeaders = List<HeaderName>;
/// The names of [`expose_headers`](crate::PolicyBuilder::expose_headers).
pub type ExposeHeaders = List<HeaderName>;

/// One item as it was given.
#[derive(Clone, Debug)]
pub(crate) enum Item<T> {
    Any,
    Text(String),
    Value(T),
}

impl<T> List<T> {
    /// `*`.
    #[must_use]
    pub fn any() -> Self {
        Any.into()
    }

    /// A list of one.
    pub fn exact(item: impl IntoItem<T>) -> Self {
        Self { items: vec![item.into_item()] }
    }

    /// A list of several.
    #[expect(
        clippy::self_named_constructors,
        reason = "read as `AllowOrigin::list`, the name tower-http has"
    )]
    pub fn list<I>(items: I) -> Self
    where
        I: IntoIterator,
        I::Item: IntoItem<T>,
    {
        items.into_iter().collect()
    }
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self { items: Vec::new() }
    }
}

impl<T: Clone> Clone for List<T> {
    fn clone(&self) -> Self {
        Self { items: self.items.clone() }
    }
}

impl<T: fmt::Debug> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.items).finish()
    }
}

/// What can be an item of a [`List`]: `&str`, `String` and other owned texts, [`Any`], the list's
/// own type, and references to them. Sealed.
pub trait IntoItem<T>: sealed::Sealed<T> {}

pub(crate) mod sealed {
    use super::Item;

    #[expect(unnameable_types, reason = "sealed")]
    pub trait Sealed<T> {
        #[expect(private_interfaces, reason = "sealed: nobody outside can name or call it")]
        fn into_item(self) -> Item<T>;
    }
}

macro_rules! items {
    ($([$($generic:tt)*] $from:ty => $to:ty: |$value:ident| $item:expr;)*) => {
        $(
            impl<$($generic)*> sealed::Sealed<$to> for $from {
                #[expect(private_interfaces, reason = "sealed: nobody outside can name or call it")]
                fn into_item(self) -> Item<$to> {
                    let $value = self;
                    $item
                }
            }

            impl<$($generic)*> IntoItem<$to> for $from {}
        )*
    };
}

items! {
    [T] Any => T: |_any| Item::Any;
    [T] &str => T: |text| text_item(text);
    [T] String => T: |text| text_item(&text);
    [T] Cow<'_, str> => T: |text| text_item(&text);
    [T] Box<str> => T: |text| text_item(&text);
    [T] Arc<str> => T: |text| text_item(&text);
    [T, I: IntoItem<T> + Clone] &I => T: |item| item.clone().into_item();
    [] Method => Method: |method| typed_item(method);
    [] HeaderName => HeaderName: |name| typed_item(name);
    [] Origin => OriginRule: |origin| Item::Value(OriginRule::Origin(origin));
    [] OriginPattern => OriginRule: |pattern| Item::Value(OriginRule::Pattern(pattern));
    [] HeaderValue => OriginRule: |value| text_item(&String::from_utf8_lossy(value.as_bytes()));
    [] OriginRule => OriginRule: |rule| Item::Value(rule);
}

/// `*` is a token, so a method or name can be it.
fn typed_item<T: AsRef<str>>(value: T) -> Item<T> {
    if value.as_ref() == "*" { Item::Any } else { Item::Value(value) }
}

fn text_item<T>(text: &str) -> Item<T> {
    if text == "*" { Item::Any } else { Item::Text(text.to_owned()) }
}

impl<T, I: IntoItem<T>> FromIterator<I> for List<T> {
    fn from_iter<L: IntoIterator<Item = I>>(items: L) -> Self {
        Self { items: items.into_iter().map(sealed::Sealed::into_item).collect() }
    }
}

impl<T, I: IntoItem<T>> From<Vec<I>> for List<T> {
    fn from(items: Vec<I>) -> Self {
        items.into_iter().collect()
    }
}

impl<T, I: IntoItem<T>, const N: usize> From<[I; N]> for List<T> {
    fn from(items: [I; N]) -> Self {
        items.into_iter().collect()
    }
}

impl<T, L: Into<Self>> From<Option<L>> for List<T> {
    /// `None` is an empty list.
    fn from(list: Option<L>) -> Self {
        list.map(Into::into).unwrap_or_default()
    }
}

impl<T, I: IntoItem<T>, S> From<HashSet<I, S>> for List<T> {
    fn from(items: HashSet<I, S>) -> Self {
        items.into_iter().collect()
    }
}

impl<T, I: IntoItem<T>> From<BTreeSet<I>> for List<T> {
    fn from(items: BTreeSet<I>) -> Self {
        items.into_iter().collect()
    }
}

impl<T, I: IntoItem<T> + Clone, const N: usize> From<&[I; N]> for List<T> {
    fn from(items: &[I; N]) -> Self {
        items.iter().cloned().collect()
    }
}

impl<T, I: IntoItem<T> + Clone> From<&[I]> for List<T> {
    fn from(items: &[I]) -> Self {
        items.iter().cloned().collect()
    }
}

impl<T, I: IntoItem<T> + Clone> From<&Vec<I>> for List<T> {
    fn from(items: &Vec<I>) -> Self {
        items.iter().cloned().collect()
    }
}

impl<T> From<Any> for List<T> {
    fn from(_: Any) -> Self {
        Self { items: vec![Item::Any] }
    }
}

impl<T> From<&str> for List<T> {
    fn from(text: &str) -> Self {
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
        Self { items: items.map(text_item).collect() }
    }
}

impl<T> From<String> for List<T> {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl<T> From<&String> for List<T> {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

macro_rules! single {
    ($($value:ty => $list:ty;)*) => {
        $(
            impl From<$value> for $list {
                fn from(value: $value) -> Self {
                    Self::exact(value)
                }
            }
        )*
    };
}

single! {
    Method => List<Method>;
    HeaderName => List<HeaderName>;
    Origin => List<OriginRule>;
    OriginPattern => List<OriginRule>;
    HeaderValue => List<OriginRule>;
    OriginRule => List<OriginRule>;
}
