//! What no browser sends: headers that are large, many, slow or never finished, streams that are
//! reset, floods. What is answered all the same is checked.

use crate::{
    client::{Call, Client, Payload, read, request},
    random::Random,
    rules::{Answer, Scope},
    traffic::{ask_list, stranger},
    world::World,
};
use bytes::Bytes;
use std::{io, sync::Arc, sync::atomic::Ordering::Relaxed, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    time::{Instant, sleep, timeout},
};

const PATIENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(20);

/// Attacks of all kinds, one after the other, until `end`.
pub async fn run(world: Arc<World>, seed: u64, end: Instant) {
    let mut random = Random::new(seed);
    while Instant::now() < end {
        match timeout(PATIENCE, attack(&world, &mut random)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => {
                world.figures.ended.fetch_add(1, Relaxed);
            }
            Err(_) => world.figures.bad("a hostile client got neither answer nor end"),
        }
        world.figures.hostile.fetch_add(1, Relaxed);
        sleep(PAUSE).await;
    }
}

async fn attack(world: &World, random: &mut Random) -> io::Result<()> {
    match random.below(12) {
        0 => large_headers(world, random).await,
        1 => many_lines(world, random).await,
        2 => two_origins(world).await,
        3 => odd_origins(world, random).await,
        4 | 5 => abort(world, random).await,
        6 => slow_headers(world, random).await,
        7 => sockets(world, random).await,
        8 => resets(world, random).await,
        9 => flood_of_origins(world, random).await,
        10 => flood_of_tenants(world, random).await,
        _ => garbage(world, random).await,
    }
}

fn allowed(world: &World) -> String {
    format!("https://app-{}.example", world.current_version())
}

/// One request to the list over a connection of its own, checked.
async fn checked(world: &World, scope: Scope, call: &Call, origin: &str) -> io::Result<()> {
    let preflight = call.method == "OPTIONS";
    let before = world.before(None);
    let answer = Client::one(world.list).await?.ask(call).await?;
    // The server's own refusal of a request that is too large grants nothing either.
    if answer != Answer::bare(431, false, false) {
        let right = world.of_list(before, scope, origin, preflight);
        world.check(&format!("{} {scope:?}", call.method), &answer, &right);
    }
    Ok(())
}

/// 64 KB in one line.
async fn large_headers(world: &World, random: &mut Random) -> io::Result<()> {
    let origin = allowed(world);
    let call = Call::new(Scope::Api.path(), &origin, true);
    let name = "access-control-request-headers";
    match random.below(4) {
        0 => checked(world, Scope::Api, &call.header(name, ",".repeat(65_536)), &origin).await,
        1 => checked(world, Scope::Api, &call.header(name, "x-a,".repeat(16_384)), &origin).await,
        2 => checked(world, Scope::Api, &call.header("x-a", "x".repeat(65_536)), &origin).await,
        _ => {
            let origin = format!("https://{}.example", "a.".repeat(32_768));
            let call = Call::new(Scope::Enforced.path(), &origin, random.below(2) == 0);
            checked(world, Scope::Enforced, &call, &origin).await
        }
    }
}

/// Thousands of lines.
async fn many_lines(world: &World, random: &mut Random) -> io::Result<()> {
    let origin = allowed(world);
    let preflight = random.below(2) == 0;
    let mut call = Call::new(Scope::Api.path(), &origin, preflight);
    let name = if preflight { "access-control-request-headers" } else { "x-a" };
    for n in 0..3000 {
        call = call.header(name, format!("x-{n}"));
    }
    checked(world, Scope::Api, &call, &origin).await
}

/// The origin that is allowed, twice: no browser does that.
async fn two_origins(world: &World) -> io::Result<()> {
    let origin = allowed(world);
    for (scope, preflight) in
        [(Scope::Api, false), (Scope::Api, true), (Scope::Enforced, false), (Scope::Enforced, true)]
    {
        let call = Call::new(scope.path(), &origin, preflight).header("origin", origin.clone());
        checked(world, scope, &call, "two lines").await?;
    }
    Ok(())
}

async fn odd_origins(world: &World, random: &mut Random) -> io::Result<()> {
    let origin = allowed(world);
    let host = origin.trim_start_matches("https://");
    let odd = [
        format!("{origin}/"),
        origin.to_uppercase(),
        format!("{origin}:443"),
        format!("https://user@{host}"),
        format!("{origin}, {origin}"),
        format!("{origin}."),
        format!("{origin}\t\u{202e}é"),
        String::new(),
        "https://".to_owned(),
        "*".to_owned(),
        "https://*".to_owned(),
        format!("https://{}.preview-0.example", "a-".repeat(300)),
    ];
    for origin in odd {
        let scope = [Scope::Api, Scope::Enforced, Scope::Public][random.below(3)];
        let call = Call::new(scope.path(), &origin, random.below(2) == 0);
        checked(world, scope, &call, "odd").await?;
    }
    Ok(())
}

/// Goes away in the middle of a request, or before its answer.
async fn abort(world: &World, random: &mut Random) -> io::Result<()> {
    let to_list = random.below(2) == 0;
    let (address, path) =
        if to_list { (world.list, "/api/items") } else { (world.tenants, "/tenants/t1/orders") };
    let text = Call::new(path, &allowed(world), random.below(2) == 0).to_text();
    for _ in 0..10 {
        let mut stream = TcpStream::connect(address).await?;
        let sent = random.below(text.len() + 1);
        let sent = if random.below(2) == 0 { text.len() } else { sent };
        stream.write_all(&text.as_bytes()[..sent]).await?;
        if random.below(2) == 0 {
            sleep(Duration::from_millis(random.next() % 5)).await;
        }
    }
    Ok(())
}

/// A few bytes at a time; finished after a while, or never.
async fn slow_headers(world: &World, random: &mut Random) -> io::Result<()> {
    let origin = allowed(world);
    let text = Call::new(Scope::Api.path(), &origin, false).to_text();
    let mut stream = BufReader::new(TcpStream::connect(world.list).await?);
    let before = world.before(None);
    let finished = random.below(4) > 0;
    let pieces = text.as_bytes().chunks(16).collect::<Vec<_>>();
    let sent = if finished { pieces.len() } else { pieces.len() / 2 };
    for piece in &pieces[..sent] {
        stream.get_mut().write_all(piece).await?;
        sleep(Duration::from_millis(random.next() % 200)).await;
    }
    if finished {
        let answer = read(&mut stream).await?;
        world.check("slow", &answer, &world.of_list(before, Scope::Api, &origin, false));
    } else {
        // The server ends it.
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await?;
    }
    Ok(())
}

/// A WebSocket handshake where the policy is enforced.
async fn sockets(world: &World, random: &mut Random) -> io::Result<()> {
    for _ in 0..5 {
        let origin = match random.below(3) {
            0 => stranger(random),
            1 => "https://admin.example".to_owned(),
            _ => allowed(world),
        };
        let call = Call::new("/enforced/socket", &origin, false)
            .header("connection", "upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
        let before = world.before(None);
        let answer = Client::one(world.list).await?.ask(&call).await?;
        let right = world.allowed(before, Scope::Enforced, &origin);
        if !right.iter().any(|allowed| answer.status == if *allowed { 101 } else { 403 }) {
            world.figures.bad(&format!("handshake from {origin}: {}", answer.to_text()));
        }
    }
    Ok(())
}

/// Streams of HTTP/2 that are reset midway, and a request over the same connection.
async fn resets(world: &World, random: &mut Random) -> io::Result<()> {
    let to_list = random.below(2) == 0;
    let (address, path) =
        if to_list { (world.list, "/api/items") } else { (world.tenants, "/tenants/t1/orders") };
    let mut client = Client::two(address).await?;
    for _ in 0..15 {
        let Client::Two(sender) = &mut client else { break };
        sender.ready().await.map_err(io::Error::other)?;
        let mut call = Call::new(path, &allowed(world), random.below(3) == 0);
        if call.method == "GET" {
            call.method = "POST";
        }
        let body = Payload::Unfinished(Bytes::from(vec![b'x'; random.below(2000)]));
        let response = sender.send_request(request(&call, body)?);
        // The answer may come first.
        let _ = timeout(Duration::from_micros(random.next() % 3000), response).await;
    }
    if to_list {
        ask_list(world, &mut client, random).await?;
    }
    Ok(())
}

/// A hundred origins that nobody has seen, without waiting for the answers in between.
async fn flood_of_origins(world: &World, random: &mut Random) -> io::Result<()> {
    let mut stream = BufReader::new(TcpStream::connect(world.list).await?);
    let scope = if random.below(2) == 0 { Scope::Api } else { Scope::Enforced };
    let calls = (0..100).map(|_| {
        let origin = stranger(random);
        (Call::new(scope.path(), &origin, random.below(2) == 0), origin)
    });
    let calls = calls.collect::<Vec<_>>();
    let text = calls.iter().map(|(call, _)| call.to_text()).collect::<String>();
    let before = world.before(None);
    stream.get_mut().write_all(text.as_bytes()).await?;
    for (call, origin) in &calls {
        let answer = read(&mut stream).await?;
        let right = world.of_list(before, scope, origin, call.method == "OPTIONS");
        world.check(&format!("flood, {call:?}"), &answer, &right);
    }
    Ok(())
}

/// Fifty tenants that do not exist.
async fn flood_of_tenants(world: &World, random: &mut Random) -> io::Result<()> {
    let mut stream = BufReader::new(TcpStream::connect(world.tenants).await?);
    let calls = (0..50).map(|_| {
        let path = format!("/tenants/x{}/orders", random.next());
        Call::new(path, &stranger(random), random.below(2) == 0)
    });
    let calls = calls.collect::<Vec<_>>();
    let text = calls.iter().map(Call::to_text).collect::<String>();
    let before = world.before(None);
    stream.get_mut().write_all(text.as_bytes()).await?;
    for call in &calls {
        let answer = read(&mut stream).await?;
        let right = world.of_tenant(before, u32::MAX, "", call.method == "OPTIONS");
        world.check(&format!("flood, {call:?}"), &answer, &right);
    }
    Ok(())
}

/// Bytes that are not HTTP.
async fn garbage(world: &World, random: &mut Random) -> io::Result<()> {
    let address = if random.below(2) == 0 { world.list } else { world.tenants };
    let mut stream = TcpStream::connect(address).await?;
    let bytes = (0..random.below(4000)).map(|_| random.next().to_le_bytes()[3]).collect::<Vec<_>>();
    stream.write_all(&bytes).await?;
    if random.below(2) == 0 {
        stream.shutdown().await?;
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await?;
    }
    Ok(())
}
