//! The playground's program: its options, its ready lines, its echo over HTTP/1.1 and HTTP/2, its
//! record.

#[path = "support/playground.rs"]
mod playground;

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode, Version};
use http_body_util::{BodyExt as _, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use playground::{Playground, run};
use serde_json::{Value, json};
use std::{ffi::OsStr, fs, time::Duration};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

const PATIENCE: Duration = Duration::from_secs(10);

type HttpClient = Client<HttpConnector, Full<Bytes>>;

fn client(version: Version) -> HttpClient {
    let http2 = version == Version::HTTP_2;
    Client::builder(TokioExecutor::new())
        .http2_only(http2)
        .http2_max_header_list_size(1 << 20)
        .build_http()
}

async fn ask(
    client: &HttpClient,
    method: &str,
    url: &str,
    headers: &[(&str, &[u8])],
    body: &'static str,
) -> Response<Bytes> {
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::from(body)).expect("the test's request is valid");
    let exchange = async {
        let (parts, body) = client.request(request).await.expect(url).into_parts();
        Response::from_parts(parts, body.collect().await.expect(url).to_bytes())
    };
    timeout(PATIENCE, exchange).await.expect(url)
}

fn json(response: &Response<Bytes>) -> Value {
    serde_json::from_slice(response.body()).expect("the body is JSON")
}

/// All lines of the headers that matter here, sorted.
fn relevant(headers: &HeaderMap) -> Vec<String> {
    let is_relevant = |name: &str| {
        name.starts_with("access-control-") || matches!(name, "vary" | "x-echo" | "content-type")
    };
    let mut lines = headers
        .iter()
        .filter(|(name, _)| is_relevant(name.as_str()))
        .map(|(name, value)| format!("{name}: {}", value.as_bytes().escape_ascii()))
        .collect::<Vec<_>>();
    lines.sort();
    lines
}

fn file(name: &str, text: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join(name);
    fs::write(&path, text).expect("it can be written to");
    (directory, path)
}

const POLICIES: &str = r#"
[[policy]]
name = "app"
paths = ["/app/{*rest}"]
allow_origin = ["https://app.example.com", "https://*.example.org"]
allow_methods = "PUT"
allow_credentials = true

[[policy]]
name = "off"
off = true
"#;

#[tokio::test]
async fn echoes_over_http_1_and_2() {
    const APP: (&str, &[u8]) = ("origin", b"https://app.example.com");
    const EVIL: (&str, &[u8]) = ("origin", b"https://evil.example");
    const PUT: (&str, &[u8]) = ("access-control-request-method", b"PUT");
    const DELETE: (&str, &[u8]) = ("access-control-request-method", b"DELETE");
    const JSON: &str = "content-type: application/json";
    const ECHO: &str = "x-echo: 1";
    const VARY: &str = "vary: Origin";
    const CREDENTIALS: &str = "access-control-allow-credentials: true";
    const GRANT: &str = "access-control-allow-origin: https://app.example.com";
    const METHODS: &str = "access-control-allow-methods: PUT";
    const TEXT: &str = "content-type: text/plain; charset=utf-8";

    struct Row {
        what: &'static str,
        request: (&'static str, &'static str),
        headers: &'static [(&'static str, &'static [u8])],
        status: u16,
        relevant: &'static [&'static str],
        /// The echo's decision; `None`: there is no echo.
        decision: Option<Value>,
    }
    let row = |what, request, headers, status, relevant, decision| Row {
        what,
        request,
        headers,
        status,
        relevant,
        decision,
    };
    #[rustfmt::skip]
    let rows = [
        row("no origin", ("GET", "/app/x"), &[], 200, &[JSON, VARY, ECHO], Some(json!("not CORS"))),
        row("granted", ("GET", "/app/x"), &[APP], 200, &[CREDENTIALS, GRANT, JSON, VARY, ECHO], Some(json!("granted"))),
        row("refused", ("GET", "/app/x"), &[EVIL], 200, &[JSON, VARY, ECHO],
            Some(json!("refused: origin \"https://evil.example\" is not allowed"))),
        row("no policy", ("GET", "/"), &[APP], 200, &[JSON, ECHO], Some(Value::Null)),
        row("no policy, a preflight", ("OPTIONS", "/"), &[APP, PUT], 200, &[JSON, ECHO], Some(Value::Null)),
        row("preflight", ("OPTIONS", "/app/x"), &[APP, PUT], 204, &[CREDENTIALS, METHODS, GRANT, VARY], None),
        row("preflight, method refused", ("OPTIONS", "/app/x"), &[APP, DELETE], 204, &[CREDENTIALS, METHODS, GRANT, VARY], None),
        row("preflight, origin refused", ("OPTIONS", "/app/x"), &[EVIL, PUT], 403, &[VARY], None),
        row("OPTIONS that is none", ("OPTIONS", "/app/x"), &[APP], 200, &[CREDENTIALS, GRANT, JSON, VARY, ECHO], Some(json!("granted"))),
        row("own method", ("BREW", "/app/x?y"), &[APP], 200, &[CREDENTIALS, GRANT, JSON, VARY, ECHO], Some(json!("granted"))),
        row("status", ("GET", "/app/x?status=503"), &[APP], 503, &[CREDENTIALS, GRANT, JSON, VARY, ECHO], Some(json!("granted"))),
        row("the last valid status", ("GET", "/?status=404&status=409&status=x&status=99999&status="), &[], 409, &[JSON, ECHO], Some(Value::Null)),
        row("informational status", ("GET", "/?status=101"), &[], 200, &[JSON, ECHO], Some(Value::Null)),
        row("no body at 204", ("GET", "/app/x?status=204"), &[APP], 204, &[CREDENTIALS, GRANT, VARY, ECHO], None),
        row("no body at 304", ("GET", "/app/x?status=304"), &[APP], 304, &[CREDENTIALS, GRANT, VARY, ECHO], None),
        row("no body at HEAD", ("HEAD", "/app/x"), &[APP], 200, &[CREDENTIALS, GRANT, JSON, VARY, ECHO], None),
        row("set, replaced", ("GET", "/app/x?set=Access-Control-Allow-Origin:*&set=vary:Accept"), &[APP], 200,
            &[CREDENTIALS, GRANT, JSON, "vary: Accept, Origin", ECHO], Some(json!("granted"))),
        row("set, decoded, twice", ("GET", "/?set=Vary:%20a%2Cb&set=%56ary:c+d"), &[], 200,
            &[JSON, "vary: a,b", "vary: c+d", ECHO], Some(Value::Null)),
        row("set, not ASCII", ("GET", "/?set=Vary:%C3%A9"), &[], 200, &[JSON, r"vary: \xc3\xa9", ECHO], Some(Value::Null)),
        row("set, empty", ("GET", "/?set=Vary:"), &[], 200, &[JSON, "vary: ", ECHO], Some(Value::Null)),
        row("set without a colon", ("GET", "/app/x?set=Vary"), &[APP], 400, &[CREDENTIALS, GRANT, TEXT, VARY, ECHO], None),
        row("set, a bad name", ("GET", "/?set=a%20b:c"), &[], 400, &[TEXT, ECHO], None),
        row("set, an empty name", ("GET", "/?set=:c"), &[], 400, &[TEXT, ECHO], None),
        row("set, a line break", ("GET", "/?set=a:b%0d%0ac:%20d"), &[], 400, &[TEXT, ECHO], None),
        row("set, a line break at the end", ("GET", "/?set=a:b%0a"), &[], 400, &[TEXT, ECHO], None),
        row("set, framing", ("GET", "/?set=Content-Length:3"), &[], 400, &[TEXT, ECHO], None),
        row("set, chunked", ("GET", "/?set=transfer-encoding:chunked"), &[], 400, &[TEXT, ECHO], None),
    ];
    let (_directory, path) = file("cors.toml", POLICIES);
    let playground = Playground::start(&["--policy".as_ref(), path.as_os_str()]);
    for version in [Version::HTTP_11, Version::HTTP_2] {
        let client = client(version);
        for row in &rows {
            let (method, target) = row.request;
            let what = format!("{version:?}, {}: {method} {target}", row.what);
            let url = format!("{}{target}", playground.api);
            let response = ask(&client, method, &url, row.headers, "").await;
            assert_eq!(response.version(), version, "{what}");
            assert_eq!(response.status(), row.status, "{what}");
            assert_eq!(relevant(response.headers()), row.relevant, "{what}");
            match &row.decision {
                Some(decision) => {
                    let echo = json(&response);
                    assert_eq!(echo["method"], method, "{what}");
                    assert_eq!(
                        echo["path"],
                        target.split('?').next().unwrap_or_default(),
                        "{what}"
                    );
                    assert_eq!(echo["decision"], *decision, "{what}");
                    assert_eq!(echo.as_object().map(serde_json::Map::len), Some(4), "{what}");
                }
                None if row.status == 400 => {
                    assert!(response.body().starts_with(b"set="), "{what}");
                }
                None => assert!(response.body().is_empty(), "{what}"),
            }
        }
    }
}

#[tokio::test]
async fn echoes_all_header_lines() {
    let playground = Playground::start(&[]);
    let long = vec![b'x'; 64 * 1024];
    let headers: [(&str, &[u8]); 5] = [
        ("x-twice", b"a"),
        ("x-twice", b""),
        ("x-bytes", b"caf\xc3\xa9"),
        ("x-broken", b"\xff"),
        ("x-long", &long),
    ];
    for version in [Version::HTTP_11, Version::HTTP_2] {
        let url = format!("{}/p%20q/%7Eé?a=b", playground.api).replace('é', "%C3%A9");
        let echo = json(&ask(&client(version), "POST", &url, &headers, "a body").await);
        assert_eq!(echo["path"], "/p%20q/%7E%C3%A9", "{version:?}");
        assert_eq!(echo["headers"]["x-twice"], json!(["a", ""]), "{version:?}");
        assert_eq!(echo["headers"]["x-bytes"], json!(["café"]), "{version:?}");
        assert_eq!(echo["headers"]["x-broken"], json!(["\u{fffd}"]), "{version:?}");
        assert_eq!(echo["headers"]["x-long"][0].as_str().map(str::len), Some(long.len()));
    }
}

/// What a client cannot be made to send: the connection serves it, and the next request too.
#[tokio::test]
async fn odd_requests_over_http_1() {
    let playground = Playground::start(&[]);
    let address = playground.api.trim_start_matches("http://").to_owned();
    let last = "GET /last HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    for (what, request, statuses) in [
        ("asterisk", "OPTIONS * HTTP/1.1\r\nhost: a\r\n\r\n", &["200", "200"][..]),
        ("absolute", "GET http://other/x?y HTTP/1.1\r\nhost: a\r\n\r\n", &["200", "200"]),
        ("1xx", "GET /?status=100 HTTP/1.1\r\nhost: a\r\n\r\n", &["200", "200"]),
        ("204", "GET /?status=204 HTTP/1.1\r\nhost: a\r\n\r\n", &["204", "200"]),
        ("304", "GET /?status=304 HTTP/1.1\r\nhost: a\r\n\r\n", &["304", "200"]),
        (
            "upgrade",
            "GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n",
            &["200", "200"],
        ),
        (
            "two origins",
            "GET /app/x HTTP/1.1\r\nhost: a\r\norigin: http://a.example\r\norigin: http://b.example\r\n\r\n",
            &["200", "200"],
        ),
        (
            "unread body",
            "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nabc",
            &["200", "200"],
        ),
        (
            "CONNECT opens a tunnel to nowhere",
            "CONNECT other:443 HTTP/1.1\r\nhost: other\r\n\r\n",
            &["200"],
        ),
    ] {
        let mut stream = TcpStream::connect(&address).await.expect(what);
        stream.write_all(format!("{request}{last}").as_bytes()).await.expect(what);
        let mut answer = Vec::new();
        // A tunnel may end in a reset; what came before is what counts.
        let _ = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect(what);
        let answer = String::from_utf8_lossy(&answer);
        let found = answer.split("HTTP/1.1 ").skip(1).map(|rest| &rest[..3]).collect::<Vec<_>>();
        assert_eq!(found, statuses, "{what}: {answer}");
    }
}

#[tokio::test]
async fn ready_lines_and_the_page() {
    let playground = Playground::start(&[]);
    let client = client(Version::HTTP_11);
    let page = &playground.page;

    for (path, kind) in [
        ("/", "text/html; charset=utf-8"),
        ("/style.css", "text/css"),
        ("/main.js", "text/javascript"),
        ("/setup", "application/json"),
        ("/setup.js", "text/javascript"),
        ("/wire?case=none", "application/json"),
    ] {
        let response = ask(&client, "GET", &format!("{page}{path}"), &[], "").await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(response.headers()["content-type"], kind, "{path}");
        assert_eq!(response.headers()["cache-control"], "no-store", "{path}");
    }
    let setup = json(&ask(&client, "GET", &format!("{page}/setup"), &[], "").await);
    assert_eq!(setup["api"], playground.api);
    assert_eq!(setup["page"], *page);
    assert_eq!(setup["file"], Value::Null);
    // The built-in policies are for this very page.
    assert!(setup["policy"].as_str().is_some_and(|text| text.contains(&format!("\"{page}\""))));
    let url = format!("{}/app/x", playground.api);
    let granted = ask(&client, "GET", &url, &[("origin", page.as_bytes())], "").await;
    assert_eq!(json(&granted)["decision"], "granted");

    assert_eq!(playground.end(), "", "nothing but the two lines");
}

#[tokio::test]
async fn remembers_what_crossed_the_wire() {
    let (_directory, path) = file("cors.json", r#"{ "allow_origin": "https://app.example.com" }"#);
    let playground = Playground::start(&["--policy".as_ref(), path.as_os_str()]);
    let client = client(Version::HTTP_11);
    let url = format!("{}/x?case=one", playground.api);
    let headers: [(&str, &[u8]); 2] =
        [("origin", b"https://app.example.com"), ("access-control-request-method", b"PUT")];
    ask(&client, "OPTIONS", &url, &headers, "").await;
    ask(&client, "GET", &url, &headers[..1], "").await;
    // Neither these.
    ask(&client, "GET", &format!("{}/x?case=two", playground.api), &[], "").await;
    ask(&client, "GET", &format!("{}/x?y=case=one", playground.api), &[], "").await;
    // The API knows nothing of the page's paths.
    let echo = ask(&client, "GET", &format!("{}/wire?case=three", playground.api), &[], "").await;
    assert_eq!(json(&echo)["path"], "/wire");

    let wire =
        json(&ask(&client, "GET", &format!("{}/wire?case=one", playground.page), &[], "").await);
    let seen = wire.as_array().into_iter().flatten().map(|one| {
        json!([
            one["kind"],
            one["method"],
            one["target"],
            one["status"],
            one["ran"],
            one["explanation"]
        ])
    });
    assert_eq!(
        seen.collect::<Value>(),
        json!([
            [
                "preflight",
                "OPTIONS",
                "/x?case=one",
                204,
                false,
                "refused: method \"PUT\" is not allowed; to allow it, add \"PUT\" to allow_methods",
            ],
            ["actual", "GET", "/x?case=one", 200, true, "granted: the origin is allowed"],
        ]),
    );
    let has = |lines: &Value, name: &str, value: &str| {
        lines.as_array().is_some_and(|lines| lines.contains(&json!([name, value])))
    };
    assert!(has(&wire[0]["request"], "access-control-request-method", "PUT"));
    assert!(has(&wire[1]["response"], "access-control-allow-origin", "https://app.example.com"));
}

#[tokio::test]
async fn a_page_at_any_origin_is_simulated() {
    let (_directory, path) = file("cors.toml", "allow_origin = \"https://app.example.com\"\n");
    let playground = Playground::start(&[OsStr::new("--policy"), path.as_os_str()]);
    let client = client(Version::HTTP_11);
    let what_if = async |query: &str| {
        let url = format!("{}/what-if?{query}", playground.page);
        json(&ask(&client, "GET", &url, &[], "").await)
    };

    let readable = what_if("origin=https://app.example.com&path=/x").await;
    assert_eq!(readable["result"], json!({ "outcome": "readable", "status": 200 }));
    assert_eq!(readable["wire"][0]["explanation"], "granted: the origin is allowed");

    let blocked = what_if("origin=https://evil.example&path=/x").await;
    assert_eq!(blocked["result"]["outcome"], "blocked");
    assert!(blocked["result"]["suggestion"].is_string(), "{blocked}");
    let explanation = blocked["wire"][0]["explanation"].as_str().unwrap();
    assert!(explanation.starts_with("refused: origin \"https://evil.example\""), "{explanation}");

    let preflight =
        what_if("origin=https://app.example.com&path=/x&method=PUT&headers=x-a:1").await;
    assert_eq!(preflight["result"]["outcome"], "blocked");
    assert_eq!(preflight["wire"][0]["kind"], "preflight");
    let explanation = preflight["wire"][0]["explanation"].as_str().unwrap();
    for missing in ["method \"PUT\"", "request header \"x-a\""] {
        assert!(explanation.contains(missing), "{explanation}");
    }

    let opaque = what_if("origin=null&path=/x").await;
    assert_eq!(opaque["result"]["outcome"], "blocked");

    // A line that is not a header is named, and nothing is sent without it.
    let by_browser = "write a name of letters, digits and hyphens, and a value on one line";
    #[rustfmt::skip]
    let rows = [
        ("authorization", "the header \"authorization\" has no colon", "write \"authorization: value\""),
        ("x-a: 1%0A%0Ax-b 2", "the header \"x-b 2\" has no colon", "write \"x-b: 2\""),
        ("/x", "the header \"/x\" has no colon", "write \"name: value\""),
        ("bad header: 1", "the header \"bad header\" with the value \"1\" is not valid", by_browser),
        (": 1", "the header \"\" with the value \"1\" is not valid", by_browser),
    ];
    for (headers, reason, suggestion) in rows {
        let headers = headers.replace(' ', "%20");
        let query = format!("origin=https://app.example.com&path=/x&headers={headers}");
        let answer = what_if(&query).await;
        assert_eq!(answer["result"]["reason"], reason, "{answer}");
        assert_eq!(answer["result"]["suggestion"], suggestion, "{answer}");
        assert_eq!(answer["wire"], json!([]), "{answer}");
    }
}

/// A page at its own name, which leads to this server: to the browser, that is the same origin.
#[tokio::test]
async fn rebinding_is_simulated() {
    let playground = Playground::start(&[]);
    let client = client(Version::HTTP_11);
    for (path, status, ran) in [("/tool/run", 403, false), ("/app/run", 200, true)] {
        let site = "http://rebound.example:3000";
        let url = format!("{}/what-if?origin={site}&path={site}{path}", playground.page);
        let answer = json(&ask(&client, "GET", &url, &[], "").await);
        assert_eq!(answer["result"], json!({ "outcome": "readable", "status": status }), "{path}");
        assert_eq!(answer["wire"][0]["ran"], ran, "{path}");
    }
}

/// What the built-in policies show besides origins, as any client sees it.
#[tokio::test]
async fn the_built_in_policies_over_http() {
    struct Row {
        what: &'static str,
        path: &'static str,
        host: Option<&'static str>,
        origin: String,
        status: u16,
        explanation: &'static str,
        shadow: Option<&'static str>,
    }
    let playground = Playground::start(&[]);
    let client = client(Version::HTTP_11);
    let port = playground.page.rsplit_once(':').expect("a port").1;
    let page = playground.page.clone();
    let frame = |host: &str| format!("http://{host}.localhost:{port}");
    let row = |what, path, origin, status, explanation| Row {
        what,
        path,
        host: None,
        origin,
        status,
        explanation,
        shadow: None,
    };
    let rows = [
        row("an expression", "/numbered/x", frame("a"), 200, "granted"),
        row("an expression is anchored", "/numbered/x", frame("b.a"), 200, "is not allowed"),
        row("a listed host", "/tool/x", page.clone(), 200, "granted"),
        Row {
            host: Some("other.example"),
            ..row("another host", "/tool/x", page.clone(), 403, "host \"other.example\"")
        },
        row("no hosts listed", "/app/x", page.clone(), 200, "granted"),
        Row {
            shadow: Some("granted"),
            ..row("the shadow agrees", "/trial/x", page.clone(), 200, "granted")
        },
        Row {
            shadow: Some("is not allowed"),
            ..row("the shadow differs", "/trial/x", frame("a"), 200, "granted")
        },
    ];
    for (i, row) in rows.iter().enumerate() {
        let url = format!("{}{}?case=built-in-{i}", playground.api, row.path);
        let mut headers = vec![("origin", row.origin.as_bytes())];
        headers.extend(row.host.map(|host| ("host", host.as_bytes())));
        let response = ask(&client, "GET", &url, &headers, "").await;
        assert_eq!(response.status(), row.status, "{}", row.what);
        let wire = format!("{}/wire?case=built-in-{i}", playground.page);
        let wire = json(&ask(&client, "GET", &wire, &[], "").await);
        let says =
            |key: &str, words: &str| wire[0][key].as_str().is_some_and(|text| text.contains(words));
        assert!(says("explanation", row.explanation), "{}: {wire}", row.what);
        match row.shadow {
            Some(words) => assert!(says("shadow", words), "{}: {wire}", row.what),
            None => assert!(wire[0].get("shadow").is_none(), "{}: {wire}", row.what),
        }
    }
}

#[test]
fn a_bad_policy_file_is_all_its_errors_and_exit_status_2() {
    let toml = "allow_origins = \"*\"\nallow_origin = [\"https://a.example/\", \"b.example\"]\nmax_age = \"soon\"\n";
    let json = "{\n\"allow_origin\": \"*\",\n\"allow_credentials\": true,\n\"allow_methods\": [\"put\", 7]\n}\n";
    for (name, text, places) in [
        (
            "bad.toml",
            toml,
            &[
                ":1: unknown key `allow_origins`",
                ":2: allow_origin[0]",
                ":2: allow_origin[1]",
                ":3: max_age",
            ][..],
        ),
        ("bad.json", json, &["allow_credentials", ":4: allow_methods[0]", ":4: allow_methods[1]"]),
        ("broken.toml", "allow_origin = [", &["broken.toml"]),
        ("broken.json", "{", &["broken.json"]),
        ("empty.toml", "", &["allow_origin"]),
    ] {
        let (_directory, path) = file(name, text);
        let ended = run(&["--policy".as_ref(), path.as_os_str()]);
        assert_eq!(ended.status, Some(2), "{name}: {ended:?}");
        assert_eq!(ended.stdout, "", "{name}");
        assert_eq!(ended.stderr.lines().count(), places.len(), "{name}: {}", ended.stderr);
        for place in places {
            assert!(ended.stderr.contains(place), "{name}: {place} in {}", ended.stderr);
        }
        for line in ended.stderr.lines() {
            assert!(line.starts_with(&path.display().to_string()), "{name}: {line}");
        }
    }
}

#[test]
fn options() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let taken =
        taken.local_addr().map(|address| (taken, address.to_string())).expect("its address");
    for (args, status, stderr) in [
        (&["--port", "1"][..], 2, "--port is not a valid option; see --help\n"),
        (&["policy.toml"], 2, "policy.toml is not a valid option; see --help\n"),
        (&["--api"], 2, "--api needs a value; see --help\n"),
        (&["--page="], 2, "--page needs a value; see --help\n"),
        (
            &["--api", "localhost"],
            2,
            "--api: \"localhost\" is not a valid address; write one such as 127.0.0.1:3000\n",
        ),
        (
            &["--page=127.0.0.1:70000"],
            2,
            "--page: \"127.0.0.1:70000\" is not a valid address; write one such as 127.0.0.1:3000\n",
        ),
        (
            &["--api", &taken.1, "--page", "127.0.0.1:0"],
            1,
            &format!("--api {}: Address already in use (os error 98)\n", taken.1),
        ),
    ] {
        let ended = run(&args.iter().map(OsStr::new).collect::<Vec<_>>());
        assert_eq!(ended.status, Some(status), "{args:?}: {ended:?}");
        assert_eq!(ended.stdout, "", "{args:?}");
        if status == 2 || cfg!(target_os = "linux") {
            assert_eq!(ended.stderr, stderr, "{args:?}");
        }
    }
    let missing = run(&["--policy".as_ref(), "no/such/file.toml".as_ref()]);
    assert_eq!((missing.status, missing.stderr.lines().count()), (Some(2), 1), "{missing:?}");
    let help = run(&["--help".as_ref()]);
    assert_eq!((help.status, help.stderr.as_str()), (Some(0), ""));
    for option in ["--policy FILE", "--api ADDR", "--page ADDR"] {
        assert!(help.stdout.contains(option), "{option}");
    }
}
