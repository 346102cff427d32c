//! What a policy serializes to is a policy file that reads as the same policy.

use http::{HeaderName, Method, StatusCode};
use proptest::{prelude::*, sample::subsequence};
use serde_json::{Value, json};
use std::time::Duration;
use tower_cors::{
    AllowOrigin, Any, Policy, PolicyBuilder, PolicyList,
    policy::{InnerHeaders, Preset},
    routes::PolicyEntry,
};

/// The policy of a file that has this as its only entry.
#[track_caller]
fn read(file: &Value) -> Policy {
    let mut entry = file.clone();
    entry["name"] = "it".into();
    let list = PolicyList::from_json(&json!({ "policy": [entry] }).to_string());
    let list = list.unwrap_or_else(|errors| panic!("{errors}\n{file}"));
    list.get("it").expect("the entry").clone()
}

fn written(policy: &Policy) -> Value {
    serde_json::to_value(policy).expect("a table")
}

#[test]
fn defaults_are_left_out() {
    let policy = Policy::builder().allow_origin("https://a.example").build().unwrap();
    assert_eq!(written(&policy), json!({ "allow_origin": ["https://a.example"] }));
    let policy = Policy::builder().allow_origin("*").build().unwrap();
    assert_eq!(written(&policy), json!({ "allow_origin": "*" }));
}

#[test]
fn every_setting_is_written() {
    let policy = Policy::builder()
        .allow_origin(["https://a.example", "https://*.b.example", "http://localhost:*"])
        .allow_origin(AllowOrigin::regex(r"https://[a-z]+\.c\.example"))
        .allow_methods([Method::PUT, Method::DELETE])
        .allow_headers(["x-a", "*"])
        .allow_credentials(true)
        .expose_headers("etag")
        .max_age(Duration::from_secs(600))
        .allow_private_network(true)
        .timing_allow_origin(true)
        .allow_hosts(["localhost:3000", "*.example.com"])
        .enforce(true)
        .preflight_status(StatusCode::OK)
        .preflight_continue(true)
        .inner_headers(InnerHeaders::Keep)
        .dangerously_allow_null_origin(true)
        .dangerously_allow_insecure_origins(true)
        .dangerously_allow_public_suffix_subdomains(true)
        .build()
        .unwrap();
    let file = json!({
        "allow_origin": ["https://a.example", "https://*.b.example", "http://localhost:*", "null"],
        "allow_origin_regex": [r"https://[a-z]+\.c\.example"],
        "allow_methods": ["PUT", "DELETE"],
        "allow_headers": ["*", "x-a"],
        "allow_credentials": true,
        "expose_headers": ["etag"],
        "max_age": 600,
        "allow_private_network": true,
        "timing_allow_origin": true,
        "allow_hosts": ["localhost:3000", "*.example.com"],
        "enforce": true,
        "preflight_status": 200,
        "preflight_continue": true,
        "inner_headers": "keep",
        "dangerously_allow_null_origin": true,
        "dangerously_allow_insecure_origins": true,
        "dangerously_allow_public_suffix_subdomains": true,
    });
    assert_eq!(written(&policy), file);
}

#[test]
fn code_is_named_as_such() {
    let policy = Policy::builder()
        .allow_origin("https://a.example")
        .allow_origin(AllowOrigin::predicate(|_, _| true))
        .build()
        .unwrap();
    let file = written(&policy);
    assert_eq!(file, json!({ "allow_origin": ["https://a.example", "<predicate 1>"] }));
    // It is never taken for an origin.
    assert!(PolicyList::from_json(&file.to_string()).is_err());
}

/// It has no predicate that somebody wrote.
#[test]
fn the_rule_of_a_development_policy_is_named() {
    let development = || Policy::development().into_builder();
    let rest = "allow_methods: *; allow_headers: *, authorization; allow_credentials: true; \
                expose_headers: *";
    let printed = |policy: &Policy| policy.to_string();
    let policy = development().build().unwrap();
    assert_eq!(printed(&policy), format!("allow_origin: any page on this machine; {rest}"));
    assert_eq!(written(&policy)["allow_origin"], json!(["<any page on this machine>"]));
    assert!(PolicyList::from_json(&written(&policy).to_string()).is_err());
    let policy = development().allow_origin(AllowOrigin::predicate(|_, _| false));
    let policy = policy.allow_origin("https://a.example").build().unwrap();
    let origins = ["https://a.example", "any page on this machine", "predicate 1"];
    assert_eq!(printed(&policy), format!("allow_origin: {}; {rest}", origins.join(", ")));
    assert!(format!("{:?}", Policy::development()).contains("any page on this machine"));
}

#[test]
fn a_list_is_what_it_is_written_as() {
    let one = || Policy::builder().allow_origin("https://a.example").build().unwrap();
    let flat = PolicyList::from(one());
    assert_eq!(serde_json::to_value(&flat).unwrap(), written(&one()));
    let list = PolicyList::builder()
        .entry(PolicyEntry::new(one()).named("a").paths(["/a", "/a/{*rest}"]))
        .entry(PolicyEntry::off().named("b").paths(["/b"]))
        .entry(PolicyEntry::new(one()))
        .build()
        .unwrap();
    let file = json!({ "policy": [
        { "name": "a", "paths": ["/a", "/a/{*rest}"], "allow_origin": ["https://a.example"] },
        { "name": "b", "paths": ["/b"], "off": true },
        { "allow_origin": ["https://a.example"] },
    ]});
    assert_eq!(serde_json::to_value(&list).unwrap(), file);
    let again = PolicyList::from_json(&file.to_string()).unwrap();
    assert_eq!(serde_json::to_value(&again).unwrap(), file);
    assert_eq!(again.to_string(), list.to_string());
}

fn lists(builder: PolicyBuilder) -> impl Strategy<Value = PolicyBuilder> {
    let origins = subsequence(
        vec!["https://a.example", "https://*.b.example", "http://localhost:*", "tauri://localhost"],
        0..4,
    );
    let methods = subsequence(vec!["*", "PUT", "PROPFIND", "OPTIONS"], 0..4);
    let headers = subsequence(vec!["*", "authorization", "x-a", "etag"], 0..4);
    let exposed = subsequence(vec!["*", "etag", "x-a"], 0..3);
    let presets = subsequence(Preset::ALL.to_vec(), 0..3);
    let any = any::<bool>();
    (origins, methods, headers, exposed, presets, any).prop_map(
        move |(origins, methods, headers, exposed, presets, any)| {
            let builder = if any && origins.is_empty() {
                builder.clone().allow_origin(Any)
            } else {
                builder.clone().allow_origin(origins)
            };
            let exposed = exposed.into_iter().map(HeaderName::from_static).collect::<Vec<_>>();
            let builder =
                builder.allow_methods(methods).allow_headers(headers).expose_headers(exposed);
            presets.into_iter().fold(builder, PolicyBuilder::preset)
        },
    )
}

fn policies() -> impl Strategy<Value = Policy> {
    let builder = lists(Policy::builder());
    let switches = any::<[bool; 10]>();
    let max_age = proptest::option::of(0..86_401_u64);
    let status = 200..300_u16;
    (builder, switches, max_age, status).prop_filter_map(
        "not a valid policy",
        |(builder, switches, max_age, status)| {
            let inner = if switches[0] { InnerHeaders::Keep } else { InnerHeaders::Replace };
            let builder = builder
                .inner_headers(inner)
                .allow_credentials(switches[1])
                .allow_private_network(switches[2])
                .timing_allow_origin(switches[3])
                .enforce(switches[4])
                .preflight_continue(switches[5])
                .dangerously_allow_null_origin(switches[6])
                .dangerously_allow_insecure_origins(switches[7])
                .dangerously_allow_public_suffix_subdomains(switches[8])
                .max_age(max_age.map(Duration::from_secs))
                .preflight_status(StatusCode::from_u16(status).ok()?);
            builder.build().ok()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_policy_is_what_it_is_written_as(policy in policies()) {
        let file = written(&policy);
        let again = read(&file);
        prop_assert_eq!(written(&again), file);
        prop_assert_eq!(format!("{again:?}"), format!("{policy:?}"));
    }
}
