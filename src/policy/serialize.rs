//! A policy as a policy file has it.

use super::{
    origins::Origins,
    policy::Policy,
    rules::{ExposeRule, Rules},
    setting::Setting,
    settings::InnerHeaders,
};
use http::{HeaderName, Method, StatusCode};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// Serializes as a table with the keys of a policy file. Settings at their defaults are left out.
///
/// Reading it back (feature "config") yields a policy that answers alike, with two exceptions:
///
/// - Code cannot be written to a file. A predicate is written as `<predicate 1>` in
///   `allow_origin`, and the rule of [`Policy::development`] as `<any page on this machine>`. No
///   file accepts these.
/// - [`AllowOrigin::none`](crate::AllowOrigin::none) is written as an empty list, which no file
///   accepts either.
///
/// Presets are written as the methods and headers that they add.
///
/// ```
/// use tower_cors::Policy;
///
/// let policy = Policy::builder()
///     .allow_origin("https://app.example.com")
///     .allow_methods(["PUT", "DELETE"])
///     .allow_credentials(true)
///     .build()?;
/// assert_eq!(
///     serde_json::to_string(&policy)?,
///     r#"{"allow_origin":["https://app.example.com"],"allow_methods":["PUT","DELETE"],"allow_credentials":true}"#,
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
impl Serialize for Policy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.serialize_entries(&mut map)?;
        map.end()
    }
}

impl Policy {
    /// The settings as entries of a table, which may have others.
    pub(crate) fn serialize_entries<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let rules = self.rules();
        origins(rules, map)?;
        list(
            Setting::AllowMethods,
            rules.methods.any,
            rules.methods.list.iter().map(Method::as_str),
            map,
        )?;
        let headers = rules.headers.names.iter().map(HeaderName::as_str);
        list(Setting::AllowHeaders, rules.headers.any, headers, map)?;
        switch(Setting::AllowCredentials, rules.credentials, map)?;
        match &rules.expose {
            ExposeRule::Any => list(Setting::ExposeHeaders, true, [], map)?,
            ExposeRule::Names(names) => {
                list(Setting::ExposeHeaders, false, names.iter().map(HeaderName::as_str), map)?;
            }
        }
        if let Some(max_age) = rules.max_age {
            entry(Setting::MaxAge, &max_age.as_secs(), map)?;
        }
        switch(Setting::AllowPrivateNetwork, rules.private_network, map)?;
        switch(Setting::TimingAllowOrigin, rules.timing, map)?;
        let hosts = rules.hosts.iter().flat_map(|hosts| hosts.texts());
        list(Setting::AllowHosts, false, hosts, map)?;
        switch(Setting::Enforce, rules.enforce, map)?;
        if rules.preflight_status != StatusCode::NO_CONTENT {
            entry(Setting::PreflightStatus, &rules.preflight_status.as_u16(), map)?;
        }
        switch(Setting::PreflightContinue, rules.preflight_continue, map)?;
        if rules.inner_headers != InnerHeaders::Replace {
            entry(Setting::InnerHeaders, rules.inner_headers.as_str(), map)?;
        }
        switch(Setting::CheckPublicSuffixes, rules.check_public_suffixes, map)?;
        let null = matches!(&rules.origins, Origins::Rules(origins) if origins.null);
        switch(Setting::DangerouslyAllowNullOrigin, null, map)?;
        switch(Setting::DangerouslyAllowInsecureOrigins, rules.allow_insecure_origins, map)?;
        let public_suffixes = rules.allow_public_suffix_subdomains;
        switch(Setting::DangerouslyAllowPublicSuffixSubdomains, public_suffixes, map)
    }
}

fn entry<M: SerializeMap, T: Serialize + ?Sized>(
    setting: Setting,
    value: &T,
    map: &mut M,
) -> Result<(), M::Error> {
    map.serialize_entry(setting.as_str(), value)
}

fn switch<M: SerializeMap>(setting: Setting, on: bool, map: &mut M) -> Result<(), M::Error> {
    if on { entry(setting, &true, map) } else { Ok(()) }
}

/// A list, or `"*"` if that is all there is to say.
fn list<'a, M: SerializeMap>(
    setting: Setting,
    any: bool,
    values: impl IntoIterator<Item = &'a str>,
    map: &mut M,
) -> Result<(), M::Error> {
    let values = any.then_some("*").into_iter().chain(values).collect::<Vec<_>>();
    match &values[..] {
        [] => Ok(()),
        ["*"] => entry(setting, "*", map),
        values => entry(setting, values, map),
    }
}

fn origins<M: SerializeMap>(rules: &Rules, map: &mut M) -> Result<(), M::Error> {
    let rules = match &rules.origins {
        Origins::Any => return entry(Setting::AllowOrigin, "*", map),
        Origins::One(origin) => {
            return entry(Setting::AllowOrigin, &[origin.to_str().unwrap_or_default()], map);
        }
        Origins::Rules(rules) => rules,
    };
    let mut origins = rules.set.iter().map(str::to_owned).collect::<Vec<_>>();
    origins.extend(rules.null.then(|| "null".to_owned()));
    origins.extend(rules.predicate_names().iter().map(|name| format!("<{name}>")));
    #[cfg(feature = "regex")]
    let expressions = rules.regexes.sources();
    #[cfg(not(feature = "regex"))]
    let expressions: &[String] = &[];
    if !origins.is_empty() || expressions.is_empty() {
        entry(Setting::AllowOrigin, &origins, map)?;
    }
    if !expressions.is_empty() {
        map.serialize_entry("allow_origin_regex", expressions)?;
    }
    Ok(())
}
