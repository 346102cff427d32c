//! The keys, and which one was meant by another.

use crate::{message::Escaped, similar};

/// What a key takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    /// An array of strings, or one string that is split at its commas.
    List,
    /// An array of strings, or one string.
    Strings,
    Boolean,
    /// Seconds, or a string with a unit.
    Duration,
    /// A status code.
    Status,
    /// One of several words.
    Choice,
}

/// The keys of a policy.
pub(super) const POLICY_KEYS: [(&str, Type); 19] = [
    ("allow_origin", Type::List),
    (ALLOW_ORIGIN_REGEX, Type::Strings),
    ("allow_methods", Type::List),
    ("allow_headers", Type::List),
    ("allow_credentials", Type::Boolean),
    ("expose_headers", Type::List),
    ("max_age", Type::Duration),
    ("allow_private_network", Type::Boolean),
    ("timing_allow_origin", Type::Boolean),
    ("allow_hosts", Type::List),
    ("enforce", Type::Boolean),
    ("preflight_status", Type::Status),
    ("preflight_continue", Type::Boolean),
    ("inner_headers", Type::Choice),
    (PRESETS, Type::List),
    (CHECK_PUBLIC_SUFFIXES, Type::Boolean),
    ("dangerously_allow_null_origin", Type::Boolean),
    ("dangerously_allow_insecure_origins", Type::Boolean),
    ("dangerously_allow_public_suffix_subdomains", Type::Boolean),
];

pub(super) const PRESETS: &str = "presets";
pub(super) const CHECK_PUBLIC_SUFFIXES: &str = "check_public_suffixes";
pub(super) const ALLOW_ORIGIN_REGEX: &str = "allow_origin_regex";

/// The keys that an entry of a list has besides those of its policy.
pub(super) const ENTRY_KEYS: [&str; 4] = ["name", "paths", "off", "shadow"];

/// The key of the list itself.
pub(super) const LIST_KEY: &str = "policy";

/// The key at the top of a document that tells editors its JSON Schema.
pub(super) const SCHEMA_KEY: &str = "$schema";

/// Names in other libraries, in the header, and near synonyms, as [`plain`] makes them.
const ALIASES: [(&str, &[&str]); 21] = [
    (
        "allow_origin",
        &[
            "origin",
            "origins",
            "alloworigins",
            "allowedorigin",
            "allowedorigins",
            "corsorigin",
            "corsorigins",
            "allowedoriginpatterns",
            "domains",
            "alloweddomains",
            "whitelist",
            "allowlist",
            "permittedorigins",
            "trustedorigins",
        ],
    ),
    (
        ALLOW_ORIGIN_REGEX,
        &[
            "originregex",
            "originregexes",
            "allowedoriginregex",
            "allowedoriginregexes",
            "alloworiginregexes",
            "alloworiginsregex",
            "allowedoriginsregex",
            "originspatterns",
            "allowedoriginspatterns",
            "alloworiginpattern",
            "regex",
            "regexes",
        ],
    ),
    (
        "allow_methods",
        &["method", "methods", "allowmethod", "allowedmethod", "allowedmethods", "verbs"],
    ),
    (
        "allow_headers",
        &["header", "headers", "allowheader", "allowedheader", "allowedheaders", "requestheaders"],
    ),
    (
        "allow_credentials",
        &[
            "credential",
            "credentials",
            "allowcredential",
            "allowedcredentials",
            "cookies",
            "supportscredentials",
            "supportcredentials",
            "withcredentials",
        ],
    ),
    (
        "expose_headers",
        &[
            "expose",
            "exposed",
            "exposeheader",
            "exposedheader",
            "exposedheaders",
            "exposeallheaders",
            "responseheaders",
        ],
    ),
    (
        "max_age",
        &[
            "maxagesec",
            "maxagesecs",
            "maxageseconds",
            "preflightmaxage",
            "maximumage",
            "ttl",
            "preflightmaxagesecs",
            "preflightcache",
            "cachemaxage",
        ],
    ),
    (
        "allow_private_network",
        &[
            "privatenetwork",
            "privatenetworkaccess",
            "allowprivatenetworkaccess",
            "allowprivatenetworks",
            "localnetwork",
            "allowlocalnetwork",
        ],
    ),
    ("timing_allow_origin", &["timing", "timingorigin", "resourcetiming"]),
    ("allow_hosts", &["host", "hosts", "allowhost", "allowedhost", "allowedhosts", "trustedhosts"]),
    ("enforce", &["enforcement", "enforced", "strict", "block", "reject"]),
    (
        "preflight_status",
        &[
            "optionssuccessstatus",
            "optionsstatus",
            "successstatus",
            "preflightsuccessstatus",
            "optionsstatuscode",
            "preflightstatuscode",
        ],
    ),
    ("preflight_continue", &["optionspassthrough", "passthrough", "continuepreflight"]),
    ("inner_headers", &["innerheader", "upstreamheaders"]),
    (PRESETS, &["preset", "profile", "profiles"]),
    (CHECK_PUBLIC_SUFFIXES, &["publicsuffix", "publicsuffixes", "publicsuffixlist"]),
    ("dangerously_allow_null_origin", &["allownullorigin", "allownull", "nullorigin"]),
    (
        "dangerously_allow_insecure_origins",
        &["allowinsecureorigins", "allowinsecureorigin", "insecureorigins", "insecure"],
    ),
    (
        "dangerously_allow_public_suffix_subdomains",
        &["allowpublicsuffixsubdomains", "publicsuffixsubdomains"],
    ),
    ("paths", &["path", "route", "routes", "url", "urls", "prefix", "pathpattern", "endpoint"]),
    ("off", &["disable", "disabled", "exempt", "skip", "ignore", "bypass"]),
];

pub(super) fn is_policy_key(key: &str) -> bool {
    POLICY_KEYS.iter().any(|(known, _)| *known == key)
}

/// Whether leaving the setting out lifts a protection. An empty variable is an error for these, so
/// that `CORS_ALLOW_HOSTS=${HOSTS}` with `HOSTS` unset does not turn the check off unnoticed.
pub(super) fn is_protection(key: &str) -> bool {
    ["allow_hosts", "enforce", CHECK_PUBLIC_SUFFIXES].contains(&key)
}

pub(super) fn is_entry_key(key: &str) -> bool {
    ENTRY_KEYS.contains(&key)
}

/// The key that was probably meant by an unknown one.
pub(super) fn meant(key: &str) -> Option<&'static str> {
    let plain_key = plain(key);
    let plain_key = plain_key.strip_prefix("accesscontrol").unwrap_or(&plain_key);
    let names = || POLICY_KEYS.iter().map(|(name, _)| *name).chain(ENTRY_KEYS);
    let same = names().find(|name| plain(name) == plain_key);
    let alias = || {
        let known = ALIASES.iter().find(|(_, aliases)| aliases.contains(&plain_key));
        known.map(|(name, _)| *name)
    };
    let near = || {
        let with_distance = names().map(|name| (similar::distance(&plain(name), plain_key), name));
        let (distance, name) = with_distance.min()?;
        (distance <= 3 && distance * 3 <= plain_key.len()).then_some(name)
    };
    same.or_else(alias).or_else(near)
}

/// In lower case, without what separates words.
fn plain(key: &str) -> String {
    let letters = key.chars().filter(|c| !matches!(c, '-' | '_' | ' ' | '.'));
    letters.map(|c| c.to_ascii_lowercase()).collect()
}

/// A key for an error message: on one line, and not longer than a line.
pub(super) fn shown(key: &str) -> String {
    Escaped { text: key, limit: 64 }.to_string()
}

#[cfg(test)]
mod tests {
    use super::{ALIASES, ENTRY_KEYS, POLICY_KEYS, is_policy_key, meant, plain};
    use crate::policy::Setting;

    #[test]
    fn every_setting_has_a_key() {
        for setting in Setting::ALL {
            assert!(is_policy_key(setting.as_str()), "{setting}");
        }
    }

    #[test]
    fn aliases_are_plain_and_stand_once() {
        let mut seen = std::collections::HashSet::new();
        for (key, aliases) in ALIASES {
            assert!(is_policy_key(key) || ENTRY_KEYS.contains(&key), "{key}");
            for alias in aliases {
                assert_eq!(plain(alias), *alias);
                assert!(seen.insert(*alias), "{alias}");
                assert!(POLICY_KEYS.iter().all(|(key, _)| plain(key) != *alias), "{alias}");
            }
        }
    }

    #[test]
    fn meant_keys() {
        for (key, expected) in [
            ("Access-Control-Allow-Headers", Some("allow_headers")),
            ("access-control-max-age", Some("max_age")),
            ("Timing-Allow-Origin", Some("timing_allow_origin")),
            ("allowOrigin", Some("allow_origin")),
            ("allow_origins", Some("allow_origin")),
            ("allowed_origins", Some("allow_origin")),
            ("AllowedOrigins", Some("allow_origin")),
            ("origins", Some("allow_origin")),
            ("methods", Some("allow_methods")),
            ("headers", Some("allow_headers")),
            ("exposed-headers", Some("expose_headers")),
            ("credentials", Some("allow_credentials")),
            ("supports_credentials", Some("allow_credentials")),
            ("optionsSuccessStatus", Some("preflight_status")),
            ("allow_origin_regex_list", None),
            ("alow_origin", Some("allow_origin")),
            ("dangerously_allow_null_origins", Some("dangerously_allow_null_origin")),
            ("pathes", Some("paths")),
            ("nam", Some("name")),
            ("parts", None),
            (&"allow-".repeat(1000), None),
            ("x", None),
            ("a\nb", None),
            ("colour", None),
        ] {
            assert_eq!(meant(key), expected, "{key}");
        }
    }
}
