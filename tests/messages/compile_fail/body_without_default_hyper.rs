use http::{Request, Response};
use hyper::body::Incoming;
use hyper_util::service::TowerToHyperService;
use tower::{ServiceBuilder, service_fn};
use tower_cors::CorsLayer;

async fn proxy(_: Request<Incoming>) -> Result<Response<Incoming>, hyper::Error> {
    todo!()
}

fn serve<S: hyper::service::Service<Request<Incoming>>>(_: S) {}

fn main() {
    let cors = CorsLayer::builder().allow_origin("https://app.example.com").build().unwrap();
    let service = ServiceBuilder::new().layer(cors).service(service_fn(proxy));
    serve(TowerToHyperService::new(service));
}
