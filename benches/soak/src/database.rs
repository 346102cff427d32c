//! Stands for a database: a process of its own, which can be stopped and killed. It answers one
//! line, the name of a tenant, with one line, the origin that this tenant allows or nothing.
//!
//! On its standard input it takes `TENANT GENERATION`: the tenant has been edited so many times. It
//! answers nobody before `listen`, so that one that is started again never shows what was before.

use crate::rules::{TENANTS, origin_of};
use std::{
    collections::HashMap,
    io::{self, BufRead, Write},
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

type Generations = Arc<Mutex<HashMap<String, u64>>>;

/// Runs until its standard input ends.
pub async fn serve(address: SocketAddr) -> io::Result<()> {
    let tenants = (0..TENANTS).map(|n| (format!("t{n}"), 0)).collect::<HashMap<_, _>>();
    let generations = Generations::new(Mutex::new(tenants));
    take_edits(&generations);
    let listener = TcpListener::bind(address).await?;
    println!("{}", listener.local_addr()?);
    io::stdout().flush()?;
    let edits = generations.clone();
    std::thread::spawn(move || {
        take_edits(&edits);
        std::process::exit(0);
    });
    loop {
        let (stream, _) = listener.accept().await?;
        let generations = generations.clone();
        tokio::spawn(async move { answer(stream, generations).await });
    }
}

/// Until `listen`, or the end.
fn take_edits(generations: &Generations) {
    for line in io::stdin().lock().lines().map_while(Result::ok) {
        let Some((tenant, generation)) = line.split_once(' ') else { return };
        let generation = generation.parse().unwrap_or_default();
        let mut generations = generations.lock().unwrap_or_else(PoisonError::into_inner);
        generations.insert(tenant.to_owned(), generation);
        println!("ok");
        let _ = io::stdout().flush();
    }
}

async fn answer(stream: TcpStream, generations: Generations) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut tenant = String::new();
    stream.read_line(&mut tenant).await?;
    let tenant = tenant.trim_end();
    let generation = {
        let generations = generations.lock().unwrap_or_else(PoisonError::into_inner);
        generations.get(tenant).copied()
    };
    let origin = generation.map(|generation| origin_of(tenant, generation)).unwrap_or_default();
    stream.get_mut().write_all(format!("{origin}\n").as_bytes()).await
}

/// The client: what the server asks.
pub async fn look_up(address: SocketAddr, tenant: &str) -> io::Result<Option<String>> {
    let mut stream = BufReader::new(TcpStream::connect(address).await?);
    stream.get_mut().write_all(format!("{tenant}\n").as_bytes()).await?;
    let mut origin = String::new();
    if stream.read_line(&mut origin).await? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let origin = origin.trim_end();
    Ok((!origin.is_empty()).then(|| origin.to_owned()))
}
