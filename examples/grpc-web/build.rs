//! Compiles the service's definition, without `protoc`; the page reads the same definition as data.

use prost::Message as _;
use std::{env, error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=proto");
    let definition = protox::compile(["proto/greeter.proto"], ["proto"])?;
    let out = env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join("greeter.binpb"), definition.encode_to_vec())?;
    tonic_prost_build::configure().compile_fds(definition)?;
    Ok(())
}
