//! Redirects, hop by hop.

use http::{Request, Response};
use tower_browser::{
    Fetch, Page, Reason,
    answer::ResponseType,
    options::{Mode, Redirect},
};

use crate::support::{API, PAGE, Server, blocked, fixed, respond, run, verdict, wire_of};

/// Redirects by the path: `/302/https://…` goes there with that status; all else answers. Every
/// response grants the origin that asks.
fn redirecting() -> Server<impl FnMut(Request<Vec<u8>>) -> Response<Vec<u8>> + Clone> {
    Server(|request: Request<Vec<u8>>| {
        let origin = request.headers().get("origin").map_or("*", |value| value.to_str().unwrap());
        let grant = [
            ("access-control-allow-origin", origin),
            ("access-control-allow-credentials", "true"),
            ("access-control-allow-methods", "PUT, DELETE"),
            ("access-control-allow-headers", "authorization, x-own, content-type"),
        ];
        let path = request.uri().path();
        if request.method() == "OPTIONS" {
            return respond(204, &grant);
        }
        let Some((status, location)) = path[1..].split_once('/') else {
            return respond(200, &grant);
        };
        let mut headers = grant.to_vec();
        headers.push(("location", location));
        respond(status.parse().unwrap(), &headers)
    })
}

#[test]
fn redirects_are_followed_and_checked_hop_by_hop() {
    // What crossed the wire, each hop with its `Origin`
    type Row =
        (&'static str, &'static str, fn(Fetch) -> Fetch, &'static [&'static str], &'static str);
    #[rustfmt::skip]
    let rows: &[Row] = &[
        ("within the page's origin", "/302//end", |f| f,
         &["GET https://app.example.com/302//end -", "GET https://app.example.com/end -"], "ok"),
        ("from the page's origin to another", "/302/https://api.example.net/", |f| f,
         &["GET https://app.example.com/302/https://api.example.net/ -", "GET https://api.example.net/ https://app.example.com"],
         "ok"),
        ("within another origin", "https://api.example.net/302//end", |f| f,
         &["GET https://api.example.net/302//end https://app.example.com", "GET https://api.example.net/end https://app.example.com"],
         "ok"),
        ("from another origin to a third: the origin is tainted",
         "https://api.example.net/302/https://c.example.org/", |f| f,
         &["GET https://api.example.net/302/https://c.example.org/ https://app.example.com", "GET https://c.example.org/ null"],
         "ok"),
        ("from another origin back to the page's own: tainted too",
         "https://api.example.net/302/https://app.example.com/", |f| f,
         &["GET https://api.example.net/302/https://app.example.com/ https://app.example.com", "GET https://app.example.com/ null"],
         "ok"),
        ("from another origin to a third of the same site: tainted too",
         "https://a.example.com/302/https://b.example.com/", |f| f,
         &["GET https://a.example.com/302/https://b.example.com/ https://app.example.com", "GET https://b.example.com/ null"],
         "ok"),
        ("no-cors sends no origin", "https://api.example.net/302/https://c.example.org/", |f| f.mode(Mode::NoCors),
         &["GET https://api.example.net/302/https://c.example.org/ -", "GET https://c.example.org/ -"], "ok"),
        ("a preflight at each hop", "https://api.example.net/307//end", |f| f.method("PUT"),
         &["OPTIONS https://api.example.net/307//end https://app.example.com", "PUT https://api.example.net/307//end https://app.example.com", "OPTIONS https://api.example.net/end https://app.example.com", "PUT https://api.example.net/end https://app.example.com"],
         "ok"),
        ("a preflight of a tainted origin", "https://api.example.net/308/https://c.example.org/",
         |f| f.method("DELETE"),
         &["OPTIONS https://api.example.net/308/https://c.example.org/ https://app.example.com", "DELETE https://api.example.net/308/https://c.example.org/ https://app.example.com", "OPTIONS https://c.example.org/ null", "DELETE https://c.example.org/ null"],
         "ok"),
        ("a preflight only where it becomes another origin's", "/307/https://api.example.net/", |f| f.method("PUT"),
         &["PUT https://app.example.com/307/https://api.example.net/ https://app.example.com", "OPTIONS https://api.example.net/ https://app.example.com", "PUT https://api.example.net/ https://app.example.com"],
         "ok"),
        ("a preflight on the way back to the page's own origin", "https://api.example.net/307/https://app.example.com/",
         |f| f.method("PUT"),
         &["OPTIONS https://api.example.net/307/https://app.example.com/ https://app.example.com",
           "PUT https://api.example.net/307/https://app.example.com/ https://app.example.com",
           "OPTIONS https://app.example.com/ null", "PUT https://app.example.com/ null"], "ok"),
        ("same-origin may not leave", "/302/https://api.example.net/", |f| f.mode(Mode::SameOrigin),
         &["GET https://app.example.com/302/https://api.example.net/ -"],
         "\"https://api.example.net/\" belongs to another origin, and the mode is \"same-origin\""),
        ("to http: mixed content", "/302/http://api.example.net/", |f| f,
         &["GET https://app.example.com/302/http://api.example.net/ -"],
         "\"http://api.example.net/\" is mixed content: an https page can fetch only over https"),
        ("to a bad port", "/302/https://api.example.net:25/", |f| f,
         &["GET https://app.example.com/302/https://api.example.net:25/ -"], "browsers block the port 25"),
        ("to another scheme", "/302/data:,x", |f| f, &["GET https://app.example.com/302/data:,x -"],
         "the scheme of \"data:,x\" is neither \"http\" nor \"https\""),
        ("to no URL", "/302/https://", |f| f, &["GET https://app.example.com/302/https:// -"],
         "the response redirects to \"https://\", which is not a valid URL"),
        ("the mode error", "/302//end", |f| f.redirect(Redirect::Error), &["GET https://app.example.com/302//end -"],
         "the response is a redirect (status 302), and the redirect mode is \"error\""),
        ("300 is not a redirect", "/300//end", |f| f.redirect(Redirect::Error),
         &["GET https://app.example.com/300//end -"], "ok"),
        ("304 neither", "/304//end", |f| f.redirect(Redirect::Error), &["GET https://app.example.com/304//end -"],
         "ok"),
        ("user info on the way to another origin", "/302/https://u@api.example.net/", |f| f,
         &["GET https://app.example.com/302/https://u@api.example.net/ -"],
         "the response redirects to \"https://u@api.example.net/\", which has a user name or a password; that is not allowed across origins"),
        ("user info on the way back", "https://api.example.net/302/https://u:p@app.example.com/", |f| f,
         &["GET https://api.example.net/302/https://u:p@app.example.com/ https://app.example.com"],
         "the response redirects to \"https://u:p@app.example.com/\", which has a user name or a password; that is not allowed across origins"),
        ("user info at home is allowed", "/302/https://u@app.example.com/", |f| f,
         &["GET https://app.example.com/302/https://u@app.example.com/ -", "GET https://app.example.com/ -"], "ok"),
    ];
    for (description, url, write, expected, verdict_text) in rows {
        let outcome = run(write(Page::at(PAGE).fetch(*url)).send(redirecting()));
        let got: Vec<String> = wire_of(&outcome)
            .iter()
            .map(|exchange| {
                let origin = exchange.request_headers().get("origin");
                let origin = origin.map_or("-", |value| value.to_str().unwrap());
                format!("{} {} {origin}", exchange.method(), exchange.url())
            })
            .collect();
        assert_eq!(got, *expected, "{description}");
        assert_eq!(verdict(&outcome), *verdict_text, "{description}");
        if let Ok(answer) = outcome {
            let opaque = answer.response_type() == ResponseType::Opaque;
            assert_eq!(answer.is_redirected(), expected.len() > 1 && !opaque, "{description}");
            let last = wire_url(expected.last().unwrap());
            assert_eq!(answer.url(), if opaque { "" } else { last }, "{description}");
        }
    }
}

fn wire_url(line: &str) -> &str {
    line.split(' ').nth(1).unwrap()
}

#[test]
fn a_redirect_is_checked_before_it_is_followed() {
    let redirect = &[("location", "https://app.example.com/")];
    let outcome = run(Page::at(PAGE).fetch(API).send(fixed((500, &[]), (302, redirect))));
    assert!(matches!(blocked(outcome).reason(), Reason::MissingAllowOrigin { .. }));
    // Nor does `manual` get around the check.
    let fetch = Page::at(PAGE).fetch(API).redirect(Redirect::Manual);
    let outcome = run(fetch.send(fixed((500, &[]), (302, redirect))));
    assert!(matches!(blocked(outcome).reason(), Reason::MissingAllowOrigin { .. }));
}

#[test]
fn a_tainted_origin_is_not_granted_by_the_page_s_name() {
    let server = Server(|request: Request<Vec<u8>>| {
        let grant = ("access-control-allow-origin", PAGE);
        if request.headers()["host"] == "api.example.net" {
            respond(302, &[grant, ("location", "https://c.example.org/")])
        } else {
            respond(200, &[grant])
        }
    });
    let blocked = blocked(run(Page::at(PAGE).fetch(API).send(server)));
    assert_eq!(
        blocked.reason().to_string(),
        "the response's \"access-control-allow-origin\" is \"https://app.example.com\": it must be \"null\""
    );
    assert_eq!(blocked.wire().len(), 2);
}

#[test]
fn a_redirect_changes_the_method_and_drops_headers() {
    const FULL: &str =
        "authorization t, content-language en, content-length 1, content-type text/plain, x-own 1";
    #[rustfmt::skip]
    let rows = [
        ("301 makes POST a GET", 301, "POST", "/end", "GET authorization t, x-own 1"),
        ("302 makes POST a GET", 302, "POST", "/end", "GET authorization t, x-own 1"),
        ("303 makes POST a GET", 303, "POST", "/end", "GET authorization t, x-own 1"),
        ("303 makes PUT a GET", 303, "PUT", "/end", "GET authorization t, x-own 1"),
        ("301 keeps PUT", 301, "PUT", "/end", "PUT {full}"),
        ("302 keeps PUT", 302, "PUT", "/end", "PUT {full}"),
        ("307 keeps POST", 307, "POST", "/end", "POST {full}"),
        ("308 keeps POST", 308, "POST", "/end", "POST {full}"),
        ("another origin loses authorization", 307, "POST", "https://api.example.net/end",
         "POST content-language en, content-length 1, content-type text/plain, x-own 1"),
    ];
    for (description, status, method, location, expected) in rows {
        let fetch = Page::at(PAGE)
            .fetch(format!("/{status}/{location}"))
            .method(method)
            .header("authorization", "t")
            .header("x-own", "1")
            .header("content-language", "en")
            .header("content-type", "text/plain")
            .body("x");
        let outcome = run(fetch.send(redirecting()));
        assert_eq!(verdict(&outcome), "ok", "{description}");
        let last = wire_of(&outcome).last().unwrap();
        let mut headers: Vec<String> = last
            .request_headers()
            .iter()
            .filter(|(name, _)| {
                matches!(name.as_str(), "authorization" | "x-own")
                    || name.as_str().starts_with("content-")
            })
            .map(|(name, value)| format!("{name} {}", value.to_str().unwrap()))
            .collect();
        headers.sort();
        let got = format!("{} {}", last.method(), headers.join(", "));
        assert_eq!(got, expected.replace("{full}", FULL), "{description}");
    }
    let outcome = run(Page::at(PAGE).fetch("/303//end").method("HEAD").send(redirecting()));
    assert_eq!(wire_of(&outcome)[1].method(), "HEAD", "303 keeps HEAD");
}

#[test]
fn authorization_does_not_come_back_after_another_origin() {
    let server = Server(|request: Request<Vec<u8>>| {
        let origin = request.headers().get("origin").map_or("*", |value| value.to_str().unwrap());
        let grant = ("access-control-allow-origin", origin);
        let allow = ("access-control-allow-headers", "authorization");
        match (request.method().as_str(), request.headers()["host"].to_str().unwrap()) {
            ("OPTIONS", _) => respond(204, &[grant, allow]),
            (_, "api.example.net") => {
                respond(302, &[grant, ("location", "https://app.example.com/end")])
            }
            _ => respond(200, &[grant]),
        }
    });
    let fetch = Page::at(PAGE).fetch(API).header("authorization", "t");
    let outcome = run(fetch.send(server));
    assert_eq!(verdict(&outcome), "ok");
    let seen: Vec<bool> = wire_of(&outcome)
        .iter()
        .map(|exchange| exchange.request_headers().contains_key("authorization"))
        .collect();
    assert_eq!(seen, [false, true, false], "preflight, first hop, second hop");
}

#[test]
fn twenty_redirects_and_no_more() {
    for (redirects, expected) in [(20, "ok"), (21, "more than 20 redirects")] {
        let mut left = redirects;
        let server = Server(move |_: Request<Vec<u8>>| {
            if left == 0 {
                return respond(200, &[]);
            }
            left -= 1;
            respond(302, &[("location", &format!("/{left}"))])
        });
        let outcome = run(Page::at(PAGE).fetch("/start").send(server));
        assert_eq!(verdict(&outcome), expected);
        assert_eq!(wire_of(&outcome).len(), 21, "{redirects} redirects");
    }
}

#[test]
fn a_redirect_status_without_location_is_an_answer() {
    let answer = run(Page::at(PAGE).fetch("/").send(fixed((500, &[]), (302, &[])))).unwrap();
    assert_eq!((answer.status(), answer.is_redirected()), (302, false));
    let two = &[("location", "/a"), ("location", "/b")];
    let outcome = run(Page::at(PAGE).fetch("/").send(fixed((500, &[]), (302, two))));
    assert!(matches!(blocked(outcome).reason(), Reason::InvalidRedirect { .. }));
}
