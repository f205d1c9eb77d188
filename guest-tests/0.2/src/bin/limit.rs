//! What happens when the process has no descriptor left.
//!
//! The environment leaves the process 64 of them. An implementation that opens
//! one at creation reaches the limit there. One that opens them later, or needs
//! none, does not, and the observation says so.

#![no_std]
#![no_main]

extern crate alloc;

use alloc::vec::Vec;
use guests::{
    At, ErrorCode, Halt, IpAddressFamily, Observe, Socket, TcpSocket, case, create,
    create_tcp_socket, json, listening, loopback, other, step, under_fault,
};

guests::cases!(
    code,
    survivors_bind,
    survivors_getters,
    recovers,
    recovers_other_family,
    failed_calls_free,
    shape,
    accept,
);

/// Enough sockets to be sure that nothing limits creation.
const MANY: usize = 256;

#[case]
fn code(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(json!(fill(family)?.error.observe()))
}

#[case]
fn survivors_bind(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let limit = fill(family)?;
    let Some(survivor) = limit.sockets.last() else {
        return Ok(json!("none"));
    };
    step("use a survivor");
    Ok(json!({
        "bind": survivor.bind(loopback(family, 0)).observe(),
        "listen": survivor.listen().observe(),
        "listening": survivor.is_listening(),
        "local-address": survivor.local_address().observe(),
    }))
}

#[case]
fn survivors_getters(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let limit = fill(family)?;
    let Some(survivor) = limit.sockets.first() else {
        return Ok(json!("none"));
    };
    step("ask a survivor");
    Ok(json!({
        "address-family": survivor.address_family().observe(),
        "is-listening": survivor.is_listening(),
        "keep-alive-enabled": survivor.keep_alive_enabled().map(drop).observe(),
        "hop-limit": survivor.hop_limit().map(drop).observe(),
        "receive-buffer-size": survivor.receive_buffer_size().map(drop).observe(),
    }))
}

#[case]
fn recovers(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    recovers_with(family, family)
}

#[case]
fn recovers_other_family(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    recovers_with(family, other(family))
}

fn recovers_with(family: IpAddressFamily, then: IpAddressFamily) -> Result<impl Observe, Halt> {
    let mut limit = fill(family)?;
    step("drop one");
    limit.sockets.pop();
    step("create again");
    Ok(create_tcp_socket(then).map(|socket| socket.address_family() == then))
}

/// A runtime may open a descriptor of its own meanwhile, so one less may fit.
#[case]
fn failed_calls_free(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let limit = fill(family)?;
    let fitted = limit.sockets.len();
    step("fail 1000 times");
    let failed = (0..1000)
        .filter(|_| create_tcp_socket(family).is_err())
        .count();
    drop(limit);
    let again = fill(family)?;
    Ok(json!({
        "failed": failed,
        "fit-but-one": again.sockets.len() + 1 >= fitted,
    }))
}

#[case]
fn shape(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let limit = fill(family)?;
    Ok(json!({
        "fit": limit.sockets.len(),
        "other-family": create_tcp_socket(other(family)).map(drop).observe(),
    }))
}

/// A client waits while no descriptor is left for it, and until one is.
#[case]
fn accept(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let (listener, client) = (listening(family)?, create(family)?);
    let address = listener.local_address().at("local-address")?;
    step("connect");
    let _streams = client.connect(address).at("connect")?;
    let mut limit = fill(family)?;
    step("accept at the limit");
    let at_limit = listener.accept_one().map(drop);
    if at_limit.is_ok() {
        return Ok(json!("accepts take no descriptor"));
    }
    step("drop some");
    limit
        .sockets
        .truncate(limit.sockets.len().saturating_sub(8));
    step("accept below the limit");
    let below = listener.accept_one().map(drop);
    Ok(json!({ "at-limit": at_limit.observe(), "below": below.observe() }))
}

/// As many sockets as can be created, and the error of the next creation.
struct Limit {
    sockets: Vec<TcpSocket>,
    error: ErrorCode,
}

/// Creates sockets until creation fails.
///
/// Where it never fails, the observation tells why: `deferred:…` if some of the
/// sockets can't be used, `unaffected` if all can.
fn fill(family: IpAddressFamily) -> Result<Limit, Halt> {
    step("fill");
    let mut sockets = Vec::new();
    while sockets.len() < MANY {
        match create_tcp_socket(family) {
            Ok(socket) => sockets.push(socket),
            Err(error) => return Ok(Limit { sockets, error }),
        }
    }
    step("use them all");
    for socket in &sockets {
        if let Err(code) = socket.bind(loopback(family, 0)) {
            return Err(Halt::Observed(under_fault::deferred(code)));
        }
    }
    let last = sockets
        .pop()
        .map(|socket| under_fault::from_bound(&socket, family));
    Err(Halt::Observed(last.unwrap_or_default()))
}
