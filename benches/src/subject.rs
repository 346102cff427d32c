//! What is compared.

use crate::{
    drive::{HyperRouter, Inner, drive, router},
    request::Template,
    scenario::{Scenario, Shell},
};
use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{Empty, Full};
use std::{convert::Infallible, hint::black_box, thread};
use tower::{Layer, Service};

/// What answers a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The inner service alone.
    Bare,
    /// [`hand`](crate::hand): the floor.
    Hand,
    /// This crate.
    TowerCors,
    /// tower-http's `cors`.
    TowerHttp,
    /// hyper-cors.
    HyperCors,
}

/// One whole call.
pub type Call = Box<dyn FnMut()>;

impl Subject {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Bare, Self::Hand, Self::TowerCors, Self::TowerHttp, Self::HyperCors];

    /// As the tables have it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Hand => "hand",
            Self::TowerCors => "tower-cors",
            Self::TowerHttp => "tower-http",
            Self::HyperCors => "hyper-cors",
        }
    }
}

impl Scenario {
    /// One whole call of `subject`; `None` where it cannot do what the policy says.
    #[must_use]
    pub fn call(&self, subject: Subject) -> Option<Call> {
        if !self.peers && subject != Subject::TowerCors {
            return None;
        }
        if let Shell::Own(call) = self.shell {
            return call(subject);
        }
        let config = apart(self.config);
        let template = apart(self.request);
        match self.shell {
            Shell::Own(_) => None,
            Shell::Build => Some(Box::new(move || drop(black_box(config.tower_cors())))),
            Shell::Plain => Some(match subject {
                Subject::Bare => tower_call(Inner, template),
                Subject::Hand => tower_call(apart(|| config.hand())?.layer(Inner), template),
                Subject::TowerCors => {
                    tower_call(apart(|| config.tower_cors()).layer(Inner), template)
                }
                Subject::TowerHttp => {
                    tower_call(apart(|| config.tower_http())?.layer(Inner), template)
                }
                Subject::HyperCors => hyper_call(apart(|| config.hyper_cors(Inner))?, template),
            }),
            Shell::Cloned => Some(match subject {
                Subject::Bare => tower_call_cloned(Inner, template),
                Subject::Hand => tower_call_cloned(apart(|| config.hand())?.layer(Inner), template),
                Subject::TowerCors => {
                    tower_call_cloned(apart(|| config.tower_cors()).layer(Inner), template)
                }
                Subject::TowerHttp => {
                    tower_call_cloned(apart(|| config.tower_http())?.layer(Inner), template)
                }
                Subject::HyperCors => {
                    hyper_call_cloned(apart(|| config.hyper_cors(Inner))?, template)
                }
            }),
            Shell::RouterLayer => Some(axum_call(
                match subject {
                    Subject::Bare => router(),
                    Subject::Hand => router().layer(apart(|| config.hand())?),
                    Subject::TowerCors => router().layer(apart(|| config.tower_cors())),
                    Subject::TowerHttp => router().layer(apart(|| config.tower_http())?),
                    Subject::HyperCors => return None,
                },
                template,
            )),
            Shell::AroundRouter => Some(match subject {
                Subject::Bare => axum_call(router(), template),
                Subject::Hand => axum_call(apart(|| config.hand())?.layer(router()), template),
                Subject::TowerCors => {
                    axum_call(apart(|| config.tower_cors()).layer(router()), template)
                }
                Subject::TowerHttp => {
                    axum_call(apart(|| config.tower_http())?.layer(router()), template)
                }
                Subject::HyperCors => {
                    let service = config.hyper_cors(HyperRouter(router()))?;
                    Box::new(move || {
                        let request = template.request::<Body>();
                        let future = hyper::service::Service::call(&service, request);
                        drop(black_box(drive(future)));
                    })
                }
            }),
        }
    }
}

impl Scenario {
    /// The answer of `subject`, where it can do what the policy says and is held plainly.
    #[must_use]
    pub fn answer(&self, subject: Subject) -> Option<Response<()>> {
        let (config, request) = ((self.config)(), (self.request)().request::<Empty<Bytes>>());
        let response = match (self.shell, subject) {
            (Shell::Plain, Subject::Hand) => {
                drive(apart(|| config.hand())?.layer(Inner).call(request))
            }
            (Shell::Plain, Subject::TowerCors) => {
                drive(apart(|| config.tower_cors()).layer(Inner).call(request))
            }
            _ => return None,
        };
        Some(response.map(|_| ()))
    }
}

/// Makes it on another thread, whose allocations lie elsewhere: so the heap of this one is the same
/// for a policy of a million origins as for one of three, and with it what an allocation costs.
pub(crate) fn apart<T: Send>(make: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| scope.spawn(make).join().expect("it does not panic"))
}

type PlainRequest = Request<Empty<Bytes>>;
type PlainResponse = Response<Full<Bytes>>;

pub(crate) fn tower_call<S, B>(mut service: S, template: Template) -> Call
where
    S: Service<PlainRequest, Response = Response<B>, Error = Infallible> + 'static,
{
    Box::new(move || drop(black_box(drive(service.call(template.request())))))
}

fn tower_call_cloned<S>(service: S, template: Template) -> Call
where
    S: Service<PlainRequest, Response = PlainResponse, Error = Infallible> + Clone + 'static,
{
    Box::new(move || {
        let mut service = black_box(&service).clone();
        drop(black_box(drive(service.call(template.request()))));
    })
}

fn hyper_call<S>(service: S, template: Template) -> Call
where
    S: hyper::service::Service<PlainRequest, Response = PlainResponse, Error = Infallible>
        + 'static,
{
    Box::new(move || drop(black_box(drive(service.call(template.request())))))
}

fn hyper_call_cloned<S>(service: S, template: Template) -> Call
where
    S: hyper::service::Service<PlainRequest, Response = PlainResponse, Error = Infallible>
        + Clone
        + 'static,
{
    Box::new(move || {
        let service = black_box(&service).clone();
        drop(black_box(drive(service.call(template.request()))));
    })
}

fn axum_call<S>(mut service: S, template: Template) -> Call
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + 'static,
{
    Box::new(move || drop(black_box(drive(service.call(template.request())))))
}
