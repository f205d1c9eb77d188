//! What arrives where the operating system, or the policy of the runtime, refuses
//! something.
//!
//! `bind` of `std` creates a socket, binds it and listens, so the observation does not
//! tell which of them was refused.

use crate::family::Family;
use crate::observe::Observe;
use crate::report::step;
use crate::setup::{At, Halt, address, listening};
use crate::wait::settled;
use serde_json::Value;
use std::net::{TcpListener, TcpStream};

/// `kind:…` if `bind` fails, `later:kind:…` if connecting or accepting does afterwards,
/// `unaffected` if nothing does.
pub fn fault_listener(family: Family) -> Result<Value, Halt> {
    step("bind and listen");
    let listener = match TcpListener::bind(family.loopback(0)) {
        Ok(listener) => listener,
        Err(error) => return Ok(error.observe()),
    };
    step("connect, accept");
    let served = address(&listener)
        .and_then(|address| TcpStream::connect(address).at("connect"))
        .and_then(|_client| listener.accept().map(drop).at("accept"));
    match served {
        Ok(()) => Ok("unaffected".into()),
        Err(Halt::Blocked { error, .. }) => {
            Ok(format!("later:{}", crate::observe::kind(&error)).into())
        }
        Err(halt) => Err(halt),
    }
}

/// The family that is not missing goes on working.
pub fn fault_other_family(family: Family) -> Result<Value, Halt> {
    step("bind in the family that is missing");
    drop(TcpListener::bind(family.loopback(0)));
    fault_listener(family.other())
}

pub fn fault_accept(family: Family) -> Result<Value, Halt> {
    let listener = listening(family)?;
    listener.set_nonblocking(true).at("set_nonblocking")?;
    step("connect");
    let _client = TcpStream::connect(address(&listener)?).at("connect")?;
    step("accept");
    Ok(match settled(|| listener.accept()) {
        Ok(_) => "unaffected".into(),
        Err(error) => error.observe(),
    })
}

pub fn fault_connect(family: Family) -> Result<Value, Halt> {
    let listener = listening(family)?;
    step("connect");
    Ok(match TcpStream::connect(address(&listener)?) {
        Ok(_) => "unaffected".into(),
        Err(error) => error.observe(),
    })
}
