//! What programs see of TCP that use `std::net` on `wasm32-wasip2`.
//!
//! Between them and the runtime are `std` and wasi-libc: they start and finish each
//! operation, wait, and turn the error codes of WASI into `io::ErrorKind`. What a case
//! observes is therefore what all three make of it.

mod family;
mod net;
mod observe;
mod report;
mod setup;
mod transfer;
mod wait;

use std::process::ExitCode;

fn main() -> ExitCode {
    report::run(net::CASES)
}
