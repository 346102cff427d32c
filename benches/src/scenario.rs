//! The scenarios.

use crate::{
    config::Config,
    request::Template,
    subject::{Call, Subject},
};

/// One request under one policy.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// As the tables have it.
    pub name: &'static str,
    pub(crate) config: fn() -> Config,
    pub(crate) request: fn() -> Template,
    pub(crate) shell: Shell,
    /// What must hold for it.
    pub rule: Rule,
    /// Whether all subjects are asked, or only this crate: what is linear takes too long.
    pub(crate) peers: bool,
}

/// How the service is held.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shell {
    /// As it is.
    Plain,
    /// Cloned for each request, as hyper's and axum's servers do.
    Cloned,
    /// `Router::layer` of axum: around each route.
    RouterLayer,
    /// Around axum's `Router`.
    AroundRouter,
    /// No request: the policy is built.
    Build,
    /// As this function says, whatever the policy and the request of the scenario are.
    #[cfg_attr(not(feature = "features"), expect(dead_code, reason = "for rows of features"))]
    Own(fn(Subject) -> Option<Call>),
}

/// What must hold, beside the stored figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Within 1.10 times the floor, and adds at most half of what tower-http adds, and 1.40 times
    /// what the floor adds.
    Small,
    /// At most so many hundredths of what tower-cors takes for another scenario.
    AtMost(u64, &'static str),
    /// At most half of what this crate once took, which were so many instructions.
    Half(u64),
    /// At most so many instructions more than what the inner service takes alone.
    Adds(u64),
    /// Nothing but the stored figures.
    Stored,
}

const APP: &str = "https://app.example.com";
const EVIL: &str = "https://evil.example.net";

const GRANTED: &str = "actual, granted, full policy";
const REFUSED: &str = "actual, refused";
const PREFLIGHT_REFUSED: &str = "preflight refused";
const EXACT: &str = "actual granted, 10,000 origins, the last";

const fn scenario(
    name: &'static str,
    config: fn() -> Config,
    request: fn() -> Template,
    rule: Rule,
) -> Scenario {
    Scenario { name, config, request, shell: Shell::Plain, rule, peers: true }
}

/// Of this crate alone.
const fn ours(
    name: &'static str,
    config: fn() -> Config,
    request: fn() -> Template,
    rule: Rule,
) -> Scenario {
    Scenario { peers: false, ..scenario(name, config, request, rule) }
}

/// Made by a function of its own.
#[cfg(feature = "features")]
pub(crate) const fn own(
    name: &'static str,
    call: fn(Subject) -> Option<Call>,
    rule: Rule,
) -> Scenario {
    Scenario { shell: Shell::Own(call), ..scenario(name, Config::any, Template::get, rule) }
}

/// Those that take valgrind too long.
pub const LARGE: &[Scenario] = &[
    ours(
        "actual granted, 1,000,000 subdomain patterns",
        || Config::patterns(million_patterns()),
        || Template::get().origin("https://app.tenant-999999.example.com"),
        Rule::Stored,
    ),
    Scenario {
        shell: Shell::Build,
        ..ours(
            "building a policy of 1,000,000 origins",
            || Config::list(million()),
            Template::get,
            Rule::Stored,
        )
    },
    Scenario {
        shell: Shell::Build,
        ..ours(
            "building a policy of 1,000,000 subdomain patterns",
            || Config::patterns(million_patterns()),
            Template::get,
            Rule::Stored,
        )
    },
];

/// All others.
pub const SCENARIOS: &[Scenario] = &[
    scenario("no Origin, full policy", Config::full, Template::get, Rule::Small),
    scenario("actual, any origin", Config::any, || Template::get().origin(APP), Rule::Small),
    scenario(GRANTED, Config::full, || Template::get().origin(APP), Rule::Small),
    Scenario {
        shell: Shell::Cloned,
        ..scenario(
            "the same, service cloned per request",
            Config::full,
            || Template::get().origin(APP),
            Rule::Small,
        )
    },
    scenario(REFUSED, Config::full, || Template::get().origin(EVIL), Rule::Small),
    scenario("preflight granted", Config::full, || Template::preflight(APP), Rule::Small),
    scenario(PREFLIGHT_REFUSED, Config::full, || Template::preflight(EVIL), Rule::Small),
    scenario(
        EXACT,
        || Config::list(tenants(10_000)),
        || Template::get().origin(&tenant(9_999)),
        Rule::Small,
    ),
    scenario(
        "preflight, 16 KB of request headers",
        Config::full,
        || Template::preflight_asking(APP, &names(16 << 10)),
        Rule::Small,
    ),
    Scenario {
        shell: Shell::RouterLayer,
        ..scenario(
            "axum Router::layer, actual granted",
            Config::full,
            || Template::get().origin(APP),
            Rule::Small,
        )
    },
    Scenario {
        shell: Shell::AroundRouter,
        ..scenario(
            "axum, around the Router, preflight",
            Config::full,
            || Template::preflight(APP),
            Rule::Small,
        )
    },
    scenario(
        "preflight, mirrored under credentials",
        || Config { mirror: true, ..Config::full() },
        || Template::preflight(APP),
        Rule::Stored,
    ),
    scenario(
        "actual, exposing all under credentials",
        || Config { mirror: true, ..Config::full() },
        || Template::get().origin(APP),
        Rule::Stored,
    ),
    scenario(
        "actual, refused, enforced",
        || Config { enforce: true, ..Config::full() },
        || Template::get().origin(EVIL),
        Rule::Stored,
    ),
    scenario(
        "actual, one subdomain pattern",
        || Config::patterns(vec!["https://*.example.com".to_owned()]),
        || Template::get().origin(APP),
        Rule::Stored,
    ),
    Scenario {
        shell: Shell::Build,
        ..ours(
            "building a policy of 1,000 origins",
            || Config::list(tenants(1000)),
            Template::get,
            Rule::Half(2_900_048),
        )
    },
    ours(
        "actual granted, 1,000,000 origins",
        || Config::list(million()),
        || Template::get().origin(&tenant(999_999)),
        Rule::AtMost(150, GRANTED),
    ),
    scenario(
        "actual granted, 10,000 subdomain patterns",
        || Config::patterns((0..10_000).map(subdomains).collect()),
        || Template::get().origin("https://app.tenant-9999.example.com"),
        Rule::AtMost(115, EXACT),
    ),
    scenario(
        "actual granted, 10,000 in-label patterns",
        || Config::patterns((0..10_000).map(previews).collect()),
        || Template::get().origin("https://shop-git-main-team-9999.example.dev"),
        Rule::AtMost(150, EXACT),
    ),
    ours(
        "actual granted, in-label patterns of a hundred shapes",
        || Config::patterns(hundred_shapes()),
        || Template::get().origin("https://aaaaaaaaa-x-aaaaaaaaa.example.dev"),
        Rule::AtMost(200, EXACT),
    ),
    scenario(
        "actual refused, in-label patterns of every shape",
        || Config::patterns(all_shapes()),
        || Template::get().origin(&format!("https://{}.example.dev", "b".repeat(63))),
        Rule::AtMost(300, EXACT),
    ),
    scenario(
        "actual, an Origin of 1 MiB",
        Config::full,
        || Template::get().origin(&"a".repeat(1 << 20)),
        Rule::AtMost(200, REFUSED),
    ),
    scenario(
        "actual, an Origin of 1 MiB, patterns",
        || Config::patterns((0..100).map(subdomains).collect()),
        || Template::get().origin(&format!("https://{}.example.com", "a.".repeat(1 << 19))),
        Rule::AtMost(200, REFUSED),
    ),
    scenario(
        "preflight refused, 1 MiB of commas",
        Config::full,
        || Template::preflight_asking(EVIL, &",".repeat(1 << 20)),
        Rule::AtMost(200, PREFLIGHT_REFUSED),
    ),
    scenario(
        "preflight granted, 1 MiB of commas",
        Config::full,
        || Template::preflight_asking(APP, &",".repeat(1 << 20)),
        Rule::AtMost(200, PREFLIGHT_REFUSED),
    ),
    scenario(
        "preflight mirrored, 1 MiB of commas",
        || Config { mirror: true, ..Config::full() },
        || Template::preflight_asking(APP, &",".repeat(1 << 20)),
        Rule::Stored,
    ),
    scenario(
        "preflight mirrored, 4,096 bytes of commas",
        || Config { mirror: true, ..Config::full() },
        || Template::preflight_asking(APP, &",".repeat(4096)),
        Rule::Stored,
    ),
];

/// A million origins.
#[must_use]
pub fn million() -> Vec<String> {
    tenants(1_000_000)
}

/// A million patterns, of one shape.
#[must_use]
pub fn million_patterns() -> Vec<String> {
    (0..1_000_000).map(subdomains).collect()
}

fn tenants(count: u32) -> Vec<String> {
    (0..count).map(tenant).collect()
}

fn tenant(number: u32) -> String {
    format!("https://tenant-{number}.example.com")
}

fn subdomains(number: u32) -> String {
    format!("https://*.tenant-{number}.example.com")
}

/// Previews of a platform where each team has a name of its own.
fn previews(number: u32) -> String {
    format!("https://shop-git-*-team-{number}.example.dev")
}

/// Ten lengths before the star, and ten after it.
fn hundred_shapes() -> Vec<String> {
    let pattern = |prefix: usize, suffix: usize| {
        format!("https://{}-*-{}.example.dev", "a".repeat(prefix), "a".repeat(suffix))
    };
    (0..100).map(|number| pattern(number / 10, number % 10)).collect()
}

/// One pattern for each pair of a prefix's and a suffix's length.
fn all_shapes() -> Vec<String> {
    let pattern = |prefix: usize, suffix: usize| {
        format!("https://{}*{}.example.dev", "a".repeat(prefix), "a".repeat(suffix))
    };
    let lengths = (0..=62).flat_map(|prefix| (0..=62 - prefix).map(move |suffix| (prefix, suffix)));
    // Neither: the star alone is a whole label.
    lengths.filter(|lengths| *lengths != (0, 0)).map(|(p, s)| pattern(p, s)).collect()
}

/// This many bytes of header names.
fn names(bytes: usize) -> String {
    let numbers = 0..bytes / "x-header-0000,".len();
    numbers.map(|number| format!("x-header-{number:04}")).collect::<Vec<_>>().join(",")
}
