//! What each feature costs: the same request by way of it. For these rows the middleware is built
//! with its optional features (`--features features`).

use crate::{
    config::Config,
    drive::Inner,
    request::Template,
    scenario::{Rule, Scenario, own},
    subject::{Call, Subject, apart, tower_call},
};
use bytes::Bytes;
use http_body_util::Empty;
use tower::{Layer, Service};
use tower_cors::{
    AllowOrigin, AsyncCorsLayer, Cors, CorsLayer, Policy, PolicyList, Reloadable, Resolver,
    policy::BoxError, routes::PolicyEntry, select::SelectPolicy, source::AsyncCors,
};
use tracing::Level;

const APP: &str = "https://app.example.com";
const API: &str = "https://api.example.com";
const EVIL: &str = "https://evil.example.net";

const GRANTED: &str = "features: actual, granted";
const PREFLIGHT: &str = "features: preflight granted";
const REFUSED: &str = "features: actual, refused";
const NOT_CORS: &str = "features: no Origin";
const ONE_SCOPE: &str = "a list of 1 scope";
const ONE_EXPRESSION: &str = "one regular expression";

/// The rows.
pub const SCENARIOS: &[Scenario] = &[
    own(NOT_CORS, |s| call(s, plain, get), Rule::Adds(860)),
    own(GRANTED, |s| call(s, plain, granted), Rule::Small),
    own(REFUSED, |s| call(s, plain, refused), Rule::Small),
    own(PREFLIGHT, |s| call(s, plain, preflight), Rule::Small),
    own(ONE_SCOPE, |s| call(s, || scopes(1), || at(0)), Rule::AtMost(116, GRANTED)),
    // Some 50 of these depend on whether the compiler writes the look-up in a map in place.
    own("a list of 1 scope, no Origin", |s| call(s, || scopes(1), not_cors), Rule::Adds(1_340)),
    own("a list of 10 scopes, the first", |s| call(s, || scopes(10), || at(0)), FLAT),
    own("a list of 10 scopes, the last", |s| call(s, || scopes(10), || at(9)), FLAT),
    own("a list of 10 scopes, none", |s| alone(s, || scopes(10), elsewhere), FLAT),
    own("a list of 100 scopes, the first", |s| call(s, || scopes(100), || at(0)), FLAT),
    own("a list of 100 scopes, the last", |s| call(s, || scopes(100), || at(99)), FLAT),
    own("a list of 100 scopes, none", |s| alone(s, || scopes(100), elsewhere), FLAT),
    own("a list of 10,000 scopes, the first", |s| call(s, || scopes(10_000), || at(0)), FLAT),
    own("a list of 10,000 scopes, the last", |s| call(s, || scopes(10_000), || at(9_999)), FLAT),
    own("a list of 10,000 scopes, none", |s| alone(s, || scopes(10_000), elsewhere), FLAT),
    own("two policies in one scope, the second", |s| call(s, two_in_one_scope, granted), STORED),
    own("by_request", |s| call(s, by_request, granted), Rule::AtMost(110, GRANTED)),
    own("reload", |s| call(s, reload, granted), Rule::AtMost(120, GRANTED)),
    own("async source, ready at once", ready_source, STORED),
    own("resolver, hit", |s| resolver(s, APP), STORED),
    own("resolver, negative hit", |s| resolver(s, EVIL), STORED),
    own("enforce, granted", |s| call(s, enforce, granted), Rule::AtMost(103, GRANTED)),
    own("enforce, refused", |s| alone(s, enforce, refused), Rule::AtMost(103, REFUSED)),
    own("enforce, same-origin by Sec-Fetch-Site", |s| alone(s, enforce, same_origin), STORED),
    own("enforce, same-origin by Host", |s| alone(s, enforce, same_host), STORED),
    own("allow_hosts, granted", |s| call(s, hosts, granted), STORED),
    own("allow_hosts, another host", |s| alone(s, hosts, other_host), STORED),
    own("hook", |s| call(s, hook, granted), Rule::AtMost(105, GRANTED)),
    own("recorded decision", |s| alone(s, recorded, granted), STORED),
    own("shadow policy that agrees", |s| call(s, shadow, granted), Rule::AtMost(130, GRANTED)),
    own(ONE_EXPRESSION, |s| alone(s, || expressions(1), granted), STORED),
    own(
        "ten regular expressions, the last",
        |s| alone(s, || expressions(10), granted),
        Rule::AtMost(150, ONE_EXPRESSION),
    ),
    own("predicate", |s| alone(s, predicate, granted), STORED),
    own("wrap_body", wrapped, Rule::AtMost(105, GRANTED)),
    own("log at WARN, no Origin", |s| logged(s, Level::WARN, get), Rule::AtMost(101, NOT_CORS)),
    own("log at WARN, granted", |s| logged(s, Level::WARN, granted), Rule::AtMost(101, GRANTED)),
    own("log at WARN, preflight", |s| logged(s, Level::WARN, preflight), WARN_PREFLIGHT),
    own("log at WARN, refused", |s| logged(s, Level::WARN, refused), Rule::AtMost(118, REFUSED)),
    own("log at INFO, granted", |s| logged(s, Level::INFO, granted), Rule::AtMost(101, GRANTED)),
    own("log at INFO, refused", |s| logged(s, Level::INFO, refused), Rule::AtMost(118, REFUSED)),
    own("log at DEBUG, granted", |s| logged(s, Level::DEBUG, granted), Rule::AtMost(101, GRANTED)),
    own("log at DEBUG, refused", |s| logged(s, Level::DEBUG, refused), STORED),
    own("log at TRACE, granted", |s| logged(s, Level::TRACE, granted), STORED),
];

const STORED: Rule = Rule::Stored;
const FLAT: Rule = Rule::AtMost(120, ONE_SCOPE);
const WARN_PREFLIGHT: Rule = Rule::AtMost(113, PREFLIGHT);

/// The layer over the inner service, and beside it the same by hand, without the feature.
fn call<P>(subject: Subject, layer: fn() -> CorsLayer<P>, request: fn() -> Template) -> Option<Call>
where
    P: SelectPolicy + Clone + Send + 'static,
{
    match subject {
        Subject::Hand => Some(tower_call(hand().layer(Inner), apart(request))),
        _ => alone(subject, layer, request),
    }
}

/// The same where a layer that knows one policy only has nothing like it.
fn alone<P>(
    subject: Subject,
    layer: fn() -> CorsLayer<P>,
    request: fn() -> Template,
) -> Option<Call>
where
    P: SelectPolicy + Clone + Send + 'static,
{
    match subject {
        Subject::Bare => Some(tower_call(Inner, apart(request))),
        Subject::TowerCors => {
            let service: Cors<Inner, P> = apart(layer).layer(Inner);
            Some(tower_call(service, apart(request)))
        }
        _ => None,
    }
}

fn hand() -> crate::hand::HandLayer {
    apart(|| Config::full().hand()).expect("a policy that is written by hand")
}

fn plain() -> CorsLayer {
    Config::full().tower_cors()
}

fn full() -> Policy {
    plain().policies().clone()
}

fn get() -> Template {
    Template::get()
}

pub(crate) fn granted() -> Template {
    Template::get().origin(APP)
}

pub(crate) fn refused() -> Template {
    Template::get().origin(EVIL)
}

pub(crate) fn preflight() -> Template {
    Template::preflight(APP)
}

fn same_origin() -> Template {
    Template::get().origin(API).with(http::HeaderName::from_static("sec-fetch-site"), "same-origin")
}

fn same_host() -> Template {
    Template::get().origin(API).without("sec-fetch-site")
}

fn other_host() -> Template {
    Template::get().with(http::header::HOST, "rebound.example.net")
}

fn at(scope: usize) -> Template {
    granted().path(&format!("/service-{scope}/items"))
}

fn not_cors() -> Template {
    Template::get().path("/service-0/items")
}

fn elsewhere() -> Template {
    granted().path("/elsewhere/items")
}

fn scopes(count: usize) -> CorsLayer<PolicyList> {
    let policy = full();
    let entry =
        |scope| PolicyEntry::new(policy.clone()).paths([format!("/service-{scope}/{{*rest}}")]);
    let list = (0..count).fold(PolicyList::builder(), |list, scope| list.entry(entry(scope)));
    CorsLayer::with_policies(list.build().expect("a list"))
}

fn two_in_one_scope() -> CorsLayer<PolicyList> {
    let other = Config::list(vec!["https://partner.example.org".to_owned()]).tower_cors();
    let policies = [other.policies().clone(), full()];
    let entry = |policy| PolicyEntry::new(policy).paths(["/api/{*rest}"]);
    let list = policies.into_iter().fold(PolicyList::builder(), |list, p| list.entry(entry(p)));
    CorsLayer::with_policies(list.build().expect("a list"))
}

fn by_request() -> CorsLayer<impl SelectPolicy + Clone + Send + 'static> {
    let policy = full();
    CorsLayer::by_request(move |_| Some(policy.clone()))
}

fn reload() -> CorsLayer<Reloadable> {
    CorsLayer::with_policies(Reloadable::new(full()).0)
}

fn enforce() -> CorsLayer {
    Config { enforce: true, ..Config::full() }.tower_cors()
}

fn hosts() -> CorsLayer {
    let builder = Config::full().without_origins().allow_origin([APP, "https://www.example.com"]);
    builder.allow_hosts(["api.example.com", "*.internal.example"]).build().expect("a policy")
}

fn hook() -> CorsLayer {
    plain().on_decision(|decision, _| {
        std::hint::black_box(decision.is_granted());
    })
}

fn recorded() -> CorsLayer {
    plain().record_decision(true)
}

fn shadow() -> CorsLayer {
    plain().shadow(full(), |_, _, _| ())
}

fn expressions(count: usize) -> CorsLayer {
    let expression = |number: usize| match number {
        0 => AllowOrigin::regex(r"https://[a-z0-9-]+\.example\.com"),
        _ => AllowOrigin::regex(format!(r"https://[a-z0-9-]+\.team-{number}\.example\.net")),
    };
    // The one that matches is the last.
    let origins = (0..count).rev().map(expression);
    Config::full()
        .without_origins()
        .allow_origin(AllowOrigin::list(origins))
        .build()
        .expect("a policy")
}

fn predicate() -> CorsLayer {
    let predicate = AllowOrigin::predicate(|origin, _| {
        origin.scheme() == "https" && origin.host().ends_with(".example.com")
    });
    Config::full().without_origins().allow_origin(predicate).build().expect("a policy")
}

fn wrapped(subject: Subject) -> Option<Call> {
    match subject {
        Subject::TowerCors => {
            Some(tower_call(apart(plain).wrap_body().layer(Inner), apart(granted)))
        }
        _ => call(subject, plain, granted),
    }
}

fn ready_source(subject: Subject) -> Option<Call> {
    if subject != Subject::TowerCors {
        return alone(subject, plain, granted);
    }
    let policy = apart(full);
    let layer = AsyncCorsLayer::new(move |_: &http::request::Parts| {
        std::future::ready(Ok::<_, BoxError>(Some(policy.clone())))
    });
    Some(tower_call(layer.layer(Inner), apart(granted)))
}

fn resolver(subject: Subject, origin: &'static str) -> Option<Call> {
    if subject != Subject::TowerCors {
        return alone(subject, plain, granted);
    }
    let policy = apart(full);
    let lookup = move |origin: tower_cors::Origin| {
        let policy = (origin.as_str() == APP).then(|| policy.clone());
        std::future::ready(Ok::<_, BoxError>(policy))
    };
    let resolver = Resolver::builder(lookup).build().expect("a resolver");
    let mut service: AsyncCors<_, _> = AsyncCorsLayer::with_source(resolver).layer(Inner);
    let template = Template::get().origin(origin);
    // The first request looks it up.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let first = service.call(template.request::<Empty<Bytes>>());
    drop(runtime.expect("a runtime").block_on(first));
    Some(tower_call(service, template))
}

/// Under a log of this level, which goes nowhere.
fn logged(subject: Subject, level: Level, request: fn() -> Template) -> Option<Call> {
    if subject != Subject::TowerCors {
        return None;
    }
    let mut call = alone(subject, plain, request)?;
    let log = tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::sink).finish();
    let guard = tracing::subscriber::set_default(log);
    Some(Box::new(move || {
        let _ = &guard;
        call();
    }))
}
