//! Proves that an adapter works before it judges anything.
//!
//! No requirement is about these cases, so the topic has no expectations: the
//! runner knows what they print.

#![no_std]
#![no_main]

use guests::{Halt, IpAddressFamily, Observe, case, create_tcp_socket, step};

guests::cases!(hello, trap, host_trap, create);

/// Whether output arrives, from the first line to the last.
#[case]
fn hello(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(family)
}

/// What a trap looks like from the outside.
#[case]
fn trap(_: IpAddressFamily) -> Result<impl Observe, Halt> {
    step("trap");
    core::arch::wasm32::unreachable();
    #[expect(unreachable_code, reason = "the type of the case")]
    Ok(())
}

/// What a trap by the host looks like, as opposed to one by an instruction: here
/// for a family that does not exist.
#[case]
fn host_trap(_: IpAddressFamily) -> Result<impl Observe, Halt> {
    #[link(wasm_import_module = "wasi:sockets/tcp-create-socket@0.2.6")]
    unsafe extern "C" {
        #[link_name = "create-tcp-socket"]
        fn create_tcp_socket(family: u32, answer: *mut [u32; 2]);
    }
    let mut answer = [0; 2];
    step("host trap");
    // SAFETY: there is room for the answer, a `result` of two words.
    unsafe { create_tcp_socket(255, &raw mut answer) };
    Ok("returned")
}

/// Whether the network is allowed at all.
#[case]
fn create(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(create_tcp_socket(family).map(drop))
}
