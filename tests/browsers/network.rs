//! What lies between a page and its server: names, the HTTP cache's clock, HSTS and local networks;
//! the engines against the simulated browser.

use std::collections::{BTreeSet, HashMap};
use std::convert::Infallible;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{HeaderValue, Request, Response};
use hyper::body::Bytes;
use rcgen::PublicKeyData as _;
use serde_json::{Value, json};
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::cipher_suite::TLS13_AES_128_GCM_SHA256;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tower_browser::{Browser, Page};

use crate::engine::{Engine, Extra, Kind};
use crate::site::{Api, Reserved, Site};
use crate::stage::{alone, say, start, start_with};

/// Where an engine departs from the standard: the engine, the row, and what of it.
type Departure = (Kind, &'static str, &'static str);

const DEPARTURES: &[Departure] = &[
    (
        Kind::Chromium,
        "a b.com",
        "a space in a host is percent-encoded; by the standard it is invalid",
    ),
    (Kind::Chromium, "xn--.example", NO_CHECK),
    (Kind::Chromium, "xn--a-.example", NO_CHECK),
    (Kind::Chromium, "xn--zn7c.com", NO_CHECK),
    (Kind::Chromium, "％41.com", "a full-width percent sign is decoded once more"),
    (Kind::Firefox, "0x", "an empty hexadecimal number is invalid; by the standard it is zero"),
    (Kind::Chromium, "a 204 by heuristics", "a 204 is asked for again"),
    (Kind::Firefox, "a 300 by heuristics", "a 300 is asked for again"),
    (Kind::Chromium, "known", UPGRADED),
    (Kind::Chromium, "known, preflighted", UPGRADED),
    (Kind::Chromium, "a subdomain", UPGRADED),
    (Kind::Chromium, "in quotes", UPGRADED),
];

const NO_CHECK: &str = "punycode is not decoded and checked";
const UPGRADED: &str = "HSTS acts as a redirect: the origin becomes `null`, a preflight fails";

/// Hosts, as a script writes them.
#[rustfmt::skip]
const HOSTS: &[&str] = &[
    "example.com", "EXAMPLE.com", "ex%61mple.com", "a%2Fb.com", "100%.com", "a_b.com", "a b.com", "a..b", ".a", "a.",
    "127.0.0.1", "127.0.0.1.", "2130706433", "127.1", "10.1.2", "0x7f.1", "0x7F000001", "0x", "0177.0.0.01",
    "08.0.0.1", "1.2.3.+4", "256.0.0.1", "1.2.3.256", "4294967295", "4294967296", "1.2.3.4.5", "example.1",
    "example.0x1", "example.0xg", "[0:0::1]", "[::ffff:1.2.3.4]", "[::1", "[fe80::1%25lo]",
    "bücher.example", "BÜCHER.example", "bu\u{308}cher.example", "b%C3%BCcher.example", "faß.example", "日本語.example",
    "例。example", "ＥＸＡＭＰＬＥ.com", "１２７.0.0.1", "exam\u{ad}ple.com", "\u{ad}", "xn--bcher-kva.example",
    "xn--.example", "xn--a-.example", "xn--\u{fc}.example", "☕.example", "\u{e000}.example", "%FF.example",
    "ab--c.example", "-a.example", "a-.example", "σς.example", "ΣΣ.example", "نامه\u{200c}ای.com", "a\u{200d}b.example",
    "אבג.example", "1א.example", "faß%2ecom", "％41.com", "a\u{2260}b.example", "K.example", "ⅷ.example", "℡.example",
    "\u{1f1e9}\u{1f1ea}.example", "xn--zn7c.com", "xn--e1afmkfd.xn--p1ai", "пример.рф",
];

/// What a server says to a `GET`, and what happens then: how long the page waits before each fetch
/// after the first, in milliseconds, and with which cache mode it is sent.
struct Sequence {
    name: &'static str,
    answer: &'static str,
    later: &'static [(u64, &'static str)],
}

const fn row(
    name: &'static str,
    answer: &'static str,
    later: &'static [(u64, &'static str)],
) -> Sequence {
    Sequence { name, answer, later }
}

// The server's date is always the same, "Fri, 01 Jan 2100 00:00:00 GMT".
#[rustfmt::skip]
const SEQUENCES: &[Sequence] = &[
    row("fresh by heuristics", "last-modified:Fri, 25 Dec 2099 00:00:00 GMT", &[(0, "default")]),
    row("no longer fresh by heuristics", "last-modified:Thu, 31 Dec 2099 23:59:50 GMT", &[(2500, "default")]),
    row("changed at the same time", "last-modified:Fri, 01 Jan 2100 00:00:00 GMT", &[(0, "default")]),
    row("no heuristics with no-cache", "last-modified:Fri, 25 Dec 2099 00:00:00 GMT&set=cache-control:no-cache", &[(0, "default")]),
    row("no heuristics for what is expired", "last-modified:Fri, 25 Dec 2099 00:00:00 GMT&set=expires:0", &[(0, "default")]),
    row("fresh by Expires", "expires:Fri, 01 Jan 2100 00:01:00 GMT", &[(0, "default")]),
    row("no longer fresh by Expires", "expires:Fri, 01 Jan 2100 00:00:01 GMT", &[(2500, "default")]),
    row("max-age before Expires", "expires:Fri, 01 Jan 2100 00:01:00 GMT&set=cache-control:max-age=0", &[(0, "default")]),
    row("aged on the way", "cache-control:max-age=60&set=age:90", &[(0, "default")]),
    row("a 404 by heuristics", "last-modified:Fri, 25 Dec 2099 00:00:00 GMT&status=404", &[(0, "default")]),
    row("a 203 by heuristics", "last-modified:Fri, 25 Dec 2099 00:00:00 GMT&status=203", &[(0, "default")]),
    row("a 204 by heuristics", "last-modified:Fri, 25 Dec 2099 00:00:00 GMT&status=204", &[(0, "default")]),
    row("a 300 by heuristics", "last-modified:Fri, 25 Dec 2099 00:00:00 GMT&status=300", &[(0, "default")]),
    row("a 410 by heuristics", "last-modified:Fri, 25 Dec 2099 00:00:00 GMT&status=410", &[(0, "default")]),
    row("a 501 by heuristics", "last-modified:Fri, 25 Dec 2099 00:00:00 GMT&status=501", &[(0, "default")]),
    row("a 410 without a date", "x-a:1&status=410", &[(0, "default")]),
    row("a 500 by heuristics", "last-modified:Fri, 25 Dec 2099 00:00:00 GMT&status=500", &[(0, "default")]),
    row("used while it is renewed", "cache-control:max-age=1, stale-while-revalidate=60", &[(2500, "default"), (1500, "only")]),
    row("stale without it", "cache-control:max-age=1", &[(2500, "default")]),
    row("too stale", "cache-control:max-age=0, stale-while-revalidate=1", &[(3500, "default")]),
    row("stale, and must be asked for", "cache-control:max-age=1, stale-while-revalidate=60, must-revalidate", &[(2500, "default")]),
    row("stale, in the mode no-cache", "cache-control:max-age=1, stale-while-revalidate=60", &[(2500, "no-cache")]),
    row("stale, in the mode force-cache", "cache-control:max-age=1, stale-while-revalidate=60", &[(2500, "force-cache")]),
];

/// The differences of one engine.
#[derive(Default)]
struct Tally {
    count: usize,
    wrong: Vec<String>,
    known: BTreeSet<&'static str>,
}

impl Tally {
    fn compare(&mut self, kind: Kind, name: &str, observed: &str, simulated: &str) {
        self.count += 1;
        if observed == simulated {
            return;
        }
        match DEPARTURES.iter().find(|(engine, row, _)| *engine == kind && *row == name) {
            Some((_, _, reason)) => drop(self.known.insert(reason)),
            None => {
                self.wrong.push(format!("{name}: {kind} {observed:?}, simulated {simulated:?}"));
            }
        }
    }
}

pub(crate) async fn agrees(kind: Kind) -> Result<(), String> {
    let _turn = alone().await;
    let Some(engine) = start(kind).await else { return Ok(()) };
    let version = engine.session.version().to_owned();
    let mut tally = Tally::default();
    hosts(&engine, &mut tally).await?;
    if kind.has_http_cache() {
        sequences(&engine, &mut tally).await?;
    }
    drop(engine);
    // Names besides `localhost`, and trust in a certificate, as HSTS needs them.
    if kind == Kind::Chromium {
        strict_transport(&mut tally).await?;
    }
    if kind != Kind::WebKit {
        local_network(kind, &mut tally).await?;
    }
    let Tally { count, wrong, known } = tally;
    let mut text =
        format!("\n{kind} {version}: {count} rows about the network, {} wrong\n", wrong.len());
    for reason in known {
        let _ = writeln!(text, "  known departure: {reason}");
    }
    say(&text);
    if wrong.is_empty() { Ok(()) } else { Err(format!("{kind}:\n{}", wrong.join("\n"))) }
}

/// An API that numbers its answers to each case, in a header and for the script.
fn numbered() -> Api {
    let counts: Arc<Mutex<HashMap<String, u32>>> = Arc::default();
    Arc::new(move |request: Request<Bytes>| {
        let counts = counts.clone();
        Box::pin(async move { number(&counts, &request) })
    })
}

fn number(counts: &Mutex<HashMap<String, u32>>, request: &Request<Bytes>) -> Response<Bytes> {
    let mut response = crate::api::echo(request);
    let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
    let count = counts.entry(request.uri().path().to_owned()).or_default();
    *count += 1;
    let headers = response.headers_mut();
    headers.insert("x-number", HeaderValue::from(*count));
    let origin = request.headers().get("origin").cloned();
    headers.insert("x-origin", origin.unwrap_or(HeaderValue::from_static("none")));
    let any = HeaderValue::from_static("*");
    headers.insert("access-control-allow-origin", any.clone());
    headers.insert("access-control-expose-headers", any);
    response
}

/// Runs a script of the page itself, which calls `done(text)`.
async fn run(engine: &Engine, script: &str) -> Result<String, String> {
    let inject = "document.title = ''; const s = document.createElement('script'); s.textContent = arguments[0]; document.body.append(s);";
    let text =
        format!("{{ const done = text => {{ document.title = 'done:' + text; }}; {script} }}");
    engine.session.command("execute/sync", json!({ "script": inject, "args": [text] })).await?;
    let read = json!({ "script": "return document.title;", "args": [] });
    for _ in 0..400 {
        let title = engine.session.command("execute/sync", read.clone()).await?;
        if let Some(text) = title.as_str().and_then(|title| title.strip_prefix("done:")) {
            return Ok(text.to_owned());
        }
        sleep(Duration::from_millis(50)).await;
    }
    Err(format!("no result within 20 seconds: {script}"))
}

async fn hosts(engine: &Engine, tally: &mut Tally) -> Result<(), String> {
    let reserved = Reserved::new().await.map_err(|error| error.to_string())?;
    let page = format!("http://app.site.localhost:{}", reserved.ports.http);
    let _site = reserved.serve(numbered());
    engine.session.visit(&format!("{page}/page")).await?;
    let script = "return arguments[0].map(host => { try { return new URL('http://' + host + '/').host; } catch { return 'invalid'; } });";
    let command = json!({ "script": script, "args": [HOSTS] });
    let observed = engine.session.command("execute/sync", command).await?;
    let service = tower::service_fn(|request: Request<Bytes>| async move {
        Ok::<_, Infallible>(number(&Mutex::default(), &request))
    });
    for (host, observed) in HOSTS.iter().zip(observed.as_array().into_iter().flatten()) {
        let fetch = Page::at(page.as_str()).fetch(format!("http://{host}/"));
        let simulated = match fetch.send(service).await {
            Ok(answer) => answer.wire()[0].request_headers()["host"].to_str().unwrap().to_owned(),
            Err(_) => "invalid".to_owned(),
        };
        tally.compare(engine.kind, host, observed.as_str().unwrap_or_default(), &simulated);
    }
    Ok(())
}

async fn sequences(engine: &Engine, tally: &mut Tally) -> Result<(), String> {
    let reserved = Reserved::new().await.map_err(|error| error.to_string())?;
    let page = format!("http://app.site.localhost:{}", reserved.ports.http);
    let api = format!("http://api.third.localhost:{}", reserved.ports.http);
    let site = reserved.serve(numbered());
    engine.session.visit(&format!("{page}/page")).await?;
    let url = |number: usize| format!("{api}/c/{number}/0?set={}", SEQUENCES[number].answer);
    // All at once, since most of it is waiting.
    let rows: Vec<Value> = SEQUENCES
        .iter()
        .enumerate()
        .map(|(number, row)| json!({ "url": url(number), "later": row.later }))
        .collect();
    let script = format!(
        "const rows = {}; const wait = ms => new Promise(ok => setTimeout(ok, ms)); \
         const get = async (url, cache) => (await fetch(url, {{ cache }})).headers.get('x-number'); \
         const run = async row => {{ const seen = [await get(row.url, 'default')]; \
           for (const [ms, cache] of row.later) {{ await wait(ms); \
             seen.push(await get(row.url, cache == 'only' ? 'force-cache' : cache)); }} \
           return seen.join(); }}; \
         Promise.all(rows.map(run)).then(all => done(JSON.stringify(all)));",
        Value::from(rows)
    );
    let observed: Vec<String> =
        serde_json::from_str(&run(engine, &script).await?).map_err(|error| error.to_string())?;
    for (number, (row, observed)) in SEQUENCES.iter().zip(observed).enumerate() {
        let case = u32::try_from(number).unwrap_or_default();
        let observed = format!("{observed}, {} sent", site.crossings(case).len());
        let simulated = simulate(&page, &url(number), row).await;
        tally.compare(engine.kind, row.name, &observed, &simulated);
    }
    Ok(())
}

async fn simulate(page: &str, url: &str, row: &Sequence) -> String {
    use tower_browser::options::CacheMode;
    let counts = Mutex::default();
    let mut service = tower::service_fn(|request: Request<Bytes>| {
        let response = number(&counts, &request);
        async move { Ok::<_, Infallible>(response) }
    });
    let browser = Browser::new().http_cache(true);
    let page = browser.page(page);
    let (mut seen, mut sent) = (Vec::new(), 0);
    for (wait, mode) in std::iter::once(&(0, "default")).chain(row.later) {
        browser.advance(Duration::from_millis(*wait));
        let mode = match *mode {
            "no-cache" => CacheMode::NoCache,
            "only" | "force-cache" => CacheMode::ForceCache,
            _ => CacheMode::Default,
        };
        match page.fetch(url.replace(' ', "%20")).cache(mode).send(&mut service).await {
            Ok(answer) => {
                sent += answer.wire().len();
                seen.push(answer.header("x-number").unwrap_or_default());
            }
            Err(blocked) => seen.push(blocked.to_string()),
        }
    }
    format!("{}, {sent} sent", seen.join(","))
}

/// HSTS counts only where certificates are good: an acceptor, and the hash of its key, by which
/// Chromium is told to accept it.
fn certified(name: &str) -> Result<(TlsAcceptor, String), String> {
    let names = vec![name.to_owned(), format!("*.{name}")];
    let own = rcgen::generate_simple_self_signed(names).map_err(|error| error.to_string())?;
    let hashes = TLS13_AES_128_GCM_SHA256.tls13().map(|suite| suite.common.hash_provider);
    let hash = hashes.ok_or("no TLS 1.3")?.hash(&own.signing_key.subject_public_key_info());
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(own.signing_key.serialize_der()));
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], private)
        .map_err(|error| error.to_string())?;
    Ok((TlsAcceptor::from(Arc::new(config)), base64(hash.as_ref())))
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |i: usize| u32::from(chunk.get(i).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for i in 0..4 {
            let index = (bits >> (18 - 6 * i)) & 63;
            let is_padding = i > chunk.len();
            text.push(if is_padding { '=' } else { char::from(ALPHABET[index as usize]) });
        }
    }
    text
}

/// A fetch, and what is learned before it: what the host of the learning sends.
#[rustfmt::skip]
const STRICT: &[(&str, &str, &str, &str, &str)] = &[
    ("not known", "a.strict.example", "", "a.strict.example", "GET"),
    ("known", "b.strict.example", "max-age=600", "b.strict.example", "GET"),
    ("known, preflighted", "c.strict.example", "max-age=600", "c.strict.example", "PUT"),
    ("a subdomain", "d.strict.example", "max-age=600; includeSubDomains", "x.d.strict.example", "GET"),
    ("a subdomain that is not included", "e.strict.example", "max-age=600", "x.e.strict.example", "GET"),
    ("directives twice", "f.strict.example", "max-age=600; max-age=600", "f.strict.example", "GET"),
    ("in quotes", "g.strict.example", "MAX-AGE=\"600\"; other", "g.strict.example", "GET"),
];

/// The page asks `http` on the port of `https`: only an upgrade gets an answer there.
async fn strict_transport(tally: &mut Tally) -> Result<(), String> {
    let (acceptor, hash) = certified("strict.example")?;
    let reserved = Reserved::new().await.map_err(|error| error.to_string())?;
    let ports = reserved.ports;
    let _site: Site = reserved.serve_as(numbered(), acceptor);
    let extra = Extra {
        chromium: vec![
            "--host-resolver-rules=MAP *.strict.example 127.0.0.1".to_owned(),
            format!("--ignore-certificate-errors-spki-list={hash}"),
        ],
        checks_certificates: true,
        ..Extra::default()
    };
    let Some(engine) = start_with(Kind::Chromium, &extra).await else { return Ok(()) };
    let page = format!("http://app.site.localhost:{}", ports.http);
    engine.session.visit(&format!("{page}/page")).await?;
    for (number, (name, learned, line, asked, method)) in (1000..).zip(STRICT) {
        let first = format!(
            "https://{learned}:{}/c/{number}/0?status=200&set=strict-transport-security:{line}",
            ports.https
        );
        let second = format!(
            "http://{asked}:{}/c/{number}/1?status=200&set=access-control-allow-methods:PUT",
            ports.https
        );
        let script = format!(
            "fetch({}).then(() => fetch({}, {{ method: {method:?} }}).then(r => done(`${{r.url}} from ${{r.headers.get('x-origin')}}`), e => done('blocked')), e => done('not learned: ' + e));",
            json!(first),
            json!(second)
        );
        let observed = run(&engine, &script).await?;
        let simulated = simulate_strict(&page, &first, &second, method).await;
        tally.compare(Kind::Chromium, name, &observed, &simulated);
    }
    Ok(())
}

async fn simulate_strict(page: &str, first: &str, second: &str, method: &str) -> String {
    let counts = Mutex::default();
    // A server of TLS gives a request without TLS no answer.
    let mut service = tower::service_fn(|request: Request<Bytes>| {
        let is_secure = request.uri().scheme_str() == Some("https");
        let response = number(&counts, &request);
        async move { if is_secure { Ok(response) } else { Err("not a TLS handshake") } }
    });
    let page = Browser::new().http2(true).page(page);
    let _ = page.fetch(first.replace(' ', "%20")).send(&mut service).await;
    match page.fetch(second).method(method).send(&mut service).await {
        Ok(answer) => {
            format!("{} from {}", answer.url(), answer.header("x-origin").unwrap_or_default())
        }
        Err(_) => "blocked".to_owned(),
    }
}

/// A page that counts as public asks a server on loopback, and nobody allows it.
async fn local_network(kind: Kind, tally: &mut Tally) -> Result<(), String> {
    let reserved = Reserved::new().await.map_err(|error| error.to_string())?;
    let ports = reserved.ports;
    let site = reserved.serve(numbered());
    let public = format!("127.0.0.1:{}", ports.other_http);
    let extra = Extra {
        chromium: vec![format!("--ip-address-space-overrides={public}=public")],
        firefox: json!({
            "network.lna.enabled": true,
            "network.lna.blocking": true,
            "network.lna.block_trackers": true,
            "network.lna.address_space.public.override": public,
            "permissions.default.loopback-network": 2,
        }),
        checks_certificates: false,
    };
    let Some(engine) = start_with(kind, &extra).await else { return Ok(()) };
    let api = format!("http://api.third.localhost:{}", ports.http);
    let rows = [
        (2000, "public to loopback", ports.other_http),
        (2001, "loopback to loopback", ports.http),
    ];
    for (number, name, port) in rows {
        let page = format!("http://app.site.localhost:{port}");
        engine.session.visit(&format!("{page}/page")).await?;
        let url = format!("{api}/c/{number}/0?status=200");
        let script =
            format!("fetch({}).then(() => done('ok'), () => done('blocked'));", json!(url));
        let observed = run(&engine, &script).await?;
        let observed = format!("{observed}, {} sent", site.crossings(number).len());
        let browser = Browser::new().block_local_network(true);
        let browser = match name {
            "public to loopback" => browser
                .address_space("app.site.localhost", tower_browser::options::AddressSpace::Public),
            _ => browser,
        };
        let service = tower::service_fn(|request: Request<Bytes>| async move {
            Ok::<_, Infallible>(self::number(&Mutex::default(), &request))
        });
        let (seen, sent) = match browser.page(page).fetch(url).send(service).await {
            Ok(answer) => ("ok", answer.wire().len()),
            Err(blocked) => ("blocked", blocked.wire().len()),
        };
        tally.compare(kind, name, &observed, &format!("{seen}, {sent} sent"));
        for line in crate::console::lines(&engine).await? {
            if line.text.contains("address space") {
                println!("{kind}'s console: {}", line.text);
            }
        }
    }
    Ok(())
}
