//! Policies that are swapped while requests run.
//!
//! 1. [`Reloadable`] is given to the layer; its [`ReloadHandle`], which can be cloned, swaps what
//!    it holds.
//! 2. A swap is atomic: each request is answered under one list as a whole, the old one or the new
//!    one. A request costs one atomic load, no lock.
//! 3. What is not valid changes nothing, and its errors come back.
//! 4. What a swap changed comes back in words, as a [`Change`], and is logged (feature "tracing").
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
