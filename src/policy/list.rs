//! Lists as the setters take them: `*`, strings and typed values, in collections or alone.

use super::mistake;
use crate::comma;
use std::{borrow::Cow, convert::Infallible, fmt, sync::Arc};

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

/// One item as it was given, not yet validated.
#[derive(Clone)]
pub(super) enum Item<T> {
    Any,
    Text(String),
    /// A part of a string that was split at commas.
    Part(String),
    Value(T),
}

impl<T: fmt::Debug> fmt::Debug for Item<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => "*".fmt(f),
            Self::Text(text) | Self::Part(text) => text.fmt(f),
            Self::Value(value) => value.fmt(f),
        }
    }
}

impl<T> Item<T> {
    pub(super) fn text(text: String) -> Self {
        if text == "*" { Self::Any } else { Self::Text(text) }
    }
}

/// The items of a list.
#[derive(Clone)]
pub(super) struct Items<T>(pub(super) Vec<Item<T>>);

/// Items that are held as texts, whatever they were given as. Methods, header names and hosts are
/// one type here, so that what is done with them is compiled once.
pub(super) type TextItems = Items<Infallible>;

impl<T> Items<T> {
    /// The items of one string. An array in a string is kept together, so that the error can show
    /// it whole.
    pub(super) fn split(text: &str) -> Self {
        if mistake::is_array(text) {
            return Self(vec![Item::Part(text.to_owned())]);
        }
        let mut items = Vec::new();
        for part in comma::split(text) {
            items.push(if part == "*" { Item::Any } else { Item::Part(part.to_owned()) });
        }
        Self(items)
    }

    pub(super) fn push_text(&mut self, text: String) {
        self.0.push(Item::text(text));
    }

    pub(super) fn append(&mut self, mut other: Self) {
        // A million items are not copied if they are the only ones.
        if self.0.is_empty() {
            *self = other;
        } else {
            self.0.append(&mut other.0);
        }
    }
}

impl<T> Default for Items<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: fmt::Debug> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What can be an item of the list `L`. Sealed: this module is private.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an item of `{L}`",
    note = "items are strings, `tower_cors::Any`, and the types that the documentation of `{L}` names"
)]
#[expect(unnameable_types, reason = "sealed")]
pub trait ListItem<L> {
    #[doc(hidden)]
    fn add_to(self, list: &mut L);
}

/// A list that takes strings.
#[expect(unnameable_types, reason = "sealed")]
pub trait List {
    #[doc(hidden)]
    fn push_any(&mut self);
    #[doc(hidden)]
    fn push_text(&mut self, text: String);
    #[doc(hidden)]
    fn push_split(&mut self, text: &str);
}

macro_rules! text_items {
    ($($text:ty),*) => {
        $(
            impl<L: List> ListItem<L> for $text {
                fn add_to(self, list: &mut L) {
                    list.push_text(self.into());
                }
            }
        )*
    };
}

text_items!(&str, String, Cow<'_, str>, Box<str>);

impl<L: List> ListItem<L> for Arc<str> {
    fn add_to(self, list: &mut L) {
        list.push_text((*self).to_owned());
    }
}

impl<L: List> ListItem<L> for Any {
    fn add_to(self, list: &mut L) {
        list.push_any();
    }
}

impl<L, I: ListItem<L> + Clone> ListItem<L> for &I {
    fn add_to(self, list: &mut L) {
        self.clone().add_to(list);
    }
}

/// The conversions that all lists have. `$List` is a struct around [`Items`].
macro_rules! list {
    ($List:ident) => {
        impl $crate::policy::list::List for $List {
            fn push_any(&mut self) {
                self.items.0.push($crate::policy::list::Item::Any);
            }

            fn push_text(&mut self, text: String) {
                self.items.push_text(text);
            }

            fn push_split(&mut self, text: &str) {
                self.items.append($crate::policy::list::Items::split(text));
            }
        }

        impl std::fmt::Debug for $List {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.items.fmt(f)
            }
        }

        impl<I: $crate::policy::list::ListItem<Self>> FromIterator<I> for $List {
            /// Items from any iterator. None of them is split.
            fn from_iter<L: IntoIterator<Item = I>>(items: L) -> Self {
                let items = items.into_iter();
                let mut list = Self::default();
                list.items.0.reserve_exact(items.size_hint().0);
                for item in items {
                    item.add_to(&mut list);
                }
                list
            }
        }

        impl From<$crate::policy::list::Any> for $List {
            /// `*`.
            fn from(any: $crate::policy::list::Any) -> Self {
                let mut list = Self::default();
                any.add_to(&mut list);
                list
            }
        }

        impl<L: Into<Self>> From<Option<L>> for $List {
            /// `None` is an empty list.
            fn from(list: Option<L>) -> Self {
                list.map(Into::into).unwrap_or_default()
            }
        }

        impl From<&str> for $List {
            /// One string, split at its commas. White space around items and empty items are
            /// ignored.
            fn from(text: &str) -> Self {
                let mut list = Self::default();
                $crate::policy::list::List::push_split(&mut list, text);
                list
            }
        }

        list!(@texts $List: String, &String, std::borrow::Cow<'_, str>, Box<str>, std::sync::Arc<str>);
        list!(@owned $List: [] Vec<I>; [, const N: usize] [I; N]; [, S] std::collections::HashSet<I, S>; [] std::collections::BTreeSet<I>;);
        list!(@borrowed $List: [] &Vec<I>; [, const N: usize] &[I; N]; [] &[I];);
    };
    (@texts $List:ident: $($text:ty),*) => {
        $(
            impl From<$text> for $List {
                /// One string, split at its commas. White space around items and empty items are
                /// ignored.
                fn from(text: $text) -> Self {
                    Self::from(&*text as &str)
                }
            }
        )*
    };
    (@owned $List:ident: $([$($generic:tt)*] $items:ty;)*) => {
        $(
            impl<I: $crate::policy::list::ListItem<Self> $($generic)*> From<$items> for $List {
                fn from(items: $items) -> Self {
                    items.into_iter().collect()
                }
            }
        )*
    };
    (@borrowed $List:ident: $([$($generic:tt)*] $items:ty;)*) => {
        $(
            impl<I: $crate::policy::list::ListItem<Self> + Clone $($generic)*> From<$items> for $List {
                fn from(items: $items) -> Self {
                    items.iter().cloned().collect()
                }
            }
        )*
    };
}

/// A typed value as an item, and alone as a list of one.
macro_rules! list_value {
    ($List:ident: $($value:ty => |$name:ident| $item:expr;)*) => {
        $(
            impl $crate::policy::list::ListItem<$List> for $value {
                fn add_to(self, list: &mut $List) {
                    let $name = self;
                    list.items.0.push($item);
                }
            }

            impl From<$value> for $List {
                /// A list of one.
                fn from(value: $value) -> Self {
                    let mut list = Self::default();
                    value.add_to(&mut list);
                    list
                }
            }
        )*
    };
}

pub(super) use {list, list_value};
