//! From settings to a policy: every check, then the compiled form.

use super::{
    allow_hosts::AllowHosts,
    compile_origins,
    error::{PolicyError, PolicyErrorKind as Kind, PolicyErrors},
    hosts::{HostPattern, Hosts},
    list::{Item, TextItems},
    origins::Origins,
    policy::Policy,
    rules::{ExposeRule, HeaderRules, MethodRules, Rules},
    setting::Setting,
    settings::Settings,
    validate,
};
use http::{HeaderName, header::ORIGIN};
use std::{str::FromStr, sync::Arc};

pub(super) fn compile(mut settings: Settings) -> Result<Policy, PolicyErrors> {
    let mut errors = Vec::new();
    add_presets(&mut settings);
    let origins = compile_origins::compile(&mut settings, &mut errors);
    let (any_method, methods) = validate::items(
        Setting::AllowMethods,
        settings.allow_methods.items,
        validate::method,
        &mut errors,
    );
    let (any_header, headers) = validate::items(
        Setting::AllowHeaders,
        settings.allow_headers.items,
        validate::request_header,
        &mut errors,
    );
    let (any_exposed, exposed) = validate::items(
        Setting::ExposeHeaders,
        settings.expose_headers.items,
        validate::response_header,
        &mut errors,
    );
    validate::check_max_age(settings.max_age, &mut errors);
    let hosts = hosts(settings.allow_hosts.take(), &mut errors);
    let preflight_status = validate::preflight_status(settings.preflight_status, &mut errors);
    PolicyErrors::check(errors)?;

    Ok(Policy::new(Rules {
        dynamic: matches!(origins, Origins::Rules(_)) || settings.enforce,
        origins,
        credentials: settings.allow_credentials,
        methods: MethodRules { any: any_method, list: parsed(&methods) },
        headers: HeaderRules::new(any_header, parsed(&headers)),
        expose: if any_exposed { ExposeRule::Any } else { ExposeRule::Names(parsed(&exposed)) },
        max_age: settings.max_age,
        private_network: settings.allow_private_network,
        timing: settings.timing_allow_origin,
        hosts,
        enforce: settings.enforce,
        preflight_status,
        preflight_continue: settings.preflight_continue,
        inner_headers: settings.inner_headers,
        check_public_suffixes: settings.check_public_suffixes,
        allow_insecure_origins: settings.allow_insecure_origins,
        allow_public_suffix_subdomains: settings.allow_public_suffix_subdomains,
        reads: reads(settings.allow_origin.reads),
    }))
}

fn hosts(hosts: Option<AllowHosts>, errors: &mut Vec<PolicyError>) -> Option<Arc<Hosts>> {
    let mut items = hosts?.items;
    let setting = Setting::AllowHosts;
    if items.0.is_empty() {
        errors.push(PolicyError::new(setting, Kind::NoHost));
    }
    // Here `*` is one more text that is not valid.
    for item in &mut items.0 {
        if matches!(item, Item::Any) {
            *item = Item::Text("*".to_owned());
        }
    }
    let (_, entries) = validate::items(setting, items, HostPattern::check, errors);
    Some(Arc::new(Hosts::new(&entries)))
}

/// The values of texts that were found valid.
fn parsed<T: FromStr>(texts: &[String]) -> Vec<T> {
    let mut values = Vec::with_capacity(texts.len());
    for text in texts {
        if let Ok(value) = text.parse() {
            values.push(value);
        }
    }
    values
}

/// Last, so that errors count the items that were given.
fn add_presets(settings: &mut Settings) {
    for preset in std::mem::take(&mut settings.presets) {
        add(&mut settings.allow_methods.items, preset.allow_methods());
        add(&mut settings.allow_headers.items, preset.allow_headers());
        add(&mut settings.expose_headers.items, preset.expose_headers());
    }
}

fn add(items: &mut TextItems, names: &[&str]) {
    for name in names {
        items.push_text((*name).to_owned());
    }
}

/// The headers that predicates read, each once. `Origin` is in `Vary` by itself.
fn reads(names: Vec<HeaderName>) -> Vec<HeaderName> {
    let mut reads = Vec::new();
    for name in names {
        if name != ORIGIN && !reads.contains(&name) {
            reads.push(name);
        }
    }
    reads
}
