// The cases. Each is plain data: what is called, and what is predicted.
//
// calls      one fetch after the other; `from` names a frame of another origin (see run.js), `host` is
//            another name that leads to the API
// predict    sees        what the script gets of the last call: a status, "blocked", "opaque"
//            preflights  how many preflights there are on the wire
//            ran         how often the handler runs
//            says        words of the middleware's last explanation; null: no policy governs the path
//            shows       response headers the script can read;  hides: those it cannot
//            wire        all lines of a header of the last response on the wire
//            cookies     whether a cookie is on the last preflight, on the last actual request
//            timed       whether the script is told the timing
// patience   the browser's own memory plays a part: a surprise gets another chance
// console    what Chromium writes there, after "… has been blocked by CORS policy: "

const COOKIE = "set=Set-Cookie:playground%3Dyes;Path%3D/;Max-Age%3D600;SameSite%3DLax";
const put = (path) => ({ method: "PUT", path, headers: { "content-type": "application/json" }, body: '{"tea":"green"}' });
/** A call as a client of gRPC-Web makes it. */
const rpc = (more) => ({
  method: "POST", path: "/rpc/tea.Shop/Brew?set=grpc-status:0&set=grpc-message:steeped&set=x-internal:secret",
  headers: { "content-type": "application/grpc-web+proto", "x-grpc-web": "1", "x-user-agent": "playground", ...more }, body: "tea",
});

export const GROUPS = [
  {
    title: "Who may read",
    about: "A response is readable if it names the page's origin, or says that anyone may read it.",
    cases: [
      {
        id: "public", policy: "public", title: "A public API: any page may read",
        why: "`*` is the one answer for everyone, so that caches can keep one copy.",
        calls: [{ path: "/public/hello" }],
        predict: { sees: 200, preflights: 0, ran: 1, says: "granted", wire: { "access-control-allow-origin": ["*"], vary: [] } },
      },
      {
        id: "listed", policy: "app", title: "A listed origin",
        why: "One of several origins is allowed: the answer names it, and `Vary: Origin` tells caches to keep one copy for each.",
        calls: [{ path: "/app/hello" }],
        predict: { sees: 200, preflights: 0, ran: 1, says: "granted", wire: { "access-control-allow-origin": ["{page}"], vary: ["Origin"] } },
      },
      {
        id: "unlisted", policy: "partner", title: "An origin that is not listed",
        why: "The handler runs all the same, for CORS is no access control: the browser keeps its answer from the script. This page is a near miss, and tower-cors says so.",
        calls: [{ path: "/partner/hello" }],
        predict: { sees: "blocked", preflights: 0, ran: 1, says: "the scheme differs", wire: { "access-control-allow-origin": [], vary: ["Origin"] } },
        console: "No 'Access-Control-Allow-Origin' header is present on the requested resource.",
      },
      {
        id: "single", policy: "single", title: "One origin only, and it is another",
        why: "With exactly one origin the answer never varies: everyone is sent the same name, and the browser sees that it is not this page's.",
        calls: [{ path: "/single/hello" }],
        predict: { sees: "blocked", preflights: 0, ran: 1, says: "is not allowed", wire: { "access-control-allow-origin": ["https://app.example.com"], vary: [] } },
        console: "The 'Access-Control-Allow-Origin' header has a value 'https://app.example.com' that is not equal to the supplied origin.",
      },
      {
        id: "subdomain", policy: "tenants", title: "A pattern covers subdomains",
        why: "`http://*.localhost` is one or more labels before the name: this frame's origin is a subdomain of a subdomain.",
        calls: [{ path: "/tenants/hello", from: "deep" }],
        predict: { sees: 200, preflights: 0, ran: 1, says: "granted", wire: { "access-control-allow-origin": ["{deep}"], vary: ["Origin"] } },
      },
      {
        id: "parent", policy: "tenants", title: "… but not their parent",
        why: "`*.localhost` is not `localhost`. Where that one should be allowed too, it is listed beside the pattern.",
        calls: [{ path: "/tenants/hello", from: "localhost" }],
        predict: { sees: "blocked", preflights: 0, ran: 1, says: "it matches subdomains only" },
        console: "No 'Access-Control-Allow-Origin' header is present on the requested resource.",
      },
      {
        id: "expression", policy: "numbered", title: "A regular expression matches whole origins",
        why: "`allow_origin_regex` is for what no pattern can say: here exactly one letter before the name.",
        calls: [{ path: "/numbered/hello", from: "subdomain" }],
        predict: { sees: 200, preflights: 0, ran: 1, says: "granted", wire: { "access-control-allow-origin": ["{subdomain}"], vary: ["Origin"] } },
      },
      {
        id: "expression-anchored", policy: "numbered", title: "… and never only a part of one",
        why: "The expression occurs in this frame's origin, but it is anchored at both ends: nothing may stand before it or after it.",
        calls: [{ path: "/numbered/hello", from: "deep" }],
        predict: { sees: "blocked", preflights: 0, ran: 1, says: "is not allowed", wire: { "access-control-allow-origin": [], vary: ["Origin"] } },
        console: "No 'Access-Control-Allow-Origin' header is present on the requested resource.",
      },
      {
        id: "both-member", policy: "members", title: "One path, two policies: this page",
        why: "The path picks the scope, the origin picks the policy within it. This page is a member, and may send cookies.",
        calls: [{ path: "/both/hello", credentials: "include" }],
        predict: { sees: 200, preflights: 0, ran: 1, says: "granted", wire: { "access-control-allow-origin": ["{page}"], "access-control-allow-credentials": ["true"], vary: ["Origin"] } },
      },
      {
        id: "both-guest", policy: "guests", title: "One path, two policies: everyone else",
        why: "The same path, called from another origin: the second policy governs, which is for anyone. Now the answer varies, so it says so.",
        calls: [{ path: "/both/hello", from: "subdomain" }],
        predict: { sees: 200, preflights: 0, ran: 1, says: "granted", wire: { "access-control-allow-origin": ["*"], "access-control-allow-credentials": [], vary: ["Origin"] } },
      },
      {
        id: "off", policy: "elsewhere", title: "A path without any policy",
        why: "`off` leaves requests and responses entirely alone. Without CORS headers the browser blocks.",
        calls: [{ path: "/elsewhere/hello" }],
        predict: { sees: "blocked", preflights: 0, ran: 1, says: null, wire: { "access-control-allow-origin": [] } },
        console: "No 'Access-Control-Allow-Origin' header is present on the requested resource.",
      },
      {
        id: "off-own", policy: "elsewhere", title: "A path without any policy whose handler does its own",
        why: "Left alone is left alone: what the handler says of CORS goes out as it is.",
        calls: [{ path: "/elsewhere/hello?set=Access-Control-Allow-Origin:*" }],
        predict: { sees: 200, preflights: 0, ran: 1, says: null, wire: { "access-control-allow-origin": ["*"] } },
      },
    ],
  },
  {
    title: "Preflights",
    about: "Before a call that a plain HTML form could not make, the browser asks: OPTIONS, with the method and the headers to come.",
    cases: [
      {
        id: "simple-post", policy: "app", title: "A POST that needs no preflight",
        why: "A form could always send plain text anywhere, so the browser does not ask first.",
        calls: [{ method: "POST", path: "/app/items", body: "tea" }],
        predict: { sees: 200, preflights: 0, ran: 1, says: "granted" },
      },
      {
        id: "put", policy: "app", title: "PUT with JSON",
        why: "Neither PUT nor a JSON body is anything a form could send. tower-cors answers the preflight itself, the handler sees the PUT only.",
        calls: [put("/app/items/1")],
        predict: { sees: 200, preflights: 1, ran: 1, says: "granted" },
      },
      {
        id: "method", policy: "app", title: "A method that is not listed",
        why: "The preflight is answered with the full list, so that the browser can name what is missing. The DELETE is never sent.",
        calls: [{ method: "DELETE", path: "/app/items/1" }],
        predict: { sees: "blocked", preflights: 1, ran: 0, says: 'method "DELETE" is not allowed' },
        console: "Method DELETE is not allowed by Access-Control-Allow-Methods in preflight response.",
      },
      {
        id: "method-case", policy: "app", title: "patch is not PATCH",
        why: "Methods are case-sensitive, and browsers put only the oldest into upper case: GET, HEAD, POST, PUT, DELETE, OPTIONS.",
        calls: [{ method: "patch", path: "/app/items/1" }],
        predict: { sees: "blocked", preflights: 1, ran: 0, says: "methods are case-sensitive; \"PATCH\" is allowed" },
        console: "Method patch is not allowed by Access-Control-Allow-Methods in preflight response.",
      },
      {
        id: "header", policy: "app", title: "A request header that is not listed",
        why: "One header too many, and nothing is sent. The browser's console and tower-cors both name it.",
        calls: [{ path: "/app/items", headers: { "x-requested-with": "fetch", "x-trace": "7" } }],
        predict: { sees: "blocked", preflights: 1, ran: 0, says: 'request header "x-trace" is not allowed' },
        console: "Request header field x-trace is not allowed by Access-Control-Allow-Headers in preflight response.",
      },
      {
        id: "preflight-origin", policy: "partner", title: "A preflight from an origin that is not listed",
        why: "It is answered with 403 and without a single CORS header. A form's POST would have reached the handler; this PUT does not.",
        calls: [put("/partner/items/1")],
        predict: { sees: "blocked", preflights: 1, ran: 0, says: "is not allowed" },
        console: "Response to preflight request doesn't pass access control check: No 'Access-Control-Allow-Origin' header is present on the requested resource.",
      },
      {
        id: "any-header", policy: "public", title: "Any method, any header",
        why: "Without cookies `*` stands for every method and every header, all but one: see the next.",
        calls: [{ method: "DELETE", path: "/public/items/1", headers: { "x-trace": "7" } }],
        predict: { sees: 200, preflights: 1, ran: 1, says: "granted", wire: { "access-control-allow-origin": ["*"] } },
      },
      {
        id: "authorization", policy: "public", title: "Authorization, where it is not named",
        why: "By the standard `*` does not cover it. The browsers of today let it through and warn that they will not for ever, so do not rely on it: name it.",
        calls: [{ path: "/public/me", headers: { authorization: "Bearer tea" } }],
        predict: { sees: "either", preflights: 1, preflightSays: 'request header "authorization" is not allowed; `*` does not cover' },
      },
      {
        id: "authorization-named", policy: "token", title: "Authorization, named",
        why: "`*` and `authorization` side by side: right by the standard, and in every browser.",
        calls: [{ path: "/token/me", headers: { authorization: "Bearer tea" } }],
        predict: { sees: 200, preflights: 1, ran: 1, says: "granted" },
      },
      {
        id: "preset", policy: "rpc", title: "A preset: all that gRPC-Web needs",
        why: "`presets = [\"grpc-web\"]` allows the headers that its clients send, and exposes those in which they read how the call ended.",
        calls: [rpc({})],
        predict: { sees: 200, preflights: 1, ran: 1, says: "granted", shows: { "grpc-status": "0", "grpc-message": "steeped" }, hides: ["x-internal"] },
      },
      {
        id: "preset-authorization", policy: "rpc", title: "… but no credentials of any kind",
        why: "A preset never allows an origin, cookies or `authorization`: whoever wants those writes them down.",
        calls: [rpc({ authorization: "Bearer tea" })],
        predict: { sees: "blocked", preflights: 1, ran: 0, says: 'request header "authorization" is not allowed' },
        console: "Request header field authorization is not allowed by Access-Control-Allow-Headers in preflight response.",
      },
      {
        id: "remembered", policy: "app", title: "A preflight is remembered",
        why: "`max_age` lets the browser keep the answer: two calls, one preflight. (With the cache disabled in the developer tools there are two.)",
        calls: [put("/app/items/2"), put("/app/items/2")],
        patience: true,
        predict: { sees: 200, preflights: 1, ran: 2, says: "granted" },
      },
      {
        id: "unremembered", policy: "unremembered", title: "… unless it must not be",
        why: "`max_age = 0` has the browser ask each time.",
        calls: [put("/unremembered/items/2"), put("/unremembered/items/2")],
        predict: { sees: 200, preflights: 2, ran: 2, says: "granted" },
      },
      {
        id: "options", policy: "app", title: "An OPTIONS of your own",
        why: "Two OPTIONS on the wire: the first is the browser's question and is answered by tower-cors; the second is the call itself, and it reaches the handler.",
        calls: [{ method: "OPTIONS", path: "/app/items" }],
        predict: { sees: 200, preflights: 1, ran: 1, says: "granted" },
      },
      {
        id: "handed-on", policy: "handed-on", title: "A preflight that is handed on",
        why: "With `preflight_continue` the handler sees the preflights that are granted, and tower-cors puts its headers on the answer. What the handler adds to it goes out too.",
        calls: [put("/handed-on/items/1?set=x-handler:here")],
        predict: { sees: 200, preflights: 1, ran: 2, says: "granted" },
      },
    ],
  },
  {
    title: "Cookies",
    about: "Credentials need a policy that allows them, and then the answer has to name the origin: `*` will not do. Page and API differ in their port only, so they are two origins and yet one site: SameSite cookies go along.",
    cases: [
      {
        id: "cookie", policy: "app", title: "A cookie set and sent back",
        why: "The first call sets it, the second carries it; the response may be read because the policy allows credentials.",
        calls: [
          { path: `/app/login?${COOKIE}`, credentials: "include" },
          { path: "/app/me", credentials: "include" },
        ],
        predict: { sees: 200, preflights: 0, ran: 2, says: "granted", cookies: { actual: true }, wire: { "access-control-allow-credentials": ["true"] } },
      },
      {
        id: "cookie-omitted", policy: "app", title: "The same cookie, not sent",
        why: "It is the call that decides: to another origin a browser sends no cookies unless told to, here not even where the policy would allow it.",
        calls: [
          { path: `/app/login?${COOKIE}`, credentials: "include" },
          { path: "/app/me" },
        ],
        predict: { sees: 200, preflights: 0, ran: 2, says: "granted", cookies: { actual: false } },
      },
      {
        id: "cookie-preflight", policy: "app", title: "No cookie on a preflight",
        why: "The question goes without credentials, always. So a login check must stand inside of tower-cors, not outside: it would turn every preflight away.",
        calls: [
          { path: `/app/login?${COOKIE}`, credentials: "include" },
          { ...put("/app/me"), credentials: "include" },
        ],
        predict: { sees: 200, preflights: 1, ran: 2, says: "granted", cookies: { preflight: false, actual: true } },
      },
      {
        id: "cookie-public", policy: "public", title: "Cookies to a public API",
        why: "`*` never goes with credentials. tower-cors would not even build such a policy.",
        calls: [{ path: "/public/hello", credentials: "include" }],
        predict: { sees: "blocked", preflights: 0, ran: 1, says: "granted", wire: { "access-control-allow-origin": ["*"] } },
        console: "The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' when the request's credentials mode is 'include'.",
      },
      {
        id: "cookie-unallowed", policy: "handed-on", title: "Cookies where the policy does not allow them",
        why: "The origin is allowed, its cookies are not: without `Access-Control-Allow-Credentials` the browser keeps the response.",
        calls: [{ path: "/handed-on/hello", credentials: "include" }],
        predict: { sees: "blocked", preflights: 0, ran: 1, says: "granted", wire: { "access-control-allow-credentials": [] } },
        console: "The value of the 'Access-Control-Allow-Credentials' header in the response is '' which must be 'true' when the request's credentials mode is 'include'.",
      },
    ],
  },
  {
    title: "What the script can see",
    about: "Of a readable response: the status and the body always, of the headers only a few by themselves.",
    cases: [
      {
        id: "exposed", policy: "app", title: "Exposed headers, and others",
        why: "The response has both. `expose_headers` names one of them.",
        calls: [{ path: "/app/items?set=x-request-id:r-42&set=x-internal:secret" }],
        predict: { sees: 200, ran: 1, says: "granted", shows: { "x-request-id": "r-42", "content-type": "application/json" }, hides: ["x-internal", "x-echo"] },
      },
      {
        id: "exposed-all", policy: "public", title: "All headers exposed",
        why: "Without cookies `*` exposes them all.",
        calls: [{ path: "/public/items?set=x-request-id:r-42" }],
        predict: { sees: 200, ran: 1, says: "granted", shows: { "x-request-id": "r-42", "x-echo": "1" } },
      },
      {
        id: "error", policy: "app", title: "An error is readable too",
        why: "A 500 is decorated like any other response, so the script can tell a fault of the server from a fault of CORS.",
        calls: [{ path: "/app/broken?status=500" }],
        predict: { sees: 500, ran: 1, says: "granted" },
      },
      {
        id: "opaque", policy: "partner", title: "no-cors: sent, but never seen",
        why: "This mode asks nobody and shows nothing: not the status, not a header, not the body. It is no way around CORS.",
        calls: [{ path: "/partner/hello", mode: "no-cors" }],
        predict: { sees: "opaque", preflights: 0, ran: 1 },
      },
      {
        id: "timing", policy: "app", title: "Timing, where it is allowed",
        why: "`timing_allow_origin` shows the page how long each part of the call took.",
        calls: [{ path: "/app/hello" }],
        predict: { sees: 200, ran: 1, says: "granted", timed: true, wire: { "timing-allow-origin": ["{page}"] } },
      },
      {
        id: "timing-off", policy: "public", title: "… and where it is not",
        why: "Readable, yet without its timing.",
        calls: [{ path: "/public/hello" }],
        predict: { sees: 200, ran: 1, says: "granted", timed: false, wire: { "timing-allow-origin": [] } },
      },
    ],
  },
  {
    title: "What the handler says of CORS itself",
    about: "Two layers of CORS are the classic way to two headers, and with two of them a browser blocks.",
    cases: [
      {
        id: "replaced", policy: "app", title: "The handler's own headers are replaced",
        why: "Whatever the handler (or the server behind it) says, exactly one answer goes out: the policy's.",
        calls: [{ path: "/app/hello?set=Access-Control-Allow-Origin:https://old.example&set=Access-Control-Allow-Methods:*&set=Vary:Accept" }],
        predict: { sees: 200, ran: 1, says: "granted", wire: { "access-control-allow-origin": ["{page}"], "access-control-allow-methods": [], vary: ["Accept, Origin"] } },
      },
      {
        id: "no-leak", policy: "partner", title: "… and removed where nothing is granted",
        why: "An origin that the policy refuses stays refused, even if the handler would let it in.",
        calls: [{ path: "/partner/hello?set=Access-Control-Allow-Origin:*" }],
        predict: { sees: "blocked", ran: 1, says: "is not allowed", wire: { "access-control-allow-origin": [] } },
        console: "No 'Access-Control-Allow-Origin' header is present on the requested resource.",
      },
      {
        id: "kept", policy: "upstream", title: "… unless they are kept",
        why: "`inner_headers = \"keep\"`: a response that brings its own Access-Control-Allow-Origin is left as it is.",
        calls: [{ path: "/upstream/hello?set=Access-Control-Allow-Origin:*" }],
        predict: { sees: 200, ran: 1, wire: { "access-control-allow-origin": ["*"] } },
      },
      {
        id: "redirect", policy: "app", title: "A redirect into a path without a policy",
        why: "Every response on the way has to allow this page, the last one too.",
        calls: [{ path: "/app/old?status=302&set=Location:/elsewhere/new%3Fcase%3D{case}" }],
        predict: { sees: "blocked", preflights: 0, ran: 2, says: null },
        console: "No 'Access-Control-Allow-Origin' header is present on the requested resource.",
      },
    ],
  },
  {
    title: "Enforcement",
    about: "CORS only keeps scripts from reading. `enforce` is more: what comes from a refused origin does not reach the handler at all.",
    cases: [
      {
        id: "unenforced", policy: "partner", title: "Without it, a simple POST arrives",
        why: "The script cannot read the answer, but the handler has run: whatever it does is done.",
        calls: [{ method: "POST", path: "/partner/orders", body: "tea" }],
        predict: { sees: "blocked", preflights: 0, ran: 1, says: "is not allowed" },
        console: "No 'Access-Control-Allow-Origin' header is present on the requested resource.",
      },
      {
        id: "enforced", policy: "guarded", title: "With it, the POST is turned away",
        why: "The same call: 403, and the handler does not run.",
        calls: [{ method: "POST", path: "/guarded/orders", body: "tea" }],
        predict: { sees: "blocked", preflights: 0, ran: 0, says: "is not allowed", wire: { ":status": ["403"] } },
        console: "No 'Access-Control-Allow-Origin' header is present on the requested resource.",
      },
      {
        id: "enforced-get", policy: "guarded", title: "… and a GET as well",
        why: "Enforcement looks at the origin, not at the method.",
        calls: [{ path: "/guarded/orders" }],
        predict: { sees: "blocked", preflights: 0, ran: 0, says: "is not allowed", wire: { ":status": ["403"] } },
        console: "No 'Access-Control-Allow-Origin' header is present on the requested resource.",
      },
    ],
  },
  {
    title: "Hosts",
    about: "Anyone can have a name of their own lead to an address on your machine. A page at that name then has the same origin as the server, and CORS sees nothing (DNS rebinding). `allow_hosts` looks at the name.",
    cases: [
      {
        id: "host", policy: "tool", title: "A host that the server answers for",
        why: "The name in the address is one of those listed, so the policy decides as ever.",
        calls: [{ path: "/tool/run" }],
        predict: { sees: 200, preflights: 0, ran: 1, says: "granted" },
      },
      {
        id: "host-foreign", policy: "tool", title: "The same server under another name",
        why: "The origin is allowed, but the name is not: 403 before anything else is looked at.",
        calls: [{ path: "/tool/run", host: "rebound.localhost" }],
        predict: { sees: "blocked", preflights: 0, ran: 0, says: 'host "rebound.localhost', wire: { ":status": ["403"], "access-control-allow-origin": [] } },
        console: "No 'Access-Control-Allow-Origin' header is present on the requested resource.",
      },
      {
        id: "host-unchecked", policy: "app", title: "… and where no hosts are listed",
        why: "Without `allow_hosts` any name will do.",
        calls: [{ path: "/app/run", host: "rebound.localhost" }],
        predict: { sees: 200, preflights: 0, ran: 1, says: "granted" },
      },
    ],
  },
  {
    title: "A policy on trial",
    about: "`shadow = true` evaluates a policy beside the one that is in force, and reports what it would have changed. No answer changes.",
    cases: [
      {
        id: "shadow-agrees", policy: "narrower", title: "Both grant",
        why: "This page is listed in both, so the narrower policy would break nothing here.",
        calls: [{ path: "/trial/hello" }],
        predict: { sees: 200, preflights: 0, ran: 1, says: "granted", shadow: "granted" },
      },
      {
        id: "shadow-differs", policy: "narrower", title: "The shadow would refuse",
        why: "The pattern in force covers this frame. The shadow policy does not, so its report names this origin: somebody to ask before the narrower policy goes live.",
        calls: [{ path: "/trial/hello", from: "subdomain" }],
        predict: { sees: 200, preflights: 0, ran: 1, says: "granted", shadow: "is not allowed", wire: { "access-control-allow-origin": ["{subdomain}"] } },
      },
    ],
  },
  {
    title: "The origin null",
    about: "Sandboxed frames, some redirects and local files send `Origin: null`. Any site can make one, so it is nobody in particular.",
    cases: [
      {
        id: "null", policy: "app", title: "A sandboxed frame is refused",
        why: "The page is listed, but its sandboxed frame is not the page.",
        calls: [{ path: "/app/hello", from: "sandbox" }],
        predict: { sees: "blocked", preflights: 0, ran: 1, says: "origin `null` is not allowed" },
        console: "No 'Access-Control-Allow-Origin' header is present on the requested resource.",
      },
      {
        id: "null-public", policy: "public", title: "… but may read what is public",
        why: "Anyone is anyone.",
        calls: [{ path: "/public/hello", from: "sandbox" }],
        predict: { sees: 200, preflights: 0, ran: 1, says: "granted" },
      },
      {
        id: "null-allowed", policy: "sandboxed", title: "… or what is opened to it on purpose",
        why: "The setting is called `dangerously_allow_null_origin`, for that is what it is.",
        calls: [{ path: "/sandboxed/hello", from: "sandbox" }],
        predict: { sees: 200, preflights: 0, ran: 1, says: "granted", wire: { "access-control-allow-origin": ["null"] } },
      },
    ],
  },
];

/** Calls that make sense under any policy, without predictions: they show what it makes of them. */
export function common(path) {
  const observe = (id, title, why, call) => ({ id, title, why, calls: [{ path, ...call }] });
  const query = path.includes("?") ? "&" : "?";
  return [
    {
      title: "Common calls",
      about: `What the policy makes of them, under ${path}. They come from this page's origin: where the policy does not list it, see what the others say.`,
      cases: [
        observe("get", "A plain GET", "Needs no preflight; readable if the origin is allowed.", {}),
        observe("get-cookies", "GET with cookies", "Needs `allow_credentials`.", { credentials: "include" }),
        observe("error", "An error", "A 500 of the handler: readable like any other response.", { path: `${path}${query}status=500` }),
        observe("headers", "Response headers", "Which the script sees is for `expose_headers` to say.", { path: `${path}${query}set=x-request-id:r-42&set=etag:%22tea%22` }),
        observe("simple-post", "A POST that needs no preflight", "Plain text, as a form could send it.", { method: "POST", body: "tea" }),
        observe("json-post", "A POST with JSON", "Needs `content-type` in `allow_headers`.", { method: "POST", headers: { "content-type": "application/json" }, body: '{"tea":"green"}' }),
        observe("put", "PUT", "Needs `PUT` in `allow_methods`.", { method: "PUT", body: "tea" }),
        observe("patch", "PATCH", "Needs `PATCH` in `allow_methods`.", { method: "PATCH", body: "tea" }),
        observe("delete", "DELETE", "Needs `DELETE` in `allow_methods`.", { method: "DELETE" }),
        observe("options", "OPTIONS", "Needs `OPTIONS` in `allow_methods`; then it reaches the handler.", { method: "OPTIONS" }),
        observe("header", "A header of one's own", "Needs `x-requested-with` in `allow_headers`.", { headers: { "x-requested-with": "fetch" } }),
        observe("authorization", "A bearer token", "Needs `authorization` in `allow_headers`, by name.", { headers: { authorization: "Bearer tea" } }),
        observe("subdomain", "From a subdomain of localhost", "Another origin, in a frame.", { from: "subdomain" }),
        observe("null", "From a sandboxed frame", "Its origin is `null`.", { from: "sandbox" }),
      ],
    },
  ];
}
