//! Calls that bindings never make: the runtime itself has to stop them.
//!
//! The Canonical ABI requires a trap for each. The last step in the report is the
//! hostile call. If it returns, the observation says so.

#![no_std]
#![no_main]

use core::mem::ManuallyDrop;
use guests::bindings::wasi::sockets::network::Network;
use guests::{
    Halt, IpAddressFamily, Observe, TcpSocket, Value, bound, case, create, instance_network,
    loopback, step,
};

guests::cases!(
    family_2,
    family_255,
    family_256,
    family_maximum,
    use_after_drop,
    subscribe_after_drop,
    start_bind_after_drop,
    double_drop,
    forged_handle,
    forged_handle_zero,
    forged_handle_maximum,
    forged_handle_drop,
    wrong_type_pollable,
    wrong_type_network,
    wrong_type_argument,
    wrong_type_drop,
);

#[case]
fn family_2(_: IpAddressFamily) -> Result<impl Observe, Halt> {
    create_with_number(2)
}

#[case]
fn family_255(_: IpAddressFamily) -> Result<impl Observe, Halt> {
    create_with_number(255)
}

/// The lowest byte of this number is that of a family.
#[case]
fn family_256(_: IpAddressFamily) -> Result<impl Observe, Halt> {
    create_with_number(256)
}

#[case]
fn family_maximum(_: IpAddressFamily) -> Result<impl Observe, Halt> {
    create_with_number(u32::MAX)
}

fn create_with_number(family: u32) -> Result<Value, Halt> {
    #[link(wasm_import_module = "wasi:sockets/tcp-create-socket@0.2.6")]
    unsafe extern "C" {
        #[link_name = "create-tcp-socket"]
        fn create_tcp_socket(family: u32, answer: *mut [u32; 2]);
    }
    let mut answer = [0; 2];
    hostile_call("family-range", || {
        // SAFETY: there is room for the answer, a `result` of two words.
        unsafe { create_tcp_socket(family, &raw mut answer) }
    })
}

#[case]
fn use_after_drop(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = dropped(create(family)?);
    hostile_call("use-after-drop", || socket.address_family())
}

#[case]
fn subscribe_after_drop(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = dropped(create(family)?);
    hostile_call("use-after-drop", || core::mem::forget(socket.subscribe()))
}

#[case]
fn start_bind_after_drop(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let network = instance_network();
    let socket = dropped(create(family)?);
    hostile_call("use-after-drop", || {
        socket.start_bind(&network, loopback(family, 0))
    })
}

#[case]
fn double_drop(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = dropped(bound(family)?);
    hostile_call("double-drop", || drop(ManuallyDrop::into_inner(socket)))
}

/// The number is far from that of every handle.
#[case]
fn forged_handle(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = create(family)?;
    let forged = forge(socket.handle() + 1_000_000);
    hostile_call("forged-handle", || forged.address_family())
}

#[case]
fn forged_handle_zero(_: IpAddressFamily) -> Result<impl Observe, Halt> {
    let forged = forge(0);
    hostile_call("forged-handle", || forged.address_family())
}

#[case]
fn forged_handle_maximum(_: IpAddressFamily) -> Result<impl Observe, Halt> {
    let forged = forge(u32::MAX - 1);
    hostile_call("forged-handle", || forged.address_family())
}

#[case]
fn forged_handle_drop(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = create(family)?;
    let forged = forge(socket.handle() + 1_000_000);
    hostile_call("forged-handle", || drop(ManuallyDrop::into_inner(forged)))
}

#[case]
fn wrong_type_pollable(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = create(family)?;
    let pollable = socket.subscribe();
    let forged = forge(pollable.handle());
    hostile_call("wrong-type", || forged.address_family())
}

#[case]
fn wrong_type_network(_: IpAddressFamily) -> Result<impl Observe, Halt> {
    let network = instance_network();
    let forged = forge(network.handle());
    hostile_call("wrong-type", || forged.address_family())
}

/// A socket in place of a network.
#[case]
fn wrong_type_argument(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = create(family)?;
    // SAFETY: it is never dropped, which would be unsound.
    let network = ManuallyDrop::new(unsafe { Network::from_handle(socket.handle()) });
    hostile_call("wrong-type", || {
        socket.start_bind(&network, loopback(family, 0))
    })
}

/// A network that is dropped as if it were a socket.
#[case]
fn wrong_type_drop(_: IpAddressFamily) -> Result<impl Observe, Halt> {
    let network = ManuallyDrop::new(instance_network());
    let forged = forge(network.handle());
    hostile_call("wrong-type", || drop(ManuallyDrop::into_inner(forged)))
}

/// Makes a call that must not return. Nothing is created between the step and
/// the call, so no handle gets the number of a dropped one.
fn hostile_call<T>(name: &str, call: impl FnOnce() -> T) -> Result<Value, Halt> {
    step(name);
    call();
    Ok("returned".into())
}

/// Drops a socket behind the back of the bindings.
fn dropped(socket: TcpSocket) -> ManuallyDrop<TcpSocket> {
    let number = socket.handle();
    drop(socket);
    forge(number)
}

/// A socket that has a number and nothing else.
fn forge(number: u32) -> ManuallyDrop<TcpSocket> {
    // SAFETY: the runtime has to check every number.
    ManuallyDrop::new(unsafe { TcpSocket::from_handle(number) })
}
