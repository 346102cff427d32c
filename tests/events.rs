//! The events of feature "tracing". One test, in a process of its own: whether an event is wanted at
//! all is remembered for all threads of a process, those of other tests too.

use http::{HeaderName, HeaderValue, Method, Request, Response, request::Parts};
use std::{
    convert::Infallible,
    fmt,
    sync::{Arc, Mutex},
};
use tower::{Layer, ServiceExt, service_fn};
use tower_cors::{Any, CorsLayer, Policy, PolicyBuilder};
use tracing_subscriber::layer::{Context, SubscriberExt};

const APP: &str = "https://app.example.com";

fn policy() -> PolicyBuilder {
    Policy::builder().allow_origin([APP, "https://*.example.org"]).allow_methods(["PUT", "PATCH"])
}

fn parts(method: &str, lines: &[(&'static str, &[u8])]) -> Parts {
    let mut request = Request::new(());
    *request.method_mut() = Method::from_bytes(method.as_bytes()).unwrap();
    *request.uri_mut() = "/path?query".parse().unwrap();
    for (name, value) in lines {
        let value = HeaderValue::from_bytes(value).unwrap();
        request.headers_mut().append(HeaderName::from_static(name), value);
    }
    request.into_parts().0
}

fn actual(origin: &str) -> Parts {
    parts("GET", &[("origin", origin.as_bytes())])
}

fn preflight(method: &str) -> Parts {
    let method = ("access-control-request-method", method.as_bytes());
    parts("OPTIONS", &[("origin", APP.as_bytes()), method])
}

/// Collects events as `LEVEL message {fields}`.
struct Events(Arc<Mutex<Vec<String>>>);

impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Events {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        #[derive(Default)]
        struct Fields(String, Vec<String>);
        impl tracing::field::Visit for Fields {
            fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn fmt::Debug) {
                match field.name() {
                    "message" => self.0 = format!("{value:?}"),
                    name => self.1.push(format!("{name}={value:?}")),
                }
            }
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        let metadata = event.metadata();
        assert!(metadata.target().starts_with("tower_cors"), "{}", metadata.target());
        let line = format!("{} {} {}", metadata.level(), fields.0, fields.1.join(" "));
        self.0.lock().unwrap().push(line);
    }
}

fn events(level: tracing::Level, parts: Vec<Parts>) -> Vec<String> {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let subscriber = tracing_subscriber::registry()
        .with(tracing_subscriber::filter::LevelFilter::from_level(level))
        .with(Events(lines.clone()));
    let shadow = Policy::builder().allow_origin(APP).allow_methods(Any).build().unwrap();
    let cors = CorsLayer::with_policies(policy().build().unwrap()).shadow(shadow, |_, _, _| ());
    let inner = service_fn(|_: Request<()>| async { Ok::<_, Infallible>(Response::new(())) });
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    tracing::subscriber::with_default(subscriber, || {
        for parts in parts {
            let response = cors.layer(inner).oneshot(Request::from_parts(parts, ()));
            runtime.block_on(response).unwrap();
        }
    });
    std::mem::take(&mut lines.lock().unwrap())
}

#[test]
fn events_tell_of_refusals_and_differences() {
    let requests = || {
        vec![
            parts("GET", &[]),
            actual(APP),
            actual("http://app.example.com"),
            preflight("PUT"),
            preflight("DELETE"),
            parts("GET", &[("origin", b"\x9b31m\xff")]),
        ]
    };
    let refused = [
        r#"INFO CORS request refused: origin "http://app.example.com" is not allowed; `http` where `https` is allowed: "https://app.example.com" is; to allow this one, add it to allow_origin kind="actual" method="GET" path="/path""#,
        r#"INFO CORS request refused: method "DELETE" is not allowed; to allow it, add "DELETE" to allow_methods kind="preflight" method="OPTIONS" path="/path""#,
        r#"INFO CORS shadow policy differs method="OPTIONS" path="/path" live=refused: method "DELETE" is not allowed shadow=granted"#,
        r#"INFO CORS request refused: "\x9b31m\xff" is no origin that a browser sends kind="actual" method="GET" path="/path""#,
    ];
    assert_eq!(events(tracing::Level::INFO, requests()), refused);
    assert_eq!(events(tracing::Level::WARN, requests()), Vec::<String>::new());
    let all = events(tracing::Level::TRACE, requests());
    let granted = all.iter().filter(|line| line.starts_with("TRACE")).collect::<Vec<_>>();
    assert_eq!(
        granted,
        [
            r#"TRACE CORS request granted kind="actual" method="GET" path="/path""#,
            r#"TRACE CORS request granted kind="preflight" method="OPTIONS" path="/path""#,
        ]
    );
    assert_eq!(all.len(), granted.len() + refused.len());
}
