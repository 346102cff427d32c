//! Which hosts a policy answers for.

use super::{Row, Wire, row};
use tower_cors::{AllowHosts, Any, Policy, PolicyBuilder};

const APP: &str = "https://app.example.com";
const ACAO_APP: &str = "access-control-allow-origin: https://app.example.com";
const ACAO_ANY: &str = "access-control-allow-origin: *";
const VARY_ORIGIN: &str = "vary: Origin";
/// The answer of a static policy; of a dynamic one, with `Vary`.
const REFUSED: [&str; 2] = ["content-length: 0", "cache-control: no-store"];
const REFUSED_DYNAMIC: [&str; 3] = [REFUSED[0], REFUSED[1], VARY_ORIGIN];

fn one() -> PolicyBuilder {
    Policy::builder().allow_origin(APP).allow_hosts(["api.example.com", "*.test:8443"])
}

fn two() -> PolicyBuilder {
    one().allow_origin("https://web.example.com")
}

fn local() -> PolicyBuilder {
    Policy::builder().allow_origin("http://localhost:*").allow_hosts(AllowHosts::loopback())
}

pub(crate) fn rows() -> Vec<Row> {
    [answers(), entries(), targets(), rebinding()].into_iter().flatten().collect()
}

/// Whatever the request is, its host comes first.
fn answers() -> Vec<Row> {
    let evil = |about, policy| row(about, policy).line("host", "evil.example");
    vec![
        evil("a wrong host, no Origin, static", one()).answers(403, &REFUSED),
        evil("a wrong host, no Origin, dynamic", two()).answers(403, &REFUSED_DYNAMIC),
        evil("a wrong host, a granted origin", two()).origin(APP).answers(403, &REFUSED_DYNAMIC),
        evil("a wrong host, a refused origin", two())
            .origin("https://evil.example")
            .answers(403, &REFUSED_DYNAMIC),
        evil("a wrong host, a preflight that would be granted", two())
            .origin(APP)
            .preflight("GET")
            .answers(403, &REFUSED_DYNAMIC),
        evil("a wrong host, a preflight that would be passed on", two().preflight_continue(true))
            .origin(APP)
            .preflight("GET")
            .answers(403, &REFUSED_DYNAMIC),
        evil("a wrong host, OPTIONS that is no preflight", two())
            .method("OPTIONS")
            .answers(403, &REFUSED_DYNAMIC),
        evil("a wrong host, any origin", Policy::builder().allow_origin(Any).allow_hosts("a.test"))
            .origin(APP)
            .answers(403, &REFUSED),
        evil("a wrong host, whatever Sec-Fetch-Site says", two())
            .method("POST")
            .origin("https://evil.example")
            .line("sec-fetch-site", "same-origin")
            .answers(403, &REFUSED_DYNAMIC),
        row("the right host, no Origin", two())
            .line("host", "api.example.com")
            .runs(&[VARY_ORIGIN]),
        row("the right host, granted", two())
            .line("host", "api.example.com")
            .origin(APP)
            .runs(&[ACAO_APP, VARY_ORIGIN]),
        row("the right host, refused, static: its one answer", one())
            .line("host", "api.example.com")
            .origin("https://evil.example")
            .runs(&[ACAO_APP]),
        row("the right host, any origin", {
            Policy::builder().allow_origin(Any).allow_hosts("api.example.com")
        })
        .line("host", "api.example.com")
        .runs(&[ACAO_ANY]),
        row("the right host, a preflight", two())
            .line("host", "api.example.com")
            .origin(APP)
            .preflight("GET")
            .answers(204, &[ACAO_APP, VARY_ORIGIN]),
    ]
}

fn entries() -> Vec<Row> {
    let mut rows = Vec::new();
    for (host, passes) in [
        ("api.example.com", true),
        ("api.example.com:443", true),
        ("api.example.com:1", true),
        ("API.Example.COM", true),
        ("api.example.com.", true),
        ("api.example.com.:80", true),
        ("api.example.com.evil.example", false),
        ("evil-api.example.com", false),
        ("x.api.example.com", false),
        ("example.com", false),
        ("a.test:8443", true),
        ("a.b.test:8443", true),
        ("a.test", false),
        ("a.test:443", false),
        ("test:8443", false),
        ("127.0.0.1", false),
    ] {
        let row = row("by name and port", two()).line("host", host);
        rows.push(if passes {
            row.runs(&[VARY_ORIGIN])
        } else {
            row.answers(403, &REFUSED_DYNAMIC)
        });
    }
    for (host, passes) in [
        ("localhost", true),
        ("localhost:3000", true),
        ("app.localhost:3000", true),
        ("127.0.0.1:3000", true),
        ("[::1]:3000", true),
        ("[::1]", true),
        ("127.0.0.2", false),
        ("[::2]", false),
        ("localhost.evil.example", false),
        ("0.0.0.0:3000", false),
        ("192.168.1.7:3000", false),
    ] {
        let row = row("loopback names", local()).line("host", host);
        rows.push(if passes {
            row.runs(&[VARY_ORIGIN])
        } else {
            row.answers(403, &REFUSED_DYNAMIC)
        });
    }
    rows
}

/// Where a request says its host.
fn targets() -> Vec<Row> {
    let authority = "HTTP/2 always has one `:authority`, which hyper checks";
    let mut rows = Vec::new();
    for (about, hosts) in [
        ("no Host", &[][..]),
        ("two Host lines, the same", &["api.example.com", "api.example.com"]),
        ("two Host lines, one of them right", &["api.example.com", "evil.example"]),
        ("an empty Host", &[""]),
        ("a Host with a user", &["user@api.example.com"]),
        ("a Host with a path", &["api.example.com/"]),
        ("a Host with a port that is not a number", &["api.example.com:port"]),
        ("a Host with a port out of range", &["api.example.com:65979"]),
        ("a Host that is a list", &["api.example.com, evil.example"]),
        ("a Host that is not text", &["\u{e9}"]),
        ("a Host with two dots at its end", &["api.example.com.."]),
        ("a Host that is a URL", &["http://api.example.com"]),
    ] {
        let mut row = row(about, two()).not_over(Wire::Http2, authority);
        for host in hosts {
            row = row.line("host", host);
        }
        rows.push(row.answers(403, &REFUSED_DYNAMIC));
    }
    rows.extend([
        row("an absolute target overrides Host", two())
            .uri("http://api.example.com/")
            .line("host", "evil.example")
            .runs(&[VARY_ORIGIN]),
        row("an absolute target overrides Host, wrong", two())
            .uri("http://evil.example/")
            .line("host", "api.example.com")
            .answers(403, &REFUSED_DYNAMIC),
    ]);
    rows
}

/// `Host: evil.example:8000` with `Origin: http://evil.example:8000` passed enforcement. Seen in our
/// own first version, and in Materialize (issue 36139), apollo-mcp-server (602), rmcp
/// (GHSA-89vp-x53w-74fx) and MCP's typescript-sdk (GHSA-w48q-cv73-mx4w).
fn rebinding() -> Vec<Row> {
    let page = |about, policy: PolicyBuilder| {
        row(about, policy)
            .method("POST")
            .line("host", "evil.example:8000")
            .origin("http://evil.example:8000")
    };
    vec![
        page("rebinding, enforcement alone: same-origin, it passes", {
            Policy::builder().allow_origin("http://localhost:*").enforce(true)
        })
        .runs(&[VARY_ORIGIN]),
        page("rebinding, with hosts", local()).answers(403, &REFUSED_DYNAMIC),
        page("rebinding, with hosts and enforcement", local().enforce(true))
            .answers(403, &REFUSED_DYNAMIC),
        row("rebinding, GET without Origin", local())
            .line("host", "evil.example:8000")
            .line("sec-fetch-site", "same-origin")
            .answers(403, &REFUSED_DYNAMIC),
        row("rebinding, a WebSocket", local().enforce(true))
            .line("host", "evil.example:8000")
            .origin("http://evil.example:8000")
            .line("connection", "upgrade")
            .line("upgrade", "websocket")
            .answers(403, &REFUSED_DYNAMIC)
            .not_over(Wire::Http2, "HTTP/2 has no Upgrade"),
        row("the page itself, at its right name", local().enforce(true))
            .method("POST")
            .line("host", "127.0.0.1:8000")
            .origin("http://127.0.0.1:8000")
            .runs(&[VARY_ORIGIN]),
        row("another local page, not listed", local().enforce(true))
            .method("POST")
            .line("host", "127.0.0.1:8000")
            .origin("http://127.0.0.1:5173")
            .answers(403, &REFUSED_DYNAMIC),
    ]
}
