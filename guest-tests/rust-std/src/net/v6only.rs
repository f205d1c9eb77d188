//! An IPv6 socket has nothing to do with IPv4.

use crate::family::Family::{self, Ipv4, Ipv6};
use crate::observe::Observe;
use crate::report::step;
use crate::setup::{At, Halt, address, listening};
use serde_json::{Value, json};
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};

/// How many ports to try: another process may hold a port, which is no fault.
const ATTEMPTS: usize = 20;

/// Listens on one port of both wildcard addresses, that of `family` first.
pub fn wildcards_share_port(family: Family) -> Result<Value, Halt> {
    let mut second = Err(io::Error::from(ErrorKind::AddrInUse));
    for _ in 0..ATTEMPTS {
        step("listen at the first wildcard");
        let first = TcpListener::bind(family.wildcard(0)).at("bind")?;
        let port = address(&first)?.port();
        step("listen at the other wildcard");
        second = TcpListener::bind(family.other().wildcard(port)).map(drop);
        if second.is_ok() {
            break;
        }
    }
    Ok(second.observe())
}

pub fn ipv4_client(_: Family) -> Result<Value, Halt> {
    step("bind");
    let listener = TcpListener::bind(Ipv6.wildcard(0)).at("bind")?;
    let port = address(&listener)?.port();
    step("connect");
    Ok(json!({
        "ipv4-client-arrives": TcpStream::connect(Ipv4.loopback(port)).is_ok(),
        "ipv6-client": TcpStream::connect(Ipv6.loopback(port)).map(drop).observe(),
    }))
}

pub fn connect_mapped(_: Family) -> Result<Value, Halt> {
    let listener = listening(Ipv4)?;
    let address = mapped_loopback(address(&listener)?.port());
    step("connect");
    Ok(TcpStream::connect(address).map(drop).observe())
}

pub fn bind_mapped(_: Family) -> Result<Value, Halt> {
    step("bind");
    Ok(TcpListener::bind(mapped_loopback(0)).map(drop).observe())
}

/// The methods are deprecated: after `bind`, which listens already, it is too late to set
/// it on any system.
#[expect(deprecated, reason = "programs still call them")]
pub fn only_v6(family: Family) -> Result<Value, Halt> {
    let listener = listening(family)?;
    step("only_v6");
    Ok(json!({
        "get": listener.only_v6().observe(),
        "set": listener.set_only_v6(true).observe(),
    }))
}

fn mapped_loopback(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST.to_ipv6_mapped(), port).into()
}
