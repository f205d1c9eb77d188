//! Proves that an adapter works before anything is judged with it.
//!
//! These cases say nothing about sockets that a requirement would cite, so
//! this topic has no expectations: the runner knows what they print.

#![no_std]
#![no_main]

use guest_tests::{Halt, IpAddressFamily, Observe, create_tcp_socket, step};

guest_tests::cases!(hello, trap, host_trap, create);

/// Output arrives, from the first line to the last.
fn hello(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(family)
}

/// What a trap looks like from outside.
fn trap(_: IpAddressFamily) -> Result<impl Observe, Halt> {
    step("trap");
    core::arch::wasm32::unreachable();
    #[expect(unreachable_code, reason = "the type of the case")]
    Ok(())
}

/// What it looks like when the host, and not an instruction, traps: here for a
/// family that is none.
fn host_trap(_: IpAddressFamily) -> Result<impl Observe, Halt> {
    #[link(wasm_import_module = "wasi:sockets/tcp-create-socket@0.2.6")]
    unsafe extern "C" {
        #[link_name = "create-tcp-socket"]
        fn create_tcp_socket(family: u32, answer: *mut [u32; 2]);
    }
    let mut answer = [0; 2];
    step("host trap");
    // SAFETY: the answer, a `result` of two words, has its place.
    unsafe { create_tcp_socket(255, &raw mut answer) };
    Ok("returned")
}

/// Whether the network is allowed at all.
fn create(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(create_tcp_socket(family).map(drop))
}
