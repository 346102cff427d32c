//! The table of `guide/moving.md`: what tower-http takes, and what is written here instead.

use http::{HeaderValue, Method, Request, Response, header::AUTHORIZATION, request::Parts};
use std::{convert::Infallible, time::Duration};
use tower::{Layer as _, service_fn};

const A: HeaderValue = HeaderValue::from_static("https://a.example");

async fn hello(_: Request<String>) -> Result<Response<String>, Infallible> {
    Ok(Response::new("hello".to_owned()))
}

/// The left column: if an update of tower-http breaks this, the table is out of date.
#[test]
fn what_tower_http_takes() {
    use tower_http::cors::{
        AllowCredentials, AllowHeaders, AllowMethods, AllowOrigin, AllowPrivateNetwork, Any, Cors,
        CorsLayer, ExposeHeaders, MaxAge, Vary, preflight_request_headers,
    };
    let _ = CorsLayer::default().layer(service_fn(hello));
    let _ = Cors::new(service_fn(hello)).allow_origin(Any);
    let _ = CorsLayer::new()
        .allow_origin(AllowOrigin::list([A]))
        .allow_origin(AllowOrigin::exact(A))
        .allow_origin(["https://a.example".parse().expect("a value")])
        .allow_origin(AllowOrigin::predicate(|origin: &HeaderValue, _: &Parts| {
            origin == "https://a.example" && origin.as_bytes().ends_with(b".example")
        }))
        .allow_methods(AllowMethods::list([Method::PUT]))
        .allow_methods(AllowMethods::mirror_request())
        .allow_headers(AllowHeaders::list([AUTHORIZATION]))
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers(ExposeHeaders::list([AUTHORIZATION]))
        .allow_credentials(AllowCredentials::yes())
        .max_age(MaxAge::exact(Duration::from_secs(1)))
        .allow_private_network(AllowPrivateNetwork::yes())
        .vary(Vary::list(preflight_request_headers().collect::<Vec<_>>()))
        .layer(service_fn(hello));
}

/// The right column.
#[test]
fn what_is_written_here() {
    use tower_cors::{
        AllowHeaders, AllowMethods, AllowOrigin, Any, Cors, CorsLayer, ExposeHeaders, Origin,
        Policy,
    };
    let cors = CorsLayer::builder()
        .allow_origin(AllowOrigin::list([A]))
        .allow_origin(AllowOrigin::exact(A))
        .allow_origin("https://b.example".parse::<HeaderValue>().expect("a value"))
        .allow_origin(["https://c.example"])
        .allow_origin(AllowOrigin::predicate(|origin, _| {
            origin == "https://d.example" && origin.as_bytes().ends_with(b".example")
        }))
        .allow_origin(AllowOrigin::predicate(|origin: &Origin, _: &Parts| {
            origin == "https://e.example"
        }))
        .allow_methods(AllowMethods::list([Method::PUT]))
        .allow_methods(AllowMethods::mirror_request())
        .allow_headers(AllowHeaders::list([AUTHORIZATION]))
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers(ExposeHeaders::list([AUTHORIZATION]))
        .allow_credentials(true)
        .max_age(Duration::from_secs(1))
        .allow_private_network(true)
        .build()
        .expect("valid");
    let _ = cors.layer(service_fn(hello));
    let any = Policy::builder().allow_origin(Any).build().expect("valid");
    let _ = Cors::new(service_fn(hello), any);
    let _ = CorsLayer::builder().allow_origin(AllowOrigin::none()).build().expect("valid");
}

/// With credentials, the network must not be able to act as the user: neither a predicate nor a
/// list lets an `http` origin in, unless the program asks for it.
#[test]
fn insecure_origins_with_credentials() {
    use tower_cors::{AllowOrigin, Policy};
    let always = || Policy::builder().allow_origin(AllowOrigin::predicate(|_, _| true));
    let table = [
        ("https://any.example", true, true),
        ("http://localhost:3000", true, true),
        ("http://intranet.example", false, true),
    ];
    for (origin, granted, granted_when_lifted) in table {
        for (lifted, granted) in [(false, granted), (true, granted_when_lifted)] {
            let policy = always().allow_credentials(true);
            let policy = policy.dangerously_allow_insecure_origins(lifted).build().expect("valid");
            let request = Request::get("/").header("origin", origin).body(()).expect("a request");
            let explanation = policy.explain(&request.into_parts().0).to_string();
            assert_eq!(explanation.starts_with("granted"), granted, "{origin}, lifted: {lifted}");
            if !granted {
                assert!(explanation.contains("serve the page over https"), "{explanation}");
            }
        }
    }
    let listed =
        || Policy::builder().allow_origin("http://intranet.example").allow_credentials(true);
    let errors = listed().build().expect_err("insecure").to_string();
    let text = "allow_origin: \"http://intranet.example\" is insecure, which cannot be combined with \
                allow_credentials: ";
    assert!(errors.starts_with(text), "{errors}");
    listed().dangerously_allow_insecure_origins(true).build().expect("lifted");
}
