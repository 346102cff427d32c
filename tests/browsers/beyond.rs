//! What a page asks for without `fetch()`, and the policies of the page itself: the engines against
//! the simulated browser, one thing at a time.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::{HeaderMap, Request, Response};
use hyper::body::Bytes;
use serde_json::json;
use tokio::time::{sleep, timeout};
use tower_browser::options::{Credentials, Element, Mode, ReferrerPolicy, RequestBody};
use tower_browser::{Answer, Blocked, Browser, Exchange, Fetch, Page};

use crate::engine::{Engine, Kind};
use crate::place::Map;
use crate::site::{Api, COOKIES, Reserved, Site};
use crate::stage::{alone, say, start};

/// One thing that a page does.
struct Act {
    name: &'static str,
    /// The script; `URL` stands for the address, `WS` for that of a socket. It calls `done(text)`.
    script: &'static str,
    /// What the page's own policy is, if it has one.
    policy: Option<&'static str>,
    /// How the server answers: a status and headers.
    answer: &'static str,
    simulated: fn(&Page, &str, &str) -> Fetch,
    end: End,
}

/// How an act that sends something ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The script learns what came of it, which is compared.
    Seen,
    /// The request is sent: what the script learns is not compared.
    Sent,
    /// Another page takes the place of the page.
    Navigated,
}

/// The longest an engine may take for one act.
const PATIENCE: Duration = Duration::from_secs(60);

const GRANT: &str = "status=200&set=access-control-allow-origin:*";
const PLAIN: &str = "status=200";

#[rustfmt::skip]
const ACTS: &[Act] = &[
    Act { name: "a socket that is refused", policy: None, answer: PLAIN, end: End::Seen,
          script: "const s = new WebSocket('WS'); s.onopen = () => done('ok'); s.onerror = () => done('blocked');",
          simulated: |page, _, ws| page.web_socket(ws) },
    Act { name: "a stream of events", policy: None, end: End::Seen,
          answer: "status=200&set=access-control-allow-origin:*&set=content-type:text%2Fevent-stream",
          script: "const s = new EventSource('URL'); s.onopen = () => { done('ok'); s.close(); }; s.onerror = () => { done('blocked'); s.close(); };",
          simulated: |page, url, _| page.event_source(url) },
    Act { name: "a stream of another type", policy: None, answer: GRANT, end: End::Seen,
          script: "const s = new EventSource('URL'); s.onopen = () => { done('ok'); s.close(); }; s.onerror = () => { done('blocked'); s.close(); };",
          simulated: |page, url, _| page.event_source(url) },
    Act { name: "a stream without a grant", policy: None, end: End::Seen,
          answer: "status=200&set=content-type:text%2Fevent-stream",
          script: "const s = new EventSource('URL'); s.onopen = () => { done('ok'); s.close(); }; s.onerror = () => { done('blocked'); s.close(); };",
          simulated: |page, url, _| page.event_source(url) },
    Act { name: "a stream with credentials", policy: None, answer: PLAIN, end: End::Seen,
          script: "const s = new EventSource('URL', { withCredentials: true }); s.onopen = () => { done('ok'); s.close(); }; s.onerror = () => { done('blocked'); s.close(); };",
          simulated: |page, url, _| page.event_source(url).credentials(Credentials::Include) },
    Act { name: "a font", policy: None, answer: GRANT, end: End::Sent,
          script: "new FontFace('f', 'url(URL)').load().then(() => done('ok'), () => done('blocked'));",
          simulated: |page, url, _| page.element(url, Element::Font) },
    Act { name: "a module script", policy: None, end: End::Seen,
          answer: "status=200&set=access-control-allow-origin:*&set=content-type:text%2Fjavascript",
          script: "const s = document.createElement('script'); s.type = 'module'; s.src = 'URL'; s.onload = () => done('ok'); s.onerror = () => done('blocked'); document.body.append(s);",
          simulated: |page, url, _| page.element(url, Element::ModuleScript) },
    Act { name: "a module script without a grant", policy: None, end: End::Seen,
          answer: "status=200&set=content-type:text%2Fjavascript",
          script: "const s = document.createElement('script'); s.type = 'module'; s.src = 'URL'; s.onload = () => done('ok'); s.onerror = () => done('blocked'); document.body.append(s);",
          simulated: |page, url, _| page.element(url, Element::ModuleScript) },
    Act { name: "a script", policy: None, end: End::Seen,
          answer: "status=200&set=content-type:text%2Fjavascript",
          script: "const s = document.createElement('script'); s.src = 'URL'; s.onload = () => done('ok'); s.onerror = () => done('blocked'); document.body.append(s);",
          simulated: |page, url, _| page.element(url, Element::Script) },
    Act { name: "a script with `crossorigin`", policy: None, end: End::Seen,
          answer: "status=200&set=content-type:text%2Fjavascript",
          script: "const s = document.createElement('script'); s.crossOrigin = 'anonymous'; s.src = 'URL'; s.onload = () => done('ok'); s.onerror = () => done('blocked'); document.body.append(s);",
          simulated: |page, url, _| page.element(url, Element::Script).mode(Mode::Cors).credentials(Credentials::SameOrigin) },
    Act { name: "an image", policy: None, answer: PLAIN, end: End::Sent,
          script: "const i = new Image(); i.onload = i.onerror = () => done('-'); i.src = 'URL';",
          simulated: |page, url, _| page.element(url, Element::Image) },
    Act { name: "an image with `crossorigin=use-credentials`", policy: None, answer: PLAIN, end: End::Sent,
          script: "const i = new Image(); i.crossOrigin = 'use-credentials'; i.onload = i.onerror = () => done('-'); i.src = 'URL';",
          simulated: |page, url, _| page.element(url, Element::Image).mode(Mode::Cors) },
    Act { name: "a form", policy: None, answer: PLAIN, end: End::Navigated,
          script: "const f = document.createElement('form'); f.method = 'post'; f.action = 'URL'; f.innerHTML = '<input name=a value=1>'; document.body.append(f); f.submit();",
          simulated: |page, url, _| page.submit(url).body(RequestBody::form("a=1")) },
    Act { name: "a form with `no-referrer`", policy: None, answer: PLAIN, end: End::Navigated,
          script: "const m = document.createElement('meta'); m.name = 'referrer'; m.content = 'no-referrer'; document.head.append(m); const f = document.createElement('form'); f.method = 'post'; f.action = 'URL'; document.body.append(f); f.submit();",
          simulated: |page, url, _| page.clone().referrer_policy(ReferrerPolicy::NoReferrer).submit(url).body(RequestBody::form("")) },
    Act { name: "a link", policy: None, answer: PLAIN, end: End::Navigated,
          script: "location.href = 'URL';",
          simulated: |page, url, _| page.navigate(url) },
    Act { name: "a fetch without CORS and with `no-referrer`", policy: None, answer: PLAIN, end: End::Seen,
          script: "fetch('URL', { mode: 'no-cors', method: 'POST', referrerPolicy: 'no-referrer' }).then(() => done('ok'), () => done('blocked'));",
          simulated: |page, url, _| page.fetch(url).mode(Mode::NoCors).method("POST").referrer_policy(ReferrerPolicy::NoReferrer) },
    Act { name: "a fetch without CORS and with `same-origin`", policy: None, answer: PLAIN, end: End::Seen,
          script: "fetch('URL', { mode: 'no-cors', method: 'POST', referrerPolicy: 'same-origin' }).then(() => done('ok'), () => done('blocked'));",
          simulated: |page, url, _| page.fetch(url).mode(Mode::NoCors).method("POST").referrer_policy(ReferrerPolicy::SameOrigin) },
    Act { name: "a fetch with CORS and `no-referrer`", policy: None, answer: GRANT, end: End::Seen,
          script: "fetch('URL', { method: 'POST', referrerPolicy: 'no-referrer' }).then(() => done('ok'), () => done('blocked'));",
          simulated: |page, url, _| page.fetch(url).method("POST").referrer_policy(ReferrerPolicy::NoReferrer) },
    Act { name: "a fetch that the page's policy forbids", policy: Some("connect-src 'self'"), answer: GRANT, end: End::Seen,
          script: "fetch('URL').then(() => done('ok'), () => done('blocked'));",
          simulated: |page, url, _| page.fetch(url) },
    Act { name: "a fetch that the page's policy allows by scheme", policy: Some("default-src 'none'; script-src 'unsafe-inline'; connect-src http: https:"),
          answer: GRANT, end: End::Seen,
          script: "fetch('URL').then(() => done('ok'), () => done('blocked'));",
          simulated: |page, url, _| page.fetch(url) },
    Act { name: "a fetch that the page's policy allows by host", policy: Some("connect-src *.third.localhost:*"), answer: GRANT, end: End::Seen,
          script: "fetch('URL').then(() => done('ok'), () => done('blocked'));",
          simulated: |page, url, _| page.fetch(url) },
    Act { name: "a fetch to another port than the policy's", policy: Some("connect-src *.third.localhost:1"), answer: GRANT, end: End::Seen,
          script: "fetch('URL').then(() => done('ok'), () => done('blocked'));",
          simulated: |page, url, _| page.fetch(url) },
    Act { name: "a fetch to a path that the policy allows", policy: Some("connect-src *.third.localhost:*/c/"), answer: GRANT, end: End::Seen,
          script: "fetch('URL').then(() => done('ok'), () => done('blocked'));",
          simulated: |page, url, _| page.fetch(url) },
    Act { name: "a fetch to another path", policy: Some("connect-src *.third.localhost:*/d/"), answer: GRANT, end: End::Seen,
          script: "fetch('URL').then(() => done('ok'), () => done('blocked'));",
          simulated: |page, url, _| page.fetch(url) },
    Act { name: "a socket that the page's policy forbids", policy: Some("connect-src 'self'"), answer: PLAIN, end: End::Seen,
          script: "try { const s = new WebSocket('WS'); s.onopen = () => done('ok'); s.onerror = () => done('blocked'); } catch { done('blocked'); }",
          simulated: |page, _, ws| page.web_socket(ws) },
    Act { name: "a stream that the page's policy forbids", policy: Some("connect-src 'none'"), answer: GRANT, end: End::Seen,
          script: "try { const s = new EventSource('URL'); s.onopen = () => { done('ok'); s.close(); }; s.onerror = () => { done('blocked'); s.close(); }; } catch { done('blocked'); }",
          simulated: |page, url, _| page.event_source(url) },
    Act { name: "a form that the page's policy forbids", policy: Some("form-action 'self'"), answer: PLAIN, end: End::Sent,
          script: "document.addEventListener('securitypolicyviolation', () => done('-')); const f = document.createElement('form'); f.method = 'post'; f.action = 'URL'; document.body.append(f); f.submit();",
          simulated: |page, url, _| page.submit(url) },
];

/// Where engines depart from the standard: the engine, the act, and what of it.
type Departure = (Kind, &'static str, &'static str, &'static str);

const DEPARTURES: &[Departure] = &[
    (Kind::Chromium, "a socket", "sec-fetch", "no such headers with a handshake"),
    (
        Kind::WebKit,
        "a socket",
        "sec-fetch",
        "the destination is `websocket`; by the standard it is empty",
    ),
    // Forms obey the policy, so a server must expect `null` all the same.
    (
        Kind::Chromium,
        "a fetch without CORS",
        "origin",
        "the page is named whatever the referrer policy says",
    ),
    (Kind::WebKit, "a font", "origin", "loaded without CORS; by the standard never"),
    (Kind::WebKit, "a font", "cookies", "loaded without CORS; by the standard never"),
    (Kind::WebKit, "a font", "sec-fetch", "loaded without CORS; by the standard never"),
];

/// What was sent, as far as it is compared.
#[derive(Debug, PartialEq, Eq)]
struct Sent {
    method: String,
    origin: Option<String>,
    cookies: BTreeSet<String>,
    metadata: Vec<Option<String>>,
}

impl Sent {
    fn of(method: &http::Method, headers: &HeaderMap) -> Self {
        let text = |name: &str| {
            headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let names = text("cookie").unwrap_or_default();
        let names = names.split(';').filter_map(|pair| pair.trim().split('=').next());
        Self {
            method: method.to_string(),
            origin: text("origin"),
            cookies: names.filter(|name| !name.is_empty()).map(str::to_owned).collect(),
            metadata: ["sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest"].map(text).to_vec(),
        }
    }
}

/// Each act in one engine, from pages of http and https.
pub(crate) async fn agrees(kind: Kind) -> Result<(), String> {
    let _turn = alone().await;
    let Some(engine) = start(kind).await else { return Ok(()) };
    let reserved = Reserved::new().await.map_err(|error| error.to_string())?;
    let map = Map::new(reserved.ports);
    let api: Api = Arc::new(|request| Box::pin(async move { crate::api::echo(&request) }));
    let site = reserved.serve(api);
    for jar in map.jars() {
        engine.session.visit(&jar).await?;
    }
    // Across sites, within one, and behind TLS.
    let places = [
        (&map.pages[0], &map.apis[2]),
        (&map.pages[0], &map.apis[0]),
        (&map.pages[1], &map.apis[3]),
    ];
    let (mut wrong, mut known, mut count) = (Vec::new(), BTreeSet::new(), 0);
    for (page, api) in places {
        for act in ACTS {
            count += 1;
            let expected = simulate(&map, count, act, page, api).await;
            let sends = !expected.1.is_empty();
            let observed = observe(&engine, &site, count, act, (page, api), sends).await?;
            for (aspect, text) in differences(act, &observed, &expected) {
                let departure = DEPARTURES.iter().find(|(engine, name, what, _)| {
                    *engine == kind && act.name.starts_with(name) && *what == aspect
                });
                match departure {
                    Some((_, name, _, reason)) => drop(known.insert((*name, *reason))),
                    None => wrong.push(format!("{}, {page} to {api}: {text}", act.name)),
                }
            }
        }
    }
    let mut text = format!(
        "\n{kind} {}: {count} acts beyond fetch(), {} disagreements\n",
        engine.session.version(),
        wrong.len()
    );
    for (name, reason) in known {
        let _ = writeln!(text, "  known departure: {name}: {reason}");
    }
    say(&text);
    if wrong.is_empty() { Ok(()) } else { Err(format!("{kind}:\n{}", wrong.join("\n"))) }
}

type View = (String, Vec<Sent>);

fn differences(act: &Act, observed: &View, expected: &View) -> Vec<(&'static str, String)> {
    let mut differences = Vec::new();
    if act.end == End::Seen && observed.0 != expected.0 {
        let text = format!("the script saw {:?}, simulated {:?}", observed.0, expected.0);
        differences.push(("sight", text));
    }
    match (observed.1.first(), expected.1.first()) {
        (None, None) => {}
        (Some(seen), Some(simulated)) => {
            let mut compare = |aspect, seen: String, simulated: String| {
                if seen != simulated {
                    differences
                        .push((aspect, format!("{aspect}: sent {seen}, simulated {simulated}")));
                }
            };
            compare("method", seen.method.clone(), simulated.method.clone());
            compare("origin", format!("{:?}", seen.origin), format!("{:?}", simulated.origin));
            compare("cookies", format!("{:?}", seen.cookies), format!("{:?}", simulated.cookies));
            compare(
                "sec-fetch",
                format!("{:?}", seen.metadata),
                format!("{:?}", simulated.metadata),
            );
        }
        (seen, simulated) => {
            differences.push(("requests", format!("sent {seen:?}, simulated {simulated:?}")));
        }
    }
    differences
}

fn address(api: &str, number: u32, act: &Act) -> (String, String) {
    let url = format!("{api}/c/{number}/0?{}", act.answer);
    let socket = url.replacen("http", "ws", 1);
    (url, socket)
}

/// What came of an act. `sends`: whether a request is to be expected, which is then waited for: an
/// engine sends it when it gets to it, and a form's not before its page is done.
async fn observe(
    engine: &Engine,
    site: &Site,
    number: u32,
    act: &Act,
    (page, api): (&str, &str),
    sends: bool,
) -> Result<View, String> {
    let policy = act.policy.map(|policy| {
        percent_encoding::utf8_percent_encode(policy, percent_encoding::NON_ALPHANUMERIC)
    });
    let place =
        policy.map_or_else(|| "page".to_owned(), |policy| format!("guarded?policy={policy}"));
    engine.session.visit(&format!("{page}/{place}")).await?;
    let (url, socket) = address(api, number, act);
    let script = act.script.replace("URL", &url).replace("WS", &socket);
    // A script of the page itself, which the page's own policy governs.
    let inject = "const s = document.createElement('script'); s.textContent = arguments[0]; document.body.append(s);";
    let text =
        format!("{{ const done = text => {{ document.title = 'done:' + text; }}; {script} }}");
    engine.session.command("execute/sync", json!({ "script": inject, "args": [text] })).await?;
    if sends {
        // What never comes is a difference, and found below.
        let _ = timeout(PATIENCE, site.crossed(number)).await;
    }
    let seen = match act.end {
        End::Sent if sends => String::new(),
        // Else it could still take the place of the next act's page.
        End::Navigated if sends => arrive(engine, &url).await,
        _ => done(engine).await?,
    };
    if !sends {
        // What was sent all the same has come before another page of the same server.
        engine.session.visit(&format!("{api}/page")).await?;
    }
    let crossings = site.crossings(number);
    let sent = crossings.iter().map(|it| Sent::of(&it.parts.method, &it.parts.headers));
    Ok((seen, sent.collect()))
}

/// What the page's script said when it was done.
async fn done(engine: &Engine) -> Result<String, String> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        let read = json!({ "script": "return document.title;", "args": [] });
        let title = engine.session.command("execute/sync", read).await?;
        if let Some(text) = title.as_str().and_then(|title| title.strip_prefix("done:")) {
            return Ok(text.to_owned());
        }
        sleep(Duration::from_millis(20)).await;
    }
    Ok(String::new())
}

/// Waits until another page has taken the place of the page.
async fn arrive(engine: &Engine, url: &str) -> String {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        let there = "return location.href === arguments[0] && document.readyState === 'complete';";
        let read = json!({ "script": there, "args": [url] });
        // While a page is replaced there may be none to ask.
        if engine.session.command("execute/sync", read).await.is_ok_and(|there| there == true) {
            break;
        }
        sleep(Duration::from_millis(20)).await;
    }
    String::new()
}

async fn simulate(map: &Map, number: u32, act: &Act, page: &str, api: &str) -> View {
    let browser = Browser::new();
    for jar in map.jars() {
        for cookie in COOKIES {
            if jar.starts_with("https") || !cookie.contains("Secure") {
                assert!(browser.set_cookie(&jar, cookie), "a browser takes {cookie:?} from {jar}");
            }
        }
    }
    let mut place = browser.page(page);
    if let Some(policy) = act.policy {
        place = place.content_security_policy(policy);
    }
    let (url, socket) = address(api, number, act);
    let service = tower::service_fn(|request: Request<Bytes>| async move {
        Ok::<Response<Bytes>, Infallible>(crate::api::echo(&request))
    });
    let result: Result<Answer<Bytes>, Blocked> =
        (act.simulated)(&place, &url, &socket).send(service).await;
    let (seen, wire): (&str, &[Exchange]) = match &result {
        Ok(answer) => ("ok", answer.wire()),
        Err(blocked) => ("blocked", blocked.wire()),
    };
    let sent = wire.iter().map(|it| Sent::of(it.method(), it.request_headers()));
    (seen.to_owned(), sent.collect())
}
