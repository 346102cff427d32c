//! What a script should see by the policy read naively: one pass over the hops, the rules asked in
//! plain words.
//!
//! Only what a policy is there for is said here: whether the script may read, which headers it
//! sees, whether a preflight goes before, which cookies go along. The rest is the simulated
//! browser's.

use std::collections::BTreeSet;

use crate::case::{Call, Case, Corpus, Hop};
use crate::place::site;
use crate::rules::{Names, Rules};
use crate::table::SAFE_RESPONSE;

/// What should come of one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) result: Result,
    /// The preflights that go out, if nothing is remembered.
    pub(crate) preflights: usize,
    /// For each actual request, the cookies it carries.
    pub(crate) cookies: Vec<BTreeSet<&'static str>>,
}

/// What the script gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Result {
    Blocked,
    /// Something it may not look into: `opaque` or `opaqueredirect`.
    Sealed(&'static str),
    Read {
        /// `basic` or `cors`.
        kind: &'static str,
        status: u16,
        /// Those of the inner service's headers that the script sees; none where it sees all.
        visible: Option<BTreeSet<String>>,
        /// Whether it sees the times in detail; none where that is not asked.
        timing: Option<bool>,
    },
}

/// Reads each call of a case by itself.
pub(crate) fn read(corpus: &Corpus, case: &Case) -> Vec<Reading> {
    let read = |call| Reader::new(&corpus.rules, &case.page, call).read();
    let mut readings: Vec<_> = case.calls.iter().map(read).collect();
    // A 304 cannot list the headers of the copy that it confirms, and a copy that was made without a
    // grant has no list: what is visible then depends on what went before.
    let confirmed = case.calls.iter().zip(&mut readings).skip(1).filter(|(call, _)| {
        let hop = &call.hops[0];
        let rules = &corpus.rules[hop.rules];
        hop.inner("etag").is_some() && rules.credentials && exposes_all(rules)
    });
    for (_, reading) in confirmed {
        if let Result::Read { visible, .. } = &mut reading.result {
            *visible = None;
        }
    }
    readings
}

struct Reader<'a> {
    rules: &'a [Rules],
    call: &'a Call,
    /// The script's origin; `null` is of no one.
    origin: &'a str,
    method: &'a str,
    unsafe_headers: Vec<&'static str>,
    reading: Reading,
}

impl<'a> Reader<'a> {
    fn new(rules: &'a [Rules], page: &'a str, call: &'a Call) -> Self {
        let reading = Reading { result: Result::Blocked, preflights: 0, cookies: Vec::new() };
        let unsafe_headers = call.unsafe_headers();
        let origin = call.frame.origin(page);
        Self { rules, call, origin, method: call.method.sent, unsafe_headers, reading }
    }

    fn read(mut self) -> Reading {
        self.reading.result = self.walk().unwrap_or(Result::Blocked);
        self.reading
    }

    /// Hop by hop; none where the script is refused.
    fn walk(&mut self) -> Option<Result> {
        let mut foreign = false;
        let mut tainted = false;
        for (index, hop) in self.call.hops.iter().enumerate() {
            let own = hop.origin == self.origin;
            foreign |= !own;
            if foreign && self.call.mode == "same-origin" {
                return None;
            }
            // A user in the address is refused of another origin, and after another origin.
            if hop.user && (foreign || tainted) {
                return None;
            }
            let cors = foreign && self.call.mode == "cors";
            let seen = if tainted { "null" } else { self.origin };
            if cors {
                self.preflight(hop, seen)?;
            }
            self.reading.cookies.push(self.cookies(hop, foreign));
            if cors {
                self.actual(hop, seen)?;
            }
            let answers = self.rules[hop.rules].answers_host(&hop.origin);
            match self.call.hops.get(index + 1) {
                Some(next) if hop.redirects() && answers => match self.call.redirect {
                    "error" => return None,
                    "manual" => return Some(Result::Sealed("opaqueredirect")),
                    _ => {
                        tainted |= next.origin != hop.origin && !own;
                        self.follow(hop, next);
                    }
                },
                _ if foreign && !cors => return Some(Result::Sealed("opaque")),
                _ => return Some(self.show(hop, foreign, seen)),
            }
        }
        None
    }

    /// Whether the preflight, if one is due, lets the request through.
    fn preflight(&mut self, hop: &Hop, seen: &str) -> Option<()> {
        let rules = &self.rules[hop.rules];
        let simple = ["GET", "HEAD", "POST"].contains(&self.method);
        if simple && self.unsafe_headers.is_empty() {
            return Some(());
        }
        self.reading.preflights += 1;
        let granted = rules.answers_host(&hop.origin)
            && rules.grant_origin(seen)
            && rules.grant_method(self.method)
            && self.unsafe_headers.iter().all(|name| rules.grant_header(name))
            && (self.call.credentials != "include" || rules.credentials);
        if granted && rules.preflight_continue {
            // The inner service answers, and well it must; with words of its own, it has no list.
            let kept = rules.keep && hop.inner("access-control-allow-origin").is_some();
            return ((200..300).contains(&hop.status) && !kept).then_some(());
        }
        granted.then_some(())
    }

    /// Whether the answer itself may be read.
    fn actual(&self, hop: &Hop, seen: &str) -> Option<()> {
        let rules = &self.rules[hop.rules];
        let include = self.call.credentials == "include";
        if !rules.answers_host(&hop.origin) {
            return None;
        }
        let enforced = rules.enforce && !rules.grant_origin(seen);
        let granted =
            match hop.inner("access-control-allow-origin").filter(|_| rules.keep && !enforced) {
                Some("*") => !include,
                Some(origin) => {
                    origin == seen
                        && (!include || hop.inner("access-control-allow-credentials").is_some())
                }
                None => rules.grant_origin(seen) && (!include || rules.credentials),
            };
        granted.then_some(())
    }

    /// What a redirect makes of the request.
    fn follow(&mut self, hop: &Hop, next: &Hop) {
        let to_get = match hop.status {
            301 | 302 => self.method == "POST",
            303 => !["GET", "HEAD"].contains(&self.method),
            _ => false,
        };
        if to_get {
            self.method = "GET";
            self.unsafe_headers.retain(|name| !["content-type", "content-language"].contains(name));
        }
        if next.origin != hop.origin {
            self.unsafe_headers.retain(|name| *name != "authorization");
        }
    }

    fn cookies(&self, hop: &Hop, foreign: bool) -> BTreeSet<&'static str> {
        let sent = match self.call.credentials {
            "include" => true,
            "same-origin" => !foreign,
            _ => false,
        };
        let mut cookies = BTreeSet::new();
        if !sent {
            return cookies;
        }
        // The first page's name, over any port, has cookies; of the other pages' none.
        let named = |host: &str| hop.origin.contains(&format!("://{host}.localhost:"));
        let has_jar = ["api.site", "api-tls.site", "api.third", "api-tls.third", "app.site"]
            .into_iter()
            .any(named);
        let same_site = self.origin != "null"
            && self
                .call
                .hops
                .iter()
                .take(self.reading.cookies.len() + 1)
                .all(|hop| site(&hop.origin) == site(self.origin));
        if has_jar && same_site {
            cookies.extend(["strict", "lax"]);
        }
        if has_jar && hop.origin.contains("://api-tls.") {
            cookies.insert("none");
        }
        cookies
    }

    fn show(&self, hop: &Hop, foreign: bool, seen: &str) -> Result {
        let rules = &self.rules[hop.rules];
        if !foreign {
            return Result::Read {
                kind: "basic",
                // The page itself reads the refusal of a host.
                status: if rules.answers_host(&hop.origin) { hop.status } else { 403 },
                visible: None,
                timing: self.call.timing.then_some(true),
            };
        }
        let kept = rules.keep && hop.inner("access-control-allow-origin").is_some();
        let exposed = |name: &str| match hop.inner("access-control-expose-headers") {
            Some(names) if kept => names.split(", ").any(|listed| listed == name),
            _ if kept => false,
            _ => rules.expose_header(name),
        };
        let visible = hop
            .set
            .iter()
            .map(|(name, _)| *name)
            .chain(["content-type", "content-length", "x-echo"])
            .filter(|name| {
                !name.starts_with("access-control-")
                    && !["vary", "set-cookie", "location"].contains(name)
            })
            .filter(|name| hop.status != 204 || !["content-type", "content-length"].contains(name))
            .filter(|name| SAFE_RESPONSE.contains(name) || exposed(name));
        Result::Read {
            kind: "cors",
            status: hop.status,
            visible: Some(visible.map(str::to_owned).collect()),
            // What is kept is kept as it is.
            timing: self.call.timing.then_some(rules.timing && !kept && rules.grant_origin(seen)),
        }
    }
}

/// Whether a policy's exposed names are all of them.
pub(crate) fn exposes_all(rules: &Rules) -> bool {
    matches!(rules.expose, Names::Any)
}
