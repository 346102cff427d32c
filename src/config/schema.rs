//! The JSON Schema of the policy file, for editors. It holds the types, the grammar of single
//! values, and which keys go together; the parser checks the rest.

use super::{
    keys::{ALLOW_ORIGIN_REGEX, ENTRY_KEYS, LIST_KEY, POLICY_KEYS, PRESETS, SCHEMA_KEY, Type},
    policy_config::PolicyConfig,
};
use crate::{
    origin::{Origin, OriginPattern},
    policy::Preset,
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// One origin or pattern: of http and https, whose hosts are names or addresses, or of another
/// scheme.
const ORIGIN: &str =
    r"https?://[a-z0-9._*:\[\]-]+|(?!https?:|wss?:)[a-z][a-z0-9+.-]*://[^\s,/?#@]*";
/// `token` of RFC 9110 without a star inside, or the star that stands for all.
const TOKEN: &str = r"\*|[A-Za-z0-9!#$%&'+.^_`|~-]+";
const HOST: &str = r"[A-Za-z0-9._*:\[\]-]+";

/// What an editor shows for each key.
const DESCRIPTIONS: [(&str, &str); 25] = [
    (
        "allow_origin",
        "The origins whose pages may read responses: `https://app.example.com`, a pattern such as \
         `https://*.example.com` or `http://localhost:*`, or `*` for any origin. Required, unless \
         `allow_origin_regex` is set.",
    ),
    (
        ALLOW_ORIGIN_REGEX,
        "Regular expressions that a whole origin must match. They are anchored at both ends. Needs \
         the Cargo feature `regex`.",
    ),
    (
        "allow_methods",
        "The methods that a preflight grants, or `*`. `GET`, `HEAD` and `POST` are always allowed. \
         Methods are case-sensitive.",
    ),
    (
        "allow_headers",
        "The request headers that a preflight grants, or `*`. `*` does not cover `authorization`: \
         name it as well.",
    ),
    (
        "allow_credentials",
        "Whether the responses to requests with cookies, client certificates or HTTP \
         authentication may be read. Cannot be combined with `allow_origin = \"*\"`.",
    ),
    (
        "expose_headers",
        "The response headers that scripts may read besides the safelisted ones, or `*`.",
    ),
    (
        "max_age",
        "How long a browser may remember a preflight: seconds, or an integer with a unit (s, m, h, \
         d) such as `10m`; 24 hours at most. Revoked origins may stay allowed for this long. By \
         default, a browser remembers it for 5 seconds.",
    ),
    (
        "allow_private_network",
        "Whether a preflight that asks for access to a private network is granted. Legacy.",
    ),
    (
        "timing_allow_origin",
        "Whether responses to allowed origins carry `Timing-Allow-Origin`, so that their pages can \
         read detailed timings.",
    ),
    (
        "allow_hosts",
        "The hosts that the server answers for, such as `localhost`, `api.example.com:8443` or \
         `*.example.com`. A request for another host gets 403. Protects against DNS rebinding. Not \
         checked by default.",
    ),
    (
        "enforce",
        "Whether actual requests from refused origins get 403 instead of reaching the inner \
         service.",
    ),
    ("preflight_status", "The status of a granted preflight."),
    (
        "preflight_continue",
        "Whether granted preflights are passed to the inner service, whose answer then gets the \
         headers.",
    ),
    (
        "inner_headers",
        "What happens to `Access-Control-*` headers of the inner service: `replace` replaces or \
         removes them, `keep` leaves a response as it is that has its own \
         `Access-Control-Allow-Origin`.",
    ),
    (
        PRESETS,
        "Protocols whose methods and headers are added to the lists. A preset never allows an \
         origin, credentials or `authorization`.",
    ),
    (
        "check_public_suffixes",
        "Whether patterns such as `https://*.github.io` are errors if credentials are allowed, by \
         the public suffix list. Needs the Cargo feature `public-suffix`.",
    ),
    (
        "dangerously_allow_null_origin",
        "Allows the origin `null`, which any page can send from a sandboxed frame.",
    ),
    (
        "dangerously_allow_insecure_origins",
        "Allows credentials for `http` origins that are not loopback. A network attacker could act \
         as the user.",
    ),
    (
        "dangerously_allow_public_suffix_subdomains",
        "Allows patterns directly above a public suffix, such as `https://*.com`. Anyone can \
         register such a name.",
    ),
    ("name", "The name of the policy in logs, metrics and `PolicyList::get`. Unique in the list."),
    (
        "paths",
        "The paths that the policy governs, such as `/api/{*rest}` or `/users/{id}`. They are \
         compared with the raw path of the request, in exact case. By default, every path.",
    ),
    (
        "off",
        "Whether requests and responses on these paths are left unchanged. An entry that is off has \
         no other settings than `name` and `paths`.",
    ),
    (
        "shadow",
        "Whether the policy is only evaluated and reported, beside the one that is in force.",
    ),
    (
        LIST_KEY,
        "Several policies, in order. The first entry whose `paths` cover the path of the request \
         names the scope; within the scope, the first entry that allows the origin governs.",
    ),
    (SCHEMA_KEY, "The address of this schema, for editors. Ignored otherwise."),
];

/// The schema of the policy file: one policy, or a list of them.
///
/// ```
/// use tower_cors::config::PolicyConfig;
///
/// let schema = schemars::schema_for!(PolicyConfig);
/// let text = serde_json::to_string_pretty(&schema)?;
/// assert!(text.contains("allow_origin"));
/// # Ok::<(), serde_json::Error>(())
/// ```
impl JsonSchema for PolicyConfig {
    fn schema_name() -> Cow<'static, str> {
        "CorsPolicy".into()
    }

    fn schema_id() -> Cow<'static, str> {
        "tower_cors::config::PolicyConfig".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut properties = policy_properties();
        properties
            .insert(SCHEMA_KEY.to_owned(), described(SCHEMA_KEY, json!({ "type": "string" })));
        let list = json!({ "type": "array", "minItems": 1, "items": entry() });
        properties.insert(LIST_KEY.to_owned(), described(LIST_KEY, list));
        json_schema!({
            "title": "CORS policy",
            "description": "A policy, or a list of policies, of tower-cors.",
            "type": "object",
            "properties": properties,
            "additionalProperties": false,
            "if": { "required": [LIST_KEY] },
            "then": { "properties": forbidden(policy_keys()) },
            "else": policy_rules(),
        })
    }
}

/// An entry of a list.
fn entry() -> Value {
    let mut properties = policy_properties();
    for key in ENTRY_KEYS {
        let value = match key {
            "name" => json!({ "type": "string", "minLength": 1 }),
            "paths" => strings(&json!({ "type": "string", "pattern": "^/[^?#]*$" }), true),
            _ => json!({ "type": "boolean", "default": false }),
        };
        properties.insert(key.to_owned(), described(key, value));
    }
    json!({
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
        "if": { "properties": { "off": { "const": true } }, "required": ["off"] },
        "then": { "properties": forbidden(policy_keys().chain(["shadow"])) },
        "else": policy_rules(),
    })
}

/// What the keys of one policy must be together.
fn policy_rules() -> Value {
    let any = json!({
        "anyOf": [{ "const": "*" }, { "type": "array", "contains": { "const": "*" } }]
    });
    json!({
        "anyOf": [{ "required": ["allow_origin"] }, { "required": [ALLOW_ORIGIN_REGEX] }],
        "if": {
            "properties": { "allow_credentials": { "const": true } },
            "required": ["allow_credentials"],
        },
        "then": { "properties": { "allow_origin": { "not": any } } },
    })
}

fn policy_keys() -> impl Iterator<Item = &'static str> {
    POLICY_KEYS.into_iter().map(|(key, _)| key)
}

fn policy_properties() -> Map<String, Value> {
    let properties = POLICY_KEYS.into_iter().map(|(key, takes)| {
        let value = value(key, takes);
        (key.to_owned(), described(key, value))
    });
    properties.collect()
}

/// No value of these keys is valid.
fn forbidden(keys: impl Iterator<Item = &'static str>) -> Map<String, Value> {
    keys.map(|key| (key.to_owned(), Value::Bool(false))).collect()
}

fn described(key: &str, mut value: Value) -> Value {
    let description = DESCRIPTIONS.iter().find(|(name, _)| *name == key);
    value["description"] =
        description.map_or_else(String::new, |(_, text)| text.to_string()).into();
    value
}

fn value(key: &str, takes: Type) -> Value {
    match takes {
        Type::List => list(key),
        Type::Strings => strings(&json!({ "type": "string" }), false),
        Type::Boolean => json!({ "type": "boolean", "default": false }),
        Type::Duration => json!({
            "anyOf": [
                { "type": "integer", "minimum": 0, "maximum": 86_400 },
                { "type": "string", "pattern": "^[0-9]+[smhd]$" },
            ],
            "examples": [600, "10m", "24h"],
        }),
        Type::Status => {
            json!({ "type": "integer", "minimum": 200, "maximum": 299, "default": 204 })
        }
        Type::Choice => json!({ "enum": ["replace", "keep"], "default": "replace" }),
    }
}

/// One string, or an array of them.
fn strings(item: &Value, required: bool) -> Value {
    let mut array = json!({ "type": "array", "items": item });
    if required {
        array["minItems"] = 1.into();
    }
    json!({ "anyOf": [item, array] })
}

/// One string that is split at its commas, or an array of items.
fn list(key: &str) -> Value {
    let presets = Preset::ALL.iter().map(|preset| preset.as_str()).collect::<Vec<_>>();
    let (pattern, examples) = match key {
        "allow_origin" => (
            format!(r"\*|null|{ORIGIN}"),
            json!(["*", ["https://app.example.com", "https://*.example.org"]]),
        ),
        "allow_hosts" => (HOST.to_owned(), json!([["localhost", "127.0.0.1", "[::1]"]])),
        "allow_methods" => (TOKEN.to_owned(), json!(["*", ["PUT", "PATCH", "DELETE"]])),
        PRESETS => {
            (presets.join("|"), json!(presets.iter().map(|name| [name]).collect::<Vec<_>>()))
        }
        _ => (TOKEN.to_owned(), json!(["*", ["authorization", "content-type"]])),
    };
    let item = if key == PRESETS {
        json!({ "enum": presets })
    } else {
        json!({ "type": "string", "pattern": format!("^(?:{pattern})$") })
    };
    let separated = format!(r"^[\s,]*(?:(?:{pattern})(?:\s*,[\s,]*(?:{pattern}))*[\s,]*)?$");
    json!({
        "anyOf": [
            { "type": "string", "pattern": separated },
            { "type": "array", "items": item },
        ],
        "examples": examples,
    })
}

impl JsonSchema for Origin {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Origin".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "An origin as a browser sends it, such as `https://app.example.com`.",
            "pattern": format!(r"^(?:null|(?!.*\*)(?:{ORIGIN}))$"),
        })
    }
}

impl JsonSchema for OriginPattern {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "OriginPattern".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "An origin, or a pattern such as `https://*.example.com`.",
            "pattern": format!("^(?:{ORIGIN})$"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::keys::{ENTRY_KEYS, LIST_KEY, POLICY_KEYS, SCHEMA_KEY},
        DESCRIPTIONS,
    };

    #[test]
    fn every_key_has_one_description() {
        let mut keys = POLICY_KEYS.map(|(key, _)| key).to_vec();
        keys.extend(ENTRY_KEYS);
        keys.extend([LIST_KEY, SCHEMA_KEY]);
        assert_eq!(DESCRIPTIONS.map(|(key, _)| key).to_vec(), keys);
        assert!(DESCRIPTIONS.iter().all(|(_, text)| text.ends_with('.') && !text.contains("  ")));
    }
}
