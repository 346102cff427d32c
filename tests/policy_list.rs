//! Lists of policies: which of them governs a request, what is wrong with a list.

use http::{Request, Response, request::Parts};
use std::convert::Infallible;
use tower::{Layer, ServiceExt, service_fn};
use tower_cors::{
    AllowOrigin, CorsLayer, Policy, PolicyList, Refusal,
    routes::{PolicyEntry, PolicyListBuilder, PolicyListErrorKind as Kind},
    select::SelectPolicy,
};

fn policy(origins: &[&str]) -> Policy {
    Policy::builder().allow_origin(origins).build().expect("a valid policy")
}

fn request(path: &str, origin: Option<&str>) -> Request<()> {
    let mut request = Request::builder().uri(path);
    if let Some(origin) = origin {
        request = request.header("origin", origin);
    }
    request.body(()).expect("a valid request")
}

fn parts(path: &str, origin: Option<&str>) -> Parts {
    request(path, origin).into_parts().0
}

fn selected_name(list: &PolicyList, path: &str, origin: Option<&str>) -> Option<String> {
    let parts = parts(path, origin);
    list.select(&parts).map(|selected| selected.name().unwrap_or("unnamed").to_owned())
}

fn example() -> PolicyList {
    let a = "https://a.example";
    let b = "https://b.example";
    PolicyList::builder()
        .entry(PolicyEntry::new(policy(&["*"])).named("public").paths(["/public/{*rest}"]))
        .entry(PolicyEntry::new(policy(&[a])).named("api-a").paths(["/api/{id}", "/api"]))
        .entry(PolicyEntry::new(policy(&[b])).named("api-b").paths(["/api", "/api/{id}"]))
        .entry(PolicyEntry::off().paths(["/hooks/{*rest}"]))
        .entry(PolicyEntry::new(policy(&["https://c.example"])).named("rest"))
        .build()
        .expect("a valid list")
}

#[test]
fn path_then_origin_choose() {
    let list = example();
    for (description, path, origin, expected) in [
        ("a path of the first scope", "/public/x/y", Some("https://a.example"), Some("public")),
        ("the end of a catch-all is not empty", "/public/", None, Some("rest")),
        ("nor absent", "/public", None, Some("rest")),
        ("exact case", "/Public/x", None, Some("rest")),
        ("nothing is decoded", "/%70ublic/x", None, Some("rest")),
        ("a doubled slash is another path", "//public/x", None, Some("rest")),
        (
            "within a scope the first that allows the origin",
            "/api/1",
            Some("https://a.example"),
            Some("api-a"),
        ),
        ("or a later one", "/api/1", Some("https://b.example"), Some("api-b")),
        (
            "the same paths in another order are the same scope",
            "/api",
            Some("https://b.example"),
            Some("api-b"),
        ),
        (
            "none: the first says how to refuse, no broader scope is asked",
            "/api",
            Some("https://c.example"),
            Some("api-a"),
        ),
        ("no origin: the first", "/api", None, Some("api-a")),
        ("off", "/hooks/x", Some("https://c.example"), None),
        ("no paths: all the rest", "/elsewhere", None, Some("rest")),
        ("the query is not part of the path", "/api?x=/public/y", None, Some("api-a")),
    ] {
        assert_eq!(selected_name(&list, path, origin).as_deref(), expected, "{description}");
    }
}

#[test]
fn brackets_parentheses_and_stars_are_literal() {
    let paths = ["/wiki/Rust_(disambiguation)", "/a[0]", "/foo*", "/{{id}}"];
    let list = PolicyList::builder()
        .entry(PolicyEntry::new(policy(&["*"])).named("literal").paths(paths))
        .build()
        .expect("a valid list");
    for (path, covered) in [
        ("/wiki/Rust_(disambiguation)", true),
        ("/a[0]", true),
        ("/foo*", true),
        ("/foobar", false),
        ("/{id}", true),
        ("/1", false),
    ] {
        let (parts, ()) = Request::builder().uri(path).body(()).expect("valid").into_parts();
        assert_eq!(list.select(&parts).is_some(), covered, "{path}");
    }
}

/// The first entry decides, not the narrowest path.
#[test]
fn the_first_entry_wins() {
    let named = |name: &str, path: &str| PolicyEntry::new(policy(&["*"])).named(name).paths([path]);
    let list = PolicyList::builder()
        .entry(named("json", "/{name}.json"))
        .entry(named("parameter", "/{id}/x"))
        .entry(named("literal", "/a/{id}"))
        .entry(named("prefixed", "/files/v{*rest}"))
        .entry(named("rest", "/files/{*rest}"))
        .build()
        .expect("a valid list");
    for (path, expected) in [
        ("/a.json", Some("json")),
        ("/.json", None),
        ("/a/x", Some("parameter")),
        ("/a/y", Some("literal")),
        ("/b/y", None),
        ("/files/x", Some("parameter")),
        ("/files/v1/x", Some("prefixed")),
        ("/files/v", Some("rest")),
        ("/files//v1", Some("rest")),
        ("/files/", None),
        ("/files", None),
    ] {
        assert_eq!(selected_name(&list, path, None).as_deref(), expected, "{path}");
    }
}

/// An entry whose predicate fails might have allowed the origin, so that the failure is the reason.
#[test]
fn a_failure_is_the_reason_wherever_it_stands() {
    let refuses = || AllowOrigin::from("https://a.example");
    let fails = || AllowOrigin::try_predicate(|_, _| Err("down".into()));
    for (description, entries, failed) in [
        ("the first fails", [fails(), refuses(), refuses()], true),
        ("a later one fails", [refuses(), fails(), refuses()], true),
        ("none fails", [refuses(), refuses(), refuses()], false),
    ] {
        let mut builder = PolicyList::builder();
        for origins in entries {
            let policy = Policy::builder().allow_origin(origins).build().expect("a valid policy");
            builder = builder.entry(PolicyEntry::new(policy));
        }
        let list = builder.build().expect("a valid list");
        let parts = parts("/", Some("https://b.example"));
        let decision = list.select(&parts).expect("a policy").evaluate().decision();
        let found = matches!(decision.refusal(), Some(Refusal::PredicateFailed { .. }));
        assert_eq!(found, failed, "{description}: {decision}");
    }
}

#[test]
fn uncovered_paths_have_no_policy() {
    let list = PolicyList::builder()
        .entry(PolicyEntry::new(policy(&["*"])).paths(["/api"]))
        .build()
        .expect("a valid list");
    assert!(list.select(&parts("/", None)).is_none());
    assert!(list.get("public").is_none());
    assert!(example().get("public").is_some());
}

#[tokio::test]
async fn responses() {
    let service =
        CorsLayer::with_policies(example()).layer(service_fn(|request: Request<()>| async move {
            let mut response = Response::builder().header("x-ran", "1");
            if request.uri().path().starts_with("/hooks") {
                response = response.header("access-control-allow-origin", "https://own.example");
            }
            Ok::<_, Infallible>(response.body(()).expect("a valid response"))
        }));
    // Path, origin, Access-Control-Allow-Origin, Vary, whether the inner service ran.
    for (path, origin, allowed, vary) in [
        ("/public/x", Some("https://x.example"), Some("*"), None),
        ("/api", Some("https://a.example"), Some("https://a.example"), Some("Origin")),
        ("/api", Some("https://b.example"), Some("https://b.example"), Some("Origin")),
        // One exact origin is a static policy, but not as one entry of several.
        ("/api", Some("https://c.example"), None, Some("Origin")),
        ("/api", None, None, Some("Origin")),
        ("/hooks/x", Some("https://c.example"), Some("https://own.example"), None),
        ("/elsewhere", None, Some("https://c.example"), None),
    ] {
        let response = service.clone().oneshot(request(path, origin)).await.expect("infallible");
        let header =
            |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        assert_eq!(header("access-control-allow-origin"), allowed, "{path} {origin:?}");
        assert_eq!(header("vary"), vary, "{path} {origin:?}");
        assert_eq!(header("x-ran"), Some("1"), "{path} {origin:?}");
    }
}

#[tokio::test]
async fn preflights_where_no_policy_governs_reach_the_inner_service() {
    let service = CorsLayer::with_policies(example()).layer(service_fn(|_: Request<()>| async {
        Ok::<_, Infallible>(Response::builder().header("x-ran", "1").body(()).expect("valid"))
    }));
    let mut preflight = request("/hooks/x", Some("https://c.example"));
    *preflight.method_mut() = http::Method::OPTIONS;
    preflight
        .headers_mut()
        .insert("access-control-request-method", http::HeaderValue::from_static("PUT"));
    let response = service.oneshot(preflight).await.expect("infallible");
    assert_eq!(response.headers().len(), 1);
    assert!(response.headers().contains_key("x-ran"));
}

#[track_caller]
fn errors(entries: Vec<PolicyEntry>) -> Vec<(Option<usize>, Kind, String)> {
    let mut builder = PolicyList::builder();
    for entry in entries {
        builder = builder.entry(entry);
    }
    let errors = builder.build().expect_err("an invalid list");
    errors.iter().map(|error| (error.entry(), error.kind().clone(), error.to_string())).collect()
}

#[test]
fn one_path_wrong() {
    for (path, kind, text) in [
        ("api", Kind::RelativePath, r#""api" does not begin with a slash; write "/api""#),
        (
            "/api?x=1",
            Kind::PathWithQuery,
            r#""/api?x=1" has a query or fragment, which is not part of a path; write "/api""#,
        ),
        (
            "/api/:id",
            Kind::ForeignPathSyntax,
            r#""/api/:id" is the syntax of another router and would only match itself; write "/api/{id}""#,
        ),
        (
            "/api/*",
            Kind::ForeignPathSyntax,
            r#""/api/*" is the syntax of another router and would only match itself; write "/api/{*rest}""#,
        ),
        (
            "/api/*path",
            Kind::ForeignPathSyntax,
            r#""/api/*path" is the syntax of another router and would only match itself; write "/api/{*path}""#,
        ),
        (
            "/api/<id>",
            Kind::ForeignPathSyntax,
            r#""/api/<id>" is the syntax of another router and would only match itself; write "/api/{id}""#,
        ),
        (
            "/a b",
            Kind::UnencodedPath,
            r#""/a b" has characters that browsers percent-encode; write "/a%20b""#,
        ),
        (
            "/é",
            Kind::UnencodedPath,
            r#""/é" has characters that browsers percent-encode; write "/%C3%A9""#,
        ),
        (
            "/{*a}/b",
            Kind::RestNotLast,
            r#""/{*a}/b" has something after `{*…}`, which matches all that follows; move it to the end"#,
        ),
        (
            "/{a}-{b}",
            Kind::TwoParameters,
            r#""/{a}-{b}" has two parameters in one segment; use one parameter for the whole segment"#,
        ),
        (
            "/{a",
            Kind::InvalidParameter,
            r#""/{a" has a parameter without a name or an unmatched brace; write `{id}` for one segment and `{*rest}` for all that follows"#,
        ),
        (
            "/a/../b",
            Kind::DotSegment,
            r#""/a/../b" has a `.` or `..` segment, which browsers resolve before sending; write the path without it"#,
        ),
        (
            "/api/(a|b)",
            Kind::ForeignPathSyntax,
            r#""/api/(a|b)" is the syntax of another router and would only match itself; write `{id}` for one segment and `{*rest}` for all that follows"#,
        ),
    ] {
        let entry = PolicyEntry::new(policy(&["*"])).paths([path]);
        let expected = format!("policy[0].paths[0]: {text}");
        assert_eq!(errors(vec![entry]), [(Some(0), kind, expected)], "{path}");
    }
}

/// The spellings of other routers, and what each is here.
#[test]
fn foreign_path_syntax() {
    for (path, suggestion) in [
        ("/api/:path*", Some("/api/{*path}")),
        ("/api/:id.json", Some("/api/{id}.json")),
        ("/api/**", Some("/api/{*rest}")),
        ("/api/<path:rest>", Some("/api/{*rest}")),
        ("/api/<int:id>", Some("/api/{id}")),
        ("/api/{id:[0-9]+}", Some("/api/{id}")),
        ("/api/{rest...}", Some("/api/{*rest}")),
        ("/api/{id?}", Some("/api/{id}")),
        ("/api/:id?", Some("/api/{id}")),
        ("/api/*.json", Some("/api/{id}.json")),
        ("/api/[id]", Some("/api/{id}")),
        ("/api/[...rest]", Some("/api/{*rest}")),
        ("/api/(.*)", Some("/api/{*rest}")),
        ("/(.*)/x", None),
        ("/api/([^/]+)", None),
        (r"/api/\d+", None),
        (r"/api\b", None),
    ] {
        let entry = PolicyEntry::new(policy(&["*"])).paths([path]);
        let errors = PolicyList::builder().entry(entry).build().expect_err(path);
        let error = errors.iter().next().expect("an error");
        assert_eq!(
            (error.kind(), error.suggestion()),
            (&Kind::ForeignPathSyntax, suggestion),
            "{path}"
        );
    }
    for path in ["/api/../x", "/api/./x"] {
        let entry = PolicyEntry::new(policy(&["*"])).paths([path]);
        let errors = PolicyList::builder().entry(entry).build().expect_err(path);
        let kinds = errors.iter().map(|error| error.kind().clone()).collect::<Vec<_>>();
        assert_eq!(kinds, [Kind::DotSegment], "{path}");
    }
}

fn with_hosts() -> PolicyEntry {
    let policy = Policy::builder().allow_origin("*").allow_hosts("a.example");
    PolicyEntry::new(policy.build().expect("a valid policy"))
}

fn enforcing() -> PolicyEntry {
    let policy = Policy::builder().allow_origin("https://a.example").enforce(true);
    PolicyEntry::new(policy.build().expect("a valid policy"))
}

const DEAD: &str = "policy[1].paths: is never reached because policy[0] covers all its paths; \
                    put the narrower entry first, or give both the same paths";

#[test]
fn a_list_wrong() {
    let any = || PolicyEntry::new(policy(&["*"]));
    for (description, entries, expected) in [
        ("no entries", vec![], vec!["policy: has no entries; add one"]),
        (
            "nothing but shadows",
            vec![any().shadow(), any().paths(["a"]).shadow()],
            vec![
                "policy: has only shadow entries, so that no policy is in force; \
                  add an entry that is not a shadow",
                r#"policy[1].paths[0]: "a" does not begin with a slash; write "/a""#,
            ],
        ),
        (
            "empty paths",
            vec![any().paths(Vec::<String>::new())],
            vec![
                "policy[0].paths: is empty, so the entry covers no path; \
                  add paths, or leave them out to cover every path",
            ],
        ),
        (
            "a name used twice",
            vec![any().named("a").paths(["/a"]), any().named("a")],
            vec!["policy[1].name: \"a\" is already the name of policy[0]; choose another name"],
        ),
        ("after an entry for every path", vec![any(), any().paths(["/a"])], vec![DEAD]),
        (
            "after an entry for every path, with an error in between",
            vec![any(), any().paths(["b"]), any().paths(["/a"])],
            vec![
                r#"policy[1].paths[0]: "b" does not begin with a slash; write "/b""#,
                "policy[2].paths: is never reached because policy[0] covers all its paths; \
                 put the narrower entry first, or give both the same paths",
            ],
        ),
        (
            "after an entry for every path, with a wrong path beside the right one",
            vec![any(), any().paths(["/a", "b"])],
            vec![r#"policy[1].paths[1]: "b" does not begin with a slash; write "/b""#],
        ),
        (
            "behind a catch-all",
            vec![any().paths(["/a/{*rest}"]), any().paths(["/a/b", "/a/{x}/c", "/a/{y}"])],
            vec![DEAD],
        ),
        (
            "behind a parameter, with text around the later one",
            vec![any().paths(["/a/{x}"]), any().paths(["/a/b{y}", "/a/{y}.json"])],
            vec![DEAD],
        ),
        (
            "behind two scopes together",
            vec![any().paths(["/a"]), any().paths(["/b"]), any().paths(["/b", "/a"])],
            vec![
                "policy[2].paths: is never reached because policy[1] covers all its paths; \
                  put the narrower entry first, or give both the same paths",
            ],
        ),
        (
            "off beside another with the same paths",
            vec![any().paths(["/a"]), PolicyEntry::off().paths(["/a"])],
            vec![
                "policy[1].off: shares its paths with other entries; \
                  an entry that is off must be the only one with its paths",
            ],
        ),
        (
            "enforcement in one of two entries with the same paths",
            vec![any().paths(["/a"]), enforcing().paths(["/a"]), PolicyEntry::off()],
            vec![
                "policy[1].enforce: differs from policy[0], which has the same paths; \
                  give both the same value",
            ],
        ),
        (
            "hosts in one of two entries with the same paths",
            vec![any().paths(["/a"]), with_hosts().paths(["/a"]), PolicyEntry::off()],
            vec![
                "policy[1].allow_hosts: differs from policy[0], which has the same paths; \
                  give both the same value",
            ],
        ),
    ] {
        let found = errors(entries).into_iter().map(|(_, _, text)| text).collect::<Vec<_>>();
        assert_eq!(found, expected, "{description}");
    }
}

#[test]
fn an_error_has_the_position_of_its_entry_and_path() {
    let first = || PolicyEntry::off().paths(["/first"]);
    for (description, entries, position) in [
        (
            "the second path of the second entry",
            vec![first(), PolicyEntry::off().paths(["/a", "b"])],
            (Some(1), Some(1)),
        ),
        (
            "the second entry as a whole",
            vec![first(), PolicyEntry::off().paths(Vec::<String>::new())],
            (Some(1), None),
        ),
        ("the list as a whole", vec![], (None, None)),
    ] {
        let builder = entries.into_iter().fold(PolicyList::builder(), PolicyListBuilder::entry);
        let errors = builder.build().expect_err("an invalid list");
        let found = errors.iter().map(|error| (error.entry(), error.path())).collect::<Vec<_>>();
        assert_eq!(found, [position], "{description}");
    }
}

#[test]
fn a_list_explains_and_has_its_shadows() {
    let list = PolicyList::builder()
        .entry(PolicyEntry::new(policy(&["https://a.example"])).named("live").paths(["/a"]))
        .entry(PolicyEntry::new(policy(&["https://b.example"])).named("tried").shadow())
        .build()
        .expect("a valid list");
    let explained = |path: &str| {
        list.explain(&parts(path, Some("https://a.example"))).map(|text| text.to_string())
    };
    let granted = r#"granted by policy "live": the origin is allowed"#;
    assert_eq!(explained("/a").as_deref(), Some(granted));
    assert_eq!(explained("/b"), None);
    let shadow = list.shadow().expect("a shadow");
    assert!(shadow.get("tried").is_some() && shadow.get("live").is_none());
    assert!(list.get("tried").is_none() && shadow.shadow().is_none());
}

#[test]
fn a_list_prints_its_entries() {
    let list = PolicyList::builder()
        .entry(PolicyEntry::off().paths(["/hooks/{*rest}"]))
        .entry(PolicyEntry::new(policy(&["https://a.example"])).named("app"))
        .build()
        .expect("a valid list");
    assert_eq!(
        list.to_string(),
        "policy for /hooks/{*rest}: off\npolicy \"app\" for every path: allow_origin: https://a.example"
    );
    assert_eq!(
        format!("{list:?}"),
        r#"[(None, Some(["/hooks/{*rest}"]), None), (Some("app"), None, Some(Policy { allow_origin: ["https://a.example"] }))]"#
    );
}

/// What is checked on some paths must say what holds on the others.
#[test]
fn a_list_that_leaves_paths_open() {
    let any = || PolicyEntry::new(policy(&["*"]));
    for (description, entries, expected) in [
        (
            "enforcement that leaves paths open",
            vec![any().paths(["/a"]), enforcing().paths(["/b"])],
            vec![
                "policy[1].enforce: is set, but the list does not cover every path, so requests \
                  to other paths are not checked; end the list with an entry without paths \
                  (one that is off is enough)",
            ],
        ),
        (
            "hosts that leave paths open",
            vec![any().paths(["/a"]), with_hosts().paths(["/b"]), with_hosts().paths(["/c"])],
            vec![
                "policy[1].allow_hosts: is set, but the list does not cover every path, so the \
                  hosts of requests to other paths are not checked; end the list with an entry \
                  without paths: one with the same allow_hosts, or one that is off if any host \
                  may reach those paths",
            ],
        ),
        (
            "hosts and enforcement that leave paths open",
            vec![
                with_hosts().paths(["/a"]),
                enforcing().paths(["/b"]),
                PolicyEntry::off().paths(["/c/{*rest}"]),
            ],
            vec![
                "policy[0].allow_hosts: is set, but the list does not cover every path, so the \
                  hosts of requests to other paths are not checked; end the list with an entry \
                  without paths: one with the same allow_hosts, or one that is off if any host \
                  may reach those paths",
                "policy[1].enforce: is set, but the list does not cover every path, so requests \
                  to other paths are not checked; end the list with an entry without paths \
                  (one that is off is enough)",
            ],
        ),
        (
            "hosts of a shadow that leave paths open",
            vec![any(), with_hosts().paths(["/b"]).shadow()],
            vec![
                "policy[1].allow_hosts: is set, but the list does not cover every path, so the \
                  hosts of requests to other paths are not checked; end the list with an entry \
                  without paths: one with the same allow_hosts, or one that is off if any host \
                  may reach those paths",
            ],
        ),
    ] {
        let found = errors(entries).into_iter().map(|(_, _, text)| text).collect::<Vec<_>>();
        assert_eq!(found, expected, "{description}");
    }
}

#[test]
fn lists_that_are_right() {
    let any = || PolicyEntry::new(policy(&["*"]));
    for (description, entries) in [
        ("narrow before broad", vec![any().paths(["/a/b"]), any().paths(["/a/{x}"]), any()]),
        (
            "a parameter does not cover what follows",
            vec![any().paths(["/a/{x}"]), any().paths(["/a/{*x}"])],
        ),
        (
            "a catch-all does not cover its own stem",
            vec![any().paths(["/a/{*x}"]), any().paths(["/a", "/a/b"])],
        ),
        (
            "a parameter and what follows leave the empty segments to a catch-all",
            vec![any().paths(["/a/{x}", "/a/{x}/{*rest}"]), any().paths(["/a/{*rest}"])],
        ),
        (
            "parameters that overlap in one entry",
            vec![any().paths(["/a/{x}", "/a/{y}", "/a/{*z}"])],
        ),
        (
            "brackets, parentheses and stars with other text are literal",
            vec![any().paths(["/wiki/Rust_(disambiguation)", "/a[0]", "/foo*", "/(group)/x"])],
        ),
        ("many parameters", vec![any().paths(["/{p}".repeat(40)])]),
        ("the same path twice in one entry", vec![any().paths(["/a", "/a"])]),
        (
            "enforcement, and the rest open in so many words",
            vec![enforcing().paths(["/a"]), PolicyEntry::off()],
        ),
        ("enforcement everywhere", vec![enforcing()]),
        (
            "hosts, and the rest open in so many words",
            vec![with_hosts().paths(["/a"]), PolicyEntry::off()],
        ),
        ("hosts, and others without for the rest", vec![with_hosts().paths(["/a"]), any()]),
        ("hosts everywhere but on one path", vec![PolicyEntry::off().paths(["/a"]), with_hosts()]),
    ] {
        let mut builder = PolicyList::builder();
        for entry in entries {
            builder = builder.entry(entry);
        }
        if let Err(errors) = builder.build() {
            panic!("{description}: {errors}");
        }
    }
}

/// flask-cors CVE-2024-6839, -6844, -6866: a per-path policy chosen by a decoded, case-folded or
/// longest-regex path.
#[test]
fn incident_per_path_policy_by_a_decoded_or_folded_path() {
    let list = PolicyList::builder()
        .entry(
            PolicyEntry::new(policy(&["https://a.example"]))
                .named("narrow")
                .paths(["/api/{*rest}"]),
        )
        .entry(PolicyEntry::new(policy(&["*"])).named("broad"))
        .build()
        .expect("a valid list");
    for path in ["/api/a+b", "/api/longer/than/any/other", "/api/%2e%2e/x"] {
        assert_eq!(selected_name(&list, path, None).as_deref(), Some("narrow"), "{path}");
    }
    for path in ["/API/a", "/%61pi/a", "/x/api/a"] {
        assert_eq!(selected_name(&list, path, None).as_deref(), Some("broad"), "{path}");
    }
}

/// Which entry of a scope governs depends on what the predicates of the entries before it read.
#[tokio::test]
async fn vary_names_what_the_predicates_of_a_scope_read() {
    use tower_cors::AllowOrigin;

    let tenant = http::HeaderName::from_static("x-tenant");
    let predicate = AllowOrigin::predicate(|_, parts| parts.headers.contains_key("x-tenant"));
    let by_tenant = Policy::builder().allow_origin(predicate.reads([tenant])).build().unwrap();
    let list = PolicyList::builder()
        .entry(PolicyEntry::new(by_tenant).paths(["/api"]))
        .entry(PolicyEntry::new(policy(&["https://a.example"])).paths(["/api"]))
        .entry(PolicyEntry::new(policy(&["https://a.example", "https://b.example"])))
        .build()
        .unwrap();
    let inner = service_fn(|_: Request<()>| async { Ok::<_, Infallible>(Response::new(())) });
    let service = CorsLayer::with_policies(list).layer(inner);
    for (about, path, origin, expected) in [
        ("the second entry governs", "/api", Some("https://a.example"), "Origin,x-tenant"),
        ("none does", "/api", Some("https://c.example"), "Origin,x-tenant"),
        ("no origin", "/api", None, "Origin,x-tenant"),
        ("another scope", "/", Some("https://a.example"), "Origin"),
    ] {
        let response = service.clone().oneshot(request(path, origin)).await.unwrap();
        assert_eq!(response.headers()["vary"], expected, "{about}");
    }
}

/// A request for another host reached a handler by every path that the list did not cover, and
/// nothing said so. Seen in our own first version of hosts by path.
#[tokio::test]
async fn hosts_of_a_list_hold_on_every_path() {
    let mcp = || {
        let policy = Policy::builder().allow_origin("http://localhost:*").allow_hosts("localhost");
        PolicyEntry::new(policy.build().unwrap())
    };
    let open = PolicyList::builder().entry(mcp().paths(["/mcp"])).build().unwrap_err();
    let kinds = open.iter().map(|error| error.kind().clone()).collect::<Vec<_>>();
    assert_eq!(kinds, [Kind::HostsLeavePathsOpen]);

    let list = PolicyList::builder()
        .entry(PolicyEntry::off().paths(["/health"]))
        .entry(mcp().paths(["/mcp"]))
        .entry(mcp())
        .build()
        .unwrap();
    let inner = service_fn(|_: Request<()>| async { Ok::<_, Infallible>(Response::new(())) });
    let service = CorsLayer::with_policies(list).layer(inner);
    for (host, path, expected) in [
        ("localhost:3000", "/mcp", 200),
        ("localhost:3000", "/mcp/", 200),
        ("localhost:3000", "/", 200),
        ("evil.example:3000", "/mcp", 403),
        ("evil.example:3000", "/mcp/", 403),
        ("evil.example:3000", "/MCP", 403),
        ("evil.example:3000", "/%6dcp", 403),
        ("evil.example:3000", "/health", 200),
    ] {
        let request = Request::get(path).header("host", host).body(()).unwrap();
        let response = service.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), expected, "{host} {path}");
    }
}
