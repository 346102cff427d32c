//! Policies that are swapped while requests run.

use http::{HeaderMap, Request, Response};
use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc,
    },
    thread::{self, ThreadId},
    time::Duration,
};
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_cors::{
    AllowOrigin, CorsLayer, Policy, PolicyList, Reloadable, policy::Setting, protocol::Action,
    reload::Direction, select::SelectPolicy, watch::FileWatcher,
};

fn list(toml: &str) -> PolicyList {
    PolicyList::from_toml(toml).unwrap_or_else(|errors| panic!("{errors}"))
}

fn preflight() -> Request<()> {
    Request::builder()
        .method("OPTIONS")
        .header("origin", "https://a.example")
        .header("access-control-request-method", "PUT")
        .body(())
        .expect("a valid request")
}

/// The two lists differ in every header, so that an answer made of both would equal neither.
const OLD: &str = "allow_origin = ['https://a.example', 'https://old.example']
allow_methods = 'PUT'
allow_headers = 'x-old'
max_age = 1";
const NEW: &str = "allow_origin = '*'
allow_methods = 'DELETE'
allow_headers = 'x-new'
max_age = 2";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_swaps_under_load() {
    let (old, new) = (list(OLD), list(NEW));
    let (policies, handle) = Reloadable::new(old.clone());
    let inner = service_fn(|_: Request<()>| async { Ok::<_, Infallible>(Response::new(())) });
    let service = CorsLayer::with_policies(policies).layer(inner);
    let answer = |policies: PolicyList| {
        let service = CorsLayer::with_policies(policies).layer(inner);
        async move { service.oneshot(preflight()).await.expect("infallible").headers().clone() }
    };
    let expected: Arc<[HeaderMap; 2]> =
        Arc::new([answer(old.clone()).await, answer(new.clone()).await]);
    assert_ne!(expected[0], expected[1]);

    let done = Arc::new(AtomicBool::new(false));
    let seen = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
    let requests = (0..2).map(|_| {
        let (mut service, expected) = (service.clone(), expected.clone());
        let (done, seen) = (done.clone(), seen.clone());
        tokio::spawn(async move {
            while !done.load(Ordering::Relaxed) {
                let response = service.call(preflight()).await.expect("infallible");
                let which = expected.iter().position(|headers| headers == response.headers());
                seen[which.expect("an answer of one of the two policies")]
                    .fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
            }
        })
    });
    let requests = requests.collect::<Vec<_>>();
    let swaps = tokio::task::spawn_blocking(move || {
        for i in 0..10_000 {
            handle.replace(if i % 2 == 0 { new.clone() } else { old.clone() });
        }
    });
    swaps.await.expect("no panic");
    done.store(true, Ordering::Relaxed);
    for request in requests {
        request.await.expect("no panic");
    }
    assert!(seen.iter().all(|count| count.load(Ordering::Relaxed) > 0), "{seen:?}");
}

#[test]
fn a_bad_file_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("cors.toml");
    std::fs::write(&path, OLD).expect("written");
    let (_policies, handle) = Reloadable::new(list(OLD));
    assert!(handle.reload_file(&path).expect("a valid file").is_empty());

    std::fs::write(&path, "allow_origin = 'https://a.example/'").expect("written");
    let before = format!("{:?}", handle.current());
    assert!(handle.reload_file(&path).is_err());
    assert_eq!(format!("{:?}", handle.current()), before);

    std::fs::write(&path, NEW).expect("written");
    assert!(handle.reload_file(&path).expect("a valid file").is_wider());
}

#[track_caller]
fn check(rows: &[(&str, &str, &str, &str)]) {
    for (description, old, new, expected) in rows {
        let (_policies, handle) = Reloadable::new(list(old));
        assert_eq!(handle.replace(list(new)).to_string(), *expected, "{description}");
    }
}

#[test]
fn changed_values_in_words() {
    check(&[
        (
            "values that are neither wider nor narrower",
            "allow_origin = 'https://a.example'",
            "allow_origin = 'https://a.example'\npreflight_status = 200\npreflight_continue = true\n\
             inner_headers = 'keep'",
            "policy: preflight_status: now 200\n\
             policy: preflight_continue: now true\n\
             policy: inner_headers: now \"keep\"",
        ),
        (
            "hosts that were not checked",
            "allow_origin = '*'",
            "allow_origin = '*'\nallow_hosts = ['a.example', 'b.example:8000']",
            "policy: allow_hosts: now only \"a.example\", \"b.example:8000\" (narrower)",
        ),
        (
            "hosts that are no longer checked",
            "allow_origin = '*'\nallow_hosts = ['a.example', 'b.example:8000']",
            "allow_origin = '*'",
            "policy: allow_hosts: no longer checked (wider)",
        ),
        (
            "hosts",
            "allow_origin = '*'\nallow_hosts = ['a.example']",
            "allow_origin = '*'\nallow_hosts = ['b.example']",
            "policy: allow_hosts: wider by \"b.example\"\n\
             policy: allow_hosts: narrower by \"a.example\"",
        ),
        (
            "an expression is printed as it was typed",
            "allow_origin = 'https://a.example'",
            "allow_origin = 'https://a.example'\nallow_origin_regex = ['https://a-[0-9]+\\.b\\.example']",
            "policy: allow_origin: wider by \"https://a-[0-9]+\\.b\\.example\"",
        ),
    ]);
}

#[test]
fn changes_in_words() {
    check(&[
        ("the same", OLD, OLD, "nothing changed"),
        (
            "origins",
            "allow_origin = ['https://a.example', 'https://b.example']",
            "allow_origin = ['https://b.example', 'https://*.c.example']",
            "policy: allow_origin: wider by \"https://*.c.example\"\n\
             policy: allow_origin: narrower by \"https://a.example\"",
        ),
        (
            "switches",
            "allow_origin = 'https://a.example'\nenforce = true\nmax_age = 1",
            "allow_origin = 'https://a.example'\nallow_credentials = true\nmax_age = '1m'",
            "policy: allow_credentials: now true (wider)\n\
             policy: max_age: now 60s\n\
             policy: enforce: now false (wider)",
        ),
        (
            "and back",
            "allow_origin = 'https://a.example'\nallow_credentials = true\nmax_age = '1m'",
            "allow_origin = 'https://a.example'\nenforce = true",
            "policy: allow_credentials: now false (narrower)\n\
             policy: max_age: no longer set\n\
             policy: enforce: now true (narrower)",
        ),
        (
            "one `*` is wider than any name, and the names say no more",
            "allow_origin = 'https://a.example'\nallow_methods = 'PUT'",
            "allow_origin = '*'\nallow_methods = '*'",
            "policy: allow_origin: wider by \"*\"\npolicy: allow_methods: wider by \"*\"",
        ),
        (
            "and the names again",
            "allow_origin = '*'",
            "allow_origin = 'https://a.example'",
            "policy: allow_origin: narrower by \"*\"",
        ),
        (
            "a pattern covers what was listed",
            "allow_origin = ['https://a.b.example', 'https://c.example']",
            "allow_origin = ['https://*.b.example', 'https://c.example']",
            "policy: allow_origin: wider by \"https://*.b.example\"",
        ),
        (
            "the paths of a named entry",
            "[[policy]]\nname = 'a'\nallow_origin = '*'\npaths = ['/a']",
            "[[policy]]\nname = 'a'\nallow_origin = '*'\npaths = ['/b', '/a']",
            "policy \"a\": now for /a, /b",
        ),
        (
            "entries",
            "[[policy]]\nname = 'a'\nallow_origin = '*'\npaths = ['/a']\n\
             [[policy]]\noff = true\npaths = ['/b']",
            "[[policy]]\nallow_origin = '*'\npaths = ['/b']\n\
             [[policy]]\nallow_origin = '*'",
            "policy \"a\": removed\npolicy for /b: no longer off\npolicy: added",
        ),
        (
            "entries that are off",
            "[[policy]]\nallow_origin = '*'\npaths = ['/a']\n[[policy]]\noff = true\npaths = ['/b']",
            "[[policy]]\noff = true\npaths = ['/a']\n[[policy]]\noff = true\npaths = ['/c']",
            "policy for /a: now off\npolicy for /b: removed (was off)\npolicy for /c: added (off)",
        ),
        (
            "one of two entries with the same paths",
            "policy = [{ paths = '/a', allow_origin = 'https://a.example' }, \
                       { paths = '/a', allow_origin = 'https://b.example' }]",
            "policy = [{ paths = '/a', allow_origin = 'https://a.example' }, \
                       { paths = '/a', allow_origin = 'https://c.example' }]",
            "policy for /a (2): allow_origin: wider by \"https://c.example\"\n\
             policy for /a (2): allow_origin: narrower by \"https://b.example\"",
        ),
        (
            "order",
            "[[policy]]\nallow_origin = '*'\npaths = ['/a/{x}']\n[[policy]]\nallow_origin = '*'\npaths = ['/{x}/b']",
            "[[policy]]\nallow_origin = '*'\npaths = ['/{x}/b']\n[[policy]]\nallow_origin = '*'\npaths = ['/a/{x}']",
            "policies: now in the order policy for /{x}/b, policy for /a/{x}",
        ),
    ]);
}

#[test]
fn whether_more_or_less_is_allowed() {
    let one = "allow_origin = 'https://a.example'";
    let two = "allow_origin = ['https://a.example', 'https://b.example']";
    let [other, seconds] = ["allow_origin = 'https://b.example'", "max_age = 1"];
    let (entry, off) = ("[[policy]]\npaths = ['/a']\nallow_origin = '*'", "[[policy]]\noff = true");
    for (description, old, new, wider, narrower) in [
        ("nothing changed", one, one, false, false),
        ("an origin is added", one, two, true, false),
        ("an origin is removed", two, one, false, true),
        ("an origin is replaced", one, other, true, true),
        ("neither", one, &format!("{one}\n{seconds}"), false, false),
        ("an entry is added", off, &format!("{entry}\n{off}"), false, false),
        ("an entry is removed", &format!("{entry}\n{off}"), off, false, false),
    ] {
        let change = Reloadable::new(list(old)).1.replace(list(new));
        assert_eq!((change.is_wider(), change.is_narrower()), (wider, narrower), "{description}");
    }
}

#[test]
fn the_differences_for_a_program() {
    let named = |rest: &str| list(&format!("[[policy]]\nname = 'app'\nallow_origin = '*'\n{rest}"));
    let (_, handle) = Reloadable::new(named("allow_methods = 'PUT'"));
    let change = handle.replace(named("allow_methods = ['PUT', 'DELETE']\npaths = ['/a', '/b']"));
    let mut differences = Vec::new();
    for difference in &change {
        assert_eq!(difference.entry(), "policy \"app\"");
        let values = difference.values().join(" ");
        differences.push((difference.setting(), difference.direction(), values));
    }
    let expected = [
        (None, Direction::Other, "now for /a, /b".to_owned()),
        (Some(Setting::AllowMethods), Direction::Wider, "DELETE".to_owned()),
    ];
    assert_eq!(differences, expected);
}

#[test]
fn the_policies_in_force_are_printed_as_a_list_is() {
    let (policies, handle) = Reloadable::new(list(OLD));
    assert_eq!(policies.to_string(), list(OLD).to_string());
    handle.replace(list(NEW));
    assert_eq!(policies.to_string(), list(NEW).to_string());
}

/// Tells which thread drops it.
struct Dropped(mpsc::Sender<ThreadId>);

impl Drop for Dropped {
    fn drop(&mut self) {
        let _ = self.0.send(thread::current().id());
    }
}

/// To free a million origins takes 0.1 s, which the last request that began with them would wait for.
#[test]
fn requests_do_not_free_large_policies() {
    let parts = preflight().into_parts().0;
    for (description, origins, freed_by_request) in [("small", 10, true), ("large", 20_000, false)]
    {
        let (sender, dropped) = mpsc::channel();
        let held = Dropped(sender);
        let predicate = AllowOrigin::predicate(move |_, _| {
            let _ = &held;
            false
        });
        let origins = (0..origins).map(|n| format!("https://customer-{n}.example"));
        let policy = Policy::builder().allow_origin(origins.collect::<Vec<_>>());
        let policy = policy.allow_origin(predicate).build().expect("a valid policy");
        let (policies, handle) = Reloadable::new(policy);
        let request = policies.select(&parts);
        handle.replace(version(1));
        assert_eq!(dropped.try_recv(), Err(mpsc::TryRecvError::Empty), "{description}: in use");
        drop(request);
        let freed_by = dropped.recv_timeout(Duration::from_secs(30)).expect(description);
        assert_eq!(freed_by == thread::current().id(), freed_by_request, "{description}");
    }
}

#[test]
fn long_changes_are_cut() {
    let origins = |n: usize| (0..n).map(|i| format!("https://{i}.a.example")).collect::<Vec<_>>();
    let policy = |n| Policy::builder().allow_origin(origins(n)).build().expect("a valid policy");
    let (_policies, handle) = Reloadable::new(policy(1));
    let change = handle.replace(policy(1000));
    let difference = change.iter().next().expect("a difference");
    assert_eq!((difference.direction(), difference.values().len()), (Direction::Wider, 999));
    assert!(change.to_string().ends_with(" and 989 more"));
}

/// A real server, a watched file that is edited by renaming, and requests all the while.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watched_file_under_load() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("cors.toml");
    let write = |text: &str| {
        let other = folder.path().join("cors.toml.new");
        std::fs::write(&other, text)
            .and_then(|()| std::fs::rename(&other, &path))
            .expect("written");
    };
    write(OLD);
    let (policies, _watcher) = FileWatcher::start(&path).expect("a valid file");

    let app = axum::Router::new()
        .route("/", axum::routing::put(|| async { "hello" }))
        .layer(CorsLayer::with_policies(policies));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let server = tokio::spawn(async move { axum::serve(listener, app).await });

    let connector = hyper_util::client::legacy::connect::HttpConnector::new();
    let executor = hyper_util::rt::TokioExecutor::new();
    let client: hyper_util::client::legacy::Client<_, String> =
        hyper_util::client::legacy::Client::builder(executor).build(connector);
    let ask = || async {
        let mut request = preflight().map(|()| String::new());
        *request.uri_mut() = format!("http://{address}/").parse().expect("a URI");
        let response = client.request(request).await.expect("no request fails");
        assert_eq!(response.status(), 204);
        let header =
            |name| response.headers().get(name).and_then(|v: &http::HeaderValue| v.to_str().ok());
        let answer = [
            "access-control-allow-origin",
            "access-control-allow-methods",
            "access-control-max-age",
        ]
        .map(|name| header(name).unwrap_or_default().to_owned());
        match answer.each_ref().map(String::as_str) {
            ["https://a.example", "PUT", "1"] => OLD,
            ["*", "DELETE", "2"] => NEW,
            mixture => panic!("an answer of neither policy: {mixture:?}"),
        }
    };
    for text in [NEW, "allow_origin = 'https://a.example/'", OLD, NEW, OLD] {
        write(text);
        let expected = if text.contains("example/") { NEW } else { text };
        let deadline = std::time::Instant::now() + Duration::from_secs(10);
        let mut settled = 0;
        while settled < 50 {
            settled = if ask().await == expected { settled + 1 } else { 0 };
            assert!(std::time::Instant::now() < deadline, "the file was not reloaded");
        }
    }
    server.abort();
}

/// The one answer of a static policy had no `Vary`, so that after a reload a cache refused the
/// origin that was added. Seen in the first version of this crate, in Chromium.
#[tokio::test]
async fn one_exact_origin_behind_a_handle_is_dynamic() {
    for (about, policy, origin, grant, vary) in [
        ("one", "'https://a.example'", None, None, Some("Origin")),
        (
            "one",
            "'https://a.example'",
            Some("https://a.example"),
            Some("https://a.example"),
            Some("Origin"),
        ),
        ("any", "'*'", None, Some("*"), None),
        ("any", "'*'", Some("https://a.example"), Some("*"), None),
    ] {
        let (policies, _handle) = Reloadable::new(list(&format!("allow_origin = {policy}")));
        let inner = service_fn(|_: Request<()>| async { Ok::<_, Infallible>(Response::new(())) });
        let mut request = Request::new(());
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().expect("a value"));
        }
        let service = CorsLayer::with_policies(policies).layer(inner);
        let response = service.oneshot(request).await.expect("infallible");
        let header = |name| response.headers().get(name).map(|value| value.to_str().unwrap());
        assert_eq!(header("access-control-allow-origin"), grant, "{about} {origin:?}");
        assert_eq!(header("vary"), vary, "{about} {origin:?}");
    }
}

/// The version of a policy is its method and its age.
fn version(n: usize) -> Policy {
    let age = Duration::from_secs(u64::try_from(n).expect("small"));
    let builder = Policy::builder().allow_origin("*").allow_methods([format!("V{n}")]);
    builder.max_age(age).build().expect("a valid policy")
}

/// The version under which a preflight is answered. An answer of two versions is none.
fn answered_under(policies: &Reloadable) -> usize {
    let parts = preflight().into_parts().0;
    let selection = policies.select(&parts).expect("one policy for every path");
    let Action::Respond(response) = selection.evaluate().into_action() else { panic!("answered") };
    let header = |name| response.headers()[name].to_str().expect("text").to_owned();
    let age = header("access-control-max-age");
    assert_eq!(header("access-control-allow-methods"), format!("V{age}"));
    age.parse().expect("a number")
}

/// Pauses of random length, the same for the same seed, so that threads meet at other places each
/// time.
fn stagger(state: &mut u64) {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
    match *state >> 61 {
        0 => thread::yield_now(),
        1 => (0..*state >> 54).for_each(|_| std::hint::spin_loop()),
        _ => {}
    }
}

/// After `replace` has returned, no request is answered under an older policy, and no thread ever
/// sees an older one after a newer one.
#[test]
fn no_thread_sees_an_older_policy_after_a_newer_one() {
    for seed in 0..200_u64 {
        let (policies, handle) = Reloadable::new(version(0));
        let replaced = AtomicUsize::new(0);
        thread::scope(|scope| {
            for n in 1..=3 {
                let (policies, replaced) = (&policies, &replaced);
                scope.spawn(move || {
                    let (mut state, mut last) = (seed * 4 + n, 0);
                    while last < 20 {
                        let since = replaced.load(Ordering::SeqCst);
                        let now = answered_under(policies);
                        assert!(now >= since.max(last), "seed {seed}: {now} after {since}, {last}");
                        last = now;
                        stagger(&mut state);
                    }
                });
            }
            let mut state = seed * 4;
            for n in 1..=20 {
                handle.replace(version(n));
                replaced.store(n, Ordering::SeqCst);
                stagger(&mut state);
            }
        });
    }
}

/// Where several threads replace the policies, each change is one from the policy that was in force
/// just before: together they are one chain from the first policy to the last.
#[test]
fn changes_of_several_threads_form_one_chain() {
    for seed in 0..200_u64 {
        let (policies, handle) = Reloadable::new(version(0));
        let changes = Mutex::new(HashMap::new());
        thread::scope(|scope| {
            for thread in 0..3 {
                let (handle, changes) = (handle.clone(), &changes);
                scope.spawn(move || {
                    let mut state = seed * 4 + thread;
                    for n in 1..=10 {
                        let n = usize::try_from(thread).expect("small") * 10 + n;
                        let change = handle.replace(version(n));
                        let removed = change.iter().find(|difference| {
                            difference.setting() == Some(Setting::AllowMethods)
                                && difference.direction() == Direction::Narrower
                        });
                        let before = removed.expect("its method").values()[0].clone();
                        let other = changes.lock().expect("unpoisoned").insert(before, n);
                        assert_eq!(other, None, "seed {seed}: replaced twice");
                        stagger(&mut state);
                    }
                });
            }
        });
        let changes = changes.into_inner().expect("unpoisoned");
        let (mut at, mut length) = (0, 0);
        while let Some(next) = changes.get(&format!("V{at}")) {
            (at, length) = (*next, length + 1);
        }
        assert_eq!((at, length), (answered_under(&policies), 30), "seed {seed}");
    }
}
