//! What the steps of a checkup show, taken together.

use http::{HeaderMap, Method, StatusCode};

use super::step::{STRANGER, Seen};
use super::{Checkup, Finding, Kind, Purpose, Step};
use crate::allow_origin::{LOOPBACK_NAMES, split_port};
use crate::answer::ResponseType;
use crate::diagnosis::of_redirect_without_grant;
use crate::exchange::{Exchange, ExchangeKind};
use crate::header_list::{get, lossy};
use crate::reason::Reason;

const ALLOW_ORIGIN: &str = "access-control-allow-origin";
const MAX_AGE: &str = "access-control-max-age";

/// The steps, by purpose.
struct Steps<'a> {
    all: &'a [Step],
    fetch: &'a Step,
    /// The plain `GET`: a step of its own, or the fetch itself, if it is one.
    plain: Option<&'a Step>,
}

impl<'a> Steps<'a> {
    fn of(&self, purpose: &Purpose) -> impl Iterator<Item = &'a Step> {
        let purpose = purpose.clone();
        self.all.iter().filter(move |step| *step.purpose() == purpose)
    }

    /// Whether a plain `GET` of the same URL is granted.
    fn plain_is_granted(&self) -> bool {
        self.plain.is_some_and(is_granted)
    }

    fn missing_is_granted(&self) -> bool {
        self.of(&Purpose::Missing).any(is_granted)
    }
}

fn is_granted(step: &Step) -> bool {
    step.blocked().is_none() && step.request().is_some()
}

/// What is wrong, the most important first.
pub(super) fn findings(checkup: &Checkup, steps: &[Step]) -> Vec<Finding> {
    let Some(fetch) = steps.first() else { return Vec::new() };
    let own = steps.iter().find(|step| *step.purpose() == Purpose::Plain);
    let plain = own.or_else(|| checkup.fetch.is_plain_get().then_some(fetch));
    let steps = Steps { all: steps, fetch, plain };
    let mut findings: Vec<Finding> = match fetch.reason() {
        Some(reason) => vec![blocked(&steps, reason)],
        None => read(checkup, fetch),
    };
    findings.extend(preflight(&steps));
    findings.extend(other_responses(&steps));
    findings.extend(two_layers(&steps));
    findings.extend(foreign_header(&steps));
    findings.extend(max_age(&steps));
    findings.extend(vary(&steps));
    findings.extend(reflected(&steps));
    let mut kinds = Vec::new();
    findings.retain(|finding| {
        let seen = (finding.kind(), finding.culprit().to_owned());
        let is_new = !kinds.contains(&seen);
        kinds.push(seen);
        is_new
    });
    findings
}

/// The fetch itself is blocked: the reason, or what the other steps know better.
fn blocked(steps: &Steps<'_>, reason: &Reason) -> Finding {
    let url = steps.fetch.wire().last().map_or_else(
        || steps.fetch.blocked().map_or("", |blocked| blocked.url()),
        |exchange| exchange.url(),
    );
    let finding = |kind, culprit: &str, suggestion: &str| {
        let why = match reason {
            Reason::Service { error, .. } => error.to_string(),
            reason => reason.to_string(),
        };
        Finding::new(kind, format!("the page cannot read {url:?}: {why}"), culprit, suggestion)
    };
    let preflight_status = match reason {
        Reason::MissingAllowOrigin { on: ExchangeKind::Preflight, status, .. }
        | Reason::PreflightStatus { status } => Some(*status),
        _ => None,
    };
    if let Some((culprit, suggestion)) = misspelled_header(steps, reason) {
        return finding(Kind::Blocked, &culprit, suggestion);
    }
    if let Some((culprit, suggestion)) = redirected(steps, reason) {
        return finding(Kind::Redirected, &culprit, &suggestion);
    }
    match (preflight_status, reason) {
        (_, Reason::Service { .. }) if steps.of(&Purpose::Plain).any(is_answered) => finding(
            Kind::OutsideLayer,
            "the server, or a firewall or proxy before it, does not answer the preflight's \"OPTIONS\", \
             and answers \"GET\"",
            "let \"OPTIONS\" through to the CORS layer",
        ),
        (_, Reason::Service { .. }) if redirects_in_a_circle(steps.fetch) => finding(
            Kind::Redirected,
            "the server redirects in a circle",
            "fetch the final URL, and fix the redirects",
        ),
        (_, Reason::MissingAllowOrigin { status: ..400, .. }) if has_two_layers(steps) => finding(
            Kind::TwoLayers,
            "two CORS layers, and the outer one does not allow the page's origin",
            "keep one CORS layer, the outermost, and allow the origin there",
        ),
        (_, Reason::MissingAllowOrigin { status: 403, redirected_to: None, .. })
            if refuses_by_origin(steps) =>
        {
            other_form(steps, &finding).unwrap_or_else(|| not_allowed(steps, &finding))
        }
        (Some(200..=299), _) if steps.plain_is_granted() => finding(
            Kind::OptionsRoute,
            "an \"OPTIONS\" route answers the preflight instead of the CORS layer",
            "remove the \"OPTIONS\" route, or apply the CORS layer outside it",
        ),
        (Some(404 | 405 | 501), Reason::PreflightStatus { .. }) if steps.plain_is_granted() => {
            finding(
                Kind::RouteLayer,
                "the server adds CORS headers, and no route answers the preflight's \"OPTIONS\"",
                "answer preflights with 204, before method routing: in axum apply the CORS layer with \
             `Router::layer`, not `route_layer`; in nginx `return 204` where the method is `OPTIONS`",
            )
        }
        (Some(404 | 405 | 501), _) if steps.plain_is_granted() => finding(
            Kind::RouteLayer,
            "the CORS layer stands inside method routing, which answers the preflight",
            "apply the layer to the router instead of to a route: in axum `Router::layer`, not \
             `route_layer`",
        ),
        (
            _,
            Reason::PreflightRedirect { .. }
            | Reason::MissingAllowOrigin { redirected_to: Some(_), .. },
        ) => Finding::of_reason(Kind::Redirected, url, reason),
        (Some(405 | 501), _) => Finding::of_reason(Kind::RouteLayer, url, reason),
        (Some(401 | 407), _) => Finding::of_reason(Kind::LoginOutside, url, reason),
        (Some(300..), _) => Finding::of_reason(Kind::OutsideLayer, url, reason),
        (_, Reason::MissingAllowOrigin { on, status: ..400, redirected_to: None, .. }) => {
            missing(steps, *on, &finding)
                .unwrap_or_else(|| Finding::of_reason(Kind::Blocked, url, reason))
        }
        (_, Reason::MissingAllowOrigin { status: 401 | 403 | 407, .. }) => {
            Finding::of_reason(Kind::LoginOutside, url, reason)
        }
        (_, Reason::MissingAllowOrigin { status: 400.., .. }) => {
            Finding::of_reason(Kind::OutsideLayer, url, reason)
        }
        (_, Reason::WildcardWithCredentials { .. })
            if response_headers(steps.fetch)
                .any(|headers| is_true(headers, "access-control-allow-credentials")) =>
        {
            finding(
                Kind::ForeignHeader,
                "the response allows credentials and any origin at once: something outside the CORS \
                 layer sets \"access-control-allow-origin\" to \"*\", or the settings contradict each \
                 other",
                &format!(
                    "allow {:?} by name, and let only the CORS layer set the header",
                    steps.fetch.origin()
                ),
            )
        }
        _ => Finding::of_reason(Kind::Blocked, url, reason),
    }
}

fn is_answered(step: &Step) -> bool {
    step.wire().iter().any(|exchange| exchange.status().is_some())
}

/// So many redirects that a probe gave up before a browser does.
fn redirects_in_a_circle(step: &Step) -> bool {
    let redirects = |exchange: &&Exchange| exchange.status().is_some_and(|it| it.is_redirection());
    step.wire().iter().filter(redirects).count() > 8
}

/// The request itself is redirected: without CORS headers, or from https to http.
fn redirected(steps: &Steps<'_>, reason: &Reason) -> Option<(String, String)> {
    let last = steps.fetch.wire().last()?;
    match reason {
        Reason::MissingAllowOrigin { on: ExchangeKind::Actual, status: 301..=308, .. } => {
            let location = last.response_headers()?.get("location")?;
            Some(of_redirect_without_grant(last.url(), &lossy(location)))
        }
        Reason::MixedContent { url } => Some((
            format!("the server redirects to {url:?}, which an https page cannot fetch"),
            "redirect to https; if it is a login page, answer 401 instead of redirecting"
                .to_owned(),
        )),
        _ => None,
    }
}

/// There is no grant, and a header whose name looks like that of the grant.
fn misspelled_header(steps: &Steps<'_>, reason: &Reason) -> Option<(String, &'static str)> {
    if !matches!(reason, Reason::MissingAllowOrigin { .. }) {
        return None;
    }
    let headers = steps.fetch.wire().last()?.response_headers()?;
    let name = headers.keys().map(http::HeaderName::as_str).find(|name| {
        name.contains("origin") && name.contains("allow") && *name != "timing-allow-origin"
    })?;
    let culprit = format!("the server sends {name:?}, which is not a header that browsers know");
    Some((culprit, "write \"access-control-allow-origin\""))
}

/// A response with a success status has no CORS headers: who has?
fn missing(
    steps: &Steps<'_>,
    on: ExchangeKind,
    finding: &dyn Fn(Kind, &str, &str) -> Finding,
) -> Option<Finding> {
    if let Some(other_form) = other_form(steps, finding) {
        return Some(other_form);
    }
    if steps.missing_is_granted() {
        return Some(finding(
            Kind::LayerBeforeRoute,
            "the route was added after the CORS layer, which does not cover it",
            "call `layer` after the last `route`, `nest` and `merge` (Express: `app.use(cors())` before \
             the first route)",
        ));
    }
    if steps.fetch.preflight().is_some() && on != ExchangeKind::Preflight {
        return Some(finding(
            Kind::Blocked,
            "the server sends CORS headers on preflights only",
            "send them on every response, errors included",
        ));
    }
    refuses_by_origin(steps).then(|| not_allowed(steps, finding))
}

/// The page's origin is allowed with the other scheme, with or without `www.`, or with another name of
/// this machine.
fn other_form(steps: &Steps<'_>, finding: &dyn Fn(Kind, &str, &str) -> Finding) -> Option<Finding> {
    let variant = steps.of(&Purpose::Variant).find(|step| is_granted(step))?;
    let (page, allowed) = (steps.fetch.origin(), variant.origin());
    let host = page.split_once("://").map_or(page, |(_, host)| host);
    let is_local = LOOPBACK_NAMES.contains(&split_port(host).0);
    let redirect = if is_local { "open the page at" } else { "redirect the page to" };
    Some(finding(
        Kind::OtherForm,
        &format!("the server allows {allowed:?}, and the page is at {page:?}"),
        &format!("allow {page:?}, or {redirect} {allowed:?}"),
    ))
}

/// A CORS layer refuses the page's origin. Of two, the outer one removes what the inner one granted,
/// so that this looks the same.
fn not_allowed(steps: &Steps<'_>, finding: &dyn Fn(Kind, &str, &str) -> Finding) -> Finding {
    finding(
        Kind::Blocked,
        "a CORS layer answers, and does not allow the page's origin",
        &format!(
            "add {:?} to its allowed origins; if a layer lists it already, another CORS layer stands \
             outside that one and overrides it: keep one",
            steps.fetch.origin()
        ),
    )
}

/// Whether a CORS layer answers a plain `GET`, and grants nothing to the page: what it sends depends
/// on `Origin`, or names another origin. A status of 403 may be a login's, so a request without
/// `Origin` has to pass.
fn refuses_by_origin(steps: &Steps<'_>) -> bool {
    let passes = |step: Option<&Step>| {
        let status = step.and_then(Step::request).and_then(Exchange::status);
        status.is_some_and(|status| status.as_u16() < 400)
    };
    let Some(plain) = steps.plain.and_then(Step::request) else { return false };
    let Some(headers) = plain.response_headers() else { return false };
    let refuses = match get(headers, ALLOW_ORIGIN) {
        None => vary_names(headers).iter().any(|name| name == "origin"),
        Some(granted) => granted != b"*" && granted != steps.fetch.origin().as_bytes(),
    };
    let is_forbidden = plain.status() == Some(StatusCode::FORBIDDEN);
    let without_origin = steps.of(&Purpose::WithoutOrigin).next();
    refuses && (passes(steps.plain) || is_forbidden && passes(without_origin))
}

/// The fetch itself is readable: all of it?
fn read(checkup: &Checkup, fetch: &Step) -> Vec<Finding> {
    let (Some(seen), Some(exchange)) = (fetch.seen(), fetch.wire().last()) else {
        return Vec::new();
    };
    if seen.response_type == ResponseType::Opaque {
        return vec![Finding::new(
            Kind::Opaque,
            format!("the page cannot read {:?}: the answer is opaque", exchange.url()),
            "the script uses the mode \"no-cors\", which hides the response in any case",
            "leave the mode out, and have the server allow the page's origin",
        )];
    }
    let not_exposed = checkup.reads.iter().filter_map(|name| not_exposed(name, seen, exchange));
    not_exposed.chain(authorization(fetch)).collect()
}

/// A browser that lets `*` cover `Authorization` does so against the standard.
fn authorization(fetch: &Step) -> Option<Finding> {
    let preflight = fetch.preflight()?;
    let names = |headers: &HeaderMap, name| {
        let value = get(headers, name).unwrap_or_default();
        String::from_utf8_lossy(&value).to_ascii_lowercase()
    };
    let lists = |list: &str, name: &str| list.split(',').any(|item| item.trim() == name);
    let asked = names(preflight.request_headers(), "access-control-request-headers");
    let allowed = names(preflight.response_headers()?, "access-control-allow-headers");
    (lists(&asked, "authorization") && !lists(&allowed, "authorization")).then(|| {
        Finding::new(
            Kind::Authorization,
            "browsers send \"authorization\" so far, against the standard; Firefox warns that it \
             will stop",
            "\"access-control-allow-headers\" is \"*\", and \"*\" does not cover \"authorization\"",
            "list \"authorization\" by name in the allowed headers",
        )
    })
}

fn not_exposed(name: &str, seen: &Seen, exchange: &Exchange) -> Option<Finding> {
    let name = name.to_ascii_lowercase();
    let is_sent = exchange.response_headers()?.contains_key(name.as_str());
    let is_read = seen.readable.contains_key(name.as_str());
    let (culprit, suggestion) = if matches!(name.as_str(), "set-cookie" | "set-cookie2") {
        (
            format!("browsers hide {name:?} from every script, whatever the server exposes"),
            "send what the script needs in another header, or in the body".to_owned(),
        )
    } else {
        (
            format!("\"access-control-expose-headers\" does not list {name:?}"),
            format!("add {name:?} to the exposed headers"),
        )
    };
    let what = format!("the response has the header {name:?}, and the script reads `null`");
    (is_sent && !is_read).then(|| Finding::new(Kind::NotExposed, what, culprit, suggestion))
}

/// A preflight that the fetch does not need, and that an application answers all the same.
fn preflight(steps: &Steps<'_>) -> Option<Finding> {
    if steps.fetch.blocked().is_some() {
        return None;
    }
    let step = steps.of(&Purpose::Preflight).next()?;
    match step.reason()? {
        Reason::MissingAllowOrigin { on: ExchangeKind::Preflight, .. }
        | Reason::PreflightStatus { .. }
        | Reason::PreflightRedirect { .. } => {
            let all = Steps { all: steps.all, fetch: step, plain: steps.plain };
            step.reason().map(|reason| blocked(&all, reason))
        }
        _ => None,
    }
}

/// The responses that other parts of the stack make.
fn other_responses(steps: &Steps<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    // Where the fetch itself is refused for its origin, so is all else.
    let refused =
        matches!(steps.fetch.reason(), Some(Reason::MissingAllowOrigin { status: ..400, .. }));
    if refused && !steps.plain_is_granted() || refuses_by_origin(steps) {
        return findings;
    }
    for step in steps.all {
        let kind = match step.purpose() {
            Purpose::Missing => Kind::ErrorPages,
            Purpose::Plain => Kind::LoginOutside,
            Purpose::Also => Kind::OutsideLayer,
            Purpose::Panic => Kind::Panic,
            _ => continue,
        };
        let Some(reason) = step.reason() else { continue };
        let url = step.blocked().map_or("", |blocked| blocked.url());
        findings.extend(match reason {
            Reason::Service { .. } if kind == Kind::Panic => Some(Finding::new(
                kind,
                format!("the page cannot read {url:?}: the handler panicked"),
                "no layer turns the panic into a response, so the connection breaks",
                "add a layer that catches panics, inside the CORS layer",
            )),
            Reason::MissingAllowOrigin { status, .. } => outside(kind, url, *status, reason, steps),
            _ => None,
        });
    }
    findings
}

fn outside(
    kind: Kind,
    url: &str,
    status: u16,
    reason: &Reason,
    steps: &Steps<'_>,
) -> Option<Finding> {
    match kind {
        // Another layer answers here, which is found by other steps.
        Kind::ErrorPages if matches!(status, 401 | 403 | 407) || !has_layer(steps) => None,
        Kind::ErrorPages if matches!(status, 408 | 413 | 429 | 500..) => {
            Some(Finding::of_reason(Kind::OutsideLayer, url, reason))
        }
        Kind::ErrorPages => Some(Finding::new(
            kind,
            format!(
                "the page cannot read {}: {url:?} has no CORS headers (status {status})",
                if status < 400 { "what answers unknown paths" } else { "error pages" },
            ),
            "the CORS layer covers the routes only, not what answers unknown paths",
            "apply it to the whole application, after the fallback: in axum `Router::layer`, not \
             `route_layer`; in nginx `add_header … always`",
        )),
        Kind::LoginOutside if status < 400 || steps.fetch.blocked().is_some() => None,
        // A route without `GET`: an error page like that of unknown paths, which is found by itself.
        Kind::LoginOutside if matches!(status, 404 | 405) && lacks_error_pages(steps) => None,
        Kind::LoginOutside if !matches!(status, 401 | 403 | 407) => {
            Some(Finding::of_reason(Kind::OutsideLayer, url, reason))
        }
        Kind::Panic => Some(Finding::new(
            kind,
            format!("the page cannot read {url:?}: {reason}"),
            "the layer that catches panics stands outside the CORS layer",
            "move the CORS layer outside it",
        )),
        _ => Some(Finding::of_reason(kind, url, reason)),
    }
}

fn lacks_error_pages(steps: &Steps<'_>) -> bool {
    steps.of(&Purpose::Missing).any(|step| {
        matches!(step.reason(), Some(Reason::MissingAllowOrigin { status: 404 | 405, .. }))
    })
}

/// Whether anything sends CORS headers for the URL that is fetched.
fn has_layer(steps: &Steps<'_>) -> bool {
    std::iter::once(steps.fetch)
        .chain(steps.plain)
        .flat_map(response_headers)
        .any(|headers| headers.contains_key(ALLOW_ORIGIN))
}

/// Each layer adds to `Vary` what an answer depends on; two add it twice.
fn has_two_layers(steps: &Steps<'_>) -> bool {
    steps
        .plain
        .into_iter()
        .flat_map(response_headers)
        .any(|headers| vary_names(headers).iter().filter(|name| *name == "origin").count() > 1)
}

fn two_layers(steps: &Steps<'_>) -> Option<Finding> {
    has_two_layers(steps).then(|| {
        Finding::new(
            Kind::TwoLayers,
            "`Vary` lists `Origin` twice",
            "two CORS layers: the outer one answers preflights, and overrides the inner one's headers",
            "keep one CORS layer, the outermost; for settings by path, use one layer that chooses by path",
        )
    })
}

/// The preflight and the response name different origins.
fn foreign_header(steps: &Steps<'_>) -> Option<Finding> {
    let value = |exchange: &Exchange| get(exchange.response_headers()?, ALLOW_ORIGIN);
    let preflight = value(steps.fetch.preflight()?)?;
    let response = value(steps.fetch.request()?)?;
    (preflight != response && !response.contains(&b',')).then(|| {
        Finding::new(
            Kind::ForeignHeader,
            format!(
                "\"access-control-allow-origin\" is {:?} on the preflight and {:?} on the response",
                String::from_utf8_lossy(&preflight),
                String::from_utf8_lossy(&response)
            ),
            "a handler, another layer or a proxy sets the header as well as the CORS layer",
            "let only the CORS layer set it",
        )
    })
}

/// How long a preflight is remembered must be a number of seconds. With `-1`, which the standard does
/// not have, Chromium remembers nothing.
fn max_age(steps: &Steps<'_>) -> Option<Finding> {
    let headers = response_headers(steps.fetch).find(|headers| headers.contains_key(MAX_AGE))?;
    let value = String::from_utf8_lossy(&get(headers, MAX_AGE)?).into_owned();
    let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    (!is_number && value != "-1").then(|| {
        Finding::new(
            Kind::MaxAge,
            format!(
                "\"access-control-max-age\" is {value:?}, so browsers remember preflights for 5 \
                 seconds only"
            ),
            "the server writes something else than a number of seconds",
            "write a number of seconds: \"access-control-max-age: 7200\"",
        )
    })
}

/// What depends on `Origin` must say so in `Vary`, on each answer.
fn vary(steps: &Steps<'_>) -> Option<Finding> {
    let others = [Purpose::WithoutOrigin, Purpose::Stranger];
    let compared: Vec<&Exchange> = steps
        .plain
        .into_iter()
        .chain(others.iter().filter_map(|purpose| steps.of(purpose).next()))
        .filter_map(Step::request)
        .filter(|exchange| exchange.response_headers().is_some())
        .collect();
    let grant = |exchange: &&Exchange| get(exchange.response_headers()?, ALLOW_ORIGIN);
    let first = grant(compared.first()?);
    if compared.iter().all(|exchange| grant(exchange) == first) {
        return None;
    }
    let lacks = |exchange: &&&Exchange| {
        exchange.response_headers().is_some_and(|headers| {
            let names = vary_names(headers);
            let is_stored = exchange.method() == Method::GET
                && exchange.status() != Some(StatusCode::NOT_MODIFIED)
                && !is_no_store(headers);
            is_stored && !names.iter().any(|name| name == "origin" || name == "*")
        })
    };
    let culprit = compared.iter().find(lacks)?;
    let names = culprit.response_headers().map(vary_names).unwrap_or_default();
    let whose = match get(culprit.request_headers(), "origin") {
        None => "the response to a request without `Origin`".to_owned(),
        Some(origin) => format!("the response to {:?}", String::from_utf8_lossy(&origin)),
    };
    let (culprit, suggestion) = if names.is_empty() {
        (
            "the server answers by `Origin` and does not name it in `Vary`, so a cache hands one \
             page's copy to another",
            "add `Origin` to `Vary` on every response, those without CORS headers included (nginx: \
             `add_header Vary Origin always`)",
        )
    } else {
        (
            "a layer outside the CORS layer, such as compression or a cache, replaces `Vary`, or the \
             server never names `Origin` there",
            "have that layer append to `Vary`, or move the CORS layer outside it",
        )
    };
    let what = format!(
        "\"access-control-allow-origin\" depends on the request's `Origin`, and `Vary` on {whose} \
         does not say so"
    );
    Some(Finding::new(Kind::Vary, what, culprit, suggestion))
}

/// A stranger's page is granted, with credentials.
fn reflected(steps: &Steps<'_>) -> Option<Finding> {
    let step = steps.of(&Purpose::Stranger).next()?;
    let headers = step.request()?.response_headers()?;
    let granted = get(headers, ALLOW_ORIGIN).is_some_and(|value| value == STRANGER.as_bytes());
    (granted && is_true(headers, "access-control-allow-credentials")).then(|| {
        Finding::new(
            Kind::Reflected,
            format!("the server allows {STRANGER:?}, with credentials"),
            "the server copies the request's `Origin` into its answer",
            "list the origins that may act as the user; any page can now",
        )
    })
}

fn response_headers(step: &Step) -> impl Iterator<Item = &HeaderMap> {
    step.wire().iter().filter_map(Exchange::response_headers)
}

fn is_true(headers: &HeaderMap, name: &str) -> bool {
    get(headers, name).is_some_and(|value| value == b"true")
}

fn is_no_store(headers: &HeaderMap) -> bool {
    get(headers, "cache-control").is_some_and(|value| {
        String::from_utf8_lossy(&value).split(',').any(|item| item.trim() == "no-store")
    })
}

fn vary_names(headers: &HeaderMap) -> Vec<String> {
    let value = get(headers, "vary").unwrap_or_default();
    String::from_utf8_lossy(&value)
        .split(',')
        .map(|name| name.trim().to_ascii_lowercase())
        .filter(|name| !name.is_empty())
        .collect()
}
