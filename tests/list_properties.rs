//! What holds for every list of policies: the naive reading of its rules, and `Vary`.

use http::{HeaderMap, Method, Request, Response, StatusCode, request::Parts};
use proptest::{prelude::*, sample::select};
use tower_cors::{Policy, PolicyList, protocol::Action, routes::PolicyEntry, select::SelectPolicy};

const ORIGINS: [&str; 4] =
    ["https://a.example", "https://b.example", "https://x.c.example", "https://d.example"];
const PATHS: [&str; 4] = ["/api/1", "/api/2", "/other", "/"];

/// One entry as plain data.
#[derive(Clone, Debug)]
struct Entry {
    path: Option<&'static str>,
    origins: Vec<&'static str>,
    credentials: bool,
    methods_any: bool,
    off: bool,
}

impl Entry {
    fn covers(&self, path: &str) -> bool {
        match self.path {
            None => true,
            Some("/api/{id}") => path.starts_with("/api/"),
            Some(exact) => exact == path,
        }
    }

    fn allows(&self, origin: &str) -> bool {
        self.origins.iter().any(|allowed| match *allowed {
            "*" => true,
            "https://*.c.example" => origin == "https://x.c.example",
            exact => exact == origin,
        })
    }
}

fn entry() -> impl Strategy<Value = Entry> {
    let paths = select(vec![None, Some("/api/{id}"), Some("/api/1"), Some("/other")]);
    let origins = prop_oneof![
        1 => Just(vec!["*"]),
        3 => proptest::sample::subsequence(
            vec!["https://a.example", "https://b.example", "https://*.c.example"], 1..=3),
    ];
    (paths, origins, any::<bool>(), any::<bool>(), prop::bool::weighted(0.1)).prop_map(
        |(path, origins, credentials, methods_any, off)| {
            let credentials = credentials && origins != ["*"];
            Entry { path, origins, credentials, methods_any, off }
        },
    )
}

/// The list, if it is a valid one: a scope may be dead, or off and shared.
fn build(entries: &[Entry]) -> Option<PolicyList> {
    let mut builder = PolicyList::builder();
    for entry in entries {
        let methods: &[&str] = if entry.methods_any { &["*"] } else { &["PUT"] };
        let policy = Policy::builder()
            .allow_origin(&entry.origins)
            .allow_credentials(entry.credentials)
            .allow_methods(methods)
            .build()
            .expect("a valid policy");
        let added = if entry.off { PolicyEntry::off() } else { PolicyEntry::new(policy) };
        builder = builder.entry(match entry.path {
            Some(path) => added.paths([path]),
            None => added,
        });
    }
    builder.build().ok()
}

#[derive(Clone, Debug)]
struct Asked {
    path: &'static str,
    origin: Option<&'static str>,
    preflight: Option<&'static str>,
}

fn asked() -> impl Strategy<Value = Asked> {
    let origin = proptest::option::weighted(0.8, select(ORIGINS.to_vec()));
    let preflight = proptest::option::of(select(vec!["PUT", "DELETE"]));
    (select(PATHS.to_vec()), origin, preflight).prop_map(|(path, origin, preflight)| Asked {
        path,
        origin,
        preflight,
    })
}

impl Asked {
    fn parts(&self) -> Parts {
        let mut request = Request::builder().uri(self.path);
        if let Some(origin) = self.origin {
            request = request.header("origin", origin);
        }
        if let Some(method) = self.preflight {
            request =
                request.method(Method::OPTIONS).header("access-control-request-method", method);
        }
        request.body(()).expect("a valid request").into_parts().0
    }
}

/// Status and headers, where a policy governs; those of an inner service that says nothing itself.
fn answer(list: &PolicyList, asked: &Asked) -> Option<(StatusCode, HeaderMap)> {
    let parts = asked.parts();
    Some(match list.select(&parts)?.evaluate().into_action() {
        Action::Respond(response) => (response.status(), response.headers().clone()),
        Action::Forward(decoration) => {
            let mut response = Response::new(());
            decoration.apply(&mut response);
            (response.status(), response.headers().clone())
        }
    })
}

/// The scope of a path and, in it, the entry that allows an origin.
fn naive<'a>(entries: &'a [Entry], asked: &Asked) -> (Vec<&'a Entry>, Option<&'a Entry>) {
    let Some(first) = entries.iter().find(|entry| entry.covers(asked.path)) else {
        return (Vec::new(), None);
    };
    let scope = entries.iter().filter(|entry| entry.path == first.path).collect::<Vec<_>>();
    let governing =
        asked.origin.and_then(|origin| scope.iter().find(|e| e.allows(origin)).copied());
    (scope, governing)
}

fn names(headers: &HeaderMap) -> Vec<String> {
    let lines = headers.get_all("vary").iter().filter_map(|line| line.to_str().ok());
    let names = lines.flat_map(|line| line.split(',')).map(|name| name.trim().to_ascii_lowercase());
    names.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// The path picks the scope, the origin the policy within it, and nothing outside it widens it.
    #[test]
    fn the_naive_reading(entries in prop::collection::vec(entry(), 1..5), asked in asked()) {
        let Some(list) = build(&entries) else { return Ok(()) };
        let (scope, governing) = naive(&entries, &asked);
        let answer = answer(&list, &asked);
        let governed = scope.first().is_some_and(|entry| !entry.off);
        prop_assert_eq!(answer.is_some(), governed);
        let Some((_, headers)) = answer else { return Ok(()) };
        // A static policy, alone in its scope, sends its one answer to actual requests always.
        let only = |entry: &Entry| entry.origins.len() == 1 && entry.origins[0] != "https://*.c.example";
        let fixed = scope.len() == 1 && only(scope[0]) && !(asked.origin.is_some() && asked.preflight.is_some());
        let expected = match (governing, asked.origin) {
            (Some(entry), Some(_)) if entry.origins == ["*"] => Some("*"),
            (Some(_), origin) => origin,
            (None, _) if fixed => Some(scope[0].origins[0]),
            (None, _) => None,
        };
        let found = headers.get("access-control-allow-origin").and_then(|value| value.to_str().ok());
        prop_assert_eq!(found, expected);
        let credentials = governing.map_or(fixed && scope[0].credentials, |entry| entry.credentials);
        prop_assert_eq!(headers.contains_key("access-control-allow-credentials"), credentials);
    }

    /// Where two answers to the same path and method differ, both name in `Vary` a header in which
    /// the requests differ.
    #[test]
    fn vary_names_what_answers_depend_on(
        entries in prop::collection::vec(entry(), 1..5),
        (one, other) in (asked(), asked()),
    ) {
        let Some(list) = build(&entries) else { return Ok(()) };
        let other = Asked { path: one.path, ..other };
        // A preflight is never stored by a cache, so that it matters only that what is mirrored
        // into a granted one is named (a static policy names `Origin` on none).
        let preflight = |asked: &Asked| asked.origin.is_some() && asked.preflight.is_some();
        if one.preflight.is_some() != other.preflight.is_some() || preflight(&one) != preflight(&other) {
            return Ok(());
        }
        let (Some(first), Some(second)) = (answer(&list, &one), answer(&list, &other)) else {
            return Ok(());
        };
        let refused = first.0 == StatusCode::FORBIDDEN || second.0 == StatusCode::FORBIDDEN;
        if preflight(&one) && refused {
            return Ok(());
        }
        if first == second {
            return Ok(());
        }
        let differ = [
            ("origin", one.origin != other.origin),
            ("access-control-request-method", one.preflight != other.preflight),
        ];
        for (_, headers) in [&first, &second] {
            let vary = names(headers);
            let named = differ.iter().any(|(name, differ)| *differ && vary.iter().any(|v| v == name));
            prop_assert!(named, "{:?} {:?}", first, second);
        }
    }
}

/// A segment of a path pattern, with literal text and parameters that overlap a lot.
fn segment() -> impl Strategy<Value = &'static str> {
    let segments = [
        "a", "b", "ab", "a.json", "", "{x}", "{y}", "a{x}", "{x}b", "a{x}b", "{x}.json", "é{x}",
        "{{x}}",
    ];
    select(segments.to_vec())
}

fn pattern() -> impl Strategy<Value = String> {
    let rest = prop_oneof![3 => Just(""), 1 => Just("/{*rest}"), 1 => Just("/a{*rest}")];
    (prop::collection::vec(segment(), 0..4), rest).prop_map(|(segments, rest)| {
        let path = segments.iter().flat_map(|segment| ["/", segment]).collect::<String>() + rest;
        if path.is_empty() { "/".to_owned() } else { path.replace('é', "%C3%A9") }
    })
}

fn path() -> impl Strategy<Value = String> {
    let segments = ["a", "b", "ab", "aab", "abb", "a.json", ".json", "", "{x}", "c", "%C3%A9a"];
    prop::collection::vec(select(segments.to_vec()), 1..5)
        .prop_map(|segments| segments.iter().flat_map(|segment| ["/", segment]).collect())
}

/// What one pattern covers, as matchit reads it.
fn covers(pattern: &str, path: &str) -> bool {
    let mut router = matchit::Router::new();
    router.insert(pattern, ()).expect("a valid pattern");
    router.at(path).is_ok()
}

/// The first scope, read from the top, of which one pattern covers the path.
fn first(scopes: &[Vec<String>], path: &str) -> Option<usize> {
    scopes.iter().position(|patterns| patterns.iter().any(|pattern| covers(pattern, path)))
}

fn scopes_to_list(scopes: &[Vec<String>]) -> Option<PolicyList> {
    let mut builder = PolicyList::builder();
    for (i, patterns) in scopes.iter().enumerate() {
        let policy = Policy::builder().allow_origin("*").build().expect("a valid policy");
        builder =
            builder.entry(PolicyEntry::new(policy).named(i.to_string()).paths(patterns.clone()));
    }
    builder.build().ok()
}

fn selected(list: &PolicyList, path: &str) -> Option<usize> {
    let parts = Request::builder().uri(path).body(()).expect("a valid request").into_parts().0;
    let selection = list.select(&parts)?;
    selection.name().map(|name| name.parse().expect("a number"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// The one index for all scopes finds the scope that reading them one after the other finds;
    /// and a scope that is reported as never reached never is.
    #[test]
    fn the_index_reads_as_one_scope_after_the_other(
        candidates in prop::collection::vec(prop::collection::vec(pattern(), 1..3), 1..12),
        paths in prop::collection::vec(path(), 1..40),
    ) {
        let mut scopes = Vec::<Vec<String>>::new();
        for mut candidate in candidates {
            candidate.sort();
            candidate.dedup();
            if scopes.contains(&candidate) {
                continue;
            }
            scopes.push(candidate);
            if scopes_to_list(&scopes).is_some() {
                continue;
            }
            for path in &paths {
                prop_assert_ne!(first(&scopes, path), Some(scopes.len() - 1), "{:?} {}", &scopes, path);
            }
            scopes.pop();
        }
        let list = scopes_to_list(&scopes).expect("a valid list");
        for path in &paths {
            prop_assert_eq!(selected(&list, path), first(&scopes, path), "{:?} {}", &scopes, path);
        }
    }
}
