//! Properties of every policy and every request.

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, request::Parts,
};
use proptest::prelude::*;
use std::time::Duration;
use tower_cors::{
    AllowOrigin, Any, Decision, Origin, OriginPattern, Policy, PolicyBuilder,
    policy::InnerHeaders,
    protocol::{Action, RequestKind},
};

/// One call of a setter.
#[derive(Clone, Debug)]
enum Setter {
    Origin(&'static str),
    AnyOrigin,
    Predicate,
    Regex,
    Methods(&'static str),
    Headers(&'static str),
    Expose(&'static str),
    MaxAge(u64),
    Credentials(bool),
    PrivateNetwork(bool),
    Timing(bool),
    Enforce(bool),
    Status(u16),
    Continue(bool),
    Keep(bool),
    Null(bool),
    Insecure(bool),
}

const ORIGINS: [&str; 8] = [
    "https://a.example",
    "https://b.example:8443",
    "https://*.c.example",
    "https://x-*.c.example",
    "http://localhost:*",
    "http://d.example",
    "tauri://localhost",
    "https://a.example, https://*.c.example:*",
];

fn set(builder: PolicyBuilder, setter: &Setter) -> PolicyBuilder {
    match *setter {
        Setter::Origin(origin) => builder.allow_origin(origin),
        Setter::AnyOrigin => builder.allow_origin(Any),
        Setter::Predicate => builder
            .allow_origin(AllowOrigin::predicate(|origin, _| origin.host() == "predicate.example")),
        Setter::Regex => builder.allow_origin(AllowOrigin::regex(r"https://regex[0-9]\.example")),
        Setter::Methods(methods) => builder.allow_methods(methods),
        Setter::Headers(headers) => builder.allow_headers(headers),
        Setter::Expose(headers) => builder.expose_headers(headers),
        Setter::MaxAge(seconds) => builder.max_age(Duration::from_secs(seconds)),
        Setter::Credentials(on) => builder.allow_credentials(on),
        Setter::PrivateNetwork(on) => builder.allow_private_network(on),
        Setter::Timing(on) => builder.timing_allow_origin(on),
        Setter::Enforce(on) => builder.enforce(on),
        Setter::Status(status) => builder.preflight_status(StatusCode::from_u16(status).unwrap()),
        Setter::Continue(on) => builder.preflight_continue(on),
        Setter::Keep(true) => builder.inner_headers(InnerHeaders::Keep),
        Setter::Keep(false) => builder.inner_headers(InnerHeaders::Replace),
        Setter::Null(on) => builder.dangerously_allow_null_origin(on),
        Setter::Insecure(on) => builder.dangerously_allow_insecure_origins(on),
    }
}

fn setter() -> impl Strategy<Value = Setter> {
    let lists = || prop::sample::select(vec!["", "*", "PUT", "PUT, DELETE", "x-custom, *", "GET"]);
    let names = || {
        prop::sample::select(vec!["", "*", "x-a", "authorization", "x-a, X-B", "*, authorization"])
    };
    prop_oneof![
        6 => prop::sample::select(&ORIGINS[..]).prop_map(Setter::Origin),
        1 => Just(Setter::AnyOrigin),
        1 => Just(Setter::Predicate),
        1 => Just(Setter::Regex),
        2 => lists().prop_map(Setter::Methods),
        2 => names().prop_map(Setter::Headers),
        2 => names().prop_map(Setter::Expose),
        1 => (0..90_000_u64).prop_map(Setter::MaxAge),
        3 => any::<bool>().prop_map(Setter::Credentials),
        1 => any::<bool>().prop_map(Setter::PrivateNetwork),
        1 => any::<bool>().prop_map(Setter::Timing),
        2 => any::<bool>().prop_map(Setter::Enforce),
        1 => (200..302_u16).prop_map(Setter::Status),
        1 => any::<bool>().prop_map(Setter::Continue),
        1 => any::<bool>().prop_map(Setter::Keep),
        1 => any::<bool>().prop_map(Setter::Null),
        2 => any::<bool>().prop_map(Setter::Insecure),
    ]
}

/// What the setters say, read independently of the builder.
struct Model {
    any: bool,
    patterns: Vec<OriginPattern>,
    predicate: bool,
    regex: bool,
    null: bool,
    credentials: bool,
    enforce: bool,
}

impl Model {
    fn of(setters: &[Setter]) -> Self {
        let mut model = Self {
            any: false,
            patterns: Vec::new(),
            predicate: false,
            regex: false,
            null: false,
            credentials: false,
            enforce: false,
        };
        for setter in setters {
            match setter {
                Setter::Origin(text) => {
                    model.patterns.extend(
                        text.split(',').map(|text| text.trim().parse::<OriginPattern>().unwrap()),
                    );
                }
                Setter::AnyOrigin => model.any = true,
                Setter::Predicate => model.predicate = true,
                Setter::Regex => model.regex = true,
                Setter::Null(on) => model.null = *on,
                Setter::Credentials(on) => model.credentials = *on,
                Setter::Enforce(on) => model.enforce = *on,
                _ => {}
            }
        }
        model
    }

    fn allows(&self, parts: &Parts) -> bool {
        let mut lines = parts.headers.get_all("origin").iter();
        let (Some(line), other) = (lines.next(), lines.next()) else { return false };
        if self.any {
            return true;
        }
        let origin = line.to_str().ok().and_then(|text| text.parse::<Origin>().ok());
        let (Some(origin), None) = (origin, other) else { return false };
        if origin.is_null() {
            return self.null;
        }
        self.patterns.iter().any(|pattern| pattern.matches(&origin))
            || (self.predicate && origin.host() == "predicate.example")
            || (self.regex
                && origin.as_str().strip_prefix("https://regex").is_some_and(|rest| {
                    rest.len() == 9
                        && rest.as_bytes()[0].is_ascii_digit()
                        && rest.ends_with(".example")
                }))
    }

    /// `*`, or exactly one exact origin, without enforcement.
    fn fixed(&self) -> bool {
        let one = self.patterns.split_first().is_some_and(|(first, rest)| {
            first.is_exact() && rest.iter().all(|other| other == first)
        });
        let others = self.predicate || self.regex || self.null;
        !self.enforce && (self.any || (one && !others))
    }
}

fn header_lines() -> impl Strategy<Value = Vec<(&'static str, Vec<u8>)>> {
    let text = |values: Vec<&'static str>| {
        prop::sample::select(values).prop_map(|text| text.as_bytes().to_vec())
    };
    let bytes = || prop::collection::vec(any::<u8>(), 0..20);
    let origin = prop_oneof![
        10 => text(vec![
            "https://a.example", "https://b.example:8443", "https://x.c.example", "https://x-y.c.example",
            "https://x.y.c.example:1", "http://localhost:3000", "http://localhost", "http://d.example",
            "tauri://localhost", "https://predicate.example", "https://regex7.example",
        ]),
        5 => text(vec![
            "https://evil.example", "null", "", "*", "https://a.example/", "https://A.example",
            "https://c.example", "https://a.example.evil.example", "https://a.example:443",
            "https://regex77.example", "https://a.example, https://b.example:8443",
        ]),
        1 => bytes(),
    ];
    let method = prop_oneof![
        8 => text(vec!["PUT", "DELETE", "GET", "POST", "x-custom", "put", "", "CONNECT", "P T", "*"]),
        1 => bytes(),
    ];
    let headers = prop_oneof![
        8 => text(vec!["", "x-a", "x-a,x-b", "X-A , authorization", ",,x-a,", "x y", "x-c", "*", "é"]),
        1 => bytes(),
        1 => (0..6000_usize).prop_map(|n| "x-a,".repeat(n / 4).into_bytes()),
    ];
    let site = text(vec!["same-origin", "none", "same-site", "cross-site", "other"]);
    let host = text(vec!["a.example", "evil.example", "evil.example:443", "x", ""]);
    let line = prop_oneof![
        6 => origin.prop_map(|value| ("origin", value)),
        4 => method.prop_map(|value| ("access-control-request-method", value)),
        4 => headers.prop_map(|value| ("access-control-request-headers", value)),
        1 => Just(("access-control-request-private-network", b"true".to_vec())),
        1 => site.prop_map(|value| ("sec-fetch-site", value)),
        1 => host.prop_map(|value| ("host", value)),
    ];
    prop::collection::vec(line, 0..6)
}

fn request() -> impl Strategy<Value = Parts> {
    let method = prop::sample::select(vec![
        "OPTIONS", "OPTIONS", "OPTIONS", "GET", "POST", "PUT", "options",
    ]);
    (method, header_lines()).prop_map(|(method, lines)| {
        let mut request = Request::new(());
        *request.method_mut() = Method::from_bytes(method.as_bytes()).unwrap();
        for (name, value) in lines {
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                request.headers_mut().append(HeaderName::from_static(name), value);
            }
        }
        request.into_parts().0
    })
}

/// Headers of an inner response.
fn inner() -> impl Strategy<Value = HeaderMap> {
    let line = prop::sample::select(vec![
        ("access-control-allow-origin", "*"),
        ("access-control-allow-origin", "https://evil.example"),
        ("access-control-allow-credentials", "true"),
        ("access-control-max-age", "5"),
        ("timing-allow-origin", "*"),
        ("vary", "accept"),
        ("vary", "origin, accept"),
        ("vary", "*"),
        ("x-a", "1"),
        ("set-cookie", "a=1"),
    ]);
    prop::collection::vec(line, 0..5).prop_map(|lines| {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(name, HeaderValue::from_static(value));
        }
        headers
    })
}

/// The response, and whether the inner service ran.
fn answer(policy: &Policy, parts: &Parts, inner: &HeaderMap) -> (Response<()>, bool) {
    match policy.evaluate(parts).into_action() {
        Action::Respond(response) => (response, false),
        Action::Forward(decoration) => {
            let mut response = Response::new(());
            *response.headers_mut() = inner.clone();
            decoration.apply(&mut response);
            (response, true)
        }
    }
}

fn count(headers: &HeaderMap, name: &str) -> usize {
    headers.get_all(name).iter().count()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1000,
        max_global_rejects: 100_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_answer_agrees_with_the_decision(
        setters in prop::collection::vec(setter(), 1..9),
        parts in request(),
        inner in inner(),
    ) {
        let build = |setters: &[Setter]| setters.iter().fold(Policy::builder(), set).build();
        let Ok(policy) = build(&setters) else {
            return Ok(());
        };
        let model = Model::of(&setters);
        let keep = setters.iter().rev().find_map(|setter| match setter {
            Setter::Keep(keep) => Some(*keep),
            _ => None,
        });
        let kept = keep == Some(true) && inner.contains_key("access-control-allow-origin");

        let kind = RequestKind::of(&parts);
        let decision = policy.decide(&parts);
        let (response, ran) = answer(&policy, &parts, &inner);
        let headers = response.headers();
        let allowed = model.allows(&parts);

        // The decision is about the origin first.
        match (&decision, kind) {
            (Decision::NotCors, RequestKind::Actual) => prop_assert!(!allowed),
            (Decision::Granted, _) => prop_assert!(allowed),
            (Decision::Refused(_), RequestKind::Actual) => prop_assert!(!allowed),
            (Decision::NotCors, RequestKind::NotCors)
            | (Decision::Refused(_), RequestKind::Preflight) => {}
            _ => prop_assert!(false, "{:?} {}", kind, decision),
        }

        // Whether the inner service runs.
        match kind {
            RequestKind::NotCors => prop_assert!(ran),
            RequestKind::Actual => {
                let stopped = model.enforce && matches!(decision, Decision::Refused(_));
                prop_assert_eq!(ran, !stopped);
                prop_assert!(ran || response.status() == StatusCode::FORBIDDEN);
            }
            RequestKind::Preflight if !allowed => {
                prop_assert_eq!((ran, response.status()), (false, StatusCode::FORBIDDEN));
            }
            RequestKind::Preflight => {
                prop_assert!(!ran || decision.is_granted());
                prop_assert!(response.status().is_success());
            }
        }

        // One line of each.
        if !(ran && kept) {
            for name in headers.keys().filter(|name| name.as_str().starts_with("access-control-")) {
                prop_assert_eq!(count(headers, name.as_str()), 1, "{}", name);
            }
        }

        // A refusal carries no grant, but for the one answer of a static policy on what is no
        // preflight.
        let allow_origin = headers.get("access-control-allow-origin");
        let one_answer = model.fixed() && kind != RequestKind::Preflight;
        if !(ran && kept) {
            prop_assert_eq!(allow_origin.is_some(), one_answer || (allowed && kind != RequestKind::NotCors));
            if allow_origin.is_none() {
                let cors = headers.keys().filter(|name| name.as_str().starts_with("access-control-"));
                prop_assert_eq!(cors.count(), 0);
            }
        }

        // The value: `*`, what was configured, or the request's own bytes once they matched.
        if let (Some(value), false) = (allow_origin, ran && kept) {
            if model.any {
                prop_assert_eq!(value, "*");
            } else if allowed && kind != RequestKind::NotCors {
                prop_assert_eq!(value, &parts.headers["origin"]);
            } else {
                prop_assert_eq!(value, model.patterns[0].as_str());
            }
        }

        // Credentials go with a configured origin only, and with no wildcard.
        let credentials = headers.get("access-control-allow-credentials");
        if let (Some(credentials), false) = (credentials, ran && kept) {
            prop_assert_eq!(credentials, "true");
            prop_assert!(model.credentials && !model.any);
            for (name, value) in headers.iter().filter(|(name, _)| *name != "vary") {
                // A page may ask for a method or a header of the name `*`.
                let mirrored = kind == RequestKind::Preflight && name.as_str().ends_with('s');
                prop_assert!(value != "*" || mirrored || name == "timing-allow-origin", "{}", name);
            }
        }

        // `Vary` names the origin wherever the answer depends on it, once, and never otherwise.
        let vary = headers.get_all("vary").iter().flat_map(|line| line.to_str().unwrap().split(','));
        let vary = vary.map(|name| name.trim().to_ascii_lowercase()).collect::<Vec<_>>();
        let star = vary.iter().any(|name| name == "*");
        let times = vary.iter().filter(|name| *name == "origin").count();
        let before = inner.get_all("vary").iter().filter(|line| *line != "accept" && *line != "*").count();
        if !model.fixed() {
            prop_assert!(star || times >= 1, "{:?}", vary);
        }
        let own = usize::from(!model.fixed());
        prop_assert!(times <= if ran { before.max(own) } else { own }, "{:?}", vary);

        // Nothing of the request is in `Vary`, in whatever way it is asked.
        let known = ["origin", "accept", "*", "access-control-request-method",
            "access-control-request-headers", "access-control-request-private-network"];
        prop_assert!(vary.iter().all(|name| known.contains(&name.as_str())), "{:?}", vary);

        // Words for everything, printable, on one line.
        let text = policy.explain(&parts).to_string();
        let word = match &decision {
            Decision::NotCors => "not CORS: ",
            Decision::Granted => "granted: ",
            _ => "refused: ",
        };
        prop_assert!(text.starts_with(word));
        prop_assert_eq!(policy.explain(&parts).reasons().is_empty(), decision.refusal().is_none());
        prop_assert_eq!(policy.evaluate(&parts).is_granted(), decision.is_granted());
        prop_assert_eq!(text.lines().count(), 1);
        prop_assert!(!text.chars().any(char::is_control));

        // What was said once is said again.
        let (again, ran_again) = answer(&policy, &parts, &inner);
        prop_assert_eq!((again.status(), ran_again), (response.status(), ran));
        prop_assert_eq!(again.headers(), headers);
    }

    /// In whatever order the setters of lists and of different settings run, the policy is the
    /// same, or as wrong.
    #[test]
    fn the_order_of_setters_does_not_widen_a_policy(
        (setters, shuffled) in prop::collection::vec(setter(), 1..8)
            .prop_map(|setters| {
                // Of a switch, the last call counts: so one call each.
                let mut once = Vec::<Setter>::new();
                for setter in setters {
                    let list = matches!(setter, Setter::Origin(_) | Setter::Methods(_) | Setter::Headers(_) | Setter::Expose(_));
                    let same = |other: &Setter| std::mem::discriminant(other) == std::mem::discriminant(&setter);
                    if list || !once.iter().any(same) {
                        once.push(setter);
                    }
                }
                once
            })
            .prop_flat_map(|setters| (Just(setters.clone()), Just(setters).prop_shuffle())),
        requests in prop::collection::vec(request(), 1..6),
    ) {
        let build = |setters: &[Setter]| setters.iter().fold(Policy::builder(), set).build();
        match (build(&setters), build(&shuffled)) {
            (Ok(one), Ok(other)) => {
                for parts in &requests {
                    let (one, ran) = answer(&one, parts, &HeaderMap::new());
                    let (other, other_ran) = answer(&other, parts, &HeaderMap::new());
                    prop_assert_eq!((one.status(), ran), (other.status(), other_ran));
                    for name in ["access-control-allow-origin", "access-control-allow-credentials", "vary"] {
                        prop_assert_eq!(one.headers().get(name), other.headers().get(name));
                    }
                    prop_assert_eq!(one.headers().len(), other.headers().len());
                }
            }
            (Err(one), Err(other)) => prop_assert_eq!(one.iter().count(), other.iter().count()),
            (one, other) => prop_assert!(false, "{:?} {:?}", one.err(), other.err()),
        }
    }
}
