//! The program: judges WebAssembly runtimes, and shows what was found. Only this
//! exits.

use std::process::ExitCode;
use wasi_tcp_conformance::internal::note;

fn main() -> ExitCode {
    if let Some(code) = wasi_tcp_conformance::dispatch() {
        return code;
    }
    wasi_tcp_conformance_cli::main(std::env::args_os()).unwrap_or_else(|error| {
        note(&format!("error: {error}"));
        ExitCode::from(error.exit_code())
    })
}
