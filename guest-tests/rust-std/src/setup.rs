//! Brings sockets into the state that a case starts from.
//!
//! A case does not observe these steps. When one fails, the case is blocked, which no
//! expectation accepts: an error during set-up is never mistaken for the error that the
//! case tests.

use crate::family::Family;
use crate::report::step;
use serde_json::Value;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};

/// Why a case ended early.
pub enum Halt {
    /// A step of the set-up failed.
    Blocked {
        /// The step.
        step: &'static str,
        /// The error of the call.
        error: io::Error,
    },
    /// The case has seen all there is to see.
    Observed(Value),
    /// The runner did not pass what the case needs.
    Refused(&'static str),
}

/// Names the step of the set-up that a result belongs to.
pub trait At<T> {
    /// Turns an error into [`Halt::Blocked`] at `step`.
    fn at(self, step: &'static str) -> Result<T, Halt>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, step: &'static str) -> Result<T, Halt> {
        self.map_err(|error| Halt::Blocked { step, error })
    }
}

/// A listener on a free port of the loopback address.
pub fn listening(family: Family) -> Result<TcpListener, Halt> {
    step("listen");
    TcpListener::bind(family.loopback(0)).at("listen")
}

/// The address of a listener.
pub fn address(listener: &TcpListener) -> Result<SocketAddr, Halt> {
    listener.local_addr().at("local_addr")
}

/// An address of the loopback interface where nobody listens any more.
pub fn nobody(family: Family) -> Result<SocketAddr, Halt> {
    address(&listening(family)?)
}

/// The two ends of a connection, and its listener.
pub struct Pair {
    /// The end that connected.
    pub client: TcpStream,
    /// The end that was accepted.
    pub server: TcpStream,
    /// The listener, which still listens.
    pub listener: TcpListener,
}

/// Makes a connection over the loopback address.
pub fn connected(family: Family) -> Result<Pair, Halt> {
    let listener = listening(family)?;
    step("connect");
    let client = TcpStream::connect(address(&listener)?).at("connect")?;
    step("accept");
    let (server, _) = listener.accept().at("accept")?;
    Ok(Pair {
        client,
        server,
        listener,
    })
}
