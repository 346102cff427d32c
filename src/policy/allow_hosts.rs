//! Which hosts the server answers for, as the builder takes them.

use super::list::{ListItem, TextItems, list};

/// The hosts that [`allow_hosts`](crate::PolicyBuilder::allow_hosts) adds.
///
/// Most callers never name this type: the setter takes anything that converts into it.
///
/// | from | matches requests whose `:authority` or `Host` is |
/// | --- | --- |
/// | `"api.example.com"` | this host, with any port or none |
/// | `"api.example.com:8443"` | this host with this port; 80 and 443 match a missing port too |
/// | `"*.example.com"` | any subdomain, but not `example.com` |
/// | `"127.0.0.1"`, `"[::1]"` | this address |
/// | `["localhost", "127.0.0.1"]`, a slice, a `Vec` or a set of strings | one of these |
/// | `"localhost, 127.0.0.1"` | the same from one string, split at commas |
/// | [`AllowHosts::loopback`] | a name of this machine |
///
/// Names are compared without regard to case, and one trailing dot of the request's host is ignored.
///
/// Nothing is checked before [`build`](crate::PolicyBuilder::build), which reports all errors
/// together. An empty list is an error: every request would be refused.
///
/// ```
/// use tower_cors::{AllowHosts, Policy};
///
/// let policy = Policy::builder()
///     .allow_origin("http://localhost:5173")
///     .allow_hosts(AllowHosts::loopback())
///     .allow_hosts("devbox.internal:3000")
///     .build()?;
/// # Ok::<(), tower_cors::PolicyErrors>(())
/// ```
#[derive(Clone, Default)]
pub struct AllowHosts {
    pub(super) items: TextItems,
}

impl AllowHosts {
    /// The names of this machine: `localhost`, `*.localhost`, `127.0.0.1` and `[::1]`, with any port.
    ///
    /// ```
    /// use tower_cors::{AllowHosts, Policy};
    ///
    /// let policy = Policy::builder()
    ///     .allow_origin("http://localhost:*")
    ///     .allow_hosts(AllowHosts::loopback())
    ///     .build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    #[must_use]
    pub fn loopback() -> Self {
        Self::list(["localhost", "*.localhost", "127.0.0.1", "[::1]"])
    }

    /// One host.
    ///
    /// ```
    /// use tower_cors::{AllowHosts, Policy};
    ///
    /// let hosts = AllowHosts::exact("api.example.com");
    /// let policy = Policy::builder().allow_origin("*").allow_hosts(hosts).build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    pub fn exact(host: impl ListItem<Self>) -> Self {
        Self::list([host])
    }

    /// Several hosts. Strings among them are not split at commas.
    ///
    /// ```
    /// use tower_cors::{AllowHosts, Policy};
    ///
    /// let hosts = AllowHosts::list(["api.example.com", "*.internal"]);
    /// let policy = Policy::builder().allow_origin("*").allow_hosts(hosts).build()?;
    /// # Ok::<(), tower_cors::PolicyErrors>(())
    /// ```
    pub fn list<I: ListItem<Self>>(hosts: impl IntoIterator<Item = I>) -> Self {
        hosts.into_iter().collect()
    }

    pub(crate) fn append(&mut self, other: Self) {
        self.items.append(other.items);
    }
}

list!(AllowHosts);
