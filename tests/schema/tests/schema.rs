//! The schema of the policy file is the kept one, and agrees with the parser.

use jsonschema::Validator;
use schemars::{JsonSchema, generate::SchemaSettings, schema_for};
use serde_json::{Value, json};
use std::{collections::BTreeSet, env, fs, path::PathBuf};
use tower_cors::{
    Origin, OriginPattern, PolicyList,
    config::{ConfigErrorKind, PolicyConfig},
};

#[test]
fn the_kept_schema_is_the_generated_one() {
    let file = root().join("schema/policy.schema.json");
    let generated = schema();
    if env::var_os("UPDATE_SCHEMA").is_some() {
        let text = serde_json::to_string_pretty(&generated).expect("JSON") + "\n";
        fs::write(&file, text).expect("a file that can be written");
    }
    let kept = fs::read_to_string(&file).expect("a file");
    let kept = serde_json::from_str::<Value>(&kept).expect("JSON");
    assert_eq!(kept, generated, "run this test with UPDATE_SCHEMA=1");
}

#[test]
fn the_files_of_this_repository_are_valid() {
    let mut files = vec![("policies.toml".to_owned(), read("examples/playground/policies.toml"))];
    let guides = fs::read_dir(root().join("guide")).expect("a folder");
    let guides = guides.map(|entry| entry.expect("an entry"));
    let guides = guides.filter(|entry| entry.path().is_file()).map(|entry| entry.file_name());
    let guides = guides.map(|name| format!("guide/{}", name.to_str().expect("a name")));
    let pages = ["README.md", "src/config/mod.rs"].map(str::to_owned);
    for page in guides.chain(pages) {
        files.extend(blocks(&read(&page)).map(|block| (page.clone(), block)));
    }
    assert!(files.len() >= 6, "only {} were found", files.len());
    for (file, text) in files {
        let (parser, schema) = valid(&text);
        assert!(parser && schema, "{file}: parser {parser}, schema {schema}:\n{text}");
    }
}

/// The blocks of a page, in Markdown or comments, that are policy files in TOML.
fn blocks(page: &str) -> impl Iterator<Item = String> {
    let page = page.replace("\n//! ", "\n").replace("\n//!\n", "\n\n");
    let blocks = page.split("```toml\n").skip(1).map(|rest| {
        let (block, _) = rest.split_once("```").expect("the end of the block");
        block.to_owned()
    });
    blocks.filter(|block| !block.contains("dependencies]")).collect::<Vec<_>>().into_iter()
}

#[test]
fn parser_and_schema_agree() {
    for (rows, parser_says, schema_says) in
        [(VALID, true, true), (INVALID, false, false), (BEYOND_THE_SCHEMA, false, true)]
    {
        for (what, text) in rows {
            assert_eq!(valid(text), (parser_says, schema_says), "(parser, schema): {what}\n{text}");
        }
    }
}

const VALID: &[(&str, &str)] = &[
    ("an origin", "allow_origin = 'https://app.example.com'"),
    ("any origin", "allow_origin = '*'"),
    ("any origin, in an array", "allow_origin = ['*']"),
    ("one text with several", "allow_origin = ' https://a.example,, https://*.example.org:* ,'"),
    ("a text over two lines", "allow_origin = '''\nhttps://a.example,\nhttps://b.example\n'''"),
    ("an underscore", "allow_origin = ['https://my_app.example.com']"),
    ("addresses", "allow_origin = ['http://127.0.0.1:*', 'http://[::1]:8080', 'http://10.0.0.1']"),
    ("a pattern in a label", "allow_origin = ['https://app-git-*-team.example.dev']"),
    ("an extension", "allow_origin = ['chrome-extension://*', 'moz-extension://a1-b2']"),
    ("web views", "allow_origin = ['app://.', 'capacitor://', 'tauri://localhost']"),
    ("`null`", "allow_origin = ['null']\ndangerously_allow_null_origin = true"),
    ("files", "allow_origin = ['file://']\ndangerously_allow_null_origin = true"),
    ("expressions alone", "allow_origin_regex = ['https://[a-z]+\\.example\\.com']"),
    ("one expression", "allow_origin_regex = 'https://[a-z]{1,3}\\.example\\.com'"),
    (
        "a public suffix",
        "allow_origin = 'https://*.com'\ndangerously_allow_public_suffix_subdomains = true",
    ),
    ("methods", "allow_origin = '*'\nallow_methods = ['PUT', 'M-SEARCH', 'purge']"),
    ("any method", "allow_origin = '*'\nallow_methods = '*'"),
    ("no method", "allow_origin = '*'\nallow_methods = []"),
    ("an empty text", "allow_origin = '*'\nallow_headers = ''"),
    ("headers", "allow_origin = '*'\nallow_headers = ['*', 'Authorization']"),
    ("exposed headers", "allow_origin = '*'\nexpose_headers = 'x-a, x_b'"),
    ("seconds", "allow_origin = '*'\nmax_age = 86400"),
    ("no caching", "allow_origin = '*'\nmax_age = 0"),
    ("a duration", "allow_origin = '*'\nmax_age = '1d'"),
    (
        "hosts",
        "allow_origin = '*'\nallow_hosts = ['localhost:*', '[::1]', '*.Example.com', '127.0.0.1:1']",
    ),
    ("a status", "allow_origin = '*'\npreflight_status = 200"),
    ("kept headers", "allow_origin = '*'\ninner_headers = 'keep'"),
    ("presets", "allow_origin = '*'\npresets = ['grpc-web', 'mcp']"),
    ("presets in one text", "allow_origin = '*'\npresets = 'grpc-web, tus'"),
    (
        "switches",
        "allow_origin = 'https://a.example'\nallow_credentials = true\nenforce = true\n\
         timing_allow_origin = true\nallow_private_network = true\npreflight_continue = true\n\
         check_public_suffixes = true\ndangerously_allow_insecure_origins = true",
    ),
    ("the schema's address", "'$schema' = './policy.schema.json'\nallow_origin = '*'"),
    ("a list with it", "'$schema' = './s.json'\n[[policy]]\nallow_origin = '*'"),
    (
        "a list",
        "[[policy]]\nname = 'a'\npaths = ['/a/{*rest}', '/b']\nallow_origin = '*'\n\
         [[policy]]\npaths = '/c,d'\noff = true\n\
         [[policy]]\nallow_origin = 'https://a.example'\noff = false",
    ),
    (
        "a shadow policy",
        "[[policy]]\nallow_origin = 'https://*.a.example'\n\
         [[policy]]\nshadow = true\nallow_origin = 'https://b.a.example'",
    ),
];

/// Errors that an editor shows too.
const INVALID: &[(&str, &str)] = &[
    ("no origin", ""),
    ("no origin but other settings", "max_age = 600"),
    ("an unknown key", "allow_origin = '*'\nallow_method = 'PUT'"),
    ("another library's key", "allowed_origins = '*'"),
    ("a table around it", "[cors]\nallow_origin = '*'"),
    ("an entry's key outside a list", "allow_origin = '*'\npaths = ['/a']"),
    ("no scheme", "allow_origin = 'example.com'"),
    ("no scheme, second", "allow_origin = ['https://a.example', 'example.com']"),
    ("no scheme, in one text", "allow_origin = 'https://a.example, example.com'"),
    ("a trailing slash", "allow_origin = 'https://a.example/'"),
    ("a path", "allow_origin = ['https://a.example/app']"),
    ("upper case", "allow_origin = ['https://A.example']"),
    ("the scheme of a socket", "allow_origin = 'wss://a.example'"),
    ("a comma in an item", "allow_origin = ['https://a.example,https://b.example']"),
    ("white space around an item", "allow_origin = [' https://a.example']"),
    ("an array in a text", "allow_origin = '[\"https://a.example\"]'"),
    ("quotes in a text", "allow_origin = '\"https://a.example\"'"),
    ("semicolons", "allow_methods = 'PUT;DELETE'\nallow_origin = '*'"),
    ("blanks", "allow_headers = 'x-a x-b'\nallow_origin = '*'"),
    ("an origin that is a number", "allow_origin = 3"),
    ("an item that is a number", "allow_origin = ['https://a.example', 3]"),
    ("a method with a blank", "allow_origin = '*'\nallow_methods = ['PUT DELETE']"),
    ("an empty method", "allow_origin = '*'\nallow_methods = ['']"),
    ("a header with a colon", "allow_origin = '*'\nallow_headers = ['x-a:']"),
    ("a switch in quotes", "allow_origin = '*'\nenforce = 'true'"),
    ("a duration in quotes", "allow_origin = '*'\nmax_age = '600'"),
    ("a duration in words", "allow_origin = '*'\nmax_age = '10 minutes'"),
    ("a float", "allow_origin = '*'\nmax_age = 1.5"),
    ("a negative duration", "allow_origin = '*'\nmax_age = -1"),
    ("more than a day", "allow_origin = '*'\nmax_age = 86401"),
    ("a status that is not a success", "allow_origin = '*'\npreflight_status = 404"),
    ("a status in quotes", "allow_origin = '*'\npreflight_status = '204'"),
    ("an unknown choice", "allow_origin = '*'\ninner_headers = 'merge'"),
    ("an unknown preset", "allow_origin = '*'\npresets = ['soap']"),
    ("an unknown preset in a text", "allow_origin = '*'\npresets = 'grpc-web, soap'"),
    ("a host with a scheme", "allow_origin = '*'\nallow_hosts = ['https://a.example']"),
    ("credentials with any origin", "allow_origin = '*'\nallow_credentials = true"),
    ("the same in an array", "allow_origin = ['https://a.example', '*']\nallow_credentials = true"),
    ("an address that is no text", "'$schema' = 3\nallow_origin = '*'"),
    ("an address in an entry", "[[policy]]\nallow_origin = '*'\n'$schema' = 'a'"),
    ("an empty list", "policy = []"),
    ("a list that is a table", "[policy]\nallow_origin = '*'"),
    ("a key beside a list", "enforce = true\n[[policy]]\nallow_origin = '*'"),
    ("an entry's key beside a list", "name = 'a'\n[[policy]]\nallow_origin = '*'"),
    ("a list in a list", "[[policy]]\nallow_origin = '*'\n[[policy.policy]]\nallow_origin = '*'"),
    ("an unknown key in an entry", "[[policy]]\nallow_origin = '*'\npath = '/a'"),
    ("an entry without an origin", "[[policy]]\nname = 'a'"),
    ("a setting beside `off`", "[[policy]]\noff = true\nallow_origin = '*'"),
    ("`shadow` beside `off`", "[[policy]]\noff = true\nshadow = true"),
    ("an empty name", "[[policy]]\nname = ''\nallow_origin = '*'"),
    ("no path", "[[policy]]\npaths = []\nallow_origin = '*'"),
    ("a path without its slash", "[[policy]]\npaths = ['api']\nallow_origin = '*'"),
    ("a path with a query", "[[policy]]\npaths = ['/api?a']\nallow_origin = '*'"),
];

/// Errors that only the parser finds: a schema compares no two entries, knows no list of names,
/// and has no grammar but regular expressions.
const BEYOND_THE_SCHEMA: &[(&str, &str)] = &[
    ("an empty list of origins", "allow_origin = []"),
    ("a text without an origin", "allow_origin = ' , '"),
    ("a default port", "allow_origin = 'https://a.example:443'"),
    ("a port that is too large", "allow_origin = 'https://a.example:65536'"),
    ("a star in the wrong place", "allow_origin = 'https://a.*.example.com'"),
    ("a star above a top-level domain", "allow_origin = 'https://*.com'"),
    ("two stars", "allow_origin = 'https://*.*.example.com'"),
    ("an address that is not compressed", "allow_origin = 'http://[0:0:0:0:0:0:0:1]'"),
    ("a trailing dot", "allow_origin = 'https://a.example.'"),
    ("`null` without its opt-in", "allow_origin = 'null'"),
    ("a file without its opt-in", "allow_origin = 'file://'"),
    (
        "an expression that grants too much",
        "allow_origin_regex = 'https://.*'\nallow_credentials = true",
    ),
    ("an expression that matches nothing", "allow_origin_regex = 'example\\.com/'"),
    ("an expression with an error", "allow_origin_regex = '('"),
    ("insecure with credentials", "allow_origin = 'http://a.example'\nallow_credentials = true"),
    ("`*` in one text, with credentials", "allow_origin = ' * '\nallow_credentials = true"),
    ("enforcing with any origin", "allow_origin = '*'\nenforce = true"),
    ("a private network with any origin", "allow_origin = '*'\nallow_private_network = true"),
    ("a standard method in lower case", "allow_origin = '*'\nallow_methods = ['patch']"),
    ("a forbidden method", "allow_origin = '*'\nallow_methods = ['TRACE']"),
    ("a forbidden header", "allow_origin = '*'\nallow_headers = ['cookie']"),
    ("a header that is never exposed", "allow_origin = '*'\nexpose_headers = ['set-cookie']"),
    ("more than a day, with a unit", "allow_origin = '*'\nmax_age = '25h'"),
    ("an integer with a point", "allow_origin = '*'\nmax_age = 600.0"),
    ("no host", "allow_origin = '*'\nallow_hosts = []"),
    ("a host's port that is too large", "allow_origin = '*'\nallow_hosts = 'a.example:65536'"),
    ("another router's path", "[[policy]]\npaths = ['/api/:id']\nallow_origin = '*'"),
    (
        "a name used twice",
        "[[policy]]\nname = 'a'\npaths = '/a'\nallow_origin = '*'\n\
         [[policy]]\nname = 'a'\nallow_origin = '*'",
    ),
    (
        "a dead scope",
        "[[policy]]\nallow_origin = '*'\n[[policy]]\npaths = '/a'\nallow_origin = '*'",
    ),
    (
        "enforcement that paths go around",
        "[[policy]]\npaths = '/a'\nallow_origin = 'https://a.example'\nenforce = true",
    ),
];

/// Nothing that the parser takes is an error to an editor, whatever stands where.
#[test]
fn the_schema_refuses_nothing_that_the_parser_takes() {
    let values = [
        "true",
        "false",
        "-1",
        "0",
        "200",
        "204",
        "299",
        "300",
        "86400",
        "1.0",
        "[]",
        "['']",
        "''",
        "'*'",
        "['*']",
        "[['*']]",
        "{}",
        "1979-05-27",
        "'a'",
        "['a', '*']",
        "'a,b'",
        "'*, a'",
        "'https://a.example'",
        "['https://a.example', 'http://localhost:*']",
        "'PUT'",
        "'keep'",
        "'replace'",
        "'10m'",
        "'/a'",
        "['/a/{b}/{*c}', '/']",
        "'localhost'",
        "'grpc-web'",
        "'authorization'",
        r#""\t*\n,""#,
        "'x\u{a0},y'",
        "'\u{a0}x\u{2003},y'",
        "'https://é.example'",
        "'app://É'",
        "['app://a b']",
        "'app://a%20b:1'",
        "'http://[::ffff:1.2.3.4]'",
        "'a.b:1'",
        "'x-y'",
        "'X_Y'",
        "'a~b'",
        "'a/b'",
        "'^https://a\\.example$'",
    ];
    let keys = {
        let schema = schema();
        let of = |properties: &Value| {
            let properties = properties.as_object().expect("an object");
            properties.keys().cloned().collect::<BTreeSet<_>>()
        };
        let entry = of(&schema["properties"]["policy"]["items"]["properties"]);
        of(&schema["properties"]).union(&entry).cloned().collect::<Vec<_>>()
    };
    assert_eq!(keys.len(), 25);
    let mut counts = [0; 2];
    for key in &keys {
        for value in values {
            let line = format!("'{key}' = {value}\n");
            let more = ["", "allow_origin = 'https://o.example'\n", "allow_origin = '*'\n"];
            for more in more.into_iter().filter(|more| key != "allow_origin" || more.is_empty()) {
                for around in ["", "[[policy]]\n"] {
                    let text = format!("{around}{line}{more}");
                    let (parser, schema) = valid(&text);
                    counts[usize::from(schema)] += 1;
                    assert!(schema || !parser, "the parser takes it:\n{text}");
                }
            }
        }
    }
    assert!(counts.iter().all(|&count| count > 100), "{counts:?}");
}

/// What the parser and the schema say.
fn valid(toml: &str) -> (bool, bool) {
    let value = toml::from_str::<Value>(toml).expect("TOML");
    let parser = PolicyList::from_toml(toml);
    let json = PolicyList::from_json(&value.to_string());
    if let Err(errors) = &parser {
        let features = errors.iter().any(|error| *error.kind() == ConfigErrorKind::MissingFeature);
        assert!(!features, "{errors}");
    } else {
        assert!(json.is_ok(), "valid in TOML alone: {toml}");
    }
    (parser.is_ok(), VALIDATOR.with(|validator| validator.is_valid(&value)))
}

thread_local! {
    static VALIDATOR: Validator = jsonschema::validator_for(&schema()).expect("a valid schema");
}

#[test]
fn editors_know_every_key() {
    let schema = schema();
    let entry = &schema["properties"]["policy"]["items"];
    for (properties, count) in [(&schema["properties"], 21), (&entry["properties"], 23)] {
        let properties = properties.as_object().expect("an object");
        assert_eq!(properties.len(), count);
        for (key, value) in properties {
            assert!(value["description"].as_str().is_some_and(|text| !text.is_empty()), "{key}");
            assert!(value.get("deprecated").is_none(), "{key}");
        }
    }
}

/// An application's own configuration: the schema says what serde and the parser take.
#[test]
fn a_policy_inside_of_other_configuration() {
    #[derive(JsonSchema, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Nested {
        #[expect(dead_code, reason = "for the schema")]
        port: u16,
        cors: PolicyConfig,
    }
    #[derive(JsonSchema, serde::Deserialize)]
    struct Flat {
        #[expect(dead_code, reason = "for the schema")]
        port: u16,
        #[serde(flatten)]
        cors: PolicyConfig,
    }
    let nested = jsonschema::validator_for(schema_for!(Nested).as_value()).expect("a schema");
    let flat = jsonschema::validator_for(schema_for!(Flat).as_value()).expect("a schema");
    for (what, policy, expected) in [
        ("one policy", json!({ "allow_origin": "*" }), true),
        ("a list", json!({ "policy": [{ "allow_origin": "*" }] }), true),
        ("a bad value", json!({ "allow_origin": "example.com" }), false),
        ("a bad value in a list", json!({ "policy": [{ "allow_origin": "a" }] }), false),
        (
            "stars",
            json!({ "allow_origin": "*", "allow_methods": "*", "allow_headers": ["x-a", "*"] }),
            true,
        ),
        ("a star inside a name", json!({ "allow_origin": "*", "allow_headers": ["x-*"] }), false),
        (
            "a star inside a name of a text",
            json!({ "allow_origin": "*", "allow_methods": "PUT, P*" }),
            false,
        ),
        ("an unknown key", json!({ "allow_origin": "*", "allow_method": "PUT" }), false),
        ("nothing", json!({}), false),
    ] {
        let value = json!({ "port": 3000, "cors": policy });
        assert_eq!(nested.is_valid(&value), expected, "nested: {what}");
        let nested = serde_json::from_value::<Nested>(value).expect("any policy");
        assert_eq!(nested.cors.build().is_ok(), expected, "nested: {what}");

        let mut value = policy;
        value["port"] = 3000.into();
        // The schema does not know which other keys the application has.
        let expected_of_schema = expected || what == "an unknown key";
        assert_eq!(flat.is_valid(&value), expected_of_schema, "flat: {what}");
        let flat = serde_json::from_value::<Flat>(value).expect("any policy");
        assert_eq!(flat.cors.build().is_ok(), expected, "flat: {what}");
    }
}

#[test]
fn origins_and_patterns_in_other_configuration() {
    let origin = jsonschema::validator_for(schema_for!(Origin).as_value()).expect("a schema");
    let pattern = jsonschema::validator_for(schema_for!(OriginPattern).as_value());
    let pattern = pattern.expect("a schema");
    for (text, is_origin, is_pattern) in [
        ("https://app.example.com", true, true),
        ("http://[::1]:8080", true, true),
        ("app://.", true, true),
        ("null", true, false),
        ("https://*.example.com", false, true),
        ("http://localhost:*", false, true),
        ("https://app.example.com/", false, false),
        ("app.example.com", false, false),
        ("https://App.example.com", false, false),
        ("ws://app.example.com", false, false),
        ("*", false, false),
    ] {
        assert_eq!(text.parse::<Origin>().is_ok(), is_origin, "{text}");
        assert_eq!(text.parse::<OriginPattern>().is_ok(), is_pattern, "{text}");
        assert_eq!(origin.is_valid(&text.into()), is_origin, "schema of an origin: {text}");
        assert_eq!(pattern.is_valid(&text.into()), is_pattern, "schema of a pattern: {text}");
    }
}

/// Draft 7, which every editor knows.
fn schema() -> Value {
    let generator = SchemaSettings::draft07().into_generator();
    generator.into_root_schema_for::<PolicyConfig>().into()
}

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).expect("a file")
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}
