//! The command as one static binary, built as its README says.
#![cfg(all(target_os = "linux", target_env = "gnu", target_pointer_width = "64"))]

use std::path::Path;
use std::process::Command;

/// Of program headers: a part that is loaded.
const LOAD: u32 = 1;
/// Of program headers: the dynamic loader that is asked for.
const INTERPRETER: u32 = 3;

#[test]
#[ignore = "builds the command and all that it needs once more"]
fn nothing_is_loaded_at_run_time() {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("static");
    let host = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--locked", "--package", "cors-doctor", "--target", &host])
        .arg("--target-dir")
        .arg(&directory)
        .env("RUSTFLAGS", "-C target-feature=+crt-static")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .unwrap();
    assert!(built.success());
    let binary = directory.join(host).join("debug/cors-doctor");
    let kinds = program_headers(&std::fs::read(&binary).unwrap());
    assert!(kinds.contains(&LOAD), "{kinds:?}");
    assert!(!kinds.contains(&INTERPRETER), "it asks for a dynamic loader: {kinds:?}");
    assert!(Command::new(&binary).arg("--version").status().unwrap().success());
}

/// The kinds of an ELF file's program headers.
fn program_headers(file: &[u8]) -> Vec<u32> {
    assert_eq!(&file[..4], b"\x7fELF");
    let number = |at: usize, bytes: usize| {
        let digits = file[at..at + bytes].iter().rev();
        digits.fold(0_usize, |number, byte| (number << 8) | usize::from(*byte))
    };
    let (first, size, count) = (number(0x20, 8), number(0x36, 2), number(0x38, 2));
    (0..count).map(|i| u32::try_from(number(first + i * size, 4)).unwrap()).collect()
}
