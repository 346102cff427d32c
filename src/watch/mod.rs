//! A policy file that is watched: an edit takes effect while the server runs.
//!
//! ```no_run
//! use tower_cors::{CorsLayer, watch::FileWatcher};
//!
//! let (policies, watcher) = FileWatcher::start("cors.toml")?;
//! let cors = CorsLayer::with_policies(policies);
//! // Dropping `watcher` ends the watching.
//! # Ok::<(), tower_cors::config::ConfigErrors>(())
//! ```
//!
//! 1. The file is read at the start. If it is not valid, [`FileWatcher::start`] fails.
//! 2. What counts is the content that the path leads to, so every way of replacing a file is
//!    noticed: writing it in place, renaming another over it, deleting and recreating it, editing
//!    or swapping what a symbolic link points to (Kubernetes swaps the link `..data` of a
//!    `ConfigMap`), and renaming and recreating its folder.
//! 3. A new content takes effect when it was the same for the [quiet
//!    time](FileWatcherBuilder::quiet_time) and, on Linux, whoever wrote it has closed the file. So
//!    a half-written file is not in force, even where the half is itself a valid policy. A writer
//!    that leaves the file open without writing to it is waited for 30 seconds.
//! 4. A content that is not valid, an empty file, and a file that is missing or unreadable for the
//!    quiet time leave the policies in force unchanged. Each is reported once: it is logged at
//!    ERROR (feature "tracing") and passed to [`on_reload`](FileWatcherBuilder::on_reload).
//! 5. What changed is logged at INFO and passed to `on_reload`.
//!
//! **How it is noticed.** The path is checked at an [interval](FileWatcherBuilder::interval), which
//! works on every file system and whatever is replaced. In between, notifications of the operating
//! system lead to a check at once. They also say, on Linux, when a file was closed after writing.
//! Where they do not arrive (network file systems, folders shared with a virtual machine), only the
//! interval and the quiet time apply: a writer that pauses longer than the quiet time should write
//! another file and rename it.
//!
//! The watcher has a thread of its own and needs no async runtime.

mod builder;
mod content;
mod notifications;
mod worker;

pub use self::builder::{FileWatcher, FileWatcherBuilder};
