//! Services of all kinds, and the bodies they take.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use tower::{Service, service_fn};
use tower_browser::{Browser, Page, Reason, options::RequestBody};

use crate::support::{API, PAGE, Server, blocked, fixed, open, respond, run, summary, wire_of};

#[test]
fn a_failing_service_is_a_reason_with_a_source() {
    let failing = |ready: Result<(), &'static str>| {
        struct Failing(Result<(), &'static str>);
        impl Service<Request<Vec<u8>>> for Failing {
            type Response = Response<Vec<u8>>;
            type Error = Box<dyn std::error::Error + Send + Sync>;
            type Future = Ready<Result<Self::Response, Self::Error>>;
            fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
                Poll::Ready(self.0.map_err(Into::into))
            }
            fn call(&mut self, _: Request<Vec<u8>>) -> Self::Future {
                ready_err("broke")
            }
        }
        fn ready_err<T>(text: &str) -> Ready<Result<T, Box<dyn std::error::Error + Send + Sync>>> {
            std::future::ready(Err(text.into()))
        }
        Failing(ready)
    };
    for (ready, text, wire) in [
        (Ok(()), "broke", "GET https://api.example.net/ failed"),
        (Err("never ready"), "never ready", ""),
    ] {
        let blocked = blocked(run(Page::at(PAGE).fetch(API).send(failing(ready))));
        assert!(matches!(blocked.reason(), Reason::Service { .. }));
        assert_eq!(
            blocked.to_string(),
            "fetch of \"https://api.example.net/\" from \"https://app.example.com\" was blocked: the service failed\n  \
             culprit: the service failed, which a browser sees as a broken connection\n  \
             suggestion: turn errors of the service into responses, inside the CORS layer"
        );
        let source = std::error::Error::source(&blocked).unwrap();
        assert_eq!(source.to_string(), text);
        assert_eq!(summary(blocked.wire()), wire);
    }
}

/// Panics as tower's own services do when called without having been polled ready.
#[derive(Clone, Default)]
struct Strict {
    ready: bool,
    log: Arc<Mutex<Vec<String>>>,
}

impl Service<Request<Vec<u8>>> for Strict {
    type Response = Response<Vec<u8>>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Vec<u8>>, Infallible>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        if self.ready {
            return Poll::Ready(Ok(()));
        }
        // Ready at the second poll
        self.ready = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn call(&mut self, request: Request<Vec<u8>>) -> Self::Future {
        assert!(std::mem::take(&mut self.ready), "called before it was ready");
        self.log.lock().unwrap().push(format!(
            "{:?} {} {} {:?} {}",
            request.version(),
            request.method(),
            request.uri(),
            request.headers().get("host").map(|host| host.to_str().unwrap()),
            String::from_utf8_lossy(request.body()),
        ));
        ready(Ok(respond(
            200,
            &[("access-control-allow-origin", "*"), ("access-control-allow-methods", "*")],
        )))
    }
}

#[test]
fn a_service_is_polled_ready_before_each_call_and_gets_the_message() {
    #[rustfmt::skip]
    let rows = [
        (false,
         ["HTTP/1.1 OPTIONS /a?b Some(\"api.example.net:444\") ", "HTTP/1.1 PUT /a?b Some(\"api.example.net:444\") text"]),
        (true,
         ["HTTP/2.0 OPTIONS https://api.example.net:444/a?b None ", "HTTP/2.0 PUT https://api.example.net:444/a?b None text"]),
    ];
    for (http2, expected) in rows {
        let service = Strict::default();
        let page = Browser::new().http2(http2).page(PAGE);
        let fetch = page.fetch("https://api.example.net:444/a?b").method("PUT").body("text");
        assert!(run(fetch.send(service.clone())).is_ok());
        assert_eq!(*service.log.lock().unwrap(), expected);
    }
}

#[test]
fn a_body_is_sent_again_after_a_redirect() {
    let bodies = Arc::new(Mutex::new(Vec::new()));
    let seen = bodies.clone();
    let server = Server(move |request: Request<Vec<u8>>| {
        let mut seen = seen.lock().unwrap();
        seen.push(String::from_utf8(request.into_body()).unwrap());
        if seen.len() == 1 { respond(307, &[("location", "/b")]) } else { respond(200, &[]) }
    });
    assert!(run(Page::at(PAGE).fetch("/a").method("POST").body("x").send(server)).is_ok());
    assert_eq!(*bodies.lock().unwrap(), ["x", "x"]);
}

#[test]
fn bodies_have_the_bytes_and_types_of_their_kinds() {
    #[rustfmt::skip]
    let rows = [
        ("text", RequestBody::text("a&b"), "a&b", Some("text/plain;charset=UTF-8")),
        ("form", RequestBody::form("a=b"), "a=b", Some("application/x-www-form-urlencoded;charset=UTF-8")),
        ("multipart", RequestBody::multipart([("a", "b")]),
         "------FormBoundarySimulatedBrowser\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n------FormBoundarySimulatedBrowser--\r\n",
         Some("multipart/form-data; boundary=----FormBoundarySimulatedBrowser")),
        ("blob", RequestBody::blob("x", "Image/PNG"), "x", Some("image/png")),
        ("blob with a type past ASCII", RequestBody::blob("x", "text/ü"), "x", None),
        ("bytes", RequestBody::from(vec![b'x']), "x", None),
        ("Bytes", RequestBody::from(Bytes::from_static(b"x")), "x", None),
        ("str", RequestBody::from("x"), "x", Some("text/plain;charset=UTF-8")),
        ("String", RequestBody::from("x".to_owned()), "x", Some("text/plain;charset=UTF-8")),
    ];
    for (description, body, bytes, content_type) in rows {
        assert_eq!(body.content_type(), content_type, "{description}");
        let echo = Server(|request: Request<Vec<u8>>| {
            let mut response = Response::new(request.body().clone());
            *response.headers_mut() = request.headers().clone();
            response
        });
        let answer = run(Page::at(PAGE).fetch("/").method("POST").body(body).send(echo)).unwrap();
        assert_eq!(answer.header("content-type").as_deref(), content_type, "{description}");
        assert_eq!(String::from_utf8(answer.into_body().unwrap()).unwrap(), bytes, "{description}");
    }
}

#[test]
fn services_of_other_body_types() {
    use http_body_util::{BodyExt, Full};

    run(async {
        let page = Page::at(PAGE);

        let full = service_fn(|request: Request<Full<Bytes>>| async move {
            let body = request.into_body().collect().await.unwrap().to_bytes();
            Ok::<_, Infallible>(Response::new(Full::new(body)))
        });
        let answer = page.fetch("/").method("POST").body("x").send(full).await.unwrap();
        let body = answer.into_body().unwrap().collect().await.unwrap().to_bytes();
        assert_eq!(body, "x");

        let app =
            axum::Router::new().route("/", axum::routing::post(|body: String| async { body }));
        let answer = page.fetch("/").method("POST").body("x").send(app).await.unwrap();
        let body = answer.into_body().unwrap().collect().await.unwrap().to_bytes();
        assert_eq!(body, "x");

        let unlike = service_fn(|request: Request<String>| async move {
            Ok::<_, Infallible>(Response::new(request.body().len()))
        });
        let fetch = page.fetch("/").method("POST").body("four");
        let answer = fetch
            .send_with(unlike, |bytes| String::from_utf8_lossy(&bytes).into_owned())
            .await
            .unwrap();
        assert_eq!(answer.into_body(), Some(4));
    });
}

#[test]
fn fetches_can_be_spawned() {
    fn assert_send<T: Send>(value: T) -> T {
        value
    }
    let page = Page::at(PAGE);
    let fetch = assert_send(page.fetch("/").send(Strict::default()));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let answer = runtime.block_on(async { tokio::spawn(fetch).await.unwrap().unwrap() });
    assert_eq!(answer.status(), 200);
    assert_send(blocked(run(page.fetch("nonsense://").send(open()))));
}

#[test]
fn an_exchange_prints_both_heads() {
    let outcome = run(Page::at(PAGE)
        .fetch("/a")
        .header("user-agent", "me")
        .send(fixed((500, &[]), (404, &[("x-a", "1")]))));
    assert_eq!(
        wire_of(&outcome)[0].to_string(),
        "> GET https://app.example.com/a {\"host\": \"app.example.com\", \"user-agent\": \"me\", \
         \"accept\": \"*/*\", \"sec-fetch-dest\": \"empty\", \"sec-fetch-mode\": \"cors\", \
         \"sec-fetch-site\": \"same-origin\"}\n< 404 {\"x-a\": \"1\"}"
    );
}
