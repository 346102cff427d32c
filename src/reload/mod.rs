//! Policies that are replaced while requests run.
//!
//! 1. [`Reloadable`] is given to the layer. Its [`ReloadHandle`], which can be cloned, replaces the
//!    policies.
//! 2. Replacing is atomic: each request is answered under one list as a whole, the old one or the
//!    new one. A request costs one atomic load and takes no lock.
//! 3. Policies that are not valid change nothing, and their errors are returned.
//! 4. What changed is returned in words, as a [`Change`], and logged (feature "tracing").
//!
//! For a file that is watched, see `tower_cors::watch` (feature "watch").
//!
//! ```
//! use tower_cors::{CorsLayer, PolicyList, Reloadable};
//!
//! let (policies, handle) = Reloadable::new(PolicyList::from_toml(r#"allow_origin = "https://a.example""#)?);
//! let cors = CorsLayer::with_policies(policies);
//!
//! let change = handle.replace(PolicyList::from_toml(
//!     r#"allow_origin = ["https://a.example", "https://b.example"]"#,
//! )?);
//! assert_eq!(change.to_string(), r#"policy: allow_origin: wider by "https://b.example""#);
//! # Ok::<(), tower_cors::config::ConfigErrors>(())
//! ```

mod change;
mod handle;

pub use self::{
    change::{Change, Difference, Direction},
    handle::{ReloadHandle, Reloadable},
};
