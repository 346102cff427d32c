//! HTTP/1.1 and HTTP/2 (with prior knowledge) on one port.

use http::{Request, Response};
use hyper::body::{Body, Incoming};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
    service::TowerToHyperService,
};
use std::{convert::Infallible, error::Error, time::Duration};
use tokio::net::TcpListener;
use tower::Service;

/// What a request's headers may have in all. hyper's own limits (16 KB for HTTP/2, 100 lines for
/// HTTP/1.1) are narrower than what one may want to try on the middleware.
const MAX_HEADER_BYTES: u32 = 2 * 1024 * 1024;
const MAX_HEADER_LINES: usize = 1000;

/// Serves until the program ends.
pub(crate) async fn serve<S, B>(listener: TcpListener, service: S)
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Too many open files, say: some will be closed.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let service = TowerToHyperService::new(service.clone());
        tokio::spawn(async move {
            let mut server = auto::Builder::new(TokioExecutor::new());
            server
                .http1()
                .timer(TokioTimer::new())
                .max_headers(MAX_HEADER_LINES)
                .max_buf_size(MAX_HEADER_BYTES as usize);
            server.http2().timer(TokioTimer::new()).max_header_list_size(MAX_HEADER_BYTES);
            // A connection that fails is its client's matter.
            let _ = server.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}
