//! No input makes it panic.

use http::{Request, Response};
use proptest::prelude::*;
use tower_browser::{
    Browser, Page,
    options::{Credentials, Mode},
};

use crate::support::{PAGE, Server, open, run, verdict, wire_of};

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn does_not_panic(
        page in "(https?|tauri)?:?/?/?[a-zA-Z0-9.:@\\[\\]\\\\/%-]{0,20}|.{0,20}",
        url in "(https?:)?/{0,2}[a-z0-9.:@\\[\\]\\\\/%?#-]{0,20}|.{0,20}",
        method in "[A-Za-z*]{0,6}|.{0,6}",
        name in "[A-Za-z-]{0,14}|.{0,6}",
        value in "[ -~]{0,20}|.{0,20}",
        location in "(https?:)?/{0,2}[a-z0-9.:@\\[\\]\\\\/%?#-]{0,20}",
        set in proptest::collection::vec(("(access-control-allow-(origin|methods|headers|credentials)|access-control-(max-age|expose-headers)|timing-allow-origin|vary|cache-control|set-cookie|location)", "[ -~]{0,20}"), 0..6),
        status in 200_u16..600,
    ) {
        let server = Server(move |_: Request<Vec<u8>>| {
            let mut response = Response::builder().status(status).header("location", &location);
            for (name, value) in &set {
                response = response.header(name, value);
            }
            response.body(Vec::new()).unwrap()
        });
        let page = Browser::new().http_cache(true).page(page);
        let mut fetch = page.fetch(url).method(method).header(name, value);
        for mode in [Mode::Cors, Mode::NoCors, Mode::SameOrigin] {
            fetch = fetch.mode(mode).credentials(Credentials::Include);
            let outcome = run(fetch.clone().send(server.clone()));
            prop_assert!(!verdict(&outcome).is_empty());
        }
    }

    #[test]
    fn an_absolute_url_survives_a_second_parse(
        url in "https?://[a-z0-9.-]{1,12}(:[0-9]{1,5})?/[ -~]{0,20}"
    ) {
        let first = run(Page::at(PAGE).fetch(url).send(open()));
        if let Some(exchange) = wire_of(&first).first() {
            let second = run(Page::at(PAGE).fetch(exchange.url()).send(open()));
            prop_assert_eq!(wire_of(&second)[0].url(), exchange.url());
        }
    }
}
