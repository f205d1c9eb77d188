//! What happens when there are as many connections to a peer outside the guest as there
//! can be.
//!
//! The environment leaves the process 64 descriptors, or the implementation gives a guest
//! few sockets. It may say so at creation or when a socket connects.

#![no_std]
#![no_main]

extern crate alloc;

use alloc::vec::Vec;
use guests::clock::succeeds_in_time;
use guests::transfer::{self, Transfer};
use guests::{
    Connection, ErrorCode, Halt, IpAddressFamily, IpSocketAddress, Observe, Socket, case,
    create_tcp_socket, json, outside_listener, step,
};

guests::cases!(error, survivors, recovers, failed_calls_free);

/// Enough connections to be sure that nothing limits them.
const MANY: usize = 256;

#[case]
fn error(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(fill(outside_listener(family)?, family)?.error)
}

/// Those that were made before go on, the first and the last of them.
#[case]
fn survivors(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let address = outside_listener(family)?;
    let limit = fill(address, family)?;
    step("carry bytes");
    Ok(match limit.clients.as_slice() {
        [] => json!("none"),
        [only] => there_and_back(only, 1000).run(),
        [first, .., last] => transfer::run_all(&mut [
            &mut there_and_back(first, 1000),
            &mut there_and_back(last, 2000),
        ]),
    })
}

#[case]
fn recovers(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let address = outside_listener(family)?;
    let mut limit = fill(address, family)?;
    step("drop one");
    limit.clients.pop();
    step("connect again");
    Ok(succeeds_in_time(|| connect(address, family).is_ok()))
}

/// A host may open something of its own meanwhile, so one less may fit.
#[case]
fn failed_calls_free(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let address = outside_listener(family)?;
    let limit = fill(address, family)?;
    let fitted = limit.clients.len();
    step("fail 100 times");
    let failed = (0..100)
        .filter(|_| connect(address, family).is_err())
        .count();
    drop(limit);
    step("fill again");
    let mut fit = Ok(false);
    succeeds_in_time(|| {
        fit = fill(address, family).map(|again| again.clients.len() + 1 >= fitted);
        !matches!(fit, Ok(false))
    });
    Ok(json!({ "failed": failed, "fit-but-one": fit? }))
}

/// As many connections as there can be, and what the next one met.
struct Limit {
    clients: Vec<Connection>,
    error: ErrorCode,
}

/// Makes connections until one fails. Where none does, the observation tells.
fn fill(address: IpSocketAddress, family: IpAddressFamily) -> Result<Limit, Halt> {
    step("connect until it fails");
    let mut clients = Vec::new();
    while clients.len() < MANY {
        match connect(address, family) {
            Ok(client) => clients.push(client),
            Err(error) => return Ok(Limit { clients, error }),
        }
    }
    Err(Halt::Observed("unaffected".into()))
}

fn there_and_back(client: &Connection, length: usize) -> Transfer<'_> {
    Transfer::new(&client.output, &client.input, length)
}

fn connect(address: IpSocketAddress, family: IpAddressFamily) -> Result<Connection, ErrorCode> {
    let socket = create_tcp_socket(family)?;
    let (input, output) = socket.connect(address)?;
    Ok(Connection {
        input,
        output,
        socket,
    })
}
