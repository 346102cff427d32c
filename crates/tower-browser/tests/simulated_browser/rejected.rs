//! What `fetch()` rejects at once, what is blocked before it leaves, and URLs.

use tower_browser::{
    Page,
    options::{CacheMode, Mode, Redirect},
};

use crate::support::{API, PAGE, Write, open, run, summary, verdict, wire_of};

#[test]
fn what_never_leaves_the_browser() {
    type Row = (&'static str, Page, Write, &'static str);
    #[rustfmt::skip]
    let rows: &[Row] = &[
        ("no URL", Page::at(PAGE), |p| p.fetch("https://"), "\"https://\" is not a valid URL"),
        ("a port too high", Page::at(PAGE), |p| p.fetch("https://a:65536/"), "\"https://a:65536/\" is not a valid URL"),
        ("IPv4 that is too large", Page::at(PAGE), |p| p.fetch("https://0x7f.256.1/"),
         "\"https://0x7f.256.1/\" is not a valid URL"),
        ("relative to nothing", Page::opaque(), |p| p.fetch("/x"), "\"/x\" is not a valid URL"),
        ("user info", Page::at(PAGE), |p| p.fetch("https://u:p@a.example/"),
         "\"https://u:p@a.example/\" has a user name or a password, which `fetch()` rejects"),
        ("another scheme", Page::at(PAGE), |p| p.fetch("data:,x"),
         "the scheme of \"data:,x\" is neither \"http\" nor \"https\""),
        ("a page without origin", Page::at("nonsense"), |p| p.fetch(API),
         "the page's URL \"nonsense\" gives it no origin"),
        ("a file has an opaque origin", Page::at("file:///x"), |p| p.fetch(API),
         "the page's URL \"file:///x\" gives it no origin"),
        ("a method that is not a token", Page::at(PAGE), |p| p.fetch("/").method("G T"), "\"G T\" is not a valid method"),
        ("an empty method", Page::at(PAGE), |p| p.fetch("/").method(""), "\"\" is not a valid method"),
        ("a forbidden method, any case", Page::at(PAGE), |p| p.fetch("/").method("tRaCe"),
         "the method \"tRaCe\" is forbidden to scripts"),
        ("CONNECT", Page::at(PAGE), |p| p.fetch("/").method("CONNECT"),
         "the method \"CONNECT\" is forbidden to scripts"),
        ("TRACK", Page::at(PAGE), |p| p.fetch("/").method("TRACK"), "the method \"TRACK\" is forbidden to scripts"),
        ("PUT without CORS, even to the own origin", Page::at(PAGE),
         |p| p.fetch("/").mode(Mode::NoCors).method("put"),
         "the mode \"no-cors\" does not allow the method \"PUT\", only \"GET\", \"HEAD\" and \"POST\""),
        ("a header's name", Page::at(PAGE), |p| p.fetch("/").header("a b", "c"),
         "the header \"a b\" with the value \"c\" is not valid"),
        ("a header's value", Page::at(PAGE), |p| p.fetch("/").header("a", "b\nc"),
         "the header \"a\" with the value \"b\\nc\" is not valid"),
        ("a body with GET", Page::at(PAGE), |p| p.fetch("/").body("x"),
         "a request with the method \"GET\" cannot have a body"),
        ("a body with HEAD", Page::at(PAGE), |p| p.fetch("/").method("head").body("x"),
         "a request with the method \"HEAD\" cannot have a body"),
        ("only-if-cached", Page::at(PAGE), |p| p.fetch("/").cache(CacheMode::OnlyIfCached),
         "the cache mode \"only-if-cached\" needs the mode \"same-origin\""),
        ("only-if-cached with nothing stored", Page::at(PAGE),
         |p| p.fetch("/").mode(Mode::SameOrigin).cache(CacheMode::OnlyIfCached),
         "nothing is stored for this URL, and the cache mode is \"only-if-cached\""),
        ("a bad port", Page::at(PAGE), |p| p.fetch("https://app.example.com:6667/"), "browsers block the port 6667"),
        ("mixed content", Page::at(PAGE), |p| p.fetch("http://api.example.com/"),
         "\"http://api.example.com/\" is mixed content: an https page can fetch only over https"),
        ("mixed content in a sandboxed frame", Page::sandboxed_in(PAGE), |p| p.fetch("http://api.example.com/"),
         "\"http://api.example.com/\" is mixed content: an https page can fetch only over https"),
        ("another origin in the mode same-origin", Page::at(PAGE), |p| p.fetch(API).mode(Mode::SameOrigin),
         "\"https://api.example.net/\" belongs to another origin, and the mode is \"same-origin\""),
        ("another scheme is another origin", Page::at("http://localhost"),
         |p| p.fetch("https://localhost/").mode(Mode::SameOrigin),
         "\"https://localhost/\" belongs to another origin, and the mode is \"same-origin\""),
        ("another port is another origin", Page::at(PAGE),
         |p| p.fetch("https://app.example.com:444/").mode(Mode::SameOrigin),
         "\"https://app.example.com:444/\" belongs to another origin, and the mode is \"same-origin\""),
        ("an opaque origin has no same origin", Page::sandboxed_in(PAGE), |p| p.fetch("/").mode(Mode::SameOrigin),
         "\"https://app.example.com/\" belongs to another origin, and the mode is \"same-origin\""),
        ("no-cors with another redirect mode", Page::at(PAGE),
         |p| p.fetch(API).mode(Mode::NoCors).redirect(Redirect::Manual),
         "the mode \"no-cors\" to another origin needs the redirect mode \"follow\""),
    ];
    for (description, page, write, expected) in rows {
        let outcome = run(write(page).send(open()));
        assert_eq!(verdict(&outcome), *expected, "{description}");
        assert_eq!(summary(wire_of(&outcome)), "", "{description}");
    }
}

#[test]
fn urls_are_parsed_as_browsers_parse_them() {
    #[rustfmt::skip]
    let rows = [
        ("as it is", PAGE, "https://a.example/b?c", "https://a.example/b?c"),
        ("capitals, default port, fragment", PAGE, "HTTPS://A.Example:443/B#c", "https://a.example/B"),
        ("no path", PAGE, "https://a.example?b", "https://a.example/?b"),
        ("an empty port", PAGE, "https://a.example:/", "https://a.example/"),
        ("an empty user name", PAGE, "https://:@a.example/", "https://a.example/"),
        ("white space and control characters", PAGE, " https://a.exa\nmple/\t ", "https://a.example/"),
        ("what must be percent-encoded", PAGE, "https://a.example/ü {}?\"'",
         "https://a.example/%C3%BC%20%7B%7D?%22%27"),
        ("dots", PAGE, "https://a.example/a/./b/../%2E%2e/c/..", "https://a.example/"),
        ("backslashes", PAGE, "https:\\\\a.example\\b", "https://a.example/b"),
        ("IPv6, compressed", PAGE, "https://[2001:DB8:0:0:1:0:0:0]/", "https://[2001:db8:0:0:1::]/"),
        ("IPv6, mapped", PAGE, "https://[::ffff:192.0.2.1]/", "https://[::ffff:c000:201]/"),
        ("relative to a directory", "https://app.example.com/x/y?q", "z", "https://app.example.com/x/z"),
        ("one up", "https://app.example.com/x/y/", "../z?a", "https://app.example.com/x/z?a"),
        ("absolute path", "https://app.example.com/x/y", "/z", "https://app.example.com/z"),
        ("query only", "https://app.example.com/x/y?q", "?z", "https://app.example.com/x/y?z"),
        ("nothing", "https://app.example.com/x/y?q#f", "", "https://app.example.com/x/y?q"),
        ("fragment only", "https://app.example.com/x/y?q", "#z", "https://app.example.com/x/y?q"),
        ("scheme-relative", PAGE, "//a.example/b", "https://a.example/b"),
        ("a colon in a path does not end a scheme", "https://app.example.com/x/", "./a:b", "https://app.example.com/x/a:b"),
    ];
    for (description, page, url, expected) in rows {
        let outcome = run(Page::at(page).fetch(url).send(open()));
        assert_eq!(verdict(&outcome), "ok", "{description}");
        assert_eq!(wire_of(&outcome)[0].url(), expected, "{description}");
    }
}

#[test]
fn a_page_serializes_its_origin() {
    #[rustfmt::skip]
    let rows = [
        ("https://app.example.com/path?query#fragment", "https://app.example.com"),
        ("HTTPS://APP.example.com:443", "https://app.example.com"),
        ("http://app.example.com:443", "http://app.example.com:443"),
        ("https://app.example.com:80", "https://app.example.com:80"),
        ("http://[::1]:3000/", "http://[::1]:3000"),
        ("chrome-extension://abcdef/x.html", "chrome-extension://abcdef"),
        ("capacitor://localhost:8080", "capacitor://localhost:8080"),
    ];
    for (page, expected) in rows {
        let outcome = run(Page::at(page).fetch(API).send(open()));
        assert_eq!(wire_of(&outcome)[0].request_headers()["origin"], expected);
    }
}
