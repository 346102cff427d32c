//! Policy files: every key, every error with its place.

use http::Request;
use tower_cors::{
    PolicyList,
    config::{ConfigErrorKind, ConfigErrors, PolicyConfig},
    select::SelectPolicy,
};

#[track_caller]
fn toml_errors(text: &str) -> String {
    let errors: ConfigErrors = PolicyList::from_toml(text).expect_err("an invalid file");
    assert!(errors.iter().count() > 0);
    errors.to_string()
}

const EVERY_KEY: &str = r#"
allow_origin = ["https://app.example.com", "https://*.example.org"]
allow_methods = ["PUT", "DELETE"]
allow_headers = "authorization, content-type,"
allow_credentials = true
expose_headers = ["x-request-id"]
max_age = "10m"
allow_private_network = true
timing_allow_origin = true
enforce = true
preflight_status = 200
preflight_continue = false
inner_headers = "keep"
dangerously_allow_null_origin = true
dangerously_allow_insecure_origins = false
dangerously_allow_public_suffix_subdomains = false
"#;

#[test]
fn every_key_has_its_effect() {
    let list = PolicyList::from_toml(EVERY_KEY).expect("a valid file");
    let (parts, ()) = Request::builder()
        .method("OPTIONS")
        .header("origin", "https://a.example.org")
        .header("access-control-request-method", "PUT")
        .header("access-control-request-private-network", "true")
        .body(())
        .expect("a valid request")
        .into_parts();
    let selected = list.select(&parts).expect("it governs every path");
    let tower_cors::protocol::Action::Respond(response) = selected.evaluate().into_action() else {
        panic!("the preflight was passed on");
    };
    assert_eq!(response.status(), 200);
    for (name, value) in [
        ("access-control-allow-origin", "https://a.example.org"),
        ("access-control-allow-methods", "PUT,DELETE"),
        ("access-control-allow-headers", "authorization,content-type"),
        ("access-control-allow-credentials", "true"),
        ("access-control-max-age", "600"),
        ("access-control-allow-private-network", "true"),
        ("content-length", "0"),
        ("vary", "Origin,Access-Control-Request-Private-Network"),
    ] {
        let found = response.headers().get(name).and_then(|value| value.to_str().ok());
        assert_eq!(found, Some(value), "{name}");
    }
    assert_eq!(response.headers().len(), 8);
}

#[test]
fn the_same_in_json_and_through_serde() {
    let json = r#"{
        "policy": [
            { "name": "public", "paths": ["/public/{*rest}"], "allow_origin": "*", "max_age": 600 },
            { "paths": "/hooks", "off": true },
            { "name": "app", "allow_origin": ["https://app.example.com"], "allow_credentials": true }
        ]
    }"#;
    let list = PolicyList::from_json(json).expect("a valid file");
    let config: PolicyConfig = serde_json::from_str(json).expect("any value");
    let through_serde = config.build().expect("the same");
    for list in [list, through_serde] {
        assert!(list.get("public").is_some() && list.get("app").is_some());
        let hooks = Request::builder().uri("/hooks").body(()).expect("valid").into_parts().0;
        assert!(list.select(&hooks).is_none());
    }
}

#[test]
fn durations() {
    for (max_age, valid) in [
        ("600", true),
        ("0", true),
        ("\"600s\"", true),
        ("\"10m\"", true),
        ("\"1h\"", true),
        ("\"1d\"", true),
        ("\"2d\"", false),
        ("86401", false),
        ("-1", false),
        ("\"600\"", false),
        ("\"m\"", false),
        ("\"\"", false),
        ("\"1.5h\"", false),
        ("\"+1h\"", false),
        ("\"1 h\"", false),
        ("\"1w\"", false),
        ("\"99999999999999999999999h\"", false),
        ("1.5", false),
        ("true", false),
    ] {
        let text = format!("allow_origin = \"*\"\nmax_age = {max_age}");
        assert_eq!(PolicyList::from_toml(&text).is_ok(), valid, "{max_age}");
    }
}

#[test]
fn all_errors_of_a_flat_file_at_once() {
    let text = r#"allow_origin = ["https://a.example/", 3, "null"]
allow_method = "PUT"
max_age = 1.5
off = true
enforce = "yes"
preflight_status = 404
inner_headers = "drop"
expose_headers = ["a,b", "Set-Cookie"]
"#;
    assert_eq!(
        toml_errors(text),
        r#"line 1: allow_origin[1]: is an integer: write a string
line 1: allow_origin[0]: "https://a.example/" has a trailing slash; write "https://a.example"
line 1: allow_origin[2]: "null" is what any sandboxed or local page sends; see dangerously_allow_null_origin
line 2: allow_method: is no key: did you mean "allow_methods"?
line 3: max_age: is a float: write seconds, or a string such as "10m"
line 4: off: is no key of a single policy: it stands in a [[policy]] list
line 5: enforce: is a string: write true or false
line 6: preflight_status: "404" is not a success status, so every preflight would fail; use 204, or 200 for clients that need it
line 7: inner_headers: "drop" is no choice: write "replace" or "keep"
line 8: expose_headers[0]: "a,b" has a comma inside one item of a list; make it several items
line 8: expose_headers[1]: "Set-Cookie" is a header that a page cannot read; leave it out"#
    );
}

#[test]
fn all_errors_of_a_list_at_once() {
    let text = r#"max_age = 3

[[policy]]
name = "a"
paths = [
    "/api/:id",
    "/ok",
]
allow_origin = ["*", "https://a.example"]
allow_credentials = true

[[policy]]
name = "a"
paths = []
off = true
max_age = 3

[[policy]]
paths = ["/a"]
enforce = true
allow_origin = "https://a.example, https://B.example"
"#;
    assert_eq!(
        toml_errors(text),
        r#"line 1: max_age: stands beside [[policy]]: move it into an entry
line 6: policy[0].paths[0]: "/api/:id" is another router's syntax, and would match only itself: write "/api/{id}"
line 9: policy[0].allow_origin[1]: "https://a.example" is listed beside "*", which already matches any origin; keep one of the two
line 9: policy[0].allow_origin[0]: "*" matches any origin, which cannot be combined with allow_credentials: every site could act as the user; name the origins, or leave allow_credentials out
line 13: policy[1].name: "a" is the name of policy[0] already: choose another
line 14: policy[1].paths: is empty, so the entry covers no path: name some, or leave the key out to cover every path
line 16: policy[1].max_age: stands beside `off`, which leaves the paths wholly alone: leave it out
line 18: policy[2]: enforces, but the list leaves other paths open without saying so: end the list in an entry without paths (one that is off will do)
line 21: policy[2].allow_origin: "https://B.example" has upper-case letters, which browsers never send; write "https://b.example""#
    );
}

#[test]
fn documents_that_are_no_policies() {
    for (text, expected) in [
        ("", "allow_origin: is missing: name the origins that may call, or \"*\""),
        ("policy = []", "line 1: policy: has no entries: add one"),
        ("policy = 3", "line 1: policy: is an integer: write [[policy]] tables"),
        ("[policy]\nallow_origin = '*'", "line 1: policy: is a table: write [[policy]] tables"),
        ("policy = [3]", "line 1: policy[0]: is an integer: write [[policy]] tables"),
        ("x = [[", "line 1: syntax error: unclosed array, expected `]`"),
        (
            "\"a\\nb\" = 3\nallow_origin = '*'",
            "line 1: \"a\\nb\": is no key: did you mean \"name\"?",
        ),
        (
            "allow_origin = []",
            "line 1: allow_origin: no origin is allowed; name the origins that may call, or write \"*\" for any origin",
        ),
        (
            "allow_origin = ' , '",
            "line 1: allow_origin: no origin is allowed; name the origins that may call, or write \"*\" for any origin",
        ),
    ] {
        assert_eq!(toml_errors(text), expected, "{text}");
    }
    for (text, expected) in [
        ("", "syntax error: no value"),
        ("[]", "line 1: the document is an array: write a table of settings"),
        ("{\"allow_origin\": \"*\",}", "line 1: syntax error: trailing commas are not allowed"),
        ("{\"allow_origin\": \"*\"} // x", "line 1: syntax error: comments are not allowed"),
        (
            "{\"allow_origin\": null}",
            "line 1: allow_origin: is null: write a string or an array of strings",
        ),
        (
            "{\"allow_origin\": \"*\",\n \"allow_origin\": \"*\"}",
            "line 2: allow_origin: stands here twice: leave one out",
        ),
    ] {
        let errors = PolicyList::from_json(text).expect_err("an invalid file");
        assert_eq!(errors.to_string(), expected, "{text}");
    }
}

#[test]
fn deep_nesting_is_an_error() {
    for depth in [1_000, 100_000] {
        assert!(PolicyList::from_json(&"[".repeat(depth)).is_err());
        assert!(PolicyList::from_json(&"{\"a\":".repeat(depth)).is_err());
        assert!(PolicyList::from_toml(&format!("a = {}", "[".repeat(depth))).is_err());
    }
}

#[test]
fn null_needs_its_opt_in_in_a_file_too() {
    assert!(PolicyList::from_toml("allow_origin = 'null'").is_err());
    for origin in ["'null'", "['null', 'https://a.example']", "[]"] {
        let text = format!("allow_origin = {origin}\ndangerously_allow_null_origin = true");
        assert!(PolicyList::from_toml(&text).is_ok(), "{origin}");
    }
}

#[test]
fn files() {
    let folder = tempfile::tempdir().expect("a folder");
    let toml = folder.path().join("cors.toml");
    let json = folder.path().join("cors.json");
    std::fs::write(&toml, "allow_origin = '*'").expect("written");
    std::fs::write(&json, "{\"allow_origin\": \"https://a.example/\"}").expect("written");
    assert!(PolicyList::from_file(&toml).is_ok());

    let errors = PolicyList::from_file(&json).expect_err("an invalid file");
    let line = format!(
        "{}:1: allow_origin: \"https://a.example/\" has a trailing slash; write \"https://a.example\"",
        json.display()
    );
    assert_eq!(errors.to_string(), line);

    let missing = folder.path().join("missing.toml");
    let errors = PolicyList::from_file(&missing).expect_err("no file");
    let error = errors.iter().next().expect("an error");
    assert!(matches!(error.kind(), ConfigErrorKind::Unreadable(_)));
    assert!(errors.to_string().starts_with(&format!("{}: cannot be read: ", missing.display())));
}

proptest::proptest! {
    #[test]
    fn nothing_panics(text in "\\PC*", json: bool) {
        let _ = if json { PolicyList::from_json(&text) } else { PolicyList::from_toml(&text) };
    }

    #[test]
    fn no_value_panics(values in proptest::collection::vec("\\PC*", 0..4), key in 0_usize..18) {
        let keys = [
            "allow_origin", "allow_methods", "allow_headers", "allow_credentials", "expose_headers",
            "max_age", "allow_private_network", "timing_allow_origin", "enforce", "preflight_status",
            "preflight_continue", "inner_headers", "dangerously_allow_null_origin", "name", "paths",
            "off", "policy", "x",
        ];
        let json = serde_json::json!({ "policy": [{ keys[key]: values, "allow_credentials": true }] });
        let _ = PolicyList::from_json(&json.to_string());
    }
}
