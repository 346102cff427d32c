//! Policies from files: TOML or JSON, the same keys as the builder's setters.
//!
//! One policy, flat:
//!
//! ```toml
//! allow_origin = ["https://app.example.com", "https://*.example.org"]  # or "*", or "a, b" as one string
//! allow_methods = ["PUT", "DELETE"]
//! allow_headers = ["authorization", "content-type"]
//! allow_credentials = true
//! expose_headers = ["x-request-id"]
//! max_age = "10m"                      # or 600: seconds
//! ```
//!
//! Several, in order; see [`routes`](crate::routes) for which of them governs a request:
//!
//! ```toml
//! [[policy]]
//! name = "public"
//! paths = ["/public/{*rest}"]
//! allow_origin = "*"
//!
//! [[policy]]
//! name = "hooks"
//! paths = ["/hooks/{*rest}"]
//! off = true                           # left wholly alone
//! ```
//!
//! | key | value | default |
//! | --- | --- | --- |
//! | `allow_origin` | origins and patterns, or `"*"` | none: it is needed |
//! | `allow_methods` | methods, or `"*"` | those that need no preflight |
//! | `allow_headers` | header names, or `"*"` | those that need no preflight |
//! | `allow_credentials` | `true` or `false` | `false` |
//! | `expose_headers` | header names, or `"*"` | those that are safelisted |
//! | `max_age` | seconds, or a whole number with `s`, `m`, `h` or `d` | the browser's: 5 seconds |
//! | `allow_private_network` | `true` or `false` | `false` |
//! | `timing_allow_origin` | `true` or `false` | `false` |
//! | `enforce` | `true` or `false` | `false` |
//! | `preflight_status` | 200 to 299 | 204 |
//! | `preflight_continue` | `true` or `false` | `false` |
//! | `inner_headers` | `"replace"` or `"keep"` | `"replace"` |
//! | `dangerously_allow_null_origin` | `true` or `false` | `false` |
//! | `dangerously_allow_insecure_origins` | `true` or `false` | `false` |
//! | `dangerously_allow_public_suffix_subdomains` | `true` or `false` | `false` |
//! | `name` (in a list only) | a string, once | none |
//! | `paths` (in a list only) | paths | every path |
//! | `off` (in a list only) | `true`: left wholly alone | `false` |
//!
//! A list is an array of strings, or one string that is split at its commas (`paths` never are).
//!
//! An unknown key, a wrong type or a wrong value is an error with its line and its place, such as
//! `policy[1].allow_origin[0]`. All errors of a file come at once; only a syntax error stops the
//! reading.

mod document;
mod error;
mod json;
mod keys;
mod read;
mod serde;
mod toml;

pub use self::{
    error::{ConfigError, ConfigErrorKind, ConfigErrors},
    serde::PolicyConfig,
};

use crate::routes::PolicyList;
use document::Node;
use error::ConfigErrorKind as Kind;
use std::path::Path;

impl PolicyList {
    /// Reads a policy file: JSON if its name ends in `.json`, else TOML.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, each with its line and place; a file that is missing or unreadable
    /// is an error of the same form.
    ///
    /// ```no_run
    /// use tower_cors::{CorsLayer, PolicyList};
    ///
    /// let cors = CorsLayer::with_policies(PolicyList::from_file("cors.toml")?);
    /// # Ok::<(), tower_cors::config::ConfigErrors>(())
    /// ```
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, ConfigErrors> {
        let path = path.as_ref();
        let json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        let list = match std::fs::read_to_string(path) {
            Ok(text) if json => Self::from_json(text.trim_start_matches('\u{feff}')),
            Ok(text) => Self::from_toml(&text),
            Err(error) => {
                Err(ConfigError::of_document(None, Kind::Unreadable(error.to_string())).into())
            }
        };
        list.map_err(|errors| errors.in_file(path))
    }

    /// Reads a policy file's text in TOML.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, each with its line and place.
    ///
    /// ```
    /// use tower_cors::PolicyList;
    ///
    /// let errors = PolicyList::from_toml(r#"
    /// allow_origins = "*"
    /// max_age = "10 minutes"
    /// "#).unwrap_err();
    /// assert_eq!(
    ///     errors.to_string(),
    ///     r#"allow_origin: is missing: name the origins that may call, or "*"
    /// line 2: allow_origins: is no key: did you mean "allow_origin"?
    /// line 3: max_age: "10 minutes" is no duration: write seconds, or a whole number and one of s, m, h, d, as in "10m""#,
    /// );
    /// ```
    pub fn from_toml(text: &str) -> Result<Self, ConfigErrors> {
        build(toml::parse(text))
    }

    /// Reads a policy file's text in JSON.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, each with its line and place.
    ///
    /// ```
    /// use tower_cors::PolicyList;
    ///
    /// let policies = PolicyList::from_json(r#"{ "allow_origin": "https://app.example.com" }"#)?;
    /// # Ok::<(), tower_cors::config::ConfigErrors>(())
    /// ```
    pub fn from_json(text: &str) -> Result<Self, ConfigErrors> {
        build(json::parse(text))
    }
}

fn build(parsed: Result<Node, ConfigError>) -> Result<PolicyList, ConfigErrors> {
    read::policies(&parsed?)
}
