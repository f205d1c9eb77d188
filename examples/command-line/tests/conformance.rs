//! Every trial of the conformance suite, as a test of this runtime. The file
//! that describes it serves the command line of the suite too:
//! `wasi-tcp-conformance -i tests/conformance.json=target/debug/tiny-runtime`.

use wasi_tcp_conformance::{Conformance, conformance_main};

conformance_main!(Conformance::described_by(
    "tests/conformance.json",
    Some(env!("CARGO_BIN_EXE_tiny-runtime")),
));
