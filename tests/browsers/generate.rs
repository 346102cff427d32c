//! Cases from a seed.

use crate::case::{Body, Call, Case, Corpus, Family, Header, Hop, Method};
use crate::engine::Kind;
use crate::page::Frame;
use crate::place::{Map, split};
use crate::random::Random;
use crate::rules::{Names, Origins, Rules};
use crate::table;

/// Calls to one address: method, headers, whether it waits until a second has gone by.
type Recipe = Vec<(Method, Vec<Header>, bool)>;

/// `count` cases, for an engine or for all: those about the HTTP cache are left out where there is
/// none, and so are most of those that an engine blocks as mixed content.
pub(crate) fn corpus(seed: u64, count: usize, map: &Map, engine: Option<Kind>) -> Corpus {
    let http_cache = engine.is_none_or(Kind::has_http_cache);
    let mixed_content = engine.is_none_or(Kind::allows_mixed_loopback);
    let mut generator =
        Generator { random: Random::new(seed), map, mixed_content, corpus: Corpus::default() };
    while generator.corpus.cases.len() < count {
        match generator.random.below(100) {
            0..=44 => generator.plain(),
            45..=52 => generator.hosts(),
            53..=57 => generator.same_origin(),
            58..=62 => generator.no_cors(),
            63..=71 => generator.limits(),
            72..=83 => generator.redirect(),
            84..=92 => generator.preflight_cache(),
            _ if http_cache => generator.http_cache(),
            _ => {}
        }
    }
    generator.corpus
}

struct Generator<'a> {
    random: Random,
    map: &'a Map,
    mixed_content: bool,
    corpus: Corpus,
}

impl Generator<'_> {
    fn add(&mut self, family: Family, page: &str, calls: Vec<Call>, preflights: Option<usize>) {
        let id = u32::try_from(self.corpus.cases.len()).unwrap_or_default();
        self.corpus.cases.push(Case {
            id,
            family,
            page: page.to_owned(),
            calls,
            preflights,
            broken: None,
        });
    }

    fn add_rules(&mut self, rules: Rules) -> usize {
        self.corpus.rules.push(rules);
        self.corpus.rules.len() - 1
    }

    /// A page; the first ones more often.
    fn page(&mut self) -> String {
        let among = if self.random.chance(70) { 3 } else { self.map.pages.len() };
        self.map.pages[self.random.below(among)].clone()
    }

    /// A page, the dotted one among them.
    fn any_page(&mut self) -> String {
        if self.random.chance(8) { self.map.dotted.clone() } else { self.page() }
    }

    fn frame(&mut self) -> Frame {
        if self.random.chance(12) { self.random.pick(&Frame::OPAQUE).clone() } else { Frame::Top }
    }

    fn api(&mut self, page: &str) -> String {
        if !self.mixed_content && split(page).0 == "https" && self.random.chance(95) {
            return self.random.pick(&self.map.secure_apis()).clone();
        }
        self.random.pick(&self.map.apis).clone()
    }

    fn hop(&mut self, origin: String, rules: usize) -> Hop {
        let status = if self.random.chance(80) {
            200
        } else {
            self.random.choose(&[201, 204, 400, 401, 404, 500, 503])
        };
        let mut set: Vec<(&str, String)> = self
            .random
            .some(&table::SET, 25)
            .into_iter()
            .map(|(name, value)| (name, value.to_owned()))
            .collect();
        if set.iter().any(|(name, _)| *name == "x-twice") {
            set.push(("x-twice", "2".to_owned()));
        }
        if self.random.chance(15) {
            set.push((
                "vary",
                self.random
                    .choose(&["accept-encoding", "Origin", "accept-language, origin"])
                    .to_owned(),
            ));
        }
        set.push(("cache-control", "no-store".to_owned()));
        Hop { origin, rules, status, set, user: false }
    }

    /// What an inner service with ideas of its own sets.
    fn meddle(&mut self, hop: &mut Hop, page: &str) {
        let origin = match self.random.below(3) {
            0 => "*".to_owned(),
            1 => page.to_owned(),
            _ => "https://else.localhost".to_owned(),
        };
        hop.set.push(("access-control-allow-origin", origin));
        if self.random.chance(50) {
            hop.set.push(("access-control-allow-credentials", "true".to_owned()));
        }
        if self.random.chance(50) {
            hop.set.push(("access-control-expose-headers", "x-request-id, x-total".to_owned()));
        }
    }

    /// Rules under which `page` has some chance.
    fn rules(&mut self, page: &str, null: bool) -> Rules {
        let origins = self.origins(page);
        let any = origins == Origins::Any;
        let enforce = !any && self.random.chance(15);
        Rules {
            null: !any && self.random.chance(if null { 60 } else { 5 }),
            methods: self.names(&table::LISTED_METHODS, false),
            headers: self.names(&table::LISTED_HEADERS, true),
            expose: self.names(&table::EXPOSED, false),
            credentials: !any && self.random.chance(50),
            max_age: [None, Some(0), Some(600)][self.random.below(3)],
            enforce,
            preflight_status: self.random.chance(20).then(|| self.random.choose(&[200, 202, 204])),
            preflight_continue: self.random.chance(8),
            keep: self.random.chance(8),
            timing: self.random.chance(40),
            origins,
            hosts: None,
        }
    }

    /// Lists hosts in some rules, so that requests to `api` have some chance.
    fn list_hosts(&mut self, mut rules: Rules, api: &str, percent: usize) -> Rules {
        if self.random.chance(percent) {
            rules.hosts = Some(self.listed_hosts(api));
        }
        rules
    }

    fn listed_hosts(&mut self, api: &str) -> Vec<String> {
        let (_, host, port) = split(api);
        let host = host.strip_suffix('.').unwrap_or(host);
        let (label, rest) = host.split_once('.').unwrap_or((host, ""));
        let mut exact = vec![
            host.to_owned(),
            host.to_ascii_uppercase(),
            format!("{host}:*"),
            format!("{host}:{port}"),
        ];
        // Each like the host in something, and none of them the host.
        let mut near = vec![
            format!("{host}:1"),
            format!("{host}:80"),
            format!("x{host}.example"),
            format!("{host}.evil.example:{port}"),
            "[::1]".to_owned(),
        ];
        let is_address = host.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        if !is_address {
            near.extend([format!("x{host}"), format!("*.{host}"), format!("x.{host}:{port}")]);
        }
        if !is_address && !rest.is_empty() {
            exact.extend([
                format!("*.{rest}"),
                format!("*.{rest}:{port}"),
                format!("{}*.{rest}", &label[..1]),
                format!("*{}.{rest}:*", &label[label.len() - 1..]),
                "*.localhost".to_owned(),
            ]);
            near.extend([rest.to_owned(), format!("*.{rest}:1"), format!("x*.{rest}:{port}")]);
        }
        let others: Vec<&String> = self.map.apis.iter().filter(|other| *other != api).collect();
        let far = others.iter().map(|other| split(other).1.to_owned()).filter(|far| far != host);
        let mut listed = self.random.some(&far.collect::<Vec<_>>(), 25);
        if self.random.chance(40) {
            listed.push(self.random.pick(&near).clone());
        }
        if self.random.chance(60) || listed.is_empty() {
            listed.push(self.random.pick(&exact).clone());
        }
        listed
    }

    fn origins(&mut self, page: &str) -> Origins {
        if self.random.chance(20) {
            return Origins::Any;
        }
        if self.random.chance(8) {
            return Origins::HostEndsWith(
                self.random.choose(&[".site.localhost", ".other.localhost"]),
            );
        }
        if self.random.chance(8) {
            return Origins::Beneath(self.random.choose(&["site.localhost", "other.localhost"]));
        }
        if page == self.map.dotted {
            return if self.random.chance(60) {
                Origins::HostEndsWith(".site.localhost.")
            } else {
                Origins::Listed(self.map.pages[..2].to_vec())
            };
        }
        let (scheme, host, port) = split(page);
        let (label, rest) = host.split_once('.').unwrap_or((host, ""));
        let exact = vec![
            page.to_owned(),
            format!("{scheme}://{host}:*"),
            format!("{scheme}://*.{rest}:{port}"),
            format!("{scheme}://*.{rest}:*"),
            format!("{scheme}://*.localhost:*"),
            format!("{scheme}://{}*.{rest}:{port}", &label[..1]),
            format!("{scheme}://*{}.{rest}:*", &label[label.len() - 1..]),
        ];
        // Each like the page in something, and none of them the page.
        let near = vec![
            format!("{scheme}://{host}"),
            format!("{scheme}://{rest}:{port}"),
            format!("{scheme}://*.{host}:{port}"),
            format!("{scheme}://x*.{rest}:{port}"),
            format!("{}://{host}:{port}", if scheme == "http" { "https" } else { "http" }),
            format!("{scheme}://{host}.example:{port}"),
        ];
        let far: Vec<String> =
            self.map.pages.iter().filter(|other| *other != page).cloned().collect();
        let mut listed = self.random.some(&far, 25);
        if self.random.chance(30) {
            listed.push(self.random.pick(&near).clone());
        }
        if self.random.chance(70) || listed.is_empty() {
            listed.push(self.random.pick(&exact).clone());
        }
        Origins::Listed(listed)
    }

    fn names(&mut self, among: &[&'static str], named_star: bool) -> Names {
        match self.random.below(10) {
            0..=1 => Names::Unset,
            2..=6 => {
                let some = self.random.some(among, 55);
                if some.is_empty() { Names::Unset } else { Names::Listed(some) }
            }
            7 if named_star => Names::AnyAnd(vec!["authorization"]),
            _ => Names::Any,
        }
    }

    fn headers(&mut self, among: &[Header], percent: usize) -> Vec<Header> {
        let mut headers: Vec<Header> = Vec::new();
        for header in self.random.some(among, percent) {
            // A name twice is joined by some engines before they look at its length.
            if headers.iter().all(|earlier| earlier.name != header.name) {
                headers.push(header);
            }
        }
        headers
    }

    /// A call with nothing of note.
    fn call(&mut self, frame: Frame, hop: Hop) -> Call {
        Call {
            frame,
            method: table::GET,
            headers: Vec::new(),
            body: Body::None,
            credentials: self.random.choose(&["omit", "same-origin", "include", "include"]),
            mode: "cors",
            redirect: "follow",
            hops: vec![hop],
            wait: 0,
            timing: false,
        }
    }

    fn random_method(&mut self, call: &mut Call) {
        let simple = self.random.chance(60);
        call.method = if simple {
            self.random.choose(&table::SIMPLE_METHODS)
        } else {
            self.random.choose(&table::OTHER_METHODS)
        };
        if !["GET", "HEAD"].contains(&call.method.sent) && self.random.chance(60) {
            call.body = self.random.choose(&[
                Body::Text,
                Body::Form,
                Body::Multipart,
                Body::Json,
                Body::Bytes,
            ]);
        }
    }

    fn plain(&mut self) {
        let (page, frame) = (self.any_page(), self.frame());
        let api = self.api(&page);
        let rules = self.rules(&page, frame != Frame::Top);
        let rules = self.list_hosts(rules, &api, 10);
        let keep = rules.keep;
        let rules = self.add_rules(rules);
        let mut hop = self.hop(api, rules);
        if self.random.chance(if keep { 60 } else { 10 }) {
            self.meddle(&mut hop, &page);
        }
        let mut call = self.call(frame, hop);
        self.random_method(&mut call);
        let percent = self.random.choose(&[0, 0, 8, 15]);
        call.headers = self.headers(&table::HEADERS, percent);
        call.timing = self.random.chance(30);
        self.add(Family::Plain, &page, vec![call], None);
    }

    fn same_origin(&mut self) {
        let page = self.any_page();
        let rules = self.rules(&page, false);
        let rules = self.list_hosts(rules, &page, 25);
        let rules = self.add_rules(rules);
        let hop = self.hop(page.clone(), rules);
        let mut call = self.call(Frame::Top, hop);
        self.random_method(&mut call);
        call.headers = self.headers(&table::HEADERS, 10);
        call.mode = self.random.choose(&["cors", "same-origin"]);
        self.add(Family::SameOrigin, &page, vec![call], None);
    }

    /// Requests to all names and ports that there are, under rules that list some of them; of the
    /// page's own origin too.
    fn hosts(&mut self) {
        let (page, frame) = (self.any_page(), self.frame());
        let plain = split(&page).0 == "http" || self.mixed_content;
        let own = frame == Frame::Top && self.random.chance(30);
        let api = if own {
            page.clone()
        } else if plain && self.random.chance(70) {
            self.random.pick(&self.map.odd_apis).clone()
        } else {
            self.api(&page)
        };
        let mut rules = self.rules(&page, frame != Frame::Top);
        if self.random.chance(50) {
            rules.origins = if page == self.map.dotted {
                Origins::HostEndsWith(".site.localhost.")
            } else {
                Origins::Listed(vec![self.map.pages[0].clone(), page.clone()])
            };
            rules.null = true;
        }
        let rules = self.list_hosts(rules, &api, 95);
        let rules = self.add_rules(rules);
        let hop = self.hop(api, rules);
        let mut call = self.call(frame, hop);
        self.random_method(&mut call);
        let percent = self.random.choose(&[0, 0, 8]);
        call.headers = self.headers(&table::HEADERS, percent);
        let simple = call.method.sent == "GET" && call.headers.is_empty();
        if simple && self.random.chance(30) {
            call.mode = "no-cors";
        }
        self.add(Family::Hosts, &page, vec![call], None);
    }

    fn no_cors(&mut self) {
        let (page, frame) = (self.any_page(), self.frame());
        let api = self.api(&page);
        let rules = self.rules(&page, frame != Frame::Top);
        let rules = self.list_hosts(rules, &api, 10);
        let rules = self.add_rules(rules);
        let hop = self.hop(api, rules);
        let mut call = self.call(frame, hop);
        call.method = self.random.choose(&table::SIMPLE_METHODS);
        if call.method.sent == "POST" {
            call.body = self.random.choose(&[Body::Text, Body::Form, Body::None]);
        }
        call.mode = if self.random.chance(85) { "no-cors" } else { "same-origin" };
        self.add(Family::NoCors, &page, vec![call], None);
    }

    fn limits(&mut self) {
        let (page, frame) = (self.page(), self.frame());
        let mut rules = self.rules(&page, frame != Frame::Top);
        if self.random.chance(60) {
            rules.origins = Origins::Listed(vec![page.clone()]);
            rules.null = true;
        }
        let rules = self.add_rules(rules);
        let api = self.api(&page);
        let hop = self.hop(api, rules);
        let mut call = self.call(frame, hop);
        call.method = self.random.choose(&[table::GET, table::SIMPLE_METHODS[2]]);
        let limit = self.random.choose(&table::LIMITS);
        call.headers = vec![limit];
        if self.random.chance(10) {
            // All lines of safe headers together may have 1,024 bytes: eight of 128, not nine.
            let lines = self.random.choose(&[2, 8, 9]);
            call.headers = vec![table::LIMITS[0]; lines];
        }
        if call.headers.len() == 1 && self.random.chance(40) {
            let more = self.headers(&table::HEADERS[..3], 30);
            call.headers.extend(more.into_iter().filter(|header| header.name != limit.name));
        }
        self.add(Family::Limits, &page, vec![call], None);
    }

    fn redirect(&mut self) {
        let (page, frame) = (self.page(), self.frame());
        let opaque = frame != Frame::Top;
        let length = 2 + self.random.below(2);
        let mut hops = Vec::new();
        for index in 0..length {
            // One in five hops is the page's own origin.
            let origin = if self.random.chance(20) { page.clone() } else { self.api(&page) };
            let mut rules = self.rules(&page, opaque || index > 0);
            // A chain is only as strong as its weakest link: make most of them hold.
            if self.random.chance(65) {
                let credentials = self.random.chance(60);
                rules = Rules {
                    origins: if credentials {
                        Origins::Listed(vec![page.clone()])
                    } else {
                        Origins::Any
                    },
                    null: credentials,
                    credentials,
                    methods: Names::Listed(vec!["PUT", "DELETE"]),
                    headers: Names::Listed(vec!["x-a", "content-type", "authorization"]),
                    ..Rules::default()
                };
            }
            rules.timing = false;
            rules.keep = false;
            let rules = self.list_hosts(rules, &origin, 8);
            let rules = self.add_rules(rules);
            let mut hop = self.hop(origin, rules);
            if index + 1 < length {
                hop.status = self.random.choose(&[301, 302, 303, 307, 308]);
            }
            hop.user = index > 0 && self.random.chance(3);
            hops.push(hop);
        }
        let mut call = self.call(frame, hops[0].clone());
        call.hops = hops;
        call.method =
            self.random.choose(&[table::GET, table::GET, table::SIMPLE_METHODS[2], table::PUT]);
        if call.method.sent != "GET" && self.random.chance(50) {
            call.body = self.random.choose(&[Body::Text, Body::Json]);
        }
        if self.random.chance(30) {
            call.headers = vec![self.random.choose(&[table::HEADERS[9], table::HEADERS[10]])];
        }
        if self.random.chance(12) {
            call.redirect = self.random.choose(&["error", "manual"]);
        }
        self.add(Family::Redirect, &page, vec![call], None);
    }

    /// Calls to one address, and how many preflights they make.
    fn preflight_cache(&mut self) {
        let (page, frame) = (self.page(), self.frame());
        let credentials = self.random.chance(50);
        let max_age = [None, Some(600)][self.random.below(2)];
        let mut rules = Rules {
            origins: Origins::Listed(vec![page.clone(), "https://app.example".to_owned()]),
            null: true,
            methods: Names::Listed(vec!["PUT", "DELETE"]),
            headers: Names::Listed(vec!["x-a", "x-b"]),
            credentials,
            max_age,
            ..Rules::default()
        };
        let [x_a, x_b] = [table::HEADERS[10], table::HEADERS[11]];
        let refused = table::HEADERS[13];
        let (put, delete, patch, get) = (table::PUT, table::DELETE, table::PATCH, table::GET);
        let now = |method, headers: &[Header]| (method, headers.to_vec(), false);
        let (recipe, preflights): (Recipe, usize) = match self.random.below(11) {
            0 => (vec![now(put, &[]), now(put, &[])], 1),
            1 => {
                rules.max_age = Some(0);
                (vec![now(put, &[]), now(put, &[])], 2)
            }
            2 => (vec![now(put, &[]), now(delete, &[])], 1),
            3 => (vec![now(get, &[x_a]), now(get, &[x_b])], 1),
            4 => (vec![now(put, &[]), now(put, &[x_a])], 1),
            // A preflight that misses something is not remembered.
            5 => (vec![now(patch, &[]), now(put, &[])], 2),
            // And what was remembered of that address is forgotten.
            6 => (vec![now(put, &[]), now(put, &[refused]), now(put, &[])], 3),
            7 => {
                rules.max_age = Some(1);
                (vec![now(put, &[]), (put, Vec::new(), true)], 2)
            }
            // With credentials `*` mirrors: each method is asked for anew.
            8 if credentials => {
                rules.methods = Names::Any;
                (vec![now(put, &[]), now(delete, &[])], 2)
            }
            9 if credentials => {
                rules.headers = Names::Any;
                (vec![now(get, &[x_a]), now(get, &[x_a, x_b]), now(get, &[x_b])], 2)
            }
            // Without, it is remembered as a whole.
            8 => {
                rules.methods = Names::Any;
                (vec![now(put, &[]), now(delete, &[])], 1)
            }
            9 => {
                rules.headers = Names::Any;
                (vec![now(get, &[x_a]), now(get, &[x_b])], 1)
            }
            _ => (vec![now(put, &[x_a]), now(get, &[]), now(put, &[]), now(get, &[x_a])], 1),
        };
        let rules = self.add_rules(rules);
        let api = self.api(&page);
        let hop = self.hop(api, rules);
        let mut call = self.call(frame, Hop { status: 200, ..hop });
        call.credentials =
            if credentials { self.random.choose(&["include", "omit"]) } else { "omit" };
        let mut calls: Vec<Call> = recipe
            .into_iter()
            .map(|(method, headers, late)| Call {
                method,
                headers,
                wait: if late { 2100 } else { 0 },
                ..call.clone()
            })
            .collect();
        let mut preflights = preflights;
        if credentials && preflights == 1 && calls.len() == 2 && self.random.chance(40) {
            // What was learnt with credentials serves requests without them, not the other way
            // round.
            let with_first = self.random.chance(50);
            calls[usize::from(!with_first)].credentials = "include";
            calls[usize::from(with_first)].credentials = "omit";
            preflights = if with_first { 1 } else { 2 };
        }
        self.add(Family::PreflightCache, &page, calls, Some(preflights));
    }

    /// Calls to one address whose answer may be kept: what the cache holds must never change an
    /// outcome.
    fn http_cache(&mut self) {
        let page = self.map.pages[0].clone();
        // Of the page's site, so that they share what the engine splits its cache by.
        let peer = self.random.pick(&self.map.pages[4..]).clone();
        let mut rules = self.rules(&page, false);
        if self.random.chance(60) {
            rules.origins = self
                .random
                .pick(&[
                    Origins::Listed(vec![page.clone()]),
                    Origins::Listed(vec![page.clone(), peer.clone()]),
                    Origins::Listed(vec![page.clone(), "https://app.example".to_owned()]),
                    Origins::Any,
                ])
                .clone();
            rules.credentials &= rules.origins != Origins::Any;
            rules.enforce &= rules.origins != Origins::Any;
            rules.null &= rules.origins != Origins::Any;
        }
        rules.keep = false;
        // Fresh for a while, or asked about each time, and then answered with 304.
        let fresh = self.random.chance(60);
        let api = self.map.apis[0].clone();
        let rules = self.list_hosts(rules, &api, 10);
        let rules = self.add_rules(rules);
        let hop = self.hop(api, rules);
        let mut set = vec![("x-total", "42".to_owned())];
        if fresh {
            set.push(("cache-control", "max-age=600".to_owned()));
        } else {
            set.push(("cache-control", "no-cache".to_owned()));
            set.push(("etag", "\"1\"".to_owned()));
        }
        let mut call = self.call(Frame::Top, Hop { status: 200, set, ..hop });
        let from = |frame: Frame, mode| Call { frame, mode, ..call.clone() };
        let peer = Frame::Peer(peer);
        let calls = match self.random.below(5) {
            // A plain load first, as of an image, then a script that wants to read.
            0 => vec![from(Frame::Top, "no-cors"), from(Frame::Top, "cors")],
            1 => vec![from(peer, "cors"), from(Frame::Top, "cors")],
            2 => vec![from(Frame::Top, "cors"), from(peer, "cors")],
            3 => vec![from(peer.clone(), "no-cors"), from(Frame::Top, "cors"), from(peer, "cors")],
            _ => {
                call.credentials = "omit";
                vec![call.clone(), Call { credentials: "include", ..call.clone() }]
            }
        };
        self.add(Family::HttpCache, &page, calls, None);
    }
}
