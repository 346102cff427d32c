//! A tonic server that pages call by gRPC-Web: unary calls, server streams, errors with details,
//! deadlines.
//!
//! The CORS layer is the first, so the outermost: `GrpcWebLayer` would answer preflights by itself.

use std::{error::Error, pin::Pin, time::Duration};
use tokio::net::TcpListener;
use tokio_stream::{Stream, StreamExt as _};
use tonic::{
    Code, Request, Response, Status,
    transport::{Server, server::TcpIncoming},
};
use tonic_types::{ErrorDetails, StatusExt as _};
use tonic_web::GrpcWebLayer;
use tower_cors::{CorsLayer, PolicyErrors, policy::Preset};

mod proto {
    tonic::include_proto!("greeter.v1");
}

use proto::{
    CountRequest, CountResponse, GreetRequest, GreetResponse, SleepRequest, SleepResponse,
    greeter_server::{Greeter, GreeterServer},
};

/// The service's definition, as a serialized `FileDescriptorSet`, for the page.
pub const DEFINITION: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/greeter.binpb"));

struct Service;

#[tonic::async_trait]
impl Greeter for Service {
    async fn greet(
        &self,
        request: Request<GreetRequest>,
    ) -> Result<Response<GreetResponse>, Status> {
        let name = request.into_inner().name;
        if name.is_empty() {
            let details = ErrorDetails::with_bad_request_violation("name", "must not be empty");
            let message = "the name is missing";
            return Err(Status::with_error_details(Code::InvalidArgument, message, details));
        }
        Ok(Response::new(GreetResponse { text: format!("hello, {name}") }))
    }

    type CountStream = Pin<Box<dyn Stream<Item = Result<CountResponse, Status>> + Send>>;

    async fn count(
        &self,
        request: Request<CountRequest>,
    ) -> Result<Response<Self::CountStream>, Status> {
        let to = request.into_inner().to.min(1000);
        let numbers = tokio_stream::iter(1..=to).map(|number| Ok(CountResponse { number }));
        Ok(Response::new(Box::pin(numbers)))
    }

    async fn sleep(
        &self,
        request: Request<SleepRequest>,
    ) -> Result<Response<SleepResponse>, Status> {
        let time = u64::from(request.into_inner().milliseconds).min(10_000);
        tokio::time::sleep(Duration::from_millis(time)).await;
        Ok(Response::new(SleepResponse {}))
    }
}

/// The headers that gRPC-Web needs, for the pages of one origin.
///
/// # Errors
///
/// If `page` is not an origin.
pub fn cors(page: &str) -> Result<CorsLayer, PolicyErrors> {
    CorsLayer::builder().allow_origin(page).preset(Preset::GrpcWeb).build()
}

/// Serves until `stop` is ready.
///
/// # Errors
///
/// If the listener fails.
pub async fn serve(
    listener: TcpListener,
    cors: CorsLayer,
    stop: impl Future<Output = ()>,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    Server::builder()
        .accept_http1(true)
        .layer(cors) // first, so outermost
        .layer(GrpcWebLayer::new())
        .add_service(GreeterServer::new(Service))
        .serve_with_incoming_shutdown(TcpIncoming::from(listener), stop)
        .await?;
    Ok(())
}
