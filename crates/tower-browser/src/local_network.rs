//! [Local network access](https://wicg.github.io/local-network-access/): a page of the public
//! network that asks a server in a local one, or on the machine itself.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::options::AddressSpace;
use super::url::is_loopback;

/// A request from a page to a less public [address space](AddressSpace) than its own. Chromium asks
/// the user before it sends one; see
/// [`Exchange::local_network_access`](super::Exchange::local_network_access).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocalNetworkAccess {
    pub(super) page: AddressSpace,
    pub(super) target: AddressSpace,
    pub(super) page_is_secure: bool,
}

impl LocalNetworkAccess {
    /// The address space of the page.
    #[must_use]
    pub fn page(&self) -> AddressSpace {
        self.page
    }

    /// The address space of the server.
    #[must_use]
    pub fn target(&self) -> AddressSpace {
        self.target
    }

    /// Whether the user is asked. A page that is not a [secure
    /// context](https://w3c.github.io/webappsec-secure-contexts/) is blocked without a question.
    #[must_use]
    pub fn is_prompted(&self) -> bool {
        self.page_is_secure
    }
}

impl fmt::Display for LocalNetworkAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { page, target, page_is_secure } = self;
        write!(
            f,
            "a page in the {page} address space asks a server in the {target} address space: "
        )?;
        f.write_str(if *page_is_secure {
            "Chromium asks the user first"
        } else {
            "Chromium blocks it, because the page is not a secure context"
        })
    }
}

/// The address space of hosts: what a test says, and otherwise what the host itself tells.
#[derive(Debug, Clone, Default)]
pub(super) struct AddressSpaces {
    told: Vec<(String, AddressSpace)>,
}

impl AddressSpaces {
    pub(super) fn tell(&mut self, host: &str, space: AddressSpace) {
        let host = super::host::parse(host).unwrap_or_else(|| host.to_ascii_lowercase());
        self.told.insert(0, (host, space));
    }

    pub(super) fn of(&self, host: &str) -> AddressSpace {
        let told = self.told.iter().find(|(name, _)| name == host);
        told.map_or_else(|| of_host(host), |(_, space)| *space)
    }
}

fn of_host(host: &str) -> AddressSpace {
    if let Some(address) = parse_address(host) {
        return of_address(address);
    }
    let name = host.strip_suffix('.').unwrap_or(host);
    if is_loopback(name) {
        AddressSpace::Loopback
    } else if name.rsplit_once('.').is_some_and(|(_, last)| last == "local") {
        AddressSpace::Local
    } else {
        AddressSpace::Public
    }
}

fn parse_address(host: &str) -> Option<IpAddr> {
    match host.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']')?.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
        None => host.parse::<Ipv4Addr>().ok().map(IpAddr::V4),
    }
}

/// <https://wicg.github.io/local-network-access/#ip-address-space>
fn of_address(address: IpAddr) -> AddressSpace {
    let is_local = match address {
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(address) => return of_address(IpAddr::V4(address)),
            None if address.is_loopback() => return AddressSpace::Loopback,
            None => address.is_unique_local() || address.is_unicast_link_local(),
        },
        IpAddr::V4(address) if address.is_loopback() || address.octets()[0] == 0 => {
            return AddressSpace::Loopback;
        }
        IpAddr::V4(address) => {
            let [first, second, ..] = address.octets();
            address.is_private()
                || address.is_link_local()
                || (first == 100 && second & 0b1100_0000 == 64)
                || (first == 198 && second & 0b1111_1110 == 18)
        }
    };
    if is_local { AddressSpace::Local } else { AddressSpace::Public }
}

#[cfg(test)]
mod tests {
    use super::{AddressSpace, AddressSpaces};

    #[test]
    fn hosts_have_address_spaces() {
        use AddressSpace::{Local, Loopback, Public};
        #[rustfmt::skip]
        let rows = [
            ("127.0.0.1", Loopback), ("127.255.0.9", Loopback), ("0.0.0.0", Loopback), ("[::1]", Loopback),
            ("localhost", Loopback), ("app.localhost", Loopback), ("localhost.", Loopback),
            ("[::ffff:7f00:1]", Loopback),
            ("10.0.0.1", Local), ("172.16.0.1", Local), ("172.31.255.255", Local), ("192.168.1.1", Local),
            ("169.254.1.1", Local), ("100.64.0.1", Local), ("100.127.255.255", Local), ("198.18.0.1", Local),
            ("198.19.255.255", Local), ("[fc00::1]", Local), ("[fd12::1]", Local), ("[fe80::1]", Local),
            ("[::ffff:c0a8:101]", Local), ("printer.local", Local), ("printer.local.", Local),
            ("172.15.0.1", Public), ("172.32.0.1", Public), ("100.128.0.1", Public), ("198.20.0.1", Public),
            ("8.8.8.8", Public), ("[2001:4860::8888]", Public), ("example.com", Public),
            ("local", Public), ("notlocalhost", Public),
        ];
        for (host, expected) in rows {
            assert_eq!(AddressSpaces::default().of(host), expected, "{host}");
        }
    }

    #[test]
    fn what_a_test_says_comes_first() {
        let mut spaces = AddressSpaces::default();
        spaces.tell("Intranet.Example", AddressSpace::Local);
        assert_eq!(spaces.of("intranet.example"), AddressSpace::Local);
        spaces.tell("intranet.example", AddressSpace::Public);
        assert_eq!(spaces.of("intranet.example"), AddressSpace::Public);
        spaces.tell("127.0.0.1", AddressSpace::Public);
        assert_eq!(spaces.of("127.0.0.1"), AddressSpace::Public);
    }
}
