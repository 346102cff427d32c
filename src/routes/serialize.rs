//! A list as a policy file has it.

use super::list::PolicyList;
use crate::policy::Policy;
use serde::ser::{Serialize, SerializeMap, Serializer};

/// Serializes as a policy file: a table of settings for a single policy without name and paths, and
/// a list under `policy` otherwise. See the serialization of [`Policy`] for what cannot be read
/// back.
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
impl Serialize for PolicyList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entries = self.entries().collect::<Vec<_>>();
        if let [(None, None, Some(policy))] = entries[..] {
            return policy.serialize(serializer);
        }
        let entries =
            entries.into_iter().map(|(name, paths, policy)| Entry { name, paths, policy });
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("policy", &entries.collect::<Vec<_>>())?;
        map.end()
    }
}

struct Entry<'a> {
    name: Option<&'a str>,
    paths: Option<&'a [String]>,
    /// `None`: off.
    policy: Option<&'a Policy>,
}

impl Serialize for Entry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(name) = self.name {
            map.serialize_entry("name", name)?;
        }
        if let Some(paths) = self.paths {
            map.serialize_entry("paths", paths)?;
        }
        match self.policy {
            Some(policy) => policy.serialize_entries(&mut map)?,
            None => map.serialize_entry("off", &true)?,
        }
        map.end()
    }
}
