//! The decision table, in the core alone and in the tower service.
//!
//! `tests/over_http.rs` runs the same table over real connections.

mod table;

use http::{Request, Response, header::CONTENT_LENGTH};
use std::{
    cell::Cell,
    convert::Infallible,
    future::ready,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use table::{Row, Wire, report, rows};
use tower::{Layer, Service, ServiceExt, service_fn, util::BoxCloneSyncService};
use tower_cors::{CorsLayer, Policy, protocol::Action};

/// Layer by layer, by hand: what raw hyper would do.
fn evaluate(
    policies: &[Policy],
    request: Request<()>,
    inner: &dyn Fn() -> Response<()>,
) -> Response<()> {
    let Some((outer, rest)) = policies.split_first() else { return inner() };
    let (parts, ()) = request.into_parts();
    match outer.evaluate(&parts).into_action() {
        Action::Respond(response) => response,
        Action::Forward(decoration) => {
            let mut response = evaluate(rest, Request::from_parts(parts.clone(), ()), inner);
            decoration.apply(&mut response);
            response
        }
    }
}

fn in_the_core(row: &Row) -> Result<(), String> {
    let runs = Cell::new(0);
    let inner = || {
        runs.set(runs.get() + 1);
        row.response()
    };
    let response = evaluate(&row.policies, row.request(None), &inner);
    assert!(runs.get() <= 1, "{}: the inner service ran {} times", row.about, runs.get());
    row.check(&response, runs.get() == 1)
}

async fn in_tower(row: &Row) -> Result<(), String> {
    let runs = Arc::new(AtomicUsize::new(0));
    let (status, headers) = (row.inner_status, row.response::<()>().headers().clone());
    let counted = Arc::clone(&runs);
    let inner = service_fn(move |_: Request<()>| {
        counted.fetch_add(1, Ordering::Relaxed);
        let mut response = Response::new(());
        *response.status_mut() = status;
        *response.headers_mut() = headers.clone();
        ready(Ok::<_, Infallible>(response))
    });
    let mut service = BoxCloneSyncService::new(inner);
    for policy in row.policies.iter().rev() {
        service = BoxCloneSyncService::new(CorsLayer::with_policies(policy.clone()).layer(service));
    }
    let Ok(ready) = service.ready().await;
    let Ok(response) = ready.call(row.request(None)).await;
    let runs = runs.load(Ordering::Relaxed);
    assert!(runs <= 1, "{}: the inner service ran {runs} times", row.about);
    row.check(&response, runs == 1)
}

#[test]
fn the_core_follows_the_table() {
    let rows = rows();
    let failures = rows.iter().filter_map(|row| in_the_core(row).err()).collect::<Vec<_>>();
    report("core", rows.len(), &failures);
}

#[tokio::test]
async fn the_service_follows_the_table() {
    let rows = rows();
    let mut failures = Vec::new();
    for row in &rows {
        failures.extend(in_tower(row).await.err());
    }
    report("tower", rows.len(), &failures);
}

#[test]
fn every_skip_says_why() {
    for row in rows() {
        let reasons = [Wire::Http1, Wire::Http2].map(|wire| row.skipped(wire));
        assert!(reasons.iter().flatten().all(|why| why.len() > 10), "{}", row.about);
        assert!(reasons.iter().flatten().count() < 2, "{}: runs nowhere", row.about);
    }
}

#[test]
fn a_policy_answers_the_same_every_time() {
    for row in rows().iter().filter(|row| row.bytes() < 16_000) {
        for _ in 0..3 {
            in_the_core(row).unwrap();
        }
    }
}

/// [RFC 9110, section 8.6](https://www.rfc-editor.org/rfc/rfc9110#section-8.6)
#[test]
fn no_answer_of_status_204_has_a_length() {
    for row in rows().iter().filter(|row| row.expected.status == 204 && !row.expected.inner_ran) {
        let response = evaluate(&row.policies, row.request(None), &|| unreachable!());
        assert!(!response.headers().contains_key(CONTENT_LENGTH), "{}", row.about);
    }
}

/// The bytes of `Origin` come back in no header of a response that grants nothing to it; nor do
/// those of any other request header.
#[test]
fn a_refusal_echoes_nothing() {
    let origin = "https://echo-me.example";
    for row in rows().iter().filter(|row| !row.expected.inner_ran && row.expected.status == 403) {
        let mut request = row.request(None);
        request.headers_mut().insert("origin", origin.parse().unwrap());
        request.headers_mut().remove("sec-fetch-site");
        request.headers_mut().insert("access-control-request-headers", "echo-me".parse().unwrap());
        let response = evaluate(&row.policies, request, &|| Response::new(()));
        for (name, value) in response.headers() {
            let text = value.as_bytes().escape_ascii().to_string();
            assert!(!text.contains("echo-me"), "{}: {name}: {text}", row.about);
        }
    }
}

/// Near the most headers that a map holds, a response got the grant without `Vary`, or the origin
/// without the credentials. Seen in the first version of this crate.
#[test]
fn near_the_limit_of_a_header_map_it_is_all_or_nothing() {
    let policy = Policy::builder()
        .allow_origin(["https://a.example", "https://b.example"])
        .allow_credentials(true)
        .expose_headers("x-a")
        .timing_allow_origin(true)
        .build()
        .unwrap();
    let mut request = http::Request::new(());
    request.headers_mut().insert("origin", "https://a.example".parse().unwrap());
    let (parts, ()) = request.into_parts();
    let mut inner = http::HeaderMap::new();
    let add = |inner: &mut http::HeaderMap, i: usize| {
        let name = http::HeaderName::try_from(format!("x-{i}")).unwrap();
        inner.try_insert(name, http::HeaderValue::from_static("1")).is_ok()
    };
    assert!((0..24_540).all(|i| add(&mut inner, i)));
    let mut seen = std::collections::BTreeSet::new();
    for i in 24_540.. {
        let Action::Forward(decoration) = policy.evaluate(&parts).into_action() else { panic!() };
        let mut response = Response::new(());
        *response.headers_mut() = inner.clone();
        decoration.apply(&mut response);
        let names = [
            "access-control-allow-origin",
            "access-control-allow-credentials",
            "access-control-expose-headers",
            "timing-allow-origin",
            "vary",
        ];
        let present = names.map(|name| response.headers().contains_key(name));
        assert!(present == [true; 5] || present == [false; 5], "{i} headers: {present:?}");
        seen.insert(present[0]);
        if !add(&mut inner, i) {
            break;
        }
    }
    assert_eq!(seen.len(), 2, "both sides of the limit");
}
