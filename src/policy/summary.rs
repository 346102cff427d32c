//! A policy's settings as texts, to be compared.

use super::{
    builder::InnerHeaders,
    origins::Origins,
    setting::Setting,
    value::{Compiled, ExposeRule, Policy},
};
use http::{HeaderName, Method};

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
            (Setting::Enforce, switch(rules.enforce)),
            (Setting::PreflightStatus, vec![rules.preflight_status.as_str().to_owned()]),
            (Setting::PreflightContinue, switch(rules.preflight_continue)),
            (Setting::InnerHeaders, vec![inner_headers(rules.inner_headers).to_owned()]),
        ];
        values.into_iter().map(|(setting, values)| SettingValues { setting, values }).collect()
    }
}

fn origins(rules: &Compiled) -> Vec<String> {
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

fn exposed(rules: &Compiled) -> Vec<String> {
    match &rules.expose {
        ExposeRule::PresentNames => vec!["*".to_owned()],
        ExposeRule::Value(None) => Vec::new(),
        ExposeRule::Value(Some(value)) => {
            value.to_str().unwrap_or_default().split(',').map(str::to_owned).collect()
        }
    }
}

fn inner_headers(inner_headers: InnerHeaders) -> &'static str {
    match inner_headers {
        InnerHeaders::Replace => "replace",
        InnerHeaders::Keep => "keep",
    }
}
