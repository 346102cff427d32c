//! The command; see the library for what it does.

use std::process::ExitCode;

fn main() -> ExitCode {
    cors_doctor::main()
}
