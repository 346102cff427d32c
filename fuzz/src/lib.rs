//! The targets are those of the tests, which run them too.

#[path = "../../tests/fuzz/drive.rs"]
pub mod drive;
#[path = "../../tests/fuzz/targets/mod.rs"]
pub mod targets;
