//! Serves the API and its metrics on `127.0.0.1:3000`, or at the address given as an argument.

use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt::init();
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:3000".to_owned());
    // First the recorder, then everything that counts.
    let metrics = PrometheusBuilder::new().install_recorder()?;
    tower_cors::observe::describe_metrics();
    let listener =
        TcpListener::bind(&address).await.map_err(|error| format!("{address}: {error}"))?;
    println!("http://{}", listener.local_addr()?);
    let end = async { drop(tokio::signal::ctrl_c().await) };
    axum::serve(listener, metrics_example::app(metrics)?).with_graceful_shutdown(end).await?;
    Ok(())
}
