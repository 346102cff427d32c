use axum::{Router, routing::get};
use tower::ServiceBuilder;
use tower_cors::CorsLayer;
use tower_http::trace::TraceLayer;

fn main() {
    let cors = CorsLayer::builder().allow_origin("https://app.example.com").build().unwrap();
    let layers = ServiceBuilder::new().layer(cors).layer(TraceLayer::new_for_http());
    let app: Router = Router::new().route("/", get(|| async { "hello" })).layer(layers);
    drop(app);
}
