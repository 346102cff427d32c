//! A network that can fail.

use std::future::pending;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// How the network is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Network {
    /// It works.
    Works,
    /// Connections are closed, and new ones too, at once.
    Closes,
    /// Nothing gets through, and nobody is told: neither over connections that there are, which
    /// stay so for ever, nor over new ones.
    Swallows,
}

/// Between an instance and the database.
pub(crate) struct Proxy {
    port: u16,
    network: watch::Sender<Network>,
}

impl Proxy {
    pub(crate) async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let own_port = listener.local_addr().expect("bound").port();
        let (network, state) = watch::channel(Network::Works);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, port, state.clone()));
            }
        });
        Self { port: own_port, network }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn set(&self, network: Network) {
        self.network.send_replace(network);
    }
}

async fn pass(mut client: TcpStream, port: u16, mut network: watch::Receiver<Network>) {
    let now = *network.borrow_and_update();
    let now = if now == Network::Works {
        let Ok(mut server) = TcpStream::connect(("127.0.0.1", port)).await else { return };
        tokio::select! {
            _ = copy_bidirectional(&mut client, &mut server) => return,
            changed = network.changed() => match changed {
                Ok(()) => {}
                Err(_) => return,
            },
        }
        let now = *network.borrow_and_update();
        if now == Network::Swallows {
            // Both ends stay open, for ever.
            pending::<()>().await;
        }
        now
    } else {
        now
    };
    if now == Network::Swallows {
        pending::<()>().await;
    }
}
