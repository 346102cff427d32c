//! The command line: exit statuses, texts, JSON.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

struct Run {
    status: i32,
    out: String,
    err: String,
}

impl Run {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap()
    }
}

fn run(arguments: &[&str]) -> Run {
    let Output { status, stdout, stderr } =
        Command::new(env!("CARGO_BIN_EXE_cors-doctor")).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { status: status.code().unwrap(), out: text(stdout), err: text(stderr) }
}

struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, text: &str) -> String {
        self.bytes(name, text.as_bytes())
    }

    fn bytes(&self, name: &str, text: &[u8]) -> String {
        let path: PathBuf = self.0.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    }
}

const APP: &str = r#"
[[policy]]
name = "app"
paths = ["/api/{*rest}"]
allow_origin = ["https://app.example.com"]
allow_methods = ["PUT"]
"#;

#[test]
fn check_prints_all_errors_with_their_lines() {
    let files = Files::new();
    let good = files.write("good.toml", APP);
    let bad = files.write("bad.toml", "allow_origin = \"https://a.example/\"\nmax_age = \"x\"\n");
    let valid = run(&["check", &good]);
    assert_eq!((valid.status, valid.out.as_str()), (0, format!("{good}: valid\n").as_str()));
    assert_eq!(run(&["check", &good, "--json"]).json()["valid"], true);

    let invalid = run(&["check", &bad]);
    assert_eq!(invalid.status, 1);
    let lines: Vec<&str> = invalid.out.lines().collect();
    assert!(lines[0].starts_with(&format!("{bad}:1: allow_origin")), "{}", invalid.out);
    assert!(lines[0].contains("write \"https://a.example\""), "{}", invalid.out);
    assert!(lines[1].starts_with(&format!("{bad}:2: max_age")), "{}", invalid.out);
    assert_eq!(lines[2], "2 errors");
    let json = run(&["check", &bad, "--json"]);
    assert_eq!((json.status, &json.json()["errors"][1]["line"]), (1, &2.into()));

    let missing = run(&["check", "/no/such/file.toml"]);
    assert_eq!(missing.status, 2, "{}", missing.out);
}

#[test]
fn explain_says_what_the_policy_and_the_browser_make_of_it() {
    let files = Files::new();
    let file = files.write("cors.toml", APP);
    let explain = |arguments: &[&str]| run(&[&["explain", &file][..], arguments].concat());
    let rows: [(&str, &[&str], i32, &[&str]); 6] = [
        (
            "granted",
            &["--origin", "https://app.example.com", "--method", "PUT", "--path", "/api/x"],
            0,
            &["preflight OPTIONS: granted", "request PUT: granted", "the page can read the answer"],
        ),
        (
            "another scheme",
            &["--origin", "http://app.example.com", "--path", "/api/x"],
            1,
            &["request GET: refused", "the scheme differs", "the page cannot read the answer"],
        ),
        (
            "a method",
            &["--origin", "https://app.example.com", "-X", "DELETE", "--path", "/api/x"],
            1,
            &["method \"DELETE\" is not allowed", "the method \"DELETE\" is not in the response"],
        ),
        (
            "a header",
            &["--origin", "https://app.example.com", "-H", "x-token: 1", "--path", "/api/x"],
            1,
            &["\"x-token\"", "the request header \"x-token\" is not in the response"],
        ),
        (
            "no policy",
            &["--origin", "https://app.example.com", "--path", "/other"],
            1,
            &["no policy covers this path"],
        ),
        (
            "a page without an origin",
            &["--origin", "null", "--path", "/api/x"],
            1,
            &["request GET: refused"],
        ),
    ];
    for (what, arguments, status, texts) in rows {
        let run = explain(arguments);
        assert_eq!(run.status, status, "{what}: {}{}", run.out, run.err);
        for text in texts {
            assert!(run.out.contains(text), "{what}: {text:?} is not in {}", run.out);
        }
    }
    let json = explain(&[
        "--origin",
        "https://app.example.com",
        "-X",
        "DELETE",
        "--path",
        "/api/x",
        "--json",
    ]);
    assert_eq!(json.json()["readable"], false);
    assert_eq!(json.json()["suggestion"], "add \"DELETE\" to the allowed methods");

    // The response does not tell that no policy covers it: the suggestion is for the file.
    let uncovered =
        explain(&["--origin", "https://app.example.com", "--path", "/x", "--json"]).json();
    assert_eq!(uncovered["culprit"], "no policy covers this path");
    assert_eq!(uncovered["suggestion"], "add the path to the `paths` of a policy");

    let rows: [(&[&str], &str); 5] = [
        (
            &["--origin", "https://app.example.com", "--host", "https://api.example.com:8080/x"],
            "--host: \"https://api.example.com:8080/x\" is not a host; write \"api.example.com:8080\"",
        ),
        (&["--origin", "nonsense"], "--origin: \"nonsense\" has no scheme; begin with"),
        (
            &["--page", "localhost:3000"],
            "\"localhost:3000\" has no scheme; write \"http://localhost:3000\"",
        ),
        (&["--origin", "https://app.example.com", "--path", "x"], "does not begin with \"/\""),
        (&["--origin", "https://app.example.com", "-X", "P UT"], "\"P UT\" is not a valid method"),
    ];
    for (arguments, text) in rows {
        let run = explain(arguments);
        assert_eq!(run.status, 2, "{}", run.out);
        assert!(run.err.contains(text), "{}", run.err);
        let json = explain(&[arguments, &["--json"]].concat());
        assert_eq!(json.status, 2);
        assert!(json.json()["error"].as_str().unwrap().contains(text), "{}", json.out);
    }
}

#[test]
fn explain_prints_the_suggestion_for_credentials_with_any_origin() {
    let files = Files::new();
    let file = files.write("any.toml", "allow_origin = \"*\"\n");
    let page = "https://app.example.com";
    let explained = run(&["explain", &file, "--page", page, "--credentials", "include"]);
    let lines: Vec<&str> = explained.out.lines().collect();
    assert_eq!(
        lines[2..],
        [
            "  culprit: the page sends credentials, and the server allows any origin with \"*\"",
            "  suggestion: allow \"https://app.example.com\" by name and send \
             \"access-control-allow-credentials: true\", or leave credentials out of the fetch",
        ],
        "{}",
        explained.out
    );
}

#[test]
fn odd_files_are_named_and_never_panic() {
    let files = Files::new();
    let one = "allow_origin = [\"https://app.example.com\"]";
    let directory = files.0.path().display().to_string();
    let missing = files.0.path().join("missing.toml").display().to_string();
    let large = files.write("large.toml", "");
    fs::File::options().write(true).open(&large).unwrap().set_len((16 << 20) + 1).unwrap();
    #[rustfmt::skip]
    let rows: &[(&str, String, i32, &str)] = &[
        ("empty", files.write("empty.toml", ""), 1, "missing key `allow_origin`"),
        ("empty JSON", files.write("empty.json", ""), 1, "the document is empty"),
        ("white space", files.write("white.toml", " \r\n\t\n"), 1, "missing key `allow_origin`"),
        ("binary", files.bytes("binary.toml", b"\x7fELF\0\0\xff\xfe"), 2, "not valid UTF-8"),
        ("UTF-16", files.bytes("utf16.toml", b"\xff\xfea\0"), 2, "not valid UTF-8"),
        ("a byte order mark", files.write("bom.toml", &format!("\u{feff}{one}\n")), 0, "valid"),
        ("lines that end in CRLF", files.write("crlf.toml", &format!("{one}\r\nmax_age = 5\r\n")), 0, "valid"),
        ("the line of an error after CRLF", files.write("line.toml", &format!("{one}\r\nmax_ag = 5\r\n")), 1, "line.toml:2: unknown key `max_ag`"),
        ("many errors", files.write("many.toml", &format!("allow_origin = [{}]", "\"https://a.example/\",\n".repeat(999))), 1, "999 errors"),
        ("deep", files.write("deep.json", &"[".repeat(100_000)), 1, "syntax error"),
        ("large", large, 2, "it has more than 16 MiB"),
        ("a directory", directory, 2, "cannot be read"),
        ("missing", missing, 2, "cannot be read"),
    ];
    for (description, file, status, text) in rows {
        let checked = run(&["check", file]);
        let said = format!("{}{}", checked.out, checked.err);
        assert_eq!(checked.status, *status, "{description}: {said}");
        assert!(said.contains(text), "{description}: {said}");
        assert!(!said.contains("panicked"), "{description}: {said}");
        assert!(run(&["check", file, "--json"]).json().is_object(), "{description}");
        // Where `check` finds errors, the others have nothing to work with.
        let expected = if *status == 0 { 0 } else { 2 };
        let explained = run(&["explain", file, "--origin", "https://app.example.com"]);
        assert_eq!(explained.status, expected, "{description}: {}", explained.err);
        let compared = run(&["diff", file, file, "--no-wider"]);
        assert_eq!(compared.status, expected, "{description}: {}", compared.err);
    }
}

#[test]
fn diff_says_who_gains_and_who_loses() {
    let files = Files::new();
    let old = files.write("old.toml", APP);
    let wider = files.write(
        "wider.toml",
        &APP.replace(
            "\"https://app.example.com\"",
            "\"https://app.example.com\", \"https://*.example.org\"",
        )
        .replace("allow_methods = [\"PUT\"]", "allow_credentials = true"),
    );
    let narrower = files.write("narrower.toml", &APP.replace("allow_methods = [\"PUT\"]\n", ""));
    let moved = files.write("moved.toml", &APP.replace("/api/{*rest}", "/{*rest}"));

    let same = run(&["diff", &old, &old, "--no-wider"]);
    assert_eq!((same.status, same.out.as_str()), (0, "nothing changed\n"));

    let run_wider = run(&["diff", &old, &wider]);
    assert_eq!(run_wider.status, 0);
    assert_eq!(
        run_wider.out,
        "+ policy \"app\": pages of \"https://*.example.org\" can now read responses\n\
         - policy \"app\": pages can no longer use the methods \"PUT\"\n\
         + policy \"app\": requests can now carry cookies and logins\n"
    );
    assert_eq!(run(&["diff", &old, &wider, "--no-wider"]).status, 1);
    assert_eq!(run(&["diff", &old, &narrower, "--no-wider"]).status, 0);
    // Which way other paths go, nobody but the author knows: a pipeline stops.
    assert_eq!(run(&["diff", &old, &moved, "--no-wider"]).status, 1);
    let dangerous =
        APP.replace("allow_methods = [\"PUT\"]", "dangerously_allow_null_origin = true");
    let dangerous = files.write("dangerous.toml", &dangerous);
    assert_eq!(run(&["diff", &narrower, &dangerous, "--no-wider"]).status, 1);
    assert_eq!(run(&["diff", &dangerous, &narrower, "--no-wider"]).status, 0);

    let json = run(&["diff", &old, &wider, "--json"]).json();
    assert_eq!(json["widens"], true);
    assert_eq!(json["differences"][0]["direction"], "wider");
    assert_eq!(run(&["diff", &old, "/no/such/file.toml"]).status, 2);
}

#[test]
fn probe_needs_a_server_and_a_command_that_makes_sense() {
    let page = ["--page", "https://app.example.com"];
    #[rustfmt::skip]
    let rows: [(&str, &[&str], i32, &str); 14] = [
        ("no scheme", &["api.example.com/x"], 2, "\"api.example.com/x\" has no scheme; write \"https://api.example.com/x\""),
        ("no scheme, on this machine", &["localhost:4101/items?a#b"], 2, "write \"http://localhost:4101/items?a#b\""),
        ("the same by its address", &["//127.0.0.1:4101/items"], 2, "write \"http://127.0.0.1:4101/items\""),
        ("a scheme in the query only", &["[::1]:1/x?to=https://a.example"], 2, "write \"http://[::1]:1/x?to=https://a.example\""),
        ("an empty scheme", &["://api.example.com/x"], 2, "write \"https://api.example.com/x\""),
        ("empty", &[""], 2, "\"\" is not a URL; write one such as \"https://api.example.com/items\""),
        ("a name to read", &["https://api.example.com/", "--read", "x total"], 2, "--read: \"x total\" is not a valid header name"),
        ("not a URL", &["https://"], 2, "is not a valid URL"),
        ("another scheme", &["ftp://api.example.com/"], 2, "neither \"http\" nor \"https\""),
        ("a method", &["https://api.example.com/", "-X", "TRACE"], 2, "forbidden to scripts"),
        ("a cookie", &["https://api.example.com/", "--cookie", "x"], 2, "write NAME=VALUE"),
        (
            "a file",
            &["https://api.example.com/", "--ca", "/no/such/file"],
            2,
            "--ca: /no/such/file",
        ),
        ("mixed content", &["http://api.example.com/"], 1, ""),
        ("nobody listens", &["http://127.0.0.1:2/"], 2, "Connection refused"),
    ];
    for (what, arguments, status, text) in rows {
        let run = run(&[&["probe"][..], arguments, &page].concat());
        assert_eq!(run.status, status, "{what}: {}{}", run.out, run.err);
        assert!(run.err.contains(text), "{what}: {}", run.err);
    }
}

#[test]
fn probe_names_pages_without_an_origin() {
    let rows = [
        ("nonsense", "\"nonsense\" has no scheme; begin with \"https://\" or \"http://\""),
        ("localhost:3000", "\"localhost:3000\" has no scheme; write \"http://localhost:3000\""),
        ("a.example/x", "\"a.example/x\" has no scheme; write \"https://a.example\""),
        ("https://", "\"https://\" has no host; add a host after \"://\""),
        ("file:///x", "\"file:///x\" is of a page that sends `Origin: null`; write \"null\""),
    ];
    for (page, text) in rows {
        for (option, more) in [("--page", None), ("--origin", None), ("--page", Some("--dry-run"))]
        {
            let arguments = ["probe", "https://api.example.com/", option, page];
            let run = run(&arguments.into_iter().chain(more).collect::<Vec<_>>());
            // Nothing else is printed: no empty line, and no plan.
            let (out, err) = (run.out.as_str(), run.err.as_str());
            assert_eq!(
                (run.status, out, err),
                (2, "", &*format!("error: --page: {text}\n")),
                "{page}"
            );
        }
    }
}

#[test]
fn dry_run_names_every_request_and_sends_none() {
    let arguments = [
        "probe",
        "http://127.0.0.1:2/items/1",
        "--page",
        "https://app.example.com",
        "--method",
        "PUT",
        "--header",
        "authorization: secret",
        "--dry-run",
    ];
    let text = run(&arguments);
    assert_eq!(text.status, 0);
    assert!(
        text.out.starts_with(
            "would send 6 requests, one after another:\n> OPTIONS http://127.0.0.1:2/items/1"
        ),
        "{}",
        text.out
    );
    assert!(!text.out.contains("secret"), "{}", text.out);
    assert!(text.out.contains("with \"localhost\" in place of its address"), "{}", text.out);
    let json = run(&[&arguments[..], &["--json"]].concat()).json();
    assert_eq!(json["requests"].as_array().unwrap().len(), 6);
    assert_eq!(json["requests"][0]["headers"]["access-control-request-method"][0], "PUT");
}

#[test]
fn dry_run_says_why_nothing_would_be_sent() {
    let page = "https://app.example.com";
    let more = "and, if the origin is refused";
    #[rustfmt::skip]
    let rows: [(&str, &[&str], &str, bool); 5] = [
        ("a port", &["http://127.0.0.1:6000/", "--page", page], "would send no request: browsers block the port 6000\n", false),
        ("mixed content", &["http://api.example.com/", "--page", page], "would send no request: ", false),
        ("one", &["http://127.0.0.1:2/", "--page", page, "--only"], "would send 1 request:\n", false),
        ("its own origin", &["http://127.0.0.1:2/", "--page", "http://127.0.0.1:2/"], "would send 1 request:\n", false),
        ("all", &["http://127.0.0.1:2/", "--page", page], "would send 4 requests, one after another:\n", true),
    ];
    for (what, arguments, text, has_more) in rows {
        let run = run(&[&["probe", "--dry-run"][..], arguments].concat());
        assert_eq!(run.status, 0, "{what}: {}", run.err);
        assert!(run.out.starts_with(text), "{what}: {}", run.out);
        assert_eq!(run.out.contains(more), has_more, "{what}: {}", run.out);
    }
}

#[test]
fn completions_manual_and_colors() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(run(&["completions", shell]).out.contains("no-wider"), "{shell}");
    }
    let man = run(&["man"]);
    for text in [".TH cors-doctor 1", "CORS\\-DOCTOR PROBE", "dry\\-run"] {
        assert!(man.out.replace("CORS-DOCTOR", "CORS\\-DOCTOR").contains(text), "{text}");
    }
    let files = Files::new();
    let file = files.write("cors.toml", APP);
    assert!(!run(&["check", &file]).out.contains('\x1b'));
    assert!(run(&["check", &file, "--color", "always"]).out.contains('\x1b'));
    assert_eq!(run(&["no-such-command"]).status, 2);
    assert_eq!(run(&["--help"]).status, 0);
}
