//! More sockets, one after another, than the process may have descriptors, in each way in
//! which a socket comes to its end.

#![no_std]
#![no_main]

use guests::clock::succeeds_in_time;
use guests::{
    At, ErrorCode, Halt, IpAddressFamily, Observe, Socket, Value, bound, case, connect_and_accept,
    create_tcp_socket, instance_network, listening, loopback, step,
};

guests::cases!(bind_in_progress, connect_in_progress, closed, whole_life);

/// More rounds than there are descriptors.
const ROUNDS: usize = 70;

/// Repeats a life of sockets, which are all dropped at its end. A host may take its time
/// to give descriptors back.
fn rounds(mut life: impl FnMut() -> Result<(), ErrorCode>) -> Value {
    step("live again and again");
    for _ in 0..ROUNDS {
        let mut last = Ok(());
        let lives = succeeds_in_time(|| {
            last = life();
            last.is_ok()
        });
        if !lives {
            return last.observe();
        }
    }
    "ok".into()
}

#[case]
fn bind_in_progress(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let network = instance_network();
    Ok(rounds(|| {
        create_tcp_socket(family)?.start_bind(&network, loopback(family, 0))
    }))
}

#[case]
fn connect_in_progress(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let network = instance_network();
    let listener = listening(family)?;
    let address = listener.local_address().at("local-address")?;
    Ok(rounds(|| {
        create_tcp_socket(family)?.start_connect(&network, address)
    }))
}

/// Nobody listens at the port of a socket that is bound, and connecting to it fails.
#[case]
fn closed(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let holder = bound(family)?;
    let address = holder.local_address().at("local-address")?;
    let fail = || {
        let socket = create_tcp_socket(family)?;
        Ok(socket.connect(address).err())
    };
    // By which code it fails is judged elsewhere.
    step("connect in vain");
    let first = fail().at("create")?;
    Ok(rounds(|| match (fail()?, first) {
        (Some(code), Some(first)) if code != first => Err(code),
        _ => Ok(()),
    }))
}

#[case]
fn whole_life(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(rounds(|| {
        let listener = create_tcp_socket(family)?;
        listener.bind(loopback(family, 0))?;
        listener.listen()?;
        let client = create_tcp_socket(family)?;
        connect_and_accept(&listener, &client).map(drop)
    }))
}
