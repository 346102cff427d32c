//! Policy files in TOML and JSON, and environment variables.

use super::draw::{Draw, PIECES};
use tower_cors::{
    PolicyList,
    config::{ConfigErrors, PolicyConfig},
    select::SelectPolicy,
};

const KEYS: &[&str] = &[
    "allow_origin",
    "allow_methods",
    "allow_headers",
    "allow_credentials",
    "expose_headers",
    "max_age",
    "enforce",
    "allow_private_network",
    "preflight_status",
    "inner_headers",
    "name",
    "paths",
    "off",
    "allow_origins",
    "timing_allow_origin",
    "preflight_continue",
    "policy",
    "dangerously_allow_null_origin",
    "allow_origin_regex",
    "allow_hosts",
    "check_public_suffixes",
];
const VALUES: &[&str] = &[
    "true",
    "false",
    "600",
    "-1",
    "\"10m\"",
    "\"*\"",
    "[]",
    "[\"*\"]",
    "\"https://a.example\"",
    "[\"https://a.example\", \"https://*.example.com\"]",
    "\"https://a.example, https://b.example\"",
    "[\"PUT\"]",
    "\"put\"",
    "[\"authorization\"]",
    "\"600\"",
    "\"keep\"",
    "204",
    "[\"/a/{*rest}\"]",
    "[\"/a\", \"/{b}\"]",
    "\"main\"",
    "1.5",
    "{}",
    "[[\"x\"]]",
    "\"[\\\"https://a.example\\\"]\"",
    "99999999999999999999",
    "[1]",
    "\"\"",
    "\"a;b\"",
    "[\"https://[a-z]+\\\\.example\\\\.com\"]",
];

pub(super) fn run(data: &[u8]) {
    let mut draw = Draw::new(data);
    let toml = toml(&mut draw);
    check(Some(&toml), PolicyList::from_toml(&toml));
    let json = json(&mut draw);
    check(Some(&json), PolicyList::from_json(&json));
    let variables = variables(&mut draw);
    let from_env = PolicyConfig::from_vars("CORS_", variables);
    check(None, from_env.build());
    if let Ok(file) = PolicyConfig::from_toml(&toml) {
        check(None, file.merge(from_env).build());
    }
}

fn check(text: Option<&str>, read: Result<PolicyList, ConfigErrors>) {
    match read {
        Ok(list) => check_same(&list),
        Err(errors) => {
            for error in &errors {
                super::origins::check_line(&error.to_string());
                if let (Some(line), Some(text)) = (error.line(), text) {
                    assert!((1..=text.lines().count() + 1).contains(&line), "{error}");
                }
            }
        }
    }
}

/// What it serializes to is read back as the same policies.
fn check_same(list: &PolicyList) {
    let json = serde_json::to_string(list).expect("a list is a table");
    let again = match PolicyList::from_json(&json) {
        Ok(again) => again,
        Err(errors) => panic!("{json}\n{errors}"),
    };
    assert_eq!(serde_json::to_string(&again).ok().as_ref(), Some(&json));
    for path in ["/", "/a", "/a/b"] {
        for origin in super::policies::ORIGINS {
            let request = http::Request::builder().uri(path).header("origin", *origin).body(());
            let parts = request.expect("a valid request").into_parts().0;
            let decide = |list: &PolicyList| {
                list.select(&parts).map(|selection| selection.evaluate().decision())
            };
            assert_eq!(decide(list), decide(&again), "{json} {path} {origin}");
        }
    }
}

fn variables(draw: &mut Draw<'_>) -> Vec<(String, String)> {
    let count = draw.below(6);
    let variable = |_| {
        let name = format!("CORS_{}", draw.pick(KEYS).to_ascii_uppercase());
        let value = match draw.below(4) {
            0 => String::from_utf8_lossy(draw.bytes(30)).into_owned(),
            1 => draw.text(PIECES, 6),
            _ => draw.pick(VALUES).trim_matches(['"', '[', ']']).to_owned(),
        };
        (name, value)
    };
    (0..count).map(variable).collect()
}

/// Mostly keys and values, now and then anything.
pub(super) fn toml(draw: &mut Draw<'_>) -> String {
    let mut text = String::new();
    for _ in 0..draw.below(10) {
        match draw.below(10) {
            0 => text.push_str("[[policy]]\n"),
            1 => text.push_str(&String::from_utf8_lossy(draw.bytes(20))),
            2 => {
                let origin = format!("{:?}", draw.text(PIECES, 6));
                text.extend(["allow_origin = ", &origin, "\n"]);
            }
            _ => {
                let (key, value) = (draw.pick(KEYS), draw.pick(VALUES));
                text.extend([key, " = ", value, "\n"]);
            }
        }
    }
    text
}

fn json(draw: &mut Draw<'_>) -> String {
    let object = |draw: &mut Draw<'_>| {
        let count = draw.below(6);
        let pairs = (0..count).map(|_| format!("{:?}: {}", draw.pick(KEYS), draw.pick(VALUES)));
        format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
    };
    match draw.below(4) {
        0 => String::from_utf8_lossy(draw.bytes(60)).into_owned(),
        1 => object(draw),
        2 => format!("{{\"policy\": [{}, {}]}}", object(draw), object(draw)),
        _ => {
            let whole = object(draw);
            let end = whole.len() - draw.below(whole.len() + 1);
            whole.get(..end).unwrap_or("").to_owned()
        }
    }
}
