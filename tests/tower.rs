//! The tower shell: where the layer can stand, and what it must not do to the service within.

use axum::{
    Router,
    body::Body,
    extract::Request as AxumRequest,
    middleware::{self, Next},
    routing::get,
};
use bytes::Bytes;
use http::{Request, Response, StatusCode, Version};
use http_body_util::{BodyExt, Empty, Full};
use std::{
    convert::Infallible,
    future::{Future, Pending, Ready, pending, ready},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Waker},
};
use tower::{Layer, Service, ServiceBuilder, ServiceExt, service_fn};
use tower_cors::{
    AllowOrigin, Any, Cors, CorsLayer, Decision, Origin, OriginPattern, Policy, PolicyBuilder,
    PolicyErrors, Refusal, ResponseFuture,
    observe::Explanation,
    origin::{OriginError, OriginSet},
    policy::PolicyError,
    protocol::{Action, Decoration, Evaluation},
};

const APP: &str = "https://app.example.com";

/// Dynamic.
fn policy() -> Policy {
    let origins = [APP, "https://web.example.com"];
    Policy::builder().allow_origin(origins).allow_methods("PUT").build().unwrap()
}

fn cors() -> CorsLayer {
    CorsLayer::with_policies(policy())
}

/// Another policy, to be told from the first.
fn open() -> CorsLayer {
    CorsLayer::builder().allow_origin(Any).build().unwrap()
}

fn request<B: Default>(method: &str, path: &str, origin: Option<&str>) -> Request<B> {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(origin) = origin {
        request = request.header("origin", origin);
    }
    request.body(B::default()).unwrap()
}

fn preflight<B: Default>(path: &str, origin: &str) -> Request<B> {
    let mut request = request("OPTIONS", path, Some(origin));
    request.headers_mut().insert("access-control-request-method", "PUT".parse().unwrap());
    request
}

/// Status, `Access-Control-Allow-Origin`, `Vary`.
fn seen<B>(response: &Response<B>) -> (u16, Option<&str>, Option<&str>) {
    let text = |name| response.headers().get(name).map(|value| value.to_str().unwrap());
    (response.status().as_u16(), text("access-control-allow-origin"), text("vary"))
}

type Seen = (u16, Option<&'static str>, Option<&'static str>);

async fn ask(router: &Router, request: Request<Body>) -> Response<Body> {
    let Ok(response) = router.clone().oneshot(request).await;
    response
}

const GRANTED: Seen = (200, Some(APP), Some("Origin"));
const PREFLIGHT: Seen = (204, Some(APP), Some("Origin"));

#[tokio::test]
async fn on_a_router() {
    let router = Router::new()
        .route("/", get(|| async { "hello" }).post(|| async {}))
        .route("/fails", get(|| async { StatusCode::INTERNAL_SERVER_ERROR }))
        .layer(cors());
    for (about, request, expected) in [
        ("granted", request("GET", "/", Some(APP)), GRANTED),
        ("refused", request("GET", "/", Some("https://evil.example")), (200, None, Some("Origin"))),
        ("no Origin", request("GET", "/", None), (200, None, Some("Origin"))),
        ("preflight", preflight("/", APP), PREFLIGHT),
        ("preflight of a method no route has", preflight("/fails", APP), PREFLIGHT),
        ("preflight of no route at all", preflight("/nowhere", APP), PREFLIGHT),
        ("refused preflight", preflight("/", "https://evil.example"), (403, None, Some("Origin"))),
        ("no such route", request("GET", "/nowhere", Some(APP)), (404, Some(APP), Some("Origin"))),
        ("no such method", request("PUT", "/", Some(APP)), (405, Some(APP), Some("Origin"))),
        ("an error", request("GET", "/fails", Some(APP)), (500, Some(APP), Some("Origin"))),
        ("OPTIONS", request("OPTIONS", "/", Some(APP)), (405, Some(APP), Some("Origin"))),
        ("HEAD", request("HEAD", "/", Some(APP)), GRANTED),
    ] {
        assert_eq!(seen(&ask(&router, request).await), expected, "{about}");
    }
    let response = ask(&router, request("GET", "/", Some(APP))).await;
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "hello");
}

#[tokio::test]
async fn around_a_whole_router() {
    let router = Router::new().route("/", get(|| async { "hello" }));
    let service = cors().layer(router);
    for (about, request, expected) in [
        ("granted", request::<Body>("GET", "/", Some(APP)), GRANTED),
        ("no such route", request("GET", "/nowhere", Some(APP)), (404, Some(APP), Some("Origin"))),
        ("preflight", preflight("/", APP), PREFLIGHT),
        ("preflight of no route at all", preflight("/nowhere", APP), PREFLIGHT),
    ] {
        let Ok(response) = service.clone().oneshot(request).await;
        assert_eq!(seen(&response), expected, "{about}");
    }
    // As `axum::serve` takes it.
    let service = axum::ServiceExt::<AxumRequest>::into_make_service(service);
    let _: axum::serve::Serve<_, _, _> =
        axum::serve(tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap(), service);
}

#[tokio::test]
async fn on_single_routes() {
    let router = Router::new()
        .route("/app", get(|| async {}).put(|| async {}).layer(cors()))
        .route("/open", get(|| async {}).layer(open()))
        .route("/none", get(|| async {}).options(|| async { StatusCode::IM_A_TEAPOT }))
        .route_layer(ServiceBuilder::new());
    for (about, request, expected) in [
        ("the one", request("GET", "/app", Some(APP)), GRANTED),
        ("its preflight", preflight("/app", APP), PREFLIGHT),
        ("the other", request("GET", "/open", Some(APP)), (200, Some("*"), None)),
        ("its preflight", preflight("/open", APP), (204, Some("*"), None)),
        ("none", request("GET", "/none", Some(APP)), (200, None, None)),
        ("its preflight", preflight("/none", APP), (418, None, None)),
        ("no such route", request("GET", "/nowhere", Some(APP)), (404, None, None)),
    ] {
        assert_eq!(seen(&ask(&router, request).await), expected, "{about}");
    }
}

#[tokio::test]
async fn on_nested_routers_and_fallbacks() {
    let api = Router::new()
        .route("/users", get(|| async {}))
        .fallback(|| async { StatusCode::GONE })
        .layer(cors());
    let inner_and_outer = Router::new().route("/", get(|| async {})).layer(open());
    let router = Router::new()
        .nest("/api", api)
        .nest("/both", inner_and_outer.layer(cors()))
        .route("/", get(|| async {}))
        .fallback_service(open().layer(service_fn(|_: Request<Body>| {
            ready(Ok::<_, Infallible>(Response::new(Body::empty())))
        })));
    for (about, request, expected) in [
        ("nested", request("GET", "/api/users", Some(APP)), GRANTED),
        ("nested, preflight", preflight("/api/users", APP), PREFLIGHT),
        (
            "the nested fallback",
            request("GET", "/api/nowhere", Some(APP)),
            (410, Some(APP), Some("Origin")),
        ),
        ("the outer one wins", request("GET", "/both", Some(APP)), GRANTED),
        ("the outer one wins, preflight", preflight("/both", APP), PREFLIGHT),
        ("not nested", request("GET", "/", Some(APP)), (200, None, None)),
        ("a fallback", request("GET", "/nowhere", Some(APP)), (200, Some("*"), None)),
        ("a fallback, preflight", preflight("/nowhere", APP), (204, Some("*"), None)),
    ] {
        assert_eq!(seen(&ask(&router, request).await), expected, "{about}");
    }
}

#[tokio::test]
async fn no_handler_can_erase_vary() {
    let erases = |request: AxumRequest, next: Next| async move {
        let mut response = next.run(request).await;
        response.headers_mut().clear();
        response
    };
    let inside =
        Router::new().route("/", get(|| async {})).layer(middleware::from_fn(erases)).layer(cors());
    let outside =
        Router::new().route("/", get(|| async {})).layer(cors()).layer(middleware::from_fn(erases));
    let granted = || request("GET", "/", Some(APP));
    assert_eq!(seen(&ask(&inside, granted()).await), GRANTED);
    assert_eq!(seen(&ask(&outside, granted()).await), (200, None, None), "the classic mistake");
    let sets = || async { ([("vary", "accept"), ("access-control-allow-origin", "*")], "hello") };
    let sets = Router::new().route("/", get(sets)).layer(cors());
    assert_eq!(seen(&ask(&sets, granted()).await), (200, Some(APP), Some("accept, Origin")));
}

/// Not `Clone`, ready at the second question only, and strict: an instance that was not polled
/// ready must not be called.
struct Strict {
    polls: usize,
    ready: bool,
    calls: Arc<AtomicUsize>,
}

impl Strict {
    fn new() -> (Self, Arc<AtomicUsize>) {
        let calls = Arc::new(AtomicUsize::new(0));
        (Self { polls: 0, ready: false, calls: Arc::clone(&calls) }, calls)
    }
}

impl Service<Request<()>> for Strict {
    type Response = Response<()>;
    type Error = &'static str;
    type Future = Ready<Result<Response<()>, &'static str>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.polls += 1;
        match self.polls {
            1 => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            9.. => Poll::Ready(Err("worn out")),
            _ => {
                self.ready = true;
                Poll::Ready(Ok(()))
            }
        }
    }

    fn call(&mut self, request: Request<()>) -> Self::Future {
        assert!(std::mem::take(&mut self.ready), "called without being polled ready");
        self.calls.fetch_add(1, Ordering::Relaxed);
        ready(match request.uri().path() {
            "/fails" => Err("failed"),
            _ => Ok(Response::new(())),
        })
    }
}

#[tokio::test]
async fn the_instance_polled_ready_is_the_one_called() {
    let (inner, calls) = Strict::new();
    let mut service = cors().layer(inner);
    let mut cx = Context::from_waker(Waker::noop());
    assert!(Service::<Request<()>>::poll_ready(&mut service, &mut cx).is_pending(), "its own pace");
    for expected in 1..=3 {
        let response =
            service.ready().await.unwrap().call(request("GET", "/", Some(APP))).await.unwrap();
        assert_eq!(seen(&response), GRANTED);
        assert_eq!(calls.load(Ordering::Relaxed), expected);
    }
    // A preflight leaves the inner service ready and uncalled.
    let response = service.ready().await.unwrap().call(preflight("/", APP)).await.unwrap();
    assert_eq!((seen(&response), calls.load(Ordering::Relaxed)), (PREFLIGHT, 3));
    assert!(service.get_ref().ready);
}

#[tokio::test]
async fn errors_of_the_inner_service_pass_untouched() {
    for (about, request) in [
        ("granted", request("GET", "/fails", Some(APP))),
        ("refused", request("GET", "/fails", Some("https://evil.example"))),
        ("no Origin", request("GET", "/fails", None)),
    ] {
        let (inner, calls) = Strict::new();
        let error = cors().layer(inner).ready().await.unwrap().call(request).await.unwrap_err();
        assert_eq!((error, calls.load(Ordering::Relaxed)), ("failed", 1), "{about}");
    }
    let (inner, _) = Strict::new();
    let mut service = cors().layer(inner);
    service.get_mut().polls = 8;
    assert_eq!(service.ready().await.map(drop).unwrap_err(), "worn out");
    assert_eq!(service.into_inner().polls, 9);
}

#[tokio::test]
async fn enforcement_does_not_call_the_inner_service() {
    let enforced = || {
        let builder = Policy::builder().allow_origin(APP).enforce(true);
        CorsLayer::with_policies(builder.build().unwrap())
    };
    for (request, status, expected) in [
        (request("POST", "/", Some("https://evil.example")), 403, 0),
        (request("POST", "/", Some(APP)), 200, 1),
        (preflight("/", APP), 204, 0),
    ] {
        let (inner, calls) = Strict::new();
        let mut service = enforced().layer(inner);
        let response = service.ready().await.unwrap().call(request).await.unwrap();
        assert_eq!(response.status(), status);
        assert_eq!(calls.load(Ordering::Relaxed), expected);
    }
}

/// Whatever the body type, so that it has a default.
async fn with_body<B: Default + Send + 'static>(body: fn() -> B) -> [Response<B>; 2] {
    let inner = service_fn(move |_: Request<()>| ready(Ok::<_, Infallible>(Response::new(body()))));
    let service = cors().layer(inner);
    let Ok(actual) = service.clone().oneshot(request("GET", "/", Some(APP))).await;
    let Ok(preflight) = service.oneshot(preflight("/", APP)).await;
    assert_eq!((seen(&actual), seen(&preflight)), (GRANTED, PREFLIGHT));
    [actual, preflight]
}

#[tokio::test]
async fn any_body_with_a_default_will_do() {
    let [actual, preflight] = with_body(|| Full::new(Bytes::from("hello"))).await;
    assert_eq!(actual.into_body().collect().await.unwrap().to_bytes(), "hello");
    assert_eq!(preflight.into_body().collect().await.unwrap().to_bytes(), "");
    let [actual, preflight] = with_body(|| "hello".to_owned()).await;
    assert_eq!((&**actual.body(), &**preflight.body()), ("hello", ""));
    let [actual, preflight] = with_body(|| Body::from("hello")).await;
    assert_eq!(actual.into_body().collect().await.unwrap().to_bytes(), "hello");
    assert_eq!(preflight.into_body().collect().await.unwrap().to_bytes(), "");
    with_body(Empty::<Bytes>::new).await;
    with_body(|| ()).await;
    with_body(|| Some(vec![1])).await;
}

#[tokio::test]
async fn requests_and_responses_are_otherwise_untouched() {
    let inner = service_fn(|request: Request<String>| {
        assert_eq!(request.uri(), "/path?query");
        assert_eq!(request.version(), Version::HTTP_2);
        assert_eq!(request.extensions().get(), Some(&7_u8));
        assert_eq!(request.headers().get_all("x-a").iter().count(), 2);
        assert_eq!(request.headers()["origin"], APP);
        let mut response = Response::new(request.into_body());
        *response.version_mut() = Version::HTTP_10;
        response.extensions_mut().insert(8_u8);
        response.headers_mut().append("set-cookie", "a=1".parse().unwrap());
        response.headers_mut().append("set-cookie", "b=2".parse().unwrap());
        ready(Ok::<_, Infallible>(response))
    });
    let mut request = request::<String>("POST", "/path?query", Some(APP));
    *request.version_mut() = Version::HTTP_2;
    *request.body_mut() = "body".to_owned();
    request.extensions_mut().insert(7_u8);
    request.headers_mut().append("x-a", "1".parse().unwrap());
    request.headers_mut().append("x-a", "2".parse().unwrap());
    let Ok(response) = cors().layer(inner).oneshot(request).await;
    assert_eq!(response.body(), "body");
    assert_eq!(response.version(), Version::HTTP_10);
    assert_eq!(response.extensions().get(), Some(&8_u8));
    let cookies = response.headers().get_all("set-cookie").iter().collect::<Vec<_>>();
    assert_eq!(cookies, ["a=1", "b=2"]);
    assert_eq!(response.headers().len(), 4);
}

/// A future that is not `Unpin`, and that wakes its task once.
struct Slow(bool, std::marker::PhantomPinned);

impl Future for Slow {
    type Output = Result<Response<()>, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.0 {
            return Poll::Ready(Ok(Response::new(())));
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

#[tokio::test]
async fn pending_futures_stay_pending() {
    let inner = service_fn(|_: Request<()>| pending::<Result<Response<()>, Infallible>>());
    let mut service = cors().layer(inner);
    let mut cx = Context::from_waker(Waker::noop());
    let mut future = Box::pin(service.call(request("GET", "/", Some(APP))));
    assert!(future.as_mut().poll(&mut cx).is_pending());
    // A preflight waits for nobody.
    let mut future = Box::pin(service.call(preflight("/", APP)));
    assert!(future.as_mut().poll(&mut cx).is_ready());

    let mut slow =
        cors().layer(service_fn(|_: Request<()>| Slow(false, std::marker::PhantomPinned)));
    let mut future = Box::pin(slow.call(request("GET", "/", Some(APP))));
    assert!(future.as_mut().poll(&mut cx).is_pending());
}

#[test]
fn a_future_is_at_most_128_bytes_larger_than_the_inner_one() {
    fn check<F>(name: &str) {
        let (inner, outer) = (size_of::<F>(), size_of::<ResponseFuture<F>>());
        println!("{name}: {inner} bytes, decorated {outer}: {} more", outer.saturating_sub(inner));
        assert!(outer <= inner + 128, "{name}: {inner} bytes, decorated {outer}");
    }
    check::<()>("an empty future");
    check::<Pin<Box<dyn Future<Output = ()> + Send>>>("a boxed future");
    check::<Pending<()>>("a pending future");
    check::<Ready<Result<Response<()>, Infallible>>>("a ready response");
    check::<[u64; 10]>("a future of 80 bytes");
    check::<[u64; 64]>("a future of 512 bytes");
    check::<axum::routing::future::RouteFuture<Infallible>>("axum's RouteFuture");
    println!("Policy: {}, Cors<()>: {}", size_of::<Policy>(), size_of::<Cors<()>>());
    assert!(size_of::<Cors<()>>() <= 16, "a policy and an observer, both shared");
}

#[test]
fn bounds() {
    fn all<T: Send + Sync + Unpin + 'static>() {}
    fn cloned<T: Clone + Send + Sync + Unpin + std::fmt::Debug + 'static>() {}
    fn error<T: std::error::Error + Send + Sync + 'static>() {}
    fn service<S: Service<R, Response = Response<B>>, R, B>() {}
    fn layer<L: Layer<S>, S>() {}
    all::<ResponseFuture<Ready<()>>>();
    all::<Evaluation<'static>>();
    all::<Action>();
    cloned::<CorsLayer>();
    cloned::<Cors<()>>();
    cloned::<Policy>();
    cloned::<PolicyBuilder>();
    cloned::<AllowOrigin>();
    cloned::<Decoration>();
    cloned::<Decision>();
    cloned::<Refusal>();
    cloned::<Explanation>();
    cloned::<Origin>();
    cloned::<OriginPattern>();
    cloned::<OriginSet>();
    error::<OriginError>();
    error::<PolicyError>();
    error::<PolicyErrors>();
    layer::<CorsLayer, Strict>();
    service::<Cors<Strict>, Request<()>, ()>();
    service::<Cors<Cors<Strict>>, Request<()>, ()>();
    // The inner service need be neither `Clone`, `Send` nor `'static`.
    let local = std::rc::Rc::new(7);
    let inner = service_fn(|_: Request<()>| {
        assert_eq!(*local, 7);
        ready(Ok::<_, Infallible>(Response::new(())))
    });
    let mut service = cors().layer(inner);
    let mut future = Box::pin(service.call(request("GET", "/", Some(APP))));
    let mut cx = Context::from_waker(Waker::noop());
    assert!(future.as_mut().poll(&mut cx).is_ready());
}
