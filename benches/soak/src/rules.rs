//! The policies that are in force, and what each request must be answered under them. The answers
//! are written out by hand: nothing here asks the library.

use std::fmt::Write;

/// Versions of the list of policies. Each allows other origins than the others.
pub const VERSIONS: u32 = 4;
/// Tenants that the database knows, by their numbers.
pub const TENANTS: u32 = 60;
/// What the inner service sets itself, to be replaced everywhere but where the policy is off.
pub const INNER_ORIGIN: &str = "https://inner.example";

/// A version of the list, as a policy file.
pub fn policies(version: u32) -> String {
    let (method, age) = (method(version), version + 1);
    format!(
        r#"
[[policy]]
name = "public"
paths = ["/public/{{*rest}}"]
allow_origin = "*"

[[policy]]
name = "api"
paths = ["/api/{{*rest}}"]
allow_origin = ["https://app-{version}.example", "https://*.preview-{version}.example"]
allow_credentials = true
allow_methods = "{method}"
allow_headers = "authorization,x-a"
max_age = {age}

[[policy]]
name = "enforced"
paths = ["/enforced/{{*rest}}"]
allow_origin = ["https://app-{version}.example", "https://admin.example"]
enforce = true

[[policy]]
name = "off"
off = true
"#
    )
}

/// A list that is not valid, so that it changes nothing.
pub const INVALID: &str = "[[policy]]\nallow_origin = 'https://evil.test/'\n";

fn method(version: u32) -> &'static str {
    if version % 2 == 0 { "PUT" } else { "DELETE" }
}

/// The origin that a tenant allows. An edit turns one into the other.
pub fn origin_of(tenant: &str, generation: u64) -> String {
    format!("https://{tenant}-{}.customers.example", generation % 2)
}

/// Which policy governs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    Public,
    Api,
    Enforced,
    Off,
}

pub const SCOPES: [Scope; 4] = [Scope::Public, Scope::Api, Scope::Enforced, Scope::Off];

impl Scope {
    pub fn path(self) -> &'static str {
        match self {
            Self::Public => "/public/items",
            Self::Api => "/api/items",
            Self::Enforced => "/enforced/items",
            Self::Off => "/elsewhere",
        }
    }

    /// Whether this version allows the origin.
    pub fn allows(self, origin: &str, version: u32) -> bool {
        let exact = origin == format!("https://app-{version}.example");
        match self {
            Self::Public => true,
            Self::Api => exact || is_preview(origin, version),
            Self::Enforced => exact || origin == "https://admin.example",
            Self::Off => false,
        }
    }
}

/// `https://{labels}.preview-{version}.example`, for the labels that are sent here.
fn is_preview(origin: &str, version: u32) -> bool {
    let labels = origin
        .strip_prefix("https://")
        .and_then(|rest| rest.strip_suffix(&format!(".preview-{version}.example")));
    labels.is_some_and(|labels| {
        labels.bytes().all(|b| b.is_ascii_lowercase() || b == b'-' || b == b'.')
    })
}

/// What the test looks at in an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// All lines of `Access-Control-Allow-Origin`.
    pub allow_origin: Vec<String>,
    pub credentials: Vec<String>,
    pub methods: Vec<String>,
    pub max_age: Vec<String>,
    /// Whether the inner service ran.
    pub ran: bool,
    /// Whether `Vary` names the origin.
    pub varies: bool,
}

impl Answer {
    /// An answer without a grant.
    pub fn bare(status: u16, ran: bool, varies: bool) -> Self {
        Self { status, ran, varies, ..Self::default() }
    }

    pub fn to_text(&self) -> String {
        let mut text = format!("{}", self.status);
        for (name, values) in [
            ("allow-origin", &self.allow_origin),
            ("credentials", &self.credentials),
            ("methods", &self.methods),
            ("max-age", &self.max_age),
        ] {
            for value in values {
                let _ = write!(text, " {name}: {value:?}");
            }
        }
        let _ = write!(text, " ran: {} varies: {}", self.ran, self.varies);
        text
    }
}

fn one(text: impl Into<String>) -> Vec<String> {
    vec![text.into()]
}

/// The answer under a version of the list.
pub fn expected(scope: Scope, origin: &str, preflight: bool, version: u32) -> Answer {
    let allowed = scope.allows(origin, version);
    match (scope, preflight) {
        // A policy that is off changes nothing, preflights included.
        (Scope::Off, _) => {
            Answer { allow_origin: one(INNER_ORIGIN), ..Answer::bare(200, true, false) }
        }
        (Scope::Public, true) => {
            Answer { allow_origin: one("*"), ..Answer::bare(204, false, false) }
        }
        (Scope::Public, false) => {
            Answer { allow_origin: one("*"), ..Answer::bare(200, true, false) }
        }
        (_, true) | (Scope::Enforced, false) if !allowed => Answer::bare(403, false, true),
        (Scope::Api, false) if !allowed => Answer::bare(200, true, true),
        (Scope::Api, true) => Answer {
            allow_origin: one(origin),
            credentials: one("true"),
            methods: one(method(version)),
            max_age: one((version + 1).to_string()),
            ..Answer::bare(204, false, true)
        },
        (Scope::Api, false) => Answer {
            allow_origin: one(origin),
            credentials: one("true"),
            ..Answer::bare(200, true, true)
        },
        (Scope::Enforced, true) => {
            Answer { allow_origin: one(origin), ..Answer::bare(204, false, true) }
        }
        (Scope::Enforced, false) => {
            Answer { allow_origin: one(origin), ..Answer::bare(200, true, true) }
        }
    }
}

/// The answer where a tenant's policy allows the origin.
pub fn granted_tenant(origin: &str, preflight: bool) -> Answer {
    let base =
        if preflight { Answer::bare(204, false, true) } else { Answer::bare(200, true, true) };
    Answer { allow_origin: one(origin), credentials: one("true"), ..base }
}

/// The answers where it does not, or where the policy is unavailable.
pub fn refused_tenant(preflight: bool) -> Vec<Answer> {
    if preflight {
        vec![Answer::bare(403, false, true), Answer::bare(503, false, true)]
    } else {
        vec![Answer::bare(200, true, true)]
    }
}
