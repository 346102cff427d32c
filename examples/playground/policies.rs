//! The policies: the built-in set, or a file's.

use crate::Failure;
use std::{net::SocketAddr, path::Path};
use tower_cors::{PolicyList, config::PolicyConfig};

/// Policies, and their text for the page to show.
pub(crate) struct Policies {
    pub(crate) list: PolicyList,
    pub(crate) text: String,
    /// `None`: the built-in set.
    pub(crate) file: Option<String>,
}

impl Policies {
    /// Those of a file; a bad one names all its errors.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let bad = |text: String| Failure { status: 2, text };
        // The public suffix list is consulted, whether or not the file asks for it.
        let list = PolicyConfig::from_file(path)
            .and_then(|config| config.checking_public_suffixes().build())
            .map_err(|errors| bad(errors.to_string()))?;
        let text = std::fs::read_to_string(path)
            .map_err(|error| bad(format!("{}: {error}", path.display())))?;
        Ok(Self { list, text, file: Some(path.display().to_string()) })
    }

    /// Those of `policies.toml`, for a page at this address.
    pub(crate) fn built_in(page: SocketAddr) -> Result<Self, Failure> {
        let text = for_page(include_str!("policies.toml"), page);
        let list = PolicyList::from_toml(&text).map_err(|errors| Failure {
            status: 2,
            text: format!(
                "the built-in policies do not fit a page at {page} (give --page a loopback address, or your own --policy):\n{errors}"
            ),
        })?;
        Ok(Self { list, text, file: None })
    }
}

/// The text with the page's own address for the default one.
pub(crate) fn for_page(text: &str, page: SocketAddr) -> String {
    let origin = origin(page);
    let port = origin.rsplit_once(':').map_or("", |(_, port)| port);
    let localhost =
        if page.port() == 80 { "localhost".into() } else { format!("localhost:{port}") };
    text.replace("127.0.0.1:4000", origin.trim_start_matches("http://"))
        .replace("localhost:4000", &localhost)
}

/// The origin that a browser sends for a page at this address.
pub(crate) fn origin(address: SocketAddr) -> String {
    match address.port() {
        80 => format!("http://{address}").trim_end_matches(":80").to_owned(),
        _ => format!("http://{address}"),
    }
}
