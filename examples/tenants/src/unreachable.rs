//! Why the database cannot be reached, in words.
//!
//! A pool tries again until its time is over, and then only says that it is.

use sqlx::{Error, postgres::PgConnectOptions};
use std::{io::ErrorKind, str::FromStr, time::Duration};
use tokio::{net::TcpStream, time::timeout};

const PATIENCE: Duration = Duration::from_secs(1);

/// Where PostgreSQL listens.
pub(crate) struct Address {
    host: String,
    port: u16,
}

impl Address {
    /// `None` for SQLite, and for sockets that are files.
    pub(crate) fn of(url: &str) -> Option<Self> {
        let options =
            url.starts_with("postgres").then(|| PgConnectOptions::from_str(url).ok())??;
        if options.get_socket().is_some() || options.get_host().starts_with('/') {
            return None;
        }
        Some(Self { host: options.get_host().to_owned(), port: options.get_port() })
    }

    /// What keeps a connection from being made.
    pub(crate) async fn explain(&self, error: &Error) -> String {
        let Self { host, port } = self;
        match error {
            Error::PoolTimedOut => {}
            Error::Io(error) => return self.refused(error),
            error => return error.to_string(),
        }
        match timeout(PATIENCE, TcpStream::connect((host.as_str(), *port))).await {
            Ok(Ok(_)) => {
                format!("{host}:{port} accepts connections, but the database does not answer")
            }
            Ok(Err(error)) => self.refused(&error),
            Err(_) => format!("no answer from {host}:{port}"),
        }
    }

    fn refused(&self, error: &std::io::Error) -> String {
        let Self { host, port } = self;
        match error.kind() {
            ErrorKind::ConnectionRefused => format!("connection refused by {host}:{port}"),
            ErrorKind::TimedOut => format!("no answer from {host}:{port}"),
            _ => format!("{host}:{port}: {error}"),
        }
    }
}
