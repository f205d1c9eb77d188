//! What the host remembers of the sockets and pollables of a guest, so that a mutant
//! knows when to do what.

use crate::mutant::{Event, Method};
use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tokio::time::Instant;
use wasi_tcp_conformance::Family;
use wasi_tcp_conformance_core::walk::{SocketOption, State};
use wasmtime_wasi::p2::bindings::sockets::network::IpSocketAddress;
use wasmtime_wasi::p2::bindings::sockets::tcp::ShutdownType;

/// What was lost on the way: it is kept to the end of the guest.
pub type Lost = Arc<Mutex<Vec<Box<dyn Any + Send>>>>;

#[derive(Default)]
pub struct Memory {
    pub sockets: HashMap<u32, Facts>,
    pub pollables: HashMap<u32, Watch>,
    /// What sockets were when they were dropped, by their numbers.
    pub dropped: HashMap<u32, Legacy>,
    /// How often the method of the mutant was called, on any socket.
    pub calls: usize,
    /// The socket that was made last.
    pub last: Option<u32>,
    pub polls: usize,
    pub lost: Lost,
}

pub struct Facts {
    pub family: Family,
    pub state: State,
    pub events: Vec<Event>,
    /// How often the method of the mutant was called.
    pub calls: usize,
    /// How many pollables it was given.
    pub pollables: usize,
    /// How often it hesitated.
    pub hesitated: usize,
    /// When its operation ends, if it is a slow one.
    pub ends: Option<Instant>,
    /// What the method of the mutant answered first.
    pub first: Option<u64>,
    pub first_address: Option<IpSocketAddress>,
    pub address: Option<IpSocketAddress>,
    pub peer: Option<IpSocketAddress>,
    pub shut: Option<ShutdownType>,
    /// What options were at first, and what they were set to.
    pub defaults: HashMap<SocketOption, u64>,
    pub values: HashMap<SocketOption, u64>,
    pub legacy: Option<Legacy>,
}

/// What a socket was when it was dropped.
#[derive(Clone)]
pub struct Legacy {
    pub family: Family,
    pub state: State,
    pub had_pollables: bool,
    pub address: Option<IpSocketAddress>,
    pub peer: Option<IpSocketAddress>,
    pub shut: Option<ShutdownType>,
    pub values: HashMap<SocketOption, u64>,
}

/// A pollable of a socket.
pub struct Watch {
    pub socket: u32,
    /// Which of its pollables it is.
    pub number: usize,
    /// Whether it was ready when the guest subscribed.
    pub was_ready: bool,
    pub was_reported: bool,
    pub events: usize,
}

impl Facts {
    pub fn new(family: Family, state: State, legacy: Option<Legacy>) -> Self {
        Self {
            family,
            state,
            events: Vec::new(),
            calls: 0,
            pollables: 0,
            hesitated: 0,
            ends: None,
            first: None,
            first_address: None,
            address: None,
            peer: None,
            shut: None,
            defaults: HashMap::new(),
            values: HashMap::new(),
            legacy,
        }
    }

    pub fn legacy(&self) -> Legacy {
        Legacy {
            family: self.family,
            state: self.state,
            had_pollables: self.pollables > 0,
            address: self.address,
            peer: self.peer,
            shut: self.shut,
            values: self.values.clone(),
        }
    }

    /// Where a call leads: the next state, and what happened.
    pub fn follow(&mut self, method: Method, succeeded: bool) -> Option<Event> {
        let (state, event) = match (method, succeeded) {
            ("start-bind", true) => (State::BindInProgress, None),
            ("finish-bind", true) => (State::Bound, Some(Event::Bind)),
            ("finish-bind", false) => (State::Unbound, None),
            ("start-listen", true) => (State::ListenInProgress, None),
            ("finish-listen", true) => (State::Listening, Some(Event::Listen)),
            ("start-connect", true) => (State::ConnectInProgress, None),
            ("finish-connect", true) => (State::Connected, Some(Event::Connect)),
            ("start-listen" | "finish-listen" | "start-connect" | "finish-connect", false) => {
                (State::Closed, None)
            }
            ("shutdown", true) => (self.state, Some(Event::Shutdown)),
            ("accept", true) => (self.state, Some(Event::Accept)),
            _ => return None,
        };
        self.state = state;
        self.events.extend(event);
        event
    }
}
