//! What a host's name says about it.

/// Whether `host` is the machine that the browser runs on: `localhost`, `*.localhost`, 127.0.0.0/8
/// or `[::1]` ([potentially trustworthy
/// hosts](https://w3c.github.io/webappsec-secure-contexts/#is-origin-trustworthy)).
pub(super) fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host == "[::1]"
        || host.parse().is_ok_and(|address: std::net::Ipv4Addr| address.is_loopback())
}
