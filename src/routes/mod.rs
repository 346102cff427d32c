//! Several policies, of which the path and then the origin choose one.
//!
//! A [`PolicyList`] is an ordered list of entries, each a policy with the paths it covers:
//!
//! 1. The path decides first. The first entry whose paths cover the request's names the *scope*;
//!    entries with the same paths share it. An entry without paths covers every path.
//! 2. Then the origin, within the scope only: the first entry that allows it governs. If none does,
//!    the request is refused, and the scope's first entry says how.
//! 3. So a broad entry further down never widens a narrow one above it.
//! 4. A path that no entry covers, or that one covers which is [off](PolicyEntry::off), is left
//!    wholly alone: its `OPTIONS` and its own headers.
//! 5. A scope of several entries depends on the origin even if none of its policies does: all its
//!    responses say `Vary: Origin`.
//!
//! Paths are in [matchit](https://docs.rs/matchit)'s syntax, which is axum's: `/api/{id}`,
//! `/public/{*rest}`. They are compared with the raw path of the request, in its exact case, with
//! nothing decoded: `/api/{*rest}` matches neither `/api` nor `/api/`.
//!
//! **Caveat.** A router behind this may be more lenient: fold case, decode, drop a slash. Then a
//! path that is not covered here may reach a route all the same. For reading across origins that is
//! harmless (nothing is granted); for [enforcement](crate::PolicyBuilder::enforce) it is not, so a
//! list that enforces anywhere must end in an entry without paths.

mod entry;
mod error;
mod list;
mod path;
mod scope;

pub use self::{
    entry::PolicyEntry,
    error::{PolicyListError, PolicyListErrorKind, PolicyListErrors},
    list::{PolicyList, PolicyListBuilder},
};
