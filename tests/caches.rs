//! What a cache that honors `Vary` hands out is what the policy says of each request: it never hands
//! out a wrong grant and never withholds a right one, whatever chose the policy.

use http::{
    HeaderValue, Request, Response,
    header::{ACCEPT_LANGUAGE, IF_NONE_MATCH, ORIGIN},
    request::Parts,
};
use proptest::{prelude::*, sample::select};
use std::{convert::Infallible, sync::Arc, time::Duration};
use tower::{Layer, service_fn};
use tower_browser::{
    Browser,
    options::{CacheMode, Credentials, Mode},
};
use tower_cors::{
    CorsLayer, Policy, PolicyList, Reloadable,
    routes::PolicyEntry,
    select::{ByRequest, SelectPolicy},
};

/// All of one site, so that they share a cache.
const PAGES: [&str; 4] = [
    "https://a.example.com",
    "https://b.example.com",
    "https://evil.example.com",
    "https://api.example.com",
];

type Selector = Arc<dyn SelectPolicy + Send + Sync>;

#[derive(Clone, Debug)]
struct Ask {
    page: &'static str,
    path: &'static str,
    german: bool,
    credentials: bool,
    /// As an image would be loaded: without `Origin`.
    no_cors: bool,
    revalidate: bool,
}

#[derive(Clone, Debug)]
enum Step {
    Ask(Ask),
    Wait(u64),
    /// Swap the list for this one, where it can be swapped.
    Replace(Kind),
}

/// A policy by its settings.
#[derive(Clone, Copy, Debug)]
enum Kind {
    One(&'static str),
    Two,
    Any,
    /// All headers exposed, with credentials: a list that each response's headers decide.
    Exposing,
    ExposingOne,
}

impl Kind {
    fn policy(self) -> Policy {
        let builder = Policy::builder();
        let builder = match self {
            Self::One(origin) => builder.allow_origin(origin).expose_headers("x-a"),
            Self::Two => builder.allow_origin([PAGES[0], PAGES[1]]),
            Self::Any => builder.allow_origin("*"),
            Self::Exposing => {
                let both = builder.allow_origin([PAGES[0], PAGES[1]]);
                both.allow_credentials(true).expose_headers("*")
            }
            Self::ExposingOne => {
                builder.allow_origin(PAGES[0]).allow_credentials(true).expose_headers("*")
            }
        };
        builder.build().expect("valid")
    }
}

/// What selects the policy.
#[derive(Clone, Debug)]
enum How {
    Policy(Kind),
    /// Two entries in one scope, behind a scope of its own.
    List(Kind, Kind, Kind),
    /// By the origin: the first for page a, the second for page b, none for others.
    ByOrigin(Kind, Kind),
    /// By a header that is named.
    ByLanguage(Option<Kind>, Option<Kind>),
    Reload(Kind),
}

fn list(kind: Kind) -> PolicyList {
    kind.policy().into()
}

impl How {
    /// All that are in force, one after the other; and what swaps them.
    fn selector(&self) -> (Selector, Option<tower_cors::reload::ReloadHandle>) {
        match self.clone() {
            Self::Policy(kind) => (Arc::new(kind.policy()), None),
            Self::List(first, second, third) => {
                let list = PolicyList::builder()
                    .entry(PolicyEntry::new(first.policy()).paths(["/one"]))
                    .entry(PolicyEntry::new(second.policy()).named("second"))
                    .entry(PolicyEntry::new(third.policy()).named("third"));
                (Arc::new(list.build().expect("valid")), None)
            }
            Self::ByOrigin(first, second) => {
                let (first, second) = (first.policy(), second.policy());
                let select = move |parts: &Parts| match parts.headers.get(ORIGIN)?.to_str().ok()? {
                    origin if origin == PAGES[0] => Some(first.clone()),
                    origin if origin == PAGES[1] => Some(second.clone()),
                    _ => None,
                };
                (Arc::new(ByRequest::new(select)), None)
            }
            Self::ByLanguage(german, other) => {
                let (german, other) = (german.map(Kind::policy), other.map(Kind::policy));
                let select = move |parts: &Parts| {
                    let language = parts.headers.get(ACCEPT_LANGUAGE);
                    if language.is_some_and(|language| language == "de") {
                        german.clone()
                    } else {
                        other.clone()
                    }
                };
                (Arc::new(ByRequest::new(select).reads([ACCEPT_LANGUAGE])), None)
            }
            Self::Reload(kind) => {
                let (policies, handle) = Reloadable::new(list(kind));
                (Arc::new(policies), Some(handle))
            }
        }
    }
}

/// Blocked, or whether the script may read `x-a`.
type Outcome = Option<bool>;

fn outcome(browser: &Browser, policies: &Selector, ask: &Ask) -> Outcome {
    let service = CorsLayer::with_policies(policies.clone()).layer(service_fn(
        |request: Request<Vec<u8>>| async move {
            // A validator for each variant. Browsers ask with one of another variant too, which a
            // cache that honors `Vary` does not, and a 304 cannot take back that one's grant.
            let sent = |name| request.headers().get(name).map_or(&b""[..], HeaderValue::as_bytes);
            let [origin, language] = [sent(ORIGIN), sent(ACCEPT_LANGUAGE)];
            let etag = [b"\"", origin, b" ", language, b"\""].concat();
            let unchanged = sent(IF_NONE_MATCH) == etag;
            let response =
                Response::builder().header("etag", &etag[..]).header("cache-control", "max-age=60");
            let response =
                if unchanged { response.status(304) } else { response.header("x-a", "1") };
            Ok::<_, Infallible>(response.body(Vec::new()).expect("a valid response"))
        },
    ));
    let mut fetch = browser.page(ask.page).fetch(format!("https://api.example.com{}", ask.path));
    if ask.german {
        fetch = fetch.header("accept-language", "de");
    }
    if ask.credentials {
        fetch = fetch.credentials(Credentials::Include);
    }
    if ask.no_cors {
        fetch = fetch.mode(Mode::NoCors);
    }
    if ask.revalidate {
        fetch = fetch.cache(CacheMode::NoCache);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let answer = runtime.block_on(fetch.send(service)).ok()?;
    Some(answer.header("x-a").is_some())
}

fn kind() -> impl Strategy<Value = Kind> {
    select(vec![
        Kind::One(PAGES[0]),
        Kind::One(PAGES[1]),
        Kind::Two,
        Kind::Any,
        Kind::Exposing,
        Kind::ExposingOne,
    ])
}

fn how() -> impl Strategy<Value = How> {
    let maybe = || proptest::option::of(kind());
    prop_oneof![
        kind().prop_map(How::Policy),
        (kind(), kind(), kind()).prop_map(|(a, b, c)| How::List(a, b, c)),
        (kind(), kind()).prop_map(|(a, b)| How::ByOrigin(a, b)),
        (maybe(), maybe()).prop_map(|(a, b)| How::ByLanguage(a, b)),
        kind().prop_map(How::Reload),
    ]
}

fn ask() -> impl Strategy<Value = Ask> {
    let flags = (any::<bool>(), any::<bool>(), prop::bool::weighted(0.2), any::<bool>());
    (select(PAGES.to_vec()), select(vec!["/one", "/two"]), flags).prop_map(
        |(page, path, (german, credentials, no_cors, revalidate))| Ask {
            page,
            path,
            german,
            credentials,
            no_cors,
            revalidate,
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => ask().prop_map(Step::Ask),
        1 => select(vec![10, 90]).prop_map(Step::Wait),
        1 => kind().prop_map(Step::Replace),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 600,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// After a reload, what was stored may be what an earlier list said of the same request: that
    /// is as fresh as the response says it is.
    #[test]
    fn a_cache_that_honors_vary_changes_nothing(
        how in how(),
        steps in prop::collection::vec(step(), 1..16),
    ) {
        let (policies, handle) = how.selector();
        let cached = Browser::new().http_cache(true);
        // Each list that was in force, by itself.
        let mut in_force = vec![how.selector().0];
        for step in &steps {
            match step {
                Step::Wait(seconds) => cached.advance(Duration::from_secs(*seconds)),
                Step::Replace(kind) => {
                    if let Some(handle) = &handle {
                        handle.replace(list(*kind));
                        in_force.push(How::Reload(*kind).selector().0);
                    }
                }
                Step::Ask(ask) => {
                    let got = outcome(&cached, &policies, ask);
                    let right = in_force
                        .iter()
                        .map(|policies| outcome(&Browser::new(), policies, ask))
                        .collect::<Vec<_>>();
                    // A 304 brings no computed list of exposed headers, so after a reload that
                    // of the stored response stays, if it has one.
                    let same = |right: &Outcome| match in_force.len() {
                        1 => *right == got,
                        _ => right.is_some() == got.is_some(),
                    };
                    prop_assert!(right.iter().any(same), "{ask:?}: {got:?}, not one of {right:?}");
                }
            }
        }
    }
}
