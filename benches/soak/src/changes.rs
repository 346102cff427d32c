//! What changes meanwhile: policies are swapped, tenants edited, the database stopped and killed.

use crate::{
    process::Process,
    random::Random,
    rules::{TENANTS, VERSIONS},
    world::World,
};
use std::{io, sync::Arc, time::Duration};
use tokio::time::{Instant, sleep};

const TICK: Duration = Duration::from_millis(300);
/// Swaps of the policies in each tick: so many that what one of them leaks is seen within a minute. It
/// is not a multiple of `VERSIONS`, so that each tick ends with another version.
const SWAPS: u32 = 5;
/// Of a cycle, in ticks: the database works, is down, is given time to recover, works.
const WORKS: u64 = 20;
const DOWN: u64 = 30;
const RECOVERED: u64 = 42;
const CYCLE: u64 = 50;

/// Changes things until `end`; then the database works again.
pub async fn run(
    world: Arc<World>,
    server: &mut Process,
    mut database: Process,
    address: &str,
    seed: u64,
    end: Instant,
) -> io::Result<()> {
    let mut random = Random::new(seed);
    for tick in 0.. {
        let (cycle, at) = (tick / CYCLE, tick % CYCLE);
        let killed = cycle % 2 == 1;
        if Instant::now() >= end && !(WORKS..=DOWN).contains(&at) {
            break;
        }
        for _ in 0..SWAPS {
            swap(&world, server).await?;
        }
        if tick % 10 == 0 && server.tell("invalid").await? != "refused" {
            world.figures.bad("a list that is not valid was taken");
        }
        match at {
            WORKS => {
                world.database.step();
                if killed { database.kill().await? } else { database.stop()? }
            }
            DOWN if killed => database = restart(&world, address).await?,
            DOWN => database.resume()?,
            RECOVERED => world.database.step(),
            _ => {}
        }
        let works = !(WORKS..RECOVERED).contains(&at);
        let tenant = u32::try_from(random.below(TENANTS as usize)).unwrap_or_default();
        if works {
            edit(&world, server, &mut database, tenant).await?;
        } else if at % 4 == 0 {
            server.tell(&format!("invalidate t{tenant}")).await?;
        }
        if at % 15 == 0 {
            server.tell("invalidate-all").await?;
        }
        sleep(TICK).await;
    }
    Ok(())
}

async fn swap(world: &World, server: &mut Process) -> io::Result<()> {
    world.version.step();
    let version = world.version.get().div_ceil(2) % u64::from(VERSIONS);
    server.tell(&format!("policies {version}")).await?;
    world.version.step();
    Ok(())
}

/// A tenant allows another origin from now on.
async fn edit(
    world: &World,
    server: &mut Process,
    database: &mut Process,
    tenant: u32,
) -> io::Result<()> {
    let Some(counter) = world.generations.get(tenant as usize) else { return Ok(()) };
    counter.step();
    database.tell(&format!("t{tenant} {}", counter.get().div_ceil(2))).await?;
    server.tell(&format!("invalidate t{tenant}")).await?;
    counter.step();
    Ok(())
}

/// Starts the database at the same address, with all edits.
async fn restart(world: &World, address: &str) -> io::Result<Process> {
    let mut database = Process::start(&["database", address])?;
    for (tenant, counter) in world.generations.iter().enumerate() {
        database.tell(&format!("t{tenant} {}", counter.get() / 2)).await?;
    }
    database.tell("listen").await?;
    Ok(database)
}
