use tower_cors::CorsLayer;

fn main() {
    let _ = CorsLayer::builder().allow_origin("https://app.example.com").wrap_body();
    let _ = CorsLayer::permissive().wrap_body();
}
