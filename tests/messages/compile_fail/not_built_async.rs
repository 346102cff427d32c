use axum::{Router, routing::get};
use tower_cors::{AsyncCorsLayer, Policy, policy::BoxError};

fn main() {
    let cors = AsyncCorsLayer::builder(|_parts| async { Ok::<Option<Policy>, BoxError>(None) });
    let app: Router = Router::new().route("/", get(|| async { "hello" })).layer(cors);
    drop(app);
}
