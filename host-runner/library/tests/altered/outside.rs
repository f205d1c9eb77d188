//! What a host does otherwise where the peer is outside the guest.

use crate::sockets::{Code, Sockets, This};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use wasmtime::component::Resource;
use wasmtime_wasi::p2::bindings::sockets::tcp::HostTcpSocket as _;

/// How many connections a guest has at a time where these are few: enough for every case
/// that does not ask for more than there are.
pub const FEW: usize = 32;

/// A port at which nobody listens.
const NOBODYS_PORT: u16 = 1;

/// How the streams of a connection are altered.
pub fn streams(how: &str, is_outside: bool) -> &str {
    match (how, is_outside) {
        ("input_from_outside_loses_a_byte", true) => "input_loses_a_byte",
        ("input_from_outside_loses_the_last_bytes", true) => "input_loses_the_last_bytes",
        ("input_from_outside_is_always_ready", true) => "input_is_always_ready",
        _ => how,
    }
}

impl Sockets<'_> {
    /// Notes whether the peer to connect to is a socket of the guest.
    pub fn notes_peer(&mut self, this: &This, to: SocketAddr) {
        let is_outside = self.how.contains("outside") && !self.is_held(to.port());
        self.facts(this).is_outside = is_outside;
    }

    /// Whom a connection to an address reaches.
    pub fn peer(&mut self, address: SocketAddr) -> SocketAddr {
        match address.ip() {
            IpAddr::V6(it)
                if self.is("mapped_connects_reach_ipv6") && it.to_ipv4_mapped().is_some() =>
            {
                SocketAddr::new(Ipv6Addr::LOCALHOST.into(), address.port())
            }
            // Refused where nobody listens, once the state and the address are looked at.
            ip if self.is("guests_have_a_loopback_of_their_own")
                && ip.is_loopback()
                && address.port() != 0
                && !self.is_held(address.port()) =>
            {
                SocketAddr::new(ip, NOBODYS_PORT)
            }
            _ => address,
        }
    }

    /// The error of a host that does not let the guest connect to this peer, or to another
    /// one.
    pub fn refuses_peer(&mut self, this: &This, to: SocketAddr) -> Option<Code> {
        if self.is("a_third_peer_outside_is_refused") && self.connected_outside(this) > 1 {
            return Some(Code::ConnectionRefused);
        }
        let code = if self.is("connections_are_few") && self.connected(this) >= FEW {
            Code::NewSocketLimit
        } else if self.is("private_addresses_are_refused")
            && !to.ip().is_loopback()
            && !to.ip().is_unspecified()
        {
            // The wildcard is no address that anybody has.
            Code::AccessDenied
        } else {
            return None;
        };
        // Unless the state was in the way already, the attempt closes the socket.
        if self.is_unbound_or_bound(this) {
            self.facts(this).is_broken = true;
        }
        Some(code)
    }

    fn is_unbound_or_bound(&mut self, this: &This) -> bool {
        let real = Resource::new_borrow(this.rep());
        self.facts(this).stage.is_none() && self.real.remote_address(real).is_err()
    }

    /// How many other sockets are connected, or on the way.
    fn connected(&mut self, this: &This) -> usize {
        let others = self.others(this);
        others
            .into_iter()
            .filter(|it| {
                self.facts(it).stage == Some("connect")
                    || self
                        .real
                        .remote_address(Resource::new_borrow(it.rep()))
                        .is_ok()
            })
            .count()
    }

    /// How many of them have a peer outside the guest.
    fn connected_outside(&mut self, this: &This) -> usize {
        if !self.facts(this).is_outside {
            return 0;
        }
        let others = self.others(this);
        others
            .into_iter()
            .filter(|it| self.facts(it).is_outside)
            .count()
    }

    /// What comes of a refusal; returns whether the host says that it is none.
    pub fn refused_outside(&mut self, this: &This) -> bool {
        let is_outside = self.facts(this).is_outside;
        if is_outside && self.is("refusals_outside_leak") {
            self.memory.leaked.extend(std::fs::File::open("/dev/null"));
        }
        is_outside && self.is("refusals_outside_are_connections")
    }
}
