//! Histories of requests through a cache that honors `Vary`: what it hands out is what the service
//! would have answered to the same request when the answer was stored.

use super::{
    draw::Draw,
    policies::{ORIGINS, policies},
    requests::answer,
};
use http::{
    HeaderMap, HeaderName, HeaderValue, Request, Response,
    header::{ORIGIN, VARY},
};
use std::rc::Rc;
use tower_cors::{
    PolicyList, Reloadable,
    routes::PolicyEntry,
    select::{ByRequest, SelectPolicy},
};

struct Stored {
    path: &'static str,
    /// The headers of the request that it answers.
    asked: HeaderMap,
    answer: HeaderMap,
    /// The service as it was then.
    then: Snapshot,
}

type Snapshot = Rc<dyn Fn(Request<()>) -> HeaderMap>;

fn snapshot<P: SelectPolicy + Clone + 'static>(policies: P) -> Snapshot {
    Rc::new(move |request| answer(policies.clone(), request, inner()).into_parts().0.headers)
}

pub(super) fn run(data: &[u8]) {
    let mut draw = Draw::new(data);
    match draw.below(3) {
        0 => {
            let known = policies();
            let first = known[draw.below(known.len())].policy.clone();
            let (reloadable, handle) = Reloadable::new(first);
            let mut then = snapshot(handle.current());
            history(&mut draw, &reloadable, move |draw| {
                if draw.below(8) == 7 {
                    handle.replace(known[draw.below(known.len())].policy.clone());
                    then = snapshot(handle.current());
                }
                then.clone()
            });
        }
        1 => {
            let list = list(&mut draw);
            let then = snapshot(list.clone());
            history(&mut draw, &list, |_| then.clone());
        }
        _ => {
            let choose = by_tenant(&mut draw).reads([HeaderName::from_static("x-tenant")]);
            let then = snapshot(choose.clone());
            history(&mut draw, &choose, |_| then.clone());
        }
    }
}

fn list(draw: &mut Draw<'_>) -> PolicyList {
    let known = policies();
    let mut builder = PolicyList::builder();
    for _ in 0..=draw.below(4) {
        let entry = if draw.below(6) == 5 {
            PolicyEntry::off()
        } else {
            PolicyEntry::new(known[draw.below(known.len())].policy.clone())
        };
        builder = builder.entry(match draw.below(3) {
            0 => entry,
            1 => entry.paths(["/a"]),
            _ => entry.paths(["/b"]),
        });
    }
    builder.build().unwrap_or_else(|_| PolicyList::from(known[0].policy.clone()))
}

fn by_tenant(
    draw: &mut Draw<'_>,
) -> ByRequest<impl Fn(&http::request::Parts) -> Option<tower_cors::Policy> + Clone + use<>> {
    let known = policies();
    let (first, second) = (draw.below(known.len()), draw.below(known.len()));
    ByRequest::new(move |parts| {
        let is_origin =
            parts.headers.get(ORIGIN).is_some_and(|origin| origin == "https://a.example");
        match parts.headers.get("x-tenant")?.as_bytes() {
            b"1" => Some(known[first].policy.clone()),
            _ if is_origin => Some(known[second].policy.clone()),
            _ => None,
        }
    })
}

fn history<P: SelectPolicy + Clone>(
    draw: &mut Draw<'_>,
    service: &P,
    mut now: impl FnMut(&mut Draw<'_>) -> Snapshot,
) {
    let mut cache: Vec<Stored> = Vec::new();
    while !draw.is_empty() {
        let now = now(draw);
        let path = draw.pick(&["/a", "/b", "/c"]);
        let origin = draw.flag().then(|| draw.pick(ORIGINS));
        let tenant = draw.pick(&[None, Some("1"), Some("2")]);
        let request = || request(path, origin, tenant);
        let headers = request().into_parts().0.headers;
        if let Some(stored) = cache.iter().find(|s| s.path == path && s.serves(&headers)) {
            assert_eq!(
                script_sees(&stored.answer, origin),
                script_sees(&(stored.then)(request()), origin),
                "{path} {headers:?}, from the cache: {:?} {:?}",
                stored.asked,
                stored.answer,
            );
            continue;
        }
        let received = answer(service.clone(), request(), inner()).into_parts().0.headers;
        if !received.get_all(VARY).iter().any(|line| line == "*") {
            cache.push(Stored { path, asked: headers, answer: received, then: now });
        }
    }
}

impl Stored {
    /// RFC 9111, section 4.1.
    fn serves(&self, headers: &HeaderMap) -> bool {
        let lines = self.answer.get_all(VARY).iter().filter_map(|line| line.to_str().ok());
        lines.flat_map(|line| line.split(',')).map(str::trim).filter(|name| !name.is_empty()).all(
            |name| {
                let of = |map: &HeaderMap| map.get_all(name).iter().cloned().collect::<Vec<_>>();
                of(&self.asked) == of(headers)
            },
        )
    }
}

fn request(path: &str, origin: Option<&'static str>, tenant: Option<&'static str>) -> Request<()> {
    let mut request = Request::new(());
    *request.uri_mut() = path.parse().expect("a path");
    let headers = request.headers_mut();
    if let Some(origin) = origin {
        headers.insert(ORIGIN, HeaderValue::from_static(origin));
    }
    if let Some(tenant) = tenant {
        headers.insert("x-tenant", HeaderValue::from_static(tenant));
    }
    request
}

fn inner() -> Response<()> {
    let mut response = Response::new(());
    response.headers_mut().insert("x-request-id", HeaderValue::from_static("7"));
    response.headers_mut().insert("cache-control", HeaderValue::from_static("max-age=600"));
    response
}

/// Whether a page of this origin may read the answer, with and without credentials (Fetch, "CORS
/// check"), and which headers of it.
fn script_sees(headers: &HeaderMap, origin: Option<&str>) -> (bool, bool, Vec<HeaderValue>) {
    let Some(origin) = origin else { return (false, false, Vec::new()) };
    let get = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let allowed = get("access-control-allow-origin");
    let credentials = get("access-control-allow-credentials") == Some("true");
    let plain = allowed == Some("*") || allowed == Some(origin);
    let exposed = headers.get_all("access-control-expose-headers").iter().cloned().collect();
    let readable = if plain { exposed } else { Vec::new() };
    (plain, allowed == Some(origin) && credentials, readable)
}
