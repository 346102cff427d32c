use tower_cors::{AllowOrigin, CorsLayer};

fn main() {
    let _ = CorsLayer::builder().allow_origin(AllowOrigin::mirror_request()).build();
}
