//! Policies inside an application's own configuration.

use super::{
    document::{Entry, Node, Value},
    error::ConfigErrors,
    read,
};
use crate::routes::PolicyList;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// A policy, or a list of them, as part of an application's own configuration: what a policy file
/// has, read through serde from whatever format that is in.
///
/// Reading it accepts any value; [`build`](Self::build) checks it, and reports all errors at once,
/// without lines, which serde does not pass on.
///
/// ```
/// use tower_cors::{CorsLayer, config::PolicyConfig};
///
/// #[derive(serde::Deserialize)]
/// struct Settings {
///     port: u16,
///     cors: PolicyConfig,
/// }
///
/// let settings: Settings = serde_json::from_str(
///     r#"{ "port": 3000, "cors": { "allow_origin": "https://app.example.com" } }"#,
/// )?;
/// let cors = CorsLayer::with_policies(settings.cors.build()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct PolicyConfig(Node);

impl PolicyConfig {
    /// Validates and compiles.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, each with its place.
    pub fn build(&self) -> Result<PolicyList, ConfigErrors> {
        read::policies(&self.0)
    }
}

impl<'de> Deserialize<'de> for PolicyConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Node::deserialize(deserializer).map(Self)
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = deserializer.deserialize_any(ValueVisitor)?;
        Ok(Self { line: None, value })
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a policy or a list of them")
    }

    fn visit_bool<E>(self, boolean: bool) -> Result<Value, E> {
        Ok(Value::Boolean(boolean))
    }

    fn visit_i64<E>(self, integer: i64) -> Result<Value, E> {
        Ok(Value::Integer(integer))
    }

    fn visit_u64<E>(self, integer: u64) -> Result<Value, E> {
        let too_large = Value::Other("an integer of more than 64 bits");
        Ok(i64::try_from(integer).map_or(too_large, Value::Integer))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Value, E> {
        Ok(Value::Other("a float"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Other("null"))
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Other("null"))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element()? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut table = Vec::new();
        while let Some((key, node)) = entries.next_entry()? {
            table.push(Entry { line: None, key, node });
        }
        Ok(Value::Table(table))
    }
}
