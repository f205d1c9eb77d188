//! The built-in wasmtime as `cargo test` shows it: every trial a test.

use std::process::ExitCode;
use wasi_tcp_conformance::adapter::embedded::Embedded;
use wasi_tcp_conformance::{Conformance, child};

fn main() -> ExitCode {
    // The embedded wasmtime starts this program anew, for each trial.
    if let Some(code) = child::dispatch() {
        return code;
    }
    match Embedded::new() {
        Ok(wasmtime) => Conformance::of(wasmtime)
            .baseline(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/implementations/wasmtime.json"
            ))
            .main(),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}
