//! Policies from files, environment variables and an application's own configuration. The keys are
//! the names of the builder's setters, and two more: `allow_origin_regex`, and `presets` for
//! [`preset`](crate::PolicyBuilder::preset).
//!
//! One policy in TOML:
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
//! Several policies, in order; [`routes`](crate::routes) says which of them governs a request:
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
//! off = true                           # requests and responses are left unchanged
//! ```
//!
//! The same policy in JSON, in a file whose name ends in `.json`:
//!
//! ```json
//! { "allow_origin": ["https://app.example.com"], "allow_credentials": true }
//! ```
//!
//! | key | value | default |
//! | --- | --- | --- |
//! | `allow_origin` | origins and patterns, or `"*"` | required, unless `allow_origin_regex` is set |
//! | `allow_origin_regex` | regular expressions (feature "regex") | none |
//! | `allow_methods` | methods, or `"*"` | those that need no preflight |
//! | `allow_headers` | header names, or `"*"` | those that need no preflight |
//! | `allow_credentials` | `true` or `false` | `false` |
//! | `expose_headers` | header names, or `"*"` | those that are safelisted |
//! | `max_age` | seconds, or an integer with `s`, `m`, `h` or `d` | the browser's: 5 seconds |
//! | `allow_private_network` | `true` or `false` | `false` |
//! | `timing_allow_origin` | `true` or `false` | `false` |
//! | `allow_hosts` | hosts that the server answers for | not checked |
//! | `enforce` | `true` or `false` | `false` |
//! | `preflight_status` | 200 to 299 | 204 |
//! | `preflight_continue` | `true` or `false` | `false` |
//! | `inner_headers` | `"replace"` or `"keep"` | `"replace"` |
//! | `presets` | names of [presets](crate::policy::Preset) | none |
//! | `check_public_suffixes` | `true` or `false` (feature "public-suffix") | `false` |
//! | `dangerously_allow_null_origin` | `true` or `false` | `false` |
//! | `dangerously_allow_insecure_origins` | `true` or `false` | `false` |
//! | `dangerously_allow_public_suffix_subdomains` | `true` or `false` | `false` |
//! | `name` (in a list only) | a string, unique in the list | none |
//! | `paths` (in a list only) | paths | every path |
//! | `off` (in a list only) | `true`: left unchanged | `false` |
//! | `shadow` (in a list only) | `true`: evaluated and reported, never enforced | `false` |
//! | `$schema` (at the top only) | the address of a JSON Schema, for editors | ignored |
//!
//! A list of policies in which any entry has `enforce` or `allow_hosts` must end with an entry without
//! `paths`, so that the file says what holds for all other paths.
//!
//! A list is an array of strings, or one string that is split at its commas. `paths` and
//! `allow_origin_regex` are never split. In TOML, write regular expressions in single quotes, where a
//! backslash is itself.
//!
//! An unknown key, a wrong type or a wrong value is an error with its line and its place, such as
//! `policy[1].allow_origin[0]`. All errors of a file are reported at once; only a syntax error stops
//! the reading.
//!
//! In environment variables, a name is a prefix and the key in upper case, such as
//! `CORS_ALLOW_ORIGIN`. An empty variable counts as unset, or is an error where that would turn a
//! check off; see [`PolicyConfig::from_env`].

mod deserialize;
mod document;
mod duration;
mod environment;
mod error;
mod format;
mod json;
mod keys;
#[cfg(feature = "tower")]
mod layer;
mod list;
mod names;
mod policy;
mod policy_config;
mod quotes;
mod reader;
#[cfg(feature = "reload")]
#[cfg_attr(docsrs, doc(cfg(feature = "reload")))]
mod reload;
#[cfg(feature = "schema")]
#[cfg_attr(docsrs, doc(cfg(feature = "schema")))]
mod schema;
mod toml;

pub use self::{
    error::{ConfigError, ConfigErrorKind, ConfigErrors},
    policy_config::PolicyConfig,
};

use crate::routes::PolicyList;
use std::path::Path;

impl PolicyList {
    /// Reads a policy file: JSON if its name ends in `.json`, otherwise TOML.
    ///
    /// # Errors
    ///
    /// All errors at once, each with its line and place. A file that is missing or unreadable is an
    /// error of the same form.
    ///
    /// ```no_run
    /// use tower_cors::{CorsLayer, PolicyList};
    ///
    /// let cors = CorsLayer::with_policies(PolicyList::from_file("cors.toml")?);
    /// # Ok::<(), tower_cors::config::ConfigErrors>(())
    /// ```
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, ConfigErrors> {
        PolicyConfig::from_file(path)?.build()
    }

    /// Reads the text of a policy file in TOML.
    ///
    /// # Errors
    ///
    /// All errors at once, each with its line and place.
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
    ///     r#"line 2: unknown key `allow_origins`; did you mean `allow_origin`?
    /// line 3: max_age: "10 minutes" is not a valid duration; write seconds, or an integer with a unit (s, m, h, d) as in "10m""#,
    /// );
    /// ```
    pub fn from_toml(text: &str) -> Result<Self, ConfigErrors> {
        PolicyConfig::from_toml(text)?.build()
    }

    /// Reads the text of a policy file in JSON.
    ///
    /// # Errors
    ///
    /// All errors at once, each with its line and place.
    ///
    /// ```
    /// use tower_cors::PolicyList;
    ///
    /// let policies = PolicyList::from_json(r#"{ "allow_origin": "https://app.example.com" }"#)?;
    /// # Ok::<(), tower_cors::config::ConfigErrors>(())
    /// ```
    pub fn from_json(text: &str) -> Result<Self, ConfigErrors> {
        PolicyConfig::from_json(text)?.build()
    }
}
