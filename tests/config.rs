//! Policy files: every key, every error with its place.

use http::Request;
use tower_cors::{
    PolicyList,
    config::{ConfigError, ConfigErrorKind, ConfigErrors, PolicyConfig},
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
fn choices() {
    for (inner_headers, printed) in [("replace", ""), ("keep", "; inner_headers: keep")] {
        let text = format!("allow_origin = '*'\ninner_headers = '{inner_headers}'");
        let list = PolicyList::from_toml(&text).expect("a valid file");
        assert_eq!(list.to_string(), format!("policy for every path: allow_origin: *{printed}"));
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
        r#"line 1: allow_origin[0]: "https://a.example/" has a trailing slash; write "https://a.example"
line 1: allow_origin[1]: is an integer; write a string
line 1: allow_origin[2]: "null" is what any sandboxed or local page sends; see dangerously_allow_null_origin
line 2: unknown key `allow_method`; did you mean `allow_methods`?
line 3: max_age: is a float; write seconds, or a string such as "10m"
line 4: off: only applies to an entry of a list; move it into a [[policy]] table
line 5: enforce: "yes" is a string; write true or false
line 6: preflight_status: "404" is not a success status, so every preflight would fail; use 204, or 200 for clients that need it
line 7: inner_headers: "drop" is not a valid choice; write "replace" or "keep"
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
        r#"line 1: max_age: cannot be combined with [[policy]]; move it into an entry
line 6: policy[0].paths[0]: "/api/:id" is the syntax of another router and would only match itself; write "/api/{id}"
line 9: policy[0].allow_origin[0]: "*" matches any origin, which cannot be combined with allow_credentials: every site could act as the user; name the origins, or leave allow_credentials out
line 9: policy[0].allow_origin[1]: "https://a.example" is listed beside "*", which already matches any origin; keep one of the two
line 13: policy[1].name: "a" is already the name of policy[0]; choose another name
line 14: policy[1].paths: is empty, so the entry covers no path; add paths, or leave them out to cover every path
line 16: policy[1].max_age: cannot be combined with `off`; remove one of the two
line 20: policy[2].enforce: is set, but the list does not cover every path, so requests to other paths are not checked; end the list with an entry without paths (one that is off is enough)
line 21: policy[2].allow_origin: "https://B.example" has upper-case letters, which browsers never send; write "https://b.example""#
    );
}

#[test]
fn hosts_of_a_list_that_leave_paths_open() {
    let text = "[[policy]]\npaths = ['/mcp']\nallow_origin = 'http://localhost:*'\nallow_hosts = 'localhost'\n";
    assert_eq!(
        toml_errors(text),
        "line 4: policy[0].allow_hosts: is set, but the list does not cover every path, so the hosts of requests to other paths are not checked; end the list with an entry without paths: one with the same allow_hosts, or one that is off if any host may reach those paths"
    );
    for rest in ["off = true", "allow_origin = 'http://localhost:*'\nallow_hosts = 'localhost'"] {
        let list = PolicyList::from_toml(&format!("{text}[[policy]]\n{rest}"));
        assert!(list.is_ok(), "{rest}: {}", list.unwrap_err());
    }
}

#[test]
fn documents_that_are_not_policies() {
    for (text, expected) in [
        ("", "missing key `allow_origin`; name the origins that may call, or write \"*\""),
        ("policy = []", "line 1: policy: has no entries; add one"),
        ("policy = 3", "line 1: policy: is an integer; write [[policy]] tables"),
        ("[policy]\nallow_origin = '*'", "line 1: policy: is a table; write [[policy]] tables"),
        ("policy = [3]", "line 1: policy[0]: is an integer; write [[policy]] tables"),
        ("x = [[", "line 1: syntax error at column 7: unclosed array, expected `]`"),
        (
            "allow_origin = '*'\nallow_methods = 'PUT'\nallow_origin = 'https://a.example'",
            "line 3: syntax error at column 1: the key `allow_origin` is set twice",
        ),
        ("\"a\\nb\" = 3\nallow_origin = '*'", "line 1: unknown key `a\\nb`; remove it"),
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
        ("", "syntax error: the document is empty"),
        ("[]", "line 1: the document is an array; write an object of settings"),
        ("{\"allow_origin\": \"*\",}", "line 1: syntax error at column 22: trailing comma"),
        (
            "{\"allow_origin\": \"*\"} // x",
            "line 1: syntax error at column 23: trailing characters",
        ),
        ("{\"allow_origin\": [\"*\",]}", "line 1: syntax error at column 23: trailing comma"),
        ("{'allow_origin': 0x1}", "line 1: syntax error at column 2: key must be a string"),
        (
            "{\"allow_origin\": null}",
            "line 1: allow_origin: is null; write a string or an array of strings",
        ),
        (
            "{\"allow_origin\": \"*\",\n \"allow_origin\": \"*\"}",
            "line 2: allow_origin: is set twice; remove one",
        ),
    ] {
        let errors = PolicyList::from_json(text).expect_err("an invalid file");
        assert_eq!(errors.to_string(), expected, "{text}");
    }
}

/// Editors find the schema of a file by a key in it.
#[test]
fn the_address_of_a_schema() {
    let flat = r#"{ "$schema": "./policy.schema.json", "allow_origin": "*" }"#;
    let list = r#"{ "policy": [{ "allow_origin": "*" }], "$schema": "./policy.schema.json" }"#;
    assert!(PolicyList::from_json(flat).is_ok() && PolicyList::from_json(list).is_ok());
    assert!(PolicyList::from_toml("'$schema' = './s.json'\nallow_origin = '*'").is_ok());
    for (text, expected) in [
        ("'$schema' = 3\nallow_origin = '*'", "line 1: $schema: is an integer; write a string"),
        (
            "[[policy]]\nallow_origin = '*'\n'$schema' = 's'",
            "line 3: policy[0].$schema: only applies to the whole file; move it to the top level",
        ),
        (
            "'$schema' = 's'",
            "missing key `allow_origin`; name the origins that may call, or write \"*\"",
        ),
    ] {
        assert_eq!(toml_errors(text), expected, "{text}");
    }
}

/// An unknown key suggests the key that was meant; then it is not also reported as missing.
#[test]
fn unknown_keys() {
    for (text, expected) in [
        ("origins = '*'", "line 1: unknown key `origins`; did you mean `allow_origin`?"),
        (
            "allowed_origins = '*'",
            "line 1: unknown key `allowed_origins`; did you mean `allow_origin`?",
        ),
        (
            "Access-Control-Allow-Origin = '*'",
            "line 1: unknown key `Access-Control-Allow-Origin`; did you mean `allow_origin`?",
        ),
        (
            "allow_origin = '*'\nAccess-Control-Allow-Headers = 'x-a'",
            "line 2: unknown key `Access-Control-Allow-Headers`; did you mean `allow_headers`?",
        ),
        (
            "allow_origin = '*'\nmethods = 'PUT'",
            "line 2: unknown key `methods`; did you mean `allow_methods`?",
        ),
        (
            "allow_origin = '*'\nheaders = 'x-a'",
            "line 2: unknown key `headers`; did you mean `allow_headers`?",
        ),
        (
            "allow_origin = '*'\ncredentials = false",
            "line 2: unknown key `credentials`; did you mean `allow_credentials`?",
        ),
        (
            "allow_origin = '*'\noptionsSuccessStatus = 200",
            "line 2: unknown key `optionsSuccessStatus`; did you mean `preflight_status`?",
        ),
        ("allow_origin = '*'\nlog = true", "line 2: unknown key `log`; remove it"),
        (
            "log = true",
            "missing key `allow_origin`; name the origins that may call, or write \"*\"\n\
             line 1: unknown key `log`; remove it",
        ),
        (
            "[cors]\nallow_origin = '*'\nmax_age = 3",
            "line 1: unknown key `cors`; remove the table `cors` and write its keys at the top level",
        ),
        (
            "[cors]\norigins = '*'",
            "line 1: unknown key `cors`; remove the table `cors` and write its keys at the top level\n\
             line 2: unknown key `origins`; did you mean `allow_origin`?",
        ),
        (
            "[cors]\nallow_origin = 'https://a.example/'\nmax_age = '2d'",
            "line 1: unknown key `cors`; remove the table `cors` and write its keys at the top level\n\
             line 2: allow_origin: \"https://a.example/\" has a trailing slash; write \"https://a.example\"\n\
             line 3: max_age: \"2d\" is over 86400 seconds, the longest that any browser honors; use 86400 seconds (\"1d\") or less",
        ),
        (
            "[cors]\nmethods = 'PUT'",
            "missing key `allow_origin`; name the origins that may call, or write \"*\"\n\
             line 1: unknown key `cors`; remove the table `cors` and write its keys at the top level\n\
             line 2: unknown key `methods`; did you mean `allow_methods`?",
        ),
        (
            "[[cors.policy]]\nallow_origin = '*'",
            "line 1: unknown key `cors`; remove the table `cors` and write its keys at the top level",
        ),
        (
            "[[policies]]\nallow_origin = '*'",
            "line 1: unknown key `policies`; did you mean `policy`?",
        ),
        ("allow_origin = '*'\n[server]\nport = 1", "line 2: unknown key `server`; remove it"),
        (
            "[[policy]]\norigins = '*'",
            "line 2: policy[0]: unknown key `origins`; did you mean `allow_origin`?",
        ),
        (
            "[[policy]]\npath = '/a'\nallow_origin = '*'",
            "line 2: policy[0]: unknown key `path`; did you mean `paths`?",
        ),
        (
            "[[policy]]\nallow_origin = '*'\n[[policy.policy]]\nallow_origin = '*'",
            "line 3: policy[0].policy: cannot be nested; move the entries to the top level",
        ),
        (
            "[[policy]]\nmax_age = 3",
            "line 1: policy[0]: missing key `allow_origin`; name the origins that may call, or write \"*\"",
        ),
    ] {
        assert_eq!(toml_errors(text), expected, "{text}");
    }
    let errors = PolicyList::from_toml("[[policy]]\norigins = '*'").expect_err("an invalid file");
    let error = errors.iter().next().expect("an error");
    assert_eq!((error.place(), error.kind()), ("policy[0].origins", &ConfigErrorKind::UnknownKey));
}

/// An unknown key of 1 MiB took eight seconds.
#[test]
fn a_very_long_unknown_key_costs_nothing() {
    let key = "a".repeat(1 << 20);
    let text = format!("allow_origin = '*'\n{key} = 1");
    let shown = format!("line 2: unknown key `{}…`; remove it", "a".repeat(64));
    let start = std::time::Instant::now();
    for _ in 0..10 {
        assert_eq!(toml_errors(&text), shown);
    }
    assert!(start.elapsed() < std::time::Duration::from_secs(8));
}

#[test]
fn durations_that_are_wrong() {
    for (max_age, expected) in [
        (
            "'600'",
            "\"600\" is a number in quotes; write 600 without quotes for seconds, or \"600s\"",
        ),
        (
            "-1",
            "\"-1\" is negative; write 0 to turn caching off, or remove the key for the browser's default",
        ),
        (
            "'-1s'",
            "\"-1s\" is negative; write 0 to turn caching off, or remove the key for the browser's default",
        ),
        (
            "'1 hour'",
            "\"1 hour\" is not a valid duration; write seconds, or an integer with a unit (s, m, h, d) as in \"10m\"",
        ),
        ("true", "is a boolean; write seconds, or a string such as \"10m\""),
    ] {
        let text = format!("allow_origin = '*'\nmax_age = {max_age}");
        assert_eq!(toml_errors(&text), format!("line 2: max_age: {expected}"));
    }
}

/// A number was printed as the duration that it stands for: `86401` as `"86401s"`.
#[test]
fn numbers_are_printed_as_they_were_written() {
    const LONG: &str = "is over 86400 seconds, the longest that any browser honors; use 86400 seconds (\"1d\") or less";
    let toml = |key: &str, value: &str| {
        PolicyConfig::from_toml(&format!("allow_origin = '*'\n{key} = {value}")).expect("TOML")
    };
    let json = |key: &str, value: &str| {
        PolicyConfig::from_json(&format!("{{\"allow_origin\": \"*\",\n\"{key}\": {value}}}"))
            .expect("JSON")
    };
    let serde = |key: &str, value: &str| {
        let text = format!("{{\"allow_origin\": \"*\", \"{key}\": {value}}}");
        serde_json::from_str::<PolicyConfig>(&text).expect("JSON")
    };
    let variable = |key: &str, value: &str| {
        let name = format!("CORS_{}", key.to_uppercase());
        PolicyConfig::from_vars("CORS_", [("CORS_ALLOW_ORIGIN", "*"), (&name, value)])
    };
    for (config, place, printed) in [
        (toml("max_age", "86401"), "line 2: max_age", "86401"),
        (toml("max_age", "86_401"), "line 2: max_age", "86_401"),
        (toml("max_age", "0x1_5181"), "line 2: max_age", "0x1_5181"),
        (toml("max_age", "+86401"), "line 2: max_age", "+86401"),
        (toml("max_age", "'86401s'"), "line 2: max_age", "86401s"),
        (toml("max_age", "\"1441m\""), "line 2: max_age", "1441m"),
        (toml("max_age", "99999999999999999999"), "line 2: max_age", "99999999999999999999"),
        (json("max_age", "86401"), "line 2: max_age", "86401"),
        (json("max_age", "\"2d\""), "line 2: max_age", "2d"),
        (json("max_age", "99999999999999999999"), "line 2: max_age", "99999999999999999999"),
        (serde("max_age", "86401"), "max_age", "86401"),
        (serde("max_age", "\"25h\""), "max_age", "25h"),
        (serde("max_age", "18446744073709551615"), "max_age", "18446744073709551615"),
        (variable("max_age", "86401"), "CORS_MAX_AGE", "86401"),
        (variable("max_age", " 86401"), "CORS_MAX_AGE", " 86401"),
        (variable("max_age", "2d"), "CORS_MAX_AGE", "2d"),
        (variable("max_age", "99999999999999999999"), "CORS_MAX_AGE", "99999999999999999999"),
    ] {
        let errors = config.build().expect_err(printed);
        assert_eq!(errors.to_string(), format!("{place}: \"{printed}\" {LONG}"));
        assert_eq!(errors.iter().next().and_then(ConfigError::value), Some(printed));
    }
    for (config, expected) in [
        (
            toml("preflight_status", "4_04"),
            "line 2: preflight_status: \"4_04\" is not a success status, so every preflight would fail; use 204, or 200 for clients that need it",
        ),
        (
            toml("preflight_status", "70000"),
            "line 2: preflight_status: \"70000\" is not a valid status; write a number from 200 to 299",
        ),
        (
            variable("preflight_status", "99999999999999999999"),
            "CORS_PREFLIGHT_STATUS: \"99999999999999999999\" is not a valid status; write a number from 200 to 299",
        ),
        (
            variable("max_age", "-5"),
            "CORS_MAX_AGE: \"-5\" is negative; write 0 to turn caching off, or unset the variable for the browser's default",
        ),
        (
            serde("max_age", "\"600\""),
            "max_age: \"600\" is a number in a string; write the number 600 for seconds, or \"600s\"",
        ),
    ] {
        assert_eq!(config.build().expect_err(expected).to_string(), expected);
    }
}

/// A text of dashes overflowed the stack.
#[test]
fn a_duration_of_dashes_is_an_error() {
    let errors = toml_errors(&format!("allow_origin = '*'\nmax_age = '{}1s'", "-".repeat(1 << 20)));
    assert!(errors.contains("is not a valid duration"));
}

/// JSON users were told to write `[[policy]]` tables, and variables to move into them.
#[test]
fn advice_is_in_the_syntax_of_its_format() {
    let serde = |text: &str| serde_json::from_str::<PolicyConfig>(text).expect("JSON");
    let json = |text: &str| PolicyConfig::from_json(text).expect("JSON");
    let variables =
        |variables: &[(&str, &str)]| PolicyConfig::from_vars("CORS_", variables.iter().copied());
    let any = ("CORS_ALLOW_ORIGIN", "*");
    for (config, expected) in [
        (
            json(r#"{ "allow_origin": "*", "off": true }"#),
            "line 1: off: only applies to an entry of a list; move it into an object of the array `policy`",
        ),
        (
            json(r#"{ "policy": { "allow_origin": "*" } }"#),
            "line 1: policy: is an object; write an array of objects",
        ),
        (json(r#"{ "policy": [3] }"#), "line 1: policy[0]: is an integer; write an object"),
        (
            json("{ \"policy\": [{ \"allow_origin\": \"*\" }],\n\"max_age\": 3 }"),
            "line 2: max_age: cannot be combined with `policy`; move it into an entry",
        ),
        (
            json(r#"{ "cors": { "allow_origin": "*" } }"#),
            "line 1: unknown key `cors`; remove the object `cors` and write its keys at the top level",
        ),
        (
            json(r#"{ "allow_origin": {} }"#),
            "line 1: allow_origin: is an object; write a string or an array of strings",
        ),
        (json("[]"), "line 1: the document is an array; write an object of settings"),
        (
            json(
                r#"{ "policy": [{ "paths": "/a", "allow_origin": "https://a.example", "enforce": true }] }"#,
            ),
            "line 1: policy[0].enforce: is set, but the list does not cover every path, so requests to other paths are not checked; end the list with an entry without paths (one that is off is enough)",
        ),
        (serde("[]"), "the document is an array; write a map of settings"),
        (serde(r#"{ "policy": {} }"#), "policy: is a map; write a list of maps"),
        (serde(r#"{ "policy": [[]] }"#), "policy[0]: is an array; write a map"),
        (
            serde(r#"{ "allow_origin": "*", "paths": "/a" }"#),
            "paths: only applies to an entry of a list; move it into an entry of the list `policy`",
        ),
        (
            variables(&[("CORS_POLICY", "*")]),
            "CORS_POLICY: cannot be set here: variables hold one policy; unset it, and write a list of policies in a file",
        ),
        (
            variables(&[any, ("CORS_PATH", "/a")]),
            "unknown variable `CORS_PATH`; unset it, and write a list of policies in a file",
        ),
        (
            variables(&[any, ("CORS_ALLOW_CREDENTIALS", "true")]),
            "CORS_ALLOW_ORIGIN: \"*\" matches any origin, which cannot be combined with CORS_ALLOW_CREDENTIALS: every site could act as the user; name the origins, or leave CORS_ALLOW_CREDENTIALS out",
        ),
        (
            variables(&[
                ("CORS_ALLOW_ORIGIN", "http://a.example"),
                ("CORS_ALLOW_CREDENTIALS", "true"),
            ]),
            "CORS_ALLOW_ORIGIN: \"http://a.example\" is insecure, which cannot be combined with CORS_ALLOW_CREDENTIALS: a network attacker could act as the user; write \"https://a.example\", or set CORS_DANGEROUSLY_ALLOW_INSECURE_ORIGINS",
        ),
        (
            variables(&[
                ("CORS_ALLOW_ORIGIN_REGEX", "https://[a-z]+\\.com"),
                ("CORS_ALLOW_CREDENTIALS", "true"),
            ]),
            "CORS_ALLOW_ORIGIN_REGEX: \"https://[a-z]+\\.com\" also matches \"https://evil.com\", whose pages could act as the user with CORS_ALLOW_CREDENTIALS; end it in whole domains, as in \"https://[a-z0-9-]+\\.example\\.com\", or set CORS_DANGEROUSLY_ALLOW_PUBLIC_SUFFIX_SUBDOMAINS",
        ),
        (
            PolicyConfig::from_toml("allow_credentials = true")
                .expect("TOML")
                .merge(variables(&[any])),
            "CORS_ALLOW_ORIGIN: \"*\" matches any origin, which cannot be combined with allow_credentials: every site could act as the user; name the origins, or leave allow_credentials out",
        ),
    ] {
        assert_eq!(config.build().expect_err(expected).to_string(), expected);
    }
}

/// What an error said to write was not valid JSON, where a backslash is written as two, nor TOML,
/// where it is written so between double quotes.
#[test]
fn expressions_are_printed_as_they_are_written() {
    let one = r#""https://a.b\.example" has an unescaped dot, which matches any character; write "https://a\.b\.example""#;
    let two = one.replace('\\', r"\\");
    let literal = one.replace('"', "'");
    let written = [r"https://a.b\.example", r"https://a.b\\.example"];
    for (config, place, expected) in [
        (
            PolicyConfig::from_toml(&format!("allow_origin_regex = '{}'", written[0]))
                .expect("TOML"),
            "line 1: allow_origin_regex",
            literal.as_str(),
        ),
        (
            PolicyConfig::from_toml(&format!("allow_origin_regex = [\"{}\"]", written[1]))
                .expect("TOML"),
            "line 1: allow_origin_regex[0]",
            &two,
        ),
        (
            PolicyConfig::from_json(&format!("{{ \"allow_origin_regex\": [\"{}\"] }}", written[1]))
                .expect("JSON"),
            "line 1: allow_origin_regex[0]",
            &two,
        ),
        (
            PolicyConfig::from_vars("CORS_", [("CORS_ALLOW_ORIGIN_REGEX", written[0])]),
            "CORS_ALLOW_ORIGIN_REGEX",
            one,
        ),
    ] {
        let errors = config.build().expect_err("an unescaped dot");
        assert_eq!(errors.to_string(), format!("{place}: {expected}"));
        assert_eq!(errors.iter().next().and_then(ConfigError::value), Some(written[0]));
    }
    assert_eq!(
        toml_errors("allow_origin_regex = [\"https://[a-z]+.example.com\"]"),
        r#"line 1: allow_origin_regex[0]: "https://[a-z]+.example.com" has an unescaped dot, which matches any character; write 'https://[a-z]+\.example\.com'"#
    );
    assert_eq!(
        toml_errors("allow_origin_regex = 'https://.*a'"),
        r#"line 1: allow_origin_regex: "https://.*a" has an unescaped dot, which matches any character; write '\.' for a dot, or a class such as "[a-z0-9-]""#
    );
    let syntax = toml_errors(r#"allow_origin_regex = "https://a\.example""#);
    assert!(syntax.starts_with("line 1: syntax error at column 33: "), "{syntax}");
    assert!(syntax.ends_with("; in TOML, write regular expressions in single quotes"), "{syntax}");
    let errors = PolicyList::from_json(r#"{ "allow_origin_regex": "https://a\.example" }"#);
    assert_eq!(
        errors.expect_err("not JSON").to_string(),
        "line 1: syntax error at column 36: invalid escape; in JSON, write each backslash twice"
    );
    let errors = PolicyList::from_json(r#"{ "allow_origin_regex": "\\.example\\.com" }"#);
    let errors = errors.expect_err("it matches no origin").to_string();
    assert!(errors.contains(r#""\\.example\\.com" matches no origin"#), "{errors}");
    let errors =
        PolicyList::from_json("{ \"allow_origin\": [\"a\\nb\", \"c\\\\\"] }").expect_err("invalid");
    let errors = errors.to_string();
    assert!(errors.contains(r#"allow_origin[0]: "a\nb" "#), "{errors}");
    assert!(errors.contains(r#"allow_origin[1]: "c\\" "#), "{errors}");
}

/// Whatever the format, errors are in the order of their places: without lines, too, and on one line.
#[test]
fn errors_are_in_the_order_of_their_places() {
    let json = r#"{ "allow_hosts": ["a b", "*", 3, "c/"], "max_age": -1, "x": 1, "allow_origin": ["*", 4, "https://a.example/"], "enforce": 1 }"#;
    let toml = "policy = [{ max_age = true, allow_origin = ['a', 3, 'b'] }, { paths = ['a', 3], off = 1, name = '', allow_origin = '*' }]";
    let in_json = [
        "allow_hosts[0]",
        "allow_hosts[1]",
        "allow_hosts[2]",
        "allow_hosts[3]",
        "max_age",
        "x",
        "allow_origin[1]",
        "allow_origin[2]",
        "allow_origin[2]",
        "enforce",
    ];
    let in_toml = [
        "policy[0].max_age",
        "policy[0].allow_origin[0]",
        "policy[0].allow_origin[1]",
        "policy[0].allow_origin[2]",
        "policy[1].paths[1]",
        "policy[1].off",
        "policy[1].name",
    ];
    for (description, config, expected) in [
        ("JSON", PolicyConfig::from_json(json).expect("JSON"), &in_json[..]),
        ("serde", serde_json::from_str(json).expect("JSON"), &in_json),
        ("TOML", PolicyConfig::from_toml(toml).expect("TOML"), &in_toml),
    ] {
        let errors = config.build().expect_err(description);
        let places = errors.iter().map(ConfigError::place).collect::<Vec<_>>();
        assert_eq!(places, expected, "{description}: {errors}");
    }
}

/// A program can offer the correction, wherever the error was found.
#[test]
fn the_value_and_its_correction() {
    for (text, value, suggestion) in [
        ("allow_origin = 'https://a.example/'", "https://a.example/", Some("https://a.example")),
        ("[[policy]]\nallow_origin = '*'\npaths = ['/:id']", "/:id", Some("/{id}")),
        ("allow_origin = '*'\nmax_age = '1 h'", "1 h", None),
    ] {
        let errors = PolicyList::from_toml(text).expect_err("an invalid file");
        let found = errors.iter().map(|error| (error.value(), error.suggestion()));
        assert_eq!(found.collect::<Vec<_>>(), [(Some(value), suggestion)], "{text}");
    }
}

#[test]
fn an_empty_name() {
    assert_eq!(
        toml_errors("[[policy]]\nallow_origin = '*'\nname = ''"),
        "line 3: policy[0].name: is empty; choose a name, or remove the key"
    );
}

/// What is wrong with the paths of one entry says nothing about another.
#[test]
fn mistyped_paths_are_one_error() {
    for (text, expected) in [
        (
            "[[policy]]\nallow_origin = '*'\npaths = ['/{*rest}']\n\
             [[policy]]\nallow_origin = '*'\npaths = 3",
            "line 6: policy[1].paths: is an integer; write a string or an array of strings",
        ),
        (
            "policy = [{ allow_origin = '*', paths = 3 }, { allow_origin = '*', paths = [3] }]",
            "line 1: policy[0].paths: is an integer; write a string or an array of strings\n\
             line 1: policy[1].paths[0]: is an integer; write a string",
        ),
        (
            "policy = [{ allow_origin = '*' }, 3]",
            "line 1: policy[1]: is an integer; write [[policy]] tables",
        ),
    ] {
        assert_eq!(toml_errors(text), expected, "{text}");
    }
}

/// Entries with the same paths must agree in what applies to the whole scope; what is not known of an
/// entry with errors is not said of it.
#[test]
fn entries_of_one_scope_that_differ() {
    let entry = |rest: &str| format!("[[policy]]\npaths = ['/a']\n{rest}\n");
    let good = entry("allow_origin = 'https://a.example'\nallow_hosts = 'localhost, 127.0.0.1'");
    for (other, expected) in [
        (
            "allow_origin = 'https://b.example'\nallow_hosts = 'localhost'",
            Some(
                "line 8: policy[1].allow_hosts: differs from policy[0], which has the same paths; give both the same value",
            ),
        ),
        (
            "allow_origin = 'b.example'\nallow_hosts = 'localhost, 127.0.0.1'",
            Some(
                "line 7: policy[1].allow_origin: \"b.example\" has no scheme; write \"https://b.example\"",
            ),
        ),
        ("allow_origin = 'https://b.example'\nallow_hosts = ['127.0.0.1', 'localhost']", None),
    ] {
        let text = format!("{good}{}[[policy]]\noff = true", entry(other));
        let found = PolicyList::from_toml(&text).err().map(|errors| errors.to_string());
        assert_eq!(found.as_deref(), expected, "{text}");
    }
}

/// What is not known of an entry with errors is not said of another.
#[test]
fn entries_with_errors_say_nothing_of_others() {
    for (text, expected) in [
        (
            "[[policy]]\nallow_origin = 'a.example'\n[[policy]]\nallow_origin = 'b.example'",
            "line 2: policy[0].allow_origin: \"a.example\" has no scheme; write \"https://a.example\"\n\
             line 4: policy[1].allow_origin: \"b.example\" has no scheme; write \"https://b.example\"",
        ),
        (
            "policy = [{ allow_origin = '*', shadow = true }]",
            "line 1: policy: has only shadow entries, so that no policy is in force; add an entry that is not a shadow",
        ),
    ] {
        assert_eq!(toml_errors(text), expected, "{text}");
    }
    let hosts =
        "[[policy]]\nallow_origin = '*'\n[[policy]]\nallow_origin = '*'\nallow_hosts = 'a.example'";
    assert_eq!(
        toml_errors(hosts),
        "line 5: policy[1].allow_hosts: differs from policy[0], which has the same paths; give both the same value",
    );
}

#[test]
fn regular_expressions() {
    let list = PolicyList::from_toml(
        r"allow_origin = 'https://a.example'
          allow_origin_regex = ['https://[a-z]{1,3}\.b\.example', 'https://c\.example']",
    );
    let list = list.expect("a valid file");
    for (origin, allowed) in [
        ("https://a.example", true),
        ("https://abc.b.example", true),
        ("https://c.example", true),
        ("https://d.example", false),
    ] {
        let request = Request::builder().header("origin", origin).body(()).expect("valid");
        let (parts, ()) = request.into_parts();
        let selection = list.select(&parts).expect("it governs every path");
        assert_eq!(selection.evaluate().decision().is_granted(), allowed, "{origin}");
    }
    let text = "allow_origin_regex = ['https://a\\.example', '(']\nallow_origin = ['x']";
    let errors = PolicyList::from_toml(text).expect_err("an invalid file");
    let places = errors.iter().map(ConfigError::place).collect::<Vec<_>>();
    assert_eq!(places, ["allow_origin_regex[1]", "allow_origin[0]"]);
}

/// How a list was written wrong is named, in a file as in code.
#[test]
fn lists_written_wrong() {
    for text in [
        r#"["https://a.example","https://b.example"]"#,
        r#""https://a.example""#,
        "https://a.example; https://b.example",
        "https://a.example https://b.example",
        "https://a.example\nhttps://b.example",
    ] {
        let in_file = toml_errors(&format!("allow_origin = {}", serde_json::json!(text)));
        let in_code = tower_cors::Policy::builder().allow_origin(text).build();
        let in_code = in_code.expect_err("invalid").to_string();
        assert_eq!(in_file, format!("line 1: {}", in_code.replace('\n', "\nline 1: ")));
        let variable = PolicyConfig::from_vars("CORS_", [("CORS_ALLOW_ORIGIN", text)]).build();
        let variable = variable.expect_err("invalid").to_string();
        assert_eq!(variable, in_code.replace("allow_origin: ", "CORS_ALLOW_ORIGIN: "));
    }
}

#[test]
fn presets() {
    let list = PolicyList::from_toml("allow_origin = '*'\npresets = ['grpc-web', 'mcp']");
    let list = list.expect("a valid file");
    let request = Request::builder()
        .method("OPTIONS")
        .header("origin", "https://a.example")
        .header("access-control-request-method", "DELETE")
        .header("access-control-request-headers", "mcp-session-id,x-grpc-web");
    let (parts, ()) = request.body(()).expect("a valid request").into_parts();
    let selection = list.select(&parts).expect("it governs every path");
    assert!(selection.evaluate().decision().is_granted());

    assert!(PolicyList::from_toml("allow_origin = '*'\npresets = 'grpc-web, tus'").is_ok());
    assert_eq!(
        toml_errors("allow_origin = '*'\nallow_headers = ['a b']\npresets = ['grpc-web', 'soap']"),
        "line 2: allow_headers[0]: \"a b\" has spaces between its items; make it several items\n\
         line 3: presets[1]: \"soap\" is not a preset; \
         the presets are \"grpc-web\", \"connect\", \"tus\", \"graphql\", \"mcp\"",
    );
}

#[test]
fn public_suffixes_are_checked_where_asked_for() {
    let text = "allow_origin = 'https://*.github.io'\nallow_credentials = true";
    assert!(PolicyList::from_toml(text).is_ok());
    let errors = PolicyList::from_toml(&format!("{text}\ncheck_public_suffixes = true"));
    let errors = errors.expect_err("an invalid file");
    let places = errors.iter().map(ConfigError::place).collect::<Vec<_>>();
    assert_eq!(places, ["allow_origin"]);
}

/// Every policy is checked, whatever the configuration says; nothing else of it changes.
#[test]
fn a_tool_checks_the_public_suffixes_of_all_policies() {
    const SUFFIX: &str = "allow_origin = 'https://*.github.io'\nallow_credentials = true\n";
    let no_check = "check_public_suffixes = false\nenforce = false\n";
    for (description, text, expected) in [
        ("one policy", SUFFIX.to_owned(), &["allow_origin"][..]),
        ("one that turns it off", format!("{no_check}{SUFFIX}"), &["allow_origin"]),
        (
            "a list",
            format!(
                "[[policy]]\npaths = ['/a']\n{SUFFIX}[[policy]]\npaths = ['/b']\noff = true\n\
                 [[policy]]\n{no_check}{SUFFIX}"
            ),
            &["policy[0].allow_origin", "policy[2].allow_origin"],
        ),
        (
            "a key of the wrong type",
            format!("check_public_suffixes = 'yes'\n{SUFFIX}"),
            &["check_public_suffixes"],
        ),
        ("no list", "policy = 3".to_owned(), &["policy"]),
        ("no entry", "policy = [3]".to_owned(), &["policy[0]"]),
        ("no suffix", "allow_origin = 'https://a.example'\nenforce = true".to_owned(), &[]),
    ] {
        let config = PolicyConfig::from_toml(&text).expect("TOML").checking_public_suffixes();
        let errors = config.build().err();
        let errors = errors.iter().flatten();
        assert_eq!(errors.map(ConfigError::place).collect::<Vec<_>>(), expected, "{description}");
    }
}

#[test]
fn environment_variables() {
    let config = |variables: &[(&str, &str)]| {
        let variables = variables.iter().map(|&(name, value)| (name, value));
        PolicyConfig::from_vars("CORS_", variables).build()
    };
    let valid = config(&[
        ("CORS_ALLOW_ORIGIN", "https://a.example, https://b.example"),
        ("CORS_ALLOW_ORIGIN_REGEX", r"https://[a-z]{1,3}\.c\.example"),
        ("CORS_ALLOW_CREDENTIALS", "true"),
        ("CORS_ENFORCE", "false"),
        ("CORS_MAX_AGE", "600"),
        ("CORS_PREFLIGHT_STATUS", "200"),
        ("CORS_INNER_HEADERS", "keep"),
        ("CORS_ALLOW_METHODS", ""),
        ("PATH", "/bin"),
    ]);
    assert_eq!(
        valid.expect("valid variables").to_string(),
        r"policy for every path: allow_origin: https://a.example, https://b.example, https://[a-z]{1,3}\.c\.example; allow_credentials: true; max_age: 600s; preflight_status: 200; inner_headers: keep"
    );
    for (variables, expected) in [
        (
            &[("CORS_MAX_AGE", "ten minutes")][..],
            "missing or empty variable `CORS_ALLOW_ORIGIN`; name the origins that may call, or write \"*\"\n\
             CORS_MAX_AGE: \"ten minutes\" is not a valid duration; write seconds, or an integer with a unit (s, m, h, d) as in \"10m\"",
        ),
        (
            &[("CORS_ORIGINS", "*")],
            "unknown variable `CORS_ORIGINS`; did you mean `CORS_ALLOW_ORIGIN`?",
        ),
        (
            &[("CORS_ALLOW_ORIGIN", "*"), ("CORS_ENFORCE", "yes")],
            "CORS_ENFORCE: \"yes\" is not a valid value; write true or false",
        ),
        (
            &[("CORS_ALLOW_ORIGIN", "*"), ("CORS_max_age", "1")],
            "unknown variable `CORS_max_age`; did you mean `CORS_MAX_AGE`?",
        ),
        // Both are set by `${UNSET}`; a typing error must not hide that.
        (
            &[("CORS_ALLOW_ORIGIN", "*"), ("CORS_ALLOW_HOST", ""), ("CORS_ALLOW_METHODS", " ")],
            "unknown variable `CORS_ALLOW_HOST`; did you mean `CORS_ALLOW_HOSTS`?",
        ),
        (
            &[("CORS_ALLOW_ORIGIN", "*"), ("CORS_a\u{202e}\nb", "1")],
            "unknown variable `CORS_a\\u{202e}\\nb`; remove it",
        ),
        (
            &[("CORS_ALLOW_ORIGIN", "*"), ("CORS_PATHS", "/a")],
            "CORS_PATHS: only applies to an entry of a list; unset it, and write a list of policies in a file",
        ),
    ] {
        let errors = config(variables).expect_err("invalid variables");
        assert_eq!(errors.to_string(), expected);
    }
    let errors = config(&[("CORS_ALLOW_ORIGIN", "*"), ("CORS_MAX_AGE", "x")]).expect_err("invalid");
    let error = errors.iter().next().expect("an error");
    assert_eq!((error.variable(), error.place()), (Some("CORS_MAX_AGE"), "max_age"));
}

/// `CORS_ALLOW_HOSTS=${HOSTS}` with `HOSTS` unset left hosts unchecked.
#[test]
fn an_empty_variable_does_not_lift_a_protection() {
    const EMPTY: &str = "is empty, and an empty variable does not turn this check off";
    let hosts = "the hosts that the server answers for";
    for (name, write) in [
        ("CORS_ALLOW_HOSTS", hosts),
        ("CORS_ENFORCE", "true or false"),
        ("CORS_CHECK_PUBLIC_SUFFIXES", "true or false"),
    ] {
        for value in ["", " ", "\t\n"] {
            let variables = [("CORS_ALLOW_ORIGIN", "https://a.example"), (name, value)];
            let from_env = || PolicyConfig::from_vars("CORS_", variables);
            let file =
                "allow_origin = 'https://b.example'\nenforce = true\nallow_hosts = 'a.example'";
            let file = PolicyConfig::from_toml(file).expect("valid TOML");
            let expected = format!("{name}: {EMPTY}; write {write}, or unset the variable");
            for config in [from_env(), file.merge(from_env())] {
                assert_eq!(config.build().expect_err(name).to_string(), expected, "{value:?}");
            }
        }
    }
}

/// Leaving these out is the stricter reading.
#[test]
fn other_empty_variables_count_as_unset() {
    for key in [
        "ALLOW_ORIGIN_REGEX",
        "ALLOW_METHODS",
        "ALLOW_HEADERS",
        "ALLOW_CREDENTIALS",
        "EXPOSE_HEADERS",
        "MAX_AGE",
        "ALLOW_PRIVATE_NETWORK",
        "TIMING_ALLOW_ORIGIN",
        "PREFLIGHT_STATUS",
        "PREFLIGHT_CONTINUE",
        "INNER_HEADERS",
        "PRESETS",
        "DANGEROUSLY_ALLOW_NULL_ORIGIN",
        "DANGEROUSLY_ALLOW_INSECURE_ORIGINS",
        "DANGEROUSLY_ALLOW_PUBLIC_SUFFIX_SUBDOMAINS",
    ] {
        let name = format!("CORS_{key}");
        let variables = [("CORS_ALLOW_ORIGIN", "https://a.example"), (&*name, "")];
        let list = PolicyConfig::from_vars("CORS_", variables).build().expect(key);
        assert_eq!(list.to_string(), "policy for every path: allow_origin: https://a.example");
    }
}

/// `+5` was accepted, `+1s` was not.
#[test]
fn a_sign_is_not_part_of_a_number_in_a_variable() {
    for (name, value, expected) in [
        ("CORS_MAX_AGE", "+5", "is not a valid duration"),
        ("CORS_MAX_AGE", "+1s", "is not a valid duration"),
        ("CORS_PREFLIGHT_STATUS", "+204", "is not a valid value; write a number from 200 to 299"),
    ] {
        let variables = [("CORS_ALLOW_ORIGIN", "*"), (name, value)];
        let errors = PolicyConfig::from_vars("CORS_", variables).build().expect_err(value);
        let errors = errors.to_string();
        assert!(errors.starts_with(&format!("{name}: \"{value}\" {expected}")), "{errors}");
    }
}

/// Of keys beside a list, nothing was told but that they cannot stand there.
#[test]
fn the_values_of_keys_beside_a_list_are_read() {
    let text = r#"
allow_origin = ["https://a.example/"]
max_age = -1
allow_methods = ["put"]
allow_hosts = 5
name = 5
paths = ["x"]
off = "true"

[cors]
allow_headers = ["a,b"]

[[policy]]
allow_origin = "https://B.example"
"#;
    assert_eq!(
        toml_errors(text),
        r#"line 2: allow_origin: cannot be combined with [[policy]]; move it into an entry
line 2: allow_origin[0]: "https://a.example/" has a trailing slash; write "https://a.example"
line 3: max_age: cannot be combined with [[policy]]; move it into an entry
line 3: max_age: "-1" is negative; write 0 to turn caching off, or remove the key for the browser's default
line 4: allow_methods: cannot be combined with [[policy]]; move it into an entry
line 4: allow_methods[0]: "put" is not in upper case, and methods are case-sensitive; write "PUT"
line 5: allow_hosts: cannot be combined with [[policy]]; move it into an entry
line 5: allow_hosts: is an integer; write a string or an array of strings
line 6: name: cannot be combined with [[policy]]; move it into an entry
line 6: name: is an integer; write a string
line 7: paths: cannot be combined with [[policy]]; move it into an entry
line 7: paths[0]: "x" does not begin with a slash; write "/x"
line 8: off: cannot be combined with [[policy]]; move it into an entry
line 8: off: "true" is a string; write true or false
line 10: unknown key `cors`; remove the table `cors` and write its keys in an entry
line 11: allow_headers[0]: "a,b" has a comma inside one item of a list; make it several items
line 14: policy[0].allow_origin: "https://B.example" has upper-case letters, which browsers never send; write "https://b.example""#
    );
    let beside = |key: &str| toml_errors(&format!("{key}\n[[policy]]\nallow_origin = '*'"));
    assert_eq!(
        beside("paths = []"),
        "line 1: paths: cannot be combined with [[policy]]; move it into an entry\n\
         line 1: paths: is empty, so the entry covers no path; add paths, or leave them out to cover every path"
    );
    assert_eq!(
        beside("paths = 3"),
        "line 1: paths: cannot be combined with [[policy]]; move it into an entry\n\
         line 1: paths: is an integer; write a string or an array of strings"
    );
}

/// The user does not want to allow an origin there.
#[test]
fn an_entry_that_was_meant_to_be_off_needs_no_origin() {
    for (text, expected) in [
        (
            "[[policy]]\noff = \"true\"",
            "line 2: policy[0].off: \"true\" is a string; write true or false",
        ),
        (
            "[[policy]]\ndisabled = true",
            "line 2: policy[0]: unknown key `disabled`; did you mean `off`?",
        ),
        (
            "off = true",
            "line 1: off: only applies to an entry of a list; move it into a [[policy]] table",
        ),
        (
            "[[policy]]\noff = false",
            "line 1: policy[0]: missing key `allow_origin`; name the origins that may call, or write \"*\"",
        ),
    ] {
        assert_eq!(toml_errors(text), expected);
    }
}

/// `paths` was suggested, which is an error there.
#[test]
fn keys_of_an_entry_misspelled_outside_a_list() {
    assert_eq!(
        toml_errors("allow_origin = '*'\npath = '/x'"),
        "line 2: unknown key `path`; write `paths` in a [[policy]] table"
    );
    let json = PolicyList::from_json("{ \"allow_origin\": \"*\", \"path\": \"/x\" }");
    assert_eq!(
        json.expect_err("an unknown key").to_string(),
        "line 1: unknown key `path`; write `paths` in an object of the array `policy`"
    );
    let config: PolicyConfig =
        serde_json::from_str("{ \"allow_origin\": \"*\", \"path\": \"/x\" }").expect("JSON");
    assert_eq!(
        config.build().expect_err("an unknown key").to_string(),
        "unknown key `path`; write `paths` in an entry of the list `policy`"
    );
    assert_eq!(
        toml_errors("[[policy]]\nallow_origin = '*'\npath = '/x'"),
        "line 3: policy[0]: unknown key `path`; did you mean `paths`?"
    );
}

/// An origin of 100 KB was repeated in its error, and a suggestion with it.
#[test]
fn long_values_are_cut_and_long_suggestions_left_out() {
    let long = "a".repeat(100_000);
    let cut = format!("{}…", "a".repeat(300));
    for (text, expected) in [
        (
            format!("allow_origin = '{long}://a.example/'"),
            format!("line 1: allow_origin: \"{cut}\" "),
        ),
        (
            format!("allow_origin = '*'\nallow_methods = ['{long} ']"),
            format!("line 2: allow_methods[0]: \"{cut}\" "),
        ),
        (
            format!("allow_origin = '*'\nallow_headers = ['{long}é']"),
            format!("line 2: allow_headers[0]: \"{cut}\" is not a valid header name; "),
        ),
        (
            format!("allow_origin = '*'\nallow_hosts = ['{long}']"),
            format!("line 2: allow_hosts[0]: \"{cut}\" "),
        ),
        (
            format!("allow_origin = '*'\nmax_age = '{long}'"),
            format!("line 2: max_age: \"{cut}\" is not a valid duration; "),
        ),
        (
            format!("allow_origin = '*'\nmax_age = '{}'", "0".repeat(100_000)),
            format!(
                "line 2: max_age: \"{}…\" is a number in quotes; write seconds, or an integer with a unit (s, m, h, d) as in \"10m\"",
                "0".repeat(300)
            ),
        ),
        (
            format!("allow_origin = '*'\ninner_headers = '{long}'"),
            format!("line 2: inner_headers: \"{cut}\" is not a valid choice; "),
        ),
        (
            format!("allow_origin = '*'\npresets = '{long}'"),
            format!("line 2: presets: \"{cut}\" is not a preset; "),
        ),
        (
            format!("[[policy]]\nallow_origin = '*'\npaths = ['{long}']"),
            format!(
                "line 3: policy[0].paths[0]: \"{cut}\" does not begin with a slash; begin with"
            ),
        ),
        (
            format!("allow_origin_regex = '{long}('"),
            format!("line 1: allow_origin_regex: \"{cut}\" is not a valid regular expression"),
        ),
        (
            format!("{long} = 1\n{long} = 2"),
            format!("line 2: syntax error at column 1: the key `{}…` is set twice", &long[..64]),
        ),
    ] {
        let errors = toml_errors(&text);
        assert!(errors.len() < 1000, "{errors}");
        assert!(errors.starts_with(&expected), "{errors}");
    }
    // The field has all of it.
    let origin = format!("https://{}.example/", "a.".repeat(500));
    let errors = PolicyList::from_toml(&format!("allow_origin = '{origin}'")).expect_err("a slash");
    assert_eq!(errors.iter().next().and_then(ConfigError::value), Some(&*origin));

    // What separates ten origins is no typing error to be left without its correction.
    let origins = (0..10).map(|i| format!("https://customer-{i}.app.example.com"));
    let origins = origins.collect::<Vec<_>>();
    let errors = toml_errors(&format!("allow_origin = '{}'", origins.join(";")));
    assert!(errors.ends_with(&format!("; write \"{}\"", origins.join(", "))), "{errors}");
}

/// A character that changes the direction of the text, or cannot be seen, was printed as it is.
#[test]
fn what_cannot_be_seen_is_escaped() {
    let value = |text: &str| {
        let errors = toml_errors(&format!("allow_origin = '*'\nallow_headers = [\"{text}\"]"));
        let (_, rest) = errors.split_once(": \"").expect("a value");
        rest.split_once("\" ").expect("its end").0.to_owned()
    };
    for (text, expected) in [
        (r"a\u202eb", r"a\u{202e}b"),
        (r"a\u2028b", r"a\u{2028}b"),
        (r"a\u200bb", r"a\u{200b}b"),
        (r"a\u00adb", r"a\u{ad}b"),
        (r"a\ufeffb", r"a\u{feff}b"),
        (r"a\u001bb", r"a\u{1b}b"),
        (r"a\u0085b", r"a\u{85}b"),
        ("привет", "привет"),
        ("日本語", "日本語"),
        ("नमस्ते", "नमस्ते"),
        ("مرحبا", "مرحبا"),
        ("é'", "é'"),
    ] {
        assert_eq!(value(text), expected);
    }
    assert_eq!(
        toml_errors("allow_origin = \"https://a\\u202e.example\""),
        r#"line 1: allow_origin: "https://a\u{202e}.example" has a Unicode host, which browsers send as Punycode; write what `location.origin` prints in a browser's console"#
    );
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_utf_8() {
    use std::{ffi::OsString, os::unix::ffi::OsStringExt};

    let variables = [("CORS_ALLOW_ORIGIN", OsString::from_vec(vec![0xff]))];
    let errors = PolicyConfig::from_vars("CORS_", variables).build().expect_err("invalid");
    let expected = "CORS_ALLOW_ORIGIN: is not valid UTF-8; write it in UTF-8";
    assert_eq!(errors.to_string(), expected);
}

#[test]
fn file_and_environment_merged() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("cors.toml");
    std::fs::write(&path, "allow_origin = 'https://a.example'\nmax_age = 1.5").expect("written");
    let file = || PolicyConfig::from_file(&path).expect("valid TOML");
    let variables = |name, value| PolicyConfig::from_vars("CORS_", [(name, value)]);

    assert!(file().merge(variables("CORS_MAX_AGE", "10m")).build().is_ok());
    let errors = file().merge(variables("CORS_ALLOW_ORIGIN", "a.example")).build();
    let expected = format!(
        "CORS_ALLOW_ORIGIN: \"a.example\" has no scheme; write \"https://a.example\"\n\
         {}:2: max_age: is a float; write seconds, or a string such as \"10m\"",
        path.display(),
    );
    assert_eq!(errors.expect_err("invalid").to_string(), expected);

    std::fs::write(&path, "[[policy]]\nallow_origin = '*'").expect("written");
    let errors = file().merge(variables("CORS_MAX_AGE", "1")).build().expect_err("invalid");
    let expected = "CORS_MAX_AGE: cannot be combined with [[policy]]; unset it, and write the setting in an entry of the list";
    assert_eq!(errors.to_string(), expected);
}

#[test]
fn an_applications_own_struct() {
    #[derive(serde::Deserialize)]
    struct Nested {
        port: u16,
        cors: PolicyConfig,
    }
    #[derive(serde::Deserialize)]
    struct Flattened {
        port: u16,
        #[serde(flatten)]
        cors: PolicyConfig,
    }
    let json = r#"{ "port": 1, "cors": { "allow_origin": "*", "max_age": "1m" } }"#;
    let nested: Nested = serde_json::from_str(json).expect("valid");
    assert!(nested.port == 1 && nested.cors.build().is_ok());
    let json = r#"{ "port": 1, "allow_origin": ["https://a.example"], "allow_credentials": true }"#;
    let flattened: Flattened = serde_json::from_str(json).expect("valid");
    assert!(flattened.port == 1 && flattened.cors.build().is_ok());
    let json = r#"{ "port": 1, "origins": ["https://a.example"] }"#;
    let flattened: Flattened = serde_json::from_str(json).expect("valid");
    let errors = flattened.cors.build().expect_err("invalid");
    assert_eq!(errors.to_string(), "unknown key `origins`; did you mean `allow_origin`?");
}

/// Formats have values that no configuration has, such as the bytes of CBOR.
#[test]
fn a_value_that_cannot_be_deserialized() {
    let bytes = serde::de::value::BytesDeserializer::<serde::de::value::Error>::new(b"*");
    let error = <PolicyConfig as serde::Deserialize>::deserialize(bytes).expect_err("bytes");
    assert_eq!(
        error.to_string(),
        "invalid type: byte array, expected a boolean, an integer, a string, a list or a map"
    );
}

#[test]
fn deep_nesting_is_an_error() {
    for depth in [1_000, 100_000] {
        assert!(PolicyList::from_json(&"[".repeat(depth)).is_err());
        assert!(PolicyList::from_json(&"{\"a\":".repeat(depth)).is_err());
        let balanced = format!("{{\"allow_origin\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        let errors = PolicyList::from_json(&balanced).expect_err("too deep");
        assert_eq!(
            errors.to_string(),
            "line 1: syntax error at column 143: recursion limit exceeded"
        );
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

    // A file in another format was told what is wrong with it as TOML, and no more.
    let yaml = "allow_origin: ['*']";
    let syntax = "line 1: syntax error at column 15: key with no value, expected `=`";
    for (name, advice) in [
        ("cors.yaml", "; policy files are TOML or, if their name ends in `.json`, JSON"),
        ("cors", "; policy files are TOML or, if their name ends in `.json`, JSON"),
        ("cors.TOML", ""),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, yaml).expect("written");
        let errors = PolicyList::from_file(&path).expect_err("it is not TOML").to_string();
        let expected = format!("{}: {syntax}{advice}", path.display()).replace(": line 1", ":1");
        assert_eq!(errors, expected, "{name}");
    }

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

#[test]
fn hosts() {
    let list = PolicyList::from_toml(
        "allow_origin = 'http://localhost:*'\nallow_hosts = 'localhost, 127.0.0.1:3000'",
    );
    let policy = list.expect("valid").to_string();
    assert!(policy.contains("allow_hosts: 127.0.0.1:3000, localhost"), "{policy}");
    let errors = PolicyList::from_toml(
        "allow_origin = 'http://localhost:*'\nallow_hosts = ['localhost', 'http://a.example/']",
    );
    assert_eq!(
        errors.expect_err("an invalid host").to_string(),
        "line 2: allow_hosts[1]: \"http://a.example/\" has a scheme, which requests do not name in \
         `Host`; write \"a.example\"",
    );
    let errors = PolicyList::from_toml("allow_origin = '*'\nallow_hosts = []");
    let errors = errors.expect_err("no host").to_string();
    assert!(errors.starts_with("line 2: allow_hosts: lists no host"), "{errors}");
}
