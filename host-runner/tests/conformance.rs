//! The suite as `cargo test` shows it: every trial of the built-in wasmtime.

use std::process::ExitCode;
use wasi_tcp_conformance::{child, cli};

fn main() -> ExitCode {
    if let Some(code) = child::dispatch() {
        return code;
    }
    cli::main(std::env::args_os()).unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::from(error.exit_code())
    })
}
