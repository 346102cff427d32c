//! The examples do what their comments say.

#![allow(clippy::duplicate_mod, reason = "the examples share their support")]

use axum::{Router, body::Body};
use http::{HeaderMap, Request, Response};
use tower::{Service, ServiceExt as _, service_fn};
use tower_cors::Cors;

/// An example's `main` is not called here.
macro_rules! example {
    ($($name:ident in $path:literal;)*) => {
        $(
            #[path = $path]
            #[allow(dead_code, reason = "its main is not called here")]
            mod $name;
        )*
    };
}

example! {
    axum_global in "../examples/axum_global.rs";
    axum_routes in "../examples/axum_routes.rs";
    express in "../examples/express.rs";
    hyper in "../examples/hyper.rs";
    local_server in "../examples/local_server.rs";
    predicate in "../examples/predicate.rs";
    worker in "../examples/worker.rs";
}

/// A request in one line, `METHOD path`, with an origin and the method that a preflight asks for.
struct Ask {
    request: &'static str,
    origin: &'static str,
    method: &'static str,
}

const fn ask(request: &'static str, origin: &'static str) -> Ask {
    Ask { request, origin, method: "" }
}

const fn preflight(request: &'static str, origin: &'static str, method: &'static str) -> Ask {
    Ask { request, origin, method }
}

/// The status, then all CORS headers and `Vary`, sorted; `access-control-` is left away.
async fn answer<S, B>(service: S, ask: &Ask, body: &'static str) -> String
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Error: std::fmt::Debug,
{
    let (method, path) = ask.request.split_once(' ').expect("a method and a path");
    let mut request = Request::builder().method(method).uri(path).header("host", "api.example");
    for (name, value) in [("origin", ask.origin), ("access-control-request-method", ask.method)] {
        if !value.is_empty() {
            request = request.header(name, value);
        }
    }
    let request = request.body(Body::from(body)).expect("a valid request");
    let response = service.oneshot(request).await.expect("an answer");
    format!("{} {}", response.status().as_u16(), relevant(response.headers())).trim_end().to_owned()
}

fn relevant(headers: &HeaderMap) -> String {
    let mut lines = headers
        .iter()
        .filter_map(|(name, value)| {
            let name = name.as_str();
            let short = name.strip_prefix("access-control-").or((name == "vary").then_some(name));
            short.map(|name| format!("{name}={}", value.to_str().expect("text")))
        })
        .collect::<Vec<_>>();
    lines.sort();
    lines.join(" ")
}

async fn check(app: Router, rows: &[(Ask, &str)]) {
    for (ask, expected) in rows {
        let answer = answer(app.clone(), ask, "").await;
        assert_eq!(answer, *expected, "{} from {:?} for {:?}", ask.request, ask.origin, ask.method);
    }
}

const APP: &str = "https://app.example.com";
const EVIL: &str = "https://evil.example";

#[tokio::test]
async fn one_policy_for_all() {
    let granted = "200 allow-credentials=true allow-origin=https://app.example.com vary=Origin";
    let rows = [
        (ask("GET /items", APP), granted),
        (ask("GET /items", "http://app.example.com"), "200 vary=Origin"),
        (ask("GET /items", ""), "200 vary=Origin"),
        (
            ask("GET /nowhere", APP),
            "404 allow-credentials=true allow-origin=https://app.example.com vary=Origin",
        ),
        (
            preflight("OPTIONS /items", "http://localhost:5173", "PUT"),
            "204 allow-credentials=true allow-headers=authorization,content-type allow-methods=PUT,DELETE \
             allow-origin=http://localhost:5173 max-age=3600 vary=Origin",
        ),
        (preflight("OPTIONS /items", EVIL, "PUT"), "403 vary=Origin"),
    ];
    check(axum_global::app().unwrap(), &rows).await;
}

#[tokio::test]
async fn policies_on_single_routes() {
    let rows = [
        (ask("GET /public", EVIL), "200 allow-origin=* expose-headers=*"),
        (
            ask("GET /account", APP),
            "200 allow-credentials=true allow-origin=https://app.example.com",
        ),
        (
            preflight("OPTIONS /account", APP, "POST"),
            "204 allow-credentials=true allow-headers=content-type allow-origin=https://app.example.com",
        ),
        (preflight("OPTIONS /account", EVIL, "POST"), "403"),
        (ask("GET /internal", APP), "200"),
        (preflight("OPTIONS /internal", APP, "GET"), "405"),
    ];
    check(axum_routes::app().unwrap(), &rows).await;
}

#[tokio::test]
async fn a_predicate_over_the_state() {
    let app = predicate::app().unwrap();
    let shop = ask("GET /products", "https://shop.example");
    let add = ask("POST /customers", "");
    let granted = "200 allow-origin=https://shop.example vary=Origin";
    assert_eq!(answer(app.clone(), &shop, "").await, "200 vary=Origin");
    assert_eq!(answer(app.clone(), &add, "https://shop.example/").await, "400");
    assert_eq!(answer(app.clone(), &shop, "").await, "200 vary=Origin");
    assert_eq!(answer(app.clone(), &add, "https://shop.example").await, "200");
    assert_eq!(answer(app.clone(), &shop, "").await, granted);
    let rows = [(
        ask("GET /products", "http://localhost:1"),
        "200 allow-origin=http://localhost:1 vary=Origin",
    )];
    check(app, &rows).await;
}

#[tokio::test]
async fn cases_of_express() {
    let rows = [
        (ask("GET /all/1", EVIL), "200 allow-origin=* expose-headers=*"),
        (
            preflight("OPTIONS /all/1", EVIL, "PUT"),
            "204 allow-headers=*,authorization allow-methods=* allow-origin=*",
        ),
        (ask("GET /route/1", EVIL), "200 allow-origin=* expose-headers=*"),
        (ask("GET /route/others/1", EVIL), "200"),
        (ask("GET /one/1", EVIL), "200 allow-origin=http://example.com"),
        (
            preflight("OPTIONS /one/1", "http://example.com", "GET"),
            "200 allow-origin=http://example.com",
        ),
        (
            ask("GET /allowlist/1", "https://example.org"),
            "200 allow-origin=https://example.org vary=Origin",
        ),
        (ask("GET /allowlist/1", EVIL), "403 vary=Origin"),
        (ask("GET /allowlist/1", ""), "200 vary=Origin"),
        (
            preflight("OPTIONS /preflight/1", EVIL, "DELETE"),
            "204 allow-methods=DELETE allow-origin=*",
        ),
        (preflight("OPTIONS /preflight/others/1", EVIL, "DELETE"), "405"),
        (
            preflight("OPTIONS /preflights/1", EVIL, "DELETE"),
            "204 allow-headers=* allow-methods=PUT,PATCH,DELETE allow-origin=*",
        ),
        (
            preflight("OPTIONS /preflights/others/1", EVIL, "PUT"),
            "204 allow-headers=* allow-methods=PUT,PATCH,DELETE allow-origin=*",
        ),
        // By path alone, which a function cannot say: hence `Vary`.
        (ask("GET /dynamic/1", EVIL), "200 allow-origin=* vary=Origin"),
        (ask("GET /dynamic/1/internal", EVIL), "200 vary=Origin"),
        (
            ask("GET /dynamic/1/internal", "https://a.partner.example"),
            "200 allow-origin=https://a.partner.example vary=Origin",
        ),
    ];
    check(express::app().unwrap(), &rows).await;
}

#[tokio::test]
async fn a_bare_service() {
    let service = Cors::new(service_fn(hyper::hello), hyper::policy().unwrap());
    for (ask, expected) in [
        (ask("GET /", APP), "200 allow-origin=https://app.example.com vary=Origin"),
        (ask("GET /", EVIL), "200 vary=Origin"),
        (
            preflight("OPTIONS /", APP, "PUT"),
            "204 allow-methods=PUT allow-origin=https://app.example.com vary=Origin",
        ),
        (preflight("OPTIONS /", EVIL, "PUT"), "403 vary=Origin"),
    ] {
        assert_eq!(answer(service.clone(), &ask, "").await, expected, "{}", ask.request);
    }
}

/// What its comment shows with curl.
#[tokio::test]
async fn a_page_at_an_attackers_name_cannot_use_a_local_server() {
    for (about, host, origin, method, status) in [
        ("not a browser", "127.0.0.1:3000", None, "POST", 200),
        ("its own page", "localhost:3000", Some("http://localhost:3000"), "POST", 200),
        ("its own page, GET", "[::1]:3000", None, "GET", 200),
        ("an allowed page", "127.0.0.1:3000", Some("http://localhost:5173"), "POST", 200),
        ("another page", "127.0.0.1:3000", Some("https://evil.example"), "POST", 403),
        ("another local page", "127.0.0.1:3000", Some("http://localhost:8080"), "POST", 403),
        ("rebinding, POST", "evil.example:3000", Some("http://evil.example:3000"), "POST", 403),
        ("rebinding, GET", "evil.example:3000", None, "GET", 403),
        ("rebinding, a name like ours", "localhost.evil.example:3000", None, "GET", 403),
    ] {
        let path = if method == "GET" { "/" } else { "/run" };
        let mut request = Request::builder().method(method).uri(path).header("host", host);
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        let request = request.body(Body::empty()).expect("a valid request");
        let response = local_server::app().unwrap().oneshot(request).await.expect("an answer");
        assert_eq!(response.status().as_u16(), status, "{about}");
    }
}

#[test]
fn the_worker_answers_without_tower() {
    for (method, origin, expected) in [
        ("GET", APP, "200 allow-origin=https://app.example.com vary=Origin"),
        ("OPTIONS", APP, "204 allow-methods=PUT allow-origin=https://app.example.com vary=Origin"),
        ("OPTIONS", "https://evil.example", "403 vary=Origin"),
    ] {
        let request = Request::builder()
            .method(method)
            .uri("/")
            .header("origin", origin)
            .header("access-control-request-method", "PUT")
            .body(String::new())
            .expect("a valid request");
        let response = worker::fetch(request);
        let seen = format!("{} {}", response.status().as_u16(), relevant(response.headers()));
        assert_eq!(seen, expected, "{method} from {origin}");
    }
}
