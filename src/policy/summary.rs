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
        let max_age = rules.max_age.map_or("unset".to_owned(), |age| format!("{age:?}"));
        let mut summary = Summary(Vec::new());
        summary.list(Setting::AllowOrigin, origins(rules));
        let methods = &mut rules.methods.list.iter().map(Method::as_str);
        summary.list(Setting::AllowMethods, texts(rules.methods.any, methods));
        let headers = &mut rules.headers.names.iter().map(HeaderName::as_str);
        summary.list(Setting::AllowHeaders, texts(rules.headers.any, headers));
        summary.switch(Setting::AllowCredentials, rules.credentials);
        summary.list(Setting::ExposeHeaders, exposed(rules));
        summary.value(Setting::MaxAge, &max_age);
        summary.switch(Setting::AllowPrivateNetwork, rules.private_network);
        summary.switch(Setting::TimingAllowOrigin, rules.timing);
        summary.list(Setting::AllowHosts, hosts(rules));
        summary.switch(Setting::Enforce, rules.enforce);
        summary.value(Setting::PreflightStatus, rules.preflight_status.as_str());
        summary.switch(Setting::PreflightContinue, rules.preflight_continue);
        summary.value(Setting::InnerHeaders, rules.inner_headers.as_str());
        summary.switch(Setting::CheckPublicSuffixes, rules.check_public_suffixes);
        summary.switch(Setting::DangerouslyAllowInsecureOrigins, rules.allow_insecure_origins);
        summary.switch(
            Setting::DangerouslyAllowPublicSuffixSubdomains,
            rules.allow_public_suffix_subdomains,
        );
        summary.0
    }
}

struct Summary(Vec<SettingValues>);

impl Summary {
    fn list(&mut self, setting: Setting, values: Vec<String>) {
        self.0.push(SettingValues { setting, values });
    }

    fn value(&mut self, setting: Setting, value: &str) {
        self.list(setting, vec![value.to_owned()]);
    }

    fn switch(&mut self, setting: Setting, on: bool) {
        self.value(setting, if on { "true" } else { "false" });
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
        for &SettingValues { setting, ref values } in &self.summary() {
            if is_default(setting, values) {
                continue;
            }
            for text in [separator, setting.as_str(), ": "] {
                f.write_str(text)?;
            }
            f.write_str(&values[..values.len().min(SHOWN)].join(", "))?;
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
        for &SettingValues { setting, ref values } in &self.summary() {
            if is_default(setting, values) {
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
        [only] if !setting.is_list() => match setting {
            Setting::MaxAge => only == "unset",
            Setting::PreflightStatus => only == "204",
            Setting::InnerHeaders => only == "replace",
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
    let mut texts = Vec::new();
    for member in rules.set.iter() {
        texts.push(member.to_owned());
    }
    if rules.null {
        texts.push("null".to_owned());
    }
    #[cfg(feature = "regex")]
    texts.extend(rules.regexes.sources().iter().cloned());
    texts.extend(rules.predicate_names());
    texts
}

fn hosts(rules: &Rules) -> Vec<String> {
    match &rules.hosts {
        Some(hosts) => texts(false, &mut hosts.texts().into_iter()),
        None => Vec::new(),
    }
}

fn exposed(rules: &Rules) -> Vec<String> {
    let (any, names) = match &rules.expose {
        ExposeRule::Any => (true, &[][..]),
        ExposeRule::Names(names) => (false, &names[..]),
    };
    texts(any, &mut names.iter().map(HeaderName::as_str))
}

fn texts(any: bool, values: &mut dyn Iterator<Item = &str>) -> Vec<String> {
    let mut texts = Vec::new();
    if any {
        texts.push("*".to_owned());
    }
    for value in values {
        texts.push(value.to_owned());
    }
    texts
}
