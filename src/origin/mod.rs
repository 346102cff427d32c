//! Origins, origin patterns, and sets of them.
//!
//! An **origin** is what a browser sends in the `Origin` header: a scheme, a host and an optional
//! port,
//! [serialized](https://html.spec.whatwg.org/multipage/browsers.html#ascii-serialisation-of-an-origin),
//! or the opaque `null`. Two origins are the same if their bytes are the same.
//!
//! 1. `scheme "://" host [":" port]`, all in lower case, with nothing after it.
//! 2. The scheme is any scheme that a page can have: `https`, `http`, `tauri`, `chrome-extension`,
//!    … Pages under `file`, `data`, `blob`, `about` and `javascript` have no origin of their own:
//!    they send `null`.
//! 3. The host is a DNS name (letters, digits, hyphens and underscores; at most 63 bytes a label
//!    and 253 in all; no dot at the end), an IPv4 address of four decimal numbers, or an IPv6
//!    address in its compressed form in brackets.
//! 4. The port is a number from 1 to 65535. It is left out if it is the default port of the scheme.
//!
//! An **origin pattern** is an origin with stars:
//!
//! 1. `*` as the whole leftmost label stands for one or more labels: `https://*.example.com`
//!    matches `https://a.b.example.com`, never `https://example.com`.
//! 2. `*` inside the leftmost label stands for one or more characters of that label, never a dot:
//!    `https://app-git-*-team.example.dev`.
//! 3. `:*` stands for any port, the default port included: `http://localhost:*`.
//! 4. A host has at most one star, and at least two labels follow the label with the star, so that
//!    no pattern covers a top-level domain. `http://*.localhost` is the one exception.
//!
//! Every other text is an error. The error says what is wrong, and suggests the corrected text
//! where the intent is clear.

mod error;
mod grammar;
mod host;
mod index;
mod ip;
mod kind;
#[expect(clippy::module_inception, reason = "each file is named after what it holds")]
mod origin;
mod panic_text;
mod pattern;
mod punycode;
#[cfg(feature = "serde")]
mod serde;
mod set;
mod suggestion;

pub use self::{
    error::OriginError, kind::OriginErrorKind, origin::Origin, pattern::OriginPattern,
    set::OriginSet,
};
