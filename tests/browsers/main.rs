//! Chromium, Firefox and WebKit themselves, against the middleware, the simulated browser and a naive reading of
//! the policy.
//!
//! An engine that is not installed is skipped, in words; with `CI` set, Chromium must be there.
#![cfg(unix)]

mod console;
mod engine;
mod page;
mod process;
mod site;
mod webdriver;

use std::sync::Arc;

use http::{HeaderValue, Request, Response};
use hyper::body::Bytes;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn smoke() {
    use page::{Frame, Script, Step};
    for kind in engine::Kind::ALL {
        let programs = match kind.find() {
            Ok(p) => p,
            Err(missing) => {
                eprintln!("{kind}: skipped, no {missing}");
                continue;
            }
        };
        let t = std::time::Instant::now();
        let engine = engine::Engine::start(kind, &programs).await.unwrap();
        eprintln!("{kind} {} started {:?}", engine.session.version(), t.elapsed());
        let reserved = site::Reserved::new().await.unwrap();
        let ports = reserved.ports;
        let site = reserved.serve(Arc::new(|request: Request<Bytes>| {
            Box::pin(async move {
                let mut r = Response::new(Bytes::from_static(b"ok"));
                if let Some(o) = request.headers().get("origin") {
                    let q = request.uri().query().unwrap_or("");
                    if !q.contains("refuse") {
                        r.headers_mut().insert("access-control-allow-origin", o.clone());
                    }
                    r.headers_mut().insert("access-control-allow-credentials", HeaderValue::from_static("true"));
                    r.headers_mut().insert("access-control-allow-methods", HeaderValue::from_static("PUT"));
                    r.headers_mut().insert("timing-allow-origin", o.clone());
                }
                r
            })
        }));
        let api = format!("https://api.site.localhost:{}", ports.https);
        let api_plain = format!("http://api.site.localhost:{}", ports.http);
        engine.session.visit(&format!("{api}/cookies")).await.unwrap();
        engine.session.visit(&format!("{api_plain}/cookies")).await.unwrap();
        let mut n = 0;
        for (i, origin) in [
            format!("http://app.site.localhost:{}", ports.http),
            format!("https://app.site.localhost:{}", ports.https),
            format!("https://www.other.localhost:{}", ports.https),
        ]
        .iter()
        .enumerate()
        {
            let mut scripts = vec![];
            for j in 0..300 {
                let frame = match j % 10 {
                    0 => Frame::Srcdoc,
                    1 => Frame::Data,
                    2 => Frame::Blob,
                    _ => Frame::Top,
                };
                n += 1;
                scripts.push(Script {
                    id: n,
                    frame,
                    steps: vec![Step {
                        url: format!(
                            "{}/c/{n}/x?{}",
                            if j % 2 == 0 { &api } else { &api_plain },
                            if j > 297 { "refuse" } else { "" }
                        ),
                        method: if j % 3 == 0 { "PUT" } else { "GET" }.into(),
                        headers: vec![],
                        credentials: "include",
                        mode: "cors",
                        redirect: None,
                        body: None,
                        wait: 0,
                        timing: j < 20,
                    }],
                });
            }
            let t = std::time::Instant::now();
            let first = n - 299;
            let results = page::run(&engine, &site, i as u32, origin, &scripts).await.unwrap();
            eprintln!("  {origin}: {} results in {:?}", results.len(), t.elapsed());
            for id in (first..first + 14).chain(n - 1..=n) {
                let c = site.crossings(id);
                eprintln!(
                    "   {:?} {} {:?} {:?}",
                    scripts[(id - first) as usize].frame,
                    scripts[(id - first) as usize].steps[0].url,
                    results[&id],
                    c.iter().map(|c| (c.method.as_str(), c.headers.get("cookie"), c.headers.get("origin"))).collect::<Vec<_>>()
                );
            }
        }
        for line in console::lines(&engine).await.unwrap().iter().take(12) {
            eprintln!("  console {line:?}");
        }
    }
}
