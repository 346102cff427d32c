//! A policy's configuration before it is validated: from a file, from the environment, through
//! serde, or merged from several of these.

#[cfg(feature = "public-suffix")]
use super::{document::Entry, keys::CHECK_PUBLIC_SUFFIXES};
use super::{
    document::{At, Node, Value},
    environment,
    error::{ConfigError, ConfigErrorKind as Kind, ConfigErrors},
    format::Format,
    json, list, toml,
};
use crate::routes::PolicyList;
use std::{fs, path::Path};

/// The configuration of a policy, or of a list of them, before it is validated.
///
/// It comes from a file, from environment variables, or through serde as part of an application's
/// own configuration. Several can be [merged](Self::merge). [`build`](Self::build) validates it and
/// reports all errors at once.
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
///
/// With `#[serde(flatten)]`, the keys stand beside the application's own:
///
/// ```
/// use tower_cors::config::PolicyConfig;
///
/// #[derive(serde::Deserialize)]
/// struct Settings {
///     port: u16,
///     #[serde(flatten)]
///     cors: PolicyConfig,
/// }
///
/// let settings: Settings =
///     serde_json::from_str(r#"{ "port": 3000, "allow_origin": "https://app.example.com" }"#)?;
/// let policies = settings.cors.build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Deserializing accepts any value that JSON has, and the errors of `build` have no lines then,
/// because serde does not pass them on. The format must be self-describing, as TOML, JSON and YAML
/// are.
#[derive(Clone, Debug)]
pub struct PolicyConfig {
    pub(super) document: Node,
}

impl PolicyConfig {
    /// Consults the public suffix list for every policy, whatever the configuration says: for tools
    /// that check policies of others. See
    /// [`check_public_suffixes`](crate::PolicyBuilder::check_public_suffixes).
    ///
    /// ```
    /// use tower_cors::config::PolicyConfig;
    ///
    /// let text = "allow_origin = 'https://*.github.io'\nallow_credentials = true";
    /// let config = PolicyConfig::from_toml(text)?;
    /// assert!(config.build().is_ok());
    /// assert!(config.checking_public_suffixes().build().is_err());
    /// # Ok::<(), tower_cors::config::ConfigErrors>(())
    /// ```
    #[cfg(feature = "public-suffix")]
    #[cfg_attr(docsrs, doc(cfg(feature = "public-suffix")))]
    #[must_use]
    pub fn checking_public_suffixes(mut self) -> Self {
        let Value::Table(keys) = &mut self.document.value else { return self };
        match keys.iter_mut().find(|entry| entry.key == "policy") {
            Some(Entry { node: Node { value: Value::Array(entries), .. }, .. }) => {
                entries.iter_mut().for_each(check_public_suffixes);
            }
            Some(_) => {}
            None => check_public_suffixes(&mut self.document),
        }
        self
    }

    /// Reads a policy file: JSON if its name ends in `.json`, otherwise TOML.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or its syntax is not valid. All other errors are those of
    /// [`build`](Self::build).
    ///
    /// ```no_run
    /// use tower_cors::{CorsLayer, config::PolicyConfig};
    ///
    /// let config = PolicyConfig::from_file("cors.toml")?.merge(PolicyConfig::from_env("CORS_"));
    /// let cors = CorsLayer::with_policies(config.build()?);
    /// # Ok::<(), tower_cors::config::ConfigErrors>(())
    /// ```
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, ConfigErrors> {
        let path = path.as_ref();
        let text = fs::read(path).map_err(|error| ConfigErrors::unreadable(path, &error))?;
        Self::from_file_content(path, &text)
    }

    /// The same for a file that was read already.
    pub(crate) fn from_file_content(path: &Path, content: &[u8]) -> Result<Self, ConfigErrors> {
        let is_json =
            path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        let at = At::in_file(path, if is_json { Format::Json } else { Format::Toml });
        let text = std::str::from_utf8(content).map_err(|error| {
            let why = format!("not valid UTF-8 after {} bytes", error.valid_up_to());
            let reason = format!("cannot be read: {why}");
            ConfigError::new(&at, "", Kind::Unreadable(why), reason)
        })?;
        let document = if is_json {
            json::parse(text.trim_start_matches('\u{feff}'), &at)?
        } else {
            toml::parse(text, &at)?
        };
        Ok(Self { document })
    }

    /// Reads the text of a policy file in TOML.
    ///
    /// # Errors
    ///
    /// The syntax is not valid.
    ///
    /// ```
    /// use tower_cors::config::PolicyConfig;
    ///
    /// let config = PolicyConfig::from_toml("allow_origin = 'https://app.example.com'")?;
    /// assert!(config.build().is_ok());
    /// # Ok::<(), tower_cors::config::ConfigErrors>(())
    /// ```
    pub fn from_toml(text: &str) -> Result<Self, ConfigErrors> {
        Ok(Self { document: toml::parse(text, &At::in_text(Format::Toml))? })
    }

    /// Reads the text of a policy file in JSON.
    ///
    /// # Errors
    ///
    /// The syntax is not valid.
    ///
    /// ```
    /// use tower_cors::config::PolicyConfig;
    ///
    /// let config = PolicyConfig::from_json(r#"{ "allow_origin": "https://app.example.com" }"#)?;
    /// assert!(config.build().is_ok());
    /// # Ok::<(), tower_cors::config::ConfigErrors>(())
    /// ```
    pub fn from_json(text: &str) -> Result<Self, ConfigErrors> {
        Ok(Self { document: json::parse(text, &At::in_text(Format::Json))? })
    }

    /// Reads one policy from the environment variables that begin with `prefix`.
    ///
    /// A variable is the prefix and the name of a setting in upper case: with the prefix `CORS_`,
    /// `CORS_ALLOW_ORIGIN`, `CORS_MAX_AGE` and so on. A list is comma-separated. A duration is
    /// seconds, or an integer with a unit. A variable that begins with the prefix and is not a
    /// setting is an error, so choose a prefix that nothing else uses.
    ///
    /// An empty variable counts as unset, except for `allow_hosts`, `enforce` and
    /// `check_public_suffixes`: leaving these out turns a check off, so an empty one is an error.
    /// `CORS_ALLOW_HOSTS=${HOSTS}` does not leave hosts unchecked where `HOSTS` is not set.
    ///
    /// It never fails: what is wrong with a variable is an error of [`build`](Self::build), which
    /// names the variable.
    ///
    /// ```no_run
    /// use tower_cors::{CorsLayer, config::PolicyConfig};
    ///
    /// // CORS_ALLOW_ORIGIN="https://app.example.com, https://*.example.org"
    /// // CORS_ALLOW_CREDENTIALS=true
    /// let cors = CorsLayer::with_policies(PolicyConfig::from_env("CORS_").build()?);
    /// # Ok::<(), tower_cors::config::ConfigErrors>(())
    /// ```
    #[must_use]
    pub fn from_env(prefix: &str) -> Self {
        Self::from_vars(prefix, std::env::vars_os())
    }

    /// Reads one policy from these variables; otherwise the same as [`from_env`](Self::from_env).
    ///
    /// ```
    /// use tower_cors::config::PolicyConfig;
    ///
    /// let config = PolicyConfig::from_vars("CORS_", [("CORS_ALLOW_ORIGIN", "example.com")]);
    /// assert_eq!(
    ///     config.build().unwrap_err().to_string(),
    ///     r#"CORS_ALLOW_ORIGIN: "example.com" has no scheme; write "https://example.com""#,
    /// );
    /// ```
    #[must_use]
    pub fn from_vars<N, V>(prefix: &str, variables: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: Into<std::ffi::OsString>,
        V: Into<std::ffi::OsString>,
    {
        let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into()));
        Self { document: environment::read(prefix, variables) }
    }

    /// Returns this configuration with the keys of `other` in place of its own.
    ///
    /// Keys are replaced as a whole: lists are not joined. A list of policies (`[[policy]]`) is one
    /// key, which cannot be combined with the keys of a single policy.
    ///
    /// ```
    /// use tower_cors::config::PolicyConfig;
    ///
    /// let file = PolicyConfig::from_toml("allow_origin = 'https://a.example'\nmax_age = 600")?;
    /// let variables = [("CORS_ALLOW_ORIGIN", "https://b.example")];
    /// let config = file.merge(PolicyConfig::from_vars("CORS_", variables));
    /// // max_age is that of the file, allow_origin that of the environment.
    /// assert!(config.build().is_ok());
    /// # Ok::<(), tower_cors::config::ConfigErrors>(())
    /// ```
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        match (&mut self.document.value, other.document.value) {
            (Value::Table(entries), Value::Table(others)) => {
                entries.retain(|entry| others.iter().all(|other| other.key != entry.key));
                entries.extend(others);
            }
            (own, other) => *own = other,
        }
        self
    }

    /// Validates the configuration and compiles the policies.
    ///
    /// # Errors
    ///
    /// All errors at once, each with its place.
    pub fn build(&self) -> Result<PolicyList, ConfigErrors> {
        list::policies(&self.document)
    }
}

/// Sets the key in one policy. An entry that is `off` has no such key.
#[cfg(feature = "public-suffix")]
fn check_public_suffixes(policy: &mut Node) {
    let Value::Table(keys) = &mut policy.value else { return };
    if keys.iter().any(|entry| entry.key == "off") {
        return;
    }
    let at = policy.at.clone();
    match keys.iter_mut().find(|entry| entry.key == CHECK_PUBLIC_SUFFIXES) {
        Some(Entry { node: Node { value: Value::Boolean(check), .. }, .. }) => *check = true,
        Some(_) => {}
        None => {
            let node = Node { at: at.clone(), value: Value::Boolean(true) };
            keys.push(Entry { at, key: CHECK_PUBLIC_SUFFIXES.to_owned(), node });
        }
    }
}
