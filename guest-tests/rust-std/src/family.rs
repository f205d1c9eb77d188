//! The address family of a trial, and addresses of it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// An address family.
#[derive(Clone, Copy)]
pub enum Family {
    /// IPv4
    Ipv4,
    /// IPv6
    Ipv6,
}

impl Family {
    /// The family of this name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "ipv4" => Some(Self::Ipv4),
            "ipv6" => Some(Self::Ipv6),
            _ => None,
        }
    }

    /// The other family.
    pub fn other(self) -> Self {
        match self {
            Self::Ipv4 => Self::Ipv6,
            Self::Ipv6 => Self::Ipv4,
        }
    }

    /// The loopback address.
    pub fn loopback(self, port: u16) -> SocketAddr {
        self.address(Ipv4Addr::LOCALHOST, Ipv6Addr::LOCALHOST, port)
    }

    /// The address that stands for all interfaces.
    pub fn wildcard(self, port: u16) -> SocketAddr {
        self.address(Ipv4Addr::UNSPECIFIED, Ipv6Addr::UNSPECIFIED, port)
    }

    /// An address that no host has: it is reserved for documentation.
    pub fn foreign(self, port: u16) -> SocketAddr {
        let v6 = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);
        self.address(Ipv4Addr::new(192, 0, 2, 1), v6, port)
    }

    /// A multicast address.
    pub fn multicast(self, port: u16) -> SocketAddr {
        let v6 = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1);
        self.address(Ipv4Addr::new(224, 0, 0, 1), v6, port)
    }

    fn address(self, v4: Ipv4Addr, v6: Ipv6Addr, port: u16) -> SocketAddr {
        let ip = match self {
            Self::Ipv4 => IpAddr::V4(v4),
            Self::Ipv6 => IpAddr::V6(v6),
        };
        SocketAddr::new(ip, port)
    }
}
