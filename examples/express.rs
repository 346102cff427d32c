//! The cases of the [tutorial of Express's
//! `cors`](https://expressjs.com/en/resources/middleware/cors.html), side by side.
//!
//! ```sh
//! cargo run --example express
//! curl -i -H 'Origin: https://evil.example' http://127.0.0.1:3000/allowlist/1      # 403, as the tutorial's error
//! curl -i -H 'Origin: https://example.com' http://127.0.0.1:3000/allowlist/1
//! ```

#[path = "support/mod.rs"]
mod support;

use axum::{
    Router,
    extract::Path,
    routing::{delete, get},
};
use http::{Method, StatusCode};
use std::error::Error;
use tower_cors::{AllowOrigin, Any, CorsLayer, Policy, PolicyErrors};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt::init();
    support::run("127.0.0.1:3000", app()?).await
}

async fn product(Path(id): Path<u32>) -> String {
    format!("product {id}\n")
}

pub(crate) fn app() -> Result<Router, PolicyErrors> {
    Ok(Router::new()
        .nest("/all", all_origins())
        .nest("/route", a_single_route())
        .nest("/one", one_origin()?)
        .nest("/allowlist", an_allowlist()?)
        .nest("/preflight", a_preflight()?)
        .nest("/preflights", preflights_everywhere()?)
        .nest("/dynamic", by_request()?))
}

/// Simple usage: all origins.
///
/// ```js
/// app.use(cors())
/// ```
fn all_origins() -> Router {
    Router::new().route("/{id}", get(product)).layer(CorsLayer::permissive())
}

/// A single route.
///
/// ```js
/// app.get('/products/:id', cors(), handler)
/// ```
fn a_single_route() -> Router {
    Router::new()
        .route("/{id}", get(product).layer(CorsLayer::permissive()))
        .route("/others/{id}", get(product))
}

/// One origin, and a status that old browsers like.
///
/// ```js
/// cors({ origin: 'http://example.com', optionsSuccessStatus: 200 })
/// ```
fn one_origin() -> Result<Router, PolicyErrors> {
    let cors = CorsLayer::builder()
        .allow_origin("http://example.com")
        .preflight_status(StatusCode::OK)
        .build()?;
    Ok(Router::new().route("/{id}", get(product)).layer(cors))
}

/// A function that errors for what is not on its list.
///
/// ```js
/// cors({
///   origin: function (origin, callback) {
///     if (allowlist.indexOf(origin) !== -1) callback(null, true)
///     else callback(new Error('Not allowed by CORS'))
///   }
/// })
/// ```
///
/// The error keeps the request from the handler: that is `enforce`. (For a plain list there is no
/// need of a function: `allow_origin(ALLOWLIST)` says which entry was nearly matched, too.)
fn an_allowlist() -> Result<Router, PolicyErrors> {
    const ALLOWLIST: [&str; 2] = ["https://example.com", "https://example.org"];
    let cors = CorsLayer::builder()
        .allow_origin(AllowOrigin::try_predicate(|origin, _request| {
            if ALLOWLIST.contains(&origin.as_str()) {
                Ok(true)
            } else {
                Err("Not allowed by CORS".into())
            }
        }))
        .enforce(true)
        .build()?;
    Ok(Router::new().route("/{id}", get(product)).layer(cors))
}

/// Preflights on one route.
///
/// ```js
/// app.options('/products/:id', cors())
/// app.delete('/products/:id', cors(), handler)
/// ```
///
/// There is nothing to register: the layer answers the preflights of what it wraps. But methods
/// have to be listed; Express allows PUT, PATCH and DELETE unasked.
fn a_preflight() -> Result<Router, PolicyErrors> {
    let cors = CorsLayer::builder().allow_origin(Any).allow_methods(Method::DELETE).build()?;
    Ok(Router::new()
        .route("/{id}", delete(product).layer(cors))
        .route("/others/{id}", delete(product)))
}

/// Preflights on all routes.
///
/// ```js
/// app.options('*', cors())
/// ```
fn preflights_everywhere() -> Result<Router, PolicyErrors> {
    let cors = CorsLayer::builder()
        .allow_origin(Any)
        .allow_methods([Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers(Any)
        .build()?;
    Ok(Router::new()
        .route("/{id}", get(product).delete(product))
        .route("/others/{id}", get(product).put(product))
        .layer(cors))
}

/// Options that depend on the request.
///
/// ```js
/// const corsOptionsDelegate = function (req, callback) {
///   callback(null, { origin: allowlist.indexOf(req.header('Origin')) !== -1 })
/// }
/// app.get('/products/:id', cors(corsOptionsDelegate), handler)
/// ```
///
/// Policies are validated once, at the start; the function only chooses. (By paths: a `PolicyList`,
/// without code.)
fn by_request() -> Result<Router, PolicyErrors> {
    let partners = Policy::builder().allow_origin("https://*.partner.example").build()?;
    let public = Policy::builder().allow_origin(Any).build()?;
    let cors = CorsLayer::by_request(move |request| {
        let path = request.uri.path();
        Some(if path.ends_with("/internal") { partners.clone() } else { public.clone() })
    });
    Ok(Router::new().route("/{id}", get(product)).route("/{id}/internal", get(product)).layer(cors))
}
