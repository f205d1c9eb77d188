//! Answers that the mutant changes, and what a new socket gets.

use super::memory::Facts;
use super::{Operated, family, streams};
use crate::mutant::Operator;
use crate::sockets::{Code, This, again};
use crate::streams::{closed_input, closed_output};
use std::net::SocketAddr;
use wasi_tcp_conformance::Family;
use wasi_tcp_conformance_core::walk::State;
use wasmtime::component::Resource;
use wasmtime_wasi::p2::bindings::sockets::network::{IpAddressFamily, IpSocketAddress};
use wasmtime_wasi::p2::bindings::sockets::tcp::HostTcpSocket as _;
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, SocketResult};

/// The streams of a connection.
pub(super) type Streams = (Resource<DynInputStream>, Resource<DynOutputStream>);

impl Operated<'_> {
    /// Remembers a new socket.
    pub(super) fn made(
        &mut self,
        this: &This,
        of: IpAddressFamily,
        state: State,
    ) -> SocketResult<()> {
        let legacy = self.memory.dropped.remove(&this.rep());
        let facts = Facts::new(family(of), state, legacy);
        self.memory.sockets.insert(this.rep(), facts);
        self.memory.last = Some(this.rep());
        self.inherit_options(this)
    }

    /// Puts the mutant into the streams of a socket.
    pub(super) fn streams(&mut self, this: &This, streams: Streams) -> SocketResult<Streams> {
        let (family, state) = (self.facts(this).family, self.facts(this).state);
        let (mutant, lost) = (self.mutant, self.memory.lost.clone());
        let table = &mut *self.inner.real.table;
        let input: &mut DynInputStream = table.get_mut(&streams.0)?;
        let inner = std::mem::replace(input, closed_input());
        *input = Box::new(streams::Operated::new(mutant, family, state, &lost, inner));
        let output: &mut DynOutputStream = table.get_mut(&streams.1)?;
        let inner = std::mem::replace(output, closed_output());
        *output = Box::new(streams::Operated::new(mutant, family, state, &lost, inner));
        Ok(streams)
    }

    pub(super) fn closed_streams(&mut self) -> SocketResult<Streams> {
        let input = self.inner.real.table.push(closed_input())?;
        let output = self.inner.real.table.push(closed_output())?;
        Ok((input, output))
    }

    /// Shuts down what the last socket with this number had shut down.
    pub(super) fn inherit_shutdown(&mut self, this: &This) -> SocketResult<()> {
        let shut = self.facts(this).legacy.as_ref().and_then(|it| it.shut);
        match shut {
            Some(shut) if self.does("shutdown", Operator::Inherited, this) => {
                self.inner.shutdown(again(this), shut)
            }
            _ => Ok(()),
        }
    }

    /// The error of a socket that takes itself for the last one with its number.
    pub(super) fn is_confused(&mut self, method: &'static str, this: &This) -> bool {
        let was = self.facts(this).legacy.as_ref().map(|it| it.state);
        self.does(method, Operator::Inherited, this)
            && match method {
                "start-bind" => was.is_some_and(|it| it != State::Unbound),
                "start-listen" => was == Some(State::Listening),
                _ => matches!(
                    was,
                    Some(State::Connected | State::Accepted | State::ConnectInProgress)
                ),
            }
    }

    pub(super) fn altered_address(
        &mut self,
        method: &'static str,
        this: &This,
        answer: SocketResult<IpSocketAddress>,
    ) -> SocketResult<IpSocketAddress> {
        let facts = self.facts(this);
        let legacy = facts.legacy.as_ref();
        let legacy = match method {
            "local-address" => legacy.and_then(|it| it.address),
            _ => legacy.and_then(|it| it.peer),
        };
        let address = match (answer, legacy) {
            (Err(_), Some(legacy)) if self.does(method, Operator::Inherited, this) => {
                return Ok(legacy);
            }
            (answer, _) => answer?,
        };
        if self.is_lost(method, this) {
            return Err(Code::InvalidState.into());
        }
        let operator = self.mutant.filter(|it| it.method == method);
        match operator.map(|it| it.operator) {
            Some(Operator::Stale) => {
                let first = *self.facts(this).first_address.get_or_insert(address);
                Ok(if self.is_time(this) { first } else { address })
            }
            Some(Operator::Number(change)) if self.is_time(this) => {
                let mut address = SocketAddr::from(address);
                address.set_port(Self::narrow(change.of(address.port().into()), 0xffff)?);
                Ok(address.into())
            }
            Some(Operator::Swapped) if self.is_time(this) => {
                let swapped = match method {
                    "local-address" => self.inner.remote_address(again(this)),
                    _ => self.inner.local_address(again(this)),
                };
                Ok(swapped.unwrap_or(address))
            }
            _ => Ok(address),
        }
    }

    /// A truth value as 0 or 1.
    pub(super) fn altered_flag(&mut self, method: &'static str, this: &This, value: bool) -> bool {
        let operator = self.mutant.filter(|it| it.method == method);
        match operator.map(|it| it.operator) {
            Some(Operator::Swapped) if self.is_time(this) => !value,
            Some(Operator::Stale) => {
                let first = *self.facts(this).first.get_or_insert(value.into());
                if self.is_time(this) {
                    first != 0
                } else {
                    value
                }
            }
            _ => value,
        }
    }
}

/// The call of the model that binds or connects to an address.
pub(super) fn call_to(method: &str, of: Family, to: SocketAddr) -> String {
    let is_own = to.is_ipv4() == (of == Family::Ipv4);
    let what = match (method, is_own) {
        _ if !to.ip().is_loopback() && !to.ip().is_unspecified() => "open",
        (_, false) => "other",
        _ if to.ip().is_unspecified() => "any",
        ("start-bind", _) if to.port() != 0 => "port",
        ("start-bind", _) => "loopback",
        _ => "socket",
    };
    format!("{method}({what})")
}
