//! Origins and patterns as strings in an application's own serialized types.

use super::{origin::Origin, pattern::OriginPattern};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, marker::PhantomData};

/// As a string: `"https://app.example.com"`, or `"null"`.
///
/// ```
/// use tower_cors::Origin;
///
/// let origins: Vec<Origin> = serde_json::from_str(r#"["https://app.example.com"]"#)?;
/// assert_eq!(origins[0].host(), "app.example.com");
/// assert_eq!(serde_json::to_string(&origins)?, r#"["https://app.example.com"]"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
impl Serialize for Origin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// From a string. The error is that of [`Origin`]'s `FromStr`, suggestion included.
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
impl<'de> Deserialize<'de> for Origin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text { expecting: "an origin", parsed: PhantomData })
    }
}

/// As a string: `"https://*.example.com"`.
///
/// ```
/// use tower_cors::OriginPattern;
///
/// let pattern: OriginPattern = serde_json::from_str(r#""https://*.example.com""#)?;
/// assert_eq!(serde_json::to_string(&pattern)?, r#""https://*.example.com""#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
impl Serialize for OriginPattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// From a string. The error is that of [`OriginPattern`]'s `FromStr`, suggestion included.
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
impl<'de> Deserialize<'de> for OriginPattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text { expecting: "an origin pattern", parsed: PhantomData })
    }
}

/// Parses a string, borrowed or not.
struct Text<T> {
    expecting: &'static str,
    parsed: PhantomData<T>,
}

impl<T> de::Visitor<'_> for Text<T>
where
    T: for<'a> TryFrom<&'a str, Error: fmt::Display>,
{
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expecting)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        T::try_from(text).map_err(E::custom)
    }
}
