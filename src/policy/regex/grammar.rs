//! Kinds of origins as expressions, to be intersected with those of a policy.
//!
//! Lengths are left out: what is called possible here may still be too long for an origin.

use super::automaton::{Automaton, Shared, TooComplex};
use std::{collections::BTreeSet, fmt::Write, sync::LazyLock};

/// A kind of origins, compiled when it is first needed.
#[derive(Debug)]
pub(super) struct Kind(LazyLock<Result<Shared, TooComplex>>);

impl Kind {
    const fn new(make: fn() -> Result<Shared, TooComplex>) -> Self {
        Self(LazyLock::new(make))
    }

    pub(super) fn automaton(&self) -> Result<Automaton, TooComplex> {
        self.0.clone().map(Automaton::from)
    }
}

/// Origins as they are configured: no host ends in a dot.
pub(super) static ORIGIN: Kind = Kind::new(|| anchored(&[&web(&host(OCTET)), &OTHER]));

/// Those of scheme http or https whose host ends in a dot, which browsers send too.
pub(super) static DOTTED: Kind = Kind::new(|| anchored(&[&web(&dotted())]));

/// Those of scheme http or https, but for 127.0.0.0/8; a dot may end the host.
pub(super) static WEB: Kind =
    Kind::new(|| anchored(&[&web(&format!("{}|{}", host(OCTET_BUT_127), dotted()))]));

/// Those that nobody between the browser and the server can forge: all but `http` ones that are
/// not loopback.
pub(super) static SECURE: Kind = Kind::new(|| {
    let https = format!("https://(?:{})(?::(?:{}))?", host(OCTET), port(PORT_BUT_443));
    let loopback = format!(r"(?:{LABEL}\.)*localhost|127(?:\.(?:{OCTET})){{3}}|\[::1\]");
    let http = format!("http://(?:{loopback})(?::(?:{}))?", port(PORT_BUT_80));
    anchored(&[&https, &http, &OTHER])
});

const LABEL: &str = "[a-z0-9_-]+";
/// The last label of a name: no number, which would make it an IPv4 address.
const LAST_LABEL: &str = "[a-z0-9_-]*[a-z_-][a-z0-9_-]*";
const OCTET: &str = "[1-9]?[0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5]";
const OCTET_BUT_127: &str = "[1-9]?[0-9]|1[013-9][0-9]|12[0-689]|2[0-4][0-9]|25[0-5]";
/// Ports of up to four digits, but for the scheme's default.
const PORT_BUT_80: &str = "[1-9]|[1-79][0-9]|8[1-9]|[1-9][0-9]{2,3}";
const PORT_BUT_443: &str = "[1-9][0-9]?|[1-35-9][0-9]{2}|4[0-35-9][0-9]|44[0-24-9]|[1-9][0-9]{3}";

fn anchored(kinds: &[&str]) -> Result<Shared, TooComplex> {
    Shared::new(&format!(r"\A(?:{})\z", kinds.join("|")))
}

fn web(host: &str) -> String {
    let (http, https) = (port(PORT_BUT_80), port(PORT_BUT_443));
    format!("http://(?:{host})(?::(?:{http}))?|https://(?:{host})(?::(?:{https}))?")
}

fn host(first_octet: &str) -> String {
    let name = format!(r"(?:{LABEL}\.)*{LAST_LABEL}");
    format!(r"{name}|(?:{first_octet})(?:\.(?:{OCTET})){{3}}|\[[0-9a-f:]+\]")
}

fn dotted() -> String {
    format!(r"(?:{LABEL}\.)*{LAST_LABEL}\.")
}

fn port(up_to_four_digits: &str) -> String {
    format!(
        "{up_to_four_digits}|[1-5][0-9]{{4}}|6[0-4][0-9]{{3}}|65[0-4][0-9]{{2}}|655[0-2][0-9]|6553[0-5]"
    )
}

/// Schemes other than http and https (`chrome-extension`, `tauri`), whose hosts are opaque.
static OTHER: LazyLock<String> = LazyLock::new(|| {
    let scheme = all_schemes_but(&[
        "about",
        "blob",
        "data",
        "file",
        "http",
        "https",
        "javascript",
        "ws",
        "wss",
    ]);
    format!(r"(?:{scheme})://[!-~&&[^/?#@\\]]*")
});

/// An expression for every scheme that is none of `excluded`: it leaves the tree of their letters
/// at some letter, or ends before one of them does.
fn all_schemes_but(excluded: &[&str]) -> String {
    let prefixes = excluded
        .iter()
        .flat_map(|word| (0..=word.len()).map(move |len| &word[..len]))
        .collect::<BTreeSet<_>>();
    let mut all = String::new();
    for prefix in &prefixes {
        let letters = if prefix.is_empty() { "a-z" } else { r"a-z0-9+.\-" };
        let branches = ('a'..='z').filter(|c| prefixes.contains(format!("{prefix}{c}").as_str()));
        let branches = branches.collect::<String>();
        let leaves = if branches.is_empty() {
            format!("[{letters}]")
        } else {
            format!("[{letters}&&[^{branches}]]")
        };
        let _ = write!(all, "{prefix}{leaves}[a-z0-9+.\\-]*|");
        if !prefix.is_empty() && !excluded.contains(prefix) {
            let _ = write!(all, "{prefix}|");
        }
    }
    all.pop();
    all
}
