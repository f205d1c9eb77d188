//! The program `wasi-tcp-conformance`, as a library for its own tests and
//! benchmarks.
//!
//! **Internal.** The library for the tests of a runtime is
//! `wasi-tcp-conformance`.

mod commands;
pub mod views;

pub use commands::main;
