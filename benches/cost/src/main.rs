//! A server with one route, under the layer that the features of this package choose. It uses each
//! feature once, so that the linker keeps what a program needs of it.

use axum::{Router, routing::get};
use std::error::Error;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

fn main() -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let app = layered(Router::new().route("/", get(async || "hello")))?;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        Ok(axum::serve(listener, app).await?)
    })
}

#[cfg(not(any(feature = "tower-http", feature = "standard", feature = "tower")))]
fn layered(app: Router) -> Outcome<Router> {
    Ok(app)
}

#[cfg(feature = "tower-http")]
fn layered(app: Router) -> Outcome<Router> {
    use tower_http::cors::{AllowOrigin, CorsLayer};
    let origins = AllowOrigin::list(["https://app.example.com".parse()?]);
    let cors = CorsLayer::new()
        .allow_origin(origins)
        .allow_methods([axum::http::Method::PUT])
        .allow_headers([axum::http::header::CONTENT_TYPE])
        .allow_credentials(true);
    Ok(app.layer(cors))
}

#[cfg(any(feature = "standard", feature = "tower"))]
fn layered(app: Router) -> Outcome<Router> {
    let app = ours::add_features(app)?;
    Ok(app.layer(ours::builder().build()?))
}

#[cfg(any(feature = "standard", feature = "tower"))]
mod ours {
    use super::Outcome;
    use axum::Router;
    use tower_cors::{CorsLayer, PolicyBuilder};

    pub(crate) fn builder() -> PolicyBuilder<CorsLayer> {
        CorsLayer::builder()
            .allow_origin("https://app.example.com")
            .allow_methods("PUT")
            .allow_headers("content-type")
            .allow_credentials(true)
    }

    #[allow(unused_mut, reason = "not every feature adds something to the router")]
    pub(crate) fn add_features(mut app: Router) -> Outcome<Router> {
        #[cfg(feature = "axum")]
        {
            use axum::routing::get;
            let decision = async |decision: tower_cors::Decision| decision.to_string();
            app = app.route("/decision", get(decision));
        }
        #[cfg(feature = "config")]
        {
            let policies = tower_cors::PolicyList::from_file("cors.toml")?;
            app = app.layer(CorsLayer::with_policies(policies));
        }
        #[cfg(feature = "probe")]
        {
            let policy = tower_cors::Policy::permissive().build()?;
            tower_cors::probe::look_alikes(&policy, ["https://app.example.com"]).assert_none();
        }
        #[cfg(feature = "public-suffix")]
        {
            app = app.layer(builder().check_public_suffixes(true).build()?);
        }
        #[cfg(feature = "regex")]
        {
            use tower_cors::AllowOrigin;
            let origins = AllowOrigin::regex(r"https://pr-\d+\.example\.com");
            app = app.layer(builder().allow_origin(origins).build()?);
        }
        #[cfg(feature = "reload")]
        {
            let policy = tower_cors::Policy::permissive().build()?;
            let (policies, handle) = tower_cors::Reloadable::new(policy.clone());
            handle.replace(policy);
            app = app.layer(CorsLayer::with_policies(policies));
        }
        #[cfg(feature = "resolver")]
        {
            use tower_cors::{AsyncCorsLayer, Origin, Policy, Resolver, policy::BoxError};
            let resolver = Resolver::builder(|origin: Origin| async move {
                Ok::<_, BoxError>(Some(Policy::builder().allow_origin(origin).build()?))
            });
            app = app.layer(AsyncCorsLayer::with_source(resolver.build()?));
        }
        #[cfg(feature = "routes")]
        {
            let policy = tower_cors::Policy::permissive().build()?;
            let entry = tower_cors::routes::PolicyEntry::new(policy).paths(["/api/{*rest}"]);
            let policies = tower_cors::PolicyList::builder().entry(entry).build()?;
            app = app.layer(CorsLayer::with_policies(policies));
        }
        #[cfg(feature = "schema")]
        {
            let schema = schemars::schema_for!(tower_cors::config::PolicyConfig);
            println!("{}", schema.as_value());
        }
        #[cfg(feature = "serde")]
        {
            use serde::{Deserialize, de::value::StrDeserializer};
            let text = StrDeserializer::<serde::de::value::Error>::new("https://app.example.com");
            println!("{}", tower_cors::Origin::deserialize(text)?);
        }
        #[cfg(feature = "source")]
        {
            use tower_cors::{AsyncCorsLayer, Policy, policy::BoxError};
            let layer = AsyncCorsLayer::new(|_| async {
                Ok::<_, BoxError>(Some(Policy::permissive().build()?))
            });
            app = app.layer(layer);
        }
        #[cfg(feature = "watch")]
        {
            let (policies, watcher) = tower_cors::watch::FileWatcher::start("cors.toml")?;
            std::mem::forget(watcher);
            app = app.layer(CorsLayer::with_policies(policies));
        }
        Ok(app)
    }
}
