use http::{Request, Response};
use std::convert::Infallible;
use tower::{Service, ServiceBuilder, service_fn};
use tower_cors::CorsLayer;

async fn hello(_: Request<String>) -> Result<Response<String>, Infallible> {
    Ok(Response::default())
}

fn serve<S: Service<Request<String>>>(_: S) {}

fn main() {
    let cors = CorsLayer::builder().allow_origin("https://app.example.com");
    serve(ServiceBuilder::new().layer(cors).service(service_fn(hello)));
}
