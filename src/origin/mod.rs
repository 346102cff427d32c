//! Origins, origin patterns, and sets of them.
//!
//! An **origin** is what a browser sends in the `Origin` header: scheme, host and optional port,
//! [serialized](https://html.spec.whatwg.org/multipage/browsers.html#ascii-serialisation-of-an-origin),
//! or the opaque `null`. Two origins are the same if their bytes are.
//!
//! 1. `scheme "://" host [":" port]`, all in lower case, nothing after it.
//! 2. The scheme is any that a page can have: `https`, `http`, `tauri`, `chrome-extension`, … Pages
//!    under `file`, `data`, `blob`, `about` and `javascript` have no origin of their own: they
//!    send `null`.
//! 3. The host is a DNS name (letters, digits, hyphens, underscores; 63 bytes a label, 253 in all;
//!    no dot at the end), an IPv4 address of four decimal numbers, or an IPv6 address in
//!    its compressed form in brackets.
//! 4. The port is 1 to 65535, and left out where it is the scheme's default.
//!
//! An **origin pattern** is an origin with stars:
//!
//! 1. `*` as the whole leftmost label is one or more labels: `https://*.example.com` matches
//!    `https://a.b.example.com`, never `https://example.com`.
//! 2. `*` within the leftmost label is one or more characters of it, never a dot:
//!    `https://app-git-*-team.example.dev`.
//! 3. `:*` is any port, the default one included: `http://localhost:*`.
//! 4. A star in the host is the only one, and at least two labels follow its own, so that no
//!    pattern covers a top-level domain. `http://*.localhost` is the one exception.
//!
//! Everything else is an error that says what is wrong and what was probably meant.

mod error;
mod grammar;
mod index;
mod ip;
mod pattern;
mod punycode;
mod set;
mod suggestion;
mod value;

pub use self::{
    error::{OriginError, OriginErrorKind},
    pattern::OriginPattern,
    set::OriginSet,
    value::Origin,
};
