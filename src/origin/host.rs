//! What the name of a host says about it.

/// Whether `host` is the machine that the browser runs on: `localhost`, `*.localhost`, 127.0.0.0/8
/// or `[::1]` ([potentially trustworthy
/// hosts](https://w3c.github.io/webappsec-secure-contexts/#is-origin-trustworthy)). A name with a
/// trailing dot does not count: the safer reading, and nobody develops on `localhost.`.
pub(super) fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host == "[::1]"
        || host.parse().is_ok_and(|address: std::net::Ipv4Addr| address.is_loopback())
}

/// Whether nobody can register names under this top-level label: it is a special-use name of
/// [RFC 6761](https://www.rfc-editor.org/rfc/rfc6761), a private one of [RFC 6762, appendix
/// G](https://www.rfc-editor.org/rfc/rfc6762#appendix-G), or ICANN's
/// [`internal`](https://www.icann.org/en/board-activities-and-meetings/materials/approved-resolutions-special-meeting-of-the-icann-board-29-07-2024-en).
pub(crate) const fn is_special_use(label: &[u8]) -> bool {
    matches!(
        label,
        b"localhost"
            | b"test"
            | b"example"
            | b"invalid"
            | b"local"
            | b"internal"
            | b"intranet"
            | b"private"
            | b"corp"
            | b"home"
            | b"lan"
    )
}
