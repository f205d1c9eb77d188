//! The names of ports: a walk tells whose port it saw, not its number, which the
//! system chose.

use crate::address::port;
use crate::{IpSocketAddress, Value, json};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::{Ipv4Addr, Ipv6Addr};

/// The name of every port that was shown.
#[derive(Default)]
pub struct Names {
    given: Vec<(u16, String)>,
}

impl Names {
    /// An address, with its port named after the first socket that showed it. `shower`
    /// is `s0` for the local address of a socket, `s0.remote` for that of its peer.
    pub fn show(&mut self, shower: &str, address: &IpSocketAddress) -> Value {
        json!({ "ip": ip(address), "port": self.name(shower, port(address)) })
    }

    fn name(&mut self, shower: &str, port: u16) -> String {
        if port == 0 {
            return "0".to_string();
        }
        if let Some((_, name)) = self.given.iter().find(|(given, _)| *given == port) {
            return name.clone();
        }
        let mut name = shower.to_string();
        let mut count = 1;
        while self.given.iter().any(|(_, given)| *given == name) {
            count += 1;
            name = format!("{shower}.{count}");
        }
        self.given.push((port, name.clone()));
        name
    }
}

fn ip(address: &IpSocketAddress) -> String {
    match address {
        IpSocketAddress::Ipv4(address) => {
            let (a, b, c, d) = address.address;
            Ipv4Addr::new(a, b, c, d).to_string()
        }
        IpSocketAddress::Ipv6(address) => {
            let (a, b, c, d, e, f, g, h) = address.address;
            Ipv6Addr::new(a, b, c, d, e, f, g, h).to_string()
        }
    }
}
