//! Ordinary requests, one after the other over a kept connection, each checked.

use crate::{
    client::{Call, Client},
    random::Random,
    rules::{SCOPES, TENANTS, VERSIONS, origin_of},
    world::World,
};
use std::{io, sync::Arc, sync::atomic::Ordering::Relaxed, time::Duration};
use tokio::time::{Instant, sleep, timeout};

/// Longer than anything the server waits for.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two requests of one client.
const PAUSE: Duration = Duration::from_millis(2);

#[derive(Clone, Copy)]
pub enum Version {
    One,
    Two,
}

/// Sends requests to the list or to the resolver, until `end`.
pub async fn run(world: Arc<World>, version: Version, to_list: bool, seed: u64, end: Instant) {
    let mut random = Random::new(seed);
    let mut client = None;
    while Instant::now() < end {
        let address = if to_list { world.list } else { world.tenants };
        let mut connection = match client.take() {
            Some(client) => client,
            None => match connect(version, address).await {
                Ok(connection) => connection,
                Err(error) => {
                    world.figures.bad(&format!("no connection: {error}"));
                    sleep(PAUSE * 100).await;
                    continue;
                }
            },
        };
        let start = Instant::now();
        let asked = async {
            if to_list {
                ask_list(&world, &mut connection, &mut random).await
            } else {
                ask_tenant(&world, &mut connection, &mut random).await
            }
        };
        match timeout(PATIENCE, asked).await {
            Ok(Ok(())) => {
                world.figures.requests.fetch_add(1, Relaxed);
                world.figures.took(to_list, start.elapsed());
                // A new connection now and then.
                client = (random.below(500) > 0).then_some(connection);
            }
            Ok(Err(error)) => world.figures.bad(&format!("no answer: {error}")),
            Err(_) => world.figures.bad(&format!("no answer within {PATIENCE:?}")),
        }
        sleep(PAUSE).await;
    }
}

async fn connect(version: Version, address: std::net::SocketAddr) -> io::Result<Client> {
    match version {
        Version::One => Client::one(address).await,
        Version::Two => Client::two(address).await,
    }
}

pub async fn ask_list(world: &World, client: &mut Client, random: &mut Random) -> io::Result<()> {
    let scope = SCOPES[random.below(SCOPES.len())];
    let origin = origin(world, random);
    let preflight = random.below(2) == 0;
    let call = Call::new(scope.path(), &origin, preflight);
    let before = world.before(None);
    let answer = client.ask(&call).await?;
    let right = world.of_list(before, scope, &origin, preflight);
    world.check(&format!("{call:?}"), &answer, &right);
    Ok(())
}

pub async fn ask_tenant(world: &World, client: &mut Client, random: &mut Random) -> io::Result<()> {
    let tenant = u32::try_from(random.below(TENANTS as usize)).unwrap_or_default();
    let preflight = random.below(2) == 0;
    let origin = match random.below(8) {
        0 => stranger(random),
        n => origin_of(&format!("t{tenant}"), n as u64),
    };
    let call = Call::new(format!("/tenants/t{tenant}/orders"), &origin, preflight);
    let before = world.before(Some(tenant));
    let answer = client.ask(&call).await?;
    let right = world.of_tenant(before, tenant, &origin, preflight);
    world.check(&format!("{call:?}"), &answer, &right);
    Ok(())
}

/// An origin that is allowed, was allowed or only looks like it.
fn origin(world: &World, random: &mut Random) -> String {
    let version = match random.below(3) {
        0 => u32::try_from(random.below(VERSIONS as usize)).unwrap_or_default(),
        _ => world.current_version(),
    };
    match random.below(12) {
        0..=3 => format!("https://app-{version}.example"),
        4 => format!("https://a.preview-{version}.example"),
        5 => format!("https://a-b.c.preview-{version}.example"),
        6 => "https://admin.example".to_owned(),
        7 => format!("https://app-{version}.example.evil.test"),
        8 => format!("http://app-{version}.example"),
        9 => format!("https://preview-{version}.example"),
        10 => "null".to_owned(),
        _ => stranger(random),
    }
}

/// An origin that nobody has seen before.
pub fn stranger(random: &mut Random) -> String {
    format!("https://s{}.evil.test", random.next())
}
