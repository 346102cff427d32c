//! Several policies: the path and then the origin select one.
//!
//! A [`PolicyList`] is an ordered list of entries, each a policy with the paths it covers:
//!
//! 1. The path decides first. The first entry whose paths cover the request's path names the
//!    *scope*. Entries with the same paths share that scope. An entry without paths covers every
//!    path.
//! 2. Then the origin decides, within the scope only. The first entry that allows the origin
//!    governs the request. If none does, the request is refused as the scope's first entry says.
//! 3. So a broad entry further down never widens a narrow one above it.
//! 4. If no entry covers a path, or the entry is [off](PolicyEntry::off), the request and its
//!    response are left unchanged: preflights reach the inner service, and its own headers stay.
//! 5. The answer of a scope with several entries depends on the origin even if none of its policies
//!    does, so all its responses have `Vary: Origin`.
//!
//! # Paths
//!
//! The syntax is axum's:
//!
//! | path | covers | does not cover |
//! | --- | --- | --- |
//! | `/api` | `/api` | `/api/`, `/API` |
//! | `/api/{id}` | `/api/1` | `/api/`, `/api/1/2` |
//! | `/files/{name}.json` | `/files/a.json` | `/files/.json` |
//! | `/public/{*rest}` | `/public/a`, `/public/a/b` | `/public`, `/public/` |
//! | `/{{id}}` | `/{id}` | `/1` |
//!
//! Paths are compared with the raw path of the request: case matters, and nothing is decoded. A
//! segment has at most one parameter. The cost of a lookup does not grow with the number of
//! entries.
//!
//! **Caveat.** A router behind this layer may be more lenient: it may ignore case, decode
//! characters or ignore a trailing slash. Then a path that is not covered here can still reach a
//! handler. For reading across origins this is harmless, because nothing is granted. For
//! [enforcement](crate::PolicyBuilder::enforce) and for
//! [hosts](crate::PolicyBuilder::allow_hosts) it is not, so a list that enforces or checks hosts
//! anywhere must end with an entry without paths.

mod builder;
mod entry;
mod error;
mod index;
mod list;
mod path;
mod pattern;
mod scope;
#[cfg(feature = "serde")]
mod serialize;

pub use self::{
    builder::PolicyListBuilder,
    entry::PolicyEntry,
    error::{PolicyListError, PolicyListErrorKind, PolicyListErrors},
    list::PolicyList,
};
