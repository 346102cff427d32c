//! Where engines are known to depart from the standard, or from the simulated browser where the
//! standard leaves the choice. Each is counted and printed; none hides anything else, for it
//! explains some aspects only, of cases that have what it is about.

use std::time::Duration;

use crate::case::{Body, Call, Case, Corpus, Family, Hop};
use crate::compare::Aspect::{self, Asked, Authorization, Cookies, Origin, Requests, Sight};
use crate::engine::Kind::{self, Chromium, Firefox, WebKit};
use crate::outcome::{self, Outcome};
use crate::page::Frame;
use crate::place::{site, split};
use crate::rules::{Names, Rules};

/// One departure.
pub(crate) struct Departure {
    pub(crate) name: &'static str,
    /// What the standard says, and why it is no fault of the middleware's.
    pub(crate) reason: &'static str,
    engines: &'static [Kind],
    /// What it can explain.
    aspects: &'static [Aspect],
    covers: fn(&Instance<'_>) -> bool,
}

/// A case in which an engine disagrees.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Instance<'a> {
    pub(crate) corpus: &'a Corpus,
    pub(crate) case: &'a Case,
    pub(crate) observed: &'a Outcome,
    pub(crate) simulated: &'a Outcome,
}

/// The departure that explains a difference, if it is a known one.
pub(crate) fn known(
    engine: Kind,
    aspect: Aspect,
    instance: &Instance<'_>,
) -> Option<&'static Departure> {
    DEPARTURES.iter().find(|departure| {
        departure.engines.contains(&engine)
            && departure.aspects.contains(&aspect)
            && (departure.covers)(instance)
    })
}

const DEPARTURES: &[Departure] = &[
    Departure {
        name: "a bare `*` covers Authorization",
        reason: "by the standard it must be named; all engines let it pass, so the decision is stricter than they are",
        engines: &[Chromium, Firefox, WebKit],
        aspects: &[Sight, Requests],
        covers: |instance| {
            instance.has_header("authorization")
                && instance.any_rules(|rules| rules.headers == Names::Any && !rules.credentials)
        },
    },
    Departure {
        name: "lines of one header are judged as one",
        reason: "by the standard each may have 128 bytes; joined they have more, and ask for a preflight",
        engines: &[Chromium, Firefox, WebKit],
        aspects: &[Sight, Requests],
        covers: |instance| {
            let repeated = |call: &Call| {
                call.headers.windows(2).any(|pair| pair[0].safe && pair[0].name == pair[1].name)
            };
            instance.no_laxer() && instance.asks_again() && instance.case.calls.iter().any(repeated)
        },
    },
    Departure {
        name: "client hints are safe",
        reason: "DPR and its like were once to be safelisted, and are not",
        engines: &[Chromium],
        aspects: &[Sight, Requests, Asked],
        covers: |instance| instance.has_header("dpr"),
    },
    Departure {
        name: "a page of http is of the same site as one of https",
        reason: "by the standard the scheme is part of the site; for `SameSite` alone, not for CORS",
        engines: &[Firefox, WebKit],
        aspects: &[Cookies],
        covers: |instance| {
            instance.any_hop(|hop| {
                let (scheme, name) = site(&hop.origin);
                let (own_scheme, own) = site(&instance.case.page);
                name == own && scheme != own_scheme
            })
        },
    },
    Departure {
        name: "a detour over another site leaves a request same-site",
        reason: "by the standard every hop counts for `SameSite`; not for CORS",
        engines: &[Chromium, Firefox, WebKit],
        aspects: &[Cookies],
        covers: |instance| instance.returns_to_its_site(),
    },
    Departure {
        name: "an opaque frame is of its page's site",
        reason: "by the standard it is of none; for `SameSite` alone, not for CORS",
        engines: &[WebKit],
        aspects: &[Cookies],
        covers: |instance| instance.opaque(),
    },
    Departure {
        name: "preflights of opaque frames are not remembered",
        reason: "the standard lets an engine split its caches further; no harm but another preflight",
        engines: &[Chromium],
        aspects: &[Requests],
        covers: |instance| instance.opaque() && instance.asks_again(),
    },
    Departure {
        name: "a busy machine outlasts the five seconds of a preflight",
        reason: "a preflight without `Access-Control-Max-Age` is remembered no longer; seen with 10,000 cases while a compiler ran",
        engines: &Kind::ALL,
        aspects: &[Requests],
        covers: |instance| {
            instance.observed.lasted >= Duration::from_secs(5)
                && instance.asks_again()
                && instance.any_rules(|rules| rules.max_age.is_none())
        },
    },
    Departure {
        name: "`*` is not remembered as such",
        reason: "only what the preflight asked for is; no harm but another preflight",
        engines: &[Firefox],
        aspects: &[Requests],
        covers: |instance| {
            instance.case.family == Family::PreflightCache
                && instance.asks_again()
                && instance
                    .any_rules(|rules| [&rules.methods, &rules.headers].contains(&&Names::Any))
        },
    },
    Departure {
        name: "preflights are remembered apart by credentials",
        reason: "by the standard one with credentials serves those without; no harm but another preflight",
        engines: &[Firefox],
        aspects: &[Requests],
        covers: |instance| instance.asks_again() && instance.mixes_credentials(),
    },
    Departure {
        name: "a preflight that misses something is remembered all the same",
        reason: "by the standard it is forgotten, with all that was known of the address",
        engines: &[WebKit],
        aspects: &[Requests],
        covers: |instance| {
            instance.case.family == Family::PreflightCache
                && instance.simulated.seen.contains(&outcome::Sight::Blocked)
                && instance.observed.preflights() < instance.simulated.preflights()
        },
    },
    Departure {
        name: "the HTTP cache is split by credentials",
        reason: "caching is the engine's choice",
        engines: &[Firefox],
        aspects: &[Requests],
        covers: |instance| {
            instance.case.family == Family::HttpCache && instance.mixes_credentials()
        },
    },
    Departure {
        name: "what a script may not read is not kept in the HTTP cache",
        reason: "caching is the engine's choice",
        engines: &[Chromium],
        aspects: &[Requests],
        covers: |instance| {
            instance.case.family == Family::HttpCache
                && instance.observed.seen.contains(&outcome::Sight::Blocked)
                && instance.observed.wire.len() > instance.simulated.wire.len()
        },
    },
    Departure {
        name: "a copy that a script may not read is not kept, so no 304 confirms it without its list",
        reason: "caching is the engine's choice",
        engines: &[Chromium],
        aspects: &[Sight],
        covers: |instance| {
            instance.case.family == Family::HttpCache
                && instance.observed.seen.contains(&outcome::Sight::Blocked)
                && instance.any_hop(|hop| hop.inner("etag").is_some())
                && instance.any_rules(|rules| rules.credentials && rules.expose == Names::Any)
        },
    },
    Departure {
        name: "from https to http on loopback is no downgrade",
        reason: "by the standard a `no-cors` request says `Origin: null` there; on other hosts this engine does",
        engines: &[Chromium],
        aspects: &[Origin],
        covers: |instance| {
            instance.case.calls.iter().any(|call| call.mode == "no-cors") && instance.downgrades()
        },
    },
    Departure {
        name: "no redirect to an address with a user",
        reason: "by the standard the page's own origin may; nothing crosses the wire",
        engines: &[Chromium],
        aspects: &[Sight, Requests],
        covers: |instance| instance.any_hop(|hop| hop.user),
    },
    Departure {
        name: "after a redirect the preflight names the page, not `null`",
        reason: "the request after it says `null`, as by the standard: what grants only one of the two fails either way",
        engines: &[Firefox],
        aspects: &[Origin, Sight, Requests],
        covers: |instance| {
            let named = Some(&instance.case.page);
            instance.redirects_no_laxer()
                && instance
                    .observed
                    .wire
                    .iter()
                    .any(|wire| wire.asked.is_some() && wire.origin.as_ref() == named)
                && instance.simulated.wire.iter().any(|wire| wire.origin.as_deref() == Some("null"))
        },
    },
    Departure {
        name: "once preflighted, preflighted at each hop",
        reason: "by the standard each hop is judged anew; no harm but another preflight",
        engines: &[Firefox, WebKit],
        aspects: &[Sight, Requests, Asked],
        covers: |instance| {
            let due = |call: &Call| {
                !call.unsafe_headers().is_empty()
                    || !["GET", "HEAD", "POST"].contains(&call.method.sent)
            };
            instance.redirects_no_laxer()
                && instance.asks_again()
                && instance.case.calls.iter().any(due)
        },
    },
    Departure {
        name: "Authorization comes back after a redirect that drops it",
        reason: "by the standard it ends with the redirect to another origin, and with it the need to ask for it",
        engines: &[Firefox, WebKit],
        aspects: &[Sight, Requests, Asked, Authorization],
        covers: |instance| {
            instance.redirects_no_laxer()
                && instance.asks_more(|asked| asked.headers.contains("authorization"))
        },
    },
    Departure {
        name: "Content-Type is asked for after a redirect that makes the request a GET",
        // Firefox only if one redirect to GET follows another.
        reason: "by the standard the header ends with the body",
        engines: &[Firefox, WebKit],
        aspects: &[Sight, Requests, Asked],
        covers: |instance| {
            let bodiless = |asked: &outcome::Asked| {
                asked.method == "GET" && asked.headers.contains("content-type")
            };
            instance.redirects_no_laxer() && instance.has_body() && instance.asks_more(bodiless)
        },
    },
    Departure {
        name: "after a redirect away from the own origin, a further one needs the grant of credentials",
        reason: "by the standard `same-origin` credentials end with the first foreign hop",
        engines: &[WebKit],
        aspects: &[Sight, Requests],
        covers: |instance| {
            instance.redirects_no_laxer()
                && instance.case.calls.iter().any(|call| {
                    let foreign = call.hops.iter().position(|hop| hop.origin != instance.case.page);
                    let without = |hop: &Hop| {
                        hop.redirects() && !instance.corpus.rules[hop.rules].credentials
                    };
                    call.credentials == "same-origin"
                        && foreign.is_some_and(|index| {
                            index > 0 && call.hops[index..].iter().any(without)
                        })
                })
        },
    },
    Departure {
        name: "Origin stays when a redirect to the own origin makes a request a GET",
        reason: "by the standard such a GET has none; readable it is either way",
        engines: &[WebKit],
        aspects: &[Sight, Origin],
        covers: |instance| {
            let mut wires = instance.observed.wire.iter().zip(&instance.simulated.wire);
            let mut sights = instance.observed.seen.iter().zip(&instance.simulated.seen);
            instance.case.family == Family::Redirect
                && wires.any(|(seen, expected)| seen.origin.is_some() && expected.origin.is_none())
                && sights.all(|(seen, expected)| seen.but_for_grants() == expected.but_for_grants())
        },
    },
    Departure {
        name: "a redirect to an address with a user is asked for before it is refused",
        reason: "by the standard it is refused at once",
        engines: &[Firefox, WebKit],
        aspects: &[Requests],
        covers: |instance| {
            instance.redirects_no_laxer()
                && instance.any_hop(|hop| hop.user)
                && instance.asks_again()
        },
    },
    Departure {
        name: "mixed content on loopback",
        reason: "http addresses below `localhost` are trustworthy by the standard; this engine sends nothing from https",
        engines: &[WebKit],
        aspects: &[Sight, Requests, Authorization],
        covers: |instance| {
            instance.downgrades()
                && instance.observed.seen.contains(&outcome::Sight::Blocked)
                && instance.observed.wire.len() < instance.simulated.wire.len()
        },
    },
];

impl Instance<'_> {
    fn hops(&self) -> impl Iterator<Item = &Hop> {
        self.case.calls.iter().flat_map(|call| &call.hops)
    }

    fn any_hop(&self, is: impl Fn(&Hop) -> bool) -> bool {
        self.hops().any(is)
    }

    fn any_rules(&self, are: impl Fn(&Rules) -> bool) -> bool {
        self.hops().any(|hop| are(&self.corpus.rules[hop.rules]))
    }

    fn has_header(&self, name: &str) -> bool {
        self.case.calls.iter().flat_map(|call| &call.headers).any(|header| header.name == name)
    }

    fn opaque(&self) -> bool {
        self.case.calls.iter().any(|call| Frame::OPAQUE.contains(&call.frame))
    }

    fn mixes_credentials(&self) -> bool {
        self.case.calls.iter().any(|call| call.credentials == "include")
            && self.case.calls.iter().any(|call| call.credentials != "include")
    }

    fn has_body(&self) -> bool {
        self.case
            .calls
            .iter()
            .any(|call| call.body != Body::None || self.has_header("content-type"))
    }

    /// Whether the engine, if it shows the script something else, shows nothing.
    fn no_laxer(&self) -> bool {
        let mut pairs = self.observed.seen.iter().zip(&self.simulated.seen);
        pairs.all(|(seen, expected)| seen == expected || *seen == outcome::Sight::Blocked)
    }

    fn redirects_no_laxer(&self) -> bool {
        self.case.family == Family::Redirect && self.no_laxer()
    }

    /// Whether a hop of another site is followed by one of the page's.
    fn returns_to_its_site(&self) -> bool {
        self.case.calls.iter().any(|call| {
            let mut hops = call.hops.iter().map(|hop| site(&hop.origin) == site(&self.case.page));
            hops.by_ref().any(|own| !own) && hops.any(|own| own)
        })
    }

    /// Whether more preflights ask so than should.
    fn asks_more(&self, so: impl Fn(&outcome::Asked) -> bool) -> bool {
        let count = |outcome: &Outcome| {
            outcome
                .wire
                .iter()
                .filter_map(|wire| wire.asked.as_ref())
                .filter(|asked| so(asked))
                .count()
        };
        count(self.observed) > count(self.simulated)
    }

    fn asks_again(&self) -> bool {
        self.observed.preflights() > self.simulated.preflights()
    }

    fn downgrades(&self) -> bool {
        split(&self.case.page).0 == "https" && self.any_hop(|hop| split(&hop.origin).0 == "http")
    }
}
