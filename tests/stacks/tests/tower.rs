//! tower's own middleware and combinators, and services that are neither `Clone` nor `Send`.

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::Full;
use stacks::{APP, Server, seen, send};
use std::{convert::Infallible, rc::Rc, sync::Arc, time::Duration};
use tower::{
    Layer, Service, ServiceBuilder, ServiceExt as _, service_fn,
    steer::Steer,
    util::{BoxCloneService, BoxCloneSyncService, Either, Oneshot},
};
use tower_browser::Page;
use tower_cors::{Cors, CorsLayer, Policy};

const ALL: &str = "GET 200, PUT 200, missing 404, foreign GET blocked, foreign PUT blocked";

type Body = Full<Bytes>;

fn cors() -> CorsLayer {
    CorsLayer::builder().allow_origin(APP).allow_methods(Method::PUT).build().expect("valid")
}

async fn items<B>(request: Request<B>) -> Result<Response<Body>, Infallible> {
    let mut response = Response::new(Full::from("items"));
    if request.uri().path() != "/items" {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    Ok(response)
}

/// `$layer` around, and within, the CORS layer.
macro_rules! on_both_sides {
    ($($name:ident: $layer:expr;)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                let inside = ServiceBuilder::new().layer(cors()).layer($layer);
                let server = Server::hyper(inside.service(service_fn(items))).await;
                assert_eq!(seen(&server).await, ALL, "inside");
                let outside = ServiceBuilder::new().layer($layer).layer(cors());
                let server = Server::hyper(outside.service(service_fn(items))).await;
                assert_eq!(seen(&server).await, ALL, "outside");
            }
        )*
    };
}

on_both_sides! {
    buffer: tower::buffer::BufferLayer::new(8);
    concurrency_limit: tower::limit::ConcurrencyLimitLayer::new(8);
    load_shed: tower::load_shed::LoadShedLayer::new();
    timeout: tower::timeout::TimeoutLayer::new(Duration::from_secs(5));
    box_clone: tower::layer::layer_fn(BoxCloneService::new);
    box_clone_sync: tower::layer::layer_fn(BoxCloneSyncService::new);
    either: Either::<_, tower::load_shed::LoadShedLayer>::Left(tower::load_shed::LoadShedLayer::new());
}

/// `RateLimit` is not `Clone`: a buffer stands around it.
#[tokio::test]
async fn rate_limit() {
    let service = ServiceBuilder::new()
        .layer(cors())
        .buffer(8)
        .rate_limit(1000, Duration::from_secs(1))
        .service(service_fn(items));
    assert_eq!(seen(&Server::hyper(service).await).await, ALL);
}

#[derive(Clone)]
struct Once;

impl<B: Clone> tower::retry::Policy<Request<B>, Response<Body>, Infallible> for Once {
    type Future = std::future::Ready<()>;

    fn retry(
        &mut self,
        request: &mut Request<B>,
        result: &mut Result<Response<Body>, Infallible>,
    ) -> Option<Self::Future> {
        let again = result.as_ref().is_ok_and(|response| response.status().is_server_error())
            && request
                .headers_mut()
                .insert("x-again", http::HeaderValue::from_static("1"))
                .is_none();
        again.then(|| std::future::ready(()))
    }

    fn clone_request(&mut self, request: &Request<B>) -> Option<Request<B>> {
        let mut clone = Request::new(request.body().clone());
        clone.method_mut().clone_from(request.method());
        clone.uri_mut().clone_from(request.uri());
        clone.headers_mut().clone_from(request.headers());
        Some(clone)
    }
}

/// The first answer is a 503, the repeated request succeeds, and the page sees the last one.
#[tokio::test]
async fn retry() {
    let flaky = service_fn(|request: Request<Vec<u8>>| async move {
        let mut response = Response::new(Body::default());
        if !request.headers().contains_key("x-again") {
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        }
        Ok::<_, Infallible>(response)
    });
    let page = Page::at(APP);
    let inside = ServiceBuilder::new().layer(cors()).retry(Once).service(flaky);
    let answer = page
        .fetch("https://api.example.com/")
        .send_with(inside, |bytes| bytes.to_vec())
        .await
        .expect("granted");
    assert_eq!(answer.status(), 200);
    let outside = ServiceBuilder::new().retry(Once).layer(cors()).service(flaky);
    let answer = page
        .fetch("https://api.example.com/")
        .send_with(outside, |bytes| bytes.to_vec())
        .await
        .expect("granted");
    assert_eq!(answer.status(), 200);
}

/// Each of the steered services has a policy of its own.
#[tokio::test]
async fn steer() {
    let open = CorsLayer::builder().allow_origin("*").build().expect("valid");
    let services = [cors(), open]
        .map(|layer| BoxCloneSyncService::new(layer.layer(service_fn(items::<Vec<u8>>))));
    let by_path = |request: &Request<Vec<u8>>, _: &[_]| {
        usize::from(request.uri().path().starts_with("/public"))
    };
    let steer = Steer::new(services, by_path);
    let foreign = Page::at("https://evil.example.net");
    let private = foreign
        .fetch("https://api.example.com/items")
        .send_with(steer.clone(), |bytes| bytes.to_vec())
        .await;
    assert!(private.is_err());
    let public = foreign
        .fetch("https://api.example.com/public")
        .send_with(steer, |bytes| bytes.to_vec())
        .await;
    assert_eq!(public.expect("granted").status(), 404);
}

/// Neither `Clone` nor `Send`: the layer asks for neither.
#[tokio::test]
async fn a_service_that_is_neither_clone_nor_send() {
    struct Local(Rc<str>);
    impl Service<Request<Vec<u8>>> for Local {
        type Response = Response<String>;
        type Error = Infallible;
        type Future = std::future::Ready<Result<Response<String>, Infallible>>;
        fn poll_ready(
            &mut self,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Result<(), Infallible>> {
            std::task::Poll::Ready(Ok(()))
        }
        fn call(&mut self, _: Request<Vec<u8>>) -> Self::Future {
            std::future::ready(Ok(Response::new(self.0.to_string())))
        }
    }
    let policy = Policy::builder().allow_origin(APP).build().expect("valid");
    let service = Cors::new(Local("local".into()), policy);
    let answer = Page::at(APP)
        .fetch("https://api.example.com/")
        .send_with(service, |bytes| bytes.to_vec())
        .await;
    assert_eq!(answer.expect("granted").into_body().as_deref(), Some("local"));
}

/// A selector behind an `Arc` is a selector, so that one boxed selector can be a field.
#[tokio::test]
async fn a_boxed_selector() {
    use tower_cors::select::SelectPolicy;
    let policy = Policy::builder().allow_origin(APP).build().expect("valid");
    let selector: Arc<dyn SelectPolicy + Send + Sync> = Arc::new(policy);
    let layer = CorsLayer::with_policies(selector);
    let answer = Page::at(APP)
        .fetch("https://api.example.com/items")
        .send_with(layer.layer(service_fn(items::<Vec<u8>>)), |bytes| bytes.to_vec())
        .await;
    assert_eq!(answer.expect("granted").status(), 200);
}

fn preflight() -> Request<Vec<u8>> {
    let mut headers = HeaderMap::new();
    headers.insert("origin", APP.parse().expect("a value"));
    headers.insert("access-control-request-method", "PUT".parse().expect("a value"));
    let mut request = Request::new(Vec::new());
    *request.method_mut() = Method::OPTIONS;
    *request.headers_mut() = headers;
    request
}

/// A preflight is answered without calling the inner service, so the permit that `poll_ready` took
/// there is kept as long as that clone of the service lives. Remedy: a clone for each request, as
/// axum, hyper-util and `oneshot` do; or the limit outside.
#[tokio::test]
async fn a_preflight_keeps_the_permit_of_a_limit_inside_as_long_as_the_clone_lives() {
    let service = || {
        ServiceBuilder::new()
            .layer(cors())
            .layer(tower::limit::GlobalConcurrencyLimitLayer::new(1))
            .service(service_fn(items::<Vec<u8>>))
    };
    // The symptom: one connection's service answered a preflight and idles with the only permit.
    let mut idle = service();
    let mut other = idle.clone();
    idle.ready().await.expect("ready").call(preflight()).await.expect("answered");
    let waiting = tokio::time::timeout(Duration::from_millis(20), other.ready()).await;
    assert!(waiting.is_err(), "the permit is held");
    drop(idle);
    other.ready().await.expect("ready once the clone is gone");

    // The remedy that costs nothing: a clone per request.
    let shared = service();
    Oneshot::new(shared.clone(), preflight()).await.expect("answered");
    let ready = tokio::time::timeout(Duration::from_secs(5), Oneshot::new(shared, preflight()));
    ready.await.expect("no permit is held").expect("answered");

    // The other: the limit outside.
    let outside = ServiceBuilder::new()
        .layer(tower::limit::GlobalConcurrencyLimitLayer::new(1))
        .layer(cors())
        .service(service_fn(items::<Vec<u8>>));
    let mut idle = outside.clone();
    idle.ready().await.expect("ready").call(preflight()).await.expect("answered");
    let mut other = outside;
    let ready = tokio::time::timeout(Duration::from_secs(5), other.ready()).await;
    assert!(ready.is_ok(), "the permit ended with the call");
}

/// hyper-util clones the service for each request, so an idle connection holds nothing.
#[tokio::test]
async fn hyper_util_holds_no_permit_between_requests() {
    let service = ServiceBuilder::new()
        .layer(cors())
        .layer(tower::limit::GlobalConcurrencyLimitLayer::new(1))
        .service(service_fn(items));
    let server = Server::hyper(service).await;
    for _ in 0..3 {
        let answer = send(&server, server.fetch(APP, "/items").method("PUT")).await;
        assert_eq!(answer.expect("granted").status(), 200);
    }
}
