//! Explanations as data.

use super::explanation::{Explanation, Reason};
use crate::protocol::{Decision, RequestKind};
use serde::{Serialize, Serializer, ser::SerializeStruct};

/// An object with `decision` (`"not_cors"`, `"granted"` or `"refused"`), `kind` (`"not_cors"`,
/// `"actual"` or `"preflight"`), `policy`, `same_origin`, `reasons`, `suggestion`, and `text`, which
/// is the explanation in words.
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
impl Serialize for Explanation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Explanation", 7)?;
        let decision = match self.decision() {
            Decision::NotCors => "not_cors",
            Decision::Granted => "granted",
            Decision::Refused(_) => "refused",
        };
        let kind = match self.kind() {
            RequestKind::NotCors => "not_cors",
            RequestKind::Actual => "actual",
            RequestKind::Preflight => "preflight",
        };
        object.serialize_field("decision", decision)?;
        object.serialize_field("kind", kind)?;
        object.serialize_field("policy", &self.policy())?;
        object.serialize_field("same_origin", &self.is_same_origin())?;
        object.serialize_field("reasons", self.reasons())?;
        object.serialize_field("suggestion", &self.suggestion())?;
        object.serialize_field("text", &self.to_string())?;
        object.end()
    }
}

/// An object with `code`, `setting`, `nearest`, `hints`, `suggestion`, and `text`, which is the
/// refusal in words.
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Reason", 6)?;
        object.serialize_field("code", self.code())?;
        object.serialize_field("setting", self.setting().as_str())?;
        object.serialize_field("nearest", &self.nearest())?;
        object.serialize_field("hints", &self.hints().collect::<Vec<_>>())?;
        object.serialize_field("suggestion", &self.suggestion())?;
        object.serialize_field("text", &self.refusal().to_string())?;
        object.end()
    }
}
