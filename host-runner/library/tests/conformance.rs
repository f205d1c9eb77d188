//! The built-in wasmtime as `cargo test` shows it: every trial a test.

use std::process::ExitCode;
use wasi_tcp_conformance::Conformance;
use wasi_tcp_conformance::adapter::Wasmtime;

fn main() -> ExitCode {
    Conformance::embedding(Wasmtime)
        .baseline("implementations/wasmtime.json")
        .main()
}
