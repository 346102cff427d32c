use http::header::ORIGIN;
use tower_cors::CorsLayer;

fn main() {
    let _ = CorsLayer::builder().vary([ORIGIN]).build();
    let _ = CorsLayer::permissive().vary([ORIGIN]).build();
}
