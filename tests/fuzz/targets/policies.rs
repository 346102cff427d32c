//! Policies with a plain reading of what they allow.

use super::matcher::naive;
use std::sync::OnceLock;
use tower_cors::{AllowOrigin, Policy};

/// A policy, and what it allows in words that compare texts.
pub(super) struct Known {
    pub(super) policy: Policy,
    pub(super) any: bool,
    pub(super) null: bool,
    pub(super) credentials: bool,
    /// Whether every answer has to name `Origin` in `Vary`.
    pub(super) dynamic: bool,
    patterns: &'static [&'static str],
}

impl Known {
    /// Whether a request with this `Origin` is allowed.
    pub(super) fn allows(&self, origin: &str) -> bool {
        if self.any {
            return true;
        }
        if origin == "null" {
            return self.null;
        }
        origin.parse::<tower_cors::Origin>().is_ok()
            && self.patterns.iter().any(|pattern| naive(pattern, origin))
    }
}

pub(super) fn policies() -> &'static [Known] {
    static POLICIES: OnceLock<Vec<Known>> = OnceLock::new();
    POLICIES.get_or_init(make)
}

fn make() -> Vec<Known> {
    let known = |policy: Policy, patterns: &'static [&'static str]| Known {
        policy,
        any: false,
        null: false,
        credentials: false,
        dynamic: true,
        patterns,
    };
    let wildcards: &[&str] =
        &["https://a.example", "https://*.example.com", "http://localhost:*", "app://x"];
    let built = "a policy that is right";
    vec![
        Known {
            any: true,
            dynamic: false,
            ..known(Policy::builder().allow_origin("*").build().expect(built), &[])
        },
        Known {
            dynamic: false,
            ..known(
                Policy::builder().allow_origin("https://a.example").build().expect(built),
                &["https://a.example"],
            )
        },
        Known {
            credentials: true,
            ..known(
                Policy::builder()
                    .allow_origin(wildcards.to_vec())
                    .allow_methods(["PUT"])
                    .allow_headers(["authorization"])
                    .expose_headers(["x-request-id"])
                    .allow_credentials(true)
                    .build()
                    .expect(built),
                &["https://a.example", "https://*.example.com", "http://localhost:*", "app://x"],
            )
        },
        Known {
            credentials: true,
            ..known(
                Policy::builder()
                    .allow_origin(["https://a.example", "https://b.example:8443"])
                    .allow_methods("*")
                    .allow_headers("*")
                    .expose_headers("*")
                    .allow_credentials(true)
                    .allow_private_network(true)
                    .build()
                    .expect(built),
                &["https://a.example", "https://b.example:8443"],
            )
        },
        Known {
            null: true,
            ..known(
                Policy::builder()
                    .allow_origin("https://a.example")
                    .dangerously_allow_null_origin(true)
                    .build()
                    .expect(built),
                &["https://a.example"],
            )
        },
        known(
            Policy::builder()
                .allow_origin(["https://a.example", "https://b.example"])
                .enforce(true)
                .build()
                .expect(built),
            &["https://a.example", "https://b.example"],
        ),
        known(
            Policy::builder()
                .allow_origin(AllowOrigin::regex(r"https://[a-z]\.example"))
                .build()
                .expect(built),
            &["https://a.example", "https://b.example", "https://x.example"],
        ),
        Known {
            credentials: true,
            ..known(
                Policy::builder()
                    .allow_origin(AllowOrigin::predicate(|origin, _| origin.port() == Some(1)))
                    .allow_credentials(true)
                    .build()
                    .expect(built),
                &["https://*.example:1", "https://a.example:1", "http://localhost:1"],
            )
        },
    ]
}

/// What is sent as `Origin`. Under the policies above these are read as their patterns say.
pub(super) const ORIGINS: &[&str] = &[
    "https://a.example",
    "https://b.example",
    "https://x.example",
    "https://app.example.com",
    "https://a.b.example.com",
    "https://example.com",
    "https://evilexample.com",
    "null",
    "http://localhost:3000",
    "http://localhost",
    "https://b.example:8443",
    "https://a.example:1",
    "http://a.example",
    "app://x",
    "https://a.example.evil.test",
    "https://a.example/",
    "HTTPS://a.example",
    "https://a.example.",
    "*",
    "",
    "https://a.example, https://b.example",
];
