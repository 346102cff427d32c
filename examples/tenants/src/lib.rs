//! An API whose tenants say themselves which web origins may call it.
//!
//! 1. A tenant's origins stand in a database: SQLite, or PostgreSQL shared by several instances.
//! 2. What is entered is validated by the very builder that later makes the policy of it; its
//!    errors, suggestions included, go to whoever entered it.
//! 3. `/api/{tenant}/…` is governed by the policy of that tenant, through an `AsyncCorsLayer` and a
//!    `Resolver` keyed by tenant.
//! 4. Instances learn of each other's changes by `LISTEN`/`NOTIFY`, and by re-reading at intervals
//!    what changed since they last looked.
//!
//! What an instance answers that is cut off from its database: for tenants whose policy it knows,
//! what that says, for [`Settings::time_to_live`] and then [`Settings::stale_on_error`]; for all
//! others it refuses, preflights with 503. Nothing can be edited there. Once the connection is
//! back, it reads what changed meanwhile, and from then on answers like the others.
//!
//! There is no login here, so keep it on a loopback address.

mod api;
mod app;
mod follow;
mod policy;
mod store;
mod tenant_id;
mod unreachable;

pub use self::app::{App, Settings};
