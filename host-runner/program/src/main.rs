//! The program: judges WebAssembly runtimes, and shows what was found. Only this
//! exits.

use std::process::ExitCode;

fn main() -> ExitCode {
    if let Some(code) = wasi_tcp_conformance::dispatch() {
        return code;
    }
    wasi_tcp_conformance_cli::main(std::env::args_os()).unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::from(error.exit_code())
    })
}
