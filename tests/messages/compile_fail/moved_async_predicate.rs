use tower_cors::{AllowOrigin, CorsLayer};

fn main() {
    let allowed = AllowOrigin::async_predicate(|origin, _parts| async move { origin == "https://app.example.com" });
    let _ = CorsLayer::builder().allow_origin(allowed).build();
}
