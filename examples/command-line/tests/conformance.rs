//! Every trial of the conformance suite, as a test of this runtime. The file
//! that describes it serves the command line of the suite too:
//! `wasi-tcp-conformance -i tests/conformance.json=target/debug/tiny-runtime`.

use std::process::ExitCode;
use wasi_tcp_conformance::Conformance;

fn main() -> ExitCode {
    let built = env!("CARGO_BIN_EXE_tiny-runtime");
    Conformance::described_by("tests/conformance.json", Some(built)).main()
}
