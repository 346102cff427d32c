//! A policy's settings as texts: to be printed, and to be compared.

use super::{
    origins::Origins,
    policy::Policy,
    rules::{ExposeRule, Rules},
    setting::Setting,
};
use http::{HeaderName, Method};
use std::fmt;

/// How many values of a list are printed.
const SHOWN: usize = 10;

/// One setting and its values: those of a list, or one.
pub(crate) struct SettingValues {
    pub(crate) setting: Setting,
    pub(crate) values: Vec<String>,
}

impl Policy {
    /// All settings that make a difference, always in the same order.
    pub(crate) fn summary(&self) -> Vec<SettingValues> {
        let rules = self.rules();
        let switch = |on: bool| vec![on.to_string()];
        let any = |any: bool| any.then(|| "*".to_owned());
        let methods = rules.methods.list.iter().map(Method::to_string);
        let headers = rules.headers.names.iter().map(HeaderName::to_string);
        let values = [
            (Setting::AllowOrigin, origins(rules)),
            (Setting::AllowMethods, any(rules.methods.any).into_iter().chain(methods).collect()),
            (Setting::AllowHeaders, any(rules.headers.any).into_iter().chain(headers).collect()),
            (Setting::AllowCredentials, switch(rules.credentials)),
            (Setting::ExposeHeaders, exposed(rules)),
            (
                Setting::MaxAge,
                vec![rules.max_age.map_or("unset".to_owned(), |age| format!("{age:?}"))],
            ),
            (Setting::AllowPrivateNetwork, switch(rules.private_network)),
            (Setting::TimingAllowOrigin, switch(rules.timing)),
            (Setting::AllowHosts, hosts(rules)),
            (Setting::Enforce, switch(rules.enforce)),
            (Setting::PreflightStatus, vec![rules.preflight_status.as_str().to_owned()]),
            (Setting::PreflightContinue, switch(rules.preflight_continue)),
            (Setting::InnerHeaders, vec![rules.inner_headers.as_str().to_owned()]),
            (Setting::CheckPublicSuffixes, switch(rules.check_public_suffixes)),
            (Setting::DangerouslyAllowInsecureOrigins, switch(rules.allow_insecure_origins)),
            (
                Setting::DangerouslyAllowPublicSuffixSubdomains,
                switch(rules.allow_public_suffix_subdomains),
            ),
        ];
        values.into_iter().map(|(setting, values)| SettingValues { setting, values }).collect()
    }
}

/// The settings that differ from their defaults, on one line.
///
/// ```
/// use tower_cors::Policy;
///
/// let policy = Policy::builder()
///     .allow_origin(["https://app.example.com", "https://*.example.org"])
///     .allow_methods("PUT, DELETE")
///     .allow_credentials(true)
///     .build()?;
/// assert_eq!(
///     policy.to_string(),
///     "allow_origin: https://app.example.com, https://*.example.org; \
///      allow_methods: PUT, DELETE; allow_credentials: true",
/// );
/// # Ok::<(), tower_cors::PolicyErrors>(())
/// ```
impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for SettingValues { setting, values } in self.summary() {
            if is_default(setting, &values) {
                continue;
            }
            write!(f, "{separator}{setting}: {}", values[..values.len().min(SHOWN)].join(", "))?;
            if values.len() > SHOWN {
                write!(f, " and {} more", values.len() - SHOWN)?;
            }
            separator = "; ";
        }
        Ok(())
    }
}

/// The settings that differ from their defaults, with all their values.
impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = f.debug_struct("Policy");
        for SettingValues { setting, values } in self.summary() {
            if is_default(setting, &values) {
                continue;
            }
            match &values[..] {
                [only] if !setting.is_list() => {
                    fields.field(setting.as_str(), &format_args!("{only}"))
                }
                values => fields.field(setting.as_str(), &values),
            };
        }
        fields.finish()
    }
}

fn is_default(setting: Setting, values: &[String]) -> bool {
    match values {
        [] => setting != Setting::AllowOrigin,
        [only] => match setting {
            Setting::MaxAge => only == "unset",
            Setting::PreflightStatus => only == "204",
            Setting::InnerHeaders => only == "replace",
            Setting::AllowHosts => false,
            _ => only == "false",
        },
        _ => false,
    }
}

fn origins(rules: &Rules) -> Vec<String> {
    let rules = match &rules.origins {
        Origins::Any => return vec!["*".to_owned()],
        Origins::One(origin) => return vec![origin.to_str().unwrap_or_default().to_owned()],
        Origins::Rules(rules) => rules,
    };
    let mut texts = rules.set.iter().map(str::to_owned).collect::<Vec<_>>();
    texts.extend(rules.null.then(|| "null".to_owned()));
    #[cfg(feature = "regex")]
    texts.extend(rules.regexes.sources().iter().cloned());
    // Code cannot be compared, only counted.
    texts.extend((1..=rules.predicates.len()).map(|i| format!("predicate {i}")));
    texts
}

fn hosts(rules: &Rules) -> Vec<String> {
    rules.hosts.iter().flat_map(|hosts| hosts.texts()).map(str::to_owned).collect()
}

fn exposed(rules: &Rules) -> Vec<String> {
    match &rules.expose {
        ExposeRule::Any => vec!["*".to_owned()],
        ExposeRule::Names(names) => names.iter().map(HeaderName::to_string).collect(),
    }
}
