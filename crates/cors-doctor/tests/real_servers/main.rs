//! `cors-doctor probe` against real servers on loopback, most with one planted mistake: each is
//! named, with the right fix.
//!
//! A test that lacks its server is skipped, in words; with `CI` set it fails.

mod applications;
mod command;
mod odd;
mod servers;

use std::collections::HashMap;

use self::command::{Probe, probe};

/// One server with one mistake: what the page does, and what the doctor must say.
struct Row {
    server: &'static str,
    arguments: &'static [&'static str],
    status: i32,
    /// The kind of the first finding; empty for none.
    kind: &'static str,
    culprit: &'static str,
    suggestion: &'static str,
}

const fn row(
    server: &'static str,
    arguments: &'static [&'static str],
    kind: &'static str,
    culprit: &'static str,
    suggestion: &'static str,
) -> Row {
    Row { server, arguments, status: 1, kind, culprit, suggestion }
}

const fn healthy(server: &'static str, arguments: &'static [&'static str]) -> Row {
    Row { server, arguments, status: 0, kind: "", culprit: "", suggestion: "" }
}

const PUT: &[&str] = &["--method", "PUT"];
const LOGIN: &[&str] = &["--method", "PUT", "--header", "authorization"];
const COOKIES: &[&str] = &["--credentials", "include"];

#[rustfmt::skip]
const NGINX: &[Row] = &[
    healthy("healthy", LOGIN),
    row("doubled", &[], "blocked", "two parts of the server each add the header", "let only one of them"),
    row("not_always", &[], "error-pages", "covers the routes only", "`add_header … always`"),
    row("slash", &["--method", "PUT", "--url", "/items"], "redirected",
        "redirects to add or remove a trailing slash", "/items/\" itself"),
    row("no_options", PUT, "route-layer", "no route answers the preflight's \"OPTIONS\"", "answer preflights with 204"),
    row("preflights_only", PUT, "blocked", "sends CORS headers on preflights only", "on every response"),
    row("no_vary", &[], "vary", "does not name it in `Vary`", "add_header Vary Origin always"),
    row("to_https", PUT, "redirected", "redirects from http to https", "fetch \"https://"),
    row("to_www", PUT, "redirected", "the host with \"www.\"", "fetch \"http://www."),
    row("null", &[], "blocked", "sends \"null\" for an origin that it does not allow", "send \"https://app"),
    row("pattern", &[], "blocked", "compare it literally", "compare the pattern in the server"),
    row("login", LOGIN, "login-outside", "a login that runs before the CORS layer", "outside the login"),
    row("bad_gateway", &[], "outside-layer", "a proxy or a load limit", "the proxy's error pages"),
];

#[rustfmt::skip]
const EXPRESS: &[Row] = &[
    healthy("healthy", LOGIN),
    row("trailing_slash", &[], "blocked", "has a trailing slash", "write \"https://app.example.com\""),
    row("any_origin_with_credentials", COOKIES, "foreign-header", "any origin at once", "by name"),
    row("login_first", LOGIN, "login-outside", "a login that runs before the CORS layer", "outside the login"),
    row("login_redirect", PUT, "redirected", "a login that runs before the CORS layer redirects", "answer 401 to scripts"),
    row("rate_limit_first", PUT, "outside-layer", "a rate limit counts the preflight", "outside the rate limit"),
    row("no_options", PUT, "options-route", "\"OPTIONS\" route answers the preflight", "remove the \"OPTIONS\""),
    row("reflects", COOKIES, "reflected", "copies the request's `Origin`", "list the origins"),
    row("by_hand_without_vary", &[], "vary", "does not name it in `Vary`", "add `Origin` to `Vary`"),
    row("routes_only", &[], "error-pages", "covers the routes only", "to the whole application"),
    row("methods", PUT, "blocked", "lacks \"PUT\"", "add \"PUT\" to the allowed methods"),
    row("headers", LOGIN, "blocked", "lacks \"authorization\"", "add \"authorization\" to the allowed headers"),
    row("healthy", &["--read", "X-Total-Count"], "not-exposed", "does not list \"x-total-count\"", "exposed headers"),
    row("error", &[], "outside-layer", "a panic or an error handler", "catches panics and errors"),
];

#[rustfmt::skip]
const AXUM: &[Row] = &[
    healthy("healthy", LOGIN),
    healthy("healthy", &["--url", "/error"]),
    // Harmless: a note.
    healthy("two_healthy_layers", &[]),
    row("layer_before_routes", LOGIN, "route-layer", "the route answers its own methods only", "around the whole router"),
    row("route_layer", LOGIN, "route-layer", "the route answers its own methods only", "not `route_layer`"),
    row("http", &[], "other-form", "the server allows \"http://app.example.com\"", "allow \"https://app.example.com\""),
    row("www", &[], "other-form", "the server allows \"https://www.app.example.com\"", "allow \"https://app"),
    row("loopback", &["--page", "http://localhost:5173"], "blocked", "different origins",
        "allow \"http://localhost:5173\" too, or open the page at \"http://127.0.0.1:5173\""),
    row("loopback", &["--page", "http://localhost:3000"], "blocked", "another port, and", "allow \"http://localhost:3000\""),
    row("loopback", &["--page", "http://127.0.0.1:3000"], "blocked", "with another port", "allow \"http://127.0.0.1:3000\""),
    row("localhost", &["--page", "http://127.0.0.1:3000"], "other-form",
        "the server allows \"http://localhost:3000\", and the page is at \"http://127.0.0.1:3000\"",
        "open the page at \"http://localhost:3000\""),
    row("vary_replaced", &[], "vary", "replaces `Vary`", "append to `Vary`"),
    row("any_header", LOGIN, "authorization", "\"*\" does not cover \"authorization\"", "by name"),
    row("healthy", &["--method", "patch"], "blocked", "writes the method in lower case", "write \"PATCH\""),
    row("foreign", COOKIES, "foreign-header", "something outside the CORS layer sets", "by name"),
    row("two_layers", PUT, "two-layers", "the outer one does not allow", "allow the origin there"),
];

#[rustfmt::skip]
const ODD: &[Row] = &[
    healthy("healthy", LOGIN),
    healthy("preflight_200", LOGIN),
    healthy("gzip", &[]),
    healthy("gibibyte", LOGIN),
    healthy("endless", LOGIN),
    healthy("many_headers", LOGIN),
    healthy("max_age_too_large", LOGIN),
    // Notes only.
    healthy("max_age", LOGIN),
    row("two_origins", LOGIN, "blocked", "lists several origins", "send one origin"),
    row("two_origins_and_a_space", LOGIN, "blocked", "lists several origins", "send one origin"),
    row("quoted_origin", &[], "blocked", "quotes or brackets", "write \"https://app.example.com\""),
    row("origin_with_path", &[], "blocked", "has a path", "write \"https://app.example.com\""),
    row("origin_with_port", &[], "blocked", "default port", "write \"https://app.example.com\""),
    row("origin_in_upper_case", &[], "blocked", "in upper case", "write \"https://app.example.com\""),
    row("origin_without_scheme", &[], "blocked", "lacks the scheme", "write \"https://app.example.com\""),
    row("origin_true", &[], "blocked", "of the wrong kind", "send \"https://app.example.com\""),
    row("origin_empty", &[], "blocked", "is empty", "send \"https://app.example.com\""),
    row("misspelled", LOGIN, "blocked", "\"access-control-allow-origins\", which is not a header", "\"access-control-allow-origin\""),
    row("credentials_True", COOKIES, "blocked", "writes \"True\"", "in lower case"),
    row("credentials_1", COOKIES, "blocked", "only \"true\" counts", "access-control-allow-credentials: true"),
    row("credentials_false", COOKIES, "blocked", "does not allow them", "access-control-allow-credentials: true"),
    row("credentials_twice", COOKIES, "blocked", "two parts of the server", "let only one of them"),
    row("header_missing", LOGIN, "blocked", "lacks \"authorization\"", "add \"authorization\""),
    row("any_header", LOGIN, "authorization", "\"*\" does not cover", "by name"),
    row("headers_by_semicolon", LOGIN, "blocked", "in a form that browsers reject", "by commas"),
    row("methods_in_lower_case", LOGIN, "blocked", "lists \"put\", and methods are case-sensitive", "write \"PUT\""),
    row("methods_in_brackets", LOGIN, "blocked", "in a form that browsers reject", "by commas"),
    row("closes", LOGIN, "outside-layer", "does not answer the preflight's \"OPTIONS\"", "let \"OPTIONS\" through"),
    row("slow_preflight", LOGIN_SOON, "outside-layer", "does not answer the preflight's \"OPTIONS\"", "let \"OPTIONS\" through"),
    row("nowhere", LOGIN, "redirected", "leads nowhere", "have the CORS layer answer preflights"),
    row("circle", &[], "redirected", "redirects in a circle", "fix the redirects"),
    row("circle", LOGIN, "redirected", "redirects in a circle", "have the CORS layer answer preflights"),
    row("to_https", &[], "redirected", "redirects from http to https", "fetch \"https://127.0.0.1/items/1\" itself"),
    row("to_slash", &[], "redirected", "to add or remove a trailing slash", "/items/1/\" itself"),
    row("to_login", &[], "redirected", "a login that runs before the CORS layer redirects the request", "answer 401 to scripts"),
    row("to_http", &[], "redirected", "redirects to \"http://sso.example.org/\", which an https page cannot fetch", "answer 401 instead"),
    row("preflight_501", LOGIN, "route-layer", "answers the preflight", "not `route_layer`"),
    row("preflight_404", LOGIN, "route-layer", "no route answers the preflight's \"OPTIONS\"", "answer preflights with 204"),
    row("preflight_400", LOGIN, "outside-layer", "answers the preflight with 400", "move the CORS layer outside it"),
    row("preflights_only", LOGIN, "blocked", "on preflights only", "on every response"),
    row("error", &[], "outside-layer", "a panic or an error handler", "catches panics and errors"),
];

const LOGIN_SOON: &[&str] = &["--method", "PUT", "--header", "authorization", "--timeout", "1"];

/// Servers that give no verdict: a part of what is said. The exit status is 2.
#[rustfmt::skip]
const BROKEN: &[(&str, &str)] = &[
    ("slow", "no response within 1 s; a browser would wait longer"),
    ("drips", "no response within 1 s; a browser would wait longer"),
    ("garbage", "the server does not speak HTTP on this port"),
    ("closes_all", "the server closed the connection without an answer; if it speaks TLS on this port, use \"https://\""),
    ("flood", "sends more than 256 KiB of headers"),
    ("control_characters", "the server sends a header that browsers reject"),
];

/// Probes each server; what was not said as it must be.
fn wrong(servers: &str, ports: &HashMap<String, u16>, rows: &[Row]) -> Vec<String> {
    let mut wrong = Vec::new();
    for row in rows {
        let Probe { status, json, .. } = probe(ports[row.server], row.arguments);
        let first = &json["findings"][0];
        let text = |key: &str| first[key].as_str().unwrap_or_default().to_owned();
        let is_right = status == row.status
            && text("kind") == row.kind
            && text("culprit").contains(row.culprit)
            && text("suggestion").contains(row.suggestion);
        if !is_right {
            wrong.push(format!("{servers} {}: {status}: {first:#} {}", row.server, json["error"]));
        }
    }
    wrong
}

#[track_caller]
fn check(servers: &str, ports: &HashMap<String, u16>, rows: &[Row]) {
    let wrong = wrong(servers, ports, rows);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn odd_servers() {
    check("odd", &odd::serve(), ODD);
}

#[test]
fn servers_that_give_no_verdict() {
    let ports = odd::serve();
    for (server, expected) in BROKEN {
        let Probe { status, json, .. } = probe(ports[*server], LOGIN_SOON);
        let error = json["error"].as_str().unwrap_or_default();
        assert_eq!(status, 2, "{server}: {json:#}");
        assert!(error.contains(expected), "{server}: {error}");
    }
}

#[test]
fn at_most_a_dozen_requests() {
    let ports = odd::serve();
    for (server, arguments) in [("circle", &[][..]), ("circle", LOGIN), ("two_origins", LOGIN)] {
        let Probe { json, .. } = probe(ports[server], arguments);
        let steps = json["steps"].as_array().unwrap();
        let sent: usize = steps.iter().map(|step| step["wire"].as_array().unwrap().len()).sum();
        // One more was asked for and refused.
        assert!(sent <= 13, "{server}: {sent}");
        let answered = |wire: &&serde_json::Value| !wire["status"].is_null();
        let wires = steps.iter().flat_map(|step| step["wire"].as_array().unwrap());
        assert!(wires.filter(answered).count() <= 12, "{server}");
    }
}

#[test]
fn an_ipv6_literal_and_ports_where_nobody_listens() {
    let ports = odd::serve();
    let page = ["--page", command::PAGE, "--json"];
    if let Some(port) = ports.get("ipv6") {
        let url = format!("http://[::1]:{port}/items/1");
        let Probe { status, json } = command::run(&[&["probe", &url][..], &page].concat());
        assert_eq!((status, &json["verdict"]), (0, &"readable".into()), "{json:#}");
    }
    let nobody = servers::free_port();
    let url = format!("http://127.0.0.1:{nobody}/");
    let Probe { status, json } = command::run(&[&["probe", &url][..], &page].concat());
    assert_eq!(status, 2);
    assert!(json["error"].as_str().unwrap().contains("nothing listens there"), "{json:#}");
    // A port of TLS asked without it, and the other way round.
    let url = format!("https://127.0.0.1:{}/", ports["garbage"]);
    let Probe { status, json } = command::run(&[&["probe", &url][..], &page].concat());
    assert_eq!(status, 2);
    let error = json["error"].as_str().unwrap();
    assert!(error.contains("the server does not speak TLS on this port"), "{error}");
}

#[test]
fn remarks_name_what_browsers_leave_out_and_local_networks() {
    let ports = odd::serve();
    let Probe { status, json, .. } = probe(ports["healthy"], &["--header", "Origin: x"]);
    assert_eq!(status, 0);
    let remarks = serde_json::json!([
        "a page in the public address space asks a server in the loopback address space: Chromium \
         asks the user first",
        "browsers let no script set \"origin\": it was not sent",
    ]);
    assert_eq!(json["remarks"], remarks);
    let reads = &["--page", "http://localhost:3000", "--read", "X-Total", "--read", "vary"];
    let remarks = probe(ports["reads"], reads).json["remarks"].take();
    assert_eq!(remarks, serde_json::json!(["the response has no header \"X-Total\""]));
    let local = &["--page", "http://localhost:3000"];
    assert_eq!(probe(ports["healthy"], local).json["remarks"], serde_json::json!([]));
}

/// That the answer is an error, CORS does not say.
#[test]
fn the_verdict_names_errors_that_the_page_can_read() {
    let ports = odd::serve();
    for (server, expected) in [
        (
            "readable_error",
            "verdict: the page can read the answer, an error: 500 Internal Server Error\n",
        ),
        ("healthy", "verdict: the page can read the answer\n"),
    ] {
        let url = format!("http://127.0.0.1:{}/items/1", ports[server]);
        let text = command::text(&["probe", &url, "--page", command::PAGE]);
        assert!(text.contains(expected), "{server}: {text}");
    }
}

#[test]
fn nginx() {
    let Some((server, certificate)) = servers::nginx() else { return };
    check("nginx", &server.ports, NGINX);
    // The first request uses up what the limit allows.
    let url = format!("http://127.0.0.1:{}/items/1", server.ports["limit"]);
    command::run(&["probe", &url, "--page", command::PAGE, "--only"]);
    let limited = [row(
        "limit",
        PUT,
        "outside-layer",
        "a rate limit counts the preflight",
        "outside the rate limit",
    )];
    check("nginx", &server.ports, &limited);
    let inherits =
        "nginx: a `location` with an `add_header` of its own inherits none of the outer ones";
    for (server_name, expected) in [("inherits_none", true), ("no_vary", false)] {
        let remarks = probe(server.ports[server_name], &[]).json["remarks"].take();
        let is_said = remarks.as_array().unwrap().iter().any(|remark| remark == inherits);
        assert_eq!(is_said, expected, "{server_name}: {remarks}");
    }
    https(server.ports["healthy_tls"], &certificate);
}

/// The same over TLS, in both versions of HTTP.
fn https(port: u16, certificate: &std::path::Path) {
    let url = format!("https://localhost:{port}/items/1");
    let certificate = certificate.to_str().unwrap();
    let arguments = ["probe", &url, "--page", command::PAGE, "--method", "PUT", "--json"];
    for (more, version) in [(&[][..], "HTTP/2.0"), (&["--http1"][..], "HTTP/1.1")] {
        let trusted = [&arguments[..], &["--ca", certificate], more].concat();
        let Probe { status, json, .. } = command::run(&trusted);
        assert_eq!(status, 0, "{json:#}");
        assert_eq!(json["steps"][0]["wire"][0]["version"], version);
    }
    let Probe { status, json, .. } = command::run(&arguments);
    assert_eq!(status, 2);
    let error = json["error"].as_str().unwrap();
    assert!(error.contains("invalid peer certificate"), "{error}");
    assert!(error.contains("name its issuer with `--ca FILE`, or use `--insecure`"), "{error}");
    let insecure = [&arguments[..], &["--insecure"]].concat();
    assert_eq!(command::run(&insecure).status, 0);
}

#[test]
fn express() {
    let Some(server) = servers::express() else { return };
    check("Express", &server.ports, EXPRESS);
}

#[test]
fn axum_with_tower_http() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let ports = runtime.block_on(applications::serve());
    check("axum", &ports, AXUM);
}
