//! What the compiler says where the layer does not fit: its first lines name the fix.
//!
//! The texts are those of the Rust version that CI uses. After an update of Rust, or on purpose:
//! `TRYBUILD=overwrite cargo test -p messages --test compile_fail`.

#[test]
fn messages() {
    trybuild::TestCases::new().compile_fail("compile_fail/*.rs");
}
