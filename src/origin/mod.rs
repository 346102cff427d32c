//! Origins, origin patterns, and sets of them.
//!
//! An **origin** is what a browser sends in the `Origin` header: a scheme, a host and an optional
//! port,
//! [serialized](https://html.spec.whatwg.org/multipage/browsers.html#ascii-serialisation-of-an-origin),
//! or the opaque `null`. Two origins are the same if their bytes are the same.
//!
//! 1. `scheme "://" host [":" port]`, with nothing after it.
//! 2. The scheme is any scheme that a page can have, in lower case: `https`, `http`, `tauri`,
//!    `chrome-extension`, … Pages under `data`, `blob`, `about` and `javascript` have no origin of
//!    their own: they send `null`. So do local files, but some web views send `file://`.
//! 3. Under `https`, `http` and `ftp` the host is a DNS name in lower case (letters, digits, hyphens
//!    and underscores; at most 63 bytes a label and 253 in all; labels that begin with `xn--` are
//!    valid Punycode), an IPv4 address of four decimal numbers, or an IPv6 address in its compressed
//!    form in brackets.
//! 4. Under any other scheme the host is whatever the host of a URL may be, but for commas: Electron sends
//!    `app://.`, Capacitor on Android `capacitor://`, Safari upper case in
//!    `safari-web-extension://E93A1AC8-…`. A `*` is a star all the same.
//! 5. The port is a number from 1 to 65535. It is left out if it is the default port of the scheme.
//! 6. A request's host may end in one dot: browsers send `Origin: http://example.com.` for a page on
//!    `example.com.`. It is a different [`Origin`] than the one without the dot. It is not a valid
//!    [`OriginPattern`], so that it cannot be configured by mistake.
//!
//! An **origin pattern** is an origin with stars:
//!
//! 1. `*` as the whole leftmost label stands for one or more labels: `https://*.example.com`
//!    matches `https://a.b.example.com`, never `https://example.com`. At least one label follows it.
//!    If that label is a top-level domain (`https://*.com`), a policy needs an opt-in; see
//!    [`covers_top_level_domain`](OriginPattern::covers_top_level_domain).
//! 2. `*` inside the leftmost label stands for one or more characters of that label, never a dot:
//!    `https://app-git-*-team.example.dev`. At least two labels follow it, or one special-use name:
//!    `http://app-*.localhost`.
//! 3. Special-use names are `localhost`, `test`, `example`, `invalid` (RFC 6761), `local`,
//!    `intranet`, `internal`, `private`, `corp`, `home` and `lan` (RFC 6762, ICANN). Nobody can
//!    register names under them.
//! 4. `scheme://*` stands for any host, except the empty one, under a scheme other than `https`,
//!    `http` and `ftp`: Firefox gives an extension another `moz-extension://` host in every
//!    installation. The id of an extension is either written whole or is that star, and no port
//!    follows it.
//! 5. `:*` stands for any port, the default port included: `http://localhost:*`.
//! 6. A host has at most one star.
//!
//! Every other text is an error. The error says what is wrong, and suggests the corrected text
//! where the intent is clear. That includes a scheme with a typing error (`htps`), which no browser
//! sends.

mod error;
mod exact;
mod grammar;
mod hash;
mod host;
mod in_label;
mod index;
mod ip;
mod kind;
mod label_patterns;
mod lookup;
#[expect(clippy::module_inception, reason = "each file is named after what it holds")]
mod origin;
mod panic_text;
mod pattern;
mod patterns;
mod punycode;
mod scheme;
#[cfg(feature = "serde")]
mod serde;
mod set;
mod suggestion;

pub use self::{
    error::OriginError, kind::OriginErrorKind, origin::Origin, pattern::OriginPattern,
    set::OriginSet,
};
pub(crate) use self::{grammar::split_scheme, origin::OriginRef, set::OriginSetBuilder};
#[cfg(feature = "regex")]
pub(crate) use self::{
    host::is_special_use,
    scheme::{corrected_scheme, is_misspelled_scheme},
};
