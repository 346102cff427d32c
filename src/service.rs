//! The service.

use crate::{
    body::EmptyBody,
    future::ResponseFuture,
    observe::{Observer, is_notable, is_observed, is_to_be_logged, observe, observe_alone},
    policy::Policy,
    protocol::{Action, Evaluation},
    select::{Reads, SelectPolicy, Selection},
};
use http::{Request, Response, request::Parts};
use std::{
    sync::Arc,
    task::{Context, Poll},
};
use tower_service::Service;

/// Answers preflights, and decorates the responses of the service it wraps.
///
/// It is made by a [`CorsLayer`](crate::CorsLayer). A clone shares the policy; whatever its size,
/// nothing of it is copied.
#[derive(Clone, Debug)]
pub struct Cors<S, P = Policy> {
    inner: S,
    policies: P,
    observer: Option<Arc<Observer>>,
}

impl<S, P> Cors<S, P> {
    /// Wraps `inner` without a layer.
    pub const fn new(inner: S, policies: P) -> Self {
        Self { inner, policies, observer: None }
    }

    pub(crate) fn observed(inner: S, policies: P, observer: Option<Arc<Observer>>) -> Self {
        Self { inner, policies, observer }
    }

    /// The wrapped service.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// The wrapped service.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// The wrapped service, unwrapped.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S, P, ReqBody, ResBody> Service<Request<ReqBody>> for Cors<S, P>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    P: SelectPolicy,
    ResBody: EmptyBody,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let Self { inner, policies, observer } = self;
        dispatch(
            inner,
            |parts| policies.select(parts).ok_or_else(|| policies.reads()),
            observer.as_deref(),
            request.into_parts(),
        )
    }
}

/// Selects, evaluates, reports to the observers, and acts. Where no policy is selected, the request
/// headers that this depends on are named.
#[inline]
pub(crate) fn dispatch<S, ReqBody, ResBody>(
    inner: &mut S,
    select: impl FnOnce(&Parts) -> Result<Selection<'_>, Reads>,
    observer: Option<&Observer>,
    (mut parts, body): (Parts, ReqBody),
) -> ResponseFuture<S::Future>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
{
    let selection = match select(&parts) {
        Ok(selection) => selection,
        Err(reads) => {
            observe_alone(observer, &parts);
            let request = Request::from_parts(parts, body);
            return ResponseFuture::forward(inner, request, reads.into_decoration());
        }
    };
    let action = act(selection, observer);
    if let Some(decision) = action.recorded() {
        decision.record(&mut parts.extensions);
    }
    match action {
        Action::Respond(response) => ResponseFuture::respond(response),
        Action::Forward(decoration) => {
            ResponseFuture::forward(inner, Request::from_parts(parts, body), Some(decoration))
        }
    }
}

/// All that depends on no type of a service, so that it is compiled only once.
fn act(selection: Selection<'_>, observer: Option<&Observer>) -> Action {
    if is_observed(observer) || selection.origin.is_some() {
        return act_observed(selection, observer);
    }
    if selection.needs_no_evaluation() {
        return Action::Forward(selection.into_decoration());
    }
    let evaluation = selection.evaluate();
    if is_notable(&evaluation) {
        return act_logged(evaluation.elsewhere());
    }
    evaluation.into_action()
}

/// Without an observer, but with a log.
#[inline(never)]
fn act_logged(evaluation: Evaluation<'_>) -> Action {
    if is_to_be_logged(&evaluation) {
        return act_and_report(evaluation, None);
    }
    evaluation.into_action()
}

/// Apart: an evaluation that somebody looks at has to lie in memory.
#[inline(never)]
fn act_observed(selection: Selection<'_>, observer: Option<&Observer>) -> Action {
    act_and_report(selection.evaluate(), observer)
}

#[inline(never)]
fn act_and_report(evaluation: Evaluation<'_>, observer: Option<&Observer>) -> Action {
    let recorded = observe(observer, &evaluation);
    match (evaluation.into_action(), recorded) {
        (Action::Respond(mut response), Some(decision)) => {
            decision.record(response.extensions_mut());
            Action::Respond(response)
        }
        (Action::Forward(decoration), Some(decision)) => {
            Action::Forward(decoration.recording(decision))
        }
        (action, None) => action,
    }
}

#[cfg(test)]
mod tests {
    use super::{act, act_logged, act_observed};
    use crate::{
        policy::{Any, Policy, PolicyBuilder},
        protocol::Action,
        select::Selection,
    };
    use http::{Request, Response, request::Parts};

    const APP: &str = "https://app.example.com";
    const EVIL: &str = "https://evil.unobserved.example";
    const HOST: &str = "api.example.com";

    fn policies() -> Vec<(&'static str, Policy)> {
        let any = || Policy::builder().allow_origin(Any).expose_headers("x-total");
        let one = || Policy::builder().allow_origin(APP).allow_methods("PUT");
        let two = || one().allow_origin("https://web.example.com").allow_credentials(true);
        let built = |builder: PolicyBuilder| builder.build().unwrap();
        vec![
            ("any origin", built(any())),
            ("any origin, with timing", built(any().timing_allow_origin(true))),
            ("any origin, which another policy might not allow", built(any()).into_dynamic()),
            ("any origin, for one host", built(any().allow_hosts([HOST]))),
            ("one origin", built(one())),
            ("one origin, enforced", built(one().enforce(true))),
            ("two origins", built(two())),
            ("two origins, for one host", built(two().allow_hosts([HOST]))),
            ("two origins, enforced", built(two().enforce(true))),
            ("two origins, preflights passed on", built(two().preflight_continue(true))),
        ]
    }

    fn requests() -> Vec<Parts> {
        let methods = [
            ("GET", None),
            ("OPTIONS", None),
            ("OPTIONS", Some("PUT")),
            ("OPTIONS", Some("DELETE")),
        ];
        let mut requests = Vec::new();
        for (method, asked) in methods {
            for origins in [&[][..], &[APP], &[EVIL], &["null"], &[APP, APP]] {
                for host in [HOST, "rebound.example.net"] {
                    let mut request = Request::builder().method(method).header("host", host);
                    if let Some(asked) = asked {
                        request = request.header("access-control-request-method", asked);
                    }
                    for origin in origins {
                        request = request.header("origin", *origin);
                    }
                    requests.push(request.body(()).unwrap().into_parts().0);
                }
            }
        }
        requests
    }

    /// Whether the inner service runs, and the response then.
    fn response(action: Action) -> (bool, Response<()>) {
        match action {
            Action::Respond(response) => (false, response),
            Action::Forward(decoration) => {
                let mut response = Response::new(());
                response.headers_mut().insert("access-control-allow-origin", "x".parse().unwrap());
                decoration.apply(&mut response);
                (true, response)
            }
        }
    }

    /// Unit tests alone come to what is done where nobody observes: see `is_observed`.
    #[test]
    fn the_answer_is_the_same_where_nobody_observes() {
        for (policy_name, policy) in policies() {
            for parts in requests() {
                let select = || Selection::fixed(policy.clone(), &parts);
                let (forwarded, seen) = response(act_observed(select(), None));
                for action in [act(select(), None), act_logged(select().evaluate())] {
                    let (also_forwarded, unseen) = response(action);
                    assert_eq!(also_forwarded, forwarded, "{policy_name}: {parts:?}");
                    assert_eq!(unseen.status(), seen.status(), "{policy_name}: {parts:?}");
                    assert_eq!(unseen.headers(), seen.headers(), "{policy_name}: {parts:?}");
                }
            }
        }
    }

    /// What is logged of these requests, each so many seconds after the start, by the layer of a
    /// policy of its own: whether a line is due depends on those before it.
    #[cfg(feature = "tracing")]
    fn logged(level: tracing::Level, app: &str, requests: &[(u32, Request<()>)]) -> Vec<String> {
        use crate::observe::SECONDS_LATER;
        use std::{
            io::{self, Write},
            sync::{Arc, Mutex},
        };

        #[derive(Clone, Default)]
        struct Log(Arc<Mutex<Vec<u8>>>);

        impl Write for Log {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0.lock().unwrap().write(bytes)
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }

        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(level)
            .with_ansi(false)
            .without_time()
            .with_writer(move || writer.clone())
            .finish();
        let policy = Policy::builder().allow_origin(app).build().unwrap();
        tracing::subscriber::with_default(subscriber, || {
            for (second, request) in requests {
                SECONDS_LATER.set(*second);
                let parts = request.clone().into_parts().0;
                let _ = act(Selection::fixed(policy.clone(), &parts), None);
            }
        });
        SECONDS_LATER.set(0);
        let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        log.lines().map(|line| line.trim().to_owned()).collect()
    }

    #[cfg(feature = "tracing")]
    #[test]
    fn where_nobody_observes_refusals_are_logged_all_the_same() {
        use tracing::Level;

        let origins = ["warn", "debug"].map(|level| format!("https://{level}.unobserved.example"));
        for (level, app, each_of_both) in [
            (Level::WARN, &origins[0], &["WARN"][..]),
            (Level::DEBUG, &origins[1], &["WARN", "DEBUG", "DEBUG"]),
        ] {
            let stranger = app.replace("https", "http");
            let actual = |origin: &str, host: &str| {
                let request = Request::builder().header("origin", origin).header("host", host);
                (0, request.body(()).unwrap())
            };
            let preflight = |method: &str| {
                let request = Request::options("/").header("origin", app);
                (0, request.header("access-control-request-method", method).body(()).unwrap())
            };
            let requests = [
                actual(&stranger, HOST),
                actual(app, HOST),
                actual("https://same.unobserved.example", "same.unobserved.example"),
                preflight("DELETE"),
                preflight("GET"),
            ];
            let lines = logged(level, app, &[requests.clone(), requests].concat());
            for refused in [format!("origin=\"{stranger}\""), "method_not_allowed".to_owned()] {
                let told = lines.iter().filter(|line| line.contains(&refused));
                let levels = told.map(|line| line.split(' ').next().unwrap()).collect::<Vec<_>>();
                assert_eq!(levels, each_of_both, "{refused}: {lines:#?}");
            }
            assert_eq!(lines.len(), 2 * each_of_both.len(), "{lines:#?}");
        }
    }

    #[cfg(feature = "tracing")]
    #[test]
    fn after_a_minute_a_refusal_is_logged_with_the_number_of_those_in_between() {
        let app = "https://minute.unobserved.example";
        let actual = |second| {
            let request = Request::builder().header("origin", "http://minute.unobserved.example");
            (second, request.body(()).unwrap())
        };
        let preflight = |second| {
            let request = Request::options("/").header("origin", app);
            (second, request.header("access-control-request-method", "PUT").body(()).unwrap())
        };
        for lines in [
            logged(tracing::Level::WARN, app, &[0, 1, 2, 50, 80, 81, 150].map(actual)),
            logged(tracing::Level::WARN, app, &[0, 1, 2, 50, 80, 81, 150].map(preflight)),
        ] {
            let numbers = lines.iter().map(|line| Some(line.split_once(" suppressed=")?.1));
            let numbers = numbers.collect::<Vec<_>>();
            assert_eq!(numbers, [None, Some("3"), Some("1")], "{lines:#?}");
        }
    }
}
