//! Each kind of refusal, and how the engines' consoles name the culprit.

use crate::case::{Body, Call, Header, Hop, Method};
use crate::page::Frame;
use crate::rules::{Names, Origins, Rules};
use crate::table;

/// One kind of refusal.
pub(crate) struct Refusal {
    pub(crate) name: &'static str,
    pub(crate) rules: Rules,
    /// What it changes of a plain `GET`.
    pub(crate) call: fn(&mut Call),
    /// The words in which the engine names the culprit. `PAGE` stands for the page's origin.
    pub(crate) chromium: &'static str,
    pub(crate) firefox: &'static str,
    /// Whether the script is blocked; it may only be warned.
    pub(crate) blocks: bool,
}

/// All kinds, for a script of `page`.
pub(crate) fn all(page: &str) -> Vec<Refusal> {
    let mut all = of_origins(page);
    all.extend(of_names(page));
    all.extend(of_credentials(page));
    all
}

fn listed(origins: &[&str]) -> Origins {
    Origins::Listed(origins.iter().map(|&origin| origin.to_owned()).collect())
}

/// Rules that refuse the page, and do not say whom they allow.
fn refusing() -> Rules {
    let origins = listed(&["https://other.example", "https://another.example"]);
    Rules { origins, ..Rules::default() }
}

/// Rules that allow the page, and nothing else of note.
fn granting(page: &str) -> Rules {
    Rules { origins: listed(&[page, "https://other.example"]), ..Rules::default() }
}

const MISSING: &str =
    "from origin 'PAGE' has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header";

fn of_origins(page: &str) -> Vec<Refusal> {
    vec![
        Refusal {
            name: "origin",
            rules: refusing(),
            call: |_| (),
            chromium: MISSING,
            firefox: "CORS header ‘Access-Control-Allow-Origin’ missing",
            blocks: true,
        },
        Refusal {
            name: "origin, the policy naming one other",
            rules: Rules { origins: listed(&["https://other.example"]), ..Rules::default() },
            call: |_| (),
            chromium: "has a value 'https://other.example' that is not equal to the supplied origin",
            firefox: "‘Access-Control-Allow-Origin’ does not match ‘https://other.example’",
            blocks: true,
        },
        Refusal {
            name: "origin, preflight",
            rules: refusing(),
            call: |call| call.method = table::PUT,
            chromium: "from origin 'PAGE' has been blocked by CORS policy: Response to preflight \
                       request doesn't pass access control check: No 'Access-Control-Allow-Origin'",
            firefox: "CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 403",
            blocks: true,
        },
        Refusal {
            name: "origin, enforced",
            rules: Rules { enforce: true, ..refusing() },
            call: |_| (),
            chromium: MISSING,
            firefox: "CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 403",
            blocks: true,
        },
        Refusal {
            name: "null origin",
            rules: granting(page),
            call: |call| call.frame = Frame::Document,
            chromium: "from origin 'null' has been blocked by CORS policy: \
                       No 'Access-Control-Allow-Origin' header",
            firefox: "CORS header ‘Access-Control-Allow-Origin’ missing",
            blocks: true,
        },
        // Chromium names the page here, though what it sent is `null`.
        Refusal {
            name: "null origin after a redirect",
            rules: granting(page),
            call: |call| {
                let origin = call.hops[0].origin.replace("third", "site");
                call.hops.push(Hop { origin, ..call.hops[0].clone() });
                call.hops[0].status = 302;
            },
            chromium: "(redirected from 'https://api.example.com/') from origin 'PAGE' has been \
                       blocked by CORS policy: No 'Access-Control-Allow-Origin' header",
            firefox: "CORS header ‘Access-Control-Allow-Origin’ missing",
            blocks: true,
        },
    ]
}

fn of_names(page: &str) -> Vec<Refusal> {
    let methods = |methods| Rules { methods: Names::Listed(methods), ..granting(page) };
    vec![
        Refusal {
            name: "method",
            rules: methods(vec!["DELETE"]),
            call: |call| call.method = table::PUT,
            chromium: "Method PUT is not allowed by Access-Control-Allow-Methods",
            // It does not say which.
            firefox: "Did not find method in CORS header ‘Access-Control-Allow-Methods’",
            blocks: true,
        },
        Refusal {
            name: "method in lower case",
            rules: methods(vec!["PATCH"]),
            call: |call| call.method = Method { written: "patch", sent: "patch" },
            chromium: "Method patch is not allowed by Access-Control-Allow-Methods",
            firefox: "Did not find method in CORS header ‘Access-Control-Allow-Methods’",
            blocks: true,
        },
        Refusal {
            name: "header",
            rules: Rules { headers: Names::Listed(vec!["x-a"]), ..granting(page) },
            call: |call| {
                call.headers = vec![Header { name: "x-csrf-token", value: "1", safe: false }];
            },
            chromium: "Request header field x-csrf-token is not allowed by Access-Control-Allow-Headers",
            firefox: "header ‘x-csrf-token’ is not allowed according to header",
            blocks: true,
        },
        Refusal {
            name: "content type",
            rules: granting(page),
            call: |call| (call.method, call.body) = (table::SIMPLE_METHODS[2], Body::Json),
            chromium: "Request header field content-type is not allowed by Access-Control-Allow-Headers",
            firefox: "header ‘content-type’ is not allowed according to header",
            blocks: true,
        },
        // No engine refuses it, against the standard; one warns.
        Refusal {
            name: "authorization by `*`",
            rules: Rules { headers: Names::Any, ..granting(page) },
            call: |call| {
                call.headers = vec![Header { name: "authorization", value: "1", safe: false }];
            },
            chromium: "",
            firefox: "the `Authorization` header is not covered",
            blocks: false,
        },
        Refusal {
            name: "preflight answered by the router",
            rules: Rules { preflight_continue: true, ..methods(vec!["PUT"]) },
            call: |call| (call.method, call.hops[0].status) = (table::PUT, 404),
            chromium: "Response to preflight request doesn't pass access control check: \
                       It does not have HTTP ok status.",
            firefox: "CORS preflight response did not succeed). Status code: 404",
            blocks: true,
        },
    ]
}

fn of_credentials(page: &str) -> Vec<Refusal> {
    vec![
        Refusal {
            name: "credentials",
            rules: granting(page),
            call: |call| call.credentials = "include",
            chromium: "The value of the 'Access-Control-Allow-Credentials' header in the response is ''",
            firefox: "expected ‘true’ in CORS header ‘Access-Control-Allow-Credentials’",
            blocks: true,
        },
        Refusal {
            name: "credentials, any origin",
            rules: Rules::default(),
            call: |call| call.credentials = "include",
            chromium: "must not be the wildcard '*' when the request's credentials mode is 'include'",
            firefox: "Credential is not supported if the CORS header ‘Access-Control-Allow-Origin’ is ‘*’",
            blocks: true,
        },
    ]
}
