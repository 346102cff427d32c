//! Several instances on one real PostgreSQL.
//!
//! Without PostgreSQL's programs these are skipped, in words; in CI that is a failure.

mod support;

use axum::http::StatusCode;
use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};
use support::{
    HOUR, NEVER, Verdict,
    Verdict::{Granted, Refused, Unavailable},
    ask,
    cluster::Cluster,
    edit, edited, eventually, get,
    proxy::{Network, Proxy},
    start,
};
use tenants::{App, Settings};

const OLD: &str = "https://old.example";
const NEW: &str = "https://new.example";

const SECOND: Duration = Duration::from_secs(1);

/// Returns when all of these instances have heard of all that happened before: changes are told in
/// their order.
async fn settle(cluster: &Cluster, apps: &[&App]) {
    static ROUND: AtomicU32 = AtomicU32::new(0);
    let origin = format!("https://n{}.example", ROUND.fetch_add(1, Ordering::Relaxed));
    for app in apps {
        assert_eq!(ask(app, "initech", &origin).await, Refused);
    }
    cluster.sql(&format!("UPDATE tenants SET origins = '{origin}' WHERE id = 'initech'"));
    for app in apps {
        eventually("settled", 10 * SECOND, Granted, || ask(app, "initech", &origin)).await;
    }
}

/// Nothing but the notification can bring the news: all else happens once an hour.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_heard_by_all_within_a_second() {
    let Some(cluster) = Cluster::start() else { return };
    let url = Cluster::url_at(cluster.port());
    let (a, b) = tokio::join!(start(&url, NEVER), start(&url, NEVER));
    settle(&cluster, &[&a, &b]).await;
    for app in [&a, &b] {
        assert_eq!(ask(app, "acme", NEW).await, Refused);
    }
    edited(&a, "acme", &[NEW]).await;
    assert_eq!(ask(&a, "acme", NEW).await, Granted, "where it was edited, at once");
    eventually("the other", SECOND, Granted, || ask(&b, "acme", NEW)).await;
    edited(&b, "acme", &[]).await;
    assert_eq!(ask(&b, "acme", NEW).await, Refused, "where it was edited, at once");
    eventually("the other", SECOND, Refused, || ask(&a, "acme", NEW)).await;

    cluster.sql("UPDATE tenants SET origins = 'https://new.example' WHERE id = 'acme'");
    for app in [&a, &b] {
        eventually("whoever edits", SECOND, Granted, || ask(app, "acme", NEW)).await;
    }
}

/// What is not heard, though the connection is well, is read.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_notification_is_made_up_for_by_reading() {
    let Some(cluster) = Cluster::start() else { return };
    let url = Cluster::url_at(cluster.port());
    let reads = Settings { interval: SECOND, ..NEVER };
    let (reads, hears) = tokio::join!(start(&url, reads), start(&url, NEVER));
    settle(&cluster, &[&reads, &hears]).await;
    for app in [&reads, &hears] {
        assert_eq!(ask(app, "acme", NEW).await, Refused);
    }
    cluster.sql(
        "CREATE OR REPLACE FUNCTION tenant_changed(tenant TEXT) RETURNS void LANGUAGE sql AS $$
         INSERT INTO changes VALUES (tenant, pg_current_xact_id()::text::bigint)
         ON CONFLICT ON CONSTRAINT changes_pkey DO UPDATE SET change = EXCLUDED.change $$",
    );
    cluster.sql("UPDATE tenants SET origins = 'https://new.example' WHERE id = 'acme'");
    eventually("it reads", 10 * SECOND, Granted, || ask(&reads, "acme", NEW)).await;
    assert_eq!(ask(&hears, "acme", NEW).await, Refused, "nothing was told");
}

/// Whoever deletes or renames a tenant, or all of them, and whether it is heard of or only read.
#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_that_is_deleted_or_renamed_loses_its_grants() {
    let Some(cluster) = Cluster::start() else { return };
    let url = Cluster::url_at(cluster.port());
    let reads = Settings { interval: SECOND, ..NEVER };
    let (hears, reads) = tokio::join!(start(&url, NEVER), start(&url, reads));
    for (heard, limit) in [(true, SECOND), (false, 10 * SECOND)] {
        if !heard {
            cluster.sql(
                "CREATE OR REPLACE FUNCTION tenant_changed(tenant TEXT) RETURNS void LANGUAGE sql AS $$
                 INSERT INTO changes VALUES (tenant, pg_current_xact_id()::text::bigint)
                 ON CONFLICT ON CONSTRAINT changes_pkey DO UPDATE SET change = EXCLUDED.change $$",
            );
        }
        let app = if heard { &hears } else { &reads };
        for (about, sql, renamed) in [
            ("deleted", "DELETE FROM tenants WHERE id = 'acme'", None),
            ("renamed", "UPDATE tenants SET id = 'umbrella' WHERE id = 'acme'", Some("umbrella")),
            ("all deleted", "TRUNCATE tenants", None),
        ] {
            cluster.sql("TRUNCATE tenants");
            cluster.sql("INSERT INTO tenants VALUES ('acme', 'https://old.example')");
            eventually(about, limit, Granted, || ask(app, "acme", OLD)).await;
            if let Some(renamed) = renamed {
                assert_eq!(ask(app, renamed, OLD).await, Refused, "{about}: not yet");
            }
            cluster.sql(sql);
            eventually(about, limit, Refused, || ask(app, "acme", OLD)).await;
            if let Some(renamed) = renamed {
                eventually(about, limit, Granted, || ask(app, renamed, OLD)).await;
            }
        }
    }
}

/// One tenant is changed in a transaction that lasts for seconds.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_transaction_blocks_no_other_tenant_and_what_was_answered_is_true() {
    let Some(cluster) = Cluster::start() else { return };
    let cluster = &cluster;
    let url = Cluster::url_at(cluster.port());
    let app = start(&url, NEVER).await;
    let reads = start(&url, Settings { interval: SECOND, ..NEVER }).await;
    assert_eq!(ask(&reads, "globex", NEW).await, Refused);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            cluster.sql(
                "BEGIN; UPDATE tenants SET origins = 'https://old.example' WHERE id = 'acme'; \
                 SELECT pg_sleep(5); COMMIT",
            );
        });
        tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(async {
                tokio::time::sleep(SECOND).await;
                let began = std::time::Instant::now();
                edited(&app, "globex", &[NEW]).await;
                assert!(began.elapsed() < SECOND, "another tenant: {:?}", began.elapsed());
                eventually("heard or read", 3 * SECOND, Granted, || ask(&reads, "globex", NEW)).await;

                let (status, errors) = edit(&app, "acme", &[NEW]).await;
                assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "the same tenant");
                let message = errors["errors"][0]["message"].as_str().expect("a message");
                assert_eq!(
                    message,
                    "the database is not available: somebody else is changing the same; nothing was changed"
                );
            });
        });
    });
    tokio::time::sleep(2 * SECOND).await;
    for app in [&app, &reads] {
        eventually("the transaction", 3 * SECOND, Granted, || ask(app, "acme", OLD)).await;
        assert_eq!(ask(app, "acme", NEW).await, Refused, "nothing was changed, as was said");
    }
}

/// Where nobody listens: at the start, and later.
#[tokio::test(flavor = "multi_thread")]
async fn an_unreachable_database_is_named() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = free.local_addr().expect("bound").port();
    drop(free);
    let error = App::start(&Cluster::url_at(port), NEVER).await.expect_err("nobody listens");
    assert_eq!(error.to_string(), format!("connection refused by 127.0.0.1:{port}"));

    let Some(cluster) = Cluster::start() else { return };
    let port = cluster.port();
    let app = start(&Cluster::url_at(port), NEVER).await;
    drop(cluster);
    eventually("it is refused", 5 * SECOND, true, async || {
        let (status, errors) = edit(&app, "acme", &[NEW]).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        let expected = format!(
            "the database is not available: connection refused by 127.0.0.1:{port}; nothing was changed"
        );
        errors["errors"][0]["message"] == expected
    })
    .await;
    let (status, _, body) = get(&app, "/tenants", None).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(body.contains("connection refused by"), "{body}");
}

/// One of two instances is cut off; then it is connected again.
async fn cut_off(network: Network, interval: Duration, back_within: Duration) {
    let Some(cluster) = Cluster::start() else { return };
    let proxy = Proxy::to(cluster.port()).await;
    let (here, far) = (Cluster::url_at(cluster.port()), Cluster::url_at(proxy.port()));
    let settings = Settings { interval, ..NEVER };
    let (here, far) = tokio::join!(start(&here, NEVER), start(&far, settings));
    edited(&here, "acme", &[OLD]).await;
    settle(&cluster, &[&here, &far]).await;
    for app in [&here, &far] {
        assert_eq!(ask(app, "acme", OLD).await, Granted);
    }

    proxy.set(network);
    edited(&here, "acme", &[NEW]).await;
    edited(&here, "globex", &[NEW]).await;
    for _ in 0..2 {
        assert_eq!(both(&here, "acme").await, [Refused, Granted], "who is connected");
        assert_eq!(both(&far, "acme").await, [Granted, Refused], "who is not goes by what it knew");
        assert_eq!(
            both(&far, "globex").await,
            [Unavailable; 2],
            "what it does not know it refuses"
        );
        tokio::time::sleep(SECOND + Duration::from_millis(100)).await;
    }
    let (status, headers, _) = get(&far, "/api/globex/orders", Some(NEW)).await;
    assert_eq!(status, StatusCode::OK, "CORS is no access control");
    assert!(!headers.contains_key("access-control-allow-origin"));
    assert_eq!(headers["cache-control"], "no-store");
    let (status, _, _) = get(&far, "/api/globex/orders", None).await;
    assert_eq!(status, StatusCode::OK, "without an origin there is nothing to ask");
    let (status, errors) = edit(&far, "acme", &[OLD]).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "nothing can be edited: {errors}");

    proxy.set(Network::Works);
    eventually("what was narrowed", back_within, Refused, || ask(&far, "acme", OLD)).await;
    eventually("what was widened", back_within, Granted, || ask(&far, "acme", NEW)).await;
    eventually("what was refused", back_within, Granted, || ask(&far, "globex", NEW)).await;
    assert_eq!(both(&here, "acme").await, both(&far, "acme").await);

    // And it hears again.
    eventually("an edit", back_within, StatusCode::NO_CONTENT, async || {
        edit(&far, "acme", &[OLD]).await.0
    })
    .await;
    eventually("from there to here", 5 * SECOND, Granted, || ask(&here, "acme", OLD)).await;
    edited(&here, "acme", &[]).await;
    eventually("from here to there", 5 * SECOND, Refused, || ask(&far, "acme", OLD)).await;
}

async fn both(app: &App, tenant: &str) -> [Verdict; 2] {
    [ask(app, tenant, OLD).await, ask(app, tenant, NEW).await]
}

/// The connections break. Reading at intervals plays no part: what was missed is read as soon as
/// there is a new one.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_cut_off_goes_by_what_it_knew_and_misses_nothing() {
    cut_off(Network::Closes, HOUR, 5 * SECOND).await;
}

/// The connections look alive, and never say anything again.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_cut_off_silently_finds_out() {
    cut_off(Network::Swallows, SECOND, 15 * SECOND).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_knew_does_not_last_for_ever() {
    let Some(cluster) = Cluster::start() else { return };
    let proxy = Proxy::to(cluster.port()).await;
    let settings = Settings { time_to_live: SECOND, stale_on_error: 3 * SECOND, interval: HOUR };
    let app = start(&Cluster::url_at(proxy.port()), settings).await;
    edited(&app, "acme", &[OLD]).await;
    settle(&cluster, &[&app]).await;
    assert_eq!(ask(&app, "acme", OLD).await, Granted);
    proxy.set(Network::Closes);
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(ask(&app, "acme", OLD).await, Granted, "stale");
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert_eq!(ask(&app, "acme", OLD).await, Unavailable, "too stale");
    proxy.set(Network::Works);
    eventually("it is back", 5 * SECOND, Granted, || ask(&app, "acme", OLD)).await;
}
