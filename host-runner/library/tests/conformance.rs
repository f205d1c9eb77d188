//! The built-in wasmtime as `cargo test` shows it: every trial a test, of the guest in C too.

use wasi_tcp_conformance::adapter::Wasmtime;
use wasi_tcp_conformance::{Conformance, conformance_main};

conformance_main!(
    Conformance::embedding(Wasmtime)
        .baseline("implementations/wasmtime.json")
        .guests("../../guest-tests/c")
);
